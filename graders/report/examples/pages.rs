//! Writes a page of every kind into a folder, for `.ci/axe` to look at in a browser.
//!
//! ```text
//! cargo run -p tito-report --example pages -- FOLDER
//! ```

#[path = "../tests/report/class.rs"]
mod class;
#[path = "../tests/report/course.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod course;
#[path = "../tests/report/sample.rs"]
mod sample;

use std::{env, fs, io, path::Path};

use tito_grade::SeedUsed;
use tito_report::{Audience, Detail, class::html, html::document, student};

fn main() -> io::Result<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| ".".into());
    let at = "2024-09-20T12:00:00Z".parse().expect("it is a moment");
    let secret = SeedUsed::Secret("ab".repeat(32));
    let student =
        |name: &str, seed, audience, detail| student::html(&course::report(name, seed, audience, detail));
    for (name, page) in [
        ("student", student("Ada Lovelace", &secret, Audience::Student, Detail::Evidence)),
        ("student-checks", student("Ada Lovelace", &secret, Audience::Student, Detail::Checks)),
        ("student-scores", student("Ada Lovelace", &secret, Audience::Student, Detail::Scores)),
        ("instructor", student("Ada Lovelace", &secret, Audience::Instructor, Detail::Evidence)),
        ("hostile", student(course::HOSTILE, &SeedUsed::Public, Audience::Student, Detail::Evidence)),
        (
            "graded",
            document(&sample::document(SeedUsed::Public, Audience::Student), Some(&sample::fuel()), at),
        ),
        ("refused", document(&sample::refused(), None, at)),
        ("quarantined", document(&sample::quarantined(), None, at)),
        ("class", html(&class::report())),
        ("class-empty", html(&class::empty())),
    ] {
        fs::write(Path::new(&folder).join(name).with_extension("html"), page)?;
    }
    Ok(())
}
