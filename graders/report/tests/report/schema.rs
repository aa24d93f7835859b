//! Every document is what its schema in `schema/` says.

use crate::{course, sample};
use serde_json::{Value, json};
use tito_grade::SeedUsed;
use tito_report::{Audience, Detail, class, student};

/// A schema by the name of its file.
fn schema_of(file: &str) -> Value {
    let text = match file {
        "tito.report.v1.json" => include_str!("../../schema/tito.report.v1.json"),
        "tito.student-report.v1.json" => include_str!("../../schema/tito.student-report.v1.json"),
        "tito.class-report.v1.json" => include_str!("../../schema/tito.class-report.v1.json"),
        unknown => panic!("there is no schema '{unknown}'"),
    };
    serde_json::from_str(text).unwrap()
}

fn schema() -> Value {
    schema_of("tito.report.v1.json")
}

fn documents() -> [Value; 4] {
    let graded = |seed| sample::document(seed, Audience::Student);
    let secret = SeedUsed::Secret("ab".repeat(32));
    [graded(SeedUsed::Public), graded(secret), sample::refused(), sample::quarantined()]
        .map(|document| serde_json::from_str(&tito_report::json(&document)).unwrap())
}

#[test]
fn documents_are_of_the_schema() {
    for document in documents() {
        assert_eq!(problem(&document, &schema(), &schema()), None);
    }
}

#[test]
fn reports_of_a_course_are_of_their_schemas() {
    let student = |seed, audience, detail| student::json(&course::report("Ada", seed, audience, detail));
    let secret = SeedUsed::Secret("ab".repeat(32));
    for (file, document) in [
        ("tito.student-report.v1.json", student(&secret, Audience::Student, Detail::Scores)),
        ("tito.student-report.v1.json", student(&secret, Audience::Student, Detail::Evidence)),
        ("tito.student-report.v1.json", student(&secret, Audience::Instructor, Detail::Evidence)),
        ("tito.class-report.v1.json", class::json(&crate::class::report())),
        ("tito.class-report.v1.json", class::json(&crate::class::empty())),
    ] {
        let (document, schema) = (serde_json::from_str(&document).unwrap(), schema_of(file));
        assert_eq!(problem(&document, &schema, &schema), None, "{file}");
    }
}

#[test]
fn damaged_reports_of_a_course_are_not() {
    let check = |document: &str, file: &str, pointer: &str, damage: Value| {
        let mut document: Value = serde_json::from_str(document).unwrap();
        *document.pointer_mut(pointer).unwrap() = damage;
        let schema = schema_of(file);
        assert!(problem(&document, &schema, &schema).is_some(), "{pointer}");
    };
    let student = course::report("Ada", &SeedUsed::Public, Audience::Student, Detail::Evidence);
    let (student, class) = (student::json(&student), class::json(&crate::class::report()));
    let damaged = |pointer, damage| check(&student, "tito.student-report.v1.json", pointer, damage);
    damaged("/milestones/0/state", json!("passed"));
    damaged("/milestones/0/grading/criteria/0/checks/0/status", json!("good"));
    damaged("/milestones/0/attempts/0", json!({ "number": 1 }));
    let damaged = |pointer, damage| check(&class, "tito.class-report.v1.json", pointer, damage);
    damaged("/progress/students/0/score", json!("high"));
    damaged("/milestones/0/completed", json!({ "count": 1, "of": 2 }));
    damaged("/at-risk/0/reasons/0/kind", json!("lazy"));
}

/// Guards the small validator below as much as the schema.
#[test]
fn damaged_documents_are_not() {
    let [graded, _, refused, quarantined] = documents();
    let check = |mut document: Value, pointer: &str, damage: Value| {
        *document.pointer_mut(pointer).unwrap() = damage;
        assert!(problem(&document, &schema(), &schema()).is_some(), "{pointer}");
    };
    check(graded.clone(), "/schema/version", json!(2));
    check(graded.clone(), "/level", json!("superb"));
    check(graded.clone(), "/criteria/0/score", json!("much"));
    check(graded.clone(), "/criteria/0/checks/0", json!({ "name": "dense" }));
    check(
        graded.clone(),
        "/criteria/0/checks/0/evidence/failures/0/hint",
        json!({ "advice": "", "more": 1 }),
    );
    check(graded, "/data/examples", json!(1.5));
    check(refused.clone(), "/refusal", json!({ "rule": "import" }));
    check(quarantined, "/quarantine", json!({ "deaths": 2 }));
    let both =
        refused.as_object().unwrap().clone().into_iter().chain([("score".to_owned(), json!(1))]).collect();
    assert!(problem(&both, &schema(), &schema()).is_some());
}

/// The first way in which `value` is not of `schema`, for the keywords that our schema uses and no others.
fn problem(value: &Value, schema: &Value, root: &Value) -> Option<String> {
    schema.as_object().unwrap().iter().find_map(|(keyword, rule)| {
        let holds = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" => true,
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "type" => types(rule).iter().any(|name| is_of(value, name)),
            "required" => {
                rule.as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some())
            }
            "oneOf" => {
                rule.as_array().unwrap().iter().filter(|one| problem(value, one, root).is_none()).count() == 1
            }
            "not" => problem(value, rule, root).is_some(),
            "$ref" => return referred(value, rule.as_str().unwrap(), root),
            "items" => return value.as_array()?.iter().find_map(|item| problem(item, rule, root)),
            "properties" | "additionalProperties" => return properties(value, schema, keyword, root),
            unknown => panic!("the test does not know the keyword '{unknown}'"),
        };
        (!holds).then(|| format!("{keyword} {rule} does not hold of {value}"))
    })
}

/// Of what is elsewhere in the same schema, or in another one.
fn referred(value: &Value, reference: &str, root: &Value) -> Option<String> {
    let (file, pointer) = reference.split_once('#').unwrap();
    let other = if file.is_empty() { root.clone() } else { schema_of(file) };
    problem(value, other.pointer(pointer).unwrap(), &other)
}

fn properties(value: &Value, schema: &Value, keyword: &str, root: &Value) -> Option<String> {
    value.as_object()?.iter().find_map(|(key, item)| {
        let named = schema.get("properties").and_then(|properties| properties.get(key));
        match (keyword, named, &schema["additionalProperties"]) {
            ("properties", Some(rule), _) => problem(item, rule, root),
            ("additionalProperties", None, Value::Bool(false)) => {
                Some(format!("'{key}' is not in the schema"))
            }
            ("additionalProperties", None, rule) => problem(item, rule, root),
            _ => None,
        }
    })
}

fn types(rule: &Value) -> Vec<&str> {
    rule.as_array()
        .map_or_else(|| vec![rule.as_str().unwrap()], |many| many.iter().flat_map(Value::as_str).collect())
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_u64(),
        unknown => panic!("the test does not know the type '{unknown}'"),
    }
}
