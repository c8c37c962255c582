//! The Terraform outputs that every root module must have, checked and typed.
//! Pure: reads what `terraform output -json` printed, runs nothing.

mod names;
mod output;

pub(crate) use names::{ClusterName, Namespace, RoleName};
pub(crate) use output::TerraformOutputs;

use crate::settings::Zone;
use aws_setup::{BucketName, Region, RoleArn, VirtualClusterId};
use gha::Failure;
use std::fmt;
use std::str::FromStr;

/// The only output that may be a list, of which the first item counts: the origin declares it with `count`.
const LISTED: &str = "emr_on_eks_role_arn";

/// Outputs of the contract and the older names they may also go by, in the order in which they are shown.
const CONTRACT: [Wanted; 7] = [
    Wanted::new("cluster_name", &[]),
    Wanted::new("virtual_cluster_id", &["emrcontainers_virtual_cluster_id"]),
    Wanted::new("job_execution_role_arn", &["emr_on_eks_role_arn"]),
    Wanted::new("bucket", &["default_bucket_name"]),
    Wanted::new("region", &[]),
    Wanted::new("namespace", &[]),
    Wanted::new("node_role_name", &[]),
];

#[derive(Clone, Copy)]
struct Wanted {
    name: &'static str,
    aliases: &'static [&'static str],
}

impl Wanted {
    const fn new(name: &'static str, aliases: &'static [&'static str]) -> Self {
        Self { name, aliases }
    }
}

/// What was provisioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Provisioned {
    pub(crate) cluster_name: ClusterName,
    pub(crate) virtual_cluster_id: VirtualClusterId,
    pub(crate) job_execution_role_arn: RoleArn,
    pub(crate) bucket: BucketName,
    pub(crate) region: Region,
    pub(crate) namespace: Namespace,
    pub(crate) node_role_name: RoleName,
    /// The first of the output `azs`, where the root module has it.
    pub(crate) first_zone: Option<Zone>,
}

impl Provisioned {
    /// Checks the outputs of a root module against the contract.
    ///
    /// # Errors
    /// Every output that is missing or cannot be used, together, and the names that were found.
    pub(crate) fn read(outputs: &TerraformOutputs) -> Result<Self, ContractError> {
        let mut reader = Reader {
            outputs,
            problems: Vec::new(),
        };
        let [
            cluster,
            virtual_cluster,
            role,
            bucket,
            region,
            namespace,
            node_role,
        ] = CONTRACT;
        let cluster_name = reader.take(cluster);
        let virtual_cluster_id = reader.take(virtual_cluster);
        let job_execution_role_arn = reader.take(role);
        let bucket = reader.take(bucket);
        let region = reader.take(region);
        let namespace = reader.take(namespace);
        let node_role_name = reader.take(node_role);
        let complete = || {
            Some(Self {
                cluster_name: cluster_name?,
                virtual_cluster_id: virtual_cluster_id?,
                job_execution_role_arn: job_execution_role_arn?,
                bucket: bucket?,
                region: region?,
                namespace: namespace?,
                node_role_name: node_role_name?,
                first_zone: outputs
                    .get("azs")
                    .filter(|output| !output.sensitive)
                    .and_then(|output| output.first_text()?.parse().ok()),
            })
        };
        complete().ok_or_else(|| ContractError {
            problems: reader.problems,
            found: outputs.names().map(str::to_owned).collect(),
        })
    }

    /// The action's outputs: name and value, in the order of the contract.
    pub(crate) fn pairs(&self) -> [(&'static str, String); 7] {
        [
            ("cluster-name", self.cluster_name.to_string()),
            ("virtual-cluster-id", self.virtual_cluster_id.to_string()),
            (
                "job-execution-role-arn",
                self.job_execution_role_arn.to_string(),
            ),
            ("bucket", self.bucket.to_string()),
            ("region", self.region.to_string()),
            ("namespace", self.namespace.to_string()),
            ("node-role-name", self.node_role_name.to_string()),
        ]
    }
}

/// The root module does not give what the other actions need.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the root module's outputs do not fulfil the contract")]
pub(crate) struct ContractError {
    /// One line for each output that is missing or wrong.
    pub(crate) problems: Vec<Problem>,
    /// Names of the outputs there are.
    pub(crate) found: Vec<String>,
}

/// One output that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    fault: Fault,
    text: String,
}

/// What is wrong with an output, as far as the way to mend it differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Missing,
    Sensitive,
    Wrong,
}

impl Fault {
    const fn remedy(self) -> &'static str {
        match self {
            Self::Missing => "add the missing `output` blocks to the root module",
            Self::Sensitive => {
                "remove `sensitive = true` from the outputs said to be sensitive: such a value cannot be passed on"
            }
            Self::Wrong => "correct the `value` of the named outputs",
        }
    }
}

impl Problem {
    const fn new(fault: Fault, text: String) -> Self {
        Self { fault, text }
    }
}

impl From<ContractError> for Failure {
    fn from(error: ContractError) -> Self {
        let found = if error.found.is_empty() {
            "the root module has no outputs".to_owned()
        } else {
            format!("outputs found: {}", error.found.join(", "))
        };
        let remedies: Vec<_> = [Fault::Missing, Fault::Sensitive, Fault::Wrong]
            .into_iter()
            .filter(|fault| error.problems.iter().any(|problem| problem.fault == *fault))
            .map(Fault::remedy)
            .collect();
        let mut failure =
            Failure::bad_input("working-directory", format!("{error}; {found}")).help(format!(
                "{}; then run `apply` again; \
                 the contract is in the action's README, section \"Outputs your root module must have\"",
                remedies.join("; ")
            ));
        failure.causes = error
            .problems
            .into_iter()
            .map(|problem| problem.text)
            .collect();
        failure
    }
}

struct Reader<'a> {
    outputs: &'a TerraformOutputs,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn take<T>(&mut self, wanted: Wanted) -> Option<T>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        match find(self.outputs, wanted) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }
}

fn find<T>(outputs: &TerraformOutputs, wanted: Wanted) -> Result<T, Problem>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    let Some((name, output)) = std::iter::once(wanted.name)
        .chain(wanted.aliases.iter().copied())
        .find_map(|name| Some((name, outputs.get(name)?)))
    else {
        return Err(Problem::new(Fault::Missing, missing(wanted)));
    };
    if output.sensitive {
        // The value must not be shown, so it cannot be handed to the steps that need it.
        return Err(Problem::new(
            Fault::Sensitive,
            format!("output `{name}` is marked sensitive, but the next steps need to see it"),
        ));
    }
    let wrong = |text| Problem::new(Fault::Wrong, text);
    let text = if name == LISTED {
        output.first_text()
    } else {
        output.text()
    };
    let text = text.ok_or_else(|| {
        wrong(format!(
            "output `{name}`: expected a string, found {}",
            output.shape()
        ))
    })?;
    text.parse()
        .map_err(|error| wrong(format!("output `{name}` = `{text}`: {error}")))
}

fn missing(wanted: Wanted) -> String {
    let aliases: Vec<_> = wanted
        .aliases
        .iter()
        .map(|alias| format!("`{alias}`"))
        .collect();
    if aliases.is_empty() {
        format!("output `{}` is missing", wanted.name)
    } else {
        format!(
            "output `{}` (or {}) is missing",
            wanted.name,
            aliases.join(", ")
        )
    }
}

#[cfg(test)]
mod tests;
