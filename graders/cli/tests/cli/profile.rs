//! `tito profile`: the same figures every time, a picture, and a stripped component's functions by number.

use std::fs;

use crate::home::{Home, prebuilt, reference};

#[test]
fn a_profile_is_told_drawn_and_the_same_again() {
    let home = Home::new();
    let component = reference();
    let profile = ["profile", "--component", &component, "--milestone", "2", "--svg", "flame.svg"];
    let told = home.check(&profile, 0, "reference::conv2d").out;
    assert!(told.contains("arithmetic") && told.contains("a small CNN answers for 128 digits"), "{told}");
    let picture = fs::read_to_string(home.here("flame.svg")).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("reference::conv2d"), "{picture}");
    assert_eq!(home.check(&profile, 0, "reference::conv2d").out, told);
    assert_eq!(fs::read_to_string(home.here("flame.svg")).unwrap(), picture);
}

#[test]
fn a_profile_is_one_document_as_well() {
    let home = Home::new();
    let component = reference();
    let of = ["profile", "--component", &component, "--milestone", "1"];
    let profile = [&of[..], &["--folded", "stacks.txt", "--json"]].concat();
    let document = home.json(&profile, 0);
    assert_eq!(document["schema"]["name"], "tito.profile");
    let functions = document["functions"].as_array().unwrap();
    let sum: u64 = functions.iter().map(|function| function["own_fuel"].as_u64().unwrap()).sum();
    assert_eq!(document["fuel"].as_u64(), Some(sum));
    let stacks = fs::read_to_string(home.here("stacks.txt")).unwrap();
    let of_stacks = stacks.lines().map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap());
    assert_eq!(of_stacks.sum::<u64>(), sum);
}

#[test]
fn what_a_component_cannot_do_is_said() {
    let home = Home::new();
    let hello = prebuilt("examples/prebuilt/hello-layer.wasm");
    home.check(&["profile", "--component", &hello, "--milestone", "5"], 1, "does not get through it");
    home.check(&["profile", "--component", &hello, "--milestone", "6"], 2, "6");
    home.check(&["profile", "--component", "nowhere.wasm"], 2, "nowhere.wasm");
}
