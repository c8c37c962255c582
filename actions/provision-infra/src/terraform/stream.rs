//! Terraform's machine-readable UI: one JSON object a line. Reads lines; runs nothing and shows nothing.

use crate::changes::Changes;
use crate::diagnostic::Diagnostic;
use serde::Deserialize;

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
    /// A resource that is done.
    Applied { address: String },
    /// Anything else.
    Other,
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
    hook: Option<Hook>,
}

#[derive(Deserialize)]
struct Hook {
    resource: Option<Resource>,
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
    let address = raw
        .hook
        .and_then(|hook| hook.resource)
        .map(|resource| resource.addr);
    let event = match (raw.kind.as_deref(), raw.changes, raw.diagnostic, address) {
        (Some("change_summary"), Some(changes), _, _) => Event::ChangeSummary(changes),
        (Some("diagnostic"), _, Some(diagnostic), _) => Event::Diagnostic(diagnostic),
        (Some("apply_complete"), _, _, Some(address)) => Event::Applied { address },
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
    fn a_finished_resource_gives_its_address() {
        let line = r#"{"@message":"done","hook":{"resource":{"addr":"terraform_data.a"},"action":"create"},"type":"apply_complete"}"#;
        let Line::Event {
            event: Event::Applied { address },
            ..
        } = parse(line)
        else {
            panic!("not read as a finished resource");
        };
        assert_eq!(address, "terraform_data.a");
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
