//! Goes through the document and collects what EMR or Kubernetes would refuse.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use yaml_fault::nearest;

use crate::{
    Problem, Role,
    fields::{self, Fields},
};

/// Longest part of an unknown member's name that is repeated, in characters.
const SHOWN: usize = 60;

/// Everything that is wrong with the document.
pub(crate) fn document(role: Role, document: &Value) -> Vec<Problem> {
    let mut check = Check {
        role,
        problems: Vec::new(),
    };
    match document.as_object() {
        Some(pod) => check.pod(pod),
        None => check.problems.push(Problem {
            path: None,
            what: "it is no mapping".to_owned(),
            fix: "write a pod: `apiVersion: v1`, `kind: Pod` and a `spec`".to_owned(),
        }),
    }
    check.problems
}

struct Check {
    role: Role,
    problems: Vec<Problem>,
}

impl Check {
    fn pod(&mut self, pod: &Map<String, Value>) {
        for (member, expected) in [("apiVersion", "v1"), ("kind", "Pod")] {
            if pod.get(member).and_then(Value::as_str) != Some(expected) {
                self.add(
                    member,
                    "a pod template is a pod",
                    format!("write `{member}: {expected}`"),
                );
            }
        }
        self.members("", pod, &fields::POD);
        if let Some(metadata) = pod
            .get("metadata")
            .and_then(|it| self.mapping("metadata", it))
        {
            self.members("metadata", metadata, &fields::METADATA);
        }
        if let Some(spec) = pod.get("spec").and_then(|it| self.mapping("spec", it)) {
            self.spec(spec);
        }
    }

    fn spec(&mut self, spec: &Map<String, Value>) {
        self.members("spec", spec, &fields::SPEC);
        for (index, toleration) in self.items("spec", spec, "tolerations") {
            let path = format!("spec.tolerations[{index}]");
            if let Some(toleration) = self.mapping(&path, toleration) {
                self.members(&path, toleration, &fields::TOLERATION);
            }
        }
        let mut names = BTreeSet::new();
        self.containers(spec, &mut names);
        for list in ["initContainers", "ephemeralContainers"] {
            for (index, container) in self.items("spec", spec, list) {
                let path = format!("spec.{list}[{index}]");
                if let Some(container) = self.mapping(&path, container) {
                    self.members(&path, container, &fields::SIDECAR);
                    self.name(&path, container, &mut names);
                }
            }
        }
    }

    fn containers<'a>(&mut self, spec: &'a Map<String, Value>, names: &mut BTreeSet<&'a str>) {
        let containers = self.items("spec", spec, "containers");
        let main = self.role.main_container();
        let mut has_main = containers.is_empty();
        for &(index, container) in &containers {
            let path = format!("spec.containers[{index}]");
            let Some(container) = self.mapping(&path, container) else {
                continue;
            };
            let name = self.name(&path, container, names);
            let is_main = name == Some(main);
            has_main |= is_main;
            let fields = if is_main {
                &fields::MAIN_CONTAINER
            } else {
                &fields::SIDECAR
            };
            self.members(&path, container, fields);
        }
        if !has_main {
            self.no_main_container(&containers);
        }
    }

    fn no_main_container(&mut self, containers: &[(usize, &Value)]) {
        let main = self.role.main_container();
        let others = self.role.other().main_container();
        let named = |(_, container): &&(usize, &Value)| container["name"] == others;
        let (path, what) = match containers.iter().find(named) {
            Some((index, _)) => (
                format!("spec.containers[{index}].name"),
                format!("`{others}` is the container of the other pods' template"),
            ),
            None => (
                "spec.containers".to_owned(),
                format!("no container is named `{main}`, so EMR takes all of them for sidecars"),
            ),
        };
        let fix = format!("name the container Spark runs in `{main}`, or leave `containers` out");
        self.add(path, what, fix);
    }

    /// The container's name, after what is wrong with it was said.
    fn name<'a>(
        &mut self,
        path: &str,
        container: &'a Map<String, Value>,
        names: &mut BTreeSet<&'a str>,
    ) -> Option<&'a str> {
        let path = format!("{path}.name");
        let Some(name) = container.get("name").and_then(Value::as_str) else {
            self.add(path, "every container has a name", "add one");
            return None;
        };
        if name == fields::RESERVED_SIDECAR {
            self.add(
                path,
                format!("EMR on EKS adds a sidecar named `{name}` itself"),
                "give the container another name",
            );
        } else if !names.insert(name) {
            self.add(
                path,
                "another container of the pod has the same name",
                "give each a name of its own",
            );
        }
        Some(name)
    }

    /// The object's members against what may be there.
    fn members(&mut self, path: &str, object: &Map<String, Value>, fields: &Fields) {
        for member in object.keys() {
            let name = member.as_str();
            if fields.allowed.contains(&name) {
                continue;
            }
            let place = join(path, name);
            if fields.refused.contains(&name) {
                let what = "EMR on EKS does not take it from a pod template";
                self.add(place, what, fields::instead(name));
                continue;
            }
            let known = fields.allowed.iter().chain(fields.refused).copied();
            let fix = match nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "remove it, or move it to where it belongs".to_owned(),
            };
            self.add(place, "Kubernetes knows no such member here", fix);
        }
    }

    /// The items of a list; none when there is no such member or it is no list, which is said.
    fn items<'a>(
        &mut self,
        path: &str,
        object: &'a Map<String, Value>,
        member: &str,
    ) -> Vec<(usize, &'a Value)> {
        match object.get(member) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items.iter().enumerate().collect(),
            Some(_) => {
                self.add(
                    join(path, member),
                    "it is no list",
                    "write its items with `- `",
                );
                Vec::new()
            }
        }
    }

    /// The value as a mapping; that it is none is said, but for nothing at all.
    fn mapping<'a>(&mut self, path: &str, value: &'a Value) -> Option<&'a Map<String, Value>> {
        let mapping = value.as_object();
        if mapping.is_none() && !value.is_null() {
            self.add(
                path,
                "it is no mapping",
                "write its members as `name: value`",
            );
        }
        mapping
    }

    fn add(&mut self, path: impl Into<String>, what: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(Problem {
            path: Some(path.into()),
            what: what.into(),
            fix: fix.into(),
        });
    }
}

/// The member's path. A name that is too long to be one is cut, as it may be a value in the wrong place.
fn join(path: &str, member: &str) -> String {
    let mut name: String = member.chars().take(SHOWN).collect();
    if name.len() < member.len() {
        name.push('…');
    }
    if path.is_empty() {
        name
    } else {
        format!("{path}.{name}")
    }
}
