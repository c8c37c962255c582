//! The files through which a step hands values to the runner: `NAME<<DELIMITER`, value, delimiter.
//!
//! Always this form, even for one line: in the `NAME=VALUE` form a line break in a value forges other entries.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
};

/// Why an entry cannot be written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unrepresentable;

/// A delimiter that nobody can guess.
pub(crate) fn random_delimiter() -> String {
    format!("ghadelimiter_{}", uuid::Uuid::new_v4())
}

/// One entry of a file command.
pub(crate) fn entry(name: &str, value: &str, delimiter: &str) -> Result<String, Unrepresentable> {
    let bad_name = name.is_empty() || name.contains(['\n', '\r', '=']) || name.contains("<<");
    if bad_name || name.contains(delimiter) || value.contains(delimiter) {
        return Err(Unrepresentable);
    }
    Ok(format!("{name}<<{delimiter}\n{value}\n{delimiter}\n"))
}

/// Appends to a file command's file in one write.
pub(crate) fn append(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?
        .write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_with_line_breaks_stays_one_entry() {
        assert_eq!(
            entry("report", "a\nb=c", "D"),
            Ok("report<<D\na\nb=c\nD\n".to_owned())
        );
        assert_eq!(entry("report", "", "D"), Ok("report<<D\n\nD\n".to_owned()));
    }

    #[test]
    fn a_value_holding_the_delimiter_is_refused() {
        assert_eq!(
            entry("report", "a\nD\nPATH=/evil", "D"),
            Err(Unrepresentable)
        );
        assert_eq!(entry("re\nport", "a", "D"), Err(Unrepresentable));
    }

    #[test]
    fn delimiters_differ() {
        assert_ne!(random_delimiter(), random_delimiter());
    }
}
