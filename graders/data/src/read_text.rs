//! A text from where it is: part of the program, a file of a store, or a file of a course's own.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::{DataError, Description, Holds, Origin, Problem, Provenance, Store, Text, load, store};

/// The most bytes that a text of one's own may have. A small GPT sees 1.5 million characters in two minutes of training.
const MOST_BYTES: u64 = 16 << 20;

impl Store {
    /// Loads a text. Its file is held against its SHA-256 every time.
    ///
    /// # Errors
    ///
    /// [`DataError::OtherKind`] if the dataset holds images, [`DataError::Absent`] if its file is not there,
    /// [`DataError::Refused`] if it is not the published one, [`DataError::Io`] if it cannot be opened.
    pub fn text(&self, dataset: &'static Description) -> Result<Text, DataError> {
        let Holds::Text(origin) = &dataset.holds else {
            return Err(DataError::OtherKind { title: dataset.title, wanted: "a text", found: "images" });
        };
        let bytes = match origin {
            Origin::Embedded(write) => write().into_bytes(),
            Origin::Files { files, .. } => {
                let [file] = files else { unreachable!("a text is one file") };
                load::read(dataset, file, &self.path(dataset, file))?
            }
        };
        Text::new(Some(dataset), Provenance::Published, bytes)
            .map_err(|problem| load::refused(dataset, &self.folder_of(dataset), problem))
    }
}

impl Text {
    /// A course's own text: the file at `path`, whatever it says, as UTF-8 and as it is. It is marked
    /// [`Provenance::Imported`] with its SHA-256.
    ///
    /// # Errors
    ///
    /// [`DataError::Io`] if it cannot be read; [`DataError::Refused`] if it has more than 16 MiB, is not UTF-8, is
    /// empty or too short to split, or has more than 256 different characters.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let bytes = read(path)?;
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let provenance = Provenance::Imported { sha256 };
        Self::new(None, provenance, bytes).map_err(|problem| refused(path, problem))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    let file = store::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
    file.map_err(DataError::io("read", path))?;
    if bytes.len() as u64 > MOST_BYTES {
        let problem = format!("more than {MOST_BYTES} bytes, the most that a text may have");
        return Err(refused(path, Problem::Content(problem)));
    }
    Ok(bytes)
}

fn refused(path: &Path, problem: Problem) -> DataError {
    let (thing, way_out) = (path.display().to_string(), "name another text".to_owned());
    DataError::Refused { doing: "load", thing, problem, way_out }
}
