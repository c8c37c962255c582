//! Durations as people write them in an input: `30s`, `2m`, `1h30m`. Knows no clock.

use std::{fmt, str::FromStr, time::Duration};

/// A length of time from an input, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || "expected a duration such as `30s`, `2m` or `1h30m`".to_owned();
        let mut seconds = 0_u64;
        let mut digits = String::new();
        for letter in text.chars() {
            if letter.is_ascii_digit() {
                digits.push(letter);
                continue;
            }
            let unit = match letter {
                's' => 1,
                'm' => 60,
                'h' => 3600,
                _ => return Err(wrong()),
            };
            let count: u64 = digits.parse().map_err(|_| wrong())?;
            seconds = count
                .checked_mul(unit)
                .and_then(|part| seconds.checked_add(part))
                .ok_or_else(wrong)?;
            digits.clear();
        }
        // Digits that are left over have no unit, and a bare number could mean anything.
        if text.is_empty() || !digits.is_empty() || seconds > u64::from(u32::MAX) {
            return Err(wrong());
        }
        Ok(Self(Duration::from_secs(seconds)))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        for (count, unit) in [(hours, "h"), (minutes, "m")] {
            if count > 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        if rest > 0 || seconds == 0 {
            write!(f, "{rest}s")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    fn seconds(text: &str) -> Option<u64> {
        text.parse::<Span>().ok().map(|span| span.0.as_secs())
    }

    #[test]
    fn units_add_up() {
        assert_eq!(seconds("30s"), Some(30));
        assert_eq!(seconds("2m"), Some(120));
        assert_eq!(seconds("2h"), Some(7200));
        assert_eq!(seconds("1h30m5s"), Some(5405));
        assert_eq!(seconds("0s"), Some(0));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "30",
            "s",
            "-1s",
            "1d",
            "1 h",
            "1.5h",
            "99999999999h",
            "4294967296s",
        ] {
            assert_eq!(seconds(text), None, "{text:?}");
        }
    }

    #[test]
    fn display_reads_back() {
        for text in ["0s", "45s", "2m", "1h30m5s", "2h"] {
            assert_eq!(
                text.parse::<Span>().map(|span| span.to_string()).as_deref(),
                Ok(text)
            );
        }
    }
}
