//! An answer against a case: right, or wrong with evidence.

use tito_grade::{CaseEvidence, Hint, Mismatch};
use tito_kernels::Judged;
use tito_sandbox::{LimitKind, Outcome, TrapKind};
use tito_tensor::Tensor;

use crate::{Question, findings::Failure, misconception::explanations};

/// The worst error of a right answer as a fraction of its bound; of a wrong one, the evidence.
///
/// # Errors
///
/// The evidence, if the answer is wrong or there is none.
pub fn compare<Q: Question>(question: &Q, outcome: &Outcome<Q::Answer>) -> Result<f64, Box<Failure>> {
    let failure = |came_back, mismatch, explanations, hint| {
        let evidence = CaseEvidence { asked: question.asked(), came_back, mismatch, hint };
        Err(Box::new(Failure { evidence, explanations }))
    };
    let Outcome::Answer(answer) = outcome else {
        return failure(outcome.to_string(), None, Vec::new(), advice(outcome));
    };
    let (parts, tensors) = (question.parts(), Q::tensors(answer));
    if tensors.len() != parts.len() {
        let came_back = format!("{} tensors, not {}", tensors.len(), parts.len());
        return failure(came_back, None, Vec::new(), None);
    }
    let (mut most, mut wrong) = (0.0f64, Vec::new());
    for (part, tensor) in parts.iter().zip(tensors) {
        match judged(part.expected, tensor) {
            Ok(worst) => most = most.max(worst),
            Err(found) => wrong.push((part.name.as_str(), found)),
        }
    }
    if wrong.is_empty() {
        return Ok(most);
    }
    let (came_back, mismatch) = told(wrong);
    let came_back = match mismatch.as_ref().and_then(|_| question.diagnosis(answer)) {
        Some(diagnosis) => format!("{came_back}: {diagnosis}"),
        None => came_back,
    };
    failure(came_back, mismatch, explanations(question, answer), None)
}

/// How many wrong parts are told by name.
const SHOWN: usize = 3;

/// What is wrong with a part.
enum Wrong {
    Shape(String),
    Numbers(Mismatch),
}

fn judged(expected: &Judged, answer: &Tensor) -> Result<f64, Wrong> {
    let wanted = expected.value.shape();
    if answer.shape() != wanted {
        return Err(Wrong::Shape(format!("shape {}, not {wanted}", answer.shape())));
    }
    mismatch(expected, answer).map_err(Wrong::Numbers)
}

/// What came back in words, and the first part's mismatch. A probe says besides which weights were used.
fn told(wrong: Vec<(&str, Wrong)>) -> (String, Option<Mismatch>) {
    let of = |name: &str, word: &str| if name.is_empty() { String::new() } else { format!(" {word} {name}") };
    let words = wrong.iter().map(|(name, wrong)| match wrong {
        Wrong::Shape(words) => words.clone() + &of(name, "of"),
        Wrong::Numbers(_) => "other numbers".to_owned() + &of(name, "in"),
    });
    let mut words: Vec<_> = words.collect();
    if words.len() > SHOWN {
        let others = words.len() - SHOWN;
        words.truncate(SHOWN);
        words.push(format!("and in {others} more"));
    }
    let words = words.join(", ");
    match wrong.into_iter().next() {
        Some((_, Wrong::Numbers(mismatch))) => (words, Some(mismatch)),
        _ => (words, None),
    }
}

/// The worst error as a fraction of the bound, or the element that is furthest beyond it.
fn mismatch(expected: &Judged, answer: &Tensor) -> Result<f64, Mismatch> {
    let excess: Vec<f64> =
        answer.data().iter().enumerate().map(|(i, &got)| expected.excess(i, got)).collect();
    let wrong = excess.iter().filter(|&&excess| excess > 1.0).count() as u64;
    // The first of equals, so that a report does not depend on the order of comparison.
    let worst = (1..excess.len()).fold(0, |worst, i| if excess[i] > excess[worst] { i } else { worst });
    let Some(&most) = excess.get(worst) else { return Ok(0.0) };
    if wrong == 0 {
        return Ok(most);
    }
    Err(Mismatch {
        index: answer.shape().index_of(worst),
        expected: expected.value.data()[worst].into(),
        got: f64::from(answer.data()[worst]).into(),
        times_bound: most.into(),
        wrong,
        of: excess.len() as u64,
    })
}

/// What to tell a student whose guest gave no answer.
pub fn advice<T>(outcome: &Outcome<T>) -> Option<Hint> {
    let advice = match outcome {
        Outcome::Answer(_) | Outcome::Fault(_) => return None,
        Outcome::Trap(trap) => match trap.kind {
            TrapKind::Unreachable => {
                "A panic ends the whole guest. Run the same call in a native test, where the panic has a message."
            }
            TrapKind::MemoryOutOfBounds => "Is there unsafe code, or a recursion that fills the stack?",
            TrapKind::InvalidAnswer => "A tensor's data must hold the product of its shape.",
            _ => "Run the same call in a native test, where the crash has a message.",
        },
        Outcome::Limit(limit) => match limit.kind {
            LimitKind::Fuel | LimitKind::Deadline => {
                "Does a loop never end, or repeat work for every element?"
            }
            LimitKind::Memory => "Is memory kept from call to call, or an extent taken from the wrong axis?",
            LimitKind::Stack => "Does a function call itself without end?",
            _ => "A submission needs far less than this limit; see `tito milestone info`.",
        },
    };
    Some(Hint { misconception: String::new(), advice: advice.to_owned() })
}
