//! The merged request: from a job file and the inputs, shown, written, sent; and a dry run that stops before.

use std::fs;

use serde_json::{Value, json};

use crate::step::{Step, cloud, job_runs};

const YAML: &str = "
name: pi-{{mode}}
virtualClusterId: {{virtual_cluster_id}}
releaseLabel: emr-6.15.0-latest
executionRoleArn: arn:aws:iam::000000000000:role/from-the-file
jobDriver:
  sparkSubmitJobDriver:
    entryPoint: s3://{{bucket}}/scripts/src/job.py
    entryPointArguments: [3]
    sparkSubmitParameters: --conf spark.executor.memory=2G
configurationOverrides:
  applicationConfiguration:
    - classification: spark-defaults
      properties: { spark.sql.shuffle.partitions: 7, spark.dynamicAllocation.enabled: true }
    - classification: spark-log4j
      properties: { logger.level: debug }
  monitoringConfiguration:
    persistentAppUI: DISABLED
tags: { team: data }
";

fn requested(step: &Step) -> Value {
    serde_json::from_slice(&fs::read(step.path("run/start-job-run.json")).unwrap()).unwrap()
}

#[tokio::test]
async fn a_dry_run_checks_shows_and_writes_the_request_and_submits_nothing() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "dra")
        .input("dry-run", "true")
        .input("spark-properties", "spark.ssl.keyPassword=hunter2");
    let ended = step.run().await.with(0);
    ended
        .says("::group::The request (StartJobRun)")
        .says("title=Dry run")
        .says("nothing was submitted");
    assert!(!ended.log.contains("hunter2"), "{}", ended.log);
    assert_eq!(ended.output("request"), Some("run/start-job-run.json"));
    let request = requested(&step);
    assert_eq!(request["name"], "emr-eks-actions-dra");
    assert_eq!(request["tags"]["emr-eks-actions:run-id"], "7");
    assert!(job_runs(&cloud).is_empty());
    assert!(ended.state.is_empty(), "the post step has nothing to do");
    assert!(
        !cloud
            .objects()
            .prefix_exists("bench", "spark-events/")
            .await,
        "a dry run makes no prefix"
    );
}

#[tokio::test]
async fn a_job_file_gives_what_the_inputs_leave_out_and_they_win() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "static")
        .input("job-file", "job.yaml")
        .input("execution-role-arn", "")
        .input("entry-point", "")
        .input("tags", "team=platform")
        .input("retry-attempts", "2")
        .input("spark-properties", "spark.executor.memory=3G");
    fs::write(step.path("job.yaml"), YAML).unwrap();
    let ended = step.run().await.with(4);
    ended.says("mode `static` sets it to `false`");
    let request = requested(&step);
    let driver = &request["jobDriver"]["sparkSubmitJobDriver"];
    assert_eq!(request["name"], "pi-static");
    assert_eq!(driver["entryPoint"], "s3://bench/scripts/src/job.py");
    assert_eq!(driver["entryPointArguments"], json!(["3"]));
    assert!(
        driver["sparkSubmitParameters"]
            .as_str()
            .unwrap()
            .ends_with("--conf spark.executor.memory=2G --conf spark.executor.memory=3G"),
        "{driver}"
    );
    let overrides = &request["configurationOverrides"];
    let defaults = &overrides["applicationConfiguration"][0]["properties"];
    assert_eq!(defaults["spark.sql.shuffle.partitions"], "7");
    assert_eq!(defaults["spark.dynamicAllocation.enabled"], "false");
    assert_eq!(
        overrides["applicationConfiguration"][1]["classification"],
        "spark-log4j"
    );
    assert_eq!(
        overrides["monitoringConfiguration"]["persistentAppUI"],
        "DISABLED"
    );
    assert_eq!(
        overrides["monitoringConfiguration"]["s3MonitoringConfiguration"]["logUri"],
        "s3://bench/logs/"
    );
    assert_eq!(request["retryPolicyConfiguration"]["maxAttempts"], 2);
    assert_eq!(
        (
            &request["tags"]["team"],
            &request["tags"]["emr-eks-actions:variant"]
        ),
        (&json!("platform"), &json!("static"))
    );

    let record = step.record();
    assert_eq!(record.submission.request, Some(request));
    assert_eq!(record.submission.spark["spark.executor.memory"], "3G");
    assert_eq!(record.submission.release_label, "emr-6.15.0-latest");
}

#[tokio::test]
async fn everything_wrong_with_a_job_file_is_said_at_once_with_what_is_wrong_elsewhere() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "static")
        .input("job-file", "job.json")
        .input("retry-attempts", "none")
        .input("tags", "aws:team=x")
        .input("spark-properties", "spark.executor.memroy=3G");
    fs::write(
        step.path("job.json"),
        r#"{ "nam": "pi", "clientToken": "t", "jobDriver": { "sparkSqlJobDriver": {} } }"#,
    )
    .unwrap();
    let ended = step.run().await.with(2);
    ended
        .says("did you mean `name`?")
        .says("the action makes the token")
        .says("SQL jobs are not supported")
        .says("`retry-attempts`")
        .says("names that begin with `aws:` are AWS's own")
        .says("did you mean `spark.executor.memory`?");
    assert!(job_runs(&cloud).is_empty());
}

#[tokio::test]
async fn what_is_wrong_with_inputs_and_what_aws_says_come_in_one_message() {
    let cloud = cloud(None).await;
    let ended = Step::new(&cloud, "dra")
        .input("virtual-cluster-id", "0000000000000000000000000")
        .input("entry-point", "s3://bench/scripts/src/nothing.py")
        .input("spark-properties", "spark.executor.memroy=3G")
        .run()
        .await
        .with(2);
    ended
        .says("did you mean `spark.executor.memory`?")
        .says("scripts/src/nothing.py")
        .says("virtual cluster `0000000000000000000000000`");
    assert_eq!(ended.log.matches("::error").count(), 1, "{}", ended.log);
    assert!(
        !cloud
            .objects()
            .prefix_exists("bench", "spark-events/")
            .await,
        "a run that is refused writes nothing"
    );
}

#[tokio::test]
async fn what_emr_would_not_take_of_a_job_file_is_refused() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "static").input("job-file", "job.json");
    let job = json!({ "configurationOverrides": {
        "applicationConfiguration": [
            { "classification": "spark-log4j", "properties": { "a": "x".repeat(1025) } },
            { "classification": "spark-log4j" },
        ],
        "monitoringConfiguration": {
            "cloudWatchMonitoringConfiguration": { "logGroupName": "g".repeat(513) },
            "containerLogRotationConfiguration": { "rotationSize": "10MB", "maxFilesToKeep": 51 },
        },
    } });
    fs::write(step.path("job.json"), job.to_string()).unwrap();
    let ended = step.run().await.with(2);
    ended
        .says("classification `spark-log4j` is there twice")
        .says("1025 characters")
        .says("`logGroupName` has 513 characters")
        .says("`maxFilesToKeep` is 51");
}

#[tokio::test]
async fn a_setting_of_the_job_file_that_spark_refuses_is_put_down_to_it() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "dra").input("job-file", "job.yaml");
    let sets = "{ spark.dynamicAllocation.enabled: true, spark.shuffle.service.enabled: true }";
    let file = YAML.replace(
        "{ spark.sql.shuffle.partitions: 7, spark.dynamicAllocation.enabled: true }",
        sets,
    );
    fs::write(step.path("job.yaml"), file).unwrap();
    let ended = step.run().await.with(2);
    ended.says("`job-file`: `spark.shuffle.service.enabled` is `true`: EMR on EKS has no external shuffle service");
}

#[tokio::test]
async fn a_job_file_that_is_not_there_or_asks_for_what_is_not_there_is_a_bad_input() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "static").input("job-file", "job.yaml");
    step.run().await.with(2).says("`job.yaml`: cannot be read");
    fs::write(step.path("job.yaml"), "name: {{buckett}}\n").unwrap();
    step.run()
        .await
        .with(2)
        .says("line 1: there is no variable `{{buckett}}`");
}

#[tokio::test]
async fn retries_need_a_release_that_knows_them() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "static")
        .input("release-label", "emr-6.7.0-latest")
        .input("retry-attempts", "2");
    step.run().await.with(2).says("they came with emr-6.9.0");
}
