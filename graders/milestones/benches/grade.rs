//! A whole grade of milestone 1 on TinyDigits: cold (gate, engine, compile, checks) and warm (from the cache).
//!
//! ```text
//! cargo bench -p tito-milestones
//! ```

use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use tito_artifact::{Artifact, Gated, Limits};
use tito_data::{Dataset, Split, Store, TINYDIGITS};
use tito_grade::Grade;
use tito_judge::Seed;
use tito_milestones::{Context, grade, milestone};
use tito_sandbox::{Cache, Metering, Outcome, Sandbox, Watch};

fn graded(bytes: &[u8], cache: Option<Cache>, data: &Dataset) -> Grade {
    let limits = Limits::default();
    let Gated::Admitted(artifact) = Artifact::gate(bytes.to_vec(), &limits) else { panic!("refused") };
    let sandbox =
        Sandbox::new(Metering::Metered, Watch::Inside, &limits.run, cache).expect("the host is well");
    let Outcome::Answer(compiled) = sandbox.compile(&artifact).expect("the host is well") else {
        panic!("it compiles")
    };
    let context = Context { launch: &compiled, seed: &Seed::public(), data, source: None };
    grade(&milestone(1).expect("graded"), &artifact, &context, &mut |_, _| {}).expect("the host is well")
}

fn whole(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for the cache");
    let cache = Cache::open(&folder.path().join("cache")).expect("a cache");
    let data = Store::at("nowhere").load(&TINYDIGITS, Split::Test).expect("it is embedded");
    let mut group = c.benchmark_group("grade: milestone 1");
    group.sample_size(10);
    for name in ["reference", "textbook"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../examples/prebuilt/{name}.wasm"));
        let bytes = std::fs::read(path).expect("it is prebuilt");
        assert!(graded(&bytes, None, &data).all_passed());
        group.bench_function(format!("{name}, cold"), |b| b.iter(|| graded(&bytes, None, &data)));
        group.bench_function(format!("{name}, warm"), |b| {
            b.iter(|| graded(&bytes, Some(cache.clone()), &data));
        });
    }
    group.finish();
}

criterion_group!(benches, whole);
criterion_main!(benches);
