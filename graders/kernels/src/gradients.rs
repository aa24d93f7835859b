//! What a backward pass gives.

/// The gradients of a loss with respect to what an operation was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Gradients<T> {
    /// With respect to its input, in the input's shape.
    pub input: T,
    /// With respect to its parameters, in the contract's order and the parameters' shapes.
    pub parameters: Vec<T>,
}
