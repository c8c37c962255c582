//! The checked names only this action uses. An error says what was expected, not what was given.

use std::{fmt, str::FromStr};

/// Where in the bucket the scripts go: `a/b/`, always with a final slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prefix(String);

/// A path inside the source folder: `a/b.py`, without `.` and `..`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryPoint(String);

/// The name of a Karpenter NodePool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NodePool(String);

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
text!(Prefix, EntryPoint, NodePool);

#[cfg(test)]
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
}
