//! Matrix multiplication for dense layers and convolutions, blocked for registers.
//!
//! Four rows of the left matrix meet eight columns of the right one, so that 32 sums stay in registers while every
//! number that is loaded is used four or eight times. The eight columns are copied once into a panel that is read
//! from front to back (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008, §4). All
//! matrices are row-major, and none has an extent of 0 that is not said to be one of its rows'.

use std::ops::Range;

const ROWS: usize = 4;
const COLUMNS: usize = 8;

/// The side of what is transposed at a time: a line of a cache.
const TILE: usize = 16;

type Panel = [[f32; COLUMNS]];

/// Writes `a` `b` to `c`: `a` [rows, depth], `b` [depth, width], `c` [rows, width]; there may be no rows.
pub(crate) fn multiply(a: &[f32], b: &[f32], width: usize, c: &mut [f32]) {
    let depth = b.len() / width;
    let blocked = c.len() / width / ROWS * ROWS;
    c[blocked * width..].fill(0.0);
    let pack = |columns, panel: &mut Panel| pack(b, width, columns, panel);
    panels(&a[..blocked * depth], [depth, width], pack, &mut c[..blocked * width], |c, sums| {
        c.copy_from_slice(sums);
    });
    rest(&a[blocked * depth..], b, &mut c[blocked * width..], width);
}

/// Adds `a` `b` to `c`, of the same shapes.
pub(crate) fn add(a: &[f32], b: &[f32], width: usize, c: &mut [f32]) {
    let depth = b.len() / width;
    let blocked = c.len() / width / ROWS * ROWS;
    let pack = |columns, panel: &mut Panel| pack(b, width, columns, panel);
    panels(&a[..blocked * depth], [depth, width], pack, &mut c[..blocked * width], add_to);
    rest(&a[blocked * depth..], b, &mut c[blocked * width..], width);
}

/// Writes `a` `b` to `c` where `a` is square and counts up to its diagonal alone: whatever lies beyond it, and what `b` has
/// there, is never read. Every row has the bits that it would have if `a` ended with it.
pub(crate) fn multiply_lower(a: &[f32], b: &[f32], width: usize, c: &mut [f32]) {
    let depth = b.len() / width;
    let blocked = depth / ROWS * ROWS;
    let mut panel = vec![[0.0; COLUMNS]; blocked];
    for first in (0..width).step_by(COLUMNS) {
        let columns = first..width.min(first + COLUMNS);
        pack(b, width, columns.clone(), &mut panel);
        let blocks = a.chunks_exact(ROWS * depth).zip(c.chunks_exact_mut(ROWS * width));
        for ((a, c), before) in blocks.zip((0..).step_by(ROWS)) {
            let mut sums = block(rows(a, depth).map(|a| &a[..before]), &panel[..before]);
            for ((row, sums), a) in sums.iter_mut().enumerate().zip(rows(a, depth)) {
                let last = before..=before + row;
                for (a, b) in a[last.clone()].iter().zip(&panel[last]) {
                    sums.iter_mut().zip(b).for_each(|(sum, b)| *sum += a * b);
                }
            }
            for (c, sums) in c.chunks_exact_mut(width).zip(&sums) {
                c[columns.clone()].copy_from_slice(&sums[..columns.len()]);
            }
        }
    }
    for row in blocked..depth {
        let c = &mut c[row * width..(row + 1) * width];
        c.fill(0.0);
        rest(&a[row * depth..row * depth + row + 1], &b[..(row + 1) * width], c, width);
    }
}

/// Adds `a` `bᵀ` to `c`: `a` [rows, depth], `b` [width, depth], `c` [rows, width]; there may be no rows.
pub(crate) fn add_transposed(a: &[f32], b: &[f32], depth: usize, c: &mut [f32]) {
    let width = b.len() / depth;
    let blocked = c.len() / width / ROWS * ROWS;
    let pack = |columns, panel: &mut Panel| pack_transposed(b, depth, columns, panel);
    panels(&a[..blocked * depth], [depth, width], pack, &mut c[..blocked * width], add_to);
    let rows = a[blocked * depth..].chunks_exact(depth).zip(c[blocked * width..].chunks_exact_mut(width));
    for (a, c) in rows {
        for (c, b) in c.iter_mut().zip(b.chunks_exact(depth)) {
            *c += crate::sum::sum_of(a, b, |a, b| a * b);
        }
    }
}

/// The matrix whose rows are the columns of one of this width.
pub(crate) fn transpose(matrix: &[f32], width: usize) -> Vec<f32> {
    let mut turned = vec![0.0; matrix.len()];
    transpose_to(matrix, width, &mut turned);
    turned
}

/// The same, written to where there is room for it.
pub(crate) fn transpose_to(matrix: &[f32], width: usize, turned: &mut [f32]) {
    let height = matrix.len() / width;
    // Tile by tile, so that the lines of the cache that a tile reads and writes are whole ones and few: where an extent is
    // a power of two, elements below each other compete for the same places in it.
    for top in (0..height).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            for column in left..width.min(left + TILE) {
                let to = &mut turned[column * height..(column + 1) * height][top..height.min(top + TILE)];
                let from = matrix[top * width + column..].iter().step_by(width);
                to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
            }
        }
    }
}

/// Whole blocks of rows, one panel of columns after the other. `store` takes the sums of some columns of a row.
fn panels(
    a: &[f32],
    [depth, width]: [usize; 2],
    pack: impl Fn(Range<usize>, &mut Panel),
    c: &mut [f32],
    store: impl Fn(&mut [f32], &[f32]),
) {
    if c.is_empty() {
        return;
    }
    let mut panel = vec![[0.0; COLUMNS]; depth];
    for first in (0..width).step_by(COLUMNS) {
        let columns = first..width.min(first + COLUMNS);
        pack(columns.clone(), &mut panel);
        for (a, c) in a.chunks_exact(ROWS * depth).zip(c.chunks_exact_mut(ROWS * width)) {
            let sums = block(rows(a, depth), &panel);
            for (c, sums) in c.chunks_exact_mut(width).zip(&sums) {
                store(&mut c[columns.clone()], &sums[..columns.len()]);
            }
        }
    }
}

fn add_to(c: &mut [f32], sums: &[f32]) {
    c.iter_mut().zip(sums).for_each(|(c, sum)| *c += sum);
}

/// Copies some columns of `b`; what the panel has beyond them is multiplied too, and never read.
fn pack(b: &[f32], width: usize, columns: Range<usize>, panel: &mut Panel) {
    for (b, packed) in b.chunks_exact(width).zip(panel) {
        let b = &b[columns.clone()];
        packed[..b.len()].copy_from_slice(b);
    }
}

/// Copies some rows of `b` into the panel's columns.
fn pack_transposed(b: &[f32], depth: usize, rows: Range<usize>, panel: &mut Panel) {
    let rows = b[rows.start * depth..rows.end * depth].chunks_exact(depth);
    for (column, row) in rows.enumerate() {
        panel.iter_mut().zip(row).for_each(|(packed, x)| packed[column] = *x);
    }
}

/// The four rows of a block.
fn rows(a: &[f32], depth: usize) -> [&[f32]; ROWS] {
    let (a0, rest) = a.split_at(depth);
    let (a1, rest) = rest.split_at(depth);
    let (a2, a3) = rest.split_at(depth);
    [a0, a1, a2, a3]
}

/// The products of four rows with a panel, two steps at a time, which halves the cost of counting them.
fn block([a0, a1, a2, a3]: [&[f32]; ROWS], panel: &Panel) -> [[f32; COLUMNS]; ROWS] {
    let mut sums = [[0.0; COLUMNS]; ROWS];
    let (pairs, last) = panel.as_chunks::<2>();
    let rows = [a0, a1, a2, a3].map(|a| a.as_chunks::<2>().0);
    for ((((b, a0), a1), a2), a3) in pairs.iter().zip(rows[0]).zip(rows[1]).zip(rows[2]).zip(rows[3]) {
        for step in 0..2 {
            multiply_add([a0[step], a1[step], a2[step], a3[step]], &b[step], &mut sums);
        }
    }
    if let [b] = last {
        let end = panel.len() - 1;
        multiply_add([a0[end], a1[end], a2[end], a3[end]], b, &mut sums);
    }
    sums
}

#[inline(always)]
fn multiply_add(a: [f32; ROWS], b: &[f32; COLUMNS], sums: &mut [[f32; COLUMNS]; ROWS]) {
    for (sums, a) in sums.iter_mut().zip(a) {
        for (sum, &b) in sums.iter_mut().zip(b) {
            *sum += a * b;
        }
    }
}

/// Rows beyond the last whole block, one by one: the sum of the rows of `b`, each times its element of `a`, so that `b`
/// is read in order.
fn rest(a: &[f32], b: &[f32], c: &mut [f32], width: usize) {
    let depth = b.len() / width;
    for (a, c) in a.chunks_exact(depth).zip(c.chunks_exact_mut(width)) {
        for (&a, b) in a.iter().zip(b.chunks_exact(width)) {
            for (c, &b) in c.iter_mut().zip(b) {
                *c += a * b;
            }
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
    #[track_caller]
    fn check(rows: usize, depth: usize, width: usize) {
        let a: Vec<f32> = (0..rows * depth).map(|i| (i % 7) as f32 - 3.0).collect();
        let b: Vec<f32> = (0..depth * width).map(|i| (i % 5) as f32 - 1.0).collect();
        let [mut written, mut added, mut transposed] = [7.0, 3.0, 3.0].map(|fill| vec![fill; rows * width]);
        multiply(&a, &b, width, &mut written);
        add(&a, &b, width, &mut added);
        add_transposed(&a, &transpose(&b, width), depth, &mut transposed);
        for offset in 0..rows * width {
            let (i, j) = (offset / width, offset % width);
            let expected: f32 = (0..depth).map(|k| a[i * depth + k] * b[k * width + j]).sum();
            let found = [written[offset], added[offset] - 3.0, transposed[offset] - 3.0];
            assert_eq!(found, [expected; 3], "[{rows}, {depth}] x [{depth}, {width}] at [{i}, {j}]");
        }
    }

    #[test]
    fn nothing_beyond_the_diagonal_counts() {
        for rows in [1, 3, 4, 5, 8, 11] {
            for width in [1, 7, 8, 17] {
                check_lower(rows, width);
            }
        }
    }

    /// Against the whole product with zeros beyond the diagonal, bit by bit; and with NaN in place of all that comes after
    /// a row.
    #[track_caller]
    fn check_lower(rows: usize, width: usize) {
        let a: Vec<f32> = (0..rows * rows).map(|i| (i as f32 * 0.7).sin()).collect();
        let mut b: Vec<f32> = (0..rows * width).map(|i| (i as f32 * 0.3).sin()).collect();
        let zeroed = |(i, x): (usize, &f32)| if i % rows > i / rows { 0.0 } else { *x };
        let lower: Vec<f32> = a.iter().enumerate().map(zeroed).collect();
        let [mut expected, mut found] = [0.0, 7.0].map(|fill| vec![fill; rows * width]);
        multiply(&lower, &b, width, &mut expected);
        for last in (0..rows).rev() {
            multiply_lower(&a, &b, width, &mut found);
            let upto = ..(last + 1) * width;
            assert_eq!(found[upto], expected[upto], "{rows} x {width} up to {last}");
            b[last * width..].fill(f32::NAN);
        }
    }

    #[test]
    fn a_transposed_matrix_has_its_elements_across() {
        for [height, width] in [[1, 5], [3, 2], [8, 8], [17, 9], [16, 33], [40, 32]] {
            let matrix: Vec<f32> = (0..height * width).map(|i| i as f32).collect();
            let turned = transpose(&matrix, width);
            for (offset, found) in turned.iter().enumerate() {
                assert_eq!(*found, matrix[offset % height * width + offset / height]);
            }
        }
    }
}
