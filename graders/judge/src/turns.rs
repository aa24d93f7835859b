//! The time of work beside a yardstick's, in turns.

use std::time::Duration;

use tito_sandbox::{Guest, HostError, Launch, Mode, ModelId};
use tito_tensor::Tensor;

use crate::{
    Doubt, Draw, Pair, TimeRatio, Work,
    doubt::{Stop, answered, apart},
};

/// How many pairs fresh guests give: the one, the other, the other, the one, and then the other first.
pub(crate) const ROUND: usize = 8;

/// Which answers are looked at as a whole: one of so many.
const WHOLE: u64 = 10;

/// Two who do the same work in turns, both without their fuel being counted.
pub struct Turns<'a> {
    /// What they do.
    pub work: &'a Work,
    /// The submission.
    pub own: &'a dyn Launch,
    /// Somebody who is known to be right.
    pub yardstick: &'a dyn Launch,
}

/// What it took them.
#[derive(Clone, Debug)]
pub struct Taken {
    /// How much longer it took the submission, for what is counted of both.
    pub ratio: TimeRatio,
    /// How many pairs say so.
    pub pairs: usize,
    /// The median call of both, in seconds of processor time: the submission's, and the yardstick's.
    pub seconds: [f64; 2],
}

/// One of them at work.
struct Side<'a> {
    work: &'a Work,
    guest: Box<dyn Guest>,
    model: ModelId,
}

impl Turns<'_> {
    /// Takes their time in rounds of eight pairs each. Guests are fresh in every round, because where their memory lies
    /// makes a difference, and every call has an input that nobody has seen. How much more is counted of the submission is
    /// `counted`.
    ///
    /// # Errors
    ///
    /// Only if the host itself fails, to which the yardstick belongs.
    ///
    /// # Panics
    ///
    /// If there is no round.
    pub fn take(
        &self,
        counted: f64,
        rounds: usize,
        draw: &mut Draw,
    ) -> Result<Result<Taken, Doubt>, HostError> {
        let taken: Result<Vec<Vec<Pair>>, Stop> = (0..rounds).map(|_| self.round(draw)).collect();
        let rounds = apart(taken)?;
        Ok(rounds.map(|rounds| Taken::of(TimeRatio::of(&rounds, counted, draw), &rounds)))
    }

    /// Pairs of two fresh guests. Each has had a call before, in which weights may be packed and memory taken.
    fn round(&self, draw: &mut Draw) -> Result<Vec<Pair>, Stop> {
        let mut own = Side::new(self.work, self.own, draw)?;
        let mut yardstick = ours(Side::new(self.work, self.yardstick, draw))?;
        let mut pairs = Vec::new();
        while pairs.len() < ROUND {
            let inputs = [(); 2].map(|()| self.work.input(draw));
            let own_is_outside = pairs.len() % 4 == 0;
            let mut own = |at: usize| own.call(&inputs[at]);
            let mut yardstick = |at: usize| ours(yardstick.call(&inputs[at]));
            let turns = if own_is_outside {
                let (first, [other, next]) = (own(0)?, [yardstick(0)?, yardstick(1)?]);
                [(first, other), (own(1)?, next)]
            } else {
                let (other, [first, next]) = (yardstick(0)?, [own(0)?, own(1)?]);
                [(first, other), (next, yardstick(1)?)]
            };
            for (input, ((answer, own), (_, yardstick))) in inputs.iter().zip(turns) {
                pairs.push(Pair { own: own.as_secs_f64(), yardstick: yardstick.as_secs_f64() });
                if !self.work.is_right(input, answer, draw.below(WHOLE) == 0, draw) {
                    return Err(Stop::Doubt(Doubt::Wrong(pairs.len() + 1)));
                }
            }
        }
        Ok(pairs)
    }
}

impl<'a> Side<'a> {
    fn new(work: &'a Work, launch: &dyn Launch, draw: &mut Draw) -> Result<Self, Stop> {
        let mut guest = answered(launch.launch())?;
        let model = work.held(guest.as_mut(), draw)?;
        let mut side = Self { work, guest, model };
        let input = side.work.input(draw);
        let (answer, _) = side.call(&input)?;
        if work.is_right(&input, answer, false, draw) { Ok(side) } else { Err(Stop::Doubt(Doubt::Wrong(1))) }
    }

    fn call(&mut self, input: &Tensor) -> Result<(Tensor, Duration), Stop> {
        let answer = answered(self.guest.forward(self.model, input, Mode::Inference))?;
        Ok((answer, self.guest.last_time()))
    }
}

/// What a yardstick did: nothing but an answer is its doing.
fn ours<T>(done: Result<T, Stop>) -> Result<T, Stop> {
    done.map_err(|stop| match stop {
        Stop::Doubt(doubt) => Stop::Host(HostError::new("a yardstick failed", doubt.words().0)),
        host @ Stop::Host(_) => host,
    })
}

impl Taken {
    fn of(ratio: TimeRatio, rounds: &[Vec<Pair>]) -> Self {
        let of =
            |side: fn(&Pair) -> f64| crate::time_ratio::median(rounds.iter().flatten().map(side).collect());
        let seconds = [of(|pair| pair.own), of(|pair| pair.yardstick)];
        Self { ratio, pairs: rounds.len() * ROUND, seconds }
    }
}
