//! `compare-dra metrics` on logs in S3.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use bytes::Bytes;
use local_cloud::LocalCloud;

use crate::{
    bench::{Bench, beside, cloud},
    logs::{LOG, compressed, log, rolled},
    metrics::{expected, numbers, one, printed},
};

async fn put(cloud: &LocalCloud, key: &str, bytes: Vec<u8>) {
    let put = cloud.objects().put("bench", key, Bytes::from(bytes));
    put.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn object_rolled_log_and_prefix_are_read_from_s3() {
    let cloud = cloud().await;
    let bench = Bench::on(&cloud);
    put(&cloud, "events/app-1", log(LOG)).await;
    put(
        &cloud,
        "events/app-2.zstd",
        std::fs::read(compressed("zstd")).unwrap(),
    )
    .await;
    for (name, bytes) in rolled(12) {
        put(&cloud, &format!("events/eventlog_v2_app-1/{name}"), bytes).await;
    }
    put(&cloud, "events/", Vec::new()).await;
    put(&cloud, "events/eventlog_v2_app-1/", Vec::new()).await;
    put(&cloud, "events/driver/stderr.gz", b"other".to_vec()).await;
    beside(move || {
        let expected = expected(&bench);
        for place in [
            "s3://bench/events/app-1",
            "s3://bench/events/app-2.zstd",
            "s3://bench/events/eventlog_v2_app-1/",
            "s3://bench/events/eventlog_v2_app-1",
        ] {
            let document = one(&bench, place);
            assert_eq!(document["source"], place);
            assert_eq!(numbers(document), expected, "{place}");
        }
        for place in ["s3://bench/events/", "s3://bench/events"] {
            let all = printed(&bench.run(&["metrics", place]).exits(0));
            let sources: Vec<&str> = all
                .iter()
                .filter_map(|document| document["source"].as_str())
                .collect();
            let names = ["app-1", "app-2.zstd", "eventlog_v2_app-1"]
                .map(|name| format!("s3://bench/events/{name}"));
            assert_eq!(sources, names);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_object_is_a_bad_input_and_missing_bucket_is_outside() {
    let cloud = cloud().await;
    let bench = Bench::on(&cloud);
    beside(move || {
        let ran = bench.run(&["metrics", "s3://bench/nothing"]).exits(2);
        assert!(
            ran.said()
                .contains("`s3://bench/nothing`: there is no event log here"),
            "{}",
            ran.said()
        );
        let ran = bench
            .run(&["metrics", "s3://nowhere/a", "runs/dra/origin-dra"])
            .exits(3);
        assert!(
            ran.said().contains("`s3://nowhere/a`: s3:ListBucket: ")
                && ran.said().contains("NoSuchBucket"),
            "{}",
            ran.said()
        );
        assert_eq!(printed(&ran).len(), 1, "the other one is printed");
    })
    .await;
}

#[test]
fn broken_connection_is_resumed_where_it_broke() {
    let bytes = log(LOG);
    let mut bench = Bench::new();
    let expected = expected(&bench);
    serve(&mut bench, move |request, to| {
        let from = request.range.unwrap_or(0);
        if request.range.is_some() {
            assert_eq!(request.if_match.as_deref(), Some("\"first\""));
        }
        // A third of what is left, then silence.
        let sent = &bytes[from..bytes.len().min(from + 12_000)];
        answer(
            to,
            if from > 0 { 206 } else { 200 },
            "\"first\"",
            bytes.len() - from,
            sent,
        );
    });
    assert_eq!(numbers(one(&bench, "s3://bench/app-1")), expected);
}

#[test]
fn object_that_is_replaced_while_it_is_read_is_not_mixed_with_the_new_one() {
    let bytes = log(LOG);
    let mut bench = Bench::new();
    serve(&mut bench, move |request, to| match request.range {
        None => answer(to, 200, "\"first\"", bytes.len(), &bytes[..12_000]),
        Some(_) => answer(to, 412, "\"second\"", 0, b""),
    });
    let document = one(&bench, "s3://bench/app-1");
    assert_eq!(
        document["incomplete_because"][0],
        "`app-1` was replaced after 12000 bytes were read"
    );
    assert_eq!(document["stored_bytes"], 12_000);
}

struct Request {
    list: bool,
    /// Where the wanted bytes begin.
    range: Option<usize>,
    if_match: Option<String>,
}

/// An S3 with one object `app-1`, each of whose answers ends its connection.
fn serve(bench: &mut Bench, get: impl Fn(&Request, &mut TcpStream) + Send + 'static) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    bench.set(
        "AWS_ENDPOINT_URL_S3",
        &format!("http://{}", listener.local_addr().unwrap()),
    );
    bench.set("AWS_REGION", "eu-west-1");
    bench.set("AWS_ACCESS_KEY_ID", "id");
    bench.set("AWS_SECRET_ACCESS_KEY", "key");
    // Ends with the test's process.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = read(&stream);
            if request.list {
                let list = "<ListBucketResult><Name>bench</Name><IsTruncated>false</IsTruncated><Contents><Key>app-1</Key></Contents></ListBucketResult>";
                answer(&mut stream, 200, "", list.len(), list.as_bytes());
            } else {
                get(&request, &mut stream);
            }
        }
    });
}

fn read(stream: &TcpStream) -> Request {
    let lines = BufReader::new(stream)
        .lines()
        .map(|line| line.unwrap().to_lowercase());
    let lines: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let header = |name: &str| {
        lines
            .iter()
            .find_map(|line| line.strip_prefix(name))
            .map(|value| value.trim().to_owned())
    };
    let range = header("range:");
    Request {
        list: lines[0].contains("list-type=2"),
        range: range.map(|range| {
            range
                .trim_start_matches("bytes=")
                .trim_end_matches('-')
                .parse()
                .unwrap()
        }),
        if_match: header("if-match:"),
    }
}

fn answer(to: &mut TcpStream, status: u16, tag: &str, length: usize, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 {status} Answer\r\netag: {tag}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    to.write_all(head.as_bytes()).unwrap();
    to.write_all(body).unwrap();
}
