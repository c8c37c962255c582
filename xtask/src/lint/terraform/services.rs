//! Every right in a policy is one that its service has. IAM takes any name, and a misspelled one allows nothing.
//! The services' operations are those of the official client; where IAM names a right differently, it is listed here.

use std::collections::BTreeSet;
use std::path::Path;

use tokio::process::Command;

use crate::children;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result};

/// Rights that are no operation of the API.
/// Source: Service Authorization Reference, "Actions defined by Amazon S3" and "… by AWS Identity and Access Management".
const NAMED_DIFFERENTLY: [&str; 16] = [
    "iam:PassRole",
    "s3:DeleteObjectVersion",
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketCORS",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:ListMultipartUploadParts",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
];

/// Prints those of its arguments that no service has.
const SCRIPT: &str = r#"
import sys, botocore.session
NAMES = {"tag": "resourcegroupstaggingapi"}
session = botocore.session.get_session()
operations = {}
for right in sys.argv[1:]:
    service, _, name = right.partition(":")
    if service not in operations:
        try:
            operations[service] = session.get_service_model(NAMES.get(service, service)).operation_names
        except Exception:
            operations[service] = []
    if name not in operations[service]:
        print(right)
"#;

/// Checks rights such as `s3:GetObject` with a Python that has botocore.
pub(super) async fn check(
    python: &Path,
    rights: &BTreeSet<String>,
    interrupt: &Interrupt,
) -> Result<String> {
    let mut command = Command::new(python);
    let asked = rights
        .iter()
        .filter(|right| !NAMED_DIFFERENTLY.contains(&right.as_str()));
    command.args(["-c", SCRIPT]).args(asked);
    let unknown = children::succeed(command, interrupt).await?;
    if unknown.trim().is_empty() {
        return Ok(format!("{} rights, each of its service", rights.len()));
    }
    let lines = unknown
        .lines()
        .map(|right| format!("`{right}` is no operation of its service"));
    Err(Problem::new(lines.collect::<Vec<_>>().join("\n"))
        .help("correct the name, or, if IAM names the right so, add it to NAMED_DIFFERENTLY"))
}

#[cfg(test)]
mod tests {
    use super::super::super::prepared;
    use super::check;
    use crate::environment::CHECKOV_PYTHON;
    use crate::interrupt::Interrupt;

    #[tokio::test]
    async fn a_misspelled_right_and_an_unknown_service_are_found() {
        let python = prepared::path(CHECKOV_PYTHON);
        let (_sender, interrupt) = Interrupt::by_hand();
        let rights = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let good = rights(&[
            "s3:GetObject",
            "iam:PassRole",
            "tag:GetResources",
            "eks:DescribeCluster",
        ]);
        let said = check(&python, &good, &interrupt).await.unwrap();
        assert_eq!(said, "4 rights, each of its service");
        let bad = rights(&["s3:GetObjekt", "emr-container:StartJobRun", "s3:GetObject"]);
        let problem = check(&python, &bad, &interrupt)
            .await
            .unwrap_err()
            .to_string();
        let expected = "`emr-container:StartJobRun` is no operation of its service\n`s3:GetObjekt` is no operation of its service";
        assert_eq!(problem, expected);
    }
}
