//! Whether the speed of a component is one figure: grades it again and again, first alone and then beside processes that
//! use every core, and prints what came of it.
//!
//! ```text
//! cargo run --release -p tito-milestones --example speed -- reference 30
//! cargo run --release -p tito-milestones --example speed -- tests/guests/prebuilt/ok_tiles.wasm 30
//! ```

use std::{
    collections::BTreeMap,
    env,
    process::{Child, Command},
    time::Instant,
};

use tito_artifact::{Artifact, Gated, Limits};
use tito_data::{Dataset, Store, TINYDIGITS};
use tito_grade::{CheckResult, Number};
use tito_judge::Seed;
use tito_milestones::{Context, Milestone, REFERENCE, Speed, TEXTBOOK, Yardsticks, grade, milestone};
use tito_sandbox::{Metering, Outcome};
use tito_worker::{Cache, Program, WORKER, WebAssembly, Workers, child};

/// The argument that makes this program load a core until it is ended.
const LOAD: &str = "load-a-core";

/// What every grading begins with.
struct Bench {
    milestone: Milestone,
    artifact: Artifact,
    workers: Workers,
    data: Dataset,
}

impl Bench {
    fn new(bytes: Vec<u8>, folder: &tempfile::TempDir) -> Self {
        let limits = Limits::default();
        let mut milestone = milestone(4).expect("it is graded");
        milestone.rubric.criteria.retain(|criterion| criterion.name == "Performance optimization");
        let Gated::Admitted(artifact) = Artifact::gate(bytes, &limits) else { panic!("refused") };
        let cache = Cache::open(&folder.path().join("cache")).expect("a cache");
        let workers = Workers::new(Program::own().arg(WORKER), &limits, Some(cache));
        let data = Store::at("nowhere").load(&TINYDIGITS, milestone.split).expect("it is embedded");
        Self { milestone, artifact, workers, data }
    }

    /// Every check that measures speed, of one grading.
    fn checks(&self) -> Vec<CheckResult> {
        let compile = |artifact: &Artifact, metering| self.workers.compile(artifact, metering);
        let launch = compile(&self.artifact, Metering::Metered).expect("the host is well");
        let [timed, traced] = [Metering::Timed, Metering::Traced]
            .map(|metering| compile(&self.artifact, metering).expect("the host is well"));
        assert!(matches!(launch, Outcome::Answer(_)), "{launch}");
        let yardsticks = Yardsticks::compiled(compile).expect("the host is well");
        let seed = Seed::public();
        let speed = Speed { yardsticks: &yardsticks, timed: &timed, traced: &traced };
        let context = Context::new(&launch, &seed, &self.data, None).beside(speed);
        let mut results = Vec::new();
        let graded =
            grade(&self.milestone, &self.artifact, &context, &mut |check, _| results.push(check.clone()));
        graded.expect("the host is well");
        results
    }

    /// Grades so many times, and prints the first one's tables and what differs.
    fn run(&self, name: &str, times: usize) {
        let start = Instant::now();
        let mut seen: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        let mut ratios: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for at in 0..times {
            for check in self.checks() {
                if at == 0 {
                    print(&check);
                }
                let figure = |name: &str| check.evidence.measures.get(name).map_or(f64::NAN, |Number(x)| *x);
                let waits = figure("waits_for_each_fuel");
                let key =
                    format!("score {:.6}, fuel {}, waits {waits:.6} of it", check.score, figure("fuel"));
                *seen.entry(check.name.clone()).or_default().entry(key).or_default() += 1;
                let first = check.evidence.observed.first();
                let ratio = first.and_then(|table| table.rows[0][1].parse::<f64>().ok());
                ratios.entry(check.name.clone()).or_default().extend(ratio);
            }
        }
        println!("\n{name}: {times} gradings in {:.0} s", start.elapsed().as_secs_f64());
        for (check, figures) in seen {
            for (figure, count) in figures {
                println!("  {check}: {count} times {figure}");
            }
            let ratios = &ratios[&check];
            let [low, high] =
                [f64::min, f64::max].map(|of| ratios.iter().copied().reduce(of).unwrap_or(f64::NAN));
            println!("  {check}: time for what is counted, beside the good yardstick, from {low} to {high}");
        }
    }
}

fn print(check: &CheckResult) {
    println!("\n{}: {:.4}; {}", check.name, check.score, check.evidence.summary);
    for failure in &check.evidence.failures {
        println!("  {}: {}", failure.asked, failure.came_back);
    }
    for table in check.evidence.tables.iter().chain(&check.evidence.observed) {
        println!("  {}\n    {}", table.title, table.columns.join(" | "));
        table.rows.iter().for_each(|row| println!("    {}", row.join(" | ")));
    }
}

/// Processes that use every core, and more memory than its caches have.
fn load() -> Vec<Child> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let own = env::current_exe().expect("this program has a path");
    (0..cores).map(|_| Command::new(&own).arg(LOAD).spawn().expect("it can be started again")).collect()
}

fn load_a_core() -> ! {
    let mut numbers = vec![1u64; 1 << 22];
    loop {
        let mut at = 1;
        for _ in 0..numbers.len() {
            at = (at * 6_364_136_223_846_793_005 + 1) % numbers.len();
            numbers[at] = numbers[at].wrapping_mul(3);
        }
        std::hint::black_box(&numbers);
    }
}

fn main() {
    match env::args().nth(1).as_deref() {
        Some(argument) if argument == WORKER => child::main(env::args_os().skip(2), &WebAssembly),
        Some(LOAD) => load_a_core(),
        Some("reference") => bench(REFERENCE.to_vec()),
        Some("textbook") => bench(TEXTBOOK.to_vec()),
        Some(path) => bench(std::fs::read(path).expect("a component")),
        None => println!("wanted: reference, textbook or a component, and how many times"),
    }
}

fn bench(bytes: Vec<u8>) {
    let times = env::args().nth(2).map_or(3, |times| times.parse().expect("a number of times"));
    let folder = tempfile::tempdir().expect("a folder for the cache");
    let bench = Bench::new(bytes, &folder);
    bench.run("alone", times);
    if env::args().nth(3).is_none() {
        let mut load = load();
        bench.run("beside a process on every core", times);
        for child in &mut load {
            child.kill().and_then(|()| child.wait()).expect("what this program started can be ended");
        }
    }
}
