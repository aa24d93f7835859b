//! The source files below a folder, read with caps.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::{QualityError, Unmeasured};

const FILES: usize = 2_000;
const FILE_BYTES: u64 = 1 << 20;
const TOTAL_BYTES: u64 = 16 << 20;
/// Files and folders of whatever kind, so that a million empty folders end the walk too.
const ENTRIES: usize = 10_000;
/// The SDK that `tito new` vendors, and what cargo builds.
const IGNORED: [&str; 2] = ["tinytorch", "target"];

/// A source file.
pub(crate) struct Source {
    /// Relative to the folder, with `/` between the parts.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The sources below `folder` in the order of their names, and what was left out.
pub(crate) fn sources(folder: &Path) -> Result<(Vec<Source>, Vec<Unmeasured>), QualityError> {
    let Some(paths) = paths(folder)? else {
        // Which entries come first is up to the file system, so a part of them would not be the same part again.
        let problem = format!("there are more than {ENTRIES} files and folders");
        return Ok((Vec::new(), vec![Unmeasured { file: ".".into(), line: 0, problem }]));
    };
    let mut taken = Taken::default();
    for path in paths {
        let read = |most| read(&path, most).map_err(|error| QualityError::Read { path: path.clone(), error });
        taken.take(name(folder, &path), read)?;
    }
    Ok((taken.sources, taken.unmeasured))
}

/// The `.rs` files among these in the order of their names, and what was left out.
pub(crate) fn of_files<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> (Vec<Source>, Vec<Unmeasured>) {
    let is_source = |path: &str| {
        let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
        path.ends_with(".rs") && !folders.split('/').any(|folder| is_ignored(Path::new(folder)))
    };
    let files: BTreeMap<_, _> = files.into_iter().filter(|(path, _)| is_source(path)).collect();
    let mut taken = Taken::default();
    for (path, bytes) in files {
        let first = |most: u64| Ok::<_, Infallible>(bytes[..bytes.len().min(most as usize)].to_vec());
        let Ok(()) = taken.take(path.to_owned(), first);
    }
    (taken.sources, taken.unmeasured)
}

/// What was taken so far, within the caps.
#[derive(Default)]
struct Taken {
    sources: Vec<Source>,
    unmeasured: Vec<Unmeasured>,
    total: u64,
}

impl Taken {
    /// Takes the file that `read` gives up to a number of bytes of, or notes why it does not.
    fn take<E>(&mut self, name: String, read: impl FnOnce(u64) -> Result<Vec<u8>, E>) -> Result<(), E> {
        let text = if self.sources.len() == FILES {
            Err(format!("only the first {FILES} files are measured"))
        } else {
            let left = TOTAL_BYTES - self.total;
            text(read(FILE_BYTES.min(left) + 1)?, left)
        };
        match text {
            Err(problem) => self.unmeasured.push(Unmeasured { file: name, line: 0, problem }),
            Ok(text) => {
                self.total += text.len() as u64;
                self.sources.push(Source { name, text });
            }
        }
        Ok(())
    }
}

/// The first bytes of a file.
fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of a file; as a value, why it is not read: that is the submission's doing.
fn text(bytes: Vec<u8>, left: u64) -> Result<String, String> {
    match bytes.len() as u64 {
        length if length > FILE_BYTES => Err(format!("it is larger than {FILE_BYTES} bytes")),
        length if length > left => {
            Err(format!("the files before it and it are larger than {TOTAL_BYTES} bytes"))
        }
        _ => String::from_utf8(bytes).map_err(|_| "it is not UTF-8".into()),
    }
}

/// The regular `.rs` files, sorted: the order in which a folder lists them is no property of the sources.
/// `None` if there are too many entries to look at.
fn paths(folder: &Path) -> Result<Option<Vec<PathBuf>>, QualityError> {
    let (mut folders, mut files, mut seen) = (vec![folder.to_owned()], Vec::new(), 0);
    while let Some(folder) = folders.pop() {
        let failed = |error| QualityError::Read { path: folder.clone(), error };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            seen += 1;
            if seen > ENTRIES {
                return Ok(None);
            }
            // The type of the entry itself: neither links nor devices nor pipes are files or folders.
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() && !is_ignored(&entry.path()) {
                folders.push(entry.path());
            } else if kind.is_file() && entry.path().extension().is_some_and(|extension| extension == "rs") {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(Some(files))
}

fn is_ignored(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default();
    IGNORED.iter().any(|ignored| name == *ignored) || name.as_encoded_bytes().starts_with(b".")
}

fn name(folder: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(folder).expect("a file below a folder has its path as a prefix");
    inside.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
