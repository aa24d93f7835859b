//! The protocol between tito and its workers, read on either side.

use std::io::{self, ErrorKind, Read};

use arbitrary::{Result, Unstructured};
use serde::{Serialize, de::DeserializeOwned};
use tito_artifact::RunLimits;
use tito_sandbox::{
    Epoch, Fault, Layer, MOST_AXES, MOST_EPOCHS, MOST_FRAMES, MOST_FUNCTIONS, MOST_STACKS, MOST_TENSORS,
    ModelId, OptimizerId, Outcome, Sampling, Split, Trap, TrapKind, Usage, escaped,
};
use tito_tensor::Shape;
use tito_worker::Asked;
use tito_worker::wire::{self, Frame, Order, RanShape, Reply, Report, Request, RunShapes, Value};

use crate::memory;

/// What a header becomes: the smallest shape or line takes one byte there and 24 here, and a list that grows holds
/// three times as much while it moves.
const BYTES_PER_BYTE: usize = 128;
/// The longest header, which is allocated when its length is known, and what serde reserves for a list that claims
/// to be long.
const BYTES_ANYWAY: usize = 3 << 20;

/// No text of a worker is longer.
const TEXT_BYTES: usize = 5_120;

/// The elements of one body.
const MOST_ELEMENTS: u64 = 1_000;
const MOST_BODY: usize = 4 * MOST_ELEMENTS as usize;

/// The first byte says which side reads, and how the rest becomes a stream of frames: as it is, as one frame whose
/// lengths are right, or as replies and requests with odd values, of which some bytes are then changed. Whatever the
/// stream, each side
///
/// - neither panics nor holds more than the longest body and a fixed multiple of the rest in memory;
/// - takes exactly the bytes that a frame claims, however few come at once, and no frame whose claims are too large;
/// - reads an accepted frame again as the same once it is sent again;
/// - cuts a body into tensors if and only if another count of the elements agrees, and loses none;
/// - reads a profile, in words of eight bytes, if and only if another reading finds that a guest can give it;
/// - believes a worker's report if and only if another reading finds it within the limits.
///
/// # Panics
///
/// If it does not.
pub fn holds(bytes: &[u8]) {
    let Some((&form, rest)) = bytes.split_first() else { return };
    let is_worker_read = form & 4 == 0;
    let stream = match form & 3 {
        0 => Ok(rest.to_vec()),
        1 => Ok(framed(rest)),
        2 => odd(&mut Unstructured::new(rest), is_worker_read),
        _ => spoiled(&mut Unstructured::new(rest), is_worker_read),
    };
    let Ok(stream) = stream else { return };
    let at_once = if form & 8 == 0 { usize::MAX } else { 5 };
    let mut socket = Socket { rest: &stream, at_once };
    if is_worker_read { by_tito(&mut socket, form & 16 == 0) } else { by_worker(&mut socket) }
}

/// A stream that gives a few bytes at once.
struct Socket<'a> {
    rest: &'a [u8],
    at_once: usize,
}

impl Read for Socket<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.at_once);
        self.rest.read(&mut buffer[..most])
    }
}

/// As the parent hears a worker.
fn by_tito(socket: &mut Socket<'_>, is_of_elements: bool) {
    let limits = limits();
    while let Some((reply, body)) = next::<Reply>(socket, |_| is_of_elements) {
        assert_checked(&reply.report, reply.call, &limits);
        match (reply.report, body) {
            (
                Report::Ended { outcome: Outcome::Answer(Value::Tensors(shapes)), .. },
                Body::Elements(elements),
            ) => cut(&shapes, &elements),
            (
                Report::Ended { outcome: Outcome::Answer(Value::Loss { shape, .. }), .. },
                Body::Elements(elements),
            ) => cut(&[shape], &elements),
            (Report::RanEach(ran), Body::Elements(elements)) => {
                let shapes: Vec<_> = ran.into_iter().filter_map(|ran| ran.outcome.answer()).collect();
                cut(&shapes, &elements);
            }
            (Report::Ended { outcome: Outcome::Answer(Value::Profile), .. }, Body::Bytes(bytes)) => {
                read_profile(&bytes);
            }
            (Report::Failed { words }, _) => assert!(is_plain(&escaped(&words))),
            _ => {}
        }
    }
}

/// As a worker hears its parent.
fn by_worker(socket: &mut Socket<'_>) {
    let is_of_elements = |request: &Request| {
        matches!(
            request.order,
            Order::Load { .. }
                | Order::Forward { .. }
                | Order::RunEach(_)
                | Order::Step { .. }
                | Order::CrossEntropy { .. }
                | Order::Batch(_)
                | Order::Generate { .. }
        )
    };
    while let Some((request, body)) = next(socket, is_of_elements) {
        match (request.order, body) {
            (Order::Load { shapes, .. }, Body::Elements(elements)) => cut(&shapes, &elements),
            (Order::Forward { shape, .. }, Body::Elements(elements)) => cut(&[shape], &elements),
            (Order::Step { parameters, gradients, .. }, Body::Elements(elements)) => {
                cut(&[parameters, gradients].concat(), &elements);
            }
            (Order::CrossEntropy { shape } | Order::Batch(Ok(shape)), Body::Elements(elements)) => {
                cut_with_targets(&shape, &elements);
            }
            (Order::Generate { prompt, .. }, Body::Elements(elements)) => cut_after_tokens(prompt, &elements),
            (Order::RunEach(runs), Body::Elements(elements)) => {
                let shapes: Vec<_> = runs.into_iter().flat_map(|run| [run.parameters, run.inputs]).collect();
                cut(&shapes.concat(), &elements);
            }
            _ => {}
        }
    }
}

/// What honest recordings keep to, and small inputs can exceed.
fn limits() -> RunLimits {
    RunLimits { output_elements: MOST_ELEMENTS, log_lines: 4, ..RunLimits::default() }
}

enum Body {
    Bytes(Vec<u8>),
    Elements(Vec<f32>),
}

/// The next frame, with everything that one promises; `None` at the end of what can be read.
fn next<H: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    socket: &mut Socket<'_>,
    is_of_elements: impl Fn(&H) -> bool,
) -> Option<(H, Body)> {
    let before = socket.rest;
    let held = before.len() * BYTES_PER_BYTE + MOST_BODY + BYTES_ANYWAY;
    match memory::at_most(held, || heard(socket, &is_of_elements)) {
        Ok(Some((header, body))) => {
            let taken = &before[..before.len() - socket.rest.len()];
            assert_eq!(taken.len(), claimed(taken));
            assert_same_again(&header, &body, is_of_elements);
            Some((header, body))
        }
        Ok(None) => {
            assert!(before.is_empty(), "{} bytes were taken for the end", before.len());
            None
        }
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof), "{error}");
            None
        }
    }
}

fn heard<H: DeserializeOwned>(
    socket: &mut Socket<'_>,
    is_of_elements: impl Fn(&H) -> bool,
) -> io::Result<Option<(H, Body)>> {
    let Some(frame) = Frame::<H>::read(socket, MOST_BODY as u64)? else { return Ok(None) };
    if is_of_elements(&frame.header) {
        let (header, elements) = frame.body(socket)?;
        return Ok(Some((header, Body::Elements(elements))));
    }
    let (header, bytes) = frame.body(socket)?;
    Ok(Some((header, Body::Bytes(bytes))))
}

/// How long a frame says that it is.
///
/// # Panics
///
/// If nothing that says so should have been accepted.
fn claimed(frame: &[u8]) -> usize {
    let number = |range: std::ops::Range<usize>| {
        frame[range].iter().rev().fold(0usize, |number, &byte| number << 8 | usize::from(byte))
    };
    let (header, body) = (number(4..8), number(8..16));
    assert!(
        frame.starts_with(b"tito") && header <= 1 << 20 && body <= MOST_BODY,
        "{header} and {body} bytes"
    );
    16 + header + body
}

fn sent<H: Serialize>(header: &H, body: &Body) -> Vec<u8> {
    let mut out = Vec::new();
    let sent = match body {
        Body::Bytes(bytes) => wire::send(&mut out, header, &[bytes.as_slice()]),
        Body::Elements(elements) => wire::send(&mut out, header, &[elements.as_slice()]),
    };
    sent.expect("there is memory for it");
    out
}

fn assert_same_again<H: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    header: &H,
    body: &Body,
    is_of_elements: impl Fn(&H) -> bool,
) {
    let first = sent(header, body);
    let mut socket = Socket { rest: &first, at_once: usize::MAX };
    let (again, body) = heard(&mut socket, is_of_elements).unwrap().expect("a frame was sent");
    // An epoch's loss that is no number is unequal to itself.
    let is_same = *header == again || format!("{header:?}") == format!("{again:?}");
    assert!(is_same && socket.rest.is_empty() && sent(&again, &body) == first, "{header:?} is now {again:?}");
}

/// The elements of a shape, counted in wider numbers; `None` where they go beyond what is counted.
fn count(shape: &Shape) -> Option<u128> {
    let times = |product: u128, &extent: &u32| {
        Some(product * u128::from(extent)).filter(|&product| product <= u128::from(u64::MAX))
    };
    shape.extents().iter().try_fold(1, times)
}

fn count_all(shapes: &[Shape]) -> Option<u128> {
    shapes.iter().map(count).sum()
}

fn cut(shapes: &[Shape], elements: &[f32]) {
    match wire::tensors(shapes.to_vec(), elements.to_vec()) {
        Ok(tensors) => {
            assert!(tensors.iter().map(tito_tensor::Tensor::shape).eq(shapes));
            let sizes = tensors.iter().map(|tensor| tensor.data().len() as u128);
            assert!(sizes.eq(shapes.iter().map(|shape| count(shape).unwrap())));
            let kept = tensors.iter().flat_map(tito_tensor::Tensor::data).map(|element| element.to_bits());
            assert!(kept.eq(elements.iter().map(|element| element.to_bits())));
        }
        Err(error) => assert_ne!(count_all(shapes), Some(elements.len() as u128), "{error}"),
    }
}

fn cut_after_tokens(prompt: u32, elements: &[f32]) {
    let fits = prompt as usize <= elements.len();
    match wire::after_tokens(prompt, elements.to_vec()) {
        Ok((tokens, behind)) => {
            assert!(fits && tokens.len() == prompt as usize);
            let kept = tokens.into_iter().chain(behind.iter().map(|element| element.to_bits()));
            assert!(kept.eq(elements.iter().map(|element| element.to_bits())));
        }
        Err(error) => assert!(!fits, "{error}"),
    }
}

/// How many functions the modules have whose profile a fuzzed worker gives.
const FUNCTIONS: [u32; 2] = [3, 1];

fn read_profile(bytes: &[u8]) {
    let (words, []) = bytes.as_chunks::<8>() else { return };
    let words: Vec<_> = words.iter().map(|word| u64::from_le_bytes(*word)).collect();
    let wrong = wrong_profile(&words);
    match wire::profile(&words, &FUNCTIONS) {
        Ok(profile) => {
            assert_eq!(wrong, None);
            assert_eq!(wire::words(&profile), words);
            let _sum: u64 = profile.stacks.iter().map(|(_, fuel)| fuel).sum();
        }
        Err(error) => assert!(wrong.is_some(), "{error}"),
    }
}

/// What of a profile cannot be so, by another reading.
fn wrong_profile(words: &[u64]) -> Option<&'static str> {
    let (mut place, mut fuel, mut stacks) = (0, 0u128, Vec::new());
    while place < words.len() {
        let depth = words.get(place + 1).copied().unwrap_or(u64::MAX);
        let end = (place as u64 + 2).saturating_add(depth);
        if end > words.len() as u64 || depth > MOST_FRAMES as u64 {
            return Some("a stack is cut short");
        }
        fuel += u128::from(words[place]);
        stacks.push(&words[place + 2..end as usize]);
        place = end as usize;
    }
    let is_there = |word: &u64| match word >> 32 {
        0 => word & 0xffff_ffff < u64::from(FUNCTIONS[0]),
        1 => word & 0xffff_ffff < u64::from(FUNCTIONS[1]),
        _ => false,
    };
    [
        ("functions", stacks.iter().all(|stack| stack.iter().all(is_there))),
        ("order", stacks.windows(2).all(|two| two[0] < two[1])),
        ("fuel", fuel <= u128::from(u64::MAX)),
        ("many", stacks.len() <= MOST_STACKS + MOST_FUNCTIONS),
    ]
    .into_iter()
    .find_map(|(name, holds)| (!holds).then_some(name))
}

fn cut_with_targets(shape: &Shape, elements: &[f32]) {
    let fits = count(shape).is_some_and(|count| count <= elements.len() as u128);
    match wire::with_targets(shape.clone(), elements.to_vec()) {
        Ok((tensor, targets)) => {
            assert!(fits && tensor.shape() == shape);
            let kept = tensor.data().iter().map(|element| element.to_bits()).chain(targets);
            assert!(kept.eq(elements.iter().map(|element| element.to_bits())));
        }
        Err(error) => assert!(!fits, "{error}"),
    }
}

fn assert_checked(report: &Report, asked: u64, limits: &RunLimits) {
    let fuel = asked.saturating_mul(limits.fuel_per_call);
    let calls = Asked { calls: asked, fuel, last_fuel: limits.fuel_per_call };
    let found = tito_worker::checked_report(report, calls, limits);
    let excess = match report {
        Report::Ended { outcome, usage, log } => excess(outcome, *usage, log, asked, limits),
        Report::NotLaunched { outcome } => excess(outcome, Usage::default(), &[], asked, limits),
        Report::RanEach(all) => all.iter().find_map(|ran| {
            let outcome = ran.outcome.clone().map(|shape| Value::Tensors(vec![shape]));
            excess(&outcome, ran.usage, &[], asked, limits)
        }),
        Report::Ready { .. } => Some("ready again"),
        Report::Failed { .. } | Report::Epoch { .. } | Report::Wanted { .. } => None,
    };
    assert_eq!(found.is_err(), excess.is_some(), "{found:?}, and by another reading {excess:?}");
}

/// What of an end cannot be so, by another reading.
fn excess(
    outcome: &Outcome<Value>,
    usage: Usage,
    log: &[String],
    asked: u64,
    limits: &RunLimits,
) -> Option<&'static str> {
    let Usage { calls, fuel, last_fuel, memory_bytes, peak_memory_bytes } = usage;
    let most_fuel = u128::from(asked) * u128::from(limits.fuel_per_call);
    let (mut texts, mut figures): (Vec<&String>, _) = (log.iter().collect(), true);
    match outcome {
        Outcome::Answer(Value::Tensors(shapes)) => {
            let is_small = |count: u128| count <= u128::from(limits.output_elements);
            figures = shapes.len() <= MOST_TENSORS
                && shapes.iter().all(|shape| shape.extents().len() <= MOST_AXES)
                && count_all(shapes).is_some_and(is_small);
        }
        Outcome::Answer(Value::Loss { shape, .. }) => {
            let is_small = |count: u128| count <= u128::from(limits.output_elements);
            figures = shape.extents().len() <= MOST_AXES && count(shape).is_some_and(is_small);
        }
        Outcome::Answer(Value::History(history)) => figures = history.len() <= MOST_EPOCHS,
        Outcome::Fault(Fault::Unsupported(words) | Fault::ShapeMismatch(words)) => texts.push(words),
        Outcome::Fault(Fault::InvalidArgument(words) | Fault::Internal(words)) => texts.push(words),
        Outcome::Trap(trap) => {
            texts.push(&trap.message);
            texts.extend(&trap.functions);
            figures = trap.functions.len() <= 8;
        }
        Outcome::Answer(_) | Outcome::Limit(_) => {}
    }
    [
        ("lines", log.len() as u64 <= u64::from(limits.log_lines)),
        ("texts", texts.into_iter().all(|text| is_plain(text))),
        ("calls", calls <= asked),
        ("fuel", u128::from(fuel) <= most_fuel && last_fuel <= limits.fuel_per_call),
        ("memory", memory_bytes <= limits.memory_bytes && peak_memory_bytes <= limits.memory_bytes),
        ("figures", figures),
    ]
    .into_iter()
    .find_map(|(name, holds)| (!holds).then_some(name))
}

/// Whether escaping leaves every character as it is.
fn is_plain(text: &str) -> bool {
    text.len() <= TEXT_BYTES && text.chars().all(|c| escaped(c.encode_utf8(&mut [0; 4])).chars().eq([c]))
}

/// One frame whose lengths are right: the first two bytes tell the header's.
fn framed(bytes: &[u8]) -> Vec<u8> {
    let Some((length, rest)) = bytes.split_first_chunk() else { return Vec::new() };
    let header = rest.len().min(usize::from(u16::from_le_bytes(*length)));
    let mut out = b"tito".to_vec();
    out.extend((header as u32).to_le_bytes());
    out.extend(((rest.len() - header) as u64).to_le_bytes());
    out.extend(rest);
    out
}

fn spoiled(input: &mut Unstructured<'_>, is_of_worker: bool) -> Result<Vec<u8>> {
    let changes: [(u16, u8); 3] = input.arbitrary()?;
    let mut stream = odd(input, is_of_worker)?;
    for (place, change) in changes {
        let place = usize::from(place) % stream.len();
        stream[place] ^= change;
    }
    Ok(stream)
}

/// Frames that are sent as they should be, with figures at the edge of what may be and beyond.
fn odd(input: &mut Unstructured<'_>, is_of_worker: bool) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for _ in 0..input.int_in_range(1..=4)? {
        let call = odd_number(input)?;
        let shapes = odd_list(input, odd_shape)?;
        let body = odd_elements(input, &shapes)?;
        let frame = if is_of_worker {
            let report = odd_report(input, shapes)?;
            let is_profile = matches!(report, Report::Ended { outcome: Outcome::Answer(Value::Profile), .. });
            let body = if is_profile { odd_profile(input)? } else { body };
            sent(&Reply { call, report }, &body)
        } else {
            let model = ModelId::new(input.arbitrary::<u32>()? as usize);
            let order = match <[Shape; 1]>::try_from(shapes) {
                Ok([shape]) => match input.int_in_range(0..=4)? {
                    0 => Order::CrossEntropy { shape },
                    1 => Order::Batch(Ok(shape)),
                    2 => {
                        let (prompt, count) = (odd_number(input)? as u32, input.arbitrary()?);
                        let sampling =
                            Sampling { temperature: input.arbitrary()?, top_k: input.arbitrary()? };
                        Order::Generate { model, prompt, count, sampling }
                    }
                    _ => Order::Forward { model, shape, training: input.arbitrary()? },
                },
                Err(mut parameters) if input.ratio(1, 4)? => {
                    let gradients = parameters.split_off(parameters.len() / 2);
                    let optimizer = OptimizerId::new(input.arbitrary::<u32>()? as usize);
                    Order::Step { optimizer, parameters, gradients }
                }
                Err(shapes) if input.ratio(1, 2)? => Order::RunEach(odd_runs(input, shapes)?),
                Err(shapes) => Order::Load { model, shapes },
            };
            sent(&Request { call, fresh: input.arbitrary()?, order }, &body)
        };
        out.extend(frame);
    }
    Ok(out)
}

/// Runs that have these shapes among them.
fn odd_runs(input: &mut Unstructured<'_>, mut shapes: Vec<Shape>) -> Result<Vec<RunShapes>> {
    let mut runs = Vec::new();
    while !shapes.is_empty() && runs.len() < 4 {
        let mut some =
            |most: usize| Ok(shapes.drain(..input.int_in_range(0..=most.min(shapes.len()))?).collect());
        runs.push(RunShapes { layers: vec![Layer::Relu], parameters: some(2)?, inputs: some(10)? });
    }
    Ok(runs)
}

fn odd_report(input: &mut Unstructured<'_>, shapes: Vec<Shape>) -> Result<Report> {
    let outcome = match input.int_in_range(0..=7)? {
        0 if input.ratio(1, 2)? => {
            return Ok(Report::Epoch { epoch: odd_epoch(input)?, fuel: odd_number(input)? });
        }
        0 => {
            let split = *input.choose(&[Split::Training, Split::Validation])?;
            let indices = odd_list(input, odd_index)?;
            return Ok(Report::Wanted { split, indices, fuel: odd_number(input)? });
        }
        1 => return Ok(Report::Failed { words: odd_words(input)? }),
        2 => Outcome::Fault(Fault::Internal(odd_words(input)?)),
        3 => {
            let (message, functions) = (odd_words(input)?, odd_list(input, odd_words)?);
            Outcome::Trap(Trap { kind: TrapKind::Other, message, functions })
        }
        4 => Outcome::Answer(odd_value(input)?),
        _ => Outcome::Answer(Value::Tensors(shapes)),
    };
    if input.ratio(1, 8)? {
        return Ok(Report::NotLaunched { outcome });
    }
    let usage = odd_usage(input)?;
    if input.ratio(1, 4)? {
        let shapes = match &outcome {
            Outcome::Answer(Value::Tensors(shapes)) => shapes.clone(),
            _ => Vec::new(),
        };
        let end = outcome.map(|_| Shape::new([1]));
        let answers = shapes.into_iter().map(Outcome::Answer);
        let ran = answers.chain([end]).map(|outcome| RanShape { outcome, usage });
        return Ok(Report::RanEach(ran.collect()));
    }
    Ok(Report::Ended { outcome, usage, log: odd_list(input, odd_words)? })
}

/// Anything but tensors.
fn odd_value(input: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match input.int_in_range(0..=5)? {
        0 => Value::Nothing,
        1 => Value::Bytes,
        2 => Value::Optimizer(OptimizerId::new(input.arbitrary::<u32>()? as usize)),
        3 => Value::Loss { value: input.arbitrary()?, shape: odd_shape(input)? },
        4 => Value::Profile,
        _ => {
            let times = *input.choose(&[0, 1, MOST_EPOCHS, MOST_EPOCHS + 1])?;
            Value::History(vec![odd_epoch(input)?; times])
        }
    })
}

/// Stacks that are mostly whole.
fn odd_profile(input: &mut Unstructured<'_>) -> Result<Body> {
    let mut bytes = Vec::new();
    for _ in 0..input.int_in_range(0..=6)? {
        let depth = *input.choose(&[0, 1, 1, 2, 3, MOST_FRAMES, MOST_FRAMES + 1])?;
        let claimed = if input.ratio(1, 16)? { odd_number(input)? } else { depth as u64 };
        let fuel = odd_number(input)?;
        let first = *input.choose(&[0u64, 1, 2, 3, 1 << 32, 1 << 33])?;
        let words = [fuel, claimed].into_iter().chain(std::iter::repeat_n(first, depth));
        bytes.extend(words.flat_map(u64::to_le_bytes));
    }
    bytes.truncate(MOST_BODY);
    Ok(Body::Bytes(bytes))
}

fn odd_usage(input: &mut Unstructured<'_>) -> Result<Usage> {
    Ok(Usage {
        calls: odd_number(input)?,
        fuel: odd_number(input)?,
        last_fuel: odd_number(input)?,
        memory_bytes: odd_number(input)?,
        peak_memory_bytes: odd_number(input)?,
    })
}

fn odd_epoch(input: &mut Unstructured<'_>) -> Result<Epoch> {
    Ok(Epoch {
        number: input.arbitrary()?,
        training_loss: input.arbitrary()?,
        training_accuracy: input.arbitrary()?,
        validation_loss: input.arbitrary()?,
        validation_accuracy: input.arbitrary()?,
    })
}

fn odd_list<T>(input: &mut Unstructured<'_>, one: fn(&mut Unstructured<'_>) -> Result<T>) -> Result<Vec<T>> {
    let most = if input.ratio(1, 8)? { 10 } else { 3 };
    (0..input.int_in_range(0..=most)?).map(|_| one(input)).collect()
}

fn odd_number(input: &mut Unstructured<'_>) -> Result<u64> {
    let RunLimits { fuel_per_call: fuel, memory_bytes: memory, .. } = limits();
    let any = input.arbitrary()?;
    input.choose(&[0, 1, 2, 3, fuel, fuel + 1, 3 * fuel, memory, memory + 1, u64::MAX, any]).copied()
}

fn odd_index(input: &mut Unstructured<'_>) -> Result<u32> {
    input.arbitrary()
}

fn odd_words(input: &mut Unstructured<'_>) -> Result<String> {
    let text: String = input.arbitrary()?;
    Ok(match input.int_in_range(0..=9)? {
        0 => text,
        1 => "x".repeat(TEXT_BYTES + text.len()),
        _ => escaped(&text),
    })
}

fn odd_shape(input: &mut Unstructured<'_>) -> Result<Shape> {
    let most = if input.ratio(1, 8)? { MOST_AXES + 1 } else { 4 };
    let extent = |input: &mut Unstructured<'_>| input.choose(&[1, 2, 3, 10, 0, 1_000, u32::MAX]).copied();
    let extents: Result<Vec<u32>> = (0..input.int_in_range(0..=most)?).map(|_| extent(input)).collect();
    Ok(Shape::new(extents?))
}

/// As many elements as the shapes want, mostly, where that is not many.
fn odd_elements(input: &mut Unstructured<'_>, shapes: &[Shape]) -> Result<Body> {
    let wanted = count_all(shapes).unwrap_or(0).min(1_100) as usize;
    let elements = if input.ratio(3, 4)? { wanted } else { input.int_in_range(0..=1_100)? };
    let first: f32 = input.arbitrary()?;
    Ok(Body::Elements((0..elements).map(|place| first + place as f32).collect()))
}
