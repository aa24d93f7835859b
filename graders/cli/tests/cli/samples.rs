//! `tito demo` and `tito assessment test`.

use std::fs;

use crate::home::Home;

#[test]
fn the_demonstration_shows_four_reports() {
    let home = Home::new();
    let demo = home.check(&["demo"], 0, "Sample 4 of 4");
    for (text, times) in [("Milestone 1: Basic Inference", 4), ("100.0 of 100", 2), ("the fuel limit", 14)] {
        assert!(demo.out.matches(text).count() >= times, "'{text}' is there less than {times} times");
    }
    assert!(demo.out.contains("weight-transposed"));
}

#[test]
fn every_sample_ends_as_it_should_and_leaves_nothing() {
    let home = Home::new();
    for (name, code, expected) in [
        ("milestone1_sample", 0, "100.0 of 100"),
        ("milestone1_textbook", 0, "100.0 of 100"),
        ("milestone1_wrong", 1, "weight-transposed"),
        ("milestone1_evil", 1, "the fuel limit"),
        ("milestone2_sample", 0, "100.0 of 100"),
        ("milestone2_textbook", 0, "Images of a class, and what they were taken for"),
        ("milestone2_wrong", 1, "kernel-flipped"),
        ("milestone3_sample", 0, "images that were never lent"),
        ("milestone3_textbook", 0, "Training loss by epoch"),
        ("milestone4_sample", 0, "trained epoch 3 again, epoch 1 in another order"),
        ("milestone5_sample", 0, "100.0 of 100"),
    ] {
        home.check(&["assessment", "test", "--sample-submission", name], code, expected);
    }
    let sample = home.json(&["assessment", "test", "--sample-submission", "milestone1_sample", "--json"], 0);
    assert_eq!(sample["level"], "exemplary");
    assert_eq!(fs::read_dir(home.here("")).unwrap().count(), 0);
    assert!(!home.cache().exists());
}
