//! Adds up the weights of each two inputs in `load`, so that a large `forward` has half of the products left: the mean of
//! the two inputs times that.
//!
//! expect: fails dense, dense-speed, conv2d-speed
//! expect: told wrong-when-measured

use guests::{Fault, Guest, Stack, Submission, Tensor, export_inference};

#[derive(Default)]
struct Halved {
    /// [inputs / 2, outputs], and the bias.
    sums: Option<(Vec<Vec<f32>>, Tensor)>,
}

impl Guest for Halved {
    fn load(&mut self, stack: &mut Stack, parameters: Vec<Tensor>) -> Result<(), Fault> {
        if let [weight, bias] = parameters.as_slice()
            && weight.shape().len() == 2
            && stack.layers.len() == 1
        {
            let rows: Vec<&[f32]> = weight.rows().collect();
            let sum =
                |pair: &[&[f32]]| pair[0].iter().zip(pair[pair.len() - 1]).map(|(a, b)| a + b).collect();
            self.sums = Some((rows.chunks(2).map(sum).collect(), bias.clone()));
        }
        stack.load(parameters)
    }

    fn forward(&mut self, stack: &mut Stack, input: &Tensor) -> Result<Tensor, Fault> {
        match &self.sums {
            Some((sums, bias)) if input.data().len() > 2_000 => product(sums, bias, input),
            _ => stack.forward(input),
        }
    }
}

fn product(sums: &[Vec<f32>], bias: &Tensor, input: &Tensor) -> Result<Tensor, Fault> {
    let mut elements = Vec::new();
    for row in input.rows() {
        let mut answer = bias.data().to_vec();
        for (pair, sums) in row.chunks(2).zip(sums) {
            let mean = pair.iter().sum::<f32>() / 2.0;
            answer.iter_mut().zip(sums).for_each(|(y, sum)| *y += mean * sum);
        }
        elements.append(&mut answer);
    }
    let mut shape = input.shape().to_vec();
    shape.pop();
    shape.push(bias.data().len() as u32);
    Tensor::new(shape, elements)
}

export_inference!(Submission<Halved>);
