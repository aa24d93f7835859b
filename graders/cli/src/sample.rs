//! Submissions that are part of the program: what they show, and how they should end.

use std::collections::BTreeMap;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use tito_artifact::Limits;
use tito_milestones::{REFERENCE, TEXTBOOK, TrainingFiles};

use crate::submission::{Submission, epoch_file};

/// A submission that is part of the program.
#[derive(Debug)]
pub(crate) struct Sample {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// The milestone that it is handed in for.
    pub(crate) milestone: u32,
    /// What it is, in a few words.
    pub(crate) title: &'static str,
    /// Whether it passes every automatic check.
    pub(crate) passes: bool,
    /// Whether it would use up all of its fuel in every case.
    is_endless: bool,
    pub(crate) bytes: &'static [u8],
    trained: Option<Trained>,
}

/// What belongs to it that `tito train` wrote, and what it claims of itself.
#[derive(Debug)]
struct Trained {
    plan: &'static str,
    log: &'static str,
    checkpoints: [&'static [u8]; 5],
    claims: &'static str,
}

/// All samples, those of a milestone together and the right ones first.
pub(crate) static SAMPLES: [Sample; 11] = [
    Sample {
        name: "milestone1_sample",
        milestone: 1,
        title: "a right and fast framework",
        passes: true,
        is_endless: false,
        bytes: REFERENCE,
        trained: None,
    },
    Sample {
        name: "milestone1_textbook",
        milestone: 1,
        title: "the plain loops that one writes first, right as well",
        passes: true,
        is_endless: false,
        bytes: TEXTBOOK,
        trained: None,
    },
    Sample {
        name: "milestone1_wrong",
        milestone: 1,
        title: "dense reads its weight transposed",
        passes: false,
        is_endless: false,
        bytes: include_bytes!("../../../tests/guests/prebuilt/wrong_weight_transposed.wasm"),
        trained: None,
    },
    Sample {
        name: "milestone1_evil",
        milestone: 1,
        title: "`forward` never ends",
        passes: false,
        is_endless: true,
        bytes: include_bytes!("../../../tests/guests/prebuilt/evil_loop_in_forward.wasm"),
        trained: None,
    },
    Sample {
        name: "milestone2_sample",
        milestone: 2,
        title: "a right and fast framework",
        passes: true,
        is_endless: false,
        bytes: REFERENCE,
        trained: None,
    },
    Sample {
        name: "milestone2_textbook",
        milestone: 2,
        title: "the plain loops that one writes first, right as well",
        passes: true,
        is_endless: false,
        bytes: TEXTBOOK,
        trained: None,
    },
    Sample {
        name: "milestone2_wrong",
        milestone: 2,
        title: "convolution turns its kernels by 180 degrees",
        passes: false,
        is_endless: false,
        bytes: include_bytes!("../../../tests/guests/prebuilt/wrong_kernel_flipped.wasm"),
        trained: None,
    },
    Sample {
        name: "milestone3_sample",
        milestone: 3,
        title: "a right and fast framework",
        passes: true,
        is_endless: false,
        bytes: REFERENCE,
        trained: None,
    },
    Sample {
        name: "milestone3_textbook",
        milestone: 3,
        title: "the plain loops that one writes first, right as well",
        passes: true,
        is_endless: false,
        bytes: TEXTBOOK,
        trained: None,
    },
    Sample {
        name: "milestone4_sample",
        milestone: 4,
        title: "a right and fast framework, with what it has trained",
        passes: true,
        is_endless: false,
        bytes: REFERENCE,
        trained: Some(Trained {
            plan: include_str!("../../../examples/trained/tinydigits/train.toml"),
            log: include_str!("../../../examples/trained/tinydigits/log.jsonl"),
            checkpoints: [
                include_bytes!("../../../examples/trained/tinydigits/epoch-001.ckpt"),
                include_bytes!("../../../examples/trained/tinydigits/epoch-002.ckpt"),
                include_bytes!("../../../examples/trained/tinydigits/epoch-003.ckpt"),
                include_bytes!("../../../examples/trained/tinydigits/epoch-004.ckpt"),
                include_bytes!("../../../examples/trained/tinydigits/epoch-005.ckpt"),
            ],
            claims: include_str!("../../../examples/trained/tinydigits/claims.toml"),
        }),
    },
    Sample {
        name: "milestone5_sample",
        milestone: 5,
        title: "a right and fast framework, which was graded for vision before",
        passes: true,
        is_endless: false,
        bytes: REFERENCE,
        trained: None,
    },
];

impl Trained {
    fn files(&self) -> TrainingFiles {
        TrainingFiles {
            plan: self.plan.into(),
            log: self.log.into(),
            checkpoints: self.checkpoints.map(<[u8]>::to_vec).into(),
        }
    }
}

/// Takes the name of a sample, and lists them in `--help` and to whoever names another.
pub(crate) fn parser() -> impl TypedValueParser<Value = &'static Sample> {
    PossibleValuesParser::new(SAMPLES.iter().map(|sample| sample.name)).map(|name| {
        let found = SAMPLES.iter().find(|sample| sample.name == name);
        found.expect("only names of samples are let through")
    })
}

impl Sample {
    /// It, as if a student had handed it in.
    pub(crate) fn submission(&self) -> Submission {
        Submission {
            training: self.trained.as_ref().map(Trained::files),
            claims: self.trained.as_ref().map(|trained| trained.claims.into()),
            vision: (self.milestone == 5).then(|| self.bytes.to_vec()),
            ..self.bytes.to_vec().into()
        }
    }

    /// What belongs to it besides the component, by the paths that a submission has it under.
    pub(crate) fn trained_files(&self) -> BTreeMap<String, Vec<u8>> {
        let Some(Trained { plan, log, checkpoints, claims }) = &self.trained else { return BTreeMap::new() };
        let texts = [("training/train.toml", plan), ("training/log.jsonl", log), ("claims.toml", claims)];
        let texts = texts.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        let checkpoints = checkpoints.iter().zip(1..);
        let checkpoints =
            checkpoints.map(|(bytes, epoch)| (format!("training/{}", epoch_file(epoch)), bytes.to_vec()));
        texts.chain(checkpoints).collect()
    }

    /// What it may use: as usual, but for the one that never ends, which shall be done in seconds.
    pub(crate) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        if self.is_endless {
            limits.run.fuel_per_call /= 100;
        }
        limits
    }
}
