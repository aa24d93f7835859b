//! What a parser measures of the sources, as a suggestion for whoever reviews them.

use std::collections::BTreeMap;

use tito_grade::Evidence;
use tito_quality::{Quality, Suggestion, suggestion};
use tito_sandbox::HostError;

use crate::{Context, Written, milestone::Found};

/// Measures the sources; without any, or without one that can be read, nothing is suggested.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let quality = context.written.map(Written::quality).transpose();
    let quality = quality.map_err(|error| HostError::new("cannot measure the sources", error))?.flatten();
    let Some(quality) = quality else {
        let summary = "no sources were handed in; a reviewer needs `source/`".to_owned();
        return Ok(Found::Review(0.0, Evidence { summary, ..Evidence::default() }));
    };
    let suggestion = suggestion(&quality);
    Ok(Found::Review(suggestion.score, evidence(&quality, &suggestion)))
}

fn evidence(quality: &Quality, suggestion: &Suggestion) -> Evidence {
    let parts = suggestion.parts.iter();
    let mut measures: BTreeMap<_, _> =
        parts.clone().map(|part| (part.name.clone(), part.score.into())).collect();
    measures.insert("files".into(), f64::from(quality.files).into());
    measures.insert("code_lines".into(), f64::from(quality.code_lines).into());
    measures.insert("functions".into(), (quality.functions.len() as f64).into());
    let summary = parts.map(|part| part.sentence.as_str()).collect::<Vec<_>>().join(" ");
    Evidence { summary, measures, ..Evidence::default() }
}
