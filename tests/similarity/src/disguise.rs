//! Copies whose source was changed so that it looks like another's, and does the same.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{File, Item, Stmt, parse_file, visit_mut::VisitMut};

use crate::compile::Compiler;

/// Every name that is the author's own called otherwise; comments and layout go with it.
pub fn renamed(source: &str, compiler: &Compiler) -> String {
    let make = || Ok(renamed_now(source, compiler).into_bytes());
    let renamed = compiler.kept(&("renamed", source), make).expect("it is always something");
    String::from_utf8(renamed).expect("it was text")
}

fn renamed_now(source: &str, compiler: &Compiler) -> String {
    let file = parse_file(source).expect("a solution is Rust").into_token_stream();
    let mut names = BTreeSet::new();
    collect(file.clone(), &mut names);
    for word in ["run", "macro_rules", "ident", "tt", "raw", "union"] {
        names.remove(word);
    }
    let mut aliases: BTreeMap<String, String> =
        names.into_iter().enumerate().map(|(n, name)| (name, format!("zq{n}x"))).collect();
    // What is not the author's cannot be renamed: the compiler says which it is, some at a time.
    for _ in 0..60 {
        let text = replaced(file.clone(), &aliases).to_string();
        let Err(complaints) = compiler.check(&text) else { return text };
        let blamed = blamed(&complaints);
        let before = aliases.len();
        aliases.retain(|name, alias| !blamed.contains(alias.as_str()) && !blamed.contains(name.as_str()));
        assert!(aliases.len() < before, "the compiler blames no name:\n{complaints}");
    }
    panic!("no end of names that cannot be renamed");
}

/// The items and the methods in another order.
pub fn reordered(source: &str) -> String {
    let mut file = parse_file(source).expect("a solution is Rust");
    for item in &mut file.items {
        if let Item::Impl(item) = item {
            item.items.reverse();
        }
    }
    // Macros hold from where they are written.
    let (macros, mut others): (Vec<_>, Vec<_>) = std::mem::take(&mut file.items)
        .into_iter()
        .partition(|item| matches!(item, Item::Macro(m) if m.ident.is_some()));
    others.reverse();
    file.items = macros.into_iter().chain(others).collect();
    file.into_token_stream().to_string()
}

/// A statement that does nothing behind every second one.
pub fn stretched(source: &str) -> String {
    struct Stretch;
    impl VisitMut for Stretch {
        fn visit_block_mut(&mut self, block: &mut syn::Block) {
            syn::visit_mut::visit_block_mut(self, block);
            let mut statements = Vec::new();
            for (n, statement) in std::mem::take(&mut block.stmts).into_iter().enumerate() {
                let is_last = matches!(statement, Stmt::Expr(_, None));
                if n % 2 == 1 || is_last {
                    statements.push(syn::parse_quote! { std::hint::black_box(0u32); });
                }
                statements.push(statement);
            }
            block.stmts = statements;
        }
        // A constant function may call nothing that is not.
        fn visit_impl_item_fn_mut(&mut self, function: &mut syn::ImplItemFn) {
            if function.sig.constness.is_none() {
                syn::visit_mut::visit_impl_item_fn_mut(self, function);
            }
        }
    }
    let mut file = parse_file(source).expect("a solution is Rust");
    Stretch.visit_file_mut(&mut file);
    file.into_token_stream().to_string()
}

/// Several solutions as modules of one, all of which run.
pub fn joined(sources: &[&str]) -> String {
    let modules = sources.iter().enumerate().map(|(n, source)| {
        let file: File = parse_file(source).expect("a solution is Rust");
        let items = file.items.into_iter().map(|mut item| {
            if let Item::Fn(function) = &mut item
                && function.sig.ident == "run"
            {
                function.attrs.clear();
                function.sig.abi = None;
                function.vis = syn::parse_quote! { pub };
            }
            item
        });
        let name = quote::format_ident!("part{n}");
        quote! { mod #name { #(#items)* } }
    });
    let calls = (0..sources.len()).map(|n| quote::format_ident!("part{n}"));
    let modules: Vec<_> = modules.collect();
    quote! {
        #(#modules)*
        #[unsafe(no_mangle)]
        pub extern "C" fn run(seed: u32) -> f32 { let mut sum = 0.0; #(sum += #calls::run(seed);)* sum }
    }
    .to_string()
}

/// The first items of a source that make up this share of it, in tokens; it is not compiled.
pub fn part(source: &str, share: f64) -> String {
    let file = parse_file(source).expect("a solution is Rust");
    let items: Vec<_> = file.items.iter().map(ToTokens::to_token_stream).collect();
    let sizes: Vec<_> = items.iter().map(|item| leaves(item.clone())).collect();
    let all: usize = sizes.iter().sum();
    let (mut sum, mut kept) = (0, TokenStream::new());
    for (item, size) in items.into_iter().zip(sizes) {
        if (sum as f64) < share * all as f64 {
            kept.extend(item);
        }
        sum += size;
    }
    kept.to_string()
}

fn leaves(tokens: TokenStream) -> usize {
    let of = |tree| match tree {
        TokenTree::Group(group) => 2 + leaves(group.stream()),
        _ => 1,
    };
    tokens.into_iter().map(of).sum()
}

fn collect(tokens: TokenStream, names: &mut BTreeSet<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Ident(ident) if syn::parse_str::<Ident>(&ident.to_string()).is_ok() => {
                names.insert(ident.to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), names),
            _ => {}
        }
    }
}

fn replaced(tokens: TokenStream, aliases: &BTreeMap<String, String>) -> TokenStream {
    let of = |tree| match tree {
        TokenTree::Ident(ident) => match aliases.get(&ident.to_string()) {
            Some(alias) => TokenTree::Ident(Ident::new(alias, ident.span())),
            None => TokenTree::Ident(ident),
        },
        TokenTree::Group(group) => {
            TokenTree::Group(Group::new(group.delimiter(), replaced(group.stream(), aliases)))
        }
        other => other,
    };
    tokens.into_iter().map(of).collect()
}

/// The names that complaints begin with: the first one quoted in each.
fn blamed(complaints: &str) -> BTreeSet<&str> {
    let errors = complaints.lines().filter(|line| line.starts_with("error"));
    let quoted = errors.filter_map(|line| line.split('`').nth(1));
    quoted.flat_map(|quoted| quoted.split(|c: char| !c.is_alphanumeric() && c != '_')).collect()
}
