//! The user's files as objects that can be applied, or everything that is wrong with them.

use super::outline::{self, Fault};
use super::problem::{Place, Problem};
use super::source::{Document, Facts, SourceFile, documents};
use super::translate::{self, Translated};
use super::{CLUSTER_ANNOTATION, Kind, MANAGED_BY, Manifest, NODE_CLASS, advice, rules};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Objects in the order in which they must be applied, and what is worth knowing about them.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) manifests: Vec<Manifest>,
    /// What became of fields of v1alpha5.
    pub(crate) translated: Vec<Problem>,
    /// What Karpenter takes and the user may not have meant.
    pub(crate) notes: Vec<Problem>,
    /// Whether a NodePool names the EC2NodeClass of this action, which is in none of the files.
    pub(crate) needs_our_class: bool,
}

/// Reads, translates and checks all files.
///
/// # Errors
/// Every problem of every document together.
pub(crate) fn load(files: &[SourceFile], facts: &Facts) -> Result<Loaded, Vec<Problem>> {
    let mut loader = Loader {
        facts,
        manifests: Vec::new(),
        translated: Vec::new(),
        notes: Vec::new(),
        problems: Vec::new(),
        seen: BTreeMap::new(),
        references: Vec::new(),
    };
    for file in files {
        let (documents, problems) = documents(file, facts);
        loader.problems.extend(problems);
        documents
            .into_iter()
            .for_each(|document| loader.document(document));
    }
    loader.finish()
}

struct Loader<'a> {
    facts: &'a Facts,
    manifests: Vec<Manifest>,
    translated: Vec<Problem>,
    notes: Vec<Problem>,
    problems: Vec<Problem>,
    /// Where each object stands.
    seen: BTreeMap<(Kind, String), Place>,
    /// The class that each NodePool names.
    references: Vec<(Place, String)>,
}

impl Loader<'_> {
    fn document(&mut self, document: Document) {
        let Document { mut place, value } = document;
        let kind = value["kind"].as_str().unwrap_or_default().to_owned();
        let version = value["apiVersion"].as_str().unwrap_or_default().to_owned();
        let name = value["metadata"]["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        place.object = Some(format!(
            "{} `{name}`",
            if kind.is_empty() { "object" } else { &kind }
        ));
        let (kind, object) = match (kind.as_str(), version.as_str()) {
            ("NodePool", "karpenter.sh/v1") => (Kind::NodePool, value),
            ("EC2NodeClass", "karpenter.k8s.aws/v1") => (Kind::Ec2NodeClass, value),
            ("Provisioner", "karpenter.sh/v1alpha5") => (
                Kind::NodePool,
                self.translated(&place, translate::provisioner(&value)),
            ),
            ("AWSNodeTemplate", "karpenter.k8s.aws/v1alpha1") => {
                let role = &self.facts.node_role_name;
                (
                    Kind::Ec2NodeClass,
                    self.translated(&place, translate::node_template(&value, role)),
                )
            }
            ("NodePool" | "EC2NodeClass", _) => {
                let group = if kind == "NodePool" {
                    "karpenter.sh"
                } else {
                    "karpenter.k8s.aws"
                };
                let what = format!(
                    "`{version}` is not taken: write `{group}/v1`; what has changed since is then named field by field"
                );
                self.problems.push(Problem::new(place, "apiVersion", what));
                return;
            }
            _ => {
                let what = "only NodePool, EC2NodeClass, and v1alpha5's Provisioner and AWSNodeTemplate are taken here";
                self.problems.push(Problem::new(place, "kind", what));
                return;
            }
        };
        let faults = faults(kind, &object);
        if faults.is_empty() {
            self.keep(place, kind, name, object);
        } else {
            let problems = faults
                .into_iter()
                .map(|(path, what)| Problem::new(place.clone(), path, what));
            self.problems.extend(problems);
        }
    }

    fn translated(&mut self, place: &Place, translated: Translated) -> Value {
        let notes = translated.notes.into_iter();
        self.translated
            .extend(notes.map(|note| Problem::new(place.clone(), "", note)));
        let unknown = translated.unknown.into_iter();
        self.problems.extend(unknown.map(|path| {
            Problem::new(
                place.clone(),
                path,
                "cannot be translated; correct it or take it out, or write a NodePool and an EC2NodeClass of Karpenter v1",
            )
        }));
        translated.object
    }

    fn keep(&mut self, place: Place, kind: Kind, name: String, mut object: Value) {
        if let Some(first) = self.seen.insert((kind, name.clone()), place.clone()) {
            let what = format!("is there twice: also at {}:{}", first.file, first.line);
            self.problems
                .push(Problem::new(place, "metadata.name", what));
            return;
        }
        if kind == Kind::NodePool {
            let advice = advice::node_pool(&object["spec"]).into_iter();
            self.notes
                .extend(advice.map(|note| Problem::new(place.clone(), "", note)));
            let class = object["spec"]["template"]["spec"]["nodeClassRef"]["name"].as_str();
            self.references
                .push((place, class.unwrap_or_default().to_owned()));
        }
        // Destroy removes nothing without these two.
        object["metadata"]["labels"]["app.kubernetes.io/managed-by"] = json!(MANAGED_BY);
        object["metadata"]["annotations"][CLUSTER_ANNOTATION] = json!(self.facts.cluster_name);
        self.manifests.push(Manifest::of(kind, name, object));
    }

    fn finish(mut self) -> Result<Loaded, Vec<Problem>> {
        let mut needs_our_class = false;
        for (place, class) in std::mem::take(&mut self.references) {
            if self.seen.contains_key(&(Kind::Ec2NodeClass, class.clone())) {
                continue;
            }
            if class == NODE_CLASS {
                needs_our_class = true;
            } else {
                let what = format!(
                    "EC2NodeClass `{class}` is in none of the files; it must be in the cluster already"
                );
                self.notes.push(Problem::new(
                    place,
                    "spec.template.spec.nodeClassRef.name",
                    what,
                ));
            }
        }
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        // First the classes, then the pools that name them.
        self.manifests.sort_by_key(|manifest| manifest.kind);
        Ok(Loaded {
            manifests: self.manifests,
            translated: self.translated,
            notes: self.notes,
            needs_our_class,
        })
    }
}

/// Everything that is wrong with an object.
fn faults(kind: Kind, object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for name in object
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.keys())
    {
        if !["apiVersion", "kind", "metadata", "spec"].contains(&name.as_str()) {
            faults.push((
                name.clone(),
                "unknown field; an object has apiVersion, kind, metadata and spec".to_owned(),
            ));
        }
    }
    metadata(&object["metadata"], &mut faults);
    faults.extend(outline::faults(kind, &object["spec"]));
    faults.extend(rules::faults(kind, &object["spec"]));
    faults
}

fn metadata(metadata: &Value, faults: &mut Vec<Fault>) {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let good = |name: &str| {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        name.len() <= 253
            && name.chars().all(allowed)
            && edge(name.chars().next())
            && edge(name.chars().last())
    };
    if !metadata["name"].as_str().is_some_and(good) {
        faults.push((
            "metadata.name".to_owned(),
            "expected lower-case letters, digits, `-` and `.`, with a letter or digit at both ends"
                .to_owned(),
        ));
    }
    for name in metadata
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.keys())
    {
        match name.as_str() {
            "name" | "labels" | "annotations" => {}
            "namespace" => faults.push((
                "metadata.namespace".to_owned(),
                "this kind has no namespace; leave it out".to_owned(),
            )),
            _ => faults.push((
                format!("metadata.{name}"),
                "is set by the cluster; only name, labels and annotations are taken".to_owned(),
            )),
        }
    }
    for field in ["labels", "annotations"] {
        if !metadata[field].is_null() && !metadata[field].is_object() {
            faults.push((
                format!("metadata.{field}"),
                "expected names with values".to_owned(),
            ));
        }
        let values = metadata[field].as_object().into_iter().flatten();
        for (name, value) in values.filter(|(_, value)| !value.is_string()) {
            faults.push((
                format!("metadata.{field}[{name}]"),
                format!("expected a string: write `\"{value}\"`"),
            ));
        }
    }
}

#[cfg(test)]
mod tests;
