//! `results.json`, which an autograder leaves for Gradescope to show.

use serde::Serialize;
use serde_json::{Map, Value, json};
use tito_grade::{CheckResult, CriterionGrade, Evidence, Grade, SeedUsed, Status, points};

use super::text::line;
use crate::cell::two_decimals;

/// `results.json`, with Gradescope's own keys.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Results {
    /// Points of everything that is decided. It stands in place of the sum of the tests' scores.
    pub score: f64,
    /// What stands above the tests; lines end in `\n`.
    pub output: String,
    /// How `output` is to be read.
    pub output_format: Format,
    /// Who sees the tests. A test of its own visibility would hide the total from students, so none has one.
    pub visibility: Visibility,
    /// Who sees what the autograder printed.
    pub stdout_visibility: Visibility,
    /// One for every criterion.
    pub tests: Vec<Test>,
    /// What the grade was derived from; Gradescope keeps it and shows it to nobody.
    pub extra_data: Map<String, Value>,
}

/// A row of the results: a criterion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Test {
    /// Points; `None` while nothing of it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// What can be reached; `None` with the score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_score: Option<f64>,
    /// Whether every check passed; `None` while one is not decided and none failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<TestStatus>,
    /// The criterion.
    pub name: String,
    /// From `1` on.
    pub number: String,
    /// How each check ended; lines end in `\n`.
    pub output: String,
    /// How `output` is to be read.
    pub output_format: Format,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TestStatus {
    /// It is shown in green.
    Passed,
    /// It is shown in red.
    Failed,
}

/// How Gradescope reads a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// As it stands. A guest has a hand in what is shown, and must not draw links and pictures.
    Text,
}

/// Who sees something, and from when on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Staff alone.
    Hidden,
    /// Students too, once nobody can hand in any more.
    AfterDueDate,
    /// Students too, once grades are published.
    AfterPublished,
    /// Students too.
    Visible,
}

impl Results {
    /// What a student sees of `grade`: a row for every criterion, worth its share of 100 points, that says how every check
    /// ended. `lines` come below the total, such as a receipt's.
    ///
    /// A criterion that awaits review stands there as text without a score: its points are a question of Gradescope's own,
    /// made by hand. Under a secret seed no case is shown, since what a guest says of its input is part of what came back;
    /// misconceptions that were recognised are.
    pub fn of(grade: &Grade, lines: &[&str]) -> Self {
        let decided =
            || grade.criteria.iter().filter_map(|c| c.score.map(|score| (score * c.share, c.share)));
        let (reached, share) = decided().fold((0.0, 0.0), |sum, next| (sum.0 + next.0, sum.1 + next.1));
        let tests = grade.criteria.iter().enumerate();
        Self {
            score: two_decimals(reached),
            output: head(grade, reached, share)
                + &lines.iter().map(|text| line(text) + "\n").collect::<String>(),
            tests: tests.map(|(at, criterion)| Test::of(criterion, at + 1, &grade.seed)).collect(),
            ..Self::empty(extra_data(grade))
        }
    }

    /// What a student sees whose submission was turned away before it was run: 0, and why. `rule` is its name for programs.
    pub fn refused(rule: &str, message: &str) -> Self {
        let message = line(message);
        let output = format!("The submission was not accepted, and nothing of it was run.\n{message}\n");
        Self { output, ..Self::empty(object([("outcome", json!("refused")), ("rule", json!(rule))])) }
    }

    /// What stands there when grading failed through no fault of the submission. Gradescope takes no results without a score,
    /// hence a 0 that says of itself that it is none.
    pub fn failure(message: &str) -> Self {
        let message = line(message);
        let output = format!(
            "Infrastructure failure, not a zero: ask staff.\nThe submission was not graded, and nothing is wrong with it that \
             is known. Staff can run the autograder again.\n{message}\n"
        );
        Self { output, ..Self::empty(object([("outcome", json!("failure"))])) }
    }

    /// The file, ending in a newline.
    pub fn json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("results have string keys and no failing parts");
        text + "\n"
    }

    fn empty(extra_data: Map<String, Value>) -> Self {
        Self {
            score: 0.0,
            output: String::new(),
            output_format: Format::Text,
            visibility: Visibility::Visible,
            stdout_visibility: Visibility::Hidden,
            tests: Vec::new(),
            extra_data,
        }
    }
}

impl Test {
    fn of(criterion: &CriterionGrade, number: usize, seed: &SeedUsed) -> Self {
        let is_secret = matches!(seed, SeedUsed::Secret(_));
        Self {
            score: criterion.score.map(|score| two_decimals(score * criterion.share)),
            max_score: criterion.score.map(|_| criterion.share),
            status: status(criterion),
            name: criterion.name.clone(),
            number: number.to_string(),
            output: criterion.checks.iter().map(|check| told(check, is_secret)).collect(),
            output_format: Format::Text,
        }
    }
}

fn status(criterion: &CriterionGrade) -> Option<TestStatus> {
    let any = |status| criterion.checks.iter().any(|check| check.status == status);
    match (any(Status::Failed), any(Status::AwaitingReview) || any(Status::NotRun)) {
        (true, _) => Some(TestStatus::Failed),
        (false, true) => None,
        (false, false) => Some(TestStatus::Passed),
    }
}

/// What stands above the tests.
fn head(grade: &Grade, reached: f64, share: f64) -> String {
    let Grade { milestone, name, level, .. } = grade;
    let mut head =
        format!("Milestone {milestone}, {name}: {} of {share} points, {level}.\n", points(reached));
    if grade.provisional {
        head += "Some of it still awaits review by a person or was not run; that is not counted here.\n";
    }
    if let Some(asked) = &grade.data.stands_in_for {
        head += &format!("{} stands in for {asked}.\n", grade.data.name);
    }
    if matches!(grade.seed, SeedUsed::Secret(_)) {
        head += "The cases are hidden; 'tito milestone test' shows the same checks with public ones.\n";
    }
    head
}

/// How a check ended, in lines.
fn told(check: &CheckResult, is_secret: bool) -> String {
    let ended = match check.status {
        Status::Passed => "passed".into(),
        Status::Failed => format!("failed, {} %", points(100.0 * check.score)),
        Status::AwaitingReview => "awaits review".into(),
        Status::NotRun => "not run, which is not the submission's fault".into(),
    };
    let mut lines = vec![format!("[{ended}] {}: {}", check.name, line(&check.asks))];
    lines.extend([&check.evidence.summary].iter().filter(|text| !text.is_empty()).map(|text| line(text)));
    lines.extend(if is_secret { hints(&check.evidence) } else { cases(&check.evidence) });
    lines.join("\n    ") + "\n"
}

/// Every advice once, without its case.
fn hints(evidence: &Evidence) -> Vec<String> {
    let mut hints: Vec<String> = Vec::new();
    for hint in evidence.failures.iter().filter_map(|failure| failure.hint.as_ref()) {
        let advice = format!("hint: {}", line(&hint.advice));
        if !hints.contains(&advice) {
            hints.push(advice);
        }
    }
    hints
}

fn cases(evidence: &Evidence) -> Vec<String> {
    let told = evidence.failures.iter().flat_map(|failure| {
        let mismatch = failure.mismatch.as_ref().map(|found| {
            let (index, expected, got) = (&found.index, found.expected, found.got);
            format!("at {index:?}: expected {expected}, got {got}; {} of {} are wrong", found.wrong, found.of)
        });
        let hint = failure.hint.as_ref().map(|hint| format!("hint: {}", line(&hint.advice)));
        let case = format!("{}: {}", line(&failure.asked), line(&failure.came_back));
        [Some(case), mismatch, hint].into_iter().flatten()
    });
    told.collect()
}

/// What the grade was derived from. The seed is its digest.
fn extra_data(grade: &Grade) -> Map<String, Value> {
    let seed = match &grade.seed {
        SeedUsed::Public => "public",
        SeedUsed::Secret(digest) => digest,
    };
    object([
        ("outcome", json!("graded")),
        ("milestone", json!(grade.milestone)),
        ("component", json!(grade.component)),
        ("seed", json!(seed)),
        ("data", json!(grade.data)),
        ("score", json!(grade.score)),
        ("level", json!(grade.level)),
        ("provisional", json!(grade.provisional)),
    ])
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests;
