//! One question to a submission, and what the answer should be.

use std::slice;

use tito_kernels::{Judged, Wide};
use tito_sandbox::{Layer, Run};
use tito_tensor::{Shape, Tensor};

use crate::{
    Draw, MISCONCEPTIONS, Misconception, Question, audit, describe, layer_oracle, probe,
    question::{Cheat, Part, narrow},
    stack_gauge, stack_value, window,
};

/// One question to a submission: these layers, with these parameters, on this input.
#[derive(Clone, Debug)]
pub struct Case {
    /// The layers, at least one.
    pub layers: Vec<Layer>,
    /// Their parameters in the contract's order.
    pub parameters: Vec<Tensor>,
    /// Inputs that the same model sees before the one that counts, of the same shape.
    pub rehearsals: Vec<Tensor>,
    /// The input that counts.
    pub input: Tensor,
    /// What the answer should be.
    pub expected: Judged,
    /// What the numbers are.
    pub kind: Kind,
}

/// What the numbers of a case are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Drawn at random, some of them awkward: held to the bound.
    Random,
    /// Small integers, of which every order of summation gives the same number: held to equality, or to be nearer to the
    /// right number than to any other.
    Integers,
    /// A one in one place and distinct weights, so that the answer tells which weights were used.
    Probe,
    /// Magnitudes at which a careless formula overflows.
    Extreme,
}

impl Case {
    /// A case of one layer, held to that layer's own bound; to equality where its numbers are integers.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit: cases are made by the host.
    pub fn of_layer(layer: Layer, parameters: Vec<Tensor>, input: Tensor, kind: Kind) -> Self {
        let judged = layer_oracle(&layer, &wide(&parameters), &Wide::from(&input));
        let expected = match kind {
            Kind::Integers | Kind::Probe => Judged::exact(judged.value),
            Kind::Random | Kind::Extreme => judged,
        };
        Self { layers: vec![layer], parameters, rehearsals: Vec::new(), input, expected, kind }
    }

    /// A case of a stack, held to its sampled condition.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit: cases are made by the host.
    pub fn of_stack(layers: Vec<Layer>, parameters: Vec<Tensor>, input: Tensor, draw: &mut Draw) -> Self {
        let expected = stack_gauge(&layers, &wide(&parameters), &Wide::from(&input), draw);
        Self { layers, parameters, rehearsals: Vec::new(), input, expected, kind: Kind::Random }
    }

    /// The same case after the model has seen up to two other inputs of the same kind, so that neither the first
    /// answer nor the last one can be given again.
    #[must_use]
    pub fn rehearsed(self, draw: &mut Draw) -> Self {
        let shape = self.input.shape().clone();
        self.rehearsed_with(draw, |draw| draw.normals(shape.clone(), 1.0))
    }

    /// The same, with other inputs of this making.
    #[must_use]
    pub fn rehearsed_with(mut self, draw: &mut Draw, other: impl Fn(&mut Draw) -> Tensor) -> Self {
        self.rehearsals = (0..draw.below(3)).map(|_| other(draw)).collect();
        self
    }

    /// What is asked of a guest. Whatever it answers to a rehearsal: what counts is that the model has seen another
    /// input.
    pub fn run(&self) -> Run<'_> {
        let inputs = self.rehearsals.iter().chain([&self.input]).collect();
        Run { layers: &self.layers, parameters: &self.parameters, inputs }
    }

    /// What is asked, without a number of the case: layers, shapes, what the numbers are.
    pub fn asked(&self) -> String {
        format!("{} on input {}{}", describe(&self.layers), self.input.shape(), self.kind.words())
    }

    /// Whether the layer looks at the last element of every row. A window whose stride does not divide what is left beside
    /// it does not.
    fn reads_last(&self) -> bool {
        let [layer] = self.layers.as_slice() else { return true };
        let Some(window) = window(layer) else { return true };
        let &[_, _, height, width] = self.input.shape().extents() else { return true };
        let Some([_, places]) = window.places([height, width]) else { return true };
        (places - 1) * window.stride[1] + window.kernel[1] >= window.padding[1] + width
    }

    /// The exact answer to another input of the same shape.
    pub(crate) fn answer_to(&self, input: &Tensor) -> Wide {
        stack_value(&self.layers, &wide(&self.parameters), &Wide::from(input))
    }
}

impl Question for Case {
    type Answer = Tensor;
    type Given = Judged;

    fn asked(&self) -> String {
        Self::asked(self)
    }

    fn parts(&self) -> Vec<Part<'_>> {
        vec![Part { name: String::new(), expected: &self.expected }]
    }

    fn tensors(answer: &Tensor) -> &[Tensor] {
        slice::from_ref(answer)
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn own_cheats(&self) -> Vec<Cheat> {
        let mut cheats = vec![("the input", self.input.clone())];
        if audit::is_rounded(&self.expected, self.kind) && self.reads_last() {
            let answer = self.answer_to(&without_last(&self.input));
            cheats.push(("the last input dropped", narrow(&answer)));
        }
        let earlier = self.rehearsals.iter().map(|input| narrow(&self.answer_to(input)));
        cheats.extend(earlier.map(|answer| ("an earlier answer", answer)));
        cheats.into_iter().map(|(name, answer)| Cheat { name, part: 0, answer }).collect()
    }

    fn misconceptions() -> impl Iterator<Item = &'static Misconception> {
        MISCONCEPTIONS.iter().flat_map(|table| table.iter())
    }

    fn diagnosis(&self, answer: &Tensor) -> Option<String> {
        probe::diagnosis(self, answer)
    }
}

impl Kind {
    /// What the numbers are in words that follow the rest; nothing for random ones.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Random => "",
            Self::Integers => ", small integers",
            Self::Probe => ", a single 1 in the input",
            Self::Extreme => ", extreme values",
        }
    }
}

/// The tensor with the last element of every row zero, as a loop sees it that ends too early.
pub(crate) fn without_last(input: &Tensor) -> Tensor {
    let width = input.shape().last().unwrap_or(1).max(1);
    let shape: Shape = input.shape().clone();
    Tensor::from_fn(shape, |i| if i % width == width - 1 { 0.0 } else { input.data()[i] })
}

/// Tensors in f64.
pub(crate) fn wide(tensors: &[Tensor]) -> Vec<Wide> {
    tensors.iter().map(Wide::from).collect()
}
