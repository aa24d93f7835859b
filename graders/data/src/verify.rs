//! Whether what a store has of a dataset is what it should be.

use std::io;
use std::path::Path;

use crate::checked::{Checked, Expected};
use crate::imported::RECORD;
use crate::store::open;
use crate::{
    Batch, DATASETS, DatasetState, Description, FileDescription, FileState, FileStatus, Problem, Provenance,
    Store,
};

impl Store {
    /// What of a dataset is here. Every file is read whole and held against its SHA-256.
    pub fn verify(&self, dataset: &'static Description) -> DatasetState {
        let (files, provenance) = self.states(dataset);
        let is_good =
            |file: &FileState| matches!(file.status, FileStatus::Valid | FileStatus::AsImported { .. });
        let ready = files.iter().all(is_good);
        DatasetState {
            name: dataset.name,
            title: dataset.title,
            licence: dataset.licence,
            embedded: dataset.published().is_none(),
            ready,
            provenance: ready.then_some(provenance),
            files,
        }
    }

    /// What of every dataset is here, [verified](Self::verify).
    pub fn list(&self) -> Vec<DatasetState> {
        DATASETS.into_iter().map(|dataset| self.verify(dataset)).collect()
    }

    /// Whether the published bytes of a file are here.
    pub(crate) fn holds(&self, dataset: &Description, file: &'static FileDescription) -> bool {
        self.state(dataset, file).status == FileStatus::Valid
    }

    fn states(&self, dataset: &'static Description) -> (Vec<FileState>, Provenance) {
        match self.record(dataset) {
            Ok(None) => {
                let files = dataset.files().iter().map(|file| self.state(dataset, file));
                (files.collect(), Provenance::Published)
            }
            Ok(Some(record)) => {
                let files = record.each().map(|each| self.state_as_imported(dataset, each));
                (files.collect(), record.provenance())
            }
            Err(problem) => (vec![self.state_of_damaged_record(dataset, &problem)], Provenance::Published),
        }
    }

    fn state(&self, dataset: &Description, file: &'static FileDescription) -> FileState {
        let path = self.path(dataset, file);
        FileState { file: file.name, status: status(file.expected(), &path, FileStatus::Valid), path }
    }

    fn state_as_imported(
        &self,
        dataset: &Description,
        (batch, expected): (&'static Batch, Expected<'_>),
    ) -> FileState {
        let path = self.folder_of(dataset).join(batch.name);
        let good = FileStatus::AsImported { sha256: expected.sha256.to_owned() };
        FileState { file: batch.name, status: status(expected, &path, good), path }
    }

    fn state_of_damaged_record(&self, dataset: &Description, problem: &Problem) -> FileState {
        let path = self.folder_of(dataset).join(RECORD);
        FileState { file: RECORD, path, status: FileStatus::Invalid { problem: problem.to_string() } }
    }
}

/// `good` where the bytes are the expected ones.
fn status(expected: Expected<'_>, path: &Path, good: FileStatus) -> FileStatus {
    let invalid = |problem: Problem| FileStatus::Invalid { problem: problem.to_string() };
    match open(path).map(|source| Checked::new(expected, source).finish()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => FileStatus::Missing,
        Err(error) => invalid(Problem::Unreadable(error)),
        Ok(Err(problem)) => invalid(problem),
        Ok(Ok(())) => good,
    }
}
