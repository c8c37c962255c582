//! What a NodePool object says, as far as the model follows it. Pure.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;

use super::catalogue::{self, InstanceType};

/// A NodePool's template, requirements and patience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodePool {
    pub(crate) name: String,
    /// What its NodeClaims are owned by.
    pub(crate) uid: String,
    /// Name of its EC2NodeClass.
    pub(crate) node_class: String,
    /// `spec.template.metadata.labels`.
    pub(crate) labels: BTreeMap<String, String>,
    /// The instance types its requirements allow, smallest first.
    pub(crate) instance_types: Vec<InstanceType>,
    pub(crate) zone: String,
    pub(crate) capacity_type: String,
    /// How long a node stays empty; none means for ever.
    pub(crate) consolidate_after: Option<Duration>,
}

/// The zone when the NodePool names none.
const DEFAULT_ZONE: &str = "us-east-1a";

impl NodePool {
    /// Reads the object; requirements other than instance family, size and type, zone and capacity type are ignored.
    pub(crate) fn read(object: &Value) -> Option<Self> {
        let template = &object["spec"]["template"];
        let allowed = |key: &str| values(template, key);
        let capacity = allowed("karpenter.sh/capacity-type");
        Some(Self {
            name: object["metadata"]["name"].as_str()?.to_owned(),
            uid: text(&object["metadata"]["uid"]),
            node_class: text(&template["spec"]["nodeClassRef"]["name"]),
            labels: strings(&template["metadata"]["labels"]),
            instance_types: instance_types(template),
            zone: allowed("topology.kubernetes.io/zone")
                .and_then(|zones| zones.into_iter().next())
                .unwrap_or_else(|| DEFAULT_ZONE.to_owned()),
            capacity_type: match capacity {
                // Karpenter prefers spot where both are allowed.
                Some(types) if types.iter().any(|t| t == "spot") => "spot".to_owned(),
                _ => "on-demand".to_owned(),
            },
            consolidate_after: match object["spec"]["disruption"]["consolidateAfter"].as_str() {
                Some("Never") => None,
                Some(text) => duration(text),
                None => Some(Duration::ZERO),
            },
        })
    }

    /// Whether a pod with this node selector may run on the pool's nodes.
    pub(crate) fn matches(&self, selector: &BTreeMap<String, String>) -> bool {
        selector.iter().all(|(key, value)| match key.as_str() {
            "karpenter.sh/nodepool" => *value == self.name,
            "karpenter.sh/capacity-type" => *value == self.capacity_type,
            "topology.kubernetes.io/zone" => *value == self.zone,
            _ => self.labels.get(key) == Some(value),
        })
    }
}

fn instance_types(template: &Value) -> Vec<InstanceType> {
    let allows = |key: &str, value: &str| {
        values(template, key).is_none_or(|all| all.iter().any(|v| v == value))
    };
    catalogue::all()
        .into_iter()
        .filter(|t| {
            allows("karpenter.k8s.aws/instance-family", t.family)
                && allows("karpenter.k8s.aws/instance-size", t.size)
                && allows("node.kubernetes.io/instance-type", &t.name())
        })
        .collect()
}

/// The values of the `In` requirement on a label.
fn values(template: &Value, key: &str) -> Option<Vec<String>> {
    let requirements = template["spec"]["requirements"].as_array()?;
    let requirement = requirements
        .iter()
        .find(|r| r["key"] == key && r["operator"] == "In")?;
    let values = requirement["values"].as_array()?;
    Some(
        values
            .iter()
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect(),
    )
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A JSON object of strings as a map.
pub(crate) fn strings(object: &Value) -> BTreeMap<String, String> {
    let entries = object.as_object().into_iter().flatten();
    entries
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// Karpenter's durations: `30s`, `1m30s`, `2h`.
fn duration(text: &str) -> Option<Duration> {
    let mut total = 0;
    let mut number = String::new();
    for c in text.chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return None,
        };
        total += number.parse::<u64>().ok()? * unit;
        number.clear();
    }
    number.is_empty().then_some(Duration::from_secs(total))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::{NodePool, duration, strings};

    #[test]
    fn reads_labels_requirements_and_patience() {
        let pool = NodePool::read(&json!({
            "metadata": {"name": "spark-executor"},
            "spec": {
                "disruption": {"consolidateAfter": "30s"},
                "template": {
                    "metadata": {"labels": {"provisioner": "spark-executor"}},
                    "spec": {"requirements": [
                        {"key": "karpenter.k8s.aws/instance-family", "operator": "In", "values": ["r5"]},
                        {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot"]},
                    ]}
                }
            }
        }))
        .expect("a NodePool");
        assert_eq!(pool.capacity_type, "spot");
        assert_eq!(pool.consolidate_after, Some(Duration::from_secs(30)));
        assert!(pool.instance_types.iter().all(|t| t.family == "r5"));
        assert!(pool.matches(&strings(&json!({"provisioner": "spark-executor"}))));
        assert!(!pool.matches(&strings(&json!({"provisioner": "spark-driver"}))));
    }

    #[test]
    fn reads_durations() {
        assert_eq!(duration("1m30s"), Some(Duration::from_secs(90)));
        assert_eq!(duration("soon"), None);
    }
}
