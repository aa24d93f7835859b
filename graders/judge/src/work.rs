//! Work to be timed: a layer, and inputs that nobody has seen, each answer checked as it comes.

use tito_sandbox::{Called, Conv2dSpec, DenseSpec, Guest, Layer, Mode, ModelId, Outcome, Usage};
use tito_tensor::{Shape, Tensor};

use crate::{Case, Draw, Kind, compare, describe, freivalds, parameter_shapes};

/// How many calls count. They are on inputs alike, so that each should take the same.
const COUNTED: usize = 3;

/// By which part calls on inputs alike may differ: an allocator has its moods.
const EQUAL: f64 = 0.02;

/// A layer of drawn extents with its parameters.
#[derive(Debug)]
pub struct Work {
    /// The layer.
    pub layer: Layer,
    /// The shape of every input.
    pub shape: Shape,
    parameters: Vec<Tensor>,
    /// Multiplications, of which each has an addition.
    pub multiplications: u64,
}

/// What work took a submission.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// The fuel of one call.
    pub fuel: f64,
    /// Everything that its guest used.
    pub usage: Usage,
}

/// Why the figures of work mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// An answer was wrong, the first of them in this call, counted from 1.
    Wrong(usize),
    /// Calls on inputs alike differ: some do less.
    Uneven,
    /// The same input again took less: its answer was kept.
    Remembered,
    /// Another kind of numbers took more or less.
    OfTheData,
    /// It took less than the arithmetic alone.
    TooLittle,
}

impl Work {
    /// A dense layer on so many rows that its arithmetic outweighs the call.
    pub fn dense(draw: &mut Draw) -> Self {
        Self::drawn(draw, |draw| {
            let mut between = |low, high| draw.between(low, high) as u32;
            let (rows, inputs, outputs) = (between(17, 67), between(150, 800), between(33, 150));
            let layer = Layer::Dense(DenseSpec { inputs, outputs, bias: true });
            (layer, Shape::from([rows, inputs]), u64::from(rows) * u64::from(inputs) * u64::from(outputs))
        })
    }

    /// A convolution with a kernel of 3x3 or 5x5, as networks for images have it.
    pub fn conv2d(draw: &mut Draw) -> Self {
        Self::drawn(draw, |draw| {
            let mut between = |low, high| draw.between(low, high) as u32;
            let (images, in_channels, out_channels) = (between(1, 5), between(3, 19), between(7, 37));
            let (height, width, kernel) = (between(13, 34), between(13, 34), 2 * between(1, 2) + 1);
            let padding = (kernel / 2, kernel / 2);
            let spec = Conv2dSpec {
                in_channels,
                out_channels,
                kernel: (kernel, kernel),
                stride: (1, 1),
                padding,
                bias: true,
            };
            let extents = [images, in_channels, height, width];
            let inputs = extents.iter().map(|&extent| u64::from(extent)).product::<u64>();
            let count = inputs * u64::from(out_channels) * u64::from(kernel * kernel);
            (Layer::Conv2d(spec), Shape::from(extents), count)
        })
    }

    /// The first that is large enough to be measured and small enough for plain loops.
    fn drawn(draw: &mut Draw, mut extents: impl FnMut(&mut Draw) -> (Layer, Shape, u64)) -> Self {
        let (layer, shape, multiplications) = loop {
            let drawn = extents(draw);
            if (1_000_000..6_000_000).contains(&drawn.2) {
                break drawn;
            }
        };
        let parameters = parameter_shapes(&layer).into_iter().map(|shape| draw.normals(shape, 0.1)).collect();
        Self { parameters, layer, shape, multiplications }
    }

    /// What it is, in words.
    pub fn describe(&self) -> String {
        format!("{} on input {}", describe(&[self.layer]), self.shape)
    }

    /// Has a guest do it. Some calls go before those that count, so that weights may be packed and memory taken: how
    /// many is drawn, and so is every input.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    pub fn ask(&self, guest: &mut dyn Guest, draw: &mut Draw) -> Called<Result<Effort, Doubt>> {
        guest
            .build(&[self.layer], draw.below(1 << 40))?
            .then(|model| guest.load(model, &self.parameters)?.then(|()| self.calls(guest, model, draw)))
    }

    fn calls(&self, guest: &mut dyn Guest, model: ModelId, draw: &mut Draw) -> Called<Result<Effort, Doubt>> {
        let warm = draw.between(1, 2) as usize;
        let checked = draw.below((warm + COUNTED) as u64) as usize;
        let mut fuel = Vec::new();
        let inputs: Vec<Tensor> =
            (0..warm + COUNTED).map(|_| draw.normals(self.shape.clone(), 1.0)).collect();
        let positive = Tensor::from_fn(self.shape.clone(), |_| (1.0 + draw.uniform()) as f32);
        let again = &inputs[warm + COUNTED - 1];
        for (at, input) in inputs.iter().chain([again, &positive]).enumerate() {
            let answer = match guest.forward(model, input, Mode::Inference)? {
                Outcome::Answer(answer) => answer,
                other => return Ok(other.map(|_| unreachable!("it is no answer"))),
            };
            if !self.is_right(input, answer, at == checked, draw) {
                return Ok(Outcome::Answer(Err(Doubt::Wrong(at + 1))));
            }
            fuel.push(guest.usage().last_fuel as f64);
        }
        Ok(Outcome::Answer(self.judged(&fuel[warm..]).map(|fuel| Effort { fuel, usage: guest.usage() })))
    }

    /// Every answer is held to sums with factors that are drawn now, and one of them is looked at as a whole.
    fn is_right(&self, input: &Tensor, answer: Tensor, whole: bool, draw: &mut Draw) -> bool {
        let is_right = freivalds(&self.layer, &self.parameters, input, &answer, draw) <= 1.0;
        let case = || Case::of_layer(self.layer, self.parameters.clone(), input.clone(), Kind::Random);
        is_right && (!whole || compare(&case(), &Outcome::Answer(answer)).is_ok())
    }

    /// The fuel of the calls that count, if that and the two others can be believed.
    fn judged(&self, fuel: &[f64]) -> Result<f64, Doubt> {
        let (counted, others) = fuel.split_at(COUNTED);
        let mean = counted.iter().sum::<f64>() / COUNTED as f64;
        let differs = |fuel: f64| (fuel / mean - 1.0).abs() > EQUAL;
        match *others {
            _ if counted.iter().any(|&fuel| differs(fuel)) => Err(Doubt::Uneven),
            [again, _] if again < (1.0 - EQUAL) * mean => Err(Doubt::Remembered),
            [_, positive] if differs(positive) => Err(Doubt::OfTheData),
            _ if mean < self.least() => Err(Doubt::TooLittle),
            _ => Ok(mean),
        }
    }

    /// Half the fuel of the multiplications alone, four at a time: room for Strassen's and Winograd's algorithms, which
    /// have fewer.
    fn least(&self) -> f64 {
        self.multiplications as f64 / 8.0
    }
}

impl Doubt {
    /// What is wrong, and what to do.
    pub fn words(self) -> (String, &'static str) {
        match self {
            Self::Wrong(call) => (
                format!("a wrong answer in call {call}"),
                "What is fast has to be right first: look at the checks of this layer.",
            ),
            Self::Uneven => (
                "calls on inputs alike take different fuel".into(),
                "Every call has the same to do. What is prepared once belongs into the first of them.",
            ),
            Self::Remembered => (
                "the same input again takes less".into(),
                "Answers are computed, not kept: nobody asks the same twice.",
            ),
            Self::OfTheData => (
                "another kind of numbers takes more or less".into(),
                "A dense product has the same to do whatever the numbers are.",
            ),
            Self::TooLittle => (
                "less fuel than the multiplications alone".into(),
                "Somebody will look at this: no algorithm known to us takes so little.",
            ),
        }
    }
}
