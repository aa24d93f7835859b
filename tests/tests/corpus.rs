//! SANDBOX.md's hostile corpus is complete, and what of it cannot be seen in how a guest ends.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::Path,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use tito_artifact::{Artifact, Gated, Limits};
use tito_data::{Split, Store, TINYDIGITS};
use tito_grade::Status;
use tito_judge::Seed;
use tito_milestones::{Context, milestone};
use tito_sandbox::{
    Called, Compiled, Fault, Guest, Launch, Layer, Metering, Mode, ModelId, Outcome, Sandbox, Usage, Watch,
};
use tito_tensor::Tensor;
use tito_tests::{CASES, ELSEWHERE, guests, wat_guest};

static GUESTS: LazyLock<Vec<tito_tests::Guest>> = LazyLock::new(guests);

#[test]
fn every_case_is_covered() {
    let by_guests = GUESTS.iter().flat_map(|guest| guest.corpus.iter().copied());
    let by_tests =
        ELSEWHERE.iter().filter(|elsewhere| elsewhere.test.is_some()).map(|elsewhere| elsewhere.case);
    let covered: BTreeSet<u8> = by_guests.chain(by_tests).collect();
    let missing: Vec<u8> = CASES.filter(|case| !covered.contains(case)).collect();
    assert!(missing.is_empty(), "neither a guest nor a test is case {missing:?}");
}

#[test]
fn what_is_covered_elsewhere_is_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for (file, function) in ELSEWHERE.iter().filter_map(|elsewhere| elsewhere.test) {
        let source = fs::read_to_string(folder.join(file)).expect("a test that is named has a file");
        assert!(source.contains(&format!("#[test]\nfn {function}()")), "{file} has no test {function}");
    }
}

fn admitted(bytes: Vec<u8>) -> Artifact {
    match Artifact::gate(bytes, &Limits::default()) {
        Gated::Admitted(artifact) => artifact,
        Gated::Refused(refusal) => panic!("{refusal}"),
    }
}

fn compiled(artifact: &Artifact) -> Outcome<Compiled> {
    let sandbox = Sandbox::new(Metering::Metered, Watch::Inside, &Limits::default().run);
    sandbox.and_then(|sandbox| sandbox.compile(artifact)).expect("the host is well")
}

fn launched(bytes: Vec<u8>) -> Box<dyn Guest> {
    compiled(&admitted(bytes)).launch().expect("the host is well").answer().expect("it launches")
}

fn built(guest: &mut dyn Guest) -> ModelId {
    guest.build(&[Layer::Relu], 1).expect("the host is well").answer().expect("it builds")
}

fn forward(guest: &mut dyn Guest) -> Outcome<Tensor> {
    let model = built(guest);
    guest.forward(model, &input(), Mode::Inference).expect("the host is well")
}

fn input() -> Tensor {
    Tensor::from_fn([2, 3], |i| i as f32)
}

/// The bytes of the guest of this name.
fn named(name: &str) -> Vec<u8> {
    GUESTS.iter().find(|guest| guest.name == name).expect("there is such a guest").bytes.clone()
}

#[test]
fn overlapping_lists_are_read_as_they_lie() {
    let items = r#"(data (i32.const 600) "\02\00\00\00")
        (data (i32.const 700) "\00\00\80\3f\00\00\00\40\00\00\40\40")
        (data (i32.const 720) "\58\02\00\00\01\00\00\00\bc\02\00\00\02\00\00\00")
        (data (i32.const 736) "\58\02\00\00\01\00\00\00\c0\02\00\00\02\00\00\00")"#;
    let parameters = "(i32.store (i32.const 520) (i32.const 720))
        (i32.store (i32.const 524) (i32.const 2)) (i32.const 520)";
    let mut guest = launched(wat_guest::component(&[("items", items), ("parameters", parameters)]));
    let model = built(&mut *guest);
    let found = guest.parameters(model).expect("the host is well").answer().expect("overlap is allowed");
    let data: Vec<&[f32]> = found.iter().map(Tensor::data).collect();
    assert_eq!(data, [[1.0, 2.0], [2.0, 3.0]]);
}

#[test]
fn what_post_return_overwrites_was_read_before() {
    let mut guest = launched(named("evil_post_return_overwrites"));
    assert_eq!(forward(&mut *guest), Outcome::Answer(input()));
}

/// Everything that these guests say, in whichever way it reaches us.
fn said(name: &str) -> String {
    let mut guest = launched(named(name));
    let answer = forward(&mut *guest);
    let functions = match &answer {
        Outcome::Trap(trap) => trap.functions.concat(),
        _ => String::new(),
    };
    format!("{answer} {functions} {}", guest.log().concat())
}

#[test]
fn nothing_that_a_guest_says_commands_a_terminal() {
    for name in ["evil_escapes_in_faults", "evil_escapes_in_log", "evil_escapes_in_function_names"] {
        let said = said(name);
        assert!(said.contains(r"\u{1b}[2J"), "{name} is not heard: {said}");
        let commands = |c: &char| c.is_control() || *c == '\u{202e}';
        assert_eq!(said.chars().find(commands), None, "{name}: {said}");
        assert!(said.len() < 10_000, "{name} says {} bytes", said.len());
    }
}

#[test]
fn of_a_flood_of_lines_some_are_kept() {
    let mut guest = launched(named("evil_log_flood"));
    built(&mut *guest);
    let (lines, bytes) = (guest.log().len(), guest.log().concat().len());
    assert_eq!(lines, Limits::default().run.log_lines as usize);
    assert!(bytes > 0 && bytes <= lines * 512 * r"\u{10ffff}".len(), "{bytes} bytes of log");
}

/// Answers by the question.
type Answers = Arc<Mutex<HashMap<u64, Outcome<Vec<Tensor>>>>>;

/// Learns the answers of a framework that is right, or repeats what was learned.
struct Cheat<'a> {
    teacher: Option<&'a dyn Launch>,
    learned: Answers,
}

struct Cheating {
    teacher: Option<Box<dyn Guest>>,
    learned: Answers,
    /// What was asked of each model so far that has an effect on its answers.
    models: Vec<u64>,
}

impl Launch for Cheat<'_> {
    fn launch(&self) -> Called<Box<dyn Guest>> {
        let teacher = match self.teacher {
            Some(teacher) => Some(teacher.launch()?.answer().expect("the teacher launches")),
            None => None,
        };
        Ok(Outcome::Answer(Box::new(Cheating { teacher, learned: self.learned.clone(), models: Vec::new() })))
    }
}

impl Cheating {
    /// The answer to a question: the teacher's, which is learned, or the one that was learned, if there is one.
    fn answer(
        &mut self,
        question: u64,
        ask: impl FnOnce(&mut dyn Guest) -> Called<Vec<Tensor>>,
    ) -> Called<Vec<Tensor>> {
        let mut learned = self.learned.lock().expect("nobody panics who learns");
        if let Some(teacher) = &mut self.teacher {
            learned.insert(question, ask(&mut **teacher)?);
        }
        let unknown = || Outcome::Fault(Fault::Internal("never heard of it".to_owned()));
        Ok(learned.get(&question).cloned().unwrap_or_else(unknown))
    }
}

/// A number for a question: what it is about, and the numbers in it.
fn question(about: &str, so_far: u64, tensors: &[&Tensor]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (about, so_far).hash(&mut hasher);
    for tensor in tensors {
        tensor.shape().extents().hash(&mut hasher);
        tensor.data().iter().for_each(|number| number.to_bits().hash(&mut hasher));
    }
    hasher.finish()
}

impl Guest for Cheating {
    fn build(&mut self, layers: &[Layer], seed: u64) -> Called<ModelId> {
        let asked = question(&format!("{layers:?}"), seed, &[]);
        let answer = self.answer(asked, |teacher| Ok(teacher.build(layers, seed)?.map(|_| Vec::new())))?;
        Ok(answer.map(|_| {
            self.models.push(asked);
            ModelId::new(self.models.len() - 1)
        }))
    }

    fn parameters(&mut self, model: ModelId) -> Called<Vec<Tensor>> {
        let asked = question("parameters", self.models[model.index()], &[]);
        self.answer(asked, |teacher| teacher.parameters(model))
    }

    fn load(&mut self, model: ModelId, parameters: &[Tensor]) -> Called<()> {
        let parts: Vec<&Tensor> = parameters.iter().collect();
        let asked = question("load", self.models[model.index()], &parts);
        let answer =
            self.answer(asked, |teacher| Ok(teacher.load(model, parameters)?.map(|()| Vec::new())))?;
        Ok(answer.map(|_| self.models[model.index()] = asked))
    }

    fn forward(&mut self, model: ModelId, input: &Tensor, mode: Mode) -> Called<Tensor> {
        let asked = question("forward", self.models[model.index()], &[input]);
        let answer =
            self.answer(asked, |teacher| Ok(teacher.forward(model, input, mode)?.map(|one| vec![one])))?;
        Ok(answer.map(|mut one| one.pop().expect("a forward has one answer")))
    }

    fn drop_model(&mut self, _model: ModelId) -> Called<()> {
        Ok(Outcome::Answer(()))
    }

    fn usage(&self) -> Usage {
        Usage::default()
    }

    fn last_time(&self) -> Duration {
        Duration::ZERO
    }

    fn log(&self) -> &[String] {
        &[]
    }
}

#[test]
fn answers_learned_by_heart_are_no_use_under_a_secret() {
    let artifact = admitted(named("reference"));
    let teacher = compiled(&artifact);
    let data = Store::at("unused").load(&TINYDIGITS, Split::Test).expect("TinyDigits is part of the program");
    let milestone = milestone(1).expect("milestone 1 is graded");
    let failed = |launch: &dyn Launch, seed: &Seed| -> BTreeSet<String> {
        let context = Context::new(launch, seed, &data, None);
        let grade = tito_milestones::grade(&milestone, &artifact, &context, &mut |_, _| {});
        let grade = grade.expect("the host is well");
        grade
            .checks()
            .filter(|check| check.status == Status::Failed)
            .map(|check| check.name.clone())
            .collect()
    };
    let learned = Answers::default();
    let learning = Cheat { teacher: Some(&teacher), learned: learned.clone() };
    assert_eq!(failed(&learning, &Seed::public()), BTreeSet::new());
    let repeating = Cheat { teacher: None, learned };
    assert_eq!(failed(&repeating, &Seed::public()), BTreeSet::new(), "the cheat has learned everything");
    let secret = Seed::secret(&[1; 32], 1, artifact.digest());
    let caught = failed(&repeating, &secret);
    for check in ["dense", "relu", "softmax", "composition", "initialisation", "mnist-mlp"] {
        assert!(caught.contains(check), "'{check}' is passed by heart; failed are {caught:?}");
    }
}
