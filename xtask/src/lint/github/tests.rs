//! Prism in front of a server that answers as it is told.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};
use std::path::{Path, PathBuf};

use super::super::prepared;
use super::{Call, calls, faults, prism, unseen};
use crate::interrupt::Interrupt;

const COMMENTS: &str = "/repos/o/r/issues/1/comments";
const COMMENT: &str = r#"{"body": "x"}"#;

/// Answers every call in the same way, until the test's process ends.
fn answering(status: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]).unwrap();
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n\
                 content-length: {length}\r\n\r\n{body}"
            );
            // Closing before all of the request is read would take the answer back.
            let _ = stream.shutdown(Shutdown::Write);
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        }
    });
    address
}

fn repository() -> PathBuf {
    let package = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    Path::new(&package).parent().unwrap().to_owned()
}

/// What Prism saw of these calls, each a method, a path and a body.
async fn seen(
    upstream: &str,
    asked: impl IntoIterator<Item = (&'static str, &'static str, &'static str)>,
) -> Vec<Call> {
    let (_sender, interrupt) = Interrupt::by_hand();
    let packages = prepared::github();
    let (server, address) = prism(&packages, &repository(), upstream, &interrupt)
        .await
        .unwrap();
    let asked: Vec<_> = asked.into_iter().collect();
    let count = asked.len();
    let ask = move || {
        for (method, path, body) in asked {
            let address = format!("{address}{path}");
            // A refusal is what most of these calls are for.
            let _ = match method {
                "POST" => ureq::post(address)
                    .content_type("application/json")
                    .send(body),
                _ => ureq::get(address).call(),
            };
        }
    };
    tokio::task::spawn_blocking(ask).await.unwrap();
    let calls = calls(&server.end().await.unwrap()).unwrap();
    assert_eq!(calls.len(), count, "{calls:?}");
    calls
}

#[tokio::test]
async fn calls_as_github_describes_them_pass() {
    let list = (
        "GET",
        "/repos/o/r/issues/1/comments?per_page=100&page=1",
        "",
    );
    let calls = seen(&answering("200 OK", "[]"), [list]).await;
    assert_eq!(faults(&calls).count(), 0, "{calls:?}");
}

#[tokio::test]
async fn what_github_would_not_take_is_found() {
    let wrong = [
        (
            ("POST", COMMENTS, r#"{"text": "x"}"#),
            "must have required property 'body'",
        ),
        (
            ("GET", "/repos/o/r/issues/1/comments?per_page=many", ""),
            "per_page must be integer",
        ),
        (
            ("GET", "/repos/o/r/issues/1/comments?per_pag=100", ""),
            "per_pag is no parameter of",
        ),
        (
            ("GET", "/repos/o/r/issue/1/comments", ""),
            "no path matched",
        ),
        (
            ("POST", "/repos/o/r/issues/comments/1", COMMENT),
            "no method matched",
        ),
    ];
    let calls = seen(&answering("200 OK", "[]"), wrong.map(|(asked, _)| asked)).await;
    for (call, (_, said)) in calls.iter().zip(wrong) {
        assert!(
            call.faults.iter().any(|fault| fault.contains(said)),
            "{said}: {call:?}"
        );
    }
}

#[tokio::test]
async fn what_github_would_not_answer_is_found() {
    for (status, answer, said) in [
        (
            "201 Created",
            r#"{"id": 1, "body": "x"}"#,
            "must have required property 'user'",
        ),
        ("202 Accepted", "{}", "status code"),
    ] {
        let calls = seen(&answering(status, answer), [("POST", COMMENTS, COMMENT)]).await;
        assert!(
            faults(&calls).any(|fault| fault.contains(said)),
            "{said}: {calls:?}"
        );
    }
}

#[tokio::test]
async fn github_answers_with_its_own_examples() {
    let asked = [
        ("GET", "/repos/answers/get-410/issues/1/comments", ""),
        (
            "GET",
            "/repos/answers/post-410/issues/1/comments?page=1",
            "",
        ),
        ("POST", "/repos/answers/post-410/issues/1/comments", COMMENT),
    ];
    let calls = seen("http://127.0.0.1:9", asked).await;
    let statuses: Vec<u16> = calls.iter().map(|call| call.status).collect();
    assert_eq!(statuses, [410, 200, 410], "{calls:?}");
    assert_eq!(faults(&calls).count(), 0, "{calls:?}");
}

#[test]
fn a_check_that_saw_nothing_says_so() {
    assert_eq!(unseen(&[]).count(), super::scenes::CALLS.len());
    let one = Call {
        method: "POST".into(),
        path: COMMENTS.into(),
        status: 201,
        faults: Vec::new(),
    };
    assert_eq!(unseen(&[one]).count(), super::scenes::CALLS.len() - 1);
}
