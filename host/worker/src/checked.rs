//! Whether what a worker says can be so. A worker that runs nothing but WebAssembly says nothing else; one whose
//! submission broke out of its sandbox may say anything.

use tito_artifact::RunLimits;
use tito_sandbox::{Fault, MOST_AXES, MOST_EPOCHS, MOST_TENSORS, Outcome, Usage};
use tito_tensor::Shape;

use crate::wire::{Order, RanShape, Report, Value};

/// A trap names at most so many functions.
const FUNCTIONS: usize = 8;

/// Escaping makes a text of 512 bytes at most so long.
const TEXT_BYTES: usize = 10 * 512;

/// What a worker's guests were asked for in all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// Calls, launches among them.
    pub calls: u64,
    /// The most fuel that these may have taken.
    pub fuel: u64,
    /// The most that the last of them may have taken.
    pub last_fuel: u64,
}

impl Asked {
    /// One more order.
    pub fn add(&mut self, order: &Order, fresh: bool, limits: &RunLimits) {
        let calls = u64::from(fresh) + u64::from(order.calls());
        self.last_fuel = match order {
            Order::Fit { lesson, .. } => lesson.budget.with_return(limits).fuel,
            _ => limits.fuel_per_call,
        };
        self.calls += calls;
        let fuel = calls.saturating_mul(limits.fuel_per_call).saturating_add(self.last_fuel);
        self.fuel = self.fuel.saturating_add(fuel);
    }
}

/// Holds a report of a worker whose guests were asked for this against the limits. What can be so includes that sums of
/// what guests used stay countable.
///
/// # Errors
///
/// If it cannot be so: what is wrong with it.
pub fn report(report: &Report, asked: Asked, limits: &RunLimits) -> Result<(), String> {
    match report {
        Report::Ended { outcome, usage, log } => end(outcome, *usage, log, asked, limits),
        Report::NotLaunched { outcome } => end(outcome, Usage::default(), &[], asked, limits),
        Report::RanEach(ran) => ran.iter().try_for_each(|RanShape { outcome, usage }| {
            end(&outcome.clone().map(|shape| Value::Tensors(vec![shape])), *usage, &[], asked, limits)
        }),
        Report::Ready { .. } => Err("it says again that it is ready".into()),
        Report::Epoch { .. } | Report::Wanted { .. } | Report::Failed { .. } => Ok(()),
    }
}

fn end(
    outcome: &Outcome<Value>,
    usage: Usage,
    log: &[String],
    asked: Asked,
    limits: &RunLimits,
) -> Result<(), String> {
    let texts = texts(outcome).into_iter().chain(log.iter().map(String::as_str));
    match () {
        () if log.len() > limits.log_lines as usize => Err(format!("it logs {} lines", log.len())),
        () if texts.into_iter().any(|text| !is_escaped(text)) => Err("its words are not escaped".into()),
        () if usage.calls > asked.calls => Err(format!("it counts {} calls", usage.calls)),
        () if usage.last_fuel > asked.last_fuel => Err(format!("it used {} fuel", usage.last_fuel)),
        () if usage.fuel > asked.fuel => Err(format!("it used {} fuel in all", usage.fuel)),
        () if usage.memory_bytes.max(usage.peak_memory_bytes) > limits.memory_bytes => {
            Err(format!("it holds {} bytes", usage.peak_memory_bytes))
        }
        () => match outcome {
            Outcome::Answer(Value::Tensors(found)) => shapes(found, limits),
            Outcome::Answer(Value::Loss { shape, .. }) => shapes(std::slice::from_ref(shape), limits),
            Outcome::Answer(Value::History(history)) if history.len() > MOST_EPOCHS => {
                Err(format!("a history of {} epochs", history.len()))
            }
            Outcome::Trap(trap) if trap.functions.len() > FUNCTIONS => Err("it names many functions".into()),
            _ => Ok(()),
        },
    }
}

fn shapes(shapes: &[Shape], limits: &RunLimits) -> Result<(), String> {
    let most_axes = shapes.iter().map(Shape::rank).max().unwrap_or(0);
    let elements = shapes.iter().try_fold(0usize, |sum, shape| sum.checked_add(shape.elements()?));
    if shapes.len() > MOST_TENSORS || most_axes > MOST_AXES {
        return Err(format!("{} tensors of up to {most_axes} axes", shapes.len()));
    }
    match elements {
        Some(elements) if elements as u64 <= limits.output_elements => Ok(()),
        _ => Err("it answers with more elements than it may".into()),
    }
}

fn texts(outcome: &Outcome<Value>) -> Vec<&str> {
    match outcome {
        Outcome::Answer(_) | Outcome::Limit(_) => Vec::new(),
        Outcome::Fault(
            Fault::Unsupported(words)
            | Fault::ShapeMismatch(words)
            | Fault::InvalidArgument(words)
            | Fault::Internal(words),
        ) => vec![words],
        Outcome::Trap(trap) => {
            trap.functions.iter().map(String::as_str).chain([trap.message.as_str()]).collect()
        }
    }
}

/// Whether a text is what [`escaped`](tito_sandbox::escaped) makes.
fn is_escaped(text: &str) -> bool {
    let is_plain = |c: char| matches!(c, '\'' | '"' | '\\') || c.escape_debug().len() == 1;
    text.len() <= TEXT_BYTES && text.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use tito_sandbox::{ModelId, Trap, TrapKind};

    use super::*;

    #[track_caller]
    fn check(
        outcome: &Outcome<Value>,
        change: impl FnOnce(&mut Usage, &mut Vec<String>),
        wrong: Option<&str>,
    ) {
        let (mut usage, mut log) = (Usage { calls: 1, ..Usage::default() }, vec!["a line".to_owned()]);
        change(&mut usage, &mut log);
        let limits = RunLimits { output_elements: 100, ..RunLimits::default() };
        let mut asked = Asked::default();
        asked.add(&Order::Save { model: ModelId::new(0) }, true, &limits);
        let found = report(&Report::Ended { outcome: outcome.clone(), usage, log }, asked, &limits);
        match (&found, wrong) {
            (Ok(()), None) => {}
            (Err(words), Some(wrong)) => assert!(words.contains(wrong), "{words}"),
            _ => panic!("{found:?}, not {wrong:?}"),
        }
    }

    #[test]
    fn what_cannot_be_so_is_found() {
        let tensors = |shapes: &[&[u32]]| {
            Outcome::Answer(Value::Tensors(shapes.iter().map(|&shape| Shape::new(shape)).collect()))
        };
        let nothing = Outcome::Answer(Value::Nothing);
        check(&nothing, |_, _| {}, None);
        check(&nothing, |usage, _| usage.last_fuel = u64::MAX, Some("fuel"));
        check(&nothing, |usage, _| usage.fuel = 4_000_000_001, Some("4000000001 fuel in all"));
        check(&nothing, |usage, _| usage.calls = 5, Some("5 calls"));
        check(&nothing, |usage, _| usage.peak_memory_bytes = u64::MAX, Some("bytes"));
        check(&nothing, |_, log| log.resize(2_000, String::new()), Some("2000 lines"));
        check(&nothing, |_, log| log.push("\u{1b}[2J".into()), Some("not escaped"));
        check(&nothing, |_, log| log.push("x".repeat(6_000)), Some("not escaped"));
        check(&tensors(&[&[10, 10]]), |_, _| {}, None);
        check(&tensors(&[&[10, 10], &[1]]), |_, _| {}, Some("more elements"));
        check(&tensors(&[&[u32::MAX, u32::MAX, u32::MAX]]), |_, _| {}, Some("more elements"));
        check(&tensors(&[&[1; 17]]), |_, _| {}, Some("17 axes"));
        check(&Outcome::Fault(Fault::Internal("\n".into())), |_, _| {}, Some("not escaped"));
        let trap = |functions| Trap { kind: TrapKind::Other, message: "it's \"so\"".into(), functions };
        check(&Outcome::Trap(trap(vec!["f".into()])), |_, _| {}, None);
        check(&Outcome::Trap(trap(vec!["f".into(); 9])), |_, _| {}, Some("many functions"));
    }
}
