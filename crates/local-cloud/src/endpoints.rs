//! Where each service answers, and the variables by which clients learn it.

use crate::config::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};
use serde::Serialize;

/// Where each service answers, as `http://127.0.0.1:<port>`.
#[derive(Debug, Clone, Serialize)]
pub struct Endpoints {
    /// S3, with the bucket in the path.
    pub s3: String,
    /// EMR containers.
    pub emr_containers: String,
    /// STS.
    pub sts: String,
    /// IAM.
    pub iam: String,
    /// EKS.
    pub eks: String,
    /// CloudWatch Logs.
    pub cloudwatch_logs: String,
    /// The Price List.
    pub pricing: String,
    /// EC2.
    pub ec2: String,
    /// The Resource Groups Tagging API.
    pub tagging: String,
    /// The Kubernetes API server.
    pub kubernetes: String,
    /// GitHub's REST API.
    pub github: String,
    /// GitHub's issuer of OIDC tokens.
    pub id_token: String,
    /// `GET /state`: everything there is, as JSON.
    pub inspect: String,
}

/// The variables that make ordinary clients use this cloud.
pub(crate) fn environment(endpoints: &Endpoints, kubeconfig: &str) -> Vec<(String, String)> {
    [
        ("AWS_ENDPOINT_URL_S3", endpoints.s3.as_str()),
        ("AWS_ENDPOINT_URL_EMR_CONTAINERS", &endpoints.emr_containers),
        ("AWS_ENDPOINT_URL_STS", &endpoints.sts),
        ("AWS_ENDPOINT_URL_IAM", &endpoints.iam),
        ("AWS_ENDPOINT_URL_EKS", &endpoints.eks),
        (
            "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
            &endpoints.cloudwatch_logs,
        ),
        ("AWS_ENDPOINT_URL_PRICING", &endpoints.pricing),
        ("AWS_ENDPOINT_URL_EC2", &endpoints.ec2),
        (
            "AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API",
            &endpoints.tagging,
        ),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
        ("AWS_REGION", REGION),
        // The Python SDK and the command line read only this one.
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("KUBECONFIG", kubeconfig),
        ("GITHUB_API_URL", &endpoints.github),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}
