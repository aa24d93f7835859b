//! One epoch of a training that goes on from a checkpoint, in a fresh guest: it depends on nothing but the plan, the data
//! and the checkpoint, so that whoever has these gets the same bytes again.

use std::sync::Arc;

use tito_data::Dataset;
use tito_judge::Examiner;
use tito_sandbox::{Budget, Epoch, HostError, Launch, Outcome};
use tito_tensor::Tensor;
use tito_trainer::Examples;

use crate::{
    Images, OwnError, Plan,
    classroom::{SharedExamples, Task, Watch, fit},
};

/// A plan with the data that it is carried out on.
pub struct Training<'a> {
    plan: &'a Plan,
    classes: u32,
    training: Arc<Images>,
    validation: Option<SharedExamples>,
}

/// What an epoch gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// The submission's own bytes.
    pub checkpoint: Vec<u8>,
    /// What it reported, in its own words.
    pub reported: Option<Epoch>,
    /// The fuel of building or restoring, training, and saving.
    pub fuel: u64,
}

impl<'a> Training<'a> {
    /// On these images, standardised by those that are trained on.
    ///
    /// # Errors
    ///
    /// If there are too few.
    pub fn new(plan: &'a Plan, data: &Dataset) -> Result<Self, OwnError> {
        let [training, validation] = plan.split(data)?.map(|places| data.part(places));
        let moments = training.moments();
        let images = |part: tito_data::Part| Arc::new(Images(part.standardised(&moments)));
        let validation = (!validation.is_empty()).then(|| images(validation.clone()) as SharedExamples);
        Ok(Self { plan, classes: data.description().classes, training: images(training), validation })
    }

    /// Trains an epoch, counted from 1, from what the one before it left, if there was one.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails.
    pub fn epoch(
        &self,
        launch: &dyn Launch,
        epoch: u32,
        before: Option<&[u8]>,
        budget: Budget,
        watch: Option<Watch>,
    ) -> Result<Outcome<Trained>, HostError> {
        let task = self.task(epoch);
        let (outcome, usage) = Examiner::new(launch).with_guest(|guest| {
            let model = match before {
                Some(checkpoint) => guest.restore(checkpoint)?,
                None => guest.build(&self.plan.layers, self.plan.seed)?,
            };
            model.then(|model| {
                fit(guest, model, &task, budget, watch)?.then(|history| {
                    let reported = history.first().copied();
                    Ok(guest.save(model)?.map(|checkpoint| Trained { checkpoint, reported, fuel: 0 }))
                })
            })
        })?;
        Ok(outcome.map(|trained| Trained { fuel: usage.fuel, ..trained }))
    }

    fn task(&self, epoch: u32) -> Task {
        let training = match self.plan.flip {
            true => Arc::new(Flipped { images: self.training.clone(), seed: self.plan.seed, epoch })
                as SharedExamples,
            false => self.training.clone(),
        };
        Task {
            layers: self.plan.layers.clone(),
            parameters: Vec::new(),
            training,
            validation: self.validation.clone(),
            classes: self.classes,
            recipe: self.plan.recipe(epoch),
        }
    }
}

/// Images of which some are turned over, left for right.
struct Flipped {
    images: Arc<Images>,
    seed: u64,
    epoch: u32,
}

impl Flipped {
    /// The toss of a coin for an image in this epoch: a bit of `SplitMix64` (Steele, Lea and Flood, *Fast Splittable
    /// Pseudorandom Number Generators*, OOPSLA 2014, figure 17).
    fn turns(&self, place: usize) -> bool {
        let mut z = self.seed ^ (u64::from(self.epoch) << 32) ^ place as u64;
        z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) & 1 == 1
    }
}

impl Examples for Flipped {
    fn count(&self) -> usize {
        self.images.count()
    }

    fn batch(&self, places: &[usize]) -> (Tensor, Vec<u32>) {
        let (mut images, targets) = self.images.batch(places);
        let width = images.shape().last().unwrap_or(1).max(1);
        let size = (images.data().len() / places.len().max(1)).max(1);
        let all = images.data_mut().chunks_exact_mut(size).zip(places);
        for (image, _) in all.filter(|(_, place)| self.turns(**place)) {
            image.chunks_exact_mut(width).for_each(<[f32]>::reverse);
        }
        (images, targets)
    }
}

#[cfg(test)]
mod tests {
    use tito_data::{Split, Store, TINYDIGITS};

    use super::*;

    #[test]
    fn half_of_the_images_are_turned_over_and_others_in_another_epoch() {
        let data = Store::at("").load(&TINYDIGITS, Split::Train).unwrap();
        let places: Vec<usize> = (0..400).collect();
        let images = Arc::new(Images::all(&data));
        let (right, labels) = images.batch(&places);
        let turned = |epoch| {
            let flipped = Flipped { images: images.clone(), seed: 3, epoch };
            let (found, targets) = flipped.batch(&places);
            assert_eq!(targets, labels);
            let pairs = found.data().chunks(64).zip(right.data().chunks(64));
            let is_turned = |(found, right): (&[f32], &[f32])| {
                let mirrored: Vec<f32> = right.chunks(8).flat_map(|row| row.iter().rev().copied()).collect();
                assert!(found == right || found == mirrored);
                found == mirrored
            };
            pairs.map(is_turned).collect::<Vec<bool>>()
        };
        let [first, second] = [turned(1), turned(2)];
        let count = first.iter().filter(|turned| **turned).count();
        assert!((150..250).contains(&count) && first != second && first == turned(1), "{count}");
    }
}
