//! What a submission says of itself beforehand, against what the host finds.
//!
//! ```toml
//! # claims.toml: each figure is worked out on paper, from the layers and from how the code is written.
//! parameters = 101_738        # of the trained network
//! flops-per-image = 7_000_000 # of one forward pass: 2 for every multiplication of a dense layer or a convolution
//! bytes-per-image = 110_000   # by which the peak of memory grows with every further image of a batch
//!
//! [exponents]                 # the work (fuel) of a forward pass grows with this power of
//! batch = 1.0                 # the number of images or rows
//! width = 2.0                 # the inputs and outputs of a dense layer, which are as many
//! side = 2.0                  # the height and width of the images of a convolution
//! channels = 2.0              # its channels in and out, which are as many
//! ```

use serde::Deserialize;
use tito_grade::{Number, Table};
use tito_judge::{Draw, Findings, advice, parameter_shapes};
use tito_sandbox::{Conv2dSpec, DenseSpec, HostError, Layer, Mode, Outcome};
use tito_tensor::{Shape, Tensor};

use super::{
    scaling::Measured,
    subject::Subject,
    sweep::{self, Sweep, twice},
};
use crate::{Context, milestone::Found, own::multiplications};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Claims {
    parameters: Option<f64>,
    flops_per_image: Option<f64>,
    bytes_per_image: Option<f64>,
    #[serde(default)]
    exponents: Exponents,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Exponents {
    batch: Option<f64>,
    width: Option<f64>,
    side: Option<f64>,
    channels: Option<f64>,
}

/// What is said, where it can be read.
fn claims(context: &Context<'_>) -> Result<Claims, String> {
    let Some(text) = &context.own.claims else {
        return Err("no `claims.toml` was handed in; `tito milestone info 4` shows how it is written".into());
    };
    toml::from_str(text).map_err(|error| {
        let line =
            error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        format!("`claims.toml`, line {line}: {}", error.message())
    })
}

/// A claim against what it must be, or may be; `None` of the claims is one that was not made.
fn held(findings: &mut Findings, asked: &str, claim: Result<Option<f64>, String>, measured: &Measured) {
    let [low, high] = measured.interval;
    let told = Number;
    let came_back = match claim {
        Err(problem) => Some(problem),
        Ok(None) => Some("no claim in `claims.toml`".to_owned()),
        Ok(Some(claim)) if measured.admits(claim) => None,
        Ok(Some(claim)) if low == high => Some(format!("claimed {claim}; it is {low}")),
        Ok(Some(claim)) => Some(format!("claimed {}; measured {} to {}", told(claim), told(low), told(high))),
    };
    findings.question(asked, came_back.map(|told| (told, None)));
}

fn exactly(value: f64) -> Measured {
    Measured { value, interval: [value; 2] }
}

/// How many parameters there are, exactly.
pub(super) fn parameters(context: &Context<'_>) -> Result<Found, HostError> {
    let subject = Subject::of(context, &mut context.seed.draw("4/parameters"));
    let mut findings = Findings::default();
    let (outcome, usage) =
        context.examiner().with_guest(|guest| subject.open(guest)?.then(|model| guest.parameters(model)))?;
    findings.used(usage);
    let count = match outcome {
        Outcome::Answer(parameters) => parameters.iter().map(|tensor| tensor.data().len()).sum::<usize>(),
        other => {
            findings.question("the parameters of the network", Some((other.to_string(), advice(&other))));
            return Ok(Found::Cases(findings));
        }
    };
    findings.measured("parameters", count as f64);
    let claim = claims(context).map(|claims| claims.parameters);
    held(&mut findings, "how many parameters the network has", claim, &exactly(count as f64));
    findings.tabulated(by_layer(&subject));
    findings.conclude(format!("{count} parameters; the network is {}", subject.whose));
    Ok(Found::Cases(findings))
}

/// How much a forward pass multiplies and adds, exactly.
pub(super) fn flops(context: &Context<'_>) -> Result<Found, HostError> {
    let subject = Subject::of(context, &mut context.seed.draw("4/flops"));
    let mut findings = Findings::default();
    let flops = 2.0 * multiplications(&subject.layers, &subject.image).iter().sum::<u64>() as f64;
    findings.measured("flops_per_image", flops);
    let claim = claims(context).map(|claims| claims.flops_per_image);
    held(&mut findings, "the FLOPs of a forward pass for one image", claim, &exactly(flops));
    findings.conclude(format!("{flops} FLOPs for one image; the network is {}", subject.whose));
    Ok(Found::Cases(findings))
}

fn by_layer(subject: &Subject<'_>) -> Table {
    let products = multiplications(&subject.layers, &subject.image);
    let row = |(layer, products): (&Layer, &u64)| {
        let parameters: usize = parameter_shapes(layer).iter().filter_map(Shape::elements).sum();
        vec![tito_judge::describe(&[*layer]), parameters.to_string(), (2 * products).to_string()]
    };
    Table {
        title: "The network, layer by layer".into(),
        columns: ["layer", "parameters", "FLOPs for one image"].map(str::to_owned).into(),
        rows: subject.layers.iter().zip(&products).map(row).collect(),
    }
}

/// By how much the peak of memory grows with every further image of a batch.
pub(super) fn memory(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("4/memory");
    let subject = Subject::of(context, &mut draw);
    let mut findings = Findings::default();
    let most = match at_once(context, &subject, &mut draw, &mut findings)? {
        Ok(most) => most,
        Err(problem) => {
            findings.question("a forward pass of a few images", Some((problem, None)));
            return Ok(Found::Cases(findings));
        }
    };
    let mut sizes: Vec<u32> = (0..=4).map(|quarter| (most * quarter / 4).max(1)).collect();
    sizes.dedup();
    let inputs: Vec<Tensor> = sizes.iter().map(|&size| subject.images(size, &mut draw)).collect();
    let mut points = Vec::new();
    for (size, input) in sizes.iter().zip(&inputs) {
        let (outcome, usage) = context.examiner().with_guest(|guest| {
            subject.open(guest)?.then(|model| guest.forward(model, input, Mode::Inference))
        })?;
        findings.used(usage);
        if !matches!(outcome, Outcome::Answer(_)) {
            findings
                .question(format!("{size} images at once"), Some((outcome.to_string(), advice(&outcome))));
            return Ok(Found::Cases(findings));
        }
        points.push([f64::from(*size), usage.peak_memory_bytes as f64]);
    }
    let slope = Measured::slope(&points, PAGE);
    findings.measured("bytes_per_image", slope.value);
    let claim = claims(context).map(|claims| claims.bytes_per_image);
    held(&mut findings, "the bytes of every further image of a batch", claim, &slope);
    findings.tabulated(Table {
        title: "The peak of memory by images at once".into(),
        columns: ["images", "bytes"].map(str::to_owned).into(),
        rows: points.iter().map(|point| point.map(|figure| figure.to_string()).into()).collect(),
    });
    findings.conclude(format!("{:.0} bytes for every further image", slope.value));
    Ok(Found::Cases(findings))
}

/// The most images of a batch: within half the fuel of a call.
const AT_ONCE: u64 = 64;

/// Memory grows by so many bytes at least.
const PAGE: f64 = 65_536.0;

/// How many images a forward pass may take, at least enough for a line.
fn at_once(
    context: &Context<'_>,
    subject: &Subject<'_>,
    draw: &mut Draw,
    findings: &mut Findings,
) -> Result<Result<u32, String>, HostError> {
    let image = subject.images(1, draw);
    let (outcome, usage) = context
        .examiner()
        .with_guest(|guest| subject.open(guest)?.then(|model| twice(guest, model, &image)))?;
    findings.used(usage);
    if !matches!(outcome, Outcome::Answer(_)) {
        return Ok(Err(outcome.to_string()));
    }
    let most = (context.limits.fuel_per_call / 2 / usage.last_fuel.max(1)).min(AT_ONCE) as u32;
    let told = || format!("one image takes {} fuel, too much for three in a call", usage.last_fuel);
    Ok(if most >= 3 { Ok(most) } else { Err(told()) })
}

/// What the work grows with, and what is claimed of it.
type Claimed = (Sweep, fn(&Exponents) -> Option<f64>);

const SWEEPS: [Claimed; 4] = [
    (
        Sweep {
            name: "batch",
            sizes: [2, 4, 8, 12, 16, 24, 32, 48],
            layer: |rows| (conv(3, 8), Shape::from([rows, 3, 12, 12])),
        },
        |exponents| exponents.batch,
    ),
    (
        Sweep {
            name: "width",
            sizes: [16, 32, 64, 128, 192, 256, 320, 384],
            layer: |width| {
                let dense = DenseSpec { inputs: width, outputs: width, bias: true };
                (Layer::Dense(dense), Shape::from([16, width]))
            },
        },
        |exponents| exponents.width,
    ),
    (
        Sweep {
            name: "side",
            sizes: [8, 16, 24, 32, 48, 64, 80, 96],
            layer: |side| (conv(4, 8), Shape::from([1, 4, side, side])),
        },
        |exponents| exponents.side,
    ),
    (
        Sweep {
            name: "channels",
            sizes: [4, 8, 16, 32, 48, 64, 80, 96],
            layer: |channels| (conv(channels, channels), Shape::from([1, channels, 8, 8])),
        },
        |exponents| exponents.channels,
    ),
];

fn conv(in_channels: u32, out_channels: u32) -> Layer {
    let (kernel, stride, padding) = ((3, 3), (1, 1), (1, 1));
    Layer::Conv2d(Conv2dSpec { in_channels, out_channels, kernel, stride, padding, bias: true })
}

/// The powers by which the work grows.
pub(super) fn scaling(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("4/scaling");
    let mut findings = Findings::default();
    let (claims, mut rows) = (claims(context), Vec::new());
    for (sweep, claim) in SWEEPS {
        let asked = format!("the power of {} by which the work grows", sweep.name);
        match sweep.grown(context, &mut draw, &mut findings)? {
            Err(problem) => findings.question(asked, Some((problem, None))),
            Ok(grown) => {
                findings.measured(&format!("{}_exponent", sweep.name), grown.exponent.value);
                let claim = claims.as_ref().map(|claims| claim(&claims.exponents)).map_err(String::clone);
                held(&mut findings, &asked, claim, &grown.exponent);
                rows.push(grown.row(sweep.name));
            }
        }
    }
    findings.tabulated(sweep::table(rows));
    Ok(Found::Cases(findings))
}
