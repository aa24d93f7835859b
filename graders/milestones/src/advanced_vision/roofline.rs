//! What the machine could do, beside what was measured: shown, and never graded, because it changes with the machine.
//!
//! After Williams, Waterman and Patterson, *Roofline: An Insightful Visual Performance Model*, CACM 2009.

use std::{
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use rayon::{ThreadPool, ThreadPoolBuilder};
use tito_grade::Table;
use tito_judge::{Draw, Taken, Work};
use tito_kernels::dense;
use tito_tensor::Tensor;

/// The side of the product that shows the machine's peak.
const SIDE: u32 = 512;

/// How often the native kernels are timed: the best counts, as the limit that they stand for.
const TIMES: usize = 5;

/// The machine's peak on one thread, as the native product reaches it, in operations a second.
static PEAK: LazyLock<f64> = LazyLock::new(|| {
    let mut draw = Draw::new([0; 32]);
    let [a, b] = [(); 2].map(|()| draw.uniforms([SIDE, SIDE], 1.0));
    let seconds = best(|| dense::native(&a, &b, None).expect("squares can be multiplied"));
    2.0 * f64::from(SIDE).powi(3) / seconds
});

/// What calls took, and what that is beside the machine's limits.
pub(super) fn table(work: &Work, taken: &Taken) -> Table {
    let operations = 2.0 * work.multiplications as f64;
    let input = work.input(&mut Draw::new([1; 32]));
    let native = best(|| work.native(&input));
    let [own, good] = taken.seconds;
    let label = if own < 2.0 * good { "arithmetic" } else { "instructions or memory" };
    let [low, high] = taken.ratio.interval;
    let mut rows = vec![
        row("time beside the good yardstick's, for its fuel and waits", format!("{:.3}", taken.ratio.median)),
        row("where that lies with 99 % confidence", format!("{low:.3} to {high:.3}")),
        row("pairs of calls", taken.pairs.to_string()),
        row("operations for each byte", format!("{:.1}", operations / work.bytes() as f64)),
        row("bound by", label.into()),
    ];
    let paces = [("the submission", own), ("the good yardstick", good), ("the native kernel", native)];
    rows.extend(paces.map(|(name, seconds)| row(name, pace(operations, seconds))));
    // Measured once, perhaps while the machine was busy: it can do at least what was seen of it since.
    let peak = [own, good, native].map(|seconds| operations / seconds).into_iter().fold(*PEAK, f64::max);
    rows.push(row("the machine's peak, one thread", format!("{:.1} GFLOP/s", peak / 1e9)));
    Table {
        title: format!("{}: times of this machine, shown and not graded", work.describe()),
        columns: vec![String::new(), String::new()],
        rows,
    }
}

fn row(name: &str, value: String) -> Vec<String> {
    vec![name.into(), value]
}

fn pace(operations: f64, seconds: f64) -> String {
    format!("{:.2} ms, {:.2} GFLOP/s", 1e3 * seconds, operations / seconds / 1e9)
}

/// The seconds of the fastest of some calls, on one thread as submissions have it.
fn best(call: impl Fn() -> Tensor + Sync) -> f64 {
    let time = || {
        let start = Instant::now();
        let answer = call();
        let time = start.elapsed();
        drop(answer);
        time
    };
    let times = || (0..TIMES).map(|_| time()).min().unwrap_or(Duration::MAX);
    let alone = ThreadPoolBuilder::new().num_threads(1).build();
    // Waited for on a thread that is none of rayon's: one of those takes up other work meanwhile, comes back here with it, and
    // waits for ever for the peak that it was about to measure itself.
    let waited_for = |alone: ThreadPool| {
        let timed = thread::scope(|scope| scope.spawn(|| alone.install(times)).join());
        timed.expect("native kernels do not panic")
    };
    // Without room for a thread the figure is that of several, and only shown.
    alone.map_or_else(|_| times(), waited_for).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;

    /// Many submissions that are graded at once ask for it at once.
    #[test]
    fn the_peak_is_there_for_all_who_ask_at_once() {
        let several = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let peaks: Vec<f64> = several.install(|| (0..200).into_par_iter().map(|_| *PEAK).collect());
        assert!(peaks.iter().all(|peak| *peak > 0.0 && *peak == peaks[0]));
    }
}
