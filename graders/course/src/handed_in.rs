//! Something that is handed in, on its way into the store.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tito_gradebook::{Attempt, Event, TimeFrom};
use tito_submission::{Refused, Submission, SubmissionLimits};

use crate::{Course, CourseError, FileId, Manifest, Unreadable, course::nonce};

/// Something that is handed in.
#[derive(Clone, Debug)]
pub struct HandedIn {
    /// Whose.
    pub student: String,
    /// For which milestone.
    pub milestone: u32,
    /// When, by which lateness is reckoned.
    pub submitted: Timestamp,
    /// How that is known.
    pub time_from: TimeFrom,
    /// The very bytes, where it is one file.
    pub original: Option<Vec<u8>>,
    /// What is in them.
    pub read: Result<Submission, Refused>,
    /// The files of a folder that could not be read, as they came.
    pub raw: BTreeMap<String, Vec<u8>>,
}

/// Whose a submission is, and for which milestone.
type Owner = (String, u32);

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The name of the submission.
    pub submission: String,
    /// When it was handed in, as it was noted.
    pub submitted: Timestamp,
    /// Whether this is what the student has handed in for this milestone last, or at the very same time; then nothing was
    /// noted.
    pub is_again: bool,
    /// The submissions of others that have the very same files, as `student/milestone`, for the instructor.
    pub same_as: Vec<String>,
    /// What the student should look at.
    pub notes: Vec<String>,
}

impl HandedIn {
    /// One file: a component or an archive, read under the usual limits.
    pub fn of_bytes(
        student: impl Into<String>,
        milestone: u32,
        (submitted, time_from): (Timestamp, TimeFrom),
        bytes: Vec<u8>,
    ) -> Self {
        let read = tito_submission::read(&bytes, &SubmissionLimits::default());
        let (original, raw) = (Some(bytes), BTreeMap::new());
        Self { student: student.into(), milestone, submitted, time_from, original, read, raw }
    }

    /// The files of a folder, under the same limits.
    pub fn of_files(
        student: impl Into<String>,
        milestone: u32,
        (submitted, time_from): (Timestamp, TimeFrom),
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Self {
        let raw: BTreeMap<_, _> = files.into_iter().collect();
        let read = tito_submission::of_files(raw.clone(), &SubmissionLimits::default());
        let raw = if read.is_err() { raw } else { BTreeMap::new() };
        Self { student: student.into(), milestone, submitted, time_from, original: None, read, raw }
    }

    /// Every file by its path, the component among them.
    fn files(&self) -> BTreeMap<&str, &[u8]> {
        let of_raw = || self.raw.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let Ok(Submission { component, files, .. }) = &self.read else { return of_raw() };
        let others = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        others.chain([(crate::manifest::COMPONENT, component.as_slice())]).collect()
    }

    /// What differs between what `submission.toml` says and what it was handed in as, and files that mean nothing.
    fn notes(&self) -> Vec<String> {
        let Ok(read) = &self.read else { return Vec::new() };
        let mut notes = Vec::new();
        if let Some(said) = read.manifest.as_ref().filter(|said| u32::from(said.milestone) != self.milestone)
        {
            notes.push(format!(
                "submission.toml says milestone {}, and it was handed in for {}",
                said.milestone, self.milestone
            ));
        }
        if let Some(said) = read.manifest.as_ref().and_then(|said| said.student.as_ref())
            && *said != self.student
        {
            notes.push(format!("submission.toml says student '{}'", said.escape_debug()));
        }
        notes.extend(
            read.unknown.iter().map(|path| format!("'{}' means nothing to tito", path.escape_debug())),
        );
        notes
    }
}

impl Course {
    /// Takes in what is handed in: its files into the store, then an entry into the log. What cannot be read is an attempt
    /// as well.
    ///
    /// # Errors
    ///
    /// If the store or the log cannot be written.
    pub fn receive(&mut self, handed_in: &HandedIn) -> Result<Received, CourseError> {
        let _locked = self.lock_intake()?;
        let files = handed_in.files();
        let ids: BTreeMap<_, _> =
            files.iter().map(|(path, bytes)| ((*path).to_owned(), FileId::of(bytes))).collect();
        let original = handed_in.original.as_deref().map(FileId::of);
        let same = self.same_files(&ids, original.as_ref())?;
        let mine = |owner: &Owner| owner.0 == handed_in.student && owner.1 == handed_in.milestone;
        let notes = handed_in.notes();
        let others = same.iter().filter(|(_, owner)| owner.0 != handed_in.student);
        let same_as = others.map(|(_, (student, milestone))| format!("{student}/{milestone}")).collect();
        let mine: Vec<_> = same.iter().filter(|(_, owner)| mine(owner)).map(|(name, _)| name).collect();
        if let Some(attempt) = self.repeated(handed_in, &mine) {
            let (submission, submitted) = (attempt.submission.clone(), attempt.submitted);
            return Ok(Received { submission, submitted, is_again: true, same_as, notes });
        }
        let manifest = Manifest {
            version: 1,
            class: self.settings().course.class.clone(),
            milestone: handed_in.milestone,
            student: handed_in.student.clone(),
            submitted: handed_in.submitted,
            nonce: nonce(),
            previous: self.previous(handed_in).map(|attempt| attempt.submission.clone()),
            original,
            files: ids,
            unreadable: handed_in.read.as_ref().err().map(Unreadable::of),
        };
        let blobs = files.values().copied().chain(handed_in.original.as_deref());
        for bytes in blobs {
            self.store().put(bytes)?;
        }
        let submission = self.store().put(&manifest.bytes())?;
        self.append(vec![Event::Received {
            submission: submission.clone(),
            student: manifest.student.clone(),
            milestone: manifest.milestone,
            submitted: manifest.submitted,
            time_from: handed_in.time_from,
            component: manifest.component(),
        }])?;
        let submitted = handed_in.submitted;
        Ok(Received { submission, submitted, is_again: false, same_as, notes })
    }

    /// The attempt that this is once more. Somebody may go back to what they had before the last one: that is a new attempt.
    fn repeated(&self, handed_in: &HandedIn, same: &[&String]) -> Option<&Attempt> {
        let record = self.gradebook().students.get(&handed_in.student)?;
        let attempts = &record.milestones.get(&handed_in.milestone)?.attempts;
        let last = self.previous(handed_in)?.submission.as_str();
        let mut same = attempts.iter().filter(|attempt| same.contains(&&attempt.submission));
        same.find(|attempt| attempt.submission == last || attempt.submitted == handed_in.submitted)
    }

    fn previous(&self, handed_in: &HandedIn) -> Option<&Attempt> {
        let record = self.gradebook().students.get(&handed_in.student)?;
        record.milestones.get(&handed_in.milestone)?.attempts.iter().max_by_key(|attempt| attempt.arrival)
    }

    /// Submissions with the very same files, or of what cannot be read the same bytes, each with whose and what for it is.
    fn same_files(
        &self,
        files: &BTreeMap<String, FileId>,
        original: Option<&FileId>,
    ) -> Result<Vec<(String, Owner)>, CourseError> {
        let component = files.get(crate::manifest::COMPONENT).map(|file| &file.sha256);
        let mut same = Vec::new();
        for record in self.gradebook().students.values() {
            for (milestone, case) in &record.milestones {
                let alike = |attempt: &&Attempt| attempt.component.as_ref().map(|c| &c.sha256) == component;
                for attempt in case.attempts.iter().filter(alike) {
                    let there = self.store().manifest(&attempt.submission)?;
                    let is_same = match files.is_empty() {
                        true => original.is_some() && there.original.as_ref() == original,
                        false => there.files == *files,
                    };
                    if is_same {
                        same.push((attempt.submission.clone(), (record.student.id.clone(), *milestone)));
                    }
                }
            }
        }
        Ok(same)
    }
}

impl Unreadable {
    fn of(refused: &Refused) -> Self {
        Self { rule: refused.rule.to_string(), message: refused.message.clone() }
    }
}
