//! What was seen of the cluster: a pure fold of Kubernetes objects into the record's pods, NodeClaims and nodes.
//!
//! Pods of every job run in the namespace come in, because watching begins before the job run has an id; the
//! [`Seen::observation`] keeps those of one job run, and of the NodeClaims those that host its pods or appeared
//! while it was watched in a NodePool that hosts them.

mod claim;
mod listing;
mod node;
mod pod;
mod pull;
mod quantity;
#[cfg(test)]
mod tests;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{self as core, Pod};
use kube::{api::DynamicObject, runtime::watcher::Event};
use run_record::{Node, NodeClaim, Observation, PodRole};

use claim::ClaimSeen;
use listing::{Fact, Listing};
use pod::PodSeen;
use pull::Pulls;
use trouble::Troubles;

pub(crate) use pod::{JOB_ID, Waiting};
pub(crate) use trouble::Watched;

/// Set by an emulated cluster on its nodes and NodeClaims, so that no reader takes its node times for real ones.
pub(crate) const EMULATED: &str = "local-cloud/emulated";

const EMULATED_SENTENCE: &str =
    "The cluster was emulated on one machine: node start-up times are configured, not measured.";

/// Everything seen so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pods: BTreeMap<String, PodSeen>,
    pod_listing: Listing,
    claims: BTreeMap<String, ClaimSeen>,
    claim_listing: Listing,
    nodes: BTreeMap<String, Node>,
    node_listing: Listing,
    pulls: Pulls,
    troubles: Troubles,
    notes: Vec<String>,
}

/// How far a pod has come.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It was not seen yet.
    #[default]
    Unseen,
    /// It does not run yet.
    Pending,
    /// It runs.
    Running,
    /// It has ended.
    Over,
}

/// What the live line shows of one job run.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct View {
    /// The driver's pod.
    pub(crate) driver: Phase,
    /// What a pending driver's pod waits for.
    pub(crate) waiting: Waiting,
    /// Executor pods that do not run yet.
    pub(crate) pending: usize,
    /// Executor pods that run.
    pub(crate) running: usize,
    /// Nodes that are there or on their way, by instance type and zone (empty when not known yet).
    pub(crate) nodes: BTreeMap<String, usize>,
}

impl Seen {
    /// Takes in an event of the pod watch that arrived at `at`.
    pub(crate) fn pod(&mut self, event: Event<Pod>, at: Timestamp) {
        self.troubles.over(Watched::Pods, at);
        for fact in self.pod_listing.facts(event) {
            match fact {
                Fact::There { name, object, .. } => {
                    let Some(now) = PodSeen::of(&object) else {
                        continue;
                    };
                    match self.pods.get_mut(&name) {
                        Some(seen) => seen.update(now),
                        None => _ = self.pods.insert(name, now),
                    }
                }
                Fact::Gone { name, last, missed } => {
                    let Some(seen) = self.pods.get_mut(&name) else {
                        continue;
                    };
                    last.as_deref()
                        .and_then(PodSeen::of)
                        .into_iter()
                        .for_each(|last| seen.update(last));
                    seen.pod.deleted.get_or_insert(at);
                    seen.end_missed |= missed;
                }
            }
        }
    }

    /// Takes in an event of the NodeClaim watch that arrived at `at`.
    pub(crate) fn claim(&mut self, event: Event<DynamicObject>, at: Timestamp) {
        self.troubles.over(Watched::NodeClaims, at);
        for fact in self.claim_listing.facts(event) {
            match fact {
                Fact::There {
                    name,
                    object,
                    from_the_start,
                } => {
                    let now = ClaimSeen::of(&name, &object, from_the_start);
                    match self.claims.get_mut(&name) {
                        Some(seen) => seen.update(now),
                        None => _ = self.claims.insert(name, now),
                    }
                }
                Fact::Gone { name, last, missed } => {
                    let Some(seen) = self.claims.get_mut(&name) else {
                        continue;
                    };
                    last.into_iter()
                        .for_each(|last| seen.update(ClaimSeen::of(&name, &last, true)));
                    seen.claim.terminated.get_or_insert(at);
                    seen.end_missed |= missed;
                }
            }
        }
    }

    /// Takes in an event of the node watch that arrived at `at`.
    pub(crate) fn node(&mut self, event: Event<core::Node>, at: Timestamp) {
        self.troubles.over(Watched::Nodes, at);
        for fact in self.node_listing.facts(event) {
            match fact {
                Fact::There {
                    name,
                    object,
                    from_the_start,
                } => {
                    let now = node::of(&object, from_the_start);
                    match self.nodes.get_mut(&name) {
                        Some(seen) => node::update(seen, now),
                        None => _ = self.nodes.insert(name, now),
                    }
                }
                Fact::Gone { name, .. } => {
                    if let Some(seen) = self.nodes.get_mut(&name) {
                        seen.deleted.get_or_insert(at);
                    }
                }
            }
        }
    }

    /// Takes in an event of the watch of Kubernetes' own events that arrived at `at`.
    pub(crate) fn event(&mut self, event: Event<core::Event>, at: Timestamp) {
        self.troubles.over(Watched::Events, at);
        if let Event::Apply(event) | Event::InitApply(event) = event {
            self.pulls.note(&event);
        }
    }

    /// A watch failed at `at`; it may recover.
    pub(crate) fn trouble(&mut self, watched: Watched, why: String, at: Timestamp) {
        self.troubles.began(watched, why, at);
    }

    /// Something the record should say about what may be missing.
    pub(crate) fn note(&mut self, sentence: impl Into<String>) {
        self.notes.push(sentence.into());
    }

    /// The first thing noted.
    pub(crate) fn first_note(&self) -> Option<String> {
        self.notes.first().cloned()
    }

    /// True when the first list of pods and of NodeClaims is in, or has failed.
    pub(crate) fn is_ready(&self) -> bool {
        (self.pod_listing.is_complete() || self.troubles.is_on(Watched::Pods))
            && (self.claim_listing.is_complete() || self.troubles.is_on(Watched::NodeClaims))
    }

    /// Why nothing can be seen at all, if so.
    pub(crate) fn blind(&self) -> Option<String> {
        let blind = !self.pod_listing.is_complete() && !self.claim_listing.is_complete();
        blind.then(|| {
            self.troubles
                .why()
                .unwrap_or_else(|| "the Kubernetes API did not answer in time".to_owned())
        })
    }

    /// What the live line shows.
    pub(crate) fn view(&self, job_id: &str) -> View {
        let mut view = View::default();
        for seen in self.pods_of(job_id) {
            let pod = &seen.pod;
            let over = pod.finished.is_some() || pod.deleted.is_some();
            let phase = match pod.started {
                _ if over => Phase::Over,
                Some(_) => Phase::Running,
                None => Phase::Pending,
            };
            match (pod.role, phase) {
                (PodRole::Driver, phase) => {
                    view.driver = phase;
                    view.waiting = seen.waiting.clone();
                }
                (PodRole::Executor, Phase::Running) => view.running += 1,
                (PodRole::Executor, Phase::Pending) => view.pending += 1,
                (PodRole::Executor, _) => {}
            }
        }
        // Which NodePools are the job's is known only when its pods run, so this may show too many.
        let hosts = self.hosts(job_id);
        let claims = self.claims.values();
        view.nodes = there(
            claims
                .filter(|seen| !seen.from_the_start || is_host(&hosts, &seen.claim))
                .map(|seen| &seen.claim),
        );
        view
    }

    /// The job run's nodes that are there or on their way, by instance type and zone.
    pub(crate) fn nodes(&self, job_id: &str) -> BTreeMap<String, usize> {
        there(self.claims_of(job_id))
    }

    /// Whether the job run's driver was seen to run.
    pub(crate) fn driver_ran(&self, job_id: &str) -> bool {
        self.pods_of(job_id)
            .any(|seen| seen.pod.role == PodRole::Driver && seen.pod.started.is_some())
    }

    /// The job run's pods and NodeClaims, and what may be missing.
    pub(crate) fn observation(
        &self,
        job_id: &str,
        began: Option<Timestamp>,
        ended: Timestamp,
    ) -> Observation {
        let node_claims: Vec<_> = self.claims_of(job_id).cloned().collect();
        let mut gaps = self.notes.clone();
        gaps.extend(self.troubles.sentences(ended));
        gaps.extend(self.gaps(job_id, &node_claims));
        Observation {
            began,
            ended: began.map(|_| ended),
            pods: self.pods_of(job_id).map(|seen| self.pulled(seen)).collect(),
            nodes: self.nodes_of(job_id),
            emulated: self.is_emulated(&node_claims),
            node_claims,
            gaps,
        }
    }

    /// The pod with what events tell of it.
    fn pulled(&self, seen: &PodSeen) -> run_record::Pod {
        let pull = self.pulls.of(&seen.pod.name);
        run_record::Pod {
            pulling: pull.pulling,
            pulled: pull.pulled,
            ..seen.pod.clone()
        }
    }

    /// The nodes that hosted the job's pods.
    fn nodes_of(&self, job_id: &str) -> Vec<Node> {
        let hosts = self.hosts(job_id);
        let nodes = self.nodes.values();
        nodes
            .filter(|node| hosts.contains(node.name.as_str()))
            .cloned()
            .collect()
    }

    fn is_emulated(&self, node_claims: &[NodeClaim]) -> bool {
        let recorded = |name: &str| node_claims.iter().any(|claim| claim.name == name);
        self.claims
            .values()
            .any(|seen| seen.emulated && recorded(&seen.claim.name))
    }

    fn pods_of(&self, job_id: &str) -> impl Iterator<Item = &PodSeen> {
        self.pods.values().filter(move |seen| seen.job_id == job_id)
    }

    /// The NodeClaims that host the job's pods, and those that appeared in the same NodePools.
    fn claims_of(&self, job_id: &str) -> impl Iterator<Item = &NodeClaim> {
        let hosts = self.hosts(job_id);
        let pools: BTreeSet<&str> = self
            .claims
            .values()
            .filter(|seen| is_host(&hosts, &seen.claim))
            .filter_map(|seen| seen.claim.node_pool.as_deref())
            .collect();
        let counts = move |seen: &&ClaimSeen| {
            let pool = seen.claim.node_pool.as_deref();
            is_host(&hosts, &seen.claim)
                || (!seen.from_the_start && pool.is_some_and(|pool| pools.contains(pool)))
        };
        self.claims.values().filter(counts).map(|seen| &seen.claim)
    }

    fn hosts(&self, job_id: &str) -> BTreeSet<&str> {
        self.pods_of(job_id)
            .filter_map(|seen| seen.pod.node.as_deref())
            .collect()
    }

    fn gaps(&self, job_id: &str, node_claims: &[NodeClaim]) -> Vec<String> {
        let mut gaps = Vec::new();
        let hosts = self.hosts(job_id);
        let names = |claims: Vec<&NodeClaim>| {
            claims
                .iter()
                .map(|claim| claim.name.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        if self.is_emulated(node_claims) {
            gaps.push(EMULATED_SENTENCE.to_owned());
        }
        let missed = self.pods_of(job_id).any(|seen| seen.end_missed)
            || self.claims.values().any(|seen| seen.end_missed);
        if missed {
            gaps.push("Some objects went away while the watch was interrupted: their ends are the times this was noticed.".to_owned());
        }
        let still_there: Vec<_> = node_claims
            .iter()
            .filter(|claim| claim.terminated.is_none())
            .collect();
        if !still_there.is_empty() {
            gaps.push(format!(
                "Nodes were still there when watching ended, so their ends are unknown: {}.",
                names(still_there)
            ));
        }
        let strangers: Vec<_> = node_claims
            .iter()
            .filter(|claim| !is_host(&hosts, claim))
            .collect();
        if !strangers.is_empty() {
            gaps.push(format!(
                "NodeClaims that hosted no pod of this job, and may belong to other work: {}.",
                names(strangers)
            ));
        }
        let elsewhere = |seen: &&ClaimSeen| {
            !seen.from_the_start
                && node_claims
                    .iter()
                    .all(|claim| claim.name != seen.claim.name)
        };
        match self.claims.values().filter(elsewhere).count() {
            0 => {}
            count => gaps.push(format!(
                "NodeClaims that appeared in NodePools where no pod of this job ran, and are not recorded: {count}."
            )),
        }
        gaps
    }
}

/// Whether the NodeClaim's node is one of `hosts`.
fn is_host(hosts: &BTreeSet<&str>, claim: &NodeClaim) -> bool {
    claim
        .node
        .as_deref()
        .is_some_and(|node| hosts.contains(node))
}

/// How many of them are not gone, by instance type and zone.
fn there<'a>(claims: impl Iterator<Item = &'a NodeClaim>) -> BTreeMap<String, usize> {
    let mut by_type = BTreeMap::new();
    for claim in claims.filter(|claim| claim.terminated.is_none()) {
        let kind = match (&claim.instance_type, &claim.zone) {
            (Some(instance), Some(zone)) => format!("{instance} in {zone}"),
            (instance, _) => instance.clone().unwrap_or_default(),
        };
        *by_type.entry(kind).or_default() += 1;
    }
    by_type
}
