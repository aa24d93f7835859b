//! What is accepted as a submission and with which files, and what each rule refuses. Archives are made here, entry
//! by entry.

mod pack;

use pack::{Entry, HONEST, WASM, entry, gzip, tar, zip};
use proptest::prelude::*;
use tito_submission::{Rule, Submission, SubmissionLimits, read};

fn limits() -> SubmissionLimits {
    SubmissionLimits {
        archive_bytes: 64_000,
        unpacked_bytes: 16_000,
        file_bytes: 5_000,
        entries: 8,
        path_bytes: 40,
        path_depth: 4,
        manifest_bytes: 100,
    }
}

#[track_caller]
fn accepted(bytes: &[u8], files: &[&str], unknown: &[&str]) -> Submission {
    let submission = read(bytes, &limits()).unwrap_or_else(|refused| panic!("{refused}"));
    assert_eq!(submission.component, WASM);
    assert_eq!(submission.files.keys().collect::<Vec<_>>(), files);
    assert_eq!(submission.unknown, unknown);
    submission
}

#[track_caller]
fn refused(bytes: &[u8], rule: Rule, words: &str) {
    let refused = read(bytes, &limits()).expect_err("it is refused");
    assert_eq!(refused.rule, rule, "{refused}");
    assert!(refused.message.contains(words), "{refused}");
}

/// The same entries in each kind of archive.
#[track_caller]
fn refused_in_all(entries: &[Entry], rule: Rule, words: &str) {
    refused(&zip(entries), rule, words);
    refused(&tar(entries), rule, words);
    refused(&gzip(&tar(entries)), rule, words);
}

fn with(more: &[Entry]) -> Vec<Entry> {
    [&[entry("component.wasm", WASM)], more].concat()
}

#[test]
fn the_same_files_come_out_of_every_kind_of_archive() {
    for bytes in [zip(&HONEST), tar(&HONEST), gzip(&tar(&HONEST))] {
        let submission = accepted(&bytes, &["source/lib.rs", "submission.toml"], &[]);
        assert_eq!(submission.manifest.expect("there is one").milestone, 1);
        assert_eq!(submission.files["source/lib.rs"], b"// hello\n");
    }
    assert_eq!(accepted(WASM, &[], &[]).manifest, None);
    accepted(&zip(&with(&[entry("vision.wasm", WASM)])), &["vision.wasm"], &[]);
}

#[test]
fn one_folder_around_everything_is_taken_off_and_litter_is_passed_over() {
    let me = ["me/", "me/component.wasm", "me/notes.txt", "__MACOSX/me/._notes.txt", "me/.DS_Store"];
    let entries = me.map(|path| entry(path, if path.ends_with('/') { b"" } else { WASM }));
    accepted(&zip(&entries), &["notes.txt"], &["notes.txt"]);
    accepted(&tar(&entries), &["notes.txt"], &["notes.txt"]);
    accepted(&tar(&[entry("./", b""), entry("./component.wasm", WASM)]), &[], &[]);
    let two = [entry("a/component.wasm", WASM), entry("b/notes.txt", b"")];
    refused(&zip(&two), Rule::NoComponent, "did you mean 'a/component.wasm'?");
    refused(&zip(&[entry("source/component.wasm", WASM)]), Rule::NoComponent, "source/component.wasm");
}

#[test]
fn without_a_component_the_likely_one_is_named() {
    refused_in_all(&[entry("componet.wasm", b"?")], Rule::NoComponent, "did you mean 'componet.wasm'?");
    refused_in_all(
        &[entry("a.txt", b""), entry("out.bin", WASM)],
        Rule::NoComponent,
        "did you mean 'out.bin'?",
    );
    refused_in_all(&[entry("analysis.md", b"")], Rule::NoComponent, "`tito build`");
}

#[track_caller]
fn obeyed_and_violated(rule: Rule, figure: usize, entries: impl Fn(usize) -> Vec<Entry>) {
    let obeyed = read(&zip(&entries(figure)), &limits());
    assert!(obeyed.is_ok(), "{rule}: {}", obeyed.unwrap_err());
    let refused = read(&zip(&entries(figure + 1)), &limits()).expect_err("it is one too many");
    assert_eq!(refused.rule, rule, "{refused}");
    assert!(refused.message.contains(&format!("at most {figure} are")), "{refused}");
}

#[test]
fn every_limit_is_obeyed_at_its_figure_and_violated_one_beyond() {
    let file = |name: &str, bytes: usize| entry(name, &vec![7; bytes]);
    obeyed_and_violated(Rule::FileBytes, 5_000, |bytes| with(&[file("f", bytes)]));
    obeyed_and_violated(Rule::PathBytes, 40, |bytes| with(&[file(&"n".repeat(bytes), 0)]));
    obeyed_and_violated(Rule::PathDepth, 4, |depth| with(&[file(&vec!["d"; depth].join("/"), 0)]));
    obeyed_and_violated(Rule::UnpackedBytes, 16_000, |bytes| {
        let rest = bytes - 15_000 - WASM.len();
        with(&[file("f", 5_000), file("g", 5_000), file("h", 5_000), file("i", rest)])
    });
    obeyed_and_violated(Rule::Entries, 8, |entries| {
        with(&(1..entries).map(|number| file(&number.to_string(), 0)).collect::<Vec<_>>())
    });
    obeyed_and_violated(Rule::ManifestBytes, 100, |bytes| {
        with(&[entry("submission.toml", format!("{:bytes$}", "milestone = 1").as_bytes())])
    });
    let honest = zip(&HONEST);
    let of = |archive_bytes: usize| SubmissionLimits { archive_bytes: archive_bytes as u64, ..limits() };
    assert!(read(&honest, &of(honest.len())).is_ok());
    assert_eq!(read(&honest, &of(honest.len() - 1)).unwrap_err().rule, Rule::ArchiveBytes);
}

/// What is counted is what comes out, whatever the headers say.
#[test]
fn bombs_end_at_the_first_byte_too_many() {
    let bomb = with(&[entry("bomb", &[0; 60_000])]);
    refused(&zip(&bomb), Rule::FileBytes, "5001 bytes or more");
    refused(&gzip(&tar(&bomb)), Rule::UnpackedBytes, "16001 bytes or more");
    let mut small = zip(&bomb);
    let claim = small.windows(4).position(|bytes| bytes == 60_000u32.to_le_bytes()).expect("it is claimed");
    small[claim..claim + 4].copy_from_slice(&60u32.to_le_bytes());
    refused(&small, Rule::Ambiguous, "");
}

#[test]
fn paths_are_relative_plain_and_stay_inside() {
    for (path, words) in [
        ("/etc/passwd", "is absolute"),
        ("../up", "leaves its folder"),
        ("a/../../up", "leaves its folder"),
        ("a\\b", "has a backslash"),
        ("C:boot.ini", "has a colon"),
        ("a//b", "has an empty name"),
        ("a/./b", "has the name '.'"),
        ("a\u{1b}[2J", "do not print"),
        ("a\u{202e}msaw", "do not print"),
    ] {
        refused_in_all(&with(&[entry(path, b"")]), Rule::Path, words);
    }
    refused(&zip(&with(&[entry("a\0b", b"")])), Rule::Path, "do not print");
    refused(&pack::tar_of_bytes(b"a\xff"), Rule::Path, "is not UTF-8");
    refused(&pack::zip_of_bytes(b"a\xff"), Rule::Path, "is not UTF-8");
}

#[test]
fn no_two_entries_are_one_file_on_any_system() {
    for (one, other) in [
        ("notes", "notes"),
        ("notes", "NOTES"),
        ("\u{e9}", "e\u{301}"),
        ("component.wasm", "Component.wasm"),
        ("a", "a/b"),
        ("a/b", "A"),
    ] {
        let entries = [entry("component.wasm", WASM), entry(one, b"1"), entry(other, b"2")];
        refused(&tar(&entries), Rule::Duplicate, "");
    }
    // The zip writer would not write such names: they are written over others, in both of their places.
    let zip = zip(&with(&[entry("note1", b""), entry("note2", b"")]));
    refused(&pack::renamed(zip.clone(), b"note2", b"NOTE1"), Rule::Duplicate, "'NOTE1' twice");
    refused(&pack::renamed(zip, b"note2", b"note1"), Rule::Ambiguous, "lists a name twice");
}

#[test]
fn links_devices_and_other_kinds_are_refused() {
    for (kind, rule) in [
        (b'1', Rule::Link),
        (b'2', Rule::Link),
        (b'3', Rule::Special),
        (b'4', Rule::Special),
        (b'6', Rule::Special),
        (b'V', Rule::Method),
    ] {
        refused(&tar(&with(&[Entry { kind, ..entry("odd", b"") }])), rule, "'odd'");
    }
    refused(&zip(&with(&[Entry { kind: b'2', ..entry("odd", b"") }])), Rule::Link, "'odd' is a link");
    refused(&zip(&with(&[Entry { kind: b'6', ..entry("odd", b"") }])), Rule::Special, "'odd'");
}

#[test]
fn extended_headers_of_a_tar_keep_one_meaning() {
    let pax =
        |kind: u8, text: &[u8]| tar(&[Entry { kind, ..entry("pax", text) }, entry("component.wasm", WASM)]);
    accepted(&pax(b'g', b"16 comment=1234\n"), &[], &[]);
    accepted(&pax(b'x', b"14 mtime=12.5\n"), &[], &[]);
    refused(&pax(b'g', b"15 path=sub.txt\n"), Rule::Damaged, "malformed");
    refused(&pax(b'g', b"16 path=sub.txt\n"), Rule::Ambiguous, "global header");
    refused(&pax(b'x', b"12 path=a\n"), Rule::Damaged, "malformed");
    refused(&pax(b'x', b"9 path=a\n9 path=a\n"), Rule::Ambiguous, "'path'");
    let global = Entry { kind: b'g', ..entry("pax_global_header", b"16 comment=1234\n") };
    let described =
        [Entry { kind: b'x', ..entry("pax", b"9 path=a\n") }, global, entry("component.wasm", WASM)];
    refused(&tar(&described), Rule::Ambiguous, "global header");
    let long = Entry { kind: b'L', ..entry("././@LongLink", b"component.wasm") };
    let pathed = Entry { kind: b'x', ..entry("pax", b"9 path=a\n") };
    accepted(&tar(&[long.clone(), entry("short", WASM)]), &[], &[]);
    refused(&tar(&[long, pathed, entry("short", WASM)]), Rule::Ambiguous, "'path'");
    refused(&pax(b'x', b"22 GNU.sparse.major=1\n"), Rule::Ambiguous, "'GNU.sparse.major'");
}

#[test]
fn zips_that_can_be_read_in_two_ways_are_refused() {
    let honest = zip(&HONEST);
    let two = [zip(&HONEST), zip(&with(&[]))].concat();
    refused(&two, Rule::Ambiguous, "does not end where");
    refused(&[b"PK\x03\x04 before".to_vec(), honest.clone()].concat(), Rule::Ambiguous, "");
    refused(&[honest.clone(), b"behind".to_vec()].concat(), Rule::Ambiguous, "does not end where");
    // The first name is that of the local header, the last that of the list.
    let local = pack::renamed_once(honest.clone(), b"source/lib.rs", b"source/evil.r");
    refused(&local, Rule::Ambiguous, "");
    refused(&pack::overlapping(), Rule::Ambiguous, "");
    refused(&zip(&[Entry { kind: b'5', ..entry("a/", b"") }, entry("a/b", b"")]), Rule::NoComponent, "");
    refused(&pack::flagged(zip(&with(&[])), 1), Rule::Encrypted, "password");
    refused(&pack::method(zip(&with(&[])), 12), Rule::Method, "deflate");
}

#[test]
fn what_is_cut_off_or_followed_by_something_is_refused() {
    let (zip, tar, gzip) = (zip(&HONEST), tar(&HONEST), gzip(&tar(&HONEST)));
    for (whole, name) in [(&zip, "zip"), (&tar, "tar"), (&gzip, "gzip")] {
        for cut in [whole.len() - 1_030.min(whole.len() / 3), whole.len() / 2, 600.min(whole.len() - 9)] {
            refused(&whole[..cut], Rule::Damaged, name);
        }
    }
    let twice = [gzip.clone(), gzip.clone()].concat();
    refused(&twice, Rule::Ambiguous, "follow the end of the gzip");
    refused(&[gzip.clone(), vec![0; 10]].concat(), Rule::Ambiguous, "10 bytes");
    refused(&[tar.clone(), tar.clone()].concat(), Rule::Ambiguous, "follows the end of the tar");
    let mut changed = gzip;
    *changed.last_mut().expect("it has bytes") ^= 1;
    refused(&changed, Rule::Damaged, "gzip");
}

#[test]
fn other_files_are_told_what_is_wanted() {
    for (bytes, words) in [
        (&b""[..], "empty"),
        (b"(component)", "text"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"hello", "no archive"),
    ] {
        refused(bytes, Rule::Format, words);
    }
    refused(&gzip(WASM), Rule::Format, "no tar");
}

#[test]
fn a_manifest_that_cannot_be_read_refuses_the_submission() {
    refused_in_all(
        &with(&[entry("submission.toml", b"milestone = 9\n")]),
        Rule::Manifest,
        "milestones are 1 to 5",
    );
    refused_in_all(&with(&[entry("submission.toml", b"\xff")]), Rule::Manifest, "not UTF-8 at byte 0");
}

proptest! {
    #[test]
    fn whatever_is_packed_comes_out(
        files in proptest::collection::btree_map("[a-z]{1,8}(/[a-z]{1,8}){0,2}x", any::<Vec<u8>>(), 0..6),
    ) {
        let files: Vec<_> = files.into_iter().map(|(path, content)| entry(&path, &content)).collect();
        let entries = with(&files);
        for bytes in [zip(&entries), tar(&entries), gzip(&tar(&entries))] {
            let found = read(&bytes, &limits());
            prop_assert!(found.is_ok(), "{}", found.unwrap_err());
            let found = found.unwrap().files.into_iter().map(|(path, content)| entry(&path, &content));
            prop_assert_eq!(found.collect::<Vec<_>>(), files.clone());
        }
    }

    #[test]
    fn no_damage_makes_it_panic(at in any::<usize>(), byte in any::<u8>(), cut in any::<usize>()) {
        for mut bytes in [zip(&HONEST), tar(&HONEST), gzip(&tar(&HONEST))] {
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(bytes.len() - cut % bytes.len() / 2);
            drop(read(&bytes, &limits()));
        }
    }
}
