//! The regions that match in two works' sources.
//!
//! Greedy string tiling after Wise, *String Similarity via Greedy String Tiling and Running Karp-Rabin Matching*, 1993: the longest
//! matches first, none of them over another, none shorter than [`ROW`] tokens. Matches are found by hash and
//! extended token by token, so that what is shown is equal and not only hashed alike.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashMap},
};

use serde::{Deserialize, Serialize};

use crate::{
    lexer::Token,
    text::Text,
    winnow::{ROW, rows},
};

/// Comparisons of tokens, at most: what repeats itself thousands of times would take hours.
const MOST_STEPS: usize = 4_000_000;

/// Places of one hash that are tried, at most.
const MOST_PLACES: usize = 32;

/// Tokens between two matches that are shown as one region, in both works.
const GAP: usize = 8;

/// What matches in two works' sources.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Matching {
    /// Tokens that match.
    pub tokens: usize,
    /// Their share of all tokens of the one that are not the base's, from 0 to 1.
    pub of_one: f64,
    /// And of the other.
    pub of_other: f64,
    /// Where they lie, in the order of the first work, short gaps bridged.
    pub regions: Vec<Region>,
    /// Whether it was given up before all matches were found.
    pub is_cut_short: bool,
}

/// A region that matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Region {
    /// Where it lies in the one work.
    pub one: Span,
    /// And in the other.
    pub other: Span,
    /// Tokens that match in it.
    pub tokens: usize,
}

/// Lines of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Span {
    /// Its path.
    pub file: String,
    /// The first line, from 1.
    pub first: u32,
    /// The last.
    pub last: u32,
}

/// A work's own tokens in one row.
struct Row<'a> {
    tokens: Vec<Token>,
    /// Where each run that nothing interrupts begins, and of which file it is.
    runs: Vec<(usize, &'a str)>,
}

/// So many equal tokens from here and from there on. The longest is the greatest, of equally long ones the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tile {
    one: usize,
    other: usize,
    length: usize,
}

impl Ord for Tile {
    fn cmp(&self, other: &Self) -> Ordering {
        self.length.cmp(&other.length).then_with(|| (other.one, other.other).cmp(&(self.one, self.other)))
    }
}

impl PartialOrd for Tile {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What matches in two works' sources.
pub(crate) fn matching(one: &Text, other: &Text) -> Matching {
    let (one, other) = (Row::of(one), Row::of(other));
    let (found, is_cut_short) = matches(&one, &other);
    let mut tiles = laid(found, one.tokens.len(), other.tokens.len());
    tiles.sort_by_key(|tile| (tile.one, tile.other));
    let tokens = tiles.iter().map(|tile| tile.length).sum();
    let share =
        |row: &Row<'_>| if row.tokens.is_empty() { 0.0 } else { tokens as f64 / row.tokens.len() as f64 };
    Matching {
        tokens,
        of_one: share(&one),
        of_other: share(&other),
        regions: bridged(&tiles, &one, &other),
        is_cut_short,
    }
}

impl<'a> Row<'a> {
    fn of(text: &'a Text) -> Self {
        let mut row = Self { tokens: vec![], runs: vec![] };
        for (file, run) in text.files.iter().flat_map(|file| file.rows.iter().map(move |run| (file, run))) {
            row.runs.push((row.tokens.len(), &file.path));
            row.tokens.extend_from_slice(run);
        }
        row
    }

    /// The place in `runs` of the run that a token is of.
    fn run(&self, token: usize) -> usize {
        self.runs.partition_point(|(start, _)| *start <= token) - 1
    }

    fn end_of_run(&self, token: usize) -> usize {
        self.runs.get(self.run(token) + 1).map_or(self.tokens.len(), |(start, _)| *start)
    }

    fn symbols(&self) -> Vec<u32> {
        self.tokens.iter().map(|token| token.symbol).collect()
    }

    fn span(&self, first: usize, last: usize) -> Span {
        let file = self.runs[self.run(first)].1.to_owned();
        Span { file, first: self.tokens[first].line, last: self.tokens[last].line }
    }
}

/// All matches that cannot be extended to either side, and whether it was given up before.
fn matches(one: &Row<'_>, other: &Row<'_>) -> (Vec<Tile>, bool) {
    let (left, right) = (one.symbols(), other.symbols());
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for (place, hash) in rows(&right).into_iter().enumerate() {
        let known = places.entry(hash).or_default();
        if known.len() < MOST_PLACES {
            known.push(place);
        }
    }
    let (mut found, mut steps) = (Vec::new(), 0);
    for (from, hash) in rows(&left).into_iter().enumerate() {
        let end = one.end_of_run(from);
        for to in places.get(&hash).into_iter().flatten().copied() {
            let is_first = from == 0 || to == 0 || left[from - 1] != right[to - 1];
            let starts_a_run = || one.run(from - 1) != one.run(from) || other.run(to - 1) != other.run(to);
            if !is_first && !starts_a_run() {
                continue;
            }
            let most = (end - from).min(other.end_of_run(to) - to);
            let pairs = left[from..from + most].iter().zip(&right[to..to + most]);
            let length = pairs.take_while(|(a, b)| a == b).count();
            steps += length + 1;
            if length >= ROW {
                found.push(Tile { one: from, other: to, length });
            }
            if steps > MOST_STEPS {
                return (found, true);
            }
        }
    }
    (found, false)
}

/// The longest first, of equally long ones the first; what is left of others is laid again where it is long enough.
fn laid(found: Vec<Tile>, lefts: usize, rights: usize) -> Vec<Tile> {
    let mut waiting: BinaryHeap<Tile> = found.into();
    let (mut is_taken, mut tiles) = ([vec![false; lefts], vec![false; rights]], Vec::new());
    while let Some(tile) = waiting.pop() {
        let is_free = |n: &usize| !is_taken[0][tile.one + n] && !is_taken[1][tile.other + n];
        let free: Vec<_> = (0..tile.length).filter(is_free).collect();
        if free.len() == tile.length {
            is_taken[0][tile.one..tile.one + tile.length].fill(true);
            is_taken[1][tile.other..tile.other + tile.length].fill(true);
            tiles.push(tile);
            continue;
        }
        let runs = free.chunk_by(|a, b| a + 1 == *b).filter(|run| run.len() >= ROW);
        waiting.extend(runs.map(|run| Tile {
            one: tile.one + run[0],
            other: tile.other + run[0],
            length: run.len(),
        }));
    }
    tiles
}

/// Regions of tiles that follow each other in both works with little between them, in the same runs.
fn bridged(tiles: &[Tile], one: &Row<'_>, other: &Row<'_>) -> Vec<Region> {
    let follows = |a: &Tile, b: &Tile| {
        let near = |end: usize, start: usize| (end..=end + GAP).contains(&start);
        near(a.one + a.length, b.one)
            && near(a.other + a.length, b.other)
            && one.run(a.one) == one.run(b.one)
            && other.run(a.other) == other.run(b.other)
    };
    let region = |tiles: &[Tile]| {
        let (first, last) = (tiles[0], tiles[tiles.len() - 1]);
        Region {
            one: one.span(first.one, last.one + last.length - 1),
            other: other.span(first.other, last.other + last.length - 1),
            tokens: tiles.iter().map(|tile| tile.length).sum(),
        }
    };
    tiles.chunk_by(follows).map(region).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{library::Library, work::Work};

    fn text(files: &[&str]) -> Text {
        let path = |place: usize| format!("{place}.rs");
        let sources = files.iter().enumerate().map(|(place, file)| (path(place), file.as_bytes())).collect();
        Text::of(&Work { sources, ..Work::default() }, &Library::default()).unwrap()
    }

    const SUM: &str =
        "fn sum(xs: &[f32]) -> f32 {\n    let mut t = 0.0;\n    for x in xs { t += x; }\n    t\n}\n";
    const DOT: &str =
        "fn dot(a: &[f32], b: &[f32]) -> f32 {\n    a.iter().zip(b).map(|(x, y)| x * y).sum()\n}\n";

    /// The lines that match, as `file:first-last file:first-last`.
    #[track_caller]
    fn check(one: &[&str], other: &[&str], expected: &[&str]) {
        let line = |span: &Span| format!("{}:{}-{}", span.file, span.first, span.last);
        let found = matching(&text(one), &text(other));
        let regions: Vec<_> =
            found.regions.iter().map(|r| format!("{} {}", line(&r.one), line(&r.other))).collect();
        assert_eq!(regions, expected);
    }

    #[test]
    fn regions_are_told_by_lines() {
        let both = format!("{SUM}\n{DOT}");
        let turned = format!("{DOT}{SUM}");
        check(&[SUM], &[SUM], &["0.rs:1-5 0.rs:1-5"]);
        check(&[SUM], &[DOT], &[]);
        check(&[&both], &[DOT], &["0.rs:7-9 0.rs:1-3"]);
        check(&[&both], &[&turned], &["0.rs:1-5 0.rs:4-8", "0.rs:7-9 0.rs:1-3"]);
        check(&[SUM, DOT], &[DOT, SUM], &["0.rs:1-5 1.rs:1-5", "1.rs:1-3 0.rs:1-3"]);
        // What stands there once is matched once.
        check(&[SUM, SUM], &[SUM], &["0.rs:1-5 0.rs:1-5"]);
    }

    #[test]
    fn short_gaps_are_bridged() {
        let changed = SUM.replace("let mut t = 0.0;", "let mut t = 0.0; let n = 1;");
        check(&[&format!("{SUM}{DOT}")], &[&format!("{changed}{DOT}")], &["0.rs:1-8 0.rs:1-8"]);
    }

    #[test]
    fn what_repeats_itself_ends() {
        for (one, other) in
            [("x + ", "x + "), ("x + (", "x + x ("), ("f(x) + ", "f(x) + f(x) - "), ("[x, [", "x, [[")]
        {
            let [one, other] = [one, other].map(|part| part.repeat(200_000 / part.len()));
            let found = matching(&text(&[&one]), &text(&[&other]));
            assert!(found.of_one <= 1.0 && found.of_other <= 1.0);
        }
        let repeated = "x + ".repeat(60_000);
        assert!(matching(&text(&[&repeated]), &text(&[&repeated])).of_one > 0.9);
    }

    proptest! {
        #[test]
        fn shares_are_shares(one in "[a+(1 ]{0,200}", other in "[a+(1 ]{0,200}") {
            let (one, other) = (text(&[&one]), text(&[&other]));
            let found = matching(&one, &other);
            let back = matching(&other, &one);
            prop_assert!((0.0..=1.0).contains(&found.of_one) && (0.0..=1.0).contains(&found.of_other));
            let same = matching(&one, &one);
            let whole = if one.tokens < ROW { 0 } else { one.tokens };
            prop_assert_eq!(same.tokens, whole);
            prop_assert!(found.tokens.abs_diff(back.tokens) <= ROW * 4);
        }
    }
}
