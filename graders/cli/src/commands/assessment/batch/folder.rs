//! `tito assessment batch FOLDER`: every component in a folder, without a course.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::state::{self, State};
use crate::{
    dataset,
    exit::Exit,
    failure::Failure,
    files::write_whole,
    folders::DataFolder,
    grading::{Graded, Grading, Run},
    isolation::Walls,
    milestone_inputs::Inputs,
    pool, progress,
    report::{self, Audience},
    screen,
    submission::{Companions, ComponentFile},
};

/// Every component in a folder, graded.
pub(super) struct Folder<'a> {
    /// Where they are.
    pub(super) folder: &'a Path,
    /// The milestone's number.
    pub(super) milestone: u32,
    /// Where the reports are to be.
    pub(super) reports: Option<&'a Path>,
    /// How many are graded at the same time.
    pub(super) jobs: usize,
    /// What a grade is derived from.
    pub(super) inputs: &'a Inputs,
    /// Where data are.
    pub(super) data_folder: &'a DataFolder,
    /// What is demanded of the walls.
    pub(super) walls: Walls,
    /// Whether what became of them is one JSON document.
    pub(super) json: bool,
}

/// What became of one component.
#[derive(Serialize)]
struct Row {
    file: String,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Serialize)]
struct Rows {
    submissions: Vec<Row>,
}

impl Folder<'_> {
    /// Passes where every component was graded or refused, whatever its grade.
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let milestone = crate::commands::milestone::graded(self.milestone)?;
        let limits = self.inputs.limits()?;
        let secret = self.inputs.secret()?;
        let files = components(self.folder)?;
        if let Some(folder) = self.reports {
            fs::create_dir_all(folder).map_err(|error| Failure::io("make the folder", folder, error))?;
        }
        let store = self.data_folder.store()?;
        let grading = Grading {
            milestone: &milestone,
            limits: &limits,
            data: &dataset::choose(&milestone, self.inputs.data(), &store)?,
            store: &store,
            secret: secret.as_deref(),
            isolation: &self.walls.isolation(&limits, self.inputs.cache())?,
            remembered: None,
            jobs: Some(1),
            is_alone: false,
        };
        let bar = progress::steps(files.len() as u64);
        let mut rows: Vec<Option<Row>> = files.iter().map(|_| None).collect();
        let work = |file: &PathBuf| self.row(file, &grading);
        pool::each(&files, self.jobs, work, |index, row| {
            bar.set_message(row.file.clone());
            bar.inc(1);
            rows[index] = Some(row);
        });
        bar.finish_and_clear();
        let rows = Rows { submissions: rows.into_iter().flatten().collect() };
        if self.json {
            screen::print_json("tito.batch", &rows)?;
        } else {
            screen::print(&rows.text())?;
        }
        Ok(state::exit(&rows.states()))
    }

    /// Grades one file; whatever goes wrong is its own.
    fn row(&self, file: &Path, grading: &Grading<'_>) -> Row {
        let path = file.strip_prefix(self.folder).unwrap_or(file);
        let name = path.display().to_string();
        let grade = || {
            let run = grading.grade(ComponentFile::at(file).submission(
                &Companions::default(),
                grading.milestone.brings,
                grading.limits,
            )?)?;
            let row = Row::of(name.clone(), &run);
            self.record(path, grading, run).map(|()| row)
        };
        // A panic is ours, and must cost nobody else a grade. Its message is on standard error.
        let graded = catch_unwind(AssertUnwindSafe(grade));
        let graded = graded.unwrap_or_else(|_| Err(Failure::ours("tito panicked; this is a bug of tito's")));
        graded.unwrap_or_else(|failure| Row::failed(name.clone(), &failure))
    }

    /// Writes the report, whole or not at all, where the component lies in its own folder: no two have one place.
    fn record(&self, component: &Path, grading: &Grading<'_>, run: Run) -> Result<(), Failure> {
        let Some(folder) = self.reports else { return Ok(()) };
        let path = folder.join(component).with_added_extension("json");
        let text = tito_report::json(&report::document(grading, run, Audience::Instructor));
        write_whole(&path, text.as_bytes()).map_err(|error| Failure::io("write the report", &path, error))
    }
}

impl Row {
    fn of(file: String, run: &Run) -> Self {
        let row = |state, sha256: &str, score, why| Self {
            file,
            state,
            sha256: Some(sha256.to_owned()),
            score,
            why,
        };
        match &run.graded {
            Graded::Grade(grade) => row(State::Graded, &grade.component.sha256, Some(grade.score), None),
            Graded::Refused(refusal) => {
                row(State::Refused, &refusal.sha256.to_string(), None, Some(refusal.message.clone()))
            }
            Graded::Quarantined(quarantine) => {
                let why = quarantine.deaths.join("; ");
                row(State::Quarantined, &quarantine.component.sha256, None, Some(why))
            }
        }
    }

    fn failed(file: String, failure: &Failure) -> Self {
        Self { file, state: State::Failed, sha256: None, score: None, why: Some(failure.in_one_line()) }
    }
}

impl Rows {
    fn states(&self) -> Vec<State> {
        self.submissions.iter().map(|row| row.state).collect()
    }

    fn text(&self) -> String {
        let rows = self.submissions.iter().map(|row| {
            let digest = row.sha256.as_deref().map_or("", |digest| &digest[..12]);
            let found = row.state.shown(row.score);
            [row.file.clone(), digest.to_owned(), found, row.why.clone().unwrap_or_default()]
        });
        format!("{}\n{}\n", screen::table(rows), state::summary(&self.states()))
    }
}

/// All `*.wasm` in a folder and in the folders in it, in the order of their names. Links are not followed.
fn components(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut list = |folder: &Path, folders: &mut Vec<PathBuf>| -> Result<(), Failure> {
        let failed = |error| Failure::io("list the folder", folder, error);
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "wasm") {
                found.push(path);
            }
        }
        Ok(())
    };
    let mut folders = Vec::new();
    list(folder, &mut folders)?;
    for inner in folders {
        list(&inner, &mut Vec::new())?;
    }
    found.sort();
    match found.len() {
        0 => Err(Failure::usage(format!("there is no component (*.wasm) in '{}'", folder.display()))),
        _ => Ok(found),
    }
}
