//! What the tests of several layers share.

use tinytorch::{Layer, Mode, Tensor};

/// A tensor of these extents and elements.
pub(crate) fn tensor(shape: &[u32], data: &[f32]) -> Tensor {
    Tensor::new(shape, data.to_vec()).unwrap()
}

/// A tensor of small whole numbers without a pattern that a wrong index would meet again.
pub(crate) fn whole(shape: &[u32], seed: u64) -> Tensor {
    let mut rng = tinytorch::Rng::new(seed);
    Tensor::from_fn(shape, || (rng.uniform() * 9.0).floor() - 4.0)
}

/// The same training pass as often as it is asked for: what a layer draws or remembers is put back first.
fn forward(layer: &mut dyn Layer, state: &[u8], input: &Tensor) -> Tensor {
    layer.set_state(state).unwrap();
    layer.forward(input, Mode::Training).unwrap()
}

/// What the gradients of a layer are held to: a sum of the outputs that weighs each of them differently.
fn weigh(output: &Tensor) -> Tensor {
    let mut next = 0.0;
    output.map(|_| {
        next += 1.0;
        (next * 0.7_f32).sin()
    })
}

fn loss(output: &Tensor) -> f64 {
    output.data().iter().zip(weigh(output).data()).map(|(y, g)| f64::from(*y) * f64::from(*g)).sum()
}

/// Holds every gradient, of the input and of the parameters, to central differences, and that gradients are added to what
/// is there.
#[track_caller]
pub(crate) fn check_gradients(layer: &mut dyn Layer, input: &Tensor, step: f32) {
    let state = layer.state();
    let output = forward(layer, &state, input);
    let found = layer.backward(&weigh(&output)).unwrap();
    let mut moved = input.clone();
    let mut place = 0;
    let expected = input.map(|x| {
        let mut at = |x: f32| {
            moved.data_mut()[place] = x;
            loss(&forward(layer, &state, &moved))
        };
        let slope = (at(x + step) - at(x - step)) / (2.0 * f64::from(step));
        moved.data_mut()[place] = x;
        place += 1;
        slope as f32
    });
    close(&expected, &found, "the input's gradient");
    layer.set_state(&state).unwrap();
    check_gradients_of_parameters(layer, input, step);
}

/// The same of the parameters alone, for an input that cannot be moved.
#[track_caller]
pub(crate) fn check_gradients_of_parameters(layer: &mut dyn Layer, input: &Tensor, step: f32) {
    let state = layer.state();
    let upper = weigh(&forward(layer, &state, input));
    layer.gradients_mut().into_iter().for_each(|gradient| gradient.data_mut().fill(0.0));
    layer.backward(&upper).unwrap();
    let once: Vec<Tensor> = layer.gradients().into_iter().cloned().collect();
    assert_eq!(once.len(), layer.parameters().len());
    layer.backward(&upper).unwrap();
    for (once, twice) in once.iter().zip(layer.gradients()) {
        close(&once.map(|g| 2.0 * g), twice, "a gradient that was added twice");
    }
    for (number, found) in once.iter().enumerate() {
        for place in 0..found.data().len() {
            let x = layer.parameters()[number].data()[place];
            let mut at = |x: f32| {
                layer.parameters_mut()[number].data_mut()[place] = x;
                loss(&forward(layer, &state, input))
            };
            let slope = (at(x + step) - at(x - step)) / (2.0 * f64::from(step));
            layer.parameters_mut()[number].data_mut()[place] = x;
            let found = f64::from(found.data()[place]);
            let bound = 2e-3 * (1.0 + slope.abs());
            assert!((found - slope).abs() < bound, "parameter {number} at {place}: {found} is not {slope}");
        }
    }
}

/// Holds every step of a layer of sequences to what it is without those that come after it, bit by bit: whether they are
/// others, worse than numbers, or not there at all.
#[track_caller]
pub(crate) fn check_causality(layer: &mut dyn Layer, steps: u32) {
    let width = layer.parameters().last().expect("a layer of sequences has parameters").width() as u32;
    let mut rng = tinytorch::Rng::new(2);
    let input = Tensor::from_fn([1, steps, width], || rng.normal());
    let bits = |layer: &mut dyn Layer, input: &[f32], mode| -> Vec<u32> {
        let input = tensor(&[1, input.len() as u32 / width, width], input);
        layer.forward(&input, mode).unwrap().data().iter().map(|y| y.to_bits()).collect()
    };
    for mode in [Mode::Training, Mode::Inference] {
        let expected = bits(layer, input.data(), mode);
        for seen in 1..=steps as usize {
            let past = &input.data()[..seen * width as usize];
            let later = input.data().len() - past.len();
            assert_eq!(bits(layer, past, mode)[..], expected[..past.len()], "{seen} steps alone");
            for filling in [0.0, 1e4, f32::INFINITY, f32::NAN] {
                let found = bits(layer, &[past, &vec![filling; later]].concat(), mode);
                assert_eq!(found[..past.len()], expected[..past.len()], "{filling} after {seen} steps");
            }
        }
    }
}

#[track_caller]
pub(crate) fn close(expected: &Tensor, found: &Tensor, what: &str) {
    assert_eq!(expected.shape(), found.shape(), "{what}");
    for (at, (expected, found)) in expected.data().iter().zip(found.data()).enumerate() {
        let bound = 2e-3 * (1.0 + expected.abs());
        assert!((expected - found).abs() < bound, "{what} at {at}: {found} is not {expected}");
    }
}

/// Points in the plane, of two classes that a line parts; it remembers what it was asked for, and its budget ends.
pub(crate) struct Points {
    count: u32,
    pub(crate) asked: std::cell::RefCell<Vec<Vec<u32>>>,
    pub(crate) budget: std::cell::Cell<u32>,
}

impl Points {
    pub(crate) fn new(count: u32) -> Self {
        Self { count, asked: Default::default(), budget: u32::MAX.into() }
    }

    /// A point and its class.
    pub(crate) fn at(index: u32) -> ([f32; 2], u32) {
        let mut rng = tinytorch::Rng::new(u64::from(index));
        let class = index % 2;
        let side = if class == 0 { -1.0 } else { 1.0 };
        ([side + 0.3 * rng.normal(), 0.5 * side + 0.3 * rng.normal()], class)
    }
}

impl tinytorch::Dataset for Points {
    fn length(&self) -> u32 {
        self.count
    }

    fn example_shape(&self) -> Vec<u32> {
        vec![2]
    }

    fn classes(&self) -> u32 {
        2
    }

    fn batch(&self, indices: &[u32]) -> Result<tinytorch::Batch, tinytorch::Fault> {
        if self.budget.get() == 0 || indices.len() > 4096 {
            return Err(tinytorch::Fault::internal("the budget is spent"));
        }
        self.budget.set(self.budget.get() - 1);
        self.asked.borrow_mut().push(indices.to_vec());
        let (points, targets): (Vec<_>, Vec<_>) = indices.iter().map(|&index| Self::at(index)).unzip();
        Ok(tinytorch::Batch { inputs: tensor(&[indices.len() as u32, 2], &points.concat()), targets })
    }
}

/// Windows of a text of small letters and spaces, 27 classes; each position's target is the letter after it.
pub(crate) struct Windows {
    pub(crate) text: &'static str,
    pub(crate) length: u32,
}

impl Windows {
    /// The text as tokens: 0 for a space, then the alphabet.
    pub(crate) fn tokens(text: &str) -> Vec<u32> {
        text.bytes().map(|letter| if letter == b' ' { 0 } else { u32::from(letter - b'a') + 1 }).collect()
    }
}

impl tinytorch::Dataset for Windows {
    fn length(&self) -> u32 {
        self.text.len() as u32 - self.length
    }

    fn example_shape(&self) -> Vec<u32> {
        vec![self.length]
    }

    fn classes(&self) -> u32 {
        27
    }

    fn batch(&self, indices: &[u32]) -> Result<tinytorch::Batch, tinytorch::Fault> {
        let tokens = Self::tokens(self.text);
        let window = |first: u32| &tokens[first as usize..][..self.length as usize];
        let inputs = indices.iter().flat_map(|&first| window(first)).map(|&token| token as f32).collect();
        let targets = indices.iter().flat_map(|&first| window(first + 1)).copied().collect();
        Ok(tinytorch::Batch { inputs: Tensor::new([indices.len() as u32, self.length], inputs)?, targets })
    }
}
