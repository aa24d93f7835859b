//! Somebody who takes the course.

use serde::{Deserialize, Serialize};

/// Somebody who takes the course.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Student {
    /// What they are called on the command line, unique in the course: `john_doe`.
    pub id: String,
    /// What people call them.
    pub name: String,
    /// Their address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Their section, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Their number in Canvas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canvas_id: Option<String>,
    /// Their number at the university.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sis_id: Option<String>,
    /// What they log in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
}
