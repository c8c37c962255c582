//! Who calls is said, and a permission that IAM says is missing is reported before a job run is started.

use local_cloud::{Config, LocalCloud, VirtualClusterSeed};

use crate::step::{BUCKET, Ended, Step, job_runs, put};

/// A cloud that denies some actions; no entry point is there, so that every run ends before it submits.
async fn without(denied: &[&str]) -> LocalCloud {
    LocalCloud::start(Config {
        buckets: vec![BUCKET.to_owned()],
        virtual_cluster: Some(VirtualClusterSeed {
            name: "analytics".into(),
            namespace: "analytics".into(),
        }),
        denied_actions: denied.iter().map(|&action| action.to_owned()).collect(),
        ..Config::default()
    })
    .await
    .unwrap()
}

async fn run(cloud: &LocalCloud, change: impl FnOnce(Step) -> Step) -> Ended {
    let step = Step::new(cloud, "static")
        .input("driver-template", "")
        .input("executor-template", "")
        .set("RUNNER_DEBUG", "1");
    let ended = change(step).run().await.with(3);
    assert!(job_runs(cloud).is_empty(), "{}", ended.log);
    ended
}

#[track_caller]
fn goes_on(ended: &Ended) {
    ended.says("NoSuchKey");
    assert!(!ended.log.contains("may not use"), "{}", ended.log);
}

#[tokio::test]
async fn a_missing_permission_is_reported_with_all_else() {
    let cloud = without(&["emr-containers:StartJobRun", "emr-containers:CancelJobRun"]).await;
    let ended = run(&cloud, |step| step).await;
    ended
        .says("called as user local-cloud of account 000000000000")
        .says("user local-cloud of account 000000000000 may not use `arn:aws:emr-containers:us-east-1:000000000000:/virtualclusters/")
        .says("`emr-containers:StartJobRun` (a policy denies it), `emr-containers:CancelJobRun` (a policy denies it)")
        .says("README of run-spark-job, section Permissions")
        .says("NoSuchKey");
}

#[tokio::test]
async fn a_missing_permission_alone_keeps_the_job_from_being_submitted() {
    let cloud = without(&["emr-containers:DescribeJobRun"]).await;
    put(&cloud, "scripts/src/job.py", "print('hello')\n").await;
    let ended = run(&cloud, |step| step).await;
    ended
        .says("Permission missing")
        .says("`emr-containers:DescribeJobRun`");
    let started = |call: &local_cloud::Call| call.operation == "StartJobRun";
    assert!(!cloud.calls().iter().any(started));
}

#[tokio::test]
async fn nobody_has_to_list_job_runs() {
    let cloud = without(&["emr-containers:ListJobRuns"]).await;
    let ended = run(&cloud, |step| step).await;
    goes_on(&ended);
    ended.says("IAM would refuse `emr-containers:ListJobRuns`");
}

#[tokio::test]
async fn who_may_not_ask_goes_on() {
    let cloud = without(&["iam:SimulatePrincipalPolicy"]).await;
    let ended = run(&cloud, |step| step).await;
    goes_on(&ended);
    ended
        .says("called as user local-cloud")
        .says("permissions are not checked: SimulatePrincipalPolicy: access denied");
    let cloud = without(&[]).await;
    let ended = run(&cloud, |step| {
        step.set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
    })
    .await;
    goes_on(&ended);
    ended.says("permissions are not checked: GetCallerIdentity: the endpoint cannot be reached");
}

#[tokio::test]
async fn a_session_is_asked_about_as_its_role() {
    let cloud = without(&["emr-containers:StartJobRun"]).await;
    let credentials = cloud.issue_credentials(std::time::Duration::from_secs(900));
    let ended = run(&cloud, |step| {
        step.set("AWS_ACCESS_KEY_ID", &credentials.access_key_id)
            .set("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key)
            .set("AWS_SESSION_TOKEN", &credentials.session_token)
    })
    .await;
    ended.says("called as role ").says("may not use");
}
