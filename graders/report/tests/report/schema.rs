//! Every document is what `schema/tito.report.v1.json` says.

use crate::sample;
use serde_json::{Value, json};
use tito_grade::SeedUsed;
use tito_report::Audience;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../schema/tito.report.v1.json")).unwrap()
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
            "$ref" => return problem(value, root.pointer(&rule.as_str().unwrap()[1..]).unwrap(), root),
            "items" => return value.as_array()?.iter().find_map(|item| problem(item, rule, root)),
            "properties" | "additionalProperties" => return properties(value, schema, keyword, root),
            unknown => panic!("the test does not know the keyword '{unknown}'"),
        };
        (!holds).then(|| format!("{keyword} {rule} does not hold of {value}"))
    })
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
