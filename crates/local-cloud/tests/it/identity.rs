//! Roles that a workflow's OIDC token assumes, what IAM says about permissions, and the driver's log in CloudWatch.

use crate::{sdk, start};
use aws_sdk_iam::types::PolicyEvaluationDecisionType;
use aws_sdk_sts::error::ProvideErrorMetadata;
use local_cloud::config::{ACCESS_KEY_ID, ROLE};
use local_cloud::{Config, LocalCloud};
use std::time::Duration;

fn sts(config: &aws_config::SdkConfig, cloud: &LocalCloud) -> aws_sdk_sts::Client {
    let config = aws_sdk_sts::config::Builder::from(config);
    aws_sdk_sts::Client::from_conf(config.endpoint_url(&cloud.endpoints().sts).build())
}

/// The workflow's OIDC token, as the toolkit asks for it.
async fn id_token(cloud: &LocalCloud, audience: &str, request_token: &str) -> Result<String, u16> {
    use axum::http::Request;
    let variables = cloud.id_token_environment();
    let url = format!("{}&audience={audience}", variables[0].1);
    let connector =
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
            .build_http::<axum::body::Body>();
    let request = Request::get(url).header("authorization", format!("bearer {request_token}"));
    let request = request.body(axum::body::Body::empty()).unwrap();
    let answer = connector.request(request).await.unwrap();
    if !answer.status().is_success() {
        return Err(answer.status().as_u16());
    }
    let body = axum::body::Body::new(answer.into_body());
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    Ok(body["value"].as_str().unwrap().to_owned())
}

async fn request_token(cloud: &LocalCloud) -> String {
    cloud.id_token_environment()[1].1.clone()
}

#[tokio::test]
async fn a_workflows_token_assumes_the_role_and_the_credentials_expire() {
    let cloud = start(Config {
        session_lifetime: Some(Duration::from_millis(300)),
        ..Config::default()
    })
    .await;
    let config = sdk(&cloud, "AKIAUNUSED").await;
    let token = id_token(&cloud, "sts.amazonaws.com", &request_token(&cloud).await).await;
    let assume = sts(&config, &cloud)
        .assume_role_with_web_identity()
        .role_arn(ROLE)
        .role_session_name("run-7")
        .web_identity_token(token.unwrap());
    let credentials = assume.send().await.unwrap().credentials.unwrap();
    let provider = aws_credential_types::Credentials::new(
        credentials.access_key_id,
        credentials.secret_access_key,
        Some(credentials.session_token),
        None,
        "test",
    );
    let config = config
        .into_builder()
        .credentials_provider(
            aws_credential_types::provider::SharedCredentialsProvider::new(provider),
        )
        .build();
    let client = sts(&config, &cloud);
    let identity = client.get_caller_identity().send().await.unwrap();
    assert_eq!(
        identity.arn(),
        Some("arn:aws:sts::000000000000:assumed-role/github-actions/run-7")
    );
    tokio::time::sleep(Duration::from_millis(300)).await;
    let expired = client.get_caller_identity().send().await.unwrap_err();
    assert_eq!(expired.code(), Some("ExpiredToken"));
}

#[tokio::test]
async fn roles_are_refused_to_wrong_tokens_audiences_and_names() {
    let cloud = start(Config::default()).await;
    let request = request_token(&cloud).await;
    let good = id_token(&cloud, "sts.amazonaws.com", &request)
        .await
        .unwrap();
    let other = id_token(&cloud, "elsewhere", &request).await.unwrap();
    let rows = [
        (ROLE, "nonsense", "run-7", 3600, "InvalidIdentityToken"),
        (ROLE, &other, "run-7", 3600, "InvalidIdentityToken"),
        (
            "arn:aws:iam::000000000000:role/admin",
            &good,
            "run-7",
            3600,
            "AccessDenied",
        ),
        (ROLE, &good, "run 7", 3600, "ValidationError"),
        (ROLE, &good, "run-7", 7200, "ValidationError"),
    ];
    let client = sts(&sdk(&cloud, ACCESS_KEY_ID).await, &cloud);
    for (role, token, session, seconds, code) in rows {
        let refused = client
            .assume_role_with_web_identity()
            .role_arn(role)
            .role_session_name(session)
            .web_identity_token(token)
            .duration_seconds(seconds)
            .send()
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Some(code));
    }
    assert_eq!(id_token(&cloud, "x", "stranger").await, Err(401));
}

#[tokio::test]
async fn what_is_denied_is_said_by_iam_and_refused_by_the_service() {
    let cloud = start(Config {
        denied_actions: vec!["emr-containers:ListVirtualClusters".into()],
        ..Config::default()
    })
    .await;
    let config = sdk(&cloud, ACCESS_KEY_ID).await;
    let iam = aws_sdk_iam::config::Builder::from(&config).endpoint_url(&cloud.endpoints().iam);
    let iam = aws_sdk_iam::Client::from_conf(iam.build());
    let simulate = |arn: &str| {
        iam.simulate_principal_policy()
            .policy_source_arn(arn)
            .action_names("emr-containers:ListVirtualClusters")
            .action_names("emr-containers:DescribeVirtualCluster")
            .resource_arns("arn:aws:emr-containers:us-east-1:000000000000:/virtualclusters/x")
            .send()
    };
    let answer = simulate("arn:aws:iam::000000000000:user/local-cloud")
        .await
        .unwrap();
    let decisions: Vec<_> = answer
        .evaluation_results()
        .iter()
        .map(|result| result.eval_decision())
        .collect();
    use PolicyEvaluationDecisionType::{Allowed, ExplicitDeny};
    assert_eq!(decisions, [&ExplicitDeny, &Allowed]);
    for (arn, code) in [
        ("arn:aws:iam::000000000000:role/nobody", "NoSuchEntity"),
        ("arn:aws:sts::000000000000:assumed-role/a/b", "InvalidInput"),
    ] {
        let refused = simulate(arn).await.unwrap_err();
        assert_eq!(refused.code(), Some(code));
    }

    let emr = aws_sdk_emrcontainers::config::Builder::from(&config)
        .endpoint_url(&cloud.endpoints().emr_containers);
    let emr = aws_sdk_emrcontainers::Client::from_conf(emr.build());
    let refused = emr.list_virtual_clusters().send().await.unwrap_err();
    assert_eq!(refused.code(), Some("AccessDeniedException"));
}

#[tokio::test]
async fn a_log_group_that_is_not_there_is_not_found() {
    let cloud = start(Config::default()).await;
    let config = sdk(&cloud, ACCESS_KEY_ID).await;
    let logs = aws_sdk_cloudwatchlogs::config::Builder::from(&config)
        .endpoint_url(&cloud.endpoints().cloudwatch_logs);
    let logs = aws_sdk_cloudwatchlogs::Client::from_conf(logs.build());
    let ask = logs
        .get_log_events()
        .log_group_name("/x")
        .log_stream_name("y");
    let refused = ask.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("ResourceNotFoundException"));
    let call = cloud.calls().pop().unwrap();
    assert_eq!(
        (call.operation.as_str(), call.subject.as_str()),
        ("GetLogEvents", "y")
    );
}
