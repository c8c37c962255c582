//! Against moto's S3, which others have written: our own local cloud could share our mistakes.
//!
//! It checks no checksums and does not know when a multipart upload has ended, so those are left to the local cloud.

use crate::step::Step;
use aws_sdk_s3::{Client, config::Credentials};
use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// How long moto may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server of its own, with an empty bucket.
struct Moto {
    _process: Child,
    url: String,
    s3: Client,
}

impl Moto {
    async fn start() -> Self {
        let python = std::env::var_os("MOTO_PYTHON");
        let python =
            python.expect("MOTO_PYTHON is not set: run the tests through `cargo xtask ci`");
        let mut process = Command::new(python)
            // Without `-P` a file of that name in the folder would be taken for the package.
            .args(["-P", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let url = async {
            loop {
                let line = lines.next_line().await.unwrap().expect("moto has ended");
                if let Some((_, url)) = line.split_once("Running on ") {
                    return url.trim().to_owned();
                }
            }
        };
        let url = tokio::time::timeout(PATIENCE, url).await.unwrap();
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let keys = Credentials::new("moto", "moto", None, None, "test");
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .endpoint_url(&url)
            .region("us-east-1")
            .credentials_provider(keys)
            .load()
            .await;
        let s3 = aws_setup::s3_client(&config);
        s3.create_bucket().bucket("bench").send().await.unwrap();
        Self {
            _process: process,
            url,
            s3,
        }
    }

    fn step(&self) -> Step {
        Step::at(&self.url)
            .set("AWS_REGION", "us-east-1")
            .set("INPUT_SET", "s")
            .set("AWS_MAX_ATTEMPTS", "4")
    }

    async fn get(&self, path: &str) -> Option<Vec<u8>> {
        let key = format!("scripts/s/{path}");
        let answer = self.s3.get_object().bucket("bench").key(key).send().await;
        let body = answer.ok()?.body.collect().await.unwrap();
        Some(body.to_vec())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn first_upload_no_change_one_change_and_deletion() {
    let moto = Moto::start().await;
    let step = moto.step();
    step.write("scripts/a.conf", "1");
    step.write("scripts/old.conf", "1");
    step.write("scripts/empty", "");
    assert_eq!(step.run().await.succeeded().counts(), ("6", "0", "0"));
    assert_eq!(step.run().await.succeeded().counts(), ("0", "6", "0"));
    step.write("scripts/a.conf", "2");
    std::fs::remove_file(step.path("scripts/old.conf")).unwrap();
    let step = step.set("INPUT_DELETE", "true").set("INPUT_ALIAS", "main");
    assert_eq!(step.run().await.succeeded().counts(), ("1", "4", "1"));
    assert_eq!(moto.get("a.conf").await.as_deref(), Some(&b"2"[..]));
    assert_eq!(moto.get("empty").await.as_deref(), Some(&b""[..]));
    assert_eq!(moto.get("old.conf").await, None);
    // Without the manifest the checksums that it keeps tell.
    let manifest = moto.s3.delete_object().bucket("bench");
    let manifest = manifest.key("scripts/s/.manifest.json").send();
    manifest.await.unwrap();
    assert_eq!(step.run().await.succeeded().counts(), ("0", "5", "0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn unusual_names_and_a_file_of_200_megabytes() {
    let moto = Moto::start().await;
    let step = moto.step();
    let names = [
        "a b",
        "a+b",
        "a%20b",
        "ä",
        "a\u{308}",
        "日本/語",
        "q?x=1&y#z",
        "<a>'\"",
    ];
    for name in names {
        step.write(&format!("scripts/{name}"), name);
    }
    let long: Vec<u8> = (0..50_000_000_u32)
        .flat_map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    step.write("scripts/model.bin", &long);
    assert_eq!(step.run().await.succeeded().output("uploaded"), "12");
    for name in names {
        assert_eq!(
            moto.get(name).await.as_deref(),
            Some(name.as_bytes()),
            "{name}"
        );
    }
    assert!(
        moto.get("model.bin")
            .await
            .is_some_and(|there| there == long)
    );
    assert_eq!(step.run().await.succeeded().counts(), ("0", "12", "0"));
    let manifest = moto.s3.delete_object().bucket("bench");
    let manifest = manifest.key("scripts/s/.manifest.json").send();
    manifest.await.unwrap();
    assert_eq!(step.run().await.succeeded().counts(), ("0", "12", "0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_files_by_two_at_once() {
    let moto = Moto::start().await;
    let (one, two) = (moto.step(), moto.step());
    for number in 0..19_000 {
        let path = format!("scripts/d{}/{number}.txt", number % 100);
        one.write(&path, number.to_string());
    }
    assert_eq!(one.run().await.succeeded().output("uploaded"), "19003");
    assert_eq!(one.run().await.succeeded().counts(), ("0", "19003", "0"));
    // Two bring the same files into another set.
    for step in [&one, &two] {
        for number in 0..1_000 {
            step.write(&format!("other/{number}.py"), format!("x = {number}\n"));
        }
    }
    let of = |step: Step| {
        step.set("INPUT_SOURCE", "other")
            .set("INPUT_ENTRY-POINT", "7.py")
            .set("INPUT_SET", "t")
    };
    let (one, two) = (of(one), of(two));
    let (first, second) = tokio::join!(one.run(), two.run());
    assert_eq!(
        first.succeeded().output("hash"),
        second.succeeded().output("hash")
    );
    assert_eq!(one.run().await.succeeded().counts(), ("0", "1002", "0"));
}
