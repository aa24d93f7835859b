//! A little machine: the network is a program of instructions over numbered registers, and so is its derivative.

use std::collections::HashMap;

#[derive(Debug, Clone, Copy)]
enum Instruction {
    MatMul { a: u8, b: u8, to: u8 },
    MatMulTa { a: u8, b: u8, to: u8 },
    MatMulTb { a: u8, b: u8, to: u8 },
    Relu { x: u8, to: u8 },
    ReluBack { x: u8, d: u8, to: u8 },
    CrossEntropy { x: u8, to: u8 },
    Descend { p: u8, d: u8 },
    Correlate { x: u8, k: u8, to: u8 },
    Pool { x: u8, to: u8 },
    Normalize { x: u8, to: u8 },
}

#[derive(Default)]
struct Machine {
    registers: HashMap<u8, (usize, Vec<f32>)>,
    labels: Vec<u8>,
    loss: f32,
    rate: f32,
}

impl Machine {
    fn set(&mut self, name: u8, width: usize, values: Vec<f32>) {
        self.registers.insert(name, (width, values));
    }

    fn read(&self, name: u8) -> Result<(usize, usize, &[f32]), String> {
        let (width, values) = self.registers.get(&name).ok_or_else(|| format!("register {name} is empty"))?;
        Ok((values.len() / width, *width, values))
    }

    fn execute(&mut self, program: &[Instruction]) -> Result<(), String> {
        for instruction in program {
            match *instruction {
                Instruction::MatMul { a, b, to } => {
                    let ((n, k, x), (_, m, y)) = (self.read(a)?, self.read(b)?);
                    let z = Self::contract(n, m, k, |i, l| x[i * k + l], |l, j| y[l * m + j]);
                    self.set(to, m, z);
                }
                Instruction::MatMulTa { a, b, to } => {
                    let ((k, n, x), (_, m, y)) = (self.read(a)?, self.read(b)?);
                    let z = Self::contract(n, m, k, |i, l| x[l * n + i], |l, j| y[l * m + j]);
                    self.set(to, m, z);
                }
                Instruction::MatMulTb { a, b, to } => {
                    let ((n, k, x), (m, _, y)) = (self.read(a)?, self.read(b)?);
                    let z = Self::contract(n, m, k, |i, l| x[i * k + l], |l, j| y[j * k + l]);
                    self.set(to, m, z);
                }
                Instruction::Relu { x, to } => {
                    let (_, width, values) = self.read(x)?;
                    let z = values.iter().map(|v| v.max(0.0)).collect();
                    self.set(to, width, z);
                }
                Instruction::ReluBack { x, d, to } => {
                    let ((_, width, values), (_, _, slope)) = (self.read(x)?, self.read(d)?);
                    let z = values.iter().zip(slope).map(|(v, s)| if *v > 0.0 { *s } else { 0.0 }).collect();
                    self.set(to, width, z);
                }
                Instruction::CrossEntropy { x, to } => {
                    let (rows, width, values) = self.read(x)?;
                    let (mut slope, mut loss) = (values.to_vec(), 0.0);
                    for (row, label) in slope.chunks_mut(width).zip(&self.labels) {
                        let shift = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                        row.iter_mut().for_each(|v| *v = (*v - shift).exp());
                        let norm: f32 = row.iter().sum();
                        loss -= (row[usize::from(*label)] / norm).ln() / rows as f32;
                        row.iter_mut().for_each(|v| *v /= norm * rows as f32);
                        row[usize::from(*label)] -= 1.0 / rows as f32;
                    }
                    self.loss = loss;
                    self.set(to, width, slope);
                }
                Instruction::Descend { p, d } => {
                    let (_, width, slope) = self.read(d)?;
                    let (_, _, old) = self.read(p)?;
                    let new = old.iter().zip(slope).map(|(o, s)| o - self.rate * s).collect();
                    self.set(p, width, new);
                }
                Instruction::Correlate { x, k, to } => {
                    let ((h, w, image), (kh, kw, kernel)) = (self.read(x)?, self.read(k)?);
                    let (oh, ow) = (h - kh + 1, w - kw + 1);
                    let at = |p: usize, q: usize| kernel[q] * image[(p / ow + q / kw) * w + p % ow + q % kw];
                    let z = (0..oh * ow).map(|p| (0..kh * kw).map(|q| at(p, q)).sum()).collect();
                    self.set(to, ow, z);
                }
                Instruction::Pool { x, to } => {
                    let (h, w, image) = self.read(x)?;
                    let mut z = vec![f32::NEG_INFINITY; (h / 2) * (w / 2)];
                    for (p, v) in image.iter().enumerate() {
                        if let Some(best) = z.get_mut(p / w / 2 * (w / 2) + p % w / 2) {
                            *best = best.max(*v);
                        }
                    }
                    self.set(to, w / 2, z);
                }
                Instruction::Normalize { x, to } => {
                    let (_, width, values) = self.read(x)?;
                    let n = values.len() as f32;
                    let (s1, s2) = values.iter().fold((0.0, 0.0), |(a, b), v| (a + v, b + v * v));
                    let (mean, inverse) = (s1 / n, 1.0 / (s2 / n - (s1 / n) * (s1 / n) + 1e-5).sqrt());
                    let z = values.iter().map(|v| (v - mean) * inverse).collect();
                    self.set(to, width, z);
                }
            }
        }
        Ok(())
    }

    fn contract(
        n: usize,
        m: usize,
        k: usize,
        left: impl Fn(usize, usize) -> f32,
        right: impl Fn(usize, usize) -> f32,
    ) -> Vec<f32> {
        let cell = |p: usize| (0..k).map(|l| left(p / m, l) * right(l, p % m)).sum();
        (0..n * m).map(cell).collect()
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    use Instruction::*;
    let mut noise = (u64::from(seed) << 16) + 0x330e;
    let mut many = |count: usize| -> Vec<f32> {
        let mut next = || {
            noise = (noise.wrapping_mul(0x5_deec_e66d) + 11) & 0xffff_ffff_ffff;
            (noise >> 24) as f32 / 16777216.0 - 0.5
        };
        (0..count).map(|_| next()).collect()
    };
    let mut machine = Machine { rate: 0.6, labels: (0..30).map(|n| n % 3).collect(), ..Machine::default() };
    let mut points = many(120);
    for (n, label) in machine.labels.iter().enumerate() {
        points[n * 4 + usize::from(*label)] += 1.0;
    }
    machine.set(0, 4, points);
    machine.set(1, 10, many(40));
    machine.set(2, 3, many(30));
    let training = [
        MatMul { a: 0, b: 1, to: 10 },
        Relu { x: 10, to: 11 },
        MatMul { a: 11, b: 2, to: 12 },
        CrossEntropy { x: 12, to: 13 },
        MatMulTb { a: 13, b: 2, to: 14 },
        ReluBack { x: 10, d: 14, to: 15 },
        MatMulTa { a: 11, b: 13, to: 16 },
        MatMulTa { a: 0, b: 15, to: 17 },
        Descend { p: 2, d: 16 },
        Descend { p: 1, d: 17 },
    ];
    for _ in 0..60 {
        if machine.execute(&training).is_err() {
            return f32::NAN;
        }
    }
    machine.set(3, 9, many(81));
    machine.set(4, 2, many(4));
    let seeing = [Correlate { x: 3, k: 4, to: 20 }, Pool { x: 20, to: 21 }, Normalize { x: 21, to: 22 }];
    match machine.execute(&seeing).and_then(|()| machine.read(22).map(|(_, _, v)| v[0])) {
        Ok(seen) => machine.loss + seen.abs() * 0.01,
        Err(_) => f32::NAN,
    }
}
