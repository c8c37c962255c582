//! The checksum of all scripts of the job. Pure.

use std::{fmt, str::FromStr};

/// SHA-256 of all scripts and pod templates that were uploaded together, in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScriptsHash(String);

impl FromStr for ScriptsHash {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(
                "expected a SHA-256: 64 digits in lower-case hexadecimal, as output `hash` of upload-scripts has it",
            )
        }
    }
}

impl fmt::Display for ScriptsHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sha256_is_one() {
        assert!("0a".repeat(32).parse::<ScriptsHash>().is_ok());
        for bad in [
            "",
            "main",
            &"0A".repeat(32),
            &"0a".repeat(31),
            &"0g".repeat(32),
        ] {
            assert!(bad.parse::<ScriptsHash>().is_err(), "{bad}");
        }
    }
}
