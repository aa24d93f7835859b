//! What a work's source files say, without what everybody was given.

use sha2::{Digest as _, Sha256};

use crate::{
    languages,
    lexer::{Token, lex},
    library::Library,
    winnow,
    work::Work,
};

/// Beyond so many bytes, the sources of a work are not read.
const MOST_BYTES: usize = 2 << 20;

/// Beyond so many tokens, the sources of a work are not read.
const MOST_TOKENS: usize = 200_000;

/// A work's own sources.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    /// In the order of their paths.
    pub(crate) files: Vec<File>,
    /// Fingerprints of what is not excluded, each once, in order.
    pub(crate) fingerprints: Vec<u64>,
    /// SHA-256 over the files' own tokens, whatever the files are called; `None` where there are none.
    pub(crate) digest: Option<[u8; 32]>,
    /// All tokens.
    pub(crate) tokens: usize,
    /// Tokens that are the base's.
    pub(crate) excluded: usize,
    /// Whether there was more than is read.
    pub(crate) is_cut_short: bool,
}

/// A file of a work.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    /// Its own tokens: rows that nothing excluded interrupts.
    pub(crate) rows: Vec<Vec<Token>>,
}

/// The tokens of a file, where its language is known.
pub(crate) fn tokens(path: &str, bytes: &[u8]) -> Option<Vec<Token>> {
    languages::of(path).map(|language| lex(bytes, language, MOST_TOKENS))
}

impl Text {
    /// Of a work; `None` where no file is in a language that is known.
    pub(crate) fn of(work: &Work<'_>, library: &Library) -> Option<Self> {
        let mut text = Self::default();
        let (mut bytes_left, mut digests) = (MOST_BYTES, Vec::new());
        for (path, bytes) in &work.sources {
            let Some(language) = languages::of(path) else { continue };
            let read = &bytes[..bytes.len().min(bytes_left)];
            bytes_left -= read.len();
            let tokens = lex(read, language, MOST_TOKENS - text.tokens);
            text.is_cut_short |= read.len() < bytes.len() || text.tokens + tokens.len() >= MOST_TOKENS;
            text.add(path, &tokens, library, &mut digests);
        }
        digests.sort_unstable();
        text.digest = (text.tokens > text.excluded).then(|| Sha256::digest(digests.concat()).into());
        text.fingerprints.sort_unstable();
        text.fingerprints.dedup();
        (!text.files.is_empty()).then_some(text)
    }

    fn add(&mut self, path: &str, tokens: &[Token], library: &Library, digests: &mut Vec<[u8; 32]>) {
        let rows = own_rows(tokens, library);
        let own: usize = rows.iter().map(Vec::len).sum();
        self.tokens += tokens.len();
        self.excluded += tokens.len() - own;
        let mut digest = Sha256::new();
        for row in &rows {
            let symbols: Vec<_> = row.iter().map(|token| token.symbol).collect();
            self.fingerprints.extend(winnow::fingerprints(&winnow::rows(&symbols)));
            symbols.iter().for_each(|symbol| digest.update(symbol.to_le_bytes()));
        }
        if own > 0 {
            digests.push(digest.finalize().into());
        }
        self.files.push(File { path: path.to_owned(), rows });
    }
}

/// What is left of a file without all that stands in the base in [`winnow::ROW`] tokens or more.
fn own_rows(tokens: &[Token], library: &Library) -> Vec<Vec<Token>> {
    let symbols: Vec<_> = tokens.iter().map(|token| token.symbol).collect();
    let mut is_own = vec![true; tokens.len()];
    for (place, row) in winnow::rows(&symbols).into_iter().enumerate() {
        if library.has_tokens(row) {
            is_own[place..place + winnow::ROW].fill(false);
        }
    }
    let numbered: Vec<_> = tokens.iter().zip(is_own).collect();
    let runs = numbered.chunk_by(|one, other| one.1 == other.1).filter(|run| run[0].1);
    runs.map(|run| run.iter().map(|(token, _)| **token).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Base;

    const TEMPLATE: &str =
        "struct Given { width: usize, height: usize } fn given(x: &Given) -> usize { x.width * x.height }";
    const OWN: &str = "fn own(a: f32, b: f32) -> f32 { if a > b { a - b } else { b * a + 3.0 } }";

    /// How many tokens there are, and how many of them are the base's.
    #[track_caller]
    fn check(source: &str, base: &str, expected: (usize, usize)) {
        let base = Base { components: vec![], sources: [("base.rs".to_owned(), base.as_bytes())].into() };
        let sources = [("lib.rs".to_owned(), source.as_bytes())].into();
        let text = Text::of(&Work { sources, ..Work::default() }, &Library::of(&base)).unwrap();
        assert_eq!((text.tokens, text.excluded), expected, "{source}");
    }

    #[test]
    fn what_was_given_is_excluded() {
        check(TEMPLATE, TEMPLATE, (30, 30));
        check(TEMPLATE, "", (30, 0));
        check(OWN, TEMPLATE, (32, 0));
        check(&format!("{TEMPLATE}{OWN}"), TEMPLATE, (62, 30));
        check(&format!("{OWN}{TEMPLATE}{OWN}"), TEMPLATE, (94, 30));
    }

    /// Whether so many bytes of this are cut short.
    #[track_caller]
    fn check_limit(text: &str, bytes: usize, is_cut_short: bool) {
        let source = text.repeat(bytes.div_ceil(text.len()))[..bytes].to_owned();
        let sources = [("a.rs".to_owned(), source.as_bytes()), ("b.rs".to_owned(), &b"x"[..])].into();
        let text = Text::of(&Work { sources, ..Work::default() }, &Library::default()).unwrap();
        assert_eq!(text.is_cut_short, is_cut_short, "{bytes}");
        assert!(text.tokens <= MOST_TOKENS);
    }

    #[test]
    fn long_sources_are_cut_short() {
        let [comment, tokens] = [format!("// {}\n", "long ".repeat(100)), "x ".to_owned()];
        check_limit(&comment, MOST_BYTES - 1, false);
        check_limit(&comment, MOST_BYTES, true);
        check_limit(&tokens, 2 * (MOST_TOKENS - 2), false);
        check_limit(&tokens, 2 * MOST_TOKENS, true);
    }
}
