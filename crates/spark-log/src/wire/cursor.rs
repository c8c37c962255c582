//! A reader for JSON as Spark writes it: no white space between tokens, short numbers, few escapes.
//! Everything else is `None`, which means "read this line in the slow and thorough way", never "damaged".

/// A place in a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// At the first byte of `text`.
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Takes exactly `text`.
    pub(crate) fn literal(&mut self, text: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    /// Takes exactly `text`, if it comes next.
    pub(crate) fn took(&mut self, text: &[u8]) -> bool {
        self.literal(text).is_some()
    }

    /// Takes a string without escapes, without its quotes.
    pub(crate) fn string(&mut self) -> Option<&'a [u8]> {
        self.literal(b"\"")?;
        let end = memchr::memchr2(b'"', b'\\', self.rest)?;
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest.strip_prefix(b"\"")?;
        Some(text)
    }

    /// Takes a whole number of at most 18 digits.
    pub(crate) fn integer(&mut self) -> Option<i64> {
        let negative = self.took(b"-");
        let digits = self.rest.iter().take(19).take_while(|b| b.is_ascii_digit());
        let (mut value, mut length) = (0_i64, 0);
        for digit in digits {
            length += 1;
            if length > 18 {
                return None;
            }
            value = value * 10 + i64::from(digit - b'0');
        }
        let (first, next) = (self.rest.first()?, self.rest.get(length)?);
        let plain = length == 1 || (length > 1 && *first != b'0');
        if !plain || matches!(next, b'.' | b'e' | b'E') {
            return None;
        }
        self.rest = &self.rest[length..];
        Some(if negative { -value } else { value })
    }

    /// Takes `true` or `false`.
    pub(crate) fn boolean(&mut self) -> Option<bool> {
        if self.took(b"true") {
            return Some(true);
        }
        self.literal(b"false").map(|()| false)
    }

    /// Takes a value of any kind without looking into it: a string, or everything up to the comma or bracket that
    /// ends it. Values that hold brackets or escapes deeper inside strings are followed string by string.
    pub(crate) fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_u32;
        loop {
            let at = self
                .rest
                .iter()
                .position(|b| matches!(b, b'"' | b'{' | b'[' | b'}' | b']' | b','))?;
            let found = self.rest[at];
            if depth == 0 && matches!(found, b'}' | b']' | b',') {
                self.rest = &self.rest[at..];
                return Some(());
            }
            self.rest = &self.rest[at..];
            match found {
                b'"' => self.skip_string()?,
                b'{' | b'[' => depth += 1,
                b',' => {}
                _ => depth -= 1,
            }
            if found != b'"' {
                self.rest = &self.rest[1..];
            }
            if depth == 0 && matches!(found, b'"' | b'}' | b']') {
                return Some(());
            }
        }
    }

    fn skip_string(&mut self) -> Option<()> {
        let mut rest = self.rest.get(1..)?;
        loop {
            let at = memchr::memchr2(b'"', b'\\', rest)?;
            if rest[at] == b'"' {
                self.rest = &rest[at + 1..];
                return Some(());
            }
            rest = rest.get(at + 2..)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn numbers_that_serde_would_read_otherwise_are_left_to_it() {
        for (text, value) in [
            ("0,", Some(0)),
            ("-12}", Some(-12)),
            ("123456789012345678,", Some(123_456_789_012_345_678)),
            ("1234567890123456789,", None),
            ("01,", None),
            ("1.5,", None),
            ("1e3,", None),
            ("-,", None),
            ("x", None),
            ("7", None),
        ] {
            assert_eq!(Cursor::new(text.as_bytes()).integer(), value, "{text}");
        }
    }

    #[test]
    fn any_value_is_skipped_as_a_whole() {
        for value in [
            "1",
            "-1.5e3",
            "true",
            "null",
            r#""a""#,
            r#""a\"},b\\""#,
            "{}",
            r#"{"a":[1,{"b":"]}"}],"c":"\\"}"#,
            "[]",
            "[[],[{}]]",
        ] {
            for after in [",\"x\":1}", "}", "]"] {
                let text = format!("{value}{after}");
                let mut cursor = Cursor::new(text.as_bytes());
                assert_eq!(cursor.skip_value(), Some(()), "{text}");
                assert_eq!(cursor.rest(), after.as_bytes(), "{text}");
            }
        }
        assert_eq!(Cursor::new(b"{\"a\":").skip_value(), None);
        assert_eq!(Cursor::new(b"\"a").skip_value(), None);
    }
}
