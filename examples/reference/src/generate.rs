//! Writing: a model goes on with a text, token by token.

use tinytorch::{Fault, LayerSpec, Mode, Model, Sequential, Tensor};

use crate::Reference;

/// Goes on with `prompt` by `count` tokens and returns those alone.
///
/// Each is drawn from softmax(logits / `temperature`) over the `top_k` largest logits (0 for all of them; of equals at the
/// edge the lowest indices stay): it is the first, in index order, at which the cumulative probability exceeds its number of
/// `draws`. At temperature 0 it is the largest logit, the lowest index of equals, and `draws` are not looked at. The model is
/// shown as many of the last tokens as its table of positions has rows.
///
/// # Errors
///
/// [`Fault::InvalidArgument`] for an empty prompt, a token that the model does not know, a temperature below 0, fewer draws
/// than tokens, a draw that is not in [0, 1), or a model that does not begin with tokens; [`Fault::ShapeMismatch`] if it
/// does not end with logits [N, T, classes].
pub(crate) fn generate(
    model: &mut Sequential<Reference>,
    prompt: &[u32],
    count: u32,
    temperature: f32,
    top_k: u32,
    draws: &[f32],
) -> Result<Vec<u32>, Fault> {
    check(model, prompt)?;
    check_draws(count, temperature, draws)?;
    let (room, mut text) = (room(model), prompt.to_vec());
    for place in 0..count as usize {
        let logits = last_logits(model, &text[text.len().saturating_sub(room)..])?;
        let next = match draws.get(place) {
            Some(&draw) if temperature > 0.0 => sample(&logits, temperature, top_k, draw),
            _ => most_likely(&logits),
        };
        text.push(next as u32);
    }
    Ok(text.split_off(prompt.len()))
}

fn check(model: &Sequential<Reference>, prompt: &[u32]) -> Result<(), Fault> {
    let Some(LayerSpec::TokenEmbedding(tokens)) = model.specs().first() else {
        return Err(Fault::invalid_argument("generate: a model that begins with tokens wanted"));
    };
    let entries = tokens.entries;
    match prompt.iter().find(|token| **token >= entries) {
        Some(token) => Err(Fault::invalid_argument(format!("generate: {token} is none of {entries} tokens"))),
        None if prompt.is_empty() => Err(Fault::invalid_argument("generate: there is nothing to go on with")),
        None => Ok(()),
    }
}

fn check_draws(count: u32, temperature: f32, draws: &[f32]) -> Result<(), Fault> {
    if temperature < 0.0 || temperature.is_nan() {
        return Err(Fault::invalid_argument(format!(
            "generate: a temperature from 0 wanted, {temperature} given"
        )));
    }
    if temperature == 0.0 {
        return Ok(());
    }
    if draws.len() < count as usize {
        let given = draws.len();
        return Err(Fault::invalid_argument(format!("generate: {count} draws wanted, {given} given")));
    }
    match draws.iter().find(|draw| !(0.0..1.0).contains(*draw)) {
        Some(draw) => {
            Err(Fault::invalid_argument(format!("generate: a draw in [0, 1) wanted, {draw} given")))
        }
        None => Ok(()),
    }
}

/// How many tokens the model can be shown at a time.
fn room(model: &Sequential<Reference>) -> usize {
    let rows = model.specs().iter().filter_map(|spec| match spec {
        LayerSpec::PositionEmbedding(spec) => Some(spec.entries as usize),
        _ => None,
    });
    rows.min().unwrap_or(usize::MAX)
}

/// What the model expects after these tokens.
fn last_logits(model: &mut Sequential<Reference>, tokens: &[u32]) -> Result<Vec<f32>, Fault> {
    // A whole number of f32 has 24 digits: a table of more rows than that would fit in no guest's memory.
    let input = Tensor::new([1, tokens.len() as u32], tokens.iter().map(|&token| token as f32).collect())?;
    let output = model.forward(&input, Mode::Inference)?;
    match *output.shape() {
        [1, steps, classes] if steps as usize == tokens.len() && classes > 0 => {
            Ok(output.rows().next_back().unwrap_or_default().to_vec())
        }
        ref found => Err(Fault::shape_mismatch(format!(
            "generate: logits of every token wanted, shape {found:?} came of {} tokens",
            tokens.len()
        ))),
    }
}

/// The largest, the lowest index of equals.
fn most_likely(logits: &[f32]) -> usize {
    (0..logits.len()).fold(0, |most, token| if logits[token] > logits[most] { token } else { most })
}

/// The first token at which the cumulative probability exceeds the draw. Sums are in double precision, so that they are
/// right to more digits than a draw has.
fn sample(logits: &[f32], temperature: f32, top_k: u32, draw: f32) -> usize {
    let highest = f64::from(logits[most_likely(logits)]);
    let mut powers: Vec<f64> =
        logits.iter().map(|&logit| ((f64::from(logit) - highest) / f64::from(temperature)).exp()).collect();
    for token in beyond(logits, top_k) {
        powers[token] = 0.0;
    }
    let wanted = f64::from(draw) * powers.iter().sum::<f64>();
    let mut sum = 0.0;
    let exceeds = powers.iter().position(|power| {
        sum += power;
        sum > wanted
    });
    // A draw below 1 is exceeded at the last token that can be drawn, unless the logits are no numbers.
    exceeds.unwrap_or_else(|| most_likely(logits))
}

/// The tokens that are not among the `top_k` largest.
fn beyond(logits: &[f32], top_k: u32) -> Vec<usize> {
    let mut tokens: Vec<usize> = (0..logits.len()).collect();
    // A stable sort: of equals the lowest index stays in front. A sum with 0 makes -0 equal to it.
    tokens.sort_by(|&left, &right| (logits[right] + 0.0).total_cmp(&(logits[left] + 0.0)));
    let kept = if top_k == 0 { tokens.len() } else { tokens.len().min(top_k as usize) };
    tokens.split_off(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tensor;
    use tinytorch::{DenseSpec, EmbeddingSpec, Rng};

    /// A model whose logits after a token are a row of these, whatever came before.
    fn bigrams(logits: &[[f32; 4]; 4]) -> Sequential<Reference> {
        let layers = [LayerSpec::TokenEmbedding(EmbeddingSpec { entries: 4, width: 4 })];
        let mut model = Sequential::build(&layers, 1).unwrap();
        model.load(vec![tensor(&[4, 4], logits.as_flattened())]).unwrap();
        model
    }

    /// Whoever is asked expects the next number most, then the one after it, then the other two alike.
    fn counting() -> Sequential<Reference> {
        let logits =
            [0, 1, 2, 3].map(|token| [0, 1, 2, 3].map(|next| [0.0, 2.0, 1.0, 0.0][(next + 4 - token) % 4]));
        bigrams(&logits)
    }

    #[test]
    fn without_temperature_the_likeliest_follows() {
        assert_eq!(generate(&mut counting(), &[3, 1], 5, 0.0, 0, &[]), Ok(vec![2, 3, 0, 1, 2]));
        assert_eq!(generate(&mut counting(), &[1], 0, 1.0, 0, &[]), Ok(vec![]));
        let equals = [[0.0, 1.0, 1.0, -1.0]; 4];
        assert_eq!(generate(&mut bigrams(&equals), &[0], 2, 0.0, 3, &[7.0]), Ok(vec![1, 1]));
    }

    /// One token after token 0.
    #[track_caller]
    fn check(logits: [f32; 4], temperature: f32, top_k: u32, expected: &[(f32, u32)]) {
        for &(draw, expected) in expected {
            let found = generate(&mut bigrams(&[logits; 4]), &[0], 1, temperature, top_k, &[draw]);
            assert_eq!(found, Ok(vec![expected]), "{logits:?} at {temperature}, top {top_k}, {draw}");
        }
    }

    #[test]
    fn a_draw_is_exceeded_in_the_order_of_indices() {
        let quarters = [0.0; 4];
        check(quarters, 1.0, 0, &[(0.0, 0), (0.249, 0), (0.25, 1), (0.5, 2), (0.75, 3), (0.999_999_94, 3)]);
        // Of equals at the edge the lowest stay.
        check(quarters, 1.0, 3, &[(0.0, 0), (0.34, 1), (0.67, 2), (0.999, 2)]);
        check(quarters, 7.0, 1, &[(0.0, 0), (0.999, 0)]);
        check([-0.0, 0.0, -0.0, 0.0], 1.0, 1, &[(0.0, 0), (0.999, 0)]);
        // Weights of 1, 4, 2 and 1.
        let logits = [1.0, 4.0, 2.0, 1.0].map(f32::ln);
        check(logits, 1.0, 0, &[(0.124, 0), (0.126, 1), (0.624, 1), (0.626, 2), (0.874, 2), (0.876, 3)]);
        check(logits, 1.0, 2, &[(0.0, 1), (0.66, 1), (0.67, 2), (0.999, 2)]);
        check(logits, 1.0, 3, &[(0.14, 0), (0.15, 1), (0.999, 2)]);
        check(logits, 1.0, 99, &[(0.876, 3)]);
        // Half the temperature squares the weights: 1, 16, 4, 1; endless heat makes them alike.
        check(logits, 0.5, 0, &[(0.045, 0), (0.046, 1), (0.772, 1), (0.774, 2), (0.95, 2), (0.96, 3)]);
        check(logits, f32::INFINITY, 0, &[(0.249, 0), (0.75, 3)]);
        check(logits, 1e-40, 0, &[(0.0, 1), (0.999, 1)]);
        check([1e30, -1e30, f32::NEG_INFINITY, 1e30], 1.0, 0, &[(0.49, 0), (0.5, 3), (0.99, 3)]);
    }

    #[test]
    fn only_the_last_tokens_are_shown_and_from_the_first_position_on() {
        let table = |entries| EmbeddingSpec { entries, width: 3 };
        let layers = [
            LayerSpec::TokenEmbedding(table(5)),
            LayerSpec::PositionEmbedding(table(4)),
            LayerSpec::TransformerBlock(tinytorch::BlockSpec { width: 3, heads: 1, expansion: 2 }),
            LayerSpec::Dense(DenseSpec { inputs: 3, outputs: 5, bias: true }),
        ];
        let mut model = Sequential::<Reference>::build(&layers, 3).unwrap();
        let mut rng = Rng::new(1);
        let parameters = model.parameters().iter().map(|it| it.map(|_| 2.0 * rng.normal())).collect();
        model.load(parameters).unwrap();
        let found = generate(&mut model, &[4, 0], 6, 0.0, 0, &[]).unwrap();
        let mut text = vec![4.0, 0.0];
        for &next in &found {
            let shown = &text[text.len().saturating_sub(4)..];
            let logits = model.forward(&tensor(&[1, shown.len() as u32], shown), Mode::Inference).unwrap();
            assert_eq!(next as usize, most_likely(logits.rows().last().unwrap()));
            text.push(next as f32);
        }
        let late = [3, 3, 2, 1, 4, 0, 2, 1].as_slice();
        let expected = generate(&mut model, &late[4..], 3, 0.0, 0, &[]);
        assert_eq!(generate(&mut model, late, 3, 0.0, 0, &[]), expected);
    }

    #[track_caller]
    fn check_fault(prompt: &[u32], count: u32, temperature: f32, draws: &[f32]) {
        let found = generate(&mut counting(), prompt, count, temperature, 0, draws);
        assert!(matches!(found, Err(Fault::InvalidArgument(_))), "{found:?}");
    }

    #[test]
    fn what_cannot_be_gone_on_with_is_a_fault() {
        check_fault(&[], 1, 0.0, &[]);
        check_fault(&[4], 1, 0.0, &[]);
        check_fault(&[4, 0], 0, 0.0, &[]);
        check_fault(&[0], 2, 1.0, &[0.5]);
        check_fault(&[0], 1, -0.5, &[0.5]);
        check_fault(&[0], 1, f32::NAN, &[0.5]);
        for draw in [-0.1, 1.0, f32::NAN] {
            check_fault(&[0], 1, 1.0, &[draw]);
        }
        let dense = LayerSpec::Dense(DenseSpec { inputs: 4, outputs: 4, bias: true });
        let mut deaf = Sequential::build(&[dense], 1).unwrap();
        assert!(matches!(generate(&mut deaf, &[0], 1, 0.0, 0, &[]), Err(Fault::InvalidArgument(_))));
        let tokens = LayerSpec::TokenEmbedding(EmbeddingSpec { entries: 4, width: 4 });
        let mut flat = Sequential::build(&[tokens, LayerSpec::Flatten], 1).unwrap();
        assert!(matches!(generate(&mut flat, &[0], 1, 0.0, 0, &[]), Err(Fault::ShapeMismatch(_))));
    }
}
