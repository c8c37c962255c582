//! Discovery: what versions, groups and kinds there are, in the plain form that every client reads. Pure.

use super::kind::Kind;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The Kubernetes version this server says it is.
const MINOR: &str = "36";

/// The answer at a discovery path of an API with these kinds; none if it is no such path.
pub(super) fn answer(path: &str, kinds: &[&'static Kind]) -> Option<Value> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match segments.as_slice() {
        ["version"] => Some(version()),
        ["api"] => Some(json!({
            "kind": "APIVersions",
            "versions": ["v1"],
            "serverAddressByClientCIDRs": [],
        })),
        ["apis"] => Some(json!({
            "kind": "APIGroupList",
            "apiVersion": "v1",
            "groups": groups(kinds).into_iter().map(group).collect::<Vec<_>>(),
        })),
        ["api", "v1"] => resources(kinds, "", "v1"),
        ["apis", name] => groups(kinds).contains(name).then(|| {
            let mut answer = group(name);
            answer["kind"] = "APIGroup".into();
            answer["apiVersion"] = "v1".into();
            answer
        }),
        ["apis", group, version] => resources(kinds, group, version),
        ["openapi", "v3"] => Some(openapi_index(kinds)),
        ["openapi", "v3", "api", version] => openapi(kinds, "", version),
        ["openapi", "v3", "apis", group, version] => openapi(kinds, group, version),
        _ => None,
    }
}

fn version() -> Value {
    json!({
        "major": "1",
        "minor": MINOR,
        "gitVersion": format!("v1.{MINOR}.0+local-cloud"),
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": "",
        "platform": "linux/amd64",
    })
}

fn groups(kinds: &[&'static Kind]) -> BTreeSet<&'static str> {
    kinds
        .iter()
        .map(|kind| kind.group)
        .filter(|group| !group.is_empty())
        .collect()
}

fn group(name: &str) -> Value {
    let version = json!({ "groupVersion": format!("{name}/v1"), "version": "v1" });
    json!({ "name": name, "versions": [version], "preferredVersion": version })
}

fn resources(kinds: &[&'static Kind], group: &str, version: &str) -> Option<Value> {
    let kinds: Vec<&&Kind> = kinds
        .iter()
        .filter(|k| k.group == group && k.version == version)
        .collect();
    let first = kinds.first()?;
    let mut resources: Vec<Value> = kinds.iter().map(|kind| resource(kind)).collect();
    if group.is_empty() {
        resources.push(json!({
            "name": "pods/log", "singularName": "", "namespaced": true, "kind": "Pod", "verbs": ["get"],
        }));
    }
    Some(json!({
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": first.api_version(),
        "resources": resources,
    }))
}

/// The OpenAPI descriptions there are. They hold no schemas, only what `kubectl apply` looks for in them.
fn openapi_index(kinds: &[&'static Kind]) -> Value {
    let groups = groups(kinds)
        .into_iter()
        .map(|group| format!("apis/{group}/v1"));
    let paths = groups.chain(["api/v1".to_owned()]).map(|path| {
        let url = format!("/openapi/v3/{path}");
        (path, json!({ "serverRelativeURL": url }))
    });
    json!({ "paths": Value::Object(paths.collect()) })
}

/// Says of each kind that patches take `dryRun` and `fieldValidation`; `kubectl` refuses to apply without knowing.
fn openapi(kinds: &[&'static Kind], group: &str, version: &str) -> Option<Value> {
    let list = resources(kinds, group, version)?;
    let parameter = |name| json!({ "name": name, "in": "query", "schema": { "type": "string" } });
    let kinds = kinds.iter().filter(|kind| kind.group == group);
    let paths = kinds.map(|kind| {
        let root = if group.is_empty() { "/api/v1".to_owned() } else { format!("/apis/{}", kind.api_version()) };
        let namespace = if kind.namespaced { "/namespaces/{namespace}" } else { "" };
        let patch = json!({
            "parameters": [parameter("dryRun"), parameter("fieldValidation")],
            "responses": {},
            "x-kubernetes-group-version-kind": { "group": group, "version": version, "kind": kind.kind },
        });
        (format!("{root}{namespace}/{}/{{name}}", kind.plural), json!({ "patch": patch }))
    });
    Some(json!({
        "openapi": "3.0.0",
        "info": { "title": list["groupVersion"], "version": version },
        "paths": Value::Object(paths.collect()),
    }))
}

fn resource(kind: &Kind) -> Value {
    json!({
        "name": kind.plural,
        "singularName": kind.singular(),
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "shortNames": kind.short_names,
        "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
    })
}

#[cfg(test)]
mod tests {
    use super::answer;
    use crate::kubernetes::kind::ALL;

    #[test]
    fn every_kind_is_discovered_in_its_group() {
        let names = |path| {
            let list = answer(path, &ALL).unwrap_or_default();
            let resources = list["resources"].as_array().cloned().unwrap_or_default();
            resources
                .iter()
                .filter_map(|r| r["name"].as_str().map(str::to_owned))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names("/api/v1"),
            [
                "namespaces",
                "pods",
                "nodes",
                "configmaps",
                "events",
                "pods/log"
            ]
        );
        assert_eq!(names("/apis/karpenter.sh/v1"), ["nodeclaims", "nodepools"]);
        assert_eq!(
            answer("/apis/karpenter.sh", &ALL).unwrap_or_default()["name"],
            "karpenter.sh"
        );
        assert!(answer("/apis/apps/v1", &ALL).is_none());
        assert!(answer("/api/v1/pods", &ALL).is_none());
    }

    #[test]
    fn patches_are_described_as_taking_field_validation() {
        let index = answer("/openapi/v3", &ALL).unwrap_or_default();
        let url = index["paths"]["apis/karpenter.sh/v1"]["serverRelativeURL"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let description = answer(&url, &ALL).unwrap_or_default();
        let patch = &description["paths"]["/apis/karpenter.sh/v1/nodepools/{name}"]["patch"];
        assert_eq!(patch["parameters"][1]["name"], "fieldValidation");
    }
}
