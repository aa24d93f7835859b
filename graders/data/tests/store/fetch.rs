//! Fetch against a server that is honest, broken or hostile.

use std::fs;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;

use tito_data::{DataError, Progress, Split, Store, TINYDIGITS, fetch};

use crate::fake::{self, FAKE, FIRST};
use crate::server::{Request, honest, http, ok, partial, rest, serve, whole};

const PATH: &str = "/train-images.gz";

/// A store whose every file but the first is there, so that a fetch asks for one.
struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("fake")).unwrap();
        for file in &FAKE.files()[1..] {
            fs::write(folder.path().join("fake").join(file.name), fake::bytes(file.name)).unwrap();
        }
        Self { folder }
    }

    fn with_part(self, bytes: &[u8]) -> Self {
        fs::write(self.part(), bytes).unwrap();
        self
    }

    fn store(&self) -> Store {
        Store::at(self.folder.path())
    }

    fn part(&self) -> PathBuf {
        self.target().with_added_extension("gz.part")
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("fake").join(FIRST)
    }

    /// Fetches and compares what was asked and what came of it: the error, and how much of the part is left.
    #[track_caller]
    fn check(
        &self,
        answer: impl Fn(&Request) -> Vec<u8> + Send,
        asked: &[Request],
        error: Option<&str>,
        left: Option<u64>,
    ) {
        let (result, requests) = serve(answer, |url| fetch(&self.store(), &FAKE, Some(url), &mut |_| {}));
        assert_eq!(requests, asked);
        assert_eq!(length(&self.part()), left, "{result:?}");
        assert_eq!(self.store().verify(&FAKE).ready, error.is_none(), "{result:?}");
        match (result, error) {
            (Ok(fetched), None) => assert_eq!(fetched, [FIRST]),
            (Err(found), Some(error)) => assert!(found.to_string().contains(error), "{found}"),
            (result, _) => panic!("{result:?}, not {error:?}"),
        }
    }
}

fn length(path: &Path) -> Option<u64> {
    path.metadata().ok().map(|metadata| metadata.len())
}

fn packed() -> Vec<u8> {
    fake::gzip(&fake::bytes(FIRST))
}

#[test]
fn a_whole_dataset_is_fetched_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("not/there/yet"));
    let answer = |request: &Request| {
        let name = request.path.trim_start_matches('/').trim_end_matches(".gz");
        honest(request, &fake::gzip(&fake::bytes(name)))
    };
    let ((first, second), requests) = serve(answer, |url| {
        (fetch(&store, &FAKE, Some(url), &mut |_| {}), fetch(&store, &FAKE, Some(url), &mut |_| {}))
    });
    assert_eq!(first.unwrap(), ["train-images", "train-labels", "test-images", "test-labels"]);
    assert!(second.unwrap().is_empty());
    assert_eq!(requests.len(), 4);
    assert_eq!(store.load(&FAKE, Split::Test).unwrap().len(), fake::COUNT as usize);
}

#[test]
fn a_part_is_gone_on_with() {
    let case = Case::new().with_part(&packed()[..100]);
    case.check(|request| honest(request, &packed()), &[rest(PATH, 100)], None, None);
}

#[test]
fn a_server_that_ignores_the_range_gives_the_whole() {
    let case = Case::new().with_part(b"something else");
    case.check(|_| ok(&packed()), &[rest(PATH, 14)], None, None);
}

#[test]
fn a_part_beyond_the_end_is_begun_again() {
    let case = Case::new().with_part(&[0; 2000]);
    case.check(|request| honest(request, &packed()), &[rest(PATH, 2000), whole(PATH)], None, None);
}

#[test]
fn a_range_that_was_not_asked_for_is_not_used() {
    let case = Case::new().with_part(&packed()[..100]);
    let answer = |request: &Request| match request.from {
        Some(_) => partial(50, &packed()[50..]),
        None => ok(&packed()),
    };
    case.check(answer, &[rest(PATH, 100), whole(PATH)], None, None);
}

#[test]
fn a_download_that_breaks_off_goes_on_the_next_time() {
    let case = Case::new();
    let broken = |_: &Request| http("200 OK", "", packed().len(), &packed()[..300]);
    case.check(broken, &[whole(PATH)], Some("300 bytes are kept; run the same command again"), Some(300));
    case.check(|request| honest(request, &packed()), &[rest(PATH, 300)], None, None);
}

#[test]
fn a_download_that_is_too_short_without_saying_so_is_kept_too() {
    let case = Case::new();
    case.check(|_| ok(&packed()[..300]), &[whole(PATH)], Some("300 bytes are kept"), Some(300));
    case.check(|_| ok(&[]), &[rest(PATH, 300)], Some("0 bytes are kept"), Some(0));
    case.check(|_| ok(&packed()), &[whole(PATH)], None, None);
}

#[test]
fn other_bytes_are_refused_and_leave_nothing() {
    let mut tampered = fake::bytes(FIRST);
    tampered[500] ^= 1;
    let case = Case::new();
    let check = |body: Vec<u8>, error| case.check(|_| ok(&body), &[whole(PATH)], Some(error), None);
    check(fake::gzip(&tampered), FAKE.files()[0].sha256);
    check(fake::gzip(&tampered[..700]), "its SHA-256 is");
    check(b"<html>please log in</html>".to_vec(), "cannot be read to its end (invalid gzip header)");
    let mut damaged = packed();
    damaged[400] ^= 1;
    check(damaged, "nothing was kept; try again or name another mirror");
}

#[test]
fn a_part_of_something_else_is_found_out_and_thrown_away() {
    let case = Case::new().with_part(&[0; 100]);
    case.check(|request| honest(request, &packed()), &[rest(PATH, 100)], Some("invalid gzip header"), None);
    case.check(|request| honest(request, &packed()), &[whole(PATH)], None, None);
}

#[test]
fn a_bomb_is_not_unpacked() {
    let bomb = fake::gzip(&[0; 1 << 20]);
    assert!(bomb.len() < 2000, "the bomb itself must be short enough to be downloaded");
    Case::new().check(|_| ok(&bomb), &[whole(PATH)], Some("longer than the expected 816 bytes"), None);
}

#[test]
fn an_endless_download_is_cut() {
    let endless = vec![0; 1 << 16];
    Case::new().check(|_| ok(&endless), &[whole(PATH)], Some("longer than the expected 1840 bytes"), None);
}

#[test]
fn a_missing_file_is_the_servers_doing() {
    let answer = |_: &Request| http("404 Not Found", "", 4, b"gone");
    let error = "/train-images.gz: the server answers with status 404; name another mirror";
    Case::new().check(answer, &[whole(PATH)], Some(error), Some(0));
    Case::new().with_part(&[0; 9]).check(answer, &[rest(PATH, 9)], Some(error), Some(9));
}

#[test]
fn what_is_no_http_is_said_so() {
    Case::new().check(
        |_| b"SSH-2.0-OpenSSH\r\n".to_vec(),
        &[whole(PATH)],
        Some("check the network"),
        Some(0),
    );
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let case = Case::new();
    let error = fetch(&case.store(), &FAKE, None, &mut |_| {}).unwrap_err();
    assert!(matches!(error, DataError::Http { .. }), "{error}");
    assert!(error.to_string().starts_with("cannot fetch http://127.0.0.1:9/train-images.gz: "), "{error}");
}

#[test]
fn the_agent_speaks_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut greeting = [0; 2];
    let server =
        thread::spawn(move || listener.accept().unwrap().0.read_exact(&mut greeting).map(|()| greeting));
    fetch(&Case::new().store(), &FAKE, Some(&format!("https://{address}")), &mut |_| {}).unwrap_err();
    // Where nobody called, the server must not wait forever.
    let _ = TcpStream::connect(address);
    assert_eq!(server.join().unwrap().unwrap(), [22, 3], "a handshake record of TLS begins so");
}

#[test]
fn two_processes_do_not_write_the_same_part() {
    let case = Case::new().with_part(&[]);
    let other = fs::File::open(case.part()).unwrap();
    other.lock().unwrap();
    case.check(|_| ok(&packed()), &[], Some("another tito is at it"), Some(0));
    drop(other);
    case.check(|_| ok(&packed()), &[whole(PATH)], None, None);
}

#[test]
fn a_damaged_file_is_replaced() {
    let case = Case::new();
    fs::write(case.target(), b"damaged").unwrap();
    case.check(|_| ok(&packed()), &[whole(PATH)], None, None);
}

#[test]
fn progress_counts_what_was_there_before() {
    let case = Case::new().with_part(&packed()[..100]);
    let mut seen = Vec::new();
    let answer = |request: &Request| honest(request, &packed());
    let (result, _) =
        serve(answer, |url| fetch(&case.store(), &FAKE, Some(url), &mut |progress| seen.push(progress)));
    result.unwrap();
    let at = |bytes| Progress { file: FIRST, bytes, total: Some(packed().len() as u64) };
    assert_eq!((seen.first(), seen.last()), (Some(&at(100)), Some(&at(packed().len() as u64))));
    assert!(seen.is_sorted_by_key(|progress| progress.bytes));
}

#[test]
fn what_is_embedded_is_not_fetched() {
    let (result, requests) =
        serve(|_| ok(&[]), |url| fetch(&Case::new().store(), &TINYDIGITS, Some(url), &mut |_| {}));
    assert_eq!(
        result.unwrap_err().to_string(),
        "cannot fetch TinyDigits: it is part of tito and always there"
    );
    assert!(requests.is_empty());
}
