//! Work to be measured: a layer, and inputs that nobody has seen, each answer checked as it comes.

use tito_kernels::{conv2d, dense};
use tito_sandbox::{Conv2dSpec, DenseSpec, Guest, HostError, Layer, Mode, ModelId, Usage};
use tito_tensor::{Shape, Tensor};

use crate::{
    Case, Doubt, Draw, Kind, allow_fast, compare, conv_window, describe,
    doubt::{Stop, answered, apart},
    fast::{FAST, may_be_fast},
    freivalds, parameter_shapes,
};

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
    /// Multiplications, of which each has an addition.
    pub multiplications: u64,
    parameters: Vec<Tensor>,
}

/// What work is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Its fuel is counted: a few million multiplications, which plain loops do, too.
    Counted,
    /// Its time is taken: more of them, so that a clock is read rarely, on matrices that no first-level cache holds.
    Timed,
}

/// What work took a submission.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// The fuel of one call.
    pub fuel: f64,
    /// Everything that its guest used.
    pub usage: Usage,
}

impl Work {
    /// A dense layer on so many rows that its arithmetic outweighs the call.
    pub fn dense(draw: &mut Draw, size: Size) -> Self {
        let [rows, inputs, outputs] = match size {
            Size::Counted => [(17, 67), (150, 700), (33, 150)],
            Size::Timed => [(9, 17), (400, 900), (400, 900)],
        };
        Self::drawn(draw, size, |draw| {
            let mut between = |(low, high)| draw.between(low, high) as u32;
            let (rows, inputs, outputs) = (between(rows), between(inputs), between(outputs));
            let layer = Layer::Dense(DenseSpec { inputs, outputs, bias: true });
            (layer, Shape::from([rows, inputs]), u64::from(rows) * u64::from(inputs) * u64::from(outputs))
        })
    }

    /// A convolution with a kernel of 3x3 or 5x5, as networks for images have it.
    pub fn conv2d(draw: &mut Draw, size: Size) -> Self {
        let [images, inputs, outputs, side] = match size {
            Size::Counted => [(1, 5), (3, 19), (7, 37), (13, 34)],
            Size::Timed => [(1, 2), (17, 53), (17, 53), (17, 37)],
        };
        Self::drawn(draw, size, |draw| {
            let mut between = |(low, high)| draw.between(low, high) as u32;
            let (images, in_channels, out_channels) = (between(images), between(inputs), between(outputs));
            let (height, width, kernel) = (between(side), between(side), 2 * between((1, 2)) + 1);
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
    fn drawn(draw: &mut Draw, size: Size, mut extents: impl FnMut(&mut Draw) -> (Layer, Shape, u64)) -> Self {
        let wanted = match size {
            Size::Counted => 1_000_000..4_000_000,
            Size::Timed => 4_000_000..5_500_000,
        };
        let (layer, shape, multiplications) = loop {
            let drawn = extents(draw);
            if wanted.contains(&drawn.2) {
                break drawn;
            }
        };
        let parameters = parameter_shapes(&layer).into_iter().map(|shape| draw.normals(shape, 0.1)).collect();
        Self { layer, shape, multiplications, parameters }
    }

    /// What it is, in words.
    pub fn describe(&self) -> String {
        format!("{} on input {}", describe(&[self.layer]), self.shape)
    }

    /// The bytes of all that it reads and writes, each once.
    pub fn bytes(&self) -> u64 {
        let parameters: usize = self.parameters.iter().map(|tensor| tensor.data().len()).sum();
        let extents = self.shape.extents().iter().map(|&extent| u64::from(extent));
        let (inputs, outputs) = match self.layer {
            Layer::Dense(DenseSpec { inputs, outputs, .. }) => (inputs, outputs),
            Layer::Conv2d(Conv2dSpec { in_channels, out_channels, .. }) => (in_channels, out_channels),
            _ => unreachable!("no other layer is work"),
        };
        // The convolutions here keep the places of their images.
        let input = extents.product::<u64>();
        4 * (parameters as u64 + input + input / u64::from(inputs) * u64::from(outputs))
    }

    /// An input that nobody has seen.
    pub fn input(&self, draw: &mut Draw) -> Tensor {
        draw.normals(self.shape.clone(), 1.0)
    }

    /// The answer of the native kernel.
    pub fn native(&self, input: &Tensor) -> Tensor {
        let (weight, bias) = (&self.parameters[0], self.parameters.get(1));
        let answer = match &self.layer {
            Layer::Conv2d(spec) => conv2d::native(input, weight, bias, conv_window(spec)),
            _ => dense::native(input, weight, bias),
        };
        answer.expect("the shapes were drawn together")
    }

    /// Has a guest do it. Some calls go before those that count, so that weights may be packed and memory taken: how
    /// many is drawn, and so is every input.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails; without an answer there is a [`Doubt`], too.
    pub fn ask(&self, guest: &mut dyn Guest, draw: &mut Draw) -> Result<Result<Effort, Doubt>, HostError> {
        apart(self.asked(guest, draw))
    }

    /// What the guest's engine counts of a call, the second; that its answer is right is held by [`ask`](Self::ask).
    ///
    /// # Errors
    ///
    /// As [`ask`](Self::ask).
    pub fn counted(&self, guest: &mut dyn Guest, draw: &mut Draw) -> Result<Result<f64, Doubt>, HostError> {
        apart(self.held(guest, draw).and_then(|model| {
            for _ in 0..2 {
                answered(guest.forward(model, &self.input(draw), Mode::Inference))?;
            }
            Ok(guest.usage().last_fuel as f64)
        }))
    }

    /// A model with the parameters.
    pub(crate) fn held(&self, guest: &mut dyn Guest, draw: &mut Draw) -> Result<ModelId, Stop> {
        let model = answered(guest.build(&[self.layer], draw.below(1 << 40)))?;
        answered(guest.load(model, &self.parameters))?;
        Ok(model)
    }

    fn asked(&self, guest: &mut dyn Guest, draw: &mut Draw) -> Result<Effort, Stop> {
        let model = self.held(guest, draw)?;
        let warm = draw.between(1, 2) as usize;
        let checked = draw.below((warm + COUNTED) as u64) as usize;
        let mut fuel = Vec::new();
        for (at, input) in self.inputs(warm + COUNTED, draw).iter().enumerate() {
            let answer = answered(guest.forward(model, input, Mode::Inference))?;
            fuel.push(guest.usage().last_fuel as f64);
            if !self.is_right(input, answer, at == checked, draw) {
                return Err(Stop::Doubt(Doubt::Wrong(at + 1)));
            }
        }
        let fuel = self.judged(&fuel[warm..]).map_err(Stop::Doubt)?;
        Ok(Effort { fuel, usage: guest.usage() })
    }

    /// So many unseen inputs; the last of them again; one of positive numbers alone; and one with zeros for half of
    /// them, as rectifiers leave them.
    fn inputs(&self, unseen: usize, draw: &mut Draw) -> Vec<Tensor> {
        let mut inputs: Vec<Tensor> = (0..unseen).map(|_| self.input(draw)).collect();
        inputs.push(inputs[unseen - 1].clone());
        inputs.push(Tensor::from_fn(self.shape.clone(), |_| (1.0 + draw.uniform()) as f32));
        inputs.push(Tensor::from_fn(self.shape.clone(), |_| draw.normal().max(0.0) as f32));
        inputs
    }

    /// Every answer is held to sums with factors that are drawn now, and some are looked at as a whole.
    pub(crate) fn is_right(&self, input: &Tensor, answer: Tensor, whole: bool, draw: &mut Draw) -> bool {
        let most = if self.may_be_fast() { FAST } else { 1.0 };
        let is_right = freivalds(&self.layer, &self.parameters, input, &answer, draw) <= most;
        is_right && (!whole || self.is_right_everywhere(input, answer))
    }

    fn is_right_everywhere(&self, input: &Tensor, answer: Tensor) -> bool {
        let mut case = Case::of_layer(self.layer, self.parameters.clone(), input.clone(), Kind::Random);
        if self.may_be_fast() {
            allow_fast(&mut case.expected, Kind::Random);
        }
        compare(&case, &tito_sandbox::Outcome::Answer(answer)).is_ok()
    }

    fn may_be_fast(&self) -> bool {
        matches!(&self.layer, Layer::Conv2d(spec) if may_be_fast(spec))
    }

    /// The fuel of the calls that count, if that and the others can be believed.
    fn judged(&self, fuel: &[f64]) -> Result<f64, Doubt> {
        let (counted, others) = fuel.split_at(COUNTED);
        let (again, of_other_data) = (others[0], &others[1..]);
        let mean = counted.iter().sum::<f64>() / COUNTED as f64;
        let differs = |fuel: &f64| (fuel / mean - 1.0).abs() > EQUAL;
        match () {
            () if counted.iter().any(differs) => Err(Doubt::Uneven),
            () if again < (1.0 - EQUAL) * mean => Err(Doubt::Remembered),
            () if of_other_data.iter().any(differs) => Err(Doubt::OfTheData),
            () if mean < self.least() => Err(Doubt::TooLittle),
            () => Ok(mean),
        }
    }

    /// Half the fuel of the multiplications alone, four at a time: room for Strassen's and Winograd's algorithms, which
    /// have fewer.
    fn least(&self) -> f64 {
        self.multiplications as f64 / 8.0
    }
}
