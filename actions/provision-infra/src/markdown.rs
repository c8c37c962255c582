//! Outside text for Markdown: nothing in it can end the code, the cell or the row it stands in.

/// Text as inline code outside a table.
pub(crate) fn code(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        match c {
            '`' => safe.push('\''),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    format!("`{safe}`")
}

/// Text as inline code in a table's cell.
pub(crate) fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// Text as plain words, also in a table cell.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '@' => safe.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => {
                safe.extend(['\\', c])
            }
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_where_it_is_put() {
        assert_eq!(cell("a`b|c\n## d"), "`a'b\\|c ## d`");
        assert_eq!(code("a`b|c\n## d"), "`a'b|c ## d`");
        assert_eq!(
            escaped("<b>@all|`x`\n[l](u)"),
            "&lt;b>&#64;all\\|\\`x\\` \\[l\\](u)"
        );
    }
}
