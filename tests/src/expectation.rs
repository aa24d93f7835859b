//! What a guest's header says will become of it.
//!
//! ```text
//! expect: passes everything                       every check that a machine decides
//! expect: fails everything
//! expect: fails CHECK, …                          these, and those of further lines, and no others of any milestone
//! expect: told MISCONCEPTION, …                   these names and no others stand in the hints
//! expect: limit KIND                              a call of it ends so, and no call ends otherwise
//! expect: trap KIND
//! expect: refused RULE                            the gate does, by this rule
//! ```
//!
//! A guest is refused, or passes, or fails; what it is told and how its calls end is nothing unless it is said.

use std::collections::BTreeSet;

/// What will become of a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// How far it gets.
    pub ending: Ending,
    /// The names of the misconceptions that it is told.
    pub told: BTreeSet<String>,
    /// How its calls end other than with an answer or a fault: `limit KIND` or `trap KIND`.
    pub ends: BTreeSet<String>,
}

/// How far a guest gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The gate refuses it by this rule.
    Refused(String),
    /// It is graded, and fails these checks.
    Fails(BTreeSet<String>),
    /// It is graded, and fails every check that a machine decides.
    FailsEverything,
}

impl Expectation {
    /// What the `expect:` lines of a header say.
    ///
    /// # Errors
    ///
    /// If a line is not of the form above, contradicts another, or there is none that says how far the guest gets.
    pub fn parse<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let (mut ending, mut told, mut ends) = (None, BTreeSet::new(), BTreeSet::new());
        for line in lines {
            let (verb, rest) = line.split_once(' ').ok_or_else(|| format!("'{line}' lacks an object"))?;
            match verb {
                "told" => told.extend(list(rest)),
                "limit" | "trap" => ends.extend([format!("{verb} {rest}")]),
                _ => {
                    let said =
                        self::ending(verb, rest).ok_or_else(|| format!("'{line}' is not an expectation"))?;
                    ending = Some(
                        joined(ending, said).map_err(|other| format!("'{line}' comes after {other:?}"))?,
                    );
                }
            }
        }
        let ending = ending.ok_or("nothing says whether it is refused, passes or fails")?;
        match (&ending, told.is_empty() && ends.is_empty()) {
            (Ending::Refused(_), false) => Err("what is refused is never called".to_owned()),
            _ => Ok(Self { ending, told, ends }),
        }
    }
}

impl Ending {
    /// What of it can be seen where only these checks are made.
    #[must_use]
    pub fn among(&self, checks: &BTreeSet<String>) -> Self {
        match self {
            Self::Fails(failed) => Self::Fails(failed.intersection(checks).cloned().collect()),
            other => other.clone(),
        }
    }
}

fn ending(verb: &str, rest: &str) -> Option<Ending> {
    match (verb, rest) {
        ("passes", "everything") => Some(Ending::Fails(BTreeSet::new())),
        ("fails", "everything") => Some(Ending::FailsEverything),
        ("fails", checks) => Some(Ending::Fails(list(checks).collect())),
        ("refused", rule) => Some(Ending::Refused(rule.to_owned())),
        _ => None,
    }
}

/// Two lines of checks that fail are one list; nothing else may be said twice.
fn joined(said: Option<Ending>, more: Ending) -> Result<Ending, Ending> {
    match (said, more) {
        (None, more) => Ok(more),
        (Some(Ending::Fails(mut checks)), Ending::Fails(more)) if !checks.is_empty() && !more.is_empty() => {
            checks.extend(more);
            Ok(Ending::Fails(checks))
        }
        (Some(said), _) => Err(said),
    }
}

fn list(names: &str) -> impl Iterator<Item = String> {
    names.split(", ").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], expected: Result<&str, &str>) {
        let shown = Expectation::parse(lines.iter().copied()).map(|found| format!("{found:?}"));
        let (Ok(text) | Err(text)) = &shown;
        let (Ok(words) | Err(words)) = expected;
        assert_eq!((shown.is_ok(), text.contains(words)), (expected.is_ok(), true), "{text}");
    }

    #[test]
    fn headers_are_read_strictly() {
        check(&["passes everything"], Ok("Fails({})"));
        check(&["fails relu, tanh", "told relu-leaky", "trap other"], Ok(r#"{"relu", "tanh"}"#));
        check(&["refused import"], Ok(r#"Refused("import")"#));
        check(&[], Err("nothing says"));
        check(&["told relu-leaky"], Err("nothing says"));
        check(&["passes"], Err("lacks an object"));
        check(&["passes most"], Err("'passes most' is not an expectation"));
        check(&["failed relu"], Err("is not an expectation"));
        check(&["fails relu", "fails tanh"], Ok(r#"{"relu", "tanh"}"#));
        check(&["fails relu", "passes everything"], Err("comes after"));
        check(&["refused import", "refused types"], Err("comes after"));
        check(&["refused import", "trap other"], Err("never called"));
    }
}
