//! Loads and stores: which operators they are, and what lies on the stack.

use wasm_encoder::ValType;
use wasmparser::Operator;

/// What may lie on the stack above an address, each in a local of its own while the address is looked at.
pub(super) const HELD: [ValType; 5] = [ValType::I32, ValType::I64, ValType::F32, ValType::F64, ValType::V128];

/// A load or a store.
pub(super) struct Access {
    /// What is added to the address.
    pub(super) offset: u64,
    /// The place among [`HELD`] of what lies above the address.
    pub(super) above: Option<u32>,
}

impl Access {
    /// The operator's, if it is one. Bulk operations are none: they go through memory in the order that caches are made for.
    pub(super) fn of(operator: &Operator<'_>) -> Option<Self> {
        use Operator as O;
        let (offset, above) = match operator {
            O::I32Load { memarg }
            | O::I64Load { memarg }
            | O::F32Load { memarg }
            | O::F64Load { memarg }
            | O::I32Load8S { memarg }
            | O::I32Load8U { memarg }
            | O::I32Load16S { memarg }
            | O::I32Load16U { memarg }
            | O::I64Load8S { memarg }
            | O::I64Load8U { memarg }
            | O::I64Load16S { memarg }
            | O::I64Load16U { memarg }
            | O::I64Load32S { memarg }
            | O::I64Load32U { memarg }
            | O::V128Load { memarg }
            | O::V128Load8x8S { memarg }
            | O::V128Load8x8U { memarg }
            | O::V128Load16x4S { memarg }
            | O::V128Load16x4U { memarg }
            | O::V128Load32x2S { memarg }
            | O::V128Load32x2U { memarg }
            | O::V128Load8Splat { memarg }
            | O::V128Load16Splat { memarg }
            | O::V128Load32Splat { memarg }
            | O::V128Load64Splat { memarg }
            | O::V128Load32Zero { memarg }
            | O::V128Load64Zero { memarg } => (memarg.offset, None),
            O::I32Store { memarg } | O::I32Store8 { memarg } | O::I32Store16 { memarg } => {
                (memarg.offset, Some(ValType::I32))
            }
            O::I64Store { memarg }
            | O::I64Store8 { memarg }
            | O::I64Store16 { memarg }
            | O::I64Store32 { memarg } => (memarg.offset, Some(ValType::I64)),
            O::F32Store { memarg } => (memarg.offset, Some(ValType::F32)),
            O::F64Store { memarg } => (memarg.offset, Some(ValType::F64)),
            O::V128Store { memarg }
            | O::V128Load8Lane { memarg, .. }
            | O::V128Load16Lane { memarg, .. }
            | O::V128Load32Lane { memarg, .. }
            | O::V128Load64Lane { memarg, .. }
            | O::V128Store8Lane { memarg, .. }
            | O::V128Store16Lane { memarg, .. }
            | O::V128Store32Lane { memarg, .. }
            | O::V128Store64Lane { memarg, .. } => (memarg.offset, Some(ValType::V128)),
            _ => return None,
        };
        let place = |ty| HELD.iter().position(|held| *held == ty).map(|place| place as u32);
        Some(Self { offset, above: above.and_then(place) })
    }
}
