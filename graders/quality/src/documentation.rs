//! Documentation of what is public.

use serde::{Deserialize, Serialize};
use syn::{
    Attribute, Expr, Field, Fields, File, ImplItem, Item, ItemImpl, ItemTrait, Lit, Meta, TraitItem,
    Visibility,
};

use crate::tests_of::{attributes, is_for_tests};

/// What is documented of what should be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documentation {
    /// Items marked `pub`, their public fields, variants and associated items: what rustc's `missing_docs` asks
    /// for, whether or not the item can be reached from outside.
    pub items: u32,
    /// How many of them have a comment that says something: a word of three letters or more.
    pub documented_items: u32,
    /// Files and public modules inside files.
    pub modules: u32,
    /// How many of them say what they are for: a file in `//!`.
    pub documented_modules: u32,
    /// The first undocumented items by name, at most ten.
    pub undocumented: Vec<String>,
}

/// Adds what a file has.
pub(crate) fn document(file: &File, documentation: &mut Documentation) {
    documentation.module(&file.attrs);
    documentation.all(&file.items);
}

impl Documentation {
    fn all(&mut self, items: &[Item]) {
        items
            .iter()
            .filter(|item| !attributes(item).iter().any(is_for_tests))
            .for_each(|item| self.any(item));
    }

    fn any(&mut self, item: &Item) {
        match item {
            Item::Const(item) => self.public(&item.vis, &item.ident, &item.attrs),
            Item::Fn(item) => self.public(&item.vis, &item.sig.ident, &item.attrs),
            Item::Static(item) => self.public(&item.vis, &item.ident, &item.attrs),
            Item::Type(item) => self.public(&item.vis, &item.ident, &item.attrs),
            Item::TraitAlias(item) => self.public(&item.vis, &item.ident, &item.attrs),
            Item::Struct(item) => {
                self.public(&item.vis, &item.ident, &item.attrs);
                self.fields(&item.vis, &item.fields);
            }
            Item::Union(item) => {
                self.public(&item.vis, &item.ident, &item.attrs);
                item.fields.named.iter().for_each(|field| self.field(&item.vis, field));
            }
            Item::Enum(item) => {
                self.public(&item.vis, &item.ident, &item.attrs);
                item.variants
                    .iter()
                    .for_each(|variant| self.public(&item.vis, &variant.ident, &variant.attrs));
            }
            Item::Trait(item) => self.of_trait(item),
            Item::Impl(item) => self.of_impl(item),
            Item::Mod(item) => {
                let Some((_, items)) = &item.content else { return };
                if is_public(&item.vis) {
                    self.module(&item.attrs);
                }
                self.all(items);
            }
            _ => {}
        }
    }

    fn fields(&mut self, owner: &Visibility, fields: &Fields) {
        // Fields of tuple structs have no names, and nothing that the struct's own comment could not say.
        if let Fields::Named(fields) = fields {
            fields.named.iter().for_each(|field| self.field(owner, field));
        }
    }

    fn field(&mut self, owner: &Visibility, field: &Field) {
        if let (true, Some(name)) = (is_public(owner), &field.ident) {
            self.public(&field.vis, name, &field.attrs);
        }
    }

    fn of_trait(&mut self, item: &ItemTrait) {
        self.public(&item.vis, &item.ident, &item.attrs);
        for member in &item.items {
            match member {
                TraitItem::Const(member) => self.public(&item.vis, &member.ident, &member.attrs),
                TraitItem::Fn(member) => self.public(&item.vis, &member.sig.ident, &member.attrs),
                TraitItem::Type(member) => self.public(&item.vis, &member.ident, &member.attrs),
                _ => {}
            }
        }
    }

    /// What an `impl` of a trait does is documented at the trait.
    fn of_impl(&mut self, item: &ItemImpl) {
        for member in item.items.iter().filter(|_| item.trait_.is_none()) {
            match member {
                ImplItem::Const(member) => self.public(&member.vis, &member.ident, &member.attrs),
                ImplItem::Fn(member) => self.public(&member.vis, &member.sig.ident, &member.attrs),
                _ => {}
            }
        }
    }

    fn public(&mut self, visibility: &Visibility, name: &syn::Ident, attributes: &[Attribute]) {
        if !is_public(visibility) {
            return;
        }
        self.items += 1;
        if is_documented(attributes) {
            self.documented_items += 1;
        } else if self.undocumented.len() < 10 {
            self.undocumented.push(name.to_string());
        }
    }

    fn module(&mut self, attributes: &[Attribute]) {
        self.modules += 1;
        self.documented_modules += u32::from(is_documented(attributes));
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether the comments hold a word; an empty `///` says nothing.
fn is_documented(attributes: &[Attribute]) -> bool {
    let says = |text: String| text.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() >= 3);
    attributes.iter().filter_map(comment).any(says)
}

/// What a doc comment says. `#[doc = include_str!(…)]` says whatever the file says.
fn comment(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    match &pair.value {
        _ if !pair.path.is_ident("doc") => None,
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        Expr::Macro(_) => Some("included file".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expects documented items, items, documented modules, modules.
    #[track_caller]
    fn check(text: &str, expected: [u32; 4]) {
        let mut found = Documentation::default();
        document(&syn::parse_file(text).unwrap(), &mut found);
        let Documentation { items, documented_items, modules, documented_modules, .. } = found;
        assert_eq!([documented_items, items, documented_modules, modules], expected, "{text}");
    }

    #[test]
    fn what_is_public_wants_a_comment() {
        check("//! The layers.\npub fn f() {}", [0, 1, 1, 1]);
        check("/// Does it.\npub fn f() {} fn g() {} pub(crate) fn h() {}", [1, 1, 0, 1]);
        check("/// Words.\npub struct S { /// First.\n pub a: u8, pub b: u8, c: u8 }", [2, 3, 0, 1]);
        check("struct S { pub a: u8 }", [0, 0, 0, 1]);
        check("/// An either.\npub enum E { A, /// Or other.\n B }", [2, 3, 0, 1]);
        check("pub trait T { fn f(); const C: u8; } impl T for S { fn f() {} }", [0, 3, 0, 1]);
        check("impl S { /// Adds up.\n pub fn f() {} fn g() {} }", [1, 1, 0, 1]);
        check("pub mod m { //! Of use.\n pub fn f() {} } mod n { pub fn g() {} }", [0, 2, 1, 2]);
        check("#[cfg(test)] mod tests { pub fn f() {} }", [0, 0, 0, 1]);
    }

    #[test]
    fn an_empty_comment_is_none() {
        check("///\npub fn f() {}\n/// ...\npub fn g() {}\n/// h!\npub fn h() {}", [0, 3, 0, 1]);
        check("#[doc = include_str!(\"f.md\")] pub fn f() {}", [1, 1, 0, 1]);
    }
}
