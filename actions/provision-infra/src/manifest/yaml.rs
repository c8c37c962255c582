//! Outside text as YAML: always a double-quoted scalar, so that no value can change the document around it.

use std::fmt::Write as _;

/// The text as a quoted YAML string on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            ' '..='~' => quoted.push(c),
            // Everything else by number: line breaks, control characters and what YAML reads as a break or a mark.
            _ => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(c));
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_read_back_as_it_was() {
        for text in [
            "",
            "plain",
            "true",
            "12",
            "a\"b",
            "a\\b",
            "a: b # c",
            "line\nbreak\r\ttab",
            "\u{0}\u{7f}\u{85}\u{2028}\u{feff}",
            "Zürich 🚀",
            "{{x}} &anchor *alias !tag %",
        ] {
            let document = format!("key: {}\nother: 1\n", quoted(text));
            let read: serde_json::Value = serde_saphyr::from_str(&document).unwrap();
            assert_eq!(read["key"], text, "{document}");
            assert_eq!(read["other"], 1);
        }
    }
}
