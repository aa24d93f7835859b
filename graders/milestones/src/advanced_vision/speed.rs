//! How fast a layer is: its fuel between that of plain loops and good ones, and what its order of reading memory costs.

use rayon::prelude::*;
use tito_grade::{Hint, Table};
use tito_judge::{Doubt, Draw, Effort, Findings, Size, Taken, Turns, Work, speed};
use tito_sandbox::{Guest, HostError, Launch, Outcome};

use super::roofline;
use crate::{Context, milestone::Found};

/// On how many extents fuel is counted.
const SHAPES: usize = 6;

/// How many rounds of eight pairs each are timed at least, and at most where it is not clear in which band they lie.
const ROUNDS: [usize; 2] = [8, 32];

/// As many are enough for what is only shown.
const SHOWN: [usize; 2] = [2, 2];

/// How much more fuel than the good yardstick has all points: an allocator has its moods.
const AS_GOOD: f64 = 1.02;

/// What is left of the points from one band of locality to the next.
const BAND: f64 = 0.8;

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

/// What the fuel of some work is, the submission's and the yardsticks'.
struct Compared {
    work: Work,
    own: Result<Effort, Doubt>,
    plain: f64,
    good: f64,
}

fn found(context: &Context<'_>, check: &str, layer: Layer) -> Result<Found, HostError> {
    let mut findings = Findings::default();
    let compared = |at| Compared::of(context, check, at, layer, Size::Counted);
    let compared: Vec<_> = (0..SHAPES).into_par_iter().map(compared).collect::<Result<_, HostError>>()?;
    compared.iter().for_each(|one| one.told(&mut findings));
    let fuel = compared.iter().map(Compared::speed).sum::<f64>() / SHAPES as f64;
    findings.tabulated(table(&compared, fuel));
    let timed = Compared::of(context, check, SHAPES, layer, Size::Timed)?;
    timed.told(&mut findings);
    let taken = if findings.is_right() { timed.taken(context, check, fuel, &mut findings)? } else { None };
    conclude(&mut findings, fuel, taken.as_ref());
    Ok(Found::Cases(findings))
}

/// The score: that of the fuel, less what the order of memory costs, and nothing where something is in doubt.
fn conclude(findings: &mut Findings, fuel: f64, taken: Option<&Taken>) {
    findings.measured("fuel_speed", fuel);
    let Some(band) = taken.map(|taken| taken.locality.band()) else {
        findings.measured("speed", 0.0);
        return findings.conclude("Its fuel and time mean nothing, because of what is in doubt".into());
    };
    if fuel == 0.0 {
        findings.measured("speed", 0.0);
        return findings.conclude("No less fuel than plain loops take".into());
    }
    let factor = BAND.powi(band as i32);
    findings.measured("speed", factor * fuel);
    findings.measured("locality_band", f64::from(band));
    let between = format!("{fuel:.3} of the way from the fuel of plain loops to that of good ones");
    findings.conclude(match band {
        0 => format!("{between}; it takes no longer than its fuel says"),
        _ => format!("{between}; for what it waits for, band {band}, {factor:.2} of that"),
    });
}

impl Compared {
    /// Work that the seed draws under this number, done by the submission and the yardsticks.
    fn of(
        context: &Context<'_>,
        check: &str,
        at: usize,
        layer: Layer,
        size: Size,
    ) -> Result<Self, HostError> {
        let mut draw = context.seed.draw(&format!("4/{check}/{at}"));
        let work = layer(&mut draw, size);
        let (yardsticks, _) = context.speed()?;
        let plain = of_yardstick(&work, yardsticks.textbook.as_ref(), &mut draw)?;
        let good = of_yardstick(&work, yardsticks.reference.as_ref(), &mut draw)?;
        let own = match launched(context.launch)? {
            Ok(mut guest) => work.ask(guest.as_mut(), &mut draw)?,
            Err(doubt) => Err(doubt),
        };
        Ok(Self { work, own, plain, good })
    }

    /// Whether the figures can be believed.
    fn told(&self, findings: &mut Findings) {
        if let Ok(effort) = &self.own {
            findings.used(effort.usage);
        }
        findings.question(self.work.describe(), self.own.as_ref().err().map(Doubt::words));
    }

    /// Nothing for what is in doubt.
    fn speed(&self) -> f64 {
        self.own.as_ref().map_or(0.0, |effort| speed(effort.fuel, self.plain, AS_GOOD * self.good))
    }

    /// The time beside the good yardstick, unless that raises a doubt. Where the fuel is worth nothing the time cannot
    /// take anything from it, and is not measured more exactly than it must be to be shown.
    fn taken(
        &self,
        context: &Context<'_>,
        check: &str,
        fuel: f64,
        findings: &mut Findings,
    ) -> Result<Option<Taken>, HostError> {
        let (yardsticks, own) = context.speed()?;
        let Ok(effort) = &self.own else { return Ok(None) };
        let mut draw = context.seed.draw(&format!("4/{check}/time"));
        let turns = Turns { work: &self.work, own, yardstick: yardsticks.timed.as_ref() };
        let rounds = if fuel > 0.0 { ROUNDS } else { SHOWN };
        let asked = format!("{}, timed", self.work.describe());
        Ok(match turns.take(effort.fuel / self.good, rounds, &mut draw)? {
            Ok(taken) => {
                findings.question(asked, if fuel > 0.0 { slow(taken.locality.band()) } else { None });
                findings.observed(roofline::table(&self.work, &taken));
                Some(taken)
            }
            Err(doubt) => {
                findings.question(asked, Some(doubt.words()));
                None
            }
        })
    }

    fn row(&self) -> Vec<String> {
        let figure = |fuel: f64| format!("{:.2}", fuel / 1e6);
        let own = self.own.as_ref().map_or_else(|_| "in doubt".into(), |effort| figure(effort.fuel));
        let multiplications = figure(self.work.multiplications as f64);
        let speed = format!("{:.3}", self.speed());
        vec![self.work.describe(), multiplications, own, figure(self.plain), figure(self.good), speed]
    }
}

/// What is told to whom it takes longer than the fuel says.
fn slow(band: u32) -> Option<(String, Option<Hint>)> {
    let advice = "Fuel counts operations, and not how long they wait: for memory that lies far away, or for the sum before. \
                  Have the innermost loop walk along the memory, and add up several sums side by side.";
    let hint = Hint { misconception: "slower-than-its-fuel".into(), advice: advice.into() };
    (band > 0).then(|| (format!("it takes longer than its fuel says: band {band}"), Some(hint)))
}

/// What a yardstick takes: nothing but an answer is its doing.
fn of_yardstick(work: &Work, launch: &dyn Launch, draw: &mut Draw) -> Result<f64, HostError> {
    let fuel = match launched(launch)? {
        Ok(mut guest) => work.fuel(guest.as_mut(), draw)?,
        Err(doubt) => Err(doubt),
    };
    fuel.map_err(|doubt| HostError::new("a yardstick failed", doubt.words().0))
}

fn launched(launch: &dyn Launch) -> Result<Result<Box<dyn Guest>, Doubt>, HostError> {
    Ok(match launch.launch()? {
        Outcome::Answer(guest) => Ok(guest),
        other => Err(Doubt::NoAnswer(other.map(|_| unreachable!("it is no answer")))),
    })
}

fn table(compared: &[Compared], fuel: f64) -> Table {
    let mut rows: Vec<_> = compared.iter().map(Compared::row).collect();
    let mut mean = vec![String::new(); 5];
    mean[0] = "mean".into();
    mean.push(format!("{fuel:.3}"));
    rows.push(mean);
    let columns = ["work", "multiplications", "fuel", "of plain loops", "of good ones", "speed"];
    Table { title: "Millions of units for one call".into(), columns: columns.map(str::to_owned).into(), rows }
}
