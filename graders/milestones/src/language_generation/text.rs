//! How a submission learns a text, and how well it knows the rest of it then.

use std::f64::consts::LN_2;

use tito_grade::Evidence;
use tito_judge::{Findings, advice};
use tito_sandbox::{HostError, Outcome};

use super::{
    Literate, hint,
    native_text::{frequencies_bits, progress},
};
use crate::{Context, full_training::uneven, milestone::Found, parameters::same};

/// Learns every window once, in the model that it was given, which then is what its layers are.
pub(super) fn training(context: &Context<'_>) -> Result<Found, HostError> {
    let literate = context.literate()?;
    let Literate { task, trained, .. } = literate;
    let mut findings = literate.learning();
    let asked: Vec<u32> = trained.record.epochs().concat().concat();
    // Whose budget ended has not asked for all of them.
    let came_back = uneven(task.training.count(), &asked, task.recipe.batch_size);
    let is_cut = trained.record.is_over && trained.record.steps <= task.steps();
    findings.question("every window once", came_back.filter(|_| !is_cut));
    let is_still = trained.parameters.as_ref().is_none_or(|parameters| same(parameters, &task.parameters));
    let came_back = is_still.then(|| ("the parameters of before".to_owned(), hint("model-not-trained")));
    findings.question("parameters that training moves", came_back);
    findings
        .question("the logits that the layers give one after the other", literate.not_of_its_layers.clone());
    let by_heart = literate.by_heart().map(|told| (told, hint("text-known-by-heart")));
    findings.question("a model that knows no more than what it was lent can teach", by_heart);
    findings.measured("windows", task.training.count() as f64);
    findings.measured("steps", trained.record.steps as f64);
    findings.measured("fit_fuel", trained.record.spent.fuel as f64);
    if let Some(last) = trained.record.reports.last() {
        findings.measured("reported_training_loss", f64::from(last.training_loss));
    }
    Ok(Found::Cases(findings))
}

/// How much of the way from the frequencies of characters to the native trainer it has come.
pub(super) fn held_out(context: &Context<'_>) -> Result<Found, HostError> {
    let (literate, text) = (context.literate()?, context.text());
    let mut findings = literate.learning();
    let (none, full) = (frequencies_bits(text), literate.native.full_bits());
    findings.measured("native_bits", literate.native.bits);
    findings.measured("full_bits", full);
    findings.measured("frequencies_bits", none);
    let counted = match &literate.counted {
        Outcome::Answer(counted) => counted,
        other => {
            findings.question("the logits of the held-out text", Some((other.to_string(), advice(other))));
            return Ok(Found::Cases(findings));
        }
    };
    let bits = counted.loss / LN_2;
    findings.measured("bits", bits);
    findings.measured("nats", counted.loss);
    let others = literate.not_of_its_layers.clone();
    // Whoever knows the text without the model has not been asked for that.
    let progress = if others.is_none() { progress(-bits, -none, -full) } else { 0.0 };
    findings.measured("progress", progress);
    findings.question("the logits that the layers give one after the other", others);
    // Who has learnt neither knows the inputs no better than the targets.
    let repeats = counted.loss_of_inputs < counted.loss && counted.loss_of_inputs / LN_2 < none;
    let came_back = repeats.then(|| {
        let told = format!(
            "{bits:.2} bits for the characters that come, and {:.2} for those that it is shown",
            counted.loss_of_inputs / LN_2
        );
        (told, hint("targets-not-shifted"))
    });
    findings.question("a model that tells the next character, not the last", came_back);
    findings.conclude(sentence(literate, bits));
    Ok(literate.found(findings))
}

fn sentence(literate: &Literate, bits: f64) -> String {
    let record = &literate.trained.record;
    let reached = format!(
        "{bits:.3} bits ({:.3} nats) a character of text that was never lent, where the native trainer has {:.3} bits",
        bits * LN_2,
        literate.native.bits
    );
    if !record.is_over {
        return reached;
    }
    format!("{reached}; the budget ended after {} of {} steps", record.steps, literate.task.steps())
}

impl Literate {
    /// What a model that knows the text too well cannot have learnt, in words.
    fn by_heart(&self) -> Option<String> {
        let (Outcome::Answer(counted), fewest) = (&self.counted, self.native.fewest_bits()) else {
            return None;
        };
        let bits = counted.loss / LN_2;
        (bits < fewest).then(|| {
            format!(
                "{bits:.2} bits a character, where nobody who learns by this recipe from what was lent comes below \
                 {fewest:.2}: the model knows more of this text, or the text itself"
            )
        })
    }

    /// Findings of what was learnt; where that cannot have been learnt, a person decides what they are worth.
    pub(super) fn found(&self, findings: Findings) -> Found {
        match self.by_heart() {
            None => Found::Cases(findings),
            Some(told) => {
                let evidence = findings.evidence();
                let summary = format!("{}; a person decides: {told}", evidence.summary);
                Found::Review(0.0, Evidence { summary, ..evidence })
            }
        }
    }

    /// A run of training, which is right where it ended well or by its budget.
    pub(super) fn learning(&self) -> Findings {
        let mut findings = Findings::default();
        findings.used(self.trained.usage);
        findings.used(self.usage);
        let Self { trained, .. } = self;
        let is_right = matches!(trained.outcome, Outcome::Answer(_))
            || trained.record.is_over && trained.parameters.is_some();
        let came_back = (!is_right).then(|| (trained.outcome.to_string(), advice(&trained.outcome)));
        findings.question("a run of training on a text", came_back);
        findings
    }
}
