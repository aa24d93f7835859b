//! A grade made by hand in which checks ended in every way.

use tito_grade::{
    CaseEvidence, CheckResult, ComponentId, DataUsed, Evidence, Grade, Hint, Mismatch, Number, Plot, Rubric,
    SeedUsed, Series, Status, Table,
};
use tito_report::{Audience, Document, Quarantine, Refusal, Tool, html::Fuel};

const RUBRIC: &str = r#"
number = 1
name = "Basic Inference"
capability = "I can make neural networks work!"
weight = 15
after-module = "04"
world = "inference"
criteria = [
    { name = "Mathematical correctness", share = 40, checks = [
        { name = "dense", weight = 2, asks = "?" },
        { name = "relu", weight = 1, asks = "?" },
        { name = "softmax", weight = 1, asks = "?" },
    ] },
    { name = "Architecture design", share = 30, checks = [
        { name = "stack", weight = 1, asks = "?" },
        { name = "independence", weight = 1, asks = "?" },
    ] },
    { name = "MNIST performance", share = 20, checks = [{ name = "accuracy", weight = 1, asks = "?" }] },
    { name = "Code quality", share = 10, checks = [{ name = "source", weight = 1, asks = "?" }] },
]
"#;

/// What the tool calls itself in every snapshot.
pub(crate) fn tool() -> Tool {
    Tool { version: "0.1.0".into(), wasmtime: "48.0.8".into() }
}

/// The component of every snapshot.
pub(crate) fn component() -> ComponentId {
    ComponentId { sha256: "3f2a9c81b04d77e6".repeat(4), bytes: 76_543 }
}

/// A grade with passed and failed checks, one that awaits review and one that was not run.
pub(crate) fn grade(seed: SeedUsed) -> Grade {
    let rubric = Rubric::parse(RUBRIC).expect("the rubric above is a rubric");
    let data = DataUsed {
        name: "tinydigits".into(),
        examples: 360,
        stands_in_for: Some("mnist".into()),
        imported_sha256: Some("ef".repeat(32)),
    };
    Grade::new(&rubric, component(), seed, data, &results())
}

/// The grade as `audience` sees it, with one observation.
pub(crate) fn document(seed: SeedUsed, audience: Audience) -> Document {
    Document::graded(tool(), grade(seed), "I can make neural networks work!", audience)
        .observed("run_ms", 812.5)
}

/// A component that the gate turned away.
pub(crate) fn refused() -> Document {
    let message = "function 7 has 50001 locals; at most 50000 are accepted. Split it.\u{1b}[2J".to_owned();
    Document::refused(tool(), Refusal { component: component(), rule: "function-locals".into(), message })
}

fn results() -> Vec<CheckResult> {
    vec![
        result("dense", Status::Failed, 1.0 / 3.0, "8 of 24 cases passed", dense_failures()),
        result("relu", Status::Passed, 1.0, "12 of 12 cases passed", vec![]),
        result("softmax", Status::Failed, 0.0, "0 of 16 cases passed", vec![softmax_failure()]),
        CheckResult { evidence: table(), ..result("stack", Status::Passed, 1.0, "", vec![]) },
        result("independence", Status::Passed, 1.0, "4 of 4 cases passed", vec![]),
        result("accuracy", Status::NotRun, 0.0, "MNIST is not at /data: run `tito data fetch mnist`", vec![]),
        CheckResult { evidence: source(), ..result("source", Status::AwaitingReview, 0.74, "", vec![]) },
    ]
}

fn result(name: &str, status: Status, score: f64, summary: &str, failures: Vec<CaseEvidence>) -> CheckResult {
    let failed = if failures.is_empty() { 0 } else { 16 };
    let evidence = Evidence { summary: summary.into(), cases: 24, failed, failures, ..Evidence::default() };
    CheckResult { name: name.into(), asks: "?".into(), weight: 1.0, status, score, evidence }
}

fn dense_failures() -> Vec<CaseEvidence> {
    let mismatch = Mismatch {
        index: vec![31, 77],
        expected: Number(0.123_456_7),
        got: Number(-98.765_43),
        times_bound: Number(1_234.5),
        wrong: 4_321,
        of: 5_678,
    };
    let advice = "The weight is (inputs, outputs) and is multiplied from the right: y = x W + b.".into();
    let hint = Hint { misconception: "weight-transposed".into(), advice };
    let asked = "dense 83 -> 91 with bias, input [67, 83]".to_owned();
    let came_back = "a tensor whose values differ";
    let nan = Mismatch { got: Number(f64::NAN), times_bound: Number(f64::INFINITY), ..mismatch.clone() };
    let first = CaseEvidence {
        asked: asked.clone(),
        came_back: came_back.into(),
        mismatch: Some(mismatch),
        hint: Some(hint.clone()),
    };
    vec![first.clone(), CaseEvidence { mismatch: Some(nan), hint: Some(hint), ..first }]
}

fn softmax_failure() -> CaseEvidence {
    let came_back = "fault internal: \u{1b}[31mfirst input was 0.7182818\nall is well\u{202e}".into();
    let advice = "Shift every row by its largest element before taking the exponential.".into();
    let hint = Some(Hint { misconception: String::new(), advice });
    CaseEvidence { asked: "softmax, input [5, 1009]".into(), came_back, mismatch: None, hint }
}

fn table() -> Evidence {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let table = Table {
        title: "The CNN".into(),
        columns: words(&["layer", "parameters"]),
        rows: vec![words(&["relu", "0"]), words(&["dense 64 -> 10\u{1b}[2J", "650"])],
    };
    let losses = [2.5, 1.25, f64::NAN, 0.5].map(Number).into();
    let series = vec![Series { name: "reported\u{1b}[2J".into(), values: losses }];
    let plot = Plot { title: "Loss".into(), along: "epoch".into(), series };
    let summary = "8 of 8 cases passed".into();
    Evidence { summary, cases: 8, tables: vec![table], plots: vec![plot], ..Evidence::default() }
}

fn source() -> Evidence {
    let measures = [("documentation", 0.5), ("duplication", 0.031_25)];
    Evidence {
        summary: "9 of 18 public items are documented".into(),
        measures: measures.map(|(name, value)| (name.to_owned(), Number(value))).into(),
        ..Evidence::default()
    }
}

/// A component that killed two processes.
pub(crate) fn quarantined() -> Document {
    let deaths = vec!["the system killed it: SIGSYS".into(), "it ended with \u{1b}[31mstatus 3".into()];
    Document::quarantined(tool(), Quarantine { component: component(), deaths })
}

/// Where a component's fuel goes, drawn and in a table.
pub(crate) fn fuel() -> Fuel {
    let drawn = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 82" width="1200" height="82" role="img">
        <title>a small CNN answers</title><rect width="100%" height="100%" fill="#fff"/>
        <rect x="0" y="46" width="900" height="17" fill="#f4a582"/><text x="4" y="58">conv2d</text></svg>"##;
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let functions = Table {
        title: "Functions: the first 2 of 2".into(),
        columns: row(["function", "kind", "of its own", "with calls"]),
        rows: vec![
            row(["conv2d::forward", "arithmetic", "75.0 %", "100.0 %"]),
            row(["<script>alert(1)</script>\u{202e}", "copying", "25.0 %", "25.0 %"]),
        ],
    };
    Fuel { workload: "a small CNN answers".into(), flame_graph: drawn.into(), tables: vec![functions] }
}
