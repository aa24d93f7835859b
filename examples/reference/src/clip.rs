//! Gradient clipping.

use tinytorch::Tensor;

/// Scales all gradients to this length where they are longer together (Pascanu and others, "On the difficulty of
/// training recurrent neural networks", 2013, algorithm 1). Squares are summed in double precision.
pub(crate) fn clip(gradients: &mut [Tensor], most: f32) {
    let squares: f64 = gradients.iter().flat_map(Tensor::data).map(|&g| f64::from(g) * f64::from(g)).sum();
    let norm = squares.sqrt();
    if norm > f64::from(most) {
        let scale = (f64::from(most) / norm) as f32;
        gradients.iter_mut().flat_map(Tensor::data_mut).for_each(|g| *g *= scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tensor;

    #[test]
    fn all_are_scaled_by_the_same() {
        for (most, expected) in [(10.0, [[3.0, 0.0], [4.0, 0.0]]), (2.5, [[1.5, 0.0], [2.0, 0.0]])] {
            let mut gradients = [tensor(&[2], &[3.0, 0.0]), tensor(&[1, 2], &[4.0, 0.0])];
            clip(&mut gradients, most);
            assert_eq!(gradients.each_ref().map(Tensor::data), expected);
        }
        let mut nothing = [tensor(&[1], &[0.0])];
        clip(&mut nothing, 1.0);
        assert_eq!(nothing[0].data(), [0.0]);
    }
}
