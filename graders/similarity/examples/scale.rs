//! How long a large class takes: `cargo run --release -p tito-similarity --example scale -- 5000`.
//!
//! Works are made up, of the size that students' are: 300 functions of which two thirds are a library's, and 1,500 lines.
//! One in fifty is a copy of half of another. Told is the time of the processor, without what making them up takes.

use std::{collections::BTreeMap, fmt::Write as _, fs, time::Instant};

use tito_similarity::{Findings, Level, Library, Print, Work};
use wasm_encoder::{
    CodeSection, Function, FunctionSection, MemorySection, MemoryType, Module, TypeSection, ValType,
};

const FUNCTIONS: u64 = 300;
const LIBRARY: u64 = 200;
const STATEMENTS: u64 = 13;
const LINES: u64 = 1_500;

fn main() {
    let works: u64 = std::env::args().nth(1).map_or(5_000, |n| n.parse().expect("a number of works"));
    let (mut prints, mut read, mut bytes, mut lines) = (Vec::new(), 0.0, 0, 0);
    for n in 0..works {
        let copied = (n % 50 == 49).then(|| n - 49);
        let (module, source) = (module(n, copied), source(n, copied));
        (bytes, lines) = (bytes + module.len(), lines + source.lines().count());
        let start = processor();
        prints.push(Print::of(
            &Work {
                id: n.to_string(),
                owners: [n.to_string()].into(),
                component: Some(&module),
                sources: BTreeMap::from([("src/lib.rs".to_owned(), source.as_bytes())]),
                ..Work::default()
            },
            &Library::default(),
        ));
        read += processor() - start;
    }
    let per = |sum: usize| sum / works.max(1) as usize;
    println!(
        "{works} works of {} bytes of component and {} lines: read in {read:.1} s",
        per(bytes),
        per(lines)
    );
    let start = processor();
    let findings = Findings::of(&prints);
    println!("compared in {:.1} s", processor() - start);
    let reviewed: Vec<_> = findings.pairs.iter().filter(|pair| pair.review).collect();
    let right = reviewed.iter().filter(|pair| pair.other % 50 == 49 && pair.other - pair.one == 49).count();
    println!(
        "{} of {} copies found among {} pairs to be reviewed",
        right,
        works / 50,
        reviewed.len() + findings.left_off
    );
    for level in [Level::Component, Level::Sources] {
        println!("{level:?}: {:?}", findings.calibration.get(&level));
    }
    println!("{}", memory());
}

/// Draws numbers; every seed another row of them.
struct Dice(u64);

impl Dice {
    fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Which work a part of a work is of: of a copy, every second part is the other's.
fn author(n: u64, copied: Option<u64>, part: u64) -> u64 {
    copied.filter(|_| part.is_multiple_of(2)).unwrap_or(n)
}

fn module(n: u64, copied: Option<u64>) -> Vec<u8> {
    let (mut types, mut functions, mut code) =
        (TypeSection::new(), FunctionSection::new(), CodeSection::new());
    types.ty().function([ValType::I32], []);
    for place in 0..FUNCTIONS {
        let seed = if place < LIBRARY { place } else { 1_000_003 * (1 + author(n, copied, place)) + place };
        functions.function(0);
        code.function(&function(&mut Dice::of(seed)));
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&code);
    module.finish()
}

fn function(dice: &mut Dice) -> Function {
    let mut function = Function::new([]);
    for _ in 0..STATEMENTS {
        function.instructions().local_get(0);
        value(dice, &mut function, 3);
        function.instructions().i32_store(memory_of(dice));
    }
    function.instructions().end();
    function
}

fn memory_of(dice: &mut Dice) -> wasm_encoder::MemArg {
    wasm_encoder::MemArg { offset: 4 * dice.below(64), align: 2, memory_index: 0 }
}

/// Some operators are used more often than others, as in real code.
fn value(dice: &mut Dice, function: &mut Function, depth: u64) {
    if depth == 0 || dice.below(5) == 0 {
        if dice.below(2) == 0 {
            function.instructions().i32_const(dice.below(1_000) as i32);
        } else {
            let memory = memory_of(dice);
            function.instructions().local_get(0).i32_load(memory);
        }
        return;
    }
    value(dice, function, depth - 1);
    value(dice, function, depth - 1);
    let rank = dice.below(14).min(dice.below(14));
    let mut sink = function.instructions();
    match rank {
        0 => sink.i32_add(),
        1 => sink.i32_mul(),
        2 => sink.i32_sub(),
        3 => sink.i32_and(),
        4 => sink.i32_shl(),
        5 => sink.i32_lt_u(),
        6 => sink.i32_eq(),
        7 => sink.i32_or(),
        8 => sink.i32_xor(),
        9 => sink.i32_shr_u(),
        10 => sink.i32_ge_s(),
        11 => sink.i32_rotl(),
        12 => sink.i32_rem_u(),
        _ => sink.i32_div_s(),
    };
}

fn source(n: u64, copied: Option<u64>) -> String {
    let mut text = String::new();
    for line in 0..LINES {
        // Copies are of whole functions, not of lines.
        let of = author(n, copied, line / 30);
        let dice = &mut Dice::of(7_000_003 * (1 + of) + line);
        match dice.below(9) {
            0 => writeln!(text, "fn f{line}(x: &[f32], n: usize) -> Vec<f32> {{"),
            1 => writeln!(text, "}}\n"),
            2 => writeln!(text, "    for i in 0..{} {{", expression(dice, 1)),
            3 => writeln!(text, "    if {} < {} {{", expression(dice, 2), expression(dice, 1)),
            4 | 5 => writeln!(text, "    let v{line} = {};", expression(dice, 3)),
            6 => writeln!(text, "    x[{}] += {};", expression(dice, 1), expression(dice, 2)),
            _ => writeln!(text, "    out.push({});", expression(dice, 2)),
        }
        .expect("a string takes all text");
    }
    text
}

fn expression(dice: &mut Dice, depth: u64) -> String {
    if depth == 0 {
        return ["x", "3", "self.n", "y"][dice.below(4) as usize].to_owned();
    }
    let mut part = || expression(dice, depth - 1);
    let (one, other) = (part(), part());
    match dice.below(8) {
        0 | 1 => format!("{one} + {other}"),
        2 => format!("{one} * {other}"),
        3 => format!("a[{one}]"),
        4 => format!("f({one}, {other})"),
        5 => format!("{one}.iter().map(|v| v - {other}).sum()"),
        6 => format!("({one} - {other})"),
        _ => format!("{one}.max({other})"),
    }
}

/// Seconds that this thread has had the processor, where the system says so.
fn processor() -> f64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let start = START.get_or_init(Instant::now);
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    told.map_or_else(|| start.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// The most memory that was held, where the system says so.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default().to_owned()
}
