//! The virtual cluster: whether it runs, and in which namespace its jobs do.

use aws_setup::ProblemKind;
use gha::{Failure, Runner};

use crate::{emr::Emr, explain, inputs::Inputs};

/// The namespace; absent when nobody knows it.
///
/// # Errors
/// The virtual cluster does not run, or it cannot be asked.
pub(super) async fn namespace(
    runner: &Runner,
    inputs: &Inputs,
    emr: &Emr,
) -> Result<Option<String>, Failure> {
    let cluster = match emr.virtual_cluster().await {
        Ok(cluster) => cluster,
        // The namespace is all that is needed from it.
        Err(problem) if problem.kind == ProblemKind::Denied && inputs.namespace.is_some() => {
            runner
                .log
                .notice("Virtual cluster not checked", &problem.to_string());
            return Ok(inputs.namespace.clone());
        }
        Err(problem) => {
            return Err(explain::failure(
                &emr.call("emr-containers:DescribeVirtualCluster"),
                &problem,
            ));
        }
    };
    match cluster.state.as_deref() {
        None | Some("RUNNING") => Ok(inputs.namespace.clone().or(cluster.namespace)),
        Some(state) => Err(Failure::outside(
            "Virtual cluster not running",
            format!(
                "virtual cluster `{}` (input `virtual-cluster-id`) is {state}",
                inputs.virtual_cluster
            ),
        )
        .help("an ARRESTED virtual cluster has lost its EKS cluster or namespace; make a new one")),
    }
}
