//! How many honest pairs are suspected.

use std::{collections::BTreeSet, fs, path::Path};

use tito_similarity::{Base, Findings, Library, Print, Work};

use crate::{Bench, OPTIMISATIONS, Solution, read, table::wilson};

/// Classes in which everybody builds as they please.
const MIXED: usize = 200;

/// For people.
pub fn tell(solutions: &[Solution], bench: &Bench, root: &Path) {
    println!("\nHonest works\n");
    let prints: Vec<Vec<_>> = solutions.iter().map(|solution| built(solution, bench)).collect();
    for (level, name) in OPTIMISATIONS.iter().enumerate() {
        let class: Vec<_> = prints.iter().map(|builds| builds[level].clone()).collect();
        told(&format!("all at -O{name}"), &Findings::of(&class));
    }
    mixed(&prints);
    examples(&prints, bench, root);
    guests(root);
}

fn built(solution: &Solution, bench: &Bench) -> Vec<Print> {
    let modules = solution.modules.iter();
    modules
        .map(|m| bench.print(&solution.name, &[("lib.rs", &solution.source)], std::slice::from_ref(m)))
        .collect()
}

fn told(title: &str, findings: &Findings) {
    let reviewed: Vec<_> = findings.pairs.iter().filter(|pair| pair.review).collect();
    let works = findings.works.len();
    let pairs = works * (works - 1) / 2;
    let (low, high) = wilson(reviewed.len(), pairs);
    println!("{title}: {} of {pairs} pairs reviewed, {low:.4} to {high:.4}", reviewed.len());
    for (level, calibration) in &findings.calibration {
        println!("    {level:?}: {calibration:.3?}");
    }
    let highest = findings.pairs.iter().filter_map(|pair| Some((pair.deviations()?, pair)));
    for (deviations, pair) in highest.take(3) {
        let [one, other] = [pair.one, pair.other].map(|work| &findings.works[work].id);
        println!(
            "    {deviations:.1}: {one}, {other} {:?}",
            pair.levels.iter().map(|(l, k)| (l, k.deviations)).collect::<Vec<_>>()
        );
    }
}

/// Everybody builds as they please, and nobody has copied.
fn mixed(prints: &[Vec<Print>]) {
    let (mut reviewed, mut pairs, mut state) = (BTreeSet::new(), 0, 1u64);
    let mut flags = 0;
    for _ in 0..MIXED {
        let mut any = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize % OPTIMISATIONS.len()
        };
        let class: Vec<_> = prints.iter().map(|builds| builds[any()].clone()).collect();
        let findings = Findings::of(&class);
        pairs += class.len() * (class.len() - 1) / 2;
        let found: Vec<_> =
            findings.pairs.iter().filter(|pair| pair.review).map(|p| (p.one, p.other)).collect();
        flags += found.len();
        reviewed.extend(found);
    }
    println!(
        "{MIXED} classes of mixed builds: {flags} of {pairs} pairs reviewed, {} different ones",
        reviewed.len()
    );
}

/// Two frameworks of this repository, by one author and for one contract, in the class.
fn examples(prints: &[Vec<Print>], bench: &Bench, root: &Path) {
    let mut class: Vec<_> = prints.iter().map(|builds| builds[0].clone()).collect();
    let mut files = Vec::new();
    for name in ["reference", "textbook", "hello-layer"] {
        let mut sources = Vec::new();
        rust_files(&root.join("examples").join(name).join("src"), &mut sources);
        files.push((
            name,
            sources,
            fs::read(root.join(format!("examples/prebuilt/{name}.wasm"))).expect("it is there"),
        ));
    }
    let mut given = Vec::new();
    rust_files(&root.join("guest-sdk/rust/src"), &mut given);
    let hello = files.pop().expect("there are three");
    given.extend(hello.1);
    let library = Library::of(&Base {
        components: vec![&hello.2],
        sources: given.iter().map(|(path, text)| (path.clone(), text.as_bytes())).collect(),
    });
    for (name, sources, component) in &files {
        class.push(Print::of(
            &Work {
                id: (*name).to_owned(),
                owners: [(*name).to_owned()].into(),
                component: Some(component),
                sources: sources.iter().map(|(path, text)| (path.clone(), text.as_bytes())).collect(),
                ..Work::default()
            },
            &library,
        ));
    }
    let _ = bench;
    let findings = Findings::of(&class);
    let last = class.len() - 1;
    let pair = findings.pairs.iter().find(|pair| (pair.one, pair.other) == (last - 1, last));
    println!(
        "examples/reference and examples/textbook: {:?}",
        pair.map(|pair| (pair.review, &pair.levels, pair.functions))
    );
}

fn rust_files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in
        fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("it is there").path())
    {
        if entry.is_dir() {
            rust_files(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push((entry.display().to_string(), read(&entry)));
        }
    }
}

/// The sabotage suite: variations of one small framework, as if the framework were what everybody was given.
fn guests(root: &Path) {
    let mut components = Vec::new();
    for entry in fs::read_dir(root.join("tests/guests/prebuilt")).expect("the guests are there") {
        let path = entry.expect("it is there").path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            components.push((
                path.file_stem().expect("it has a name").to_string_lossy().into_owned(),
                fs::read(path).expect("it is there"),
            ));
        }
    }
    components.sort();
    for (title, base) in [("nothing given", 0), ("every tenth of them given", 10)] {
        let given = components.iter().step_by(base.max(1)).filter(|_| base > 0);
        let library = Library::of(&Base {
            components: given.map(|(_, bytes)| bytes.as_slice()).collect(),
            ..Base::default()
        });
        let print = |(name, bytes): &(String, Vec<u8>)| {
            let owners = [name.clone()].into();
            Print::of(&Work { id: name.clone(), owners, component: Some(bytes), ..Work::default() }, &library)
        };
        let findings = Findings::of(&components.iter().map(print).collect::<Vec<_>>());
        let reviewed = findings.pairs.iter().filter(|pair| pair.review).count() + findings.left_off;
        println!(
            "{} guests, {title}: {} with enough code of their own, {reviewed} pairs reviewed, {:?}",
            components.len(),
            components.len() - findings.insufficient.len(),
            findings.calibration.values().next()
        );
    }
}
