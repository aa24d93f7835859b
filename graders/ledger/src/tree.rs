//! The Merkle tree of a log, kept in memory: it only grows, and it proves what it holds.

use crate::hash::interior;
use crate::{Hash, TreeHead};

/// The Merkle tree of RFC 6962, §2.1, with every inner node that can no longer change.
///
/// It takes about 64 bytes for every leaf. Since nothing is ever taken out, it knows each of its earlier states too:
/// heads and proofs are given for any size that it had, which is what a receipt against an earlier checkpoint needs.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Element `i` of level `k` is the root of the `2ᵏ` leaves from `i · 2ᵏ` on, once all of them are there.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// A tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a leaf, one hash of work on average and one for each level at most.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let nodes = &mut self.levels[level];
            nodes.push(node);
            // A node without a partner waits for it; two are the node above.
            let (pairs, []) = nodes.as_chunks() else { return };
            let [left, right] = pairs[pairs.len() - 1];
            node = interior(left, right);
        }
    }

    /// Takes back the leaves from the one at `size` on, for whoever could not keep what they stand for.
    pub fn truncate(&mut self, size: u64) {
        for (level, nodes) in self.levels.iter_mut().enumerate() {
            nodes.truncate((size >> level) as usize);
        }
    }

    /// Leaves.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// What is said of the log as it is now.
    pub fn head(&self) -> TreeHead {
        self.head_of(self.size())
    }

    /// What was said of the log when it had `size` entries; `None` where it has not that many yet.
    pub fn head_at(&self, size: u64) -> Option<TreeHead> {
        (size <= self.size()).then(|| self.head_of(size))
    }

    /// The hashes that lead from a leaf to the root of the first `size` leaves, the leaf's neighbour first (RFC 6962,
    /// §2.1.1); `None` where the leaf is not among them or the tree has not that many.
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        if index >= size || size > self.size() {
            return None;
        }
        let mut walk = Walk::new(self, size);
        while walk.width > 1 {
            walk.descend(index);
        }
        Some(walk.path())
    }

    /// The hashes from which both the root of the first `old` leaves and that of the first `new` follow (RFC 6962,
    /// §2.1.2); `None` where the log would have to shrink or the tree has not that many.
    ///
    /// Every log continues the empty one, and each continues itself: for these the proof is empty.
    pub fn consistency(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        if old > new || new > self.size() {
            return None;
        }
        if old == 0 {
            return Some(Vec::new());
        }
        let mut walk = Walk::new(self, new);
        while walk.start + walk.width != old {
            walk.descend(old - 1);
        }
        // Whoever verifies knows the old root; what is only a part of it has to be told.
        if walk.start > 0 {
            walk.beside.push(self.subtree(walk.start, walk.width));
        }
        Some(walk.path())
    }

    fn head_of(&self, size: u64) -> TreeHead {
        let root = if size == 0 { Hash::of_nothing() } else { self.subtree(0, size) };
        TreeHead { size, root }
    }

    /// The root of `width` leaves from `start` on, where `start` is a multiple of every power of two up to `width`.
    fn subtree(&self, start: u64, width: u64) -> Hash {
        if width.is_power_of_two() {
            return self.levels[width.ilog2() as usize][(start / width) as usize];
        }
        let left = left_of(width);
        interior(self.subtree(start, left), self.subtree(start + left, width - left))
    }
}

impl Extend<Hash> for Tree {
    fn extend<I: IntoIterator<Item = Hash>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

impl FromIterator<Hash> for Tree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut tree = Self::new();
        tree.extend(leaves);
        tree
    }
}

/// A way down from a root, and what it leaves beside it.
struct Walk<'a> {
    tree: &'a Tree,
    start: u64,
    width: u64,
    beside: Vec<Hash>,
}

impl<'a> Walk<'a> {
    fn new(tree: &'a Tree, size: u64) -> Self {
        Self { tree, start: 0, width: size, beside: Vec::new() }
    }

    /// One step down towards a leaf.
    fn descend(&mut self, index: u64) {
        let left = left_of(self.width);
        let (middle, right) = (self.start + left, self.width - left);
        if index < middle {
            self.beside.push(self.tree.subtree(middle, right));
            self.width = left;
        } else {
            self.beside.push(self.tree.subtree(self.start, left));
            (self.start, self.width) = (middle, right);
        }
    }

    /// Proofs are read from the bottom up.
    fn path(mut self) -> Vec<Hash> {
        self.beside.reverse();
        self.beside
    }
}

/// How many of `width` leaves are in the left subtree: the greatest power of two below it.
fn left_of(width: u64) -> u64 {
    width.next_power_of_two() / 2
}
