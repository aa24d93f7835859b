//! Who has a known bug fails a check and is told its name.

use std::collections::BTreeSet;

use rayon::prelude::*;
use tito_grade::{CheckResult, Status};
use tito_judge::{IN_LOSSES, IN_OPTIMIZERS, IN_TRAINING, Misconception, Question, Seed};

use crate::{formulas, graded, guest::Launcher, language_gradients, seeds};

/// Bugs with the one check that they fail, where it is one; what follows a slash is a form of the bug.
const BUGS: [(&str, &str); 153] = [
    ("bias-gradient-not-summed", "backward-dense"),
    ("bias-gradient-not-summed/last", "backward-dense"),
    ("bias-gradient-averaged", "backward-dense"),
    ("gradient-averaged-again", "backward-dense"),
    ("weight-gradient-transposed", "backward-dense"),
    ("weight-gradient-transposed/read", "backward-dense"),
    ("weight-gradient-of-the-output", "backward-dense"),
    ("input-gradient-untransposed", "backward-dense"),
    ("gradient-of-an-earlier-input", "backward-dense"),
    ("gradient-zero", "backward-dense"),
    ("half-precision", "backward-dense"),
    ("conv-input-gradient-kernel-flipped", "backward-conv2d"),
    ("conv-weight-gradient-flipped", "backward-conv2d"),
    ("conv-weight-gradient-transposed", "backward-conv2d"),
    ("backward-ignores-stride", "backward-conv2d"),
    ("backward-ignores-stride/weight", "backward-conv2d"),
    ("backward-ignores-padding", "backward-conv2d"),
    ("backward-ignores-padding/uncropped", "backward-conv2d"),
    ("conv-bias-gradient-not-summed", "backward-conv2d"),
    ("conv-bias-gradient-not-summed/place", "backward-conv2d"),
    ("conv-bias-gradient-averaged", "backward-conv2d"),
    ("conv-bias-gradient-averaged/places", "backward-conv2d"),
    ("gradient-averaged-again", "backward-conv2d"),
    ("max-pool-gradient-to-all", "backward-max-pool2d"),
    ("max-pool-gradient-to-all/shared", "backward-max-pool2d"),
    ("max-pool-gradient-to-the-first", "backward-max-pool2d"),
    ("overlapping-windows-overwrite", "backward-max-pool2d"),
    ("max-pool-gradient-to-all-of-the-largest", "backward-max-pool2d"),
    ("average-pool-gradient-not-divided", "backward-average-pool2d"),
    ("average-pool-gradient-padding-left-out", "backward-average-pool2d"),
    ("average-pool-gradient-to-one", "backward-average-pool2d"),
    ("average-pool-gradient-to-one/largest", "backward-average-pool2d"),
    ("overlapping-windows-overwrite/average", "backward-average-pool2d"),
    ("relu-mask-missing", "backward-activations"),
    ("relu-mask-of-the-gradient", "backward-activations"),
    ("relu-mask-of-the-gradient/both", "backward-activations"),
    ("derivative-alone", "backward-activations"),
    ("derivative-alone/sigmoid", "backward-activations"),
    ("derivative-alone/tanh", "backward-activations"),
    ("sigmoid-derivative-at-the-input", "backward-activations"),
    ("tanh-derivative-at-the-input", "backward-activations"),
    ("activation-applied-twice", "backward-activations"),
    ("activation-applied-twice/tanh", "backward-activations"),
    ("tanh-derivative-without-square", "backward-activations"),
    ("output-returned", "backward-activations"),
    ("softmax-diagonal-only", "backward-activations"),
    ("softmax-diagonal-only/p", "backward-activations"),
    ("softmax-gradient-unweighted", "backward-activations"),
    ("flatten-gradient-flat", "backward-activations"),
    ("gradient-passed-on", "backward-activations"),
    ("gradient-of-an-earlier-input", "backward-activations"),
    ("batch-norm-variance-unbiased", "batch-norm2d"),
    ("batch-norm-epsilon-forgotten", "batch-norm2d"),
    ("batch-norm-epsilon-forgotten/other", "batch-norm2d"),
    ("batch-norm-epsilon-outside", "batch-norm2d"),
    ("batch-norm-deviation-missing", "batch-norm2d"),
    ("batch-norm-running-moments-in-training", "batch-norm2d"),
    ("batch-norm-per-image", "batch-norm2d"),
    ("batch-norm-over-channels", "batch-norm2d"),
    ("batch-norm-over-channels/image", "batch-norm2d"),
    ("batch-norm-not-scaled", "batch-norm2d"),
    ("batch-norm-moments-held-constant", "batch-norm2d"),
    ("batch-norm-variance-held-constant", "batch-norm2d"),
    ("batch-norm-mean-held-constant", "batch-norm2d"),
    ("batch-norm-gradient-gamma-forgotten", "batch-norm2d"),
    ("gamma-gradient-of-the-input", "batch-norm2d"),
    ("batch-norm-gradient-averaged", "batch-norm2d"),
    ("batch-statistics-in-inference", "batch-norm2d-inference"),
    ("running-moments-never-moved", "batch-norm2d-inference"),
    ("running-deviation-kept", "batch-norm2d-inference"),
    ("dropout-in-inference", "dropout"),
    ("dropout-scaled-in-inference", "dropout"),
    ("dropout-never-drops", "dropout"),
    ("dropout-keeps-the-dropped", "dropout"),
    ("dropout-share", "dropout"),
    ("dropout-pattern", "dropout"),
    ("dropout-not-scaled", "dropout"),
    ("dropout-gradient-not-masked", "dropout"),
    ("dropout-gradient-not-scaled", "dropout"),
    ("dropout-gradient-of-another-mask", "dropout"),
    ("dropout-mask-repeated", "dropout"),
    ("loss-constant", "cross-entropy"),
    ("loss-constant/zero", "cross-entropy"),
    ("cross-entropy-base-2", "cross-entropy"),
    ("cross-entropy-of-probabilities", "cross-entropy"),
    ("cross-entropy-without-logarithm", "cross-entropy"),
    ("cross-entropy-sign", "cross-entropy"),
    ("cross-entropy-gradient-without-target", "cross-entropy"),
    ("loss-summed", "cross-entropy"),
    ("loss-summed/value", "cross-entropy"),
    ("loss-summed/gradient", "cross-entropy"),
    ("loss-averaged-again", "cross-entropy"),
    ("cross-entropy-averaged-over-classes", "cross-entropy"),
    ("cross-entropy-averaged-over-first-axis", "cross-entropy"),
    ("loss-gradient-sign", "cross-entropy"),
    ("loss-gradient-zero", "cross-entropy"),
    ("half-precision", "cross-entropy"),
    ("cross-entropy-unshifted", "cross-entropy-extremes"),
    ("cross-entropy-unshifted/gradient", "cross-entropy-extremes"),
    ("cross-entropy-unshifted/logarithm", "cross-entropy-extremes"),
    ("cross-entropy-clipped", "cross-entropy-extremes"),
    ("cross-entropy-clipped/coarse", "cross-entropy-extremes"),
    ("mean-squared-error-halved", "mean-squared-error"),
    ("mean-squared-error-halved/gradient", "mean-squared-error"),
    ("mean-squared-error-over-rows", "mean-squared-error"),
    ("mean-squared-error-not-squared", "mean-squared-error"),
    ("mean-squared-error-not-squared/root", "mean-squared-error"),
    ("loss-summed/squares", "mean-squared-error"),
    ("wrong-argument-accepted", "wrong-arguments"),
    ("gradients-replaced", "gradients-accumulate"),
    ("gradients-averaged", "gradients-accumulate"),
    ("gradients-never-written", "gradients-accumulate"),
    ("gradients-never-zeroed", "gradients-accumulate"),
    ("load-keeps-gradients", "gradients-accumulate"),
    ("inference-forgets-training", "gradients-accumulate"),
    ("chain-broken", "backward-stacks"),
    ("optimizer-ascends", "sgd"),
    ("momentum-ignored", "sgd"),
    ("momentum-of-the-old-velocity", "sgd"),
    ("momentum-averages", "sgd"),
    ("momentum-nesterov", "sgd"),
    ("weight-decay-sign", "sgd"),
    ("weight-decay-ignored", "sgd"),
    ("sgd-decay-decoupled", "sgd"),
    ("parameters-not-moved", "sgd"),
    ("gradients-returned", "sgd"),
    ("optimizer-ascends", "adam"),
    ("weight-decay-sign", "adam"),
    ("weight-decay-ignored", "adam"),
    ("adam-not-corrected", "adam"),
    ("adam-not-corrected/second", "adam"),
    ("adam-correction-off-by-one", "adam"),
    ("adam-correction-frozen", "adam"),
    ("adam-epsilon-inside-the-root", "adam"),
    ("adam-epsilon-ignored", "adam"),
    ("adam-epsilon-ignored/other", "adam"),
    ("adam-epsilon-before-the-correction", "adam"),
    ("adam-without-root", "adam"),
    ("adam-betas-exchanged", "adam"),
    ("adam-decay-decoupled", "adam"),
    ("adam-steps-counted-by-parameter", "adam"),
    ("adam-decay-coupled", "adamw"),
    ("adamw-decay-without-rate", "adamw"),
    ("weight-decay-sign", "adamw"),
    ("shared-moments", "optimizers-independent"),
    ("moments-forgotten", "optimizers-independent"),
    ("token-gradient-not-accumulated", "backward-token-embedding"),
    ("token-gradient-not-accumulated/first", "backward-token-embedding"),
    ("position-gradient-not-summed", "backward-position-embedding"),
    ("position-gradient-not-summed/mean", "backward-position-embedding"),
    ("layer-norm-moments-held-constant", "backward-layer-norm"),
    ("gelu-gradient-of-an-approximation", "backward-gelu"),
    ("attention-gradient-not-scaled", "backward-attention"),
];

/// The names that a check tells.
fn told(check: &CheckResult) -> BTreeSet<String> {
    let hints = check.evidence.failures.iter().filter_map(|failure| failure.hint.clone());
    hints.map(|hint| hint.misconception).collect()
}

/// What is wrong with how a bug is told of under a seed.
fn wrong(bug: &'static str, check: &str, seed: &Seed) -> Option<String> {
    let name = bug.split('/').next().unwrap();
    let language = language_gradients();
    let is_language = language.rubric.checks().any(|(_, rule)| rule.name == check);
    let milestone = if is_language { language } else { formulas() };
    let grade = graded(&milestone, &Launcher { bug }, seed);
    let failed: Vec<_> = grade.checks().filter(|check| check.status != Status::Passed).collect();
    let names: Vec<_> = failed.iter().map(|check| (check.name.as_str(), told(check))).collect();
    let is_told = failed.iter().any(|failed| failed.name == check && told(failed).contains(name));
    (!is_told).then(|| format!("{bug} in {check}: {names:?}"))
}

#[test]
fn every_bug_is_told_its_name() {
    let seeds: Vec<_> = seeds(3, 3).collect();
    let asked: Vec<_> = BUGS.iter().flat_map(|bug| seeds.iter().map(move |seed| (bug, seed))).collect();
    let wrong: Vec<_> = asked.par_iter().filter_map(|((bug, check), seed)| wrong(bug, check, seed)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_misconception_has_a_bug() {
    fn names<Q: Question>(tables: &[&'static [Misconception<Q>]]) -> Vec<&'static str> {
        tables.iter().flat_map(|table| table.iter().map(|known| known.name)).collect()
    }
    let bugs: BTreeSet<_> = BUGS.iter().map(|(bug, _)| bug.split('/').next().unwrap()).collect();
    let all = [names(&IN_TRAINING), names(&IN_LOSSES), names(&IN_OPTIMIZERS)].concat();
    let missing: Vec<_> = all.iter().filter(|name| !bugs.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
