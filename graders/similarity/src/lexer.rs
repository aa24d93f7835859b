//! Tokens of a source file: names and literals without what they say.
//!
//! It accepts any bytes and takes time in proportion to them. What a compiler would refuse comes out as some tokens or
//! other, the same for equal text.

use crate::languages::{Language, Nesting};

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Equal for tokens that count as equal.
    pub(crate) symbol: u32,
    /// Where it begins, from 1.
    pub(crate) line: u32,
}

/// Any name.
const NAME: u32 = 1;
/// Any number.
const NUMBER: u32 = 2;
/// Any text, of one character or many.
const TEXT: u32 = 3;

/// Two characters that are one token.
const PAIRS: [&[u8; 2]; 20] = [
    b"::", b"->", b"=>", b"==", b"!=", b"<=", b">=", b"&&", b"||", b"+=", b"-=", b"*=", b"/=", b"%=", b"|=",
    b"&=", b"^=", b"..", b"**", b"++",
];

/// At most so many tokens of a file.
pub(crate) fn lex(bytes: &[u8], language: &Language, most: usize) -> Vec<Token> {
    let mut lexer = Lexer { bytes, language, place: 0, line: 1, tokens: Vec::new(), is_called: false };
    while lexer.tokens.len() < most && lexer.place < bytes.len() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer<'a> {
    bytes: &'a [u8],
    language: &'a Language,
    place: usize,
    line: u32,
    tokens: Vec<Token>,
    /// Whether the last token was `.` or `::`.
    is_called: bool,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.place..]
    }

    fn at(&self, ahead: usize) -> u8 {
        self.bytes.get(self.place + ahead).copied().unwrap_or_default()
    }

    /// Goes over so many bytes, counting lines.
    fn pass(&mut self, bytes: usize) {
        let end = (self.place + bytes).min(self.bytes.len());
        self.line += self.bytes[self.place..end].iter().filter(|byte| **byte == b'\n').count() as u32;
        self.place = end;
    }

    fn put(&mut self, symbol: u32, bytes: usize) {
        self.tokens.push(Token { symbol, line: self.line });
        self.is_called = false;
        self.pass(bytes);
    }

    fn step(&mut self) {
        let (first, rest) = (self.at(0), self.rest());
        match first {
            _ if first.is_ascii_whitespace() => self.pass(1),
            _ if self.starts_import() => self.pass(until(rest, self.language.imports_end)),
            _ if rest.starts_with(self.language.line_comment.as_bytes()) => self.pass(until(rest, b'\n')),
            b'/' if self.at(1) == b'*' && self.language.block_comment.is_some() => self.block_comment(),
            b'0'..=b'9' => self.put(NUMBER, number(rest)),
            b'"' | b'\'' | b'`' => self.quoted(0),
            _ if is_of_name(first) => self.word(),
            _ => self.punctuation(),
        }
    }

    /// A statement of imports stands at the beginning of a line or after what ended the one before.
    fn starts_import(&self) -> bool {
        let starts = |word: &&str| {
            self.rest()
                .strip_prefix(word.as_bytes())
                .is_some_and(|rest| !rest.first().is_some_and(|b| is_of_name(*b)))
        };
        let line = self.bytes[..self.place].iter().rev().take_while(|byte| **byte != b'\n');
        let mut before = line.skip_while(|byte| byte.is_ascii_whitespace());
        self.language.imports.iter().any(starts) && matches!(before.next(), None | Some(b';' | b'{' | b'}'))
    }

    fn block_comment(&mut self) {
        let (rest, mut depth, mut place) = (self.rest(), 1u32, 2);
        let nests = self.language.block_comment == Some(Nesting::Nested);
        while depth > 0 && place < rest.len() {
            let (step, change) = match &rest[place..] {
                [b'*', b'/', ..] => (2, -1),
                [b'/', b'*', ..] if nests => (2, 1),
                _ => (1, 0),
            };
            (place, depth) = (place + step, depth.saturating_add_signed(change));
        }
        self.pass(place);
    }

    /// A literal whose quote stands so many bytes ahead.
    fn quoted(&mut self, ahead: usize) {
        let rest = &self.rest()[ahead..];
        let quote = rest[0];
        if self.language.is_rust && quote == b'\'' && is_lifetime(rest) {
            let name = rest[1..].iter().take_while(|byte| is_of_name(**byte)).count();
            return self.put(NAME, ahead + 1 + name);
        }
        let three = [quote; 3];
        if self.language.has_triple_quotes && rest.starts_with(&three) {
            let end = rest[3..].windows(3).position(|window| window == three);
            return self.put(TEXT, ahead + end.map_or(rest.len(), |end| end + 6));
        }
        let mut end = 1;
        while end < rest.len() && rest[end] != quote {
            // In C an apostrophe that nothing closes, as in a message of the preprocessor, ends with its line.
            if rest[end] == b'\n' && quote == b'\'' {
                break;
            }
            end += if rest[end] == b'\\' { 2 } else { 1 };
        }
        self.put(TEXT, ahead + end + 1);
    }

    fn word(&mut self) {
        let rest = self.rest();
        let length = rest.iter().take_while(|byte| is_of_name(**byte)).count();
        let (word, after) = rest.split_at(length);
        if let Some(bytes) = self.raw_text(word, after) {
            return self.put(TEXT, bytes);
        }
        if length <= 2 && matches!(after.first(), Some(b'"' | b'\'')) && is_prefix(word) {
            return self.quoted(length);
        }
        let is = |words: &[&str]| words.iter().any(|known| known.as_bytes() == word);
        let calls =
            matches!(after, [b'(', ..] | [b':', b':', ..]) && self.is_called || after.starts_with(b"!");
        if is(self.language.noise) {
            return self.pass(length);
        }
        let is_kept = is(self.language.keywords) || calls && is(self.language.known);
        self.put(if is_kept { hashed(word) } else { NAME }, length);
    }

    /// The length of `r#"…"#` where this word begins one.
    fn raw_text(&self, word: &[u8], after: &[u8]) -> Option<usize> {
        let hashes = after.iter().take_while(|byte| **byte == b'#').count();
        let opens = self.language.is_rust && matches!(word, b"r" | b"br" | b"cr");
        if !opens || after.get(hashes) != Some(&b'"') {
            return None;
        }
        let body = &after[hashes + 1..];
        let closes = |place: &usize| {
            body[*place] == b'"'
                && body[place + 1..].iter().take(hashes).take_while(|byte| **byte == b'#').count() == hashes
        };
        let end = (0..body.len()).find(closes).map_or(body.len(), |end| end + 1 + hashes);
        Some(word.len() + hashes + 1 + end)
    }

    fn punctuation(&mut self) {
        let two = [self.at(0), self.at(1)];
        let length = if PAIRS.contains(&&two) { 2 } else { 1 };
        let symbol = hashed(&two[..length]);
        self.put(symbol, length);
        self.is_called = two == *b"::" || two[0] == b'.' && length == 1;
    }
}

/// How many bytes go up to the first of this kind, with it.
fn until(rest: &[u8], end: u8) -> usize {
    rest.iter().position(|byte| *byte == end).map_or(rest.len(), |place| place + 1)
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// What may stand before a quote.
fn is_prefix(word: &[u8]) -> bool {
    matches!(
        word,
        b"b" | b"c" | b"r" | b"f" | b"u" | b"L" | b"rb" | b"br" | b"R" | b"B" | b"F" | b"fr" | b"rf"
    )
}

/// An apostrophe and a name without another apostrophe behind its first character.
fn is_lifetime(rest: &[u8]) -> bool {
    let begins = rest.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    begins && rest.get(2) != Some(&b'\'')
}

/// A range's dots are not a number's, and an exponent has a sign.
fn number(rest: &[u8]) -> usize {
    let mut length = 0;
    while let Some(byte) = rest.get(length) {
        let next = rest.get(length + 1).copied().unwrap_or_default();
        let is_exponent =
            matches!(byte, b'e' | b'E') && matches!(next, b'+' | b'-') && !rest.starts_with(b"0x");
        length += match byte {
            b'.' if !next.is_ascii_digit() => break,
            _ if is_exponent => 2,
            b'.' => 1,
            _ if is_of_name(*byte) => 1,
            _ => break,
        };
    }
    // `1.` is a number, `1..` a range, and `1.max(2)` calls something.
    let is_whole = rest.get(length) == Some(&b'.');
    let after = rest.get(length + 1).copied().unwrap_or_default();
    length + usize::from(is_whole && after != b'.' && !is_of_name(after))
}

/// FNV-1a, beyond the symbols that stand for many.
fn hashed(word: &[u8]) -> u32 {
    let sum = |sum: u32, byte: &u8| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    word.iter().fold(0x811c_9dc5, sum).max(TEXT + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::languages;

    fn read(path: &str, text: &str) -> Vec<Token> {
        lex(text.as_bytes(), languages::of(path).unwrap(), usize::MAX)
    }

    /// That two texts are the same tokens, or not.
    #[track_caller]
    fn check(path: &str, one: &str, other: &str, are_equal: bool) {
        let [one, other] = [one, other].map(|text| read(path, text));
        let symbols = |tokens: &[Token]| tokens.iter().map(|token| token.symbol).collect::<Vec<_>>();
        assert_eq!(symbols(&one) == symbols(&other), are_equal, "{one:?} {other:?}");
    }

    #[test]
    fn rust() {
        let check = |one: &str, other: &str, are_equal: bool| check("a.rs", one, other, are_equal);
        check("let mut x = 3;", "let total=4.5e-3_f32 ; // so", true);
        check("pub fn f<'a>(x: &'a str) {}", "fn long_name<'long>(y: &'long str) {\n}", true);
        check("use a::b; fn f() {}", "fn f() {}", true);
        check("f(\"a\")", "f(r#\"quote \" in it\"#)", true);
        check("let c = 'x';", "let c = '\\'';", true);
        check("/* a /* b */ c */ x", "x", true);
        check("x.iter()", "y.iter()", true);
        check("x.iter()", "y.into_iter()", false);
        check("x.other()", "y.something()", true);
        check("iter(x)", "other(x)", true);
        check("vec![0; n]", "vec![1; m]", true);
        check("0..n", "0 .. n", true);
        check("0..n", "0.0", false);
        check("x + y", "x - y", false);
        check("x as f32", "x as f64", false);
        check("1.max(2)", "7.max(3)", true);
        check("x1.0.1", "y.0.1", true);
    }

    #[test]
    fn other_languages() {
        check(
            "a.py",
            "import numpy as np\ndef f(x): # doc\n  return np.dot(x, 3)",
            "def g(y):\n  return np.dot(y, 4)",
            true,
        );
        check("a.py", "x = '''a\nb'''", "y = f'{z}'", true);
        check("a.py", "np.dot(x)", "np.sum(x)", false);
        check("a.c", "#include <stdio.h>\nint f(int x) { return x; }", "int g(int y) { return y; }", true);
        check("a.c", "/* a */ x = 'c';", "y = '\\n'; // b", true);
        check("a.js", "const f = (x) => `a`;", "const g = (y) => 'b';", true);
    }

    #[test]
    fn lines_count_from_one() {
        let lines: Vec<_> =
            read("a.rs", "a\n\n/* \n */ b \"x\ny\" c").iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 4, 4, 5]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_some_tokens(bytes in prop::collection::vec(any::<u8>(), 0..200), place in 0usize..4) {
            let language = languages::of(["a.rs", "a.py", "a.c", "a.js"][place]).unwrap();
            let tokens = lex(&bytes, language, usize::MAX);
            prop_assert!(tokens.is_sorted_by_key(|token| token.line));
            prop_assert!(lex(&bytes, language, 3).len() <= 3);
        }

        #[test]
        fn what_is_almost_rust_is_some_tokens(text in "(r#|\"|'|/\\*|\\*/|\\\\|\n|use|;|[a-z]|[0-9.e]){0,60}") {
            let tokens = read("a.rs", &text);
            let lines = text.matches('\n').count() as u32 + 1;
            prop_assert!(tokens.iter().all(|token| token.line <= lines));
        }
    }
}
