//! The comment's body: its marker, and how it is cut when it is too long. Pure.

use std::{fmt, str::FromStr};

/// GitHub refuses bodies of more than 65,536 characters.
pub(crate) const MOST_CHARACTERS: usize = 60_000;

const CUT: &str =
    "\n\n_The comment was cut here. The step summary and the report have the rest._\n";

/// Tells comments of several comparisons on one pull request apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key(String);

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

/// The hidden first line by which the comment is found again.
pub(crate) fn marker(key: &Key) -> String {
    format!("<!-- emr-eks-actions:compare-dra:v1:{key} -->")
}

/// True when a comment's body begins with the marker.
pub(crate) fn is_marked(body: &str, marker: &str) -> bool {
    body.trim_start().starts_with(marker)
}

/// True when the comment on GitHub says what would be written. GitHub may keep other line ends, and none at the end.
pub(crate) fn is_same(there: &str, body: &str) -> bool {
    there.replace("\r\n", "\n").trim() == body.trim()
}

/// Marker and Markdown, with whole sections left out at the end when it would be too long.
pub(crate) fn body(marker: &str, markdown: &str) -> String {
    let whole = format!("{marker}\n{markdown}");
    if whole.chars().count() <= MOST_CHARACTERS {
        return whole;
    }
    let room = MOST_CHARACTERS - CUT.chars().count();
    let most_bytes = whole
        .char_indices()
        .nth(room)
        .map_or(whole.len(), |(at, _)| at);
    let end = sections(&whole)
        .into_iter()
        .take_while(|start| *start <= most_bytes)
        .last()
        .filter(|start| *start > marker.len() + 1);
    format!("{}{CUT}", whole[..end.unwrap_or(most_bytes)].trim_end())
}

/// Where sections begin: headings, bold leads and folded parts outside of code fences and folded parts.
fn sections(markdown: &str) -> Vec<usize> {
    let (mut starts, mut at, mut fenced, mut folded) = (Vec::new(), 0, false, 0_usize);
    for line in markdown.split_inclusive('\n') {
        fenced ^= line.starts_with("```");
        let heads = ["#", "**", "<details"]
            .iter()
            .any(|head| line.starts_with(head));
        if heads && !fenced && folded == 0 {
            starts.push(at);
        }
        folded = (folded + line.matches("<details").count())
            .saturating_sub(line.matches("</details").count());
        at += line.len();
    }
    starts
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn marker_of(key: &str) -> String {
        marker(&key.parse().unwrap())
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
    fn short_body_is_left_alone() {
        assert_eq!(body("<!-- m -->", "### x\n"), "<!-- m -->\n### x\n");
    }

    #[test]
    fn long_body_is_cut_before_a_section_never_in_a_fold_or_fence() {
        let fold = format!(
            "<details><summary>all</summary>\n\n### inside\n{}\n</details>\n",
            "ä".repeat(MOST_CHARACTERS)
        );
        let cut = body(
            "<!-- m -->",
            &format!("### verdict\n\n```\n# code\n```\n\n{fold}"),
        );
        assert_eq!(
            cut,
            format!("<!-- m -->\n### verdict\n\n```\n# code\n```{CUT}")
        );
        let cut = body("<!-- m -->", &"ä".repeat(70_000));
        assert!(cut.chars().count() <= MOST_CHARACTERS && cut.ends_with(CUT));
    }
}
