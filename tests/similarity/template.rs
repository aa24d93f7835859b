//! What everybody was given: a frame that uses of the standard library what solutions use, and solves nothing.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut numbers: Vec<f32> = (0..seed % 64).map(|n| n as f32).collect();
    numbers.sort_by(f32::total_cmp);
    let mut names: BTreeMap<String, Vec<f32>> = BTreeMap::new();
    let mut places: HashMap<u8, String> = HashMap::new();
    let (mut queue, mut seen) = (VecDeque::new(), HashSet::new());
    for number in &numbers {
        names.entry(format!("{number:?}")).or_default().push(single(*number));
        places.insert(*number as u8, format!("{} {seed:?}", number.ln()));
        queue.push_back(Box::new(double(f64::from(*number))));
        seen.insert(number.to_bits());
    }
    let text: usize = names.keys().map(String::len).sum::<usize>() + places.values().map(String::len).sum::<usize>();
    assert!(text < 100_000, "there is too much of it: {text}");
    let sum = queue.iter().map(|number| **number).sum::<f64>() as f32;
    sum + names.values().flatten().sum::<f32>() + (text + seen.len()) as f32
}

#[inline(never)]
fn single(x: f32) -> f32 {
    let sum = x.exp() + x.ln() + x.powf(0.3) + x.powi(seed_of(x)) + x.sin() + x.cos() + x.tanh() + x.log2() + x.exp_m1();
    sum + x.mul_add(2.0, 1.0) + x.rem_euclid(3.0) + x.round() + x.ln_1p()
}

#[inline(never)]
fn double(x: f64) -> f64 {
    let sum = x.exp() + x.ln() + x.powf(0.3) + x.powi(seed_of(x as f32)) + x.sin() + x.cos() + x.tanh() + x.log2();
    sum + x.exp_m1() + x.mul_add(2.0, 1.0) + x.rem_euclid(3.0) + x.round() + x.ln_1p()
}

fn seed_of(x: f32) -> i32 {
    x as i32 % 7
}
