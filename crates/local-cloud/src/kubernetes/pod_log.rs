//! Serves what containers print: all of it, its end, what came since, and what comes until the container ends.

use super::kind::POD;
use super::parameters::Parameters;
use super::status::Refusal;
use super::store::Store;
use super::target::Target;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::convert::Infallible;
use tokio::sync::watch;

/// What a container has printed so far, and when. The kubelet notes the time of each line; here a line has the time
/// at which its text was brought.
#[derive(Debug, Clone, Default)]
pub(super) struct ContainerLog {
    text: String,
    /// From which byte on the text has which time.
    times: Vec<(usize, Timestamp)>,
}

impl ContainerLog {
    /// Takes the whole text so far. Text that was there keeps its time.
    pub(super) fn replace(&mut self, text: String, now: Timestamp) {
        if !text.starts_with(&self.text) {
            self.times.clear();
        }
        let known = if self.times.is_empty() {
            0
        } else {
            self.text.len()
        };
        if text.len() > known {
            self.times.push((known, now));
        }
        self.text = text;
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn time(&self, at: usize) -> Timestamp {
        let after = self.times.partition_point(|(from, _)| *from <= at);
        let time = after.checked_sub(1).and_then(|index| self.times.get(index));
        time.map_or(Timestamp::UNIX_EPOCH, |(_, time)| *time)
    }

    /// The lines from this byte on, each with its time; an unfinished last one only at the end.
    fn lines(&self, from: usize, ended: bool) -> impl Iterator<Item = (Timestamp, &str)> {
        let mut at = from;
        let rest = self.text.get(from..).unwrap_or_default();
        rest.split_inclusive('\n')
            .filter(move |line| ended || line.ends_with('\n'))
            .map(move |line| {
                let begin = at;
                at += line.len();
                (self.time(begin), line)
            })
    }
}

/// Which part of a log is asked for, and in which form.
#[derive(Debug, Clone)]
struct Wish {
    since: Option<Timestamp>,
    timestamps: bool,
    tail: Option<usize>,
    limit: Option<usize>,
}

impl Wish {
    fn read(parameters: &Parameters) -> Result<Self, Refusal> {
        let since = match (
            parameters.text("sinceTime"),
            parameters.number::<i64>("sinceSeconds")?,
        ) {
            (Some(_), Some(_)) => {
                let message = "at most one of `sinceTime` or `sinceSeconds` may be specified";
                return Err(Refusal::bad_request(message));
            }
            (Some(time), None) => Some(
                time.parse()
                    .map_err(|_| Refusal::bad_request(format!("unable to parse time {time}")))?,
            ),
            (None, Some(seconds)) => {
                let back = SignedDuration::from_secs(seconds);
                Timestamp::now().checked_sub(back).ok()
            }
            (None, None) => None,
        };
        let size = |name| parameters.number::<usize>(name);
        Ok(Self {
            since,
            timestamps: parameters.flag("timestamps"),
            tail: size("tailLines")?,
            limit: size("limitBytes")?,
        })
    }

    /// The wished part of what comes from this byte on, and up to where it has been read.
    fn part(&self, log: &ContainerLog, from: usize, ended: bool) -> (String, usize) {
        let mut lines: Vec<(Timestamp, &str)> = log.lines(from, ended).collect();
        let read: usize = lines.iter().map(|(_, line)| line.len()).sum();
        // The kubelet's `sinceTime` leaves out what is older.
        lines.retain(|(time, _)| self.since.is_none_or(|since| *time >= since));
        if let Some(tail) = self.tail {
            lines.drain(..lines.len().saturating_sub(tail));
        }
        let mut part = String::new();
        for (time, line) in lines {
            if self.timestamps {
                part.push_str(&time.strftime("%Y-%m-%dT%H:%M:%S.%9fZ ").to_string());
            }
            part.push_str(line);
        }
        (part, from + read)
    }
}

/// Answers a request for the log of a pod's container.
pub(super) fn serve(
    store: &Store,
    target: &Target,
    name: &str,
    parameters: &Parameters,
) -> Result<Response, Refusal> {
    let namespace = target.namespace.as_deref().unwrap_or_default();
    let pod = store.get(&POD, Some(namespace), name);
    let pod = pod.ok_or_else(|| Refusal::not_found(&POD, name))?;
    let container = container(&pod, name, parameters)?;
    let wish = Wish::read(parameters)?;
    if parameters.flag("follow") {
        let follow = Follow {
            changed: store.changed(),
            printed: store.printed(),
            store: store.clone(),
            namespace: namespace.to_owned(),
            pod: name.to_owned(),
            container,
            wish,
            read: 0,
            over: false,
        };
        let parts = stream::unfold(follow, |mut follow| async move {
            let part = follow.next().await?;
            Some((Ok::<_, Infallible>(Bytes::from(part)), follow))
        });
        return Ok(Body::from_stream(parts).into_response());
    }
    let log = store.container_log(namespace, name, container.as_deref());
    let (mut text, _) = wish.part(&log.unwrap_or_default(), 0, true);
    if let Some(limit) = wish.limit {
        let mut end = limit.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    Ok(text.into_response())
}

/// The container that is meant; none is the only one.
fn container(pod: &Value, name: &str, parameters: &Parameters) -> Result<Option<String>, Refusal> {
    let names: Vec<&str> = containers(pod).collect();
    match (parameters.text("container"), names.as_slice()) {
        (Some(wanted), names) if !names.is_empty() && !names.contains(&wanted) => {
            let message = format!("container {wanted} is not valid for pod {name}");
            return Err(Refusal::bad_request(message));
        }
        (None, [_, _, ..]) => {
            return Err(Refusal::bad_request(format!(
                "a container name must be specified for pod {name}, choose one of: [{}]",
                names.join(" ")
            )));
        }
        _ => {}
    }
    let wanted = parameters.text("container").or(names.first().copied());
    // A container without a status has not been created yet, and has no log to read.
    let pending = pod["status"]["phase"] == "Pending";
    if let (true, Some(wanted)) = (pending, wanted) {
        return Err(Refusal::bad_request(format!(
            "container \"{wanted}\" in pod \"{name}\" is waiting to start: ContainerCreating"
        )));
    }
    Ok(parameters.text("container").map(str::to_owned))
}

fn containers(pod: &Value) -> impl Iterator<Item = &str> {
    let containers = pod["spec"]["containers"].as_array().into_iter().flatten();
    containers.filter_map(|container| container["name"].as_str())
}

/// A log that is followed until its container ends.
struct Follow {
    store: Store,
    changed: watch::Receiver<u64>,
    printed: watch::Receiver<u64>,
    namespace: String,
    pod: String,
    container: Option<String>,
    wish: Wish,
    read: usize,
    over: bool,
}

impl Follow {
    async fn next(&mut self) -> Option<String> {
        while !self.over {
            // Marked as seen before reading, so a change in between wakes the wait below.
            self.changed.borrow_and_update();
            self.printed.borrow_and_update();
            let pod = self.store.get(&POD, Some(&self.namespace), &self.pod);
            let phase = pod.as_ref().and_then(|pod| pod["status"]["phase"].as_str());
            let ended = matches!(phase, None | Some("Succeeded" | "Failed"));
            let container = self.container.as_deref();
            let log = self
                .store
                .container_log(&self.namespace, &self.pod, container);
            let (part, read) = self.wish.part(&log.unwrap_or_default(), self.read, ended);
            self.read = read;
            // It is for what was there when the following began.
            self.wish.tail = None;
            self.over = ended;
            if !part.is_empty() {
                return Some(part);
            }
            if !ended {
                tokio::select! {
                    _ = self.changed.changed() => {}
                    _ = self.printed.changed() => {}
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{ContainerLog, Timestamp, Wish};

    fn log() -> ContainerLog {
        let mut log = ContainerLog::default();
        log.replace("a\nb\n".into(), Timestamp::constant(10, 0));
        log.replace("a\nb\nc\nd".into(), Timestamp::constant(20, 0));
        log
    }

    fn wish() -> Wish {
        Wish {
            since: None,
            timestamps: false,
            tail: None,
            limit: None,
        }
    }

    #[test]
    fn the_tail_is_whole_lines() {
        for (tail, expected) in [(0, ""), (1, "d"), (2, "c\nd"), (9, "a\nb\nc\nd")] {
            let wish = Wish {
                tail: Some(tail),
                ..wish()
            };
            assert_eq!(wish.part(&log(), 0, true).0, expected);
        }
    }

    #[test]
    fn lines_have_the_time_at_which_they_came() {
        let wish = Wish {
            since: Some(Timestamp::constant(15, 0)),
            timestamps: true,
            ..wish()
        };
        let (text, _) = wish.part(&log(), 0, true);
        let expected = "1970-01-01T00:00:20.000000000Z c\n1970-01-01T00:00:20.000000000Z d";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_line_under_way_is_left_for_later() {
        let (text, read) = wish().part(&log(), 2, false);
        assert_eq!((text.as_str(), read), ("b\nc\n", 6));
        assert_eq!(wish().part(&log(), 6, true).0, "d");
    }
}
