//! What the sandbox costs: a call against wasmtime's own typed call, lists in and out, instantiation, and
//! compilation, and loading what was compiled.
//!
//! ```text
//! cargo bench -p tito-sandbox
//! ```
//!
//! The machine is shared, so that a time alone says little: `call` also prints the median of the ratios of calls
//! that were made one right after the other.

use std::{hint::black_box, path::Path, time::Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tito_artifact::{Artifact, Gated, Limits};
use tito_sandbox::{
    Compiled, DenseSpec, Guest as _, Launch as _, Layer, LocalGuest, Metering, Mode, ModelId, Outcome,
    Sandbox, Watch,
};
use tito_tensor::Tensor;
use wasmtime::{
    Config, Engine, Store,
    component::{Component, ComponentType, Lift, Linker, Lower, ResourceAny, TypedFunc},
};

/// The layer of the promise: a dense layer on 64 rows of an MNIST image each.
const DENSE: DenseSpec = DenseSpec { inputs: 784, outputs: 128, bias: true };

/// How many pairs of calls the ratio is the median of.
const PAIRS: usize = 400;

fn reference() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/prebuilt/reference.wasm");
    std::fs::read(path).expect("the reference is prebuilt")
}

fn artifact() -> Artifact {
    match Artifact::gate(reference(), &Limits::default()) {
        Gated::Admitted(artifact) => artifact,
        Gated::Refused(refusal) => panic!("{refusal}"),
    }
}

fn answer<T>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Answer(answer) => answer,
        other => panic!("{other}"),
    }
}

fn compiled(metering: Metering, watch: Watch) -> Compiled {
    let sandbox = Sandbox::new(metering, watch, &Limits::default().run).expect("the host is well");
    answer(sandbox.compile(&artifact()).expect("the host is well"))
}

fn input() -> Tensor {
    Tensor::from_fn([64, DENSE.inputs], |i| (i % 17) as f32 * 0.1)
}

/// A guest of ours with the layer built.
struct Ours(LocalGuest, ModelId);

impl Ours {
    fn new(metering: Metering, watch: Watch, layer: Layer) -> Self {
        let mut guest = answer(compiled(metering, watch).local().expect("the host is well"));
        let model = answer(guest.build(&[layer], 1).expect("the host is well"));
        Self(guest, model)
    }

    fn forward(&mut self, input: &Tensor) -> Tensor {
        answer(self.0.forward(self.1, input, Mode::Inference).expect("the host is well"))
    }
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct BareInput<'a> {
    shape: &'a [u32],
    data: &'a [f32],
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct BareOutput {
    shape: Vec<u32>,
    data: Vec<f32>,
}

#[derive(ComponentType, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
enum BareMode {
    #[component(name = "training")]
    #[expect(dead_code, reason = "the contract's enum has two cases")]
    Training,
    #[component(name = "inference")]
    Inference,
}

#[derive(ComponentType, Lift, Debug)]
#[component(variant)]
#[expect(dead_code, reason = "a fault's words are shown by Debug alone")]
enum BareFault {
    #[component(name = "unsupported")]
    Unsupported(String),
    #[component(name = "shape-mismatch")]
    ShapeMismatch(String),
    #[component(name = "invalid-argument")]
    InvalidArgument(String),
    #[component(name = "internal")]
    Internal(String),
}

type BareForward = TypedFunc<(ResourceAny, BareInput<'static>, BareMode), (Result<BareOutput, BareFault>,)>;

/// The same model through wasmtime alone: no fuel, no epochs, no limits, no checks.
struct Bare {
    store: Store<()>,
    forward: BareForward,
    model: ResourceAny,
}

impl Bare {
    fn new() -> wasmtime::Result<Self> {
        use wasmtime::component::Val;

        let mut config = Config::new();
        config.wasm_component_model(true);
        let engine = Engine::new(&config)?;
        let component = Component::from_binary(&engine, &reference())?;
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate(&mut store, &component)?;
        let models = instance.get_export_index(&mut store, None, tito_artifact::MODELS).expect("exported");
        let mut find = |name: &str| {
            let index = instance.get_export_index(&mut store, Some(&models), name).expect("exported");
            instance.get_func(&mut store, index).expect("a function")
        };
        let (build, forward) = (find("[static]model.build"), find("[method]model.forward"));
        let number = |value| Val::U32(value);
        let spec = Val::Record(vec![
            ("inputs".into(), number(DENSE.inputs)),
            ("outputs".into(), number(DENSE.outputs)),
            ("bias".into(), Val::Bool(DENSE.bias)),
        ]);
        let layers = Val::List(vec![Val::Variant("dense".into(), Some(Box::new(spec)))]);
        let mut results = [Val::Bool(false)];
        build.call(&mut store, &[layers, Val::U64(1)], &mut results)?;
        let [Val::Result(Ok(Some(model)))] = results else { panic!("the reference builds a dense layer") };
        let Val::Resource(model) = *model else { panic!("a model is a resource") };
        let forward = forward.typed(&store)?;
        Ok(Self { store, forward, model })
    }

    fn forward(&mut self, input: &'static Tensor) -> BareOutput {
        let input = BareInput { shape: input.shape().extents(), data: input.data() };
        let call = self.forward.call(&mut self.store, (self.model, input, BareMode::Inference));
        call.expect("the host is well").0.expect("an answer")
    }
}

/// The median over pairs of how much longer `ours` takes than `bare`; which comes first alternates.
fn paired_ratio(mut ours: impl FnMut(), mut bare: impl FnMut()) -> f64 {
    fn seconds(f: &mut dyn FnMut()) -> f64 {
        let start = Instant::now();
        f();
        start.elapsed().as_secs_f64()
    }
    let mut ratios: Vec<f64> = (0..PAIRS)
        .map(|pair| {
            if pair % 2 == 0 {
                let (ours, bare) = (seconds(&mut ours), seconds(&mut bare));
                ours / bare
            } else {
                let (bare, ours) = (seconds(&mut bare), seconds(&mut ours));
                ours / bare
            }
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios[PAIRS / 2]
}

const KINDS: [(&str, Metering, Watch); 3] = [
    ("timed, watched from outside", Metering::Timed, Watch::Outside),
    ("timed, watched inside", Metering::Timed, Watch::Inside),
    ("metered, watched inside", Metering::Metered, Watch::Inside),
];

fn call(c: &mut Criterion) {
    let input: &'static Tensor = Box::leak(Box::new(input()));
    let mut bare = Bare::new().expect("the reference runs in wasmtime alone");
    let mut group = c.benchmark_group("call: dense 64x784x128");
    group.bench_function("bare typed call", |b| b.iter(|| bare.forward(black_box(input))));
    for (name, metering, watch) in KINDS {
        let mut ours = Ours::new(metering, watch, Layer::Dense(DENSE));
        let expected = ours.forward(input);
        let found = bare.forward(input);
        assert_eq!(
            (found.shape.as_slice(), found.data.as_slice()),
            (expected.shape().extents(), expected.data())
        );
        group.bench_function(name, |b| b.iter(|| ours.forward(black_box(input))));
        let ratio = paired_ratio(
            || {
                black_box(ours.forward(input));
            },
            || {
                black_box(bare.forward(input));
            },
        );
        println!("{name}: {ratio:.3} times the bare typed call (median of {PAIRS} pairs)\n");
    }
    group.finish();
}

fn lists(c: &mut Criterion) {
    let mut group = c.benchmark_group("lists: relu, in and out");
    for elements in [1u32 << 10, 1 << 18, 1 << 22] {
        let input = Tensor::from_fn([elements], |i| i as f32);
        let mut ours = Ours::new(Metering::Timed, Watch::Outside, Layer::Relu);
        group.throughput(Throughput::Bytes(u64::from(elements) * 8));
        group.bench_function(format!("{} KiB", elements / 256), |b| {
            b.iter(|| ours.forward(black_box(&input)));
        });
    }
    group.finish();
}

fn instantiate(c: &mut Criterion) {
    let compiled = compiled(Metering::Metered, Watch::Inside);
    c.bench_function("instantiate", |b| b.iter(|| answer(compiled.launch().expect("the host is well"))));
}

fn compile(c: &mut Criterion) {
    let artifact = artifact();
    let sandbox = Sandbox::new(Metering::Metered, Watch::Inside, &Limits::default().run);
    let sandbox = sandbox.expect("the host is well");
    let code = answer(sandbox.precompile(&artifact).expect("the host is well"));
    let mut group = c.benchmark_group("compile: reference");
    group.bench_function("gate", |b| b.iter(self::artifact));
    group.sample_size(20);
    group
        .bench_function("cold", |b| b.iter(|| answer(sandbox.compile(&artifact).expect("the host is well"))));
    group.bench_function("loaded", |b| {
        // SAFETY: this sandbox compiled it a moment ago.
        b.iter(|| answer(unsafe { sandbox.load(&code) }.expect("the host is well")));
    });
    group.finish();
}

criterion_group!(benches, call, lists, instantiate, compile);
criterion_main!(benches);
