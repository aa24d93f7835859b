//! Which token a draw picks.

use tito_sandbox::{Called, Outcome};
use tito_tensor::Tensor;
use tito_trainer::Model;

use super::literate::TEMPERATURE;

/// How far a draw may be from the edge of a token's interval, so that it is a matter of rounding.
const NEAR: f64 = 1e-3;

/// The interval of draws that pick each token: softmax(logits / temperature), summed up.
fn edges(logits: &[f32], temperature: f32) -> Vec<f64> {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let power = |&logit: &f32| libm::exp(f64::from(logit - most) / f64::from(temperature));
    let powers: Vec<f64> = logits.iter().map(power).collect();
    let all: f64 = powers.iter().sum();
    let mut sum = 0.0;
    let after = powers.iter().map(|power| {
        sum += power / all;
        sum
    });
    after.collect()
}

/// The first token at which the cumulative probability exceeds the draw.
fn pick(logits: &[f32], temperature: f32, draw: f32) -> usize {
    let edges = edges(logits, temperature);
    edges.iter().position(|&edge| edge > f64::from(draw)).unwrap_or(edges.len() - 1)
}

/// Whether a draw picks this token, but for rounding.
pub(super) fn picks(logits: &[f32], temperature: f32, draw: f32, token: u32) -> bool {
    let (edges, token, draw) = (edges(logits, temperature), token as usize, f64::from(draw));
    let Some(&after) = edges.get(token) else { return false };
    let before = if token == 0 { 0.0 } else { edges[token - 1] };
    before - NEAR <= draw && draw < after + NEAR
}

/// Writes as a native model does.
///
/// # Panics
///
/// If the prompt is longer than what the model can be shown, which the host's own are not.
pub(super) fn native_pen(model: &Model) -> impl FnMut(&[u32], &[f32]) -> Called<Vec<u32>> {
    |prompt, draws| {
        let mut tokens = prompt.to_vec();
        for &draw in draws {
            let shown = tokens.iter().map(|&token| token as f32).collect();
            let input = Tensor::new([1, tokens.len() as u32], shown).expect("there is one row");
            let logits = model.forward(&input).expect("a prompt is no longer than a window");
            let width = logits.shape().last().expect("logits have classes");
            let last = &logits.data()[logits.data().len() - width..];
            tokens.push(pick(last, TEMPERATURE, draw) as u32);
        }
        Ok(Outcome::Answer(tokens.split_off(prompt.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_picks_one_token_and_next_to_an_edge_two() {
        // Weights of 1, 2 and 1; half the temperature squares them.
        let logits = [1.0, 2.0, 1.0].map(f32::ln);
        #[track_caller]
        fn check(logits: [f32; 3], temperature: f32, draw: f32, expected: &[u32]) {
            let fitting: Vec<_> = (0..4).filter(|&token| picks(&logits, temperature, draw, token)).collect();
            assert_eq!(fitting, expected);
            assert!(fitting.contains(&(pick(&logits, temperature, draw) as u32)));
        }
        check(logits, 1.0, 0.0, &[0]);
        check(logits, 1.0, 0.2, &[0]);
        check(logits, 1.0, 0.2501, &[0, 1]);
        check(logits, 1.0, 0.7, &[1]);
        check(logits, 1.0, 0.999, &[2]);
        check(logits, 0.5, 0.2, &[1]);
        assert!(!picks(&[f32::NAN; 3], 1.0, 0.5, 0));
    }
}
