//! An answer against a case: right, or wrong with evidence.

use tito_grade::{CaseEvidence, Hint, Mismatch};
use tito_kernels::Judged;
use tito_sandbox::{LimitKind, Outcome, TrapKind};
use tito_tensor::Tensor;

use crate::{Case, findings::Failure, misconception::explanations, probe};

/// The worst error of a right answer as a fraction of its bound; of a wrong one, the evidence.
///
/// # Errors
///
/// The evidence, if the answer is wrong or there is none.
pub fn compare(case: &Case, outcome: &Outcome<Tensor>) -> Result<f64, Box<Failure>> {
    let failure = |came_back, mismatch, explanations, hint| {
        let evidence = CaseEvidence { asked: case.asked(), came_back, mismatch, hint };
        Err(Box::new(Failure { evidence, explanations }))
    };
    let Outcome::Answer(answer) = outcome else {
        return failure(outcome.to_string(), None, Vec::new(), advice(outcome));
    };
    let expected = case.expected.value.shape();
    if answer.shape() != expected {
        let came_back = format!("shape {}, not {expected}", answer.shape());
        return failure(came_back, None, explanations(case, answer), None);
    }
    match mismatch(&case.expected, answer) {
        Ok(worst) => Ok(worst),
        Err(wrong) => {
            let came_back = came_back(case, answer);
            failure(came_back, Some(wrong), explanations(case, answer), None)
        }
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

/// The figures are the mismatch's; a probe says besides which weights were used.
fn came_back(case: &Case, answer: &Tensor) -> String {
    match probe::diagnosis(case, answer) {
        Some(diagnosis) => format!("other numbers: {diagnosis}"),
        None => "other numbers".to_owned(),
    }
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
