//! Foreign text made harmless for GitHub's Markdown. Pure.

/// Plain text: no mark-up, no mention, no reference, no HTML comes out of it.
pub(crate) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut hexadecimal = 0;
    for (at, character) in text.char_indices() {
        hexadecimal = if character.is_ascii_hexdigit() {
            hexadecimal + 1
        } else {
            0
        };
        if hexadecimal == SHORTEST_COMMIT {
            out.push_str("<!-- -->");
        }
        let next = text[at + character.len_utf8()..].chars().next();
        match character {
            // The mark of a list item, a heading's underline or a rule.
            '-' | '+' | '=' if at == 0 => out.extend(['\\', character]),
            '.' | ')' if next == Some(' ') && is_number(&out) => out.extend(['\\', character]),
            // `:emoji:` and `GH-1`.
            ':' if is_emoji(&text[at + 1..]) => out.push_str(":<!-- -->"),
            '-' if out.to_ascii_uppercase().ends_with("GH") => out.push_str("<!-- -->-"),
            // They turn the direction of what follows.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => out.extend(['\\', character]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // GitHub looks for @user and #1 after Markdown is done, so a backslash would not help.
            '@' | '#' => {
                out.push(character);
                out.push_str("<!-- -->");
            }
            // Nor does GitHub make links of bare addresses then.
            ':' | '.' if is_address(&out, character) => {
                out.push(character);
                out.push_str("<!-- -->");
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// GitHub makes a link of so many hexadecimal digits when they name a commit.
const SHORTEST_COMMIT: usize = 7;

/// True when a name and a colon follow.
fn is_emoji(after: &str) -> bool {
    let name = after
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-')))
        .next();
    let name = name.unwrap_or_default();
    !name.is_empty() && after[name.len()..].starts_with(':')
}

/// True when everything before is a number: the mark of an ordered list's item.
fn is_number(before: &str) -> bool {
    !before.is_empty() && before.chars().all(|c| c.is_ascii_digit())
}

/// True at the end of what makes a bare address a link: `https:` and `www.`.
fn is_address(before: &str, character: char) -> bool {
    let word = before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next();
    let word = word.unwrap_or_default().to_ascii_lowercase();
    match character {
        ':' => ["http", "https", "ftp", "mailto", "xmpp"]
            .iter()
            .any(|scheme| word.ends_with(scheme)),
        _ => word == "www",
    }
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

/// A block of code with a fence longer than any run of backticks in its lines.
pub(crate) fn fenced(language: &str, lines: &[&str]) -> String {
    let line = |line: &&str| -> String {
        line.chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect()
    };
    let text: Vec<String> = lines.iter().map(line).collect();
    let text = text.join("\n");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}{language}\n{text}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::{cell_code, code, fenced, text};

    #[test]
    fn a_block_cannot_be_left() {
        assert_eq!(
            fenced("yaml", &["a: 1", "b: 2"]),
            "```yaml\na: 1\nb: 2\n```"
        );
        assert_eq!(
            fenced("yaml", &["a\n```\n# head"]),
            "````yaml\na ``` # head\n````"
        );
    }

    #[test]
    fn mentions_references_and_html_lose_their_meaning() {
        assert_eq!(
            text("@octocat #1 <!-- a|b"),
            "@<!-- -->octocat #<!-- -->1 &lt;!-- a\\|b"
        );
        assert_eq!(text("**x** `y` [z](u)"), "\\*\\*x\\*\\* \\`y\\` \\[z\\](u)");
    }

    #[test]
    fn bare_addresses_are_no_links() {
        assert_eq!(
            text("see https://x.y or WWW.x.y"),
            "see https:<!-- -->//x.y or WWW.<!-- -->x.y"
        );
        assert_eq!(text("static: 1.5 s"), "static: 1.5 s");
    }

    #[test]
    fn lists_emoji_issues_and_commits_lose_their_meaning() {
        assert_eq!(text("1. a"), "1\\. a");
        assert_eq!(text("- a"), "\\- a");
        assert_eq!(text(":warning: and 10:30"), ":<!-- -->warning: and 10:30");
        assert_eq!(text("GH-12"), "GH<!-- -->-12");
        assert_eq!(text("at deadbeef01"), "at deadbe<!-- -->ef01");
        assert_eq!(text("a\u{202e}b"), "ab");
        // Words of ours stay as they are.
        let ours = "One run: the direction (−79 %, 1,577 s) is clear. x-y";
        assert_eq!(text(ours), ours);
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
