//! Sources that want the parser to overflow its stack or to take for ever.

use std::fs;

use proptest::prelude::*;
use tempfile::TempDir;
use tito_quality::{Quality, measure};

fn measured(text: &str) -> Quality {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("lib.rs"), text).unwrap();
    measure(folder.path()).unwrap()
}

/// Just inside the limits, the stack must do; whether the result parses is another matter.
#[track_caller]
fn check(before: &str, open: &str, inner: &str, close: &str, after: &str, levels: usize) {
    let text = format!("{before}{}{inner}{}{after}", open.repeat(levels), close.repeat(levels));
    let problems = measured(&text).unmeasured;
    let inside = problems.iter().all(|file| !file.problem.contains(" nest"));
    assert!(inside, "{open} is not at the limit but beyond: {problems:?}");
}

#[test]
fn nesting_without_brackets_fits_the_stack() {
    let statement = |open: &str, tokens: usize, close: &str| {
        check("fn f() { x = ", open, "x", close, "; }", 3_950 / tokens);
    };
    for (open, tokens, close) in [
        ("!", 1, ""),
        ("-", 1, ""),
        ("&", 1, ""),
        ("*", 1, ""),
        ("", 1, "?"),
        ("", 2, ".a"),
        ("", 1, ".0.0"),
        ("", 2, "+x"),
        ("", 2, "=x"),
        ("", 2, " as u8"),
        ("", 1, "()"),
        ("", 1, "[0]"),
        ("return ", 1, ""),
        ("break ", 1, ""),
        ("|a, b| ", 4, ""),
        ("|| ", 2, ""),
        ("move || ", 3, ""),
        ("if a {} else ", 4, ""),
        ("if ", 1, ""),
        ("become ", 40, ""),
        ("match ", 1, ""),
        ("while ", 1, ""),
        ("..", 2, ""),
        ("<", 1, ""),
        ("x as &", 3, ""),
        ("'a: loop {} + ", 6, ""),
        ("let x = ", 3, ""),
        ("#[a] ", 2, ""),
        ("async move ", 2, ""),
        ("unsafe {} + ", 42, ""),
        ("const {} + ", 42, ""),
    ] {
        statement(open, tokens, close);
    }
}

#[test]
fn nested_types_and_patterns_fit_the_stack() {
    for (open, tokens, close) in [
        ("&", 1, ""),
        ("*mut ", 2, ""),
        ("unsafe<> ", 42, ""),
        ("A<", 3, ">"),
        ("fn() -> ", 4, ""),
        ("impl A + ", 3, ""),
        ("dyn ", 1, ""),
    ] {
        check("type T = ", open, "A", close, ";", 3_950 / tokens);
    }
    for (open, tokens) in [("&", 1), ("a @ ", 2), ("a | ", 2), ("mut ", 1), ("box ", 40)] {
        check("fn f() { let ", open, "a", "", " = b; }", 3_950 / tokens);
    }
}

#[test]
fn nested_brackets_take_neither_the_stack_nor_the_time() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("({", "})"),
        ("a(", ")"),
        ("if a {", "}"),
        ("match a { _ => ", "}"),
        ("A { a: ", "}"),
        ("|a| {", "}"),
        ("a![", "]"),
    ] {
        check("fn f() { ", open, "", close, " }", 120 / open.matches(['(', '[', '{']).count());
    }
    check("type T = ", "(", "A", ")", ";", 120);
    check("fn f() { let ", "(", "a", ")", " = b; }", 120);
    check("", "mod m {", "", "}", "", 120);
    check("", "fn f() {", "", "}", "", 120);
}

#[test]
fn deeper_is_refused_by_name_and_line() {
    for (text, problem) in [
        (format!("fn f() {{\n x = {}x; }}", "!".repeat(1 << 19)), "tokens nest in each other"),
        ("\n".to_owned() + &"[".repeat(1 << 18) + &"]".repeat(1 << 18), "brackets are nested deeper"),
    ] {
        let unmeasured = measured(&text).unmeasured;
        assert!(unmeasured[0].problem.contains(problem) && unmeasured[0].line == 2, "{unmeasured:?}");
    }
}

fn fragments() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "fn f()",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        "if a",
        "else",
        "match b",
        "=>",
        "|",
        "&&",
        "!",
        "x",
        "1",
        ";",
        ",",
        "#[test]",
        "#[cfg(test)]",
        "mod m",
        "impl T",
        "pub",
        "struct S",
        "///d\n",
        "/*",
        "*/",
        "\"",
        "'a",
        "unsafe",
        "let",
        "=",
        "..",
        "?",
        "use a::b;",
        "\n",
    ]);
    prop::collection::vec(words, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_text_is_measured_or_refused(text in prop_oneof![any::<String>(), fragments()]) {
        let quality = measured(&text);
        prop_assert!(quality.unmeasured.len() <= 1);
        prop_assert!(quality.duplication.duplicated <= quality.duplication.tokens);
        for function in &quality.functions {
            prop_assert!(function.lines <= quality.code_lines && function.complexity >= 1);
        }
    }
}
