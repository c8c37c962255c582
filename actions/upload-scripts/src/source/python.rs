//! Whether a Python script parses, by the grammar of the newest Python. Pure.
//!
//! Spark would find out, too, but only after a node was bought for the driver.

/// Where a script does not parse, and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    /// From 1.
    pub(crate) line: usize,
    pub(crate) why: String,
}

/// Whether a script parses. One in an encoding that it declares itself is not looked at.
pub(crate) fn check(script: &[u8]) -> Result<(), SyntaxError> {
    let script = script.strip_prefix(b"\xef\xbb\xbf").unwrap_or(script);
    let text = match std::str::from_utf8(script) {
        Ok(text) => text,
        Err(_) if declares_encoding(script) => return Ok(()),
        Err(error) => {
            return Err(SyntaxError {
                line: line_of(script, error.valid_up_to()),
                why: "it is not UTF-8, and its first two lines declare no other encoding"
                    .to_owned(),
            });
        }
    };
    match ruff_python_parser::parse_module(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(SyntaxError {
            line: line_of(script, error.location.start().to_usize()),
            why: error.error.to_string(),
        }),
    }
}

/// As PEP 263 has it: a comment with `coding:` or `coding=` in the first or second line.
fn declares_encoding(script: &[u8]) -> bool {
    script.split(|byte| *byte == b'\n').take(2).any(|line| {
        let line = String::from_utf8_lossy(line);
        line.trim_start().starts_with('#') && (line.contains("coding:") || line.contains("coding="))
    })
}

fn line_of(script: &[u8], offset: usize) -> usize {
    let before = &script[..offset.min(script.len())];
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_of_every_python_3_parse() {
        for script in [
            "",
            "#!/usr/bin/env python3\nprint('x')\n",
            "match x:\n    case 1: pass\n",
            "type X = int\nprint(f\"{x!r:>{10}}\")\n",
            "try:\n    pass\nexcept* ValueError:\n    pass\n",
            "\u{feff}x = 1\n",
        ] {
            assert_eq!(check(script.as_bytes()), Ok(()), "{script}");
        }
        assert_eq!(check(b"# -*- coding: latin-1 -*-\nx = '\xe4'\n"), Ok(()));
    }

    #[test]
    fn the_line_of_a_mistake_is_named() {
        for (script, line) in [
            (b"x = 1\nprint 'a'\n".as_slice(), 2),
            (b"def f(:\n", 1),
            (b"if x:\npass\n", 2),
            (b"x = 1\ny = '\xe4'\n", 2),
        ] {
            let error = check(script).map_err(|error| (error.line, !error.why.is_empty()));
            assert_eq!(error, Err((line, true)));
        }
    }
}
