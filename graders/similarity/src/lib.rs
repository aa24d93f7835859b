//! Which submissions share code that they should not: components and sources compared, ranked and shown.
//!
//! A [`Work`] is what somebody handed in, as bytes; a [`Base`] is what everybody was given. [`Library::of`] reads the base
//! once, [`Print::of`] what is left of one work without it, and [`Findings::of`] compares all prints of one task:
//!
//! ```
//! use tito_similarity::{Base, Findings, Library, Print, Work, page};
//!
//! let base = Base { components: vec![], sources: [("template.rs".to_owned(), &b"fn main() {}"[..])].into() };
//! let library = Library::of(&base);
//! let works = [Work { id: "1".into(), owners: ["john_doe".to_owned()].into(), ..Work::default() }];
//! let prints: Vec<_> = works.iter().map(|work| Print::of(work, &library)).collect();
//! let findings = Findings::of(&prints);
//! assert!(findings.pairs.is_empty());
//! let _html: String = page(&findings, &works);
//! ```
//!
//! Three things are compared. *Exact*: equal components, core modules, and sources but for names and layout. *Components*:
//! rows of operators ([`Normal`]), weighed by how rare they are in the class; a second view of modules that the caller has
//! optimised again is optional. *Sources*: fingerprints by robust winnowing, verified by greedy tiling, which gives the
//! regions that match.
//!
//! All of it is pure: no file, no clock, no chance; equal works give equal findings. What is read is hostile. Sources are cut
//! into tokens by a lexer of our own in safe Rust that accepts any bytes; a parser in C, such as tree-sitter's, would have
//! to be trusted with them in our process. Size and time have limits, and what exceeded one says so.
//!
//! It accuses nobody. A pair above the cut is to be *reviewed* by a person, with the regions before them; who wrote first
//! cannot be seen, so times are shown as facts. Below twenty works nothing is calibrated and only equality is told.
//!
//! # Limits
//!
//! A component is read up to 16 MiB and compared by at most 200,000 rows of operators, the sources of a work up to 2 MiB and
//! 200,000 tokens, and two works are tiled for at most four million comparisons of tokens. The README has what is found and
//! what is missed, as it was measured.

mod calibration;
mod clusters;
mod code;
mod findings;
mod groups;
mod languages;
mod lexer;
mod library;
mod modules;
mod normal;
mod page;
mod print;
mod space;
mod text;
mod tiling;
mod winnow;
mod work;

pub use calibration::Calibration;
pub use clusters::Cluster;
pub use findings::{Exact, Findings, Insufficient, Level, Likeness, Pair, Reason, SharedFunctions, Summary};
pub use library::{Base, Library};
pub use normal::{Normal, SIMILAR, functions, similarity};
pub use page::page;
pub use print::{Amount, Print};
pub use tiling::{Matching, Region, Span};
pub use work::Work;
