//! Inputs that cannot be used: exit code 2, all of them at once, and nothing was asked of anyone.

use crate::step::{Step, cloud, job_runs};

#[tokio::test]
async fn every_bad_input_is_named_in_one_failure() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "dynamic")
        .input("execution-role-arn", "arn:aws:iam::12:role/x")
        .input("execution-timeout", "2 hours")
        .input("entry-point", "scripts/src/job.py")
        .input("scripts-hash", "main")
        .input("spark-properties", "no equals sign");
    let ended = step.run().await.with(2);
    for part in [
        "`mode`",
        "expected `static` or `dra`",
        "`execution-role-arn`",
        "arn:",
        "`execution-timeout`",
        "such as `30s`",
        "`entry-point`",
        "s3://",
        "`scripts-hash`",
        "output `hash` of upload-scripts",
        "`spark-properties`",
    ] {
        ended.says(part);
    }
    assert!(ended.outputs.is_empty() && ended.state.is_empty());
    assert!(job_runs(&cloud).is_empty());
}

#[tokio::test]
async fn required_inputs_are_named_when_missing() {
    let cloud = cloud(None).await;
    let ended = Step::new(&cloud, "")
        .input("entry-point", "")
        .input("event-log-uri", "")
        .run()
        .await
        .with(2);
    for part in ["`mode`", "`entry-point`", "`event-log-uri`"] {
        ended.says(part);
    }
}

#[tokio::test]
async fn settings_that_contradict_the_inputs_are_refused() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "static")
        .input(
            "spark-properties",
            "spark.dynamicAllocation.enabled=true\nspark.eventLog.dir=s3://elsewhere/x/",
        )
        .input("kubeconfig", "no-such-file")
        .input("name", "two words");
    let ended = step.run().await.with(2);
    ended
        .says("turn `spark.dynamicAllocation.enabled` on")
        .says("set the input `event-log-uri` instead");
    ended
        .says("there is no file `no-such-file`")
        .says("expected 1 to 64 letters");
}

#[tokio::test]
async fn settings_that_make_a_run_useless_are_refused() {
    let cloud = cloud(None).await;
    let step = Step::new(&cloud, "dra")
        .input(
            "spark-properties",
            "spark.dynamicAllocation.initialExecutors=11",
        )
        .input(
            "spark-submit-parameters",
            "--conf spark.eventLog.enabled=false",
        )
        .input("namespace", "Analytics_Team");
    let ended = step.run().await.with(2);
    ended
        .says("`spark.dynamicAllocation.initialExecutors` is 11, above `spark.dynamicAllocation.maxExecutors`, which is 10")
        .says("`spark-submit-parameters`: `spark.eventLog.enabled` is `false`")
        .says("expected a Kubernetes namespace");
    for (parameters, said) in [
        ("--verbose --conf", "`--conf` at the end has no value"),
        ("--verbose job.py", "`job.py` stands alone"),
    ] {
        let step = Step::new(&cloud, "dra").input("spark-submit-parameters", parameters);
        step.run().await.with(2).says(said);
    }
    assert!(job_runs(&cloud).is_empty());
}
