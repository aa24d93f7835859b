//! What is tested.

use std::{
    env,
    error::Error as _,
    fs,
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use libtest_mimic::{Failed, Trial};
use tito_artifact::{Artifact, Gated, Limits};
use tito_sandbox::{
    Batch, Budget, Callbacks, Called, DenseSpec, Directive, EmbeddingSpec, Epoch, Fault, Guest, HostError,
    Launch, Layer, Lent, Lesson, Limit, LimitKind, Metering, Mode, ModelId, OptimizerSpec, Outcome, Ran,
    Recipe, Run, Sampling, Sandbox, Schedule, SgdSpec, Spent, Split, TrapKind, Watch,
};
use tito_tensor::Tensor;
use tito_tests::wat_guest;
use tito_worker::{Cache, Program, Quarantined, Remote, WORKER, Workers};

use crate::liars::{LIES, LIES_OF_PROFILES, LIES_OF_RUNS};

pub(crate) fn all() -> Vec<Trial> {
    let mut trials: Vec<_> = TESTS.iter().map(|&(name, test)| trial(name.to_owned(), test)).collect();
    trials.extend(SLOW.iter().map(|&(name, test)| trial(name.to_owned(), test).with_ignored_flag(true)));
    trials.extend(LIES.iter().map(|&(lie, _, words)| {
        trial(format!("lie_{}", lie.replace('-', "_")), move || is_found_out(lie, words))
    }));
    trials.extend(LIES_OF_PROFILES.iter().map(|&(lie, _, words)| {
        trial(format!("lie_{}", lie.replace('-', "_")), move || is_found_out_by_its_profile(lie, words))
    }));
    trials.extend(LIES_OF_RUNS.iter().map(|&(lie, _, words)| {
        trial(format!("lie_{}", lie.replace('-', "_")), move || is_found_out_by_runs(lie, words))
    }));
    trials
}

fn trial(name: String, test: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        test();
        Ok::<(), Failed>(())
    })
}

type Test = (&'static str, fn());

const TESTS: &[Test] = &[
    ("a_remote_guest_is_like_a_local_one", a_remote_guest_is_like_a_local_one),
    ("runs_are_like_local_ones", runs_are_like_local_ones),
    ("a_remote_guest_learns_like_a_local_one", a_remote_guest_learns_like_a_local_one),
    ("a_remote_guest_writes_like_a_local_one", a_remote_guest_writes_like_a_local_one),
    ("a_remote_guest_is_profiled_like_a_local_one", a_remote_guest_is_profiled_like_a_local_one),
    ("who_writes_too_much_is_ended", who_writes_too_much_is_ended),
    ("a_run_ends_by_its_budget", a_run_ends_by_its_budget),
    ("a_run_that_ends_its_guest_costs_no_other", a_run_that_ends_its_guest_costs_no_other),
    ("runs_that_never_end_are_ended_each", runs_that_never_end_are_ended_each),
    ("a_component_without_the_interface_is_unsupported", a_component_without_the_interface_is_unsupported),
    ("a_loop_is_ended_from_outside", a_loop_is_ended_from_outside),
    ("all_calls_together_have_a_limit", all_calls_together_have_a_limit),
    ("compiling_has_a_deadline", compiling_has_a_deadline),
    ("compiling_has_bounded_memory", compiling_has_bounded_memory),
    ("a_worker_serves_the_next_guest", a_worker_serves_the_next_guest),
    ("no_process_is_left", no_process_is_left),
    ("one_death_is_forgiven", one_death_is_forgiven),
    ("two_deaths_are_a_quarantine", two_deaths_are_a_quarantine),
    ("deaths_while_loading_are_told", deaths_while_loading_are_told),
    ("a_native_loop_is_ended_from_outside", a_native_loop_is_ended_from_outside),
    ("a_worker_of_another_version_is_ours", a_worker_of_another_version_is_ours),
    ("a_program_that_is_not_there_is_ours", a_program_that_is_not_there_is_ours),
    ("what_was_compiled_is_kept", what_was_compiled_is_kept),
    ("the_canary_is_the_skeleton_and_lives", the_canary_is_the_skeleton_and_lives),
    (
        "epochs_that_nobody_asked_for_are_answered_and_logs_arrive",
        epochs_that_nobody_asked_for_are_answered_and_logs_arrive,
    ),
];

/// What takes long, and is run by CI alone.
const SLOW: &[Test] = &[
    ("a_worker_that_stands_still_is_given_up", a_worker_that_stands_still_is_given_up),
    ("a_slow_guest_is_not_killed_by_the_kernel", a_slow_guest_is_not_killed_by_the_kernel),
];

fn program(kind: &str) -> Program {
    Program::own().arg(WORKER).arg(kind)
}

fn gated(bytes: Vec<u8>, limits: &Limits) -> Artifact {
    match Artifact::gate(bytes, limits) {
        Gated::Admitted(artifact) => artifact,
        Gated::Refused(refusal) => panic!("{refusal}"),
    }
}

fn skeleton(parts: &[(&str, &str)]) -> Artifact {
    gated(wat_guest::component(parts), &Limits::default())
}

fn remote(kind: &str, artifact: &Artifact, metering: Metering, limits: &Limits) -> Called<Remote> {
    Workers::new(program(kind), limits, None).compile(artifact, metering)
}

fn answered<T>(called: Called<T>) -> T {
    match called.expect("the host is well") {
        Outcome::Answer(answer) => answer,
        other => panic!("{other}"),
    }
}

fn input() -> Tensor {
    Tensor::from_fn([2, 3], |i| i as f32)
}

/// What a guest says to one model of one ReLU.
fn ask(launch: &dyn Launch) -> Called<Tensor> {
    launch.launch()?.then(|mut guest| forward(guest.as_mut()))
}

fn forward(guest: &mut dyn Guest) -> Called<Tensor> {
    guest.build(&[Layer::Relu], 1)?.then(|model| guest.forward(model, &input(), Mode::Inference))
}

const LOOP: &str = "(loop $again (br $again)) (unreachable)";

fn limit_of<T>(outcome: &Outcome<T>) -> LimitKind {
    match outcome {
        Outcome::Limit(limit) => limit.kind,
        other => panic!("a limit was expected, not {other}"),
    }
}

fn reference(limits: &Limits) -> Artifact {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/prebuilt/reference.wasm");
    gated(fs::read(path).expect("the reference is prebuilt"), limits)
}

fn a_remote_guest_is_like_a_local_one() {
    let limits = Limits::default();
    let artifact = reference(&limits);
    let sandbox = Sandbox::new(Metering::Metered, Watch::Inside, &limits.run).expect("the host is well");
    let local = answered(sandbox.compile(&artifact));
    let remote = answered(remote("honest", &artifact, Metering::Metered, &limits));
    let dense = |inputs| Layer::Dense(DenseSpec { inputs, outputs: 300, bias: true });
    // Large enough for frames that are sent in pieces.
    let large = Tensor::from_fn([200, 500], |i| (i % 31) as f32);
    let life = |launch: &dyn Launch| {
        let mut guest = answered(launch.launch());
        let model = answered(guest.build(&[dense(500), Layer::Tanh], 7));
        let mut parameters = answered(guest.parameters(model));
        parameters[0].data_mut()[3] = f32::MIN_POSITIVE / 2.0;
        answered(guest.load(model, &parameters));
        let first = answered(guest.forward(model, &large, Mode::Inference));
        let wrong = guest.forward(model, &input(), Mode::Training).expect("the host is well");
        answered(guest.drop_model(model));
        (parameters, first, wrong.to_string(), guest.usage())
    };
    assert_eq!(life(&remote), life(&local));
}

/// Lends rows of a few numbers, the first of which tells the class, and notes what it is asked.
#[derive(Default)]
struct School {
    asked: Vec<String>,
    /// Whether it hands out nothing.
    is_closed: bool,
}

impl Callbacks for School {
    fn report(&mut self, epoch: Epoch, spent: Spent) -> Directive {
        self.asked.push(format!("{epoch:?}, {} fuel", spent.fuel));
        if epoch.number < 2 { Directive::Proceed } else { Directive::Stop }
    }

    fn batch(&mut self, split: Split, indices: &[u32], spent: Spent) -> Result<Batch, Fault> {
        self.asked.push(format!("{split:?} {indices:?}, {} fuel", spent.fuel));
        if self.is_closed {
            return Err(Fault::Internal("closed".into()));
        }
        let targets: Vec<u32> = indices.iter().map(|index| index % 2).collect();
        let row = |at: usize| if at.is_multiple_of(3) { targets[at / 3] as f32 } else { at as f32 / 100.0 };
        Ok(Batch { inputs: Tensor::from_fn([indices.len() as u32, 3], row), targets })
    }
}

fn lesson(limits: &Limits) -> Lesson {
    let lent = |length| Lent { length, example_shape: vec![3], classes: 2 };
    let optimizer = OptimizerSpec::Sgd(SgdSpec { learning_rate: 0.5, momentum: 0.9, weight_decay: 0.0 });
    let recipe = Recipe {
        optimizer,
        schedule: Schedule::Cosine(0.1),
        clip_norm: Some(1.0),
        epochs: 5,
        batch_size: 8,
        shuffle: true,
        seed: 11,
    };
    Lesson { training: lent(20), validation: Some(lent(6)), recipe, budget: Budget::of_a_call(&limits.run) }
}

fn classifier(guest: &mut dyn Guest) -> ModelId {
    answered(guest.build(&[Layer::Dense(DenseSpec { inputs: 3, outputs: 2, bias: true })], 7))
}

fn a_remote_guest_learns_like_a_local_one() {
    let limits = Limits::default();
    let artifact = reference(&limits);
    let sandbox = Sandbox::new(Metering::Metered, Watch::Inside, &limits.run).expect("the host is well");
    let local = answered(sandbox.compile(&artifact));
    let remote = answered(remote("honest", &artifact, Metering::Metered, &limits));
    let life = |launch: &dyn Launch| {
        let mut guest = answered(launch.launch());
        let model = classifier(guest.as_mut());
        let school = Arc::new(Mutex::new(School::default()));
        let history = answered(guest.fit(model, &lesson(&limits), school.clone()));
        assert_eq!(history.len(), 2, "it was told to stop after the second epoch");
        let fuel = guest.usage();
        let checkpoint = answered(guest.save(model));
        let again = answered(guest.restore(&checkpoint));
        let parameters = answered(guest.parameters(again));
        let logits = answered(guest.forward(model, &Tensor::from_fn([2, 3], |i| i as f32), Mode::Training));
        let loss = answered(guest.cross_entropy(&logits, &[1, 0]));
        let other = answered(guest.mean_squared_error(&logits, &Tensor::zeros([2, 2])));
        let back = answered(guest.backward(model, &loss.gradient));
        let gradients = answered(guest.gradients(model));
        answered(guest.zero_gradients(model));
        let zeros = answered(guest.gradients(model));
        assert!(zeros.iter().flat_map(Tensor::data).all(|&x| x == 0.0));
        let optimizer = answered(guest.build_optimizer(lesson(&limits).recipe.optimizer));
        let stepped = answered(guest.step(optimizer, &parameters, &gradients));
        let wrong = guest.cross_entropy(&logits, &[2, 0]).expect("the host is well").to_string();
        let asked = school.lock().expect("nobody panics who lends").asked.clone();
        (asked, history, fuel, checkpoint, stepped, loss, other, back, wrong, guest.usage())
    };
    let found = life(&remote);
    assert!(found.0.len() > 8, "{:?}", found.0);
    assert_eq!(found, life(&local));
}

fn a_remote_guest_is_profiled_like_a_local_one() {
    let limits = Limits::default();
    let artifact = reference(&limits);
    let sandbox = Sandbox::new(Metering::Profiled, Watch::Inside, &limits.run).expect("the host is well");
    let local = answered(sandbox.compile(&artifact));
    let remote = answered(remote("honest", &artifact, Metering::Profiled, &limits));
    let life = |launch: &dyn Launch| {
        let mut guest = answered(launch.launch());
        let model = classifier(guest.as_mut());
        let history = answered(guest.fit(model, &lesson(&limits), Arc::new(Mutex::new(School::default()))));
        let profile = answered(guest.profile());
        assert_eq!(profile.fuel(), guest.usage().fuel);
        (history, profile, guest.usage().fuel, answered(guest.parameters(model)))
    };
    let found = life(&remote);
    assert!(found.1.stacks.len() > 20, "{:?}", found.1);
    assert_eq!(found, life(&local));
    let metered = answered(self::remote("honest", &artifact, Metering::Metered, &limits));
    let outcome = answered(metered.launch()).profile().expect("the host is well");
    assert!(matches!(outcome, Outcome::Fault(_)), "{outcome:?}");
}

/// A small model of text: the last character is what it knows.
fn writer(guest: &mut dyn Guest) -> ModelId {
    let embedding = EmbeddingSpec { entries: 5, width: 4 };
    let head = DenseSpec { inputs: 4, outputs: 5, bias: true };
    answered(guest.build(&[Layer::TokenEmbedding(embedding), Layer::Dense(head)], 7))
}

fn a_remote_guest_writes_like_a_local_one() {
    let limits = Limits::default();
    let artifact = reference(&limits);
    let sandbox = Sandbox::new(Metering::Metered, Watch::Inside, &limits.run).expect("the host is well");
    let local = answered(sandbox.compile(&artifact));
    let remote = answered(remote("honest", &artifact, Metering::Metered, &limits));
    let life = |launch: &dyn Launch| {
        let mut guest = answered(launch.launch());
        let model = writer(guest.as_mut());
        let sampling = Sampling { temperature: 1.5, top_k: 4 };
        let drawn = answered(guest.generate(model, &[3, 1], 6, sampling, &[0.0, 0.2, 0.4, 0.6, 0.8, 0.99]));
        let greedy = answered(guest.generate(model, &[0], 9, Sampling::GREEDY, &[]));
        let nothing = answered(guest.generate(model, &[0], 0, Sampling::GREEDY, &[]));
        let wrong = guest.generate(model, &[9], 1, Sampling::GREEDY, &[]).expect("the host is well");
        (drawn, greedy, nothing, wrong.to_string(), guest.usage())
    };
    let found = life(&remote);
    assert_eq!((found.0.len(), found.1.len(), found.2.len()), (6, 9, 0));
    assert!(found.3.contains("9 is none of 5 tokens"), "{}", found.3);
    assert_eq!(found, life(&local));
}

/// More tokens than an answer may have end the guest, as more elements do.
fn who_writes_too_much_is_ended() {
    let mut limits = Limits::default();
    limits.run.output_elements = 100;
    let mut guest =
        answered(answered(remote("honest", &reference(&limits), Metering::Metered, &limits)).launch());
    let model = writer(guest.as_mut());
    assert_eq!(answered(guest.generate(model, &[0], 100, Sampling::GREEDY, &[])).len(), 100);
    let found = guest.generate(model, &[0], 101, Sampling::GREEDY, &[]).expect("the host is well");
    assert!(matches!(found, Outcome::Limit(Limit { kind: LimitKind::OutputElements, .. })), "{found:?}");
}

/// What a host says that hands out nothing more is what `fit` answers, and the model is still there.
fn a_run_ends_by_its_budget() {
    let limits = Limits::default();
    let remote = answered(remote("honest", &reference(&limits), Metering::Metered, &limits));
    let mut guest = answered(remote.launch());
    let model = classifier(guest.as_mut());
    let school = Arc::new(Mutex::new(School { is_closed: true, ..School::default() }));
    let ended = guest.fit(model, &lesson(&limits), school).expect("the host is well");
    assert!(matches!(&ended, Outcome::Fault(Fault::Internal(words)) if words == "closed"), "{ended}");
    assert_eq!(answered(guest.parameters(model)).len(), 2);
    let budget = Budget { fuel: 0, ms: 20_000 };
    let small = short(|limits| limits.run.fuel_per_call = 30_000);
    let remote = answered(self::remote("honest", &reference(&small), Metering::Metered, &small));
    let mut guest = answered(remote.launch());
    let model = classifier(guest.as_mut());
    let lesson = Lesson { budget, ..lesson(&small) };
    let ended = guest.fit(model, &lesson, Arc::new(Mutex::new(School::default())));
    let ended = ended.expect("the host is well");
    assert!(matches!(ended, Outcome::Limit(limit) if limit.allowed == 30_000), "{ended}");
}

fn runs_are_like_local_ones() {
    let limits = Limits::default();
    let artifact = reference(&limits);
    let sandbox = Sandbox::new(Metering::Metered, Watch::Inside, &limits.run).expect("the host is well");
    let local = answered(sandbox.compile(&artifact));
    let remote = answered(remote("honest", &artifact, Metering::Metered, &limits));
    let dense = [Layer::Dense(DenseSpec { inputs: 300, outputs: 1_000, bias: false })];
    let weight = [Tensor::from_fn([300, 1_000], |i| (i % 7) as f32)];
    let (row, rows) = (Tensor::from_fn([1, 300], |i| i as f32), Tensor::zeros([800, 300]));
    // Answers of many elements, and parameters of many, which do not go into one message together.
    let runs = [
        Run { layers: &dense, parameters: &weight, inputs: vec![&rows, &row] },
        Run { layers: &dense, parameters: &weight, inputs: vec![&rows] },
        Run { layers: &[Layer::Tanh], parameters: &[], inputs: vec![&row] },
        Run { layers: &[Layer::Tanh], parameters: &weight, inputs: vec![&row] },
        Run { layers: &[Layer::Relu, Layer::Softmax], parameters: &[], inputs: vec![&row, &row, &row] },
    ];
    let ran = remote.run_each(&runs).expect("the host is well");
    assert_eq!(ran, local.run_each(&runs).expect("the host is well"));
    assert!(matches!(ran[3].outcome, Outcome::Fault(_)), "{}", ran[3].outcome);
    assert_eq!(remote.run_each(&[]).expect("the host is well"), []);
}

fn relus(inputs: &[Tensor]) -> Vec<Run<'_>> {
    inputs.iter().map(|input| Run { layers: &[Layer::Relu], parameters: &[], inputs: vec![input] }).collect()
}

fn a_run_that_ends_its_guest_costs_no_other() {
    let inputs = [1, 2, 3, 2, 4].map(|rank| Tensor::zeros(vec![1; rank]));
    let crash = "(if (i32.eq (local.get $rank) (i32.const 2)) (then (unreachable)))
        (call $tensor (local.get $shape) (local.get $rank) (local.get $data) (local.get $elements))";
    let artifact = skeleton(&[("forward", crash)]);
    let remote = answered(remote("honest", &artifact, Metering::Metered, &Limits::default()));
    let ran = remote.run_each(&relus(&inputs)).expect("the host is well");
    for (input, ran) in inputs.iter().zip(&ran) {
        match &ran.outcome {
            Outcome::Trap(trap) => assert_eq!((trap.kind, input.shape().rank()), (TrapKind::Unreachable, 2)),
            Outcome::Answer(answer) => assert_eq!(answer, input),
            other => panic!("{other}"),
        }
    }
    assert_eq!(ran.len(), inputs.len());
}

fn runs_that_never_end_are_ended_each() {
    let limits = short(|limits| limits.run.deadline_ms = 50);
    let artifact = skeleton(&[("forward", LOOP)]);
    let remote = answered(remote("honest", &artifact, Metering::Timed, &limits));
    let inputs = [1, 2].map(|rank| Tensor::zeros(vec![1; rank]));
    for ran in remote.run_each(&relus(&inputs)).expect("the host is well") {
        assert_eq!(limit_of(&ran.outcome), LimitKind::Deadline);
        assert!(ran.outcome.to_string().contains("at most 50 milliseconds"), "{}", ran.outcome);
    }
}

fn a_component_without_the_interface_is_unsupported() {
    let artifact = gated(b"\0asm\x0d\0\x01\0".to_vec(), &Limits::default());
    let outcome = remote("honest", &artifact, Metering::Metered, &Limits::default());
    let outcome = outcome.expect("the host is well").launch().expect("the host is well");
    assert!(matches!(outcome, Outcome::Fault(Fault::Unsupported(_))), "{outcome}");
}

fn short(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

fn a_loop_is_ended_from_outside() {
    let limits = short(|limits| limits.run.deadline_ms = 100);
    for place in ["build", "forward", "realloc"] {
        let artifact = skeleton(&[(place, LOOP)]);
        let remote = answered(remote("honest", &artifact, Metering::Timed, &limits));
        let outcome = ask(&remote).expect("the host is well");
        assert_eq!(limit_of(&outcome), LimitKind::Deadline, "{place}");
        assert!(outcome.to_string().contains("at most 100 milliseconds"), "{outcome}");
    }
}

fn all_calls_together_have_a_limit() {
    let limits = short(|limits| (limits.run.deadline_ms, limits.run.total_ms) = (100, 150));
    let remote = answered(remote("honest", &skeleton(&[("forward", LOOP)]), Metering::Timed, &limits));
    let mut ends = (0..4).map(|_| limit_of(&ask(&remote).expect("the host is well")));
    assert!(ends.any(|kind| kind == LimitKind::Total));
}

/// What the default gate refuses: 76 KB that keep a compiler busy for long.
fn bomb(limits: &mut Limits) -> Vec<u8> {
    limits.gate.function_complexity = u64::MAX;
    limits.gate.component_complexity = u64::MAX;
    let body = "(loop)".repeat(5_000);
    let function = format!("(func (local{}) {body})", " i64".repeat(1_000));
    wat_guest::from_text(&format!(";;@ component\n(component (core module {function}))"))
}

fn compiling_has_a_deadline() {
    let mut limits = short(|limits| limits.compile.deadline_ms = 200);
    let artifact = gated(bomb(&mut limits), &limits);
    let outcome = remote("honest", &artifact, Metering::Metered, &limits).expect("the host is well");
    assert_eq!(limit_of(&outcome), LimitKind::CompileTime);
    assert!(outcome.to_string().contains("compile time limit: at most 200"), "{outcome}");
}

fn compiling_has_bounded_memory() {
    let mut limits = short(|limits| limits.compile.memory_bytes = 64 << 20);
    let artifact = gated(bomb(&mut limits), &limits);
    let outcome = remote("honest", &artifact, Metering::Metered, &limits).expect("the host is well");
    assert_eq!(limit_of(&outcome), LimitKind::CompileMemory);
    assert!(outcome.to_string().contains("compile memory limit: at most 67108864"), "{outcome}");
}

/// The processes whose parent is this one.
fn children() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux lists threads").flatten();
    let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    children.flat_map(|ids| ids.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Does `test` in a process of its own, where no other test starts workers.
fn alone(name: &str, test: impl FnOnce()) {
    if env::var_os("TITO_ALONE").is_some() {
        return test();
    }
    let mut myself = Command::new(env::current_exe().expect("this executable is somewhere"));
    let output = myself.args([name, "--exact"]).env("TITO_ALONE", "1").output();
    let output = output.expect("this executable can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn a_worker_serves_the_next_guest() {
    let remote = answered(remote("honest", &skeleton(&[]), Metering::Metered, &Limits::default()));
    for _ in 0..3 {
        assert_eq!(answered(ask(&remote)), input());
    }
    let (mut one, mut other) = (answered(remote.launch()), answered(remote.launch()));
    assert_eq!(answered(forward(one.as_mut())), input());
    assert_eq!(answered(forward(other.as_mut())), input());
}

fn no_process_is_left() {
    alone("no_process_is_left", || {
        let remote = answered(remote("honest", &skeleton(&[]), Metering::Metered, &Limits::default()));
        answered(ask(&remote));
        assert_eq!(children().len(), 1, "the compile worker is gone, and one run worker is idle");
        drop(remote);
        assert_eq!(children().len(), 0);
        let looping = skeleton(&[("forward", LOOP)]);
        let limits = short(|limits| limits.run.deadline_ms = 50);
        let remote = answered(self::remote("honest", &looping, Metering::Timed, &limits));
        ask(&remote).expect("the host is well");
        assert_eq!(children().len(), 0);
    });
}

fn is_found_out(lie: &str, words: &str) {
    let limits = short(|limits| limits.run.deadline_ms = 2_000);
    let remote = answered(remote(lie, &skeleton(&[]), Metering::Metered, &limits));
    let mut guest = answered(remote.launch());
    // Who answers twice is found out at the next call.
    let outcome = guest.build(&[Layer::Relu], 1).expect("one death is an outcome");
    let outcome = match outcome {
        Outcome::Answer(_) => guest.parameters(ModelId::new(0)).map(|found| found.map(|_| ())),
        other => Ok(other.map(|_| ())),
    };
    match outcome.expect("one death is an outcome") {
        Outcome::Trap(trap) => {
            assert_eq!(trap.kind, TrapKind::Crash);
            assert!(trap.message.contains(words), "{}", trap.message);
        }
        other => panic!("{lie}: a crash was expected, not {other}"),
    }
}

fn is_found_out_by_its_profile(lie: &str, words: &str) {
    let remote = answered(remote(lie, &skeleton(&[]), Metering::Profiled, &Limits::default()));
    match answered(remote.launch()).profile().expect("one death is an outcome") {
        Outcome::Trap(trap) => {
            assert_eq!(trap.kind, TrapKind::Crash);
            assert!(trap.message.contains(words), "{}", trap.message);
        }
        other => panic!("{lie}: a crash was expected, not {other:?}"),
    }
}

fn is_found_out_by_runs(lie: &str, words: &str) {
    let remote = answered(remote(lie, &skeleton(&[]), Metering::Metered, &Limits::default()));
    let inputs = [input(), input()];
    let ran = remote.run_each(&relus(&inputs)).expect("one death is an outcome");
    match ran.as_slice() {
        [Ran { outcome: Outcome::Trap(trap), .. }, _] => {
            assert_eq!(trap.kind, TrapKind::Crash);
            assert!(trap.message.contains(words), "{}", trap.message);
        }
        other => panic!("{lie}: a crash was expected, not {other:?}"),
    }
}

fn one_death_is_forgiven() {
    alone("one_death_is_forgiven", || {
        let remote = answered(remote("honest", &skeleton(&[]), Metering::Metered, &Limits::default()));
        let attempts = AtomicUsize::new(0);
        let settled = remote.settled(|| {
            let mut guest = answered(remote.launch());
            if attempts.fetch_add(1, Ordering::Relaxed) == 0 {
                kill_the_only_child();
            }
            forward(guest.as_mut())
        });
        assert_eq!(answered(settled), input());
        assert_eq!(attempts.into_inner(), 2);
    });
}

fn kill_the_only_child() {
    let [worker] = children().try_into().expect("one worker is at work");
    let killed = Command::new("kill").args(["-KILL", &worker]).status();
    assert!(killed.expect("kill can be started").success());
}

fn quarantined(error: &HostError) -> &Quarantined {
    match error.cause() {
        Some(quarantined) => quarantined,
        None => panic!("a quarantine was expected, not {error}: {:?}", error.source()),
    }
}

type Ask = fn(&Remote, &[Tensor]) -> Called<()>;

fn two_deaths_are_a_quarantine() {
    let artifact = skeleton(&[]);
    let inputs = [input(), input()];
    let asks: [Ask; 2] = [
        |remote, _| remote.launch()?.then(|mut guest| Ok(guest.build(&[Layer::Tanh], 1)?.map(|_| ()))),
        // Whoever dies of the first of several is not asked for the second in the same attempt.
        |remote, inputs| Ok(remote.run_each(&relus(inputs))?.pop().expect("two ran").outcome.map(|_| ())),
    ];
    for ask in asks {
        let remote = answered(remote("abort-on-tanh", &artifact, Metering::Metered, &Limits::default()));
        let attempts = AtomicUsize::new(0);
        let error = remote.settled(|| {
            let outcome = ask(&remote, &inputs)?;
            attempts.fetch_add(1, Ordering::Relaxed);
            assert!(outcome.to_string().contains("SIGABRT"), "{outcome}");
            // An attempt in which a worker died asks nobody any more.
            let again = ask(&remote, &inputs)?;
            assert_eq!(again.to_string(), outcome.to_string());
            Ok::<_, HostError>(())
        });
        let error = error.expect_err("two deaths are too many");
        let Quarantined { digest, deaths } = quarantined(&error);
        assert_eq!((*digest, deaths.len()), (artifact.digest(), 2));
        assert_eq!(
            attempts.into_inner(),
            1,
            "the first attempt is not believed, and the second has no outcome"
        );
    }
}

fn deaths_while_loading_are_told() {
    let remote = remote("abort-while-loading", &skeleton(&[]), Metering::Metered, &Limits::default());
    let remote = answered(remote);
    let asked = AtomicUsize::new(0);
    let settled = remote.settled(|| {
        asked.fetch_add(1, Ordering::Relaxed);
        ask(&remote)
    });
    let error = settled.expect_err("nothing can be loaded");
    // The canary dies of the same, and is asked before the submission is blamed a second time.
    assert!(error.to_string().contains("canary"), "{error}");
    assert_eq!(asked.into_inner(), 1);
}

/// What the kernel kills is not graded, so that it must not kill before the deadlines do.
fn a_slow_guest_is_not_killed_by_the_kernel() {
    let limits = short(|limits| {
        (limits.run.deadline_ms, limits.run.total_ms, limits.run.fuel_per_call) = (2_000, 1, u64::MAX / 2);
    });
    let remote = answered(remote("honest", &skeleton(&[("forward", LOOP)]), Metering::Timed, &limits));
    let inputs = [input(), input()];
    let ran = remote.run_each(&relus(&inputs)).expect("the host is well");
    let kinds: Vec<_> = ran.iter().map(|ran| limit_of(&ran.outcome)).collect();
    assert_eq!(kinds, [LimitKind::Deadline, LimitKind::Total]);
}

/// Waits for a minute.
fn a_worker_that_stands_still_is_given_up() {
    let limits = short(|limits| limits.run.deadline_ms = 10);
    let remote = answered(remote("sleep", &skeleton(&[]), Metering::Metered, &limits));
    let outcome = ask(&remote).expect("one death is an outcome");
    assert!(outcome.to_string().contains("neither answered nor used the processor"), "{outcome}");
}

fn a_native_loop_is_ended_from_outside() {
    let limits = short(|limits| limits.run.deadline_ms = 100);
    let remote = answered(remote("spin", &skeleton(&[]), Metering::Metered, &limits));
    assert_eq!(limit_of(&ask(&remote).expect("the host is well")), LimitKind::Deadline);
}

#[track_caller]
fn is_ours(program: Program, words: &str) {
    let workers = Workers::new(program, &Limits::default(), None);
    let error = workers.compile(&skeleton(&[]), Metering::Metered).err().expect("no worker can be had");
    let cause = error.source().expect("it says why").to_string();
    assert!(cause.contains(words), "{cause}");
    assert!(error.cause::<Quarantined>().is_none());
}

fn a_worker_of_another_version_is_ours() {
    is_ours(program("another-version"), "was the program replaced?");
}

fn a_program_that_is_not_there_is_ours() {
    is_ours(Program::at("/nowhere/tito").arg(WORKER), "No such file");
    // A program that is no worker ends without a word.
    is_ours(Program::at("/bin/true"), "status 0");
}

fn what_was_compiled_is_kept() {
    let folder = tempfile::tempdir().expect("a folder for the cache");
    let folder = folder.path().join("cache");
    let workers = || {
        let cache = Cache::open(&folder).expect("a cache");
        Workers::new(program("honest"), &Limits::default(), Some(cache))
    };
    let works = || {
        assert_eq!(answered(ask(&answered(workers().compile(&skeleton(&[]), Metering::Metered)))), input());
    };
    let entries = || {
        let found = fs::read_dir(&folder).expect("the cache is there").flatten();
        found.map(|entry| entry.path()).filter(|path| !path.ends_with("key")).collect::<Vec<_>>()
    };
    works();
    let [entry] = entries().try_into().expect("one entry");
    let written = fs::metadata(&entry).and_then(|found| found.modified()).expect("it has a time");
    thread::sleep(Duration::from_millis(20));
    works();
    let again = fs::metadata(&entry).and_then(|found| found.modified()).expect("it has a time");
    assert_eq!(again, written, "it was loaded, not compiled again");
    let good = fs::read(&entry).expect("it can be read");
    for place in [0, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[place] ^= 1;
        fs::write(&entry, bad).expect("it can be damaged");
        works();
        assert!(fs::read(&entry).expect("it can be read").len() == good.len(), "it was compiled again");
    }
}

fn the_canary_is_the_skeleton_and_lives() {
    let canary = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/canary.wasm");
    let skeleton = wat_guest::component(&[]);
    if env::var_os("UPDATE_CANARY").is_some() {
        fs::write(&canary, &skeleton).expect("it can be written");
    }
    assert_eq!(fs::read(canary).expect("it is there"), skeleton, "make it again with UPDATE_CANARY=1");
    Workers::new(program("honest"), &Limits::default(), None).self_test().expect("the canary lives");
    let error = Workers::new(program("abort"), &Limits::default(), None).self_test().expect_err("it dies");
    assert!(error.to_string().contains("canary"), "{error}");
}

fn epochs_that_nobody_asked_for_are_answered_and_logs_arrive() {
    let imports = r#"
        (import "tinytorch:framework/telemetry@0.1.0" "log" (func $log (param i32 i32)))
        (import "tinytorch:framework/telemetry@0.1.0" "report"
            (func $report (param i32 f32 f32 i32 f32 i32 f32) (result i32)))"#;
    let items = r#"(data (i32.const 700) "an epoch\1b[2J")"#;
    // Goes on only if it is told to stop, which is the second of the directives.
    let build = "(call $log (i32.const 700) (i32.const 12))
        (if (i32.ne (i32.const 1) (call $report (i32.const 1) (f32.const 0.5) (f32.const 0.9)
                (i32.const 1) (f32.const 0.6) (i32.const 0) (f32.const 0)))
            (then (unreachable)))
        (call $log (i32.const 700) (i32.const 8))
        (i32.store (i32.const 516) (call $new (i32.const 1))) (i32.const 512)";
    let artifact = skeleton(&[("imports", imports), ("items", items), ("build", build)]);
    let remote = answered(remote("honest", &artifact, Metering::Metered, &Limits::default()));
    let mut guest = answered(remote.launch());
    answered(guest.build(&[Layer::Relu], 1));
    assert_eq!(guest.log(), [r"an epoch\u{1b}[2J", "an epoch"]);
    answered(guest.build(&[Layer::Relu], 1));
    assert_eq!(guest.log().len(), 4);
}
