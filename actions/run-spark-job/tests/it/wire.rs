//! A second opinion on what goes over the wire: `moto`, which others wrote, stands for AWS instead of the local cloud.
//!
//! Its job runs are RUNNING until they are cancelled, so a signal ends the step. The test needs a Python with moto,
//! which `cargo xtask environment` prepares; it has `spark_` in its name as all tests that need something prepared.

use std::process::Stdio;

use aws_sdk_emrcontainers::types::{
    ContainerInfo, ContainerProvider, ContainerProviderType, EksInfo, JobRunState,
};
use local_cloud::{Config, LocalCloud};
use rustix::process::Signal;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::{
    signals::signal,
    step::{PATIENCE, Step, until},
};

/// A running moto; it ends with this.
struct Moto {
    _process: Child,
    url: String,
}

impl Moto {
    async fn start() -> Self {
        let python = std::env::var_os("MOTO_PYTHON");
        let python =
            python.expect("MOTO_PYTHON is not set: run the tests through `cargo xtask ci`");
        let mut process = Command::new(python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
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
        Self {
            _process: process,
            url,
        }
    }

    async fn config(&self) -> aws_config::SdkConfig {
        let keys = aws_sdk_s3::config::Credentials::new("moto", "moto", None, None, "test");
        aws_config::defaults(aws_config::BehaviorVersion::latest())
            .endpoint_url(&self.url)
            .region("us-east-1")
            .credentials_provider(keys)
            .load()
            .await
    }
}

async fn virtual_cluster(emr: &aws_sdk_emrcontainers::Client) -> String {
    let info = EksInfo::builder().namespace("analytics").build();
    let provider = ContainerProvider::builder()
        .id("cluster")
        .r#type(ContainerProviderType::Eks)
        .info(ContainerInfo::EksInfo(info))
        .build()
        .unwrap();
    let created = emr
        .create_virtual_cluster()
        .name("analytics")
        .client_token("token")
        .container_provider(provider)
        .send()
        .await
        .unwrap();
    created.id.unwrap()
}

async fn put(s3: &aws_sdk_s3::Client, key: &str, text: &str) {
    let body = text.to_owned().into_bytes().into();
    let put = s3.put_object().bucket("bench").key(key).body(body);
    put.send().await.unwrap();
}

#[tokio::test]
async fn spark_job_runs_are_started_described_listed_and_cancelled_as_moto_takes_it() {
    let moto = Moto::start().await;
    let config = moto.config().await;
    let s3 = aws_setup::s3_client(&config);
    s3.create_bucket().bucket("bench").send().await.unwrap();
    put(&s3, "scripts/src/job.py", "print('hello')\n").await;
    for role in ["driver", "executor"] {
        let key = format!("scripts/config/{role}-template.yaml");
        put(&s3, &key, "apiVersion: v1\nkind: Pod\n").await;
    }
    let emr = aws_sdk_emrcontainers::Client::new(&config);
    let cluster = virtual_cluster(&emr).await;

    // Nobody is asked there: every service of it is moto instead.
    let nowhere = LocalCloud::start(Config::default()).await.unwrap();
    let names = nowhere.environment();
    let urls = names
        .iter()
        .filter(|(name, _)| name.starts_with("AWS_ENDPOINT_URL_"));
    let step = urls
        .fold(Step::new(&nowhere, "static"), |step, (name, _)| {
            step.set(name, &moto.url)
        })
        .set("AWS_ACCESS_KEY_ID", "moto")
        .set("AWS_SECRET_ACCESS_KEY", "moto")
        .set("KUBECONFIG", "")
        .input("virtual-cluster-id", &cluster);
    let mut child = step.start();
    until(&mut child, "state RUNNING").await;
    signal(&child, Signal::TERM);
    let ended = step.end(child).await.with(130);
    ended.says("CANCELLED");

    let id = ended.output("job-run-id").unwrap();
    let described = emr.describe_job_run().virtual_cluster_id(&cluster).id(id);
    let job = described.send().await.unwrap().job_run.unwrap();
    assert_eq!(job.state, Some(JobRunState::Cancelled));
    let driver = job.job_driver.unwrap().spark_submit_job_driver.unwrap();
    assert_eq!(driver.entry_point, "s3://bench/scripts/src/job.py");
    assert_eq!(step.record().job_run.state, "CANCELLED");
    let listed = emr.list_job_runs().virtual_cluster_id(&cluster);
    assert_eq!(listed.send().await.unwrap().job_runs().len(), 1);
    assert!(nowhere.calls().is_empty());
}
