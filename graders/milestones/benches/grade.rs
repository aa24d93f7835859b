//! A whole grade of milestone 1 on TinyDigits, in this process and through worker processes: cold (gate, compile,
//! checks) and warm (what was compiled is loaded).
//!
//! ```text
//! cargo bench -p tito-milestones
//! ```
//!
//! The machine is shared, so that a time alone says little: first of all the medians of the ratios are printed of warm
//! grades that were made one right after the other, on the wall and in processor time.

use std::{env, path::Path, time::Instant};

use criterion::{Criterion, criterion_group};
use tempfile::TempDir;
use tito_artifact::{Artifact, Gated, Limits};
use tito_data::{Dataset, Split, Store, TINYDIGITS};
use tito_grade::Grade;
use tito_judge::Seed;
use tito_milestones::{Context, grade, milestone};
use tito_sandbox::{Launch, Metering, Outcome, Sandbox, Watch};
use tito_worker::{Cache, Program, WORKER, WebAssembly, Workers, child};

/// How many pairs the ratio is the median of, and how many grades each side of a pair makes.
const PAIRS: usize = 12;
const GRADES: usize = 8;

const NAMES: [&str; 2] = ["reference", "textbook"];

/// What every grade begins with.
struct Bench {
    limits: Limits,
    data: Dataset,
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let data = Store::at("nowhere").load(&TINYDIGITS, Split::Test).expect("it is embedded");
        let folder = tempfile::tempdir().expect("a folder for the cache");
        Self { limits: Limits::default(), data, folder }
    }

    fn gated(&self, bytes: &[u8]) -> Artifact {
        let Gated::Admitted(artifact) = Artifact::gate(bytes.to_vec(), &self.limits) else {
            panic!("refused")
        };
        artifact
    }

    fn graded(&self, artifact: &Artifact, launch: &dyn Launch) -> Grade {
        let seed = Seed::public();
        let context = Context::new(launch, &seed, &self.data, None);
        let milestone = milestone(1).expect("graded");
        grade(&milestone, artifact, &context, &mut |_, _| {}).expect("the host is well")
    }

    /// The engine of a worker, so that what is compared is the process and not the compiler's luck with epoch checks.
    fn sandbox(&self) -> Sandbox {
        Sandbox::new(Metering::Metered, Watch::Outside, &self.limits.run).expect("the host is well")
    }

    /// In this process; `code` is what was compiled before.
    fn here(&self, bytes: &[u8], code: Option<&[u8]>) -> Grade {
        let artifact = self.gated(bytes);
        let sandbox = self.sandbox();
        let compiled = match code {
            // SAFETY: a sandbox like this one compiled it.
            Some(code) => unsafe { sandbox.load(code) },
            None => sandbox.compile(&artifact),
        };
        self.graded(&artifact, &compiled.expect("the host is well"))
    }

    /// In worker processes.
    fn there(&self, bytes: &[u8], cache: Option<Cache>) -> Grade {
        let artifact = self.gated(bytes);
        let workers = Workers::new(Program::own().arg(WORKER), &self.limits, cache);
        let remote = workers.compile(&artifact, Metering::Metered).expect("the host is well");
        self.graded(&artifact, &remote)
    }

    fn code(&self, bytes: &[u8]) -> Vec<u8> {
        match self.sandbox().precompile(&self.gated(bytes)).expect("the host is well") {
            Outcome::Answer(code) => code,
            other => panic!("{other}"),
        }
    }

    fn cache(&self) -> Cache {
        Cache::open(&self.folder.path().join("cache")).expect("a cache")
    }
}

fn component(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../examples/prebuilt/{name}.wasm"));
    std::fs::read(path).expect("it is prebuilt")
}

/// Seconds on the wall, and of processor time of this process and its children.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    processor: f64,
}

/// Fields 14 to 17 of the process's statistics: user and system time, its own and that of children that ended.
fn processor_seconds() -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux tells");
    let fields = stat.rsplit(')').next().expect("a name comes first").split_whitespace();
    fields.skip(11).take(4).map(|ticks| ticks.parse::<f64>().expect("a number")).sum::<f64>() / TICKS_A_SECOND
}

/// The cost of some grades, since processor time is counted in hundredths of a second.
fn cost(grade: impl Fn() -> Grade) -> Cost {
    let (start, before) = (Instant::now(), processor_seconds());
    for _ in 0..GRADES {
        assert!(grade().all_passed());
    }
    Cost { wall: start.elapsed().as_secs_f64(), processor: processor_seconds() - before }
}

/// The medians over pairs of how much more warm grades cost through workers; which come first alternates.
fn ratio(_: &mut Criterion) {
    let bench = Bench::new();
    for name in NAMES {
        let (bytes, cache) = (component(name), bench.cache());
        let code = bench.code(&bytes);
        assert_eq!(
            bench.there(&bytes, Some(cache.clone())),
            bench.here(&bytes, Some(&code)),
            "the same grade"
        );
        let here = || cost(|| bench.here(&bytes, Some(&code)));
        let there = || cost(|| bench.there(&bytes, Some(cache.clone())));
        let pairs: Vec<[Cost; 2]> = (0..PAIRS)
            .map(|pair| {
                if pair % 2 == 0 {
                    let there = there();
                    [there, here()]
                } else {
                    let here = here();
                    [there(), here]
                }
            })
            .collect();
        let median = |figure: fn(&Cost) -> f64| {
            let mut ratios: Vec<f64> =
                pairs.iter().map(|[there, here]| figure(there) / figure(here)).collect();
            ratios.sort_by(f64::total_cmp);
            ratios[PAIRS / 2]
        };
        let (wall, processor) = (median(|cost| cost.wall), median(|cost| cost.processor));
        println!(
            "{name}: through workers {wall:.3} times the time and {processor:.3} times the processor time \
            (medians of {PAIRS} pairs of {GRADES} warm grades)\n"
        );
    }
}

fn whole(c: &mut Criterion) {
    let bench = Bench::new();
    let mut group = c.benchmark_group("grade: milestone 1");
    group.sample_size(10);
    for name in NAMES {
        let (bytes, cache) = (component(name), bench.cache());
        let code = bench.code(&bytes);
        group.bench_function(format!("{name}, in this process, cold"), |b| {
            b.iter(|| bench.here(&bytes, None));
        });
        group.bench_function(format!("{name}, in this process, warm"), |b| {
            b.iter(|| bench.here(&bytes, Some(&code)));
        });
        group.bench_function(format!("{name}, in workers, cold"), |b| b.iter(|| bench.there(&bytes, None)));
        group.bench_function(format!("{name}, in workers, warm"), |b| {
            b.iter(|| bench.there(&bytes, Some(cache.clone())));
        });
    }
    group.finish();
}

criterion_group!(benches, ratio, whole);

fn main() {
    if env::args_os().nth(1).is_some_and(|argument| argument == WORKER) {
        child::main(env::args_os().skip(2), &WebAssembly)
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
