//! Credentials of a role, assumed with a web identity token that is asked for anew each time.
//!
//! A workflow's credentials last an hour or so, and a job may run longer. Whoever can ask for a fresh token can assume
//! the role again, as often as needed. Tokens are never shown.

use std::{error::Error, fmt, time::Duration};

use aws_config::SdkConfig;
use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, error::CredentialsError, future},
};
use aws_smithy_async::rt::sleep::default_async_sleep;
use aws_smithy_http_client::default_connector;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector as _, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use aws_smithy_types::body::SdkBody;
use serde::Deserialize;

use crate::{RoleArn, problem::failure_parts};

/// Whom the tokens are for.
const AUDIENCE: &str = "sts.amazonaws.com";
/// Longest silence of whoever gives out tokens.
const ANSWER: Duration = Duration::from_secs(10);

/// Where tokens come from: an address that answers `{"value": "<token>"}` to a bearer.
#[derive(Clone)]
pub struct TokenRequest {
    /// The address, to which the audience is added.
    pub url: String,
    /// Who asks.
    pub bearer: String,
}

/// Hides the bearer.
impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest").finish_non_exhaustive()
    }
}

/// A role that can be assumed again and again.
#[derive(Clone, Debug)]
pub struct AssumedRole {
    /// The role.
    pub role: RoleArn,
    /// The name of its sessions, as CloudTrail shows it.
    pub session: String,
    /// Where tokens come from.
    pub token: TokenRequest,
}

/// Why the role was not assumed.
#[derive(Debug)]
pub(crate) struct NotAssumed(String);

impl fmt::Display for NotAssumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for NotAssumed {}

/// Gives out the role's credentials.
#[derive(Debug)]
pub(crate) struct WebIdentity {
    assumed: AssumedRole,
    sts: aws_sdk_sts::Client,
    connector: Option<SharedHttpConnector>,
}

impl WebIdentity {
    /// `config` needs no credentials: this call is not signed.
    pub(crate) fn new(config: &SdkConfig, assumed: AssumedRole) -> Self {
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(ANSWER)
            .read_timeout(ANSWER)
            .build();
        Self {
            assumed,
            sts: aws_sdk_sts::Client::new(config),
            connector: default_connector(&settings, default_async_sleep()),
        }
    }

    async fn credentials(&self) -> provider::Result {
        let token = self
            .token()
            .await
            .map_err(|why| CredentialsError::provider_error(NotAssumed(why)))?;
        let AssumedRole { role, session, .. } = &self.assumed;
        let answer = self
            .sts
            .assume_role_with_web_identity()
            .role_arn(role.to_string())
            .role_session_name(session)
            .web_identity_token(token)
            .send()
            .await
            .map_err(|error| {
                let problem = failure_parts(&error);
                let why = format!("sts:AssumeRoleWithWebIdentity for `{role}`: {problem}");
                CredentialsError::provider_error(NotAssumed(why))
            })?;
        let given = answer.credentials.ok_or_else(|| {
            let why = format!("sts:AssumeRoleWithWebIdentity for `{role}` gave no credentials");
            CredentialsError::provider_error(NotAssumed(why))
        })?;
        Ok(Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            given.expiration.try_into().ok(),
            "web identity",
        ))
    }

    /// A fresh token, or why there is none.
    async fn token(&self) -> Result<String, String> {
        #[derive(Deserialize)]
        struct Answer {
            value: String,
        }
        const NONE: &str = "the workflow's OIDC token";
        let TokenRequest { url, bearer } = &self.assumed.token;
        let separator = if url.contains('?') { '&' } else { '?' };
        let unusable = || format!("{NONE}: the address to ask cannot be used");
        let connector = self.connector.as_ref().ok_or_else(unusable)?;
        let mut request = HttpRequest::new(SdkBody::empty());
        request
            .set_uri(format!("{url}{separator}audience={AUDIENCE}"))
            .map_err(|_| unusable())?;
        let headers = request.headers_mut();
        headers.insert("authorization", format!("bearer {bearer}"));
        headers.insert("accept", "application/json");
        let answer = connector.call(request).await.map_err(|error| {
            let what = if error.is_timeout() {
                "no answer in time"
            } else {
                "cannot be reached"
            };
            format!("{NONE}: whoever gives it out {what}")
        })?;
        let status = answer.status().as_u16();
        if !(200..300).contains(&status) {
            return Err(format!("{NONE} was refused (HTTP {status})"));
        }
        let body = aws_smithy_types::byte_stream::ByteStream::new(answer.into_body());
        let body = body.collect().await.map(|body| body.into_bytes());
        let answer: Option<Answer> = body
            .ok()
            .and_then(|body| serde_json::from_slice(&body).ok());
        // What was answered is or holds a secret: it is not repeated.
        answer
            .map(|answer| answer.value)
            .ok_or_else(|| format!("{NONE}: the answer was not understood"))
    }
}

impl ProvideCredentials for WebIdentity {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}
