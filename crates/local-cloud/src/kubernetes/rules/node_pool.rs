//! The rules of NodePools: requirements and labels, budgets, what may not change.

use super::{Broken, has, items};
use serde_json::Value;

/// What may be asked for in the label domain `karpenter.k8s.aws`.
const AWS_LABELS: [&str; 29] = [
    "capacity-reservation-id",
    "capacity-reservation-interruptible",
    "capacity-reservation-type",
    "ec2nodeclass",
    "instance-accelerator-count",
    "instance-accelerator-manufacturer",
    "instance-accelerator-name",
    "instance-capability-flex",
    "instance-category",
    "instance-cpu",
    "instance-cpu-manufacturer",
    "instance-cpu-sustained-clock-speed-mhz",
    "instance-ebs-bandwidth",
    "instance-encryption-in-transit-supported",
    "instance-family",
    "instance-generation",
    "instance-gpu-count",
    "instance-gpu-manufacturer",
    "instance-gpu-memory",
    "instance-gpu-name",
    "instance-hypervisor",
    "instance-local-nvme",
    "instance-memory",
    "instance-network-bandwidth",
    "instance-size",
    "instance-tenancy",
    "nitro-sandbox",
    "placement-group-id",
    "placement-group-partition",
];

pub(super) fn check(spec: &Value, before: Option<&Value>, broken: &mut Broken) {
    budgets(&spec["disruption"]["budgets"], broken);
    labels(&spec["template"]["metadata"]["labels"], broken);
    let node = &spec["template"]["spec"];
    let class_before = before.map(|before| &before["template"]["spec"]["nodeClassRef"]);
    node_class(&node["nodeClassRef"], class_before, broken);
    requirements(&node["requirements"], broken);
    replicas(spec, before, broken);
}

fn budgets(budgets: &Value, broken: &mut Broken) {
    broken.unless(
        items(budgets)
            .iter()
            .all(|budget| has(budget, "schedule") == has(budget, "duration")),
        "spec.disruption.budgets",
        budgets,
        "'schedule' must be set with 'duration'",
    );
}

/// The messages of the rules that a label's name breaks.
fn restrictions(label: &str) -> Vec<&'static str> {
    let (domain, name) = label.split_once('/').unwrap_or((label, ""));
    let karpenter = ["karpenter.sh/capacity-type", "karpenter.sh/nodepool"];
    let aws = domain == "karpenter.k8s.aws" && AWS_LABELS.contains(&name);
    let rules = [
        (
            domain.ends_with("karpenter.sh") && !karpenter.contains(&label),
            "label domain \"karpenter.sh\" is restricted",
        ),
        (
            label == "karpenter.sh/nodepool",
            "label \"karpenter.sh/nodepool\" is restricted",
        ),
        (
            label == "kubernetes.io/hostname",
            "label \"kubernetes.io/hostname\" is restricted",
        ),
        (
            domain.ends_with("karpenter.k8s.aws") && !aws,
            "label domain \"karpenter.k8s.aws\" is restricted",
        ),
    ];
    let broken = rules.into_iter().filter(|(breaks, _)| *breaks);
    broken.map(|(_, message)| message).collect()
}

fn labels(labels: &Value, broken: &mut Broken) {
    let names = labels.as_object().into_iter().flatten();
    let mut messages: Vec<_> = names.flat_map(|(name, _)| restrictions(name)).collect();
    messages.sort_unstable();
    messages.dedup();
    for message in messages {
        broken.unless(false, "spec.template.metadata.labels", labels, message);
    }
}

fn node_class(class: &Value, before: Option<&Value>, broken: &mut Broken) {
    let field = "spec.template.spec.nodeClassRef";
    for part in ["group", "kind", "name"] {
        broken.unless(
            class[part] != "",
            format!("{field}.{part}"),
            &class[part],
            &format!("{part} may not be empty"),
        );
    }
    for part in ["group", "kind"] {
        let kept = before.is_none_or(|before| before[part] == class[part]);
        broken.unless(
            kept,
            field,
            class,
            &format!("nodeClassRef.{part} is immutable"),
        );
    }
}

fn requirements(requirements: &Value, broken: &mut Broken) {
    let field = "spec.template.spec.requirements";
    let all = items(requirements);
    for (at, requirement) in all.iter().enumerate() {
        let key = requirement["key"].as_str().unwrap_or_default();
        for message in restrictions(key) {
            broken.unless(
                false,
                format!("{field}[{at}].key"),
                &requirement["key"],
                message,
            );
        }
    }
    let is = |requirement: &Value, operators: &[&str]| {
        let operator = requirement["operator"].as_str().unwrap_or_default();
        operators.contains(&operator)
    };
    broken.unless(
        all.iter()
            .all(|one| !is(one, &["In"]) || !items(&one["values"]).is_empty()),
        field,
        requirements,
        "requirements with operator 'In' must have a value defined",
    );
    let single = |one: &Value| match items(&one["values"]) {
        [value] => value
            .as_str()
            .is_some_and(|text| text.parse::<u64>().is_ok()),
        _ => false,
    };
    broken.unless(
        all.iter()
            .all(|one| !is(one, &["Gt", "Lt", "Gte", "Lte"]) || single(one)),
        field,
        requirements,
        "requirements operator 'Gt', 'Lt', 'Gte', or 'Lte' must have a single positive integer value",
    );
    let enough = |one: &Value| {
        let most = one["minValues"].as_u64().unwrap_or(0);
        items(&one["values"]).len() as u64 >= most
    };
    broken.unless(
        all.iter().all(|one| !is(one, &["In"]) || enough(one)),
        field,
        requirements,
        "requirements with 'minValues' must have at least that many values specified in the 'values' field",
    );
}

fn replicas(spec: &Value, before: Option<&Value>, broken: &mut Broken) {
    let fixed = has(spec, "replicas");
    broken.unless(
        before.is_none_or(|before| has(before, "replicas") == fixed),
        "spec",
        spec,
        "Cannot transition NodePool between static (replicas set) and dynamic (replicas unset) provisioning modes",
    );
    let limits = spec["limits"].as_object();
    let only_nodes = limits.is_none_or(|limits| limits.keys().all(|name| name == "nodes"));
    broken.unless(
        !fixed || only_nodes,
        "spec",
        spec,
        "only 'limits.nodes' is supported on static NodePools",
    );
    broken.unless(
        !(fixed && has(spec, "weight")),
        "spec",
        spec,
        "'weight' is not supported on static NodePools",
    );
}
