//! A course made by hand: what happened in it, and reports of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tito_grade::{
    CheckResult, DataUsed, Evidence, Grade, Number, Plot, Rubric, SeedUsed, Series, Status, Table,
};
use tito_gradebook::{
    Attempt, Attempts, Case, Conditions, Given, Graded, Late, Marks, MilestoneRules, Outcome, Record, Rules,
    Student, TimeFrom,
};
use tito_report::{
    Audience, Detail,
    student::{Sources, StudentReport},
};

use crate::sample;

/// A name that would be markup, a formula, a table's border and a terminal's command if it could.
pub(crate) const HOSTILE: &str = "=<script>alert(1)</script> |`x`| \u{1b}[31m\u{202e}\n# Ada";

/// When every report is made.
pub(crate) const NOW: &str = "2024-12-01T12:00:00Z";

/// A report of a student called `name`, who did something in every milestone.
pub(crate) fn report(name: &str, seed: &SeedUsed, audience: Audience, detail: Detail) -> StudentReport {
    of_record(&record(name, seed), seed, audience, detail)
}

/// A report of somebody whose first attempt a person voided.
pub(crate) fn voided(reason: &str) -> StudentReport {
    let mut record = record("Ada", &SeedUsed::Public);
    let case = record.milestones.get_mut(&1).expect("there is something in it");
    let given = Given { value: (), reason: reason.into(), by: "grace_ta".into(), at: at(NOW) };
    case.attempts[0].voided = Some(given);
    of_record(&record, &SeedUsed::Public, Audience::Student, Detail::Evidence)
}

fn of_record(record: &Record, seed: &SeedUsed, audience: Audience, detail: Detail) -> StudentReport {
    StudentReport::new(Sources {
        tool: sample::tool(),
        rules: &rules(),
        record,
        grade: &tito_gradebook::course(&rules(), record, at(NOW)),
        grades: &grades(seed),
        audience,
        detail,
        generated_at: at(NOW),
    })
}

/// What the course has decided.
pub(crate) fn rules() -> Rules {
    let milestone = |(number, (name, weight, due)): (u32, (&str, f64, &str))| MilestoneRules {
        number,
        name: name.into(),
        weight,
        due: Some(at(due)),
        benchmark: None,
        data: None,
    };
    let milestones = [
        ("Basic Inference", 15.0, "2024-09-20T23:59:00Z"),
        ("Computer Vision", 20.0, "2024-10-04T23:59:00Z"),
        ("Full Training", 25.0, "2024-10-25T23:59:00Z"),
        ("Advanced Vision", 20.0, "2024-11-15T23:59:00Z"),
        ("Language Generation", 20.0, "2024-12-06T23:59:00Z"),
    ];
    Rules {
        course: "CS329S Fall 2024".into(),
        class: "cs329s_2024".into(),
        milestones: (1..).zip(milestones).map(milestone).collect(),
        late: Late::default(),
        attempts: Attempts::default(),
    }
}

/// A student with refused, graded, quarantined and waiting attempts, and an extension.
fn record(name: &str, seed: &SeedUsed) -> Record {
    let [one, three, four] = [1, 3, 4].map(|number| marks(number, seed));
    let refused = Outcome::Refused {
        rule: "import".into(),
        message: "it imports `env.<b>abort</b>`, which nobody provides. Build it for wasm32-unknown-unknown."
            .into(),
    };
    let quarantined = Outcome::Quarantined { deaths: vec!["its words were 0.7182818\u{1b}[2J".into()] };
    let low = Outcome::Graded(low(&one));
    let review = (
        "source",
        Given {
            value: 0.8,
            reason: "Well structured.\nTwo functions do one thing.".into(),
            by: "grace_ta".into(),
            at: at("2024-09-22T08:00:00Z"),
        },
    );
    let milestones = [
        (
            1,
            vec![
                attempt(1, "2024-09-12T10:00:00Z", Some(refused), seed),
                attempt(2, "2024-09-15T20:30:00Z", Some(low), seed),
                scored(attempt(3, "2024-09-21T16:10:00Z", Some(Outcome::Graded(one)), seed), review),
            ],
        ),
        (3, vec![attempt(5, "2024-10-20T11:00:00Z", Some(Outcome::Graded(three)), seed)]),
        (
            4,
            vec![
                attempt(6, "2024-11-14T09:00:00Z", Some(Outcome::Graded(four)), seed),
                attempt(7, "2024-11-15T09:00:00Z", None, seed),
            ],
        ),
        (5, vec![attempt(8, "2024-11-28T09:00:00Z", Some(quarantined), seed)]),
    ];
    let case = |attempts| Case { attempts, ..Case::default() };
    let mut milestones: BTreeMap<u32, Case> =
        milestones.map(|(number, attempts)| (number, case(attempts))).into();
    let extension =
        Given { value: 2.0, reason: "ill".into(), by: "grace_ta".into(), at: at("2024-10-01T08:00:00Z") };
    let two = milestones.entry(2).or_default();
    two.excused = Some(Given {
        value: (),
        reason: "ill for two weeks".into(),
        by: extension.by.clone(),
        at: extension.at,
    });
    two.extension = Some(extension);
    // What nobody could grade was shown to somebody.
    milestones.entry(5).or_default().overridden = Some(Given {
        value: 75.0,
        reason: "shown in person".into(),
        by: "grace_ta".into(),
        at: at("2024-11-29T08:00:00Z"),
    });
    let student = Student {
        id: "ada_l".into(),
        name: name.into(),
        email: Some("ada@example.org".into()),
        section: Some("B".into()),
        ..Student::default()
    };
    Record { student, milestones, ..Record::default() }
}

/// The marks of an earlier attempt.
fn low(marks: &Marks) -> Marks {
    let mut marks = marks.clone();
    marks
        .criteria
        .iter_mut()
        .flat_map(|criterion| &mut criterion.checks)
        .for_each(|check| check.score /= 2.0);
    marks
}

fn attempt(number: u8, submitted: &str, outcome: Option<Outcome>, seed: &SeedUsed) -> Attempt {
    let conditions = Conditions {
        grader: "0.1.0".into(),
        engine: "48.0.8".into(),
        seed: seed.clone(),
        data: data(),
        vision: None,
        limits: String::new(),
        rubric: String::new(),
    };
    Attempt {
        submission: submission(number),
        component: Some(sample::component()),
        arrival: 0,
        submitted: at(submitted),
        time_from: TimeFrom::Told,
        retimed: None,
        voided: None,
        gradings: outcome
            .map(|outcome| Graded { at: at(submitted), conditions, outcome, observed: None })
            .into_iter()
            .collect(),
        scored: BTreeMap::new(),
    }
}

fn scored(mut attempt: Attempt, (check, given): (&str, Given<f64>)) -> Attempt {
    attempt.scored.insert(check.into(), given);
    attempt
}

fn submission(number: u8) -> String {
    format!("{number:02x}").repeat(32)
}

fn marks(milestone: u32, seed: &SeedUsed) -> Marks {
    Marks::of(&grade(milestone, seed), "cd".repeat(32))
}

/// Whole grades by their submissions; that of milestone 3 has been lost, all but its marks.
fn grades(seed: &SeedUsed) -> BTreeMap<String, Grade> {
    [(3, 1), (5, 3), (6, 4)].map(|(number, milestone)| (submission(number), grade(milestone, seed))).into()
}

fn grade(milestone: u32, seed: &SeedUsed) -> Grade {
    match milestone {
        1 => sample::grade(seed.clone()),
        3 => of(TRAINING, seed, &[curves()]),
        _ => of(VISION, seed, &[accuracy(), speed(), analysis()]),
    }
}

const TRAINING: &str = r#"
number = 3
name = "Full Training"
capability = "I can train production-quality models!"
weight = 25
after-module = "11"
world = "learning"
criteria = [{ name = "Training dynamics", share = 100, checks = [
    { name = "cifar10", weight = 1, asks = "Does fit learn CIFAR-10 as the native trainer does?" },
] }]
"#;

const VISION: &str = r#"
number = 4
name = "Advanced Vision"
capability = "I can build production computer vision systems!"
weight = 20
after-module = "13"
world = "learning"
criteria = [
    { name = "CIFAR-10 mastery", share = 50, checks = [{ name = "test-images", weight = 1, asks = "How many of the test images are right?" }] },
    { name = "Performance optimization", share = 30, checks = [{ name = "speed", weight = 1, asks = "How fast are conv2d and dense?" }] },
    { name = "Systems engineering", share = 20, checks = [{ name = "analysis", weight = 1, asks = "What limits the network?" }] },
]
"#;

fn of(rubric: &str, seed: &SeedUsed, results: &[CheckResult]) -> Grade {
    let rubric = Rubric::parse(rubric).expect("the rubrics above are rubrics");
    Grade::new(&rubric, sample::component(), seed.clone(), data(), results)
}

/// What accuracy was measured on.
pub(crate) fn data() -> DataUsed {
    DataUsed { name: "cifar10".into(), examples: 10_000, stands_in_for: None, imported_sha256: None }
}

fn result(name: &str, asks: &str, (status, score): (Status, f64), evidence: Evidence) -> CheckResult {
    CheckResult { name: name.into(), asks: asks.into(), weight: 1.0, status, score, evidence }
}

fn curves() -> CheckResult {
    let falling = |from: f64, by: f64| {
        (0..20).map(|epoch| Number(from * (-by * f64::from(epoch)).exp() + 0.4)).collect()
    };
    let rising =
        |to: f64| (0..20).map(|epoch| Number(to * (1.0 - (-0.25 * f64::from(epoch + 1)).exp()))).collect();
    let plot = |title: &str, [own, native]: [Vec<Number>; 2]| Plot {
        title: title.into(),
        along: "epoch".into(),
        series: vec![
            Series { name: "reported".into(), values: own },
            Series { name: "native".into(), values: native },
        ],
    };
    let evidence = Evidence {
        summary: "61.20 % of 10000 images right, 0.97 of the native trainer's".into(),
        measures: [("accuracy", 0.612), ("native_accuracy", 0.631)]
            .map(|(name, value)| (name.to_owned(), Number(value)))
            .into(),
        plots: vec![
            plot("Training loss", [falling(1.9, 0.18), falling(1.9, 0.22)]),
            plot("Validation accuracy", [rising(0.61), rising(0.63)]),
        ],
        ..Evidence::default()
    };
    result("cifar10", "Does fit learn CIFAR-10 as the native trainer does?", (Status::Passed, 1.0), evidence)
}

fn accuracy() -> CheckResult {
    let names = ["class", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "none"];
    let row = |class: usize| {
        let counts = (0..11).map(|taken| if taken == class { 790 + class } else { (class * taken + 7) % 23 });
        [class.to_string()].into_iter().chain(counts.map(|count| count.to_string())).collect()
    };
    let table = Table {
        title: "Images of a class, and what they were taken for".into(),
        columns: names.map(str::to_owned).into(),
        rows: (0..10).map(row).collect(),
    };
    let summary = "78.40 % of 10000 images right by your own, restored from model.ckpt".into();
    let evidence = Evidence { summary, tables: vec![table], ..Evidence::default() };
    result("test-images", "How many of the test images are right?", (Status::Failed, 0.84), evidence)
}

fn speed() -> CheckResult {
    let table = |work: &str, rows: [&str; 5]| Table {
        title: format!("{work}: times of this machine, shown and not graded"),
        columns: vec![String::new(), String::new()],
        rows: [
            "operations for each byte",
            "the submission",
            "the good yardstick",
            "the native kernel",
            "the machine's peak, one thread",
        ]
        .into_iter()
        .zip(rows)
        .map(|(name, value)| vec![name.to_owned(), value.to_owned()])
        .collect(),
    };
    let conv =
        ["18.4", "9.31 ms, 2.10 GFLOP/s", "6.02 ms, 3.25 GFLOP/s", "0.61 ms, 32.10 GFLOP/s", "88.2 GFLOP/s"];
    let dense =
        ["5.2", "2.75 ms, 1.20 GFLOP/s", "1.10 ms, 3.00 GFLOP/s", "0.15 ms, 21.70 GFLOP/s", "88.2 GFLOP/s"];
    let evidence = Evidence {
        summary: "0.71 of the way from plain loops to good ones".into(),
        measures: [("speed".to_owned(), Number(0.71))].into(),
        observed: vec![table("conv2d 16 -> 32, kernel 3", conv), table("dense 512 -> 128", dense)],
        ..Evidence::default()
    };
    result("speed", "How fast are conv2d and dense?", (Status::Failed, 0.71), evidence)
}

fn analysis() -> CheckResult {
    let evidence = Evidence {
        summary: "412 words, 3 figures".into(),
        measures: [("words".to_owned(), Number(412.0))].into(),
        ..Evidence::default()
    };
    result("analysis", "What limits the network?", (Status::AwaitingReview, 0.6), evidence)
}

/// A moment of the term.
pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().expect("the times above are times")
}
