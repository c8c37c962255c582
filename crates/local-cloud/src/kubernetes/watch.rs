//! Serves watches: what is there now, where asked for, and then every change, one JSON object a line.
//! Waits for changes without polling.

use super::kind::Kind;
use super::selector::Selector;
use super::status::Refusal;
use super::store::{Change, Event, Store};
use super::table::{self, Form};
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// What a client wants to watch.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) kind: &'static Kind,
    pub(super) selector: Selector,
    pub(super) form: Form,
    /// Start after this version; none (or 0) starts with what is there now.
    pub(super) version: Option<u64>,
    /// Say with a bookmark when everything that was there has been sent.
    pub(super) send_initial_events: bool,
    pub(super) bookmarks: bool,
    pub(super) timeout: Option<Duration>,
}

/// Answers a watch. It ends at its timeout, or when the version it starts from is forgotten.
pub(super) fn serve(store: Store, wish: Wish) -> Response {
    let deadline = wish.timeout.map(|timeout| Instant::now() + timeout);
    let (first, cursor) = wish.start(&store);
    let watch = Watch {
        changed: store.changed(),
        store,
        wish,
        cursor,
        deadline,
        first: Some(first).filter(|lines| !lines.is_empty()),
        over: false,
    };
    let lines = stream::unfold(watch, |mut watch| async move {
        let lines = watch.next().await?;
        Some((Ok::<_, std::convert::Infallible>(lines), watch))
    });
    (
        [(header::CONTENT_TYPE, "application/json")],
        Body::from_stream(lines),
    )
        .into_response()
}

struct Watch {
    store: Store,
    changed: tokio::sync::watch::Receiver<u64>,
    wish: Wish,
    /// Everything up to this version has been sent.
    cursor: u64,
    deadline: Option<Instant>,
    first: Option<Bytes>,
    over: bool,
}

impl Watch {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        while !self.over {
            // Marked as seen before reading, so a change in between wakes the wait below.
            self.changed.borrow_and_update();
            match self.store.changes_since(self.wish.kind, self.cursor) {
                Ok((version, changes)) => {
                    self.cursor = version.max(self.cursor);
                    let lines = self.wish.lines(&changes);
                    if !lines.is_empty() {
                        return Some(lines);
                    }
                }
                Err(too_old) => {
                    self.over = true;
                    let object = Refusal::expired(too_old.to_string()).to_object();
                    return Some(line("ERROR", &object).into());
                }
            }
            if !self.wait().await {
                self.over = true;
                let bookmark = self
                    .wish
                    .bookmarks
                    .then(|| self.wish.bookmark(self.cursor, false));
                return bookmark.map(Bytes::from);
            }
        }
        None
    }

    /// Waits for a change; false at the deadline or when the store is gone.
    async fn wait(&mut self) -> bool {
        match self.deadline {
            Some(deadline) => matches!(
                tokio::time::timeout_at(deadline, self.changed.changed()).await,
                Ok(Ok(()))
            ),
            None => self.changed.changed().await.is_ok(),
        }
    }
}

impl Wish {
    /// What is sent before any change, and the version that brings the client to.
    fn start(&self, store: &Store) -> (Bytes, u64) {
        let from_now = self.version.is_none_or(|version| version == 0) || self.send_initial_events;
        if !from_now {
            return (Bytes::new(), self.version.unwrap_or_default());
        }
        let (version, objects) = store.snapshot(self.kind, None);
        let mut lines = String::new();
        for object in objects
            .iter()
            .filter(|object| self.selector.matches(object))
        {
            lines.push_str(&line("ADDED", &self.shown(object)));
        }
        if self.send_initial_events && self.bookmarks {
            lines.push_str(&self.bookmark(version, true));
        }
        (lines.into(), version)
    }

    fn lines(&self, changes: &[Change]) -> Bytes {
        let lines = changes.iter().filter_map(|change| {
            let event = self.event(change)?;
            Some(line(event, &self.shown(&change.object)))
        });
        lines.collect::<String>().into()
    }

    /// What a change means to this client: an object that stops matching its selector is gone for it.
    fn event(&self, change: &Change) -> Option<&'static str> {
        let before = change
            .before
            .as_deref()
            .is_some_and(|object| self.selector.matches(object));
        let after = change.event != Event::Deleted && self.selector.matches(&change.object);
        match (before, after) {
            (false, true) => Some("ADDED"),
            (true, true) => Some("MODIFIED"),
            (true, false) => Some("DELETED"),
            (false, false) => None,
        }
    }

    fn shown(&self, object: &Arc<Value>) -> Value {
        match self.form {
            Form::Objects => Value::clone(object),
            Form::Table => table::table(self.kind, None, [object]),
        }
    }

    /// Tells the client how far it has come; `complete` says that everything that was there has been sent.
    fn bookmark(&self, version: u64, complete: bool) -> String {
        let mut object = json!({
            "apiVersion": self.kind.api_version(),
            "kind": self.kind.kind,
            "metadata": { "resourceVersion": version.to_string() },
        });
        if complete {
            object["metadata"]["annotations"] = json!({ "k8s.io/initial-events-end": "true" });
        }
        line("BOOKMARK", &object)
    }
}

fn line(event: &str, object: &Value) -> String {
    format!("{}\n", json!({ "type": event, "object": object }))
}
