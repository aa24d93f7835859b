//! Some examples of a dataset, as a training wants them.

use tito_tensor::Tensor;

use crate::{Dataset, Moments};

/// Some examples of a dataset in an order of their own: those that are trained on, or those that are asked about.
///
/// ```
/// use tito_data::{Split, Store, TINYDIGITS};
///
/// let digits = Store::at("/no/folder/needed").load(&TINYDIGITS, Split::Train)?;
/// let drawn: Vec<usize> = (0..digits.len()).rev().collect();
/// let (asked, trained) = drawn.split_at(digits.len() / 10);
/// let (asked, trained) = (digits.part(asked.to_vec()), digits.part(trained.to_vec()));
///
/// // What is asked about is not known while training, so that its brightness is not, either.
/// let moments = trained.moments();
/// let (asked, trained) = (asked.standardised(&moments), trained.standardised(&moments));
/// assert_eq!((asked.len(), trained.len()), (134, 1214));
/// # Ok::<(), tito_data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Part {
    dataset: Dataset,
    indices: Vec<usize>,
    /// For each channel what each byte becomes.
    scales: Vec<[f32; 256]>,
}

impl Part {
    /// The examples at these indices, their pixels from 0.0 to 1.0.
    pub(crate) fn new(dataset: Dataset, indices: Vec<usize>) -> Self {
        let wrong = indices.iter().find(|index| **index >= dataset.len());
        assert!(wrong.is_none(), "there is no example {wrong:?} among {}", dataset.len());
        let scales = dataset.scales(None);
        Self { dataset, indices, scales }
    }

    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Whether there are no examples.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Mean and deviation of each channel over all of these examples, in f64 and the same bits everywhere. They are
    /// those of pixels from 0.0 to 1.0, standardised or not.
    ///
    /// # Panics
    ///
    /// If there are no examples.
    pub fn moments(&self) -> Moments {
        assert!(!self.is_empty(), "no examples have no mean");
        let form = self.dataset.form();
        let images = self.indices.iter().map(|&index| self.dataset.planes(index));
        Moments::of(form.example_shape[0] as usize, form.full, images)
    }

    /// The same examples with each pixel x as (x - mean) / deviation of its channel, computed in f64 and rounded
    /// once to f32. A channel whose deviation is zero is only centred.
    ///
    /// # Panics
    ///
    /// If there are fewer moments than channels.
    #[must_use]
    pub fn standardised(self, moments: &Moments) -> Self {
        Self { scales: self.dataset.scales(Some(moments)), ..self }
    }

    /// The examples at these places of the part, in this order; a place may stand more than once.
    ///
    /// # Shapes
    ///
    /// `[places, channels, height, width]`, and one label for each place.
    ///
    /// # Panics
    ///
    /// If a place is not below [`len`](Self::len).
    pub fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        self.dataset.gather(places.iter().map(|&place| self.indices[place]), &self.scales)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Split, Store, TINYDIGITS};

    fn digits() -> Dataset {
        Store::at("nowhere").load(&TINYDIGITS, Split::Train).unwrap()
    }

    #[track_caller]
    fn check(part: &[usize], places: &[usize], expected: &[usize]) {
        let digits = digits();
        assert_eq!(digits.part(part.to_vec()).batch(places), digits.batch(expected));
    }

    #[test]
    fn a_part_counts_its_own_places() {
        check(&[7, 3, 5], &[0, 2, 0], &[7, 5, 7]);
        check(&[7, 3, 5], &[], &[]);
        check(&[1347], &[0], &[1347]);
    }

    #[test]
    fn what_was_standardised_has_mean_0_and_deviation_1() {
        let digits = digits();
        let part = digits.part((0..600).collect());
        let standard = part.clone().standardised(&part.moments());
        assert_eq!(standard.moments(), part.moments());
        let (images, labels) = standard.batch(&(0..600).collect::<Vec<_>>());
        let mean = |of: fn(f64) -> f64| {
            images.data().iter().map(|&x| of(f64::from(x))).sum::<f64>() / images.data().len() as f64
        };
        let [first, second] = [mean(|x| x), mean(|x| x * x)];
        assert!(first.abs() < 1e-7 && (second - 1.0).abs() < 1e-6, "{first}, {second}");
        assert!(labels.iter().zip(digits.labels()).all(|(&found, &label)| found == u32::from(label)));
    }

    #[test]
    #[should_panic = "there is no example Some(1348) among 1348"]
    fn a_part_is_of_what_is_there() {
        digits().part(vec![0, 1348]);
    }
}
