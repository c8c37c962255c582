//! What Karpenter takes and Spark or the bill would not like. Notes, never refusals.

use serde_json::Value;

/// Families of the Xen hypervisor among those that Karpenter may choose for Spark.
const XEN: [&str; 6] = ["m4", "r4", "c4", "m3", "r3", "i3"];

/// What is worth knowing of a NodePool.
pub(super) fn node_pool(spec: &Value) -> Vec<String> {
    let mut notes = Vec::new();
    let disruption = &spec["disruption"];
    let policy = disruption["consolidationPolicy"].as_str();
    if policy.is_none_or(|policy| policy != "WhenEmpty") {
        let policy = policy.unwrap_or("WhenEmptyOrUnderutilized, the default");
        notes.push(format!(
            "consolidationPolicy {policy}: Karpenter also ends nodes on which executors run; WhenEmpty does not"
        ));
    }
    if disruption["budgets"].is_null() {
        notes.push("without budgets Karpenter ends at most 10 % of the nodes at a time, of a small pool one by one".to_owned());
    }
    let labels = &spec["template"]["metadata"]["labels"];
    if labels["type"] != "karpenter" || labels["provisioner"].is_null() {
        notes.push(
            "the labels `type: karpenter` and `provisioner: <name>` are not both set: the pod templates of upload-scripts \
             select nodes by them"
                .to_owned(),
        );
    }
    if spec["limits"]
        .as_object()
        .is_none_or(serde_json::Map::is_empty)
    {
        notes.push("without limits nothing bounds how many nodes are bought".to_owned());
    }
    xen_is_lost(spec, &mut notes);
    nothing_is_left(spec, &mut notes);
    notes
}

fn requirements(spec: &Value) -> impl Iterator<Item = &Value> {
    let requirements = spec["template"]["spec"]["requirements"].as_array();
    requirements.into_iter().flatten()
}

fn values(requirement: &Value) -> Vec<&str> {
    let values = requirement["values"].as_array();
    values
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn xen_is_lost(spec: &Value, notes: &mut Vec<String>) {
    let named: Vec<&str> = requirements(spec)
        .filter(|requirement| {
            requirement["key"] == "karpenter.k8s.aws/instance-family"
                && requirement["operator"] == "In"
        })
        .flat_map(values)
        .filter(|family| XEN.contains(family))
        .collect();
    if named.is_empty() {
        return;
    }
    let loses = requirements(spec).find(|requirement| {
        let values = values(requirement);
        match (
            requirement["key"].as_str(),
            requirement["operator"].as_str(),
        ) {
            (Some("karpenter.k8s.aws/instance-hypervisor"), Some("In")) => !values.contains(&"xen"),
            (Some("karpenter.k8s.aws/instance-hypervisor"), Some("NotIn")) => {
                values.contains(&"xen")
            }
            (Some("karpenter.k8s.aws/instance-generation"), Some(operator)) => {
                excludes_four(operator, &values)
            }
            _ => false,
        }
    });
    if let Some(requirement) = loses {
        notes.push(format!(
            "listed and never chosen: {}; all requirements must hold, and {} excludes these",
            named.join(", "),
            requirement["key"].as_str().unwrap_or_default()
        ));
    }
}

/// Whether a requirement of generations leaves out the fourth.
fn excludes_four(operator: &str, values: &[&str]) -> bool {
    let numbers: Vec<u32> = values
        .iter()
        .filter_map(|value| value.parse().ok())
        .collect();
    match operator {
        "Gt" => numbers.iter().any(|least| *least >= 4),
        "Gte" => numbers.iter().any(|least| *least > 4),
        "In" => numbers.iter().all(|number| *number > 4),
        _ => false,
    }
}

/// Two lists of the same label without a common value select nothing.
fn nothing_is_left(spec: &Value, notes: &mut Vec<String>) {
    let lists: Vec<(&str, Vec<&str>)> = requirements(spec)
        .filter(|requirement| requirement["operator"] == "In")
        .filter_map(|requirement| Some((requirement["key"].as_str()?, values(requirement))))
        .collect();
    for (place, (key, one)) in lists.iter().enumerate() {
        let contradicts = |(other_key, other): &&(&str, Vec<&str>)| {
            other_key == key && one.iter().all(|value| !other.contains(value))
        };
        if lists[place + 1..].iter().any(|other| contradicts(&other)) {
            notes.push(format!(
                "{key} is required twice without a common value: no instance fits both"
            ));
        }
    }
}
