//! What cannot be answered gives a fault that says so, of one who answers what can be.

use tito_judge::Draw;
use tito_sandbox::{
    AttentionSpec, BlockSpec, Called, EmbeddingSpec, Guest, HostError, Layer, Mode, NormSpec, Sampling,
};
use tito_tensor::Tensor;

use super::drawn::Gpt;
use crate::{
    Context,
    faults::{Ask, Told, refusals},
    milestone::Found,
};

/// Tokens that are none, texts that are too long, heads that do not divide the width, and sampling that cannot be.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let tokens = Layer::TokenEmbedding(EmbeddingSpec { entries: 5, width: 3 });
    let positions = Layer::PositionEmbedding(EmbeddingSpec { entries: 4, width: 3 });
    let norm = Layer::LayerNorm(NormSpec { features: 3, epsilon: 1e-5 });
    let attention = |heads| Layer::Attention(AttentionSpec { width: 6, heads, causal: true });
    let block = |heads| Layer::TransformerBlock(BlockSpec { width: 6, heads, expansion: 2 });
    let questions: [(&str, Ask<'_>); 16] = [
        ("token-embedding of 5 entries on token 5", &|guest, is_right| {
            text(guest, tokens, &[1, 2], &[0.0, if is_right { 4.0 } else { 5.0 }])
        }),
        ("token-embedding of 5 entries on token 16777216", &|guest, is_right| {
            text(guest, tokens, &[1, 2], &[0.0, if is_right { 4.0 } else { 16_777_216.0 }])
        }),
        ("token-embedding of 5 entries on token -1", &|guest, is_right| {
            text(guest, tokens, &[1, 2], &[if is_right { 1.0 } else { -1.0 }, 2.0])
        }),
        ("token-embedding of 5 entries on token 1.5", &|guest, is_right| {
            text(guest, tokens, &[1, 2], &[if is_right { 1.0 } else { 1.5 }, 2.0])
        }),
        ("position-embedding of 4 places on 5", &|guest, is_right| {
            forward(guest, positions, &[2, if is_right { 4 } else { 5 }, 3])
        }),
        ("position-embedding of width 3 on width 4", &|guest, is_right| {
            forward(guest, positions, &[2, 3, if is_right { 3 } else { 4 }])
        }),
        ("layer-norm of 3 features on width 2", &|guest, is_right| {
            forward(guest, norm, &[3, if is_right { 3 } else { 2 }])
        }),
        ("attention of width 6 in 4 heads", &|guest, is_right| {
            forward(guest, attention(if is_right { 3 } else { 4 }), &[2, 3, 6])
        }),
        ("attention of width 6 in 0 heads", &|guest, is_right| {
            forward(guest, attention(if is_right { 2 } else { 0 }), &[2, 3, 6])
        }),
        ("attention of width 6 on input [2, 3, 4]", &|guest, is_right| {
            forward(guest, attention(2), &[2, 3, if is_right { 6 } else { 4 }])
        }),
        ("transformer-block of width 6 in 4 heads", &|guest, is_right| {
            forward(guest, block(if is_right { 3 } else { 4 }), &[2, 3, 6])
        }),
        ("generate after no token", &|guest, is_right| {
            generate(guest, if is_right { &[1] } else { &[] }, 0.0, 2)
        }),
        ("generate after token 7 of 7", &|guest, is_right| {
            generate(guest, &[if is_right { 6 } else { 7 }], 0.0, 2)
        }),
        ("generate at temperature -1", &|guest, is_right| {
            generate(guest, &[1], if is_right { 1.0 } else { -1.0 }, 2)
        }),
        ("generate 2 tokens by one draw", &|guest, is_right| {
            generate(guest, &[1], 1.0, if is_right { 2 } else { 1 })
        }),
        ("generate after token 4294967295", &|guest, is_right| {
            generate(guest, &[2, if is_right { 0 } else { u32::MAX }], 0.0, 2)
        }),
    ];
    Ok(Found::Cases(refusals(context, &questions, &IMPOSSIBLE)?))
}

fn forward(guest: &mut dyn Guest, layer: Layer, shape: &[u32]) -> Called<()> {
    let count = shape.iter().product::<u32>() as usize;
    text(guest, layer, shape, &(0..count).map(|at| at as f32 % 5.0 - 2.0).collect::<Vec<_>>())
}

fn text(guest: &mut dyn Guest, layer: Layer, shape: &[u32], data: &[f32]) -> Called<()> {
    let input = Tensor::from_fn(shape.to_vec(), |at| data[at]);
    guest.build(&[layer], 7)?.then(|model| Ok(guest.forward(model, &input, Mode::Inference)?.map(|_| ())))
}

/// Two tokens after a prompt, by so many draws.
fn generate(guest: &mut dyn Guest, prompt: &[u32], temperature: f32, draws: usize) -> Called<()> {
    let gpt = Gpt { entries: 7, context: 5, width: 4, heads: 2, expansion: 2, blocks: 1 };
    let parameters = gpt.parameters(&mut Draw::new([5; 32]));
    let sampling = Sampling { temperature, top_k: 0 };
    guest.build(&gpt.layers(), 7)?.then(|model| {
        guest
            .load(model, &parameters)?
            .then(|()| Ok(guest.generate(model, prompt, 2, sampling, &[0.25, 0.75][..draws])?.map(|_| ())))
    })
}

const IMPOSSIBLE: Told = Told {
    accepted: [
        "impossible-language-accepted",
        "Compare tokens with the table's rows, places with its context, the width with the heads, and draws with the \
             tokens that are asked for, before anything else.",
    ],
    traps: [
        "impossible-language-traps",
        "A panic ends the whole guest. Look at the arguments first, and return `invalid-argument` or `shape-mismatch`.",
    ],
};
