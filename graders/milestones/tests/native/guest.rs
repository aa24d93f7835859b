//! A guest without a sandbox, made of the native kernels; with a name of a bug, of what that makes of them.

use std::{sync::Mutex, time::Duration};

use tito_judge::{Draw, affine, attention, block, conv_window, output_shape, parameter_shapes, pool_window};
use tito_kernels::{
    Gradients, ShapeError, attention, average_pool2d,
    batch_norm2d::{self, Moments},
    conv2d, cross_entropy, dense, dropout, flatten, gelu, layer_norm, max_pool2d, mean_squared_error,
    position_embedding, relu, sgd, sigmoid, softmax, tanh, token_embedding, transformer_block,
};
use tito_sandbox::{
    Called, Epoch, Fault, Guest, Launch, Layer, Lesson, Loss, Mode, ModelId, OptimizerId, OptimizerSpec,
    Outcome, Sampling, SharedCallbacks, Usage,
};
use tito_tensor::{Shape, Tensor};
use tito_trainer::Run;

use crate::{bugs, fit, honest, writer};

/// Launches guests that all have this bug, or none.
#[derive(Default)]
pub(crate) struct Launcher {
    pub(crate) bug: &'static str,
}

impl Launch for Launcher {
    fn launch(&self) -> Called<Box<dyn Guest>> {
        Ok(Outcome::Answer(Box::new(Native { bug: self.bug, ..Native::default() })))
    }
}

#[derive(Default)]
struct Native {
    bug: &'static str,
    models: Vec<Model>,
    optimizers: Vec<Optimizer>,
}

/// What was saved by anybody.
static SAVED: Mutex<Vec<Model>> = Mutex::new(Vec::new());

/// A layer with what it keeps from training.
#[derive(Clone)]
struct Trained {
    layer: Layer,
    parameters: Vec<Tensor>,
    gradients: Vec<Tensor>,
    running: Moments<Tensor>,
    inputs: Vec<Tensor>,
    mask: Option<Tensor>,
}

#[derive(Clone)]
struct Model {
    layers: Vec<Trained>,
    draw: Draw,
}

enum Optimizer {
    Right(OptimizerSpec, Run),
    Wrong(OptimizerSpec, bugs::Optimizer),
}

type Fitting<T> = Result<T, ShapeError>;

fn fault<T>(given: Fitting<T>) -> Outcome<T> {
    match given {
        Ok(given) => Outcome::Answer(given),
        Err(error @ ShapeError::Class { .. }) => Outcome::Fault(Fault::InvalidArgument(error.to_string())),
        Err(error) => Outcome::Fault(Fault::ShapeMismatch(error.to_string())),
    }
}

impl Trained {
    fn new(layer: Layer, draw: &mut Draw) -> Self {
        let parameters: Vec<_> =
            parameter_shapes(&layer).into_iter().map(|shape| initial(shape, draw)).collect();
        let features = if let Layer::BatchNorm2d(spec) = layer { spec.features } else { 0 };
        let running =
            Moments { mean: Tensor::zeros([features]), variance: Tensor::from_fn([features], |_| 1.0) };
        let mut trained =
            Self { layer, parameters, gradients: Vec::new(), running, inputs: Vec::new(), mask: None };
        trained.zero();
        trained
    }

    fn zero(&mut self) {
        self.gradients = self.parameters.iter().map(|p| Tensor::zeros(p.shape().clone())).collect();
    }

    fn forward(&mut self, bug: &str, input: &Tensor, mode: Mode, draw: &mut Draw) -> Fitting<Tensor> {
        let parameters = self.parameters.as_slice();
        match &self.layer {
            Layer::Dense(_) => dense::native(input, &parameters[0], parameters.get(1)),
            Layer::Relu => Ok(relu::native(input)),
            Layer::Sigmoid => Ok(sigmoid::native(input)),
            Layer::Tanh => Ok(tanh::native(input)),
            Layer::Softmax => Ok(softmax::native(input)),
            Layer::Flatten => flatten::native(input),
            Layer::Conv2d(spec) => {
                conv2d::native(input, &parameters[0], parameters.get(1), conv_window(spec))
            }
            Layer::MaxPool2d(spec) => max_pool2d::native(input, pool_window(spec)),
            Layer::AveragePool2d(spec) => average_pool2d::native(input, pool_window(spec)),
            Layer::BatchNorm2d(_) => self.normalise(bug, input, mode),
            &Layer::Dropout(probability) => self.drop(bug, input, mode, probability, draw),
            Layer::Gelu => Ok(gelu::native(input)),
            Layer::TokenEmbedding(_) => token_embedding::native(input, &parameters[0]),
            Layer::PositionEmbedding(_) => position_embedding::native(input, &parameters[0]),
            Layer::LayerNorm(spec) => layer_norm::native(input, affine(spec, parameters)),
            Layer::Attention(spec) => attention::native(input, parameters, attention(spec)),
            Layer::TransformerBlock(spec) => transformer_block::native(input, parameters, block(spec)),
        }
    }

    fn normalise(&mut self, bug: &str, input: &Tensor, mode: Mode) -> Fitting<Tensor> {
        let Layer::BatchNorm2d(spec) = &self.layer else { unreachable!("only that is normalised") };
        let affine = affine(spec, &self.parameters);
        if mode == Mode::Inference {
            return match bugs::inferred(bug, input, affine, &self.running) {
                Some(wrong) => Ok(wrong),
                None => batch_norm2d::native_inference(input, affine, &self.running),
            };
        }
        let (output, batch) = batch_norm2d::native(input, affine)?;
        let count = input.data().len() as f32 / self.running.mean.data().len() as f32;
        let (momentum, unbiased) = honest::running(bug);
        let scale = if unbiased { count / (count - 1.0) } else { 1.0 };
        let mix = |old: &Tensor, new: &Tensor, scale: f32| {
            Tensor::from_fn(old.shape().clone(), |at| {
                (1.0 - momentum) * old.data()[at] + momentum * scale * new.data()[at]
            })
        };
        self.running = Moments {
            mean: mix(&self.running.mean, &batch.mean, 1.0),
            variance: mix(&self.running.variance, &batch.variance, scale),
        };
        Ok(bugs::normalised(bug, input, affine)
            .or_else(|| honest::normalised(bug, input, affine))
            .unwrap_or(output))
    }

    fn drop(
        &mut self,
        bug: &str,
        input: &Tensor,
        mode: Mode,
        probability: f32,
        draw: &mut Draw,
    ) -> Fitting<Tensor> {
        let mut mask = || {
            bugs::mask(bug, input.shape(), probability).unwrap_or_else(|| {
                Tensor::from_fn(input.shape().clone(), |_| {
                    f32::from(draw.uniform() >= f64::from(probability))
                })
            })
        };
        if mode == Mode::Inference {
            return match bug {
                "dropout-in-inference" => dropout::native(input, &mask(), probability),
                "dropout-scaled-in-inference" => Ok(bugs::mapped(input, |x| x * (1.0 - probability))),
                _ => Ok(input.clone()),
            };
        }
        let mask = match (bug, &self.mask) {
            ("dropout-mask-repeated", Some(mask)) => mask.clone(),
            _ => mask(),
        };
        self.mask = Some(mask.clone());
        let probability = if bug == "dropout-not-scaled" { 0.0 } else { probability };
        dropout::native(input, &mask, probability)
    }

    /// The input's gradient and those of the parameters.
    fn backward(&self, bug: &str, gradient: &Tensor) -> Fitting<Gradients<Tensor>> {
        let input = self.inputs.last().expect("a forward in training came first");
        let parameters = self.parameters.as_slice();
        let output = output_shape(&self.layer, input);
        if *gradient.shape() != output {
            let (left, right) = (gradient.shape().clone(), output);
            return Err(ShapeError::Unlike { operation: "backward", left, right });
        }
        let bias = parameters.get(1);
        let alone = |input| Gradients { input, parameters: Vec::new() };
        let right = match &self.layer {
            Layer::Dense(_) => dense::native_backward(input, &parameters[0], bias, gradient),
            Layer::Conv2d(spec) => {
                conv2d::native_backward(input, &parameters[0], bias, conv_window(spec), gradient)
            }
            Layer::BatchNorm2d(spec) => {
                batch_norm2d::native_backward(input, affine(spec, parameters), gradient)
            }
            Layer::Relu => relu::native_backward(input, gradient).map(alone),
            Layer::Sigmoid => sigmoid::native_backward(input, gradient).map(alone),
            Layer::Tanh => tanh::native_backward(input, gradient).map(alone),
            Layer::Softmax => softmax::native_backward(input, gradient).map(alone),
            Layer::Flatten => flatten::native_backward(input, gradient).map(alone),
            Layer::MaxPool2d(spec) => {
                max_pool2d::native_backward(input, pool_window(spec), gradient).map(alone)
            }
            Layer::AveragePool2d(spec) => {
                average_pool2d::native_backward(input, pool_window(spec), gradient).map(alone)
            }
            &Layer::Dropout(probability) => {
                let mask = self.mask.as_ref().expect("a forward in training came first");
                Ok(alone(bugs::undropped(bug, gradient, mask, probability)?))
            }
            Layer::Gelu => gelu::native_backward(input, gradient).map(alone),
            Layer::TokenEmbedding(_) => token_embedding::native_backward(input, &parameters[0], gradient),
            Layer::PositionEmbedding(_) => {
                position_embedding::native_backward(input, &parameters[0], gradient)
            }
            Layer::LayerNorm(spec) => layer_norm::native_backward(input, affine(spec, parameters), gradient),
            Layer::Attention(spec) => {
                attention::native_backward(input, parameters, attention(spec), gradient)
            }
            Layer::TransformerBlock(spec) => {
                transformer_block::native_backward(input, parameters, block(spec), gradient)
            }
        }?;
        let pass = bugs::Pass { layer: &self.layer, parameters, inputs: &self.inputs, gradient };
        Ok(bugs::gradients(bug, &pass, honest::gradients(bug, &pass).unwrap_or(right)))
    }
}

/// What is wrong with a layer, before it sees any input.
fn impossible(layer: &Layer) -> Option<Fault> {
    let window = match layer {
        Layer::Conv2d(spec) => conv_window(spec),
        Layer::MaxPool2d(spec) | Layer::AveragePool2d(spec) => pool_window(spec),
        Layer::Attention(spec) => return undivided(spec.width, spec.heads),
        Layer::TransformerBlock(spec) => return undivided(spec.width, spec.heads),
        _ => return None,
    };
    let is_still = window.kernel.contains(&0) || window.stride.contains(&0);
    is_still.then(|| Fault::InvalidArgument("a window without extent or stride".into()))
}

/// Heads that do not share out a width.
fn undivided(width: u32, heads: u32) -> Option<Fault> {
    let is_divided = heads > 0 && width.is_multiple_of(heads);
    (!is_divided).then(|| Fault::InvalidArgument("heads that do not divide the width".into()))
}

/// LeCun's deviation for dense weights, He's for convolutions.
fn initial(shape: Shape, draw: &mut Draw) -> Tensor {
    match *shape.extents() {
        [inputs, _] => draw.normals(shape, (1.0 / f64::from(inputs)).sqrt()),
        [_, channels, height, width] => {
            draw.normals(shape, (2.0 / f64::from(channels * height * width)).sqrt())
        }
        _ => Tensor::zeros(shape),
    }
}

impl Native {
    fn at(&mut self, model: ModelId) -> &mut Model {
        &mut self.models[model.index()]
    }
}

impl Guest for Native {
    fn build(&mut self, layers: &[Layer], seed: u64) -> Called<ModelId> {
        if let Some(fault) = layers.iter().find_map(impossible) {
            return Ok(Outcome::Fault(fault));
        }
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut draw = Draw::new(key);
        let layers = layers.iter().map(|layer| Trained::new(*layer, &mut draw)).collect();
        self.models.push(Model { layers, draw });
        Ok(Outcome::Answer(ModelId::new(self.models.len() - 1)))
    }

    fn parameters(&mut self, model: ModelId) -> Called<Vec<Tensor>> {
        let layers = self.at(model).layers.iter();
        Ok(Outcome::Answer(layers.flat_map(|layer| layer.parameters.clone()).collect()))
    }

    fn load(&mut self, model: ModelId, parameters: &[Tensor]) -> Called<()> {
        let bug = self.bug;
        let own = self.at(model).layers.iter_mut();
        let mut own: Vec<&mut Tensor> = own.flat_map(|layer| &mut layer.parameters).collect();
        if !own.iter().map(|own| own.shape()).eq(parameters.iter().map(Tensor::shape)) {
            return Ok(Outcome::Fault(Fault::ShapeMismatch("parameters".into())));
        }
        own.iter_mut().zip(parameters).for_each(|(own, new)| **own = new.clone());
        if bug != "load-keeps-gradients" {
            self.at(model).layers.iter_mut().for_each(Trained::zero);
        }
        Ok(Outcome::Answer(()))
    }

    fn forward(&mut self, model: ModelId, input: &Tensor, mode: Mode) -> Called<Tensor> {
        let bug = self.bug;
        let Model { layers, draw } = self.at(model);
        let mut carried = input.clone();
        for layer in layers {
            let output = match layer.forward(bug, &carried, mode, draw) {
                Ok(output) => output,
                Err(error) => return Ok(Outcome::Fault(Fault::ShapeMismatch(error.to_string()))),
            };
            if mode == Mode::Training || bug == "inference-forgets-training" {
                layer.inputs.push(carried);
            }
            carried = output;
        }
        Ok(Outcome::Answer(carried))
    }

    fn backward(&mut self, model: ModelId, output_gradient: &Tensor) -> Called<Tensor> {
        let bug = self.bug;
        let mut carried = output_gradient.clone();
        let is_alone = self.at(model).layers.len() == 1;
        for layer in self.at(model).layers.iter_mut().rev() {
            let given = match layer.backward(bug, &carried) {
                Ok(given) => given,
                Err(error) => return Ok(Outcome::Fault(Fault::ShapeMismatch(error.to_string()))),
            };
            for (sum, gradient) in layer.gradients.iter_mut().zip(&given.parameters) {
                *sum = bugs::added(bug, sum, gradient);
            }
            if is_alone || bug != "chain-broken" || carried.shape() != given.input.shape() {
                carried = given.input;
            }
        }
        Ok(Outcome::Answer(carried))
    }

    fn gradients(&mut self, model: ModelId) -> Called<Vec<Tensor>> {
        let layers = self.at(model).layers.iter();
        Ok(Outcome::Answer(layers.flat_map(|layer| layer.gradients.clone()).collect()))
    }

    fn zero_gradients(&mut self, model: ModelId) -> Called<()> {
        if self.bug != "gradients-never-zeroed" {
            self.at(model).layers.iter_mut().for_each(Trained::zero);
        }
        Ok(Outcome::Answer(()))
    }

    fn cross_entropy(&mut self, logits: &Tensor, targets: &[u32]) -> Called<Loss> {
        let given = match cross_entropy::native(logits, targets) {
            Err(_) if self.bug == "wrong-argument-accepted" => {
                Ok(tito_kernels::Loss { value: 1.0, gradient: logits.clone() })
            }
            given => given,
        };
        let loss = |loss: tito_kernels::Loss<f32, Tensor>| {
            let right = Loss { value: loss.value, gradient: loss.gradient };
            if logits.shape().rank() == 0 {
                return right;
            }
            let right = honest::cross_entropy(self.bug, logits, targets).unwrap_or(right);
            bugs::cross_entropy(self.bug, logits, targets, right)
        };
        Ok(fault(given).map(loss))
    }

    fn mean_squared_error(&mut self, predictions: &Tensor, targets: &Tensor) -> Called<Loss> {
        let loss = |loss: tito_kernels::Loss<f32, Tensor>| {
            let right = Loss { value: loss.value, gradient: loss.gradient };
            bugs::mean_squared_error(self.bug, predictions, targets, right)
        };
        Ok(fault(mean_squared_error::native(predictions, targets)).map(loss))
    }

    fn build_optimizer(&mut self, spec: OptimizerSpec) -> Called<OptimizerId> {
        let optimizer = if bugs::Optimizer::is(self.bug) {
            Optimizer::Wrong(spec, bugs::Optimizer::default())
        } else {
            Optimizer::Right(spec, Run::new(spec))
        };
        self.optimizers.push(optimizer);
        Ok(Outcome::Answer(OptimizerId::new(self.optimizers.len() - 1)))
    }

    fn step(
        &mut self,
        optimizer: OptimizerId,
        parameters: &[Tensor],
        gradients: &[Tensor],
    ) -> Called<Vec<Tensor>> {
        let mut stepped = parameters.to_vec();
        let index = if self.bug == "shared-moments" { 0 } else { optimizer.index() };
        let given = match &mut self.optimizers[index] {
            Optimizer::Right(spec, run) => run.step(spec.learning_rate(), &mut stepped, gradients),
            Optimizer::Wrong(spec, wrong) => {
                // Shapes are compared as the others do.
                let none = sgd::Sgd { rate: 0.0, momentum: 0.0, decay: 0.0 };
                let fits = sgd::Native::new(none).step(&mut stepped, gradients);
                fits.map(|()| wrong.step(self.bug, *spec, &mut stepped, gradients))
            }
        };
        Ok(fault(given).map(|()| stepped))
    }

    fn fit(&mut self, model: ModelId, lesson: &Lesson, callbacks: SharedCallbacks) -> Called<Vec<Epoch>> {
        Ok(match fit::fit(self, model, lesson, &callbacks) {
            Ok(history) => Outcome::Answer(history),
            Err(fault) => Outcome::Fault(fault),
        })
    }

    /// A checkpoint is the place of a copy.
    fn save(&mut self, model: ModelId) -> Called<Vec<u8>> {
        let model = self.at(model).clone();
        let mut saved = SAVED.lock().unwrap();
        saved.push(model);
        Ok(Outcome::Answer((saved.len() - 1).to_le_bytes().to_vec()))
    }

    fn restore(&mut self, checkpoint: &[u8]) -> Called<ModelId> {
        let place = usize::from_le_bytes(checkpoint.try_into().expect("it was saved"));
        let model = SAVED.lock().unwrap()[place].clone();
        self.models.push(model);
        Ok(Outcome::Answer(ModelId::new(self.models.len() - 1)))
    }

    fn generate(
        &mut self,
        model: ModelId,
        prompt: &[u32],
        count: u32,
        sampling: Sampling,
        draws: &[f32],
    ) -> Called<Vec<u32>> {
        let layers: Vec<_> = self.at(model).layers.iter().map(|layer| layer.layer).collect();
        let mut logits = |context: &[u32]| {
            let tokens = Tensor::from_fn([1, context.len() as u32], |at| context[at] as f32);
            self.forward(model, &tokens, Mode::Inference)
        };
        writer::generate(&layers, prompt, count, sampling, draws, &mut logits)
    }

    fn drop_model(&mut self, _model: ModelId) -> Called<()> {
        Ok(Outcome::Answer(()))
    }

    fn usage(&self) -> Usage {
        Usage::default()
    }

    fn last_time(&self) -> Duration {
        Duration::ZERO
    }

    fn log(&self) -> &[String] {
        &[]
    }
}
