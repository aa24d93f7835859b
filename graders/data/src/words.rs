//! What a word is, in a text and in what a model writes after it.

/// The words of a text in order, in lower case: runs of letters, with the apostrophes inside them.
///
/// ```
/// let words: Vec<_> = tito_data::words("KING: 'Tis the lords' day, o'er.").collect();
/// assert_eq!(words, ["king", "tis", "the", "lords", "day", "o'er"]);
/// ```
pub fn words(text: &str) -> impl Iterator<Item = String> {
    let runs = text.split(|character: char| !character.is_alphabetic() && !is_apostrophe(character));
    let runs = runs.map(|run| run.trim_matches(is_apostrophe));
    runs.filter(|run| !run.is_empty()).map(str::to_lowercase)
}

/// A typewriter's or a printer's.
fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(words(text).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn words_are_letters_and_apostrophes_inside() {
        check("", &[]);
        check("' '' 42 --", &[]);
        check(
            "First Citizen:\nWe are accounted poor",
            &["first", "citizen", "we", "are", "accounted", "poor"],
        );
        check("well-fed x2y", &["well", "fed", "x", "y"]);
        check("'king's' d\u{2019}or \u{2019}", &["king's", "d\u{2019}or"]);
        check("ÄRGER über", &["ärger", "über"]);
    }
}
