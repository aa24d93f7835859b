//! What was published: the vectors of Certificate Transparency, and an entry of a public log with its checkpoint.

use tito_ledger::{Hash, Receipt, Tree, TreeHead, leaf_hash, verify_consistency, verify_inclusion};

/// The entries of the reference implementation's tests, in hexadecimal.
const ENTRIES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// The roots of the first none, one, two, … of them.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn leaves() -> Vec<Hash> {
    ENTRIES.iter().map(|entry| leaf_hash(&hex::decode(entry).unwrap())).collect()
}

fn head(size: u64) -> TreeHead {
    TreeHead { size, root: ROOTS[size as usize].parse().unwrap() }
}

fn written(proof: &[Hash]) -> Vec<String> {
    proof.iter().map(Hash::to_string).collect()
}

fn check_inclusion(index: u64, size: u64, expected: &[&str]) {
    let tree: Tree = leaves().into_iter().collect();
    let proof = tree.inclusion(index, size).unwrap();
    assert_eq!(written(&proof), expected, "entry {index} of {size}");
    assert_eq!(verify_inclusion(leaves()[index as usize], index, &proof, &head(size)), Ok(()));
}

fn check_consistency(old: u64, new: u64, expected: &[&str]) {
    let tree: Tree = leaves().into_iter().collect();
    let proof = tree.consistency(old, new).unwrap();
    assert_eq!(written(&proof), expected, "{old} to {new}");
    assert_eq!(verify_consistency(&head(old), &head(new), &proof), Ok(()));
}

#[test]
fn roots_are_those_that_were_published() {
    let mut tree = Tree::new();
    assert_eq!(tree.head(), head(0));
    for (size, leaf) in (1..).zip(leaves()) {
        tree.push(leaf);
        assert_eq!(tree.head(), head(size));
    }
    assert!((0..=8).all(|size| tree.head_at(size) == Some(head(size))));
}

#[test]
fn inclusion_proofs_are_those_that_were_published() {
    check_inclusion(0, 1, &[]);
    check_inclusion(
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    );
    check_inclusion(
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    );
    check_inclusion(2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]);
    check_inclusion(
        1,
        5,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    );
}

#[test]
fn consistency_proofs_are_those_that_were_published() {
    check_consistency(1, 1, &[]);
    check_consistency(
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    );
    check_consistency(
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    );
    check_consistency(
        2,
        5,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    );
}

/// Entry 412114 of Sigstore's public log Rekor, whose checkpoints are C2SP's and signed with Ed25519. Another program
/// made tree, proof and signature; ours has put them behind one another.
#[test]
fn an_entry_of_a_public_log_is_verified() {
    let entry = concat!(
        r#"{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":"SHA2_256","#,
        r#""digest":"5dJ2SakUeOXY4ut1hBHPomz+hTn6tc0KTzcGosA+epE="},"signature":{"content":"MEYCIQDcJO82nz1rrtu1DxSpr"#,
        r#"uX1ogJum8dl4IiGBMPz3jYcbgIhAKwQ8wNu1On8pYfhAJCK8OqT0OOGTh/yAQ+An/e3d/dU","verifier":{"keyDetails":"#,
        r#""PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE0q9Q+tdG195CXKfmUx"#,
        r#"1YatvZ/mN3rhjpOfm1lvskWprH9Pxpe9Xc6LjEJbBcVPhutkfUvBB9RDk+42SNE6/5xg=="}}}}}}"#,
    );
    let text = include_str!("rekor.tlog-proof");
    let key =
        "log2025-1.rekor.sigstore.dev+cf119915+AbfK5adZJxsI323FwGD2AJJ9F4i89cfDuLdGJBIYntuO".parse().unwrap();
    let receipt: Receipt = text.parse().unwrap();
    assert_eq!(receipt.verify(entry.as_bytes(), &key).unwrap().size, 412_115);
    assert_eq!(receipt.to_string(), text);
    let other = entry.replace("0.0.2", "0.0.3");
    let refused = receipt.verify(other.as_bytes(), &key).unwrap_err().to_string();
    assert!(
        refused.starts_with("the receipt is not for this entry: entry and proof lead to root "),
        "{refused}"
    );
}
