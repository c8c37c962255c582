//! A proxy before the local GitHub that keeps what was asked and answered.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use serde_json::Value;

/// A request with its answer.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) body: Option<Value>,
    pub(crate) status: u16,
    pub(crate) answer: Option<Value>,
}

/// The proxy; it ends with the test's process.
pub(crate) struct Recorder {
    pub(crate) url: String,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl Recorder {
    /// Stands before the server at `url`.
    pub(crate) fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let recorder = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            exchanges: Arc::default(),
        };
        let (exchanges, url) = (recorder.exchanges.clone(), url.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming() {
                exchanges.lock().unwrap().push(pass(client.unwrap(), &url));
            }
        });
        recorder
    }

    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.lock().unwrap().clone()
    }
}

/// Passes one request on, and its answer back; the connection ends with it.
fn pass(mut client: TcpStream, url: &str) -> Exchange {
    let (line, headers, body) = read(&client);
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let mut request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("{url}{target}"));
    for (name, value) in headers
        .iter()
        .filter(|(name, _)| !["host", "content-length", "accept-encoding"].contains(&name.as_str()))
    {
        request = request.header(name, value);
    }
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let mut answer = agent.run(request.body(body.clone()).unwrap()).unwrap();
    let status = answer.status();
    let text = answer.body_mut().read_to_string().unwrap();
    write!(
        client,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    )
    .unwrap();
    Exchange {
        method: method.to_owned(),
        target: target.to_owned(),
        body: serde_json::from_slice(&body).ok(),
        status: status.as_u16(),
        answer: serde_json::from_str(&text).ok(),
    }
}

type Request = (String, Vec<(String, String)>, Vec<u8>);

fn read(client: &TcpStream) -> Request {
    let mut reader = BufReader::new(client);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim().split_once(": ") else {
            break;
        };
        let name = name.to_ascii_lowercase();
        if name == "content-length" {
            length = value.parse().unwrap();
        }
        headers.push((name, value.to_owned()));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (line, headers, body)
}
