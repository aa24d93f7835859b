//! What a component's functions do, without those that are everybody's.

use sha2::{Digest as _, Sha256};

use crate::{library::Library, modules::core_modules, normal};

/// Operators in a row that are one feature. Rows of two are everybody's; longer ones than four do not survive an optimiser.
pub(crate) const ROWS: [usize; 2] = [3, 4];

/// Rows that are kept, at most: of more, those with the least hashes, which are a fair sample.
const MOST_ROWS: usize = 200_000;

/// Functions of fewer operators are too alike to be told as shared ones.
const LEAST_OPERATORS: usize = 24;

/// A component's own code.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    /// SHA-256 of the file.
    pub(crate) file: [u8; 32],
    /// SHA-256 of the core module that has most operators.
    pub(crate) module: [u8; 32],
    /// The own functions, in order: digest and operators, those of [`LEAST_OPERATORS`].
    pub(crate) functions: Vec<([u8; 32], usize)>,
    /// Rows of operators that are not in the library either, each once, in order: a compiler inlines what everybody was given
    /// into functions that nobody was.
    pub(crate) grams: Vec<u64>,
    /// All operators.
    pub(crate) operators: usize,
    /// Operators of functions that are the library's.
    pub(crate) excluded: usize,
    /// Whether a sample of the rows was kept.
    pub(crate) is_cut_short: bool,
}

impl Code {
    /// Of a component or a core module; `None` where it cannot be read.
    pub(crate) fn of(component: &[u8], library: &Library) -> Option<Self> {
        let modules = core_modules(component)?;
        Some(Self { file: Sha256::digest(component).into(), ..Self::of_modules(&modules, library)? })
    }

    /// Of core modules.
    pub(crate) fn of_modules(modules: &[&[u8]], library: &Library) -> Option<Self> {
        let mut code = Self {
            file: [0; 32],
            module: [0; 32],
            functions: vec![],
            grams: vec![],
            operators: 0,
            excluded: 0,
            is_cut_short: false,
        };
        let mut most = None;
        for module in modules {
            let before = code.operators;
            normal::each_function(module, |digest, words| code.add(digest, words, library)).ok()?;
            let operators = code.operators - before;
            if most.is_none_or(|most| operators > most) {
                (most, code.module) = (Some(operators), Sha256::digest(module).into());
            }
        }
        code.grams.sort_unstable();
        code.grams.dedup();
        code.is_cut_short = code.grams.len() > MOST_ROWS;
        code.grams.truncate(MOST_ROWS);
        code.grams.shrink_to_fit();
        Some(code)
    }

    fn add(&mut self, digest: [u8; 32], words: &normal::Words, library: &Library) {
        self.operators += words.operators;
        if library.has_function(&digest) {
            self.excluded += words.operators;
            return;
        }
        self.grams.extend(words.rows(ROWS).filter(|row| !library.has_operators(*row)));
        if words.operators >= LEAST_OPERATORS {
            self.functions.push((digest, words.operators));
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{CodeSection, Function, FunctionSection, Module, TypeSection};

    use super::*;

    /// What is made of a module of so many operators that follow each other in ever other rows.
    fn code(operators: u64) -> Code {
        let (mut types, mut functions, mut codes) =
            (TypeSection::new(), FunctionSection::new(), CodeSection::new());
        types.ty().function([], []);
        functions.function(0);
        let (mut function, mut state) = (Function::new([]), 1u64);
        for _ in 0..operators {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // From i32.clz to f64.copysign, all of which are one byte; nobody validates them here.
            function.raw([0x67 + (state >> 33) as u8 % 64]);
        }
        function.instructions().end();
        codes.function(&function);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&codes);
        Code::of(&module.finish(), &Library::default()).unwrap()
    }

    #[track_caller]
    fn check(operators: u64, is_cut_short: bool) {
        let code = code(operators);
        assert_eq!((code.operators as u64, code.is_cut_short), (operators + 1, is_cut_short));
        assert!(code.grams.len() <= MOST_ROWS && code.grams.is_sorted());
    }

    #[test]
    fn of_many_rows_a_sample_is_kept() {
        check(0, false);
        check(50_000, false);
        check(150_000, true);
    }
}
