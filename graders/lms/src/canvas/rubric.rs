//! Rubrics as a CSV file that Canvas imports, at a course's rubrics or by `POST /api/v1/courses/:id/rubrics/upload`.
//!
//! The columns are those of Canvas's own template (`RubricImport.template_file` in canvas-lms).

use csv::Writer;
use tito_grade::{Criterion, Rubric};

use crate::cell;

/// The file that creates a rubric for every milestone.
///
/// Every criterion has its share as full marks and 0 as none, with the range between them open: what was reached is seldom
/// one of a few steps.
pub fn canvas_rubrics(milestones: &[&Rubric]) -> Vec<u8> {
    let mut writer = Writer::from_writer(Vec::new());
    let mut write =
        |record: [&str; 10]| writer.write_record(record).expect("memory takes rows of equal length");
    write([
        "Rubric Name",
        "Criteria Name",
        "Criteria Description",
        "Criteria Enable Range",
        "Rating Name",
        "Rating Description",
        "Rating Points",
        "Rating Name",
        "Rating Description",
        "Rating Points",
    ]);
    for rubric in milestones {
        let name = cell::neutral(&format!("Milestone {}: {}", rubric.number, rubric.name));
        for criterion in &rubric.criteria {
            let (title, asks) = (cell::neutral(&criterion.name), cell::neutral(&asks(criterion)));
            let points = cell::shown(criterion.share);
            write([&name, &title, &asks, "true", "Full marks", "", &points, "No marks", "", "0"]);
        }
    }
    writer.into_inner().expect("memory takes what is flushed")
}

fn asks(criterion: &Criterion) -> String {
    let asks: Vec<_> = criterion.checks.iter().map(|check| check.asks.trim()).collect();
    asks.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_criterion_is_a_row() {
        let rubric = Rubric::parse(
            r#"
            number = 1
            name = "Basic Inference"
            capability = "C"
            weight = 15
            after-module = "04"
            world = "inference"
            criteria = [
                { name = "Correct, \"all\"", share = 62.5, checks = [
                    { name = "a", weight = 1, asks = "Is it right?" }, { name = "b", weight = 1, asks = "=always" },
                ] },
                { name = "Essay", share = 37.5, checks = [{ name = "c", weight = 1, asks = "Why?", scoring = "review" }] },
            ]
            "#,
        );
        let csv = String::from_utf8(canvas_rubrics(&[&rubric.unwrap()])).unwrap();
        let rows: Vec<_> = csv.lines().skip(1).collect();
        assert_eq!(
            rows,
            [
                "Milestone 1: Basic Inference,\"Correct, \"\"all\"\"\",Is it right? =always,true,Full marks,,62.5,No marks,,0",
                "Milestone 1: Basic Inference,Essay,Why?,true,Full marks,,37.5,No marks,,0",
            ]
        );
    }
}
