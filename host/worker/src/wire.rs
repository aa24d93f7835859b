//! What travels between tito and a worker: frames of a header and a body, over a socket.
//!
//! A frame is 16 bytes (magic, length of the header, length of the body; little-endian), the header in postcard, and
//! the body as it is: a component, native code, or the elements of tensors. Both sides run the same executable on the
//! same machine, so that elements need no byte order of their own. Lengths are checked before anything is allocated,
//! on both sides, because either side may be run by an enemy of the other.

mod profile;

use std::io::{self, Read, Write};

use bytemuck::{AnyBitPattern, NoUninit, cast_slice, cast_slice_mut};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tito_artifact::{Limits, RunLimits};
use tito_lockdown::LayerReport;
use tito_sandbox::{
    Directive, Epoch, Fault, Layer, Lesson, Metering, ModelId, OptimizerId, OptimizerSpec, Outcome, Ran, Run,
    Sampling, Split, Usage,
};
use tito_tensor::{Shape, Tensor};

/// What this tito and its workers speak. They are one executable, unless somebody replaced it.
pub const VERSION: &str = concat!("tito worker 6, ", env!("CARGO_PKG_VERSION"));

pub(crate) use profile::PROFILE_BYTES;
pub use profile::{profile, words};

const MAGIC: [u8; 4] = *b"tito";

/// No header is longer: ten thousand shapes of sixteen axes are not.
const HEADER_BYTES: usize = 1 << 20;

/// Who has answered runs with more elements than these leaves those that come after for another message: so that a body
/// holds no more than them and one answer.
pub(crate) const MORE_ELEMENTS: usize = 1 << 18;

/// Frames up to this size are sent in one piece.
const SMALL_BYTES: usize = 1 << 16;

/// What tito asks of a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Which call it belongs to: reports name it again.
    pub call: u64,
    /// Whether a fresh guest is launched for it first; the one before is dropped.
    pub fresh: bool,
    /// What is asked.
    pub order: Order,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Order {
    /// To compile the component in the body.
    Compile {
        /// For which engine.
        metering: Metering,
        /// The gate's, again, and the stack's.
        limits: Limits,
    },
    /// To load the native code in the body, which ends all loading.
    Prepare {
        /// The engine that it was compiled for.
        metering: Metering,
        /// What guests may use.
        limits: RunLimits,
    },
    /// [`Guest::build`](tito_sandbox::Guest::build).
    Build {
        /// The model's layers.
        layers: Vec<Layer>,
        /// Of its parameters.
        seed: u64,
    },
    /// [`Guest::parameters`](tito_sandbox::Guest::parameters).
    Parameters {
        /// Whose.
        model: ModelId,
    },
    /// [`Guest::load`](tito_sandbox::Guest::load); the body holds the elements.
    Load {
        /// Whose.
        model: ModelId,
        /// The shapes of the parameters.
        shapes: Vec<Shape>,
    },
    /// [`Guest::forward`](tito_sandbox::Guest::forward); the body holds the elements.
    Forward {
        /// Whose.
        model: ModelId,
        /// The shape of the input.
        shape: Shape,
        /// Whether the mode is training.
        training: bool,
    },
    /// [`Launch::run_each`](tito_sandbox::Launch::run_each); the body holds the elements of one after the other, each
    /// one's parameters first.
    RunEach(Vec<RunShapes>),
    /// [`Guest::drop_model`](tito_sandbox::Guest::drop_model).
    Drop {
        /// Whose.
        model: ModelId,
    },
    /// The answer to [`Report::Epoch`].
    Go(Directive),
    /// [`Guest::backward`](tito_sandbox::Guest::backward); the body holds the elements.
    Backward {
        /// Whose.
        model: ModelId,
        /// The shape of the gradient.
        shape: Shape,
    },
    /// [`Guest::gradients`](tito_sandbox::Guest::gradients).
    Gradients {
        /// Whose.
        model: ModelId,
    },
    /// [`Guest::zero_gradients`](tito_sandbox::Guest::zero_gradients).
    ZeroGradients {
        /// Whose.
        model: ModelId,
    },
    /// [`Guest::cross_entropy`](tito_sandbox::Guest::cross_entropy); the body holds the elements, and the targets as
    /// the bits of as many more.
    CrossEntropy {
        /// The shape of the logits.
        shape: Shape,
    },
    /// [`Guest::mean_squared_error`](tito_sandbox::Guest::mean_squared_error); the body holds the elements.
    MeanSquaredError {
        /// The shape of the predictions.
        predictions: Shape,
        /// The shape of the targets.
        targets: Shape,
    },
    /// [`Guest::build_optimizer`](tito_sandbox::Guest::build_optimizer).
    BuildOptimizer(OptimizerSpec),
    /// [`Guest::step`](tito_sandbox::Guest::step); the body holds the elements.
    Step {
        /// Whose.
        optimizer: OptimizerId,
        /// The shapes of the parameters.
        parameters: Vec<Shape>,
        /// The shapes of the gradients.
        gradients: Vec<Shape>,
    },
    /// [`Guest::fit`](tito_sandbox::Guest::fit).
    Fit {
        /// Whose.
        model: ModelId,
        /// What it is given.
        lesson: Lesson,
    },
    /// [`Guest::save`](tito_sandbox::Guest::save).
    Save {
        /// Whose.
        model: ModelId,
    },
    /// [`Guest::restore`](tito_sandbox::Guest::restore); the body is the checkpoint.
    Restore,
    /// The answer to [`Report::Wanted`]: the shape of the inputs, whose elements the body holds, and the targets as the
    /// bits of as many more; or the fault that the submission gets.
    Batch(Result<Shape, Fault>),
    /// [`Guest::generate`](tito_sandbox::Guest::generate); the body holds the prompt as the bits of elements, and the
    /// draws behind it.
    Generate {
        /// Whose.
        model: ModelId,
        /// The tokens of the prompt.
        prompt: u32,
        /// The tokens that are wanted.
        count: u32,
        /// How they are chosen.
        sampling: Sampling,
    },
    /// [`Guest::profile`](tito_sandbox::Guest::profile).
    Profile,
}

/// A [`Run`] without its elements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunShapes {
    /// The model's layers.
    pub layers: Vec<Layer>,
    /// The shapes of the parameters.
    pub parameters: Vec<Shape>,
    /// The shapes of the inputs, of which there is one.
    pub inputs: Vec<Shape>,
}

impl From<&Run<'_>> for RunShapes {
    fn from(run: &Run<'_>) -> Self {
        let shape = |tensor: &Tensor| tensor.shape().clone();
        Self {
            layers: run.layers.to_vec(),
            parameters: run.parameters.iter().map(shape).collect(),
            inputs: run.inputs.iter().map(|input| shape(input)).collect(),
        }
    }
}

impl Order {
    /// How many calls to guests it stands for, besides launching a fresh one.
    pub(crate) fn calls(&self) -> u32 {
        match self {
            Self::Compile { .. } | Self::Prepare { .. } => 0,
            Self::RunEach(runs) => runs.iter().map(|run| Run::calls_for(run.inputs.len())).sum(),
            _ => 1,
        }
    }
}

/// What a worker says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The call that it belongs to.
    pub call: u64,
    /// What is said.
    pub report: Report,
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// First of all, before it has read a byte: it is locked down, and ready.
    Ready {
        /// What it speaks.
        version: String,
        /// What became of each layer of the lockdown.
        layers: Vec<LayerReport>,
    },
    /// The call has ended.
    Ended {
        /// How.
        outcome: Outcome<Value>,
        /// What the guest has used by now.
        usage: Usage,
        /// The lines that the submission logged in this call.
        log: Vec<String>,
    },
    /// There is no guest to be called: this became of launching it.
    NotLaunched {
        /// Anything but an answer.
        outcome: Outcome<Value>,
    },
    /// The worker itself failed; this says nothing about the submission.
    Failed {
        /// What it was doing, and why that failed.
        words: String,
    },
    /// A callback: the submission reports an epoch, and waits for [`Order::Go`].
    Epoch {
        /// What it reports.
        epoch: Epoch,
        /// The fuel that its run has taken.
        fuel: u64,
    },
    /// What became of [`Order::RunEach`], of the first runs or of all: a guest that crashed or met a limit is the last
    /// one that a worker has. The body holds the elements of the answers.
    RanEach(Vec<RanShape>),
    /// A callback: the submission wants these examples, and waits for [`Order::Batch`].
    Wanted {
        /// Of which dataset.
        split: Split,
        /// Which.
        indices: Vec<u32>,
        /// The fuel that its run has taken.
        fuel: u64,
    },
}

/// A [`Ran`] without its elements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RanShape {
    /// The answer's shape, or what came instead.
    pub outcome: Outcome<Shape>,
    /// What the guest used for it.
    pub usage: Usage,
}

/// What an answer holds besides the body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Nothing.
    Nothing,
    /// A model.
    Model(ModelId),
    /// Tensors of these shapes, whose elements are the body.
    Tensors(Vec<Shape>),
    /// Native code or a checkpoint, which is the body.
    Bytes,
    /// An optimizer.
    Optimizer(OptimizerId),
    /// A loss whose gradient has this shape and the body's elements.
    Loss {
        /// The loss.
        value: f32,
        /// The shape of its gradient.
        shape: Shape,
    },
    /// What `fit` gives.
    History(Vec<Epoch>),
    /// Tokens, which are the body.
    Tokens,
    /// A profile, which is the body.
    Profile,
}

/// Sends one frame.
///
/// # Errors
///
/// If the other side is gone or does not take it.
///
/// # Panics
///
/// If the header is larger than any that the other side takes.
pub fn send<H: Serialize, E: NoUninit>(to: &mut impl Write, header: &H, body: &[&[E]]) -> io::Result<()> {
    let header = postcard::to_stdvec(header).expect("a header can be written to memory");
    assert!(header.len() <= HEADER_BYTES, "a header of {} bytes", header.len());
    let body_bytes: usize = body.iter().map(|part| size_of_val(*part)).sum();
    let mut out = Vec::with_capacity(16 + header.len() + body_bytes.min(SMALL_BYTES));
    out.extend(MAGIC);
    out.extend((header.len() as u32).to_le_bytes());
    out.extend((body_bytes as u64).to_le_bytes());
    out.extend(header);
    if body_bytes <= SMALL_BYTES {
        body.iter().for_each(|part| out.extend_from_slice(cast_slice(part)));
        return to.write_all(&out);
    }
    to.write_all(&out)?;
    body.iter().try_for_each(|part| to.write_all(cast_slice(part)))
}

/// A frame whose header is read and whose body is not.
#[derive(Debug)]
pub struct Frame<H> {
    /// The header.
    pub header: H,
    body_bytes: usize,
}

impl<H: DeserializeOwned> Frame<H> {
    /// Reads the next frame up to its body; `None` where the other side closed the socket between frames.
    ///
    /// # Errors
    ///
    /// If what comes is no frame, its body is longer than `most_bytes`, or the other side is gone.
    pub fn read(from: &mut impl Read, most_bytes: u64) -> io::Result<Option<Self>> {
        let mut first = [0; 16];
        let magic = first_bytes(from, &mut first)?;
        if magic == 0 {
            return Ok(None);
        }
        from.read_exact(&mut first[magic..])?;
        if first[..4] != MAGIC {
            return Err(broken("what came is no frame"));
        }
        let header_bytes = u32::from_le_bytes(first[4..8].try_into().expect("four bytes")) as usize;
        let body_bytes = u64::from_le_bytes(first[8..].try_into().expect("eight bytes"));
        if header_bytes > HEADER_BYTES || body_bytes > most_bytes {
            return Err(broken(format!("a frame of {header_bytes} and {body_bytes} bytes is too long")));
        }
        let mut header = vec![0; header_bytes];
        from.read_exact(&mut header)?;
        let header = match postcard::take_from_bytes(&header) {
            Ok((header, [])) => header,
            Ok(_) => return Err(broken("a header is longer than what it says")),
            Err(error) => return Err(broken(format!("a header cannot be read: {error}"))),
        };
        Ok(Some(Self { header, body_bytes: body_bytes as usize }))
    }

    /// Reads the body as numbers of one kind.
    ///
    /// # Errors
    ///
    /// If its length is no multiple of theirs, or the other side is gone.
    pub fn body<E: AnyBitPattern + NoUninit>(self, from: &mut impl Read) -> io::Result<(H, Vec<E>)> {
        if !self.body_bytes.is_multiple_of(size_of::<E>()) {
            return Err(broken(format!("a body of {} bytes is cut off", self.body_bytes)));
        }
        let mut body = vec![E::zeroed(); self.body_bytes / size_of::<E>()];
        from.read_exact(cast_slice_mut(&mut body))?;
        Ok((self.header, body))
    }
}

/// How many bytes came first: none at the end of a stream.
fn first_bytes(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

pub(crate) fn broken(words: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, words.into())
}

/// Gives what became of runs the elements of its answers.
///
/// # Errors
///
/// If the elements are not exactly those that the shapes want.
pub(crate) fn ran(ran: Vec<RanShape>, body: Vec<f32>) -> io::Result<Vec<Ran>> {
    let shapes = ran.iter().filter_map(|ran| ran.outcome.clone().answer()).collect();
    let mut answers = tensors(shapes, body)?.into_iter();
    let with_elements = |RanShape { outcome, usage }: RanShape| {
        let outcome = outcome.map(|_| answers.next().expect("one was cut for every shape"));
        Ran { outcome, usage }
    };
    Ok(ran.into_iter().map(with_elements).collect())
}

/// Cuts a body into a tensor of this shape and targets, which are sent as the bits of elements behind it.
///
/// # Errors
///
/// If there are fewer elements than the shape wants.
pub fn with_targets(shape: Shape, mut body: Vec<f32>) -> io::Result<(Tensor, Vec<u32>)> {
    let Some(elements) = shape.elements().filter(|&elements| elements <= body.len()) else {
        return Err(broken(format!("{} elements are fewer than those of shape {shape}", body.len())));
    };
    let targets = body.split_off(elements).into_iter().map(f32::to_bits).collect();
    Ok((Tensor::new(shape, body).expect("the elements were counted"), targets))
}

/// Cuts a body into so many tokens, which are sent as the bits of elements, and the elements behind them.
///
/// # Errors
///
/// If there are fewer elements than tokens.
pub fn after_tokens(tokens: u32, mut body: Vec<f32>) -> io::Result<(Vec<u32>, Vec<f32>)> {
    if body.len() < tokens as usize {
        return Err(broken(format!("{} elements are fewer than {tokens} tokens", body.len())));
    }
    let behind = body.split_off(tokens as usize);
    Ok((body.into_iter().map(f32::to_bits).collect(), behind))
}

/// Targets or tokens as they are sent.
pub(crate) fn bits(targets: &[u32]) -> Vec<f32> {
    targets.iter().map(|&target| f32::from_bits(target)).collect()
}

/// Cuts a body into tensors of these shapes.
///
/// # Errors
///
/// If the elements are not exactly those that the shapes want.
pub fn tensors(shapes: Vec<Shape>, body: Vec<f32>) -> io::Result<Vec<Tensor>> {
    let wanted = shapes.iter().try_fold(0usize, |sum, shape| sum.checked_add(shape.elements()?));
    if wanted != Some(body.len()) {
        return Err(broken(format!("{} elements are not those of {} shapes", body.len(), shapes.len())));
    }
    let one = |shape, data| Tensor::new(shape, data).expect("the elements were counted");
    let shapes = match <[Shape; 1]>::try_from(shapes) {
        Ok([shape]) => return Ok(vec![one(shape, body)]),
        Err(shapes) => shapes,
    };
    let mut rest = body.as_slice();
    let cut = |shape: Shape| {
        let (data, after) = rest.split_at(shape.elements().expect("it was counted"));
        rest = after;
        one(shape, data.to_vec())
    };
    Ok(shapes.into_iter().map(cut).collect())
}
