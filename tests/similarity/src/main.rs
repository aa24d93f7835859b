//! How often copied work is found, and honest work suspected.
//!
//! `solutions/` holds programs for one task that were each written in another manner. Each is disguised in every way that
//! is known here, put into the class as one more work, and it is seen whether the pair is to be reviewed. All other pairs
//! of that class are honest.

mod compile;
mod copies;
mod disguise;
mod honest;
mod parts;
mod table;

use std::{collections::BTreeMap, fs, path::Path};

use tito_similarity::{Base, Findings, Library, Print, Work};

use crate::{compile::Compiler, copies::copies, table::Table};

/// How a class is built; the first is what everybody was told to use.
pub const OPTIMISATIONS: [&str; 4] = ["3", "2", "1", "s"];

/// A solution that somebody hands in.
pub struct Solution {
    /// What the file is called.
    pub name: String,
    /// Rust.
    pub source: String,
    /// Core modules, by [`OPTIMISATIONS`].
    pub modules: Vec<Vec<u8>>,
}

/// What everybody has.
pub struct Bench {
    /// What compiles.
    pub compiler: Compiler,
    /// What everybody was given.
    pub library: Library,
}

impl Bench {
    /// Of what was handed in: source files and core modules, either of which may be missing. Where there are several modules,
    /// they are not optimised again: nothing calls what was cut out of one.
    pub fn print(&self, name: &str, sources: &[(&str, &str)], modules: &[Vec<u8>]) -> Print {
        let whole = parts::component(&modules.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let again: Option<Vec<_>> =
            modules.iter().map(|module| self.compiler.optimised(module, "-O3")).collect();
        let again = again.filter(|again| again.len() == 1);
        let sources: BTreeMap<_, _> =
            sources.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes())).collect();
        let work = Work {
            id: name.to_owned(),
            owners: [name.to_owned()].into(),
            component: (!modules.is_empty()).then_some(&whole),
            reoptimised: again.as_ref().map(|again| again.iter().map(Vec::as_slice).collect()),
            sources,
            ..Work::default()
        };
        Print::of(&work, &self.library)
    }
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let compiler = Compiler::find();
    let template = read(&root.join("template.rs"));
    let given: Vec<_> =
        OPTIMISATIONS.iter().map(|level| compiler.module(&template, level).expect("it compiles")).collect();
    let library = Library::of(&Base {
        components: given.iter().map(Vec::as_slice).collect(),
        sources: [("template.rs".to_owned(), template.as_bytes())].into(),
    });
    let bench = Bench { compiler, library };
    let solutions = solutions(&root.join("solutions"), &bench.compiler);
    let prints: Vec<_> = solutions
        .iter()
        .map(|solution| bench.print(&solution.name, &[("lib.rs", &solution.source)], &solution.modules[..1]))
        .collect();

    let mut table = Table::default();
    for copy in copies(&solutions, &bench) {
        let is_left = |(place, _): &(usize, &Print)| Some(*place) != copy.filler;
        let (places, mut class): (Vec<_>, Vec<_>) =
            prints.iter().enumerate().filter(is_left).map(|(place, print)| (place, print.clone())).unzip();
        let original = places.iter().position(|place| *place == copy.original).expect("it is in the class");
        class.push(copy.print);
        let findings = Findings::of(&class);
        let is_it = |pair: &&tito_similarity::Pair| (pair.one, pair.other) == (original, class.len() - 1);
        let others = findings.pairs.iter().filter(|pair| pair.review && !is_it(pair)).count();
        table.note(copy.disguise, copy.original, findings.pairs.iter().find(is_it), others);
    }
    table.tell();
    honest::tell(&solutions, &bench, &root.join("../.."));
}

fn solutions(folder: &Path, compiler: &Compiler) -> Vec<Solution> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the solutions are there")
        .map(|entry| entry.expect("it is there").path())
        .collect();
    paths.sort();
    let solution = |path: &std::path::PathBuf| {
        let source = read(path);
        let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let compiled =
            |level: &&str| compiler.module(&source, level).unwrap_or_else(|e| panic!("{name}: {e}"));
        Solution { modules: OPTIMISATIONS.iter().map(compiled).collect(), name, source }
    };
    paths.iter().map(solution).collect()
}

/// A text file of the repository.
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}
