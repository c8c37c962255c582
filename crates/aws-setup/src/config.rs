//! The SDK configuration every action uses: credentials, retries, time-outs, endpoints.

use crate::{
    Region,
    web_identity::{AssumedRole, WebIdentity},
};
use aws_config::{
    AppName, BehaviorVersion, SdkConfig,
    retry::{RetryConfig, RetryMode},
    timeout::TimeoutConfig,
};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::service_config::ServiceConfigKey;
use std::time::Duration;

/// Attempts for one call, unless `AWS_MAX_ATTEMPTS` or the profile says otherwise.
const ATTEMPTS: u32 = 5;
/// Longest time for a connection to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// Longest silence of a service that has accepted a request. There is no limit for a whole call: files may be large.
const READ: Duration = Duration::from_secs(60);

/// The configuration made from the standard chain: variables, profile, web identity, container and instance roles.
///
/// `region` wins over what the chain finds. Retries are adaptive, so that a throttled account slows every caller down.
pub async fn sdk_config(region: Option<&Region>) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(READ)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
    if let Some(region) = region {
        loader = loader.region(aws_config::Region::new(region.as_str().to_owned()));
    }
    if let Ok(name) = AppName::new("emr-eks-actions") {
        loader = loader.app_name(name);
    }
    let config = loader.load().await;
    let retries = retries(config.retry_config());
    // A variable that is set but empty is as good as none; without this the failure names a bad host instead.
    let region = config
        .region()
        .filter(|region| !region.as_ref().is_empty())
        .cloned();
    config
        .into_builder()
        .region(region)
        .retry_config(retries)
        .build()
}

/// The same, with the credentials of a role that is assumed anew whenever they are about to run out.
pub async fn sdk_config_of_role(region: Option<&Region>, role: AssumedRole) -> SdkConfig {
    let config = sdk_config(region).await;
    let provider = SharedCredentialsProvider::new(WebIdentity::new(&config, role));
    config.into_builder().credentials_provider(provider).build()
}

/// An S3 client. With a custom endpoint it puts the bucket into the path, as that endpoint's name has no subdomains.
pub fn s3_client(config: &SdkConfig) -> aws_sdk_s3::Client {
    let settings = aws_sdk_s3::config::Builder::from(config)
        .force_path_style(custom_endpoint(config, "S3").is_some());
    aws_sdk_s3::Client::from_conf(settings.build())
}

/// Raises the SDK's default number of attempts; a number that someone chose stays.
fn retries(loaded: Option<&RetryConfig>) -> RetryConfig {
    let default = RetryConfig::standard();
    let loaded = loaded
        .unwrap_or(&default)
        .clone()
        .with_retry_mode(RetryMode::Adaptive);
    if loaded.max_attempts() == default.max_attempts() {
        loaded.with_max_attempts(ATTEMPTS)
    } else {
        loaded
    }
}

/// The endpoint that `AWS_ENDPOINT_URL_<service>`, `AWS_ENDPOINT_URL` or the profile names for a service.
#[must_use]
pub fn custom_endpoint(config: &SdkConfig, service_id: &'static str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(service_id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    let of_service = config
        .service_config()
        .and_then(|service| service.load_config(key.ok()?));
    of_service.or_else(|| config.endpoint_url().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_adapt_and_a_chosen_number_of_attempts_stays() {
        assert_eq!(retries(None).max_attempts(), ATTEMPTS);
        assert_eq!(retries(None).mode(), RetryMode::Adaptive);
        assert_eq!(
            retries(Some(&RetryConfig::standard().with_max_attempts(1))).max_attempts(),
            1
        );
    }
}
