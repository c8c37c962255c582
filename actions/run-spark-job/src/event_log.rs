//! Which objects in S3 are a job run's event log. Pure: works on keys.
//!
//! Spark writes `<dir>/spark-<job id>` (one file) or `<dir>/eventlog_v2_spark-<job id>/…` (rolled), with the codec
//! as an extension and `.inprogress` while it is open.

/// A job run's event log.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Key of the file, or of the directory with its slash.
    pub(crate) key: String,
    /// Keys of the files.
    pub(crate) files: Vec<String>,
    /// Whether Spark has closed it.
    pub(crate) closed: bool,
}

/// Where to list: nothing else can be this job run's log.
pub(crate) fn prefixes(directory: &str, job_id: &str) -> [String; 2] {
    [
        format!("{directory}spark-{job_id}"),
        format!("{directory}{}", rolled(job_id)),
    ]
}

/// Chooses among the listed keys: a closed log before an open one.
pub(crate) fn choose(directory: &str, job_id: &str, keys: &[String]) -> Option<Found> {
    let single = keys.iter().filter_map(|key| {
        let rest = key
            .strip_prefix(directory)?
            .strip_prefix("spark-")?
            .strip_prefix(job_id)?;
        // `spark-<id>2` belongs to another job run; `_1` is an attempt, `.zstd` a codec.
        let own = !rest.contains('/') && (rest.is_empty() || rest.starts_with(['.', '_']));
        own.then(|| Found {
            key: key.clone(),
            files: vec![key.clone()],
            closed: !rest.ends_with(IN_PROGRESS),
        })
    });
    let folder = format!("{directory}{}/", rolled(job_id));
    let files: Vec<String> = keys
        .iter()
        // Nothing Spark writes lies deeper, and a key is a path on this machine later.
        .filter(|key| {
            let name = key.strip_prefix(&folder);
            name.is_some_and(|name| !matches!(name, "" | "." | "..") && !name.contains(['/', '\\']))
        })
        .cloned()
        .collect();
    let closed = files
        .iter()
        .any(|key| key.contains("/appstatus_") && !key.ends_with(IN_PROGRESS));
    let folder = (!files.is_empty()).then_some(Found {
        key: folder,
        files,
        closed,
    });
    let (mut closed, mut open): (Vec<_>, Vec<_>) =
        single.chain(folder).partition(|found| found.closed);
    closed.pop().or_else(|| open.pop())
}

const IN_PROGRESS: &str = ".inprogress";

fn rolled(job_id: &str) -> String {
    format!("eventlog_v2_spark-{job_id}")
}

#[cfg(test)]
mod tests {
    use super::{Found, choose};

    fn chosen(keys: &[&str]) -> Option<Found> {
        let keys: Vec<_> = keys.iter().map(|key| (*key).to_owned()).collect();
        choose("spark-events/", "42", &keys)
    }

    #[test]
    fn only_files_in_the_folder_of_a_rolled_log_are_part_of_it() {
        let part = "spark-events/eventlog_v2_spark-42/events_1_spark-42";
        let found = chosen(&[
            part,
            "spark-events/eventlog_v2_spark-42/../../.github/workflows/x.yml",
            "spark-events/eventlog_v2_spark-42/..",
            "spark-events/eventlog_v2_spark-42/folder/x",
            "spark-events/eventlog_v2_spark-42/",
        ]);
        assert_eq!(found.map(|found| found.files), Some(vec![part.to_owned()]));
    }

    #[test]
    fn a_closed_file_wins_over_an_open_one() {
        let found = chosen(&["spark-events/spark-42", "spark-events/spark-42.inprogress"]);
        assert_eq!(
            found.map(|found| (found.key, found.closed)),
            Some(("spark-events/spark-42".into(), true))
        );
        let open = chosen(&["spark-events/spark-42.zstd.inprogress"]);
        assert_eq!(open.map(|found| found.closed), Some(false));
    }

    #[test]
    fn other_job_runs_are_left_alone() {
        assert_eq!(
            chosen(&[
                "spark-events/",
                "spark-events/spark-421",
                "spark-events/spark-42x",
                "spark-42"
            ]),
            None
        );
    }

    #[test]
    fn a_rolled_log_is_all_its_files() {
        let found = chosen(&[
            "spark-events/eventlog_v2_spark-42/",
            "spark-events/eventlog_v2_spark-42/appstatus_spark-42",
            "spark-events/eventlog_v2_spark-42/events_1_spark-42.zstd",
            "spark-events/eventlog_v2_spark-421/events_1_spark-421",
        ]);
        assert_eq!(
            found,
            Some(Found {
                key: "spark-events/eventlog_v2_spark-42/".into(),
                files: vec![
                    "spark-events/eventlog_v2_spark-42/appstatus_spark-42".into(),
                    "spark-events/eventlog_v2_spark-42/events_1_spark-42.zstd".into(),
                ],
                closed: true,
            })
        );
    }
}
