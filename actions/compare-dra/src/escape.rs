//! Foreign text made harmless for GitHub's Markdown. Pure.

/// Plain text: no mark-up, no mention, no reference, no HTML comes out of it.
pub(crate) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => out.extend(['\\', character]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // GitHub looks for @user and #1 after Markdown is done, so a backslash would not help.
            '@' | '#' => {
                out.push(character);
                out.push_str("<!-- -->");
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A code span around the text, with a fence longer than any run of backticks in it.
pub(crate) fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let text = text.trim();
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A code span inside a table cell, where a bar ends the cell even in code.
pub(crate) fn cell_code(text: &str) -> String {
    code(text).replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::{cell_code, code, text};

    #[test]
    fn mentions_references_and_html_lose_their_meaning() {
        assert_eq!(
            text("@octocat #1 <!-- a|b"),
            "@<!-- -->octocat #<!-- -->1 &lt;!-- a\\|b"
        );
        assert_eq!(text("**x** `y` [z](u)"), "\\*\\*x\\*\\* \\`y\\` \\[z\\](u)");
    }

    #[test]
    fn code_keeps_backticks_inside() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(code("a\n| b |\n"), "`a | b |`");
        assert_eq!(code(" \n"), "(empty)");
        assert_eq!(cell_code("a|b"), "`a\\|b`");
    }
}
