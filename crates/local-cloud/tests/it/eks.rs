//! The cluster as EKS shows it: found by name, behind TLS of its own authority, for tokens made from STS.

use crate::{sdk, start};
use aws_sdk_eks::error::ProvideErrorMetadata;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use k8s_openapi::api::core::v1::Node;
use kube::{Api, Client};
use local_cloud::config::{ACCESS_KEY_ID, CLUSTER, REGION, SECRET_ACCESS_KEY};
use local_cloud::{Config, EksStatus, LocalCloud};
use std::time::{Duration, SystemTime};

async fn eks(cloud: &LocalCloud) -> aws_sdk_eks::Client {
    let config = sdk(cloud, ACCESS_KEY_ID).await;
    let config = aws_sdk_eks::config::Builder::from(&config).endpoint_url(&cloud.endpoints().eks);
    aws_sdk_eks::Client::from_conf(config.build())
}

/// What a token is made of.
struct Token<'a> {
    sts: &'a str,
    cluster: &'a str,
    secret: &'a str,
    signed: SystemTime,
    query: &'a str,
}

impl Token<'_> {
    fn make(&self) -> String {
        let url = format!("{}/?{}", self.sts, self.query);
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(60));
        settings.excluded_headers = None;
        let credentials =
            aws_credential_types::Credentials::new(ACCESS_KEY_ID, self.secret, None, None, "test");
        let identity = credentials.into();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name("sts")
            .time(self.signed)
            .settings(settings)
            .build()
            .unwrap();
        let headers = [("x-k8s-aws-id", self.cluster)];
        let request =
            SignableRequest::new("GET", &url, headers.into_iter(), SignableBody::Bytes(&[]));
        let (instructions, _) = sign(request.unwrap(), &parameters.into())
            .unwrap()
            .into_parts();
        let mut request = axum::http::Request::get(&url).body(()).unwrap();
        instructions.apply_to_request_http1x(&mut request);
        let url = request.uri().to_string();
        let encoded = base64_simd::URL_SAFE_NO_PAD.encode_to_string(url.as_bytes());
        format!("k8s-aws-v1.{encoded}")
    }
}

async fn nodes(cloud: &LocalCloud, token: &str) -> Result<usize, u16> {
    let described = eks(cloud).await.describe_cluster().name(CLUSTER).send();
    let cluster = described.await.unwrap().cluster.unwrap();
    let authority = cluster.certificate_authority.unwrap().data.unwrap();
    let kubeconfig = serde_json::json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "x",
        "clusters": [{"name": "x", "cluster": {
            "server": cluster.endpoint.unwrap(), "certificate-authority-data": authority,
        }}],
        "users": [{"name": "x", "user": {"token": token}}],
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
    });
    let kubeconfig = serde_json::from_value(kubeconfig).unwrap();
    let options = kube::config::KubeConfigOptions::default();
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &options).await;
    let client = Client::try_from(config.unwrap()).unwrap();
    match Api::<Node>::all(client)
        .list(&kube::api::ListParams::default())
        .await
    {
        Ok(nodes) => Ok(nodes.items.len()),
        Err(kube::Error::Api(status)) => Err(status.code),
        Err(other) => panic!("{other:?}"),
    }
}

const QUERY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

#[tokio::test]
async fn a_token_made_from_sts_lets_in() {
    let cloud = start(Config::default()).await;
    let token = Token {
        sts: &cloud.endpoints().sts,
        cluster: CLUSTER,
        secret: SECRET_ACCESS_KEY,
        signed: SystemTime::now(),
        query: QUERY,
    };
    assert_eq!(nodes(&cloud, &token.make()).await, Ok(0));
    let listed = cloud.calls().pop().unwrap();
    assert_eq!(listed.operation, "list nodes");
}

#[tokio::test]
async fn other_tokens_are_unauthorized() {
    let cloud = start(Config::default()).await;
    let good = || Token {
        sts: &cloud.endpoints().sts,
        cluster: CLUSTER,
        secret: SECRET_ACCESS_KEY,
        signed: SystemTime::now(),
        query: QUERY,
    };
    let rows = [
        (
            "for another cluster",
            Token {
                cluster: "other",
                ..good()
            },
        ),
        (
            "signed with another secret",
            Token {
                secret: "guess",
                ..good()
            },
        ),
        (
            "of another host",
            Token {
                sts: "https://sts.example.com",
                ..good()
            },
        ),
        (
            "of another operation",
            Token {
                query: "Action=GetSessionToken&Version=2011-06-15",
                ..good()
            },
        ),
        (
            "16 minutes old",
            Token {
                signed: SystemTime::now() - Duration::from_secs(960),
                ..good()
            },
        ),
    ];
    for (what, token) in rows {
        assert_eq!(nodes(&cloud, &token.make()).await, Err(401), "{what}");
    }
    assert_eq!(nodes(&cloud, "k8s-aws-v1.bm9uc2Vuc2U").await, Err(401));
    assert_eq!(nodes(&cloud, "plain").await, Err(401));
}

#[tokio::test]
async fn another_cluster_is_not_found() {
    let cloud = start(Config::default()).await;
    let refused = eks(&cloud).await.describe_cluster().name("other").send();
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.code(), Some("ResourceNotFoundException"));
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 404);
}

#[tokio::test]
async fn a_test_may_rename_the_cluster_and_take_it_away() {
    let cloud = start(Config::default()).await;
    cloud.eks().rename("bench");
    let client = eks(&cloud).await;
    let status = async |name: &str| {
        let described = client.describe_cluster().name(name).send().await;
        described.map(|answer| answer.cluster.unwrap())
    };
    let described = status("bench").await.unwrap();
    assert!(described.arn().unwrap().ends_with(":cluster/bench"));
    assert!(described.endpoint().is_some());
    assert!(status(CLUSTER).await.is_err());

    cloud.eks().set_status(EksStatus::Creating);
    let described = status("bench").await.unwrap();
    assert_eq!(described.status().unwrap().as_str(), "CREATING");
    assert_eq!(described.endpoint(), None);
    cloud.eks().set_status(EksStatus::Deleting);
    let described = status("bench").await.unwrap();
    assert_eq!(described.status().unwrap().as_str(), "DELETING");

    cloud.eks().remove();
    let gone = status("bench").await.unwrap_err();
    assert_eq!(gone.code(), Some("ResourceNotFoundException"));
}
