//! How fast a layer is: what it counts between what plain loops and good ones do.
//!
//! What is counted is fuel, and what a model of caches has it wait for memory, in the same unit: fuel alone is blind to the
//! order in which memory is read. Both are the same on every machine and every day. What a call takes by the clock is
//! measured beside it, and shown.

use rayon::prelude::*;
use tito_grade::{Hint, Table};
use tito_judge::{Doubt, Draw, Effort, Findings, Size, Taken, Turns, Work, speed};
use tito_sandbox::{Guest, HostError, Launch, Outcome};

use super::roofline;
use crate::{Context, milestone::Found, yardsticks::Yardstick};

/// On how many extents it is counted.
const SHAPES: usize = 6;

/// How many rounds of eight pairs are timed.
const ROUNDS: usize = 4;

/// How much more than the good yardstick has all points: an allocator has its moods.
const AS_GOOD: f64 = 1.02;

/// Who waits longer than this share of the fuel is told so.
const LONG: f64 = 0.5;

/// Draws work of some size.
type Layer = fn(&mut Draw, Size) -> Work;

/// Dense layers.
pub(super) fn dense(context: &Context<'_>) -> Result<Found, HostError> {
    found(context, "dense-speed", Work::dense)
}

/// Convolutions.
pub(super) fn conv2d(context: &Context<'_>) -> Result<Found, HostError> {
    found(context, "conv2d-speed", Work::conv2d)
}

/// What one call takes, in units of fuel.
#[derive(Clone, Copy)]
struct Cost {
    fuel: f64,
    waits: f64,
}

impl Cost {
    fn sum(self) -> f64 {
        self.fuel + self.waits
    }
}

/// What some work costs, the submission and the good yardstick.
struct Compared {
    work: Work,
    own: Result<(Effort, Cost), Doubt>,
    good: Cost,
}

/// The same, with what it costs plain loops.
struct Placed {
    compared: Compared,
    plain: Cost,
}

fn found(context: &Context<'_>, check: &str, layer: Layer) -> Result<Found, HostError> {
    let mut findings = Findings::default();
    let placed = |at| Placed::of(context, check, at, layer);
    let placed: Vec<_> = (0..SHAPES).into_par_iter().map(placed).collect::<Result<_, HostError>>()?;
    placed.iter().for_each(|one| one.compared.told(&mut findings));
    let speed = placed.iter().map(Placed::speed).sum::<f64>() / SHAPES as f64;
    findings.tabulated(table(&placed, speed));
    let (timed, _) = Compared::of(context, check, SHAPES, layer, Size::Timed)?;
    timed.told(&mut findings);
    let is_timed = findings.is_right() && timed.timed(context, check, &mut findings)?;
    findings.measured("speed", if is_timed { speed } else { 0.0 });
    if is_timed {
        waiting(&placed, &mut findings);
    }
    findings.conclude(match is_timed {
        false => "What it takes means nothing, because of what is in doubt".into(),
        true if speed == 0.0 => "It takes no less than plain loops do".into(),
        true => format!("{speed:.3} of the way from what plain loops take to what good ones do"),
    });
    Ok(Found::Cases(findings))
}

/// Says how much of it is waiting, and what helps where that is much.
fn waiting(placed: &[Placed], findings: &mut Findings) {
    let costs = placed.iter().flat_map(|one| one.compared.own.as_ref().ok()).map(|(_, cost)| *cost);
    let (fuel, waits) = costs.fold((0.0, 0.0), |sum, cost| (sum.0 + cost.fuel, sum.1 + cost.waits));
    let share = waits / fuel;
    findings.measured("waits_for_each_fuel", share);
    findings.question("how long it waits for memory", (share > LONG).then(|| long(share)));
}

impl Compared {
    /// Work that the seed draws under this number, done by the submission and the good yardstick; and what the seed draws on.
    fn of(
        context: &Context<'_>,
        check: &str,
        at: usize,
        layer: Layer,
        size: Size,
    ) -> Result<(Self, Draw), HostError> {
        let mut draw = context.seed.draw(&format!("4/{check}/{at}"));
        let work = layer(&mut draw, size);
        let good = of_yardstick(&work, &context.speed()?.yardsticks.reference, &mut draw)?;
        let own = own(context, &work, &mut draw)?;
        Ok((Self { work, own, good }, draw))
    }

    /// Whether the figures can be believed.
    fn told(&self, findings: &mut Findings) {
        if let Ok((effort, _)) = &self.own {
            findings.used(effort.usage);
        }
        findings.question(self.work.describe(), self.own.as_ref().err().map(Doubt::words));
    }

    /// Shows the time beside the good yardstick's, and whether every answer was right.
    fn timed(&self, context: &Context<'_>, check: &str, findings: &mut Findings) -> Result<bool, HostError> {
        let speed = context.speed()?;
        let Ok((_, cost)) = &self.own else { return Ok(false) };
        let mut draw = context.seed.draw(&format!("4/{check}/time"));
        let turns = Turns { work: &self.work, own: speed.timed, yardstick: speed.yardsticks.timed.as_ref() };
        let taken = turns.take(cost.sum() / self.good.sum(), ROUNDS, &mut draw)?;
        let asked = format!("{}, timed", self.work.describe());
        findings.question(asked, taken.as_ref().err().map(Doubt::words));
        taken.iter().for_each(|taken: &Taken| findings.observed(roofline::table(&self.work, taken)));
        Ok(taken.is_ok())
    }
}

impl Placed {
    fn of(context: &Context<'_>, check: &str, at: usize, layer: Layer) -> Result<Self, HostError> {
        let (compared, mut draw) = Compared::of(context, check, at, layer, Size::Counted)?;
        let plain = of_yardstick(&compared.work, &context.speed()?.yardsticks.textbook, &mut draw)?;
        Ok(Self { compared, plain })
    }

    /// Nothing for what is in doubt.
    fn speed(&self) -> f64 {
        let Self { compared: Compared { own, good, .. }, plain } = self;
        own.as_ref().map_or(0.0, |(_, cost)| speed(cost.sum(), plain.sum(), AS_GOOD * good.sum()))
    }

    fn row(&self) -> Vec<String> {
        let Compared { work, own, good } = &self.compared;
        let figure = |units: f64| format!("{:.2}", units / 1e6);
        let of = |part: fn(&Cost) -> f64| match own {
            Ok((_, cost)) => figure(part(cost)),
            Err(_) => "in doubt".into(),
        };
        vec![
            work.describe(),
            figure(work.multiplications as f64),
            of(|cost| cost.fuel),
            of(|cost| cost.waits),
            figure(self.plain.sum()),
            figure(good.sum()),
            format!("{:.3}", self.speed()),
        ]
    }
}

/// What is told to who waits long.
fn long(share: f64) -> (String, Option<Hint>) {
    let advice = "Every number comes from another place of memory than the one before, and has to be waited for. Have the \
                  innermost loop walk along the memory, or work through blocks that are small enough to stay in a cache.";
    let hint = Hint { misconception: "waits-for-memory".into(), advice: advice.into() };
    (format!("{share:.2} units of waiting for each unit of fuel"), Some(hint))
}

/// What the submission takes, unless something is in doubt.
fn own(
    context: &Context<'_>,
    work: &Work,
    draw: &mut Draw,
) -> Result<Result<(Effort, Cost), Doubt>, HostError> {
    let effort = match launched(context.launch)? {
        Ok(mut guest) => work.ask(guest.as_mut(), draw)?,
        Err(doubt) => Err(doubt),
    };
    let effort = match effort {
        Ok(effort) => effort,
        Err(doubt) => return Ok(Err(doubt)),
    };
    let waits = counted(work, context.speed()?.traced, draw)?;
    Ok(waits.map(|waits| (effort, Cost { fuel: effort.fuel, waits })))
}

/// What a yardstick takes: nothing but an answer is its doing.
fn of_yardstick(work: &Work, yardstick: &Yardstick, draw: &mut Draw) -> Result<Cost, HostError> {
    let mut of = |launch: &dyn Launch| {
        let counted = counted(work, launch, draw)?;
        counted.map_err(|doubt| HostError::new("a yardstick failed", doubt.words().0))
    };
    Ok(Cost { fuel: of(yardstick.metered.as_ref())?, waits: of(yardstick.traced.as_ref())? })
}

/// What an engine counts of one call.
fn counted(work: &Work, launch: &dyn Launch, draw: &mut Draw) -> Result<Result<f64, Doubt>, HostError> {
    match launched(launch)? {
        Ok(mut guest) => work.counted(guest.as_mut(), draw),
        Err(doubt) => Ok(Err(doubt)),
    }
}

fn launched(launch: &dyn Launch) -> Result<Result<Box<dyn Guest>, Doubt>, HostError> {
    Ok(match launch.launch()? {
        Outcome::Answer(guest) => Ok(guest),
        other => Err(Doubt::NoAnswer(other.map(|_| unreachable!("it is no answer")))),
    })
}

fn table(placed: &[Placed], speed: f64) -> Table {
    let mut rows: Vec<_> = placed.iter().map(Placed::row).collect();
    let mut mean = vec![String::new(); 6];
    mean[0] = "mean".into();
    mean.push(format!("{speed:.3}"));
    rows.push(mean);
    let columns = ["work", "multiplications", "fuel", "waits", "plain loops", "good ones", "speed"];
    let title = "Millions of units for one call; of others fuel and waits together".into();
    Table { title, columns: columns.map(str::to_owned).into(), rows }
}
