//! Whether a checkpoint comes from the training that its log tells of: some epochs are trained again.
//!
//! Which ones is drawn by what each has brought, as auditors draw invoices by their amounts (monetary unit sampling): where
//! epochs that nobody trained brought a share s of all that was gained, two draws find one with a probability of at least
//! 1 - (1 - s)^2, over however many epochs it was spread. The draw depends on the course's secret, the component and the
//! log, so that nobody can know it before the log is written.
//!
//! They must leave the same bytes. One that has brought much at once is trained in an order that nobody could know instead, and
//! must be about as good: a component that knows the bytes of its own checkpoints could have other weights in mind when it
//! restores them.

use rayon::prelude::*;
use tito_data::Dataset;
use tito_grade::{Plot, Series, Table};
use tito_judge::{Draw, Findings, advice};
use tito_sandbox::{Budget, HostError, Outcome};

use super::{hint, recognised::recognised};
use crate::{
    Context, Entry, HandedTraining, Images, Origin, Training, faults::CameBack, milestone::Found, tool,
    training::Renumbering,
};

/// How many epochs are trained anew.
const AUDITED: usize = 2;

/// How many images each checkpoint is shown to find out what its epoch has brought: for all epochs together, and the least
/// and most for one; and how many a model that was never trained.
const SHOWN: usize = 4_000;
const SHOWN_OF_EACH: [usize; 2] = [50, 400];
const SHOWN_BEFORE: usize = 1_000;

/// The same for one that was trained in another order.
const SHOWN_REORDERED: usize = 1_000;

/// An epoch that has brought so much more of all images has brought much; in another order half of it is enough.
const MUCH: f64 = 0.3;

/// By how much a model that was never trained may be better than guessing.
const CHANCE: f64 = 0.2;

/// By how much more images may be recognised under numbers that were not lent. Whoever learns others forgets the true ones.
const REMEMBERED: f64 = 0.1;

/// What is known of a checkpoint's training.
pub(crate) struct Proof {
    findings: Findings,
}

impl Proof {
    /// Whether nothing speaks against it.
    pub(super) fn holds(&self) -> bool {
        self.findings.is_right()
    }
}

/// The training goes on from its checkpoints as the log says.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    Ok(Found::Cases(context.proof()?.findings.clone()))
}

/// Looks for what speaks against the training that was handed in; it takes minutes, and is done once.
pub(crate) fn prove(context: &Context<'_>) -> Result<Proof, HostError> {
    let mut findings = Findings::default();
    match handed(context) {
        Err(problem) => findings.question("the training that `tito train` wrote", Some((problem, None))),
        Ok((handed, data)) => match Training::new(&handed.plan, data) {
            Err(problem) => findings.question("the plan", Some((problem.to_string(), None))),
            Ok(training) => Audit { context, handed, training: &training }.run(&mut findings)?,
        },
    }
    Ok(Proof { findings })
}

/// What was handed in with the images that it was trained on, or why it cannot be looked at.
fn handed<'a>(context: &'a Context<'_>) -> Result<(&'a HandedTraining, &'a Dataset), String> {
    let handed = match &context.own.handed {
        None => {
            return Err(
                "nothing was handed in: put the folder `training` that `tito train` writes beside the \
                        component"
                    .into(),
            );
        }
        Some(Err(problem)) => return Err(problem.clone()),
        Some(Ok(handed)) => handed,
    };
    let wanted = &handed.entries()[0].origin.data;
    match &context.own.training {
        Some(data) if Origin::data_of(data) == *wanted => Ok((handed, data)),
        Some(data) => Err(format!("it was trained on {wanted}; here is {}", Origin::data_of(data))),
        None => Err(format!(
            "it was trained on {wanted}, and is graded on {}; train on that, or grade it where {} is",
            context.data.description().name,
            handed.data().name
        )),
    }
}

struct Audit<'a, 'b> {
    context: &'a Context<'b>,
    handed: &'a HandedTraining,
    training: &'a Training<'a>,
}

impl Audit<'_, '_> {
    fn run(&self, findings: &mut Findings) -> Result<(), HostError> {
        let entries = self.handed.entries();
        let mut draw = self.draw();
        let Outcome::Answer(first) = self.first(findings)? else { return Ok(()) };
        self.begins_at_chance(&first, &mut draw, findings)?;
        let Some(accuracies) = self.accuracies(&first, &mut draw, findings)? else { return Ok(()) };
        let gains = gains(&accuracies);
        let drawn = by_gain(&gains, &mut draw);
        let audits = audits(&drawn, &gains);
        let audited = |&(at, way): &(usize, Way)| match way {
            Way::Again => self.again(&entries[at]),
            Way::InAnotherOrder => self.in_another_order(&entries[at], gains[at], &first, &mut draw.clone()),
        };
        let trained: Vec<_> = audits.par_iter().map(audited).collect::<Result<_, HostError>>()?;
        for ((at, way), came_back) in audits.iter().zip(trained) {
            findings.question(format!("epoch {}, trained {}", entries[*at].epoch, way.words()), came_back);
        }
        let most = most_gained(&gains);
        self.learns_what_it_is_lent(&entries[most], gains[most], &first, &mut draw, findings)?;
        shown(entries, &accuracies, &audits, findings);
        Ok(())
    }

    /// From the log's last line, besides the course's secret and the component.
    fn draw(&self) -> Draw {
        let last = self.handed.entries().last().expect("a training that was read has an epoch");
        let purpose = format!("4/provenance/{}/{}", last.after, last.previous.as_deref().unwrap_or_default());
        self.context.seed.draw(&purpose)
    }

    /// What the first model and every checkpoint recognise of some test images; none where one does not answer.
    fn accuracies(
        &self,
        first: &[u8],
        draw: &mut Draw,
        findings: &mut Findings,
    ) -> Result<Option<Vec<f64>>, HostError> {
        let entries = self.handed.entries();
        let [least, most] = SHOWN_OF_EACH;
        let count = (SHOWN / entries.len()).clamp(least, most).min(self.context.data.len());
        let mut places = draw.permutation(self.context.data.len());
        places.truncate(count);
        let images = Images::all(self.context.data);
        let after = entries.iter().map(|entry| self.handed.after(entry));
        let checkpoints: Vec<&[u8]> = [first].into_iter().chain(after).collect();
        let mut accuracies = Vec::new();
        for (epoch, checkpoint) in checkpoints.into_iter().enumerate() {
            match recognised(self.context, checkpoint, &images, &places, findings)? {
                Outcome::Answer(accuracy) => accuracies.push(accuracy),
                failed => {
                    let asked = format!("the checkpoint after epoch {epoch} on {count} images");
                    findings.question(asked, Some((failed.to_string(), None)));
                    return Ok(None);
                }
            }
        }
        Ok(Some(accuracies))
    }

    /// The model that the plan begins with, saved.
    fn first(&self, findings: &mut Findings) -> Result<Outcome<Vec<u8>>, HostError> {
        let plan = &self.handed.plan;
        let (outcome, usage) = self
            .context
            .examiner()
            .with_guest(|guest| guest.build(&plan.layers, plan.seed)?.then(|model| guest.save(model)))?;
        findings.used(usage);
        if !matches!(outcome, Outcome::Answer(_)) {
            findings.question("the plan's network, built and saved", Some((outcome.to_string(), None)));
        }
        Ok(outcome)
    }

    /// Who carries weights in the component would have them from the beginning.
    fn begins_at_chance(
        &self,
        first: &[u8],
        draw: &mut Draw,
        findings: &mut Findings,
    ) -> Result<(), HostError> {
        let mut places = draw.permutation(self.context.data.len());
        places.truncate(SHOWN_BEFORE);
        let images = Images::all(self.context.data);
        let guessing = 1.0 / f64::from(self.context.data.form().classes);
        let came_back = match recognised(self.context, first, &images, &places, findings)? {
            Outcome::Answer(accuracy) if accuracy > guessing + CHANCE => {
                let told = format!("it recognises {:.0} % before the first epoch", 100.0 * accuracy);
                Some((told, hint("weights-in-the-component")))
            }
            Outcome::Answer(_) => None,
            failed => Some((failed.to_string(), advice(&failed))),
        };
        findings.question("a new model that recognises nothing yet", came_back);
        Ok(())
    }

    /// What is other than in the log when an epoch is trained again.
    fn again(&self, entry: &Entry) -> Result<CameBack, HostError> {
        let budget = Budget::of_training(&self.context.limits);
        if entry.fuel > budget.fuel {
            let told = format!(
                "not trained again: it takes {:.2e} fuel by the log, and a run may take {:.2e} here (run.fuel_per_fit)",
                entry.fuel as f64, budget.fuel as f64
            );
            return Ok(Some((told, None)));
        }
        let before = self.handed.before(entry);
        let watch = self.context.watch.clone();
        let unlike = match self.training.epoch(self.context.launch, entry.epoch, before, budget, watch)? {
            Ok(trained) => entry.unlike(&trained),
            Err(problem) => return Ok(Some((problem.to_string(), None))),
        };
        let theirs = &entry.origin.tool;
        Ok(unlike.map(|what| match *theirs == tool() {
            true => (what, hint("epoch-not-trained")),
            false => (format!("{what}; it was trained by {theirs}, and this is {}", tool()), None),
        }))
    }

    /// What is worse than in the log when an epoch, which has brought so much, is trained in another order.
    fn in_another_order(
        &self,
        entry: &Entry,
        gain: f64,
        first: &[u8],
        draw: &mut Draw,
    ) -> Result<CameBack, HostError> {
        let budget = Budget::of_training(&self.context.limits);
        let before = self.handed.before(entry).unwrap_or(first);
        let checkpoint =
            match self.training.reordered(self.context.launch, entry.epoch, before, draw, budget)? {
                Ok(checkpoint) => checkpoint,
                Err(problem) => return Ok(Some((problem.to_string(), None))),
            };
        let mut places = draw.permutation(self.context.data.len());
        places.truncate(SHOWN_REORDERED);
        let images = Images::all(self.context.data);
        let mut own = Findings::default();
        let mut of = |checkpoint| recognised(self.context, checkpoint, &images, &places, &mut own);
        Ok(match (of(&checkpoint)?, of(self.handed.after(entry))?) {
            (Outcome::Answer(found), Outcome::Answer(logged)) => {
                let is_worse = found + gain / 2.0 < logged;
                let [found, logged] = [found, logged].map(|share| 100.0 * share);
                let told =
                    format!("{found:.0} % of the images, where the checkpoint of the log has {logged:.0} %");
                is_worse.then(|| (told, hint("weights-in-restore")))
            }
            (Outcome::Answer(_), failed) | (failed, _) => Some((failed.to_string(), advice(&failed))),
        })
    }

    /// Classes under other numbers are learnt under those numbers, where the epoch with the true ones has brought so much:
    /// whoever brings weights along knows the true ones.
    fn learns_what_it_is_lent(
        &self,
        entry: &Entry,
        gain: f64,
        first: &[u8],
        draw: &mut Draw,
        findings: &mut Findings,
    ) -> Result<(), HostError> {
        let budget = Budget::of_training(&self.context.limits);
        let before = self.handed.before(entry).unwrap_or(first);
        let renumbered = self.training.renumbered(self.context.launch, entry.epoch, before, draw, budget)?;
        let came_back = match renumbered {
            Err(problem) => Some((problem.to_string(), None)),
            Ok(Renumbering { lent, own, before }) => {
                findings.measured("renumbered_accuracy", lent);
                let guessing = 1.0 / f64::from(self.context.data.form().classes);
                let is_unlearnt = gain >= MUCH && lent < guessing + gain / 2.0;
                let is_false = own > before + REMEMBERED || is_unlearnt;
                is_false.then(|| {
                    let [lent, own, before, gain] = [lent, own, before, gain].map(|share| 100.0 * share);
                    let told = format!(
                        "{own:.0} % of the images by numbers that it was not told, where there were {before:.0} % before, \
                         and {lent:.0} % by those that it was; by the log the epoch has brought {gain:.0} %"
                    );
                    (told, hint("labels-not-learnt"))
                })
            }
        };
        findings.question(format!("epoch {}, with classes under other numbers", entry.epoch), came_back);
        Ok(())
    }
}

/// What every epoch brought beyond the best before it: what was lost and is learnt again is nothing new. They add up to
/// what was reached, over however many epochs.
fn gains(accuracies: &[f64]) -> Vec<f64> {
    let mut best = accuracies[0];
    let gain = |&accuracy: &f64| {
        let gain = (accuracy - best).max(0.0);
        best = best.max(accuracy);
        gain
    };
    accuracies[1..].iter().map(gain).collect()
}

fn most_gained(gains: &[f64]) -> usize {
    let most = (0..gains.len()).max_by(|&one, &other| gains[one].total_cmp(&gains[other]));
    most.expect("a training has an epoch")
}

/// Some epochs by what each has brought, counted from 0.
fn by_gain(gains: &[f64], draw: &mut Draw) -> Vec<usize> {
    // An epoch that brought nothing is worth a look, too, if hardly.
    let mut gains: Vec<f64> = gains.iter().map(|gain| gain + 1e-4).collect();
    let count = AUDITED.min(gains.len());
    let another = |_| {
        let mut left = draw.uniform() * gains.iter().sum::<f64>();
        let at = gains.iter().position(|gain| {
            left -= gain;
            left < 0.0
        });
        // Rounding may leave a little beyond the last one that is still to be drawn.
        let at = at
            .or_else(|| gains.iter().rposition(|&gain| gain > 0.0))
            .expect("fewer were drawn than there are");
        gains[at] = 0.0;
        at
    };
    (0..count).map(another).collect()
}

/// How an epoch is trained anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Again,
    InAnotherOrder,
}

impl Way {
    fn words(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::InAnotherOrder => "in another order",
        }
    }
}

/// How each of the drawn epochs is trained anew: the one that has brought the most of them in another order, if that is much;
/// the others again, and one at least.
fn audits(drawn: &[usize], gains: &[f64]) -> Vec<(usize, Way)> {
    let most = drawn.iter().copied().max_by(|&one, &other| gains[one].total_cmp(&gains[other]));
    let reordered = most.filter(|&at| gains[at] >= MUCH);
    let again = drawn.iter().copied().filter(|&at| Some(at) != reordered || drawn.len() == 1);
    let again = again.map(|at| (at, Way::Again));
    again.chain(reordered.map(|at| (at, Way::InAnotherOrder))).collect()
}

fn shown(entries: &[Entry], accuracies: &[f64], audits: &[(usize, Way)], findings: &mut Findings) {
    let row = |(at, entry): (usize, &Entry)| {
        let percent = |accuracy: f64| format!("{:.1} %", 100.0 * accuracy);
        let ways = audits.iter().filter(|(audited, _)| *audited == at).map(|(_, way)| way.words());
        vec![
            entry.epoch.to_string(),
            format!("{:.3}", entry.reported.training_loss),
            percent(accuracies[at + 1]),
            format!("{:.2e}", entry.fuel as f64),
            ways.collect::<Vec<_>>().join(", "),
        ]
    };
    findings.tabulated(Table {
        title: "Epochs of the log, and what some test images say of their checkpoints".into(),
        columns: ["epoch", "training loss", "images right", "fuel", "trained"].map(str::to_owned).into(),
        rows: entries.iter().enumerate().map(row).take(50).collect(),
    });
    let values = accuracies[1..].iter().take(200).map(|&accuracy| accuracy.into()).collect();
    findings.plotted(Plot {
        title: "Accuracy of every checkpoint".into(),
        along: "epoch".into(),
        series: vec![Series { name: "some test images".into(), values }],
    });
    let audited = audits.iter().map(|(at, way)| format!("epoch {} {}", entries[*at].epoch, way.words()));
    let audited = audited.collect::<Vec<_>>().join(", ");
    let count = entries.len();
    let plural = if count == 1 { "" } else { "s" };
    findings.conclude(format!("{count} epoch{plural}; trained {audited}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often of a thousand times one of these epochs, counted from 0, is among those that are drawn.
    #[track_caller]
    fn check(accuracies: &[f64], is_one: impl Fn(usize) -> bool, times: std::ops::RangeInclusive<usize>) {
        let (mut draw, gains) = (Draw::new([1; 32]), gains(accuracies));
        let found = (0..1_000).filter(|_| by_gain(&gains, &mut draw).into_iter().any(&is_one)).count();
        assert!(times.contains(&found), "{found} of 1,000 draws of {accuracies:?}");
    }

    #[test]
    fn epochs_are_drawn_by_what_they_have_brought() {
        check(&[0.1, 0.5, 0.4, 0.7, 0.7], |at| at == 0, 950..=1_000);
        check(&[0.1, 0.5, 0.4, 0.7, 0.7], |at| at == 2, 950..=1_000);
        check(&[0.1, 0.5, 0.4, 0.7, 0.7], |at| at == 1 || at == 3, 0..=50);
        check(&[0.1, 0.1], |at| at == 0, 1_000..=1_000);
        check(&[0.9, 0.1, 0.1], |at| at == 1, 1_000..=1_000);
    }

    #[test]
    fn a_jump_is_found_over_however_many_epochs_it_is_spread() {
        let steps = (0..=10).map(|at| 0.5 + 0.04 * f64::from(at));
        let spread: Vec<f64> = [0.1].into_iter().chain(steps).collect();
        check(&spread, |at| at > 0, 990..=1_000);
        // An honest 0.4, a saw over 200 epochs, and a jump of 0.3.
        let saw = (0..200).map(|at| if at % 2 == 0 { 0.1 } else { 0.5 });
        let saw: Vec<f64> = [0.1, 0.5].into_iter().chain(saw).chain([0.8]).collect();
        check(&saw, |at| at == saw.len() - 2, 900..=1_000);
    }

    #[test]
    fn what_brought_much_is_trained_in_another_order() {
        let check = |drawn: &[usize], expected: &[(usize, Way)]| {
            assert_eq!(audits(drawn, &[0.4, 0.1, 0.05, 0.31]), expected);
        };
        check(&[0, 2], &[(2, Way::Again), (0, Way::InAnotherOrder)]);
        check(&[3, 0], &[(3, Way::Again), (0, Way::InAnotherOrder)]);
        check(&[1, 2], &[(1, Way::Again), (2, Way::Again)]);
        check(&[3], &[(3, Way::Again), (3, Way::InAnotherOrder)]);
    }

    #[test]
    fn gains_add_up_to_what_was_reached() {
        let sum: f64 = gains(&[0.1, 0.5, 0.2, 0.6, 0.4]).iter().sum();
        assert!((sum - 0.5).abs() < 1e-12 && most_gained(&gains(&[0.1, 0.5, 0.2, 0.6])) == 0);
    }
}
