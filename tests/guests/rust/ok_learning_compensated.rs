//! Right, with the products and sums of dense layers carrying what was rounded off (Ogita, Rump and Oishi, Accurate
//! Sum and Dot Product, 2005).
//!
//! expect: passes everything

use guests::learning::{Pass, Slopes, WayBack, taught};
use guests::{Dense, LayerSpec, Tensor, export_learning_layers};

export_learning_layers!(|spec, rng| match spec {
    LayerSpec::Dense(dense) => {
        let layer = Dense::computing(dense, rng, product);
        Ok(WayBack::boxed(layer, |pass| Ok(back(pass))))
    }
    _ => taught(spec, rng),
});

/// A sum, and what was rounded off it so far.
#[derive(Clone, Copy, Default)]
struct Sum {
    whole: f32,
    rest: f32,
}

impl Sum {
    fn of(products: impl Iterator<Item = (f32, f32)>) -> f32 {
        products.fold(Self::default(), |sum, (a, b)| sum.and(a, b)).value()
    }

    fn and(self, a: f32, b: f32) -> Self {
        // Exact: an f64 holds the product of two f32.
        let exact = f64::from(a) * f64::from(b);
        let product = exact as f32;
        let whole = self.whole + product;
        let other = whole - self.whole;
        let lost = (self.whole - (whole - other)) + (product - other);
        Self { whole, rest: self.rest + (lost + (exact - f64::from(product)) as f32) }
    }

    fn value(self) -> f32 {
        self.whole + self.rest
    }
}

fn product(dense: &Dense, input: &Tensor) -> Vec<f32> {
    dense.sums(input, |row, output| {
        let products = row.iter().enumerate().map(|(i, x)| (*x, dense.weight(i, output)));
        Sum::of(products.chain([(dense.bias(output), 1.0)]))
    })
}

fn back(pass: &Pass) -> Slopes {
    let (weight, outputs) = (pass.parameters[0], pass.gradient.width());
    let mut input = pass.input.map(|_| 0.0);
    let mut sums: Vec<Vec<Sum>> =
        pass.parameters.iter().map(|it| vec![Sum::default(); it.data().len()]).collect();
    for ((x, dx), dy) in pass.input.rows().zip(input.rows_mut()).zip(pass.gradient.rows()) {
        for (i, (x, dx)) in x.iter().zip(dx).enumerate() {
            let row = &weight.data()[i * outputs..][..outputs];
            *dx = Sum::of(row.iter().copied().zip(dy.iter().copied()));
            let slopes = sums[0][i * outputs..].iter_mut().zip(dy);
            slopes.for_each(|(sum, dy)| *sum = sum.and(*x, *dy));
        }
        for bias in sums.iter_mut().skip(1) {
            bias.iter_mut().zip(dy).for_each(|(sum, dy)| *sum = sum.and(*dy, 1.0));
        }
    }
    let narrow = |(like, sums): (&&Tensor, Vec<Sum>)| {
        let mut sums = sums.into_iter();
        like.map(|_| sums.next().unwrap_or_default().value())
    };
    Slopes { input, parameters: pass.parameters.iter().zip(sums).map(narrow).collect() }
}
