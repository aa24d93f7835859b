//! Work is measured of whoever does it, and of nobody else.

use std::time::Duration;

use tito_judge::{Doubt, Draw, Effort, Size, Work, conv_window};
use tito_kernels::{conv2d, dense};
use tito_sandbox::{Called, Guest, Layer, Mode, ModelId, Outcome, Usage};
use tito_tensor::Tensor;

/// What a guest does in a call on an input: the fuel that it takes, and whether it answers what was asked.
type Manner = fn(&mut Worker, &Tensor) -> (u64, bool);

/// Computes natively, in whatever manner.
struct Worker {
    manner: Manner,
    layer: Option<Layer>,
    parameters: Vec<Tensor>,
    calls: u64,
    last: Option<Tensor>,
    usage: Usage,
}

/// What honest work takes here.
const HONEST: u64 = 10_000_000;

impl Guest for Worker {
    fn build(&mut self, layers: &[Layer], _seed: u64) -> Called<ModelId> {
        self.layer = Some(layers[0]);
        Ok(Outcome::Answer(ModelId::new(0)))
    }

    fn parameters(&mut self, _model: ModelId) -> Called<Vec<Tensor>> {
        Ok(Outcome::Answer(self.parameters.clone()))
    }

    fn load(&mut self, _model: ModelId, parameters: &[Tensor]) -> Called<()> {
        self.parameters = parameters.to_vec();
        Ok(Outcome::Answer(()))
    }

    fn forward(&mut self, _model: ModelId, input: &Tensor, _mode: Mode) -> Called<Tensor> {
        self.calls += 1;
        let (fuel, is_right) = (self.manner)(self, input);
        self.last = Some(input.clone());
        self.usage.last_fuel = fuel;
        self.usage.fuel += fuel;
        let (weight, bias) = (&self.parameters[0], self.parameters.get(1));
        let right = match self.layer {
            Some(Layer::Dense(_)) => dense::native(input, weight, bias),
            Some(Layer::Conv2d(spec)) => conv2d::native(input, weight, bias, conv_window(&spec)),
            _ => panic!("no other layer is work"),
        };
        let right = right.unwrap();
        let answer = if is_right { right } else { Tensor::zeros(right.shape().clone()) };
        Ok(Outcome::Answer(answer))
    }

    fn drop_model(&mut self, _model: ModelId) -> Called<()> {
        Ok(Outcome::Answer(()))
    }

    fn usage(&self) -> Usage {
        self.usage
    }

    fn last_time(&self) -> Duration {
        Duration::ZERO
    }

    fn log(&self) -> &[String] {
        &[]
    }
}

fn measured(manner: Manner, seed: u8) -> [Result<Effort, Doubt>; 2] {
    let mut draw = Draw::new([seed; 32]);
    [Work::dense(&mut draw, Size::Counted), Work::conv2d(&mut draw, Size::Counted)].map(|work| {
        let (layer, parameters, last) = (None, Vec::new(), None);
        let mut worker = Worker { manner, layer, parameters, calls: 0, last, usage: Usage::default() };
        work.ask(&mut worker, &mut draw).unwrap()
    })
}

#[track_caller]
fn check(manner: Manner, expected: &Result<u64, Doubt>) {
    for seed in 0..5 {
        for found in measured(manner, seed) {
            assert_eq!(&found.map(|effort| effort.fuel as u64), expected);
        }
    }
}

#[test]
fn honest_work_takes_what_it_takes() {
    check(|_, _| (HONEST, true), &Ok(HONEST));
    // Weights are packed and memory is taken in the first call.
    check(|worker, _| (if worker.calls == 1 { 9 * HONEST } else { HONEST }, true), &Ok(HONEST));
}

#[test]
fn work_that_is_not_done_is_seen() {
    check(|worker, _| (HONEST, worker.calls < 3), &Err(Doubt::Wrong(3)));
    let kept = |worker: &mut Worker, input: &Tensor| {
        (if worker.last.as_ref() == Some(input) { 6 } else { HONEST }, true)
    };
    check(kept, &Err(Doubt::Remembered));
    let by_sign = |_: &mut Worker, input: &Tensor| {
        let is_positive = input.data().iter().all(|&x| x > 0.0);
        (if is_positive { HONEST / 2 } else { HONEST }, true)
    };
    check(by_sign, &Err(Doubt::OfTheData));
    let by_zeros = |_: &mut Worker, input: &Tensor| {
        let zeros = input.data().iter().filter(|&&x| x == 0.0).count() as u64;
        (HONEST - HONEST * zeros / input.data().len() as u64, true)
    };
    check(by_zeros, &Err(Doubt::OfTheData));
    check(|worker, _| (HONEST + worker.calls * HONEST / 10, true), &Err(Doubt::Uneven));
    check(|_, _| (100_000, true), &Err(Doubt::TooLittle));
}
