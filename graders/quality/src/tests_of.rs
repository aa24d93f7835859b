//! What of a source is a test.

use syn::{Attribute, File, Item, Meta, Token, punctuated::Punctuated};

/// Whether a whole file is tests: it stands in a folder `tests` or is named so, or says `#![cfg(test)]`.
pub(crate) fn is_test_file(name: &str, file: &File) -> bool {
    name.split('/').any(|part| part == "tests" || part == "tests.rs") || file.attrs.iter().any(is_for_tests)
}

/// Whether an attribute keeps its item for tests: `#[cfg(test)]`, also inside `all`, or `#[test]`.
pub(crate) fn is_for_tests(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("cfg") => {
            list.parse_args().is_ok_and(|meta| wants_test(&meta))
        }
        _ => false,
    }
}

fn wants_test(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|all| all.iter().any(wants_test)),
        _ => false,
    }
}

/// The attributes of an item of whatever kind.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
