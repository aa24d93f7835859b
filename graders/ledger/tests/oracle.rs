//! Roots and proofs, compared with another implementation of RFC 6962: all of them, for every size up to 200.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;
use tito_ledger::{Hash, Tree, TreeHead, leaf_hash, verify_consistency, verify_inclusion};

const SIZES: u64 = 200;

/// An entry of another content and length than those beside it.
fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").repeat(index as usize % 5).into_bytes()
}

/// Calls `check` with ours, which has all entries, and with theirs of every size.
fn for_every_size(check: impl Fn(&Tree, &MemoryBackedTree<Sha256, Vec<u8>>, TreeHead)) {
    let ours: Tree = (0..SIZES).map(|index| leaf_hash(&entry(index))).collect();
    let mut theirs = MemoryBackedTree::new();
    for size in 0..=SIZES {
        check(&ours, &theirs, ours.head_at(size).unwrap());
        theirs.push(entry(size));
    }
}

fn bytes(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

#[test]
fn roots_are_theirs() {
    for_every_size(|_, theirs, head| {
        assert_eq!(head.root.as_bytes().as_slice(), theirs.root().as_bytes().as_slice(), "{head:?}");
    });
}

#[test]
fn inclusion_proofs_are_theirs_and_hold() {
    for_every_size(|ours, theirs, head| {
        for index in 0..head.size {
            let proof = ours.inclusion(index, head.size).unwrap();
            assert_eq!(
                bytes(&proof),
                theirs.prove_inclusion(index as usize).as_bytes(),
                "{index} of {head:?}"
            );
            assert_eq!(verify_inclusion(leaf_hash(&entry(index)), index, &proof, &head), Ok(()));
        }
        assert_eq!(ours.inclusion(head.size, head.size), None);
    });
}

#[test]
fn consistency_proofs_are_theirs_and_hold() {
    for_every_size(|ours, theirs, head| {
        for old in 1..=head.size {
            let proof = ours.consistency(old, head.size).unwrap();
            let added = (head.size - old) as usize;
            assert_eq!(bytes(&proof), theirs.prove_consistency(added).as_bytes(), "{old} to {head:?}");
            assert_eq!(verify_consistency(&ours.head_at(old).unwrap(), &head, &proof), Ok(()));
        }
    });
}

/// The other implementation has no proof for this; RFC 9162 leaves it open.
#[test]
fn every_log_continues_the_empty_one() {
    for_every_size(|ours, _, head| {
        assert_eq!(ours.consistency(0, head.size), Some(vec![]));
        assert_eq!(verify_consistency(&Tree::new().head(), &head, &[]), Ok(()));
    });
}

#[test]
fn nothing_is_told_of_what_is_not_there() {
    let tree: Tree = (0..5).map(|index| leaf_hash(&entry(index))).collect();
    assert_eq!(tree.head_at(6), None);
    assert_eq!(tree.inclusion(0, 6), None);
    assert_eq!(tree.inclusion(4, 4), None);
    assert_eq!(tree.consistency(4, 3), None);
    assert_eq!(tree.consistency(0, 6), None);
    assert_eq!(tree.inclusion(u64::MAX, u64::MAX), None);
}
