//! `cargo xtask cloud`: the local cloud by itself, for whoever drives the actions in another way, such as a workflow
//! that uses them on a real runner. Stays until it is told to end.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use crate::build;
use crate::demo::chain::JOB_ROLE;
use crate::demo::cloud::{BUCKET, Cloud, STATE_BUCKET};
use crate::demo::{Desk, results};
use crate::environment::Environment;
use crate::problem::{Result, WhileDoing as _};

/// Starts the local cloud, with a bucket, a virtual cluster and a Spark, and keeps it until Ctrl-C.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Address to listen on. Containers with a network of their own reach the host at that network's gateway.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// File for the variables that make clients use it, as `NAME=value` lines; written when it answers.
    #[arg(long, value_name = "FILE")]
    write_environment: Option<PathBuf>,
}

/// Starts it, says where it is, and waits.
pub(crate) async fn run(options: &Options, desk: &Desk) -> Result<()> {
    let environment = Environment::prepare(&desk.places, &desk.terminal, &desk.interrupt).await?;
    build::cloud(&desk.places, &desk.interrupt).await?;
    let folder = desk.places.results("cloud");
    let _lock = results::take(&folder)?;
    let cloud = Cloud::start_at(
        options.listen,
        &desk.places,
        &environment,
        &folder,
        &desk.interrupt,
    )
    .await?;
    let told = tell(options, &cloud, &environment, desk);
    if told.is_ok() {
        desk.interrupt.raised().await;
    }
    cloud.end().await;
    told
}

fn tell(options: &Options, cloud: &Cloud, environment: &Environment, desk: &Desk) -> Result<()> {
    for line in cloud.how_to_reach(environment) {
        desk.terminal.line(&line);
    }
    let Some(path) = &options.write_environment else {
        return Ok(());
    };
    // A step that waits for the file must not see half of it.
    let unfinished = path.with_extension("new");
    std::fs::write(&unfinished, variables(cloud))
        .and_then(|()| std::fs::rename(&unfinished, path))
        .while_doing(|| format!("write `{}`", path.display()))
}

/// What ordinary clients read, and what a workflow hands to the actions.
fn variables(cloud: &Cloud) -> String {
    let names = [
        ("LOCAL_CLOUD_BUCKET", BUCKET),
        ("LOCAL_CLOUD_STATE_BUCKET", STATE_BUCKET),
        ("LOCAL_CLOUD_VIRTUAL_CLUSTER_ID", &cloud.virtual_cluster_id),
        ("LOCAL_CLOUD_JOB_ROLE", JOB_ROLE),
    ];
    let environment = cloud
        .environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    environment
        .chain(names)
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect()
}
