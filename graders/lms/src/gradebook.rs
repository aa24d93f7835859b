//! A gradebook of our own columns, for whoever has a spreadsheet and no Canvas.

use csv::Writer;

use crate::{Cell, Person, cell};

/// A CSV file with a row for every student: id, name, email, section, and then `columns`.
///
/// Text is written so that no spreadsheet calculates it, points with two decimals at most, and a byte order mark tells Excel
/// that it is UTF-8.
///
/// # Panics
///
/// If a student has not one cell for every column.
pub fn gradebook(columns: &[&str], students: &[(Person, Vec<Cell>)]) -> Vec<u8> {
    let mut writer = Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let mut write = |fixed: [&str; 4], cells: Vec<String>| {
        assert_eq!(cells.len(), columns.len(), "{} has not one cell for every column", fixed[0]);
        let record = fixed.into_iter().map(cell::neutral).chain(cells);
        writer.write_record(record).expect("memory takes rows of equal length");
    };
    write(["id", "name", "email", "section"], columns.iter().map(|column| cell::neutral(column)).collect());
    for (person, cells) in students {
        let or_blank = |text: &Option<String>| text.clone().unwrap_or_default();
        let (email, section) = (or_blank(&person.email), or_blank(&person.section));
        write([&person.id, &person.name, &email, &section], cells.iter().map(Cell::written).collect());
    }
    writer.into_inner().expect("memory takes what is flushed")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::roster;

    fn person(id: &str, name: &str) -> Person {
        Person {
            id: id.into(),
            is_id_given: true,
            name: name.into(),
            email: Some(format!("{id}@x.edu")),
            section: None,
            canvas_id: None,
            sis_id: None,
            login: None,
        }
    }

    #[test]
    fn cells_are_written_so_that_no_spreadsheet_calculates() {
        let students = [
            (person("ann", "=1+1"), vec![Cell::Points(89.999), Cell::Excused]),
            (person("bob", "Lee, \"Bob\"\n李"), vec![Cell::Empty, Cell::Text("@waiting".into())]),
        ];
        let csv = String::from_utf8(gradebook(&["Milestone 1", "-2"], &students)).unwrap();
        assert_eq!(
            csv,
            "\u{feff}id,name,email,section,Milestone 1,'-2\n\
             ann,'=1+1,ann@x.edu,,89.99,EX\n\
             bob,\"Lee, \"\"Bob\"\"\n李\",bob@x.edu,,,'@waiting\n"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_a_roster(names in prop::collection::vec("[ a-zäß李\"',;]{0,12}[a-zé李]", 1..20)) {
            let people = names.iter().enumerate().map(|(n, name)| person(&format!("s{n}"), name.trim()));
            let students: Vec<_> = people.map(|person| (person, vec![Cell::Points(1.5)])).collect();
            let read = roster(&gradebook(&["Milestone 1"], &students)).unwrap();
            let written: Vec<_> = students.into_iter().map(|(person, _)| person).collect();
            prop_assert_eq!(read.people, written);
            prop_assert_eq!(read.unread, ["Milestone 1"]);
        }
    }
}
