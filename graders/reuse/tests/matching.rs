//! What a linker decides does not matter, and what a function does, does.

use proptest::prelude::*;
use tito_artifact::{Artifact, Gated, Limits};
use tito_reuse::{Code, Comparison, Fate, Library, SIMILAR, Tier, Use, similarity};
use tito_sandbox::{FunctionId, Profile};

/// Bodies that have little in common. `{next}` is another function, `{data}` an address, `{type}` a signature, `{global}`
/// a global.
const BODIES: [&str; 12] = [
    "(loop $l (local.set $i (i32.add (local.get $i) (i32.const 3))) (f32.store (i32.add (local.get $p) (local.get $i))
        (f32.mul (f32.load offset=8 (local.get $p)) (f32.load offset={data} (local.get $i))))
        (br_if $l (i32.lt_u (local.get $i) (local.get $n))))",
    "(if (i32.eqz (local.get $n)) (then (call {next} (i32.const {data}) (i32.const 7)))
        (else (loop $l (f64.store (local.get $p) (f64.sqrt (f64.load (i32.const {data}))))
        (local.set $p (i32.sub (local.get $p) (i32.const 8))) (br_if $l (i32.gt_s (local.get $p) (i32.const 64))))))",
    "(block $b (loop $l (br_if $b (i32.ge_u (local.get $i) (local.get $n))) (v128.store (local.get $p)
        (f32x4.add (v128.load (local.get $p)) (f32x4.splat (f32.const 0.5)))) (local.set $i (i32.add (local.get $i)
        (i32.const 4))) (br $l)))",
    "(i64.store (local.get $p) (i64.xor (i64.rotl (i64.load (local.get $p)) (i64.const 13)) (i64.mul (i64.load offset=8
        (local.get $p)) (i64.const -7046029254386353131)))) (i64.store offset=8 (local.get $p) (i64.shr_u (i64.load
        (local.get $p)) (i64.const 7)))",
    "(call_indirect (type {type}) (i32.load (local.get $p)) (i32.load offset=4 (local.get $p)) (i32.load offset=12
        (i32.const {data}))) (global.set {global} (i32.sub (global.get {global}) (i32.const 32)))
        (i32.store8 (local.get $p) (i32.and (local.get $n) (i32.const 255)))",
    "(loop $l (if (f32.gt (f32.load (local.get $p)) (f32.const 0)) (then (f32.store (local.get $p) (f32.neg
        (f32.load (local.get $p)))))) (local.set $p (i32.add (local.get $p) (i32.const 4))) (br_if $l (i32.ne
        (local.get $p) (local.get $n))))",
    "(memory.fill (local.get $p) (i32.const 0) (i32.shl (local.get $n) (i32.const 2))) (memory.copy (i32.const {data})
        (local.get $p) (local.get $n)) (i32.store (local.get $p) (i32.rem_u (local.get $n) (i32.const 10)))
        (i32.store16 (local.get $p) (i32.div_s (local.get $n) (i32.const 3)))",
    "(block $a (block $b (block $c (br_table $a $b $c (local.get $n))) (i32.store (local.get $p) (i32.const 1)))
        (i32.store (local.get $p) (i32.const 2))) (f32.store (local.get $p) (f32.convert_i32_u (i32.popcnt
        (local.get $n))))",
    "(f32.store (local.get $p) (f32.div (f32.const 1) (f32.add (f32.const 1) (f32.abs (f32.trunc (f32.load
        (local.get $p))))))) (f32.store offset=4 (local.get $p) (f32.min (f32.max (f32.load (i32.const {data}))
        (f32.const -1)) (f32.ceil (f32.load (local.get $p)))))",
    "(i32.store (local.get $p) (select (i32.clz (local.get $n)) (i32.ctz (local.get $i)) (i32.le_s (local.get $n)
        (i32.const 100)))) (loop $l (call {next} (local.get $p) (local.get $n)) (call {next} (local.get $i)
        (local.get $n)) (br_if $l (i32.load8_u (local.get $p))))",
    "(f64.store (local.get $p) (f64.promote_f32 (f32.load (local.get $n)))) (f64.store offset=8 (local.get $p) (f64.div
        (f64.load (local.get $p)) (f64.convert_i32_s (local.get $n)))) (i64.store (local.get $n) (i64.trunc_sat_f64_s
        (f64.load (local.get $p))))",
    "(v128.store (local.get $p) (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (v128.load (local.get $p))
        (v128.load offset=16 (local.get $p)))) (v128.store offset=32 (local.get $p) (f32x4.pmax (f32x4.mul (v128.load
        (local.get $n)) (v128.load (local.get $p))) (v128.const f32x4 0 0 0 0)))",
];

/// How a linker laid it out.
#[derive(Clone, Debug)]
struct Layout {
    order: Vec<usize>,
    data: u32,
    types_before: usize,
    globals_before: usize,
    functions_before: usize,
    are_named: bool,
}

fn layout() -> impl Strategy<Value = Layout> {
    let order = Just((0..BODIES.len()).collect::<Vec<_>>()).prop_shuffle();
    (order, 1u32..60, 0usize..4, 0usize..4, 0usize..4, any::<bool>()).prop_map(
        |(order, kibibytes, types_before, globals_before, functions_before, are_named)| Layout {
            order,
            data: kibibytes << 10,
            types_before,
            globals_before,
            functions_before,
            are_named,
        },
    )
}

fn plain(bodies: usize) -> Layout {
    Layout {
        order: (0..bodies).collect(),
        data: 1 << 10,
        types_before: 0,
        globals_before: 0,
        functions_before: 0,
        are_named: false,
    }
}

impl Layout {
    fn artifact(&self, bodies: &[&str]) -> Artifact {
        let types = "(type (func (param f64 f64 i64)))".repeat(self.types_before);
        let globals = "(global (mut i64) (i64.const 0))".repeat(self.globals_before);
        let before = "(func (param i64))".repeat(self.functions_before);
        let functions: String = self.order.iter().map(|&place| self.function(place, bodies)).collect();
        gated(&format!(
            "(component (core module {types} (type $call (func (param i32 i32))) (memory 1) (table 1 funcref)
                {globals} (global $stack (mut i32) (i32.const 0)) {before} {functions}
                (data (i32.const {}) \"some data that lie there\")))",
            self.data
        ))
    }

    fn function(&self, place: usize, bodies: &[&str]) -> String {
        let next = self.order.iter().position(|&other| other == (place + 1) % bodies.len());
        let next = self.functions_before + next.expect("every body is there");
        let data = self.data + 4 * place as u32;
        let body = bodies[place]
            .replace("{next}", &next.to_string())
            .replace("{data}", &data.to_string())
            .replace("{type}", "$call")
            .replace("{global}", "$stack");
        let name = if self.are_named { format!("$f{place}_{data}") } else { String::new() };
        format!("(func {name} (param $p i32) (param $n i32) (local $i i32) {body} {body})")
    }

    /// Which function a body has become.
    fn id(&self, place: usize) -> FunctionId {
        let position = self.order.iter().position(|&other| other == place).expect("every body is there");
        FunctionId { module: 0, function: (self.functions_before + position) as u32 }
    }

    /// A profile in which each used so much; 0 is nothing.
    fn used(&self, fuel: impl Fn(usize) -> u64) -> Use {
        let mut stacks: Vec<_> =
            (0..self.order.len()).map(|place| (vec![self.id(place)], fuel(place))).collect();
        stacks.retain(|(_, fuel)| *fuel > 0);
        stacks.sort();
        Use::of(&Profile { stacks })
    }
}

fn gated(text: &str) -> Artifact {
    let bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
    match Artifact::gate(bytes, &Limits::default()) {
        Gated::Admitted(artifact) => artifact,
        Gated::Refused(refusal) => panic!("{refusal}"),
    }
}

fn code(artifact: &Artifact) -> Code {
    Code::of(artifact, &Library::default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_a_linker_decides_does_not_matter(one in layout(), other in layout()) {
        let [first, second] = [&one, &other].map(|layout| code(&layout.artifact(&BODIES)));
        let of = |code: &Code, layout: &Layout, place| {
            let id = layout.id(place);
            code.functions().iter().find(|function| function.id == id).expect("it is there").normal.clone()
        };
        for place in 0..BODIES.len() {
            prop_assert_eq!(of(&first, &one, place), of(&second, &other, place), "body {}", place);
        }
        let used = |layout: &Layout| layout.used(|place| 1_000 - place as u64);
        let found = Comparison::new((&first, &used(&one)), &second, &used(&other), &Use::default());
        prop_assert_eq!(found.retention(), Some(1.0));
        for (place, row) in found.rows.iter().enumerate() {
            prop_assert_eq!(row.counterpart, Some(other.id(place)));
        }
    }
}

#[test]
fn functions_that_have_nothing_in_common_are_not_alike() {
    let code = code(&plain(BODIES.len()).artifact(&BODIES));
    for (place, one) in code.functions().iter().enumerate() {
        assert!(one.counts, "body {place} has {} operators", one.normal.operators());
        assert!(similarity(&one.normal, &one.normal) > 0.999);
        for other in &code.functions()[..place] {
            assert_ne!(one.normal.digest(), other.normal.digest());
            let alike = similarity(&one.normal, &other.normal);
            assert!(alike < SIMILAR / 2.0, "{alike}: {:?} and {:?}", one.id, other.id);
        }
    }
}

#[test]
fn halves_are_half_and_what_sleeps_is_nothing() {
    let all = plain(BODIES.len());
    let vision = code(&all.artifact(&BODIES));
    let work = all.used(|_| 100);
    let language = code(&Layout { data: 2 << 10, ..all.clone() }.artifact(&BODIES));
    let check = |ran: &dyn Fn(usize) -> u64, expected: f64, fate: Fate| {
        let found = Comparison::new((&vision, &work), &language, &all.used(ran), &Use::default());
        assert_eq!(found.tier, Tier::Functions);
        let retention = found.retention().expect("there are enough functions");
        assert!((retention - expected).abs() < 1e-9, "{retention}");
        assert_eq!(found.rows.last().map(|row| row.fate), Some(fate));
    };
    check(&|_| 100, 1.0, Fate::Verbatim);
    check(&|_| 1_000, 1.0, Fate::Verbatim);
    check(&|place| if place < 6 { 100 } else { 0 }, 0.5, Fate::Asleep);
    check(&|_| 0, 0.0, Fate::Asleep);
    // What is called for show is worth what it used.
    check(&|_| 1, 0.01, Fate::Verbatim);
}

#[test]
fn what_is_changed_a_little_is_adapted() {
    let layout = plain(BODIES.len());
    let vision = code(&layout.artifact(&BODIES));
    let mut changed = BODIES;
    let body = BODIES[0].replace("(i32.const 3)", "(i32.const 5)");
    changed[0] = &body;
    changed[1] = BODIES[11];
    let language = code(&layout.artifact(&changed));
    let work = layout.used(|_| 100);
    let found = Comparison::new((&vision, &work), &language, &work, &work);
    assert!(matches!(found.rows[0].fate, Fate::Adapted(_)), "{:?}", found.rows[0].fate);
    assert_eq!(found.rows[1].fate, Fate::Gone);
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
    close(found.retention().expect("there are enough functions"), 11.0 / 12.0);
    // One of the two that are equal is of the first, the other is new.
    assert_eq!(found.new.len(), 1);
    close(found.share(), 11.0 / 12.0);
}

#[test]
fn a_library_counts_for_neither_and_too_little_is_said_to_be() {
    let layout = plain(BODIES.len());
    let sort = layout.function(0, &BODIES).replace("(func ", "(func (export \"core::slice::sort\")");
    let library = format!("(component (core module (memory 1) {sort} (data (i32.const 1024) \"data\")))");
    let library = Library::of(&[gated(&library)]);
    let artifact = layout.artifact(&BODIES);
    let counts = Code::of(&artifact, &library).functions().iter().filter(|function| function.counts).count();
    assert_eq!(counts, BODIES.len() - 1);
    let few = plain(4);
    let vision = code(&Layout { data: 3 << 10, ..few.clone() }.artifact(&BODIES[..4]));
    let work = few.used(|_| 100);
    let found = Comparison::new((&vision, &work), &code(&artifact), &work, &work);
    assert_eq!(found.retention(), None);
}

#[test]
fn one_file_is_all_of_itself() {
    let few = plain(3);
    let vision = code(&few.artifact(&BODIES[..3]));
    let found = Comparison::new((&vision, &few.used(|_| 1)), &vision, &Use::default(), &Use::default());
    assert_eq!((found.tier, found.retention()), (Tier::Component, Some(1.0)));
}
