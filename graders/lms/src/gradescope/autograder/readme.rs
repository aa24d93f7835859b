//! What an instructor has to know of an autograder, packed beside it.

use tito_grade::{Criterion, Rubric, Scoring};

/// The README of a milestone's autograder.
pub(super) fn readme(rubric: &Rubric) -> String {
    let (by_hand, automatic): (Vec<_>, Vec<_>) =
        rubric.criteria.iter().partition(|criterion| is_by_hand(criterion));
    let points: f64 = automatic.iter().map(|criterion| criterion.share).sum();
    let mut text = format!(
        "# Milestone {}, {}: autograder for Gradescope\n\n\
         **Keep this zip to yourself.** It has the course's secret, from which hidden cases are drawn.\n\n\
         1. Make a programming assignment with {points} autograder points.\n\
         2. Under *Configure Autograder*, upload this zip as it is; base image Ubuntu 22.04 or later.\n\
         3. Give the container the most memory and the longest timeout that your course has.\n\
         4. Read the end of the build's log: `tito doctor` says there what the container has and lacks.\n\n\
         The autograder gives points for:\n\n",
        rubric.number, rubric.name
    );
    text.extend(automatic.iter().map(|criterion| row(criterion)));
    if !by_hand.is_empty() {
        text += "\nThese are judged by people. Gradescope takes no rubric from a file: add them by hand as questions, under \
                 *Edit Outline*.\n\n";
        text.extend(by_hand.iter().map(|criterion| row(criterion)));
    }
    text + "\nA submission that says \"Infrastructure failure, not a zero\" was not graded: run the autograder on it again.\n"
}

/// Whether nothing of it is decided by a machine.
fn is_by_hand(criterion: &Criterion) -> bool {
    criterion.checks.iter().all(|check| check.scoring == Scoring::Review)
}

fn row(criterion: &Criterion) -> String {
    format!("- {}: {} points\n", criterion.name, criterion.share)
}
