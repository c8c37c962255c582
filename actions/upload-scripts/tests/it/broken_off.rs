//! Uploads that do not reach their end.

use crate::{
    step::Step,
    stub::{Stub, xml},
};
use rustix::process::{Pid, Signal, kill_process};
use std::time::Duration;

const EMPTY_LISTING: &str =
    "<ListBucketResult><Name>bench</Name><IsTruncated>false</IsTruncated></ListBucketResult>";
const ABSENT: &str = "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>";
const DENIED: &str = "<Error><Code>AccessDenied</Code><Message>not yours</Message></Error>";

#[tokio::test]
async fn a_refused_upload_says_how_far_it_came_and_what_to_allow() {
    let stub = Stub::start(|request| {
        Some(match request {
            get if get.contains("list-type") => xml("200 OK", EMPTY_LISTING),
            get if get.starts_with("GET") => xml("404 Not Found", ABSENT),
            put if put.contains("threadsleep.py") => xml("403 Forbidden", DENIED),
            _ => xml("200 OK", ""),
        })
    });
    let outcome = Step::at(&stub.endpoint).run().await;
    assert_eq!(outcome.code, Some(3), "{}", outcome.log);
    for part in [
        "src/threadsleep.py` in region eu-west-1",
        "of 3 files are there, and set `",
        "` is not complete: running again sends the rest",
        "access denied: AccessDenied, not yours (HTTP 403, request 4A2B)",
        "allow `s3:PutObject`",
    ] {
        assert!(outcome.log.contains(part), "{part}: {}", outcome.log);
    }
    assert_eq!(outcome.outputs, []);
}

#[tokio::test]
async fn a_bucket_in_another_region_is_told_which() {
    let stub = Stub::start(|_| {
        let body = "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>";
        let head = "301 Moved Permanently\r\nx-amz-bucket-region: eu-central-1";
        Some(xml(head, body))
    });
    let outcome = Step::at(&stub.endpoint).run().await;
    assert_eq!(outcome.code, Some(3), "{}", outcome.log);
    assert!(
        outcome.log.contains("it is in another region"),
        "{}",
        outcome.log
    );
    assert!(
        outcome.log.contains("set input `region` to `eu-central-1`"),
        "{}",
        outcome.log
    );
}

#[tokio::test]
async fn a_signal_ends_an_upload_that_is_under_way() {
    for signal in [Signal::INT, Signal::TERM] {
        let stub = Stub::start(|_| None);
        let step = Step::at(&stub.endpoint);
        let child = step.start();
        let first = stub.requests.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(first.starts_with("GET /bench"), "{first}");
        kill_process(Pid::from_child(&child), signal).unwrap();
        let outcome = step.end(child).await;
        assert_eq!(outcome.code, Some(130), "{signal:?}: {}", outcome.log);
        assert!(
            outcome.log.contains("nothing was sent yet"),
            "{}",
            outcome.log
        );
    }
}
