//! What a local cloud starts with, and the names everything in it shares.

use crate::job_script::JobScript;
use crate::made_up_prices::Prices;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

/// The one AWS account.
pub const ACCOUNT: &str = "000000000000";
/// The one AWS region.
pub const REGION: &str = "us-east-1";
/// The access key that is accepted.
pub const ACCESS_KEY_ID: &str = "AKIALOCALCLOUD0000000";
/// The secret that goes with [`ACCESS_KEY_ID`].
pub const SECRET_ACCESS_KEY: &str = "local-cloud-secret";
/// The role that a workflow's OIDC token may assume.
pub const ROLE: &str = "arn:aws:iam::000000000000:role/github-actions";
/// Name of the one EKS cluster.
pub const CLUSTER: &str = crate::eks::CLUSTER;
/// GitHub token of `github-actions[bot]`, which may write comments.
pub const TOKEN: &str = "local-cloud-token";
/// GitHub token of `github-actions[bot]` in a workflow without write permission, as on a pull request from a fork.
pub const READ_ONLY_TOKEN: &str = "local-cloud-read-only";

/// What a local cloud starts with.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address to listen on: loopback, unless clients have a network of their own, such as containers. Whoever can
    /// reach it can use everything.
    pub address: IpAddr,
    /// Buckets to create.
    pub buckets: Vec<String>,
    /// Folder for everything that is kept in files; a temporary one, removed at the end, if none is given.
    pub data: Option<PathBuf>,
    /// A virtual cluster to create.
    pub virtual_cluster: Option<VirtualClusterSeed>,
    /// The Spark that executes job runs. Without it, job runs are accepted but fail.
    pub spark: Option<SparkInstall>,
    /// What job runs play instead of being run by a Spark.
    pub script: Option<JobScript>,
    /// Time from the creation of a NodeClaim until its node is ready.
    pub node_startup: Duration,
    /// How long a driver pod may wait for its node before the job run fails.
    pub driver_start_timeout: Duration,
    /// ARNs of the roles that a workflow's OIDC token may assume.
    pub roles: Vec<String>,
    /// How long the credentials of an assumed role count, whatever was asked for. STS itself gives no less than 15
    /// minutes.
    pub session_lifetime: Option<Duration>,
    /// Actions that are denied to everybody, such as `emr-containers:StartJobRun`: by the services, and in what IAM
    /// says about them.
    pub denied_actions: Vec<String>,
    /// What the Price List and the spot price history say.
    pub prices: Prices,
    /// Pull requests that exist on GitHub, and with them their repositories.
    pub pull_requests: Vec<PullRequestSeed>,
    /// Where pull requests come from; one that is not listed comes from the branch `change` of its own repository.
    pub pull_request_heads: Vec<PullRequestHead>,
    /// GitHub tokens that are accepted.
    pub tokens: Vec<Token>,
}

/// A virtual cluster to create.
#[derive(Debug, Clone)]
pub struct VirtualClusterSeed {
    /// Its name.
    pub name: String,
    /// Its namespace, which is created with it.
    pub namespace: String,
}

/// Where the programs that run Spark are.
#[derive(Debug, Clone)]
pub struct SparkInstall {
    /// A Python with PySpark.
    pub python: PathBuf,
    /// A Java home that this Spark can run on.
    pub java_home: PathBuf,
}

/// A pull request that exists on GitHub.
#[derive(Debug, Clone)]
pub struct PullRequestSeed {
    /// `owner/name`.
    pub repository: String,
    /// Its number.
    pub number: u64,
}

/// What a pull request would merge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PullRequestHead {
    /// The number of the pull request.
    pub number: u64,
    /// `owner/name` of the repository with the branch: another one than the pull request's for a fork.
    pub repository: String,
    /// The branch.
    pub branch: String,
    /// Its last commit.
    pub sha: String,
    /// Neither closed nor merged.
    pub open: bool,
}

/// A GitHub token and what it allows.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token itself.
    pub token: String,
    /// Login of its user; one that ends in `[bot]` is of type `Bot`.
    pub login: String,
    /// Whether it may create, change and delete comments.
    pub write: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            buckets: Vec::new(),
            data: None,
            virtual_cluster: None,
            spark: None,
            script: None,
            node_startup: Duration::from_secs(8),
            // The service's own default.
            driver_start_timeout: Duration::from_secs(15 * 60),
            roles: vec![ROLE.to_owned()],
            session_lifetime: None,
            denied_actions: Vec::new(),
            prices: Prices::default(),
            pull_requests: Vec::new(),
            pull_request_heads: Vec::new(),
            tokens: vec![
                Token::actions(TOKEN, true),
                Token::actions(READ_ONLY_TOKEN, false),
            ],
        }
    }
}

impl Token {
    /// A token of `github-actions[bot]`, as a workflow gets it.
    #[must_use]
    pub fn actions(token: &str, write: bool) -> Self {
        Self {
            token: token.to_owned(),
            login: "github-actions[bot]".to_owned(),
            write,
        }
    }
}
