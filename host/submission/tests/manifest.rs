//! Manifests that are read, and the line and key of what is wrong in others.

use tito_submission::{Manifest, Rule};

#[track_caller]
fn refused(text: &str, words: &[&str]) {
    let refused = Manifest::parse(text).expect_err("it is refused");
    assert_eq!(refused.rule, Rule::Manifest);
    for word in words {
        assert!(refused.message.contains(word), "{word:?} is not in: {refused}");
    }
}

#[test]
fn everything_may_be_said_and_only_the_milestone_must() {
    let text = "student = \"ada\"\nmilestone = 3\nlanguage = \"rust\"\nauthors = [\"Ada\", \"Bo\"]\nhelp = '''\na\tb\n'''\n";
    let whole = Manifest {
        milestone: 3,
        student: Some("ada".into()),
        language: Some("rust".into()),
        authors: vec!["Ada".into(), "Bo".into()],
        help: Some("a\tb\n".into()),
    };
    assert_eq!(Manifest::parse(text), Ok(whole));
    let least = Manifest::parse("milestone = 5").expect("the rest is optional");
    assert_eq!((least.milestone, least.student, least.authors.len()), (5, None, 0));
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_key() {
    refused("student = 'a'\n", &["submission.toml: has no milestone; add `milestone = 1`"]);
    refused("\nmilestone = 0\n", &["line 2, milestone: is 0; milestones are 1 to 5"]);
    refused("milestone = 6\n", &["line 1, milestone: is 6"]);
    refused("milestone = 'two'\n", &["line 1, milestone", "string"]);
    refused("milestone = 1\nlangauge = 'c'\n", &["line 2", "langauge", "language"]);
    refused("milestone = 1\nmilestone = 2\n", &["line 2", "duplicate key"]);
    refused("milestone = 1\nauthors = [\n  'a',\n  3,\n]\n", &["line 4, authors", "integer"]);
    refused("milestone = 1\nstudent = \"a\\u001b[2J\"\n", &["line 2, student", "control character \\u{1b}"]);
    refused("milestone = 1\nstudent = '''a\nb'''\n", &["line 2, student", "\\u{a}"]);
    refused("milestone = ", &["line 1"]);
    refused("[milestone]\na = 1\n", &["line 1, milestone"]);
}

#[test]
fn every_text_is_held_to_its_length() {
    let check = |key: &str, most: usize| {
        let text = |length| format!("milestone = 1\n{key} = '{}'\n", "é".repeat(length));
        assert!(Manifest::parse(&text(most)).is_ok(), "{key}");
        refused(&text(most + 1), &["line 2", key, &format!("at most {most}")]);
    };
    check("student", 200);
    check("language", 200);
    check("help", 10_000);
    let authors = |number| format!("milestone = 1\nauthors = [{}]\n", "'a', ".repeat(number));
    assert_eq!(Manifest::parse(&authors(16)).expect("sixteen may be").authors.len(), 16);
    refused(&authors(17), &["line 2, authors: names 17 people, at most 16"]);
}
