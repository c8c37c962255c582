//! A local cloud with a job in its bucket, and the program started on it as a step of a workflow.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use local_cloud::{Config, LocalCloud, SparkInstall, VirtualClusterSeed, kubernetes::NODE_POOL};
use run_record::RunRecord;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
};

/// The bucket every test's cloud has.
pub(crate) const BUCKET: &str = "bench";

/// Nothing may take longer than this, real Sparks included.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

/// The programs for a real Spark.
pub(crate) fn spark() -> SparkInstall {
    let path = |name: &str| {
        let value = std::env::var_os(name).map(PathBuf::from);
        value.unwrap_or_else(|| panic!("{name} is not set: run the tests through `cargo xtask ci`"))
    };
    SparkInstall {
        python: path("LOCAL_CLOUD_PYTHON"),
        java_home: path("LOCAL_CLOUD_JAVA_HOME"),
    }
}

/// A cloud with a bucket, a virtual cluster, two NodePools and pod templates for them.
pub(crate) async fn cloud(spark: Option<SparkInstall>) -> LocalCloud {
    cloud_with(Config {
        spark,
        node_startup: Duration::from_secs(1),
        ..Config::default()
    })
    .await
}

/// The same, with these settings besides.
pub(crate) async fn cloud_with(config: Config) -> LocalCloud {
    let cloud = LocalCloud::start(Config {
        buckets: vec![BUCKET.to_owned()],
        virtual_cluster: Some(VirtualClusterSeed {
            name: "analytics".into(),
            namespace: "analytics".into(),
        }),
        ..config
    })
    .await
    .unwrap();
    for (role, family) in [("driver", "m5"), ("executor", "r5")] {
        cloud
            .kubernetes()
            .put(&NODE_POOL, node_pool(&format!("spark-{role}"), family));
        let template = format!(
            "apiVersion: v1\nkind: Pod\nspec:\n  nodeSelector:\n    provisioner: spark-{role}\n"
        );
        put(
            &cloud,
            &format!("scripts/config/{role}-template.yaml"),
            &template,
        )
        .await;
    }
    put(&cloud, "scripts/src/job.py", "print('hello')\n").await;
    cloud
}

/// Puts an object into the bucket.
pub(crate) async fn put(cloud: &LocalCloud, key: &str, text: &str) {
    cloud
        .objects()
        .put(BUCKET, key, text.to_owned().into())
        .await
        .unwrap();
}

fn node_pool(name: &str, family: &str) -> Value {
    json!({
        "apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": { "name": name },
        "spec": {
            "template": {
                "metadata": { "labels": { "provisioner": name } },
                "spec": { "requirements": [{ "key": "karpenter.k8s.aws/instance-family", "operator": "In", "values": [family] }] },
            },
            "disruption": { "consolidateAfter": "1s" },
        },
    })
}

/// What EMR knows of job runs.
pub(crate) fn job_runs(cloud: &LocalCloud) -> Vec<Value> {
    cloud.state()["emr"]["job_runs"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

/// The step: its inputs, its environment and its workspace.
pub(crate) struct Step {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// How the step ended and what it left.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) log: String,
    pub(crate) outputs: Vec<(String, String)>,
    pub(crate) state: Vec<(String, String)>,
}

impl Step {
    /// A step with every input that is needed, in a workflow run of its own.
    pub(crate) fn new(cloud: &LocalCloud, mode: &str) -> Self {
        let step = Self {
            folder: TempDir::new().unwrap(),
            variables: cloud.environment(),
        };
        step.input("mode", mode)
            .input(
                "virtual-cluster-id",
                cloud.virtual_cluster_id().unwrap_or("none"),
            )
            .input(
                "execution-role-arn",
                "arn:aws:iam::000000000000:role/analytics-job",
            )
            .input("entry-point", "s3://bench/scripts/src/job.py")
            .input(
                "driver-template",
                "s3://bench/scripts/config/driver-template.yaml",
            )
            .input(
                "executor-template",
                "s3://bench/scripts/config/executor-template.yaml",
            )
            .input("event-log-uri", "s3://bench/spark-events/")
            .input("log-uri", "s3://bench/logs/")
            .input("poll-interval", "1s")
            .input("observe-nodes-for", "30s")
            .set("GITHUB_REPOSITORY", "demo/threadsleep")
            .set("GITHUB_RUN_ID", "7")
            .set("GITHUB_RUN_ATTEMPT", "1")
    }

    pub(crate) fn input(self, name: &str, value: &str) -> Self {
        self.set(&format!("INPUT_{}", name.to_uppercase()), value)
    }

    /// Sets a variable; an empty value counts as unset.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Waits until there is a record: it is written behind the lines of the log.
    pub(crate) async fn recorded(&self) {
        let written = async {
            while !self.path("run/run-record.json").exists() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let written = tokio::time::timeout(Duration::from_secs(60), written).await;
        written.expect("no record after a minute");
    }

    /// The record in the default directory.
    pub(crate) fn record(&self) -> RunRecord {
        RunRecord::from_json(&fs::read(self.path("run/run-record.json")).unwrap()).unwrap()
    }

    pub(crate) fn start(&self) -> Child {
        self.launch(Path::new(env!("CARGO_BIN_EXE_run-spark-job")), &[])
    }

    /// Runs the post part: the program under its second name, with the state that the main part has left.
    pub(crate) async fn post(&self) -> Ended {
        let program = self.path("run-spark-job-post");
        if !program.exists() {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_run-spark-job"), &program).unwrap();
        }
        let state = entries(&self.path("state"));
        self.end(self.launch(&program, &state)).await
    }

    /// Runs the sweep: the program under its third name.
    pub(crate) async fn sweep(&self) -> Ended {
        let program = self.path("run-spark-job-sweep");
        if !program.exists() {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_run-spark-job"), &program).unwrap();
        }
        let _ = fs::remove_file(self.path("output"));
        self.end(self.launch(&program, &[])).await
    }

    fn launch(&self, program: &Path, state: &[(String, String)]) -> Child {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", self.folder.path())
            .env("GITHUB_OUTPUT", self.path("output"))
            .env("GITHUB_STATE", self.path("state"))
            .env("GITHUB_STEP_SUMMARY", self.path("summary"))
            // A test of failures should not wait for every attempt.
            .env("AWS_MAX_ATTEMPTS", "2")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .envs(
                state
                    .iter()
                    .map(|(key, value)| (format!("STATE_{key}"), value)),
            )
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command.spawn().unwrap()
    }

    pub(crate) async fn run(&self) -> Ended {
        self.end(self.start()).await
    }

    pub(crate) async fn end(&self, child: Child) -> Ended {
        let output = tokio::time::timeout(PATIENCE, child.wait_with_output())
            .await
            .expect("the step hangs")
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ended {
            code: output.status.code(),
            log: text(output.stdout) + &text(output.stderr),
            outputs: entries(&self.path("output")),
            state: entries(&self.path("state")),
        }
    }
}

impl Ended {
    #[track_caller]
    pub(crate) fn with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.log);
        self
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(
            self.log.contains(text),
            "`{text}` is missing in:\n{}",
            self.log
        );
        self
    }

    pub(crate) fn output(&self, name: &str) -> Option<&str> {
        self.outputs
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Reads the step's standard output up to the line with `text`; what comes later stays in it.
pub(crate) async fn until(child: &mut Child, text: &str) -> String {
    let stdout = child.stdout.as_mut().unwrap();
    let mut log = Vec::new();
    let reading = async {
        // Byte by byte, so that nothing is read ahead and lost.
        while !(log.ends_with(b"\n") && String::from_utf8_lossy(&log).contains(text)) {
            log.push(stdout.read_u8().await.expect("the step has ended"));
        }
    };
    tokio::time::timeout(PATIENCE, reading)
        .await
        .expect("the step hangs");
    String::from_utf8(log).unwrap()
}

/// `NAME<<DELIMITER`, value, delimiter; every value here has one line.
fn entries(file: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let entry = |entry: &[&str]| {
        (
            entry[0].split("<<").next().unwrap().to_owned(),
            entry[1].to_owned(),
        )
    };
    lines.chunks(3).map(entry).collect()
}
