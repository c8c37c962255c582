//! An S3 that misbehaves on purpose, for what a well-behaved one never does. Speaks just enough HTTP.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
};

/// A server on loopback; its threads end with the test's process.
pub(crate) struct Stub {
    pub(crate) endpoint: String,
    /// The first line of each request, once its headers have arrived.
    pub(crate) requests: Receiver<String>,
}

impl Stub {
    /// Answers each request by its first line; `None` leaves the client waiting.
    pub(crate) fn start(answer: fn(&str) -> Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (seen, requests) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = seen.clone();
                std::thread::spawn(move || serve(stream, answer, &seen));
            }
        });
        Self { endpoint, requests }
    }
}

/// The answer of S3 with a status line such as `403 Forbidden`.
pub(crate) fn xml(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/xml\r\nx-amz-request-id: 4A2B\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

fn serve(stream: TcpStream, answer: fn(&str) -> Option<String>, seen: &Sender<String>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    while let Some((first, length)) = head(&mut reader) {
        let mut body = vec![0; length];
        let _ = seen.send(first.clone());
        match answer(&first) {
            Some(answer) => {
                if reader.read_exact(&mut body).is_err()
                    || writer.write_all(answer.as_bytes()).is_err()
                {
                    return;
                }
            }
            // Until the client goes away.
            None => drop(reader.read_to_end(&mut body)),
        }
    }
}

/// The first line of a request and the length of its body.
fn head(reader: &mut impl BufRead) -> Option<(String, usize)> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim().to_ascii_lowercase().split_once(':') {
            Some(("content-length", value)) => length = value.trim().parse().unwrap(),
            Some(_) => {}
            None => return Some((first.trim().to_owned(), length)),
        }
    }
}
