//! A whole grade of milestone 1 on TinyDigits, in this process and through worker processes: cold (gate, compile,
//! checks) and warm (what was compiled is loaded).
//!
//! ```text
//! cargo bench -p tito-milestones
//! ```
//!
//! The machine is shared, so that a time alone says little: first of all the median of the ratios of warm grades is
//! printed that were made one right after the other.

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

/// How many pairs of grades the ratio is the median of.
const PAIRS: usize = 40;

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
        let context = Context { launch, seed: &Seed::public(), data: &self.data, source: None };
        let milestone = milestone(1).expect("graded");
        grade(&milestone, artifact, &context, &mut |_, _| {}).expect("the host is well")
    }

    fn sandbox(&self) -> Sandbox {
        Sandbox::new(Metering::Metered, Watch::Inside, &self.limits.run).expect("the host is well")
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

fn seconds(grade: impl FnOnce() -> Grade) -> f64 {
    let start = Instant::now();
    assert!(grade().all_passed());
    start.elapsed().as_secs_f64()
}

/// The median over pairs of how much longer a warm grade takes through workers; which comes first alternates.
fn ratio(c: &mut Criterion) {
    let (bench, _) = (Bench::new(), c);
    for name in NAMES {
        let (bytes, cache) = (component(name), bench.cache());
        let code = bench.code(&bytes);
        assert_eq!(
            bench.there(&bytes, Some(cache.clone())),
            bench.here(&bytes, Some(&code)),
            "the same grade"
        );
        let here = || seconds(|| bench.here(&bytes, Some(&code)));
        let there = || seconds(|| bench.there(&bytes, Some(cache.clone())));
        let mut ratios: Vec<f64> = (0..PAIRS)
            .map(|pair| {
                if pair % 2 == 0 {
                    let (there, here) = (there(), here());
                    there / here
                } else {
                    let (here, there) = (here(), there());
                    there / here
                }
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        println!(
            "{name}: through workers {:.3} times as long (median of {PAIRS} pairs)\n",
            ratios[PAIRS / 2]
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
            b.iter(|| bench.here(&bytes, None))
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
