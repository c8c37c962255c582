//! The whole local cloud: starts every service on its own loopback port and ends them together.

use crate::config::{ACCESS_KEY_ID, Config, REGION, SECRET_ACCESS_KEY, SparkInstall};
use crate::inspect::Inspector;
use crate::kubernetes::{self, Store};
use crate::listener::Listener;
use crate::objects::Objects;
use crate::spark::Installation;
use crate::{emr, github, inspect, karpenter, s3, sts};
use serde::Serialize;
use std::io;
use std::path::PathBuf;
use tokio_util::sync::DropGuard;

/// Where each service answers, as `http://127.0.0.1:<port>`.
#[derive(Debug, Clone, Serialize)]
pub struct Endpoints {
    /// S3, with the bucket in the path.
    pub s3: String,
    /// EMR containers.
    pub emr_containers: String,
    /// STS.
    pub sts: String,
    /// The Kubernetes API server.
    pub kubernetes: String,
    /// GitHub's REST API.
    pub github: String,
    /// `GET /state`: everything there is, as JSON.
    pub inspect: String,
}

/// The local cloud could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start the local cloud: {step}")]
pub struct StartError {
    step: &'static str,
    source: io::Error,
}

/// A running local cloud. Dropping it ends its servers; [`LocalCloud::shutdown`] also waits for its processes.
#[derive(Debug)]
pub struct LocalCloud {
    endpoints: Endpoints,
    environment: Vec<(String, String)>,
    virtual_cluster_id: Option<String>,
    inspector: Inspector,
    objects: Objects,
    kubernetes: Store,
    emr: emr::Service,
    _karpenter: DropGuard,
    listeners: Vec<Listener>,
    data: Data,
}

/// The folder for files, and the guard that removes it if it is temporary.
#[derive(Debug)]
struct Data {
    folder: PathBuf,
    temporary: Option<tempfile::TempDir>,
}

impl LocalCloud {
    /// Starts every service. They answer when this returns.
    ///
    /// # Errors
    /// When the data folder cannot be written or a loopback port cannot be opened.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let data = Data::open(config.data.clone()).map_err(at("the data folder"))?;
        let objects = Objects::with_buckets(config.buckets.iter().map(String::as_str));
        let kubernetes = Store::new();
        let github = github::Hub::new(&config);

        let spark = locate(config.spark.as_ref()).await.map_err(at("Spark"))?;
        let settings = emr::Settings {
            spark,
            data: data.folder.clone(),
            driver_start_timeout: config.driver_start_timeout,
        };
        let emr = emr::Service::start(settings, objects.clone(), kubernetes.clone());
        let seed = config.virtual_cluster.as_ref();
        let virtual_cluster_id =
            seed.map(|seed| emr.create_virtual_cluster(&seed.name, &seed.namespace));
        let karpenter = karpenter::start(kubernetes.clone(), config.node_startup);

        let inspector = Inspector::new(
            objects.clone(),
            kubernetes.clone(),
            github.clone(),
            emr.clone(),
        );
        let port = || at("a loopback port");
        let s3 = Listener::routes(s3::routes(objects.clone()))
            .await
            .map_err(port())?;
        let containers = Listener::routes(emr.router()).await.map_err(port())?;
        let sts = Listener::routes(sts::routes()).await.map_err(port())?;
        let cluster = Listener::routes(kubernetes::routes(kubernetes.clone()))
            .await
            .map_err(port())?;
        let hub = Listener::routes(github::routes(github))
            .await
            .map_err(port())?;
        let state = Listener::routes(inspect::routes(inspector.clone()))
            .await
            .map_err(port())?;

        let endpoints = Endpoints {
            s3: s3.url(),
            emr_containers: containers.url(),
            sts: sts.url(),
            kubernetes: cluster.url(),
            github: hub.url(),
            inspect: state.url(),
        };
        let kubeconfig = data.folder.join("kubeconfig");
        tokio::fs::write(&kubeconfig, kubernetes::kubeconfig(&endpoints.kubernetes))
            .await
            .map_err(at("the kubeconfig file"))?;
        Ok(Self {
            environment: environment(&endpoints, &kubeconfig.to_string_lossy()),
            endpoints,
            virtual_cluster_id,
            inspector,
            objects,
            kubernetes,
            emr,
            _karpenter: karpenter,
            listeners: vec![s3, containers, sts, cluster, hub, state],
            data,
        })
    }

    /// Where each service answers.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The environment variables that make ordinary clients use this cloud.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        self.environment.clone()
    }

    /// Id of the virtual cluster the configuration asked for.
    #[must_use]
    pub fn virtual_cluster_id(&self) -> Option<&str> {
        self.virtual_cluster_id.as_deref()
    }

    /// Everything there is, as `GET <inspect>/state` returns it.
    #[must_use]
    pub fn state(&self) -> serde_json::Value {
        self.inspector.state()
    }

    /// The objects in S3.
    #[must_use]
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// The objects in Kubernetes.
    #[must_use]
    pub fn kubernetes(&self) -> &Store {
        &self.kubernetes
    }

    /// Applies the origin's driver and executor NodePools, for callers that do not provision first.
    /// `consolidate_after` is how long a node stays empty, such as `5s`.
    pub fn seed_node_pools(&self, consolidate_after: &str) {
        karpenter::seed_node_pools(&self.kubernetes, consolidate_after);
    }

    /// Ends every server and process and removes the temporary folder.
    pub async fn shutdown(self) {
        self.emr.shutdown().await;
        drop(self.listeners);
        drop(self.data.temporary);
    }
}

async fn locate(spark: Option<&SparkInstall>) -> io::Result<Option<Installation>> {
    let Some(spark) = spark else { return Ok(None) };
    let located = Installation::locate(&spark.python, &spark.java_home).await;
    located.map(Some).map_err(io::Error::other)
}

impl Data {
    fn open(folder: Option<PathBuf>) -> io::Result<Self> {
        let Some(folder) = folder else {
            let temporary = tempfile::Builder::new().prefix("local-cloud-").tempdir()?;
            return Ok(Self {
                folder: temporary.path().to_owned(),
                temporary: Some(temporary),
            });
        };
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            folder: folder.canonicalize()?,
            temporary: None,
        })
    }
}

fn at(step: &'static str) -> impl FnOnce(io::Error) -> StartError {
    move |source| StartError { step, source }
}

fn environment(endpoints: &Endpoints, kubeconfig: &str) -> Vec<(String, String)> {
    [
        ("AWS_ENDPOINT_URL_S3", endpoints.s3.as_str()),
        ("AWS_ENDPOINT_URL_EMR_CONTAINERS", &endpoints.emr_containers),
        ("AWS_ENDPOINT_URL_STS", &endpoints.sts),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
        ("AWS_REGION", REGION),
        // The Python SDK and the command line read only this one.
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("KUBECONFIG", kubeconfig),
        ("GITHUB_API_URL", &endpoints.github),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}
