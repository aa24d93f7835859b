//! Code that stands more than once.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::tokens::{Kind, Token};

/// How many tokens in a row must be alike to be a copy: about six lines. Shorter runs are idiom.
const WINDOW: usize = 50;
/// How many tokens are compared, over all files; a milestone's sources have some ten thousand.
const TOKENS: usize = 2_000_000;

/// Code that stands more than once: runs of at least 50 tokens that are alike but for names and values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplication {
    /// The tokens that were compared: all but tests, imports and documentation, at most 2,000,000.
    pub tokens: u64,
    /// How many of them lie in a run that stands elsewhere too.
    pub duplicated: u64,
    /// Where the first repeats begin, at most five.
    pub repeats: Vec<Repeat>,
}

/// A run that stands in two places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// The file in which it comes first.
    pub file: String,
    /// Where it begins there, from 1.
    pub line: u32,
    /// The file in which it comes again.
    pub again_file: String,
    /// Where it begins there, from 1.
    pub again_line: u32,
}

/// Compares every window of every file with every other that it does not overlap.
pub(crate) fn duplication(files: &[(&str, Vec<Token>)]) -> Duplication {
    let files = within_limit(files);
    let kinds: Vec<Vec<Kind>> =
        files.iter().map(|(_, tokens)| tokens.iter().map(|token| token.kind).collect()).collect();
    let mut marked: Vec<Vec<bool>> = kinds.iter().map(|kinds| vec![false; kinds.len()]).collect();
    let mut first: HashMap<&[Kind], (usize, usize)> = HashMap::new();
    let mut repeats = Vec::new();
    for (file, kinds) in kinds.iter().enumerate() {
        let mut in_repeat = false;
        for (at, window) in kinds.windows(WINDOW).enumerate() {
            let (before_file, before) = *first.entry(window).or_insert((file, at));
            let repeated = before_file != file || before + WINDOW <= at;
            if repeated {
                marked[before_file][before..before + WINDOW].fill(true);
                marked[file][at..at + WINDOW].fill(true);
                if !in_repeat && repeats.len() < 5 {
                    repeats.push(repeat(files[before_file], before, files[file], at));
                }
            }
            in_repeat = repeated;
        }
    }
    let tokens = kinds.iter().map(|kinds| kinds.len() as u64).sum();
    let duplicated = marked.iter().flatten().filter(|&&marked| marked).count() as u64;
    Duplication { tokens, duplicated, repeats }
}

/// The beginning of the list that stays below the limit, the last file cut.
fn within_limit<'a>(files: &'a [(&'a str, Vec<Token>)]) -> Vec<(&'a str, &'a [Token])> {
    let mut left = TOKENS;
    let mut cut = |tokens: &'a [Token]| {
        let kept = &tokens[..tokens.len().min(left)];
        left -= kept.len();
        kept
    };
    files.iter().map(|(name, tokens)| (*name, cut(tokens))).collect()
}

fn repeat(before: (&str, &[Token]), at: usize, again: (&str, &[Token]), again_at: usize) -> Repeat {
    Repeat {
        file: before.0.to_owned(),
        line: before.1[at].line,
        again_file: again.0.to_owned(),
        again_line: again.1[again_at].line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUM: &str = "fn sum(a: &[f32], b: &[f32]) -> f32 {
        let mut total = 0.0;
        for i in 0..a.len() {
            if a[i] > 0.0 { total += a[i] * b[i]; } else { total -= 1.0; }
        }
        total
    }\n";

    #[track_caller]
    fn check(files: &[&str], duplicated: bool, repeats: &[(u32, u32)]) {
        let files: Vec<_> =
            files.iter().map(|text| ("f.rs", crate::tokens::tokens(text.parse().unwrap(), &[]).0)).collect();
        let found = duplication(&files);
        assert_eq!(found.duplicated > 0, duplicated, "{found:?}");
        let lines: Vec<_> = found.repeats.iter().map(|repeat| (repeat.line, repeat.again_line)).collect();
        assert_eq!(lines, repeats);
    }

    #[test]
    fn a_copy_is_found_whatever_its_names() {
        let renamed = SUM.replace("total", "t").replace("sum", "product").replace("0.0", "1.5");
        check(&[SUM], false, &[]);
        check(&[SUM, &renamed], true, &[(1, 1)]);
        check(&[&format!("{SUM}const X: u8 = 1;\n{renamed}")], true, &[(1, 9)]);
    }

    #[test]
    fn another_function_and_a_table_are_no_copies() {
        check(
            &[SUM, &SUM.replace("for i in 0..a.len()", "while let Some(i) = next()").replace("else", "if b")],
            false,
            &[],
        );
        check(&[&format!("const T: [f32; 900] = [{}];", "0.5, -1.0, ".repeat(450))], false, &[]);
    }

    #[test]
    fn all_of_a_copy_counts() {
        let tokens = crate::tokens::tokens(SUM.parse().unwrap(), &[]).0;
        let found = duplication(&[("a.rs", tokens.clone()), ("b.rs", tokens)]);
        assert_eq!(found.duplicated, found.tokens);
    }
}
