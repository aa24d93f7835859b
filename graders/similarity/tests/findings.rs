//! Who is paired with whom in a class, what is told of it, and what is not.

use std::{collections::BTreeMap, fmt::Write as _};

use tito_similarity::{Base, Exact, Findings, Level, Library, Print, Reason, Work, page};

/// Draws numbers; every seed another row of them.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// A program of so many statements that nobody else writes, its names beginning with `prefix`.
fn program(seed: u64, statements: usize, prefix: &str) -> String {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut text = format!("fn {prefix}main() {{\n");
    for n in 0..statements {
        let expression = expression(&mut dice, prefix, 4);
        match dice.below(4) {
            0 => writeln!(text, "    let {prefix}{n} = {expression};"),
            1 => writeln!(text, "    if {expression} {{ {prefix}f({}); }}", n % 7),
            2 => writeln!(text, "    for {prefix}i in 0..{expression} {{ {prefix}g(); }}"),
            _ => writeln!(text, "    {prefix}a[{n}] += {expression};"),
        }
        .unwrap();
    }
    text + "}\n"
}

fn expression(dice: &mut Dice, prefix: &str, depth: u64) -> String {
    let name = format!("{prefix}{}", dice.below(9));
    if depth == 0 {
        return name;
    }
    let part = |dice: &mut Dice| expression(dice, prefix, depth - 1);
    match dice.below(7) {
        0 => format!("({} + {})", part(dice), part(dice)),
        1 => format!("{name} * {}", part(dice)),
        2 => format!("{name}({}, {})", part(dice), part(dice)),
        3 => format!("{name}[{}] - {}", part(dice), part(dice)),
        4 => format!("&{name}.{name}"),
        5 => format!("[{}; {}]", part(dice), part(dice)),
        _ => format!("{name} == {} && !{name}", part(dice)),
    }
}

/// A module whose functions nobody else writes.
fn module(seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed.wrapping_mul(0x51_7cc1_b727_220a) | 1);
    let mut text = "(module (memory 1)\n".to_owned();
    for _ in 0..12 {
        text += "(func (param i32)";
        for _ in 0..10 {
            write!(text, "(i32.store (local.get 0) {})", value(&mut dice, 5)).unwrap();
        }
        text += ")\n";
    }
    wat::parse_str(text + ")").unwrap()
}

fn value(dice: &mut Dice, depth: u64) -> String {
    const TWO: [&str; 14] = [
        "add", "sub", "mul", "and", "or", "xor", "shl", "shr_u", "rotl", "rem_u", "div_s", "eq", "lt_s",
        "ge_u",
    ];
    const ONE: [&str; 8] = ["clz", "ctz", "popcnt", "eqz", "load", "load8_u", "load16_s", "extend8_s"];
    let part = |dice: &mut Dice| value(dice, depth - 1);
    match dice.below(3) {
        _ if depth == 0 => "(i32.const 7)".to_owned(),
        0 => format!("(i32.{} {})", ONE[dice.below(8) as usize], part(dice)),
        _ => format!("(i32.{} {} {})", TWO[dice.below(14) as usize], part(dice), part(dice)),
    }
}

/// A class whose works are changed by tests.
struct Class {
    sources: Vec<String>,
    modules: Vec<Vec<u8>>,
    owners: Vec<String>,
    teams: Vec<Option<String>>,
}

impl Class {
    fn of(works: u64) -> Self {
        Self {
            sources: (0..works).map(|n| program(n, 120, "v")).collect(),
            modules: (0..works).map(module).collect(),
            owners: (0..works).map(|n| format!("student_{n}")).collect(),
            teams: vec![None; works as usize],
        }
    }

    fn works(&self) -> Vec<Work<'_>> {
        let work = |n: usize| Work {
            id: format!("work_{n}"),
            owners: [self.owners[n].clone()].into(),
            team: self.teams[n].clone(),
            received: Some(format!("2026-11-{:02}", 28 - n % 28)),
            component: Some(self.modules[n].as_slice()).filter(|module| !module.is_empty()),
            sources: BTreeMap::from([("src/lib.rs".to_owned(), self.sources[n].as_bytes())]),
            ..Work::default()
        };
        (0..self.sources.len()).map(work).collect()
    }

    fn findings(&self, base: &Base<'_>) -> Findings {
        let library = Library::of(base);
        Findings::of(&self.works().iter().map(|work| Print::of(work, &library)).collect::<Vec<_>>())
    }
}

/// The pairs that are to be reviewed in a class after a change.
#[track_caller]
fn check(works: u64, change: impl Fn(&mut Class), expected: &[(usize, usize)]) {
    let mut class = Class::of(works);
    change(&mut class);
    let findings = class.findings(&Base::default());
    let mut reviewed: Vec<_> =
        findings.pairs.iter().filter(|pair| pair.review).map(|pair| (pair.one, pair.other)).collect();
    reviewed.sort_unstable();
    assert_eq!(reviewed, expected);
    assert!(findings == class.findings(&Base::default()), "equal works give other findings");
    let text = serde_json::to_string(&findings).unwrap();
    let read: Findings = serde_json::from_str(&text).unwrap();
    assert!(read.works == findings.works && read.pairs.len() == findings.pairs.len());
}

#[test]
fn copies_are_to_be_reviewed_and_nothing_else() {
    check(24, |_| {}, &[]);
    check(24, |class| class.sources[5] = class.sources[2].clone(), &[(2, 5)]);
    check(24, |class| class.sources[5] = program(2, 120, "renamed_"), &[(2, 5)]);
    check(
        24,
        |class| class.sources[5] = format!("{}{}", program(77, 120, "x"), program(2, 120, "y")),
        &[(2, 5)],
    );
    check(24, |class| class.modules[9] = class.modules[4].clone(), &[(4, 9)]);
    check(24, |class| class.sources[5].clear(), &[]);
    check(24, |class| class.modules[5] = b"\0asm damaged".to_vec(), &[]);
}

#[test]
fn who_works_together_is_not_paired() {
    let copy = |class: &mut Class| class.sources[5] = class.sources[2].clone();
    let one_owner = |class: &mut Class| class.owners[5] = class.owners[2].clone();
    let one_team = |class: &mut Class| [2, 5].map(|n| class.teams[n] = Some("team".into()));
    check(24, |class| (copy(class), one_owner(class)).1, &[]);
    check(24, |class| _ = (copy(class), one_team(class)), &[]);
}

#[test]
fn a_small_class_is_told_what_is_equal_alone() {
    check(8, |class| class.sources[5] = class.sources[2].clone(), &[(2, 5)]);
    let part = |class: &mut Class| class.sources[5] = format!("{}{}", class.sources[2], program(99, 60, "z"));
    check(8, part, &[]);
    let mut class = Class::of(8);
    part(&mut class);
    let findings = class.findings(&Base::default());
    assert_eq!(findings.calibration[&Level::Sources].cut, None);
    assert_eq!((findings.pairs[0].one, findings.pairs[0].other), (2, 5), "it is ranked all the same");
}

#[test]
fn what_was_given_is_no_evidence() {
    let mut class = Class::of(24);
    let (template, given) = (program(500, 100, "given_"), module(500));
    for n in [3, 4] {
        class.sources[n] = template.clone();
        class.modules[n] = given.clone();
    }
    let base = Base { components: vec![&given], sources: [("t.rs".to_owned(), template.as_bytes())].into() };
    let findings = class.findings(&base);
    assert!(findings.pairs.iter().all(|pair| !pair.review));
    let lacking: Vec<_> =
        findings.insufficient.iter().map(|lack| (lack.work, lack.level, lack.reason)).collect();
    let expected = [3, 4]
        .into_iter()
        .flat_map(|n| [Level::Component, Level::Sources].map(|of| (n, of, Reason::TooLittle)));
    assert_eq!(lacking, expected.collect::<Vec<_>>());
    assert!(class.findings(&Base::default()).pairs[0].review, "without the base it would be");
}

#[test]
fn what_is_equal_is_told_by_its_kind() {
    let mut class = Class::of(24);
    class.sources[5] = program(2, 120, "other_");
    class.modules[5] = class.modules[2].clone();
    let pair = &class.findings(&Base::default()).pairs[0];
    assert_eq!(pair.exact, [Exact::Component, Exact::Module, Exact::Sources].into());
    let matching = pair.matching.as_ref().unwrap();
    assert_eq!((matching.of_one, matching.of_other, matching.regions.len()), (1.0, 1.0, 1));
    assert_eq!(pair.functions.unwrap().functions, 12);
}

#[test]
fn a_ring_is_one_cluster() {
    let mut class = Class::of(30);
    for n in [7, 11, 20] {
        class.sources[n] = format!("{}{}", program(7, 120, "v"), program(n as u64 + 200, 20, "w"));
    }
    let clusters = class.findings(&Base::default()).clusters;
    assert_eq!(clusters.len(), 1);
    assert_eq!(clusters[0].members, [7, 11, 20]);
    assert_eq!(clusters[0].cores, [[7, 11, 20]]);
    assert_eq!(clusters[0].earliest, Some(20), "the dates go down");
}

#[test]
fn the_page_shows_both_sides_and_runs_nothing() {
    let mut class = Class::of(24);
    class.sources[2] = program(2, 120, "v") + "// <script>alert(1)</script>\n";
    class.sources[5] = class.sources[2].replace("let v", "let \u{202e}v").replace("//", "fn x() {} //");
    class.owners[2] = "<img src=x onerror=alert(1)>".into();
    class.teams[5] = Some("\"><script>".into());
    let findings = class.findings(&Base::default());
    let page = page(&findings, &class.works());
    for expected in [
        "<html lang=\"en\">",
        "<main>",
        "href=\"#pair-1\"",
        "id=\"pair-1\"",
        "scope=\"col\"",
        "prefers-color-scheme: dark",
        "&lt;img src=x onerror=alert(1)&gt;",
        "src/lib.rs, lines ",
        "accuses nobody",
        "\\u{202e}",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    for forbidden in ["<script", "<img", "http://", "https://", "@import", "url(", "\u{202e}"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert_eq!(page.matches("<figure>").count() % 2, 0);
}

#[test]
fn nothing_is_a_class_too() {
    let findings = Findings::of(&[]);
    assert!(findings.pairs.is_empty() && findings.calibration.is_empty());
    assert!(page(&findings, &[]).contains("0 works"));
}
