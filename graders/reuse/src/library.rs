//! Code that is nobody's own: the SDK's, the standard library's, the compiler's, and what `wit-bindgen` generates.
//!
//! It is known by name, where a component has names; and by digest, from components that were built with them, for those
//! that were stripped.

use std::collections::HashSet;

use tito_artifact::{Artifact, Functions};
use tito_profile::{Kind, path};
use tito_similarity::functions;

/// Crates of others, and the SDK.
const CRATES: [&str; 16] = [
    "std",
    "core",
    "alloc",
    "compiler_builtins",
    "dlmalloc",
    "hashbrown",
    "memchr",
    "libm",
    "rustc_demangle",
    "addr2line",
    "gimli",
    "wit_bindgen",
    "wit_bindgen_rt",
    "tinytorch",
    "__rustc",
    "rustc_std_workspace_core",
];

/// Mathematics and runtimes that have C's names in every language.
const OF_C: [&str; 44] = [
    "acos", "acosf", "asin", "asinf", "atan", "atanf", "atan2", "atan2f", "cbrt", "ceil", "cos", "cosf",
    "cosh", "coshf", "exp", "exp2", "expf", "expm1", "expm1f", "fma", "fmaf", "fmax", "fmaxf", "fmin",
    "fminf", "fmod", "fmodf", "log", "log10", "log1p", "log1pf", "log2", "logf", "pow", "powf", "round",
    "roundf", "sin", "sinf", "sinh", "sqrt", "tan", "tanh", "tanhf",
];

/// Digests of functions that are nobody's own.
#[derive(Clone, Debug, Default)]
pub struct Library {
    digests: HashSet<[u8; 32]>,
}

impl Library {
    /// Of components that have names: all functions in them that are a library's by name.
    pub fn of(components: &[Artifact]) -> Self {
        let mut library = Self::default();
        for component in components {
            let names = Functions::of(component);
            for (place, module) in names.modules().iter().enumerate() {
                let own = functions(&component.bytes()[module.range.clone()]).unwrap_or_default();
                for (index, normal) in (module.imported..).zip(own) {
                    if names.name(place as u32, index).is_some_and(is_library) {
                        library.digests.insert(*normal.digest());
                    }
                }
            }
        }
        library
    }

    /// Whether a function stands in it.
    pub(crate) fn has(&self, digest: &[u8; 32]) -> bool {
        self.digests.contains(digest)
    }
}

/// Whether a function of this name is nobody's own.
pub(crate) fn is_library(name: &str) -> bool {
    let path = path(name);
    let first = path.split("::").next().unwrap_or_default();
    let is_of_c = !path.contains("::") && (OF_C.contains(&path) || path.starts_with("__"));
    Kind::of(Some(name)) != Kind::Arithmetic || CRATES.contains(&first) || is_of_c
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: bool) {
        assert_eq!(is_library(name), expected, "{name}");
    }

    #[test]
    fn libraries_are_known_by_name() {
        check("core::ptr::drop_in_place<reference::dense::Dense>", true);
        check("<alloc::string::String as core::fmt::Display>::fmt", true);
        check("<T as alloc::vec::spec_from_elem::SpecFromElem>::from_elem", true);
        check("<tinytorch::sequential::Sequential<F> as tinytorch::model::Model>::forward", true);
        check("tinytorch:framework/training@0.1.0#fit", true);
        check("expf", true);
        check("__multi3", true);
        check("memcpy", true);
        check("<reference::dense::Dense as tinytorch::layer::Layer>::forward", false);
        check("reference::gemm::multiply", false);
        check("matmul", false);
        check("my::exp", false);
        check("corey::run", false);
    }
}
