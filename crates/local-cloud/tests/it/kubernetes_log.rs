//! Logs of pods as kube reads them: followed to the end, since a time, with times; and the events of pods.

use crate::start;
use futures::{AsyncBufReadExt, TryStreamExt};
use k8s_openapi::api::core::v1::{Event, Pod};
use kube::api::{ListParams, LogParams};
use kube::{Api, Client};
use local_cloud::kubernetes::POD;
use local_cloud::{Config, JobScript, LocalCloud};
use serde_json::json;

async fn client(cloud: &LocalCloud) -> Client {
    let config = kube::Config::new(cloud.endpoints().kubernetes.parse().unwrap());
    Client::try_from(config).unwrap()
}

fn pod(cloud: &LocalCloud, phase: &str) {
    cloud.kubernetes().put(
        &POD,
        json!({
            "metadata": {"name": "d", "namespace": "analytics"},
            "spec": {"containers": [{"name": "main"}]}, "status": {"phase": phase},
        }),
    );
}

fn print(cloud: &LocalCloud, text: &str) {
    cloud.kubernetes().set_log("analytics", "d", "main", text);
}

#[tokio::test]
async fn a_log_is_followed_until_its_pod_ends() {
    let cloud = start(Config::default()).await;
    pod(&cloud, "Running");
    print(&cloud, "one\ntwo\n");
    let pods: Api<Pod> = Api::namespaced(client(&cloud).await, "analytics");
    let follow = LogParams {
        follow: true,
        tail_lines: Some(1),
        ..LogParams::default()
    };
    let mut lines = pods.log_stream("d", &follow).await.unwrap().lines();
    assert_eq!(lines.try_next().await.unwrap().unwrap(), "two");
    print(&cloud, "one\ntwo\nthr");
    print(&cloud, "one\ntwo\nthree\n");
    assert_eq!(lines.try_next().await.unwrap().unwrap(), "three");
    print(&cloud, "one\ntwo\nthree\nend");
    pod(&cloud, "Succeeded");
    assert_eq!(lines.try_next().await.unwrap().unwrap(), "end");
    assert_eq!(lines.try_next().await.unwrap(), None);
}

#[tokio::test]
async fn a_log_can_be_read_from_a_time_on() {
    let cloud = start(Config::default()).await;
    pod(&cloud, "Running");
    print(&cloud, "one\n");
    let pods: Api<Pod> = Api::namespaced(client(&cloud).await, "analytics");
    let timed = LogParams {
        timestamps: true,
        ..LogParams::default()
    };
    let log = pods.logs("d", &timed).await.unwrap();
    let (time, line) = log.trim_end().split_once(' ').unwrap();
    assert_eq!(line, "one");
    let first: jiff::Timestamp = time.parse().unwrap();
    // kube rounds to whole seconds, up or down.
    for (seconds, expected) in [(-1, "one\n"), (2, "")] {
        let since = LogParams {
            since_time: Some(first + jiff::SignedDuration::from_secs(seconds)),
            ..LogParams::default()
        };
        assert_eq!(pods.logs("d", &since).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_container_that_waits_has_no_log_yet() {
    let cloud = start(Config::default()).await;
    pod(&cloud, "Pending");
    let pods: Api<Pod> = Api::namespaced(client(&cloud).await, "analytics");
    let Err(kube::Error::Api(status)) = pods.logs("d", &LogParams::default()).await else {
        panic!("it must be refused");
    };
    assert_eq!(status.code, 400);
    assert!(status.message.contains("waiting to start"), "{status:?}");
}

#[tokio::test]
async fn scheduler_and_kubelet_report_events_of_a_pod() {
    let cloud = start(Config {
        buckets: vec!["bench".into()],
        virtual_cluster: Some(local_cloud::VirtualClusterSeed {
            name: "spark".into(),
            namespace: "analytics".into(),
        }),
        node_startup: std::time::Duration::from_millis(10),
        script: Some(JobScript {
            pods: true,
            ..JobScript::default()
        }),
        ..Config::default()
    })
    .await;
    cloud.seed_node_pools("1s");
    let put = cloud.objects().put("bench", "job.py", "x".into());
    put.await.unwrap();
    let sdk = crate::sdk(&cloud, local_cloud::config::ACCESS_KEY_ID).await;
    let config = aws_sdk_emrcontainers::config::Builder::from(&sdk)
        .endpoint_url(&cloud.endpoints().emr_containers);
    let emr = aws_sdk_emrcontainers::Client::from_conf(config.build());
    let submit = aws_sdk_emrcontainers::types::SparkSubmitJobDriver::builder()
        .entry_point("s3://bench/job.py")
        .spark_submit_parameters("--conf spark.eventLog.enabled=false")
        .build()
        .unwrap();
    let driver = aws_sdk_emrcontainers::types::JobDriver::builder()
        .spark_submit_job_driver(submit)
        .build();
    emr.start_job_run()
        .virtual_cluster_id(cloud.virtual_cluster_id().unwrap())
        .client_token("t")
        .execution_role_arn("arn:aws:iam::000000000000:role/job")
        .release_label("emr-7.13.0-latest")
        .job_driver(driver)
        .send()
        .await
        .unwrap();
    let events: Api<Event> = Api::namespaced(client(&cloud).await, "analytics");
    let of_pods = ListParams::default().fields("involvedObject.kind=Pod");
    let reasons = async {
        loop {
            let mut reasons: Vec<_> = events
                .list(&of_pods)
                .await
                .unwrap()
                .into_iter()
                .map(|event| event.reason.unwrap())
                .collect();
            reasons.sort();
            if reasons.len() >= 5 {
                return reasons;
            }
            tokio::task::yield_now().await;
        }
    };
    let reasons = tokio::time::timeout(std::time::Duration::from_secs(60), reasons).await;
    let expected = ["Created", "Pulled", "Pulling", "Scheduled", "Started"];
    assert_eq!(reasons.unwrap(), expected);
    cloud.shutdown().await;
}
