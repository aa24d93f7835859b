//! A course: its folder, opened.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use tito_gradebook::{Entry, Event, Gradebook};
use tito_ledger::VerifierKey;

use crate::{CourseError, Log, Settings, Store, keys};

const SETTINGS: &str = "course.toml";
const DATABASE: &str = "course.db";
const STORE: &str = "store";
const SECRET: &str = "secret.key";
const SIGNING: &str = "signing.key";
const LOCK: &str = ".grading.lock";
const INTAKE_LOCK: &str = ".intake.lock";

/// A course, and what is known of its students as far as its log was read.
pub struct Course {
    folder: PathBuf,
    settings: Settings,
    log: Log,
    store: Store,
    gradebook: Gradebook,
    actor: String,
}

/// That no other process grades in this course, until it is dropped; the system takes it back from a process that dies.
#[derive(Debug)]
pub struct Locked(#[expect(dead_code, reason = "held open")] File);

impl Course {
    /// Makes one in this folder: settings, keys, an empty log and an empty store.
    ///
    /// # Errors
    ///
    /// If there is one already, or the file system refuses.
    pub fn create(folder: &Path, name: &str, class: &str, actor: &str) -> Result<Self, CourseError> {
        let settings = folder.join(SETTINGS);
        if settings.exists() {
            return Err(CourseError::Exists(folder.to_owned()));
        }
        // A course that was begun and not finished would be gone on with by another key.
        let left = [DATABASE, SECRET, SIGNING, STORE].into_iter().find(|name| folder.join(name).exists());
        if let Some(left) = left {
            return Err(CourseError::LeftOver(folder.join(left)));
        }
        keys::own_folder(&folder.join(STORE))?;
        keys::create(&folder.join(SECRET))?;
        let seed = keys::create(&folder.join(SIGNING))?;
        let origin = format!("tito/{class}/{}", &nonce()[..8]);
        Log::create(&folder.join(DATABASE), &origin, seed)?;
        // Last, since it is what makes the folder a course.
        let text = Settings::template(name, class);
        fs::write(&settings, text).map_err(CourseError::io("write", &settings))?;
        Self::open(folder, actor)
    }

    /// The folder of a course: this one, or the next one above it.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn find(from: &Path) -> Result<PathBuf, CourseError> {
        let whole = std::path::absolute(from).map_err(CourseError::io("find", from))?;
        let found = whole
            .ancestors()
            .find(|folder| folder.join(SETTINGS).is_file() && folder.join(DATABASE).is_file());
        found.map(Path::to_owned).ok_or_else(|| CourseError::NoCourse(from.to_owned()))
    }

    /// The course in this folder; whatever happens to it now is `actor`'s doing.
    ///
    /// # Errors
    ///
    /// If its settings, its keys or its log cannot be read.
    pub fn open(folder: &Path, actor: &str) -> Result<Self, CourseError> {
        let settings = read_settings(&folder.join(SETTINGS))?;
        let seed = keys::read(&folder.join(SIGNING))?;
        let mut log = Log::open(&Self::database_in(folder), seed)?;
        let gradebook = Gradebook::of(&log.read_on()?);
        let store = Self::store_in(folder);
        Ok(Self { folder: folder.to_owned(), settings, log, store, gradebook, actor: actor.to_owned() })
    }

    pub(crate) fn database_in(folder: &Path) -> PathBuf {
        folder.join(DATABASE)
    }

    pub(crate) fn store_in(folder: &Path) -> Store {
        Store::in_folder(folder.join(STORE))
    }

    /// What the checkpoints of the course in this folder are verified with, by its signing key.
    pub(crate) fn key_in(folder: &Path) -> Result<VerifierKey, CourseError> {
        let seed = keys::read(&folder.join(SIGNING))?;
        Ok(Log::open(&Self::database_in(folder), seed)?.key())
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it has decided.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What is known of its students.
    pub fn gradebook(&self) -> &Gradebook {
        &self.gradebook
    }

    /// What happened.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// What was handed in, and every grade.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The bytes of a file in its folder, by name.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, CourseError> {
        let path = self.folder.join(name);
        fs::read(&path).map_err(CourseError::io("read", path))
    }

    /// What is decided and what cases are drawn from, in a folder that has nothing else of a course.
    ///
    /// # Errors
    ///
    /// If either cannot be read, or others can read the secret.
    pub fn settings_and_secret(folder: &Path) -> Result<(Settings, [u8; 32]), CourseError> {
        Ok((read_settings(&folder.join(SETTINGS))?, keys::read(&folder.join(SECRET))?))
    }

    /// What the cases of a grading are drawn from.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or others can.
    pub fn secret(&self) -> Result<[u8; 32], CourseError> {
        keys::read(&self.folder.join(SECRET))
    }

    /// Notes in the log what the settings say, if it is not what they said before. Milestones are called as `name_of` says.
    ///
    /// # Errors
    ///
    /// If the settings mean nothing, or the log cannot be written.
    pub fn note_rules(&mut self, name_of: impl Fn(u32) -> Option<String>) -> Result<(), CourseError> {
        let rules = self.settings.rules_of(name_of).map_err(|problem| self.wrong(problem))?;
        if self.gradebook.rules.as_ref() == Some(&rules) {
            return Ok(());
        }
        self.append(vec![Event::Configured { rules }])
    }

    /// Changes the text of the settings; what comes of it must be settings again.
    ///
    /// # Errors
    ///
    /// If it is not, or the file cannot be written.
    pub fn change_settings(
        &mut self,
        change: impl FnOnce(&str) -> Result<String, String>,
    ) -> Result<(), CourseError> {
        let path = self.folder.join(SETTINGS);
        let text = fs::read_to_string(&path).map_err(CourseError::io("read", &path))?;
        let changed = change(&text).map_err(|problem| self.wrong(problem))?;
        self.settings = Settings::parse(&changed).map_err(|problem| self.wrong(problem))?;
        let written = tempfile::NamedTempFile::new_in(&self.folder).and_then(|mut file| {
            std::io::Write::write_all(&mut file, changed.as_bytes())?;
            file.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|error| error.error)
        });
        written.map(|_| ()).map_err(CourseError::io("write", path))
    }

    fn wrong(&self, problem: String) -> CourseError {
        CourseError::Settings { path: self.folder.join(SETTINGS), problem }
    }

    /// Notes what happened, all of it or nothing; when it returns, it is on the disk.
    ///
    /// # Errors
    ///
    /// If the log cannot be written.
    pub fn append(&mut self, events: Vec<Event>) -> Result<(), CourseError> {
        let (at, by) = (now(), self.actor.clone());
        let entry = |event| Entry { at, by: by.clone(), nonce: nonce(), event };
        let entries: Vec<_> = events.into_iter().map(entry).collect();
        let gradebook = &mut self.gradebook;
        self.log.append(&entries, |entry| gradebook.add(entry))?;
        entries.iter().for_each(|entry| gradebook.add(entry));
        Ok(())
    }

    /// Keeps what a grading found until it is applied, or until the submission is graded otherwise.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    ///
    /// # Panics
    ///
    /// If it is no grading.
    pub fn draft(&self, graded: &Event) -> Result<(), CourseError> {
        let Event::Graded { submission, .. } = graded else { panic!("only gradings are drafted") };
        let bytes = serde_json::to_vec(graded).expect("an event has string keys and no failing parts");
        self.log.draft(submission, &bytes)
    }

    /// The gradings that are kept and not applied.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn drafts(&self) -> Result<Vec<Event>, CourseError> {
        // What an older tito drafted and this one cannot read is found again.
        Ok(self.log.drafts()?.iter().filter_map(|bytes| serde_json::from_slice(bytes).ok()).collect())
    }

    /// Looks at what others have noted meanwhile.
    fn refresh(&mut self) -> Result<(), CourseError> {
        let Self { log, gradebook, .. } = self;
        log.read_on()?.iter().for_each(|entry| gradebook.add(entry));
        Ok(())
    }

    /// Keeps other processes from taking in submissions meanwhile, and looks at what they have taken in.
    pub(crate) fn lock_intake(&mut self) -> Result<Locked, CourseError> {
        let path = self.folder.join(INTAKE_LOCK);
        keys::own(&path)?;
        let file = File::open(&path).and_then(|file| file.lock().map(|()| file));
        let file = file.map_err(CourseError::io("lock", path))?;
        self.refresh()?;
        Ok(Locked(file))
    }

    /// Keeps other processes from grading in it meanwhile.
    ///
    /// # Errors
    ///
    /// If one does.
    pub fn lock(&self) -> Result<Locked, CourseError> {
        let path = self.folder.join(LOCK);
        let file = File::create(&path).map_err(CourseError::io("write", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Locked(file)),
            Err(TryLockError::WouldBlock) => Err(CourseError::Busy(self.folder.clone())),
            Err(TryLockError::Error(error)) => Err(CourseError::io("lock", path)(error)),
        }
    }
}

fn read_settings(path: &Path) -> Result<Settings, CourseError> {
    let text = fs::read_to_string(path).map_err(CourseError::io("read", path))?;
    Settings::parse(&text).map_err(|problem| CourseError::Settings { path: path.to_owned(), problem })
}

/// This moment to the second, as people write it.
pub fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).expect("a second that was, is a second")
}

/// Sixteen random bytes in hexadecimal.
pub(crate) fn nonce() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system has random bytes");
    hex::encode(bytes)
}
