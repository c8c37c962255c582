//! Questions to EC2's query API: signed, repeated when it may help, page by page.
//!
//! The SDK's EC2 crate is the largest of all: three minutes of compiling for it alone, for a handful of calls that only
//! read. What the answers say is for the caller to know; `xml` only reads their form.

mod question;
mod refusal;
pub mod xml;

pub use question::{Filter, Question};

use std::time::{Duration, SystemTime};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials as _, SharedCredentialsProvider},
};
use aws_setup::{ProblemKind, SdkProblem, custom_endpoint};
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_async::rt::sleep::default_async_sleep;
use aws_smithy_http_client::default_connector;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector as _, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use aws_types::SdkConfig;
use xml::Unread;

/// Longest silence of the service.
const ANSWER: Duration = Duration::from_secs(10);
/// Attempts for a page, when the service is busy or out of order.
const ATTEMPTS: u32 = 4;
/// The wait before the second attempt; it doubles.
const WAIT: Duration = Duration::from_millis(250);

/// EC2 in one region.
#[derive(Debug)]
pub struct Ec2 {
    connector: Option<SharedHttpConnector>,
    credentials: Option<SharedCredentialsProvider>,
    region: String,
    endpoint: String,
}

impl Ec2 {
    /// EC2 in `region`, with the configuration's credentials and endpoint. Asks nothing yet.
    #[must_use]
    pub fn new(config: &SdkConfig, region: &str) -> Self {
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(ANSWER)
            .read_timeout(ANSWER)
            .build();
        Self {
            connector: default_connector(&settings, default_async_sleep()),
            credentials: config.credentials_provider(),
            region: region.to_owned(),
            endpoint: custom_endpoint(config, "EC2").unwrap_or_else(|| endpoint(region)),
        }
    }

    /// Every page of an answer, each read by `read`, which gives its items and the token of the next page.
    ///
    /// # Errors
    /// Why there is no answer, or that it has more than `most_pages`: an answer that is cut off would be believed.
    pub async fn pages<T>(
        &self,
        question: &Question,
        most_pages: usize,
        read: impl Fn(&str) -> Result<(Vec<T>, Option<String>), Unread>,
    ) -> Result<Vec<T>, SdkProblem> {
        let mut items = Vec::new();
        let mut next = None;
        for _ in 0..most_pages {
            let answer = self.ask(&question.encoded(next.as_deref())).await?;
            let unread = |error: Unread| problem(ProblemKind::Unreadable, error.to_string());
            let (page, token) = read(&answer).map_err(unread)?;
            items.extend(page);
            next = token;
            if next.is_none() {
                return Ok(items);
            }
        }
        let long = format!("the answer has more than {most_pages} pages");
        Err(problem(ProblemKind::Unreadable, long))
    }

    /// Asks, and again when it may help.
    async fn ask(&self, form: &str) -> Result<String, SdkProblem> {
        let mut attempt = 1;
        loop {
            let refused = match self.ask_once(form).await {
                Ok(answer) => return Ok(answer),
                Err(refused) => refused,
            };
            let may_help = matches!(
                refused.kind,
                ProblemKind::Throttled
                    | ProblemKind::Failed
                    | ProblemKind::Unreachable
                    | ProblemKind::Timeout
            );
            if !may_help || attempt == ATTEMPTS {
                return Err(refused);
            }
            tokio::time::sleep(WAIT * 2_u32.pow(attempt - 1)).await;
            attempt += 1;
        }
    }

    async fn ask_once(&self, form: &str) -> Result<String, SdkProblem> {
        let unsent = |why: &str| problem(ProblemKind::Unsent, why.to_owned());
        let connector = self
            .connector
            .as_ref()
            .ok_or_else(|| unsent("there is no HTTPS client"))?;
        let request = self
            .signed(form, self.credentials().await?)
            .ok_or_else(|| unsent("the request could not be signed"))?;
        let answer = connector.call(request).await.map_err(|error| {
            let kind = if error.is_timeout() {
                ProblemKind::Timeout
            } else {
                ProblemKind::Unreachable
            };
            problem(kind, error.to_string())
        })?;
        let status = answer.status().as_u16();
        let body = ByteStream::new(answer.into_body()).collect().await;
        let body = body.map_err(|error| problem(ProblemKind::Unreachable, error.to_string()))?;
        let text = String::from_utf8_lossy(&body.into_bytes()).into_owned();
        match status {
            200 => Ok(text),
            _ => Err(refusal::problem(&text, status)),
        }
    }

    async fn credentials(&self) -> Result<Credentials, SdkProblem> {
        let none = |why: String| problem(ProblemKind::NoCredentials, why);
        let provider = self.credentials.as_ref();
        let provider = provider.ok_or_else(|| none("none are configured".to_owned()))?;
        let provided = provider.provide_credentials().await;
        provided.map_err(|error| none(error.to_string()))
    }

    fn signed(&self, form: &str, credentials: Credentials) -> Option<HttpRequest> {
        const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
        let identity = credentials.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("ec2")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .ok()?
            .into();
        let headers = std::iter::once(("content-type", FORM));
        let body = SignableBody::Bytes(form.as_bytes());
        let request = SignableRequest::new("POST", &self.endpoint, headers, body).ok()?;
        let (instructions, _) = sign(request, &parameters).ok()?.into_parts();
        let mut request = http::Request::post(&self.endpoint)
            .header("content-type", FORM)
            .body(SdkBody::from(form))
            .ok()?;
        instructions.apply_to_request_http1x(&mut request);
        HttpRequest::try_from(request).ok()
    }
}

fn problem(kind: ProblemKind, message: String) -> SdkProblem {
    SdkProblem {
        kind,
        code: None,
        message: Some(message),
        request_id: None,
        status: None,
        bucket_region: None,
    }
}

fn endpoint(region: &str) -> String {
    let suffix = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    format!("https://ec2.{region}.{suffix}/")
}
