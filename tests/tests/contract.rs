//! What is released is frozen: the contract's files, by digest. A change is a new folder beside the old one.

use std::{fs, path::Path};

use tito_artifact::Digest;

/// Every file of every released contract.
const RELEASED: [(&str, &str); 1] =
    [("since_v0.1.0/framework.wit", "6d28f85578c8919f089ea1a8cb528c386197ad29f1e17d0f5baf0c82206576e0")];

#[test]
fn released_contracts_do_not_change() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    for (file, digest) in RELEASED {
        let found = Digest::of(&fs::read(wit.join(file)).unwrap()).to_string();
        assert_eq!(
            found, digest,
            "wit/{file} is released and frozen: put the change into a new since_ folder"
        );
    }
}

#[test]
fn every_contract_is_listed() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let mut found = Vec::new();
    for folder in fs::read_dir(&wit).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        for file in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            found.push(file.strip_prefix(&wit).unwrap().to_str().unwrap().to_owned());
        }
    }
    found.sort();
    assert_eq!(found, RELEASED.map(|(file, _)| file));
}
