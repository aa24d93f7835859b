//! Honest ways to write attention are within the bound, and known bugs are beyond it.

#[path = "support/beyond.rs"]
mod beyond;
#[path = "support/bounds.rs"]
mod bounds;
mod support;

use beyond::{halves, wrong};
use bounds::{right, worst};
use support::Random;
use tito_kernels::{
    Gradients, Judged, Wide,
    attention::{self, Attention},
};
use tito_tensor::Tensor;

/// A sum of products.
type Dot = fn(&[f32], &[f32]) -> f32;

const DOTS: [(&str, Dot); 4] = [
    ("forwards", |a, b| a.iter().zip(b).map(|(a, b)| a * b).sum()),
    ("backwards", |a, b| a.iter().zip(b).rev().map(|(a, b)| a * b).sum()),
    ("fused", |a, b| a.iter().zip(b).fold(0.0f32, |sum, (a, b)| a.mul_add(*b, sum))),
    ("four lanes", |a, b| {
        let mut lanes = [0.0; 4];
        a.iter().zip(b).enumerate().for_each(|(at, (a, b))| lanes[at % 4] += a * b);
        (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
    }),
];

/// What becomes of a score that its query must not see.
#[derive(Clone, Copy, PartialEq)]
enum Hidden {
    Skipped,
    MinusInfinity,
    /// Instead of the score.
    MinusBillion,
    /// Added to the score.
    LessBillion,
    /// A bug: added to the scores that are seen, as the course's `GPT` once did.
    BillionLessSeen,
    /// A bug: the score times zero.
    Zero,
    /// A bug: the weight times zero, after the softmax.
    ZeroWeight,
}

/// What the softmax subtracts.
#[derive(Clone, Copy)]
enum Shift {
    /// The largest score that is seen.
    Seen,
    /// The largest of the row, seen or not.
    Row,
    Nothing,
    /// None at a time: the largest so far, with what was summed scaled anew (Milakov and Gimelshein 2018).
    Online,
}

/// A way to write attention in f32.
#[derive(Clone, Copy)]
struct Way {
    dot: Dot,
    /// What scores are multiplied by, of the size of a head and the width.
    scale: fn(f32, f32) -> f32,
    /// Whether it is the queries that are.
    scales_queries: bool,
    hidden: Hidden,
    shift: Shift,
    /// Whether a query sees a key.
    sees: fn(usize, usize) -> bool,
    /// The feature of a head, of the sizes and the number of heads.
    feature: fn(usize, usize, usize, usize) -> usize,
    /// A bug: the softmax over the queries of a key.
    over_queries: bool,
    /// A bug: no output projection, or values that are not projected.
    projects: [bool; 2],
}

const PLAIN: Way = Way {
    dot: DOTS[0].1,
    scale: |size, _| 1.0 / size.sqrt(),
    scales_queries: false,
    hidden: Hidden::Skipped,
    shift: Shift::Seen,
    sees: |query, key| key <= query,
    feature: |head, at, size, _| head * size + at,
    over_queries: false,
    projects: [true; 2],
};

struct Case {
    drawn: Drawn,
    attention: Attention,
    x: Tensor,
    parameters: Vec<Tensor>,
    dy: Tensor,
}

/// How the numbers of a case are drawn.
#[derive(Clone, Copy, Debug)]
enum Drawn {
    Normal,
    /// Inputs five times as large: a few keys have all the weight.
    Sharp,
    /// Nothing cancels.
    Positive,
    /// Inputs that hardly matter beside the biases.
    Flat,
}

impl Case {
    fn new(shape: [u32; 3], heads: u32, causal: bool, drawn: Drawn, seed: u64) -> Self {
        let mut random = Random(seed);
        let width = shape[2];
        let root = (width as f32).sqrt();
        let (of_x, positive) = match drawn {
            Drawn::Normal => (1.0, false),
            Drawn::Sharp => (5.0, false),
            Drawn::Positive => (1.0, true),
            Drawn::Flat => (1e-3, false),
        };
        let mut tensor = |shape: &[u32], scale: f32| {
            random.tensor(shape, |random| scale * if positive { random.uniform() } else { random.normal() })
        };
        let x = tensor(&shape, of_x);
        let parameters =
            (0..4).flat_map(|_| [tensor(&[width; 2], 1.0 / root), tensor(&[width], 0.1)]).collect();
        let dy = tensor(&shape, 1.0);
        Self { drawn, attention: Attention { heads, causal }, x, parameters, dy }
    }

    fn judged(&self) -> Judged {
        attention::oracle(&Wide::from(&self.x), &self.wides(), self.attention).unwrap()
    }

    fn judged_slopes(&self) -> Gradients<Judged> {
        let (x, dy) = (Wide::from(&self.x), Wide::from(&self.dy));
        attention::oracle_backward(&x, &self.wides(), self.attention, &dy).unwrap()
    }

    fn wides(&self) -> Vec<Wide> {
        self.parameters.iter().map(Wide::from).collect()
    }

    fn extents(&self) -> [usize; 5] {
        let [n, t, width] = [0, 1, 2].map(|axis| self.x.shape().extents()[axis] as usize);
        let heads = self.attention.heads as usize;
        [n, t, width, heads, width / heads]
    }

    /// The honest ways: every order of sums, and every other choice with the first.
    fn honest(&self) -> impl Iterator<Item = (&'static str, Way)> {
        let sums = DOTS.map(|(name, dot)| (name, Way { dot, ..PLAIN }));
        let others = [
            ("-inf", Way { hidden: Hidden::MinusInfinity, ..PLAIN }),
            ("-1e9 in its place", Way { hidden: Hidden::MinusBillion, ..PLAIN }),
            ("-1e9 added", Way { hidden: Hidden::LessBillion, ..PLAIN }),
            ("shifted by the whole row's largest", Way { shift: Shift::Row, ..PLAIN }),
            ("online", Way { shift: Shift::Online, dot: DOTS[2].1, ..PLAIN }),
            ("scaled queries", Way { scales_queries: true, ..PLAIN }),
            ("not shifted", Way { shift: Shift::Nothing, ..PLAIN }),
        ];
        // The exponential of large scores overflows where they are not shifted, and underflows where that is by one not seen.
        let is_sharp = matches!(self.drawn, Drawn::Sharp);
        let overflows = move |way: &Way| is_sharp && matches!(way.shift, Shift::Nothing | Shift::Row);
        sums.into_iter().chain(others).filter(move |(_, way)| !overflows(way))
    }

    /// Rows times a weight, and its bias.
    fn project(&self, rows: &[f32], at: usize, dot: Dot) -> Vec<f32> {
        let width = self.extents()[2];
        let columns = transposed(self.parameters[at].data(), width);
        let bias = self.parameters[at + 1].data();
        let element =
            |row: &[f32], column: usize| dot(row, &columns[column * width..][..width]) + bias[column];
        rows.chunks(width).flat_map(|row| (0..width).map(|c| element(row, c)).collect::<Vec<_>>()).collect()
    }

    /// What each step of the way gives.
    fn steps(&self, way: &Way) -> Steps {
        let [n, t, width, heads, size] = self.extents();
        let x = self.x.data();
        let (q, k) = (self.project(x, 0, way.dot), self.project(x, 2, way.dot));
        let v = if way.projects[0] { self.project(x, 4, way.dot) } else { x.to_vec() };
        let mut weights = Vec::new();
        let mut mixed = vec![0.0; x.len()];
        for (image, head) in (0..n).flat_map(|image| (0..heads).map(move |head| (image, head))) {
            let place =
                |row: usize, at: usize| (image * t + row) * width + (way.feature)(head, at, size, heads);
            let part = |of: &[f32]| -> Vec<Vec<f32>> {
                (0..t).map(|row| (0..size).map(|at| of[place(row, at)]).collect()).collect()
            };
            let of_head = self.weights(way, &part(&q), &part(&k));
            let values = part(&v);
            for (row, weights) in of_head.iter().enumerate() {
                for at in 0..size {
                    let column: Vec<f32> = values.iter().map(|value| value[at]).collect();
                    mixed[place(row, at)] = (way.dot)(weights, &column);
                }
            }
            weights.push(of_head);
        }
        let output = if way.projects[1] { self.project(&mixed, 6, way.dot) } else { mixed.clone() };
        Steps { q, k, v, weights, mixed, output }
    }

    /// The weights of one head, a row a query.
    fn weights(&self, way: &Way, queries: &[Vec<f32>], keys: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let [_, t, width, _, size] = self.extents();
        let scale = (way.scale)(size as f32, width as f32);
        let score = |query: &Vec<f32>, key: &Vec<f32>| {
            if way.scales_queries {
                (way.dot)(&query.iter().map(|q| q * scale).collect::<Vec<_>>(), key)
            } else {
                (way.dot)(query, key) * scale
            }
        };
        let sees = |row: usize, key: usize| !self.attention.causal || (way.sees)(row, key);
        let rows: Vec<Vec<f32>> =
            queries.iter().map(|q| keys.iter().map(|k| score(q, k)).collect()).collect();
        if way.over_queries {
            let columns: Vec<Vec<f32>> = (0..t)
                .map(|key| {
                    let column: Vec<f32> = (0..t).map(|row| rows[row][key]).collect();
                    softmax(way, &column, |row| sees(row, key))
                })
                .collect();
            return (0..t).map(|row| (0..t).map(|key| columns[key][row]).collect()).collect();
        }
        rows.iter().enumerate().map(|(row, scores)| softmax(way, scores, |key| sees(row, key))).collect()
    }

    /// The gradients, as the textbook has them; `mean` is Σ p dp of a row, of p, dp, the mixture and its gradient.
    fn slopes(&self, way: &Way, mean: Mean, bug: Bug) -> Vec<Vec<f32>> {
        let [n, t, width, heads, size] = self.extents();
        let steps = self.steps(way);
        let g = self.back(self.dy.data(), 6, way.dot);
        let scale = if bug == Bug::Unscaled { 1.0 } else { (way.scale)(size as f32, width as f32) };
        let mut slopes = [vec![0.0; g.len()], vec![0.0; g.len()], vec![0.0; g.len()]];
        for (image, head) in (0..n).flat_map(|image| (0..heads).map(move |head| (image, head))) {
            let place = |row: usize| (image * t + row) * width + head * size;
            let part = |of: &[f32]| -> Vec<Vec<f32>> {
                (0..t).map(|row| of[place(row)..][..size].to_vec()).collect()
            };
            let [q, k, v, o, g] = [&steps.q, &steps.k, &steps.v, &steps.mixed, &g].map(|of| part(of));
            let p = &steps.weights[image * heads + head];
            let ds: Vec<Vec<f32>> = (0..t)
                .map(|row| {
                    let dp: Vec<f32> = v.iter().map(|v| (way.dot)(&g[row], v)).collect();
                    let mean = mean(&p[row], &dp, &o[row], &g[row], way.dot);
                    let element = |(p, dp): (&f32, &f32)| match bug {
                        Bug::Diagonal => p * (1.0 - p) * dp * scale,
                        Bug::NoSoftmax => p * dp * scale,
                        _ => p * (dp - mean) * scale,
                    };
                    p[row].iter().zip(&dp).map(element).collect()
                })
                .collect();
            for (row, at) in (0..t).flat_map(|row| (0..size).map(move |at| (row, at))) {
                let of = |rows: &[Vec<f32>]| rows.iter().map(|of| of[at]).collect::<Vec<_>>();
                let by = |pairs: &[Vec<f32>]| pairs.iter().map(|of| of[row]).collect::<Vec<_>>();
                slopes[0][place(row) + at] = (way.dot)(&ds[row], &of(&k));
                slopes[1][place(row) + at] = (way.dot)(&by(&ds), &of(&q));
                slopes[2][place(row) + at] = (way.dot)(&by(p), &of(&g));
            }
        }
        let parts = [0, 1, 2].map(|at| self.back(&slopes[at], 2 * at, way.dot));
        let input = (0..g.len()).map(|at| parts[0][at] + parts[1][at] + parts[2][at]).collect();
        let x = self.x.data();
        let rows = [x, x, x, &steps.mixed];
        let of_rows = slopes.iter().map(Vec::as_slice).chain([self.dy.data()]);
        let parameters = rows.into_iter().zip(of_rows).flat_map(|(rows, dy)| {
            let (rows, dy) = (transposed(rows, width), transposed(dy, width));
            let count = n * t;
            let weight = (0..width * width).map(|at| {
                (way.dot)(&rows[at / width * count..][..count], &dy[at % width * count..][..count])
            });
            let ones = vec![1.0; count];
            let bias = dy.chunks(count).map(|column| (way.dot)(column, &ones));
            [weight.collect(), bias.collect::<Vec<f32>>()]
        });
        [input].into_iter().chain(parameters).collect()
    }

    /// Gradients times a weight, transposed.
    fn back(&self, gradients: &[f32], at: usize, dot: Dot) -> Vec<f32> {
        let width = self.extents()[2];
        let rows = || self.parameters[at].data().chunks(width);
        gradients.chunks(width).flat_map(|dy| rows().map(|w| dot(dy, w)).collect::<Vec<_>>()).collect()
    }
}

struct Steps {
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    /// Of each head of each sequence.
    weights: Vec<Vec<Vec<f32>>>,
    mixed: Vec<f32>,
    output: Vec<f32>,
}

/// Σ p dp of a row, of p, dp, the mixture and its gradient.
type Mean = fn(&[f32], &[f32], &[f32], &[f32], Dot) -> f32;

const MEANS: [(&str, Mean); 2] =
    [("of weights", |p, dp, _, _, dot| dot(p, dp)), ("of the mixture", |_, _, o, g, dot| dot(o, g))];

#[derive(Clone, Copy, PartialEq)]
enum Bug {
    None,
    Unscaled,
    Diagonal,
    NoSoftmax,
}

/// `[rows, width]` as `[width, rows]`.
fn transposed(data: &[f32], width: usize) -> Vec<f32> {
    (0..width).flat_map(|column| data.iter().skip(column).step_by(width).copied()).collect()
}

/// The weights of a row of scores.
fn softmax(way: &Way, scores: &[f32], sees: impl Fn(usize) -> bool) -> Vec<f32> {
    let masked = |(at, &score): (usize, &f32)| match (sees(at), way.hidden) {
        (true, Hidden::BillionLessSeen) => score - 1e9,
        (true, _) | (false, Hidden::ZeroWeight | Hidden::BillionLessSeen) => score,
        (false, Hidden::MinusBillion) => -1e9,
        (false, Hidden::LessBillion) => score - 1e9,
        (false, Hidden::Zero) => 0.0,
        (false, Hidden::Skipped | Hidden::MinusInfinity) => f32::NEG_INFINITY,
    };
    let masked: Vec<f32> = scores.iter().enumerate().map(masked).collect();
    let max = |of: &[f32]| of.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shift = match way.shift {
        Shift::Seen => max(&masked),
        Shift::Row => max(scores),
        Shift::Nothing => 0.0,
        Shift::Online => return online(&masked),
    };
    let weights: Vec<f32> = masked.iter().map(|score| (score - shift).exp()).collect();
    let sum: f32 = weights.iter().sum();
    let kept = |(at, weight): (usize, f32)| {
        if way.hidden == Hidden::ZeroWeight && !sees(at) { 0.0 } else { weight / sum }
    };
    weights.into_iter().enumerate().map(kept).collect()
}

fn online(scores: &[f32]) -> Vec<f32> {
    let (mut max, mut sum) = (f32::NEG_INFINITY, 0.0);
    for &score in scores.iter().filter(|score| score.is_finite()) {
        let larger = score.max(max);
        sum = sum * (max - larger).exp() + (score - larger).exp();
        max = larger;
    }
    scores.iter().map(|score| (score - max).exp() * (1.0 / sum)).collect()
}

const CASES: [([u32; 3], u32); 6] =
    [([1, 1, 8], 2), ([2, 7, 12], 3), ([1, 33, 5], 1), ([1, 40, 64], 4), ([1, 16, 64], 64), ([3, 6, 32], 1)];

fn cases() -> impl Iterator<Item = (String, Case)> {
    let of = |(shape, heads): ([u32; 3], u32)| {
        [Drawn::Normal, Drawn::Sharp, Drawn::Positive, Drawn::Flat].into_iter().flat_map(move |drawn| {
            [(true, 1), (false, 2)].map(|(causal, seed)| {
                let what = format!("attention {shape:?} {heads} {causal} {drawn:?}");
                (what, Case::new(shape, heads, causal, drawn, seed))
            })
        })
    };
    CASES.into_iter().flat_map(of)
}

#[test]
fn attention_may_be_written_in_many_ways() {
    for (what, case) in cases() {
        let judged = case.judged();
        for (name, way) in case.honest() {
            right(&format!("{what}, {name}"), &judged, &case.steps(&way).output);
        }
        right(&format!("{what}, cached"), &judged, &cached(&case));
        wrong(&format!("{what}, half precision"), &judged, &halves(&case.steps(&PLAIN).output));
    }
}

#[test]
fn its_gradients_may_be_written_in_many_ways() {
    for (what, case) in cases() {
        let Gradients { input, parameters } = case.judged_slopes();
        let judged: Vec<_> = [input].into_iter().chain(parameters).collect();
        let ways = case.honest().map(|way| (way, MEANS[0])).chain([(("forwards", PLAIN), MEANS[1])]);
        for ((name, way), (of, mean)) in ways {
            for (at, (judged, found)) in judged.iter().zip(case.slopes(&way, mean, Bug::None)).enumerate() {
                right(&format!("{what}, {name}, mean {of}, backward {at}"), judged, &found);
            }
        }
        let found = case.slopes(&PLAIN, MEANS[0].1, Bug::None);
        let excess = judged.iter().zip(&found).map(|(judged, found)| worst(judged, &halves(found)));
        let excess: Vec<_> = excess.collect();
        println!("wrong, {what}, half precision of gradients {excess:.1?}");
        // Of large scores the gradients are badly conditioned, and their last digits in doubt.
        let showing = if matches!(case.drawn, Drawn::Sharp) { &excess } else { &excess[..1] };
        assert!(showing.iter().any(|&excess| excess > 1.0), "{what}: half precision passes");
    }
}

/// One token at a time, keys and values kept: what generates text.
fn cached(case: &Case) -> Vec<f32> {
    let [_, t, width, heads, size] = case.extents();
    let mut output = Vec::new();
    for sequence in case.x.data().chunks(t * width) {
        // Without a mask everybody sees the last key as well.
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        let mut keep = |token: &[f32]| {
            keys.push(case.project(token, 2, DOTS[0].1));
            values.push(case.project(token, 4, DOTS[0].1));
            (keys.clone(), values.clone())
        };
        let caches: Vec<_> = sequence.chunks(width).map(&mut keep).collect();
        for (row, token) in sequence.chunks(width).enumerate() {
            let (keys, values) = &caches[if case.attention.causal { row } else { t - 1 }];
            let query = case.project(token, 0, DOTS[0].1);
            let mut mixed = vec![0.0; width];
            for head in 0..heads {
                let of = head * size..(head + 1) * size;
                let score =
                    |key: &Vec<f32>| DOTS[0].1(&query[of.clone()], &key[of.clone()]) / (size as f32).sqrt();
                let scores: Vec<f32> = keys.iter().map(score).collect();
                for (weight, value) in softmax(&PLAIN, &scores, |_| true).iter().zip(values) {
                    mixed[of.clone()].iter_mut().zip(&value[of.clone()]).for_each(|(o, v)| *o += weight * v);
                }
            }
            output.extend(case.project(&mixed, 6, DOTS[0].1));
        }
    }
    output
}

#[test]
fn the_bugs_of_attention_are_beyond_the_bound() {
    let bugs = [
        ("unscaled", Way { scale: |_, _| 1.0, ..PLAIN }),
        ("scaled by the width", Way { scale: |_, width| 1.0 / width.sqrt(), ..PLAIN }),
        ("scaled without a root", Way { scale: |size, _| 1.0 / size, ..PLAIN }),
        ("mask inverted", Way { sees: |query, key| key >= query, ..PLAIN }),
        ("sees the next token", Way { sees: |query, key| key <= query + 1, ..PLAIN }),
        ("does not see itself", Way { sees: |query, key| key < query || query == 0, ..PLAIN }),
        ("no mask", Way { sees: |_, _| true, ..PLAIN }),
        ("-1e9 on what is seen", Way { hidden: Hidden::BillionLessSeen, ..PLAIN }),
        ("hidden scores are zero", Way { hidden: Hidden::Zero, ..PLAIN }),
        ("hidden weights are zero", Way { hidden: Hidden::ZeroWeight, ..PLAIN }),
        ("heads interleaved", Way { feature: |head, at, _, heads| at * heads + head, ..PLAIN }),
        ("softmax over queries", Way { over_queries: true, ..PLAIN }),
        ("values not projected", Way { projects: [false, true], ..PLAIN }),
        ("no output projection", Way { projects: [true, false], ..PLAIN }),
    ];
    for (shape, heads) in [([2, 7, 12], 3), ([1, 40, 64], 4), ([1, 5, 6], 2)] {
        for drawn in [Drawn::Normal, Drawn::Sharp] {
            let case = Case::new(shape, heads, true, drawn, 4);
            let judged = case.judged();
            for (name, way) in bugs {
                wrong(&format!("attention {shape:?} {drawn:?}, {name}"), &judged, &case.steps(&way).output);
            }
            let mut queries_as_keys = Case::new(shape, heads, true, drawn, 4);
            queries_as_keys.parameters.swap(0, 2);
            queries_as_keys.parameters.swap(1, 3);
            wrong("queries and keys exchanged", &judged, &queries_as_keys.steps(&PLAIN).output);
            for at in [0, 2, 4, 6] {
                let mut turned = Case::new(shape, heads, true, drawn, 4);
                let data = transposed(turned.parameters[at].data(), shape[2] as usize);
                turned.parameters[at].data_mut().copy_from_slice(&data);
                wrong(&format!("weight {at} transposed"), &judged, &turned.steps(&PLAIN).output);
            }
            // A key's bias is added to a whole row of scores, and changes nothing but by what a query's brings with it.
            for at in [1, 5, 7] {
                let mut bare = Case::new(shape, heads, true, drawn, 4);
                bare.parameters[at].data_mut().fill(0.0);
                wrong(&format!("bias {at} dropped"), &judged, &bare.steps(&PLAIN).output);
            }
        }
    }
}

#[test]
fn the_bugs_of_its_gradients_are_beyond_the_bound() {
    for (shape, heads) in [([2, 7, 12], 3), ([1, 40, 64], 4), ([1, 5, 6], 2)] {
        let case = Case::new(shape, heads, true, Drawn::Normal, 5);
        let Gradients { input, parameters } = case.judged_slopes();
        let plain = case.slopes(&PLAIN, MEANS[0].1, Bug::None);
        let bugs = [
            ("unscaled", Bug::Unscaled),
            ("the diagonal alone", Bug::Diagonal),
            ("no softmax", Bug::NoSoftmax),
        ];
        for (name, bug) in bugs {
            let found = case.slopes(&PLAIN, MEANS[0].1, bug);
            wrong(&format!("attention {shape:?} backward, {name}"), &input, &found[0]);
            wrong(
                &format!("attention {shape:?} backward to W of queries, {name}"),
                &parameters[0],
                &found[1],
            );
            wrong(&format!("attention {shape:?} backward to W of keys, {name}"), &parameters[2], &found[3]);
        }
        let leaking = Way { sees: |query, key| key <= query + 1, ..PLAIN };
        let found = case.slopes(&leaking, MEANS[0].1, Bug::None);
        wrong("backward, sees the next token", &input, &found[0]);
        for (at, judged) in parameters.iter().enumerate().filter(|(at, _)| *at != 3) {
            let mean: Vec<f32> =
                plain[at + 1].iter().map(|sum| sum / shape[0] as f32 / shape[1] as f32).collect();
            wrong(&format!("the mean of rows for parameter {at}"), judged, &mean);
        }
    }
}
