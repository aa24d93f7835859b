//! An invented course of thirty students, made of the example components.

use std::{collections::BTreeMap, path::Path};

use jiff::{SignedDuration, Timestamp};
use tito_course::{Course, HandedIn, MilestoneChanges, Settings};
use tito_gradebook::{Event, Student, TimeFrom};

use crate::{
    benchmark, commands, course,
    failure::Failure,
    files::write_whole,
    sample::{SAMPLES, Sample},
};

/// In how many days from today the milestones are due, at the end of the day in UTC: the third is open for late ones still.
const DUE_IN_DAYS: [i64; 5] = [-28, -14, -2, 12, 33];

/// A component that somebody hands in.
#[derive(Clone, Copy)]
enum What {
    /// Right and fast.
    Fast,
    /// Right, by plain loops.
    Plain,
    /// One of [`WRONG`].
    Wrong(usize),
    /// `forward` traps.
    Evil,
    /// No submission at all.
    Junk,
}

use What::{Evil, Fast, Junk, Plain, Wrong};

macro_rules! guest {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/guests/prebuilt/", $name, ".wasm"))
    };
}

/// What students get wrong in the first two milestones.
const WRONG: [&[u8]; 7] = [
    guest!("wrong_weight_transposed"),
    guest!("wrong_bias_forgotten"),
    guest!("wrong_softmax_unshifted"),
    guest!("wrong_relu_leaky"),
    guest!("wrong_kernel_flipped"),
    guest!("wrong_padding_ignored"),
    guest!("wrong_sigmoid_overflow"),
];

/// Something that somebody hands in: for which milestone, how many hours before it is due or before today, and what.
type Handed = (u32, i64, What);

/// Everybody, with what they hand in.
const CLASS: [(&str, &[Handed]); 30] = [
    ("John Doe", &[(1, 30, Wrong(0)), (1, 5, Fast), (2, 20, Fast), (3, 12, Plain)]),
    ("Ada Osei", &[(1, 40, Fast), (2, 50, Fast), (3, 30, Fast), (4, 20, Fast), (5, 9, Fast)]),
    ("Ben Kowalski", &[(1, 3, Plain), (2, 2, Plain)]),
    ("Carla Mendes", &[(1, -20, Plain), (2, 5, Wrong(4))]),
    ("Deniz Aydin", &[(1, 8, Wrong(1)), (2, -30, Wrong(5))]),
    ("Elif Demir", &[(1, 4, Wrong(2)), (1, 1, Plain), (2, 9, Plain)]),
    ("Farid Nasser", &[(1, 2, Evil)]),
    ("Grace Lin", &[(1, 90, Fast), (2, 80, Fast)]),
    ("Hanna Virtanen", &[(1, 12, Wrong(3)), (2, 12, Wrong(4))]),
    ("Ivan Petrov", &[(1, 6, Plain), (2, -60, Plain)]),
    ("Jia Chen", &[(1, 30, Fast), (2, 31, Wrong(5)), (2, 3, Fast)]),
    ("Kofi Mensah", &[(1, 20, Plain), (2, 20, Plain), (3, 5, Plain)]),
    ("Lena Schulz", &[(1, 15, Wrong(6)), (1, 10, Wrong(6))]),
    ("Mina Tanaka", &[(1, 7, Plain), (2, 6, Plain)]),
    ("Noah Smith", &[(1, 5, Wrong(1)), (2, 5, Wrong(1))]),
    ("Olga Ivanova", &[(1, 60, Plain)]),
    ("Pedro Alves", &[(1, 11, Plain), (2, 10, Fast)]),
    ("Qing Zhao", &[(1, 10, Fast), (2, 9, Plain)]),
    ("Rosa Diaz", &[(1, -200, Plain), (2, 40, Plain)]),
    ("Sami Haddad", &[(1, 16, Junk), (1, 14, Wrong(2)), (2, 7, Plain)]),
    ("Tara Singh", &[(1, 25, Plain), (2, 26, Fast)]),
    ("Umar Khan", &[(1, 2, Wrong(0))]),
    ("Vera Novak", &[(1, 33, Fast), (2, 30, Plain)]),
    ("Wei Huang", &[(1, 1, Wrong(0)), (2, 22, Plain)]),
    ("Xenia Papadaki", &[]),
    ("Yusuf Ali", &[(1, 9, Wrong(3)), (2, 4, Wrong(5))]),
    ("Zoe Martin", &[(1, 18, Fast), (2, 17, Fast)]),
    ("Alan Ward", &[(1, 1, Plain), (2, 1, Plain)]),
    ("Bea Rossi", &[(1, 70, Wrong(2)), (1, 44, Plain), (2, 44, Wrong(4))]),
    ("Cem Yilmaz", &[]),
];

/// Who hands in for milestone 1 what somebody else has handed in, byte for byte.
const COPIES: [(&str, &str); 2] = [("wei_huang", "umar_khan"), ("noah_smith", "deniz_aydin")];

/// What everybody was given.
const GIVEN: [(&str, &str); 2] = [
    ("reference.rs", include_str!("../../../examples/reference/src/dense.rs")),
    ("textbook.rs", include_str!("../../../examples/textbook/src/dense.rs")),
];

/// Makes the course in this folder; whatever happens is `actor`'s doing.
pub(crate) fn make(folder: &Path, actor: &str) -> Result<Course, Failure> {
    let today = Timestamp::now();
    let mut course = Course::create(folder, "CS329S Fall 2024", "cs329s_2024", actor)?;
    for number in 1..=5 {
        let tiny = benchmark::of_milestone(number).last().expect("every milestone has benchmarks");
        let changes = MilestoneChanges {
            weight: Some(commands::milestone::graded(number)?.rubric.weight),
            due: Some(due(today, number).to_string()),
            benchmark: Some(tiny.name.into()),
            data: Some(tiny.data.into()),
        };
        course.change_settings(|text| Settings::with_milestone(text, number, &changes))?;
    }
    course.note_rules(course::milestone_name)?;
    for (name, given) in GIVEN {
        let path = folder.join("base").join(name);
        write_whole(&path, given.as_bytes()).map_err(|error| Failure::io("write", &path, error))?;
    }
    let students = CLASS.iter().map(|(name, _)| Event::Enrolled { student: student(name) });
    course.append(students.collect())?;
    for (name, handed) in &CLASS {
        for handed in *handed {
            course.receive(&handed_in(today, &student(name).id, *handed))?;
        }
    }
    for (student, milestone, days, reason) in
        [("carla_mendes", Some(1), 2.0, "illness"), ("ivan_petrov", None, 1.0, "accommodation")]
    {
        let (student, reason) = (student.into(), reason.into());
        course.append(vec![Event::Extended { student, milestone, days, reason }])?;
    }
    let (student, reason) = ("olga_ivanova".into(), "joined late".into());
    course.append(vec![Event::Excused { student, milestone: 2, excused: true, reason }])?;
    Ok(course)
}

fn student(name: &str) -> Student {
    let id = name.to_lowercase().replace(' ', "_");
    let email = Some(format!("{}@example.edu", id.replace('_', ".")));
    Student { id, name: name.into(), email, ..Student::default() }
}

/// When a milestone is due.
fn due(today: Timestamp, milestone: u32) -> Timestamp {
    let days = today.as_second().div_euclid(86_400) + 1 + DUE_IN_DAYS[milestone as usize - 1];
    Timestamp::from_second(days * 86_400 - 60).expect("it is near today")
}

fn handed_in(today: Timestamp, student: &str, (milestone, hours, what): Handed) -> HandedIn {
    // Nobody hands in tomorrow.
    let last = due(today, milestone).min(due(today, 1) + SignedDuration::from_hours(24 * 27));
    let time = (last - SignedDuration::from_hours(hours), TimeFrom::Told);
    let writer =
        COPIES.iter().find(|(copy, _)| *copy == student && milestone == 1).map_or(student, |(_, of)| of);
    match what {
        Junk => HandedIn::of_bytes(student, milestone, time, b"my_final_FINAL.rar".to_vec()),
        what => HandedIn::of_files(student, milestone, time, files(writer, milestone, what)),
    }
}

fn files(writer: &str, milestone: u32, what: What) -> BTreeMap<String, Vec<u8>> {
    let (component, source): (&[u8], &str) = match what {
        Fast => (sample("milestone1_sample").bytes, include_str!("../../../examples/reference/src/dense.rs")),
        Plain => {
            (sample("milestone1_textbook").bytes, include_str!("../../../examples/textbook/src/dense.rs"))
        }
        Wrong(which) => (WRONG[which], ""),
        Evil => (guest!("evil_panic_in_forward"), ""),
        Junk => unreachable!("it has no files"),
    };
    let mut files = BTreeMap::from([("component.wasm".to_owned(), signed(component, writer))]);
    if !source.is_empty() {
        files.insert("source/src/dense.rs".into(), source.into());
    }
    if let Some(own) = own_source(writer) {
        files.insert("source/src/conv2d.rs".into(), own);
    }
    if milestone == 4 {
        // What was trained names the component that has trained it.
        files.insert("component.wasm".into(), component.to_vec());
        files.extend(sample("milestone4_sample").trained_files());
    }
    files
}

/// What two students have written, of whom one has copied it and called things otherwise.
fn own_source(student: &str) -> Option<Vec<u8>> {
    let own = include_str!("../../../examples/textbook/src/conv2d.rs");
    match student {
        "tara_singh" => Some(own.into()),
        "mina_tanaka" => {
            let renamed =
                [("input", "picture"), ("output", "result"), ("kernel", "stencil"), ("row", "line")];
            let copied = renamed.iter().fold(own.to_owned(), |text, (from, to)| text.replace(from, to));
            Some(copied.into_bytes())
        }
        _ => None,
    }
}

fn sample(name: &str) -> &'static Sample {
    SAMPLES.iter().find(|sample| sample.name == name).expect("samples are ours")
}

/// The component with a custom section that names whose it is, so that no two students have the same bytes by chance.
fn signed(component: &[u8], student: &str) -> Vec<u8> {
    let name = b"student";
    let body = [&[name.len() as u8], name.as_slice(), student.as_bytes()].concat();
    [component, &[0, body.len() as u8], &body].concat()
}

#[cfg(test)]
mod tests {
    use tito_artifact::{Artifact, Gated, Limits};

    use super::*;

    #[test]
    fn every_component_passes_the_gate() {
        for what in [Fast, Plain, Evil].into_iter().chain((0..WRONG.len()).map(Wrong)) {
            let bytes = files("somebody_with_a_long_name", 1, what).remove("component.wasm").unwrap();
            let gated = Artifact::gate(bytes, &Limits::default());
            assert!(matches!(gated, Gated::Admitted(_)));
        }
    }

    #[test]
    fn copies_are_of_somebody_else() {
        for (copy, of) in COPIES {
            let is_there = |id: &str| CLASS.iter().any(|(name, _)| student(name).id == id);
            assert!(is_there(copy) && is_there(of) && copy != of);
        }
    }
}
