//! The gradebook that Canvas exports and imports.

mod column;
mod import;
mod rubric;

pub use column::{ColumnError, GradebookColumn};
pub use import::{Change, Import, ImportError, Mark, StudentMarks};
pub use rubric::canvas_rubrics;

use std::collections::BTreeMap;

use thiserror::Error;

use crate::{
    SheetError, cell,
    sheet::{Row, Sheet},
};

/// A gradebook that Canvas exported: every student and every assignment with Canvas's own ids and titles.
#[derive(Clone, Debug, PartialEq)]
pub struct CanvasGradebook {
    /// The assignments, in the order of the file; totals and notes, which cannot be set, are not among them.
    pub columns: Vec<GradebookColumn>,
    /// The students, in the order of the file, the test student among them.
    pub rows: Vec<GradebookRow>,
    /// The columns up to `Section`, by which Canvas knows students.
    fixed: Vec<String>,
    delimiter: u8,
    has_mark: bool,
}

/// A student's row.
#[derive(Clone, Debug, PartialEq)]
pub struct GradebookRow {
    /// As a spreadsheet counts.
    pub number: usize,
    /// As Canvas sorts: `Doe, John`.
    pub name: String,
    /// The student's number in Canvas.
    pub canvas_id: String,
    /// Their number at the university, where the export has it.
    pub sis_id: Option<String>,
    /// What they log in with.
    pub login: Option<String>,
    /// One for every column of the gradebook.
    pub cells: Vec<Cell>,
    /// What the columns up to `Section` hold.
    fixed: Vec<String>,
}

/// What a cell of a gradebook holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// No grade.
    Empty,
    /// Points.
    Points(f64),
    /// `EX`: it does not count.
    Excused,
    /// `N/A`: the assignment is not assigned to this student, and Canvas takes no grade for it.
    NotAssigned,
    /// A letter, `complete`, a percentage: as it stands.
    Text(String),
}

/// Why bytes are not a gradebook that Canvas exported.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GradebookError {
    /// They are no CSV file.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// The columns that Canvas itself asks for are missing.
    #[error(
        "it has no column '{0}'; export the gradebook from Canvas as a CSV file, with 'Student', 'ID' and 'Section'"
    )]
    Column(&'static str),
    /// A student without Canvas's number.
    #[error("row {0} has no ID; export the gradebook from Canvas again")]
    NoId(usize),
    /// Two rows of one student or two columns of one assignment.
    #[error("{0} more than once; export the gradebook from Canvas again")]
    Twice(String),
}

impl CanvasGradebook {
    /// Reads a gradebook that Canvas exported, with `,` or `;`, whatever its settings for names and SIS ids.
    ///
    /// # Errors
    ///
    /// If the bytes are no such file, or if a student or an assignment stands in it twice.
    pub fn read(bytes: &[u8]) -> Result<Self, GradebookError> {
        let sheet = Sheet::read(bytes)?;
        let section = sheet.column("Section").ok_or(GradebookError::Column("Section"))?;
        let people = People::of(&sheet)?;
        let points = sheet.rows.iter().find(|row| is_points(row));
        let columns = column::columns(&sheet.header, section, points);
        let is_student = |row: &&Row| !row.is_blank() && !is_points(row) && !is_remark(row);
        let students = sheet.rows.iter().filter(is_student);
        let rows: Vec<_> =
            students.map(|row| people.row(row, &columns, section)).collect::<Result<_, _>>()?;
        let fixed = sheet.header[..=section].to_vec();
        let gradebook = Self { columns, rows, fixed, delimiter: sheet.delimiter, has_mark: sheet.has_mark };
        gradebook.twice().map_or(Ok(gradebook), |what| Err(GradebookError::Twice(what)))
    }

    fn twice(&self) -> Option<String> {
        let mut rows = BTreeMap::new();
        let row = self.rows.iter().find_map(|row| {
            let first = rows.insert(&row.canvas_id, row.number)?;
            Some(format!("the student {} is there (rows {first} and {})", row.canvas_id, row.number))
        });
        let mut columns = BTreeMap::new();
        let mut headings = self.columns.iter();
        row.or_else(|| {
            let column = headings.find(|column| columns.insert(&column.id, ()).is_some())?;
            Some(format!("the assignment '{}' is there", column.heading))
        })
    }
}

impl Cell {
    fn read(text: &str) -> Self {
        match text {
            "" | "-" => Self::Empty,
            "N/A" => Self::NotAssigned,
            _ if text.eq_ignore_ascii_case("EX") => Self::Excused,
            _ => cell::number(text).map_or_else(|| Self::Text(text.into()), Self::Points),
        }
    }

    /// As it is written into a file; points are rounded down to two decimals.
    pub(crate) fn written(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Points(points) => cell::shown(cell::two_decimals(*points)),
            Self::Excused => "EX".into(),
            Self::NotAssigned => "N/A".into(),
            Self::Text(text) => cell::neutral(text),
        }
    }
}

/// Where a student's name and numbers are.
struct People {
    name: (usize, Option<usize>),
    canvas_id: usize,
    sis_id: Option<usize>,
    login: Option<usize>,
}

impl People {
    fn of(sheet: &Sheet) -> Result<Self, GradebookError> {
        let parts = || Some((sheet.column("LastName")?, Some(sheet.column("FirstName")?)));
        let name = sheet.column("Student").map(|whole| (whole, None)).or_else(parts);
        Ok(Self {
            name: name.ok_or(GradebookError::Column("Student"))?,
            canvas_id: sheet.column("ID").ok_or(GradebookError::Column("ID"))?,
            sis_id: sheet.column("SIS User ID"),
            login: sheet.column("SIS Login ID"),
        })
    }

    fn row(
        &self,
        row: &Row,
        columns: &[GradebookColumn],
        section: usize,
    ) -> Result<GradebookRow, GradebookError> {
        let text = |column: usize| row.text(column).unwrap_or_default().to_owned();
        let some = |column: Option<usize>| column.and_then(|column| row.text(column)).map(str::to_owned);
        let name = match self.name {
            (whole, None) => text(whole),
            (last, Some(first)) => format!("{}, {}", text(last), text(first)),
        };
        Ok(GradebookRow {
            number: row.number,
            name,
            canvas_id: row.text(self.canvas_id).ok_or(GradebookError::NoId(row.number))?.to_owned(),
            sis_id: some(self.sis_id),
            login: some(self.login),
            cells: columns.iter().map(|column| Cell::read(&text(column.position))).collect(),
            fixed: (0..=section).map(text).collect(),
        })
    }
}

/// Whether a row says how many points an assignment has.
pub(crate) fn is_points(row: &Row) -> bool {
    row.text(0).is_some_and(|first| first.contains("Points Possible"))
}

/// Whether a row says nothing but which assignments are posted by hand.
pub(crate) fn is_remark(row: &Row) -> bool {
    row.cells.iter().all(|cell| {
        let cell = cell.trim().to_lowercase();
        cell.is_empty() || cell == "muted" || cell.starts_with("manual posting")
    })
}

#[cfg(test)]
mod tests;
