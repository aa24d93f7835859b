//! Every solution in every disguise.

use std::collections::HashMap;

use tito_similarity::{Print, functions};

use crate::{Bench, Solution, compile::mutated, disguise, parts};

/// A copy, by what was done to it.
pub struct Copied {
    /// What was done.
    pub disguise: &'static str,
    /// Of which solution.
    pub original: usize,
    /// Whose code lies beside it, and who must therefore be left out of the class.
    pub filler: Option<usize>,
    /// What was handed in.
    pub print: Print,
}

/// How many functions are known to be of how many solutions, by digest.
type Known = HashMap<[u8; 32], usize>;

/// One solution and what is needed to disguise it.
struct Original<'a> {
    place: usize,
    solution: &'a Solution,
    /// The next one, whose code the copier has written.
    filler: (usize, &'a Solution),
    bench: &'a Bench,
    found: Vec<Copied>,
}

/// Every solution in every disguise.
pub fn copies(solutions: &[Solution], bench: &Bench) -> Vec<Copied> {
    let mut known = Known::new();
    for normal in solutions.iter().flat_map(|solution| functions(&solution.modules[0]).expect("it is well")) {
        *known.entry(*normal.digest()).or_default() += 1;
    }
    let of = |(place, solution)| {
        let next = (place + 1) % solutions.len();
        let filler = (next, &solutions[next]);
        let mut original = Original { place, solution, filler, bench, found: vec![] };
        eprintln!("{} of {}: {}", place + 1, solutions.len(), solution.name);
        original.of_sources();
        original.of_both();
        original.of_components();
        original.of_parts(&known);
        original.found
    };
    solutions.iter().enumerate().flat_map(of).collect()
}

impl Original<'_> {
    fn add(&mut self, disguise: &'static str, sources: &[(&str, &str)], modules: &[Vec<u8>]) {
        let print = self.bench.print("copy", sources, modules);
        self.found.push(Copied { disguise, original: self.place, filler: None, print });
    }

    /// The copier has written the filler.
    fn add_beside(&mut self, disguise: &'static str, sources: &[(&str, &str)], modules: &[Vec<u8>]) {
        self.add(disguise, sources, modules);
        self.found.last_mut().expect("it was added").filler = Some(self.filler.0);
    }

    /// Sources alone: parts that need not be compiled, beside work of the copier's own.
    fn of_sources(&mut self) {
        let renamed = disguise::renamed(&self.solution.source, &self.bench.compiler);
        let own = &self.filler.1.source;
        for (disguise, share) in [
            ("sources: 25 % renamed, beside as much again", 0.25),
            ("sources: 50 % renamed, beside as much again", 0.5),
            ("sources: 75 % renamed, beside as much again", 0.75),
        ] {
            let part = disguise::part(&renamed, share);
            self.add_beside(disguise, &[("a.rs", &part), ("b.rs", own)], &[]);
        }
    }

    /// Sources and what is compiled of them.
    fn of_both(&mut self) {
        let source = &self.solution.source;
        let renamed = disguise::renamed(source, &self.bench.compiler);
        let reordered = disguise::reordered(&renamed);
        let stretched = disguise::stretched(&reordered);
        let beside = disguise::joined(&[&reordered, &self.filler.1.source]);
        self.both("nothing", source, true);
        self.both("renamed, comments and layout gone", &renamed, true);
        self.both("renamed, reordered", &reordered, true);
        self.both("renamed, reordered, a dead statement behind every second", &stretched, true);
        let module = self.bench.compiler.module(&beside, "3").unwrap_or_else(|e| panic!("{e}"));
        self.add_beside("renamed, reordered, beside as much again", &[("lib.rs", &beside)], &[module]);
    }

    fn both(&mut self, disguise: &'static str, source: &str, is_told: bool) {
        let module = self.bench.compiler.module(source, "3");
        let module = module.unwrap_or_else(|e| panic!("{disguise} of {}: {e}", self.solution.name));
        self.hold(disguise, &module);
        if is_told {
            self.add(disguise, &[("main.rs", source)], &[module]);
        }
    }

    /// A disguise must do what the original does.
    fn hold(&self, disguise: &str, module: &[u8]) {
        let [one, other] =
            [&self.solution.modules[0], module].map(|module| self.bench.compiler.answers(module));
        assert_eq!(one, other, "{disguise} of {} does something else", self.solution.name);
    }

    /// The component alone.
    fn of_components(&mut self) {
        let [_, o2, o1, os] = &self.solution.modules[..] else { unreachable!("there are four") };
        let (o3, compiler) = (&self.solution.modules[0], &self.bench.compiler);
        let o0 = compiler.module(&self.solution.source, "0").expect("it compiles");
        let mut changed = vec![
            ("component: O2 for O3", o2.clone()),
            ("component: O1 for O3", o1.clone()),
            ("component: Os for O3", os.clone()),
            ("component: O0 for O3", o0),
            ("component: wasm-mutate, 50 rounds", mutated(compiler, o3, 50)),
            ("component: wasm-mutate, 500 rounds", mutated(compiler, o3, 500)),
        ];
        for (disguise, flag) in [("component: wasm-opt -O3", "-O3"), ("component: wasm-opt -Oz", "-Oz")] {
            changed.extend(compiler.optimised(o3, flag).map(|module| (disguise, module)));
        }
        changed.extend(compiler.optimised(os, "-O3").map(|module| ("component: Os, wasm-opt -O3", module)));
        for (disguise, module) in changed {
            self.add(disguise, &[], &[module]);
        }
    }

    /// Some of the own functions of a component, beside another.
    fn of_parts(&mut self, known: &Known) {
        let module = self.solution.modules[0].clone();
        let normals = functions(&module).expect("it is well");
        let is_own = |place: usize| known[normals[place].digest()] == 1;
        let own: Vec<_> = (0..normals.len()).filter(|place| is_own(*place)).collect();
        let all: usize = own.iter().map(|place| normals[*place].operators()).sum();
        for (disguise, share) in [
            ("component: 25 % of it, beside as much again", 0.25),
            ("component: 50 % of it, beside as much again", 0.5),
            ("component: all of it, beside as much again", 1.0),
        ] {
            let (mut kept, mut sum) = (vec![false; normals.len()], 0);
            for place in own.iter().rev() {
                kept[*place] = (sum as f64) < share * all as f64;
                sum += normals[*place].operators();
            }
            let part = parts::keeping(&module, |place| kept[place]);
            self.add_beside(disguise, &[], &[part, self.filler.1.modules[0].clone()]);
        }
    }
}
