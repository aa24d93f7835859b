//! What a milestone's accuracy is measured on and held to, by the names that courses use.

use tito_data::Store;

/// A benchmark by name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Benchmark {
    /// On the command line and in `course.toml`.
    pub(crate) name: &'static str,
    /// Of which milestone.
    pub(crate) milestone: u32,
    /// The data set.
    pub(crate) data: &'static str,
    /// What gives full marks, in a few words.
    pub(crate) asks: &'static str,
}

const fn benchmark(milestone: u32, name: &'static str, data: &'static str, asks: &'static str) -> Benchmark {
    Benchmark { name, milestone, data, asks }
}

/// All of them: of each milestone first the one on published data, then the one on what is part of tito.
pub(crate) const BENCHMARKS: [Benchmark; 10] = [
    benchmark(1, "mnist_85_percent", "mnist", "85 % of MNIST's test images by the MLP"),
    benchmark(1, "tinydigits_85_percent", "tinydigits", "85 % of TinyDigits' test images by the MLP"),
    benchmark(2, "mnist_95_percent", "mnist", "95 % of MNIST's test images by the CNN"),
    benchmark(2, "tinydigits_95_percent", "tinydigits", "95 % of TinyDigits' test images by the CNN"),
    benchmark(
        3,
        "cifar10_native_90_percent",
        "cifar-10",
        "90 % of the native trainer's accuracy on CIFAR-10",
    ),
    benchmark(3, "tinydigits_native_90_percent", "tinydigits", "90 % of the native trainer's on TinyDigits"),
    benchmark(4, "cifar10_80_percent", "cifar-10", "80 % of CIFAR-10's test images by the student's network"),
    benchmark(4, "tinydigits_80_percent", "tinydigits", "80 % of TinyDigits' by the student's network"),
    benchmark(5, "tinyshakespeare_native", "tinyshakespeare", "the native trainer's bits on TinyShakespeare"),
    benchmark(5, "tinytalk_native", "tinytalk", "the native trainer's bits on TinyTalk"),
];

/// Those of a milestone.
pub(crate) fn of_milestone(milestone: u32) -> impl Iterator<Item = &'static Benchmark> {
    BENCHMARKS.iter().filter(move |benchmark| benchmark.milestone == milestone)
}

/// The one of a milestone whose data are there: the published ones where they are, else what is part of tito.
pub(crate) fn at_hand(milestone: u32, store: &Store) -> &'static Benchmark {
    let is_there = |benchmark: &&Benchmark| {
        let described = tito_data::Description::named(benchmark.data).expect("benchmarks name data sets");
        store.verify(described).ready
    };
    of_milestone(milestone).find(is_there).expect("what is part of tito is always there")
}

#[cfg(test)]
mod tests {
    use tito_grade::Scoring;

    use super::*;

    /// The percentage in a benchmark's name is what the rubric asks for.
    #[test]
    fn names_say_what_rubrics_ask() {
        for Benchmark { name, milestone, data, .. } in &BENCHMARKS {
            let graded = tito_milestones::milestone(*milestone).unwrap();
            assert!(graded.data.iter().any(|known| known.name == *data), "{name}");
            let full = graded.rubric.checks().find_map(|(_, rule)| match rule.scoring {
                Scoring::Accuracy { full, .. } | Scoring::OfNative { full } => Some(full),
                _ => None,
            });
            let percent = name.split('_').find_map(|part| part.parse::<f64>().ok());
            assert_eq!(percent.map(|percent| percent / 100.0), full, "{name}");
        }
    }
}
