//! How much of the vision component's code runs in the language component.
//!
//! Both do the same work on images, and the language component does its own on text; each function counts what it uses.
//! The student's own functions of the vision component are looked for in the language component by what their operators
//! do, and count as far as they run there (INTEGRITY.md §5). Whether 95 % is much is the rubric's to say.
//!
//! The same sources make other operators by another compiler or other flags, of which a component does not tell the half:
//! `opt-level = "s"` instead of 3 leaves nothing that is alike. So what is found proves that code is used again, and what is
//! not found proves nothing: less than all points is a person's to give.

use std::sync::LazyLock;

use tito_artifact::{Artifact, Gated, Limits};
use tito_grade::{Evidence, Number, Scoring, Table};
use tito_judge::Findings;
use tito_reuse::{Code, Comparison, Fate, LEAST_FUNCTIONS, Library, Origin, Row, Tier, Use, compiler};
use tito_sandbox::{HostError, Outcome, RunLimits};

use crate::{
    Compared, Context, GIVEN, Profiled, REFERENCE, TEXTBOOK, Workload,
    milestone::{COMPONENT_REUSE, Found},
    profile, profile_limits,
};

/// Functions that a table shows.
const SHOWN: usize = 20;

/// Built with the SDK, and with names: by their digests its functions, the standard library's and the compiler's are known
/// in components that were stripped.
static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    Library::of(&[GIVEN, REFERENCE, TEXTBOOK].map(|bytes| {
        match Artifact::gate(bytes.to_vec(), &Limits::default()) {
            Gated::Admitted(artifact) => artifact,
            Gated::Refused(refusal) => panic!("a component of tito's own was refused: {refusal}"),
        }
    }))
});

/// What the rubric says of this check.
static SCORING: LazyLock<Scoring> = LazyLock::new(|| {
    let rubric = super::milestone().rubric;
    let (_, rule) =
        rubric.checks().find(|(_, rule)| rule.name == COMPONENT_REUSE).expect("the rubric has the check");
    rule.scoring
});

/// Compares the language component with the vision component that was handed in with it. Without one, with too little in
/// it, or where less of it is found than all points ask for, somebody has to look: that is no zero.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let compared = match &context.compared {
        Ok(compared) => compared,
        Err(why) => return Ok(review(why)),
    };
    match comparison(compared, &context.limits)? {
        Err(sentence) => Ok(review(&sentence)),
        Ok(comparison) => Ok(found(&comparison, compared)),
    }
}

fn review(sentence: &str) -> Found {
    Found::Review(0.0, Evidence { summary: sentence.to_owned(), ..Evidence::default() })
}

/// What became of the vision component's functions in the language component; or why nothing can be said, as a sentence.
///
/// # Errors
///
/// Only if the host itself fails.
pub fn comparison(
    compared: &Compared<'_>,
    limits: &RunLimits,
) -> Result<Result<Comparison, String>, HostError> {
    let code = |component: &Profiled<'_>| Code::of(component.artifact, &LIBRARY);
    let used = |component: &Profiled<'_>, workload| {
        Ok::<_, HostError>(match profile(component.launch, workload, &profile_limits(limits))? {
            Outcome::Answer(profile) => Ok(Use::of(&profile)),
            other => Err(other.to_string()),
        })
    };
    let (vision, language) = (&compared.vision, &compared.language);
    let is_one = vision.artifact.digest() == language.artifact.digest();
    // What the language component cannot do, none of its functions has run for.
    let in_both = used(language, Workload::Learning)?;
    let in_text = used(language, Workload::Language)?.unwrap_or_default();
    let in_vision = if is_one { in_both.clone() } else { used(vision, Workload::Learning)? };
    let in_vision = match in_vision {
        Ok(used) => used,
        Err(what) => {
            let work = Workload::Learning.words();
            return Ok(Err(format!("the vision component does not get through it ({work}): {what}")));
        }
    };
    let in_both = in_both.unwrap_or_default();
    let comparison = Comparison::new((&code(vision), &in_vision), &code(language), &in_both, &in_text);
    Ok(match comparison.retention() {
        Some(_) => Ok(comparison),
        None => Err(format!(
            "insufficient: of the vision component only {} functions of the student's own ran, and {LEAST_FUNCTIONS} are \
             needed to say anything",
            comparison.vision.functions
        )),
    })
}

fn found(comparison: &Comparison, compared: &Compared<'_>) -> Found {
    let (retention, findings) = (comparison.retention().unwrap_or_default(), findings(comparison));
    if retention >= full() && comparison.share() >= Scoring::SHARE_OF_LANGUAGE {
        return Found::Cases(findings);
    }
    let evidence = findings.evidence();
    let figure = |name: &str| evidence.measures.get(name).map(|Number(figure)| *figure);
    let suggested = SCORING.of_accuracy(figure).unwrap_or_default();
    let compilers = [&compared.vision, &compared.language].map(|one| compiler(one.artifact));
    let summary = format!("{}; {}", evidence.summary, reasons(&compilers));
    Found::Review(suggested, Evidence { summary, ..evidence })
}

/// The share of the vision code that all points ask for.
fn full() -> f64 {
    match *SCORING {
        Scoring::Retention { full, .. } => full,
        _ => 1.0,
    }
}

/// Why little may be found of code that is there, for the person who decides.
fn reasons([vision, language]: &[Option<String>; 2]) -> String {
    let compilers = match (vision, language) {
        (Some(vision), Some(language)) if vision == language => {
            format!("both name {vision}, and flags such as opt-level stand in neither")
        }
        (None, None) => "neither names its compiler".to_owned(),
        (vision, language) => {
            let [vision, language] = [vision, language].map(|one| one.as_deref().unwrap_or("no compiler"));
            format!("vision names {vision}, language names {language}")
        }
    };
    format!(
        "a person decides, since code that is not found again, or does little of the work, was rewritten, or is the same by \
         another compiler or other flags ({compilers}): build both of the same sources in one way and compare again, or \
         compare the sources"
    )
}

fn findings(comparison: &Comparison) -> Findings {
    let retention = comparison.retention().unwrap_or_default();
    let mut findings = Findings::default();
    findings.passed(0.0);
    findings.measured("retention", retention);
    findings.measured("verbatim", kept(comparison, |fate| fate == Fate::Verbatim));
    findings.measured("adapted", kept(comparison, |fate| matches!(fate, Fate::Adapted(_))));
    findings.measured("share_of_language", comparison.share());
    sizes(&mut findings, "vision", &comparison.vision);
    sizes(&mut findings, "language", &comparison.language);
    findings.tabulated(asked(comparison, retention));
    findings.tabulated(reused(comparison));
    findings.tabulated(new(comparison));
    findings.conclude(conclusion(comparison, retention));
    findings
}

/// Both figures beside what all points ask for.
fn asked(comparison: &Comparison, retention: f64) -> Table {
    let row = |what: &str, found: f64, asked: f64| vec![what.to_owned(), percent(found), percent(asked)];
    Table {
        title: "How much is used again; the points are those of the smaller one".to_owned(),
        columns: ["what", "found", "all points from"].map(str::to_owned).to_vec(),
        rows: vec![
            row("of the vision code, by fuel, runs in the language component", retention, full()),
            row(
                "of the language code's own fuel for text is the vision code's",
                comparison.share(),
                Scoring::SHARE_OF_LANGUAGE,
            ),
        ],
    }
}

fn sizes(findings: &mut Findings, whose: &str, origin: &Origin) {
    for (what, figure) in [
        ("functions", origin.functions as f64),
        ("operators", origin.operators as f64),
        ("fuel", origin.fuel as f64),
        ("all_fuel", origin.all_fuel as f64),
    ] {
        findings.measured(&format!("{whose}_{what}"), figure);
    }
}

/// The share of the vision code, by fuel, that this became of and that runs.
fn kept(comparison: &Comparison, is_of: impl Fn(Fate) -> bool) -> f64 {
    let rows = comparison.rows.iter().filter(|row| is_of(row.fate));
    let kept = rows.fold(0u64, |sum, row| sum.saturating_add(row.kept));
    kept as f64 / comparison.vision.fuel.max(1) as f64
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn of(fuel: u64, all: u64) -> String {
    percent(fuel as f64 / all.max(1) as f64)
}

fn conclusion(comparison: &Comparison, retention: f64) -> String {
    let share = percent(comparison.share());
    let beside = format!("{share} of the language code's own fuel is code of the vision component");
    match comparison.tier {
        Tier::Component => format!("the same file was graded for vision: all of it is reused; {beside}"),
        Tier::Module => format!("the same core module was graded for vision: all of it is reused; {beside}"),
        Tier::Functions => {
            let asleep = comparison.rows.iter().filter(|row| row.fate == Fate::Asleep).count();
            let idle = match asleep {
                0 => String::new(),
                asleep => format!("; {asleep} functions stand there and never run, which counts for nothing"),
            };
            format!(
                "{} of the vision code runs in the language component{idle}; {beside}",
                percent(retention)
            )
        }
    }
}

fn name(row: &Row) -> String {
    match &row.name {
        Some(name) => name.clone(),
        None => format!("function {}", row.id.function),
    }
}

fn reused(comparison: &Comparison) -> Table {
    let fate = |row: &Row| match row.fate {
        Fate::Verbatim => "verbatim".to_owned(),
        Fate::Adapted(alike) => format!("adapted, {} alike", percent(alike)),
        Fate::Asleep => "there, and never runs".to_owned(),
        Fate::Gone => "not there: rewritten, left out or inlined".to_owned(),
    };
    let rows = comparison.rows.iter().map(|row| {
        vec![
            name(row),
            row.operators.to_string(),
            of(row.fuel, comparison.vision.fuel),
            of(row.kept, row.fuel),
            fate(row),
        ]
    });
    Table {
        title: format!("What became of the vision component's {} functions", comparison.rows.len()),
        columns: ["function", "operators", "of the fuel", "runs", "became"].map(str::to_owned).to_vec(),
        rows: shown(rows),
    }
}

fn new(comparison: &Comparison) -> Table {
    let all = comparison.new.iter().fold(0u64, |sum, row| sum.saturating_add(row.fuel));
    let rows = comparison.new.iter();
    Table {
        title: format!("What is new: {} functions of the language component", comparison.new.len()),
        columns: ["function", "operators", "of the new fuel"].map(str::to_owned).to_vec(),
        rows: shown(rows.map(|row| vec![name(row), row.operators.to_string(), of(row.fuel, all)])),
    }
}

/// The first rows, and how many there are more.
fn shown(rows: impl ExactSizeIterator<Item = Vec<String>>) -> Vec<Vec<String>> {
    let more = rows.len().saturating_sub(SHOWN);
    let mut shown: Vec<_> = rows.take(SHOWN).collect();
    if let Some(first) = shown.first().filter(|_| more > 0) {
        let mut last = vec![String::new(); first.len()];
        last[0] = format!("and {more} more");
        shown.push(last);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_shown_is_counted() {
        #[track_caller]
        fn check(count: usize, last: Option<&str>) {
            let shown = shown((0..count).map(|row| vec![row.to_string(), String::new()]));
            assert_eq!(shown.last().map(|row| row[0].as_str()), last);
            assert!(shown.iter().all(|row| row.len() == 2));
        }
        check(0, None);
        check(SHOWN, Some("19"));
        check(SHOWN + 1, Some("and 1 more"));
        check(45, Some("and 25 more"));
    }

    #[test]
    fn a_person_is_told_of_compilers_as_they_are_named() {
        #[track_caller]
        fn check(vision: Option<&str>, language: Option<&str>, expected: &str) {
            let told = reasons(&[vision, language].map(|one| one.map(str::to_owned)));
            assert!(told.contains(expected), "{told}");
        }
        let [old, new] = ["rustc 1.95.0", "rustc 1.96.0"];
        check(Some(old), Some(old), "both name rustc 1.95.0");
        check(Some(old), Some(new), "vision names rustc 1.95.0, language names rustc 1.96.0");
        check(None, Some(new), "vision names no compiler, language names rustc 1.96.0");
        check(None, None, "neither names its compiler");
    }
}
