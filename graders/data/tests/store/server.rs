//! A server on loopback that answers as a script says, because no honest server breaks off on demand.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// What was asked: the path, and the first byte where not the whole file was wanted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) from: Option<usize>,
}

/// A request of the whole file.
pub(crate) fn whole(path: &str) -> Request {
    Request { path: path.to_owned(), from: None }
}

/// A request of the rest of a file.
pub(crate) fn rest(path: &str, from: usize) -> Request {
    Request { path: path.to_owned(), from: Some(from) }
}

/// Runs `client` with the URL of a server that answers each request with what `answer` makes of it, byte for
/// byte, and hangs up. Gives what the client gave and what it asked.
pub(crate) fn serve<T>(
    answer: impl Fn(&Request) -> Vec<u8> + Send,
    client: impl FnOnce(&str) -> T,
) -> (T, Vec<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::scope(|scope| {
        let server = scope.spawn(move || {
            let requests = listener.incoming().map_while(|stream| exchange(stream.unwrap(), &answer));
            requests.collect::<Vec<_>>()
        });
        let given = client(&format!("http://{address}/"));
        drop(TcpStream::connect(address).unwrap());
        (given, server.join().unwrap())
    })
}

/// `None` where nothing is asked, which ends the server.
fn exchange(mut stream: TcpStream, answer: &impl Fn(&Request) -> Vec<u8>) -> Option<Request> {
    let mut lines = BufReader::new(&stream).lines().map(Result::unwrap).take_while(|line| !line.is_empty());
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let range = lines.filter_map(|line| line.strip_prefix("range: bytes=").map(str::to_owned)).last();
    let from = range.map(|range| range.trim_end_matches('-').parse().unwrap());
    let request = Request { path, from };
    stream.write_all(&answer(&request)).unwrap();
    Some(request)
}

/// An answer in HTTP that says it has `length` bytes, whatever it has.
pub(crate) fn http(status: &str, headers: &str, length: usize, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// A whole file.
pub(crate) fn ok(body: &[u8]) -> Vec<u8> {
    http("200 OK", "", body.len(), body)
}

/// The file, or what is asked of it, as an honest server gives them.
pub(crate) fn honest(request: &Request, body: &[u8]) -> Vec<u8> {
    match request.from {
        None => ok(body),
        Some(from) if from < body.len() => partial(from, &body[from..]),
        Some(_) => http("416 Range Not Satisfiable", "", 0, &[]),
    }
}

/// Part of a file that claims to begin at `from`.
pub(crate) fn partial(from: usize, body: &[u8]) -> Vec<u8> {
    let range = format!("Content-Range: bytes {from}-{}/*\r\n", from + body.len() - 1);
    http("206 Partial Content", &range, body.len(), body)
}
