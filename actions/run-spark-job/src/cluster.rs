//! The Kubernetes API: watches pods, their events, NodeClaims and nodes, and hands all to [`Seen`]. Decides nothing.
//!
//! Without access there is nothing to see: the observer then says so in the record, and the job runs all the same.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{Stream, StreamExt};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{self as core, Pod};
use kube::{
    Api, Client,
    api::{ApiResource, DynamicObject, GroupVersionKind},
    core::Status,
    runtime::{
        WatchStreamExt,
        watcher::{self, Event, watcher},
    },
};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    kubeconfig::plain,
    watch::{JOB_ID, Seen, Watched},
};

/// Longest wait for the first lists, so that a silent API does not hold up the job.
const FIRST_LISTS: Duration = Duration::from_secs(10);

/// Watches until it is dropped.
#[derive(Debug)]
pub(crate) struct Observer {
    seen: Arc<Mutex<Seen>>,
    changes: watch::Receiver<()>,
    // Kept, so that `changes` never ends even when there is no watch.
    sender: watch::Sender<()>,
    began: Option<Timestamp>,
    tasks: JoinSet<()>,
}

impl Observer {
    /// Begins to watch, and waits for the first lists.
    ///
    /// `client` is the way to the cluster, or why there is none.
    pub(crate) async fn start(client: Result<Client, String>, namespace: Option<&str>) -> Self {
        let (sender, changes) = watch::channel(());
        let mut observer = Self {
            seen: Arc::default(),
            changes,
            sender,
            began: None,
            tasks: JoinSet::new(),
        };
        match (client, namespace) {
            (Ok(client), Some(namespace)) => {
                observer.watch(&client, namespace);
                observer.first_lists().await;
            }
            (Ok(_), None) => observer
                .lock()
                .note("Pods and nodes were not watched: the job's namespace is not known."),
            (Err(why), _) => observer
                .lock()
                .note(format!("Pods and nodes were not watched: {why}.")),
        }
        observer
    }

    /// Reads what was seen.
    pub(crate) fn seen<T>(&self, read: impl FnOnce(&Seen) -> T) -> T {
        read(&self.lock())
    }

    /// Why nothing is seen at all, if so.
    pub(crate) fn blind(&self) -> Option<String> {
        match self.began {
            Some(_) => self.seen(Seen::blind),
            None => self.seen(Seen::first_note),
        }
    }

    /// When watching began; absent when nothing is watched.
    pub(crate) fn began(&self) -> Option<Timestamp> {
        self.began
    }

    /// Adds a sentence about what may be missing.
    pub(crate) fn note(&self, sentence: impl Into<String>) {
        self.lock().note(sentence);
    }

    /// Waits until something was seen that had not been seen at the last call.
    pub(crate) async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    fn watch(&mut self, client: &Client, namespace: &str) {
        self.began = Some(Timestamp::now());
        // The job run has no id yet: take every pod of any job run, and choose later.
        let pods = watcher(
            Api::<Pod>::namespaced(client.clone(), namespace),
            watcher::Config::default().labels(JOB_ID),
        );
        let resource = ApiResource::from_gvk_with_plural(
            &GroupVersionKind::gvk("karpenter.sh", "v1", "NodeClaim"),
            "nodeclaims",
        );
        let claims = watcher(
            Api::<DynamicObject>::all_with(client.clone(), &resource),
            watcher::Config::default(),
        );
        let nodes = watcher(
            Api::<core::Node>::all(client.clone()),
            watcher::Config::default(),
        );
        // Only what tells of images: a namespace can have thousands of other events.
        let of_pods = |reason: &str| {
            let selector = format!("involvedObject.kind=Pod,reason={reason}");
            watcher(
                Api::<core::Event>::namespaced(client.clone(), namespace),
                watcher::Config::default().fields(&selector),
            )
        };
        self.spawn(pods, Watched::Pods, Seen::pod);
        self.spawn(claims, Watched::NodeClaims, Seen::claim);
        self.spawn(nodes, Watched::Nodes, Seen::node);
        self.spawn(of_pods("Pulling"), Watched::Events, Seen::event);
        self.spawn(of_pods("Pulled"), Watched::Events, Seen::event);
    }

    fn spawn<K: Send + 'static>(
        &mut self,
        events: impl Stream<Item = watcher::Result<Event<K>>> + Send + 'static,
        watched: Watched,
        apply: fn(&mut Seen, Event<K>, Timestamp),
    ) {
        self.tasks.spawn(follow(
            events.default_backoff(),
            watched,
            apply,
            self.seen.clone(),
            self.sender.clone(),
        ));
    }

    async fn first_lists(&mut self) {
        let seen = self.seen.clone();
        let ready = || {
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_ready()
        };
        let wait = async {
            while !ready() {
                self.changed().await;
            }
        };
        // Not being ready in time is no error; the troubles say what did not work.
        let _ = tokio::time::timeout(FIRST_LISTS, wait).await;
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn follow<K>(
    events: impl Stream<Item = watcher::Result<Event<K>>>,
    watched: Watched,
    apply: fn(&mut Seen, Event<K>, Timestamp),
    seen: Arc<Mutex<Seen>>,
    changed: watch::Sender<()>,
) {
    let mut events = std::pin::pin!(events);
    while let Some(event) = events.next().await {
        {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            match event {
                Ok(event) => apply(&mut seen, event, Timestamp::now()),
                Err(error) => seen.trouble(watched, words(&error), Timestamp::now()),
            }
        }
        changed.send_replace(());
    }
}

fn words(error: &watcher::Error) -> String {
    use watcher::Error::{
        InitialListFailed, NoResourceVersion, WatchError, WatchFailed, WatchStartFailed,
    };
    match error {
        InitialListFailed(kube::Error::Api(status))
        | WatchStartFailed(kube::Error::Api(status))
        | WatchFailed(kube::Error::Api(status))
        | WatchError(status) => refused(status),
        InitialListFailed(_) | WatchStartFailed(_) | WatchFailed(_) | NoResourceVersion => {
            plain(error)
        }
    }
}

fn refused(status: &Status) -> String {
    match status.code {
        401 => "the Kubernetes API does not accept the credentials of the kubeconfig".to_owned(),
        403 => "the Kubernetes API does not allow to list and watch them".to_owned(),
        404 => "the cluster does not have this kind of object".to_owned(),
        410 => "the Kubernetes API had dropped the history of the watch".to_owned(),
        code => format!("the Kubernetes API answered {code} {}", status.reason),
    }
}
