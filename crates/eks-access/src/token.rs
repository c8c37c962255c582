//! The token by which EKS knows its caller: a presigned `sts:GetCallerIdentity` that names the cluster. Pure.
//!
//! EKS sends that request to STS itself, so it takes only STS's own regional host names, never a custom endpoint.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_runtime_api::client::identity::Identity;

/// For how long EKS takes a token, whatever the request says about itself.
pub(crate) const VALID: Duration = Duration::from_mins(15);
/// How the token names the cluster.
const CLUSTER: &str = "x-k8s-aws-id";
/// What the request says about its own validity; EKS allows no more than 15 minutes.
const EXPIRES: Duration = Duration::from_secs(60);

/// A token for the cluster; `None` when it cannot be signed.
pub(crate) fn token(
    credentials: Credentials,
    region: &str,
    cluster: &str,
    now: SystemTime,
) -> Option<String> {
    let identity: Identity = credentials.into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(EXPIRES);
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(now)
        .settings(settings)
        .build()
        .ok()?
        .into();
    let url = format!(
        "https://{}/?Action=GetCallerIdentity&Version=2011-06-15",
        host(region)
    );
    let headers = std::iter::once((CLUSTER, cluster));
    let request = SignableRequest::new("GET", &url, headers, SignableBody::Bytes(&[])).ok()?;
    let (instructions, _) = sign(request, &parameters).ok()?.into_parts();
    let mut signed = http::Request::get(&url).body(()).ok()?;
    instructions.apply_to_request_http1x(&mut signed);
    let encoded = base64_simd::URL_SAFE_NO_PAD.encode_to_string(signed.uri().to_string());
    Some(format!("k8s-aws-v1.{encoded}"))
}

fn host(region: &str) -> String {
    let suffix = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    format!("sts.{region}.{suffix}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use std::{
        collections::BTreeMap,
        time::{Duration, SystemTime},
    };

    use aws_credential_types::Credentials;

    use super::token;

    fn signed(region: &str, cluster: &str) -> (String, BTreeMap<String, String>) {
        let credentials = Credentials::new("AKID", "secret", Some("session".into()), None, "test");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        let token = token(credentials, region, cluster, now).unwrap();
        let encoded = token.strip_prefix("k8s-aws-v1.").unwrap();
        let url = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(encoded).unwrap();
        let url = String::from_utf8(url).unwrap();
        let (place, query) = url.split_once('?').unwrap();
        let query = form_urlencoded::parse(query.as_bytes()).into_owned();
        (place.to_owned(), query.collect())
    }

    #[test]
    fn the_request_is_one_that_eks_takes() {
        let (place, query) = signed("eu-west-1", "spark");
        assert_eq!(place, "https://sts.eu-west-1.amazonaws.com/");
        assert_eq!(query["Action"], "GetCallerIdentity");
        assert_eq!(query["X-Amz-SignedHeaders"], "host;x-k8s-aws-id");
        assert_eq!(query["X-Amz-Expires"], "60");
        assert_eq!(query["X-Amz-Security-Token"], "session");
        assert!(query["X-Amz-Credential"].ends_with("/eu-west-1/sts/aws4_request"));
        assert_eq!(query["X-Amz-Signature"].len(), 64);
        assert_eq!(
            signed("cn-north-1", "spark").0,
            "https://sts.cn-north-1.amazonaws.com.cn/"
        );
    }

    #[test]
    fn a_token_is_for_one_cluster() {
        let signature = |cluster: &str| signed("eu-west-1", cluster).1["X-Amz-Signature"].clone();
        assert_eq!(signature("one"), signature("one"));
        assert_ne!(signature("one"), signature("two"));
    }
}
