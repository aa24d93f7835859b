//! Whose each file is in what Canvas, Gradescope or an instructor hands over for a whole class.

mod canvas;
mod folder;
mod gradescope;
mod names;

pub use gradescope::ExportError;
pub use names::file_names;

use jiff::Timestamp;

/// How a class's submissions lie in a folder or an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `submissions.zip` of Canvas: flat files with the student's number in each name.
    Canvas,
    /// An export of Gradescope: a folder for every submission, and a file that says whose each is.
    Gradescope {
        /// Where that file is among the paths.
        metadata: String,
    },
    /// A folder or an archive for every student, with the student's id as its name.
    Folder,
}

/// What a class has handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Class {
    /// What is somebody's, in the order of the paths.
    pub handed: Vec<Handed>,
    /// Paths that nobody's name can be read from; what operating systems leave behind is not among them.
    pub left: Vec<String>,
}

/// One submission, or one file of one where they lie flat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// Whose it is: one, or several in a group.
    pub who: Vec<Who>,
    /// When it was handed in, where the export says.
    pub at: Option<Timestamp>,
    /// Whether it was late, where the export says.
    pub late: Option<bool>,
    /// Its file, or all files of its folder; none for a submission without files.
    pub paths: Vec<String>,
    /// What `paths` have before what the student packed: a folder with its `/`, or nothing for a single file.
    pub root: String,
    /// What the student called the file, where the export renamed it.
    pub original_name: Option<String>,
    /// The number that Canvas puts before the extension when a student hands in the same name again: 2 for `model-2.zip`.
    /// A student who chose that name cannot be told apart.
    pub resubmission: Option<u32>,
}

/// Who handed something in, as the export knows people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// By the number in Canvas. In a group assignment it is one member's, who stands for the others.
    CanvasId(String),
    /// By the code that Canvas gives where grading is anonymous; nobody outside Canvas knows whose it is.
    Anonymous(String),
    /// By what Gradescope knows.
    Gradescope {
        /// What people call them.
        name: Option<String>,
        /// Their number at the university.
        sis_id: Option<String>,
        /// Their address.
        email: Option<String>,
    },
    /// By the name of a folder or a file.
    Id(String),
}

impl Layout {
    /// How these paths lie, which use `/`.
    ///
    /// A `submission_metadata.yml` at the top, or in the folder `assignment_…_export` where there is nothing else, makes it
    /// Gradescope's: what a student packs lies deeper and says nothing. Flat files of which most have Canvas's form make it
    /// Canvas's; everything else is a folder of students.
    pub fn detect(paths: &[&str]) -> Self {
        let paths = || paths.iter().copied().filter(|path| !is_junk(path));
        if let Some(metadata) = gradescope::metadata(paths) {
            return Self::Gradescope { metadata: metadata.to_owned() };
        }
        let (flat, of_canvas) =
            paths().filter(|path| !path.ends_with('/')).fold((0, 0), |(all, named), path| {
                (all + 1, named + usize::from(canvas::handed(path).is_some()))
            });
        if of_canvas > 0 && 2 * of_canvas >= flat { Self::Canvas } else { Self::Folder }
    }

    /// Whose each path is. `metadata` is the text of the file that [`Gradescope`](Self::Gradescope) names, and is not looked at
    /// in the other layouts.
    ///
    /// # Errors
    ///
    /// If Gradescope's file cannot be read.
    pub fn read(&self, paths: &[&str], metadata: &str) -> Result<Class, ExportError> {
        let paths: Vec<_> = paths.iter().copied().filter(|path| !is_junk(path)).collect();
        match self {
            Self::Canvas => Ok(canvas::class(&paths)),
            Self::Gradescope { metadata: at } => gradescope::class(&paths, at, metadata),
            Self::Folder => Ok(folder::class(&paths)),
        }
    }
}

/// Whether a path is an entry that operating systems leave in archives and folders.
fn is_junk(path: &str) -> bool {
    path.split('/').any(|name| {
        let is_of_a_system = matches!(name, "__MACOSX" | ".DS_Store" | "Thumbs.db" | "desktop.ini");
        is_of_a_system || name.starts_with("._")
    })
}

/// The name of a file without its folders.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests;
