//! A gradebook for Canvas to import, with what would change there.

use std::collections::{BTreeMap, BTreeSet};

use csv::WriterBuilder;
use thiserror::Error;

use super::{CanvasGradebook, Cell, ColumnError, GradebookColumn, GradebookRow, column};
use crate::cell;

/// The marks of one student, for milestones by number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StudentMarks {
    /// What they are called on the command line.
    pub id: String,
    /// Their number in Canvas.
    pub canvas_id: Option<String>,
    /// Their number at the university.
    pub sis_id: Option<String>,
    /// What they log in with.
    pub login: Option<String>,
    /// What they get; a milestone that is not here is left as it is.
    pub marks: BTreeMap<u32, Mark>,
}

/// What a student gets for a milestone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mark {
    /// From 0 to 100, of the points that the assignment has in Canvas.
    Score(f64),
    /// It does not count.
    Excused,
}

/// A gradebook for Canvas to import.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Import {
    /// The file: the columns by which Canvas knows students, the columns that are set, and the students with a change.
    pub csv: Vec<u8>,
    /// What would change, in the order of the gradebook.
    pub changes: Vec<Change>,
    /// How many marks Canvas has already.
    pub unchanged: usize,
    /// The ids of those whom the gradebook does not have.
    pub absent: Vec<String>,
    /// Marks that Canvas would drop, since it does not assign the assignment to the student: id and heading.
    pub not_assigned: Vec<(String, String)>,
}

/// One grade that would change in Canvas.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What the student is called on the command line.
    pub id: String,
    /// What Canvas calls the student.
    pub name: String,
    /// The student's number in Canvas.
    pub canvas_id: String,
    /// The assignment.
    pub heading: String,
    /// What Canvas has, as it shows it: with two decimals at most, empty for no grade, `EX` for excused.
    pub old: String,
    /// What it would have.
    pub new: String,
}

/// Why marks cannot be written for import.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImportError {
    /// A milestone's column is not there.
    #[error("milestone {milestone}: {error}")]
    Column {
        /// The milestone.
        milestone: u32,
        /// Why not.
        error: ColumnError,
    },
    /// Two milestones go into one column.
    #[error("milestones {first} and {second} both go into '{heading}'; give each a column of its own")]
    Shared {
        /// A milestone.
        first: u32,
        /// The other one.
        second: u32,
        /// The column.
        heading: String,
    },
    /// A score is a share of the assignment's points, and it has none.
    #[error("'{0}' has no points in Canvas; set its points there and export the gradebook again")]
    NoPoints(String),
    /// Two of ours are one student in Canvas.
    #[error("'{first}' and '{second}' are both {name} in Canvas; mend the roster")]
    SamePerson {
        /// An id.
        first: String,
        /// The other one.
        second: String,
        /// Who they are there.
        name: String,
    },
}

/// What is to be in which row and column of the gradebook.
type Cells = BTreeMap<(usize, usize), Cell>;

impl CanvasGradebook {
    /// The file that brings `students`' marks into Canvas, and what it would change there.
    ///
    /// `columns` says which assignment a milestone is, by number, heading or title. A student is found as Canvas does, by
    /// its number, then the university's, then the login. Only columns and students with a change are written, so that what
    /// others enter meanwhile for the rest stays; a cell of theirs for which there is no mark says what Canvas has already,
    /// since an empty one would take it away.
    ///
    /// # Errors
    ///
    /// If a column is not among the export's (Canvas would create an assignment), if it has no points, or if two milestones
    /// or two students would meet in one place.
    pub fn import(
        &self,
        students: &[StudentMarks],
        columns: &BTreeMap<u32, String>,
    ) -> Result<Import, ImportError> {
        let targets = self.targets(columns)?;
        let (found, absent) = self.pair(students)?;
        let mut import = Import { absent, ..Import::default() };
        let mut cells = Cells::new();
        for (row, student) in found {
            for (milestone, column) in &targets {
                if let Some(mark) = student.marks.get(milestone) {
                    let new = mark.cell(&self.columns[*column])?;
                    import.weigh(&self.rows[row], student, (&self.columns[*column], *column), &new);
                    cells.insert((row, *column), new);
                }
            }
        }
        cells.retain(|at, new| self.is_change(*at, new));
        import.csv = self.written(&cells);
        Ok(import)
    }

    /// Every milestone with the column that it goes into.
    fn targets(&self, columns: &BTreeMap<u32, String>) -> Result<Vec<(u32, usize)>, ImportError> {
        let mut taken: BTreeMap<usize, u32> = BTreeMap::new();
        let mut targets = Vec::new();
        for (&milestone, wanted) in columns {
            let column = column::find(&self.columns, wanted);
            let column = column.map_err(|error| ImportError::Column { milestone, error })?;
            if let Some(first) = taken.insert(column, milestone) {
                let heading = self.columns[column].heading.clone();
                return Err(ImportError::Shared { first, second: milestone, heading });
            }
            targets.push((milestone, column));
        }
        Ok(targets)
    }

    /// Every student with their row, in the order of the rows, and the ids of those who have none.
    fn pair<'a>(
        &self,
        students: &'a [StudentMarks],
    ) -> Result<(BTreeMap<usize, &'a StudentMarks>, Vec<String>), ImportError> {
        let (mut found, mut absent) = (BTreeMap::new(), Vec::new());
        for student in students {
            let Some(row) = self.row_of(student) else {
                absent.push(student.id.clone());
                continue;
            };
            if let Some(other) = found.insert(row, student) {
                let (first, second) = (other.id.clone(), student.id.clone());
                return Err(ImportError::SamePerson { first, second, name: self.rows[row].name.clone() });
            }
        }
        Ok((found, absent))
    }

    fn row_of(&self, student: &StudentMarks) -> Option<usize> {
        let by = |is_it: &dyn Fn(&GradebookRow) -> bool| self.rows.iter().position(is_it);
        let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
        by(&|row| student.canvas_id.as_ref() == Some(&row.canvas_id))
            .or_else(|| by(&|row| same(&student.sis_id, &row.sis_id)))
            .or_else(|| by(&|row| same(&student.login, &row.login)))
    }

    fn is_change(&self, (row, column): (usize, usize), new: &Cell) -> bool {
        let old = &self.rows[row].cells[column];
        *old != Cell::NotAssigned && old.written() != new.written()
    }

    /// The file with these cells changed.
    fn written(&self, cells: &Cells) -> Vec<u8> {
        let rows: BTreeSet<_> = cells.keys().map(|(row, _)| *row).collect();
        let columns: BTreeSet<_> = cells.keys().map(|(_, column)| *column).collect();
        let mut writer = WriterBuilder::new().delimiter(self.delimiter).from_writer(Vec::new());
        let mut write = |fixed: Vec<String>, cell: &dyn Fn(usize) -> String| {
            let record = fixed.into_iter().chain(columns.iter().map(|column| cell(*column)));
            writer.write_record(record).expect("rows of equal length can be written to memory");
        };
        write(self.fixed.clone(), &|column| self.columns[column].heading.clone());
        let mut points = vec![String::new(); self.fixed.len()];
        points[0] = "    Points Possible".into();
        write(points, &|column| self.columns[column].points.map(cell::shown).unwrap_or_default());
        for row in rows {
            let old = &self.rows[row];
            let cell = |column| cells.get(&(row, column)).unwrap_or(&old.cells[column]).written();
            // Canvas knows the student by the number, which no `'` can come before, whatever becomes of the name.
            write(old.fixed.iter().map(|text| cell::neutral(text)).collect(), &cell);
        }
        let csv = writer.into_inner().expect("memory takes what is flushed");
        if self.has_mark { ["\u{feff}".as_bytes(), &csv].concat() } else { csv }
    }
}

impl Mark {
    /// What stands for it in a column.
    fn cell(self, column: &GradebookColumn) -> Result<Cell, ImportError> {
        match (self, column.points) {
            (Self::Excused, _) => Ok(Cell::Excused),
            (Self::Score(score), Some(points)) if points > 0.0 => Ok(Cell::Points(score * points / 100.0)),
            (Self::Score(_), _) => Err(ImportError::NoPoints(column.heading.clone())),
        }
    }
}

impl Import {
    /// Notes what one new cell does.
    fn weigh(
        &mut self,
        row: &GradebookRow,
        student: &StudentMarks,
        (column, at): (&GradebookColumn, usize),
        new: &Cell,
    ) {
        let (old, new) = (&row.cells[at], new.written());
        let heading = column.heading.clone();
        if *old == Cell::NotAssigned {
            self.not_assigned.push((student.id.clone(), heading));
        } else if old.written() == new {
            self.unchanged += 1;
        } else {
            let (name, canvas_id) = (row.name.clone(), row.canvas_id.clone());
            self.changes.push(Change {
                id: student.id.clone(),
                name,
                canvas_id,
                heading,
                old: old.written(),
                new,
            });
        }
    }
}
