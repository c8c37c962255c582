//! CloudWatch Logs: the events of one log stream. Decides nothing.

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::Client;
use aws_setup::{SdkProblem, failure_parts};

/// Pages that are read at most, of up to 1 MB each.
const PAGES: usize = 500;

/// Reads log streams.
#[derive(Debug)]
pub(crate) struct Logs {
    client: Client,
}

impl Logs {
    /// Makes a client; nothing is sent.
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self {
            client: Client::new(config),
        }
    }

    /// GetLogEvents: the lines of a log stream from its beginning, each with its line feed. Empty when the stream is.
    pub(crate) async fn lines(&self, group: &str, stream: &str) -> Result<Vec<u8>, SdkProblem> {
        let mut lines = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let page = self
                .client
                .get_log_events()
                .log_group_name(group)
                .log_stream_name(stream)
                .start_from_head(true)
                .set_next_token(token.clone())
                .send()
                .await
                .map_err(|error| failure_parts(&error))?;
            for event in page.events() {
                lines.extend_from_slice(event.message().unwrap_or_default().as_bytes());
                lines.push(b'\n');
            }
            // At the end the service gives back the token it was given.
            if page.next_forward_token() == token.as_deref() || page.next_forward_token().is_none()
            {
                break;
            }
            token = page.next_forward_token().map(str::to_owned);
        }
        Ok(lines)
    }
}
