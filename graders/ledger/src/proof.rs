//! Verifies proofs, without the log that they are about.

use thiserror::Error;

use crate::hash::interior;
use crate::{Hash, TreeHead};

/// Whether the leaf with this index is in the log that `head` is of (RFC 9162, §2.1.3.2).
///
/// The leaf must be [`leaf_hash`](crate::leaf_hash) of an entry that one has, since an inner node proves itself just as
/// well, and the head must come from somebody who is believed: a proof does not tell the size, and one for three
/// entries may hold for four with the same root. A signed checkpoint binds size and root together.
///
/// # Errors
///
/// [`ProofError`] says what does not fit.
pub fn verify_inclusion(leaf: Hash, index: u64, proof: &[Hash], head: &TreeHead) -> Result<(), ProofError> {
    if index >= head.size {
        return Err(ProofError::Outside { index, size: head.size });
    }
    let climb = Climb::new(index, head.size - 1);
    check_length(proof, climb.steps())?;
    let found = climb.root(leaf, proof);
    if found == head.root { Ok(()) } else { Err(ProofError::Root { found, expected: head.root }) }
}

/// Whether the log that `new` is of continues the one that `old` is of: the same entries in the same order, and perhaps
/// more (RFC 9162, §2.1.4.2).
///
/// # Errors
///
/// [`ProofError`] says what does not fit.
pub fn verify_consistency(old: &TreeHead, new: &TreeHead, proof: &[Hash]) -> Result<(), ProofError> {
    if old.size > new.size {
        return Err(ProofError::Shrunk { old: old.size, new: new.size });
    }
    if old.size == 0 || old.size == new.size {
        return verify_without_proof(old, new, proof);
    }
    // It starts at the last whole subtree of the old log. Where that is all of the old log, the proof leaves it out.
    let level = old.size.trailing_zeros();
    let climb = Climb::new((old.size - 1) >> level, (new.size - 1) >> level);
    let told = usize::from(!old.size.is_power_of_two());
    check_length(proof, told + climb.steps())?;
    let (seed, beside) = (*proof[..told].first().unwrap_or(&old.root), &proof[told..]);
    let found = climb.root_of_left(seed, beside);
    if found != old.root {
        return Err(ProofError::OldRoot { found, expected: old.root });
    }
    let found = climb.root(seed, beside);
    if found == new.root { Ok(()) } else { Err(ProofError::NewRoot { found, expected: new.root }) }
}

/// Why a proof does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProofError {
    /// There is no such entry.
    #[error(
        "entry {index} is not in a log of {size} entries; take a checkpoint that was signed after the entry was made"
    )]
    Outside {
        /// The entry's, from zero.
        index: u64,
        /// The log's, in entries.
        size: u64,
    },
    /// A proof for these sizes has another length.
    #[error("the proof has {found} hashes and needs {needed}; take the one that was made for these sizes")]
    Length {
        /// Hashes that there are.
        found: usize,
        /// Hashes that there should be.
        needed: usize,
    },
    /// The entry is not what the log has at this index, or the proof was changed.
    #[error(
        "entry and proof lead to root {found}, and the log's is {expected}: this is not what the log has there"
    )]
    Root {
        /// What was computed.
        found: Hash,
        /// What the head says.
        expected: Hash,
    },
    /// Entries were taken out.
    #[error("the log had {old} entries and has {new}: it was cut, compare with whoever keeps a copy")]
    Shrunk {
        /// Entries before.
        old: u64,
        /// Entries after.
        new: u64,
    },
    /// Two logs of one size differ.
    #[error("two logs of {size} entries have roots {old} and {new}: at least one entry is not the same")]
    Forked {
        /// Entries of both.
        size: u64,
        /// The older root.
        old: Hash,
        /// The newer root.
        new: Hash,
    },
    /// The proof is not about the old log.
    #[error(
        "the proof leads to the old root {found}, and it is {expected}: the log was rewritten, or the proof changed"
    )]
    OldRoot {
        /// What was computed.
        found: Hash,
        /// What the old head says.
        expected: Hash,
    },
    /// The new log does not continue the old one.
    #[error(
        "the proof leads to the new root {found}, and it is {expected}: the log was rewritten, or the proof changed"
    )]
    NewRoot {
        /// What was computed.
        found: Hash,
        /// What the new head says.
        expected: Hash,
    },
}

/// The cases in which there is nothing to hash: every log continues the empty one, and each continues itself.
fn verify_without_proof(old: &TreeHead, new: &TreeHead, proof: &[Hash]) -> Result<(), ProofError> {
    check_length(proof, 0)?;
    if old.size == 0 && old.root != Hash::of_nothing() {
        return Err(ProofError::OldRoot { found: Hash::of_nothing(), expected: old.root });
    }
    if old.size == new.size && old.root != new.root {
        return Err(ProofError::Forked { size: old.size, old: old.root, new: new.root });
    }
    Ok(())
}

fn check_length(proof: &[Hash], needed: usize) -> Result<(), ProofError> {
    let found = proof.len();
    if found == needed { Ok(()) } else { Err(ProofError::Length { found, needed }) }
}

/// The way from a node up to the root.
///
/// Up to where it meets the way of the last node, there is a neighbour at every level, left or right. Above, everything
/// to the right is missing, so that only the levels count at which it comes from the right.
struct Climb {
    index: u64,
    inner: u32,
    border: u32,
}

impl Climb {
    /// From the node with this index, where `last` is the last of its level.
    fn new(index: u64, last: u64) -> Self {
        let inner = u64::BITS - (index ^ last).leading_zeros();
        let border = index.checked_shr(inner).unwrap_or(0).count_ones();
        Self { index, inner, border }
    }

    fn steps(&self) -> usize {
        (self.inner + self.border) as usize
    }

    /// The root of everything.
    fn root(&self, seed: Hash, beside: &[Hash]) -> Hash {
        beside.iter().enumerate().fold(seed, |node, (step, &sibling)| {
            if self.comes_from_right(step) { interior(sibling, node) } else { interior(node, sibling) }
        })
    }

    /// The root of what ends with the node: without all that is to its right.
    fn root_of_left(&self, seed: Hash, beside: &[Hash]) -> Hash {
        let left = beside.iter().enumerate().filter(|(step, _)| self.comes_from_right(*step));
        left.fold(seed, |node, (_, &sibling)| interior(sibling, node))
    }

    fn comes_from_right(&self, step: usize) -> bool {
        step >= self.inner as usize || self.index >> step & 1 == 1
    }
}
