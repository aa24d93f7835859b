//! A bound on how deep a parser's recursion can go, found without recursion.

use proc_macro2::{Delimiter, TokenStream, TokenTree, token_stream};

/// How deep brackets may be nested. Rust's own limit on nested macros is 128.
const BRACKETS: usize = 128;
/// How many tokens may nest in each other without brackets, as in `!!!!x` or `a.b.c.d`, and with them.
const TOKENS: usize = 4_000;
/// How many tokens a word counts for whose tokens syn copies: 10,000 times `box` would take it 3 seconds.
const COPIED: usize = 40;

/// Lets through what a recursive parser can parse, and a recursive destructor drop, on a known stack.
///
/// Every level of the syntax tree takes a token of its own, so the depth at a token is at most the number of
/// tokens, in it and in the brackets around it, since the last point at which a list certainly began anew: a
/// semicolon, or a brace followed by a word that cannot go on an expression. Commas are not such points:
/// `|a, b| |a, b| |a, b|` nests. They, and literals, do not nest by themselves, but for the two levels of the
/// one literal in `a.0.0`, so the true depth may be twice the bound.
///
/// # Errors
///
/// Names the place at which one of the limits is reached.
pub(crate) fn check(stream: TokenStream) -> syn::Result<()> {
    let mut open = vec![Level::new(stream, 0)];
    while let Some(level) = open.last_mut() {
        let Some(token) = level.tokens.next() else {
            open.pop();
            continue;
        };
        level.depth = level.depth_at(&token);
        let depth = level.depth;
        if depth > TOKENS {
            return Err(syn::Error::new(
                token.span(),
                format!("more than {TOKENS} tokens nest in each other"),
            ));
        }
        if let TokenTree::Group(group) = token {
            if open.len() > BRACKETS {
                let problem = format!("brackets are nested deeper than {BRACKETS}");
                return Err(syn::Error::new(group.span_open(), problem));
            }
            open.push(Level::new(group.stream(), depth));
        }
    }
    Ok(())
}

/// The tokens between two brackets, half read.
struct Level {
    tokens: token_stream::IntoIter,
    start: usize,
    depth: usize,
    after_brace: bool,
}

impl Level {
    fn new(stream: TokenStream, start: usize) -> Self {
        Self { tokens: stream.into_iter(), start, depth: start, after_brace: false }
    }

    /// The bound at `token`, the next one.
    fn depth_at(&mut self, token: &TokenTree) -> usize {
        let after_brace = std::mem::replace(&mut self.after_brace, is_brace(token));
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => self.start,
            TokenTree::Punct(punct) if punct.as_char() == ',' => self.depth,
            TokenTree::Literal(_) => self.depth,
            TokenTree::Punct(punct) if after_brace && punct.as_char() == '#' => self.start + 1,
            TokenTree::Ident(word) => {
                let word = word.to_string();
                let from = if after_brace && !goes_on(&word) { self.start } else { self.depth };
                from + if is_copied(&word) { COPIED } else { 1 }
            }
            _ => self.depth + 1,
        }
    }
}

fn is_brace(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// Whether a word after a closing brace can belong to what the brace closed.
fn goes_on(word: &str) -> bool {
    matches!(word, "else" | "as" | "if" | "in" | "where")
}

/// Whether syn copies the tokens of what this word may begin, instead of making a tree of it.
fn is_copied(word: &str) -> bool {
    matches!(word, "box" | "become" | "unsafe" | "const")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let problem = super::check(text.parse().unwrap()).err().map(|error| error.to_string());
        assert!(problem.as_deref().unwrap_or("fine").contains(expected.unwrap_or("fine")), "{problem:?}");
    }

    #[test]
    fn long_lists_are_no_nesting() {
        let many = TOKENS + 1;
        check(&"let x = 1;".repeat(many), None);
        check(&"fn f(x: u32) -> u32 { x }".repeat(many), None);
        check(&format!("[{}]", "1.0, ".repeat(many)), None);
        check(&format!("{{ {} }}", "if a { b }\nx += 1; match c { D => e } ".repeat(many)), None);
    }

    #[test]
    fn what_can_nest_is_bounded() {
        let problem = Some("more than 4000 tokens");
        check(&"!".repeat(TOKENS), None);
        for nesting in ["!", "|a, b|", "if a {} else ", "a.", "A<", "x => ", "return ", "{} else", "box "] {
            check(&nesting.repeat(TOKENS + 1), problem);
        }
        let half = "!".repeat(TOKENS / 2);
        check(&format!("{half}({half}x)"), problem);
    }

    #[test]
    fn brackets_are_bounded() {
        let nested = |depth| "(".repeat(depth) + &")".repeat(depth);
        check(&nested(BRACKETS), None);
        check(&nested(BRACKETS + 1), Some("deeper than 128"));
    }
}
