//! The two texts that are read as TOML: a student's `submission.toml`, and a limits file.

use tito_artifact::Limits;
use tito_submission::{Manifest, Rule};

use crate::memory;

/// A TOML parser's memory: every byte of `[[[` may be a table.
const BYTES_PER_BYTE: usize = 1_000;
const BYTES_ANYWAY: usize = 1 << 20;

/// Whatever the text,
///
/// - neither reader panics or holds more than a fixed multiple of it in memory;
/// - an accepted manifest is within its ranges and fit for a terminal, and so is the message of a refused one;
/// - accepted limits survive being written and read again.
///
/// # Panics
///
/// If it does not.
pub fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let most = text.len() * BYTES_PER_BYTE + BYTES_ANYWAY;
    match memory::at_most(most, || Manifest::parse(text)) {
        Ok(manifest) => accepted(&manifest),
        Err(refused) => {
            assert_eq!(refused.rule, Rule::Manifest);
            let starts = refused.message.starts_with("submission.toml");
            assert!(starts && !refused.message.contains(char::is_control), "{:?}", refused.message);
        }
    }
    if let Ok(limits) = memory::at_most(most, || toml::from_str::<Limits>(text)) {
        let written = toml::to_string(&limits).expect("what was read can be written");
        assert_eq!(toml::from_str::<Limits>(&written).as_ref(), Ok(&limits));
        assert_eq!(limits.problem(), limits.clone().problem());
    }
}

fn accepted(manifest: &Manifest) {
    assert!((1..=5).contains(&manifest.milestone));
    assert!(manifest.authors.len() <= 16);
    let names = manifest.authors.iter().chain(&manifest.student).chain(&manifest.language);
    for name in names {
        assert!(name.chars().count() <= 200 && !name.contains(char::is_control), "{name:?}");
    }
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let help = manifest.help.as_deref().unwrap_or_default();
    assert!(help.chars().count() <= 10_000 && !help.contains(is_odd), "{help:?}");
}
