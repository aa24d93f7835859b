//! `tito assessment upload-rubrics`: what Gradescope and Canvas need to show our criteria.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use tito_course::Course;
use tito_data::{Description, Store};
use tito_lms::gradescope::Autograder;

use crate::{
    commands,
    course::{self, CourseFolder},
    exit::Exit,
    failure::Failure,
    files::write_whole,
    folders::DataFolder,
    input, screen,
};

/// No data set has a larger file.
const DATA_BYTES: u64 = 1 << 30;

/// Writes what another platform needs to show the milestones' criteria: of Gradescope an autograder for every milestone,
/// whose results have a row for every criterion; of Canvas a file of rubrics.
///
/// Neither platform takes rubrics from a program without its own hands: upload the files there. An autograder has this tito
/// in it, the course's settings, its data and its secret, so keep it where students are not.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito assessment upload-rubrics --platform gradescope --out autograders")]
pub(crate) struct UploadRubrics {
    /// Which platform
    #[arg(long, value_name = "NAME")]
    platform: Platform,
    /// The folder that they are written into
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    out: PathBuf,
    /// Of this milestone alone
    #[arg(long, value_name = "N")]
    milestone: Option<u32>,
    #[command(flatten)]
    course: CourseFolder,
    #[command(flatten)]
    data_folder: DataFolder,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Platform {
    Gradescope,
    Canvas,
}

impl UploadRubrics {
    /// Passes where the files are written.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let course = self.course.open()?;
        let numbers = match self.milestone {
            Some(number) => vec![course::milestone(&course, number)?.number],
            None => course::rules(&course).milestones.iter().map(|milestone| milestone.number).collect(),
        };
        match self.platform {
            Platform::Gradescope => {
                for number in numbers {
                    let path = self.out.join(format!("autograder-milestone-{number}.zip"));
                    write(&path, &self.autograder(&course, number)?)?;
                }
            }
            Platform::Canvas => {
                let milestones = numbers.into_iter().map(commands::milestone::graded);
                let milestones = milestones.collect::<Result<Vec<_>, _>>()?;
                let rubrics: Vec<_> = milestones.iter().map(|milestone| &milestone.rubric).collect();
                write(&self.out.join("canvas-rubrics.csv"), &tito_lms::canvas_rubrics(&rubrics))?;
            }
        }
        Ok(Exit::Passed)
    }

    fn autograder(&self, course: &Course, number: u32) -> Result<Vec<u8>, Failure> {
        let failed = || Failure::ours(format!("cannot make the autograder of milestone {number}"));
        let tito = env::current_exe().and_then(fs::read).map_err(|error| failed().because(error))?;
        let milestone = commands::milestone::graded(number)?;
        let data = data(course, number, &self.data_folder.store()?)?;
        let settings = course.read("course.toml")?;
        let secret = course.read("secret.key")?;
        let limits = course.settings().milestones.get(&number.to_string()).and_then(|own| own.limits.clone());
        let limits = limits.map(|file| Ok::<_, Failure>((course.read(&file)?, file))).transpose()?;
        let mut files: Vec<_> = data.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        files.push(("course.toml", &settings));
        files.extend(limits.iter().map(|(bytes, file)| (file.as_str(), bytes.as_slice())));
        let autograder = Autograder {
            rubric: &milestone.rubric,
            tito: &tito,
            course: &files,
            secret: &[("secret.key", &secret)],
        };
        autograder.zip().map_err(|error| failed().because(error))
    }
}

/// The files of the data that a milestone is graded on, by the paths that they have in a data folder; none where they are
/// part of tito.
fn data(course: &Course, number: u32, store: &Store) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let Some(name) = &course::milestone(course, number)?.data else { return Ok(Vec::new()) };
    let Ok(described) = Description::named(name) else {
        return Ok(vec![(format!("data/{name}"), input::read("text", Path::new(name), DATA_BYTES)?)]);
    };
    let state = store.verify(described);
    if !state.ready {
        let failure = Failure::usage(format!("{} is not there", described.title));
        return Err(failure.help(format!("`tito data fetch {name}` gets it")));
    }
    let file = |file: &tito_data::FileState| {
        let inside = file.path.strip_prefix(store.folder()).expect("a store's files lie in its folder");
        let inside: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        Ok((format!("data/{}", inside.join("/")), input::read("data", &file.path, DATA_BYTES)?))
    };
    state.files.iter().map(file).collect()
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_whole(path, bytes).map_err(|error| Failure::io("write", path, error))?;
    screen::print(&format!("'{}' is written; upload it by hand\n", path.display()))
}
