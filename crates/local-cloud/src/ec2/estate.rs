//! What there is in EC2 and Elastic Load Balancing: the instances of Karpenter's NodeClaims with a volume and a network
//! interface each, and what tests have put there. A terminated instance is not shown, as EC2 shows it for a while.

use crate::config::{ACCOUNT, REGION};
use crate::kubernetes::{EC2_NODE_CLASS, NODE_CLAIM, Store};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThingKind {
    /// An EC2 instance.
    Instance,
    /// An EBS volume.
    Volume,
    /// A network interface.
    NetworkInterface,
    /// A load balancer of any generation; its id is its ARN.
    LoadBalancer,
}

/// One thing with an id and tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// What it is.
    pub kind: ThingKind,
    /// Such as `i-0123`; the ARN of a load balancer.
    pub id: String,
    /// The service's own word, such as `running`, `available` or `in-use`.
    pub state: String,
    /// Its instance type or volume type; empty for the others.
    pub model: String,
    /// Availability zone.
    pub zone: String,
    /// Whether it is an instance on spot.
    pub spot: bool,
    /// The instance it hangs on.
    pub attached_to: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Thing {
    /// A thing of that kind in a usual state, with these tags.
    #[must_use]
    pub fn new(kind: ThingKind, id: &str, tags: &[(&str, &str)]) -> Self {
        let (state, model) = match kind {
            ThingKind::Instance => ("running", "m5.large"),
            ThingKind::Volume => ("available", "gp3"),
            ThingKind::NetworkInterface => ("available", ""),
            ThingKind::LoadBalancer => ("active", ""),
        };
        let tags = tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Self {
            kind,
            id: id.to_owned(),
            state: state.to_owned(),
            model: model.to_owned(),
            zone: format!("{REGION}a"),
            spot: false,
            attached_to: None,
            tags: tags.collect(),
        }
    }

    /// Its ARN, as the tagging API has it.
    pub(crate) fn arn(&self) -> String {
        let resource = match self.kind {
            ThingKind::Instance => "instance",
            ThingKind::Volume => "volume",
            ThingKind::NetworkInterface => "network-interface",
            ThingKind::LoadBalancer => return self.id.clone(),
        };
        format!("arn:aws:ec2:{REGION}:{ACCOUNT}:{resource}/{}", self.id)
    }
}

/// All of it. Clones share it.
#[derive(Debug, Clone)]
pub struct Estate {
    kubernetes: Store,
    put: Arc<Mutex<Vec<Thing>>>,
}

impl Estate {
    pub(crate) fn new(kubernetes: Store) -> Self {
        Self {
            kubernetes,
            put: Arc::default(),
        }
    }

    /// Puts a thing there, in place of one with its id.
    pub fn put(&self, thing: Thing) {
        let mut put = self.put.lock().unwrap_or_else(PoisonError::into_inner);
        put.retain(|other| other.id != thing.id);
        put.push(thing);
    }

    /// Takes a thing away that was put there.
    pub fn remove(&self, id: &str) {
        let mut put = self.put.lock().unwrap_or_else(PoisonError::into_inner);
        put.retain(|thing| thing.id != id);
    }

    /// Everything there is now.
    #[must_use]
    pub fn things(&self) -> Vec<Thing> {
        let put = self.put.lock().unwrap_or_else(PoisonError::into_inner);
        let mut things = put.clone();
        drop(put);
        let cluster = self.cluster();
        for claim in self.kubernetes.list(&NODE_CLAIM, None) {
            things.extend(node(&claim, &cluster).into_iter().flatten());
        }
        things
    }

    /// The cluster that the nodes' tags name: the one whose subnets the EC2NodeClass seeks.
    fn cluster(&self) -> String {
        let classes = self.kubernetes.list(&EC2_NODE_CLASS, None);
        let named = classes.iter().find_map(|class| {
            let terms = &class["spec"]["subnetSelectorTerms"];
            terms[0]["tags"]["karpenter.sh/discovery"].as_str()
        });
        named.unwrap_or("local-cloud").to_owned()
    }
}

/// The instance of a NodeClaim that was launched, its disk and its network interface.
fn node(claim: &Value, cluster: &str) -> Option<[Thing; 3]> {
    let metadata = &claim["metadata"];
    let name = metadata["name"].as_str()?;
    let id = claim["status"]["providerID"].as_str()?.rsplit('/').next()?;
    let label = |key: &str| metadata["labels"][key].as_str().unwrap_or_default();
    let tags = [
        ("Name", name),
        ("karpenter.sh/nodeclaim", name),
        ("karpenter.sh/nodepool", label("karpenter.sh/nodepool")),
        ("eks:eks-cluster-name", cluster),
        (&format!("kubernetes.io/cluster/{cluster}"), "owned"),
    ];
    let ending = !metadata["deletionTimestamp"].is_null();
    let instance = Thing {
        state: if ending { "shutting-down" } else { "running" }.to_owned(),
        model: label("node.kubernetes.io/instance-type").to_owned(),
        spot: label("karpenter.sh/capacity-type") == "spot",
        ..Thing::new(ThingKind::Instance, id, &tags)
    };
    let hanging = |kind, id: String, tags: &[(&str, &str)]| Thing {
        state: "in-use".to_owned(),
        attached_to: Some(instance.id.clone()),
        ..Thing::new(kind, &id, tags)
    };
    let plugin = [
        ("cluster.k8s.amazonaws.com/name", cluster),
        ("node.k8s.amazonaws.com/instance_id", id),
    ];
    let volume = hanging(ThingKind::Volume, format!("vol-{name}"), &tags);
    let interface = hanging(ThingKind::NetworkInterface, format!("eni-{name}"), &plugin);
    Some([instance, volume, interface])
}
