//! Right, with the sums of a dense layer's gradients in eight lanes, which are added in pairs at the end.
//!
//! expect: passes everything

use guests::learning::{Pass, Slopes, WayBack, taught};
use guests::{LayerSpec, export_learning_layers, right};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(_) => Ok(WayBack::boxed(right(spec, rng)?, |pass| Ok(back(pass)))),
    _ => taught(spec, rng),
});

fn lanes(terms: impl Iterator<Item = f32>) -> f32 {
    let mut lanes = [0.0; 8];
    terms.enumerate().for_each(|(at, term)| lanes[at % 8] += term);
    let pair = |a: usize| lanes[a] + lanes[a + 4];
    (pair(0) + pair(2)) + (pair(1) + pair(3))
}

fn back(pass: &Pass) -> Slopes {
    let (weight, inputs, outputs) = (pass.parameters[0], pass.input.width(), pass.gradient.width());
    let mut input = pass.input.clone();
    for (dx, dy) in input.rows_mut().zip(pass.gradient.rows()) {
        let rows = weight.data().chunks_exact(outputs);
        dx.iter_mut().zip(rows).for_each(|(dx, row)| *dx = lanes(row.iter().zip(dy).map(|(w, dy)| w * dy)));
    }
    let column = |j: usize| pass.gradient.data().iter().skip(j).step_by(outputs);
    let mut places = 0..;
    let slopes = weight.map(|_| {
        let at = places.next().unwrap_or_default();
        let x = pass.input.data().iter().skip(at / outputs).step_by(inputs);
        lanes(x.zip(column(at % outputs)).map(|(x, dy)| x * dy))
    });
    let mut parameters = vec![slopes];
    for bias in pass.parameters.iter().skip(1) {
        let mut sums = (0..outputs).map(|j| lanes(column(j).copied()));
        parameters.push(bias.map(|_| sums.next().unwrap_or_default()));
    }
    Slopes { input, parameters }
}
