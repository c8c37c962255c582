//! Where EMR keeps the driver's log: names only. Pure.

use std::fmt;

use aws_setup::S3Uri;

use crate::inputs::Inputs;

/// A place of one of the driver's streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A compressed object.
    S3(S3Uri),
    /// A log stream.
    CloudWatch {
        /// Its log group.
        group: String,
        /// Its name.
        stream: String,
    },
}

/// Where `stream` (`stderr` or `stdout`) of the job run's driver is kept, by the inputs: the best place first.
pub(crate) fn places(inputs: &Inputs, job_id: &str, stream: &str) -> Vec<Place> {
    let path = format!(
        "{}/jobs/{job_id}/containers/spark-{job_id}/spark-{job_id}-driver/{stream}",
        inputs.virtual_cluster
    );
    let s3 = inputs
        .log_uri
        .as_ref()
        .map(|root| Place::S3(root.join(&format!("{path}.gz"))));
    let group = inputs.log_group.as_ref().map(|group| Place::CloudWatch {
        group: group.clone(),
        stream: match &inputs.log_stream_prefix {
            Some(prefix) => format!("{}/{path}", prefix.trim_end_matches('/')),
            None => path.clone(),
        },
    });
    s3.into_iter().chain(group).collect()
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3(uri) => uri.fmt(f),
            Self::CloudWatch { group, stream } => {
                write!(f, "log group {group}, log stream {stream}")
            }
        }
    }
}
