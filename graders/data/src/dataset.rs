//! A split of a dataset in memory.

use std::sync::Arc;

use tito_tensor::Tensor;

use crate::{Description, Examples, ImageForm, Moments, Part, Problem, Provenance, Split};

/// A split of a dataset in memory: its labels are classes, and there is an image for each. Clones share it.
#[derive(Clone, Debug)]
pub struct Dataset {
    description: &'static Description,
    form: &'static ImageForm,
    split: Split,
    provenance: Provenance,
    examples: Arc<Examples>,
}

impl Dataset {
    /// The images and labels of a split.
    ///
    /// Errors where the two do not fit together or a value is none that the form allows.
    pub(crate) fn new(
        (description, form): (&'static Description, &'static ImageForm),
        split: Split,
        provenance: Provenance,
        examples: Examples,
    ) -> Result<Self, Problem> {
        let dataset = Self { description, form, split, provenance, examples: Arc::new(examples) };
        match dataset.problem() {
            None => Ok(dataset),
            Some(problem) => Err(Problem::Content(problem)),
        }
    }

    /// What is known of the dataset that this is a split of: its name, and whether it
    /// [stands in](Description::stands_in_for) for another.
    pub fn description(&self) -> &'static Description {
        self.description
    }

    /// What its images are like: their shape and their classes.
    pub fn form(&self) -> &'static ImageForm {
        self.form
    }

    /// Which split this is.
    pub fn split(&self) -> Split {
        self.split
    }

    /// Whose bytes these are.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
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
    /// form's `full`. One label for each index.
    ///
    /// # Panics
    ///
    /// If an index is not below [`len`](Self::len).
    pub fn batch(&self, indices: &[usize]) -> (Tensor, Vec<u32>) {
        self.gather(indices.iter().copied(), &self.scales(None))
    }

    /// The examples at these indices, for whoever trains on some and asks about others: which is which, the caller
    /// draws.
    ///
    /// # Panics
    ///
    /// If an index is not below [`len`](Self::len).
    pub fn part(&self, indices: Vec<usize>) -> Part {
        Part::new(self.clone(), indices)
    }

    /// The numbers that pixels become, a table for each channel: the byte divided by `full`, and then standardised
    /// where there are moments to do it by. A channel that has no spread is only centred.
    pub(crate) fn scales(&self, moments: Option<&Moments>) -> Vec<[f32; 256]> {
        let full = self.form.full;
        let channels = 0..self.form.example_shape[0] as usize;
        let table = |channel: usize| match moments {
            None => std::array::from_fn(|byte| byte as f32 / f32::from(full)),
            Some(moments) => {
                std::array::from_fn(|byte| moments.standardise(channel, byte as f64 / f64::from(full)))
            }
        };
        channels.map(table).collect()
    }

    /// A batch whose pixels become what the tables say.
    pub(crate) fn gather(
        &self,
        indices: impl ExactSizeIterator<Item = usize> + Clone,
        scales: &[[f32; 256]],
    ) -> (Tensor, Vec<u32>) {
        let [channels, height, width] = self.form.example_shape;
        let count = u32::try_from(indices.len()).expect("a batch holds fewer than 2^32 examples");
        let mut data = Vec::with_capacity(indices.len() * self.form.image_size());
        for index in indices.clone() {
            for (plane, scale) in self.planes(index).zip(scales) {
                data.extend(plane.iter().map(|&pixel| scale[usize::from(pixel)]));
            }
        }
        let images = Tensor::new([count, channels, height, width], data)
            .expect("every image has the pixels of its form's shape");
        (images, indices.map(|index| u32::from(self.examples.labels[index])).collect())
    }

    /// The channels of an image, each row-major.
    pub(crate) fn planes(&self, index: usize) -> std::slice::ChunksExact<'_, u8> {
        let [_, height, width] = self.form.example_shape;
        let size = self.form.image_size();
        self.examples.pixels[index * size..][..size].chunks_exact((height * width) as usize)
    }

    fn problem(&self) -> Option<String> {
        let Examples { pixels, labels } = &*self.examples;
        let (full, size) = (self.form.full, self.form.image_size());
        if labels.len().checked_mul(size) != Some(pixels.len()) {
            return Some(format!("{} labels and {} pixels, at {size} an image", labels.len(), pixels.len()));
        }
        if let Some(problem) = self.form.wrong_label(labels) {
            return Some(problem);
        }
        let at = pixels.iter().position(|&pixel| pixel > full)?;
        Some(format!("pixel {at} is {}, above {full}", pixels[at]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TINYDIGITS;

    fn dataset(pixels: &[u8], labels: &[u8]) -> Result<Dataset, Problem> {
        let examples = Examples { pixels: pixels.to_vec(), labels: labels.to_vec() };
        Dataset::new(
            (&TINYDIGITS, TINYDIGITS.images().unwrap()),
            Split::Test,
            Provenance::Published,
            examples,
        )
    }

    #[track_caller]
    fn check(pixels: &[u8], labels: &[u8], expected: Option<&str>) {
        let found = dataset(pixels, labels).err().map(|problem| problem.to_string());
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
        let (images, labels) = dataset(&pixels, &[7, 8, 9]).unwrap().batch(&[2, 1, 2]);
        assert_eq!(images.shape().extents(), [3, 1, 8, 8]);
        assert_eq!(images.data(), [[1.0; 64], [0.25; 64], [1.0; 64]].concat());
        assert_eq!(labels, [9, 8, 9]);
    }
}
