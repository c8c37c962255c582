//! Virtual clusters from RUNNING to TERMINATED, and what they refuse on the way.

use crate::cloud::{Job, without_spark};
use aws_sdk_emrcontainers::Client;
use aws_sdk_emrcontainers::error::ProvideErrorMetadata;
use aws_sdk_emrcontainers::types::{ContainerProviderType, VirtualClusterState};
use local_cloud::VirtualClusterFacts;
use local_cloud::kubernetes::NAMESPACE;
use std::time::Duration;

fn facts(id: &str, eks_cluster: &str) -> VirtualClusterFacts {
    VirtualClusterFacts {
        id: id.to_owned(),
        name: format!("{id}-name"),
        namespace: format!("{id}-jobs"),
        eks_cluster: eks_cluster.to_owned(),
    }
}

async fn state(emr: &Client, id: &str) -> VirtualClusterState {
    let described = emr.describe_virtual_cluster().id(id).send().await;
    described.unwrap().virtual_cluster.unwrap().state.unwrap()
}

async fn refusal_of_delete(emr: &Client, id: &str) -> (String, String) {
    let refused = emr.delete_virtual_cluster().id(id).send().await;
    let refused = refused.unwrap_err();
    (
        refused.code().unwrap().to_owned(),
        refused.message().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn one_that_a_test_adds_has_the_id_and_the_cluster_it_was_given() {
    let cloud = without_spark().await;
    cloud
        .cloud
        .virtual_clusters()
        .add(&facts("abc123", "bench"));
    let described = cloud.emr.describe_virtual_cluster().id("abc123").send();
    let described = described.await.unwrap().virtual_cluster.unwrap();
    assert_eq!(described.name(), Some("abc123-name"));
    assert!(
        described
            .arn()
            .unwrap()
            .ends_with(":/virtualclusters/abc123")
    );
    let provider = described.container_provider.unwrap();
    assert_eq!(provider.id, "bench");
    let namespace = provider.info.unwrap();
    let namespace = namespace.as_eks_info().unwrap().namespace();
    assert_eq!(namespace, Some("abc123-jobs"));
    let store = cloud.cloud.kubernetes();
    assert!(store.get(&NAMESPACE, None, "abc123-jobs").is_some());
}

#[tokio::test]
async fn they_are_found_by_cluster_and_state_newest_first_page_by_page() {
    let cloud = without_spark().await;
    let clusters = cloud.cloud.virtual_clusters();
    clusters.add(&facts("one", "bench"));
    clusters.add(&facts("two", "bench"));
    clusters.add(&facts("gone", "bench"));
    clusters.add(&facts("other", "elsewhere"));
    let gone = cloud.emr.delete_virtual_cluster().id("gone").send().await;
    assert_eq!(gone.unwrap().id(), Some("gone"));
    let list = || {
        cloud
            .emr
            .list_virtual_clusters()
            .container_provider_id("bench")
            .container_provider_type(ContainerProviderType::Eks)
            .states(VirtualClusterState::Running)
            .states(VirtualClusterState::Arrested)
            .max_results(1)
    };
    let first = list().send().await.unwrap();
    assert_eq!(first.virtual_clusters()[0].id(), Some("two"));
    let second = list().next_token(first.next_token.unwrap()).send();
    let second = second.await.unwrap();
    assert_eq!(second.virtual_clusters()[0].id(), Some("one"));
    assert_eq!(second.next_token, None);

    let long_ago = aws_sdk_emrcontainers::primitives::DateTime::from_secs(0);
    let none = cloud.emr.list_virtual_clusters().created_before(long_ago);
    assert!(none.send().await.unwrap().virtual_clusters().is_empty());
}

#[tokio::test]
async fn a_deleted_one_is_terminating_until_it_is_let_go() {
    let cloud = without_spark().await;
    let clusters = cloud.cloud.virtual_clusters();
    clusters.hold_termination();
    let delete = || cloud.emr.delete_virtual_cluster().id(&cloud.cluster);
    delete().send().await.unwrap();
    assert_eq!(
        state(&cloud.emr, &cloud.cluster).await,
        VirtualClusterState::Terminating
    );
    // Whoever was interrupted asks again.
    delete().send().await.unwrap();
    let job = cloud.start(Job {
        token: "late",
        script: "a.py",
        ..Job::default()
    });
    let refused = job.await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"));
    assert!(refused.message().unwrap().contains("TERMINATING"));

    clusters.release_termination();
    assert_eq!(
        state(&cloud.emr, &cloud.cluster).await,
        VirtualClusterState::Terminated
    );
    assert_eq!(clusters.state(&cloud.cluster), Some("TERMINATED"));
}

#[tokio::test]
async fn termination_takes_the_time_it_is_told_to() {
    let cloud = without_spark().await;
    let clusters = cloud.cloud.virtual_clusters();
    let long = Duration::from_secs(3600);
    clusters.set_termination(long);
    let deleted = cloud.emr.delete_virtual_cluster().id(&cloud.cluster).send();
    deleted.await.unwrap();
    assert_eq!(clusters.state(&cloud.cluster), Some("TERMINATING"));
    tokio::time::pause();
    tokio::time::advance(long).await;
    assert_eq!(clusters.state(&cloud.cluster), Some("TERMINATED"));
}

#[tokio::test]
async fn one_with_a_job_run_that_is_not_over_is_not_deleted() {
    let cloud = without_spark().await;
    cloud.put("a.py", "print()").await;
    cloud.cloud.set_script(local_cloud::JobScript {
        running: Duration::from_secs(3600),
        ..local_cloud::JobScript::default()
    });
    let job = Job {
        token: "t",
        script: "a.py",
        ..Job::default()
    };
    let job = cloud.start(job).await.unwrap();
    let (code, message) = refusal_of_delete(&cloud.emr, &cloud.cluster).await;
    assert_eq!(code, "ValidationException");
    assert!(message.contains("active job runs"), "{message}");
    assert_eq!(
        state(&cloud.emr, &cloud.cluster).await,
        VirtualClusterState::Running
    );

    let cancel = cloud
        .emr
        .cancel_job_run()
        .virtual_cluster_id(&cloud.cluster);
    cancel.id(&job).send().await.unwrap();
    let cancelled = aws_sdk_emrcontainers::types::JobRunState::Cancelled;
    cloud.wait_for(&job, &[cancelled]).await;
    let deleted = cloud.emr.delete_virtual_cluster().id(&cloud.cluster).send();
    deleted.await.unwrap();
}

#[tokio::test]
async fn unknown_and_ended_ones_are_told_apart_only_by_describe() {
    let cloud = without_spark().await;
    let unknown = cloud.emr.describe_virtual_cluster().id("none").send().await;
    let unknown = unknown.unwrap_err();
    assert_eq!(unknown.code(), Some("ResourceNotFoundException"));
    assert_eq!(unknown.raw_response().unwrap().status().as_u16(), 400);
    let (code, message) = refusal_of_delete(&cloud.emr, "none").await;
    assert_eq!(code, "ValidationException");
    assert!(message.contains("not found"), "{message}");

    let deleted = cloud.emr.delete_virtual_cluster().id(&cloud.cluster).send();
    deleted.await.unwrap();
    let (code, message) = refusal_of_delete(&cloud.emr, &cloud.cluster).await;
    assert_eq!(code, "ValidationException");
    assert!(message.contains("already terminated"), "{message}");
}

#[tokio::test]
async fn an_arrested_one_takes_no_job_runs_and_can_be_deleted() {
    let cloud = without_spark().await;
    cloud.cloud.virtual_clusters().arrest(&cloud.cluster);
    let job = cloud.start(Job {
        token: "t",
        script: "a.py",
        ..Job::default()
    });
    let refused = job.await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"));
    assert!(refused.message().unwrap().contains("ARRESTED"));
    let deleted = cloud.emr.delete_virtual_cluster().id(&cloud.cluster).send();
    deleted.await.unwrap();
    assert_eq!(
        state(&cloud.emr, &cloud.cluster).await,
        VirtualClusterState::Terminated
    );
}
