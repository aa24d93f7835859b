//! What sharing weights saves: the CNN beside the dense network for the same images.

use tito_grade::{Hint, Table};
use tito_judge::{Findings, describe, layer_oracle, parameter_shapes};
use tito_kernels::Wide;
use tito_sandbox::{HostError, Layer};
use tito_tensor::{Shape, Tensor};

use crate::{Architecture, Context, Network, accuracy::Measured, milestone::Found};

const NETWORKS: [Architecture; 2] = [Architecture::Cnn, Architecture::Mlp];

/// Runs both networks over all test images, the submission's own where it has brought them. Of the shipped ones the CNN has
/// fewer parameters, and what is asked is that nothing was lost with them. Peaks of memory are what the sandbox gave: those of the CNN are higher, because the
/// images between its layers are larger than what it saves.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let (cnn, mlp) = (context.measured(Architecture::Cnn)?, context.measured(Architecture::Mlp)?);
    let counts = [cnn, mlp].map(|measured| measured.parameters);
    let mut findings = Findings::default();
    for (at, (name, measured)) in [("cnn", cnn), ("dense", mlp)].into_iter().enumerate() {
        findings.used_by(&measured.findings);
        let peak = measured.findings.peak_memory_bytes();
        findings.measured(&format!("{name}_accuracy"), measured.accuracy);
        findings.measured(&format!("{name}_parameters"), counts[at] as f64);
        findings.measured(&format!("{name}_peak_memory_bytes"), peak as f64);
    }
    findings.question("the same images of the CNN and of the dense network", came_back(cnn, mlp));
    let is_smaller = 0 < counts[0] && counts[0] < counts[1];
    let told = || format!("{} parameters of the CNN, {} of the dense network", counts[0], counts[1]);
    findings.question("fewer parameters of the CNN", (!is_smaller).then(|| (told(), None)));
    let percent = [cnn, mlp].map(|measured| 100.0 * measured.accuracy);
    findings.conclude(format!(
        "{:.2} % with {} parameters; the dense network has {:.2} % with {}",
        percent[0], counts[0], percent[1], counts[1]
    ));
    findings.tabulated(beside([cnn, mlp], counts));
    for (architecture, measured) in NETWORKS.iter().zip([cnn, mlp]) {
        let image = &context.data.form().example_shape;
        let table = measured.network.as_ref().map(|network| table(architecture.name(), network, image));
        table.into_iter().for_each(|table| findings.tabulated(table));
    }
    Ok(Found::Cases(findings))
}

/// What came back other than a CNN that is as good as the dense network, and better than a coin.
fn came_back(cnn: &Measured, mlp: &Measured) -> Option<(String, Option<Hint>)> {
    let is_right = cnn.accuracy >= mlp.accuracy && cnn.accuracy > 0.5;
    let [cnn, mlp] = [cnn, mlp].map(|measured| 100.0 * measured.accuracy);
    let advice = "The layers of the CNN are checked one by one: convolution, pooling and their order above, relu, dense \
                  and stacks in `tito milestone test 1`.";
    let hint = Hint { misconception: String::new(), advice: advice.into() };
    (!is_right).then(|| (format!("{cnn:.2} % of the CNN, {mlp:.2} % of the dense network"), Some(hint)))
}

/// What the two networks need, side by side.
fn beside(measured: [&Measured; 2], counts: [usize; 2]) -> Table {
    let peaks = measured.map(|measured| measured.findings.peak_memory_bytes().to_string());
    let rows = [
        ("images right", measured.map(|measured| format!("{:.2} %", 100.0 * measured.accuracy))),
        ("parameters", counts.map(|count| count.to_string())),
        ("bytes of parameters", counts.map(|count| (4 * count).to_string())),
        ("bytes at the peak", peaks),
    ];
    let row = |(name, values): (&str, [String; 2])| [name.to_owned()].into_iter().chain(values).collect();
    Table {
        title: format!("The CNN is {}, the MLP {}", measured[0].whose, measured[1].whose),
        columns: ["", "CNN", "MLP"].map(str::to_owned).into(),
        rows: rows.into_iter().map(row).collect(),
    }
}

/// Every layer with what it answers to one image, its parameters, and the bytes of both.
fn table(name: &str, network: &Network, image: &[u32]) -> Table {
    let mut carried = Wide::from(&Tensor::zeros(Shape::new([&[1], image].concat())));
    let mut rest = network.parameters.as_slice();
    let (mut rows, mut sums) = (Vec::new(), [0; 2]);
    for layer in &network.layers {
        let (own, others) = rest.split_at(parameter_shapes(layer).len());
        let own: Vec<_> = own.iter().map(Wide::from).collect();
        if !matches!(layer, Layer::Dropout(_)) {
            carried = layer_oracle(layer, &own, &carried).value;
        }
        rest = others;
        let counts = [own.iter().map(|tensor| tensor.data().len()).sum(), carried.data().len()];
        rows.push(row(describe(&[*layer]), carried.shape().to_string(), counts));
        sums = [sums[0] + counts[0], sums[1] + counts[1]];
    }
    rows.push(row("all".into(), String::new(), sums));
    let columns = ["layer", "answer to one image", "parameters", "their bytes", "bytes of the answer"];
    Table { title: format!("The {name}, layer by layer"), columns: columns.map(str::to_owned).into(), rows }
}

fn row(layer: String, shape: String, [parameters, answer]: [usize; 2]) -> Vec<String> {
    let bytes = |elements: usize| (4 * elements).to_string();
    vec![layer, shape, parameters.to_string(), bytes(parameters), bytes(answer)]
}
