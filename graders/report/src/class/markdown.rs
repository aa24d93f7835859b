//! The report as Markdown.

use tito_grade::Number;
use tito_gradebook::analytics::{
    Analysis, AtRisk, Band, ContentIssue, Item, MilestoneProgress, Progress, StudentProgress,
};

use super::{ClassReport, words};
use crate::{
    markup::{markdown as plain, notice, table},
    moment::moment,
    told::percent,
};

/// The report in GitHub's Markdown, ending in a newline.
pub fn markdown(report: &ClassReport) -> String {
    let progress = &report.progress;
    let (course, class, at) = (plain(&report.course), plain(&report.class), moment(progress.at));
    let notice = notice(ClassReport::AUDIENCE.notice(false));
    let head = format!("# {course}\n\n{notice}Class {class}, as of {at}\n");
    let parts = [
        head,
        milestones(progress),
        issues(&progress.issues),
        struggling(&report.at_risk),
        students(progress),
    ];
    let parts = parts.into_iter().chain(report.analyses.iter().map(analysis));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn milestones(progress: &Progress) -> String {
    let row = |one: &MilestoneProgress| {
        let scores = one.scores.as_ref();
        let [mean, lower, median, upper] = [
            scores.map(|scores| scores.mean),
            scores.map(|scores| scores.lower_quartile),
            scores.map(|scores| scores.median),
            scores.map(|scores| scores.upper_quartile),
        ]
        .map(words::or_dash);
        let name = format!("{} {}", one.milestone, plain(&one.name));
        vec![
            name,
            words::share(one.completed),
            words::share(one.handed_in),
            one.overdue.count.to_string(),
            mean,
            lower,
            median,
            upper,
        ]
    };
    let names = [
        "Milestone",
        "Completed ",
        "Handed in ",
        "Overdue ",
        "Mean ",
        "Lower quartile ",
        "Median ",
        "Upper quartile ",
    ];
    let milestones = table(&names, progress.milestones.iter().map(row));
    let scores = progress.scores.iter().map(|scores| format!("\nCourse: {}\n", words::spread(scores)));
    let scores = scores.collect::<String>();
    format!("## Milestones\n\n{milestones}{scores}{}", drops(progress))
}

fn drops(progress: &Progress) -> String {
    let drops = progress.drops.iter().filter(|drop| drop.went_on.of > 0);
    let rows: Vec<_> = drops.map(|drop| words::drop(drop).to_vec()).collect();
    if rows.is_empty() {
        return String::new();
    }
    let drops = table(&["Milestones", "Went on ", "Before ", "After ", "Change "], rows);
    format!("\n### The same students from milestone to milestone\n\n{drops}")
}

fn issues(issues: &[ContentIssue]) -> String {
    let issues: String = issues
        .iter()
        .map(|issue| format!("- **{}** {}\n", words::topic(issue.topic), plain(&issue.text)))
        .collect();
    if issues.is_empty() { issues } else { format!("## What could be taught otherwise\n\n{issues}") }
}

fn struggling(at_risk: &[AtRisk]) -> String {
    let row = |one: &AtRisk| {
        let reasons: Vec<_> = one.reasons.iter().map(|reason| plain(&words::reason(reason))).collect();
        let weakest = one.weakest.as_ref().map(|weak| {
            format!("{} of milestone {}: {}", plain(&weak.criterion), weak.milestone, percent(weak.score))
        });
        let advice: Vec<_> = one.advice.iter().map(|advice| plain(advice.text)).collect();
        let name = plain(&words::name(&one.student, &one.name));
        vec![name, words::so_far(one), reasons.join("; "), weakest.unwrap_or_default(), advice.join(" ")]
    };
    let rows = table(&["Student", "So far", "Why", "Weakest", "What to do"], at_risk.iter().map(row));
    format!("## Who needs help ({})\n\n{rows}", at_risk.len())
}

fn students(progress: &Progress) -> String {
    let row = |one: &StudentProgress| {
        let places = one.milestones.iter().map(words::place);
        let first = [plain(&words::name(&one.student, &one.name)), words::or_dash(one.score)];
        let last = [one.attempts.to_string(), words::activity(one)];
        first.into_iter().chain(places).chain(last).collect()
    };
    let numbers: Vec<_> =
        progress.milestones.iter().map(|milestone| format!("{} ", milestone.milestone)).collect();
    let numbers = numbers.iter().map(String::as_str);
    let names: Vec<_> =
        ["Student", "Course "].into_iter().chain(numbers).chain(["Attempts ", "Last"]).collect();
    format!("## Everybody\n\n{}", table(&names, progress.students.iter().map(row)))
}

fn analysis(analysis: &Analysis) -> String {
    let title = format!("## {} {}\n\n", analysis.milestone, plain(&analysis.name));
    let figures = [
        ("Completed", analysis.completed),
        ("Completed, of the decided", analysis.completed_of_decided),
        ("Graded", analysis.graded),
        ("Late", analysis.late),
    ];
    let figures: String =
        figures.iter().map(|(name, share)| format!("- {name}: {}\n", words::share(*share))).collect();
    let scores: String =
        analysis.scores.iter().map(|scores| format!("- Scores: {}\n", words::spread(scores))).collect();
    let levels =
        analysis.levels.iter().rev().map(|one| vec![one.level.to_string(), words::share(one.students)]);
    let levels = table(&["Level", "Students "], levels);
    let parts = [bands(analysis), items(&analysis.items)];
    format!("{title}{figures}{scores}\n{levels}{}", parts.concat())
}

fn bands(analysis: &Analysis) -> String {
    let row = |band: &Band| {
        let name = format!("{} to {} %", Number(100.0 * band.from), Number(100.0 * band.to));
        vec![name, words::share(band.students)]
    };
    let bands = analysis
        .accuracy
        .iter()
        .map(|accuracy| table(&["Accuracy", "Students "], accuracy.bands.iter().map(row)));
    bands.map(|bands| format!("\n{bands}")).collect()
}

fn items(items: &[Item]) -> String {
    let row = |item: &Item| {
        let flags = words::flags(&item.flags);
        vec![
            plain(&item.check),
            item.n.to_string(),
            words::mean(item.mean),
            words::share(item.full),
            words::correlation(item.discrimination),
            flags,
        ]
    };
    if items.is_empty() {
        return String::new();
    }
    let names = ["Check", "n ", "Mean ", "Fully ", "Discrimination ", "Remarkable"];
    format!("\n{}", table(&names, items.iter().map(row)))
}
