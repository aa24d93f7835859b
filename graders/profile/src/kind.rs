//! What a function is there for, by what it is called.

use serde::Serialize;

/// What a function is there for. What a compiler has inlined into it counts with it, and so do the operators that copy and fill
/// memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Takes what the host hands over, and hands back: the canonical ABI's functions and what `wit-bindgen` and the SDK
    /// put around exports.
    Boundary,
    /// Finds memory and gives it back.
    Allocation,
    /// Moves and fills memory.
    Copying,
    /// All else: what the submission is there for, the library's mathematics included.
    Arithmetic,
}

/// Crates of which all functions are of a kind, and the beginnings of paths in others.
const PATHS: [(&str, Kind); 11] = [
    ("wit_bindgen", Kind::Boundary),
    ("wit_bindgen_rt", Kind::Boundary),
    ("tinytorch::bindings", Kind::Boundary),
    ("tinytorch::export", Kind::Boundary),
    ("dlmalloc", Kind::Allocation),
    ("alloc::alloc", Kind::Allocation),
    ("alloc::raw_vec", Kind::Allocation),
    ("std::alloc", Kind::Allocation),
    ("wee_alloc", Kind::Allocation),
    ("talc", Kind::Allocation),
    ("compiler_builtins::mem", Kind::Copying),
];

/// The names that these functions have in every language.
const ALLOCATION: [&str; 17] = [
    "malloc",
    "free",
    "calloc",
    "realloc",
    "memalign",
    "aligned_alloc",
    "posix_memalign",
    "internal_memalign",
    "dispose_chunk",
    "try_realloc_chunk",
    "dlmalloc",
    "dlfree",
    "dlrealloc",
    "dlcalloc",
    "sbrk",
    "emmalloc",
    "prepend_alloc",
];

const COPYING: [&str; 6] = ["memcpy", "memmove", "memset", "memcmp", "bcmp", "strlen"];

impl Kind {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Boundary, Self::Allocation, Self::Copying, Self::Arithmetic];

    /// By what a function is called, as [`tito_artifact::Functions`] says it; who has no name calculates.
    pub fn of(name: Option<&str>) -> Self {
        let name = name.unwrap_or_default();
        if is_of_the_contract(name) {
            return Self::Boundary;
        }
        let path = path(name);
        let last = path.rsplit("::").next().unwrap_or_default();
        let is_allocation = last.starts_with("__rust_") || last.starts_with("__rdl_");
        let of_path = PATHS.iter().find(|(start, _)| {
            path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        });
        match of_path {
            Some((_, kind)) => *kind,
            None if is_allocation || ALLOCATION.contains(&path) => Self::Allocation,
            None if COPYING.contains(&path) => Self::Copying,
            None => Self::Arithmetic,
        }
    }

    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Boundary => "boundary",
            Self::Allocation => "allocation",
            Self::Copying => "copying",
            Self::Arithmetic => "arithmetic",
        }
    }
}

/// Exports and imports of the component have the contract's own names.
fn is_of_the_contract(name: &str) -> bool {
    let starts = ["cabi_", "__wasm_export", "__wit_bindgen", "[export]", "[resource-"];
    starts.iter().any(|start| name.starts_with(start)) || name.contains("::wit_import") || is_export(name)
}

/// For example `tinytorch:framework/models@0.1.0#[method]model.forward`.
fn is_export(name: &str) -> bool {
    name.split_once('#').is_some_and(|(interface, _)| interface.contains(':') && interface.contains('/'))
}

/// The path of a function that decides whose it is: of `<A as B>::c` it is A's, and B's where A stands for anything.
pub fn path(name: &str) -> &str {
    let name = name.trim_start_matches(['<', '&', '*', '[', '(']);
    let name = name.strip_prefix("mut ").or_else(|| name.strip_prefix("dyn ")).unwrap_or(name);
    match name.split_once(" as ") {
        Some((of, rest)) if !of.contains("::") => path(rest),
        Some((of, _)) => until_generics(of),
        None => until_generics(name),
    }
}

fn until_generics(path: &str) -> &str {
    let end = path.find(['<', '>', ' ', '(']).unwrap_or(path.len());
    path[..end].trim_end_matches("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, kind: Kind) {
        assert_eq!(Kind::of(Some(name)), kind, "{name}");
    }

    #[test]
    fn functions_are_told_apart_by_their_names() {
        check("cabi_realloc", Kind::Boundary);
        check("cabi_realloc_wit_bindgen_0_60_0", Kind::Boundary);
        check("cabi_post_tinytorch:framework/models@0.1.0#[method]model.backward", Kind::Boundary);
        check("tinytorch:framework/training@0.1.0#fit", Kind::Boundary);
        check("tinytorch::export::learning::lift", Kind::Boundary);
        check(
            "<tinytorch::bindings::language::exports::x::Model as tinytorch::bindings::language::_rt::WasmResource>::drop::drop",
            Kind::Boundary,
        );
        check("tinytorch::bindings::learning::x::Dataset::batch::wit_import2", Kind::Boundary);
        check("<dlmalloc::dlmalloc::Dlmalloc<dlmalloc::sys::System>>::malloc", Kind::Allocation);
        check("alloc::raw_vec::RawVec<T,A>::grow_one", Kind::Allocation);
        check("<alloc::raw_vec::RawVec<u8>>::grow_one", Kind::Allocation);
        check("__rustc::__rust_dealloc", Kind::Allocation);
        check("free", Kind::Allocation);
        check("memcpy", Kind::Copying);
        check("compiler_builtins::mem::memmove", Kind::Copying);
        check("reference::gemm::block", Kind::Arithmetic);
        check("<reference::dense::Dense as tinytorch::layer::Layer>::forward", Kind::Arithmetic);
        check("<T as alloc::vec::spec_from_elem::SpecFromElem>::from_elem", Kind::Arithmetic);
        check("tinytorch::tensor::Tensor::from_fn", Kind::Arithmetic);
        check("freedom", Kind::Arithmetic);
        check("my_crate::free", Kind::Arithmetic);
        assert_eq!(Kind::of(None), Kind::Arithmetic);
    }
}
