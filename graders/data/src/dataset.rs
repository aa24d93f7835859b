//! A split of a dataset in memory.

use tito_tensor::Tensor;

use crate::{Description, Examples, Problem, Split};

/// A split of a dataset in memory: its labels are classes, and there is an image for each.
#[derive(Clone, Debug)]
pub struct Dataset {
    description: &'static Description,
    split: Split,
    examples: Examples,
}

impl Dataset {
    /// The images and labels of a split.
    ///
    /// Errors where the two do not fit together or a value is none that the description allows.
    pub(crate) fn new(
        description: &'static Description,
        split: Split,
        examples: Examples,
    ) -> Result<Self, Problem> {
        let dataset = Self { description, split, examples };
        match dataset.problem() {
            None => Ok(dataset),
            Some(problem) => Err(Problem::Content(problem)),
        }
    }

    /// What is known of the dataset that this is a split of: its name, and whether it stands in for another.
    pub fn description(&self) -> &'static Description {
        self.description
    }

    /// Which split this is.
    pub fn split(&self) -> Split {
        self.split
    }

    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.examples.labels.len()
    }

    /// Whether there are no examples.
    pub fn is_empty(&self) -> bool {
        self.examples.labels.is_empty()
    }

    /// The class of every example, in order.
    pub fn labels(&self) -> &[u8] {
        &self.examples.labels
    }

    /// The examples at these indices, in this order; an index may stand more than once.
    ///
    /// # Shapes
    ///
    /// `[indices, channels, height, width]`, each pixel from 0.0 to 1.0: the byte divided in f32 by the
    /// description's `full`. One label for each index.
    ///
    /// # Panics
    ///
    /// If an index is not below [`len`](Self::len).
    pub fn batch(&self, indices: &[usize]) -> (Tensor, Vec<u32>) {
        let full = f32::from(self.description.full);
        let pixels = indices.iter().flat_map(|&index| self.image(index));
        let data = pixels.map(|&pixel| f32::from(pixel) / full).collect();
        let [channels, height, width] = self.description.example_shape;
        let count = u32::try_from(indices.len()).expect("a batch holds fewer than 2^32 examples");
        let images = Tensor::new([count, channels, height, width], data)
            .expect("every image has the pixels of its description's shape");
        (images, indices.iter().map(|&index| u32::from(self.examples.labels[index])).collect())
    }

    fn image(&self, index: usize) -> &[u8] {
        let size = self.image_size();
        &self.examples.pixels[index * size..][..size]
    }

    fn image_size(&self) -> usize {
        self.description.example_shape.iter().map(|&extent| extent as usize).product()
    }

    fn problem(&self) -> Option<String> {
        let Examples { pixels, labels } = &self.examples;
        let Description { classes, full, .. } = *self.description;
        if labels.len().checked_mul(self.image_size()) != Some(pixels.len()) {
            let size = self.image_size();
            return Some(format!("{} labels and {} pixels, at {size} an image", labels.len(), pixels.len()));
        }
        if let Some(at) = labels.iter().position(|&label| u32::from(label) >= classes) {
            return Some(format!("label {} of example {at} is none of the {classes} classes", labels[at]));
        }
        let at = pixels.iter().position(|&pixel| pixel > full)?;
        Some(format!("pixel {at} is {}, above {full}", pixels[at]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TINYDIGITS;

    #[track_caller]
    fn check(pixels: &[u8], labels: &[u8], expected: Option<&str>) {
        let examples = Examples { pixels: pixels.to_vec(), labels: labels.to_vec() };
        let found = Dataset::new(&TINYDIGITS, Split::Test, examples).err().map(|problem| problem.to_string());
        assert_eq!(found, expected.map(|expected| format!("its content is wrong: {expected}")));
    }

    #[test]
    fn only_what_fits_together_is_a_dataset() {
        check(&[16; 128], &[0, 9], None);
        check(&[], &[], None);
        check(&[0; 128], &[0], Some("1 labels and 128 pixels, at 64 an image"));
        check(&[0; 64], &[10], Some("label 10 of example 0 is none of the 10 classes"));
        check(&[17; 64], &[1], Some("pixel 0 is 17, above 16"));
    }

    #[test]
    fn a_batch_is_scaled_and_in_the_order_asked_for() {
        let pixels = [[0; 64], [4; 64], [16; 64]].concat();
        let examples = Examples { pixels, labels: vec![7, 8, 9] };
        let (images, labels) = Dataset::new(&TINYDIGITS, Split::Test, examples).unwrap().batch(&[2, 1, 2]);
        assert_eq!(images.shape().extents(), [3, 1, 8, 8]);
        assert_eq!(images.data(), [[1.0; 64], [0.25; 64], [1.0; 64]].concat());
        assert_eq!(labels, [9, 8, 9]);
    }
}
