//! Runs a milestone's checks and makes the grade.

use std::time::{Duration, Instant};

use tito_artifact::Artifact;
use tito_data::{Provenance, Split};
use tito_grade::{CheckResult, CheckRule, ComponentId, DataUsed, Grade, Number, Scoring, Status};
use tito_judge::Findings;
use tito_sandbox::HostError;

use crate::{Context, Milestone, memory::Anew, milestone::Found};

/// Told of every check that has ended, with the time that it took.
pub type Progress<'a> = dyn FnMut(&CheckResult, Duration) + 'a;

/// Runs every check of a milestone, in the rubric's order, and makes the grade.
///
/// # Errors
///
/// Only if the host itself fails; what the submission does wrong is in the grade.
pub fn grade(
    milestone: &Milestone,
    artifact: &Artifact,
    context: &Context<'_>,
    progress: &mut Progress<'_>,
) -> Result<Grade, HostError> {
    let mut results = Vec::new();
    let mut anew = Anew::beginning(context.memory);
    for (_, rule) in milestone.rubric.checks() {
        let start = Instant::now();
        let result = match anew.recall(&rule.name) {
            Some(recalled) => recalled,
            None => {
                let result = result(rule, milestone.check(&rule.name)(context)?);
                anew.note(&result);
                result
            }
        };
        progress(&result, start.elapsed());
        results.push(result);
    }
    let component =
        ComponentId { sha256: artifact.digest().to_string(), bytes: artifact.bytes().len() as u64 };
    let data = used(milestone, context);
    Ok(Grade::new(&milestone.rubric, component, context.seed.used(), data, &results))
}

/// What the milestone was graded on: the text, where it is one of texts.
fn used(milestone: &Milestone, context: &Context<'_>) -> DataUsed {
    let (description, name, examples, provenance) = match context.text {
        Some(text) => (text.description(), text.name(), text.tokens(Split::Test).len(), text.provenance()),
        None => {
            let (data, description) = (context.data, context.data.description());
            (Some(description), description.name, data.len(), data.provenance())
        }
    };
    let wanted = milestone.data[0];
    DataUsed {
        name: name.to_owned(),
        examples: examples as u64,
        stands_in_for: description.and_then(|own| own.stands_in_for(wanted)).map(str::to_owned),
        imported_sha256: match provenance {
            Provenance::Published => None,
            Provenance::Imported { sha256 } => Some(sha256.clone()),
        },
    }
}

fn result(rule: &CheckRule, found: Found) -> CheckResult {
    let (status, score, evidence) = match found {
        Found::Review(score, evidence) => (Status::AwaitingReview, score, evidence),
        Found::Cases(findings) => {
            let score = score(rule.scoring, &findings);
            // A guest that traps on some images may still reach the accuracy: it keeps the score and has not passed.
            let has_passed = score >= 1.0 && findings.is_right();
            let status = if has_passed { Status::Passed } else { Status::Failed };
            (status, score, findings.evidence())
        }
    };
    CheckResult {
        name: rule.name.clone(),
        asks: rule.asks.clone(),
        weight: rule.weight,
        status,
        score,
        evidence,
    }
}

/// The score that a rule gives to findings; accuracy that was not measured is none.
fn score(scoring: Scoring, findings: &Findings) -> f64 {
    let measured = |name: &str| findings.measure(name).map(|Number(figure)| figure);
    let by_cases = || match scoring {
        Scoring::AllOrNothing => f64::from(u8::from(findings.is_right())),
        _ => findings.score(),
    };
    scoring.of_accuracy(measured).unwrap_or_else(by_cases)
}
