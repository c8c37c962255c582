//! Everything a person reads while the action runs.
//!
//! Under Actions all of it goes to standard output, since the runner reads the two streams separately and their
//! order would be lost. Otherwise it goes to standard error, which leaves standard output to the outputs; so it does
//! whenever a command prints documents, for which a pipe may be waiting.

use crate::{
    environment::Environment,
    failure::Failure,
    workflow_command::{MESSAGE_LIMIT, command, could_command, cut, inert},
};
use std::{
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

/// The log. Cheap to clone; each call writes its lines as one piece.
#[derive(Clone)]
pub struct Log {
    shared: Arc<Shared>,
}

struct Shared {
    actions: bool,
    /// Standard output belongs to documents.
    documents: bool,
    debug: bool,
    secrets: Mutex<Vec<String>>,
}

/// A log as it is outside Actions, for code that is tried without a runner.
impl Default for Log {
    fn default() -> Self {
        Self::new(&Environment::default(), false)
    }
}

impl Log {
    pub(crate) fn new(environment: &Environment, documents: bool) -> Self {
        let (actions, debug) = (
            environment.in_actions(),
            environment.get("RUNNER_DEBUG") == Some("1"),
        );
        Self {
            shared: Arc::new(Shared {
                actions,
                documents,
                debug,
                secrets: Mutex::default(),
            }),
        }
    }

    /// A line, or several, about what is going on.
    pub fn info(&self, text: &str) {
        if self.shared.actions && could_command(text) {
            self.relay(text)
        } else {
            self.write(text)
        }
    }

    /// A line that shows only when step debugging is on.
    pub fn debug(&self, text: &str) {
        if self.shared.actions {
            self.command("debug", "", text);
        } else if self.shared.debug {
            self.write(&format!("debug: {text}"));
        }
    }

    /// Something worth knowing, shown on the run's page.
    pub fn notice(&self, title: &str, message: &str) {
        self.annotate("notice", title, message);
    }

    /// Something that may be wrong, shown on the run's page.
    pub fn warning(&self, title: &str, message: &str) {
        self.annotate("warning", title, message);
    }

    /// Something that is wrong, shown on the run's page.
    pub fn error(&self, title: &str, message: &str) {
        self.annotate("error", title, message);
    }

    /// The same about a line of a file: GitHub shows it beside that line. The file is named from the workspace.
    pub fn warning_at(&self, file: &str, line: u32, title: &str, message: &str) {
        self.annotate_at("warning", (file, line), title, message);
    }

    /// The same about a line of a file: GitHub shows it beside that line. The file is named from the workspace.
    pub fn error_at(&self, file: &str, line: u32, title: &str, message: &str) {
        self.annotate_at("error", (file, line), title, message);
    }

    /// Opens a group of lines that the run's page can fold; it ends when the guard is dropped. Groups do not nest.
    #[must_use = "the group ends when the guard is dropped"]
    pub fn group(&self, title: &str) -> GroupGuard {
        if self.shared.actions {
            self.command("group", "", title);
        } else {
            self.write(title);
        }
        GroupGuard { log: self.clone() }
    }

    /// Hides a value, and each of its lines, from everything logged after this.
    pub fn mask(&self, value: &str) {
        let parts = std::iter::once(value)
            .chain(value.lines())
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let parts: Vec<String> = parts.map(str::to_owned).collect();
        if self.shared.actions && !parts.is_empty() {
            self.write_out(&command("add-mask", &[], value));
        }
        let mut secrets = self
            .shared
            .secrets
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        secrets.extend(parts);
        // Longest first, so that a part never spoils the whole.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }

    /// Shows lines that others wrote, such as a Spark log. Nothing in them can command the runner.
    pub fn relay(&self, lines: &str) {
        if self.shared.actions {
            self.write(&inert(lines, &uuid::Uuid::new_v4().to_string()));
        } else {
            self.write(lines);
        }
    }

    /// Shows why the action failed.
    pub(crate) fn failure(&self, failure: &Failure) {
        let body = failure.body();
        if self.shared.actions && body.chars().count() > MESSAGE_LIMIT {
            self.info(&body);
        }
        self.error(&failure.title, &body);
    }

    fn annotate(&self, level: &str, title: &str, message: &str) {
        if self.shared.actions {
            self.command(level, title, &cut(&self.redact(message)));
        } else {
            self.write(&format!("{level}: {title}: {message}"));
        }
    }

    fn annotate_at(&self, level: &str, place: (&str, u32), title: &str, message: &str) {
        let (file, line) = place;
        if self.shared.actions {
            let (file, line) = (self.redact(file), line.to_string());
            let place = [("file", file.as_str()), ("line", line.as_str())];
            self.command_with(level, &place, title, &cut(&self.redact(message)));
        } else {
            self.write(&format!("{level}: {file}:{line}: {title}: {message}"));
        }
    }

    fn command(&self, name: &str, title: &str, data: &str) {
        self.command_with(name, &[], title, data);
    }

    /// Secrets are replaced before escaping, which could hide them from the search.
    fn command_with(&self, name: &str, place: &[(&str, &str)], title: &str, data: &str) {
        let (title, data) = (self.redact(title), self.redact(data));
        let mut properties = place.to_vec();
        if !title.is_empty() {
            properties.push(("title", &title));
        }
        self.write_out(&command(name, &properties, &data));
    }

    fn write(&self, text: &str) {
        self.write_out(&self.redact(text));
    }

    fn redact(&self, text: &str) -> String {
        let secrets = self
            .shared
            .secrets
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        secrets.iter().fold(text.to_owned(), |text, secret| {
            text.replace(secret.as_str(), "***")
        })
    }

    /// Writes whole lines at once. A reader that went away must not stop the action, so errors are dropped.
    fn write_out(&self, text: &str) {
        let lines = format!("{}\n", text.trim_end_matches('\n'));
        let _ = if self.shared.actions && !self.shared.documents {
            let mut stdout = std::io::stdout().lock();
            stdout
                .write_all(lines.as_bytes())
                .and_then(|()| stdout.flush())
        } else {
            std::io::stderr().lock().write_all(lines.as_bytes())
        };
    }
}

/// Ends a group of log lines when dropped.
#[must_use = "the group ends when the guard is dropped"]
pub struct GroupGuard {
    log: Log,
}

impl Drop for GroupGuard {
    fn drop(&mut self) {
        if self.log.shared.actions {
            self.log.command("endgroup", "", "");
        }
    }
}
