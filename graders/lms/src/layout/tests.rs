//! Exports as they come.

use proptest::prelude::*;

use super::*;

fn canvas_id(id: &str) -> Who {
    Who::CanvasId(id.into())
}

#[track_caller]
fn check_canvas(path: &str, who: Who, late: bool, name: &str, resubmission: Option<u32>) {
    let handed = canvas::handed(path).unwrap_or_else(|| panic!("{path} is not of Canvas's form"));
    assert_eq!(handed.who, [who], "{path}");
    let expected = (Some(late), Some(name.to_owned()), resubmission);
    assert_eq!((handed.late, handed.original_name, handed.resubmission), expected, "{path}");
}

#[test]
fn names_of_canvas_are_taken_apart() {
    let anonymous = |code: &str| Who::Anonymous(code.into());
    check_canvas("doejohn_1001_555_model.zip", canvas_id("1001"), false, "model.zip", None);
    check_canvas(
        "doejohn_LATE_1001_555_my_model-2.tar.gz",
        canvas_id("1001"),
        true,
        "my_model-2.tar.gz",
        Some(2),
    );
    check_canvas("submissions/李明_1001_555_作业.zip", canvas_id("1001"), false, "作业.zip", None);
    check_canvas("team4_1002_556_1_final.zip", canvas_id("1002"), false, "1_final.zip", None);
    check_canvas("doejohn_1001_text.html", canvas_id("1001"), false, "text.html", None);
    check_canvas("doejohn_LATE_1001_link.html", canvas_id("1001"), true, "link.html", None);
    check_canvas("anon_x9Ab2_555_model.zip", anonymous("x9Ab2"), false, "model.zip", None);
    check_canvas("LATE_anon_12345_555_model.zip", anonymous("12345"), true, "model.zip", None);
    check_canvas("anon_x9Ab2_text.html", anonymous("x9Ab2"), false, "text.html", None);
    check_canvas("doejohn_1001_555_-7", canvas_id("1001"), false, "-7", Some(7));
    for other in [
        "john_doe.zip",
        "readme.txt",
        "doejohn_1001_.zip",
        "1001_555_x.zip",
        "a/b/doejohn_1001_555_x.zip",
        "anon_x",
    ] {
        assert_eq!(canvas::handed(other), None, "{other}");
    }
}

#[test]
fn canvas_is_known_by_most_of_its_files() {
    let paths =
        ["__MACOSX/._x", "doejohn_1001_555_a.zip", "leeann_LATE_1002_556_b.wasm", "notes.txt", ".DS_Store"];
    assert_eq!(Layout::detect(&paths), Layout::Canvas);
    let class = Layout::Canvas.read(&paths, "").unwrap();
    assert_eq!(
        class.handed.iter().map(|handed| handed.who[0].clone()).collect::<Vec<_>>(),
        [canvas_id("1001"), canvas_id("1002")]
    );
    assert_eq!(class.left, ["notes.txt"]);
}

#[test]
fn a_folder_of_many_is_read_by_its_names() {
    let paths = [
        "john_doe/",
        "john_doe/model.wasm",
        "john_doe/src/lib.rs",
        "ann.lee.tar.gz",
        "bob.zip",
        "carl.wasm",
        "carl/model.wasm",
        "dan/",
        "notes.txt",
        "Büro.zip",
        "-rf/x",
        "john_doe/.DS_Store",
    ];
    assert_eq!(Layout::detect(&paths), Layout::Folder);
    let class = Layout::Folder.read(&paths, "").unwrap();
    let found: Vec<_> = class
        .handed
        .iter()
        .map(|handed| (handed.who[0].clone(), &*handed.root, handed.paths.len()))
        .collect();
    let id = |id: &str| Who::Id(id.into());
    assert_eq!(
        found,
        [
            (id("john_doe"), "john_doe/", 2),
            (id("ann.lee"), "", 1),
            (id("bob"), "", 1),
            (id("carl"), "", 1),
            (id("carl"), "carl/", 1),
            (id("dan"), "dan/", 0),
        ]
    );
    assert_eq!(class.left, ["notes.txt", "Büro.zip", "-rf/x"]);
}

/// A lone student, a group, a number without quotes, nobody, Rails' own times with a shared zone, results that mean
/// nothing here, and a submission without files.
const METADATA: &str = r"---
submission_409194023:
  :submitters:
  - :name: 'Doe, John: the first'
    :sid: '0123456'
    :email: john@x.edu
  :created_at: 2026-04-26 17:34:00.861687000 Z
  :score: 2.0
  :status: processed
  :results:
    score: 2.0
    output: |-
      ==== *not an alias &not an anchor
      :submitters: []
    tests:
    - name: dense
      output: !ruby/object:Foo {}
  :history:
  - :id: 409194022
    :created_at: 2026-04-25 17:34:00.861687000 Z
submission_5:
  :submitters:
  - :name: Ann
    :sid: 333
    :email: ann@x.edu
  - :name: Bo
    :sid:
    :email: ''
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2018-10-03 21:43:28.853379000 Z
    zone: &1 !ruby/object:ActiveSupport::TimeZone
      name: America/Los_Angeles
    time: 2018-10-03 14:43:28.853379000 Z
submission_6:
  :submitters: []
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2018-10-03 21:43:28 Z
    zone: *1
    time: 2018-10-03 14:43:28 Z
submission_7:
  :submitters:
  - :name: Cy
  :created_at: 2026-04-26 17:34:00.5 -07:00
";

#[test]
fn an_export_of_gradescope_says_whose_each_is() {
    let paths = [
        "assignment_9_export/submission_metadata.yml",
        "assignment_9_export/submission_409194023/model.wasm",
        "assignment_9_export/submission_409194023/src/lib.rs",
        "assignment_9_export/submission_5/model.zip",
        "assignment_9_export/submission_6/model.zip",
        "assignment_9_export/submission_8/model.zip",
        "__MACOSX/assignment_9_export/._submission_5",
        "assignment_9_export/other.txt",
    ];
    let layout = Layout::detect(&paths);
    assert_eq!(layout, Layout::Gradescope { metadata: paths[0].into() });
    let class = layout.read(&paths, METADATA).unwrap();
    let known = |name: &str, sid: Option<&str>, email: Option<&str>| Who::Gradescope {
        name: Some(name.into()),
        sis_id: sid.map(str::to_owned),
        email: email.map(str::to_owned),
    };
    let found: Vec<_> = class
        .handed
        .iter()
        .map(|handed| (handed.who.clone(), handed.at.unwrap().to_string(), handed.paths.len()))
        .collect();
    assert_eq!(
        found,
        [
            (
                vec![known("Doe, John: the first", Some("0123456"), Some("john@x.edu"))],
                "2026-04-26T17:34:00.861687Z".into(),
                2
            ),
            (
                vec![known("Ann", Some("333"), Some("ann@x.edu")), known("Bo", None, None)],
                "2018-10-03T21:43:28.853379Z".into(),
                1
            ),
            (vec![], "2018-10-03T21:43:28Z".into(), 1),
            (vec![known("Cy", None, None)], "2026-04-27T00:34:00.5Z".into(), 0),
        ]
    );
    assert_eq!(class.handed[0].root, "assignment_9_export/submission_409194023/");
    assert_eq!(class.left, ["assignment_9_export/submission_8/model.zip", "assignment_9_export/other.txt"]);
}

/// A student who packs the file by which Gradescope tells would hand in for others.
#[test]
fn what_a_student_packs_does_not_say_whose_anything_is() {
    #[track_caller]
    fn check(paths: &[&str], expected: Option<&str>) {
        let found = match Layout::detect(paths) {
            Layout::Gradescope { metadata } => Some(metadata),
            _ => None,
        };
        assert_eq!(found.as_deref(), expected);
    }
    let name = "submission_metadata.yml";
    let (own, export) = (format!("submission_2/{name}"), format!("assignment_9_export/{name}"));
    check(&[&own, name, "submission_5/x"], Some(name));
    check(&[&own, &export], None);
    check(&[&own, "submission_5/x"], None);
    check(&[&own, "submission_2/component.wasm"], None);
    check(&["assignment_9_export/", &export, "assignment_9_export/submission_5/x"], Some(&export));
    check(&[&export, "assignment_9_export/submission_5/x", "bob.zip"], None);
    check(&[&format!("assignment_9_export/{own}"), "assignment_9_export/x"], None);
    check(&["__MACOSX/._x", &export], Some(&export));
    let paths = ["submission_409194023/submission_metadata.yml", "submission_409194023/x", name];
    let class = Layout::detect(&paths).read(&paths, METADATA).unwrap();
    assert_eq!(class.handed[0].paths, paths[..2]);
    assert!(class.left.is_empty());
}

fn metadata(text: &str) -> Result<Class, ExportError> {
    Layout::Gradescope { metadata: "submission_metadata.yml".into() }.read(&["submission_metadata.yml"], text)
}

#[test]
fn metadata_that_says_nothing_is_refused() {
    for (text, expected) in [
        ("submission_1: [", "submission_metadata.yml: "),
        (
            "submission_1:\n  :created_at: yesterday\n",
            "submission_1 was created at 'yesterday', which is no time",
        ),
        ("- a\n- b\n", "export the submissions from Gradescope again"),
    ] {
        let error = metadata(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(metadata("").unwrap(), Class::default());
    assert_eq!(metadata("--- {}\n").unwrap(), Class::default());
}

/// Nine levels that each say the one before nine times: 387 million nodes from 400 bytes.
#[test]
fn a_bomb_of_aliases_does_not_go_off() {
    let level = |n: usize| format!("l{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(","));
    let bomb = format!("l0: &a0 [x]\n{}", (1..10).map(level).collect::<String>());
    let error = metadata(&format!("submission_1:\n  :submitters: []\n{bomb}")).unwrap_err().to_string();
    assert!(error.starts_with("submission_metadata.yml: "), "{error}");
    let deep = format!("submission_1:\n  :results: {}\n", "[".repeat(100_000));
    assert!(metadata(&deep).is_err());
}

#[test]
fn a_large_class_is_read() {
    let tests = "    - name: 'criterion'\n      score: 1.0\n      output: 'text: with *signs &'\n".repeat(20);
    let one = |n: usize| {
        let zone = if n == 0 { "&1 !ruby/object:ActiveSupport::TimeZone\n      name: UTC" } else { "*1" };
        format!(
            "submission_{n}:\n  :submitters:\n  - :name: S{n}\n  :created_at: !ruby/object:ActiveSupport::TimeWithZone\n    \
             utc: 2018-10-03 21:43:28 Z\n    zone: {zone}\n  :results:\n    tests:\n{tests}"
        )
    };
    let class = metadata(&(0..2_000).map(one).collect::<String>()).unwrap();
    assert_eq!(class.handed.len(), 2_000);
}

proptest! {
    #[test]
    fn a_name_that_canvas_built_is_taken_apart(
        name in "[a-z李]{1,8}",
        late in any::<bool>(),
        (user, file) in (1u32.., 1u32..),
        original in "[a-zA-Z0-9_.-]{1,12}",
    ) {
        let late_piece = if late { "LATE_" } else { "" };
        let handed = canvas::handed(&format!("{name}_{late_piece}{user}_{file}_{original}")).unwrap();
        prop_assert_eq!(handed.who, [canvas_id(&user.to_string())]);
        prop_assert_eq!((handed.late, handed.original_name), (Some(late), Some(original)));
    }

    #[test]
    fn every_file_is_somebodys_or_left(paths in prop::collection::vec("[a-z_0-9./-]{1,20}", 0..20)) {
        let paths: Vec<_> = paths.iter().map(String::as_str).collect();
        let layout = Layout::detect(&paths);
        let class = layout.read(&paths, "").unwrap();
        let files = paths.iter().filter(|path| !path.ends_with('/') && !is_junk(path)).count();
        let read: usize = class.handed.iter().map(|handed| handed.paths.len()).sum();
        prop_assert_eq!(read + class.left.len(), files);
    }

    #[test]
    fn no_metadata_makes_it_panic(text in "[ a:\\[\\]{}&*!|>'\"\n-]{0,60}") {
        drop(metadata(&text));
    }
}
