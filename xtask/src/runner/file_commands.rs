//! The files that a step answers through (`GITHUB_OUTPUT`, `GITHUB_ENV`, `GITHUB_STATE`), read with the
//! runner's strictness: a malformed line fails the step.

use std::path::Path;

/// The largest summary of a step, in bytes.
const LARGEST_SUMMARY: usize = 1024 * 1024;

/// A step's summary. One that is too large is not shown at all, which the runner says and does not count as a failure.
pub(crate) fn summary(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    if text.len() <= LARGEST_SUMMARY {
        return Ok(text);
    }
    Err(format!(
        "$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got {}k",
        text.len() / 1024
    ))
}

/// Reads `NAME=VALUE` and `NAME<<DELIMITER` entries in the order they were written.
pub(crate) fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut entries = Vec::new();
    let mut rest = text;
    while let Some((line, _)) = take_line(&mut rest) {
        if line.is_empty() {
            continue;
        }
        match (line.find('='), line.find("<<")) {
            (equals, Some(heredoc)) if equals.is_none_or(|equals| heredoc < equals) => {
                let (name, delimiter) = (&line[..heredoc], &line[heredoc + 2..]);
                if name.is_empty() || delimiter.is_empty() {
                    return Err(format!(
                        "Invalid format '{line}'. Name must not be empty and delimiter must not be empty"
                    ));
                }
                entries.push((name.to_owned(), heredoc_value(&mut rest, delimiter)?));
            }
            (Some(0), _) => return Err(format!("Invalid format '{line}'. Name must not be empty")),
            (Some(equals), _) => {
                entries.push((line[..equals].to_owned(), line[equals + 1..].to_owned()))
            }
            (None, _) => return Err(format!("Invalid format '{line}'")),
        }
    }
    Ok(entries)
}

/// The lines up to the delimiter, which must be a whole line after a line that was ended.
fn heredoc_value(rest: &mut &str, delimiter: &str) -> Result<String, String> {
    let start = *rest;
    let mut length = 0;
    loop {
        match take_line(rest) {
            Some((line, _)) if line == delimiter => return Ok(start[..length].to_owned()),
            Some((_, false)) => return Err("Invalid value. EOF marker missing new line.".into()),
            Some((_, true)) => length = start.len() - rest.len() - 1,
            None => {
                return Err(format!(
                    "Invalid value. Matching delimiter not found '{delimiter}'"
                ));
            }
        }
    }
}

/// The next line without its end, and whether it had one. Linux runners end lines at `\n` alone.
fn take_line<'a>(rest: &mut &'a str) -> Option<(&'a str, bool)> {
    if rest.is_empty() {
        return None;
    }
    match rest.split_once('\n') {
        Some((line, after)) => {
            *rest = after;
            Some((line, true))
        }
        None => Some((std::mem::take(rest), false)),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        assert_eq!(parse(text), Ok(expected), "{text:?}");
    }

    #[test]
    fn both_forms_are_read() {
        check("", &[]);
        check("a=b\n\nc==d\n", &[("a", "b"), ("c", "=d")]);
        check("a=x<<y\n", &[("a", "x<<y")]);
        check(
            "a<<EOF\none\ntwo\nEOF\nb=c",
            &[("a", "one\ntwo"), ("b", "c")],
        );
        check("a<<E=F\n\nE=F\n", &[("a", "")]);
        check("a<<EOF\nEOF\n", &[("a", "")]);
        check("a<<EOF\nx\r\nEOF\n", &[("a", "x\r")]);
    }

    #[test]
    fn malformed_files_say_what_is_wrong() {
        for (text, said) in [
            ("nothing", "Invalid format 'nothing'"),
            ("=x", "Name must not be empty"),
            ("<<x\n", "delimiter must not be empty"),
            ("a<<\n", "delimiter must not be empty"),
            ("a<<EOF\nb\n", "Matching delimiter not found 'EOF'"),
            ("a<<EOF\nb", "EOF marker missing new line"),
        ] {
            let problem = parse(text).unwrap_err();
            assert!(problem.contains(said), "{text:?}: {problem}");
        }
    }
}
