//! How the width of a sequence is cut into heads.

/// The extents of a batch of sequences whose width is cut into heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Heads {
    pub(crate) sequences: usize,
    pub(crate) steps: usize,
    pub(crate) heads: usize,
    /// Of one head.
    pub(crate) width: usize,
}

impl Heads {
    /// The elements of one head of one sequence.
    pub(crate) fn area(self) -> usize {
        self.steps * self.width
    }

    /// How many there are of all heads and sequences.
    pub(crate) fn pieces(self) -> usize {
        self.sequences * self.heads
    }

    /// [sequences, steps, heads · width] as [sequences, heads, steps, width].
    pub(crate) fn split(self, joined: &[f32]) -> Vec<f32> {
        let mut split = vec![0.0; joined.len()];
        for (joined, split) in self.whole(joined).zip(split.chunks_exact_mut(self.heads * self.area().max(1)))
        {
            for (head, split) in split.chunks_exact_mut(self.area()).enumerate() {
                let rows = joined.chunks_exact(self.heads * self.width);
                for (row, split) in rows.zip(split.chunks_exact_mut(self.width)) {
                    split.copy_from_slice(&row[head * self.width..][..self.width]);
                }
            }
        }
        split
    }

    /// [sequences, steps, heads · width] as [sequences, heads, width, steps].
    pub(crate) fn split_turned(self, joined: &[f32]) -> Vec<f32> {
        let mut split = vec![0.0; joined.len()];
        for (joined, split) in self.whole(joined).zip(split.chunks_exact_mut(self.heads * self.area().max(1)))
        {
            for (step, row) in joined.chunks_exact(self.heads * self.width).enumerate() {
                split[step..].iter_mut().step_by(self.steps).zip(row).for_each(|(to, from)| *to = *from);
            }
        }
        split
    }

    /// The way back from [`split`](Self::split).
    pub(crate) fn join(self, split: &[f32]) -> Vec<f32> {
        let mut joined = vec![0.0; split.len()];
        let whole = self.heads * self.area().max(1);
        for (split, joined) in self.whole(split).zip(joined.chunks_exact_mut(whole)) {
            for (head, split) in split.chunks_exact(self.area()).enumerate() {
                let rows = joined.chunks_exact_mut(self.heads * self.width);
                for (row, split) in rows.zip(split.chunks_exact(self.width)) {
                    row[head * self.width..][..self.width].copy_from_slice(split);
                }
            }
        }
        joined
    }

    fn whole(self, data: &[f32]) -> std::slice::ChunksExact<'_, f32> {
        data.chunks_exact(self.heads * self.area().max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(extents: [usize; 4]) {
        let [sequences, steps, heads, width] = extents;
        let cut = Heads { sequences, steps, heads, width };
        let joined: Vec<f32> = (0..extents.iter().product()).map(|i| i as f32).collect();
        let (split, turned) = (cut.split(&joined), cut.split_turned(&joined));
        for (place, &x) in joined.iter().enumerate() {
            let (row, column) = (place / (heads * width), place % (heads * width));
            let (n, t, h, d) = (row / steps, row % steps, column / width, column % width);
            assert_eq!(split[((n * heads + h) * steps + t) * width + d], x, "{cut:?}");
            assert_eq!(turned[((n * heads + h) * width + d) * steps + t], x, "{cut:?}");
        }
        assert_eq!(cut.join(&split), joined);
    }

    #[test]
    fn every_element_finds_its_head_and_back() {
        for extents in [[1, 1, 1, 1], [2, 3, 4, 5], [3, 5, 1, 2], [1, 2, 7, 1], [0, 3, 2, 2], [2, 0, 2, 2]] {
            check(extents);
        }
    }
}
