//! Everything that was measured of a folder of sources.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
    thread,
};

use proc_macro2::{Span, TokenStream};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    Documentation, Duplication, Function,
    documentation::document,
    duplication::duplication,
    functions::functions,
    nesting,
    sources::{Source, of_files, sources},
    tests_of::is_test_file,
    tokens::{Token, tokens},
};

/// The parser recurses. Measured: the worst of the inputs in `tests/hostile.rs`, at the deepest nesting that is
/// let through, needs less than 16 MiB, and between 128 and 192 MiB without optimisation. Only pages that are
/// touched take memory.
const STACK: usize = 256 << 20;

/// What was measured of a folder of Rust sources. Tests count as tests, and in nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quality {
    /// The `.rs` files that were found.
    pub files: u32,
    /// Lines with code on them, neither blank nor comment only, without tests.
    pub code_lines: u32,
    /// What is documented of what should be.
    pub documentation: Documentation,
    /// Every function with a body, in the order of the files' names.
    pub functions: Vec<Function>,
    /// What stands more than once.
    pub duplication: Duplication,
    /// Blocks marked `unsafe`.
    pub unsafe_blocks: u32,
    /// Functions marked `#[test]`.
    pub tests: u32,
    /// What was left out, and why.
    pub unmeasured: Vec<Unmeasured>,
}

/// A file that counts in `files` and in nothing else, because it could not be measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmeasured {
    /// Relative to the folder, with `/` between the parts.
    pub file: String,
    /// Where it went wrong, from 1; 0 where it is about the whole file.
    pub line: u32,
    /// What went wrong.
    pub problem: String,
}

/// Why a folder could not be measured; never the fault of what stands in the files.
#[derive(Debug, Error)]
pub enum QualityError {
    /// The file system refused.
    #[error("cannot read the sources at '{path}': {error}; check that it is there and readable")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// The system gave no thread for the parser.
    #[error("cannot start a thread with a stack of {STACK} bytes for the parser: {0}; free some memory")]
    Thread(#[source] io::Error),
}

/// Measures every `.rs` file below `folder`, but for hidden folders and those named `target` or `tinytorch`
/// (the SDK that `tito new` puts there). Symbolic links are not followed.
///
/// At most 2,000 files are read, of 1 MiB each and 16 MiB together. A file beyond that, one that is not
/// Rust, and one that is nested too deeply for the parser end in [`Quality::unmeasured`]; a folder with more
/// than 10,000 entries ends there as a whole.
///
/// # Errors
///
/// If the file system refuses or no thread can be started.
pub fn measure(folder: &Path) -> Result<Quality, QualityError> {
    parsed(sources(folder)?)
}

/// Measures the `.rs` files among these, by their paths, as [`measure`] does those below a folder.
///
/// # Errors
///
/// If no thread can be started.
pub fn measure_files<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<Quality, QualityError> {
    parsed(of_files(files))
}

fn parsed((sources, unmeasured): (Vec<Source>, Vec<Unmeasured>)) -> Result<Quality, QualityError> {
    let files = (sources.len() + unmeasured.len()) as u32;
    let quality = Quality { files, unmeasured, ..Quality::default() };
    // A thread of its own, also because the parser keeps every source that it has seen until its thread ends.
    let parser = thread::Builder::new().name("tito-quality".into()).stack_size(STACK);
    let parser = parser.spawn(move || quality.of(&sources)).map_err(QualityError::Thread)?;
    Ok(parser.join().unwrap_or_else(|panic| resume_unwind(panic)))
}

impl Quality {
    fn of(mut self, sources: &[Source]) -> Self {
        let mut streams = Vec::new();
        for source in sources {
            match self.add(source) {
                Ok(tokens) => streams.push((source.name.as_str(), tokens)),
                Err(problem) => self.unmeasured.push(problem),
            }
        }
        self.duplication = duplication(&streams);
        self
    }

    /// Adds what one file has; gives its tokens, without tests.
    fn add(&mut self, source: &Source) -> Result<Vec<Token>, Unmeasured> {
        let unmeasured = |error: &syn::Error| Unmeasured {
            file: source.name.clone(),
            line: error.span().start().line as u32,
            problem: error.to_string(),
        };
        let (stream, file) = parse(&source.text).map_err(|error| unmeasured(&error))?;
        let is_test = is_test_file(&source.name, &file);
        let found = functions(&source.name, &file, is_test);
        self.tests += found.tests;
        if is_test {
            return Ok(Vec::new());
        }
        let (tokens, lines) = tokens(stream, &found.left_out);
        self.code_lines += lines.len() as u32;
        self.unsafe_blocks += found.unsafe_blocks;
        self.functions.extend(found.functions.into_iter().map(|function| function.measured(&lines)));
        document(&file, &mut self.documentation);
        Ok(tokens)
    }
}

fn parse(text: &str) -> syn::Result<(TokenStream, syn::File)> {
    let stream: TokenStream = text.parse()?;
    nesting::check(stream.clone())?;
    // A panic of the parser must not be worth more to a student than a syntax error.
    let file = catch_unwind(AssertUnwindSafe(|| syn::parse2(stream.clone())));
    let gave_up = |_| Err(syn::Error::new(Span::call_site(), "the parser gave up on it"));
    Ok((stream, file.unwrap_or_else(gave_up)?))
}
