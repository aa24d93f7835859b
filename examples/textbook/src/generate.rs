//! Writing: one token after the other.

use tinytorch::{Fault, LayerSpec, Mode, Model, Sequential, Tensor};

use crate::Textbook;

/// Goes on with `prompt` by `count` tokens and returns those alone. Each is the first at which the cumulative probability
/// exceeds its draw, where probabilities are the softmax of logits / temperature over the `top_k` largest; at temperature 0
/// it is the one with the largest logit.
pub(crate) fn generate(
    model: &mut Sequential<Textbook>,
    prompt: &[u32],
    count: u32,
    temperature: f32,
    top_k: u32,
    draws: &[f32],
) -> Result<Vec<u32>, Fault> {
    if prompt.is_empty() {
        return Err(Fault::invalid_argument("generate: the prompt is empty"));
    }
    if temperature.is_nan() || temperature < 0.0 {
        return Err(Fault::invalid_argument(format!("generate: temperature {temperature}")));
    }
    let count = count as usize;
    if temperature > 0.0 && draws.len() < count {
        return Err(Fault::invalid_argument(format!("generate: {} draws for {count} tokens", draws.len())));
    }
    if temperature > 0.0 && !draws.iter().all(|draw| (0.0..1.0).contains(draw)) {
        return Err(Fault::invalid_argument("generate: a draw that is not from 0 to below 1"));
    }
    let (entries, room) = extents(model)?;
    for &token in prompt {
        if token >= entries {
            return Err(Fault::invalid_argument(format!("generate: there is no token {token}")));
        }
    }
    let mut text = prompt.to_vec();
    while text.len() < prompt.len() + count {
        let context = &text[text.len().saturating_sub(room)..];
        let logits = last_logits(model, context)?;
        let next = if temperature > 0.0 {
            let draw = draws[text.len() - prompt.len()];
            pick(&probabilities(&logits, temperature, top_k), draw)
        } else {
            ranked(&logits)[0]
        };
        text.push(next as u32);
    }
    Ok(text[prompt.len()..].to_vec())
}

/// How many tokens there are, and how many of them the table of positions has room for.
fn extents(model: &Sequential<Textbook>) -> Result<(u32, usize), Fault> {
    let Some(LayerSpec::TokenEmbedding(tokens)) = model.specs().first() else {
        return Err(Fault::invalid_argument("generate: the model does not begin with tokens"));
    };
    let mut room = usize::MAX;
    for spec in model.specs() {
        if let LayerSpec::PositionEmbedding(positions) = spec {
            room = room.min(positions.entries as usize);
        }
    }
    Ok((tokens.entries, room))
}

/// The last row of what the model makes of these tokens.
fn last_logits(model: &mut Sequential<Textbook>, context: &[u32]) -> Result<Vec<f32>, Fault> {
    let tokens = context.iter().map(|&token| token as f32).collect();
    let steps = context.len() as u32;
    let output = model.forward(&Tensor::new([1, steps], tokens)?, Mode::Inference)?;
    match (output.shape(), output.rows().last()) {
        ([1, found, _], Some(last)) if *found == steps => Ok(last.to_vec()),
        (shape, _) => Err(Fault::shape_mismatch(format!("generate: logits [1, {steps}, _], not {shape:?}"))),
    }
}

/// The tokens, that of the largest logit first, and of equals the lowest.
fn ranked(logits: &[f32]) -> Vec<usize> {
    let mut tokens: Vec<usize> = (0..logits.len()).collect();
    // To order what is no number somehow, and -0 as 0.
    tokens.sort_by(|&a, &b| (logits[b] + 0.0).total_cmp(&(logits[a] + 0.0)).then(a.cmp(&b)));
    tokens
}

/// The softmax of logits / temperature over the largest `top_k`, or all for 0, and 0 elsewhere.
fn probabilities(logits: &[f32], temperature: f32, top_k: u32) -> Vec<f64> {
    let mut tokens = ranked(logits);
    if top_k > 0 {
        tokens.truncate(top_k as usize);
    }
    let highest = f64::from(logits[tokens[0]]);
    let mut probabilities = vec![0.0; logits.len()];
    let mut sum = 0.0;
    for &token in &tokens {
        probabilities[token] = ((f64::from(logits[token]) - highest) / f64::from(temperature)).exp();
        sum += probabilities[token];
    }
    for probability in &mut probabilities {
        *probability /= sum;
    }
    probabilities
}

/// The first token at which the cumulative probability exceeds the draw.
fn pick(probabilities: &[f64], draw: f32) -> usize {
    let mut sum = 0.0;
    let mut last = 0;
    for (token, &probability) in probabilities.iter().enumerate() {
        sum += probability;
        if sum > f64::from(draw) {
            return token;
        }
        if probability > 0.0 {
            last = token;
        }
    }
    // The sum is 1 but for rounding.
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use tinytorch::{BlockSpec, EmbeddingSpec, Rng};

    /// A model whose logits are these, whatever it reads.
    fn stubborn(logits: [f32; 4]) -> Sequential<Textbook> {
        let layers = [LayerSpec::TokenEmbedding(EmbeddingSpec { entries: 4, width: 4 })];
        let mut model = Sequential::build(&layers, 1).unwrap();
        model.load(vec![Tensor::new([4, 4], [logits; 4].concat()).unwrap()]).unwrap();
        model
    }

    #[track_caller]
    fn check(logits: [f32; 4], temperature: f32, top_k: u32, expected: &[(f32, u32)]) {
        let (draws, tokens): (Vec<f32>, Vec<u32>) = expected.iter().copied().unzip();
        let count = tokens.len() as u32;
        let found = generate(&mut stubborn(logits), &[1, 2], count, temperature, top_k, &draws);
        assert_eq!(found, Ok(tokens), "{logits:?} at {temperature}, top {top_k}");
    }

    #[test]
    fn tokens_are_drawn_in_the_order_of_their_numbers() {
        check([0.0, 7.0, 7.0, 0.0], 0.0, 0, &[(0.9, 1), (0.0, 1)]);
        check([0.0; 4], 1.0, 0, &[(0.0, 0), (0.249, 0), (0.25, 1), (0.5, 2), (0.999_999_94, 3)]);
        check([0.0; 4], 1.0, 3, &[(0.0, 0), (0.34, 1), (0.67, 2), (0.999, 2)]);
        check([-0.0, 0.0, -0.0, 0.0], 1.0, 1, &[(0.0, 0), (0.999, 0)]);
        let weights = [1.0, 4.0, 2.0, 1.0].map(f32::ln);
        check(weights, 1.0, 0, &[(0.124, 0), (0.126, 1), (0.624, 1), (0.626, 2), (0.874, 2), (0.876, 3)]);
        check(weights, 1.0, 2, &[(0.0, 1), (0.66, 1), (0.67, 2), (0.999, 2)]);
        check(weights, 1.0, 3, &[(0.14, 0), (0.15, 1), (0.999, 2)]);
        check(weights, 0.5, 99, &[(0.045, 0), (0.046, 1), (0.772, 1), (0.774, 2), (0.95, 2), (0.96, 3)]);
        check(weights, f32::INFINITY, 0, &[(0.249, 0), (0.76, 3)]);
        assert_eq!(generate(&mut stubborn([0.0; 4]), &[1], 2, 0.0, 0, &[]), Ok(vec![0, 0]));
    }

    #[test]
    fn the_table_of_positions_is_the_memory() {
        let table = |entries| EmbeddingSpec { entries, width: 4 };
        let layers = [
            LayerSpec::TokenEmbedding(table(4)),
            LayerSpec::PositionEmbedding(table(3)),
            LayerSpec::TransformerBlock(BlockSpec { width: 4, heads: 2, expansion: 2 }),
        ];
        let mut model = Sequential::<Textbook>::build(&layers, 3).unwrap();
        let mut rng = Rng::new(1);
        model.load(model.parameters().iter().map(|p| p.map(|_| rng.normal())).collect()).unwrap();
        let long = generate(&mut model, &[0, 0, 1, 3, 2, 1], 5, 0.0, 0, &[]).unwrap();
        assert_eq!(generate(&mut model, &[3, 2, 1], 5, 0.0, 0, &[]), Ok(long.clone()));
        let mut text = vec![3, 2, 1];
        for next in long {
            let logits = last_logits(&mut model, &text[text.len() - 3..]).unwrap();
            assert!(logits.iter().all(|&logit| logit <= logits[next as usize]));
            text.push(next);
        }
    }

    #[track_caller]
    fn check_fault(prompt: &[u32], temperature: f32, draws: &[f32]) {
        let found = generate(&mut stubborn([0.0; 4]), prompt, 2, temperature, 0, draws);
        assert!(matches!(found, Err(Fault::InvalidArgument(_))), "{found:?}");
    }

    #[test]
    fn what_makes_no_sense_is_a_fault() {
        check_fault(&[], 0.0, &[]);
        check_fault(&[0, 4], 0.0, &[]);
        check_fault(&[0], 1.0, &[0.5]);
        check_fault(&[0], 1.0, &[0.5, 1.0]);
        check_fault(&[0], -1.0, &[0.5, 0.5]);
        check_fault(&[0], f32::NAN, &[0.5, 0.5]);
        let mut deaf = Sequential::build(&[LayerSpec::Relu], 1).unwrap();
        assert!(matches!(generate(&mut deaf, &[0], 1, 0.0, 0, &[]), Err(Fault::InvalidArgument(_))));
        let tokens = LayerSpec::TokenEmbedding(EmbeddingSpec { entries: 4, width: 4 });
        let mut flat = Sequential::build(&[tokens, LayerSpec::Flatten], 1).unwrap();
        assert!(matches!(generate(&mut flat, &[0], 1, 0.0, 0, &[]), Err(Fault::ShapeMismatch(_))));
    }
}
