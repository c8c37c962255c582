//! Terraform's machine-readable UI: one JSON object a line. Reads lines; runs nothing and shows nothing.

use crate::changes::Changes;
use crate::diagnostic::Diagnostic;
use serde::Deserialize;
use std::time::Duration;

/// One line of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// What Terraform tells, and its sentence for people.
    Event { event: Event, message: String },
    /// Not an event: a line of a provider, of a wrapper, or of a program that knows no JSON.
    Text(String),
}

/// The events that decide something here. All others are only shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// The counts of a plan, an apply or a destroy.
    ChangeSummary(Changes),
    /// A warning or an error.
    Diagnostic(Diagnostic),
    /// A resource that is being worked on from now.
    Started(Hook),
    /// A resource is still being worked on. Which one is told by the others.
    Progress,
    /// A resource that is done.
    Applied(Hook),
    /// A resource that could not be done.
    Failed(Hook),
    /// Anything else.
    Other,
}

/// What an event about one resource says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hook {
    pub(crate) address: String,
    pub(crate) doing: Doing,
    /// Absent when the program does not tell.
    pub(crate) elapsed: Option<Duration>,
}

/// What Terraform does with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Doing {
    Create,
    Update,
    Delete,
    Read,
    /// What later programs add.
    #[serde(other)]
    Other,
}

impl Doing {
    pub(crate) fn present(self) -> &'static str {
        match self {
            Self::Create => "creating",
            Self::Update => "changing",
            Self::Delete => "destroying",
            Self::Read => "reading",
            Self::Other => "working on",
        }
    }

    pub(crate) fn past(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Update => "changed",
            Self::Delete => "destroyed",
            Self::Read => "read",
            Self::Other => "done",
        }
    }
}

/// The fields in use, of all event types together.
#[derive(Deserialize)]
struct Raw {
    #[serde(rename = "@message")]
    message: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    changes: Option<Changes>,
    diagnostic: Option<Diagnostic>,
    hook: Option<RawHook>,
}

#[derive(Deserialize)]
struct RawHook {
    resource: Option<Resource>,
    action: Option<Doing>,
    elapsed_seconds: Option<f64>,
}

#[derive(Deserialize)]
struct Resource {
    addr: String,
}

/// Reads one line. What cannot be read as an event is kept as text, so nothing is lost.
pub(crate) fn parse(line: &str) -> Line {
    let Ok(raw) = serde_json::from_str::<Raw>(line) else {
        return Line::Text(line.to_owned());
    };
    let hook = raw.hook.and_then(|hook| {
        let elapsed = hook
            .elapsed_seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        Some(Hook {
            address: hook.resource?.addr,
            doing: hook.action.unwrap_or(Doing::Other),
            elapsed,
        })
    });
    let event = match (raw.kind.as_deref(), raw.changes, raw.diagnostic, hook) {
        (Some("change_summary"), Some(changes), _, _) => Event::ChangeSummary(changes),
        (Some("diagnostic"), _, Some(diagnostic), _) => Event::Diagnostic(diagnostic),
        (Some("apply_start"), _, _, Some(hook)) => Event::Started(hook),
        (Some("apply_progress"), ..) => Event::Progress,
        (Some("apply_complete"), _, _, Some(hook)) => Event::Applied(hook),
        (Some("apply_errored"), _, _, Some(hook)) => Event::Failed(hook),
        _ => Event::Other,
    };
    Line::Event {
        event,
        message: raw.message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_summary_gives_the_counts() {
        let line = r#"{"@level":"info","@message":"Plan: 2 to add, 0 to change, 1 to destroy.","changes":{"add":2,"change":0,"import":0,"remove":1,"operation":"plan"},"type":"change_summary"}"#;
        let Line::Event {
            event: Event::ChangeSummary(changes),
            message,
        } = parse(line)
        else {
            panic!("not read as a change summary");
        };
        assert_eq!((changes.add, changes.destroy), (2, 1));
        assert_eq!(message, "Plan: 2 to add, 0 to change, 1 to destroy.");
    }

    #[test]
    fn counts_of_a_program_without_imports_are_read() {
        let line = r#"{"@message":"Plan","changes":{"add":1,"change":0,"remove":0,"operation":"plan"},"type":"change_summary"}"#;
        assert!(matches!(
            parse(line),
            Line::Event {
                event: Event::ChangeSummary(Changes {
                    add: 1,
                    import: 0,
                    ..
                }),
                ..
            }
        ));
    }

    #[test]
    fn a_finished_resource_gives_its_address_and_its_time() {
        let line = r#"{"@message":"done","hook":{"resource":{"addr":"terraform_data.a"},"action":"create","elapsed_seconds":3},"type":"apply_complete"}"#;
        let Line::Event {
            event: Event::Applied(hook),
            ..
        } = parse(line)
        else {
            panic!("not read as a finished resource");
        };
        assert_eq!(hook.address, "terraform_data.a");
        assert_eq!(hook.elapsed, Some(Duration::from_secs(3)));
        assert_eq!(hook.doing, Doing::Create);
    }

    #[test]
    fn an_unknown_event_is_only_its_sentence() {
        let line = r#"{"@message":"Thinking...","type":"pondering","hook":{"mood":1}}"#;
        assert_eq!(
            parse(line),
            Line::Event {
                event: Event::Other,
                message: "Thinking...".to_owned()
            }
        );
    }

    #[test]
    fn a_line_that_is_no_event_stays_text() {
        for line in ["Initializing the backend...", "{\"half\":", "", "[1]", "7"] {
            assert_eq!(parse(line), Line::Text(line.to_owned()));
        }
    }
}
