//! What the action declares, and its inputs as types. Touches no files and no network.

use crate::{
    names::{Bytes, EntryPoint, FileCount, NodePool, Prefix, SetName},
    placement::{Lines, Placement},
    source::patterns::{Filter, NEVER, Patterns},
};
use aws_setup::{BucketName, Region};
use gha::{Action, Failure, Fields, Input, Output};
use std::path::PathBuf;

/// The action's contract; `action.yml` says the same.
pub(crate) const ACTION: Action = Action {
    name: "upload-scripts",
    about: "Upload a Spark job's scripts and its pod templates to S3: the whole set or none of it, and only what changed.",
    version: env!("CARGO_PKG_VERSION"),
    inputs: &[
        Input::new("source", "Folder with the job's scripts.").kind("path").default("scripts"),
        Input::new("bucket", "Bucket to upload to.").kind("bucket name").required(),
        Input::new("prefix", "Where in the bucket the sets are. Each has a place of its own: `<prefix>/<set>/`.").kind("S3 prefix").default("scripts"),
        Input::new("region", "AWS region of the bucket. Unset: the region of the AWS configuration.").kind("AWS region"),
        Input::new("entry-point", "The script that Spark starts, as a path inside `source`, for example `src/threadsleep.py`. A Python script must parse.").kind("path").required(),
        Input::new("include", "Files to upload, as patterns in git-ignore syntax. Unset: all.").kind("patterns").lines(),
        Input::new("exclude", "Files to leave out of those, in the same syntax; the last line that matches decides, and `!` takes back. What version control, editors and Python leave is left out anyway.").kind("patterns").lines(),
        Input::new("allow", "Hidden and secret-looking files to upload all the same, in the same syntax. Others are refused.").kind("patterns").lines(),
        Input::new("set", "Name of the set, for example `pr-123`. A named set is changed in place. Unset: the beginning of the set's hash, so that no upload changes what another uses.").kind("name"),
        Input::new("alias", "Name that is to lead to this set once it is complete, for example `main`: an object that holds the set's URIs.").kind("name"),
        Input::new("delete", "Whether to delete objects in the set's place that do not belong to it. Nothing outside of it is ever touched.").kind("boolean").default("false"),
        Input::new("dry-run", "Whether to say only what would be done.").kind("boolean").default("false"),
        Input::new("max-files", "The most files to upload. More are refused: the folder is probably not the one that was meant.").kind("whole number").default("20000"),
        Input::new("max-size", "The most that the files may have together, for example `500 MB`.").kind("size").default("5 GiB"),
        Input::new("driver-node-pool", "Karpenter NodePool on which the driver runs.").kind("name").default("spark-driver"),
        Input::new("executor-node-pool", "Karpenter NodePool on which the executors run.").kind("name").default("spark-executor"),
        Input::new("node-labels", "Labels of the nodes to run on, in place of `type=karpenter` and `provisioner={{node_pool}}`, which are those of provision-infra's NodePools. `{{node_pool}}` stands for the role's NodePool: `karpenter.sh/nodepool={{node_pool}}` goes with any.").kind("`key=value` lines").lines(),
        Input::new("tolerations", "Taints that the pods tolerate, as kubectl writes them, in place of `{{node_pool}}:NoSchedule`.").kind("`key[=value][:effect]` lines").lines(),
        Input::new("pod-labels", "Labels of the pods.").kind("`key=value` lines").lines(),
        Input::new("driver-template", "Your own pod template for the driver, from the workspace. With a name in `.hbs` it is a handlebars template and has the values above. Unset: `config/driver-template.yaml` of the source, else one is made.").kind("path"),
        Input::new("executor-template", "The same for the executors.").kind("path"),
    ],
    outputs: &[
        Output::new("scripts-uri", "Where the set is, `s3://<bucket>/<prefix>/<set>/`.").kind("S3 URI"),
        Output::new("entry-point-uri", "Where the entry point is.").kind("S3 URI"),
        Output::new("driver-template-uri", "Where the driver's pod template is.").kind("S3 URI"),
        Output::new("executor-template-uri", "Where the executors' pod template is.").kind("S3 URI"),
        Output::new("manifest-uri", "Where the list of the set's files is. It is written last.").kind("S3 URI"),
        Output::new("alias-uri", "Where the alias is. Empty without one.").kind("S3 URI"),
        Output::new("set", "Name of the set.").kind("name"),
        Output::new("hash", "SHA-256 of the whole set, pod templates included. Runs with the same hash had the same scripts.").kind("hexadecimal"),
        Output::new("uploaded", "Number of files uploaded. 0 in a dry run.").kind("whole number"),
        Output::new("unchanged", "Number of files that were there already.").kind("whole number"),
        Output::new("deleted", "Number of objects deleted. 0 in a dry run.").kind("whole number"),
        Output::new("changes", "Number of files and objects that had to be uploaded or deleted; in a dry run, that would have to be.").kind("whole number"),
        Output::new("bytes", "Number of bytes uploaded. 0 in a dry run.").kind("whole number"),
    ],
    commands: &[],
};

/// The inputs, checked.
#[derive(Clone, Debug)]
pub(crate) struct Inputs {
    pub(crate) source: PathBuf,
    pub(crate) entry_point: EntryPoint,
    pub(crate) filter: Filter,
    pub(crate) limits: Limits,
    pub(crate) templates: [OwnTemplate; 2],
    pub(crate) bucket: BucketName,
    pub(crate) prefix: Prefix,
    pub(crate) region: Option<Region>,
    pub(crate) set: Option<SetName>,
    pub(crate) alias: Option<SetName>,
    pub(crate) delete: bool,
    pub(crate) dry_run: bool,
}

/// How much may be uploaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) files: FileCount,
    pub(crate) bytes: Bytes,
}

/// The template of one role: the driver's, then the executors'.
#[derive(Clone, Debug)]
pub(crate) struct OwnTemplate {
    /// None: from the source folder, or ours.
    pub(crate) path: Option<PathBuf>,
    pub(crate) placement: Placement,
}

impl Inputs {
    pub(crate) fn parse(mut fields: Fields) -> Result<Self, Failure> {
        let source = fields.required("source");
        let bucket = fields.required::<BucketName>("bucket");
        let prefix = fields.required::<Prefix>("prefix");
        let region = fields.optional("region");
        let entry_point = fields.required("entry-point");
        let filter = filter(&mut fields);
        let set = fields.optional("set");
        let alias = fields.optional("alias");
        let delete = fields.boolean("delete");
        let dry_run = fields.boolean("dry-run");
        let files = fields.required("max-files");
        let bytes = fields.required("max-size");
        let templates = templates(&mut fields);
        fields.finish()?;
        let (
            Some(source),
            Some(bucket),
            Some(prefix),
            Some(entry_point),
            Some(filter),
            Some(files),
            Some(bytes),
            Some(templates),
        ) = (
            source,
            bucket,
            prefix,
            entry_point,
            filter,
            files,
            bytes,
            templates,
        )
        else {
            return Err(Failure::bug(
                "a required input is unset, but was not reported",
            ));
        };
        Ok(Self {
            source,
            entry_point,
            filter,
            limits: Limits { files, bytes },
            templates,
            bucket,
            prefix,
            region,
            set,
            alias,
            delete: delete.unwrap_or(false),
            dry_run: dry_run.unwrap_or(false),
        })
    }
}

/// What is wrong with a line was recorded when this is `None`.
fn filter(fields: &mut Fields) -> Option<Filter> {
    let include = fields.lines("include");
    let has_include = !include.is_empty();
    let include_lines = include
        .iter()
        .filter(|line| !line.starts_with(['!', '#']))
        .filter_map(|line| Some((line.clone(), Patterns::parse([line.as_str()]).ok()?)))
        .collect();
    let include = patterns(fields, "include", &[], include);
    let exclude = fields.lines("exclude");
    let exclude = patterns(fields, "exclude", NEVER, exclude);
    let allow = fields.lines("allow");
    let allow = patterns(fields, "allow", &[], allow);
    Some(Filter {
        include: Some(include?).filter(|_| has_include),
        include_lines,
        exclude: exclude?,
        allow: allow?,
    })
}

fn patterns(
    fields: &mut Fields,
    input: &str,
    first: &[&str],
    lines: Vec<String>,
) -> Option<Patterns> {
    let all = first
        .iter()
        .copied()
        .chain(lines.iter().map(String::as_str));
    match Patterns::parse(all) {
        Ok(patterns) => Some(patterns),
        Err(problems) => {
            for (line, why) in problems {
                fields.problem(input, format!("`{line}`: {why}"));
            }
            None
        }
    }
}

/// What is wrong with a line was recorded when this is `None`.
fn templates(fields: &mut Fields) -> Option<[OwnTemplate; 2]> {
    let lines = Lines {
        node_labels: fields.lines("node-labels"),
        tolerations: fields.lines("tolerations"),
        pod_labels: fields.lines("pod-labels"),
    };
    let mut said = Vec::new();
    let mut of = |fields: &mut Fields, pool: &str, path: &str| {
        let pool: Option<NodePool> = fields.required(pool);
        let path = fields.optional(path);
        match Placement::new(&pool?, &lines) {
            Ok(placement) => Some(OwnTemplate { path, placement }),
            Err(problems) => {
                // The same lines are read for both roles.
                for (input, problem) in problems {
                    if !said.contains(&problem) {
                        fields.problem(input, problem.clone());
                        said.push(problem);
                    }
                }
                None
            }
        }
    };
    let driver = of(fields, "driver-node-pool", "driver-template");
    let executor = of(fields, "executor-node-pool", "executor-template");
    Some([driver?, executor?])
}
