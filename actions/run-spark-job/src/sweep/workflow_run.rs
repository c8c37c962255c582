//! Asks GitHub whether a workflow run is over. Decides nothing; what cannot be asked is said.

use std::time::Duration;

use aws_smithy_async::rt::sleep::default_async_sleep;
use aws_smithy_http_client::default_connector;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector as _, HttpConnectorSettings},
    orchestrator::HttpRequest,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use gha::Context;
use serde::Deserialize;

use super::{decide::WorkflowRun, found::Found, inputs::Token};

/// Longest silence of GitHub.
const ANSWER: Duration = Duration::from_secs(10);

/// The part of GitHub's answer that is used.
#[derive(Debug, Deserialize)]
struct Answer {
    status: Option<String>,
    conclusion: Option<String>,
}

/// What has become of the workflow run that the job run's tags name.
pub(crate) async fn ask(context: &Context, token: Option<&Token>, found: &Found) -> WorkflowRun {
    let unknown = |why: &str| WorkflowRun::Unknown(why.to_owned());
    let Some((repository, run)) = found.workflow_run() else {
        return unknown("its tags name no workflow run");
    };
    if context.repository.as_deref() != Some(repository) {
        return unknown("it belongs to another repository");
    }
    let Some(token) = token else {
        return unknown("without a token its workflow run cannot be asked about");
    };
    let url = format!("{}/repos/{repository}/actions/runs/{run}", context.api_url);
    match get(&url, token).await {
        Ok(answer) if answer.status.as_deref() == Some("completed") => {
            let conclusion = answer.conclusion.filter(|text| is_word(text));
            WorkflowRun::Over(conclusion.unwrap_or_else(|| "without a conclusion".into()))
        }
        Ok(_) => WorkflowRun::GoesOn,
        Err(why) => WorkflowRun::Unknown(why),
    }
}

async fn get(url: &str, token: &Token) -> Result<Answer, String> {
    let settings = HttpConnectorSettings::builder()
        .connect_timeout(ANSWER)
        .read_timeout(ANSWER)
        .build();
    let unusable = || "GitHub's address cannot be used".to_owned();
    let connector = default_connector(&settings, default_async_sleep()).ok_or_else(unusable)?;
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_uri(url).map_err(|_| unusable())?;
    let headers = request.headers_mut();
    headers.insert("authorization", format!("Bearer {}", token.0));
    headers.insert("accept", "application/vnd.github+json");
    // GitHub refuses who does not say its name.
    headers.insert("user-agent", "emr-eks-actions");
    let answer = connector
        .call(request)
        .await
        .map_err(|_| "GitHub cannot be reached".to_owned())?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(match status {
            403 | 404 => format!(
                "GitHub does not show its workflow run (HTTP {status}; the token needs `actions: read`)"
            ),
            _ => format!("GitHub does not show its workflow run (HTTP {status})"),
        });
    }
    let body = ByteStream::new(answer.into_body()).collect().await;
    let body = body.map_err(|_| "GitHub's answer was cut off".to_owned())?;
    serde_json::from_slice(&body.into_bytes())
        .map_err(|_| "GitHub's answer was not understood".to_owned())
}

/// Whether a text of GitHub's is the plain word it should be.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() < 30 && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}
