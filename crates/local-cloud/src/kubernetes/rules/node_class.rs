//! The rules of EC2NodeClasses: the node's role, what selects images, subnets and security groups, tags, disks.

use super::{Broken, any, has, items};
use serde_json::Value;

/// The families that an alias may name, and the `amiFamily` that goes with each of them.
const FAMILIES: [(&str, &str); 3] = [
    ("al2", "AL2"),
    ("al2023", "AL2023"),
    ("bottlerocket", "Bottlerocket"),
];

const WINDOWS: [&str; 3] = ["windows2019", "windows2022", "windows2025"];

pub(super) fn check(spec: &Value, broken: &mut Broken) {
    role(spec, broken);
    images(spec, broken);
    subnets(&spec["subnetSelectorTerms"], broken);
    security_groups(&spec["securityGroupSelectorTerms"], broken);
    tags(&spec["tags"], broken);
    disks(&spec["blockDeviceMappings"], broken);
}

fn role(spec: &Value, broken: &mut Broken) {
    for name in ["role", "instanceProfile"] {
        let field = format!("spec.{name}");
        let message = format!("{name} cannot be empty");
        broken.unless(spec[name] != "", field, &spec[name], &message);
    }
    broken.unless(
        has(spec, "role") != has(spec, "instanceProfile"),
        "spec",
        spec,
        "must specify exactly one of ['role', 'instanceProfile']",
    );
}

fn images(spec: &Value, broken: &mut Broken) {
    let (field, value) = ("spec.amiSelectorTerms", &spec["amiSelectorTerms"]);
    let terms = items(value);
    for (at, alias) in terms.iter().map(|term| &term["alias"]).enumerate() {
        if let Some(text) = alias.as_str() {
            self::alias(text, &format!("{field}[{at}].alias"), alias, broken);
        }
    }
    selected_tags(field, terms, broken);
    let named = ["tags", "id", "name", "alias", "ssmParameter"];
    broken.unless(
        terms.iter().all(|term| any(term, &named)),
        field,
        value,
        "expected at least one, got none, ['tags', 'id', 'name', 'alias', 'ssmParameter']",
    );
    for (alone, others) in [
        ("id", ["alias", "tags", "name", "owner"]),
        ("alias", ["id", "tags", "name", "owner"]),
    ] {
        broken.unless(
            !terms.iter().any(|term| has(term, alone) && any(term, &others)),
            field,
            value,
            &format!(
                "'{alone}' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms"
            ),
        );
    }
    let by_alias = terms.iter().any(|term| has(term, "alias"));
    broken.unless(
        !by_alias || terms.len() == 1,
        field,
        value,
        "'alias' is mutually exclusive, cannot be set with a combination of other amiSelectorTerms",
    );
    family(spec, terms, broken);
}

fn alias(text: &str, field: &str, value: &Value, broken: &mut Broken) {
    let (family, version) = text.split_once('@').unwrap_or((text, ""));
    let formed = !family.is_empty() && family.bytes().all(|b| b.is_ascii_alphanumeric());
    broken.unless(
        formed && !version.is_empty(),
        field,
        value,
        "'alias' is improperly formatted, must match the format 'family@version'",
    );
    let known = FAMILIES.iter().any(|(name, _)| *name == family);
    broken.unless(
        known || WINDOWS.contains(&family),
        field,
        value,
        "family is not supported, must be one of the following: 'al2', 'al2023', 'bottlerocket', 'windows2019', \
         'windows2022', 'windows2025'",
    );
    broken.unless(
        !WINDOWS.contains(&family) || version == "latest",
        field,
        value,
        "windows families may only specify version 'latest'",
    );
}

fn family(spec: &Value, terms: &[Value], broken: &mut Broken) {
    let alias = terms.iter().find_map(|term| term["alias"].as_str());
    let Some(alias) = alias else {
        broken.unless(
            has(spec, "amiFamily"),
            "spec",
            spec,
            "must specify amiFamily if amiSelectorTerms does not contain an alias",
        );
        return;
    };
    let named = alias.split('@').next().unwrap_or_default();
    for (alias, family) in FAMILIES.iter().filter(|(alias, _)| *alias == named) {
        let given = spec["amiFamily"].as_str();
        let alias = if *alias == "bottlerocket" {
            "a Bottlerocket".to_owned()
        } else {
            format!("an {}", alias.to_uppercase())
        };
        broken.unless(
            given.is_none_or(|given| given == "Custom" || given == *family),
            "spec",
            spec,
            &format!("if set, amiFamily must be '{family}' or 'Custom' when using {alias} alias"),
        );
    }
}

fn subnets(value: &Value, broken: &mut Broken) {
    let (field, terms) = ("spec.subnetSelectorTerms", items(value));
    selected_tags(field, terms, broken);
    broken.unless(
        !terms.is_empty(),
        field,
        value,
        "subnetSelectorTerms cannot be empty",
    );
    broken.unless(
        terms.iter().all(|term| any(term, &["tags", "id"])),
        field,
        value,
        "expected at least one, got none, ['tags', 'id']",
    );
    // Broken only when every term is: so the definition has it.
    broken.unless(
        !terms.iter().all(|term| has(term, "id") && has(term, "tags")),
        field,
        value,
        "'id' is mutually exclusive, cannot be set with a combination of other fields in a subnet selector term",
    );
}

fn security_groups(value: &Value, broken: &mut Broken) {
    let (field, terms) = ("spec.securityGroupSelectorTerms", items(value));
    selected_tags(field, terms, broken);
    broken.unless(
        !terms.is_empty(),
        field,
        value,
        "securityGroupSelectorTerms cannot be empty",
    );
    broken.unless(
        terms.iter().all(|term| any(term, &["tags", "id", "name"])),
        field,
        value,
        "expected at least one, got none, ['tags', 'id', 'name']",
    );
    for (alone, others) in [("id", ["tags", "name"]), ("name", ["tags", "id"])] {
        broken.unless(
            !terms.iter().all(|term| has(term, alone) && any(term, &others)),
            field,
            value,
            &format!(
                "'{alone}' is mutually exclusive, cannot be set with a combination of other fields in a security \
                 group selector term"
            ),
        );
    }
}

fn selected_tags(field: &str, terms: &[Value], broken: &mut Broken) {
    for (at, tags) in terms.iter().map(|term| &term["tags"]).enumerate() {
        let mut all = tags.as_object().into_iter().flatten();
        broken.unless(
            all.all(|(key, value)| !key.is_empty() && value != ""),
            format!("{field}[{at}].tags"),
            tags,
            "empty tag keys or values aren't supported",
        );
    }
}

fn tags(tags: &Value, broken: &mut Broken) {
    let keys = || tags.as_object().into_iter().flatten().map(|(key, _)| key);
    broken.unless(
        keys().all(|key| !key.is_empty()),
        "spec.tags",
        tags,
        "empty tag keys aren't supported",
    );
    for (restricted, prefix) in [
        ("eks:eks-cluster-name", false),
        ("kubernetes.io/cluster/", true),
        ("karpenter.sh/nodepool", false),
        ("karpenter.sh/nodeclaim", false),
        ("karpenter.k8s.aws/ec2nodeclass", false),
    ] {
        let meant = |key: &str| {
            key == restricted || (prefix && key.starts_with(restricted.trim_end_matches('/')))
        };
        broken.unless(
            !keys().any(|key| meant(key)),
            "spec.tags",
            tags,
            &format!("tag contains a restricted tag matching {restricted}"),
        );
    }
}

fn disks(mappings: &Value, broken: &mut Broken) {
    let field = "spec.blockDeviceMappings";
    for (at, mapping) in items(mappings).iter().enumerate() {
        let Some(disk) = mapping.get("ebs") else {
            continue;
        };
        let field = format!("{field}[{at}].ebs");
        broken.unless(
            any(disk, &["snapshotID", "volumeSize"]),
            &field,
            disk,
            "snapshotID or volumeSize must be defined",
        );
        let snapshot = disk["snapshotID"].as_str().unwrap_or_default();
        broken.unless(
            !has(disk, "volumeInitializationRate") || !snapshot.is_empty(),
            &field,
            disk,
            "snapshotID must be set when volumeInitializationRate is set",
        );
    }
    let roots = items(mappings)
        .iter()
        .filter(|one| one["rootVolume"] == true);
    broken.unless(
        roots.count() <= 1,
        field,
        mappings,
        "must have only one blockDeviceMappings with rootVolume",
    );
}
