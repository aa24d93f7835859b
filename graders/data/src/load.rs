//! A split of a dataset from the files of a store.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::checked::{self, Checked, CopyError};
use crate::idx::Idx;
use crate::imported::{RECORD, Record};
use crate::store::open;
use crate::{
    Content, DataError, Dataset, Description, Examples, FileDescription, Holds, ImageForm, Origin, Problem,
    Provenance, Split, Store, batches, description::Archived,
};

impl Store {
    /// Loads a split of a dataset of images. Files are held against their SHA-256 every time.
    ///
    /// Of an archive of batches the published one is loaded where it is there, and else what was imported as found.
    ///
    /// # Errors
    ///
    /// [`DataError::OtherKind`] if the dataset holds a text, [`DataError::Absent`] if a file is not there,
    /// [`DataError::Refused`] if it is not the published one or the one that was imported, [`DataError::Io`] if it
    /// cannot be opened.
    pub fn load(&self, dataset: &'static Description, split: Split) -> Result<Dataset, DataError> {
        let Holds::Images(form, origin) = &dataset.holds else {
            return Err(DataError::OtherKind { title: dataset.title, wanted: "images", found: "a text" });
        };
        let (examples, provenance) = match origin {
            Origin::Embedded(examples) => (examples(split), Provenance::Published),
            Origin::Files { .. } => self.read_split(dataset, form, split)?,
        };
        let place = || self.folder_of(dataset);
        Dataset::new((dataset, form), split, provenance, examples)
            .map_err(|problem| refused(dataset, &place(), problem))
    }

    fn read_split(
        &self,
        dataset: &'static Description,
        form: &'static ImageForm,
        split: Split,
    ) -> Result<(Examples, Provenance), DataError> {
        let place = || self.folder_of(dataset).join(RECORD);
        let record = self.record(dataset).map_err(|problem| refused_import(dataset, &place(), problem))?;
        Ok(match (record, dataset.archived()) {
            (Some(record), _) => (self.read_imported(dataset, form, &record, split)?, record.provenance()),
            (None, Some(archived)) => (self.unpack(dataset, archived, split)?, Provenance::Published),
            (None, None) => {
                let [_, height, width] = form.example_shape;
                let pixels = self.values(dataset, split, &[height, width])?;
                let labels = self.values(dataset, split, &[])?;
                (Examples { pixels, labels }, Provenance::Published)
            }
        })
    }

    /// Hashes an archive and unpacks it in one pass, so that no one can exchange it in between. It stays packed in
    /// the store because the digest of the whole is the only one that is published: of what was unpacked once,
    /// nothing could tell any more that it is the published one. It costs a second or so to load a split.
    fn unpack(
        &self,
        dataset: &'static Description,
        Archived { file, batches, form }: Archived<'static>,
        split: Split,
    ) -> Result<Examples, DataError> {
        let path = self.path(dataset, file);
        let mut source = Checked::new(file.expected(), open_to_load(dataset, &path)?);
        let examples = batches::unpack(form, batches, split, &mut source);
        // Where the bytes are others, this is what is wrong with them, whatever came of unpacking.
        source.finish().and(examples).map_err(|problem| refused(dataset, &path, problem))
    }

    fn read_imported(
        &self,
        dataset: &'static Description,
        form: &ImageForm,
        record: &Record,
        split: Split,
    ) -> Result<Examples, DataError> {
        let of_split: Vec<_> = record.each().filter(|(batch, _)| batch.split == split).collect();
        let wanted: Vec<_> = of_split.iter().map(|(batch, _)| *batch).collect();
        let mut examples = batches::zeros(form, &wanted);
        let rooms = batches::rooms(form, &wanted, &mut examples);
        for ((batch, expected), mut room) in of_split.into_iter().zip(rooms) {
            let path = self.folder_of(dataset).join(batch.name);
            let mut source = Checked::new(expected, open_to_load(dataset, &path)?);
            let filled = room.fill(&mut source).map_err(Problem::Unreadable);
            source.finish().and(filled).map_err(|problem| refused_import(dataset, &path, problem))?;
        }
        Ok(examples)
    }

    /// Images of these extents, or labels where there are none.
    fn values(
        &self,
        dataset: &'static Description,
        split: Split,
        extents: &[u32],
    ) -> Result<Vec<u8>, DataError> {
        let are_images = !extents.is_empty();
        let is_it = |file: &&FileDescription| match file.content {
            Content::Images(of) => are_images && of == split,
            Content::Labels(of) => !are_images && of == split,
            Content::Batches(_) | Content::Text => false,
        };
        let file = dataset.files().iter().find(is_it).expect("a dataset has images and labels of each split");
        let path = self.path(dataset, file);
        let bytes = read(dataset, file, &path)?;
        values(bytes, extents).map_err(|problem| refused(dataset, &path, problem))
    }
}

/// The values of an IDX file whose extents after the first are these.
fn values(bytes: Vec<u8>, expected: &[u32]) -> Result<Vec<u8>, Problem> {
    let rank = u8::try_from(1 + expected.len()).expect("an image has at most three axes");
    let idx = Idx::parse(bytes, rank)?;
    if idx.extents[1..] != *expected {
        return Err(Problem::Content(format!("examples of {:?}, not {expected:?}", &idx.extents[1..])));
    }
    Ok(idx.values)
}

/// The published bytes of a file.
pub(crate) fn read(
    dataset: &'static Description,
    file: &FileDescription,
    path: &Path,
) -> Result<Vec<u8>, DataError> {
    let source = open_to_load(dataset, path)?;
    let mut bytes =
        Vec::with_capacity(usize::try_from(file.bytes).expect("the files of datasets fit in memory"));
    match checked::copy(file.expected(), source, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(CopyError::Refused(problem)) => Err(refused(dataset, path, problem)),
        Err(CopyError::Write(error)) => unreachable!("writing to memory failed: {error}"),
    }
}

fn open_to_load(dataset: &'static Description, path: &Path) -> Result<File, DataError> {
    open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            DataError::Absent { title: dataset.title, name: dataset.name, path: path.to_owned() }
        }
        _ => DataError::io("read", path)(error),
    })
}

pub(crate) fn refused(dataset: &Description, path: &Path, problem: Problem) -> DataError {
    let way_out = format!("run `tito data fetch {}` to replace it", dataset.name);
    DataError::Refused { doing: "load", thing: path.display().to_string(), problem, way_out }
}

fn refused_import(dataset: &Description, path: &Path, problem: Problem) -> DataError {
    let way_out = format!("run `tito data import {} FOLDER` to replace it", dataset.name);
    DataError::Refused { doing: "load", thing: path.display().to_string(), problem, way_out }
}
