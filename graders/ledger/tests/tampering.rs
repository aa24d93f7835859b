//! What was changed does not hold, by a single bit or with care.

use proptest::prelude::*;
use tito_ledger::{
    Hash, ProofError, Receipt, SigningKey, Tree, TreeHead, VerifierKey, leaf_hash, verify_consistency,
    verify_inclusion,
};

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

fn tree(size: u64) -> Tree {
    (0..size).map(|index| leaf_hash(&entry(index))).collect()
}

/// A log in which one entry is another.
fn rewritten(size: u64, at: u64) -> Tree {
    (0..size)
        .map(|index| leaf_hash(&if index == at { b"rewritten".to_vec() } else { entry(index) }))
        .collect()
}

fn flip(hash: Hash, bit: u8) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[usize::from(bit / 8)] ^= 1 << (bit % 8);
    Hash::from(bytes)
}

fn key() -> SigningKey {
    SigningKey::new("example.edu/cs101", &[7; 32]).unwrap()
}

fn witness() -> SigningKey {
    SigningKey::new("witness.example/w1", &[8; 32]).unwrap()
}

fn receipt(index: u64, size: u64) -> Receipt {
    let tree = tree(size);
    let proof = tree.inclusion(index, size).unwrap();
    Receipt { extra: vec![], index, proof, checkpoint: key().sign(&tree.head()) }
}

/// Every text that differs from this one in a single bit.
fn with_one_bit_changed(text: &str) -> impl Iterator<Item = String> {
    (0..text.len() * 8).filter_map(move |bit| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        String::from_utf8(bytes).ok()
    })
}

/// A log, one of its entries, and which of its bits to change.
fn place() -> impl Strategy<Value = (u64, u64)> {
    (1u64..=200).prop_flat_map(|size| (0..size, Just(size)))
}

/// Two sizes of a log, neither empty.
fn growth() -> impl Strategy<Value = (u64, u64)> {
    (2u64..=200).prop_flat_map(|new| (1..new, Just(new)))
}

proptest! {
    #[test]
    fn no_bit_of_an_inclusion_proof_can_be_changed((index, size) in place(), bit: u8) {
        let (tree, leaf) = (tree(size), leaf_hash(&entry(index)));
        let (head, proof) = (tree.head(), tree.inclusion(index, size).unwrap());
        prop_assert!(verify_inclusion(flip(leaf, bit), index, &proof, &head).is_err());
        prop_assert!(verify_inclusion(leaf, index ^ 1 << (bit % 64), &proof, &head).is_err());
        let other = TreeHead { root: flip(head.root, bit), ..head };
        prop_assert!(verify_inclusion(leaf, index, &proof, &other).is_err());
        for at in 0..proof.len() {
            let mut other = proof.clone();
            other[at] = flip(proof[at], bit);
            prop_assert!(verify_inclusion(leaf, index, &other, &head).is_err());
        }
    }

    #[test]
    fn no_bit_of_a_consistency_proof_can_be_changed((old, new) in growth(), bit: u8) {
        let tree = tree(new);
        let (old, new) = (tree.head_at(old).unwrap(), tree.head());
        let proof = tree.consistency(old.size, new.size).unwrap();
        let changed = TreeHead { root: flip(old.root, bit), ..old };
        prop_assert!(verify_consistency(&changed, &new, &proof).is_err());
        let changed = TreeHead { root: flip(new.root, bit), ..new };
        prop_assert!(verify_consistency(&old, &changed, &proof).is_err());
        for at in 0..proof.len() {
            let mut other = proof.clone();
            other[at] = flip(proof[at], bit);
            prop_assert!(verify_consistency(&old, &new, &other).is_err());
        }
    }

    #[test]
    fn a_proof_has_one_length((index, size) in place(), (old, new) in growth()) {
        let short = |proof: &[Hash]| proof.split_last().map(|(_, rest)| rest.to_vec());
        let long = |proof: &[Hash]| [proof, &[leaf_hash(b"more")]].concat();
        let length = |result| matches!(result, Err(ProofError::Length { .. }));
        let (leaf, head, tree) = (leaf_hash(&entry(index)), tree(size).head(), tree(200));
        let proof = tree.inclusion(index, size).unwrap();
        for other in short(&proof).into_iter().chain([long(&proof)]) {
            prop_assert!(length(verify_inclusion(leaf, index, &other, &head)));
        }
        let proof = tree.consistency(old, new).unwrap();
        for other in short(&proof).into_iter().chain([long(&proof)]) {
            prop_assert!(length(verify_consistency(&tree.head_at(old).unwrap(), &tree.head_at(new).unwrap(), &other)));
        }
    }

    /// Whoever has the old checkpoint finds out, whatever was rewritten before it.
    #[test]
    fn a_rewritten_log_does_not_continue_the_old_one((old, new) in growth(), at: u64) {
        let (honest, other) = (tree(new), rewritten(new, at % old));
        let proof = other.consistency(old, new).unwrap();
        let result = verify_consistency(&honest.head_at(old).unwrap(), &other.head(), &proof);
        let refused = matches!(result, Err(ProofError::OldRoot { .. } | ProofError::NewRoot { .. }));
        prop_assert!(refused, "{:?}", result);
        let proof = honest.consistency(old, new).unwrap();
        let result = verify_consistency(&honest.head_at(old).unwrap(), &other.head(), &proof);
        prop_assert!(matches!(result, Err(ProofError::NewRoot { .. })), "{:?}", result);
    }

    #[test]
    fn no_proof_makes_verification_panic(
        sizes: [u64; 2], index: u64, proof in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::from), 0..70),
    ) {
        let root = leaf_hash(b"root");
        let [old, new] = sizes.map(|size| TreeHead { size, root });
        prop_assert!(verify_inclusion(leaf_hash(b"entry"), index, &proof, &new).is_err());
        prop_assert!(verify_consistency(&old, &new, &proof).is_err());
    }

    #[test]
    fn a_receipt_that_was_written_is_read(
        (index, size) in place(), extra in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let receipt = Receipt { extra, ..receipt(index, size) };
        prop_assert_eq!(receipt.to_string().parse(), Ok(receipt.clone()));
        prop_assert_eq!(receipt.verify(&entry(index), &key().verifier()), Ok(tree(size).head()));
    }

    #[test]
    fn no_text_makes_a_parser_panic(
        text in "(c2sp.org/tlog-proof@v1\n)?(extra [a-z=]{0,9}\n)?(index [0-9]{0,30}\n)?[a-zA-Z=\n]{0,90}(\n\n)?.{0,40}",
    ) {
        let _ = text.parse::<Receipt>();
        let _ = text.parse::<VerifierKey>();
        let _ = text.parse::<Hash>();
        prop_assert!(key().verifier().open(&text).is_err());
    }
}

/// Of the logs of the three shapes: one entry, a whole tree, a ragged one.
#[test]
fn no_bit_of_a_receipt_can_be_changed() {
    for (index, size) in [(0, 1), (5, 8), (9, 11)] {
        let receipt = receipt(index, size).to_string();
        let holds = |text: &str, entry: &[u8]| {
            text.parse::<Receipt>().is_ok_and(|receipt| receipt.verify(entry, &key().verifier()).is_ok())
        };
        assert!(holds(&receipt, &entry(index)));
        for other in with_one_bit_changed(&receipt) {
            assert!(!holds(&other, &entry(index)), "{other}");
        }
        let text = String::from_utf8(entry(index)).unwrap();
        assert!(with_one_bit_changed(&text).all(|other| !holds(&receipt, other.as_bytes())));
    }
}

#[test]
fn no_bit_of_a_checkpoint_can_be_changed() {
    let note = key().sign(&tree(11).head());
    assert_eq!(key().verifier().open(&note), Ok(tree(11).head()));
    for other in with_one_bit_changed(&note) {
        assert!(key().verifier().open(&other).is_err(), "{other}");
    }
}

/// A signed text that is no checkpoint of this log in the one form that it has.
#[track_caller]
fn check_checkpoint(text: &str, expected: &str) {
    let signed = resigned(text);
    let refused = key().verifier().open(&signed).unwrap_err().to_string();
    assert!(refused.contains(expected), "'{refused}' does not say '{expected}'");
}

/// Signs any text with the log's key, as only the log itself could.
fn resigned(text: &str) -> String {
    use base64::Engine;
    use ed25519_dalek::Signer;
    let head = tree(1).head();
    let line = key().sign(&head).lines().last().unwrap().to_owned();
    let encoding = base64::engine::general_purpose::STANDARD;
    let id = encoding.decode(line.rsplit(' ').next().unwrap()).unwrap()[..4].to_vec();
    let signature = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).sign(text.as_bytes()).to_bytes();
    format!("{text}\n— example.edu/cs101 {}\n", encoding.encode([id.as_slice(), &signature].concat()))
}

#[test]
fn a_signed_text_that_is_no_checkpoint_is_refused() {
    let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let name = "example.edu/cs101";
    assert_eq!(key().verifier().open(&resigned(&format!("{name}\n0\n{root}\n"))), Ok(Tree::new().head()));
    for size in ["00", "+1", " 1", "1 ", "0x1", "-1", "18446744073709551616", "١"] {
        check_checkpoint(&format!("{name}\n{size}\n{root}\n"), "its second line is no size");
    }
    for root in
        [&root[1..], "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=", "47DE", root.trim_end_matches('=')]
    {
        check_checkpoint(&format!("{name}\n0\n{root}\n"), "its third line is no hash");
    }
    check_checkpoint(&format!("{name}\n0\n{root}\nextension\n"), "it has not three lines");
    check_checkpoint(&format!("{name}\n0\n{root}\n\n"), "it has not three lines");
    check_checkpoint(&format!("{name}\n0\n"), "it has not three lines");
    check_checkpoint(&format!("example.edu/cs102\n0\n{root}\n"), "is of log 'example.edu/cs102'");
}

#[test]
fn witnesses_may_sign_too_and_do_not_count() {
    let (head, verifier) = (tree(3).head(), key().verifier());
    let note = key().sign(&head);
    let line = witness().sign(&head).lines().last().unwrap().to_owned();
    let witnessed = format!("{note}{line}\n");
    assert_eq!(verifier.open(&witnessed), Ok(head));
    let receipt = Receipt { checkpoint: witnessed, ..receipt(1, 3) };
    assert_eq!(receipt.verify(&entry(1), &verifier), Ok(head));
    let alone = format!("{}\n{line}\n", note.split_once("\n\n").unwrap().0.to_owned() + "\n");
    assert!(verifier.open(&alone).unwrap_err().to_string().contains("not signed by key"));
    assert!(witness().verifier().open(&note).unwrap_err().to_string().contains("not signed by key"));
}

/// Rows of a receipt's form.
#[track_caller]
fn check_receipt(text: &str, expected: &str) {
    let refused = text.parse::<Receipt>().unwrap_err().to_string();
    assert!(refused.contains(expected), "'{refused}' does not say '{expected}'");
}

#[test]
fn what_is_no_receipt_is_refused() {
    let receipt = receipt(1, 3).to_string();
    check_receipt("", "no empty line");
    check_receipt(&receipt.replace("@v1", "@v2"), "its first line");
    check_receipt(&format!("\n\n{receipt}"), "its first line");
    check_receipt(&receipt.replace('\n', "\r\n"), "no empty line");
    check_receipt(&receipt.replacen('\n', "\r\n", 1), "its first line");
    for index in ["index", "index ", "index 01", "index +1", "index -1", "index 1 ", "Index 1", "index 1\r"] {
        check_receipt(&receipt.replace("index 1", index), "line 'index'");
    }
    for extra in ["extra ", "extra !", "extra YQ"] {
        check_receipt(&receipt.replace("index", &format!("{extra}\nindex")), "line 'extra'");
    }
    check_receipt(&receipt.replace("index", "extra YQ==\nextra YQ==\nindex"), "line 'index'");
    check_receipt(&receipt.replace("index 1", "index 1\nYQ=="), "a line of the proof");
}

#[test]
fn nobody_has_signed_what_is_extra() {
    let text = receipt(1, 3).to_string().replace("index", "extra YW55dGhpbmc=\nindex");
    let receipt: Receipt = text.parse().unwrap();
    assert_eq!(receipt.extra, b"anything");
    assert!(receipt.verify(&entry(1), &key().verifier()).is_ok());
}

/// Why a head must come from somebody who is believed.
#[test]
fn a_proof_alone_does_not_tell_the_size() {
    let three = tree(3);
    let proof = three.inclusion(0, 3).unwrap();
    let of_four = TreeHead { size: 4, ..three.head() };
    assert_eq!(verify_inclusion(leaf_hash(&entry(0)), 0, &proof, &of_four), Ok(()));
    let checkpoint = key().sign(&three.head()).replace("\n3\n", "\n4\n");
    let refused = Receipt { checkpoint, ..receipt(0, 3) }.verify(&entry(0), &key().verifier()).unwrap_err();
    assert!(refused.to_string().contains("changed or forged"), "{refused}");
}

/// Rows of what verification says.
#[test]
fn what_does_not_fit_is_named() {
    let check = |result: Result<(), ProofError>, expected: &str| {
        let refused = result.unwrap_err().to_string();
        assert!(refused.contains(expected), "'{refused}' does not say '{expected}'");
    };
    let (three, five) = (tree(3).head(), tree(5).head());
    let leaf = leaf_hash(&entry(0));
    check(verify_inclusion(leaf, 3, &[], &three), "entry 3 is not in a log of 3 entries");
    check(verify_inclusion(leaf, 0, &[], &Tree::new().head()), "entry 0 is not in a log of 0 entries");
    check(verify_inclusion(leaf, 0, &[], &three), "0 hashes and needs 2");
    check(verify_consistency(&five, &three, &[]), "the log had 5 entries and has 3");
    check(verify_consistency(&three, &five, &[]), "0 hashes and needs 4");
    check(verify_consistency(&three, &three, &[leaf]), "1 hashes and needs 0");
    check(verify_consistency(&three, &rewritten(3, 1).head(), &[]), "two logs of 3 entries have roots");
    let not_empty = TreeHead { size: 0, ..three };
    check(verify_consistency(&not_empty, &three, &[]), "the proof leads to the old root e3b0c44298fc");
}
