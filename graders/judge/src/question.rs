//! What every kind of question has in common: a right answer in parts, cheats that it must reject, and known bugs.
//!
//! A [`Case`](crate::Case) asks for what layers answer, an [`Exercise`](crate::Exercise) for what one does in training, a
//! [`LossCase`](crate::LossCase) for a loss, [`Steps`](crate::Steps) for what an optimizer makes of parameters. Audit,
//! comparison and misconceptions are the same for all of them.

use tito_kernels::{Judged, Wide};
use tito_tensor::Tensor;

use crate::{Kind, Misconception, audit};

/// A question whose right answer is known.
pub trait Question: Sync + Sized + 'static {
    /// What comes back.
    type Answer;
    /// What a known bug makes of the answer.
    type Given: Into<Given>;

    /// What is asked, without a number of the question.
    fn asked(&self) -> String;

    /// The parts of the right answer, in the order of [`tensors`](Self::tensors).
    fn parts(&self) -> Vec<Part<'_>>;

    /// The parts of an answer.
    fn tensors(answer: &Self::Answer) -> &[Tensor];

    /// What its numbers are.
    fn kind(&self) -> Kind;

    /// Wrong answers that the question must reject, part by part: what needs no work, what is left over from another call,
    /// what leaves out a term. The general ones come on top: [`wrong`](Self::wrong) has all.
    fn own_cheats(&self) -> Vec<Cheat>;

    /// The known bugs that can be in such an answer, the more particular first.
    fn misconceptions() -> impl Iterator<Item = &'static Misconception<Self>>;

    /// What an answer is made of where it is wrong, as a sentence that follows `other numbers: `.
    fn diagnosis(&self, _answer: &Self::Answer) -> Option<String> {
        None
    }

    /// Whether a part of the right answer is zero by its nature, so that nobody is found out by it.
    fn vanishes(&self, _part: usize) -> bool {
        false
    }

    /// Wrong answers that the question must reject.
    fn wrong(&self) -> Vec<Cheat> {
        let parts = self.parts();
        let general = parts.iter().enumerate().flat_map(|(part, Part { expected, .. })| {
            audit::general(expected, self.kind()).into_iter().map(move |(name, answer)| Cheat {
                name,
                part,
                answer,
            })
        });
        general.chain(self.own_cheats()).filter(|cheat| !self.vanishes(cheat.part)).collect()
    }
}

/// A part of the right answer.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// For example `the gradient of W`; empty where it is the whole answer.
    pub name: String,
    /// What it should be.
    pub expected: &'a Judged,
}

/// A wrong answer to a part of a question.
#[derive(Clone, Debug)]
pub struct Cheat {
    /// What was done.
    pub name: &'static str,
    /// To which part.
    pub part: usize,
    /// What came of it.
    pub answer: Tensor,
}

/// What a known bug makes of each part of an answer; `None` for those that it leaves alone.
#[derive(Clone, Debug, Default)]
pub struct Given(pub Vec<Option<Judged>>);

impl From<Judged> for Given {
    fn from(judged: Judged) -> Self {
        Self(vec![Some(judged)])
    }
}

impl Given {
    /// This for one part, and the others as they are.
    pub fn of_part(part: usize, judged: Judged) -> Self {
        let mut parts = vec![None; part];
        parts.push(Some(judged));
        Self(parts)
    }
}

/// A value rounded to f32, in which guests answer.
pub(crate) fn narrow(value: &Wide) -> Tensor {
    let data = value.data().iter().map(|&x| x as f32).collect();
    Tensor::new(value.shape().clone(), data).expect("the shape is that of the value")
}
