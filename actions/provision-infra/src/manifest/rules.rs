//! Karpenter's own rules beyond the form of a spec (the validations of its CRDs, version 1.14.1), in words that say what
//! to do.

use super::outline::Fault;
use super::{Kind, labels};
use serde_json::Value;

/// Everything that breaks a rule.
pub(super) fn faults(kind: Kind, spec: &Value) -> Vec<Fault> {
    let mut rules = Rules { faults: Vec::new() };
    match kind {
        Kind::NodePool => rules.node_pool(spec),
        Kind::Ec2NodeClass => rules.node_class(spec),
    }
    rules.faults
}

struct Rules {
    faults: Vec<Fault>,
}

impl Rules {
    fn fault(&mut self, path: impl Into<String>, what: impl Into<String>) {
        self.faults.push((path.into(), what.into()));
    }

    fn node_pool(&mut self, spec: &Value) {
        let template = &spec["template"];
        for name in keys(&template["metadata"]["labels"]) {
            if let Some(why) = labels::refused(name) {
                self.fault(format!("spec.template.metadata.labels[{name}]"), why);
            }
        }
        let requirements = template["spec"]["requirements"].as_array();
        for (place, requirement) in requirements.into_iter().flatten().enumerate() {
            self.requirement(
                &format!("spec.template.spec.requirements[{place}]"),
                requirement,
            );
        }
        let reference = &template["spec"]["nodeClassRef"];
        for (field, wanted) in [("group", "karpenter.k8s.aws"), ("kind", "EC2NodeClass")] {
            if reference[field]
                .as_str()
                .is_some_and(|found| found != wanted)
            {
                let path = format!("spec.template.spec.nodeClassRef.{field}");
                self.fault(
                    path,
                    format!("expected `{wanted}`: nodes are EC2 instances"),
                );
            }
        }
        let budgets = spec["disruption"]["budgets"].as_array();
        for (place, budget) in budgets.into_iter().flatten().enumerate() {
            if budget["schedule"].is_null() != budget["duration"].is_null() {
                self.fault(
                    format!("spec.disruption.budgets[{place}]"),
                    "`schedule` and `duration` go together: set both or none",
                );
            }
        }
        if !spec["replicas"].is_null() {
            if !spec["weight"].is_null() {
                self.fault("spec.weight", "cannot be set together with `replicas`");
            }
            if keys(&spec["limits"]).any(|name| name != "nodes") {
                self.fault("spec.limits", "with `replicas` only `nodes` can be limited");
            }
        }
    }

    fn requirement(&mut self, path: &str, requirement: &Value) {
        if let Some(why) = requirement["key"].as_str().and_then(labels::refused) {
            self.fault(format!("{path}.key"), why);
        }
        let values: Vec<&str> = requirement["values"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        match requirement["operator"].as_str() {
            Some("In") if values.is_empty() => {
                self.fault(
                    format!("{path}.values"),
                    "operator In needs at least one value",
                );
            }
            Some(operator @ ("Gt" | "Lt" | "Gte" | "Lte")) => {
                let whole = |text: &&str| text.parse::<u64>().is_ok();
                if values.len() != 1 || !values.iter().all(whole) {
                    let what =
                        format!("operator {operator} needs exactly one whole number, in quotes");
                    self.fault(format!("{path}.values"), what);
                }
            }
            _ => {}
        }
        let least = requirement["minValues"].as_u64().unwrap_or(0);
        if requirement["operator"] == "In" && (values.len() as u64) < least {
            self.fault(
                format!("{path}.minValues"),
                format!("is {least}, and there are only {} values", values.len()),
            );
        }
    }

    fn node_class(&mut self, spec: &Value) {
        match (spec["role"].is_null(), spec["instanceProfile"].is_null()) {
            (true, true) => self.fault("spec.role", "is missing: set `role` or `instanceProfile`"),
            (false, false) => self.fault("spec", "`role` and `instanceProfile` exclude each other"),
            _ => {}
        }
        for field in ["role", "instanceProfile"] {
            if spec[field] == "" {
                self.fault(format!("spec.{field}"), "is empty");
            }
        }
        self.ami_terms(spec);
        self.terms(spec, "subnetSelectorTerms", &["tags", "id"]);
        self.terms(spec, "securityGroupSelectorTerms", &["tags", "id", "name"]);
        for name in keys(&spec["tags"]) {
            let own = [
                "karpenter.sh/nodepool",
                "karpenter.sh/nodeclaim",
                "karpenter.k8s.aws/ec2nodeclass",
                "eks:eks-cluster-name",
            ];
            if own.contains(&name) || name.starts_with("kubernetes.io/cluster") || name.is_empty() {
                self.fault(
                    format!("spec.tags[{name}]"),
                    "Karpenter sets this tag itself; leave it out",
                );
            }
        }
        let mappings = spec["blockDeviceMappings"].as_array();
        let mappings: Vec<&Value> = mappings.into_iter().flatten().collect();
        for (place, mapping) in mappings.iter().enumerate() {
            let ebs = &mapping["ebs"];
            if ebs.is_object() && ebs["volumeSize"].is_null() && ebs["snapshotID"].is_null() {
                let path = format!("spec.blockDeviceMappings[{place}].ebs");
                self.fault(path, "set `volumeSize` or `snapshotID`");
            }
            if !ebs["volumeInitializationRate"].is_null() && ebs["snapshotID"].is_null() {
                let path =
                    format!("spec.blockDeviceMappings[{place}].ebs.volumeInitializationRate");
                self.fault(path, "only a volume from a `snapshotID` has one");
            }
        }
        if mappings
            .iter()
            .filter(|mapping| mapping["rootVolume"] == true)
            .count()
            > 1
        {
            self.fault(
                "spec.blockDeviceMappings",
                "only one may be the `rootVolume`",
            );
        }
    }

    fn ami_terms(&mut self, spec: &Value) {
        const FAMILIES: [&str; 6] = [
            "al2",
            "al2023",
            "bottlerocket",
            "windows2019",
            "windows2022",
            "windows2025",
        ];
        self.terms(
            spec,
            "amiSelectorTerms",
            &["tags", "id", "name", "alias", "ssmParameter"],
        );
        let terms: Vec<&Value> = spec["amiSelectorTerms"]
            .as_array()
            .into_iter()
            .flatten()
            .collect();
        let aliases: Vec<&str> = terms
            .iter()
            .filter_map(|term| term["alias"].as_str())
            .collect();
        let path = "spec.amiSelectorTerms";
        if let (Some((family, _)), Some(stated)) = (
            aliases.first().and_then(|alias| alias.split_once('@')),
            spec["amiFamily"].as_str(),
        ) && stated != "Custom"
            && !stated.eq_ignore_ascii_case(family)
        {
            let what = format!(
                "is {stated}, and the alias is of {family}: leave it out, or make them the same"
            );
            self.fault("spec.amiFamily", what);
        }
        for alias in &aliases {
            match alias.split_once('@') {
                Some((family, version)) if family.starts_with("windows") && version != "latest" => {
                    self.fault(
                        path,
                        format!("alias `{alias}`: Windows has only the version `latest`"),
                    );
                }
                Some((family, version)) if !version.is_empty() => {
                    if !FAMILIES.contains(&family) {
                        self.fault(
                            path,
                            format!(
                                "alias `{alias}`: the family is none of {}",
                                FAMILIES.join(", ")
                            ),
                        );
                    }
                }
                _ => self.fault(
                    path,
                    format!(
                        "alias `{alias}` is not of the form family@version, such as al2023@latest"
                    ),
                ),
            }
        }
        if !aliases.is_empty() && (terms.len() > 1 || keys(terms[0]).count() > 1) {
            self.fault(
                path,
                "an `alias` must be the only term, and the only field of it",
            );
        }
        if aliases.is_empty() && spec["amiFamily"].is_null() && !terms.is_empty() {
            self.fault(
                "spec.amiFamily",
                "is missing: without an `alias` nobody knows how these images start",
            );
        }
    }

    /// Each term names something, and an id stands alone.
    fn terms(&mut self, spec: &Value, list: &str, fields: &[&str]) {
        let Some(terms) = spec[list].as_array() else {
            return;
        };
        if terms.is_empty() {
            self.fault(format!("spec.{list}"), "is empty, and nothing is selected");
        }
        for (place, term) in terms.iter().enumerate() {
            let path = format!("spec.{list}[{place}]");
            if fields.iter().all(|field| term[*field].is_null()) {
                self.fault(
                    &path,
                    format!("names nothing: set one of {}", fields.join(", ")),
                );
            }
            for alone in ["id", "name"] {
                // An image is also found by name and owner.
                let may_join = alone == "name" && list == "amiSelectorTerms";
                if !term[alone].is_null() && keys(term).count() > 1 && !may_join {
                    self.fault(&path, format!("`{alone}` must stand alone"));
                    break;
                }
            }
            let tags = term["tags"].as_object();
            if tags
                .into_iter()
                .flatten()
                .any(|(key, value)| key.is_empty() || value == "")
            {
                self.fault(
                    format!("{path}.tags"),
                    "a tag without a key or value selects nothing",
                );
            }
        }
    }
}

fn keys(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.keys())
        .map(String::as_str)
}
