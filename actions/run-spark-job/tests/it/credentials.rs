//! Who the step is to AWS and to the cluster, and what happens when that runs out.

use std::time::Duration;

use local_cloud::{
    At, Config, Fault, FaultKind, JobScript, LocalCloud, Service, VirtualClusterSeed,
    config::{CLUSTER, ROLE},
};
use run_record::PodRole;

use crate::{
    post::{brief, busy, count, kill, step},
    step::{BUCKET, Step, cloud, job_runs, put, until},
};

/// The step of a job that may ask for an OIDC token, and has no other credentials.
fn with_token(cloud: &LocalCloud, step: Step) -> Step {
    let step = step
        .set("AWS_ACCESS_KEY_ID", "")
        .set("AWS_SECRET_ACCESS_KEY", "")
        .set("AWS_SESSION_TOKEN", "")
        .set("AWS_EC2_METADATA_DISABLED", "true")
        .input("role-to-assume", ROLE);
    cloud
        .id_token_environment()
        .iter()
        .fold(step, |step, (name, value)| step.set(name, value))
}

#[tokio::test]
async fn a_role_is_assumed_anew_when_its_credentials_run_out_also_in_the_post_step() {
    let cloud = LocalCloud::start(Config {
        buckets: vec![BUCKET.to_owned()],
        virtual_cluster: Some(VirtualClusterSeed {
            name: "analytics".into(),
            namespace: "analytics".into(),
        }),
        session_lifetime: Some(Duration::from_secs(2)),
        script: Some(JobScript {
            running: Duration::from_secs(6),
            ..brief()
        }),
        ..Config::default()
    })
    .await
    .unwrap();
    put(&cloud, "scripts/src/job.py", "").await;
    let step = |cloud: &LocalCloud| {
        step(cloud)
            .input("driver-template", "")
            .input("executor-template", "")
    };
    let first = with_token(&cloud, step(&cloud));
    first.run().await.with(0);
    assert!(count(&cloud, "AssumeRoleWithWebIdentity") > 1);

    let second = with_token(&cloud, step(&cloud)).set("GITHUB_RUN_ID", "8");
    let mut child = second.start();
    until(&mut child, "state RUNNING").await;
    kill(child).await;
    second.post().await.with(0).says("is CANCELLED");
    assert_eq!(job_runs(&cloud)[1]["state"], "CANCELLED");
}

#[tokio::test]
async fn without_the_permission_for_a_token_the_workflow_is_to_be_mended() {
    let cloud = cloud(None).await;
    let ended = step(&cloud)
        .input("role-to-assume", ROLE)
        .run()
        .await
        .with(2);
    ended.says("id-token: write").says("`role-to-assume`");
    assert!(job_runs(&cloud).is_empty());
}

#[tokio::test]
async fn a_role_that_refuses_is_named() {
    let cloud = cloud(None).await;
    let other = "arn:aws:iam::000000000000:role/another";
    let ended = with_token(&cloud, step(&cloud))
        .input("role-to-assume", other)
        .run()
        .await
        .with(3);
    ended.says(other);
    assert!(job_runs(&cloud).is_empty());
}

#[tokio::test]
async fn credentials_that_run_out_name_the_job_run_and_the_way_out() {
    let cloud = busy().await;
    let at = At::Nth(Service::EmrContainers, "DescribeJobRun", 3);
    cloud.fault(Fault::once(at, FaultKind::Expired));
    let step = step(&cloud).input("patience", "2s");
    let ended = step.run().await.with(3);
    let id = job_runs(&cloud)[0]["id"].as_str().unwrap().to_owned();
    ended
        .says("AWS credentials expired")
        .says("may still be running")
        .says("cancel-job-run --virtual-cluster-id")
        .says(&id)
        .says("`role-to-assume`");
}

#[tokio::test]
async fn a_cluster_is_reached_by_its_name_alone() {
    let cloud = cloud(None).await;
    cloud.set_script(JobScript {
        running: Duration::from_secs(2),
        pods: true,
        ..brief()
    });
    let step = Step::new(&cloud, "static")
        .set("KUBECONFIG", "")
        .input("cluster-name", CLUSTER);
    let ended = step.run().await.with(0);
    let seen = step.record().observation;
    let driver = seen.pods.iter().any(|pod| pod.role == PodRole::Driver);
    assert!(driver, "{} {:?}", ended.log, seen.gaps);
    assert_eq!(count(&cloud, "DescribeCluster"), 1);
}
