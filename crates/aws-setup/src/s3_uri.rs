//! S3 buckets and locations.

use crate::name::{NameError, lower_alphanumeric, name};
use std::{fmt, str::FromStr};

name!(
    /// The name of an S3 general purpose bucket.
    BucketName,
    is_bucket,
    "a bucket name: 3 to 63 lower-case letters, digits, hyphens and dots, without `s3://`"
);

/// A location in S3, `s3://bucket/key`; the key may be empty, a prefix or an object's key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct S3Uri {
    /// The bucket.
    pub bucket: BucketName,
    /// Everything after the bucket and its slash.
    pub key: String,
}

impl S3Uri {
    /// Whether this names what lies under it rather than one object: the whole bucket, or a key ending in a slash.
    #[must_use]
    pub fn is_prefix(&self) -> bool {
        self.key.is_empty() || self.key.ends_with('/')
    }

    /// The same location with a final slash (or the whole bucket).
    #[must_use]
    pub fn as_prefix(&self) -> Self {
        let slash = if self.is_prefix() { "" } else { "/" };
        Self {
            bucket: self.bucket.clone(),
            key: format!("{}{slash}", self.key),
        }
    }

    /// The location of something under this one.
    #[must_use]
    pub fn join(&self, path: &str) -> Self {
        let prefix = self.as_prefix();
        Self {
            key: format!("{}{}", prefix.key, path.trim_start_matches('/')),
            ..prefix
        }
    }
}

const EXPECTED: NameError = NameError::expected("an S3 location, `s3://<bucket>/<key>`");

/// The form is right, so repeating the form would not help.
const EXPECTED_BUCKET: NameError = NameError::expected(
    "`s3://<bucket>/<key>` with a bucket name of 3 to 63 lower-case letters, digits, hyphens and dots",
);

/// Likewise.
const EXPECTED_KEY: NameError = NameError::expected(
    "`s3://<bucket>/<key>` with a key of at most 1,024 bytes that does not begin with a slash and holds no control characters",
);

impl FromStr for S3Uri {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let rest = text.strip_prefix("s3://").ok_or(EXPECTED)?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        // S3 allows 1,024 bytes. A key with an empty first part is possible, but always a mistake.
        if key.starts_with('/') || key.len() > 1024 || key.chars().any(char::is_control) {
            return Err(EXPECTED_KEY);
        }
        Ok(Self {
            bucket: bucket.parse().map_err(|_| EXPECTED_BUCKET)?,
            key: key.to_owned(),
        })
    }
}

impl fmt::Display for S3Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

impl serde::Serialize for S3Uri {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn is_bucket(text: &str) -> bool {
    let label = |part: &str| {
        !part.starts_with('-') && !part.ends_with('-') && lower_alphanumeric(&part.replace('-', ""))
    };
    (3..=63).contains(&text.len())
        && text.split('.').all(label)
        && text.parse::<std::net::Ipv4Addr>().is_err()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn uri(text: &str) -> S3Uri {
        text.parse().unwrap()
    }

    #[test]
    fn a_refusal_says_which_part_is_wrong() {
        let said = |text: &str| text.parse::<S3Uri>().unwrap_err().to_string();
        assert!(said("bench/a.py").contains("an S3 location"));
        assert!(said("s3://b/a.py").contains("bucket name of 3 to 63"));
        assert!(said("s3://My_Bucket/a.py").contains("bucket name of 3 to 63"));
        assert!(said("s3://bench//a.py").contains("begin with a slash"));
    }

    #[test]
    fn bucket_names_follow_the_rules_of_s3() {
        for good in ["abc", "my-bucket.logs", "a1b", "0123456789"] {
            assert!(good.parse::<BucketName>().is_ok(), "{good}");
        }
        for bad in [
            "ab",
            "My-Bucket",
            "a_b_c",
            "-abc",
            "abc-",
            "a..b",
            "192.168.0.1",
            "s3://bucket",
            "a/b",
            &"a".repeat(64),
        ] {
            assert!(bad.parse::<BucketName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_location_survives_parsing_and_printing() {
        for text in [
            "s3://bench/",
            "s3://bench/spark-events/",
            "s3://bench/scripts/src/job.py",
        ] {
            assert_eq!(uri(text).to_string(), text);
        }
        assert_eq!(uri("s3://bench").to_string(), "s3://bench/");
    }

    #[test]
    fn other_schemes_and_empty_parts_are_refused() {
        for bad in [
            "bench/key",
            "s3a://bench/key",
            "S3://bench/key",
            "s3:///key",
            "s3://bench//key",
            "s3://bench/a\nb",
            "s3://b_d/x",
        ] {
            assert!(bad.parse::<S3Uri>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn joining_puts_one_slash_between_the_parts() {
        for base in ["s3://bench/logs", "s3://bench/logs/"] {
            assert_eq!(uri(base).join("a/b").to_string(), "s3://bench/logs/a/b");
            assert_eq!(uri(base).join("/a").to_string(), "s3://bench/logs/a");
        }
        assert_eq!(uri("s3://bench").join("a").to_string(), "s3://bench/a");
    }

    #[test]
    fn prefixes_end_with_a_slash_or_are_the_whole_bucket() {
        assert!(uri("s3://bench").is_prefix() && uri("s3://bench/a/").is_prefix());
        assert!(!uri("s3://bench/a").is_prefix() && uri("s3://bench/a").as_prefix().is_prefix());
    }
}
