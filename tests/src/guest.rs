//! A guest of the sabotage suite, and where all of them come from.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::{Ending, Expectation, bombs::BOMBS, header::Header, heavy::HEAVY, wat_guest};

/// A component, or what claims to be one, and what should become of it.
pub struct Guest {
    /// The name of its file, for example `wrong_weight_transposed`.
    pub name: String,
    /// What its header says will become of it.
    pub expectation: Expectation,
    /// The cases of SANDBOX.md's hostile corpus that it is.
    pub corpus: BTreeSet<u8>,
    /// What is handed in.
    pub bytes: Vec<u8>,
    /// More than it needs to do what it does, however hard it tries. Every one of a hundred calls may use it up.
    pub fuel_per_call: u64,
    /// Whether it exports the world `learning`, which milestone 3 grades.
    pub learns: bool,
    /// Whether its header names a check of speed, for which its answers are timed.
    pub is_timed: bool,
    /// Whether it exports the world `language`, which milestone 5 grades.
    pub writes: bool,
}

/// Twice what the right framework needs to draw the weights of the largest model that it is asked for.
const FRAMEWORK_FUEL: u64 = 120_000_000;

/// Ten times what the right framework needs for a run of some hundred small steps.
const LEARNER_FUEL: u64 = 1_000_000_000;

/// Far more than the skeleton of the guests in text needs, which computes nothing.
const SKELETON_FUEL: u64 = 2_000_000;

/// The example submissions, which are guests as well.
const EXAMPLES: [(&str, &str); 2] =
    [("reference", "expect: passes everything"), ("textbook", "expect: fails dense-speed, conv2d-speed")];

/// Every guest: those in Rust from their prebuilt components, those in WebAssembly text made here, those too large to
/// write down, and the examples that are right.
///
/// # Panics
///
/// If a file cannot be read or a header cannot be understood.
pub fn guests() -> Vec<Guest> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests");
    let rust = files(&folder.join("rust")).into_iter().map(|path| {
        let (name, text) = (stem(&path), read(&path));
        let component = component(&folder.join("prebuilt"), &name);
        Guest::new(name, "//!", &text, component, FRAMEWORK_FUEL)
    });
    let wat = files(&folder.join("wat")).into_iter().map(|path| {
        let text = read(&path);
        Guest::new(stem(&path), ";;!", &text, wat_guest::from_text(&text), SKELETON_FUEL)
    });
    let bombs = BOMBS
        .iter()
        .chain(HEAVY)
        .map(|bomb| Guest::new(bomb.name.to_owned(), "", bomb.header, (bomb.make)(), SKELETON_FUEL));
    let examples = EXAMPLES.iter().map(|(name, header)| {
        let component = component(&folder.join("../../examples/prebuilt"), name);
        Guest::new((*name).to_owned(), "", header, component, FRAMEWORK_FUEL)
    });
    rust.chain(wat).chain(bombs).chain(examples).collect()
}

fn component(folder: &Path, name: &str) -> Vec<u8> {
    let path = folder.join(name).with_extension("wasm");
    fs::read(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

impl Guest {
    fn new(name: String, comment: &str, text: &str, bytes: Vec<u8>, fuel_per_call: u64) -> Self {
        let comments = text.lines().filter_map(|line| line.trim().strip_prefix(comment));
        let Header { corpus, expectation } =
            Header::parse(comments).unwrap_or_else(|error| panic!("{name}: {error}"));
        let exports = |interface: &[u8]| {
            !name.starts_with("evil_") && bytes.windows(interface.len()).any(|part| part == interface)
        };
        let learns = exports(b"tinytorch:framework/training");
        let writes = exports(b"tinytorch:framework/generation");
        let is_timed = matches!(&expectation.ending, Ending::Fails(checks) if !checks.is_disjoint(&speed()));
        let fuel_per_call = if learns || is_timed { LEARNER_FUEL } else { fuel_per_call };
        Self { name, expectation, corpus, bytes, fuel_per_call, learns, is_timed, writes }
    }
}

/// The checks of speed, which take seconds.
fn speed() -> BTreeSet<String> {
    ["dense-speed", "conv2d-speed"].map(str::to_owned).into()
}

/// The files of a folder in the order of their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a listed entry can be read").path()).collect();
    files.sort();
    files
}

fn stem(path: &Path) -> String {
    path.file_stem().expect("a listed file has a name").to_string_lossy().into_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}
