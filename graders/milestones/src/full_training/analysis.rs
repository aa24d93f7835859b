//! The student's written analysis, which a person reads; what is counted here is a suggestion.

use std::collections::BTreeMap;

use tito_grade::Evidence;
use tito_sandbox::HostError;

use crate::{Context, Written, milestone::Found, written::ANALYSIS};

/// The words and figures of a page, from which on nothing more is suggested.
const WORDS: usize = 300;
const FIGURES: usize = 10;

/// Counts the words and figures of the analysis; without one nothing is suggested.
pub(crate) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let text = context.written.map(Written::analysis).transpose();
    let text = text.map_err(|error| HostError::new("cannot read the analysis", error))?.flatten();
    let Some(text) = text else {
        let summary = format!("no `{ANALYSIS}` was handed in with the sources; a reviewer needs it");
        return Ok(Found::Review(0.0, Evidence { summary, ..Evidence::default() }));
    };
    let (words, figures) = counted(&text);
    let share = |count: usize, most: usize| (count as f64 / most as f64).min(1.0);
    let summary = format!(
        "`{ANALYSIS}` has {words} words and {figures} figures; whether they are right is the reviewer's"
    );
    let measures = [("words", words), ("figures", figures)];
    let measures: BTreeMap<_, _> =
        measures.into_iter().map(|(name, count)| (name.to_owned(), (count as f64).into())).collect();
    let score = 0.5 * share(words, WORDS) + 0.5 * share(figures, FIGURES);
    Ok(Found::Review(score, Evidence { summary, measures, ..Evidence::default() }))
}

/// Words, and those of them that are numbers.
fn counted(text: &str) -> (usize, usize) {
    let is_figure = |word: &&str| {
        let bare = word.trim_matches(|c: char| !c.is_ascii_digit());
        !bare.is_empty() && bare.parse::<f64>().is_ok()
    };
    (text.split_whitespace().count(), text.split_whitespace().filter(is_figure).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_figures_are_counted() {
        for (text, found) in
            [("", (0, 0)), ("The loss fell from 2.3 to 0.86.", (7, 2)), ("62% (of 2000)", (3, 2))]
        {
            assert_eq!(counted(text), found, "{text}");
        }
    }
}
