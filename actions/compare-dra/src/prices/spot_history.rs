//! `ec2:DescribeSpotPriceHistory`, as a signed request of our own.
//!
//! It is the one call of EC2 that is made, and the SDK's EC2 crate is the largest of all: three minutes of compiling
//! for it alone.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_setup::{ProblemKind, SdkProblem, answer_kind, custom_endpoint};
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
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use jiff::Timestamp;

use super::{
    asked::NotAnswered,
    spot_answer::{self, Change},
    wanted::Wanted,
};

const CALL: &str = "ec2:DescribeSpotPriceHistory";
/// The version of the API.
const VERSION: &str = "2016-11-15";
/// Longest silence of the service.
const ANSWER: Duration = Duration::from_secs(10);
/// Attempts for a page, when the service is busy or out of order.
const ATTEMPTS: u32 = 4;
/// The wait before the second attempt; it doubles.
const WAIT: Duration = Duration::from_millis(250);
/// Entries in a page: the service's own limit.
const PAGE: &str = "1000";
/// More pages than any comparison needs.
const MOST_PAGES: usize = 20;

/// The history of spot prices in one region.
#[derive(Debug)]
pub(crate) struct SpotHistory {
    connector: Option<SharedHttpConnector>,
    credentials: Credentials,
    region: String,
    endpoint: String,
}

impl SpotHistory {
    pub(crate) fn new(config: &SdkConfig, credentials: Credentials, region: &str) -> Self {
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(ANSWER)
            .read_timeout(ANSWER)
            .build();
        Self {
            connector: default_connector(&settings, default_async_sleep()),
            credentials,
            region: region.to_owned(),
            endpoint: custom_endpoint(config, "EC2").unwrap_or_else(|| endpoint(region)),
        }
    }

    /// Every change of price that the runs need, the one before the first launch included.
    pub(crate) async fn changes(&self, wanted: &Wanted) -> Result<Vec<Change>, NotAnswered> {
        let Some((from, until)) = wanted.spot_time else {
            return Ok(Vec::new());
        };
        let question = question(wanted, from, until);
        let mut changes = Vec::new();
        let mut next = None;
        for _ in 0..MOST_PAGES {
            let mut form = question.clone();
            form.extend(next.take().map(|token| ("NextToken".to_owned(), token)));
            let answer = self.ask_again(&encoded(&form)).await?;
            let page = spot_answer::page(&answer).map_err(|error| {
                NotAnswered::because(CALL, ProblemKind::Unreadable, error.to_string())
            })?;
            changes.extend(page.changes);
            next = page.next;
            if next.is_none() {
                return Ok(changes);
            }
        }
        // With some changes missing an old price would hold on.
        let long = format!("the history has more than {MOST_PAGES} pages");
        Err(NotAnswered::because(CALL, ProblemKind::Unreadable, long))
    }

    /// Asks, and again when it may help.
    async fn ask_again(&self, form: &str) -> Result<String, NotAnswered> {
        let mut attempt = 1;
        loop {
            let refused = match self.ask(form).await {
                Ok(answer) => return Ok(answer),
                Err(refused) => refused,
            };
            let may_help = matches!(
                refused.problem.kind,
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

    async fn ask(&self, form: &str) -> Result<String, NotAnswered> {
        let unsent = |why: &str| NotAnswered::because(CALL, ProblemKind::Unsent, why.to_owned());
        let connector = self
            .connector
            .as_ref()
            .ok_or_else(|| unsent("there is no HTTPS client"))?;
        let request = self
            .signed(form)
            .ok_or_else(|| unsent("the request could not be signed"))?;
        let answer = connector.call(request).await.map_err(|error| {
            let kind = if error.is_timeout() {
                ProblemKind::Timeout
            } else {
                ProblemKind::Unreachable
            };
            NotAnswered::because(CALL, kind, error.to_string())
        })?;
        let status = answer.status().as_u16();
        let body = aws_smithy_types::byte_stream::ByteStream::new(answer.into_body())
            .collect()
            .await;
        let body = body.map_err(|error| {
            NotAnswered::because(CALL, ProblemKind::Unreachable, error.to_string())
        })?;
        let text = String::from_utf8_lossy(&body.into_bytes()).into_owned();
        match status {
            200 => Ok(text),
            _ => Err(refused(&text, status)),
        }
    }

    fn signed(&self, form: &str) -> Option<HttpRequest> {
        const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
        let identity = self.credentials.clone().into();
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

fn refused(xml: &str, status: u16) -> NotAnswered {
    let said = spot_answer::refusal(xml);
    NotAnswered {
        call: CALL,
        problem: SdkProblem {
            kind: answer_kind(said.code.as_deref(), Some(status)),
            code: said.code,
            message: said.message,
            request_id: said.request_id,
            status: Some(status),
            bucket_region: None,
        },
    }
}

fn question(wanted: &Wanted, from: Timestamp, until: Timestamp) -> Vec<(String, String)> {
    let mut form: Vec<(String, String)> = [
        ("Action", "DescribeSpotPriceHistory"),
        ("Version", VERSION),
        ("MaxResults", PAGE),
        ("ProductDescription.1", "Linux/UNIX"),
        ("Filter.1.Name", "availability-zone"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    form.push(("StartTime".to_owned(), from.to_string()));
    form.push(("EndTime".to_owned(), until.to_string()));
    let numbered = |name: &str, values: &std::collections::BTreeSet<String>| {
        let one =
            |(place, value): (usize, &String)| (format!("{name}.{}", place + 1), value.clone());
        values.iter().enumerate().map(one).collect::<Vec<_>>()
    };
    form.extend(numbered("InstanceType", &wanted.spot_types));
    form.extend(numbered("Filter.1.Value", &wanted.zones));
    form
}

fn encoded(form: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish()
}

fn endpoint(region: &str) -> String {
    let suffix = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    format!("https://ec2.{region}.{suffix}/")
}
