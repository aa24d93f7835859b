//! How much of the vision component's code runs in the language component.
//!
//! Both do the same work on images, and the language component does its own on text; each function counts what it uses.
//! The student's own functions of the vision component are looked for in the language component by what their operators
//! do, and count as far as they run there (INTEGRITY.md §5). Whether 95 % is much is the rubric's to say.

use std::sync::LazyLock;

use tito_artifact::{Artifact, Gated, Limits};
use tito_grade::{Evidence, Table};
use tito_judge::Findings;
use tito_reuse::{Code, Comparison, Fate, LEAST_FUNCTIONS, Library, Origin, Row, Tier, Use};
use tito_sandbox::{HostError, Outcome, RunLimits};

use crate::{
    Compared, Context, GIVEN, Profiled, REFERENCE, TEXTBOOK, Workload, milestone::Found, profile,
    profile_limits,
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

/// Compares the language component with the vision component that was handed in with it. Without one, or with too little
/// in it, somebody has to look: that is no zero.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let compared = match &context.compared {
        Ok(compared) => compared,
        Err(why) => return Ok(review(why)),
    };
    match comparison(compared, &context.limits)? {
        Err(sentence) => Ok(review(&sentence)),
        Ok(comparison) => Ok(found(&comparison)),
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

fn found(comparison: &Comparison) -> Found {
    let retention = comparison.retention().unwrap_or_default();
    let mut findings = Findings::default();
    findings.passed(0.0);
    findings.measured("retention", retention);
    findings.measured("verbatim", kept(comparison, |fate| fate == Fate::Verbatim));
    findings.measured("adapted", kept(comparison, |fate| matches!(fate, Fate::Adapted(_))));
    findings.measured("share_of_language", comparison.share());
    sizes(&mut findings, "vision", &comparison.vision);
    sizes(&mut findings, "language", &comparison.language);
    findings.tabulated(reused(comparison));
    findings.tabulated(new(comparison));
    findings.conclude(conclusion(comparison, retention));
    Found::Cases(findings)
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
    let shown = comparison.rows.iter().take(SHOWN).map(|row| {
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
        rows: shown.collect(),
    }
}

fn new(comparison: &Comparison) -> Table {
    let all = comparison.new.iter().fold(0u64, |sum, row| sum.saturating_add(row.fuel));
    let shown = comparison.new.iter().take(SHOWN);
    Table {
        title: format!("What is new: {} functions of the language component", comparison.new.len()),
        columns: ["function", "operators", "of the new fuel"].map(str::to_owned).to_vec(),
        rows: shown.map(|row| vec![name(row), row.operators.to_string(), of(row.fuel, all)]).collect(),
    }
}
