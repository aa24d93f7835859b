//! `tito doctor`.

use std::fs;

use crate::home::Home;

#[test]
fn the_doctor_says_what_is_there_and_what_is_lacking() {
    let home = Home::new();
    home.check(&["doctor"], 0, "wasmtime");
    let found = home.json(&["doctor", "--json"], 0);
    assert_eq!(found["sandbox"]["works"], true);
    assert!(found["machine"]["cores"].as_u64() > Some(0));
    assert_eq!(found["cache"]["components"], 0);
    fs::create_dir_all(home.cache().parent().unwrap()).unwrap();
    fs::write(home.cache(), "a file where the folder should be").unwrap();
    home.check(&["doctor"], 0, "LACKING: cannot use the compile cache");
}
