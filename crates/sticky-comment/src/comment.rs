//! The comment's body: its marker, and what it may hold. Pure.

use std::{fmt, str::FromStr};

/// GitHub refuses bodies of more than 65,536 characters.
pub const MOST_CHARACTERS: usize = 60_000;

/// What the marker leaves of them.
pub const ROOM: usize = MOST_CHARACTERS - 128;

/// Tells comments of several comparisons on one pull request apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl FromStr for Key {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        // Two hyphens could end the HTML comment the key is written into.
        if text.is_empty() || text.len() > 64 || !text.chars().all(good) || text.contains("--") {
            return Err("expected 1 to 64 letters, digits, dots, underscores and single hyphens");
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The hidden first line by which the comment of an action is found again.
#[must_use]
pub fn marker(action: &str, key: &Key) -> String {
    format!("<!-- emr-eks-actions:{action}:v1:{key} -->")
}

/// True when a comment's body begins with the marker.
#[must_use]
pub fn is_marked(body: &str, marker: &str) -> bool {
    body.trim_start().starts_with(marker)
}

/// True when the comment on GitHub says what would be written. GitHub may keep other line ends, and none at the end.
#[must_use]
pub fn is_same(there: &str, body: &str) -> bool {
    there.replace("\r\n", "\n").trim() == body.trim()
}

/// Marker and Markdown.
#[must_use]
pub fn body(marker: &str, markdown: &str) -> String {
    format!("{marker}\n{markdown}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn marker_of(key: &str) -> String {
        marker("compare-dra", &key.parse().unwrap())
    }

    #[test]
    fn marker_names_key_and_version() {
        assert_eq!(
            marker_of("nightly"),
            "<!-- emr-eks-actions:compare-dra:v1:nightly -->"
        );
        assert!(is_marked(
            "<!-- emr-eks-actions:compare-dra:v1:nightly -->\ntext",
            &marker_of("nightly")
        ));
        assert!(!is_marked(
            "quoted: <!-- emr-eks-actions:compare-dra:v1:nightly -->",
            &marker_of("nightly")
        ));
        assert!(!is_marked(&marker_of("nightly-2"), &marker_of("nightly")));
    }

    #[test]
    fn key_cannot_end_the_html_comment() {
        for bad in ["", "a b", "a-->", "a--b", &"x".repeat(65)] {
            assert!(bad.parse::<Key>().is_err(), "{bad}");
        }
    }

    #[test]
    fn line_ends_are_no_difference() {
        assert!(is_same("a\r\nb", "a\nb\n") && !is_same("a b", "a\nb"));
    }

    #[test]
    fn longest_marker_has_its_room() {
        let marker = marker("provision-infra", &"x".repeat(64).parse().unwrap());
        assert!(body(&marker, &"ä".repeat(ROOM)).chars().count() <= MOST_CHARACTERS);
        assert_eq!(body("<!-- m -->", "### x\n"), "<!-- m -->\n### x\n");
    }
}
