//! What checks found before, kept beside what was compiled, under everything that it was derived from.

use std::env;

use tito_artifact::{Digest, RunLimits};
use tito_grade::{CheckResult, SeedUsed};
use tito_milestones::{Memory, Origin, tool};
use tito_worker::Cache;

use crate::{dataset::Material, submission::Submission};

/// Results of one submission's checks under the same conditions.
pub(crate) struct Remembered {
    cache: Cache,
    conditions: String,
}

impl Remembered {
    /// What was found of a submission with this seed, these data and limits, by this very program.
    pub(crate) fn of(
        cache: Cache,
        submission: &Submission,
        seed: &SeedUsed,
        data: &Material,
        limits: &RunLimits,
    ) -> Self {
        let parts =
            [tool(), program(), submission.digest().to_string(), format!("{seed:?} {limits:?}"), of(data)];
        Self { cache, conditions: parts.join("\n") }
    }

    fn name(&self, check: &str) -> String {
        format!("check-{}", Digest::of(format!("{}\n{check}", self.conditions).as_bytes()))
    }
}

/// Which images and which text.
fn of(Material { images, text }: &Material) -> String {
    let text = text.as_ref().map(|text| (text.name(), text.provenance()));
    format!("{} {:?} {text:?}", Origin::data_of(images), images.split())
}

/// Which build this is. Where nobody can say, nothing that another one found is believed.
fn program() -> String {
    let metadata = env::current_exe().and_then(|path| path.metadata());
    metadata.map_or_else(
        |error| error.to_string(),
        |metadata| format!("{} bytes of {:?}", metadata.len(), metadata.modified()),
    )
}

impl Memory for Remembered {
    fn recall(&self, check: &str) -> Option<CheckResult> {
        let kept = self.cache.get(&self.name(check))?;
        let (mut result, observed): (CheckResult, _) = serde_json::from_slice(&kept).ok()?;
        result.evidence.observed = observed;
        Some(result)
    }

    /// A full disk costs time at the next run, and nothing else.
    fn keep(&self, result: &CheckResult) {
        // A result is written without what was observed, which is no part of a grade.
        let kept = (result, &result.evidence.observed);
        let bytes = serde_json::to_vec(&kept).expect("a result can be written");
        let _ = self.cache.put(&self.name(&result.name), &bytes);
    }
}

#[cfg(test)]
mod tests {
    use tito_data::{Split, Store, TINYDIGITS};
    use tito_grade::{Evidence, Status, Table};
    use tito_milestones::TrainingFiles;

    use super::*;

    fn remembered(cache: &Cache, submission: &Submission, seed: &SeedUsed, fuel: u64) -> Remembered {
        let images = Store::at("").load(&TINYDIGITS, Split::Test).unwrap();
        let data = Material { images, text: None };
        let limits = RunLimits { fuel_per_call: fuel, ..RunLimits::default() };
        Remembered::of(cache.clone(), submission, seed, &data, &limits)
    }

    #[test]
    fn a_result_is_recalled_under_the_same_conditions_alone() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("cache")).unwrap();
        let times = Table { title: "times".into(), columns: Vec::new(), rows: Vec::new() };
        let result = CheckResult {
            name: "provenance".into(),
            asks: String::new(),
            weight: 1.0,
            status: Status::Passed,
            score: 1.0,
            evidence: Evidence { observed: vec![times], ..Evidence::default() },
        };
        let submission = || Submission::from(vec![1, 2, 3]);
        let public = SeedUsed::Public;
        remembered(&cache, &submission(), &public, 7).keep(&result);
        let check = |submission: Submission, seed: &SeedUsed, fuel, name, is_there| {
            let recalled = remembered(&cache, &submission, seed, fuel).recall(name);
            assert_eq!(recalled, Some(result.clone()).filter(|_| is_there));
        };
        check(submission(), &public, 7, "provenance", true);
        check(submission(), &public, 7, "test-images", false);
        check(submission(), &public, 8, "provenance", false);
        check(submission(), &SeedUsed::Secret("0".into()), 7, "provenance", false);
        check(Submission::from(vec![1, 2]), &public, 7, "provenance", false);
        check(Submission { claims: Some(String::new()), ..submission() }, &public, 7, "provenance", false);
        check(Submission { vision: Some(vec![4]), ..submission() }, &public, 7, "provenance", false);
        let training = TrainingFiles { checkpoints: vec![vec![1]], ..TrainingFiles::default() };
        check(Submission { training: Some(training), ..submission() }, &public, 7, "provenance", false);
    }
}
