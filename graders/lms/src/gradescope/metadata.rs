//! `submission_metadata.json`, by which Gradescope tells an autograder what it is run on.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::Error as _};
use thiserror::Error;

/// `submission_metadata.json`. Keys that are not here are passed over: Gradescope adds some now and then.
///
/// Lateness is counted from [`created_at`](Self::created_at), never from the clock, or running an autograder again would
/// change grades.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SubmissionMetadata {
    /// The submission's number in Gradescope.
    pub id: u64,
    /// When it was handed in.
    pub created_at: Timestamp,
    /// What it was handed in for.
    pub assignment: Assignment,
    /// Who handed it in; several in a group.
    #[serde(default)]
    pub users: Vec<User>,
    /// `upload`, `GitHub` or `Bitbucket`.
    #[serde(default)]
    pub submission_method: Option<String>,
    /// The earlier ones, oldest first.
    #[serde(default)]
    pub previous_submissions: Vec<Previous>,
}

/// What a submission was handed in for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Assignment {
    /// Its number in Gradescope.
    pub id: u64,
    /// The course's number in Gradescope.
    #[serde(default)]
    pub course_id: Option<u64>,
    /// What it is called.
    pub title: String,
    /// Until when a submission is on time.
    #[serde(default)]
    pub due_date: Option<Timestamp>,
    /// Until when a late one is taken, where any is.
    #[serde(default)]
    pub late_due_date: Option<Timestamp>,
    /// From when on it can be handed in.
    #[serde(default)]
    pub release_date: Option<Timestamp>,
    /// Points, those that are given by hand among them. Gradescope writes them as a string.
    #[serde(default, deserialize_with = "points")]
    pub total_points: Option<f64>,
}

/// Somebody who handed a submission in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct User {
    /// Their number in Gradescope.
    pub id: u64,
    /// Their address.
    pub email: String,
    /// What people call them.
    pub name: String,
}

/// An earlier submission of the same people.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Previous {
    /// When it was handed in.
    pub submission_time: Timestamp,
    /// What it got; `None` where it was not graded.
    #[serde(default, deserialize_with = "points")]
    pub score: Option<f64>,
    /// Whether the autograder failed on it.
    #[serde(default)]
    pub autograder_error: Option<bool>,
}

/// Why bytes are no `submission_metadata.json`.
#[derive(Debug, Error)]
#[error("cannot read submission_metadata.json: {0}")]
pub struct MetadataError(#[from] serde_json::Error);

impl SubmissionMetadata {
    /// Reads a `submission_metadata.json`.
    ///
    /// # Errors
    ///
    /// If it is no JSON, or lacks the submission's number, its time or its assignment.
    pub fn parse(bytes: &[u8]) -> Result<Self, MetadataError> {
        Ok(serde_json::from_slice(bytes)?)
    }
}

/// A number, whether it is written as one or as a string.
fn points<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(f64),
        Text(String),
    }
    match Option::deserialize(deserializer)? {
        None => Ok(None),
        Some(Written::Number(points)) => Ok(Some(points)),
        Some(Written::Text(text)) if text.trim().is_empty() => Ok(None),
        Some(Written::Text(text)) => text.trim().parse().map(Some).map_err(D::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gradescope's own example, with a group, an earlier submission that failed, and keys that are not read.
    const METADATA: &str = r#"{
        "id": 123456,
        "created_at": "2018-07-01T14:22:32.365935-07:00",
        "assignment": {
            "due_date": "2018-07-31T23:00:00.000000-07:00", "group_size": 4, "group_submission": true, "id": 25828,
            "course_id": 1234, "late_due_date": null, "release_date": "2018-07-02T00:00:00.000000-07:00",
            "title": "Programming Assignment 1", "total_points": "20.0", "outline": []
        },
        "submission_method": "GitHub",
        "users": [{ "email": "ann@x.edu", "id": 1234, "name": "Ann", "assignment": {} }, { "email": "b@x.edu", "id": 5, "name": "Bo" }],
        "previous_submissions": [
            { "submission_time": "2017-04-06T14:24:48.087023-07:00", "score": 0.0, "results": { "tests": [] } },
            { "submission_time": "2017-04-07T14:24:48Z", "score": "12.5", "autograder_error": true },
            { "submission_time": "2017-04-08T14:24:48Z", "score": null }
        ]
    }"#;

    #[test]
    fn the_documented_example_is_read() {
        let read = SubmissionMetadata::parse(METADATA.as_bytes()).unwrap();
        assert_eq!(read.created_at.to_string(), "2018-07-01T21:22:32.365935Z");
        assert_eq!((read.id, read.assignment.id, read.assignment.course_id), (123_456, 25_828, Some(1_234)));
        assert_eq!((read.assignment.total_points, read.assignment.late_due_date), (Some(20.0), None));
        assert_eq!(read.assignment.due_date.unwrap().to_string(), "2018-08-01T06:00:00Z");
        assert_eq!(read.users[1], User { id: 5, email: "b@x.edu".into(), name: "Bo".into() });
        assert_eq!(read.submission_method.as_deref(), Some("GitHub"));
        let scores: Vec<_> = read.previous_submissions.iter().map(|previous| previous.score).collect();
        assert_eq!(scores, [Some(0.0), Some(12.5), None]);
        assert_eq!(read.previous_submissions[1].autograder_error, Some(true));
    }

    #[test]
    fn what_is_left_out_is_none() {
        let text =
            r#"{ "id": 1, "created_at": "2018-07-01T00:00:00Z", "assignment": { "id": 2, "title": "M" } }"#;
        let read = SubmissionMetadata::parse(text.as_bytes()).unwrap();
        assert_eq!((read.users.len(), read.assignment.total_points), (0, None));
    }

    #[test]
    fn what_is_needed_is_named() {
        for (text, expected) in [
            ("{}", "cannot read submission_metadata.json: missing field `id`"),
            (r#"{ "id": 1, "assignment": { "id": 2, "title": "M" } }"#, "missing field `created_at`"),
            (r#"{ "id": 1, "created_at": "today" }"#, "cannot read submission_metadata.json: "),
            ("", "EOF"),
        ] {
            let error = SubmissionMetadata::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
