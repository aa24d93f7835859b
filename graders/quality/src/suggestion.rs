//! What the measures suggest to a reviewer, with the thresholds and where they come from.

use serde::{Deserialize, Serialize};

use crate::{Function, Quality};

/// Lines of code from which a function is long: a screen.
const LONG: u32 = 50;
/// Nesting from which a function is deep; convolution's plain loops need more, but not outside kernels.
const DEEP: u32 = 5;
/// Complexity from which a function is hard to test: A Complexity Measure (IEEE TSE 2(4), 1976) advises at most 10.
const COMPLEX: u32 = 11;

/// A score for a reviewer to confirm or change. Human graders agree on elegance little better than chance
/// (Krippendorff's alpha below 0.1, arXiv:2409.12967), and no measure here does better than to point at places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// From 0 to 1: the mean of the parts, times the share of files that could be measured.
    pub score: f64,
    /// Documentation, structure, duplication, complexity.
    pub parts: Vec<Part>,
}

/// One aspect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// `documentation`, `structure`, `duplication` or `complexity`.
    pub name: String,
    /// From 0 to 1.
    pub score: f64,
    /// What was measured and where to look first.
    pub sentence: String,
}

/// The suggestion for these measures. Every part is linear between its ends:
///
/// | part | measure | 0 at | 1 from |
/// |---|---|---|---|
/// | documentation | public items and modules that are documented | 0 % | 90 % |
/// | structure | lines of functions in functions of at most 50 lines and 4 levels | 50 % | 95 % |
/// | duplication | tokens that stand elsewhere too | 40 % | 10 % |
/// | complexity | lines of functions in functions of complexity at most 10 | 50 % | 95 % |
///
/// Functions weigh by their lines, so that adding small ones does not hide a large one. Where there is no
/// function, there is nothing to praise: every part is 0.
pub fn suggestion(quality: &Quality) -> Suggestion {
    let mut parts =
        vec![documentation(quality), structure(quality), duplication(quality), complexity(quality)];
    if quality.functions.is_empty() {
        parts.iter_mut().for_each(|part| part.score = 0.0);
    }
    let measured =
        share(u64::from(quality.files) - quality.unmeasured.len() as u64, u64::from(quality.files));
    let mean = parts.iter().map(|part| part.score).sum::<f64>() / parts.len() as f64;
    Suggestion { score: mean * measured, parts }
}

fn documentation(quality: &Quality) -> Part {
    let found = &quality.documentation;
    let documented = u64::from(found.documented_items) + u64::from(found.documented_modules);
    let score = linear(share(documented, u64::from(found.items) + u64::from(found.modules)), 0.0, 0.9);
    let mut sentence = format!(
        "{} of {} public items and {} of {} modules are documented",
        found.documented_items, found.items, found.documented_modules, found.modules
    );
    if let Some(first) = found.undocumented.first() {
        sentence += &format!("; the first without is `{first}`");
    }
    part("documentation", score, sentence)
}

fn structure(quality: &Quality) -> Part {
    let offends = |function: &Function| function.lines > LONG || function.nesting >= DEEP;
    let score = linear(share_without(quality, offends), 0.5, 0.95);
    let worst = quality.functions.iter().filter(|f| offends(f)).max_by_key(|f| (f.lines, f.nesting));
    let look = |f: &Function| format!("{}, {} lines and nesting {}", place(f), f.lines, f.nesting);
    part("structure", score, places(quality, offends, "long or deeply nested", worst.map(look)))
}

fn complexity(quality: &Quality) -> Part {
    let offends = |function: &Function| function.complexity >= COMPLEX;
    let score = linear(share_without(quality, offends), 0.5, 0.95);
    let worst = quality.functions.iter().filter(|f| offends(f)).max_by_key(|f| f.complexity);
    let look = |f: &Function| format!("{}, complexity {}", place(f), f.complexity);
    part("complexity", score, places(quality, offends, "complex", worst.map(look)))
}

fn duplication(quality: &Quality) -> Part {
    let found = &quality.duplication;
    let repeated = share(found.duplicated, found.tokens);
    let mut sentence = format!("{:.0} % of the code stands elsewhere too", 100.0 * repeated);
    if let Some(first) = found.repeats.first() {
        let (file, again) = (&first.file, &first.again_file);
        sentence += &format!("; see {file}:{} and {again}:{}", first.line, first.again_line);
    }
    part("duplication", linear(repeated, 0.4, 0.1), sentence)
}

fn part(name: &str, score: f64, sentence: String) -> Part {
    Part { name: name.to_owned(), score, sentence: sentence + "." }
}

fn places(
    quality: &Quality,
    offends: impl Fn(&Function) -> bool,
    what: &str,
    worst: Option<String>,
) -> String {
    let count = quality.functions.iter().filter(|function| offends(function)).count();
    let counted = format!("{count} of {} functions are {what}", quality.functions.len());
    worst.map_or(counted.clone(), |worst| format!("{counted}; look at {worst}"))
}

fn place(function: &Function) -> String {
    format!("`{}` ({}:{})", function.name, function.file, function.line)
}

/// The share of lines in functions that do not offend; 1 where there are no lines.
fn share_without(quality: &Quality, offends: impl Fn(&Function) -> bool) -> f64 {
    let lines =
        |functions: &mut dyn Iterator<Item = &Function>| functions.map(|f| u64::from(f.lines)).sum::<u64>();
    let all = lines(&mut quality.functions.iter());
    1.0 - share(lines(&mut quality.functions.iter().filter(|function| offends(function))), all)
}

/// 0 of 0 is 0.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn linear(value: f64, none: f64, full: f64) -> f64 {
    ((value - none) / (full - none)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Documentation, Duplication, Unmeasured};

    fn good() -> Quality {
        let function = |lines, nesting, complexity| Function {
            file: "lib.rs".into(),
            line: 1,
            name: "f".into(),
            lines,
            nesting,
            complexity,
        };
        Quality {
            files: 2,
            documentation: Documentation {
                items: 9,
                documented_items: 9,
                modules: 1,
                ..Documentation::default()
            },
            functions: vec![function(50, 4, 10), function(50, 1, 1)],
            duplication: Duplication { tokens: 100, duplicated: 10, ..Duplication::default() },
            ..Quality::default()
        }
    }

    /// Expects the parts' scores after `change`.
    #[track_caller]
    fn check(change: impl Fn(&mut Quality), expected: [f64; 4]) {
        let mut quality = good();
        change(&mut quality);
        let parts: Vec<_> =
            suggestion(&quality).parts.iter().map(|part| (1e3 * part.score).round() / 1e3).collect();
        assert_eq!(parts, expected);
    }

    #[test]
    fn parts_are_linear_between_their_ends() {
        check(|_| (), [1.0; 4]);
        check(|q| q.documentation.documented_items = 0, [0.0, 1.0, 1.0, 1.0]);
        check(|q| q.documentation.documented_items = 6, [0.667, 1.0, 1.0, 1.0]);
        check(|q| q.functions[0].lines = 51, [1.0, 0.0, 1.0, 1.0]);
        check(|q| q.functions[0].nesting = 5, [1.0, 0.0, 1.0, 1.0]);
        check(|q| (q.functions[0].complexity, q.functions[0].lines) = (11, 20), [1.0, 1.0, 1.0, 0.476]);
        check(|q| q.duplication.duplicated = 25, [1.0, 1.0, 0.5, 1.0]);
        check(|q| q.duplication.duplicated = 90, [1.0, 1.0, 0.0, 1.0]);
        check(|q| q.functions.clear(), [0.0; 4]);
        check(|q| *q = Quality::default(), [0.0; 4]);
    }

    #[test]
    fn what_could_not_be_measured_is_not_praised() {
        let mut quality = good();
        quality.unmeasured.push(Unmeasured { file: "a.rs".into(), line: 1, problem: "expected `;`".into() });
        assert_eq!(suggestion(&quality).score, 0.5);
    }

    #[test]
    fn the_worst_place_is_named() {
        let mut quality = good();
        quality.functions[1].lines = 80;
        let structure = &suggestion(&quality).parts[1].sentence;
        assert_eq!(
            structure,
            "1 of 2 functions are long or deeply nested; look at `f` (lib.rs:1), 80 lines and nesting 1."
        );
    }
}
