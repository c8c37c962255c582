//! The benchmark as a workflow: which action runs when, with which inputs, and whose outputs they come from.
//! All settings of the demo are in this file.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::cloud::{BUCKET, Cloud, PULL_REQUEST, REPOSITORY, STATE_BUCKET, TOKEN};
use super::step_view::Detail;
use super::workflow::{StepCalls, Workflow};
use super::{Desk, Stage};
use crate::problem::{Result, WhileDoing as _};
use crate::runner::{GitHub, Settings};

const REGION: &str = "us-east-1";
pub(crate) const JOB_ROLE: &str = "arn:aws:iam::000000000000:role/demo-job-execution";
const ROOT_MODULE: &str = "xtask/demo/infra";
const SCRIPTS: &str = "fixtures/threadsleep";
pub(crate) const ENTRY_POINT: &str = "src/threadsleep.py";

/// What a person can choose about the demo.
#[derive(Debug, Clone)]
pub(crate) struct Experiment {
    pub(crate) unit_seconds: u32,
    pub(crate) consolidate_after: String,
    /// How much of the steps' own output is shown.
    pub(crate) detail: Detail,
}

/// The steps of one benchmark, run one after the other.
#[derive(Debug)]
pub(crate) struct Chain {
    experiment: Experiment,
    workflow: Workflow,
    repository: PathBuf,
    virtual_cluster_id: String,
    /// Where results go; steps are told it relative to the repository.
    folder: PathBuf,
}

impl Chain {
    /// Results go into `folder`, which is in the repository.
    pub(crate) fn new(
        experiment: Experiment,
        stage: &Stage,
        folder: &Path,
        desk: &Desk,
    ) -> Result<Self> {
        let settings = Settings {
            programs: stage.programs(desk),
            workspace: desk.places.repository.clone(),
            github: github(&stage.cloud),
            environment: environment(stage),
        };
        Ok(Self {
            workflow: Workflow::new(settings, &stage.cloud.endpoints, folder, desk)?,
            repository: desk.places.repository.clone(),
            virtual_cluster_id: stage.cloud.virtual_cluster_id.clone(),
            folder: folder.to_owned(),
            experiment,
        })
    }

    /// The whole benchmark.
    pub(crate) async fn run_all(&mut self) -> Result<()> {
        self.provision().await?;
        self.upload("upload").await?;
        self.run_job("static").await?;
        self.run_job("dra").await?;
        self.compare("compare").await
    }

    /// Runs the post steps; call it whatever happened before. How many containers had to be ended for it.
    pub(crate) async fn finish(&mut self) -> Result<usize> {
        self.workflow.finish().await
    }

    /// What the comparison said, for the end of the demo.
    pub(crate) fn verdict(&self) -> &str {
        self.workflow.log_of("compare")
    }

    /// Terraform with its state in S3: a plan, then exactly that plan, then the NodePools.
    pub(crate) async fn provision(&mut self) -> Result<()> {
        copy_folder(
            &self.repository.join(ROOT_MODULE),
            &self.folder.join("infra"),
        )?;
        let node_pools = (
            "consolidate-after",
            self.experiment.consolidate_after.clone(),
        );
        self.infrastructure("plan", "plan", vec![node_pools.clone()])
            .await?;
        let reviewed = self.workflow.output("plan", "plan-json")?;
        let with = vec![node_pools, ("expected-plan", reviewed)];
        self.infrastructure("provision", "apply", with).await
    }

    /// Takes all of it away; job runs that still go on are cancelled.
    pub(crate) async fn destroy(&mut self) -> Result<()> {
        let with = vec![("force", "true".into())];
        self.infrastructure("destroy", "destroy", with).await
    }

    async fn infrastructure(
        &mut self,
        id: &str,
        command: &str,
        more: Vec<(&'static str, String)>,
    ) -> Result<()> {
        let variables = [
            ("virtual_cluster_id", self.virtual_cluster_id.as_str()),
            ("job_execution_role_arn", JOB_ROLE),
            ("bucket", BUCKET),
            ("region", REGION),
        ];
        let backend = [
            ("bucket", STATE_BUCKET),
            ("key", "demo/terraform.tfstate"),
            ("region", REGION),
        ];
        let mut with = vec![
            ("command", command.into()),
            (
                "working-directory",
                self.relative(&self.folder.join("infra")),
            ),
            ("variables", lines(&variables)),
            ("backend-config", lines(&backend)),
            ("region", REGION.into()),
            ("plan-dir", self.relative(&self.folder.join("plan"))),
        ];
        with.extend(more);
        self.workflow
            .step(id, "provision-infra", self.experiment.detail, with)
            .await
    }

    /// What each step has called.
    pub(crate) fn calls(&self) -> &[StepCalls] {
        self.workflow.calls()
    }

    /// An output of a step that has run.
    pub(crate) fn output(&self, step: &str, name: &str) -> Result<String> {
        self.workflow.output(step, name)
    }

    /// The job's script and the pod templates.
    pub(crate) async fn upload(&mut self, id: &str) -> Result<()> {
        let with = [
            ("source", SCRIPTS.into()),
            ("bucket", self.workflow.output("provision", "bucket")?),
            ("region", self.workflow.output("provision", "region")?),
            ("entry-point", ENTRY_POINT.into()),
        ];
        self.workflow
            .step(id, "upload-scripts", self.experiment.detail, with)
            .await
    }

    /// One job run of one variant.
    pub(crate) async fn run_job(&mut self, variant: &str) -> Result<()> {
        let output = |step: &str, name: &str| self.workflow.output(step, name);
        let bucket = output("provision", "bucket")?;
        let with = [
            ("mode", variant.into()),
            (
                "virtual-cluster-id",
                output("provision", "virtual-cluster-id")?,
            ),
            (
                "execution-role-arn",
                output("provision", "job-execution-role-arn")?,
            ),
            ("region", output("provision", "region")?),
            ("entry-point", output("upload", "entry-point-uri")?),
            ("scripts-hash", output("upload", "hash")?),
            ("arguments", self.experiment.unit_seconds.to_string()),
            ("driver-template", output("upload", "driver-template-uri")?),
            (
                "executor-template",
                output("upload", "executor-template-uri")?,
            ),
            ("event-log-uri", format!("s3://{bucket}/spark-events/")),
            ("log-uri", format!("s3://{bucket}/logs/")),
            ("record-uri", format!("s3://{bucket}/records/")),
            (
                "directory",
                self.relative(&self.folder.join("runs").join(variant)),
            ),
            ("poll-interval", "2s".into()),
            ("observe-nodes-for", "60s".into()),
        ];
        self.workflow
            .step(variant, "run-spark-job", self.experiment.detail, with)
            .await
    }

    /// The comparison and its comment, of the records that the steps have left beside each other.
    pub(crate) async fn compare(&mut self, id: &str) -> Result<()> {
        self.compare_by(id, "record").await
    }

    /// The same of the records in the bucket, as a job on another runner reads them; it updates the comment of the first.
    pub(crate) async fn compare_from_the_bucket(&mut self, id: &str) -> Result<()> {
        self.compare_by(id, "record-uri").await
    }

    async fn compare_by(&mut self, id: &str, output: &str) -> Result<()> {
        let with = [
            ("static", self.workflow.output("static", output)?),
            ("dra", self.workflow.output("dra", output)?),
            ("region", self.workflow.output("provision", "region")?),
            ("report-dir", self.relative(&self.folder)),
            ("comment", "always".into()),
        ];
        // What it says is what the demo ends with.
        self.workflow
            .step(id, "compare-dra", Detail::Nothing, with)
            .await
    }

    /// A path as a workflow would write it: relative to the checked-out repository.
    fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.repository)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}

/// The pull request that the job belongs to.
fn github(cloud: &Cloud) -> GitHub {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    GitHub {
        repository: REPOSITORY.into(),
        pull_request: PULL_REQUEST,
        token: TOKEN.into(),
        api_url: cloud.endpoints.github.clone(),
        server_url: "https://github.com".into(),
        // A number of its own for each demo: the client tokens of job runs are made from it.
        run_id: since_1970.map_or(1, |since| since.as_secs()),
        run_attempt: 1,
        sha: "0123456789abcdef0123456789abcdef01234567".into(),
    }
}

/// The workflow's `env:`: where the cloud is, and a PATH that begins with Terraform as the image's does.
fn environment(stage: &Stage) -> IndexMap<String, String> {
    let mut environment = stage.cloud.environment.clone();
    // The runner sets this one itself, from its context.
    environment.shift_remove("GITHUB_API_URL");
    if stage.in_containers() {
        // Images have a PATH of their own.
        return environment;
    }
    let terraform = stage
        .environment
        .terraform
        .parent()
        .unwrap_or(Path::new("/"));
    let path = std::env::var("PATH").unwrap_or_default();
    environment.insert("PATH".into(), format!("{}:{path}", terraform.display()));
    environment
}

fn lines(pairs: &[(&str, &str)]) -> String {
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// A fresh copy, as a fresh checkout is: Terraform leaves its working files in the folder.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let copy = || -> std::io::Result<()> {
        std::fs::create_dir_all(to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), to.join(entry.file_name()))?;
            }
        }
        Ok(())
    };
    copy().while_doing(|| format!("copy `{}` to `{}`", from.display(), to.display()))
}
