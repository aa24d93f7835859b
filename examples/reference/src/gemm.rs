//! Matrix multiplication for `dense`, blocked for registers.
//!
//! Four rows of the left matrix meet eight columns of the right one, so that 32 sums stay in registers while every
//! number that is loaded is used four or eight times. The eight columns are copied once into a panel that is read
//! from front to back (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008, §4).

const ROWS: usize = 4;
const COLUMNS: usize = 8;

/// Adds `a` `b` to zeros in `c`, all row-major: `a` [rows, depth], `b` [depth, width], `c` [rows, width]. Neither
/// `depth` nor `width` is 0.
pub(crate) fn multiply(a: &[f32], b: &[f32], width: usize, c: &mut [f32]) {
    let depth = b.len() / width;
    let blocked = c.len() / width / ROWS * ROWS;
    let (a_blocked, a_rest) = a.split_at(blocked * depth);
    let (c_blocked, c_rest) = c.split_at_mut(blocked * width);
    if blocked > 0 {
        panels(a_blocked, b, width, c_blocked);
    }
    for (a, c) in a_rest.chunks_exact(depth).zip(c_rest.chunks_exact_mut(width)) {
        row(a, b, c);
    }
}

/// Whole blocks of rows, one panel of columns after the other.
fn panels(a: &[f32], b: &[f32], width: usize, c: &mut [f32]) {
    let depth = b.len() / width;
    let mut panel = vec![[0.0; COLUMNS]; depth];
    for first in (0..width).step_by(COLUMNS) {
        let columns = COLUMNS.min(width - first);
        pack(b, width, first..first + columns, &mut panel);
        for (a, c) in a.chunks_exact(ROWS * depth).zip(c.chunks_exact_mut(ROWS * width)) {
            let sums = block(a, &panel);
            for (c, sums) in c.chunks_exact_mut(width).zip(&sums) {
                c[first..first + columns].copy_from_slice(&sums[..columns]);
            }
        }
    }
}

/// Copies some columns of `b`; what the panel has beyond them is multiplied too, and never read.
fn pack(b: &[f32], width: usize, columns: std::ops::Range<usize>, panel: &mut [[f32; COLUMNS]]) {
    for (b, packed) in b.chunks_exact(width).zip(panel) {
        let b = &b[columns.clone()];
        packed[..b.len()].copy_from_slice(b);
    }
}

/// The products of four rows with a panel.
fn block(a: &[f32], panel: &[[f32; COLUMNS]]) -> [[f32; COLUMNS]; ROWS] {
    let (a0, rest) = a.split_at(panel.len());
    let (a1, rest) = rest.split_at(panel.len());
    let (a2, a3) = rest.split_at(panel.len());
    let mut sums = [[0.0; COLUMNS]; ROWS];
    for ((((b, &a0), &a1), &a2), &a3) in panel.iter().zip(a0).zip(a1).zip(a2).zip(a3) {
        for (sums, a) in sums.iter_mut().zip([a0, a1, a2, a3]) {
            for (sum, &b) in sums.iter_mut().zip(b) {
                *sum += a * b;
            }
        }
    }
    sums
}

/// One row: the sum of the rows of `b`, each times its element of `a`, so that `b` is read in order.
fn row(a: &[f32], b: &[f32], c: &mut [f32]) {
    for (&a, b) in a.iter().zip(b.chunks_exact(c.len())) {
        for (c, &b) in c.iter_mut().zip(b) {
            *c += a * b;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_remainder_of_rows_and_columns_is_multiplied() {
        for rows in 0..=9 {
            for depth in [1, 5] {
                for width in [1, 7, 8, 9, 17] {
                    check(rows, depth, width);
                }
            }
        }
    }

    /// Small whole numbers, whose sums are exact in any order.
    fn check(rows: usize, depth: usize, width: usize) {
        let a: Vec<f32> = (0..rows * depth).map(|i| (i % 7) as f32 - 3.0).collect();
        let b: Vec<f32> = (0..depth * width).map(|i| (i % 5) as f32 - 1.0).collect();
        let mut c = vec![0.0; rows * width];
        multiply(&a, &b, width, &mut c);
        for (offset, found) in c.into_iter().enumerate() {
            let (i, j) = (offset / width, offset % width);
            let expected: f32 = (0..depth).map(|k| a[i * depth + k] * b[k * width + j]).sum();
            assert_eq!(found, expected, "[{rows}, {depth}] x [{depth}, {width}] at [{i}, {j}]");
        }
    }
}
