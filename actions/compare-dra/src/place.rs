//! Where something can be read: a local path or an S3 location. Pure; reading is in `files`, `logs` and `s3`.

use std::{
    fmt,
    path::{Component, Path, PathBuf},
    str::FromStr,
};

use aws_setup::S3Uri;

/// The name a record has in a directory.
pub(crate) const RECORD: &str = "run-record.json";

/// A file, a directory, an object or a prefix.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Local(PathBuf),
    S3(S3Uri),
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains("://") {
            text.parse()
                .map(Self::S3)
                .map_err(|error| format!("{error}"))
        } else {
            Ok(Self::Local(PathBuf::from(text)))
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => path.display().fmt(f),
            Self::S3(uri) => uri.fmt(f),
        }
    }
}

impl Place {
    /// A file that lies beside this one or in a folder beside it. `None` when the relative path leads anywhere else:
    /// it comes from a record, and a record must not choose what is read.
    pub(crate) fn beside(&self, relative: &str) -> Option<Self> {
        let inside = Path::new(relative)
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside || relative.is_empty() {
            return None;
        }
        match self {
            Self::Local(path) => Some(Self::Local(
                path.parent().unwrap_or(Path::new("")).join(relative),
            )),
            Self::S3(uri) => {
                let folder = uri.key.rsplit_once('/').map_or("", |(folder, _)| folder);
                let key = if folder.is_empty() {
                    relative.to_owned()
                } else {
                    format!("{folder}/{relative}")
                };
                Some(Self::S3(S3Uri {
                    bucket: uri.bucket.clone(),
                    key,
                }))
            }
        }
    }

    /// The last part of the name.
    pub(crate) fn name(&self) -> String {
        let last = match self {
            Self::Local(path) => path.file_name().map(|name| name.to_string_lossy().into()),
            Self::S3(uri) => uri
                .key
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .map(str::to_owned),
        };
        last.filter(|name| !name.is_empty())
            .unwrap_or_else(|| self.to_string())
    }

    /// True when the name says that it is JSON.
    pub(crate) fn is_json(&self) -> bool {
        match self {
            Self::Local(path) => path
                .extension()
                .is_some_and(|extension| extension == "json"),
            Self::S3(uri) => uri.key.ends_with(".json"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::Place;

    #[test]
    fn log_lies_beside_its_record_and_nowhere_else() {
        let local: Place = "runs/static/run-record.json".parse().unwrap();
        assert_eq!(
            local.beside("event-log").unwrap().to_string(),
            "runs/static/event-log"
        );
        let s3: Place = "s3://bench/runs/run-record.json".parse().unwrap();
        assert_eq!(
            s3.beside("logs/a").unwrap().to_string(),
            "s3://bench/runs/logs/a"
        );
        for outside in ["/etc/passwd", "../other", "a/../../b", ""] {
            assert_eq!(local.beside(outside), None, "{outside}");
        }
    }

    #[test]
    fn name_is_the_last_part() {
        for (place, name) in [
            ("runs/static/spark-1.zstd", "spark-1.zstd"),
            ("runs/eventlog_v2_spark-1/", "eventlog_v2_spark-1"),
            ("s3://bench/e/spark-1", "spark-1"),
            ("s3://bench/e/eventlog_v2_1/", "eventlog_v2_1"),
            ("s3://bench/", "s3://bench/"),
            ("..", ".."),
        ] {
            assert_eq!(place.parse::<Place>().unwrap().name(), name);
        }
    }

    #[test]
    fn other_schemes_are_refused() {
        assert!(
            "https://example.com/run-record.json"
                .parse::<Place>()
                .is_err()
        );
    }
}
