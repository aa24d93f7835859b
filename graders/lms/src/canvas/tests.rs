//! Gradebooks as Canvas exports them, and what goes back.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// With SIS ids, notes, a row of posting policies, excused and unassigned cells, a title with parentheses, totals with and
/// without a grading period, and the test student.
const EXPORT: &str = "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Milestone 1 (987),\"Milestone 2 (bonus), CNN (988)\",Essay (989),Current Score,Final Score (2024)\n\
,,,,,,Manual Posting,,,,\n\
    Points Possible,,,,,,100.00,15,,(read only),(read only)\n\
\"Doe, John\",1001,S77,jdoe,Lecture 1,,87.50,,12.00,87.50,\n\
\"+Lee, Ann\",1002,S78,alee,Lecture 1,\"a \"\"note\"\"\",EX,N/A,A-,,\n\
\"Ng, 李, \"\"Bo\"\"\",1003,,bng,Lecture 1 and Lecture 2,,,7.5,,,\n\
\"Student, Test\",1999,,a3f5,Lecture 1,,,,,,\n";

fn read(text: &str) -> CanvasGradebook {
    CanvasGradebook::read(text.as_bytes()).unwrap()
}

fn columns(pairs: &[(u32, &str)]) -> BTreeMap<u32, String> {
    pairs.iter().map(|(milestone, column)| (*milestone, (*column).to_owned())).collect()
}

fn marks(id: &str, canvas_id: &str, marks: &[(u32, Mark)]) -> StudentMarks {
    let canvas_id = Some(canvas_id.to_owned());
    StudentMarks {
        id: id.into(),
        canvas_id,
        marks: marks.iter().copied().collect(),
        ..StudentMarks::default()
    }
}

fn changes(import: &Import) -> Vec<(&str, &str, &str, &str)> {
    import.changes.iter().map(|c| (&*c.id, &*c.heading, &*c.old, &*c.new)).collect()
}

#[test]
fn an_export_is_read() {
    let gradebook = read(EXPORT);
    let headings: Vec<_> = gradebook.columns.iter().map(|c| (&*c.title, &*c.id, c.points)).collect();
    assert_eq!(
        headings,
        [
            ("Milestone 1", "987", Some(100.0)),
            ("Milestone 2 (bonus), CNN", "988", Some(15.0)),
            ("Essay", "989", None),
        ]
    );
    let cells: Vec<_> = gradebook.rows.iter().map(|row| row.cells.clone()).collect();
    assert_eq!(
        cells,
        [
            vec![Cell::Points(87.5), Cell::Empty, Cell::Points(12.0)],
            vec![Cell::Excused, Cell::NotAssigned, Cell::Text("A-".into())],
            vec![Cell::Empty, Cell::Points(7.5), Cell::Empty],
            vec![Cell::Empty, Cell::Empty, Cell::Empty],
        ]
    );
    assert_eq!(gradebook.rows[2].name, "Ng, 李, \"Bo\"");
    assert_eq!(gradebook.rows[2].number, 6);
}

#[test]
fn only_what_changes_is_written() {
    let students = [
        marks("john", "1001", &[(1, Mark::Score(87.504)), (2, Mark::Score(89.999))]),
        marks("ann", "1002", &[(1, Mark::Score(50.0)), (2, Mark::Score(50.0))]),
        marks("bo", "1003", &[(1, Mark::Excused), (2, Mark::Score(50.0))]),
        marks("zed", "4", &[(1, Mark::Score(1.0))]),
    ];
    let import = read(EXPORT).import(&students, &columns(&[(1, "milestone 1"), (2, "988")])).unwrap();
    assert_eq!(
        changes(&import),
        [
            ("john", "Milestone 2 (bonus), CNN (988)", "", "13.49"),
            ("ann", "Milestone 1 (987)", "EX", "50"),
            ("bo", "Milestone 1 (987)", "", "EX"),
        ]
    );
    assert_eq!((import.unchanged, &import.absent[..]), (2, &["zed".to_owned()][..]));
    assert_eq!(import.not_assigned, [("ann".into(), "Milestone 2 (bonus), CNN (988)".into())]);
    assert_eq!(
        String::from_utf8(import.csv).unwrap(),
        "Student,ID,SIS User ID,SIS Login ID,Section,Milestone 1 (987),\"Milestone 2 (bonus), CNN (988)\"\n    \
             Points Possible,,,,,100,15\n\
         \"Doe, John\",1001,S77,jdoe,Lecture 1,87.5,13.49\n\
         \"'+Lee, Ann\",1002,S78,alee,Lecture 1,50,N/A\n\
         \"Ng, 李, \"\"Bo\"\"\",1003,,bng,Lecture 1 and Lecture 2,EX,7.5\n"
    );
}

#[test]
fn students_are_found_as_canvas_finds_them() {
    let by = |canvas: Option<&str>, sis: Option<&str>, login: Option<&str>| {
        let some = |text: Option<&str>| text.map(str::to_owned);
        let (canvas_id, sis_id, login) = (some(canvas), some(sis), some(login));
        let marks = BTreeMap::from([(1, Mark::Score(1.0))]);
        let student = StudentMarks { id: "x".into(), canvas_id, sis_id, login, marks };
        let import = read(EXPORT).import(&[student], &columns(&[(1, "987")])).unwrap();
        import.changes.first().map(|change| change.canvas_id.clone())
    };
    assert_eq!(by(Some("1001"), Some("S78"), Some("bng")).as_deref(), Some("1001"));
    assert_eq!(by(Some("5"), Some("S78"), Some("bng")).as_deref(), Some("1002"));
    assert_eq!(by(None, None, Some("bng")).as_deref(), Some("1003"));
    assert_eq!(by(None, None, None), None);
}

#[test]
fn a_semicolon_export_comes_back_with_semicolons() {
    let export = "\u{feff}LastName;FirstName;ID;SIS Login ID;Section;M 1 (5)\n    Points Possible;;;;;10,00\nDoe;John;1;jdoe;A;7,25\n";
    let gradebook = read(export);
    assert_eq!((&gradebook.rows[0].cells[0], &*gradebook.rows[0].name), (&Cell::Points(7.25), "Doe, John"));
    let import =
        gradebook.import(&[marks("j", "1", &[(1, Mark::Score(75.0))])], &columns(&[(1, "M 1")])).unwrap();
    assert_eq!(changes(&import), [("j", "M 1 (5)", "7.25", "7.5")]);
    assert_eq!(
        String::from_utf8(import.csv).unwrap(),
        "\u{feff}LastName;FirstName;ID;SIS Login ID;Section;M 1 (5)\n    Points Possible;;;;;10\nDoe;John;1;jdoe;A;7.5\n"
    );
}

#[track_caller]
fn check_import(pairs: &[(u32, &str)], students: &[StudentMarks], expected: &str) {
    assert_eq!(read(EXPORT).import(students, &columns(pairs)).unwrap_err().to_string(), expected);
}

#[test]
fn no_assignment_comes_about_by_a_misspelling() {
    check_import(
        &[(1, "Milestnoe 1")],
        &[],
        "milestone 1: Canvas has no assignment 'Milestnoe 1'; near are 'Milestone 1 (987)', 'Milestone 2 (bonus), CNN (988)'",
    );
    check_import(
        &[(1, "Quiz")],
        &[],
        "milestone 1: Canvas has no assignment 'Quiz'; create it there and export the gradebook again",
    );
    check_import(
        &[(1, "Current Score")],
        &[],
        "milestone 1: Canvas has no assignment 'Current Score'; create it there and export the gradebook again",
    );
    check_import(
        &[(1, "987"), (2, "Milestone 1")],
        &[],
        "milestones 1 and 2 both go into 'Milestone 1 (987)'; give each a column of its own",
    );
    let john = |id| marks(id, "1001", &[(1, Mark::Score(1.0))]);
    check_import(
        &[(1, "987")],
        &[john("john"), john("jd")],
        "'john' and 'jd' are both Doe, John in Canvas; mend the roster",
    );
    check_import(
        &[(1, "Essay")],
        &[john("john")],
        "'Essay (989)' has no points in Canvas; set its points there and export the gradebook again",
    );
}

#[test]
fn two_assignments_may_have_one_title() {
    let gradebook =
        read("Student,ID,SIS Login ID,Section,M (1),M (2)\n    Points Possible,,,,1,1\n\"D, J\",1,j,A,,\n");
    let error = gradebook.import(&[], &columns(&[(3, "m")])).unwrap_err().to_string();
    assert_eq!(
        error,
        "milestone 3: Canvas has several assignments 'm': 'M (1)', 'M (2)'; give the number of one"
    );
}

#[test]
fn what_is_no_export_is_refused() {
    for (text, expected) in [
        (
            "name,email\na,b\n",
            "it has no column 'Section'; export the gradebook from Canvas as a CSV file, with 'Student', 'ID' and 'Section'",
        ),
        ("Student,ID,Section\n\"D, J\",,A\n", "row 2 has no ID; export the gradebook from Canvas again"),
        (
            "Student,ID,Section\na,1,A\nb,1,A\n",
            "the student 1 is there (rows 2 and 3) more than once; export the gradebook from Canvas again",
        ),
        (
            "Student,ID,Section,M (1),N (1)\na,1,A,,\n",
            "the assignment 'N (1)' is there more than once; export the gradebook from Canvas again",
        ),
    ] {
        assert_eq!(CanvasGradebook::read(text.as_bytes()).unwrap_err().to_string(), expected);
    }
}

proptest! {
    #[test]
    fn once_imported_nothing_is_left_to_change(
        scores in prop::collection::vec((0.0..=100.0f64, "[ =+@a-zß李\"',;\n]{0,9}[a-z]"), 1..12),
        points in 1u32..200,
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["Student", "ID", "SIS Login ID", "Section", "M (1)"]).unwrap();
        writer.write_record(["    Points Possible", "", "", "", &points.to_string()]).unwrap();
        for (number, (_, name)) in scores.iter().enumerate() {
            writer.write_record([name, &number.to_string(), "", "A", ""]).unwrap();
        }
        let gradebook = CanvasGradebook::read(&writer.into_inner().unwrap()).unwrap();
        let mark = |(number, (score, _)): (usize, &(f64, String))| {
            marks("x", &number.to_string(), &[(1, Mark::Score(*score))])
        };
        let students: Vec<_> = scores.iter().enumerate().map(mark).collect();
        let first = gradebook.import(&students, &columns(&[(1, "1")])).unwrap();
        prop_assert_eq!(first.changes.len(), scores.len());
        let second = CanvasGradebook::read(&first.csv).unwrap().import(&students, &columns(&[(1, "1")])).unwrap();
        prop_assert_eq!((second.changes.len(), second.unchanged), (0, scores.len()));
    }
}
