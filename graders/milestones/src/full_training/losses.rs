//! Losses: value and gradient, for moderate and for extreme logits.

use tito_judge::{Draw, Kind, LossCase, Targets, audited};
use tito_sandbox::HostError;
use tito_tensor::Tensor;

use crate::shapes::{shape, wide_extent};
use crate::{Context, milestone::Found};

/// Moderate logits of one axis to three before that of the classes; some rows are nearly certain, rightly or not.
pub(super) fn cross_entropy(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/cross-entropy");
    let mut case = |rank: usize| {
        let mut shape = shape(&mut draw, rank);
        // More than one row, over which a sum is no mean.
        shape[0] = shape[0].max(2);
        let deviation = draw.pick(&[1.0, 3.0, 10.0]);
        of_classes(&mut draw, |draw| draw.normals(shape.clone(), deviation), Kind::Random)
    };
    let cases: Vec<_> = [2, 2, 3, 2, 3, 4, 2].map(|rank| audited(|| case(rank))).into();
    Ok(Found::Cases(context.examiner().ask_each(&cases, LossCase::ask)?))
}

/// Rows around 1000, around -1000, with a spread of a hundred and of ten thousand.
pub(super) fn extremes(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/cross-entropy-extremes");
    let rows: [&[(f64, f64)]; 5] = [
        &[(1_000.0, 2.0), (1_000.0, 3.0), (0.0, 1.0)],
        &[(-1_000.0, 2.0), (-1_000.0, 1.0), (0.0, 1.0)],
        &[(0.0, 100.0), (90.0, 3.0), (0.0, 100.0)],
        &[(0.0, 10_000.0), (0.0, 10_000.0), (0.0, 1.0)],
        &[(1_000.0, 2.0), (-1_000.0, 2.0), (0.0, 100.0), (0.0, 10_000.0), (0.0, 1.0)],
    ];
    let cases: Vec<_> =
        rows.map(|rows| audited(|| of_classes(&mut draw, |draw| extreme(draw, rows), Kind::Extreme))).into();
    Ok(Found::Cases(context.examiner().ask_each(&cases, LossCase::ask)?))
}

fn extreme(draw: &mut Draw, rows: &[(f64, f64)]) -> Tensor {
    let width = draw.pick(&[3u32, 5, 10]);
    let order = draw.permutation(rows.len());
    Tensor::from_fn([rows.len() as u32, width], |i| {
        let (center, deviation) = rows[order[i / width as usize]];
        (center + deviation * draw.normal()).clamp(-1e4, 1e4) as f32
    })
}

/// Logits with a drawn class for each row.
fn of_classes(draw: &mut Draw, logits: impl Fn(&mut Draw) -> Tensor, kind: Kind) -> LossCase {
    let logits = logits(draw);
    let (rows, classes) = logits.shape().as_matrix();
    let targets = (0..rows).map(|_| draw.below(classes as u64) as u32).collect();
    LossCase::new(logits, Targets::Classes(targets), kind)
}

/// Predictions of rank 1 to 3, large and small, some of them as they should be.
pub(super) fn mean_squared_error(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("3/mean-squared-error");
    let mut case = |rank: usize| {
        let mut shape = shape(&mut draw, rank);
        shape[0] = shape[0].max(wide_extent(&mut draw).min(5));
        let deviation = draw.pick(&[0.1, 1.0, 30.0]);
        let [predictions, noise] = [(); 2].map(|()| draw.normals(shape.clone(), deviation));
        let values = Tensor::from_fn(shape, |at| {
            if draw.below(8) == 0 { predictions.data()[at] } else { noise.data()[at] }
        });
        LossCase::new(predictions, Targets::Values(values), Kind::Random)
    };
    let cases: Vec<_> = [2, 1, 2, 3, 2, 4].map(|rank| audited(|| case(rank))).into();
    Ok(Found::Cases(context.examiner().ask_each(&cases, LossCase::ask)?))
}
