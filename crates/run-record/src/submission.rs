//! What was asked of EMR: the job, its settings and the variant it stands for.

use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Which half of the comparison a run belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// Dynamic Resource Allocation off, a fixed number of executors.
    Static,
    /// Dynamic Resource Allocation on.
    Dra,
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Static => "static",
            Self::Dra => "dra",
        })
    }
}

impl FromStr for Variant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "static" => Ok(Self::Static),
            "dra" => Ok(Self::Dra),
            other => Err(format!("`{other}` is not a mode: use `static` or `dra`")),
        }
    }
}

/// The merged request as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// The job run's name.
    pub name: String,
    /// Such as `emr-7.13.0-latest`.
    pub release_label: String,
    /// The script or jar.
    pub entry_point: EntryPoint,
    /// SHA-256 of all scripts and pod templates that were uploaded together, in hexadecimal. Absent when nobody said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scripts_sha256: Option<String>,
    /// Its arguments, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// The StartJobRun request, in the words of the API; secret values are redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<serde_json::Value>,
    /// The effective Spark configuration: defaults, overridden by properties, overridden by submit parameters.
    pub spark: BTreeMap<String, String>,
}

/// The script or jar that was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryPoint {
    /// Its `s3://` URI.
    pub uri: String,
    /// SHA-256 of its content at submission, in hexadecimal. Absent when it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// One change of the number of executors Dynamic Resource Allocation wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DynamicAllocation {
    /// When the driver decided it.
    pub at: Timestamp,
    /// The new total it wants.
    pub wanted: u32,
}
