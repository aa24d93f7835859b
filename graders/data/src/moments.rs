//! How bright the pixels of a channel are, and how far they spread.

/// Mean and deviation of the pixels of each channel, pixels being from 0.0 to 1.0.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// The mean of each channel.
    pub mean: Vec<f64>,
    /// The deviation of each channel: the root of the mean square distance from the mean.
    pub deviation: Vec<f64>,
}

/// What the pixels of a channel add up to. Sums of bytes are exact, so their order does not matter.
#[derive(Clone, Copy, Default)]
struct Sums {
    count: u64,
    plain: u64,
    squares: u64,
}

impl Moments {
    /// Measures images, each given as the planes of its channels, in which `full` stands for 1.0.
    pub(crate) fn of<'a, P>(channels: usize, full: u8, images: impl Iterator<Item = P>) -> Self
    where
        P: Iterator<Item = &'a [u8]>,
    {
        let mut sums = vec![Sums::default(); channels];
        for planes in images {
            sums.iter_mut().zip(planes).for_each(|(sums, plane)| sums.add(plane));
        }
        let full = f64::from(full);
        Self {
            mean: sums.iter().map(|sums| sums.mean() / full).collect(),
            deviation: sums.iter().map(|sums| sums.deviation() / full).collect(),
        }
    }

    /// (x - mean) / deviation, rounded once. A channel that has no spread is only centred.
    pub(crate) fn standardise(&self, channel: usize, x: f64) -> f32 {
        let spread = self.deviation[channel];
        ((x - self.mean[channel]) / if spread > 0.0 { spread } else { 1.0 }) as f32
    }
}

impl Sums {
    fn add(&mut self, plane: &[u8]) {
        self.count += plane.len() as u64;
        self.plain += plane.iter().map(|&pixel| u64::from(pixel)).sum::<u64>();
        self.squares += plane.iter().map(|&pixel| u64::from(u16::from(pixel).pow(2))).sum::<u64>();
    }

    fn mean(self) -> f64 {
        self.plain as f64 / self.count as f64
    }

    /// The difference is taken of whole numbers, so that nothing cancels.
    fn deviation(self) -> f64 {
        let [count, plain, squares] = [self.count, self.plain, self.squares].map(u128::from);
        ((count * squares - plain * plain) as f64).sqrt() / count as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(images: &[[&[u8]; 2]], mean: [f64; 2], deviation: [f64; 2]) {
        let found = Moments::of(2, 100, images.iter().map(|planes| planes.iter().copied()));
        assert_eq!(found, Moments { mean: mean.to_vec(), deviation: deviation.to_vec() });
    }

    #[test]
    fn channels_are_measured_apart() {
        check(&[[&[0, 100], &[7, 7]]], [0.5, 0.07], [0.5, 0.0]);
        check(&[[&[10], &[0]], [&[30], &[8]], [&[10], &[0]], [&[30], &[8]]], [0.2, 0.04], [0.1, 0.04]);
    }

    #[test]
    fn what_has_no_spread_is_only_centred() {
        let moments = Moments { mean: vec![0.5, 0.5], deviation: vec![0.25, 0.0] };
        assert_eq!([0, 1].map(|channel| moments.standardise(channel, 0.75)), [1.0, 0.25]);
    }
}
