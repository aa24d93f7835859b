//! Asks cases of fresh guests.

use rayon::prelude::*;
use tito_sandbox::{Guest, HostError, Launch, Layer, Limit, LimitKind, ModelId, Outcome, Usage};
use tito_tensor::Tensor;

use crate::{Case, Findings, compare};

/// How many cases are asked before it is looked whether any of them ended. A fixed number, so that a report does
/// not depend on the number of threads.
const TOGETHER: usize = 4;

/// Whether a call was stopped because it took too long.
fn is_endless(outcome: &Outcome<Tensor>) -> bool {
    matches!(outcome, Outcome::Limit(Limit { kind: LimitKind::Fuel | LimitKind::Deadline, .. }))
}

/// Asks cases, each of a guest of its own, so that one that traps costs itself and nothing else.
pub struct Examiner<'a> {
    launch: &'a dyn Launch,
}

impl<'a> Examiner<'a> {
    /// Asks what this launches.
    pub fn new(launch: &'a dyn Launch) -> Self {
        Self { launch }
    }

    /// Asks all cases, as many at a time as there are threads; what is found does not depend on how many. Where a
    /// few in a row never end, the rest is failed unasked: a student waits seconds for a loop, not minutes.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails; so for every method.
    pub fn examine(&self, cases: &[Case]) -> Result<Findings, HostError> {
        let mut findings = Findings::default();
        let mut parts = cases.chunks(TOGETHER);
        for part in parts.by_ref() {
            let answers: Vec<_> = part.par_iter().map(|case| self.ask(case)).collect::<Result<_, _>>()?;
            for (case, (outcome, usage)) in part.iter().zip(&answers) {
                match compare(case, outcome) {
                    Ok(error) => findings.passed(error),
                    Err(failure) => findings.failed(*failure),
                }
                findings.used(*usage);
            }
            if answers.iter().all(|(outcome, _)| is_endless(outcome)) {
                break;
            }
        }
        for case in parts.flatten() {
            findings
                .question(case.asked(), Some(("not asked: the cases before did not end".to_owned(), None)));
        }
        Ok(findings)
    }

    /// Asks one case.
    pub fn ask(&self, case: &Case) -> Result<(Outcome<Tensor>, Usage), HostError> {
        // Whatever it answers to a rehearsal: what counts is that the model has seen another input.
        let inputs: Vec<_> = case.rehearsals.iter().chain([&case.input]).collect();
        self.with_guest(|guest| guest.run(&case.layers, &case.parameters, &inputs))
    }

    /// A fresh guest with one model of these layers that has these parameters, put to `ask`.
    pub fn with_model<T>(
        &self,
        layers: &[Layer],
        parameters: &[Tensor],
        ask: impl FnOnce(&mut dyn Guest, ModelId) -> Result<Outcome<T>, HostError>,
    ) -> Result<(Outcome<T>, Usage), HostError> {
        self.with_guest(|guest| {
            guest.build(layers, 0)?.then(|model| guest.load(model, parameters)?.then(|()| ask(guest, model)))
        })
    }

    /// A fresh guest, put to `ask`; what it used comes with what it said.
    pub fn with_guest<T>(
        &self,
        ask: impl FnOnce(&mut dyn Guest) -> Result<Outcome<T>, HostError>,
    ) -> Result<(Outcome<T>, Usage), HostError> {
        let mut usage = Usage::default();
        let outcome = self.launch.launch()?.then(|mut guest| {
            let outcome = ask(guest.as_mut());
            usage = guest.usage();
            outcome
        })?;
        Ok((outcome, usage))
    }
}
