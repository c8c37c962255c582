//! One thing of EC2 or Elastic Load Balancing. Data only.

use crate::config::{ACCOUNT, REGION};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// What kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// Whether it stays when the instance it hangs on is terminated.
    pub stays: bool,
    /// The size of a volume.
    pub size_gib: u64,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Since when it is there.
    pub since: Timestamp,
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
            stays: false,
            size_gib: 100,
            tags: tags.collect(),
            since: Timestamp::now(),
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
