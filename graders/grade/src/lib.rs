//! The vocabulary of grades: rubric, evidence, check results, levels, grades.
//!
//! Plain data that every stage after the verdict shares. It runs nothing and knows neither wasmtime nor any
//! check: `tito-milestones` fills it in, `tito-report` shows it.

mod component;
mod evidence;
mod grade;
mod level;
mod mean;
mod points;
mod result;
mod rubric;
mod treacherous;

pub use component::ComponentId;
pub use evidence::{CaseEvidence, Evidence, Hint, Mismatch, Number, Plot, Series, Table};
pub use grade::{CriterionGrade, DataUsed, Grade, SeedUsed};
pub use level::Level;
pub use mean::weighted_mean;
pub use points::points;
pub use result::{CheckResult, Status};
pub use rubric::{CheckRule, Criterion, Rubric, RubricError, Scoring};
pub use treacherous::is_treacherous;
