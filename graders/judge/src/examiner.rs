//! Asks cases of fresh guests.

use rayon::prelude::*;
use tito_sandbox::{
    Called, Guest, HostError, Launch, Layer, Limit, LimitKind, ModelId, Outcome, Ran, Run, Usage,
};
use tito_tensor::Tensor;

use crate::{Case, Failure, Findings, Question, compare};

/// How many cases are asked before it is looked whether any of them ended. A fixed number, so that a report does
/// not depend on the number of threads.
const TOGETHER: usize = 4;

/// What came back of a question that nobody asked.
pub const NOT_ASKED: &str = "not asked: the cases before did not end";

/// Whether a call was stopped because it took too long.
fn is_endless<T>(outcome: &Outcome<T>) -> bool {
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
        self.examine_by(cases, compare)
    }

    /// The same, with another judgement than whether every number is right.
    pub fn examine_by(
        &self,
        cases: &[Case],
        judge: impl Fn(&Case, &Outcome<Tensor>) -> Result<f64, Box<Failure>>,
    ) -> Result<Findings, HostError> {
        let mut findings = Findings::default();
        let runs: Vec<_> = cases.iter().map(Case::run).collect();
        let asked = self.run_each(&runs, |at, Ran { outcome, usage }| {
            findings.judged(judge(&cases[at], &outcome));
            findings.used(usage);
        })?;
        for case in &cases[asked..] {
            findings.question(case.asked(), Some((NOT_ASKED.to_owned(), None)));
        }
        Ok(findings)
    }

    /// Asks questions of any kind as [`examine`](Self::examine) does, each put to a guest of its own by `ask`.
    pub fn ask_each<Q: Question<Answer: Send>>(
        &self,
        questions: &[Q],
        ask: impl Fn(&Q, &mut dyn Guest) -> Called<Q::Answer> + Sync,
    ) -> Result<Findings, HostError> {
        self.ask_each_by(questions, ask, compare)
    }

    /// The same, with another judgement than whether every number is right.
    pub fn ask_each_by<Q: Question<Answer: Send>>(
        &self,
        questions: &[Q],
        ask: impl Fn(&Q, &mut dyn Guest) -> Called<Q::Answer> + Sync,
        judge: impl Fn(&Q, &Outcome<Q::Answer>) -> Result<f64, Box<Failure>>,
    ) -> Result<Findings, HostError> {
        let (mut findings, mut asked) = (Findings::default(), 0);
        for part in questions.chunks(TOGETHER) {
            let answers = part.par_iter().map(|question| self.with_guest(|guest| ask(question, guest)));
            let answers: Vec<_> = answers.collect::<Result<_, _>>()?;
            for (question, (outcome, usage)) in part.iter().zip(&answers) {
                findings.judged(judge(question, outcome));
                findings.used(*usage);
            }
            asked += part.len();
            if answers.iter().all(|(outcome, _)| is_endless(outcome)) {
                break;
            }
        }
        for question in &questions[asked..] {
            findings.question(question.asked(), Some((NOT_ASKED.to_owned(), None)));
        }
        Ok(findings)
    }

    /// Asks all of these, as many at a time as there are threads, and tells what became of each by its place, in order,
    /// a few at a time: answers may be large, and nobody keeps them all. Where a few in a row never end, the rest is not
    /// asked. Returns how many were.
    pub fn run_each(&self, runs: &[Run<'_>], mut tell: impl FnMut(usize, Ran)) -> Result<usize, HostError> {
        let mut asked = 0;
        for part in runs.chunks(TOGETHER) {
            let at_once = self.launch.at_once().clamp(1, TOGETHER);
            let ran: Vec<_> =
                part.par_chunks(at_once).map(|some| self.launch.run_each(some)).collect::<Result<_, _>>()?;
            let mut all_endless = true;
            for ran in ran.into_iter().flatten() {
                all_endless &= is_endless(&ran.outcome);
                tell(asked, ran);
                asked += 1;
            }
            if all_endless {
                break;
            }
        }
        Ok(asked)
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
