//! The places in a document that are made: between `<!-- made: … -->` and `<!-- end -->`, each on a line of its own.

use crate::problem::{Problem, Result};

const START: &str = "<!-- made: ";
const CLOSE: &str = " -->";
const END: &str = "<!-- end -->";

/// Whether a document has such a place.
pub(super) fn has_any(text: &str) -> bool {
    text.lines().any(|line| asked(line).is_some())
}

/// Whether a document has a place for exactly this.
pub(super) fn asks_for(text: &str, what: &str) -> bool {
    text.lines().any(|line| asked(line) == Some(what))
}

/// The two lines that make such a place.
pub(super) fn markers(what: &str) -> String {
    format!("`{START}{what}{CLOSE}` and `{END}`")
}

/// The document with every such place filled by what `content` gives for it.
pub(super) fn rewrite(text: &str, content: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut result = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        result.push_str(line);
        result.push('\n');
        let Some(what) = asked(line) else { continue };
        if !lines.any(|line| line == END) {
            return Err(Problem::new(format!(
                "`{line}` has no `{END}` on a line after it"
            )));
        }
        result.push_str(&format!("\n{}\n{END}\n", content(what)?));
    }
    Ok(result)
}

fn asked(line: &str) -> Option<&str> {
    line.strip_prefix(START)?.strip_suffix(CLOSE)
}

#[cfg(test)]
mod tests {
    use super::{asks_for, rewrite};

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let text = "a\n<!-- made: inputs of x -->\nold\n<!-- end -->\nb\n";
        let made = rewrite(text, |what| Ok(format!("new {what}\n"))).unwrap();
        let expected = "a\n<!-- made: inputs of x -->\n\nnew inputs of x\n\n<!-- end -->\nb\n";
        assert_eq!(made, expected);
        assert_eq!(
            rewrite(&made, |what| Ok(format!("new {what}\n"))).unwrap(),
            made
        );
        assert!(asks_for(text, "inputs of x") && !asks_for(text, "inputs of xy"));
    }

    #[test]
    fn a_place_without_an_end_is_refused() {
        assert!(rewrite("<!-- made: x -->\nold\n", |_| Ok(String::new())).is_err());
    }
}
