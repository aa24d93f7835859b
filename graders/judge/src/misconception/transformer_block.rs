//! What goes wrong in how a block is put together.

use tito_kernels::Judged;
use tito_sandbox::Layer;

use super::{
    Misconception,
    mechanism::{Form, RIGHT_FORM},
    nearly,
};
use crate::{Case, case::wide};

pub(super) const MISCONCEPTIONS: &[Misconception] = &[
    Misconception {
        name: "post-norm",
        advice: "The norms come behind the sums. They come in front: x + attention(norm(x)), then x + dense(gelu(dense(norm(x)))).",
        answers: &[|case| formed(case, Form { post_norm: true, ..RIGHT_FORM })],
    },
    Misconception {
        name: "residual-missing",
        advice: "What came in is not added to what was made of it. Both parts of a block add to their input, as it was before the \
                 norm.",
        answers: &[
            |case| formed(case, Form { residuals: [false, true], ..RIGHT_FORM }),
            |case| formed(case, Form { residuals: [true, false], ..RIGHT_FORM }),
            |case| formed(case, Form { residuals: [false, false], ..RIGHT_FORM }),
        ],
    },
    Misconception {
        name: "block-activation",
        advice: "Between the dense layers of a block is another function than GELU, or none.",
        answers: &[
            |case| formed(case, Form { activation: |x| x.max(0.0), ..RIGHT_FORM }),
            |case| formed(case, Form { activation: |x| x, ..RIGHT_FORM }),
            |case| formed(case, Form { activation: libm::tanh, ..RIGHT_FORM }),
            |case| formed(case, Form { activation: |x| 1.0 / (1.0 + libm::exp(-x)), ..RIGHT_FORM }),
        ],
    },
];

/// The answer of a block in another form.
pub(super) fn formed(case: &Case, form: Form<'_>) -> Option<Judged> {
    let [Layer::TransformerBlock(spec)] = case.layers.as_slice() else { return None };
    Some(nearly(case, form.run(&(&case.input).into(), &wide(&case.parameters), *spec)?))
}
