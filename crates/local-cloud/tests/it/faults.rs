//! Calls are noted, and fail as they are told to: as the SDKs see it.

use crate::{sdk, start};
use aws_sdk_emrcontainers::error::ProvideErrorMetadata;
use futures::{AsyncBufReadExt, TryStreamExt};
use local_cloud::config::ACCESS_KEY_ID;
use local_cloud::kubernetes::POD;
use local_cloud::{
    Answer, At, Config, Fault, FaultKind, LocalCloud, Moment, Service, VirtualClusterSeed,
};
use serde_json::json;
use std::time::Duration;

async fn cloud() -> LocalCloud {
    start(Config {
        buckets: vec!["bench".to_owned()],
        virtual_cluster: Some(VirtualClusterSeed {
            name: "spark".to_owned(),
            namespace: "analytics".to_owned(),
        }),
        ..Config::default()
    })
    .await
}

/// An SDK that tries once.
async fn emr(cloud: &LocalCloud) -> aws_sdk_emrcontainers::Client {
    let sdk = sdk(cloud, ACCESS_KEY_ID).await;
    let config = aws_sdk_emrcontainers::config::Builder::from(&sdk);
    let config = config.endpoint_url(&cloud.endpoints().emr_containers);
    aws_sdk_emrcontainers::Client::from_conf(config.build())
}

async fn s3(cloud: &LocalCloud) -> aws_sdk_s3::Client {
    let sdk = sdk(cloud, ACCESS_KEY_ID).await;
    let config = aws_sdk_s3::config::Builder::from(&sdk).force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}

fn create(client: &aws_sdk_emrcontainers::Client) -> aws_sdk_emrcontainers::operation::create_virtual_cluster::builders::CreateVirtualClusterFluentBuilder{
    use aws_sdk_emrcontainers::types::{
        ContainerInfo, ContainerProvider, ContainerProviderType, EksInfo,
    };
    let info = EksInfo::builder().namespace("other").build();
    let provider = ContainerProvider::builder()
        .r#type(ContainerProviderType::Eks)
        .id("local-cloud")
        .info(ContainerInfo::EksInfo(info))
        .build()
        .unwrap();
    client
        .create_virtual_cluster()
        .name("other")
        .client_token("token-1")
        .container_provider(provider)
}

fn clusters(cloud: &LocalCloud) -> usize {
    let state = cloud.state();
    state["emr"]["virtual_clusters"].as_array().unwrap().len()
}

#[tokio::test]
async fn calls_are_noted_in_order_with_what_they_are_about() {
    let cloud = cloud().await;
    let id = cloud.virtual_cluster_id().unwrap();
    let emr = emr(&cloud).await;
    emr.describe_virtual_cluster().id(id).send().await.unwrap();
    let missing = s3(&cloud)
        .await
        .head_object()
        .bucket("bench")
        .key("a/b")
        .send();
    missing.await.unwrap_err();
    emr.describe_virtual_cluster().id(id).send().await.unwrap();
    let noted: Vec<_> = cloud
        .calls()
        .into_iter()
        .map(|call| {
            assert_eq!(call.access_key.as_deref(), Some(ACCESS_KEY_ID));
            (
                call.sequence,
                call.operation,
                call.nth,
                call.subject,
                call.answer,
            )
        })
        .collect();
    let describe = "DescribeVirtualCluster".to_owned();
    let expected = [
        (1, describe.clone(), 1, id.to_owned(), Answer::Status(200)),
        (
            2,
            "HeadObject".to_owned(),
            1,
            "bench/a/b".to_owned(),
            Answer::Status(404),
        ),
        (3, describe, 2, id.to_owned(), Answer::Status(200)),
    ];
    assert_eq!(noted, expected);
}

#[tokio::test]
async fn refusals_have_the_codes_of_their_service() {
    let cloud = cloud().await;
    let emr = emr(&cloud).await;
    let s3 = s3(&cloud).await;
    let rows = [
        (
            FaultKind::Throttled,
            400,
            "ThrottlingException",
            503,
            "SlowDown",
        ),
        (
            FaultKind::ServerError,
            500,
            "InternalServerException",
            500,
            "InternalError",
        ),
        (
            FaultKind::Unavailable,
            503,
            "ServiceUnavailable",
            503,
            "ServiceUnavailable",
        ),
        (
            FaultKind::Denied,
            403,
            "AccessDeniedException",
            403,
            "AccessDenied",
        ),
        (
            FaultKind::Expired,
            403,
            "ExpiredTokenException",
            400,
            "ExpiredToken",
        ),
    ];
    for (kind, emr_status, emr_code, s3_status, s3_code) in rows {
        let list = At::Operation(Service::EmrContainers, "ListVirtualClusters");
        cloud.fault(Fault::once(list, kind));
        let refused = emr.list_virtual_clusters().send().await.unwrap_err();
        assert_eq!(refused.code(), Some(emr_code));
        let status = refused.raw_response().map(|raw| raw.status().as_u16());
        assert_eq!(status, Some(emr_status), "{emr_code}");
        cloud.fault(Fault::once(At::Service(Service::S3), kind));
        let refused = s3.get_object().bucket("bench").key("a").send();
        let refused = refused.await.unwrap_err();
        assert_eq!(refused.code(), Some(s3_code));
        let status = refused.raw_response().map(|raw| raw.status().as_u16());
        assert_eq!(status, Some(s3_status), "{s3_code}");
    }
}

#[tokio::test]
async fn a_fault_is_used_up_and_hits_only_its_call() {
    let cloud = cloud().await;
    let emr = emr(&cloud).await;
    let second = At::Nth(Service::EmrContainers, "ListVirtualClusters", 2);
    let fault = cloud.fault(Fault::always(second, FaultKind::Throttled));
    for fails in [false, true, false] {
        let answer = emr.list_virtual_clusters().send().await;
        assert_eq!(answer.is_err(), fails);
    }
    assert_eq!(fault.hits(), 1);
    let all = cloud.fault(Fault::always(
        At::when(|call| call.operation.starts_with("List")),
        FaultKind::ServerError,
    ));
    emr.list_virtual_clusters().send().await.unwrap_err();
    all.remove();
    emr.list_virtual_clusters().send().await.unwrap();
}

#[tokio::test]
async fn a_reset_before_does_nothing_and_a_reset_after_has_taken_effect() {
    let cloud = cloud().await;
    let client = emr(&cloud).await;
    for (moment, left) in [(Moment::Before, 1), (Moment::After, 2)] {
        let at = At::Operation(Service::EmrContainers, "CreateVirtualCluster");
        cloud.fault(Fault::once(at, FaultKind::Reset(moment)));
        let lost = create(&client).send().await.unwrap_err();
        assert!(
            lost.raw_response().is_none(),
            "there is no answer: {lost:?}"
        );
        assert_eq!(clusters(&cloud), left, "{moment:?}");
        assert_eq!(cloud.calls().last().unwrap().answer, Answer::Reset);
    }
}

#[tokio::test]
async fn expired_credentials_stay_expired_everywhere_until_others_come() {
    let cloud = cloud().await;
    cloud.fault(Fault::once(At::Sequence(1), FaultKind::Expired));
    let client = emr(&cloud).await;
    for _ in 0..2 {
        let refused = client.list_virtual_clusters().send().await.unwrap_err();
        assert_eq!(refused.code(), Some("ExpiredTokenException"));
    }
    let refused = s3(&cloud)
        .await
        .list_objects_v2()
        .bucket("bench")
        .send()
        .await;
    assert_eq!(refused.unwrap_err().code(), Some("ExpiredToken"));

    let issued = cloud.issue_credentials(Duration::from_secs(3600));
    let others = aws_credential_types::Credentials::new(
        issued.access_key_id,
        issued.secret_access_key,
        Some(issued.session_token),
        None,
        "test",
    );
    let config = client
        .config()
        .to_builder()
        .credentials_provider(others.clone())
        .build();
    let renewed = aws_sdk_emrcontainers::Client::from_conf(config);
    renewed.list_virtual_clusters().send().await.unwrap();
    let objects = s3(&cloud).await;
    let config = objects.config().to_builder().credentials_provider(others);
    let objects = aws_sdk_s3::Client::from_conf(config.build());
    objects
        .list_objects_v2()
        .bucket("bench")
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_held_call_waits_and_takes_effect_although_its_client_is_gone() {
    let cloud = cloud().await;
    let client = emr(&cloud).await;
    for (moment, before, after) in [(Moment::Before, 1, 2), (Moment::After, 2, 2)] {
        let at = At::Operation(Service::EmrContainers, "CreateVirtualCluster");
        let hold = cloud.hold(at, moment);
        let asked = tokio::spawn(create(&client).send());
        hold.arrived().await;
        assert_eq!(clusters(&cloud), before, "{moment:?}");
        asked.abort();
        asked.await.unwrap_err();
        let settled = tokio::time::timeout(Duration::from_secs(30), hold.settle());
        settled.await.unwrap();
        assert_eq!(clusters(&cloud), after, "{moment:?}");
    }
}

#[tokio::test]
async fn a_discarded_call_never_takes_effect() {
    let cloud = cloud().await;
    let client = emr(&cloud).await;
    let at = At::Operation(Service::EmrContainers, "CreateVirtualCluster");
    let hold = cloud.hold(at, Moment::Before);
    let asked = tokio::spawn(create(&client).send());
    hold.arrived().await;
    hold.discard();
    let lost = asked.await.unwrap().unwrap_err();
    assert!(lost.raw_response().is_none(), "{lost:?}");
    assert_eq!(clusters(&cloud), 1);
}

#[tokio::test]
async fn a_slow_call_is_answered_late() {
    let cloud = cloud().await;
    let delay = Duration::from_millis(50);
    cloud.fault(Fault::once(At::Sequence(1), FaultKind::Slow(delay)));
    let began = std::time::Instant::now();
    emr(&cloud)
        .await
        .list_virtual_clusters()
        .send()
        .await
        .unwrap();
    assert!(began.elapsed() >= delay);
}

async fn kubernetes(cloud: &LocalCloud) -> kube::Client {
    let config = kube::Config::new(cloud.endpoints().kubernetes.parse().unwrap());
    kube::Client::try_from(config).unwrap()
}

#[tokio::test]
async fn watches_are_cut_disconnected_and_refused() {
    let cloud = cloud().await;
    let client = kubernetes(&cloud).await;
    let watch = || {
        let request = axum::http::Request::get("/api/v1/namespaces/analytics/pods?watch=true");
        client.request_stream(request.body(Vec::new()).unwrap())
    };
    cloud.kubernetes().put(
        &POD,
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "analytics"}}),
    );
    let cut = FaultKind::Cut(Duration::from_millis(20));
    cloud.fault(Fault::once(At::Sequence(1), cut));
    let mut lines = watch().await.unwrap().lines();
    assert!(
        lines
            .try_next()
            .await
            .unwrap()
            .unwrap()
            .contains("\"ADDED\"")
    );
    lines.try_next().await.unwrap_err();

    let mut lines = watch().await.unwrap().lines();
    lines.try_next().await.unwrap().unwrap();
    cloud.disconnect(Service::Kubernetes);
    lines.try_next().await.unwrap_err();

    let watches = At::Operation(Service::Kubernetes, "watch pods");
    cloud.fault(Fault::once(watches, FaultKind::Denied));
    let Err(kube::Error::Api(status)) = watch().await else {
        panic!("the watch must be refused");
    };
    assert_eq!((status.code, status.reason.as_str()), (403, "Forbidden"));
    assert!(status.message.contains("pods is forbidden"), "{status:?}");
}
