//! The oracles give PyTorch's float64 digits. `golden/make.py` made them, and names the version that did.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use tito_kernels::{
    Gradients, Judged, Loss, Wide, Window, adam,
    attention::{self, Attention},
    average_pool2d,
    batch_norm2d::{self, Affine, Moments},
    conv2d, cross_entropy, dense, flatten, gelu, layer_norm, max_pool2d, mean_squared_error,
    position_embedding, relu, sgd, sigmoid, softmax, tanh, token_embedding,
    transformer_block::{self, Block},
};

/// Double rounding over some thousand terms; an oracle that means another formula is off by more than 10⁻⁹.
const DIGITS: f64 = 1e-13;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    operation: String,
    settings: serde_json::Value,
    given: BTreeMap<String, Array>,
    wanted: BTreeMap<String, Array>,
}

#[derive(Deserialize)]
struct Array {
    shape: Vec<u32>,
    data: Vec<f64>,
}

impl Array {
    fn wide(&self) -> Wide {
        Wide::new(self.shape.clone(), self.data.clone()).expect("PyTorch's shapes are those of its data")
    }
}

impl Case {
    fn given(&self, name: &str) -> Wide {
        self.given[name].wide()
    }

    fn setting(&self, name: &str) -> f32 {
        self.settings[name].as_f64().expect("the setting is a number") as f32
    }

    fn window(&self) -> Window {
        let pair =
            |name: &str| serde_json::from_value(self.settings[name].clone()).expect("a pair of numbers");
        Window { kernel: pair("kernel"), stride: pair("stride"), padding: pair("padding") }
    }

    fn is(&self, name: &str, found: &Judged) {
        let wanted = self.wanted[name].wide();
        assert_eq!(found.value.shape(), wanted.shape(), "{} {name}", self.operation);
        let all = found.value.data().iter().zip(&found.gauge).zip(wanted.data());
        for (at, ((found, gauge), wanted)) in all.enumerate() {
            let allowed = DIGITS * (gauge + wanted.abs());
            assert!(
                (found - wanted).abs() <= allowed,
                "{} {name} {at}: {found}, not {wanted}",
                self.operation
            );
        }
    }

    fn are(&self, output: &Judged, gradients: &Gradients<Judged>, parameters: &[&str]) {
        self.is("output", output);
        self.is("to_input", &gradients.input);
        for (name, gradient) in parameters.iter().zip(&gradients.parameters) {
            self.is(&format!("to_{name}"), gradient);
        }
        assert_eq!(self.wanted.len(), 2 + gradients.parameters.len());
    }

    fn is_loss(&self, loss: &Loss<Judged, Judged>) {
        self.is("value", &loss.value);
        self.is("gradient", &loss.gradient);
    }

    /// Holds an optimizer to its five steps, each from where PyTorch's was.
    fn steps(&self, mut step: impl FnMut(&[Wide], &[Wide]) -> Vec<Judged>) {
        let mut parameter = self.given("parameter");
        for at in 0..5 {
            let stepped = step(&[parameter], &[self.given(&format!("gradient_{at}"))]);
            self.is(&format!("parameter_{at}"), &stepped[0]);
            parameter = self.wanted[&format!("parameter_{at}")].wide();
        }
    }
}

/// An input's image, and the gradient of it.
fn elementwise(case: &Case, oracle: impl Fn(&Wide) -> Judged, backward: impl Fn(&Wide, &Wide) -> Judged) {
    let (input, gradient) = (case.given("input"), case.given("gradient"));
    let gradients = Gradients { input: backward(&input, &gradient), parameters: Vec::new() };
    case.are(&oracle(&input), &gradients, &[]);
}

const PROJECTIONS: [&str; 8] = [
    "weight_query",
    "bias_query",
    "weight_key",
    "bias_key",
    "weight_value",
    "bias_value",
    "weight_output",
    "bias_output",
];

const BLOCK: [&str; 16] = [
    "gamma_1",
    "beta_1",
    "weight_query",
    "bias_query",
    "weight_key",
    "bias_key",
    "weight_value",
    "bias_value",
    "weight_output",
    "bias_output",
    "gamma_2",
    "beta_2",
    "weight_wide",
    "bias_wide",
    "weight_narrow",
    "bias_narrow",
];

/// A value whose digits are those of its largest element.
fn ungauged(value: Wide) -> Judged {
    let largest = value.data().iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    // The gradient of the key's bias is zero but for roundings, also PyTorch's.
    let gauge = vec![largest.max(1.0) * 10.0; value.data().len()];
    Judged { value, gauge, terms: 1 }
}

fn check(case: &Case) {
    let given = |name: &str| case.given(name);
    let affine = |gamma, beta| Affine { gamma, beta, epsilon: case.setting("epsilon") };
    match case.operation.as_str() {
        "dense" => {
            let (x, w, b) = (given("input"), given("weight"), given("bias"));
            let gradients = dense::oracle_backward(&x, &w, Some(&b), &given("gradient")).unwrap();
            case.are(&dense::oracle(&x, &w, Some(&b)).unwrap(), &gradients, &["weight", "bias"]);
        }
        "conv2d" => {
            let (x, w, b, window) = (given("input"), given("weight"), given("bias"), case.window());
            let gradients = conv2d::oracle_backward(&x, &w, Some(&b), window, &given("gradient")).unwrap();
            case.are(&conv2d::oracle(&x, &w, Some(&b), window).unwrap(), &gradients, &["weight", "bias"]);
        }
        "batch-norm2d" => {
            let (x, gamma, beta) = (given("input"), given("gamma"), given("beta"));
            let affine = affine(&gamma, &beta);
            let gradients = batch_norm2d::oracle_backward(&x, affine, &given("gradient")).unwrap();
            case.are(&batch_norm2d::oracle(&x, affine).unwrap().0, &gradients, &["gamma", "beta"]);
        }
        "batch-norm2d-inference" => {
            let (gamma, beta) = (given("gamma"), given("beta"));
            let moments = Moments { mean: given("mean"), variance: given("variance") };
            let output = batch_norm2d::oracle_inference(&given("input"), affine(&gamma, &beta), &moments, 1);
            case.is("output", &output.unwrap());
        }
        "relu" => elementwise(case, relu::oracle, |x, dy| relu::oracle_backward(x, dy).unwrap()),
        "sigmoid" => elementwise(case, sigmoid::oracle, |x, dy| sigmoid::oracle_backward(x, dy).unwrap()),
        "tanh" => elementwise(case, tanh::oracle, |x, dy| tanh::oracle_backward(x, dy).unwrap()),
        "softmax" => elementwise(case, softmax::oracle, |x, dy| softmax::oracle_backward(x, dy).unwrap()),
        "gelu" => elementwise(case, gelu::oracle, |x, dy| gelu::oracle_backward(x, dy).unwrap()),
        "token-embedding" => {
            let (tokens, table) = (given("input"), given("table"));
            let gradients = token_embedding::oracle_backward(&tokens, &table, &given("gradient")).unwrap();
            case.are(&token_embedding::oracle(&tokens, &table).unwrap(), &gradients, &["table"]);
        }
        "position-embedding" => {
            let (x, table) = (given("input"), given("table"));
            let gradients = position_embedding::oracle_backward(&x, &table, &given("gradient")).unwrap();
            case.are(&position_embedding::oracle(&x, &table).unwrap(), &gradients, &["table"]);
        }
        "layer-norm" => {
            let (x, gamma, beta) = (given("input"), given("gamma"), given("beta"));
            let affine = affine(&gamma, &beta);
            let gradients = layer_norm::oracle_backward(&x, affine, &given("gradient")).unwrap();
            case.are(&layer_norm::oracle(&x, affine).unwrap(), &gradients, &["gamma", "beta"]);
        }
        "attention" => {
            let heads = case.settings["heads"].as_u64().expect("it is a number") as u32;
            let causal = case.settings["causal"].as_bool().expect("it is so or not");
            let (x, parameters) = (given("input"), PROJECTIONS.map(given));
            let attention = Attention { heads, causal };
            let dy = given("gradient");
            let gradients = attention::oracle_backward(&x, &parameters, attention, &dy).unwrap();
            let output = attention::oracle(&x, &parameters, attention).unwrap();
            case.are(&output, &gradients, &PROJECTIONS);
        }
        "transformer-block" => {
            let number = |name: &str| case.settings[name].as_u64().expect("it is a number") as u32;
            let block = Block { heads: number("heads"), expansion: number("expansion") };
            let (x, parameters) = (given("input"), BLOCK.map(given));
            let found = transformer_block::oracle_backward(&x, &parameters, block, &given("gradient"));
            let Gradients { input, parameters: gradients } = found.unwrap();
            let gradients = Gradients {
                input: ungauged(input),
                parameters: gradients.into_iter().map(ungauged).collect(),
            };
            let output = transformer_block::oracle(&x, &parameters, block).unwrap();
            case.are(&ungauged(output), &gradients, &BLOCK);
        }
        "flatten" => elementwise(
            case,
            |x| flatten::oracle(x).unwrap(),
            |x, dy| flatten::oracle_backward(x, dy).unwrap(),
        ),
        "max-pool2d" => elementwise(
            case,
            |x| max_pool2d::oracle(x, case.window()).unwrap(),
            |x, dy| max_pool2d::oracle_backward(x, case.window(), dy).unwrap(),
        ),
        "average-pool2d" => elementwise(
            case,
            |x| average_pool2d::oracle(x, case.window()).unwrap(),
            |x, dy| average_pool2d::oracle_backward(x, case.window(), dy).unwrap(),
        ),
        "cross-entropy" => {
            let targets: Vec<u32> = given("targets").data().iter().map(|&class| class as u32).collect();
            case.is_loss(&cross_entropy::oracle(&given("logits"), &targets).unwrap());
        }
        "mean-squared-error" => {
            case.is_loss(&mean_squared_error::oracle(&given("predictions"), &given("targets")).unwrap());
        }
        "sgd" => {
            let [rate, momentum, decay] = ["rate", "momentum", "decay"].map(|name| case.setting(name));
            let mut run = sgd::Oracle::new(sgd::Sgd { rate, momentum, decay });
            case.steps(|p, g| run.step(p, g).unwrap());
        }
        "adam" => {
            let [rate, beta1, beta2, epsilon, decay] =
                ["rate", "beta1", "beta2", "epsilon", "decay"].map(|name| case.setting(name));
            let decoupled = case.settings["decoupled"].as_bool().expect("it is so or not");
            let settings = adam::Adam { rate, beta1, beta2, epsilon, decay, decoupled };
            let mut run = adam::Oracle::new(settings);
            case.steps(|p, g| run.step(p, g).unwrap());
        }
        other => panic!("no oracle is held to '{other}'"),
    }
}

#[test]
fn oracles_give_the_digits_of_pytorch() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/golden.json");
    let golden: Golden = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    golden.cases.iter().for_each(check);
    assert!(golden.cases.len() >= 44, "{} cases", golden.cases.len());
}
