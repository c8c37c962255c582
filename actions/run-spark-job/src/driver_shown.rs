//! How much of the driver's log is shown: bounded in each line and in all, and what is left out is counted. Pure.

/// Longest line that is shown, in characters.
const WIDTH: usize = 1_000;
/// Lines that are shown at most.
const LINES: usize = 10_000;
/// Bytes that are shown at most: the web page of a step becomes slow with more.
const BYTES: usize = 4 << 20;
/// Lines that wait for the next group at most.
const GROUP: usize = 500;

/// What has been shown, and what waits to be.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    waiting: Vec<String>,
    lines: usize,
    bytes: usize,
    left_out: usize,
}

impl Shown {
    /// Takes in a line; true when so many wait that they should be shown now.
    pub(crate) fn line(&mut self, line: &str) -> bool {
        if self.lines >= LINES || self.bytes >= BYTES {
            self.left_out += 1;
            return false;
        }
        let line = match line.char_indices().nth(WIDTH) {
            Some((end, _)) => format!("{}… ({} bytes)", &line[..end], line.len()),
            None => line.to_owned(),
        };
        self.lines += 1;
        self.bytes += line.len();
        self.waiting.push(line);
        self.waiting.len() >= GROUP
    }

    /// The lines that wait, and a title for them.
    pub(crate) fn take(&mut self) -> Option<(String, String)> {
        if self.waiting.is_empty() {
            return None;
        }
        let lines = std::mem::take(&mut self.waiting);
        let first = self.lines - lines.len() + 1;
        let title = format!("driver log, lines {first} to {}", self.lines);
        Some((title, lines.join("\n")))
    }

    /// What was left out, in words.
    pub(crate) fn left_out(&self) -> Option<String> {
        (self.left_out > 0).then(|| {
            format!(
                "the driver's log is shown up to line {}; {} more lines came after it",
                self.lines, self.left_out
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{GROUP, LINES, Shown};

    #[test]
    fn lines_are_shown_in_numbered_groups() {
        let mut shown = Shown::default();
        assert_eq!(shown.take(), None);
        shown.line("a");
        shown.line("b");
        let group = ("driver log, lines 1 to 2".to_owned(), "a\nb".to_owned());
        assert_eq!(shown.take(), Some(group));
        shown.line("c");
        let title = shown.take().map(|(title, _)| title);
        assert_eq!(title.as_deref(), Some("driver log, lines 3 to 3"));
        assert_eq!(shown.left_out(), None);
    }

    #[test]
    fn a_flood_is_bounded_and_counted() {
        let mut shown = Shown::default();
        let full = (1..=GROUP).filter(|_| shown.line("x")).count();
        assert_eq!(full, 1);
        for _ in GROUP..LINES + 7 {
            shown.line("x");
            if shown.waiting.len() == GROUP {
                shown.take();
            }
        }
        let said = shown.left_out().unwrap_or_default();
        assert!(said.contains("10000") && said.contains("7 more"), "{said}");
        let mut shown = Shown::default();
        shown.line(&"ä".repeat(5_000));
        let (_, text) = shown.take().unwrap_or_default();
        assert!(text.ends_with("… (10000 bytes)") && text.chars().count() < 1_020);
    }
}
