//! Every call of AWS that a step has made is allowed by the policy that its action's README shows.
//! The other way round, a call that only an error needs cannot be seen here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::checks::Checks;
use crate::demo::workflow::StepCalls;
use crate::problem::{Result, WhileDoing as _};

/// Rights that a step tries and does without: run-spark-job then leaves out its early check of the caller.
const DISPENSABLE: [&str; 1] = ["iam:SimulatePrincipalPolicy"];

/// Compares each action's calls with its iam-policy.json files.
pub(super) fn check(calls: &[StepCalls], actions: &Path, checks: &mut Checks) -> Result<()> {
    let mut needed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for step in calls {
        let rights = step.calls.iter().filter_map(right);
        needed.entry(&step.action).or_default().extend(rights);
    }
    for (action, needed) in needed {
        let allowed = allowed(&actions.join(action))?;
        let missing: Vec<String> = needed
            .difference(&allowed)
            .filter(|right| !DISPENSABLE.contains(&right.as_str()))
            .cloned()
            .collect();
        let outcome = match (needed.is_empty(), missing.is_empty()) {
            (true, _) => Err("it called nothing".to_owned()),
            (false, false) => Err(format!("missing: {}", missing.join(", "))),
            (false, true) => Ok(()),
        };
        checks.outcome(
            &format!("{action}: its policy allows what it called"),
            outcome,
        );
    }
    Ok(())
}

/// The right that a call needs; none for what anybody may do, and for services that are not AWS's.
fn right(call: &Value) -> Option<String> {
    let operation = call["operation"].as_str()?;
    let service = match call["service"].as_str()? {
        "s3" => return s3(operation).map(|right| format!("s3:{right}")),
        "emr-containers" => "emr-containers",
        "iam" => "iam",
        "eks" => "eks",
        "cloudwatch-logs" => "logs",
        "pricing" => "pricing",
        "ec2" => "ec2",
        "tagging" => "tag",
        // Who one is, anybody may ask.
        _ => return None,
    };
    Some(format!("{service}:{operation}"))
}

/// S3's rights have other names than its operations (Amazon S3's authorization reference).
fn s3(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "GetObject" | "HeadObject" => "GetObject",
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => "ListBucket",
        "PutObject"
        | "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "CompleteMultipartUpload" => "PutObject",
        "DeleteObject" | "DeleteObjects" => "DeleteObject",
        "AbortMultipartUpload" => "AbortMultipartUpload",
        "GetBucketLocation" => "GetBucketLocation",
        "GetBucketVersioning" => "GetBucketVersioning",
        _ => "(an operation that this check does not know)",
    })
}

/// The rights in all policy files of an action.
fn allowed(folder: &Path) -> Result<BTreeSet<String>> {
    let mut rights = BTreeSet::new();
    let entries =
        std::fs::read_dir(folder).while_doing(|| format!("list `{}`", folder.display()))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with("iam-policy") || !name.ends_with(".json") {
            continue;
        }
        let text =
            std::fs::read_to_string(entry.path()).while_doing(|| format!("read `{name}`"))?;
        let policy: Value =
            serde_json::from_str(&text).while_doing(|| format!("understand `{name}`"))?;
        for statement in policy["Statement"].as_array().into_iter().flatten() {
            match &statement["Action"] {
                Value::String(action) => rights.extend([action.clone()]),
                actions => rights.extend(
                    actions
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(Value::as_str)
                        .map(str::to_owned),
                ),
            }
        }
    }
    Ok(rights)
}
