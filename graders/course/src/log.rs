//! The log: entries in SQLite that are only ever appended, each append with a signed checkpoint.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{
    Connection, OpenFlags, OptionalExtension, ToSql, TransactionBehavior, params, types::FromSql,
};
use tito_gradebook::{Entry, Event};
use tito_ledger::{Receipt, SigningKey, Tree, VerifierKey, leaf_hash};

use crate::{CourseError, keys};

/// Every version's changes, in order; `PRAGMA user_version` counts those that were made. What is released is never changed.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE origin (name TEXT NOT NULL) STRICT;
    CREATE TABLE drafts (submission TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE entries (place INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
    CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
    CREATE TRIGGER entries_are_kept BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
    CREATE TRIGGER checkpoints_stay BEFORE UPDATE ON checkpoints BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
    CREATE TRIGGER checkpoints_are_kept BEFORE DELETE ON checkpoints BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
"];

/// A log as it lies on the disk, whatever is wrong with it: one state of it, read and not changed.
pub(crate) struct Raw {
    /// Every entry's place and bytes, in order.
    pub(crate) entries: Vec<(u64, Vec<u8>)>,
    /// Every checkpoint's size and note, in order.
    pub(crate) checkpoints: Vec<(u64, String)>,
}

impl Raw {
    pub(crate) fn read(path: &Path) -> Result<Self, CourseError> {
        let mut database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .and_then(|database| database.busy_timeout(PATIENCE).map(|()| database))
            .map_err(failed("open", path))?;
        let mut read = || {
            let state = database.transaction()?;
            let entries = rows(&state, "SELECT place, bytes FROM entries ORDER BY place")?;
            Ok((entries, rows(&state, "SELECT size, note FROM checkpoints ORDER BY size")?))
        };
        let (entries, checkpoints) = read().map_err(failed("read", path))?;
        Ok(Self { entries, checkpoints })
    }
}

fn rows<T: FromSql>(database: &Connection, query: &str) -> rusqlite::Result<Vec<(u64, T)>> {
    let mut query = database.prepare(query)?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// How long another process may be writing.
const PATIENCE: Duration = Duration::from_secs(30);

/// The log of a course, and its Merkle tree as far as it was read.
pub struct Log {
    path: PathBuf,
    database: Connection,
    key: SigningKey,
    tree: Tree,
}

impl Log {
    /// A new one.
    pub(crate) fn create(path: &Path, origin: &str, seed: [u8; 32]) -> Result<Self, CourseError> {
        let database = connect(path)?;
        database.execute("INSERT INTO origin (name) VALUES (?1)", [origin]).map_err(failed("write", path))?;
        Self::new(path, database, seed)
    }

    /// The one that is there. Nothing of it is read yet.
    pub(crate) fn open(path: &Path, seed: [u8; 32]) -> Result<Self, CourseError> {
        Self::new(path, connect(path)?, seed)
    }

    fn new(path: &Path, database: Connection, seed: [u8; 32]) -> Result<Self, CourseError> {
        let origin: String = database
            .query_row("SELECT name FROM origin", [], |row| row.get(0))
            .map_err(failed("read", path))?;
        let key = SigningKey::new(&origin, &seed)
            .map_err(|error| CourseError::Damaged(format!("the log is called '{origin}': {error}")))?;
        Ok(Self { path: path.to_owned(), database, key, tree: Tree::new() })
    }

    /// What checkpoints of this log are verified with.
    pub fn key(&self) -> VerifierKey {
        self.key.verifier()
    }

    /// The tree over all entries that were read.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The entries after those that were read, which they are now.
    pub(crate) fn read_on(&mut self) -> Result<Vec<Entry>, CourseError> {
        let Self { path, database, key, tree } = self;
        // One state of the database for all of it, whoever appends meanwhile.
        let transaction = database.transaction().map_err(failed("read", path))?;
        let entries = read_on(&transaction, path, tree)?;
        is_signed(&transaction, path, key, tree)?;
        Ok(entries)
    }

    /// Appends entries, all of them or none; first gives `before` what others have appended meanwhile.
    pub(crate) fn append(
        &mut self,
        entries: &[Entry],
        mut before: impl FnMut(&Entry),
    ) -> Result<(), CourseError> {
        let Self { path, database, key, tree } = self;
        let transaction = database
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed("write", path))?;
        read_on(&transaction, path, tree)?.iter().for_each(&mut before);
        is_signed(&transaction, path, key, tree)?;
        let size = tree.size();
        let appended = append(&transaction, path, key, tree, entries)
            .and_then(|()| transaction.commit().map_err(failed("append to", path)));
        // What is not on the disk is not in the log.
        appended.inspect_err(|_| tree.truncate(size))
    }

    /// What proves that the log has the entry at this place, against the last checkpoint. `extra` goes with it.
    pub(crate) fn receipt(&self, place: u64, extra: Vec<u8>) -> Result<Receipt, CourseError> {
        let proof = self.tree.inclusion(place, self.tree.size()).expect("the entry was read");
        Ok(Receipt { extra, index: place, proof, checkpoint: self.checkpoint()? })
    }

    /// The place and bytes of every entry in which this text stands.
    pub(crate) fn with_text(&self, text: &str) -> Result<Vec<(u64, Vec<u8>)>, CourseError> {
        let rows = || {
            let find =
                "SELECT place, bytes FROM entries WHERE instr(bytes, CAST(?1 AS BLOB)) > 0 ORDER BY place";
            let mut query = self.database.prepare(find)?;
            query.query_map([text], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()
        };
        rows().map_err(failed("read", &self.path))
    }

    /// Keeps what a grading found until it is applied.
    pub(crate) fn draft(&self, submission: &str, bytes: &[u8]) -> Result<(), CourseError> {
        let put = "INSERT INTO drafts (submission, bytes) VALUES (?1, ?2)
            ON CONFLICT (submission) DO UPDATE SET bytes = excluded.bytes";
        self.database
            .execute(put, params![submission, bytes])
            .map(|_| ())
            .map_err(failed("write", &self.path))
    }

    /// What is kept and not applied.
    pub(crate) fn drafts(&self) -> Result<Vec<Vec<u8>>, CourseError> {
        let rows = || {
            let mut query = self.database.prepare("SELECT bytes FROM drafts ORDER BY submission")?;
            query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()
        };
        rows().map_err(failed("read", &self.path))
    }

    /// Every entry, in order.
    ///
    /// # Errors
    ///
    /// If the database refuses, or one of them cannot be read.
    pub fn entries(&self) -> Result<Vec<Entry>, CourseError> {
        read_on(&self.database, &self.path, &mut Tree::new())
    }

    /// The signed checkpoint over all entries that were read.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn checkpoint(&self) -> Result<String, CourseError> {
        self.database
            .query_row("SELECT note FROM checkpoints WHERE size = ?1", [self.tree.size()], |row| row.get(0))
            .map_err(failed("read", &self.path))
    }
}

/// Whether the entries so far are what this key has signed last. Nothing is signed on top of what is not: the signature would
/// vouch for what somebody else has changed.
fn is_signed(database: &Connection, path: &Path, key: &SigningKey, tree: &Tree) -> Result<(), CourseError> {
    let last = database
        .query_row("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1", [], |row| row.get(0))
        .optional();
    let last: Option<String> = last.map_err(failed("read", path))?;
    let head = last.and_then(|note| key.verifier().open(&note).ok());
    match head {
        Some(head) if head == tree.head() => Ok(()),
        None if tree.size() == 0 => Ok(()),
        _ => Err(CourseError::Damaged(format!(
            "the entries of '{}' are not those that were signed",
            path.display()
        ))),
    }
}

/// Appends entries with a checkpoint over them; whoever calls commits.
fn append(
    database: &Connection,
    path: &Path,
    key: &SigningKey,
    tree: &mut Tree,
    entries: &[Entry],
) -> Result<(), CourseError> {
    let run = |statement: &str, values: &[&dyn ToSql]| {
        let ran = database.prepare_cached(statement).and_then(|mut statement| statement.execute(values));
        ran.map(|_| ()).map_err(failed("append to", path))
    };
    for entry in entries {
        let bytes = serde_json::to_vec(entry).expect("an entry has string keys and no failing parts");
        run("INSERT INTO entries (place, bytes) VALUES (?1, ?2)", &[&tree.size(), &bytes])?;
        tree.push(leaf_hash(&bytes));
        if let Event::Graded { submission, .. } = &entry.event {
            run("DELETE FROM drafts WHERE submission = ?1", &[submission])?;
        }
    }
    run("INSERT INTO checkpoints (size, note) VALUES (?1, ?2)", &[&tree.size(), &key.sign(&tree.head())])
}

/// The database, brought to the newest version.
fn connect(path: &Path) -> Result<Connection, CourseError> {
    keys::own(path)?;
    let mut database = Connection::open(path).map_err(failed("open", path))?;
    // What is said to be kept must be on the disk, and who reads does not wait for who writes.
    let prepared = database
        .busy_timeout(PATIENCE)
        .and_then(|()| database.pragma_update(None, "journal_mode", "wal"))
        .and_then(|()| database.pragma_update(None, "synchronous", "full"));
    prepared.map_err(failed("open", path))?;
    migrate(&mut database, path)?;
    Ok(database)
}

fn migrate(database: &mut Connection, path: &Path) -> Result<(), CourseError> {
    let known = MIGRATIONS.len() as u32;
    let version = |database: &Connection| database.pragma_query_value(None, "user_version", |row| row.get(0));
    let found: u32 = version(database).map_err(failed("read", path))?;
    if found > known {
        return Err(CourseError::Newer { path: path.to_owned(), found, known });
    }
    if found == known {
        return Ok(());
    }
    let mut change = || {
        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been faster.
        let found: u32 = version(&transaction)?;
        for (done, migration) in MIGRATIONS.iter().enumerate().skip(found as usize) {
            transaction.execute_batch(migration)?;
            transaction.pragma_update(None, "user_version", done as u32 + 1)?;
        }
        transaction.commit()
    };
    change().map_err(failed("bring to this version", path))
}

fn read_on(database: &Connection, path: &Path, tree: &mut Tree) -> Result<Vec<Entry>, CourseError> {
    let rows = || {
        let mut query =
            database.prepare_cached("SELECT place, bytes FROM entries WHERE place >= ?1 ORDER BY place")?;
        let rows = query.query_map([tree.size()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<Vec<(u64, Vec<u8>)>, _>>()
    };
    let rows = rows().map_err(failed("read", path))?;
    rows.into_iter()
        .map(|(place, bytes)| {
            let is_next = place == tree.size();
            let entry = is_next.then(|| serde_json::from_slice(&bytes)).and_then(Result::ok);
            let entry = entry.ok_or_else(|| {
                CourseError::Damaged(format!("entry {place} of '{}' cannot be read", path.display()))
            })?;
            tree.push(leaf_hash(&bytes));
            Ok(entry)
        })
        .collect()
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(rusqlite::Error) -> CourseError {
    let path = path.to_owned();
    move |source| CourseError::Database { doing, path, source }
}
