//! Rosters as they come, with the quirks of those who wrote them.

use proptest::prelude::*;

use super::*;

/// As Canvas writes it with SIS ids: a row of posting policies, the points row with its indent, a name that is a formula,
/// somebody in two sections, the test student, totals at the end.
const CANVAS: &str = "\u{feff}Student,ID,SIS User ID,SIS Login ID,Section,Notes,Milestone 1 (987),Current Score\r\n\
,,,,,,Manual Posting,\r\n\
    Points Possible,,,,,,100.00,(read only)\r\n\
\"Doe, John\",1001,S77,jdoe@x.edu,Lecture 1,,87.50,87.50\r\n\
\"de la Cruz, María José\",1002,S78,mdelacruz,Lecture 1 and Lecture 2,\"says \"\"hi\"\", twice\",EX,\r\n\
\"=\"\"=HYPERLINK(1), Eve\"\"\",1003,,eve,Lecture 1,,N/A,\r\n\
Madonna,1004,,madonna,,,,\r\n\
\"Student, Test\",1999,,a3f5c0ffee,Lecture 1,,,\r\n";

fn ids(text: &str) -> Vec<(String, String)> {
    let people = roster(text.as_bytes()).unwrap().people;
    people.into_iter().map(|person| (person.id, person.name)).collect()
}

#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(id, name)| ((*id).into(), (*name).into())).collect();
    assert_eq!(ids(text), expected);
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    assert_eq!(roster(text.as_bytes()).unwrap_err().to_string(), expected);
}

#[test]
fn a_gradebook_of_canvas_is_a_roster() {
    let expected = [
        ("jdoe", "John Doe"),
        ("mdelacruz", "María José de la Cruz"),
        ("eve", "Eve =HYPERLINK(1)"),
        ("madonna", "Madonna"),
    ];
    check(CANVAS, &expected);
    check(&semicolons(CANVAS), &expected);
    let roster = roster(CANVAS.as_bytes()).unwrap();
    assert_eq!(roster.source, RosterSource::Canvas);
    assert_eq!(roster.skipped.iter().map(|skipped| skipped.row).collect::<Vec<_>>(), [2, 3, 8]);
    assert_eq!(
        roster.people[0],
        Person {
            id: "jdoe".into(),
            is_id_given: false,
            name: "John Doe".into(),
            email: Some("jdoe@x.edu".into()),
            section: Some("Lecture 1".into()),
            canvas_id: Some("1001".into()),
            sis_id: Some("S77".into()),
            login: Some("jdoe@x.edu".into()),
        }
    );
    assert_eq!(roster.people[1].email, None);
    assert_eq!(roster.people[1].section.as_deref(), Some("Lecture 1 and Lecture 2"));
}

/// The same table as Canvas writes it for a German instructor.
fn semicolons(text: &str) -> String {
    let sheet = Sheet::read(text.as_bytes()).unwrap();
    let mut writer = csv::WriterBuilder::new().delimiter(b';').flexible(true).from_writer(Vec::new());
    writer.write_record(&sheet.header).unwrap();
    for row in &sheet.rows {
        writer.write_record(&row.cells).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
fn canvas_may_part_names() {
    check(
        "LastName,FirstName,ID,SIS Login ID,Section\n    Points Possible,,,,\nDoe,John,1,jdoe,A\n,Cher,2,cher,A\n",
        &[("jdoe", "John Doe"), ("cher", "Cher")],
    );
}

#[test]
fn of_gradescope_students_alone_are_taken() {
    let text = "First Name,Last Name,SID,Email,Role,Section\n\
        Ann,Lee,301,ann.lee@x.edu,Student,A\n\
        Bob,,302,bob@x.edu,STUDENT,\n\
        Tia,Ng,,tia@x.edu,TA,\n\
        Ivy,Oz,,ivy@x.edu,Instructor,\n";
    check(text, &[("ann_lee", "Ann Lee"), ("bob", "Bob")]);
    let read = roster(text.as_bytes()).unwrap();
    assert_eq!(read.source, RosterSource::Gradescope);
    assert_eq!(read.people[0].sis_id.as_deref(), Some("301"));
    assert_eq!(read.skipped[1], Skipped { row: 5, why: "a person with the role 'Instructor'".into() });
    check("Name,SID,Email,Role\nAnn Lee,,ann@x.edu,Student\n", &[("ann", "Ann Lee")]);
}

#[test]
fn a_plain_table_may_come_in_any_order() {
    check("email,name\nann@x.edu,Ann Lee\n", &[("ann", "Ann Lee")]);
    check(
        "Section;ID;Phone;Email;Name\nA;john_doe;+49;jd@x.edu;John Doe\n;;;ann@x.edu;\"Lee; Ann\"\n\n",
        &[("john_doe", "John Doe"), ("ann", "Lee; Ann")],
    );
    let read = roster(b"id,name,email,phone\na,A,a@x.edu,1\n").unwrap();
    assert_eq!((read.source, read.unread), (RosterSource::Plain, vec!["phone".to_owned()]));
}

#[test]
fn what_is_wrong_is_said_by_row_and_column() {
    for (text, expected) in [
        ("name,email\nAnn,a@x\n\nBob,\n", "row 4 has no email"),
        ("name,email\n,a@x\n", "row 2 has no name"),
        ("Student,ID,Section,X (1)\n\"Doe, J\",,A,\n", "row 2 has no ID"),
        ("name,email\nAnn,a@x\nBob,A@X\n", "rows 2 and 3 have the same email 'A@X'; take one of them out"),
        ("id,name,email\nz,Ann,a@x\nZ,Bob,b@x\n", "rows 2 and 3 have the same id 'Z'; take one of them out"),
        (
            "name,email\nAnn,ann at x\n",
            "row 2 has the email 'ann at x', which is no address; one has the form name@place",
        ),
        (
            "id,name,email\n../x,Ann,a@x\n",
            "row 2 has the id '../x', which cannot be typed; letters, digits, '_', '-' and '.' can, up to 64",
        ),
        (
            "surname,phone\nLee,1\n",
            "its columns (surname, phone) are no roster's; a roster has at least 'name' and 'email'",
        ),
        (
            "name,email\nAnn,a@x\nB\u{1b}[2Job,b@x\n",
            "row 3 has the name 'B\\u{1b}[2Job', which has a control character in it; type it again without",
        ),
        (
            "name,email,section\nAnn,a@x,\"A\nB\"\n",
            "row 2 has the section 'A\\nB', which has a control character in it; type it again without",
        ),
        (
            "id,name,email\na\u{7f},Ann,a@x\n",
            "row 2 has the id 'a\\u{7f}', which has a control character in it; type it again without",
        ),
        (
            "name,email\nAnn,a\u{9b}1@x\n",
            "row 2 has the email 'a\\u{9b}1@x', which has a control character in it; type it again without",
        ),
        (
            "First Name,Last Name,SID,Email,Role\nAnn,L\u{7}ee,1,a@x,Student\n",
            "row 2 has the name 'L\\u{7}ee', which has a control character in it; type it again without",
        ),
        (
            "Name,SID,Email,Role\nAnn,1,a@x,T\u{1b}A\n",
            "row 2 has the role 'T\\u{1b}A', which has a control character in it; type it again without",
        ),
        ("name,email,Email\nAnn,a@x,b@x\n", "there are two columns 'email'; take one out"),
        ("name,email\n", "no row is a student's"),
        ("", "the file is empty"),
    ] {
        check_error(text, expected);
    }
}

#[test]
fn an_id_is_given_or_made() {
    let people = roster(b"id,name,email\nann,Ann,a@x\n,Bob,bob@x\n").unwrap().people;
    let found: Vec<_> = people.iter().map(|person| (&*person.id, person.is_id_given)).collect();
    assert_eq!(found, [("ann", true), ("bob", false)]);
}

proptest! {
    #[test]
    fn whatever_people_are_called_they_come_back(
        names in prop::collection::vec("[ =+@a-zA-Zäß李\"',;-]{0,12}[a-zé李]", 1..20),
        delimiter in prop::sample::select(vec![b',', b';']),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["name", "email", "section"]).unwrap();
        for (number, name) in names.iter().enumerate() {
            writer.write_record([name, &format!("s{number}@x.edu"), ""]).unwrap();
        }
        let people = roster(&writer.into_inner().unwrap()).unwrap().people;
        let found: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
        let expected: Vec<_> = names.iter().map(|name| name.trim()).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), header in any::<bool>()) {
        let header: &[u8] = if header { b"name,email\n" } else { b"" };
        drop(roster(&[header, &bytes].concat()));
    }
}
