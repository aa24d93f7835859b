//! The people of a class, from the file that an instructor has: an export of Canvas or Gradescope, or a table of their own.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::{
    Person, SheetError, canvas,
    sheet::{Row, Sheet, is_called},
    slug,
};

/// The people of a class, read from a CSV file.
///
/// What the file is shows in its header:
///
/// - a gradebook exported from Canvas (`Student,ID,SIS User ID,SIS Login ID,Section,…`),
/// - a roster from Gradescope (`First Name,Last Name,SID,Email,Role`, or with `Name`), of which students alone are taken,
/// - a plain table (`name`, `email`, and where they are known `id`, `section`, `sis_id`, `canvas_id`, `login`, in any order;
///   `first_name` and `last_name` do for `name`).
///
/// Cells are separated by `,` or `;`; a byte order mark, blank lines and rows that are nobody's are passed over. Names are
/// data, whatever they start with, but control characters are in none. Ids that the file does not give are made, as [`Person::id`] says.
///
/// # Errors
///
/// Names the row and the column where a file cannot be a class's roster: nothing is guessed.
pub fn roster(bytes: &[u8]) -> Result<Roster, RosterError> {
    let sheet = Sheet::read(bytes)?;
    let columns = Columns::of(&sheet)?;
    let (mut people, mut rows, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    for row in sheet.rows.iter().filter(|row| !row.is_blank()) {
        columns.check_printable(row)?;
        match columns.reason_to_skip(row) {
            Some(why) => skipped.push(Skipped { row: row.number, why }),
            None => {
                people.push(columns.person(row)?);
                rows.push(row.number);
            }
        }
    }
    if people.is_empty() {
        return Err(RosterError::Nobody);
    }
    distinct(&people, &rows)?;
    slug::name_all(&mut people);
    Ok(Roster { source: columns.source, people, skipped, unread: columns.unread(&sheet) })
}

/// The people of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    /// What wrote the file.
    pub source: RosterSource,
    /// In the order of the file.
    pub people: Vec<Person>,
    /// Rows that are no student's.
    pub skipped: Vec<Skipped>,
    /// Columns that say nothing which a roster knows; for Canvas, whose other columns are grades, none.
    pub unread: Vec<String>,
}

/// What wrote a roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterSource {
    /// A gradebook exported from Canvas.
    Canvas,
    /// A roster from Gradescope.
    Gradescope,
    /// Somebody with a spreadsheet.
    Plain,
}

/// A row that is no student's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// As a spreadsheet counts.
    pub row: usize,
    /// What it is instead: `the row of points possible`, `a TA`.
    pub why: String,
}

/// Why a file is no roster.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RosterError {
    /// It is no CSV file.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// Its header is none of the three.
    #[error("its columns ({0}) are no roster's; a roster has at least 'name' and 'email'")]
    Header(String),
    /// A column is there twice.
    #[error("there are two columns '{0}'; take one out")]
    ColumnTwice(String),
    /// A student lacks what every student must have.
    #[error("row {row} has no {column}")]
    Missing {
        /// As a spreadsheet counts.
        row: usize,
        /// What is missing.
        column: &'static str,
    },
    /// A cell holds something that it cannot.
    #[error("row {row} has the {column} '{value}', which {problem}")]
    Malformed {
        /// As a spreadsheet counts.
        row: usize,
        /// Which cell.
        column: &'static str,
        /// What it holds.
        value: String,
        /// What is wrong with it and what would be right.
        problem: &'static str,
    },
    /// Two rows claim to be the same student.
    #[error("rows {first} and {second} have the same {column} '{value}'; take one of them out")]
    Twice {
        /// As a spreadsheet counts.
        first: usize,
        /// The later row.
        second: usize,
        /// What they share.
        column: &'static str,
        /// Its value, as in the later row.
        value: String,
    },
    /// There is a header and nobody below it.
    #[error("no row is a student's")]
    Nobody,
}

/// Which column says what.
struct Columns {
    source: RosterSource,
    name: Name,
    email: Option<usize>,
    section: Option<usize>,
    canvas_id: Option<usize>,
    sis_id: Option<usize>,
    login: Option<usize>,
    id: Option<usize>,
    role: Option<usize>,
}

enum Name {
    /// `John Doe`.
    Whole(usize),
    /// `Doe, John`.
    Sorted(usize),
    Parts {
        first: usize,
        last: usize,
    },
}

impl Columns {
    fn of(sheet: &Sheet) -> Result<Self, RosterError> {
        let found = Self::canvas(sheet).or_else(|| Self::gradescope(sheet)).or_else(|| Self::plain(sheet));
        let columns = found.ok_or_else(|| RosterError::Header(sheet.header.join(", ")))?;
        let read = columns.read().into_iter();
        let mut twice = read
            .map(|column| &sheet.header[column])
            .filter(|name| sheet.header.iter().filter(|heading| is_called(heading, name)).count() > 1);
        twice.next().map_or(Ok(()), |name| Err(RosterError::ColumnTwice(name.clone())))?;
        Ok(columns)
    }

    fn canvas(sheet: &Sheet) -> Option<Self> {
        let student = sheet.column("Student").map(Name::Sorted);
        let parts = || Name::parts(sheet, "FirstName", "LastName");
        Some(Self {
            source: RosterSource::Canvas,
            name: student.or_else(parts)?,
            email: None,
            section: Some(sheet.column("Section")?),
            canvas_id: Some(sheet.column("ID")?),
            sis_id: sheet.column("SIS User ID"),
            login: sheet.column("SIS Login ID"),
            id: None,
            role: None,
        })
    }

    fn gradescope(sheet: &Sheet) -> Option<Self> {
        Some(Self {
            source: RosterSource::Gradescope,
            name: Name::of(sheet)?,
            email: Some(sheet.column("Email")?),
            section: sheet.column("Section").or_else(|| sheet.column("Sections")),
            canvas_id: None,
            sis_id: Some(sheet.column("SID")?),
            login: None,
            id: None,
            role: sheet.column("Role"),
        })
    }

    fn plain(sheet: &Sheet) -> Option<Self> {
        Some(Self {
            source: RosterSource::Plain,
            name: Name::of(sheet)?,
            email: Some(sheet.column("email")?),
            section: sheet.column("section"),
            canvas_id: sheet.column("canvas_id"),
            sis_id: sheet.column("sis_id"),
            login: sheet.column("login"),
            id: sheet.column("id"),
            role: None,
        })
    }

    /// The columns that are read.
    fn read(&self) -> Vec<usize> {
        self.named().into_iter().filter_map(|(_, column)| column).collect()
    }

    /// The columns that are read, by what they hold.
    fn named(&self) -> [(&'static str, Option<usize>); 9] {
        let (name, last) = match self.name {
            Name::Whole(column) | Name::Sorted(column) => (column, None),
            Name::Parts { first, last } => (first, Some(last)),
        };
        [
            ("name", Some(name)),
            ("name", last),
            ("email", self.email),
            ("section", self.section),
            ("Canvas ID", self.canvas_id),
            ("SIS ID", self.sis_id),
            ("login", self.login),
            ("id", self.id),
            ("role", self.role),
        ]
    }

    /// Refuses what would move the cursor or colour the screen wherever it is shown, and a name of several lines, which no
    /// table holds.
    fn check_printable(&self, row: &Row) -> Result<(), RosterError> {
        let text = |column: Option<usize>| row.text(column?).filter(|text| text.contains(char::is_control));
        let found = self.named().into_iter().find_map(|(name, column)| Some((name, text(column)?)));
        let Some((column, value)) = found else { return Ok(()) };
        let value = value.escape_debug().to_string();
        let problem = "has a control character in it; type it again without";
        Err(RosterError::Malformed { row: row.number, column, value, problem })
    }

    fn unread(&self, sheet: &Sheet) -> Vec<String> {
        if self.source == RosterSource::Canvas {
            return Vec::new();
        }
        let read = self.read();
        let unread = sheet.header.iter().enumerate().filter(|(column, _)| !read.contains(column));
        unread.map(|(_, name)| name.clone()).filter(|name| !name.is_empty()).collect()
    }

    fn reason_to_skip(&self, row: &Row) -> Option<String> {
        match self.source {
            RosterSource::Canvas => not_a_student_in_canvas(row, self.name.of_row(row).as_deref()),
            RosterSource::Gradescope | RosterSource::Plain => {
                let role = row.text(self.role?).filter(|role| !role.eq_ignore_ascii_case("student"));
                role.map(|role| format!("a person with the role '{role}'"))
            }
        }
    }

    fn person(&self, row: &Row) -> Result<Person, RosterError> {
        let missing = |column| RosterError::Missing { row: row.number, column };
        let text = |column: Option<usize>| column.and_then(|column| row.text(column)).map(str::to_owned);
        let name = self.name.of_row(row).ok_or_else(|| missing("name"))?;
        let (canvas_id, login) = (text(self.canvas_id), text(self.login));
        if self.source == RosterSource::Canvas && canvas_id.is_none() {
            return Err(missing("ID"));
        }
        let email = match self.email {
            Some(column) => Some(email(row, row.text(column).ok_or_else(|| missing("email"))?)?),
            // Canvas exports no addresses, but at many places people log in with theirs.
            None => login.clone().filter(|login| is_address(login)),
        };
        let id = text(self.id).map_or(Ok(String::new()), |id| checked_id(row, id))?;
        let (section, sis_id, is_id_given) = (text(self.section), text(self.sis_id), !id.is_empty());
        Ok(Person { id, is_id_given, name, email, section, canvas_id, sis_id, login })
    }
}

impl Name {
    fn of(sheet: &Sheet) -> Option<Self> {
        let whole = sheet.column("Name").or_else(|| sheet.column("Full Name"));
        whole.map(Self::Whole).or_else(|| Self::parts(sheet, "First Name", "Last Name"))
    }

    fn parts(sheet: &Sheet, first: &str, last: &str) -> Option<Self> {
        Some(Self::Parts { first: sheet.column(first)?, last: sheet.column(last)? })
    }

    fn of_row(&self, row: &Row) -> Option<String> {
        match *self {
            Self::Whole(column) => row.text(column).map(str::to_owned),
            Self::Sorted(column) => row.text(column).map(turned_round),
            Self::Parts { first, last } => {
                let parts: Vec<_> = [first, last].iter().filter_map(|part| row.text(*part)).collect();
                (!parts.is_empty()).then(|| parts.join(" "))
            }
        }
    }
}

/// `Doe, John` as `John Doe`.
fn turned_round(name: &str) -> String {
    // Canvas writes a name that starts with `=` as the formula `="…"`.
    let name = name.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(name);
    match name.split_once(',') {
        Some((last, first)) if !first.trim().is_empty() => format!("{} {}", first.trim(), last.trim()),
        _ => name.to_owned(),
    }
}

/// What a row of an exported gradebook is that is nobody's.
fn not_a_student_in_canvas(row: &Row, name: Option<&str>) -> Option<String> {
    if canvas::is_points(row) {
        return Some("the row of points possible".into());
    }
    if canvas::is_remark(row) {
        return Some("the row of manual posting".into());
    }
    let first = row.text(0);
    (name == Some("Test Student") && first == Some("Student, Test")).then(|| "Canvas's test student".into())
}

fn email(row: &Row, value: &str) -> Result<String, RosterError> {
    if is_address(value) {
        return Ok(value.to_owned());
    }
    let problem = "is no address; one has the form name@place";
    Err(RosterError::Malformed { row: row.number, column: "email", value: value.into(), problem })
}

fn is_address(text: &str) -> bool {
    let parts = text.split_once('@').filter(|(name, place)| !name.is_empty() && !place.is_empty());
    parts.is_some_and(|(_, place)| !place.contains('@')) && !text.contains(char::is_whitespace)
}

fn checked_id(row: &Row, id: String) -> Result<String, RosterError> {
    if slug::is_id(&id) {
        return Ok(id);
    }
    let problem = "cannot be typed; letters, digits, '_', '-' and '.' can, up to 64";
    Err(RosterError::Malformed { row: row.number, column: "id", value: id, problem })
}

/// Nobody shares what is one person's, whatever its case.
fn distinct(people: &[Person], rows: &[usize]) -> Result<(), RosterError> {
    let mut seen: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for (person, row) in people.iter().zip(rows) {
        let id = Some(&person.id).filter(|id| !id.is_empty());
        let owned = [
            ("id", id),
            ("email", person.email.as_ref()),
            ("Canvas ID", person.canvas_id.as_ref()),
            ("SIS ID", person.sis_id.as_ref()),
            ("login", person.login.as_ref()),
        ];
        for (column, value) in owned.into_iter().filter_map(|(column, value)| Some((column, value?))) {
            if let Some(first) = seen.insert((column, value.to_lowercase()), *row) {
                return Err(RosterError::Twice { first, second: *row, column, value: value.clone() });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
