//! What a check has found, case by case, and the evidence and score that it makes.

use std::collections::BTreeMap;

use tito_grade::{CaseEvidence, Evidence, Hint, Number, Plot, Table};
use tito_sandbox::Usage;

use crate::Known;

/// How many failures a report shows.
const SHOWN: usize = 5;

/// A case that failed, and every known bug that explains it.
#[derive(Clone)]
pub struct Failure {
    /// What is shown.
    pub evidence: CaseEvidence,
    /// The known bugs that would give this answer.
    pub explanations: Vec<Known>,
}

/// What a check has found so far.
#[derive(Clone, Default)]
pub struct Findings {
    cases: u32,
    failures: Vec<Failure>,
    worst: f64,
    fuel: u64,
    peak_memory_bytes: u64,
    measures: BTreeMap<String, Number>,
    tables: Vec<Table>,
    plots: Vec<Plot>,
    observed: Vec<Table>,
    conclusion: Option<String>,
}

impl Findings {
    /// A case was right; its worst error as a fraction of the bound.
    pub fn passed(&mut self, error: f64) {
        self.cases += 1;
        self.worst = self.worst.max(error);
    }

    /// A case was wrong.
    pub fn failed(&mut self, failure: Failure) {
        self.cases += 1;
        self.failures.push(failure);
    }

    /// A case was judged.
    pub fn judged(&mut self, judgement: Result<f64, Box<Failure>>) {
        match judgement {
            Ok(error) => self.passed(error),
            Err(failure) => self.failed(*failure),
        }
    }

    /// A question without a tensor to compare: right where `came_back` is `None`, else what came back and a hint.
    pub fn question(&mut self, asked: impl Into<String>, came_back: Option<(String, Option<Hint>)>) {
        match came_back {
            None => self.passed(0.0),
            Some((came_back, hint)) => {
                let evidence = CaseEvidence { asked: asked.into(), came_back, mismatch: None, hint };
                self.failed(Failure { evidence, explanations: Vec::new() });
            }
        }
    }

    /// What a guest used for it.
    pub fn used(&mut self, usage: Usage) {
        self.fuel += usage.fuel;
        self.peak_memory_bytes = self.peak_memory_bytes.max(usage.peak_memory_bytes);
    }

    /// The cases of another part of the check, too.
    pub fn joined(&mut self, other: Self) {
        self.used_by(&other);
        self.cases += other.cases;
        self.failures.extend(other.failures);
        self.worst = self.worst.max(other.worst);
        self.measures.extend(other.measures);
        self.tables.extend(other.tables);
        self.observed.extend(other.observed);
    }

    /// The most memory that a guest held for it.
    pub fn peak_memory_bytes(&self) -> u64 {
        self.peak_memory_bytes
    }

    /// What guests used for these, too.
    pub fn used_by(&mut self, other: &Self) {
        self.fuel += other.fuel;
        self.peak_memory_bytes = self.peak_memory_bytes.max(other.peak_memory_bytes);
    }

    /// Something that was measured; the unit is in the name.
    pub fn measured(&mut self, name: &str, value: f64) {
        self.measures.insert(name.to_owned(), value.into());
    }

    /// What was measured, where it is better read as a table.
    pub fn tabulated(&mut self, table: Table) {
        self.tables.push(table);
    }

    /// What was measured, where it is better seen as a curve.
    pub fn plotted(&mut self, plot: Plot) {
        self.plots.push(plot);
    }

    /// What was seen of this machine, such as times: no score depends on it.
    pub fn observed(&mut self, table: Table) {
        self.observed.push(table);
    }

    /// Sums it up in other words than how many cases were right.
    pub fn conclude(&mut self, sentence: String) {
        self.conclusion = Some(sentence);
    }

    /// What was measured under this name.
    pub fn measure(&self, name: &str) -> Option<Number> {
        self.measures.get(name).copied()
    }

    /// The share of cases that passed, but no more than half while any failed, and 0 where nothing was asked.
    pub fn score(&self) -> f64 {
        let share = f64::from(self.cases - self.failures.len() as u32) / f64::from(self.cases.max(1));
        if self.failures.is_empty() { share } else { share.min(0.5) }
    }

    /// Whether something was asked and everything was right.
    pub fn is_right(&self) -> bool {
        self.cases > 0 && self.failures.is_empty()
    }

    /// The evidence. Where several bugs explain a failure, it is called by the one that explains most failures.
    pub fn evidence(&self) -> Evidence {
        let failed = self.failures.len() as u32;
        let mut measures = self.measures.clone();
        measures.insert("fuel".into(), (self.fuel as f64).into());
        measures.insert("peak_memory_bytes".into(), (self.peak_memory_bytes as f64).into());
        if self.worst > 0.0 {
            measures.insert("worst_error_of_bound".into(), self.worst.into());
        }
        let counted = || format!("{} of {} cases right", self.cases - failed, self.cases);
        Evidence {
            summary: self.conclusion.clone().unwrap_or_else(counted),
            cases: self.cases,
            failed,
            failures: self.failures.iter().take(SHOWN).map(|failure| self.named(failure)).collect(),
            measures,
            tables: self.tables.clone(),
            plots: self.plots.clone(),
            observed: self.observed.clone(),
        }
    }

    fn named(&self, failure: &Failure) -> CaseEvidence {
        let explains = |name: &str| {
            self.failures
                .iter()
                .filter(|other| other.explanations.iter().any(|known| known.name == name))
                .count()
        };
        // `max_by_key` takes the last of equals, and the tables have the more particular first.
        let best = failure.explanations.iter().rev().max_by_key(|known| explains(known.name));
        let hint = best.map(|known| Hint { misconception: known.name.into(), advice: known.advice.into() });
        CaseEvidence { hint: hint.or_else(|| failure.evidence.hint.clone()), ..failure.evidence.clone() }
    }
}
