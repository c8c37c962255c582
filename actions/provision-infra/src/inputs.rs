//! What the action reads and writes, and the inputs as types.
//! Every problem is reported together; nothing outside the machine is asked.

use crate::contract::ClusterName;
use crate::manifest::SourceFile;
use crate::review::{Hash, Review, of_text};
use crate::settings::{
    CapacityType, ConsolidateAfter, InstanceFamily, List, Patience, Quantity, ZoneChoice,
};
use aws_setup::Region;
use gha::{Action, Failure, Fields, Input, Output};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;
use sticky_comment::Settings;

mod node_pool_files;

/// The action's contract; action.yml and the README list the same names.
pub(crate) const ACTION: Action = Action {
    name: "provision-infra",
    about: "Apply a Terraform root module for EMR on EKS and the Karpenter NodePools of its Spark jobs, or destroy them.",
    version: env!("CARGO_PKG_VERSION"),
    inputs: &[
        Input::new("command", "What to do: apply, plan, plan-destroy, output or destroy.").kind("apply, plan, plan-destroy, output or destroy").default("apply"),
        Input::new("working-directory", "Folder of the Terraform root module. Default: the one that comes with this action.").kind("path"),
        Input::new("variables", "Terraform variables, one `name=value` a line.").kind("lines of name=value").lines(),
        Input::new("backend-config", "Settings of the state backend, one `key=value` a line.").kind("lines of key=value").lines(),
        Input::new("plan-dir", "Where `plan` and `plan-destroy` write plan.md and plan.json. Neither holds a value that Terraform calls sensitive.").kind("path").default("infrastructure-plan"),
        Input::new("plan-file", "`plan`: where to keep Terraform's own plan file. `apply` and `destroy`: the plan file to carry out. It holds secrets in clear text.").kind("path"),
        Input::new("expected-plan", "The plan that was reviewed: the output `plan-hash`, or the path of its plan.json. `apply` and `destroy` refuse when anything has moved since.").kind("hash or path"),
        Input::new("force", "`destroy`: cancel the job runs that still go on, and remove NodePools of others, instead of refusing.").kind("true or false").default("false"),
        Input::new("comment", "`plan` and `plan-destroy`: whether to keep a comment with the plan on the pull request: auto, always or never. With auto a missing pull request or permission is a notice.").kind("auto, always or never").default("never"),
        Input::new("token", "GitHub token with `pull-requests: write`, for the comment.").kind("token").secret().workflow_default("${{ github.token }}"),
        Input::new("pull-request", "Number of the pull request. Default: the one of the event.").kind("whole number"),
        Input::new("key", "Tells comments of several root modules on one pull request apart.").kind("name").default("default"),
        Input::new("comment-author", "Login of the account the token belongs to. Only its comments are updated.").kind("login").default("github-actions[bot]"),
        Input::new("terraform", "Path of the Terraform program. Default: `terraform`, else `tofu`, on the PATH.").kind("path"),
        Input::new("region", "AWS region for Terraform. Default: the environment's.").kind("AWS region"),
        Input::new("node-pools", "Whether to apply (and on destroy to remove) the two Karpenter NodePools and their EC2NodeClass.").kind("true or false").default("true"),
        Input::new("driver-instance-families", "Instance families for Spark drivers, separated by commas.").kind("list with commas").default("m4,m5"),
        Input::new("executor-instance-families", "Instance families for Spark executors, separated by commas.").kind("list with commas").default("m4,m5,r4,r5"),
        Input::new("driver-capacity-type", "Capacity types for Spark drivers: spot, on-demand or reserved, separated by commas.").kind("list with commas").default("on-demand"),
        Input::new("executor-capacity-type", "Capacity types for Spark executors: spot, on-demand or reserved, separated by commas.").kind("list with commas").default("spot"),
        Input::new("zones", "Availability zones for the nodes, separated by commas, or `all` for every zone of the cluster's subnets. Default: the first of the root module's output `azs`, if it has one, else all. One zone costs less, as data between zones is charged, and shuffles faster.").kind("list with commas"),
        Input::new("consolidate-after", "How long a node stays empty before Karpenter removes it, such as 30s, or Never.").kind("duration").default("30s"),
        Input::new("cpu-limit", "Most CPU each NodePool may hold, as a Kubernetes quantity.").kind("Kubernetes quantity").default("1000"),
        Input::new("memory-limit", "Most memory each NodePool may hold, as a Kubernetes quantity.").kind("Kubernetes quantity").default("1000Gi"),
        Input::new("node-pool-files", "Files or folders with NodePools and EC2NodeClasses of your own, one a line, in place of the two of this action. Karpenter's v1alpha5 Provisioners are translated.").kind("lines of paths").lines(),
        Input::new("kubeconfig", "Path of a kubeconfig file. Default: KUBECONFIG, else the EKS cluster is asked for with the AWS credentials.").kind("path"),
        Input::new("cluster-name", "`destroy`: name of the EKS cluster, where the state no longer has it.").kind("name"),
        Input::new("ready-timeout", "How long the cluster may take to answer and Karpenter to accept each object, such as 90s or 5m.").kind("duration").default("5m"),
        Input::new("remove-timeout", "`destroy`: how long job runs, nodes and the virtual cluster may each take to end, such as 20m.").kind("duration").default("20m"),
    ],
    outputs: &[
        Output::new("cluster-name", "Name of the EKS cluster.").kind("name"),
        Output::new("virtual-cluster-id", "Id of the EMR virtual cluster.").kind("id"),
        Output::new("job-execution-role-arn", "ARN of the role that jobs run as.").kind("ARN"),
        Output::new("bucket", "Bucket for scripts, logs and event logs.").kind("bucket name"),
        Output::new("region", "AWS region of all of it.").kind("AWS region"),
        Output::new("namespace", "Kubernetes namespace of the virtual cluster.").kind("name"),
        Output::new("node-role-name", "Name of the IAM role of Karpenter's nodes.").kind("name"),
        Output::new("plan-hash", "SHA-256 of what is planned, for `expected-plan`.").kind("hash"),
        Output::new("plan-json", "Path of plan.json.").kind("path"),
        Output::new("plan-markdown", "Path of plan.md.").kind("path"),
        Output::new("ended", "How many resources the plan destroys, alone or to replace them.").kind("number"),
        Output::new("comment-url", "Address of the comment with the plan. Not set when none was posted.").kind("URL"),
        Output::new("left", "`destroy`: how many instances, volumes, network interfaces and load balancers the cluster has left behind.").kind("number"),
        Output::new("changes", "What Terraform planned, such as `3 to add, 0 to change, 0 to destroy`."),
    ],
    commands: &[],
};

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Apply,
    Plan,
    PlanDestroy,
    Output,
    Destroy,
}

/// The value of `command` is none of these.
#[derive(Debug, thiserror::Error)]
#[error("expected `apply`, `plan`, `plan-destroy`, `output` or `destroy`")]
pub(crate) struct UnknownCommand;

impl FromStr for Command {
    type Err = UnknownCommand;

    fn from_str(text: &str) -> Result<Self, UnknownCommand> {
        match text {
            "apply" => Ok(Self::Apply),
            "plan" => Ok(Self::Plan),
            "plan-destroy" => Ok(Self::PlanDestroy),
            "output" => Ok(Self::Output),
            "destroy" => Ok(Self::Destroy),
            _ => Err(UnknownCommand),
        }
    }
}

/// Settings that differ between the driver's and the executors' nodes.
#[derive(Debug, Clone)]
pub(crate) struct Hardware {
    pub(crate) families: List<InstanceFamily>,
    pub(crate) capacity: List<CapacityType>,
}

/// What the NodePools are made from.
#[derive(Debug, Clone)]
pub(crate) struct NodePoolSettings {
    pub(crate) driver: Hardware,
    pub(crate) executor: Hardware,
    pub(crate) zones: ZoneChoice,
    pub(crate) consolidate_after: ConsolidateAfter,
    pub(crate) cpu_limit: Quantity,
    pub(crate) memory_limit: Quantity,
}

/// Everything the user asked for.
#[derive(Debug)]
pub(crate) struct Inputs {
    pub(crate) command: Command,
    /// Absent for the root module of this program.
    pub(crate) working_directory: Option<PathBuf>,
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) backend_config: Vec<(String, String)>,
    pub(crate) plan_dir: PathBuf,
    pub(crate) plan_file: Option<PathBuf>,
    pub(crate) expected_plan: Option<Expected>,
    pub(crate) force: bool,
    pub(crate) comment: Settings,
    pub(crate) terraform: Option<PathBuf>,
    pub(crate) region: Option<Region>,
    /// Absent when the user wants no NodePools.
    pub(crate) node_pools: Option<NodePoolSettings>,
    /// Files of the user's in place of ours.
    pub(crate) node_pool_files: Vec<SourceFile>,
    pub(crate) kubeconfig: Option<PathBuf>,
    pub(crate) cluster_name: Option<ClusterName>,
    pub(crate) ready_timeout: Duration,
    pub(crate) remove_timeout: Duration,
}

impl Inputs {
    /// Hash of everything that the Karpenter objects are made from here; none when there are none.
    pub(crate) fn node_pools_digest(&self) -> Option<String> {
        let settings = self.node_pools.as_ref()?;
        let files: Vec<&str> = self
            .node_pool_files
            .iter()
            .map(|file| file.text.as_str())
            .collect();
        Some(of_text(&format!("{settings:?}\n{}", files.join("\n---\n"))))
    }
}

/// The plan that was reviewed, as it was given.
#[derive(Debug)]
pub(crate) enum Expected {
    Hash(Hash),
    /// The contents of its plan.json.
    Review(Box<Review>),
}

impl Expected {
    pub(crate) fn hash(&self) -> &Hash {
        match self {
            Self::Hash(hash) => hash,
            Self::Review(review) => &review.hash,
        }
    }
}

impl Inputs {
    /// Reads and checks all inputs.
    ///
    /// # Errors
    /// One failure that lists every input that cannot be used.
    pub(crate) fn parse(mut fields: Fields) -> Result<Self, Failure> {
        let command = fields.required("command");
        let working_directory = working_directory(&mut fields);
        let variables = fields.pairs("variables");
        let backend_config = fields.pairs("backend-config");
        if working_directory.is_none() {
            needs_a_bucket(&mut fields, &backend_config);
        }
        let plan_dir = fields.required("plan-dir");
        let plan_file = plan_file(&mut fields, command);
        let expected_plan = expected_plan(&mut fields);
        let force = fields.boolean("force");
        let comment = Settings::parse(&mut fields);
        let terraform = file(&mut fields, "terraform");
        let region = fields.optional("region");
        let wanted = fields.boolean("node-pools");
        let settings = node_pools(&mut fields);
        let zones = settings
            .as_ref()
            .map_or(ZoneChoice::All, |settings| settings.zones.clone());
        let node_pool_files = node_pool_files::read(&mut fields, &zones);
        let kubeconfig = file(&mut fields, "kubeconfig");
        let cluster_name = fields.optional("cluster-name");
        let ready_timeout = fields.required::<Patience>("ready-timeout");
        let remove_timeout = fields.required::<Patience>("remove-timeout");
        fields.finish()?;
        let (Some(command), Some(plan_dir), Some(force), Some(wanted), Some(settings)) =
            (command, plan_dir, force, wanted, settings)
        else {
            return Err(unusable());
        };
        Ok(Self {
            command,
            working_directory,
            variables,
            backend_config,
            plan_dir,
            plan_file,
            expected_plan,
            force,
            comment: comment.ok_or_else(unusable)?,
            terraform,
            region,
            node_pools: wanted.then_some(settings),
            node_pool_files,
            kubeconfig,
            cluster_name,
            ready_timeout: ready_timeout.ok_or_else(unusable)?.0,
            remove_timeout: remove_timeout.ok_or_else(unusable)?.0,
        })
    }
}

fn unusable() -> Failure {
    Failure::bug("an input without a value was reported as usable")
}

/// `plan` makes the file, the others read it.
fn plan_file(fields: &mut Fields, command: Option<Command>) -> Option<PathBuf> {
    match command {
        Some(Command::Apply | Command::Destroy) => file(fields, "plan-file"),
        _ => fields.optional("plan-file"),
    }
}

fn expected_plan(fields: &mut Fields) -> Option<Expected> {
    let text = fields.text("expected-plan")?;
    if let Ok(hash) = text.parse() {
        return Some(Expected::Hash(hash));
    }
    let read = std::fs::read_to_string(&text)
        .map_err(|error| {
            format!("`{text}` is neither a hash of 64 hexadecimal digits nor a file that can be read: {error}")
        })
        .and_then(|json| Review::parse(&json).map_err(|error| format!("`{text}`: {error}")));
    match read {
        Ok(review) => Some(Expected::Review(Box::new(review))),
        Err(problem) => {
            fields.problem("expected-plan", problem);
            None
        }
    }
}

fn node_pools(fields: &mut Fields) -> Option<NodePoolSettings> {
    let driver = hardware(fields, "driver-instance-families", "driver-capacity-type");
    let executor = hardware(
        fields,
        "executor-instance-families",
        "executor-capacity-type",
    );
    let zones = fields.optional("zones").unwrap_or_default();
    let consolidate_after = fields.required("consolidate-after");
    let cpu_limit = fields.required("cpu-limit");
    let memory_limit = fields.required("memory-limit");
    Some(NodePoolSettings {
        driver: driver?,
        executor: executor?,
        zones,
        consolidate_after: consolidate_after?,
        cpu_limit: cpu_limit?,
        memory_limit: memory_limit?,
    })
}

fn hardware(fields: &mut Fields, families: &str, capacity: &str) -> Option<Hardware> {
    let families = fields.required(families);
    let capacity = fields.required(capacity);
    Some(Hardware {
        families: families?,
        capacity: capacity?,
    })
}

fn working_directory(fields: &mut Fields) -> Option<PathBuf> {
    let folder: PathBuf = fields.optional("working-directory")?;
    match root_module_problem(&folder) {
        None => Some(folder),
        Some(problem) => {
            fields.problem(
                "working-directory",
                format!("`{}`: {problem}", folder.display()),
            );
            None
        }
    }
}

/// The module of this program keeps its state in a bucket; elsewhere it would go with the runner.
fn needs_a_bucket(fields: &mut Fields, backend_config: &[(String, String)]) {
    // One that cannot be used is a problem already.
    if fields.text("working-directory").is_some() {
        return;
    }
    let given = |wanted: &&str| backend_config.iter().any(|(key, _)| key == wanted);
    let missing: Vec<&str> = ["bucket", "key"]
        .into_iter()
        .filter(|key| !given(key))
        .collect();
    if !missing.is_empty() {
        fields.problem(
            "backend-config",
            format!(
                "{} missing: the module of this action keeps its state in a bucket, such as `bucket=my-terraform-state` and \
                 `key=emr-eks/terraform.tfstate`",
                missing.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ")
                    + if missing.len() == 1 { " is" } else { " are" }
            ),
        );
    }
}

fn root_module_problem(folder: &Path) -> Option<String> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return Some(cannot_open("folder", &error)),
    };
    let is_module = entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        [".tf", ".tf.json", ".tofu", ".tofu.json"]
            .iter()
            .any(|end| name.ends_with(end))
    });
    (!is_module)
        .then(|| "the folder has no *.tf file; name the folder of the root module".to_owned())
}

fn file(fields: &mut Fields, input: &str) -> Option<PathBuf> {
    let path: PathBuf = fields.optional(input)?;
    let problem = match std::fs::metadata(&path) {
        Ok(metadata) if metadata.is_file() => return Some(path),
        Ok(_) => "is not a file".to_owned(),
        Err(error) => cannot_open("file", &error),
    };
    fields.problem(input, format!("`{}`: {problem}", path.display()));
    None
}

fn cannot_open(what: &str, error: &dyn fmt::Display) -> String {
    format!("cannot open this {what}: {error}")
}
