//! A file's code as a flat list of tokens in which names and values no longer matter.

use std::{collections::BTreeSet, ops::Range};

use proc_macro2::{Delimiter, LineColumn, Span, TokenStream, TokenTree};

/// A token without its name or value, so that renaming hides no copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Equal for all names, for all literals, and otherwise as the text.
    pub(crate) kind: Kind,
    pub(crate) line: u32,
}

/// What is left of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Name,
    Literal,
    Mark(char),
    /// A keyword, by its place in [`KEYWORDS`].
    Keyword(usize),
}

/// The strict keywords (The Rust Reference, "Keywords") but for `Self`, `crate`, `self` and `super`, which
/// stand where names stand. Sorted.
const KEYWORDS: [&str; 34] = [
    "as", "async", "await", "break", "const", "continue", "dyn", "else", "enum", "extern", "false", "fn",
    "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return",
    "static", "struct", "trait", "true", "type", "unsafe", "use", "where", "while",
];

/// The tokens of a file and the lines that they stand on, without documentation and what lies in `left_out`.
/// A list of literals counts as one of them: a table of numbers is not code that repeats itself.
pub(crate) fn tokens(stream: TokenStream, left_out: &[Range<LineColumn>]) -> (Vec<Token>, BTreeSet<u32>) {
    let mut flat = Flat { tokens: Vec::new(), lines: BTreeSet::new(), left_out };
    let mut open = vec![(stream.into_iter().peekable(), None)];
    while let Some((level, closing)) = open.last_mut() {
        let Some(token) = level.next() else {
            if let Some((mark, span)) = closing.take() {
                flat.push(Kind::Mark(mark), span);
            }
            open.pop();
            continue;
        };
        match token {
            TokenTree::Punct(hash) if hash.as_char() == '#' => {
                level.next_if(|token| matches!(token, TokenTree::Punct(bang) if bang.as_char() == '!'));
                if level.next_if(is_documentation).is_none() {
                    flat.push(Kind::Mark('#'), hash.span());
                }
            }
            TokenTree::Group(group) => {
                let (opening, closing) = brackets(group.delimiter());
                flat.push(Kind::Mark(opening), group.span_open());
                open.push((group.stream().into_iter().peekable(), Some((closing, group.span_close()))));
            }
            TokenTree::Punct(punct) => flat.push(Kind::Mark(punct.as_char()), punct.span()),
            TokenTree::Literal(literal) => flat.push(Kind::Literal, literal.span()),
            TokenTree::Ident(word) => flat.push(kind(&word.to_string()), word.span()),
        }
    }
    (flat.tokens, flat.lines)
}

struct Flat<'a> {
    tokens: Vec<Token>,
    lines: BTreeSet<u32>,
    left_out: &'a [Range<LineColumn>],
}

impl Flat<'_> {
    fn push(&mut self, kind: Kind, span: Span) {
        let (start, end) = (span.start(), span.end());
        // The ranges come in order and do not overlap, so the last that begins before the token decides.
        let before = self.left_out.partition_point(|range| range.start <= start);
        if before > 0 && start < self.left_out[before - 1].end {
            return;
        }
        self.lines.extend(start.line as u32..=end.line as u32);
        if kind == Kind::Literal && self.shorten_list() {
            return;
        }
        self.tokens.push(Token { kind, line: start.line as u32 });
    }

    /// Takes the comma, and the sign, that stand between two literals.
    fn shorten_list(&mut self) -> bool {
        let signed = matches!(self.tokens.last(), Some(token) if token.kind == Kind::Mark('-'));
        let tail = self.tokens.len() - usize::from(signed);
        let continues = self.tokens[..tail].last_chunk().is_some_and(|[before, comma]: &[Token; 2]| {
            before.kind == Kind::Literal && comma.kind == Kind::Mark(',')
        });
        if continues {
            self.tokens.truncate(tail - 1);
        }
        continues
    }
}

fn is_documentation(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else { return false };
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(word)) if word == "doc")
}

fn brackets(delimiter: Delimiter) -> (char, char) {
    match delimiter {
        Delimiter::Parenthesis => ('(', ')'),
        Delimiter::Brace => ('{', '}'),
        Delimiter::Bracket => ('[', ']'),
        // Only macro expansion makes these, and nothing is expanded.
        Delimiter::None => (' ', ' '),
    }
}

fn kind(word: &str) -> Kind {
    KEYWORDS.binary_search(&word).map_or(Kind::Name, Kind::Keyword)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(one: &str, other: &str, equal: bool) {
        let kinds = |text: &str| {
            let (tokens, _) = tokens(text.parse().unwrap(), &[]);
            tokens.into_iter().map(|token| token.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(one) == kinds(other), equal, "{one} and {other}");
    }

    #[test]
    fn names_values_and_comments_do_not_matter() {
        check("let a = 1;", "let b = \"x\";", true);
        check("/// Says.\nfn f() { //! More.\n }", "fn g() {}", true);
        check("[1, 2, -3]", "[4]", true);
        check("[1, a]", "[4]", false);
        check("let a = 1;", "const a = 1;", false);
        check("a + b", "a - b", false);
        check("#[inline] fn f() {}", "fn f() {}", false);
    }

    #[test]
    fn keywords_are_sorted_for_the_search() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn lines_are_those_with_code() {
        let (_, lines) = tokens("// No.\nfn f() {\n\n/* no */ \"two\nlines\"\n}".parse().unwrap(), &[]);
        assert_eq!(lines.into_iter().collect::<Vec<_>>(), [2, 4, 5, 6]);
    }
}
