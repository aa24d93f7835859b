//! What sharing weights saves: the CNN beside the dense network for the same images.

use tito_grade::{Hint, Table};
use tito_judge::{describe, layer_oracle, parameter_shapes};
use tito_kernels::Wide;
use tito_sandbox::HostError;
use tito_tensor::{Shape, Tensor};

use crate::{
    Architecture, Context, Network,
    accuracy::{Measured, measure},
    milestone::Found,
};

/// Runs both networks over all test images. Their parameters are counted, their memory is what the sandbox gave.
pub(super) fn check(context: &Context<'_>) -> Result<Found, HostError> {
    let mut draw = context.seed.draw("2/memory-efficiency");
    let networks = [Architecture::Cnn, Architecture::Mlp];
    let [cnn, mlp] = networks.map(|architecture| measure(context, architecture, &mut draw));
    let (cnn, mlp) = (cnn?, mlp?);
    let shipped = networks.map(|architecture| Network::shipped(architecture, context.data.description()));
    let counts = shipped.each_ref().map(parameters);
    let peaks = [&cnn, &mlp].map(|measured| measured.findings.peak_memory_bytes());
    let (right, accuracies) = (came_back(&cnn, &mlp), [cnn.accuracy, mlp.accuracy]);
    let mut findings = cnn.findings;
    findings.join(mlp.findings);
    findings.question("whether the CNN recognises no fewer images than the dense network", right);
    findings.question(
        "whether the CNN has fewer parameters",
        (counts[0] >= counts[1])
            .then(|| (format!("{} parameters, and the dense network has {}", counts[0], counts[1]), None)),
    );
    let [cnn, mlp] = accuracies.map(|accuracy| 100.0 * accuracy);
    findings.conclude(format!(
        "{cnn:.2} % with {} parameters; the dense network has {mlp:.2} % with {}",
        counts[0], counts[1]
    ));
    for (at, name) in ["cnn", "dense"].into_iter().enumerate() {
        findings.measured(&format!("{name}_accuracy"), accuracies[at]);
        findings.measured(&format!("{name}_parameters"), counts[at] as f64);
        findings.measured(&format!("{name}_peak_memory_bytes"), peaks[at] as f64);
    }
    for (architecture, network) in networks.iter().zip(&shipped) {
        findings.tabulated(table(architecture.name(), network, &context.data.description().example_shape));
    }
    Ok(Found::Cases(findings))
}

/// What came back other than a CNN that is as good as the dense network, and better than a coin.
fn came_back(cnn: &Measured, mlp: &Measured) -> Option<(String, Option<Hint>)> {
    let is_right = cnn.accuracy >= mlp.accuracy && cnn.accuracy > 0.5;
    let [cnn, mlp] = [cnn, mlp].map(|measured| 100.0 * measured.accuracy);
    let advice =
        "`mnist-cnn` and the checks of convolution and pooling say what is wrong with the CNN's layers.";
    let hint = Hint { misconception: String::new(), advice: advice.into() };
    (!is_right).then(|| (format!("{cnn:.2} %, and the dense network {mlp:.2} %"), Some(hint)))
}

fn parameters(network: &Network) -> usize {
    network.parameters.iter().map(|tensor| tensor.data().len()).sum()
}

/// Every layer with what it answers to one image, its parameters, and the bytes of both.
fn table(name: &str, network: &Network, image: &[u32]) -> Table {
    let mut carried = Wide::from(&Tensor::zeros(Shape::new([&[1], image].concat())));
    let mut rest = network.parameters.as_slice();
    let (mut rows, mut sums) = (Vec::new(), [0; 2]);
    for layer in &network.layers {
        let (own, others) = rest.split_at(parameter_shapes(layer).len());
        let own: Vec<_> = own.iter().map(Wide::from).collect();
        carried = layer_oracle(layer, &own, &carried).value;
        rest = others;
        let counts = [own.iter().map(|tensor| tensor.data().len()).sum(), carried.data().len()];
        rows.push(row(describe(&[*layer]), carried.shape().to_string(), counts));
        sums = [sums[0] + counts[0], sums[1] + counts[1]];
    }
    rows.push(row("all".into(), String::new(), sums));
    let columns = ["layer", "answer to one image", "parameters", "their bytes", "bytes of the answer"];
    Table { title: format!("The {name}"), columns: columns.map(str::to_owned).into(), rows }
}

fn row(layer: String, shape: String, [parameters, answer]: [usize; 2]) -> Vec<String> {
    let bytes = |elements: usize| (4 * elements).to_string();
    vec![layer, shape, parameters.to_string(), bytes(parameters), bytes(answer)]
}
