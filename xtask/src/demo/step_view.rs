//! How a step of the demo looks: each line with its time and step, groups folded as GitHub folds them.
//! A folded group is shown after all when its step fails.

use std::fmt::Write as _;
use std::time::Instant;

use crate::runner::{Annotation, Level, Shown, View};
use crate::terminal::Terminal;

/// The step column's width: the longest name that a chain uses.
const STEP_WIDTH: usize = 13;
/// How much of a failed step's hidden output is shown.
const LAST_LINES: usize = 30;

/// How much of what a step prints is shown. Its annotations always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Nothing; whoever runs the step shows its log in another way.
    Nothing,
    /// Everything but the lines inside groups.
    Folded,
    /// Everything.
    Everything,
}

/// Shows one step and keeps its whole log.
#[derive(Debug)]
pub(crate) struct StepView<'a> {
    step: &'a str,
    started: Instant,
    terminal: &'a Terminal,
    detail: Detail,
    group: Option<Group>,
    log: String,
}

#[derive(Debug)]
struct Group {
    title: String,
    lines: Vec<String>,
}

impl<'a> StepView<'a> {
    pub(crate) fn new(
        step: &'a str,
        started: Instant,
        terminal: &'a Terminal,
        detail: Detail,
    ) -> Self {
        Self {
            step,
            started,
            terminal,
            detail,
            group: None,
            log: String::new(),
        }
    }

    pub(crate) fn line(&self, text: &str) {
        self.terminal
            .line(prefixed(self.started, self.step, text).trim_end());
    }

    /// Ends the step and gives its log; a failed one shows what was folded away last.
    pub(crate) fn end(mut self, failed: bool) -> String {
        match self.group.take() {
            Some(group) if failed => {
                for line in group.lines.iter().rev().take(LAST_LINES).rev() {
                    self.line(&format!("  {line}"));
                }
            }
            Some(group) => self.fold(&group),
            None if failed && self.detail == Detail::Nothing => {
                let lines: Vec<&str> = self.log.lines().collect();
                for line in &lines[lines.len().saturating_sub(LAST_LINES)..] {
                    self.line(line);
                }
            }
            None => {}
        }
        self.log
    }

    fn fold(&self, group: &Group) {
        match group.lines.len() {
            0 => self.line(&group.title),
            1 => self.line(&format!("{} (1 line)", group.title)),
            count => self.line(&format!("{} ({count} lines)", group.title)),
        }
    }

    /// Groups do not nest: what begins or ends one ends the one before.
    fn end_group(&mut self) {
        if let Some(group) = self.group.take() {
            self.fold(&group);
        }
    }

    fn text(&mut self, text: String) {
        match &mut self.group {
            Some(group) => group.lines.push(text),
            None if self.detail == Detail::Nothing => {}
            None => self.line(&text),
        }
    }

    fn group(&mut self, title: &str) {
        self.end_group();
        match self.detail {
            Detail::Nothing => {}
            Detail::Folded => {
                self.group = Some(Group {
                    title: format!("▸ {title}"),
                    lines: Vec::new(),
                })
            }
            Detail::Everything => self.line(&format!("▾ {title}")),
        }
    }

    fn annotation(&mut self, annotation: Annotation) {
        let word = match annotation.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Notice => "notice",
        };
        let title = annotation
            .title
            .map(|title| format!("{title}: "))
            .unwrap_or_default();
        let text = format!("{word}: {title}{}", annotation.message);
        let _ = writeln!(self.log, "{text}");
        for line in text.lines() {
            self.line(line);
        }
    }
}

impl View for StepView<'_> {
    fn show(&mut self, shown: Shown) {
        match shown {
            Shown::Text(text) => {
                let _ = writeln!(self.log, "{text}");
                self.text(text);
            }
            Shown::Group(title) => {
                let _ = writeln!(self.log, "# {title}");
                self.group(&title);
            }
            Shown::EndGroup => self.end_group(),
            Shown::Annotation(annotation) => self.annotation(annotation),
        }
    }
}

/// A line with the seconds since `started` and the step it belongs to.
pub(crate) fn prefixed(started: Instant, step: &str, text: &str) -> String {
    format!(
        "{:>4} s  {step:<STEP_WIDTH$}  {text}",
        started.elapsed().as_secs()
    )
}
