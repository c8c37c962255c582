//! Calls and refusals; no job is run.

use aws_sdk_emrcontainers::{
    error::ProvideErrorMetadata,
    types::{
        ContainerInfo, ContainerProvider, ContainerProviderType, EksInfo, JobRunState,
        VirtualClusterState,
    },
};

use crate::cloud::{Cloud, Job, without_spark};

fn provider(namespace: &str) -> ContainerProvider {
    let info = ContainerInfo::EksInfo(EksInfo::builder().namespace(namespace).build());
    ContainerProvider::builder()
        .r#type(ContainerProviderType::Eks)
        .id(local_cloud::config::CLUSTER)
        .info(info)
        .build()
        .unwrap()
}

async fn job(cloud: &Cloud, token: &str) -> String {
    cloud
        .start(Job {
            token,
            script: "a.py",
            ..Job::default()
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn a_virtual_cluster_is_created_described_listed_and_deleted() {
    let cloud = without_spark().await;
    let created = cloud
        .emr
        .create_virtual_cluster()
        .name("second")
        .container_provider(provider("other"));
    let id = created.send().await.unwrap().id.unwrap();

    let described = cloud
        .emr
        .describe_virtual_cluster()
        .id(&id)
        .send()
        .await
        .unwrap()
        .virtual_cluster
        .unwrap();
    assert_eq!(described.name.as_deref(), Some("second"));
    assert_eq!(described.state, Some(VirtualClusterState::Running));

    cloud
        .emr
        .delete_virtual_cluster()
        .id(&id)
        .send()
        .await
        .unwrap();
    let running = cloud
        .emr
        .list_virtual_clusters()
        .states(VirtualClusterState::Running)
        .send()
        .await
        .unwrap();
    let running: Vec<_> = running
        .virtual_clusters()
        .iter()
        .filter_map(|c| c.id.as_deref())
        .collect();
    assert_eq!(running, [cloud.cluster.as_str()]);
}

#[tokio::test]
async fn a_namespace_has_one_live_virtual_cluster() {
    let cloud = without_spark().await;
    let second = cloud
        .emr
        .create_virtual_cluster()
        .name("second")
        .container_provider(provider("analytics"));
    let error = second.send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    assert!(error.message().unwrap().contains("analytics"));
}

#[tokio::test]
async fn the_same_client_token_starts_one_job_run() {
    let cloud = without_spark().await;
    let first = job(&cloud, "token").await;
    assert_eq!(job(&cloud, "token").await, first);
    assert_ne!(job(&cloud, "another").await, first);
    let all = cloud
        .emr
        .list_job_runs()
        .virtual_cluster_id(&cloud.cluster)
        .send()
        .await
        .unwrap();
    assert_eq!(all.job_runs().len(), 2);
}

#[tokio::test]
async fn job_runs_are_listed_newest_first_page_by_page() {
    let cloud = without_spark().await;
    let first = job(&cloud, "1").await;
    let second = job(&cloud, "2").await;
    let list = || {
        cloud
            .emr
            .list_job_runs()
            .virtual_cluster_id(&cloud.cluster)
            .max_results(1)
    };
    let page = list().send().await.unwrap();
    assert_eq!(page.job_runs()[0].id.as_deref(), Some(second.as_str()));
    let next = list()
        .next_token(page.next_token.unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(next.job_runs()[0].id.as_deref(), Some(first.as_str()));
    assert_eq!(next.next_token, None);
}

#[tokio::test]
async fn an_unknown_job_run_is_not_found_but_cannot_be_cancelled_by_that_code() {
    let cloud = without_spark().await;
    let describe = cloud
        .emr
        .describe_job_run()
        .virtual_cluster_id(&cloud.cluster)
        .id("0000000000000000000");
    assert_eq!(
        describe.send().await.unwrap_err().code(),
        Some("ResourceNotFoundException")
    );
    let cancel = cloud
        .emr
        .cancel_job_run()
        .virtual_cluster_id(&cloud.cluster)
        .id("0000000000000000000");
    assert_eq!(
        cancel.send().await.unwrap_err().code(),
        Some("ValidationException")
    );
}

#[tokio::test]
async fn a_job_run_that_is_over_cannot_be_cancelled() {
    let cloud = without_spark().await;
    let id = job(&cloud, "token").await;
    let run = cloud.wait_for(&id, &[JobRunState::Failed]).await;
    assert!(run.state_details.unwrap().contains("without a Spark"));
    let cancel = cloud
        .emr
        .cancel_job_run()
        .virtual_cluster_id(&cloud.cluster)
        .id(&id);
    assert_eq!(
        cancel.send().await.unwrap_err().code(),
        Some("ValidationException")
    );
}

#[tokio::test]
async fn a_value_over_its_limit_is_refused_and_named() {
    let cloud = without_spark().await;
    let long = "v".repeat(1025);
    let job = Job {
        token: "token",
        script: "a.py",
        properties: &[("spark.x", &long)],
        ..Job::default()
    };
    let error = cloud.start(job).await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    assert!(error.message().unwrap().contains("spark.x"), "{error:?}");
}
