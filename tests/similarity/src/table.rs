//! What was found, by disguise, with intervals.

use std::collections::BTreeMap;

use tito_similarity::{Level, Pair};

/// Where `tito-similarity` cuts.
const CUT: f64 = 6.0;

/// What was found of the copies in one disguise.
#[derive(Default)]
struct Row {
    /// Pairs that were to be found.
    copies: usize,
    /// Those that are reviewed, those by each level, those that are equal.
    found: usize,
    by_level: BTreeMap<Level, usize>,
    exact: usize,
    /// Deviations at each level, to see how far the cut lies.
    deviations: BTreeMap<Level, Vec<f64>>,
    /// Pairs that have nothing to do with it and are reviewed.
    others: usize,
}

/// Copies that were found, by disguise. Cuts were chosen by the originals at even places, told is what the others give.
#[derive(Default)]
pub struct Table {
    order: Vec<&'static str>,
    rows: BTreeMap<(bool, &'static str), Row>,
}

impl Table {
    /// A copy of an original, with the pair where one is told, and how many honest pairs are reviewed beside it.
    pub fn note(&mut self, disguise: &'static str, original: usize, pair: Option<&Pair>, others: usize) {
        if !self.order.contains(&disguise) {
            self.order.push(disguise);
        }
        let row = self.rows.entry((original % 2 == 1, disguise)).or_default();
        row.copies += 1;
        row.others += others;
        let Some(pair) = pair else { return };
        row.found += usize::from(pair.review);
        row.exact += usize::from(!pair.exact.is_empty());
        for (level, likeness) in &pair.levels {
            let deviations = likeness.deviations.unwrap_or_default();
            *row.by_level.entry(*level).or_default() += usize::from(deviations >= CUT);
            row.deviations.entry(*level).or_default().push(deviations);
        }
    }

    /// For people.
    pub fn tell(&mut self) {
        for (is_test, title) in [(false, "Originals that cuts were chosen by"), (true, "The other originals")]
        {
            println!("\n{title}\n");
            println!(
                "| Disguise | Copies | Found | 95 % interval | Equal | Component | Reoptimised | Sources | Honest pairs reviewed |"
            );
            println!("|---|---|---|---|---|---|---|---|---|");
            for disguise in &self.order {
                if let Some(row) = self.rows.get_mut(&(is_test, *disguise)) {
                    println!("{}", line(disguise, row));
                }
            }
        }
    }
}

fn line(disguise: &str, row: &mut Row) -> String {
    let (low, high) = wilson(row.found, row.copies);
    let level = |row: &mut Row, level: Level| match row.deviations.get_mut(&level) {
        None => "–".to_owned(),
        Some(deviations) => {
            deviations.sort_by(f64::total_cmp);
            let middle = deviations[deviations.len() / 2];
            let found = row.by_level.get(&level).copied().unwrap_or_default();
            format!("{found} (z {:.1} … {middle:.1})", deviations[0])
        }
    };
    let levels: Vec<_> = Level::ALL.into_iter().map(|of| level(row, of)).collect();
    let (copies, found, exact, others) = (row.copies, row.found, row.exact, row.others);
    let share = found as f64 / copies as f64;
    format!(
        "| {disguise} | {copies} | {share:.2} | {low:.2}–{high:.2} | {exact} | {} | {others} |",
        levels.join(" | ")
    )
}

/// Wilson's interval of a share, to 95 %.
pub fn wilson(found: usize, of: usize) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    let (n, p, z) = (of as f64, found as f64 / of as f64, 1.96f64);
    let middle = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0))
}
