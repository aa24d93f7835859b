//! What is asked of a network that answers all day: any batch size, and two hundred calls that are alike.

use std::time::Duration;

use tito_grade::{Plot, Series, Table};
use tito_judge::{Case, Findings, advice};
use tito_sandbox::{Conv2dSpec, Guest, HostError, Layer, Mode, ModelId, Outcome, Pool2dSpec};
use tito_tensor::{Shape, Tensor};

use super::{hint, subject::Subject};
use crate::{Context, milestone::Found, network::dense, toy};

/// Sizes below, at and beyond what somebody may have planned for.
const BATCHES: [u32; 10] = [1, 2, 3, 5, 8, 16, 31, 64, 100, 129];

/// Any number of images gives the right answers, also after another number.
pub(super) fn any_batch(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("4/any-batch");
    let conv = Conv2dSpec {
        in_channels: 2,
        out_channels: 4,
        kernel: (3, 3),
        stride: (1, 1),
        padding: (1, 1),
        bias: true,
    };
    let pool = Pool2dSpec { kernel: (2, 2), stride: (2, 2), padding: (0, 0) };
    let layers = [Layer::Conv2d(conv), Layer::Relu, Layer::MaxPool2d(pool), Layer::Flatten, dense(48, 5)];
    let mut cases = Vec::new();
    for size in BATCHES {
        let mut images = |size| draw.normals(Shape::from([size, 2, 8, 6]), 1.0);
        let (input, other) = (images(size), images(1 + size % 7));
        let parameters = toy::parameters(&layers, &mut draw);
        let mut case = Case::of_stack(layers.to_vec(), parameters, input, &mut draw);
        case.rehearsals = vec![other];
        cases.push(case);
    }
    Ok(Found::Cases(context.examiner().examine(&cases)?))
}

/// Calls that count, and those before them that may fill caches.
const CALLS: usize = 200;
const WARM: usize = 10;

/// Where the median of them stands, in order, and what 99 of 100 do not exceed.
const PERCENTILES: [usize; 2] = [CALLS / 2, CALLS - 1 - CALLS / 100];

/// The largest fuel of all but two calls beside the median one.
const EVEN: f64 = 1.25;

/// Two hundred forward passes for one image, each like the others: no more memory, no more work.
pub(super) fn two_hundred_calls(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("4/two-hundred-calls");
    let subject = Subject::of(context, &mut draw);
    let mut findings = Findings::default();
    let (outcome, usage) = context.examiner().with_guest(|guest| {
        subject.open(guest)?.then(|model| {
            let mut calls = Calls::default();
            for at in 0..WARM + CALLS {
                let image = subject.images(1, &mut draw);
                if let Some(failed) = calls.another(guest, model, &image, at >= WARM)? {
                    return Ok(failed);
                }
            }
            Ok(Outcome::Answer(calls))
        })
    })?;
    findings.used(usage);
    let asked = format!("{CALLS} forward passes of one image through the network, {}", subject.whose);
    match outcome {
        Outcome::Answer(calls) => calls.judged(&asked, &mut findings),
        other => findings.question(asked, Some((other.to_string(), advice(&other)))),
    }
    Ok(Found::Cases(findings))
}

/// What calls took.
#[derive(Default)]
struct Calls {
    fuel: Vec<u64>,
    memory: Vec<u64>,
    time: Vec<Duration>,
}

impl Calls {
    fn another(
        &mut self,
        guest: &mut dyn Guest,
        model: ModelId,
        image: &Tensor,
        counts: bool,
    ) -> Result<Option<Outcome<Self>>, HostError> {
        let outcome = guest.forward(model, image, Mode::Inference)?;
        if !matches!(outcome, Outcome::Answer(_)) {
            return Ok(Some(outcome.map(|_| unreachable!("it is no answer"))));
        }
        let usage = guest.usage();
        if counts {
            self.fuel.push(usage.last_fuel);
            self.memory.push(usage.memory_bytes);
            self.time.push(guest.last_time());
        }
        Ok(None)
    }

    fn judged(mut self, asked: &str, findings: &mut Findings) {
        let growth = self.memory[CALLS - 1].saturating_sub(self.memory[0]);
        findings.measured("growth_bytes", growth as f64);
        let came_back = (growth > 0).then(|| {
            (format!("{growth} bytes more after the last than after the first"), hint("memory-grows"))
        });
        findings.question(format!("{asked}: memory"), came_back);
        let values = self.memory.iter().map(|&bytes| (bytes as f64 / 1024.0).into()).collect();
        findings.plotted(Plot {
            title: "Memory after every call, in KiB".into(),
            along: "call".into(),
            series: vec![Series { name: "the submission".into(), values }],
        });
        self.fuel.sort_unstable();
        let [median, most] = PERCENTILES.map(|at| self.fuel[at] as f64);
        findings.measured("fuel_p50", median);
        findings.measured("fuel_p99", most);
        let came_back = (most > EVEN * median).then(|| {
            (format!("{most:.3e} fuel for one in a hundred, {median:.3e} for most"), hint("calls-uneven"))
        });
        findings.question(format!("{asked}: fuel"), came_back);
        self.time.sort_unstable();
        let latencies = PERCENTILES.map(|at| format!("{:.3} ms", 1e3 * self.time[at].as_secs_f64()));
        findings.observed(Table {
            title: "The latency of one image, on the engine that counts fuel".into(),
            columns: ["half of the calls", "99 of 100"].map(str::to_owned).into(),
            rows: vec![latencies.into()],
        });
    }
}
