//! What is left behind when a job run ends: outputs, state and record. Without a Spark every job run fails.

use crate::step::{BUCKET, Step, cloud, job_runs, until};

#[tokio::test]
async fn a_failed_job_run_is_exit_4_with_outputs_state_and_record() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "dra")
        .input("record-uri", "s3://bench/records/")
        .input("scripts-hash", &"0a".repeat(32))
        .input("repeat", "2");
    let ended = step.run().await.with(4);
    ended
        .says("Spark job failed")
        .says("INTERNAL_ERROR")
        .says("without a Spark")
        .says("the driver's log was not found at s3://bench/logs/")
        .says("emr-eks-actions-dra");

    let jobs = job_runs(&cloud);
    let id = jobs[0]["id"].as_str().unwrap();
    assert_eq!(ended.output("job-run-id"), Some(id));
    assert_eq!(
        ended.output("virtual-cluster-id"),
        cloud.virtual_cluster_id()
    );
    assert_eq!(ended.output("state"), Some("FAILED"));
    assert_eq!(ended.output("record"), Some("run/run-record.json"));
    assert_eq!(ended.output("event-log-uri"), None);
    assert!(
        ended
            .state
            .contains(&("job-run-id".to_owned(), id.to_owned()))
    );

    let record = step.record();
    assert_eq!(
        (
            record.repeat,
            record.job_run.id.as_str(),
            record.job_run.state.as_str()
        ),
        (2, id, "FAILED")
    );
    assert_eq!(
        record.job_run.failure_reason.as_deref(),
        Some("INTERNAL_ERROR")
    );
    assert_eq!(
        record.workflow_run.map(|run| (run.repository, run.run_id)),
        Some(("demo/threadsleep".into(), 7))
    );
    assert_eq!(
        record.submission.spark["spark.dynamicAllocation.maxExecutors"],
        "10"
    );
    let scripts = record.submission.scripts_sha256;
    assert_eq!(scripts, Some("0a".repeat(32)));
    let hash = record.submission.entry_point.sha256;
    assert_eq!(
        hash.as_deref(),
        Some("03e693d9f2f687e0f40e36a8df7fcb4d1c22974012b7c2a55c000eb30f305824")
    );
    assert!(
        record
            .event_log
            .missing
            .is_some_and(|text| text.contains("FAILED"))
    );
    assert!(record.observation.began.is_some());

    let copy = ended.output("record-uri").unwrap();
    assert_eq!(copy, format!("s3://bench/records/dra/{id}/run-record.json"));
    let copied = cloud
        .objects()
        .get(BUCKET, copy.strip_prefix("s3://bench/").unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        copied,
        std::fs::read(step.path("run/run-record.json")).unwrap()
    );
}

#[tokio::test]
async fn the_same_run_asking_again_gets_the_same_job_run() {
    let cloud = cloud(None).await;
    let first = Step::new(&cloud, "static").run().await.with(4);
    let again = Step::new(&cloud, "static").run().await.with(4);
    assert_eq!(first.output("job-run-id"), again.output("job-run-id"));
    assert_eq!(job_runs(&cloud).len(), 1);
    Step::new(&cloud, "static")
        .set("GITHUB_RUN_ATTEMPT", "2")
        .run()
        .await
        .with(4);
    assert_eq!(job_runs(&cloud).len(), 2);
}

#[tokio::test]
async fn without_a_kubeconfig_the_record_says_what_it_lacks() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "static").set("KUBECONFIG", "");
    let ended = step.run().await.with(4);
    ended.says("::notice title=Cluster not watched::");
    let observation = step.record().observation;
    assert_eq!(observation.began, None);
    assert_eq!(
        observation.gaps,
        ["Pods and nodes were not watched: no kubeconfig was found."]
    );
}

#[tokio::test]
async fn a_kubeconfig_that_cannot_be_parsed_is_placed_and_not_quoted() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "static").input("record-uri", "s3://bench/records/");
    let kubeconfig = step.path("kubeconfig");
    let text = "apiVersion: v1\nkind: Config\nusers:\n- name: x\n  user:\n    token: eyJhbGci\n   bad: [\n";
    std::fs::write(&kubeconfig, text).unwrap();
    let kubeconfig = kubeconfig.to_str().unwrap();
    let by_input = step.input("kubeconfig", kubeconfig);
    let by_variable = Step::new(&cloud, "dra").set("KUBECONFIG", kubeconfig);
    for step in [&by_input, &by_variable] {
        let ended = step.run().await.with(4);
        ended.says("Cluster not watched").says("line 7, column ");
        let record = std::fs::read_to_string(step.path("run/run-record.json")).unwrap();
        assert!(record.contains("line 7, column "), "{record}");
        for text in [&ended.log, &record] {
            assert!(!text.contains("eyJhbGci"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_log_bucket_that_went_away_is_not_waited_for() {
    let cloud = cloud(None).await;
    let environment = cloud.environment();
    let variable = |name: &str| {
        let found = environment.iter().find(|(known, _)| known == name);
        found.unwrap().1.clone()
    };
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest());
    let keys = aws_sdk_s3::config::Credentials::new(
        variable("AWS_ACCESS_KEY_ID"),
        variable("AWS_SECRET_ACCESS_KEY"),
        None,
        None,
        "test",
    );
    let config = config
        .endpoint_url(&cloud.endpoints().s3)
        .region("us-east-1")
        .credentials_provider(keys)
        .load()
        .await;
    let s3 = aws_setup::s3_client(&config);
    s3.create_bucket()
        .bucket("short-lived")
        .send()
        .await
        .unwrap();
    // Without a view of the cluster the log is waited for, for 10 seconds.
    let step = Step::new(&cloud, "static")
        .set("KUBECONFIG", "")
        .input("log-uri", "s3://short-lived/logs/");
    let mut child = step.start();
    let log = until(&mut child, "submitted as").await;
    s3.delete_bucket()
        .bucket("short-lived")
        .send()
        .await
        .unwrap();
    let ended = step.end(child).await.with(4);
    assert!(!log.contains("NoSuchBucket"), "{log}");
    ended
        .says("cannot be read from s3://short-lived/logs/")
        .says("NoSuchBucket");
}

#[tokio::test]
async fn a_cluster_that_does_not_answer_is_no_failure_of_its_own() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "static");
    let kubeconfig = step.path("kubeconfig");
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: x\nclusters: [{{name: x, cluster: {{server: 'http://127.0.0.1:{port}'}}}}]\ncontexts: [{{name: x, context: {{cluster: x, user: x}}}}]\nusers: [{{name: x, user: {{}}}}]\n"
    );
    std::fs::write(&kubeconfig, text).unwrap();
    let step = step.input("kubeconfig", kubeconfig.to_str().unwrap());
    step.run().await.with(4).says("Cluster not watched");
    let gaps = step.record().observation.gaps;
    assert!(
        gaps.iter()
            .any(|gap| gap.starts_with("Pods could not be watched from ")),
        "{gaps:?}"
    );
}
