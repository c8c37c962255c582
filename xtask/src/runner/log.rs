//! What a step's output means to the runner: text, groups, annotations, masks, stopped commands.
//! Turns lines into what a person is shown; prints nothing.

use super::command_line::{self, WorkflowCommand};
use super::masks::Masks;

/// The runner keeps this many annotations of each level for one step.
const ANNOTATIONS_PER_LEVEL: usize = 10;
/// The runner cuts an annotation's message here.
const MESSAGE_LIMIT: usize = 4096;

/// The commands a runner knows, without the stop token of the moment.
const REGISTERED: &[&str] = &[
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

/// How serious an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Error,
    Warning,
    Notice,
}

/// An `::error::`, `::warning::` or `::notice::` of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Annotation {
    pub(crate) level: Level,
    pub(crate) title: Option<String>,
    pub(crate) message: String,
}

/// Something to show, already masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    Text(String),
    Group(String),
    EndGroup,
    Annotation(Annotation),
}

/// Where a job shows what happens.
pub(crate) trait View {
    fn show(&mut self, shown: Shown);
}

/// Reads the lines of one step, from both of its streams.
#[derive(Debug)]
pub(crate) struct StepLog {
    masks: Masks,
    debug: bool,
    stop_token: Option<String>,
    annotations: Vec<Annotation>,
}

impl StepLog {
    /// `debug` shows `::debug::` lines, as a runner with step debugging does.
    pub(crate) fn new(masks: Masks, debug: bool) -> Self {
        Self {
            masks,
            debug,
            stop_token: None,
            annotations: Vec::new(),
        }
    }

    /// What to show for a line, if anything.
    pub(crate) fn read(&mut self, line: &str) -> Option<Shown> {
        let token = self.stop_token.clone();
        let registered = |name: &str| {
            REGISTERED
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
                || token
                    .as_deref()
                    .is_some_and(|token| token.eq_ignore_ascii_case(name))
        };
        match (command_line::parse(line, registered), &self.stop_token) {
            (None, _) => Some(self.text(line)),
            (Some(command), Some(token)) if command.is(token) => {
                self.stop_token = None;
                None
            }
            (Some(_), Some(_)) => Some(self.text(line)),
            (Some(command), None) => self.obey(&command),
        }
    }

    /// Adds an annotation that the runner itself makes, for example about a malformed file.
    pub(crate) fn annotate(&mut self, level: Level, title: Option<&str>, message: &str) -> Shown {
        let message: String = self
            .masks
            .apply(message)
            .chars()
            .take(MESSAGE_LIMIT)
            .collect();
        let title = title
            .map(|title| self.masks.apply(title))
            .filter(|title| !title.is_empty());
        let annotation = Annotation {
            level,
            title,
            message,
        };
        if self
            .annotations
            .iter()
            .filter(|known| known.level == level)
            .count()
            < ANNOTATIONS_PER_LEVEL
        {
            self.annotations.push(annotation.clone());
        }
        Shown::Annotation(annotation)
    }

    /// The annotations the runner would keep.
    pub(crate) fn into_annotations(self) -> Vec<Annotation> {
        self.annotations
    }

    fn obey(&mut self, command: &WorkflowCommand) -> Option<Shown> {
        let title = command.property("title");
        match command.name.to_ascii_lowercase().as_str() {
            "error" => Some(self.annotate(Level::Error, title, &command.data)),
            "warning" => Some(self.annotate(Level::Warning, title, &command.data)),
            "notice" => Some(self.annotate(Level::Notice, title, &command.data)),
            "group" => Some(Shown::Group(self.masks.apply(&command.data))),
            "endgroup" => Some(Shown::EndGroup),
            "debug" => self.debug.then(|| self.text(&command.data)),
            "add-mask" if command.data.trim().is_empty() => {
                let message = "Can't add secret mask for empty string in ##[add-mask] command.";
                Some(self.annotate(Level::Warning, None, message))
            }
            "add-mask" => {
                self.masks.add(&command.data);
                None
            }
            "stop-commands" => self.stop(&command.data),
            "add-matcher" | "remove-matcher" | "echo" => None,
            deprecated => {
                let message = format!(
                    "the `{deprecated}` command is deprecated and not carried out; write to the file"
                );
                Some(self.annotate(Level::Warning, None, &message))
            }
        }
    }

    fn stop(&mut self, token: &str) -> Option<Shown> {
        if token.is_empty()
            || REGISTERED
                .iter()
                .any(|known| known.eq_ignore_ascii_case(token))
        {
            let message = format!("Invalid token for stop-commands: '{token}'");
            return Some(self.annotate(Level::Error, None, &message));
        }
        self.stop_token = Some(token.to_owned());
        None
    }

    fn text(&self, line: &str) -> Shown {
        Shown::Text(self.masks.apply(line))
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, Masks, Shown, StepLog};

    fn read(lines: &[&str]) -> Vec<Shown> {
        let mut log = StepLog::new(Masks::default(), false);
        lines.iter().filter_map(|line| log.read(line)).collect()
    }

    fn text(line: &str) -> Shown {
        Shown::Text(line.into())
    }

    #[test]
    fn stopped_commands_are_text_until_the_token_comes_back() {
        let shown = read(&[
            "::stop-commands::t0k",
            "::error::forged",
            "##[add-mask]x",
            "::T0K::",
            "::group::g",
        ]);
        assert_eq!(
            shown,
            [
                text("::error::forged"),
                text("##[add-mask]x"),
                Shown::Group("g".into())
            ]
        );
    }

    #[test]
    fn a_registered_name_is_no_stop_token() {
        let shown = read(&["::stop-commands::error", "::endgroup::"]);
        assert!(matches!(&shown[0], Shown::Annotation(a) if a.level == Level::Error));
        assert_eq!(shown[1], Shown::EndGroup);
    }

    #[test]
    fn masked_values_are_hidden_in_everything_shown() {
        let shown = read(&[
            "::add-mask::hush",
            "say hush",
            "::error title=hush::hush",
            "::group::hush",
        ]);
        assert!(!format!("{shown:?}").contains("hush"), "{shown:?}");
        assert_eq!(shown.len(), 3);
    }

    #[test]
    fn ten_annotations_of_a_level_are_kept_and_long_ones_are_cut() {
        let mut log = StepLog::new(Masks::default(), false);
        for _ in 0..12 {
            log.read(&format!("::warning::{}", "x".repeat(5000)));
        }
        log.read("::error::y");
        let kept = log.into_annotations();
        assert_eq!(kept.len(), 11);
        assert_eq!(kept[0].message.len(), 4096);
    }

    #[test]
    fn debug_lines_show_only_when_asked_for() {
        assert_eq!(read(&["::debug::x"]), []);
        assert_eq!(
            StepLog::new(Masks::default(), true).read("::debug::x"),
            Some(text("x"))
        );
    }
}
