//! Numbers that look random and are the same on every machine, for the one text that tito writes itself.
//!
//! Cases are not drawn by these: what is graded comes from ChaCha, in `tito-judge`.

/// `SplitMix64`: G. L. Steele, D. Lea, C. H. Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014,
/// with the shifts and factors of S. Vigna's `splitmix64.c`.
pub(crate) struct SplitMix(u64);

impl SplitMix {
    /// The numbers that follow from this seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of these. Some are likelier than others by less than one part in 2^50, which nobody can see.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let scaled = u128::from(self.next()) * from.len() as u128;
        from[(scaled >> 64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_program() {
        let mut random = SplitMix::new(1_234_567);
        let found = [(); 5].map(|()| random.next());
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(found, published);
    }

    #[test]
    fn all_are_picked_alike_often() {
        let (mut random, mut counts) = (SplitMix::new(0), [0; 7]);
        (0..70_000).for_each(|_| counts[random.pick(&[0, 1, 2, 3, 4, 5, 6])] += 1);
        assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{counts:?}");
    }
}
