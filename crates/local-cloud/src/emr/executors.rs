//! The executor pods of one job: as many as Spark wants, each tied to the executor the master launched for it.
//!
//! Spark on Kubernetes asks for pods in batches of five a second; here all are asked for at once.

use std::collections::BTreeMap;

use serde_json::Value;

use super::pods::{self, PodSpec, Role};
use crate::kubernetes::{NODE, POD, Store};

/// An executor pod that has not ended.
#[derive(Debug, Clone)]
struct ExecutorPod {
    name: String,
    executor: Option<u32>,
}

/// A node of the cluster as a worker sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) node: String,
    pub(super) address: String,
    /// Pods of this job that are bound to it.
    pub(super) pods: u32,
}

/// The executor pods of one job.
pub(super) struct Executors<'a> {
    store: &'a Store,
    spec: PodSpec<'a>,
    delete_on_termination: bool,
    created: u32,
    wanted: u32,
    active: Vec<ExecutorPod>,
}

impl<'a> Executors<'a> {
    pub(super) fn new(store: &'a Store, spec: PodSpec<'a>, delete_on_termination: bool) -> Self {
        Self {
            store,
            spec,
            delete_on_termination,
            created: 0,
            wanted: 0,
            active: Vec::new(),
        }
    }

    /// Creates the pods that are missing, and takes back the newest ones that run nothing yet.
    pub(super) fn want(&mut self, total: u32) {
        self.wanted = total;
        let total = total as usize;
        while self.active.len() < total {
            self.create();
        }
        while self.active.len() > total {
            let Some(at) = self.active.iter().rposition(|pod| pod.executor.is_none()) else {
                return;
            };
            let pod = self.active.remove(at);
            self.store
                .remove(&POD, Some(self.spec.namespace), &pod.name);
        }
    }

    fn create(&mut self) {
        self.created += 1;
        let name = format!("spark-{}-exec-{}", self.spec.job, self.created);
        self.store
            .put(&POD, pods::pending(&self.spec, Role::Executor, &name));
        self.active.push(ExecutorPod {
            name,
            executor: None,
        });
    }

    /// The master launched an executor on the worker at this address.
    ///
    /// It may use a slot that another executor left while the new pod is still unbound, or bound to a node on its
    /// way. The pod then follows its executor, so that the objects tell where the JVM really runs.
    pub(super) fn launched(&mut self, executor: u32, address: &str) {
        let node = self.node_at(address);
        let free = |pod: &ExecutorPod| pod.executor.is_none();
        let on_node = |pod: &ExecutorPod| free(pod) && self.node_of(&pod.name) == node;
        let unbound = |pod: &ExecutorPod| free(pod) && self.node_of(&pod.name).is_none();
        let at = self
            .active
            .iter()
            .position(on_node)
            .or_else(|| self.active.iter().position(unbound))
            .or_else(|| self.active.iter().position(free));
        if let Some(at) = at {
            if let Some(node) = &node {
                pods::bind(self.store, self.spec.namespace, &self.active[at].name, node);
            }
            self.active[at].executor = Some(executor);
            pods::start(
                self.store,
                self.spec.namespace,
                &self.active[at].name,
                Some(executor),
            );
        }
    }

    /// An executor ended while the application goes on; Spark asks for another when it still wants as many.
    pub(super) fn removed(&mut self, executor: u32, state: &str) {
        let Some(at) = self
            .active
            .iter()
            .position(|pod| pod.executor == Some(executor))
        else {
            return;
        };
        let pod = self.active.remove(at);
        self.end(&pod, i32::from(!matches!(state, "EXITED" | "KILLED")));
        self.want(self.wanted);
    }

    /// The application is over.
    pub(super) fn finish(&mut self) {
        self.wanted = 0;
        for pod in std::mem::take(&mut self.active) {
            self.end(&pod, 0);
        }
    }

    fn end(&self, pod: &ExecutorPod, exit_code: i32) {
        pods::finish(self.store, self.spec.namespace, &pod.name, exit_code);
        if self.delete_on_termination || pod.executor.is_none() {
            self.store
                .remove(&POD, Some(self.spec.namespace), &pod.name);
        }
    }

    /// The nodes that this job's pods are bound to.
    pub(super) fn homes(&self) -> Vec<Home> {
        let mut pods: BTreeMap<String, u32> = BTreeMap::new();
        for node in self.active.iter().filter_map(|pod| self.node_of(&pod.name)) {
            *pods.entry(node).or_default() += 1;
        }
        let homes = pods.into_iter().filter_map(|(node, pods)| {
            let address = address(&self.store.get(&NODE, None, &node)?)?;
            Some(Home {
                node,
                address,
                pods,
            })
        });
        homes.collect()
    }

    fn node_of(&self, pod: &str) -> Option<String> {
        let pod = self.store.get(&POD, Some(self.spec.namespace), pod)?;
        pod["spec"]["nodeName"].as_str().map(str::to_owned)
    }

    fn node_at(&self, wanted: &str) -> Option<String> {
        let nodes = self.store.list(&NODE, None);
        let node = nodes
            .iter()
            .find(|node| address(node).as_deref() == Some(wanted))?;
        node["metadata"]["name"].as_str().map(str::to_owned)
    }
}

fn address(node: &Value) -> Option<String> {
    node["status"]["addresses"][0]["address"]
        .as_str()
        .map(str::to_owned)
}
