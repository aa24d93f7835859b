//! What everybody was given, and therefore nobody copied.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest as _, Sha256};

use crate::{code::ROWS, modules::core_modules, normal, text, winnow};

/// What everybody was given: the template, the SDK, the standard library, as bytes.
#[derive(Clone, Debug, Default)]
pub struct Base<'a> {
    /// Components or core modules that were built from it, all of their functions.
    pub components: Vec<&'a [u8]>,
    /// Its source files by their paths.
    pub sources: BTreeMap<String, &'a [u8]>,
}

/// A base that was read. Functions are known by digest alone: names in a submission are the submission's to choose.
#[derive(Clone, Debug, Default)]
pub struct Library {
    files: HashSet<[u8; 32]>,
    functions: HashSet<[u8; 32]>,
    /// Rows of operators, and of tokens.
    operators: HashSet<u64>,
    tokens: HashSet<u64>,
}

impl Library {
    /// What can be read of a base.
    pub fn of(base: &Base<'_>) -> Self {
        let mut library = Self::default();
        for component in &base.components {
            library.files.insert(Sha256::digest(component).into());
            for module in core_modules(component).unwrap_or_default() {
                // A damaged module is known as far as it can be read.
                let _ = normal::each_function(module, |digest, words| {
                    library.functions.insert(digest);
                    library.operators.extend(words.rows(ROWS));
                });
            }
        }
        for (path, bytes) in &base.sources {
            let symbols: Vec<_> =
                text::tokens(path, bytes).unwrap_or_default().iter().map(|t| t.symbol).collect();
            library.tokens.extend(winnow::rows(&symbols));
        }
        library
    }

    /// Whether a component is one of the base.
    pub(crate) fn has_file(&self, digest: &[u8; 32]) -> bool {
        self.files.contains(digest)
    }

    /// Whether a function stands in it.
    pub(crate) fn has_function(&self, digest: &[u8; 32]) -> bool {
        self.functions.contains(digest)
    }

    /// Whether a row of operators stands in it.
    pub(crate) fn has_operators(&self, row: u64) -> bool {
        self.operators.contains(&row)
    }

    /// Whether a row of tokens stands in it.
    pub(crate) fn has_tokens(&self, row: u64) -> bool {
        self.tokens.contains(&row)
    }
}
