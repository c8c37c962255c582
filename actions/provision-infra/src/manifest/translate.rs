//! Karpenter's v1alpha5, as the origin's files have it, in today's form: Provisioner to NodePool, AWSNodeTemplate to
//! EC2NodeClass. What became of each field is noted, and what has no equivalent, too.
//! Source: Karpenter's migration guides to v1beta1 and to v1.

use super::NODE_CLASS;
use serde_json::{Map, Value, json};

/// A translated object and what is said about it.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) object: Value,
    pub(super) notes: Vec<String>,
    /// Fields that v1alpha5 does not know, or that nobody can translate.
    pub(super) unknown: Vec<String>,
}

/// Fields of a Provisioner's spec that this translation knows.
const PROVISIONER: [&str; 14] = [
    "annotations",
    "consolidation",
    "kubeletConfiguration",
    "labels",
    "limits",
    "provider",
    "providerRef",
    "requirements",
    "startupTaints",
    "taints",
    "ttlSecondsAfterEmpty",
    "ttlSecondsUntilExpired",
    "weight",
    "terminationGracePeriod",
];

/// A Provisioner as a NodePool.
pub(super) fn provisioner(document: &Value) -> Translated {
    let spec = &document["spec"];
    let mut notes =
        vec!["Provisioner (karpenter.sh/v1alpha5) became NodePool (karpenter.sh/v1)".to_owned()];
    let mut template = Map::new();
    let labels = some(json!({"labels": spec["labels"], "annotations": spec["annotations"]}));
    if !labels.is_empty() {
        let fields: Vec<String> = labels.keys().map(|field| format!("spec.{field}")).collect();
        notes.push(format!(
            "{} became spec.template.metadata",
            fields.join(" and ")
        ));
        template.insert("metadata".to_owned(), labels.into());
    }
    let mut node = Map::new();
    node.insert("nodeClassRef".to_owned(), node_class_ref(spec, &mut notes));
    node.insert("requirements".to_owned(), requirements(spec, &mut notes));
    for field in ["taints", "startupTaints"] {
        if !spec[field].is_null() {
            node.insert(field.to_owned(), spec[field].clone());
            notes.push(format!("spec.{field} became spec.template.spec.{field}"));
        }
    }
    node.insert("expireAfter".to_owned(), expire_after(spec, &mut notes));
    template.insert("spec".to_owned(), node.into());
    let mut pool = Map::new();
    pool.insert("template".to_owned(), template.into());
    pool.insert("disruption".to_owned(), disruption(spec, &mut notes));
    if let Some(limits) = spec["limits"]["resources"].as_object() {
        pool.insert("limits".to_owned(), limits.clone().into());
        notes.push("spec.limits.resources became spec.limits".to_owned());
    }
    if !spec["weight"].is_null() {
        pool.insert("weight".to_owned(), spec["weight"].clone());
    }
    if !spec["kubeletConfiguration"].is_null() {
        notes.push(
            "spec.kubeletConfiguration is left out: it is spec.kubelet of the EC2NodeClass now"
                .to_owned(),
        );
    }
    let mut unknown = unknown(spec, &PROVISIONER);
    let limits = spec["limits"]
        .as_object()
        .into_iter()
        .flat_map(|limits| limits.keys());
    unknown.extend(
        limits
            .filter(|name| *name != "resources")
            .map(|name| format!("spec.limits.{name}")),
    );
    for ttl in ["ttlSecondsAfterEmpty", "ttlSecondsUntilExpired"] {
        if !spec[ttl].is_null() && seconds(&spec[ttl]).is_none() {
            unknown.push(format!("spec.{ttl}"));
        }
    }
    unknown.extend(lost_of_provider(spec));
    Translated {
        object: object("karpenter.sh/v1", "NodePool", document, pool.into()),
        notes,
        unknown,
    }
}

/// An AWSNodeTemplate as an EC2NodeClass; `role` is that of the cluster's nodes.
pub(super) fn node_template(document: &Value, role: &str) -> Translated {
    let spec = &document["spec"];
    let mut notes = vec![
        "AWSNodeTemplate (karpenter.k8s.aws/v1alpha1) became EC2NodeClass (karpenter.k8s.aws/v1)"
            .to_owned(),
    ];
    let mut class = Map::new();
    match spec["instanceProfile"].as_str() {
        Some(profile) => class.insert("instanceProfile".to_owned(), profile.into()),
        None => {
            notes.push(format!(
                "spec.role is `{role}`, the root module's node_role_name"
            ));
            class.insert("role".to_owned(), role.into())
        }
    };
    for (old, new) in [
        ("subnetSelector", "subnetSelectorTerms"),
        ("securityGroupSelector", "securityGroupSelectorTerms"),
        ("amiSelector", "amiSelectorTerms"),
    ] {
        if let Some(tags) = spec[old].as_object() {
            class.insert(new.to_owned(), json!([{"tags": tags}]));
            notes.push(format!("spec.{old} became one term of spec.{new}"));
        }
    }
    if spec["amiSelector"].is_null() {
        class.insert(
            "amiSelectorTerms".to_owned(),
            json!([{"alias": "al2023@latest"}]),
        );
        notes.push(
            "images are Amazon Linux 2023 (al2023@latest): Amazon Linux 2 has reached its end"
                .to_owned(),
        );
    } else if !spec["amiFamily"].is_null() {
        class.insert("amiFamily".to_owned(), spec["amiFamily"].clone());
    }
    for field in [
        "tags",
        "blockDeviceMappings",
        "metadataOptions",
        "userData",
        "detailedMonitoring",
        "context",
    ] {
        if !spec[field].is_null() {
            class.insert(field.to_owned(), spec[field].clone());
        }
    }
    if !spec["launchTemplate"].is_null() {
        notes.push("spec.launchTemplate is left out: Karpenter makes its own; what yours said must stand here".to_owned());
    }
    let known = [
        "amiFamily",
        "amiSelector",
        "blockDeviceMappings",
        "context",
        "detailedMonitoring",
        "instanceProfile",
        "launchTemplate",
        "metadataOptions",
        "securityGroupSelector",
        "subnetSelector",
        "tags",
        "userData",
    ];
    Translated {
        object: object(
            "karpenter.k8s.aws/v1",
            "EC2NodeClass",
            document,
            class.into(),
        ),
        notes,
        unknown: unknown(spec, &known),
    }
}

fn object(version: &str, kind: &str, document: &Value, spec: Value) -> Value {
    json!({"apiVersion": version, "kind": kind, "metadata": document["metadata"], "spec": spec})
}

fn unknown(spec: &Value, known: &[&str]) -> Vec<String> {
    let fields = spec
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.keys());
    fields
        .filter(|name| !known.contains(&name.as_str()))
        .map(|name| format!("spec.{name}"))
        .collect()
}

fn node_class_ref(spec: &Value, notes: &mut Vec<String>) -> Value {
    let named = spec["providerRef"]["name"].as_str();
    let name = named.unwrap_or(NODE_CLASS);
    if named.is_some() {
        notes.push(format!(
            "spec.providerRef became nodeClassRef to EC2NodeClass `{name}`"
        ));
    } else if !spec["provider"].is_null() {
        notes.push(format!(
            "spec.provider became EC2NodeClass `{name}`: role node_role_name, subnets and security groups tagged \
             karpenter.sh/discovery, Amazon Linux 2023, a 100 GiB gp3 disk; the launch template is left out"
        ));
    }
    json!({"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": name})
}

/// What of `spec.provider` says something else than our EC2NodeClass does.
fn lost_of_provider(spec: &Value) -> Vec<String> {
    let fields = spec["provider"].as_object().into_iter().flatten();
    let lost = fields.filter(|(name, value)| match name.as_str() {
        "launchTemplate" | "apiVersion" | "kind" => false,
        "subnetSelector" | "securityGroupSelector" => {
            let keys: Vec<&String> = value
                .as_object()
                .into_iter()
                .flat_map(|tags| tags.keys())
                .collect();
            keys != ["karpenter.sh/discovery"]
        }
        _ => true,
    });
    lost.map(|(name, _)| format!("spec.provider.{name}"))
        .collect()
}

/// Seconds, as a number or as text.
fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn requirements(spec: &Value, notes: &mut Vec<String>) -> Value {
    const CAPACITY: &str = "karpenter.sh/capacity-type";
    let mut requirements = spec["requirements"].as_array().cloned().unwrap_or_default();
    let own = requirements.len();
    requirements.retain(|requirement| requirement["key"] != "karpenter.sh/provisioner-name");
    if requirements.len() < own {
        notes.push("the requirement of karpenter.sh/provisioner-name is left out: a NodePool cannot require its own name".to_owned());
    }
    notes.push("spec.requirements became spec.template.spec.requirements".to_owned());
    if requirements
        .iter()
        .all(|requirement| requirement["key"] != CAPACITY)
    {
        requirements.push(json!({"key": CAPACITY, "operator": "In", "values": ["on-demand"]}));
        notes.push(format!(
            "{CAPACITY} In [on-demand] was added: v1alpha5 took it for granted, v1 would take spot"
        ));
    }
    requirements.into()
}

fn expire_after(spec: &Value, notes: &mut Vec<String>) -> Value {
    match seconds(&spec["ttlSecondsUntilExpired"]) {
        Some(seconds) => {
            notes.push(format!(
                "spec.ttlSecondsUntilExpired became spec.template.spec.expireAfter: {seconds}s"
            ));
            format!("{seconds}s").into()
        }
        None => {
            notes.push(
                "spec.template.spec.expireAfter is Never, as it was; v1 would end nodes after 720h"
                    .to_owned(),
            );
            "Never".into()
        }
    }
}

fn disruption(spec: &Value, notes: &mut Vec<String>) -> Value {
    if spec["consolidation"]["enabled"] == true {
        notes.push(
            "spec.consolidation became consolidationPolicy: WhenEmptyOrUnderutilized".to_owned(),
        );
        return json!({"consolidationPolicy": "WhenEmptyOrUnderutilized", "consolidateAfter": "0s"});
    }
    match seconds(&spec["ttlSecondsAfterEmpty"]) {
        Some(seconds) => {
            notes.push(format!(
                "spec.ttlSecondsAfterEmpty became consolidationPolicy: WhenEmpty, consolidateAfter: {seconds}s and a budget of \
                 100 %: v1 alone would give back one node at a time"
            ));
            json!({
                "consolidationPolicy": "WhenEmpty",
                "consolidateAfter": format!("{seconds}s"),
                "budgets": [{"nodes": "100%"}],
            })
        }
        None => {
            notes.push(
                "consolidateAfter is Never, as it was: empty nodes stay and cost money".to_owned(),
            );
            json!({"consolidationPolicy": "WhenEmpty", "consolidateAfter": "Never"})
        }
    }
}

/// The fields that are set.
fn some(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect(),
        _ => Map::new(),
    }
}
