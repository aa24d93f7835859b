//! Awkward shapes: ones, primes, and extents that no vector width divides.

use tito_judge::Draw;

/// Extents that catch loops over blocks of 4, 8 or 16, and those that end one too early or too late.
const AWKWARD: [u32; 12] = [1, 2, 3, 5, 7, 8, 11, 13, 16, 17, 31, 37];

/// An awkward extent.
pub(crate) fn extent(draw: &mut Draw) -> u32 {
    draw.pick(&AWKWARD)
}

/// An awkward extent of at least 2.
pub(crate) fn wide_extent(draw: &mut Draw) -> u32 {
    draw.pick(&AWKWARD[1..])
}

/// An awkward shape of this rank whose last extent is at least 2, with some hundred elements at most on average.
pub(crate) fn shape(draw: &mut Draw, rank: usize) -> Vec<u32> {
    let outer = (1..rank).map(|_| draw.pick(&AWKWARD[..6]));
    let mut shape: Vec<u32> = outer.collect();
    shape.push(wide_extent(draw));
    shape
}
