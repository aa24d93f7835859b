//! The report as Markdown, as it is pasted into an issue or a message.

use tito_grade::{CaseEvidence, CheckResult, Status, points};
use tito_gradebook::{Line, Settled};

use super::{Attempt, Grading, Milestone, StudentReport, words};
use crate::{
    ending::Ending,
    markup::{markdown as plain, notice, table},
    moment::moment,
    told::{advice, percent, telling, untold, worst},
};

/// The report in GitHub's Markdown, ending in a newline.
pub fn markdown(report: &StudentReport) -> String {
    let begun = report.milestones.iter().filter(|milestone| !milestone.attempts.is_empty());
    let sections = [head(report), overview(report)].into_iter().chain(begun.map(one));
    sections.collect::<Vec<_>>().join("\n")
}

fn head(report: &StudentReport) -> String {
    let person = &report.person;
    let section = person.section.iter().map(|section| format!(", section {}", plain(section)));
    let facts = format!("{}{}", plain(&person.id), section.collect::<String>());
    let (name, course, at) = (plain(&person.name), plain(&report.course), moment(report.generated_at));
    let notice = notice(report.notice());
    format!("# {name}\n\n{notice}{course}, {facts}, as of {at}\n")
}

fn overview(report: &StudentReport) -> String {
    let row = |milestone: &Milestone| {
        let Settled { score, level, state, provisional, .. } = milestone.settled;
        let standing = level.map_or_else(|| words::state(state).into(), |level| level.to_string());
        vec![
            format!("{} {}", milestone.number, plain(&milestone.name)),
            format!("{} %", milestone.weight),
            milestone.due.map(moment).unwrap_or_default(),
            score.map(points).unwrap_or_default(),
            if provisional { standing + ", provisional" } else { standing },
        ]
    };
    let milestones =
        table(&["Milestone", "Weight ", "Due", "Score ", "Standing"], report.milestones.iter().map(row));
    let (total, decided) = (words::total(&report.total), words::decided(&report.total));
    format!("## Course: {total}\n\n{milestones}\n{}\n{decided}\n", steps(&report.total.lines))
}

fn steps(lines: &[Line]) -> String {
    let step = |line: &Line| {
        let score = line.score.map(|score| format!(" **{}**", points(score))).unwrap_or_default();
        format!("- {}{score}\n", sentence(&line.text))
    };
    lines.iter().map(step).collect()
}

/// A sentence in which names stand between backticks; they stay names.
fn sentence(text: &str) -> String {
    let pieces: Vec<_> = text.split('`').collect();
    if pieces.len() % 2 == 0 || text.contains(['|', '\n']) {
        return plain(text);
    }
    let piece = |(at, piece): (usize, &&str)| match at % 2 {
        1 if !piece.is_empty() => format!("`{}`", crate::printable::printable(piece)),
        _ => plain(piece),
    };
    pieces.iter().enumerate().map(piece).collect()
}

fn one(milestone: &Milestone) -> String {
    let title = format!("## {} {}: {}", milestone.number, plain(&milestone.name), words::standing(milestone));
    let due = words::due(milestone);
    let (steps, attempts) = (steps(&milestone.settled.lines), attempts(&milestone.attempts));
    let grading = milestone.grading.as_ref().map(graded).unwrap_or_default();
    format!("{title}\n\nDue: {due}\n\n{steps}\n### Attempts\n\n{attempts}{grading}")
}

fn attempts(attempts: &[Attempt]) -> String {
    let row = |attempt: &Attempt| {
        let short: String = attempt.submission.chars().take(12).collect();
        vec![
            attempt.number.to_string(),
            moment(attempt.submitted),
            plain(&short),
            attempt.score.map(points).unwrap_or_default(),
            plain(&attempt.told()),
        ]
    };
    table(&["Attempt ", "Handed in", "Submission", "Score ", "State"], attempts.iter().map(row))
}

fn graded(grading: &Grading) -> String {
    let criteria = grading.grade.criteria.iter().map(|criterion| {
        let score = criterion.score.map_or_else(|| "undecided".into(), percent);
        vec![plain(&criterion.name), score, format!("{} %", criterion.share)]
    });
    let criteria = table(&["Criterion", "Score ", "Share "], criteria);
    let checks = table(
        &["Check", "Result", "Score ", "Found"],
        grading.grade.checks().map(|check| row(check, grading)),
    );
    let failures: String = grading.grade.checks().filter_map(failed).collect();
    // Where the course shows no checks, there is nothing to head.
    let checks = if grading.grade.checks().next().is_none() {
        String::new()
    } else {
        format!("\n### Checks\n\n{checks}")
    };
    format!("\n### Criteria\n\n{criteria}{checks}{failures}")
}

fn row(check: &CheckResult, grading: &Grading) -> Vec<String> {
    let review = grading.reviews.get(&check.name);
    let ending = Ending::of(check, review.is_some());
    let score = if check.is_decided() { percent(check.score) } else { String::new() };
    vec![plain(&check.name), ending.name().into(), score, plain(review.unwrap_or(&check.evidence.summary))]
}

/// Why a check failed.
fn failed(check: &CheckResult) -> Option<String> {
    let shown = telling(&check.evidence);
    if check.status != Status::Failed || shown.is_empty() {
        return None;
    }
    let cases: String = shown.iter().map(|failure| case(failure)).collect();
    let more =
        untold(&check.evidence, shown.len()).map(|(_, text)| format!("- {text}\n")).unwrap_or_default();
    Some(format!("\n#### {}\n\n{cases}{more}", plain(&check.name)))
}

fn case(failure: &CaseEvidence) -> String {
    let worst = failure.mismatch.iter().map(|mismatch| format!("; {}", plain(&worst(mismatch))));
    let hint = failure.hint.iter().map(|hint| format!("\n  Hint: {}", plain(&advice(hint))));
    let (asked, came_back) = (plain(&failure.asked), plain(&failure.came_back));
    format!("- {asked}: {came_back}{}{}\n", worst.collect::<String>(), hint.collect::<String>())
}
