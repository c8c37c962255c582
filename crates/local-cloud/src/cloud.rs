//! The whole local cloud: starts every service on its own loopback port and ends them together.

use crate::calls::{Calls, Gate, Guard, Service};
use crate::cloudwatch_logs::LogGroups;
use crate::config::{Config, SparkInstall};
use crate::credentials::Keys;
use crate::endpoints::{Endpoints, environment};
use crate::iam::Iam;
use crate::inspect::Inspector;
use crate::kubernetes::{self, Store};
use crate::listener::Listener;
use crate::objects::Objects;
use crate::spark::Installation;
use crate::sts::Sts;
use crate::web_identity::{Issuer, REQUEST_TOKEN};
use crate::{
    cloudwatch_logs, ec2, eks, emr, github, iam, inspect, karpenter, pricing, s3, sts, tagging,
};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use tokio_util::sync::DropGuard;

mod handles;

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
    estate: ec2::Estate,
    eks: eks::EksCluster,
    pub(crate) github: github::Hub,
    emr: emr::Service,
    _karpenter: DropGuard,
    guard: Guard,
    gates: BTreeMap<Service, Listener>,
    eks_cluster: Listener,
    _inspect: Listener,
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
        let log_groups = LogGroups::default();
        let settings = emr::Settings {
            spark,
            data: data.folder.clone(),
            driver_start_timeout: config.driver_start_timeout,
        };
        let emr = emr::Service::start(
            settings,
            config.script.clone(),
            objects.clone(),
            kubernetes.clone(),
            log_groups.clone(),
        );
        let seed = config.virtual_cluster.as_ref();
        let virtual_cluster_id =
            seed.map(|seed| emr.create_virtual_cluster(&seed.name, &seed.namespace));
        let eks_state = eks::EksCluster::new();
        let estate = ec2::Estate::new();
        let karpenter = karpenter::start(
            kubernetes.clone(),
            estate.clone(),
            eks_state.clone(),
            config.node_startup,
        );

        let inspector = Inspector::new(
            objects.clone(),
            kubernetes.clone(),
            github.clone(),
            emr.clone(),
            estate.clone(),
        );
        let guard = Guard {
            calls: Calls::new(),
            keys: Keys::new(),
            denied: config.denied_actions.clone().into(),
        };
        let keys = &guard.keys;
        let issuer = Issuer::default();
        let sts = Sts {
            keys: keys.clone(),
            issuer: issuer.clone(),
            roles: config.roles.clone(),
            lifetime: config.session_lifetime,
        };
        let iam = Iam {
            keys: keys.clone(),
            denied: config.denied_actions.clone(),
        };
        let cluster = kubernetes::routes(kubernetes.clone());
        let routes = [
            (Service::S3, s3::routes(objects.clone(), keys.clone())),
            (Service::EmrContainers, emr.router()),
            (Service::Sts, sts::routes(sts)),
            (Service::Iam, iam::routes(iam)),
            (Service::CloudwatchLogs, cloudwatch_logs::routes(log_groups)),
            (Service::Pricing, pricing::routes(config.prices.clone())),
            (
                Service::Ec2,
                ec2::routes(config.prices.clone(), estate.clone()),
            ),
            (Service::Tagging, tagging::routes(estate.clone())),
            (Service::Kubernetes, cluster.clone()),
            (Service::Github, github::routes(github.clone())),
            (Service::IdToken, issuer.routes()),
        ];
        let mut gates = BTreeMap::new();
        for (service, routes) in routes {
            let listener =
                Listener::serve(config.address, Gate::new(service, &guard, routes), None).await;
            gates.insert(service, listener.map_err(at("a port"))?);
        }
        let url = |service| gates.get(&service).map(Listener::url).unwrap_or_default();

        // The same cluster once more, as EKS shows it: behind TLS, for callers with a token.
        let certificate = eks::Certificate::make(config.address).map_err(at("a certificate"))?;
        let cluster =
            eks::authenticated(cluster, keys.clone(), &url(Service::Sts), eks_state.clone());
        let cluster = Gate::new(Service::Kubernetes, &guard, cluster);
        let eks_cluster = Listener::serve(config.address, cluster, Some(certificate.acceptor))
            .await
            .map_err(at("a port"))?;
        let shown = eks::Cluster {
            state: eks_state.clone(),
            endpoint: eks_cluster.tls_url(),
            authority: certificate.authority,
        };
        let eks = Gate::new(Service::Eks, &guard, eks::routes(shown));
        let eks = Listener::serve(config.address, eks, None)
            .await
            .map_err(at("a port"))?;
        let inspect = Listener::routes(
            config.address,
            inspect::routes(inspector.clone(), guard.calls.clone()),
        )
        .await
        .map_err(at("a port"))?;

        let endpoints = Endpoints {
            s3: url(Service::S3),
            emr_containers: url(Service::EmrContainers),
            sts: url(Service::Sts),
            iam: url(Service::Iam),
            eks: eks.url(),
            cloudwatch_logs: url(Service::CloudwatchLogs),
            pricing: url(Service::Pricing),
            ec2: url(Service::Ec2),
            tagging: url(Service::Tagging),
            kubernetes: url(Service::Kubernetes),
            github: url(Service::Github),
            id_token: url(Service::IdToken),
            inspect: inspect.url(),
        };
        gates.insert(Service::Eks, eks);
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
            estate,
            eks: eks_state,
            github,
            emr,
            _karpenter: karpenter,
            guard,
            gates,
            eks_cluster,
            _inspect: inspect,
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

    /// The environment variables that a workflow with the permission `id-token: write` has besides.
    #[must_use]
    pub fn id_token_environment(&self) -> Vec<(String, String)> {
        let url = format!("{}/token?api-version=2.0", self.endpoints.id_token);
        [
            ("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", REQUEST_TOKEN),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
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

    /// Ends every server and process and removes the temporary folder.
    pub async fn shutdown(self) {
        self.emr.shutdown().await;
        drop((self.gates, self.eks_cluster));
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
