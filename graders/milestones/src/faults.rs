//! Faults where no answer is right.

use tito_grade::Hint;
use tito_judge::{Findings, advice};
use tito_sandbox::{Called, Fault, Guest, HostError, Outcome};

use crate::Context;

/// What came back that is wrong, with what to tell about it; nothing where it is right.
pub(crate) type CameBack = Option<(String, Option<Hint>)>;

/// A question that a guest is asked with right arguments first and then with wrong ones.
pub(crate) type Ask<'a> = &'a dyn Fn(&mut dyn Guest, bool) -> Called<()>;

/// What is told to whoever gives an answer, and to whom it ends: the mistake's name and some advice.
pub(crate) struct Told {
    pub(crate) accepted: [&'static str; 2],
    pub(crate) traps: [&'static str; 2],
}

impl Told {
    /// What came back other than a fault of the right kind.
    fn came_back(&self, outcome: &Outcome<()>, is_right: fn(&Fault) -> bool) -> CameBack {
        let [misconception, advice] = match outcome {
            Outcome::Fault(fault) if is_right(fault) => return None,
            Outcome::Answer(()) => self.accepted,
            Outcome::Trap(_) => self.traps,
            other => return Some((other.to_string(), advice(other))),
        };
        let hint = Hint { misconception: misconception.into(), advice: advice.into() };
        Some((outcome.to_string(), Some(hint)))
    }
}

/// What came back other than `shape-mismatch`.
pub(crate) fn mismatch(outcome: &Outcome<()>) -> CameBack {
    let told = Told {
        accepted: [
            "wrong-shape-accepted",
            "Compare the shape with what the layer can take, before anything else: its rank, its channels or width, and \
             room for a window.",
        ],
        traps: [
            "wrong-shape-traps",
            "A panic ends the whole guest. Check the shape and return `shape-mismatch`.",
        ],
    };
    told.came_back(outcome, |fault| matches!(fault, Fault::ShapeMismatch(_)))
}

/// Asks each question, which has wrong arguments, of one who answers the right ones: whoever refuses everything has refused
/// nothing.
///
/// # Errors
///
/// Only if the host itself fails.
pub(crate) fn refusals(
    context: &Context<'_>,
    questions: &[(&str, Ask<'_>)],
    told: &Told,
) -> Result<Findings, HostError> {
    let is_right = |fault: &Fault| matches!(fault, Fault::InvalidArgument(_) | Fault::ShapeMismatch(_));
    let mut findings = Findings::default();
    for (asked, ask) in questions {
        let mut before = None;
        let (outcome, usage) = context.examiner().with_guest(|guest| {
            before = unanswered(&ask(guest, true)?);
            ask(guest, false)
        })?;
        findings.used(usage);
        findings.question(*asked, before.or_else(|| told.came_back(&outcome, is_right)));
    }
    Ok(findings)
}

/// What came back of the right arguments other than an answer. Which one is for the other checks.
fn unanswered(outcome: &Outcome<()>) -> CameBack {
    let words = || format!("already right arguments give {outcome}");
    (!matches!(outcome, Outcome::Answer(()))).then(|| (words(), advice(outcome)))
}
