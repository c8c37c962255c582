//! What is to be taken away, by name: from the outputs, from the state when they are gone already, from the inputs.

use crate::action::Session;
use crate::contract::{ClusterName, TerraformOutputs};
use aws_setup::{Region, VirtualClusterId, sdk_config};
use gha::Failure;
use std::str::FromStr;

/// The names; absent is what nobody knows any more, most likely because it is gone.
#[derive(Debug)]
pub(super) struct Targets {
    pub(super) cluster: Option<ClusterName>,
    pub(super) region: Option<Region>,
    pub(super) virtual_cluster: Option<VirtualClusterId>,
}

impl Session {
    pub(super) async fn targets(&self) -> Result<Targets, Failure> {
        let outputs = self.terraform.outputs().await?;
        // A destroy that was cut off has removed the outputs, and the state may still have the resources.
        let state = self.terraform.state().await?;
        let region = named(&outputs, &["region"])
            .or_else(|| self.inputs.region.clone())
            .or_else(|| state.region?.parse().ok());
        let region = match region {
            Some(region) => Some(region),
            None => of_environment().await,
        };
        Ok(Targets {
            cluster: named(&outputs, &["cluster_name"])
                .or_else(|| state.cluster?.parse().ok())
                .or_else(|| self.inputs.cluster_name.clone()),
            region,
            virtual_cluster: named(
                &outputs,
                &["virtual_cluster_id", "emrcontainers_virtual_cluster_id"],
            )
            .or_else(|| state.virtual_cluster?.parse().ok()),
        })
    }
}

async fn of_environment() -> Option<Region> {
    let config = sdk_config(None).await;
    config.region()?.as_ref().parse().ok()
}

fn named<T: FromStr>(outputs: &TerraformOutputs, names: &[&str]) -> Option<T> {
    names
        .iter()
        .find_map(|name| outputs.get(name)?.first_text()?.parse().ok())
}
