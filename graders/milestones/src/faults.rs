//! Faults where no answer is right.

use tito_grade::Hint;
use tito_judge::advice;
use tito_sandbox::{Fault, Outcome};

/// What came back that is wrong, with what to tell about it; nothing where it is right.
pub(crate) type CameBack = Option<(String, Option<Hint>)>;

/// What came back other than `shape-mismatch`.
pub(crate) fn mismatch(outcome: &Outcome<()>) -> CameBack {
    let (misconception, text) = match outcome {
        Outcome::Fault(Fault::ShapeMismatch(_)) => return None,
        Outcome::Answer(()) => (
            "wrong-shape-accepted",
            "Compare the shape with what the layer can take, before anything else: its rank, its channels or width, and \
             room for a window.",
        ),
        Outcome::Trap(_) => (
            "wrong-shape-traps",
            "A panic ends the whole guest. Check the shape and return `shape-mismatch`.",
        ),
        other => return Some((other.to_string(), advice(other))),
    };
    Some((outcome.to_string(), Some(Hint { misconception: misconception.into(), advice: text.into() })))
}
