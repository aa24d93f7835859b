//! What one function costs a compiler.

use wasmparser::{
    BlockType, FunctionBody, FunctionSectionReader, ImportSectionReader, Operator, Result, TypeRef,
    TypeSectionReader,
};

/// The signatures of one core module, and which of them its functions have.
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

    /// Notes the type of each function that a module imports; these come before its own.
    ///
    /// # Errors
    ///
    /// If the section is damaged.
    pub(super) fn import(&mut self, imports: &ImportSectionReader<'_>) -> Result<()> {
        for import in imports.clone().into_imports() {
            if let TypeRef::Func(ty) = import?.ty {
                self.functions.push(ty);
            }
        }
        self.next = self.functions.len();
        Ok(())
    }

    /// Notes the type of each function that a module defines.
    ///
    /// # Errors
    ///
    /// If the section is damaged.
    pub(super) fn define(&mut self, functions: &FunctionSectionReader<'_>) -> Result<()> {
        for ty in functions.clone() {
            self.functions.push(ty?);
        }
        Ok(())
    }

    /// What the function takes and gives whose body comes next; nothing where it has no type, which is invalid anyway.
    fn next(&mut self) -> Arity {
        self.next += 1;
        self.of_function(self.next - 1)
    }

    fn of_function(&self, index: usize) -> Arity {
        self.of_type(self.functions.get(index).copied().unwrap_or(u32::MAX))
    }

    fn of_type(&self, ty: u32) -> Arity {
        self.types.get(ty as usize).copied().unwrap_or_default()
    }

    fn of_block(&self, block: BlockType) -> Arity {
        match block {
            BlockType::Empty => Arity::default(),
            BlockType::Type(_) => Arity { params: 0, results: 1 },
            BlockType::FuncType(ty) => self.of_type(ty),
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
    /// All blocks and branches, each with the values that it carries, what becomes a branch of the machine, and what
    /// calls give beyond one value.
    pub(super) edges: u64,
    /// The targets of all `br_table` instructions.
    pub(super) branch_targets: u64,
}

/// How many locals a function is taken to have besides its own: a compiler's time grows with the square of the
/// blocks and branches where there are none, too. 40,000 `if`s are 200 KB and take Cranelift four seconds; with a
/// result each they take ten gigabytes.
const FLOOR: u64 = 100;

impl FunctionCost {
    /// Locals times edges: 1,000 locals in 5,000 loops are 76 KB and take Cranelift 20 s, and a minute if they are
    /// parameters; 4,000 locals in one loop with 4,000 ways back to its start are 99 KB and take 33 s and 3.6 GB.
    pub(super) fn complexity(&self) -> u64 {
        (self.locals + FLOOR).saturating_mul(self.edges)
    }
}

/// Reads the next body of a module once.
///
/// # Errors
///
/// If the body is not a sequence of operators.
pub(super) fn measure(body: &FunctionBody<'_>, signatures: &mut Signatures) -> Result<FunctionCost> {
    let own = signatures.next();
    let mut cost = FunctionCost { locals: own.params, ..FunctionCost::default() };
    for local in body.get_locals_reader()? {
        cost.locals += u64::from(local?.0);
    }
    let labels = vec![Label { carried: own.results, loops: 0 }];
    let mut reading = Reading { cost, labels, loops: 0, signatures };
    for operator in body.get_operators_reader()? {
        reading.operator(&operator?)?;
    }
    Ok(reading.cost)
}

/// A body, read so far.
struct Reading<'a> {
    cost: FunctionCost,
    /// The open blocks, the function itself being the outermost.
    labels: Vec<Label>,
    /// How many of them are loops.
    loops: u64,
    signatures: &'a Signatures,
}

/// An open block.
struct Label {
    /// The values that a branch to it carries.
    carried: u64,
    /// The loops around it.
    loops: u64,
}

impl Reading<'_> {
    fn operator(&mut self, operator: &Operator<'_>) -> Result<()> {
        use Operator as O;
        match operator {
            O::Block { blockty } | O::If { blockty } => {
                let arity = self.open(*blockty);
                self.labels.push(Label { carried: arity.results, loops: self.loops });
            }
            O::Loop { blockty } => {
                let arity = self.open(*blockty);
                self.labels.push(Label { carried: arity.params, loops: self.loops });
                self.loops += 1;
            }
            O::Else => self.cost.edges += 1,
            O::End => self.loops = self.labels.pop().map_or(0, |label| label.loops),
            O::Br { relative_depth } | O::BrIf { relative_depth } => self.branch(*relative_depth),
            O::BrTable { targets } => {
                self.cost.branch_targets += u64::from(targets.len()) + 1;
                self.branch(targets.default());
                targets.targets().try_for_each(|target| target.map(|depth| self.branch(depth)))?;
            }
            O::Return => self.cost.edges += 1 + self.labels.first().map_or(0, |label| label.carried),
            O::Call { function_index } => self.call(self.signatures.of_function(*function_index as usize)),
            O::CallIndirect { type_index, .. } => {
                self.cost.edges += 1;
                self.call(self.signatures.of_type(*type_index));
            }
            operator if branches_within(operator) => self.cost.edges += 1,
            _ => {}
        }
        Ok(())
    }

    /// Charges a block before it is put on the stack.
    fn open(&mut self, block: BlockType) -> Arity {
        let arity = self.signatures.of_block(block);
        let is_wide = matches!(block, BlockType::FuncType(_));
        self.cost.edges += if is_wide { 1 + arity.params + arity.results } else { 1 };
        self.cost.nesting = self.cost.nesting.max(self.labels.len() as u64);
        arity
    }

    /// A branch counts for what it carries, and for the loops that it ends or begins again: 1,000 loops, each within
    /// the one before, with a branch to each are 5 KB and take Cranelift three seconds.
    fn branch(&mut self, depth: u32) {
        let target = self.labels.iter().rev().nth(depth as usize);
        self.cost.edges += 1 + target.map_or(0, |label| label.carried + self.loops - label.loops);
    }

    fn call(&mut self, arity: Arity) {
        self.cost.edges += arity.results.saturating_sub(1);
    }
}

/// Instructions that become branches of the machine: 50,000 times `table.get` are 250 KB and take Cranelift ten seconds.
fn branches_within(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::MemoryGrow { .. }
            | O::MemoryInit { .. }
            | O::MemoryCopy { .. }
            | O::MemoryFill { .. }
            | O::TableGet { .. }
            | O::TableSet { .. }
            | O::TableGrow { .. }
            | O::TableInit { .. }
            | O::TableCopy { .. }
            | O::TableFill { .. }
    )
}
