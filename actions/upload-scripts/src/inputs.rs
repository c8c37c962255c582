//! What the action declares, and its inputs as types. Touches no files and no network.

use crate::names::{EntryPoint, NodePool, Prefix};
use aws_setup::{BucketName, Region, S3Uri};
use gha::{Action, Failure, Fields, Input, Output};
use std::path::PathBuf;

/// The action's contract; `action.yml` says the same.
pub(crate) const ACTION: Action = Action {
    name: "upload-scripts",
    about: "Upload a Spark job's scripts and its pod templates to S3, only what changed.",
    version: env!("CARGO_PKG_VERSION"),
    inputs: &[
        Input::new("source", "Folder with the job's scripts.").kind("path").default("scripts"),
        Input::new("bucket", "Bucket to upload to.").kind("bucket name").required(),
        Input::new("prefix", "Where in the bucket the scripts go.").kind("S3 prefix").default("scripts"),
        Input::new("region", "AWS region of the bucket. Unset: the region of the AWS configuration.").kind("AWS region"),
        Input::new("entry-point", "The script that Spark starts, as a path inside `source`, for example `src/threadsleep.py`.").kind("path").required(),
        Input::new("driver-node-pool", "Karpenter NodePool on which the driver runs.").kind("name").default("spark-driver"),
        Input::new("executor-node-pool", "Karpenter NodePool on which the executors run.").kind("name").default("spark-executor"),
    ],
    outputs: &[
        Output::new("scripts-uri", "Where the scripts are, `s3://<bucket>/<prefix>/`.").kind("S3 URI"),
        Output::new("entry-point-uri", "Where the entry point is.").kind("S3 URI"),
        Output::new("driver-template-uri", "Where the driver's pod template is.").kind("S3 URI"),
        Output::new("executor-template-uri", "Where the executors' pod template is.").kind("S3 URI"),
        Output::new("uploaded", "Number of files uploaded.").kind("whole number"),
        Output::new("unchanged", "Number of files that were there already.").kind("whole number"),
    ],
    commands: &[],
};

/// The inputs, checked.
#[derive(Clone, Debug)]
pub(crate) struct Inputs {
    pub(crate) source: PathBuf,
    pub(crate) entry_point: EntryPoint,
    pub(crate) region: Option<Region>,
    pub(crate) driver_node_pool: NodePool,
    pub(crate) executor_node_pool: NodePool,
    /// `s3://<bucket>/<prefix>/`
    pub(crate) scripts: S3Uri,
}

impl Inputs {
    pub(crate) fn parse(mut fields: Fields) -> Result<Self, Failure> {
        let source = fields.required("source");
        let bucket = fields.required::<BucketName>("bucket");
        let prefix = fields.required::<Prefix>("prefix");
        let region = fields.optional("region");
        let entry_point = fields.required("entry-point");
        let driver_node_pool = fields.required("driver-node-pool");
        let executor_node_pool = fields.required("executor-node-pool");
        fields.finish()?;
        let (
            Some(source),
            Some(bucket),
            Some(prefix),
            Some(entry_point),
            Some(driver_node_pool),
            Some(executor_node_pool),
        ) = (
            source,
            bucket,
            prefix,
            entry_point,
            driver_node_pool,
            executor_node_pool,
        )
        else {
            return Err(Failure::bug(
                "a required input is unset, but was not reported",
            ));
        };
        let scripts = S3Uri {
            bucket,
            key: prefix.to_string(),
        };
        Ok(Self {
            source,
            entry_point,
            region,
            driver_node_pool,
            executor_node_pool,
            scripts,
        })
    }
}
