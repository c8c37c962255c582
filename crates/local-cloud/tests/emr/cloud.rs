//! A local cloud with one bucket and one virtual cluster, and the SDK clients for it.

use std::{path::PathBuf, time::Duration};

use aws_credential_types::Credentials;
use aws_sdk_emrcontainers::{
    Client,
    types::{
        Configuration, ConfigurationOverrides, JobDriver, JobRunState, MonitoringConfiguration,
        S3MonitoringConfiguration, SparkSubmitJobDriver,
    },
};
use local_cloud::kubernetes::POD;
use local_cloud::{Config, JobScript, LocalCloud, SparkInstall, VirtualClusterSeed};

pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/job-execution";

pub(crate) struct Cloud {
    pub(crate) cloud: LocalCloud,
    pub(crate) emr: Client,
    pub(crate) cluster: String,
}

/// A local cloud that can only answer.
pub(crate) async fn without_spark() -> Cloud {
    start(None).await
}

/// A local cloud that can run jobs, with nodes that start in a second.
pub(crate) async fn with_spark() -> Cloud {
    let path = |name: &str| {
        let value = std::env::var_os(name).filter(|value| !value.is_empty());
        PathBuf::from(
            value.unwrap_or_else(|| panic!("{name} is not set: run through `cargo xtask ci`")),
        )
    };
    let spark = SparkInstall {
        python: path("LOCAL_CLOUD_PYTHON"),
        java_home: path("LOCAL_CLOUD_JAVA_HOME"),
    };
    start(Some(spark)).await
}

/// A local cloud that plays job runs, with nodes that start in a tenth of a second.
pub(crate) async fn with_script(script: JobScript) -> Cloud {
    start_with(Config {
        script: Some(script),
        node_startup: Duration::from_millis(100),
        ..config()
    })
    .await
}

async fn start(spark: Option<SparkInstall>) -> Cloud {
    start_with(Config { spark, ..config() }).await
}

fn config() -> Config {
    Config {
        buckets: vec!["bench".to_owned()],
        virtual_cluster: Some(VirtualClusterSeed {
            name: "spark".to_owned(),
            namespace: "analytics".to_owned(),
        }),
        node_startup: Duration::from_secs(1),
        ..Config::default()
    }
}

async fn start_with(config: Config) -> Cloud {
    let cloud = LocalCloud::start(config).await.unwrap();
    cloud.seed_node_pools("1s");
    let config = aws_sdk_emrcontainers::Config::builder()
        .behavior_version_latest()
        .endpoint_url(&cloud.endpoints().emr_containers)
        .region(aws_sdk_emrcontainers::config::Region::from_static(
            "us-east-1",
        ))
        .credentials_provider(Credentials::new(
            local_cloud::config::ACCESS_KEY_ID,
            local_cloud::config::SECRET_ACCESS_KEY,
            None,
            None,
            "test",
        ))
        .build();
    let cluster = cloud.virtual_cluster_id().unwrap().to_owned();
    Cloud {
        cloud,
        emr: Client::from_conf(config),
        cluster,
    }
}

/// A job to start.
#[derive(Clone, Default)]
pub(crate) struct Job<'a> {
    pub(crate) token: &'a str,
    pub(crate) script: &'a str,
    pub(crate) submit: &'a str,
    pub(crate) properties: &'a [(&'a str, &'a str)],
}

impl Cloud {
    pub(crate) async fn put(&self, key: &str, body: &str) {
        self.cloud
            .objects()
            .put("bench", key, body.to_owned().into())
            .await
            .unwrap();
    }

    pub(crate) async fn start(&self, job: Job<'_>) -> Result<String, aws_sdk_emrcontainers::Error> {
        let mut defaults = Configuration::builder().classification("spark-defaults");
        for (key, value) in job.properties {
            defaults = defaults.properties(*key, *value);
        }
        let logs = S3MonitoringConfiguration::builder()
            .log_uri("s3://bench/logs/")
            .build()
            .unwrap();
        let submit = SparkSubmitJobDriver::builder()
            .entry_point(format!("s3://bench/{}", job.script))
            .set_spark_submit_parameters((!job.submit.is_empty()).then(|| job.submit.to_owned()));
        let answer = self
            .emr
            .start_job_run()
            .virtual_cluster_id(&self.cluster)
            .client_token(job.token)
            .name("job")
            .execution_role_arn(ROLE)
            .release_label("emr-7.13.0-latest")
            .job_driver(
                JobDriver::builder()
                    .spark_submit_job_driver(submit.build().unwrap())
                    .build(),
            )
            .configuration_overrides(
                ConfigurationOverrides::builder()
                    .application_configuration(defaults.build().unwrap())
                    .monitoring_configuration(
                        MonitoringConfiguration::builder()
                            .s3_monitoring_configuration(logs)
                            .build(),
                    )
                    .build(),
            )
            .send()
            .await?;
        Ok(answer.id.unwrap())
    }

    /// Polls until the job run is in one of the states; gives the job run.
    pub(crate) async fn wait_for(
        &self,
        id: &str,
        states: &[JobRunState],
    ) -> aws_sdk_emrcontainers::types::JobRun {
        let poll = async {
            loop {
                let answer = self
                    .emr
                    .describe_job_run()
                    .virtual_cluster_id(&self.cluster)
                    .id(id)
                    .send()
                    .await;
                let run = answer.unwrap().job_run.unwrap();
                if run
                    .state
                    .as_ref()
                    .is_some_and(|state| states.contains(state))
                {
                    return run;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(180), poll)
            .await
            .expect("the job run did not get there")
    }

    /// Waits until the job run has an executor pod in the phase.
    pub(crate) async fn wait_for_executor(&self, id: &str, phase: &str) {
        let store = self.cloud.kubernetes();
        let is_wanted = |pod: &serde_json::Value| {
            let labels = &pod["metadata"]["labels"];
            labels["emr-containers.amazonaws.com/job.id"] == id
                && labels["spark-role"] == "executor"
                && pod["status"]["phase"] == phase
        };
        let mut changed = store.changed();
        let wait = async {
            while !store.list(&POD, None).iter().any(is_wanted) {
                changed.changed().await.unwrap();
            }
        };
        let limit = Duration::from_secs(120);
        tokio::time::timeout(limit, wait)
            .await
            .expect("no executor came");
    }

    /// The text of the driver's standard error as it stands under the log URI.
    pub(crate) async fn driver_stderr(&self, id: &str) -> String {
        let key = format!(
            "logs/{}/jobs/{id}/containers/spark-{id}/spark-{id}-driver/stderr.gz",
            self.cluster
        );
        let bytes = self
            .cloud
            .objects()
            .get("bench", &key)
            .await
            .unwrap()
            .expect("no driver log");
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text)
            .unwrap();
        text
    }

    /// The processes of a job run that are still there, by name.
    pub(crate) fn processes(&self, id: &str) -> Vec<u32> {
        let state = self.cloud.state();
        let jobs = state["emr"]["job_runs"].as_array().unwrap();
        let job = jobs.iter().find(|job| job["id"] == id).unwrap();
        let processes = job["processes"].as_object().unwrap().values();
        processes
            .filter_map(|id| u32::try_from(id.as_u64()?).ok())
            .collect()
    }
}
