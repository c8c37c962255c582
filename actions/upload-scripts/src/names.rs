//! The checked names only this action uses. An error says what was expected, not what was given.

use std::{fmt, str::FromStr};

/// Where in the bucket the sets are: `a/b/`, always with a final slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prefix(String);

/// A path inside the source folder: `a/b.py`, without `.` and `..`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryPoint(String);

/// The name of a Karpenter NodePool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NodePool(String);

/// The name of a set or of an alias: one part of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetName(String);

/// The folder beside the sets in which aliases are; no set may have its name.
pub(crate) const ALIASES: &str = "aliases";

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bytes(pub(crate) u64);

/// A number of files, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileCount(pub(crate) usize);

impl FromStr for Prefix {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.strip_suffix('/').unwrap_or(text);
        // Hadoop, through which Spark reads the scripts, trips over many other characters.
        let plain = |part: &str| {
            part.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._=-".contains(&byte))
        };
        if relative(path) && path.split('/').all(plain) {
            Ok(Self(format!("{path}/")))
        } else {
            Err(
                "expected a path in the bucket, such as `teams/a/scripts`, of letters, digits, `.`, `_`, `=`, `-` and single slashes, without `s3://`",
            )
        }
    }
}

impl FromStr for EntryPoint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.strip_prefix("./").unwrap_or(text);
        if relative(path) && !path.chars().any(char::is_control) {
            Ok(Self(path.to_owned()))
        } else {
            Err("expected a path inside `source`, such as `src/threadsleep.py`, without `..`")
        }
    }
}

impl FromStr for NodePool {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let good = (1..=63).contains(&text.len()) && text.bytes().all(inner);
        if good && !text.starts_with('-') && !text.ends_with('-') {
            Ok(Self(text.to_owned()))
        } else {
            Err("expected a NodePool's name: 1 to 63 lower-case letters, digits and inner hyphens")
        }
    }
}

impl FromStr for SetName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let good = (1..=128).contains(&text.len()) && text.bytes().all(inner);
        if good && text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text != ALIASES
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(
                "expected a name such as `pr-123`: 1 to 128 letters, digits, `.`, `_` and `-`, the first a letter or digit, and not `aliases`",
            )
        }
    }
}

impl FromStr for Bytes {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected a size such as `500 MB` or `5 GiB`";
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let factor = match unit.trim() {
            "" | "B" => 1,
            "kB" | "KB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(EXPECTED),
        };
        let number: u64 = number.parse().map_err(|_| EXPECTED)?;
        match number.checked_mul(factor) {
            Some(bytes) if bytes > 0 => Ok(Self(bytes)),
            _ => Err(EXPECTED),
        }
    }
}

impl FromStr for FileCount {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.replace([',', '_'], "").parse() {
            Ok(count) if count > 0 => Ok(Self(count)),
            _ => Err("expected a whole number above 0"),
        }
    }
}

impl EntryPoint {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl SetName {
    /// The default name of a set: the beginning of its hash, long enough that no two sets have the same.
    pub(crate) fn of_hash(hash: &str) -> Self {
        Self(hash.chars().take(32).collect())
    }
}

/// For example `1.5 MiB`.
impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scaled = |unit: u64| self.0 as f64 / unit as f64;
        match self.0 {
            bytes @ 0..1024 => write!(f, "{bytes} B"),
            1024..1_048_576 => write!(f, "{:.1} KiB", scaled(1024)),
            1_048_576..1_073_741_824 => write!(f, "{:.1} MiB", scaled(1_048_576)),
            _ => write!(f, "{:.1} GiB", scaled(1_073_741_824)),
        }
    }
}

fn relative(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

macro_rules! text {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}
text!(Prefix, EntryPoint, NodePool, SetName);

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn prefixes_end_with_one_slash() {
        for text in ["scripts", "scripts/"] {
            assert_eq!(text.parse::<Prefix>(), Ok(Prefix("scripts/".to_owned())));
        }
        assert!("teams/a/date=2026-01-01".parse::<Prefix>().is_ok());
        for bad in [
            "/",
            "/scripts",
            "a//b",
            "a/../b",
            "a b",
            "s3://bench/scripts",
            "scripts//",
            "ä",
        ] {
            assert!(bad.parse::<Prefix>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_entry_point_stays_inside_the_source() {
        for text in ["src/job.py", "./src/job.py"] {
            assert_eq!(
                text.parse::<EntryPoint>(),
                Ok(EntryPoint("src/job.py".to_owned()))
            );
        }
        for bad in [
            "/src/job.py",
            "../job.py",
            "src/../../job.py",
            "src//job.py",
            "src/",
            "a\nb",
            ".",
        ] {
            assert!(bad.parse::<EntryPoint>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn node_pools_are_named_as_kubernetes_allows() {
        assert!("spark-driver".parse::<NodePool>().is_ok());
        for bad in ["", "Spark", "-spark", "spark-", "a'b", &"a".repeat(64)] {
            assert!(bad.parse::<NodePool>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_set_is_one_part_of_a_key_and_never_hidden() {
        for good in ["pr-123", "main", "v1.2_3", "0"] {
            assert!(good.parse::<SetName>().is_ok(), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            ".main",
            "a/b",
            "a b",
            "aliases",
            "ä",
            &"a".repeat(129),
        ] {
            assert!(bad.parse::<SetName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_are_read_and_written_with_units() {
        for (text, bytes) in [
            ("500", 500),
            ("2 KiB", 2048),
            ("5GiB", 5 << 30),
            ("3 MB", 3_000_000),
        ] {
            assert_eq!(text.parse::<Bytes>(), Ok(Bytes(bytes)), "{text}");
        }
        for bad in ["", "0", "-1", "5 G", "1.5 GB", "99999999999 GiB"] {
            assert!(bad.parse::<Bytes>().is_err(), "{bad}");
        }
        let shown = [0, 1023, 1536, 5 << 20, 5 << 30].map(|bytes| Bytes(bytes).to_string());
        assert_eq!(shown, ["0 B", "1023 B", "1.5 KiB", "5.0 MiB", "5.0 GiB"]);
    }

    #[test]
    fn counts_may_be_written_with_separators() {
        assert_eq!("20,000".parse::<FileCount>(), Ok(FileCount(20_000)));
        assert!("0".parse::<FileCount>().is_err() && "many".parse::<FileCount>().is_err());
    }
}
