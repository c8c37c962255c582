//! CloudWatch Logs: log groups with streams of events, to be read from the start or backwards, page by page.
//!
//! The JSON protocol with `X-Amz-Target`. Writing is done by whoever holds [`LogGroups`].

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The service's own limit of events in a page; it also has one of 1 MiB.
const PAGE: usize = 10_000;
const PAGE_BYTES: usize = 1 << 20;

/// A line and its time in milliseconds.
type Event = (i64, String);

/// The streams of each group, by name.
type Groups = BTreeMap<String, BTreeMap<String, Vec<Event>>>;

/// Log groups by name, with their streams by name. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogGroups {
    groups: Arc<Mutex<Groups>>,
}

impl LogGroups {
    fn lock(&self) -> MutexGuard<'_, Groups> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the lines of a text to a stream; group and stream come into being.
    pub(crate) fn add(&self, group: &str, stream: &str, text: &str) {
        let now = jiff::Timestamp::now().as_millisecond();
        let mut groups = self.lock();
        let streams = groups.entry(group.to_owned()).or_default();
        let events = streams.entry(stream.to_owned()).or_default();
        events.extend(text.lines().map(|line| (now, line.to_owned())));
    }
}

/// The CloudWatch Logs API.
pub(crate) fn routes(groups: LogGroups) -> Router {
    Router::new().route("/", post(answer)).with_state(groups)
}

async fn answer(State(groups): State<LogGroups>, headers: HeaderMap, body: Bytes) -> Response {
    // The content type is `application/x-amz-json-1.1`, which is not taken for JSON by itself.
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let target = headers.get("x-amz-target").and_then(|t| t.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next());
    let answer = match operation {
        Some("GetLogEvents") => groups.get_log_events(&request),
        Some("DescribeLogStreams") => groups.describe_log_streams(&request),
        other => Err((
            "UnknownOperationException",
            other.unwrap_or_default().into(),
        )),
    };
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err((code, message)) => {
            let body = json!({"__type": code, "message": message});
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
    }
}

type Answer = Result<Value, (&'static str, String)>;

fn text<'a>(request: &'a Value, name: &str) -> &'a str {
    request[name].as_str().unwrap_or_default()
}

impl LogGroups {
    fn get_log_events(&self, request: &Value) -> Answer {
        let groups = self.lock();
        let streams = groups.get(text(request, "logGroupName"));
        let streams = streams.ok_or_else(|| not_found("group"))?;
        let events = streams.get(text(request, "logStreamName"));
        let events = events.ok_or_else(|| not_found("stream"))?;
        let limit = request["limit"].as_u64().unwrap_or(PAGE as u64);
        let limit = usize::try_from(limit).unwrap_or(PAGE).clamp(1, PAGE);
        let token = match text(request, "nextToken") {
            "" => None,
            token => Some(Token::parse(token).ok_or((
                "InvalidParameterException",
                "The specified nextToken is invalid.".to_owned(),
            ))?),
        };
        let from_head = request["startFromHead"].as_bool().unwrap_or(false);
        let (from, to) = match token {
            Some(Token::Forward(from)) => (from, forward(events, from, limit)),
            Some(Token::Backward(to)) => (backward(events, to, limit), to),
            None if from_head => (0, forward(events, 0, limit)),
            None => (backward(events, events.len(), limit), events.len()),
        };
        let page: Vec<Value> = events[from..to]
            .iter()
            .map(|(time, line)| json!({"timestamp": time, "message": line, "ingestionTime": time}))
            .collect();
        // At an end the service gives back the token it was given.
        Ok(json!({
            "events": page,
            "nextForwardToken": format!("f/{to:020}"),
            "nextBackwardToken": format!("b/{from:020}"),
        }))
    }

    fn describe_log_streams(&self, request: &Value) -> Answer {
        let groups = self.lock();
        let streams = groups.get(text(request, "logGroupName"));
        let streams = streams.ok_or_else(|| not_found("group"))?;
        let prefix = text(request, "logStreamNamePrefix");
        let names = streams.keys().filter(|name| name.starts_with(prefix));
        let listed: Vec<Value> = names.map(|name| json!({"logStreamName": name})).collect();
        Ok(json!({ "logStreams": listed }))
    }
}

fn not_found(what: &str) -> (&'static str, String) {
    let message = format!("The specified log {what} does not exist.");
    ("ResourceNotFoundException", message)
}

/// Where the page that begins at this event ends.
fn forward(events: &[Event], from: usize, limit: usize) -> usize {
    let mut bytes = 0;
    let fits = |(_, line): &&Event| {
        bytes += line.len() + 26;
        bytes <= PAGE_BYTES
    };
    from + events[from.min(events.len())..]
        .iter()
        .take(limit)
        .take_while(fits)
        .count()
}

/// Where the page that ends before this event begins.
fn backward(events: &[Event], to: usize, limit: usize) -> usize {
    let mut bytes = 0;
    let fits = |(_, line): &&Event| {
        bytes += line.len() + 26;
        bytes <= PAGE_BYTES
    };
    to - events[..to.min(events.len())]
        .iter()
        .rev()
        .take(limit)
        .take_while(fits)
        .count()
}

enum Token {
    Forward(usize),
    Backward(usize),
}

impl Token {
    fn parse(text: &str) -> Option<Self> {
        let (direction, at) = text.split_once('/')?;
        let at = at.parse().ok()?;
        match direction {
            "f" => Some(Self::Forward(at)),
            "b" => Some(Self::Backward(at)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::{LogGroups, Value, json};

    fn lines(answer: &Value) -> Vec<&str> {
        let events = answer["events"].as_array().unwrap();
        events
            .iter()
            .map(|e| e["message"].as_str().unwrap())
            .collect()
    }

    #[test]
    fn a_stream_is_read_forwards_and_backwards_and_the_end_repeats_its_token() {
        let groups = LogGroups::default();
        groups.add("/g", "s", "a\nb\nc\n");
        let ask = |token: &Value, head: bool| {
            groups.get_log_events(&json!({
                "logGroupName": "/g", "logStreamName": "s", "limit": 2, "startFromHead": head, "nextToken": token,
            }))
        };
        let first = ask(&Value::Null, true).unwrap();
        assert_eq!(lines(&first), ["a", "b"]);
        let second = ask(&first["nextForwardToken"], true).unwrap();
        assert_eq!(lines(&second), ["c"]);
        let third = ask(&second["nextForwardToken"], true).unwrap();
        assert!(lines(&third).is_empty());
        assert_eq!(third["nextForwardToken"], second["nextForwardToken"]);
        let last = ask(&Value::Null, false).unwrap();
        assert_eq!(lines(&last), ["b", "c"]);
        assert_eq!(
            lines(&ask(&last["nextBackwardToken"], false).unwrap()),
            ["a"]
        );
        assert_eq!(
            ask(&json!("x"), true).unwrap_err().0,
            "InvalidParameterException"
        );
    }

    #[test]
    fn a_missing_group_or_stream_is_not_found() {
        let groups = LogGroups::default();
        let ask = || groups.get_log_events(&json!({"logGroupName": "/g", "logStreamName": "s"}));
        assert!(ask().unwrap_err().1.contains("log group"));
        groups.add("/g", "other", "");
        assert!(ask().unwrap_err().1.contains("log stream"));
    }
}
