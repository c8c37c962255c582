//! Durations, shares and foreign text in words, for a person at a terminal. Pure.

use crate::number::number;

/// In which unit a group of durations is told, so that they can be compared by eye.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    seconds: f64,
    unit: &'static str,
    decimals: usize,
}

impl Scale {
    /// The one in which the longest of them is short and the others keep their meaning.
    pub(super) fn of(longest_seconds: f64) -> Self {
        let (seconds, unit, decimals) = match longest_seconds {
            longest if longest < 99.95 => (1.0, "s", 1),
            longest if longest < 10_000.0 => (1.0, "s", 0),
            longest if longest < 100.0 * 3600.0 => (3600.0, "h", 1),
            _ => (3600.0, "h", 0),
        };
        Self {
            seconds,
            unit,
            decimals,
        }
    }

    /// A duration in it.
    pub(super) fn amount(self, seconds: f64) -> String {
        format!(
            "{} {}",
            number(seconds / self.seconds, self.decimals),
            self.unit
        )
    }
}

/// A duration by itself.
pub(super) fn duration(seconds: f64) -> String {
    Scale::of(seconds).amount(seconds)
}

/// A part of a whole. What is there is never called 0 %, and what is missing never makes 100 %.
pub(super) fn share(part: f64, whole: f64) -> String {
    let percent = part / whole * 100.0;
    match percent {
        percent if !percent.is_finite() => String::new(),
        percent if percent > 0.0 && percent < 0.5 => "< 1 %".to_owned(),
        percent if (99.5..100.0).contains(&percent) => "> 99 %".to_owned(),
        percent => format!("{} %", number(percent, 0)),
    }
}

/// Bytes in the largest unit that keeps them above one.
pub(super) fn bytes(count: u64) -> String {
    match count as f64 {
        count if count < 1000.0 => format!("{} B", number(count, 0)),
        count if count < 1e6 => format!("{} kB", number(count / 1e3, 1)),
        count if count < 1e9 => format!("{} MB", number(count / 1e6, 1)),
        count => format!("{} GB", number(count / 1e9, 1)),
    }
}

/// Foreign text on one line: no control characters, and nothing a workflow's log would obey.
pub(super) fn foreign(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ")
        .replace("##[", "# [")
        .replace("::", ":\u{a0}:")
        .trim()
        .to_owned()
}

/// Lines of at most so many characters, broken between words; all but the first are indented. A longer word has a
/// line of its own.
pub(super) fn wrapped(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut words = text.split(' ');
    let mut lines = vec![words.next().unwrap_or_default().to_owned()];
    for word in words {
        let needed = 1 + word.chars().count();
        match lines.last_mut() {
            Some(line) if line.chars().count() + needed <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(" ".repeat(indent) + word),
        }
    }
    lines
}

/// At most so many characters, the last one telling that there are more.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept = text.chars().take(width.saturating_sub(1));
    kept.chain((width > 0).then_some('…')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_of_durations_has_one_unit() {
        let scale = Scale::of(36_000.0);
        assert_eq!(
            (scale.amount(36_000.0), scale.amount(90.0)),
            ("10.0 h".into(), "0.0 h".into())
        );
        assert_eq!(duration(9.44), "9.4 s");
        assert_eq!(duration(1234.0), "1,234 s");
        assert_eq!(duration(7_200_000.0), "2,000 h");
    }

    #[test]
    fn a_share_does_not_round_to_nothing_or_to_all() {
        let shares = [
            (0.0, "0 %"),
            (0.1, "< 1 %"),
            (50.0, "50 %"),
            (99.9, "> 99 %"),
            (100.0, "100 %"),
        ];
        for (part, said) in shares {
            assert_eq!(share(part, 100.0), said);
        }
        assert_eq!(share(0.0, 0.0), "");
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(
            (bytes(0), bytes(28_962), bytes(432_292_872)),
            ("0 B".into(), "29.0 kB".into(), "432.3 MB".into())
        );
    }

    #[test]
    fn long_lines_are_broken_between_words() {
        assert_eq!(wrapped("a bc def g", 6, 2), ["a bc", "  def", "  g"]);
        assert_eq!(wrapped("abcdefgh i", 4, 2), ["abcdefgh", "  i"]);
        assert_eq!(wrapped("", 4, 2), [""]);
    }

    #[test]
    fn foreign_text_keeps_to_its_line_and_commands_nothing() {
        let text = foreign("\u{1b}[31mred\n::error::x ##[error]y");
        assert!(
            !text.contains(['\u{1b}', '\n']) && !text.contains("::") && !text.contains("##["),
            "{text}"
        );
        assert_eq!(
            (cut("abcdef", 4).as_str(), cut("abc", 3).as_str()),
            ("abc…", "abc")
        );
    }
}
