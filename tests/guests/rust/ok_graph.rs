//! Right, with a model of its own: every pass in training builds a graph of closures, which is gone through from its
//! end. Training loss and accuracy are those of the end of the epoch, on batches that were kept.
//!
//! expect: passes everything

use std::{cell::RefCell, rc::Rc};

use guests::learning::{
    Batch, Dataset, Directive, Epoch, Learner, Learning, Loss, Optimizer, OptimizerSpec, Pass, Pupil, Recipe,
    Slopes, Steps, clip, contents, cross_entropy, export_learning, in_batches, mean_squared_error, model_of,
    moved, rate, scored, sealed, shuffled, slopes, summed_up, taught, words_of,
};
use guests::{Fault, Layer, LayerSpec, Mode, Model, Rng, Tensor};

/// What goes back from one layer.
type Node = Box<dyn Fn(&Tensor) -> Result<Slopes, Fault>>;

struct Graph {
    specs: Vec<LayerSpec>,
    layers: Vec<Rc<RefCell<Box<dyn Layer>>>>,
    gradients: Vec<Tensor>,
    nodes: Vec<Node>,
}

impl Model for Graph {
    fn build(specs: &[LayerSpec], seed: u64) -> Result<Self, Fault> {
        let mut rng = Rng::new(seed);
        let made = specs.iter().map(|spec| Ok(Rc::new(RefCell::new(taught(spec, &mut rng)?))));
        let layers = made.collect::<Result<Vec<_>, Fault>>()?;
        let mut graph = Self { specs: specs.to_vec(), layers, gradients: Vec::new(), nodes: Vec::new() };
        graph.zero_gradients();
        Ok(graph)
    }

    fn parameters(&self) -> Vec<Tensor> {
        self.layers.iter().flat_map(|layer| own(&layer.borrow().parameters())).collect()
    }

    fn load(&mut self, parameters: Vec<Tensor>) -> Result<(), Fault> {
        if !self.parameters().iter().map(Tensor::shape).eq(parameters.iter().map(Tensor::shape)) {
            return Err(Fault::shape_mismatch("load: other parameters than the model has"));
        }
        let mut parameters = parameters.into_iter();
        for layer in &self.layers {
            let mut layer = layer.borrow_mut();
            layer.parameters_mut().into_iter().zip(&mut parameters).for_each(|(own, new)| *own = new);
        }
        self.zero_gradients();
        Ok(())
    }

    fn forward(&mut self, input: &Tensor, mode: Mode) -> Result<Tensor, Fault> {
        let (mut carried, mut nodes) = (input.clone(), Vec::new());
        for (spec, layer) in self.specs.iter().zip(&self.layers) {
            let output = layer.borrow_mut().forward(&carried, mode)?;
            if mode == Mode::Training {
                nodes.push(node(*spec, layer, carried, &output));
            }
            carried = output;
        }
        if mode == Mode::Training {
            self.nodes = nodes;
        }
        Ok(carried)
    }

    fn backward(&mut self, gradient: &Tensor) -> Result<Tensor, Fault> {
        if self.nodes.len() < self.layers.len() {
            return Err(Fault::invalid_argument("backward before a forward pass in training"));
        }
        let (mut carried, mut end) = (gradient.clone(), self.gradients.len());
        for node in self.nodes.iter().rev() {
            let slopes = node(&carried)?;
            let start = end - slopes.parameters.len();
            for (sums, more) in self.gradients[start..end].iter_mut().zip(&slopes.parameters) {
                sums.data_mut().iter_mut().zip(more.data()).for_each(|(sum, slope)| *sum += slope);
            }
            (carried, end) = (slopes.input, start);
        }
        Ok(carried)
    }

    fn gradients(&self) -> Vec<Tensor> {
        self.gradients.clone()
    }

    fn zero_gradients(&mut self) {
        self.gradients = self.parameters().iter().map(|parameter| parameter.map(|_| 0.0)).collect();
    }
}

fn own(tensors: &[&Tensor]) -> Vec<Tensor> {
    tensors.iter().copied().cloned().collect()
}

/// The way back of one pass of a layer.
fn node(spec: LayerSpec, layer: &Rc<RefCell<Box<dyn Layer>>>, input: Tensor, output: &Tensor) -> Node {
    let (layer, output) = (layer.clone(), output.clone());
    Box::new(move |gradient| {
        if gradient.shape() != output.shape() {
            return Err(Fault::shape_mismatch("backward: a gradient of another shape than the output"));
        }
        if matches!(spec, LayerSpec::BatchNorm2d(_) | LayerSpec::Dropout(_)) {
            let mut layer = layer.borrow_mut();
            layer.gradients_mut().into_iter().for_each(|gradient| gradient.data_mut().fill(0.0));
            let input = layer.backward(gradient)?;
            return Ok(Slopes { input, parameters: own(&layer.gradients()) });
        }
        let layer = layer.borrow();
        slopes(&spec, &Pass { parameters: layer.parameters(), input: &input, output: &output, gradient })
    })
}

struct Framework;

impl Learning for Framework {
    type Model = Graph;

    fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Loss, Fault> {
        cross_entropy(logits, targets)
    }

    fn mean_squared_error(predictions: &Tensor, targets: &Tensor) -> Result<Loss, Fault> {
        mean_squared_error(predictions, targets)
    }

    fn optimizer(spec: &OptimizerSpec) -> Result<Box<dyn Optimizer>, Fault> {
        Ok(Steps::boxed(spec, moved))
    }

    fn fit(
        model: &mut Graph,
        training: &dyn Dataset,
        validation: Option<&dyn Dataset>,
        recipe: &Recipe,
        report: &mut dyn FnMut(&Epoch) -> Directive,
    ) -> Result<Vec<Epoch>, Fault> {
        if recipe.batch_size == 0 {
            return Err(Fault::invalid_argument("fit: batches of nothing"));
        }
        let length = training.length();
        let steps = u64::from(length.div_ceil(recipe.batch_size)) * u64::from(recipe.epochs);
        let (mut rng, mut optimizer) = (Rng::new(recipe.seed), Self::optimizer(&recipe.optimizer)?);
        let (mut step, mut history) = (0, Vec::new());
        for number in 1..=recipe.epochs {
            let mut kept = Vec::new();
            let order = if recipe.shuffle { shuffled(length, &mut rng) } else { (0..length).collect() };
            for indices in in_batches(&order, recipe.batch_size) {
                let batch = training.batch(&indices)?;
                learn(model, &batch, optimizer.as_mut(), rate(recipe, step, steps), recipe.clip_norm)?;
                kept.push(batch);
                step += 1;
            }
            let [training_loss, training_accuracy] = measured(model, kept.into_iter().map(Ok))?;
            let places: Vec<u32> = validation.map_or(Vec::new(), |data| (0..data.length()).collect());
            let looked = |data: &dyn Dataset| {
                measured(model, in_batches(&places, 64).iter().map(|indices| data.batch(indices)))
            };
            let valid = validation.map(looked).transpose()?;
            let [validation_loss, validation_accuracy] = [0, 1].map(|it| valid.map(|valid| valid[it]));
            let epoch =
                Epoch { number, training_loss, training_accuracy, validation_loss, validation_accuracy };
            history.push(epoch);
            if report(&epoch) == Directive::Stop {
                break;
            }
        }
        model.zero_gradients();
        Ok(history)
    }

    fn save(model: &Graph) -> Result<Vec<u8>, Fault> {
        let mut plain = Pupil::<Plain>::build(&model.specs, 0)?;
        plain.load(model.parameters())?;
        for (plain, layer) in plain.stack.layers.iter_mut().zip(&model.layers) {
            plain.set_state(&layer.borrow().state())?;
        }
        Ok(sealed(&words_of(&plain)))
    }

    fn restore(bytes: &[u8]) -> Result<Graph, Fault> {
        let plain = model_of::<Plain>(&contents(bytes)?)?;
        let mut model = Graph::build(&plain.specs, 0)?;
        model.load(plain.parameters())?;
        for (plain, layer) in plain.stack.layers.iter().zip(&model.layers) {
            layer.borrow_mut().set_state(&plain.state())?;
        }
        Ok(model)
    }
}

/// What checkpoints are written by.
#[derive(Default)]
struct Plain;

impl Learner for Plain {}

/// One step.
fn learn(
    model: &mut Graph,
    batch: &Batch,
    optimizer: &mut dyn Optimizer,
    rate: f32,
    most: Option<f32>,
) -> Result<(), Fault> {
    model.zero_gradients();
    let logits = model.forward(&batch.inputs, Mode::Training)?;
    model.backward(&cross_entropy(&logits, &batch.targets)?.gradient)?;
    let mut gradients = model.gradients();
    most.into_iter().for_each(|most| clip(&mut gradients, most));
    let mut parameters = model.parameters();
    optimizer.step(rate, &mut parameters.iter_mut().collect::<Vec<_>>(), &gradients)?;
    model.load(parameters)
}

/// The mean loss and accuracy of batches, in inference.
fn measured(
    model: &mut Graph,
    batches: impl Iterator<Item = Result<Batch, Fault>>,
) -> Result<[f32; 2], Fault> {
    let mut met = Vec::new();
    for batch in batches {
        let batch = batch?;
        let logits = model.forward(&batch.inputs, Mode::Inference)?;
        let loss = cross_entropy(&logits, &batch.targets)?;
        met.push(scored(loss.value, &logits, &batch.targets));
    }
    Ok(summed_up(&met))
}

export_learning!(Framework);
