//! The sabotage suite: every guest goes through the gate, the compiler and all milestones, and ends as its header says. It
//! is compiled and run in worker processes, which are this executable, so that it has a `main` of its own.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::LazyLock,
};

use libtest_mimic::{Arguments, Failed, Trial};
use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tito_artifact::{Artifact, Gated, Limits, RunLimits};
use tito_data::{Dataset, Split, Store, TINYDIGITS, TINYTALK, Text};
use tito_grade::{CheckResult, Criterion, Grade, Scoring, Status};
use tito_judge::{IN_LOSSES, IN_OPTIMIZERS, IN_TRAINING, IN_WRITING, MISCONCEPTIONS, Seed};
use tito_milestones::{Context, Milestone, Own, Speed, Yardsticks, milestones};
use tito_sandbox::{Launch, Metering, Outcome};
use tito_tests::{Ending, Expectation, Guest, Witness, guests, schooling};
use tito_worker::{Isolation, Prepared, WORKER};

/// What all guests together may make the test's process hold, whatever their workers do: two answers at a time,
/// components of the largest size, and the data.
#[cfg(target_os = "linux")]
const PEAK_BYTES: u64 = 512 << 20;

/// What milestones are graded on: images to recognise, and images to learn.
static DATA: LazyLock<[Dataset; 2]> = LazyLock::new(|| {
    let load = |split| Store::at("unused").load(&TINYDIGITS, split);
    [Split::Test, Split::Train].map(|split| load(split).expect("TinyDigits is part of the program"))
});

/// What a model of the last milestone reads.
static TEXT: LazyLock<Text> =
    LazyLock::new(|| Store::at("unused").text(&TINYTALK).expect("TinyTalk is part of the program"));

/// Twice what plain loops take to learn `TinyTalk`.
const FIT_FUEL: u64 = 800_000_000_000;

/// All milestones, but for the claims that a submission makes of itself: no component is wrong by those. The tests of the
/// command line make some.
static MILESTONES: LazyLock<Vec<Milestone>> = LazyLock::new(|| without(&[CLAIMS]));

fn without(criteria: &[&str]) -> Vec<Milestone> {
    let mut milestones = milestones();
    for milestone in &mut milestones {
        milestone.rubric.criteria.retain(|criterion| !criteria.contains(&criterion.name.as_str()));
    }
    milestones
}

const CLAIMS: &str = "Systems engineering";
const MASTERY: &str = "CIFAR-10 mastery";
const SPEED: &str = "Performance optimization";

/// Criteria that have real images or a text learnt, which takes plain loops tens of seconds, or measure times.
const SLOW: [&str; 5] = ["CIFAR-10 training", MASTERY, SPEED, "Text generation", "Framework unification"];

/// Where what was compiled is kept of the yardsticks, which every guest that is timed is put beside.
static CACHE: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder for the cache"));

/// Loops end by their fuel, long before a deadline that would depend on the machine; the rest bounds what the host
/// holds.
fn limits(fuel_per_call: u64) -> Limits {
    let run = RunLimits {
        fuel_per_call,
        memory_bytes: 64 << 20,
        output_bytes: 16 << 20,
        output_elements: 1 << 20,
        fuel_per_fit: FIT_FUEL,
        ..RunLimits::default()
    };
    Limits { run, ..Limits::default() }
}

/// Two guests at a time, on threads with room for a guest's stack and the host's frames beneath it.
fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(16 << 20)
        .build()
        .expect("threads can be started")
}

fn compile(artifact: &Artifact, isolation: &Isolation) -> Outcome<Prepared> {
    isolation.compile(artifact, Metering::Metered).expect("the host is well")
}

#[cfg(target_os = "linux")]
fn isolation(limits: &Limits) -> Isolation {
    use tito_worker::{Program, Workers};

    Isolation::Workers(Workers::new(Program::own().arg(WORKER), limits, None).locked_down())
}

#[cfg(not(target_os = "linux"))]
fn isolation(limits: &Limits) -> Isolation {
    Isolation::InProcess(limits.clone())
}

/// The same, with what was compiled before.
#[cfg(target_os = "linux")]
fn kept(limits: &Limits) -> Isolation {
    use tito_worker::{Cache, Program, Workers};

    let cache = Cache::open(&CACHE.path().join("compiled")).expect("a cache");
    Isolation::Workers(Workers::new(Program::own().arg(WORKER), limits, Some(cache)).locked_down())
}

#[cfg(not(target_os = "linux"))]
fn kept(limits: &Limits) -> Isolation {
    Isolation::InProcess(limits.clone())
}

/// The milestones that a guest goes through: those of its world. An attack on the host is one whatever it is asked, so
/// that the first is enough; a criterion whose learning takes long is asked of the examples, and of who fails some of it;
/// and who writes does all else as others do, unless it is an example.
fn milestones_of(guest: &Guest) -> Vec<Milestone> {
    let is_example = EXAMPLES.contains(&guest.name.as_str());
    let fails = |criterion: &Criterion| match &guest.expectation.ending {
        Ending::Fails(checks) => criterion.checks.iter().any(|check| checks.contains(&check.name)),
        _ => false,
    };
    let is_asked = |milestone: &Milestone| match milestone.rubric.world.as_str() {
        _ if guest.name.starts_with("evil_") => milestone.rubric.number == 1,
        "language" => guest.writes,
        _ if guest.writes && !is_example => false,
        "learning" => guest.learns || guest.is_timed && milestone.rubric.number == 4,
        _ => true,
    };
    let mut asked = without(&[CLAIMS]);
    asked.retain(is_asked);
    for milestone in &mut asked {
        let is_of_learners = milestone.rubric.world == "learning";
        let is_quick = |criterion: &Criterion| {
            !SLOW.contains(&criterion.name.as_str()) && (guest.learns || !is_of_learners)
        };
        milestone.rubric.criteria.retain(|one| is_quick(one) || is_example || fails(one));
    }
    asked
}

/// The same without what takes tens of seconds: how far a model learns real images is a matter of chance, whose spread the
/// native trainer's runs have shown.
fn quick_milestones_of(guest: &Guest) -> Vec<Milestone> {
    let mut quick = milestones_of(guest);
    for milestone in &mut quick {
        milestone.rubric.criteria.retain(|criterion| !SLOW.contains(&criterion.name.as_str()));
    }
    quick
}

const EXAMPLES: [&str; 2] = ["reference", "textbook"];

fn grades(
    milestones: &[Milestone],
    fuel_per_call: u64,
    artifact: &Artifact,
    launch: &dyn Launch,
    seed: impl Fn(u32) -> Seed,
) -> Vec<Grade> {
    let is_timed = milestones.iter().any(Milestone::measures_speed);
    let speed = is_timed.then(|| speed(artifact, fuel_per_call));
    let grade = |milestone: &Milestone| {
        let seed = seed(milestone.rubric.number);
        let data = DATA.iter().find(|data| data.split() == milestone.split).expect("there are two splits");
        let limits = limits(fuel_per_call).run;
        let is_trained = milestone.rubric.criteria.iter().any(|criterion| criterion.name == MASTERY);
        let own = match is_trained {
            true => schooling::own(artifact.digest(), launch, &limits),
            false => Own::default(),
        };
        let context = Context::new(launch, &seed, data, None).within(&limits).with(&own);
        let context = if milestone.is_of_text() { context.reading(&TEXT) } else { context };
        let context = match &speed {
            Some((yardsticks, [timed, traced])) => context.beside(Speed { yardsticks, timed, traced }),
            None => context,
        };
        tito_milestones::grade(milestone, artifact, &context, &mut |_, _| {}).expect("the host is well")
    };
    milestones.iter().map(grade).collect()
}

/// The yardsticks, and a guest on the engines that take its time and that count its waits.
fn speed(artifact: &Artifact, fuel_per_call: u64) -> (Yardsticks, [Outcome<Prepared>; 2]) {
    let yardsticks = kept(&Limits::default());
    let compile = |artifact: &Artifact, metering| yardsticks.compile(artifact, metering);
    let isolation = isolation(&limits(fuel_per_call));
    let own = [Metering::Timed, Metering::Traced]
        .map(|metering| isolation.compile(artifact, metering).expect("the host is well"));
    (Yardsticks::compiled(compile).expect("the host is well"), own)
}

/// A guest that the gate lets through, compiled, where it compiles.
fn admitted(guest: &Guest, isolation: fn(&Limits) -> Isolation) -> Option<(Artifact, Outcome<Prepared>)> {
    let limits = limits(guest.fuel_per_call);
    match Artifact::gate(guest.bytes.clone(), &limits) {
        Gated::Admitted(artifact) => {
            let compiled = compile(&artifact, &isolation(&limits));
            Some((artifact, compiled))
        }
        Gated::Refused(_) => None,
    }
}

/// Who is right harms nobody, and a process takes longer to begin than most cases to answer.
fn in_process(limits: &Limits) -> Isolation {
    Isolation::InProcess(limits.clone())
}

fn failed(grades: &[Grade]) -> impl Iterator<Item = &CheckResult> {
    grades.iter().flat_map(Grade::checks).filter(|check| check.status == Status::Failed)
}

fn failed_names(grades: &[Grade]) -> BTreeSet<String> {
    failed(grades).map(|check| check.name.clone()).collect()
}

/// The names of the misconceptions that grades tell.
fn told(grades: &[Grade]) -> BTreeSet<String> {
    let hints =
        failed(grades).flat_map(|check| &check.evidence.failures).filter_map(|case| case.hint.as_ref());
    hints.map(|hint| hint.misconception.clone()).filter(|name| !name.is_empty()).collect()
}

/// What became of a guest under the public seed, in the words of its header.
fn found(guest: &Guest) -> Expectation {
    let artifact = match Artifact::gate(guest.bytes.clone(), &limits(guest.fuel_per_call)) {
        Gated::Admitted(artifact) => artifact,
        Gated::Refused(refusal) => {
            let ending = Ending::Refused(refusal.rule.to_string());
            return Expectation { ending, told: BTreeSet::new(), ends: BTreeSet::new() };
        }
    };
    let compiled = compile(&artifact, &isolation(&limits(guest.fuel_per_call)));
    let witness = Witness::of(&compiled);
    let fuel = guest.fuel_per_call;
    let grades = grades(&milestones_of(guest), fuel, &artifact, &witness, |_| Seed::public());
    // What an evil guest is told depends on what is left of it, and teaches nobody.
    let told = if guest.name.starts_with("evil_") { BTreeSet::new() } else { told(&grades) };
    Expectation { ending: Ending::Fails(failed_names(&grades)), told, ends: witness.ends() }
}

/// The names of all checks that a machine decides.
fn checks(milestones: &[Milestone]) -> impl Iterator<Item = String> {
    let rules = milestones.iter().flat_map(|milestone| milestone.rubric.checks());
    let decided = rules.filter(|(_, rule)| rule.scoring != Scoring::Review);
    decided.map(|(_, rule)| rule.name.clone())
}

/// What a guest's header says, with every check by its name.
fn expected(guest: &Guest) -> Expectation {
    let mut expected = guest.expectation.clone();
    if expected.ending == Ending::FailsEverything {
        expected.ending = Ending::Fails(checks(&milestones_of(guest)).collect());
    }
    expected
}

/// Whether a guest is to be looked at: all are, or those whose names `TITO_TEST_GUESTS` has, with commas between them.
fn is_wanted(guest: &Guest) -> bool {
    env::var("TITO_TEST_GUESTS").map_or(true, |names| names.split(',').any(|name| name == guest.name))
}

/// Puts every guest of some kind to `complaint`, two at a time.
#[track_caller]
fn check(kinds: &[&str], complaint: impl Fn(&Guest) -> Option<String> + Send + Sync) {
    let mut guests = guests();
    guests.retain(|guest| kinds.iter().any(|kind| guest.name.starts_with(kind)) && is_wanted(guest));
    println!("{} guests", guests.len());
    let complaints: Vec<_> = pool(2).install(|| guests.par_iter().filter_map(complaint).collect());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn every_guest_ends_as_its_header_says() {
    check(&[""], |guest| {
        let (found, expected) = (found(guest), expected(guest));
        (found != expected).then(|| format!("{}\n  expected {expected:?}\n  found    {found:?}", guest.name))
    });
    #[cfg(target_os = "linux")]
    assert_eq!(children(), 0, "workers are left");
    #[cfg(target_os = "linux")]
    assert!(peak_bytes() < PEAK_BYTES, "{} bytes at most, where {PEAK_BYTES} are allowed", peak_bytes());
}

/// The processes whose parent is this one. Nothing else runs meanwhile.
#[cfg(target_os = "linux")]
fn children() -> usize {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux lists threads").flatten();
    let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    children.map(|children| children.split_whitespace().count()).sum()
}

/// The most memory that this process ever held.
#[cfg(target_os = "linux")]
fn peak_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells of every process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak is told");
    1_024 * line.trim().trim_end_matches(" kB").parse::<u64>().expect("the peak is a number of kilobytes")
}

fn every_check_and_every_misconception_has_a_guest() {
    let wrong: Vec<Expectation> = guests()
        .iter()
        .filter(|guest| ["wrong_", "cheat_"].iter().any(|kind| guest.name.starts_with(kind)))
        .map(expected)
        .collect();
    for name in checks(&MILESTONES) {
        let fails =
            |one: &Expectation| matches!(&one.ending, Ending::Fails(checks) if checks.contains(&name));
        // Code is compared with another component's, which `reuse.rs` does.
        let is_compared = name == "component-reuse";
        assert!(is_compared || wrong.iter().any(fails), "no wrong guest fails '{name}'");
    }
    let told: BTreeSet<String> = guests().into_iter().flat_map(|guest| guest.expectation.told).collect();
    let answers = MISCONCEPTIONS.iter().flat_map(|table| table.iter()).map(|known| known.name);
    let training = IN_TRAINING.iter().flat_map(|table| table.iter()).map(|known| known.name);
    let losses = IN_LOSSES.iter().flat_map(|table| table.iter()).map(|known| known.name);
    let optimizers = IN_OPTIMIZERS.iter().flat_map(|table| table.iter()).map(|known| known.name);
    let writing = IN_WRITING.iter().map(|known| known.name);
    for known in answers.chain(training).chain(losses).chain(optimizers).chain(writing) {
        assert!(told.contains(known), "no guest is told '{known}'");
    }
}

/// What the headers say, which the tests above hold against what the guests do: by check and by misconception.
fn the_table_of_guests_and_checks_is_the_committed_one() {
    let guests: Vec<_> = guests().into_iter().filter(|guest| !guest.name.starts_with("evil_")).collect();
    let names = |is: &dyn Fn(&Expectation) -> bool| {
        let those = guests.iter().filter(|guest| is(&guest.expectation)).map(|guest| guest.name.as_str());
        those.collect::<Vec<_>>().join(", ")
    };
    let fails = |check: String| {
        let those = names(&|one| matches!(&one.ending, Ending::Fails(checks) if checks.contains(&check)));
        format!("| {check} | {those} |\n")
    };
    let all: BTreeSet<_> = guests.iter().flat_map(|guest| guest.expectation.told.clone()).collect();
    let told = |name: &String| format!("| {name} | {} |\n", names(&|one| one.told.contains(name)));
    let right = names(&|one| one.ending == Ending::Fails(BTreeSet::new()));
    let table = format!(
        "| Check | Guests that fail it |\n|---|---|\n{}\n| Misconception | Guests that are told it |\n|---|---|\n{}\n\
         Pass everything: {right}.\n",
        checks(&MILESTONES).map(fails).collect::<String>(),
        all.iter().map(told).collect::<String>(),
    );
    insta::assert_snapshot!("guests_and_checks", table);
}

/// The grades of a guest in a course whose secret this number tells from others'.
fn in_course(
    course: u32,
    milestones: &[Milestone],
    guest: &Guest,
    artifact: &Artifact,
    compiled: &Outcome<Prepared>,
) -> Vec<Grade> {
    grades(milestones, guest.fuel_per_call, artifact, compiled, |number| {
        Seed::secret(&course.to_le_bytes(), number, artifact.digest())
    })
}

/// How many courses are tried: 3, or as many as `TITO_TEST_SEEDS` says.
fn courses() -> u32 {
    env::var("TITO_TEST_SEEDS").map_or(3, |seeds| seeds.parse().expect("TITO_TEST_SEEDS is a number"))
}

fn secret_seeds_accuse_nobody_who_is_right() {
    check(&["ok_", "reference", "textbook"], |guest| {
        let (artifact, compiled) = admitted(guest, in_process)?;
        let accused = (0..courses()).into_par_iter().map(|course| {
            failed_names(&in_course(course, &quick_milestones_of(guest), guest, &artifact, &compiled))
        });
        let accused: BTreeSet<_> = accused.flatten_iter().collect();
        (!accused.is_empty()).then(|| format!("{} is accused of {accused:?}", guest.name))
    });
}

/// The criteria in which a guest fails something.
fn failed_milestones_of(guest: &Guest, fails: &BTreeSet<String>) -> Vec<Milestone> {
    let mut failed = milestones_of(guest);
    for milestone in &mut failed {
        milestone.rubric.criteria.retain(|one| one.checks.iter().any(|check| fails.contains(&check.name)));
    }
    failed.retain(|milestone| !milestone.rubric.criteria.is_empty());
    failed
}

fn secret_seeds_find_whoever_is_wrong() {
    check(&["wrong_", "cheat_"], |guest| {
        let (artifact, compiled) = admitted(guest, in_process)?;
        let Expectation { ending: Ending::Fails(fails), told: own, .. } = expected(guest) else {
            return Some(format!("{} is admitted", guest.name));
        };
        let milestones = failed_milestones_of(guest, &fails);
        let grades = |course| in_course(course, &milestones, guest, &artifact, &compiled);
        let is_named = |grades: &[Grade]| own.is_empty() || !told(grades).is_disjoint(&own);
        let first = grades(0);
        let (failed, told) = (failed_names(&first), told(&first));
        // What is nearly right is told by name under most seeds, and not under all.
        let is_found = !failed.is_disjoint(&fails)
            && (is_named(&first) || (1..4).any(|course| is_named(&grades(course))));
        (!is_found).then(|| {
            format!("{} fails {failed:?} and is told {told:?}, not {fails:?} and {own:?}", guest.name)
        })
    });
}

fn a_grade_is_the_same_on_every_run_and_with_any_number_of_threads() {
    let names =
        ["ok_own_container", "wrong_state_kept", "cheat_previous_answer", "evil_loop_in_build", "evil_nan"];
    for guest in guests().iter().filter(|guest| names.contains(&guest.name.as_str())) {
        let json = |threads| {
            let (artifact, compiled) = admitted(guest, isolation).expect("it is admitted");
            let fuel = guest.fuel_per_call;
            let grades = || grades(&milestones_of(guest), fuel, &artifact, &compiled, |_| Seed::public());
            serde_json::to_string(&pool(threads).install(grades)).expect("a grade can be written")
        };
        let once = json(1);
        assert_eq!(once, json(2), "{}", guest.name);
        assert_eq!(once, json(2), "{}", guest.name);
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The names of the files in a folder, without this extension.
fn names(folder: &Path, extension: &str) -> BTreeSet<String> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
    let names = entries.map(|entry| entry.expect("a listed entry can be read").file_name());
    names.filter_map(|name| Some(name.to_str()?.strip_suffix(extension)?.to_owned())).collect()
}

fn sources_components_and_lists_name_the_same_guests() {
    let folder = root().join("guests");
    let sources = names(&folder.join("rust"), ".rs");
    let sums = fs::read_to_string(folder.join("prebuilt/SHA256SUMS")).expect("the digests are there");
    let listed: BTreeSet<String> = sums.lines().map(|line| name_of_digest(&folder, line)).collect();
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("the manifest is there");
    let examples =
        manifest.lines().filter_map(|line| line.trim().strip_prefix("{ name = \"")?.split('"').next());
    assert_eq!(names(&folder.join("prebuilt"), ".wasm"), sources);
    assert_eq!(listed, sources);
    assert_eq!(examples.map(str::to_owned).collect::<BTreeSet<_>>(), sources);
}

/// The guest that a line of `SHA256SUMS` names, once its digest is found to be right.
fn name_of_digest(folder: &Path, line: &str) -> String {
    let (digest, file) = line.split_once("  ").expect("a line is a digest and a name");
    let component = fs::read(folder.join("prebuilt").join(file)).expect("what is listed is there");
    assert_eq!(hex::encode(Sha256::digest(&component)), digest, "{file} was not built from its sources");
    file.trim_end_matches(".wasm").to_owned()
}

type Test = (&'static str, fn());

const TESTS: &[Test] = &[
    ("every_guest_ends_as_its_header_says", every_guest_ends_as_its_header_says),
    ("every_check_and_every_misconception_has_a_guest", every_check_and_every_misconception_has_a_guest),
    (
        "the_table_of_guests_and_checks_is_the_committed_one",
        the_table_of_guests_and_checks_is_the_committed_one,
    ),
    ("secret_seeds_accuse_nobody_who_is_right", secret_seeds_accuse_nobody_who_is_right),
    ("secret_seeds_find_whoever_is_wrong", secret_seeds_find_whoever_is_wrong),
    (
        "a_grade_is_the_same_on_every_run_and_with_any_number_of_threads",
        a_grade_is_the_same_on_every_run_and_with_any_number_of_threads,
    ),
    ("sources_components_and_lists_name_the_same_guests", sources_components_and_lists_name_the_same_guests),
];

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    if env::args_os().nth(1).is_some_and(|argument| argument == WORKER) {
        tito_worker::child::main(env::args_os().skip(2), &tito_worker::WebAssembly)
    }
    let trial = |&(name, test): &Test| {
        Trial::test(name, move || {
            test();
            Ok::<(), Failed>(())
        })
    };
    // One after the other: each uses both cores, and some count this process's children.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, TESTS.iter().map(trial).collect()).exit_code()
}
