//! What one function costs a compiler.

use wasmparser::{BlockType, FunctionBody, Operator, Result, TypeSectionReader};

/// The signatures of one core module, and which of them its own functions have.
#[derive(Debug, Default)]
pub(super) struct Signatures {
    types: Vec<Arity>,
    functions: Vec<u32>,
    next: usize,
}

/// How many values go in and come out.
#[derive(Clone, Copy, Debug, Default)]
struct Arity {
    params: u64,
    results: u64,
}

impl Signatures {
    /// Notes the types that a module declares.
    ///
    /// # Errors
    ///
    /// If one is no function type: the others belong to features that are off.
    pub(super) fn declare(&mut self, types: &TypeSectionReader<'_>) -> Result<()> {
        for ty in types.clone().into_iter_err_on_gc_types() {
            let ty = ty?;
            self.types.push(Arity { params: ty.params().len() as u64, results: ty.results().len() as u64 });
        }
        Ok(())
    }

    /// Notes the type of each function that a module defines.
    ///
    /// # Errors
    ///
    /// If the section is damaged.
    pub(super) fn define(&mut self, functions: &wasmparser::FunctionSectionReader<'_>) -> Result<()> {
        for ty in functions.clone() {
            self.functions.push(ty?);
        }
        Ok(())
    }

    /// The parameters of the function whose body comes next; none where it has no type, which is invalid anyway.
    fn next_params(&mut self) -> u64 {
        let ty = self.functions.get(self.next).copied().unwrap_or(u32::MAX);
        self.next += 1;
        self.arity(ty).params
    }

    fn arity(&self, ty: u32) -> Arity {
        self.types.get(ty as usize).copied().unwrap_or_default()
    }

    /// One for the block itself, and one for each value that it carries in and out.
    fn weight(&self, block: BlockType) -> u64 {
        match block {
            BlockType::Empty | BlockType::Type(_) => 1,
            BlockType::FuncType(ty) => 1 + self.arity(ty).params + self.arity(ty).results,
        }
    }
}

/// What one function costs a compiler.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FunctionCost {
    /// Locals, parameters among them.
    pub(super) locals: u64,
    /// The deepest nesting of blocks.
    pub(super) nesting: u64,
    /// All blocks, loops and ifs, each with the values that it carries.
    pub(super) blocks: u64,
    /// The targets of all `br_table` instructions.
    pub(super) branch_targets: u64,
}

impl FunctionCost {
    /// Locals times blocks: 1,000 locals in 5,000 loops are 76 KB and take Cranelift 20 s, and a minute if they are
    /// parameters.
    pub(super) fn complexity(&self) -> u64 {
        self.locals.max(1).saturating_mul(self.blocks)
    }
}

/// Reads the next body of a module once.
///
/// # Errors
///
/// If the body is not a sequence of operators.
pub(super) fn measure(body: &FunctionBody<'_>, signatures: &mut Signatures) -> Result<FunctionCost> {
    let mut cost = FunctionCost { locals: signatures.next_params(), ..FunctionCost::default() };
    for local in body.get_locals_reader()? {
        cost.locals += u64::from(local?.0);
    }
    let mut depth = 0u64;
    for operator in body.get_operators_reader()? {
        match operator? {
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                depth += 1;
                cost.blocks += signatures.weight(blockty);
                cost.nesting = cost.nesting.max(depth);
            }
            Operator::End => depth = depth.saturating_sub(1),
            Operator::BrTable { targets } => cost.branch_targets += u64::from(targets.len()) + 1,
            _ => {}
        }
    }
    Ok(cost)
}
