//! A block lists its second norm right behind its first.
//!
//! expect: fails language-parameters
//! expect: told parameters-out-of-order

use guests::language::{Block, Writer, fluent};
use guests::learning::Learner;
use guests::{MakeLayer, Stack, Tensor, export_writer};

#[derive(Default)]
struct OutOfOrder;

impl Learner for OutOfOrder {
    const LAYER: MakeLayer = fluent;

    fn parameters(&self, stack: &Stack) -> Vec<Tensor> {
        let mut all = Vec::new();
        for layer in &stack.layers {
            let mut own: Vec<Tensor> = layer.parameters().into_iter().cloned().collect();
            if own.len() == Block::PARAMETERS {
                let second: Vec<_> = own.drain(10..12).collect();
                own.splice(2..2, second);
            }
            all.extend(own);
        }
        all
    }
}

impl Writer for OutOfOrder {}

export_writer!(OutOfOrder);
