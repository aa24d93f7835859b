//! Writes a page of a class in which somebody has copied, for `.ci/axe` to look at:
//! `cargo run -p tito-similarity --example page -- similar.html`.

use std::{collections::BTreeMap, env, fmt::Write as _, fs};

use tito_similarity::{Findings, Library, Print, Work, page};

/// Enough for pairs to be held against each other.
const STUDENTS: u64 = 24;

fn main() {
    let path = env::args().nth(1).expect("give the file to write");
    let sources: Vec<_> =
        (0..STUDENTS).map(|student| source(if student == 9 { 4 } else { student })).collect();
    let works: Vec<_> = sources.iter().zip(0..).map(|(source, student)| work(source, student)).collect();
    let prints: Vec<_> = works.iter().map(|work| Print::of(work, &Library::default())).collect();
    let findings = Findings::of(&prints);
    assert!(findings.pairs.iter().any(|pair| pair.review), "the copy is found");
    fs::write(path, page(&findings, &works)).expect("the page can be written");
}

/// What a student hands in who is called as no student should be.
fn work(source: &str, student: u64) -> Work<'_> {
    Work {
        id: format!("student-{student} <script>alert(1)</script>"),
        owners: [format!("student-{student}")].into(),
        received: Some("2026-10-01T12:00:00Z".into()),
        sources: BTreeMap::from([("src/lib.rs".to_owned(), source.as_bytes())]),
        ..Work::default()
    }
}

/// A program that no other seed gives.
fn source(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let mut text = "pub fn forward(x: &[f32]) -> Vec<f32> {\n".to_owned();
    for line in 0..80 {
        let (left, right) = (below(9), below(9));
        let statement = match below(4) {
            0 => format!("let v{line} = x[{left}] * x[{right}] + v{};", below(7)),
            1 => format!("if v{left} > x[{right}] {{ total += f{}(v{left}); }}", below(7)),
            2 => format!("for i in {left}..x.len() {{ out[i] -= v{right} / {}.0; }}", below(7) + 1),
            _ => format!("out.push(v{left}.max(x[{right}]).powi({}));", below(7)),
        };
        writeln!(text, "    {statement}").expect("a string takes everything");
    }
    text + "    out\n}\n"
}
