//! Datasets from the web: downloaded, resumed, unpacked, checked.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::read::GzDecoder;
use ureq::http::{Response, header};
use ureq::{Agent, Body, BodyReader};

use crate::checked::{self, CopyError};
use crate::{DataError, Description, FileDescription, Problem, Store};

/// How far the download of a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The file, by its published name.
    pub file: &'static str,
    /// Bytes of the packed file that are here, those of an earlier attempt among them.
    pub bytes: u64,
    /// Bytes of the packed file, where the server says.
    pub total: Option<u64>,
}

/// How long a server may say nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// Downloads the files of a dataset into the store and gives the names of those that were missing. They come
/// from where the dataset is published, or from a mirror: the URL of a folder that holds the same packed files,
/// which needs no trust because only the published bytes are kept. A file that the store already holds is not
/// asked for; one that it holds damaged is replaced.
///
/// A download that breaks off stays beside its target as `.part`, and the next call goes on from there.
///
/// # Errors
///
/// [`DataError::Embedded`] if the dataset has no files; [`DataError::Http`], [`DataError::Status`] and
/// [`DataError::Interrupted`] if the server does not give the file; [`DataError::Refused`] if what it gives is
/// not the published file, of which nothing is kept; [`DataError::Busy`] if another process downloads the same
/// file; [`DataError::Io`] if it cannot be written. What was fetched before stays.
pub fn fetch(
    store: &Store,
    dataset: &'static Description,
    mirror: Option<&str>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<&'static str>, DataError> {
    let Some((base_url, files)) = dataset.published() else {
        return Err(DataError::Embedded { doing: "fetch", title: dataset.title });
    };
    let base_url = mirror.unwrap_or(base_url).trim_end_matches('/');
    let agent = agent();
    let missing = files.iter().filter(|file| !store.holds(dataset, file));
    missing
        .map(|file| {
            let target = store.path(dataset, file);
            let url = format!("{base_url}/{}", file.packed_name());
            Download { file, url, part: target.with_file_name(file.packed_name() + ".part") }
                .run(&agent, &target, progress)?;
            Ok(file.name)
        })
        .collect()
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .user_agent(concat!("tito/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(PATIENCE))
        .timeout_connect(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        .build();
    config.into()
}

/// A file on its way.
struct Download {
    file: &'static FileDescription,
    url: String,
    part: PathBuf,
}

/// A server's answer: the packed file from `start` on.
struct Answer {
    start: u64,
    total: Option<u64>,
    body: BodyReader<'static>,
}

impl Download {
    fn run(&self, agent: &Agent, target: &Path, progress: &mut dyn FnMut(Progress)) -> Result<(), DataError> {
        let mut part = self.open_part()?;
        let have = part.metadata().map_err(self.io("read"))?.len();
        let answer = self.ask(agent, have)?;
        part.set_len(answer.start).map_err(self.io("write"))?;
        part.seek(SeekFrom::End(0)).map_err(self.io("write"))?;
        let bytes = self.receive(answer, &mut part, progress)?;
        part.rewind().map_err(self.io("read"))?;
        self.unpack(part, bytes, target)
    }

    /// The lock ends with the process that holds it. A file system without locks goes without.
    fn open_part(&self) -> Result<File, DataError> {
        let folder = self.part.parent().expect("a file of a store is in the folder of its dataset");
        fs::create_dir_all(folder).map_err(DataError::io("create", folder))?;
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(false);
        let part = options.open(&self.part).map_err(self.io("write"))?;
        match part.try_lock() {
            Err(TryLockError::WouldBlock) => Err(DataError::Busy { path: self.part.clone() }),
            Ok(()) | Err(TryLockError::Error(_)) => Ok(part),
        }
    }

    /// Asks for what is missing, and for the whole where the server cannot give just that.
    fn ask(&self, agent: &Agent, have: u64) -> Result<Answer, DataError> {
        if have > 0
            && let Some(answer) = self.ask_rest(agent, have)?
        {
            return Ok(answer);
        }
        let response = agent.get(&self.url).call().map_err(self.http())?;
        match response.status().as_u16() {
            200 => Ok(Answer::new(response, 0)),
            status => Err(self.status(status)),
        }
    }

    /// `None` where the server's idea of the rest is not ours: the whole has to be asked for.
    fn ask_rest(&self, agent: &Agent, have: u64) -> Result<Option<Answer>, DataError> {
        let request = agent.get(&self.url).header(header::RANGE, format!("bytes={have}-"));
        let response = request.call().map_err(self.http())?;
        match response.status().as_u16() {
            200 => Ok(Some(Answer::new(response, 0))),
            206 if range_start(&response) == Some(have) => Ok(Some(Answer::new(response, have))),
            206 | 416 => Ok(None),
            status => Err(self.status(status)),
        }
    }

    /// Appends the body to the part and gives the length of both together.
    fn receive(
        &self,
        mut answer: Answer,
        part: &mut File,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<u64, DataError> {
        let mut buffer = vec![0; 1 << 16];
        let mut bytes = answer.start;
        loop {
            progress(Progress { file: self.file.name, bytes, total: answer.total });
            let count = match answer.body.read(&mut buffer) {
                Ok(0) => return Ok(bytes),
                Ok(count) => count,
                Err(cause) => return Err(self.interrupted(bytes, cause)),
            };
            bytes += count as u64;
            if bytes > self.most() {
                return Err(self.refused(Problem::Longer { bytes: self.most() }));
            }
            part.write_all(&buffer[..count]).map_err(self.io("write"))?;
        }
    }

    /// What cannot be unpacked to the published bytes is deleted, unless there is merely too little of it.
    fn unpack(&self, part: File, bytes: u64, target: &Path) -> Result<(), DataError> {
        if self.file.stays_as_published() && bytes < self.file.bytes {
            return Err(self.interrupted(bytes, io::ErrorKind::UnexpectedEof.into()));
        }
        let source: Box<dyn Read> = match self.file.stays_as_published() {
            true => Box::new(part),
            false => Box::new(GzDecoder::new(BufReader::new(part))),
        };
        match checked::place(self.file.expected(), source, target) {
            Ok(()) => fs::remove_file(&self.part).map_err(self.io("remove")),
            Err(CopyError::Write(error)) => Err(DataError::io("write", target)(error)),
            Err(CopyError::Refused(Problem::Unreadable(cause)))
                if cause.kind() == io::ErrorKind::UnexpectedEof =>
            {
                Err(self.interrupted(bytes, cause))
            }
            Err(CopyError::Refused(problem)) => Err(self.refused(problem)),
        }
    }

    /// The most that the packed file can be: gzip adds five bytes to a block that it cannot shrink and 18 in
    /// all, and its header may hold a name.
    fn most(&self) -> u64 {
        if self.file.stays_as_published() {
            return self.file.bytes;
        }
        self.file.bytes + self.file.bytes / 1000 + 1024
    }

    /// The part is good for nothing. That it may not be removed is found out by the next attempt.
    fn refused(&self, problem: Problem) -> DataError {
        let _ = fs::remove_file(&self.part);
        let way_out = "nothing was kept; try again or name another mirror".to_owned();
        DataError::Refused { doing: "fetch", thing: self.url.clone(), problem, way_out }
    }

    fn interrupted(&self, bytes: u64, cause: io::Error) -> DataError {
        DataError::Interrupted { url: self.url.clone(), bytes, cause }
    }

    fn status(&self, status: u16) -> DataError {
        DataError::Status { url: self.url.clone(), status }
    }

    fn http(&self) -> impl FnOnce(ureq::Error) -> DataError {
        |cause| DataError::Http { url: self.url.clone(), cause: Box::new(cause) }
    }

    fn io(&self, doing: &'static str) -> impl FnOnce(io::Error) -> DataError {
        DataError::io(doing, &self.part)
    }
}

impl Answer {
    fn new(response: Response<Body>, start: u64) -> Self {
        let body = response.into_body();
        let total = body.content_length().map(|length| start.saturating_add(length));
        Self { start, total, body: body.into_reader() }
    }
}

/// The first byte that a partial answer holds: 100 in `bytes 100-199/200`.
fn range_start(response: &Response<Body>) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok()
}
