//! `tito integrity similar`: submissions that share code.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use clap::Args;
use serde::Serialize;
use tito_course::Course;
use tito_gradebook::{Attempt, Record};
use tito_milestones::{GIVEN, REFERENCE, TEXTBOOK};
use tito_similarity::{Base, Findings, Library, Pair, Print, Work};

use crate::{
    course::{self, CourseFolder},
    exit::Exit,
    failure::Failure,
    files::write_whole,
    input, screen,
};

/// The folder of a course with what everybody was given.
const BASE: &str = "base";

/// No component is read beyond this.
const BYTES: u64 = 64 << 20;

/// Compares a class's submissions for a milestone: equal files, components and sources, ranked, with the regions that match.
///
/// It accuses nobody: what stands out from the other pairs of the class is to be reviewed by a person. What everybody was
/// given is left out: tito's own SDK and examples, and the components and sources in the folder `base` of the course.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tito integrity similar --class cs329s_2024 --milestone 1 --html similar.html"
)]
pub(crate) struct Similar {
    /// The milestone's number [default: every milestone of the course, one after the other]
    #[arg(long, value_name = "N")]
    milestone: Option<u32>,
    /// The class of the course
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// Write a page with the matching regions side by side
    #[arg(long, value_name = "FILE", requires = "milestone")]
    html: Option<PathBuf>,
    #[command(flatten)]
    course: CourseFolder,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// A submission with its bytes.
struct Held {
    id: String,
    student: String,
    received: String,
    component: Option<Vec<u8>>,
    sources: BTreeMap<String, Vec<u8>>,
}

impl Similar {
    /// Passes, whatever is found.
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let course = self.course.open()?;
        course::is_class(&course, self.class.as_deref())?;
        let numbers = match self.milestone {
            Some(number) => vec![course::milestone(&course, number)?.number],
            None => course::rules(&course).milestones.iter().map(|milestone| milestone.number).collect(),
        };
        let given = Given::of(&course)?;
        let library = Library::of(&given.base());
        let mut compared = Vec::new();
        for milestone in numbers {
            compared.push(Compared { milestone, findings: self.compare(&course, milestone, &library)? });
        }
        match self.json {
            true => screen::print_json("tito.similar", &Document { milestones: &compared })?,
            false => compared.iter().try_for_each(|compared| screen::print(&text(compared)))?,
        }
        Ok(Exit::Passed)
    }

    fn compare(&self, course: &Course, milestone: u32, library: &Library) -> Result<Findings, Failure> {
        let held = held(course, milestone)?;
        let works: Vec<_> = held.iter().map(Held::work).collect();
        let prints: Vec<_> = works.iter().map(|work| Print::of(work, library)).collect();
        let findings = Findings::of(&prints);
        if let Some(path) = &self.html {
            let page = tito_similarity::page(&findings, &works);
            write_whole(path, page.as_bytes()).map_err(|error| Failure::io("write the page", path, error))?;
        }
        Ok(findings)
    }
}

/// What was found of one milestone.
#[derive(Serialize)]
struct Compared {
    milestone: u32,
    findings: Findings,
}

#[derive(Serialize)]
struct Document<'a> {
    milestones: &'a [Compared],
}

/// Everything that was handed in for a milestone: what somebody copied may be what somebody else has improved since.
fn held(course: &Course, milestone: u32) -> Result<Vec<Held>, Failure> {
    let mut held = Vec::new();
    for record in course.gradebook().students.values() {
        for attempt in record.milestones.get(&milestone).into_iter().flat_map(|case| &case.attempts) {
            held.push(Held::of(course, record, attempt)?);
        }
    }
    Ok(held)
}

impl Held {
    fn of(course: &Course, record: &Record, attempt: &Attempt) -> Result<Self, Failure> {
        let manifest = course.store().manifest(&attempt.submission)?;
        let mut files = course.store().files(&manifest)?;
        let sources =
            |(path, bytes): (String, Vec<u8>)| Some((path.strip_prefix("source/")?.to_owned(), bytes));
        Ok(Self {
            id: attempt.submission[..12].to_owned(),
            student: record.student.id.clone(),
            received: attempt.submitted.to_string(),
            component: files.remove("component.wasm"),
            sources: files.into_iter().filter_map(sources).collect(),
        })
    }

    fn work(&self) -> Work<'_> {
        Work {
            id: format!("{} ({})", self.student, self.id),
            owners: BTreeSet::from([self.student.clone()]),
            received: Some(self.received.clone()),
            component: self.component.as_deref(),
            sources: self.sources.iter().map(|(path, bytes)| (path.clone(), bytes.as_slice())).collect(),
            ..Work::default()
        }
    }
}

/// What everybody was given.
struct Given {
    components: Vec<Vec<u8>>,
    sources: BTreeMap<String, Vec<u8>>,
}

impl Given {
    fn of(course: &Course) -> Result<Self, Failure> {
        let components = [GIVEN, REFERENCE, TEXTBOOK].map(<[u8]>::to_vec).into();
        let mut given = Self { components, sources: BTreeMap::new() };
        let folder = course.folder().join(BASE);
        let (mut folders, mut is_first) = (vec![folder], true);
        while let Some(inner) = folders.pop() {
            let entries = match fs::read_dir(&inner) {
                Err(error) if is_first && error.kind() == std::io::ErrorKind::NotFound => break,
                entries => entries.map_err(|error| Failure::io("list the folder", &inner, error))?,
            };
            is_first = false;
            for entry in entries {
                let path = entry.map_err(|error| Failure::io("list the folder", &inner, error))?.path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => given.take(&path)?,
                }
            }
        }
        Ok(given)
    }

    fn take(&mut self, path: &std::path::Path) -> Result<(), Failure> {
        let bytes = input::read("base", path, BYTES)?;
        match bytes.starts_with(b"\0asm") {
            true => self.components.push(bytes),
            false => drop(self.sources.insert(path.display().to_string(), bytes)),
        }
        Ok(())
    }

    fn base(&self) -> Base<'_> {
        Base {
            components: self.components.iter().map(Vec::as_slice).collect(),
            sources: self.sources.iter().map(|(path, bytes)| (path.clone(), bytes.as_slice())).collect(),
        }
    }
}

fn text(Compared { milestone, findings }: &Compared) -> String {
    let name = |place: usize| findings.works[place].id.clone();
    let reviewed: Vec<_> = findings.pairs.iter().filter(|pair| pair.review).collect();
    let rows = reviewed.iter().map(|pair| [name(pair.one), name(pair.other), why(pair)]);
    let mut text = format!("Milestone {milestone}: {} submissions compared\n", findings.works.len());
    text += &match reviewed.len() {
        0 => "no pair stands out\n".to_owned(),
        count => format!("{count} pairs to be reviewed by a person:\n{}", screen::table(rows)),
    };
    if findings.left_off > 0 {
        text += &format!("and {} more\n", findings.left_off);
    }
    let insufficient: BTreeSet<_> =
        findings.insufficient.iter().map(|insufficient| insufficient.work).collect();
    match insufficient.len() {
        0 => {}
        count => {
            text += &format!("{count} of them lack something to compare; --json says what, and why\n");
        }
    }
    text
}

/// Why a pair stands out.
fn why(pair: &Pair) -> String {
    let mut why: Vec<_> = pair.exact.iter().map(|exact| format!("equal {}", words(exact))).collect();
    why.extend(pair.levels.iter().map(|(level, likeness)| {
        let percent = (100.0 * likeness.overlap()).round();
        let deviations = likeness.deviations.map_or(String::new(), |z| format!(", {z:.1} deviations"));
        format!("{} {percent} % of what is rare{deviations}", words(level))
    }));
    why.join("; ")
}

/// The word that JSON has for it.
fn words(value: &impl Serialize) -> String {
    let word = serde_json::to_value(value).expect("a word can be written");
    word.as_str().unwrap_or_default().to_owned()
}
