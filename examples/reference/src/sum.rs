//! Sums of many numbers, in several lanes: the compiler may not reorder a sum of f32 by itself.

const LANES: usize = 16;

/// The sum of what `value` makes of pairs of elements.
pub(crate) fn sum_of(left: &[f32], right: &[f32], value: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (lefts, rights) = (left.chunks_exact(LANES), right.chunks_exact(LANES));
    let rest: f32 = lefts.remainder().iter().zip(rights.remainder()).map(|(&l, &r)| value(l, r)).sum();
    for (left, right) in lefts.zip(rights) {
        for ((lane, &l), &r) in lanes.iter_mut().zip(left).zip(right) {
            *lane += value(l, r);
        }
    }
    rest + lanes.iter().sum::<f32>()
}

/// The sum of all elements.
pub(crate) fn sum(data: &[f32]) -> f32 {
    sum_of(data, data, |x, _| x)
}

/// The largest element, -∞ of none; those that are no numbers are passed over.
pub(crate) fn highest(data: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = data.as_chunks::<LANES>();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, &x)| *lane = larger(*lane, x));
    }
    rest.iter().chain(&lanes).copied().fold(f32::NEG_INFINITY, larger)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_counted_once() {
        for count in [0, 1, 15, 16, 17, 50] {
            let data: Vec<f32> = (0..count).map(|i| i as f32).collect();
            assert_eq!(sum(&data), (0..count).sum::<i32>() as f32);
            assert_eq!(sum_of(&data, &data, |a, b| a * b), (0..count).map(|i| i * i).sum::<i32>() as f32);
            for place in 0..data.len() {
                let mut data = data.clone();
                data[place] = 100.0;
                assert_eq!(highest(&data), 100.0);
            }
        }
    }
}
