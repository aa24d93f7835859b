//! One function that counts.
//!
//! A local holds what this call has counted. Straight-line code adds its sum at its beginning; the head of a loop also
//! looks whether there is enough to tell, and so does the function's end, which moves what is left to the function's own
//! global. The body becomes a block, so that every way out of the function leads there. Waits are added as they come.

use wasm_encoder::{BlockType, Encode as _, Instruction as I, ValType};
use wasmparser::{FunctionBody, Operator};

use super::{
    MOST_PAGES, Malformed,
    access::{self, Access},
    put_number,
};
use crate::{
    Metering,
    engine::{MEMORY_GROW_PER_PAGE, operator_cost},
};

/// Where a function counts, and what.
#[derive(Clone, Copy)]
pub(super) struct Counter {
    /// The global with what it has not told yet.
    pub(super) own: u32,
    /// The global with how much is worth telling.
    pub(super) interval: u32,
    /// The function that tells.
    pub(super) teller: u32,
    /// The function that says what a place in memory is waited for, if that is what is counted.
    pub(super) caches: Option<u32>,
}

/// The body with its counting, without its length.
pub(super) fn counting(
    body: &FunctionBody<'_>,
    params: u32,
    block: BlockType,
    counter: Counter,
) -> Result<Vec<u8>, Malformed> {
    let mut locals = body.get_locals_reader()?;
    let mut declared = 0;
    let groups = locals.get_count();
    let start = locals.original_position();
    for _ in 0..groups {
        declared += locals.read()?.0;
    }
    let bytes = body.as_bytes();
    let groups_bytes = &bytes[start - body.range().start..locals.original_position() - body.range().start];
    let mut out = Vec::new();
    let held = if counter.caches.is_some() { &access::HELD[..] } else { &[] };
    put_number(&mut out, groups + 2 + held.len() as u32);
    out.extend_from_slice(groups_bytes);
    for ty in [ValType::I64, ValType::I32].iter().chain(held) {
        put_number(&mut out, 1);
        ty.encode(&mut out);
    }
    let count = params + declared;
    let mut writer = Writer { out, segment: Vec::new(), fuel: 0, is_loop: false, depth: 0, count, counter };
    writer.charge(1);
    I::Block(block).encode(&mut writer.out);
    writer.operators(body)?;
    writer.end();
    Ok(writer.out)
}

struct Writer {
    out: Vec<u8>,
    /// Straight-line code whose sum is not known yet.
    segment: Vec<u8>,
    fuel: i64,
    /// Whether it begins at the head of a loop.
    is_loop: bool,
    /// How many blocks are open.
    depth: u32,
    /// The local with the count; the one behind it is for anything, and those behind that are for what lies on the stack
    /// above an address, by its type.
    count: u32,
    counter: Counter,
}

impl Writer {
    fn operators(&mut self, body: &FunctionBody<'_>) -> Result<(), Malformed> {
        let costs = operator_cost(Metering::Metered);
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let from = reader.original_position() - body.range().start;
            let operator = reader.read()?;
            let to = reader.original_position() - body.range().start;
            self.charge(costs.cost(&operator));
            self.operator(&operator, &body.as_bytes()[from..to]);
        }
        Ok(())
    }

    /// Counts fuel, where that is what is counted.
    fn charge(&mut self, fuel: i64) {
        if self.counter.caches.is_none() {
            self.fuel += fuel;
        }
    }

    fn operator(&mut self, operator: &Operator<'_>, bytes: &[u8]) {
        use Operator as O;
        if let (Some(caches), Some(access)) = (self.counter.caches, Access::of(operator)) {
            self.look_up(&access, caches);
        }
        match operator {
            O::Block { .. } | O::Loop { .. } | O::If { .. } => self.depth += 1,
            O::End => self.depth = self.depth.saturating_sub(1),
            O::MemoryGrow { .. } => self.grow(),
            O::MemoryCopy { .. }
            | O::MemoryFill { .. }
            | O::MemoryInit { .. }
            | O::TableCopy { .. }
            | O::TableFill { .. }
            | O::TableInit { .. }
            | O::TableGrow { .. } => self.bulk(1),
            _ => {}
        }
        match operator {
            // The function's end is the block's.
            O::Return => I::Br(self.depth).encode(&mut self.segment),
            _ => self.segment.extend_from_slice(bytes),
        }
        if ends_segment(operator) {
            self.flush();
            self.is_loop = matches!(operator, O::Loop { .. });
        }
    }

    /// Counts what a load or store is waited for. Its address lies on the stack, and above it what is stored.
    fn look_up(&mut self, access: &Access, caches: u32) {
        let scratch = self.count + 1;
        let held = access.above.map(|place| scratch + 1 + place);
        let looked_up = [
            I::LocalTee(scratch),
            I::LocalGet(scratch),
            I::I32Const(access.offset as i32),
            I::I32Add,
            I::Call(caches),
            I::LocalGet(self.count),
            I::I64Add,
            I::LocalSet(self.count),
        ];
        let put_away = held.map(I::LocalSet);
        let fetched = held.map(I::LocalGet);
        let all = put_away.iter().chain(&looked_up).chain(&fetched);
        all.for_each(|instruction| instruction.encode(&mut self.segment));
    }

    /// Counts a price for each of as many as lie on the stack.
    fn bulk(&mut self, price: i64) {
        let price = if self.counter.caches.is_none() { price } else { 0 };
        let scratch = self.count + 1;
        let counted = [
            I::LocalTee(scratch),
            I::LocalGet(scratch),
            I::I64ExtendI32U,
            I::I64Const(price),
            I::I64Mul,
            I::LocalGet(self.count),
            I::I64Add,
            I::LocalSet(self.count),
        ];
        counted.iter().for_each(|instruction| instruction.encode(&mut self.segment));
    }

    /// A growth that is too large anyway is cut to one that is no message.
    fn grow(&mut self) {
        self.bulk(MEMORY_GROW_PER_PAGE.into());
        let scratch = self.count + 1;
        let cut = [
            I::I32Const(MOST_PAGES as i32),
            I::LocalGet(scratch),
            I::I32Const(MOST_PAGES as i32),
            I::I32LtU,
            I::Select,
        ];
        cut.iter().for_each(|instruction| instruction.encode(&mut self.segment));
    }

    /// Writes the sum of straight-line code, and the code behind it.
    fn flush(&mut self) {
        let fuel = std::mem::take(&mut self.fuel);
        let Self { count, counter, .. } = *self;
        let add = [I::LocalGet(count), I::I64Const(fuel), I::I64Add];
        match (self.is_loop, fuel) {
            (false, 0) => {}
            (false, _) => {
                self.write(&add);
                self.write(&[I::LocalSet(count)]);
            }
            (true, _) => {
                self.write(&add);
                self.write(&[
                    I::LocalTee(count),
                    I::GlobalGet(counter.interval),
                    I::I64GeS,
                    I::If(BlockType::Empty),
                    I::GlobalGet(counter.own),
                    I::LocalGet(count),
                    I::I64Add,
                    I::Call(counter.teller),
                    I::GlobalSet(counter.own),
                    I::I64Const(0),
                    I::LocalSet(count),
                    I::End,
                ]);
            }
        }
        self.out.append(&mut self.segment);
    }

    /// The function's end: the block is closed already.
    fn end(&mut self) {
        let Self { count, counter, .. } = *self;
        self.write(&[
            I::GlobalGet(counter.own),
            I::LocalGet(count),
            I::I64Add,
            I::LocalTee(count),
            I::GlobalGet(counter.interval),
            I::I64GeS,
            I::If(BlockType::Empty),
            I::LocalGet(count),
            I::Call(counter.teller),
            I::LocalSet(count),
            I::End,
            I::LocalGet(count),
            I::GlobalSet(counter.own),
            I::End,
        ]);
    }

    fn write(&mut self, instructions: &[I<'_>]) {
        instructions.iter().for_each(|instruction| instruction.encode(&mut self.out));
    }
}

/// Whether what comes after it does not always run with what came before.
fn ends_segment(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::Loop { .. }
            | O::If { .. }
            | O::Else
            | O::End
            | O::Br { .. }
            | O::BrIf { .. }
            | O::BrTable { .. }
            | O::Return
            | O::Unreachable
    )
}
