//! What a node is made of in EC2, as Karpenter and the network plugin of EKS make and tag it.
//!
//! The tags are those of Karpenter v1 (`pkg/utils`, `pkg/controllers/nodeclaim/tagging`): some from the launch, the
//! names of node and NodeClaim once the node has registered. Known simplification: one network interface, which is
//! tagged as the network plugin tags those that it adds.

use super::node_pool::strings;
use crate::ec2::{Estate, Thing, ThingKind, hanging, hex};
use crate::eks::EksCluster;
use crate::kubernetes::{EC2_NODE_CLASS, NODE_POOL, Store};
use serde_json::Value;

/// The volume of Karpenter's own block device mapping for Amazon Linux.
const DEFAULT_VOLUME_GIB: u64 = 20;

/// An id as EC2 makes them for instances.
pub(super) fn new_id() -> String {
    format!("i-0{}", hex(16))
}

/// What to launch.
#[derive(Debug)]
pub(super) struct Machine<'a> {
    pub(super) id: &'a str,
    pub(super) instance_type: &'a str,
    pub(super) zone: &'a str,
    pub(super) spot: bool,
    /// Name of the NodePool.
    pub(super) pool: &'a str,
}

/// EC2, and the cluster that its instances are for.
#[derive(Debug, Clone)]
pub(super) struct Hardware {
    pub(super) estate: Estate,
    pub(super) eks: EksCluster,
}

impl Hardware {
    /// Launches a machine, which is pending then. Its NodePool and EC2NodeClass say how it is tagged and how large its
    /// volume is.
    pub(super) fn launch(&self, store: &Store, machine: &Machine<'_>) {
        let pool = store
            .get(&NODE_POOL, None, machine.pool)
            .unwrap_or_default();
        let class = &pool["spec"]["template"]["spec"]["nodeClassRef"]["name"];
        let class = class.as_str().unwrap_or_default();
        let spec = store.get(&EC2_NODE_CLASS, None, class).unwrap_or_default()["spec"].take();
        let cluster = self.cluster(&spec);
        let mut tags = strings(&spec["tags"]);
        tags.extend(
            [
                (format!("kubernetes.io/cluster/{cluster}").as_str(), "owned"),
                ("karpenter.sh/nodepool", machine.pool),
                ("karpenter.k8s.aws/ec2nodeclass", class),
                ("eks:eks-cluster-name", &cluster),
            ]
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
        );
        let instance = Thing {
            state: "pending".to_owned(),
            model: machine.instance_type.to_owned(),
            zone: machine.zone.to_owned(),
            spot: machine.spot,
            tags: tags.clone(),
            ..Thing::new(ThingKind::Instance, machine.id, &[])
        };
        let disk = &spec["blockDeviceMappings"][0]["ebs"];
        let size = disk["volumeSize"].as_str().and_then(|size| {
            let gibibytes = size.strip_suffix("Gi")?;
            gibibytes.parse().ok()
        });
        let volume = format!("vol-0{}", hex(16));
        self.estate.put(Thing {
            stays: disk["deleteOnTermination"] == false,
            size_gib: size.unwrap_or(DEFAULT_VOLUME_GIB),
            tags,
            ..hanging(ThingKind::Volume, &volume, &instance)
        });
        let interface = format!("eni-0{}", hex(16));
        self.estate
            .put(hanging(ThingKind::NetworkInterface, &interface, &instance));
        let plugin = [
            ("cluster.k8s.amazonaws.com/name", cluster.as_str()),
            ("node.k8s.amazonaws.com/instance_id", machine.id),
        ];
        self.estate.tag(&interface, &plugin);
        self.estate.put(instance);
    }

    /// The cluster that the nodes' tags name: the one whose subnets the EC2NodeClass seeks, else the one EKS knows.
    fn cluster(&self, class: &Value) -> String {
        let sought = &class["subnetSelectorTerms"][0]["tags"]["karpenter.sh/discovery"];
        let sought = sought.as_str().map(str::to_owned);
        sought.unwrap_or_else(|| self.eks.name())
    }

    /// The machine runs and its node has registered.
    pub(super) fn registered(&self, id: &str, claim: &str, node: &str) {
        self.estate.set_state(id, "running");
        self.estate
            .tag(id, &[("Name", node), ("karpenter.sh/nodeclaim", claim)]);
    }

    /// The machine begins to shut down.
    pub(super) fn terminate(&self, id: &str) {
        self.estate.set_state(id, "shutting-down");
    }

    /// The machine is gone.
    pub(super) fn terminated(&self, id: &str) {
        self.estate.terminate(id);
    }
}
