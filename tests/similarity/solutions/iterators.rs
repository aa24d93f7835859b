//! Rows as vectors of vectors and chains of iterators, nothing indexed that can be zipped.

type Rows = Vec<Vec<f32>>;

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(p, q)| p * q).sum()
}

fn turned(m: &Rows) -> Rows {
    (0..m[0].len()).map(|c| m.iter().map(|row| row[c]).collect()).collect()
}

fn product(a: &Rows, b: &Rows) -> Rows {
    let columns = turned(b);
    a.iter().map(|row| columns.iter().map(|column| dot(row, column)).collect()).collect()
}

fn with_bias(m: Rows, bias: &[f32]) -> Rows {
    m.into_iter().map(|row| row.iter().zip(bias).map(|(v, b)| v + b).collect()).collect()
}

fn column_sums(m: &Rows) -> Vec<f32> {
    m.iter().fold(vec![0.0; m[0].len()], |sums, row| sums.iter().zip(row).map(|(s, v)| s + v).collect())
}

fn noise(seed: u32) -> impl Iterator<Item = f32> {
    std::iter::successors(Some(seed | 1), |s| {
        let s = s ^ (s << 13);
        let s = s ^ (s >> 17);
        Some(s ^ (s << 5))
    })
    .skip(1)
    .map(|s| s as f32 / u32::MAX as f32 - 0.5)
}

fn probabilities(row: &[f32]) -> Vec<f32> {
    let highest = row.iter().copied().fold(f32::MIN, f32::max);
    let raised: Vec<f32> = row.iter().map(|v| (v - highest).exp()).collect();
    let total: f32 = raised.iter().sum();
    raised.into_iter().map(|v| v / total).collect()
}

fn cross_entropy(rows: &Rows, labels: &[usize]) -> (f32, Rows) {
    let soft: Rows = rows.iter().map(|row| probabilities(row)).collect();
    let n = labels.len() as f32;
    let loss = soft.iter().zip(labels).map(|(row, label)| -row[*label].ln()).sum::<f32>() / n;
    let delta = soft
        .iter()
        .zip(labels)
        .map(|(row, label)| {
            row.iter().enumerate().map(|(c, p)| (p - f32::from(u8::from(c == *label))) / n).collect()
        })
        .collect();
    (loss, delta)
}

struct Moving {
    value: Rows,
    first: Rows,
    second: Rows,
    time: i32,
}

impl Moving {
    fn drawn(height: usize, width: usize, source: &mut impl Iterator<Item = f32>) -> Self {
        let value: Rows = (0..height).map(|_| source.by_ref().take(width).collect()).collect();
        let zero = vec![vec![0.0; width]; height];
        Self { value, first: zero.clone(), second: zero, time: 0 }
    }

    fn adam(&mut self, gradient: &Rows) {
        self.time += 1;
        let (c1, c2) = (1.0 - 0.9f32.powi(self.time), 1.0 - 0.999f32.powi(self.time));
        let moments = self.first.iter_mut().flatten().zip(self.second.iter_mut().flatten());
        let targets = self.value.iter_mut().flatten().zip(gradient.iter().flatten());
        moments.zip(targets).for_each(|((m, v), (p, g))| {
            *m += 0.1 * (g - *m);
            *v += 0.001 * (g * g - *v);
            *p -= 0.02 * (*m / c1) / ((*v / c2).sqrt() + 1e-8);
        });
    }
}

fn convolve(image: &Rows, kernel: &Rows) -> Rows {
    image
        .windows(kernel.len())
        .map(|band| {
            let width = kernel[0].len();
            (0..=band[0].len() - width)
                .map(|x| band.iter().zip(kernel).map(|(row, k)| dot(&row[x..x + width], k)).sum())
                .collect()
        })
        .collect()
}

fn max_pool(image: &Rows) -> Rows {
    image
        .chunks_exact(2)
        .map(|pair| {
            let tops = pair[0].chunks_exact(2).zip(pair[1].chunks_exact(2));
            tops.map(|(a, b)| a.iter().chain(b).copied().fold(f32::MIN, f32::max)).collect()
        })
        .collect()
}

fn normalized(values: &[f32]) -> Vec<f32> {
    let n = values.len() as f32;
    let mean = values.iter().sum::<f32>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n;
    values.iter().map(|v| (v - mean) / (variance + 1e-5).sqrt()).collect()
}

#[unsafe(no_mangle)]
pub extern "C" fn run(seed: u32) -> f32 {
    let mut source = noise(seed);
    let labels: Vec<usize> = (0..60).map(|n| n % 3).collect();
    let points: Rows = labels
        .iter()
        .map(|label| (0..5).map(|i| source.next().unwrap() + if i == *label { 1.2 } else { 0.0 }).collect())
        .collect();
    let mut hidden = Moving::drawn(5, 10, &mut source);
    let mut hidden_bias = Moving::drawn(1, 10, &mut source);
    let mut output = Moving::drawn(10, 3, &mut source);
    let mut output_bias = Moving::drawn(1, 3, &mut source);
    let mut last = 0.0;
    for _ in 0..50 {
        let before = with_bias(product(&points, &hidden.value), &hidden_bias.value[0]);
        let active: Rows = before.iter().map(|row| row.iter().map(|v| v.max(0.0)).collect()).collect();
        let scores = with_bias(product(&active, &output.value), &output_bias.value[0]);
        let (loss, delta) = cross_entropy(&scores, &labels);
        let back = product(&delta, &turned(&output.value));
        let masked: Rows = back
            .iter()
            .zip(&before)
            .map(|(b, a)| b.iter().zip(a).map(|(d, v)| if *v > 0.0 { *d } else { 0.0 }).collect())
            .collect();
        output.adam(&product(&turned(&active), &delta));
        output_bias.adam(&vec![column_sums(&delta)]);
        hidden.adam(&product(&turned(&points), &masked));
        hidden_bias.adam(&vec![column_sums(&masked)]);
        last = loss;
    }
    let image: Rows = (0..10).map(|_| source.by_ref().take(10).collect()).collect();
    let kernel = vec![vec![0.2, -0.1, 0.3], vec![0.0, 0.5, 0.1], vec![-0.3, 0.2, 0.1]];
    let pooled: Vec<f32> = max_pool(&convolve(&image, &kernel)).concat();
    last + normalized(&pooled).iter().map(|v| v.abs()).fold(0.0, f32::max)
}
