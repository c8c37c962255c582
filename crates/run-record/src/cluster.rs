//! What was seen of the cluster while the job ran: pods, NodeClaims and nodes with every timestamp.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Everything watched, and what may have been missed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// When watching began. Absent when the cluster was not watched at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
    /// When watching ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// The job's driver and executor pods.
    #[serde(default)]
    pub pods: Vec<Pod>,
    /// The NodeClaims that hosted those pods or were launched for them.
    #[serde(default)]
    pub node_claims: Vec<NodeClaim>,
    /// The Kubernetes nodes that hosted those pods, whoever made them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<Node>,
    /// The cluster said of itself that it is emulated: node times are configured, not those of real machines.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub emulated: bool,
    /// What may be missing, in sentences. Empty when nothing is known to be.
    #[serde(default)]
    pub gaps: Vec<String>,
}

/// What a pod is to Spark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PodRole {
    /// Runs the driver.
    Driver,
    /// Runs one executor.
    Executor,
}

/// A driver or executor pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// Driver or executor.
    pub role: PodRole,
    /// Spark's executor id (label `spark-exec-id`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executor_id: Option<String>,
    /// The node it was bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Sum of its containers' requests: resource name to Kubernetes quantity, such as `cpu` to `1`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub requests: BTreeMap<String, String>,
    /// `metadata.creationTimestamp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Condition `PodScheduled` became true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<Timestamp>,
    /// The kubelet began to pull the main container's image (event `Pulling`). Absent too when the node had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pulling: Option<Timestamp>,
    /// The main container's image was on the node (event `Pulled`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pulled: Option<Timestamp>,
    /// The main container started running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// Condition `Ready` became true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Timestamp>,
    /// The main container ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Timestamp>,
    /// The object was seen to disappear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Timestamp>,
}

/// A Karpenter NodeClaim: one node from launch to termination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeClaim {
    /// Its name.
    pub name: String,
    /// The machine behind it, such as `aws:///eu-west-1a/i-0123456789abcdef0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    /// It existed before watching began: a warm node, or another job's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub there_before: bool,
    /// The node it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Label `karpenter.sh/nodepool`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_pool: Option<String>,
    /// Label `node.kubernetes.io/instance-type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// Label `topology.kubernetes.io/zone`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Label `karpenter.sh/capacity-type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_type: Option<String>,
    /// `metadata.creationTimestamp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Condition `Launched` became true: the instance exists and is paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launched: Option<Timestamp>,
    /// Condition `Registered` became true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<Timestamp>,
    /// Condition `Initialized` became true: pods can run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initialized: Option<Timestamp>,
    /// `metadata.deletionTimestamp`: Karpenter decided to remove it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleting: Option<Timestamp>,
    /// Condition `Drained` became true: its pods are gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drained: Option<Timestamp>,
    /// The object was seen to disappear: the instance is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminated: Option<Timestamp>,
}

/// A Kubernetes node that hosted a pod of the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// The machine behind it, such as `aws:///eu-west-1a/i-0123456789abcdef0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    /// Label `karpenter.sh/nodepool`, else `eks.amazonaws.com/nodegroup`: who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// Label `node.kubernetes.io/instance-type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// Label `topology.kubernetes.io/zone`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// `on-demand`, `spot` or `reserved`: label `karpenter.sh/capacity-type`, else `eks.amazonaws.com/capacityType`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_type: Option<String>,
    /// It existed before watching began.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub there_before: bool,
    /// `metadata.creationTimestamp`: the kubelet registered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Condition `Ready` became true, as first seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Timestamp>,
    /// The object was seen to disappear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Timestamp>,
}
