//! What Karpenter's CRDs say of NodePool and EC2NodeClass: names, types, enumerations, patterns and limits, taken from
//! version 1.14.1 by fixtures/karpenter/outline.py. Checks a spec against it and reports everything at once.

use super::Kind;
use regex_lite::Regex;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use yaml_fault::nearest;

static OUTLINE: LazyLock<BTreeMap<String, Outline>> =
    LazyLock::new(|| serde_json::from_str(include_str!("karpenter.json")).unwrap_or_default());

/// What a value must be.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Outline {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "enum")]
    choices: Vec<Value>,
    pattern: Option<String>,
    minimum: Option<f64>,
    maximum: Option<f64>,
    min_items: Option<usize>,
    max_items: Option<usize>,
    required: Vec<String>,
    properties: Option<BTreeMap<String, Outline>>,
    items: Option<Box<Outline>>,
    values: Option<Box<Outline>>,
}

/// A path and what is wrong there.
pub(super) type Fault = (String, String);

/// Everything that the spec of an object has wrong by its form.
pub(super) fn faults(kind: Kind, spec: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    match OUTLINE.get(&kind.to_string()) {
        Some(outline) => outline.check(kind, "spec", spec, &mut faults),
        None => faults.push((
            "spec".to_owned(),
            "is of a kind without an outline".to_owned(),
        )),
    }
    faults
}

impl Outline {
    fn check(&self, kind: Kind, path: &str, value: &Value, faults: &mut Vec<Fault>) {
        let mut fault = |what: String| faults.push((path.to_owned(), what));
        if !self.is_of_type(value) {
            fault(match moved(kind, path) {
                Some(moved) => format!("is no longer a field; {moved}"),
                None => format!("expected {}, found {}", self.type_in_words(), shape(value)),
            });
            return;
        }
        if !self.choices.is_empty() && !self.choices.contains(value) {
            let choices: Vec<String> = self.choices.iter().map(plain).collect();
            fault(format!(
                "`{}` is none of {}",
                plain(value),
                choices.join(", ")
            ));
        }
        if let (Some(pattern), Some(text)) = (&self.pattern, text_of(value))
            && Regex::new(pattern).is_ok_and(|pattern| !pattern.is_match(&text))
        {
            fault(format!(
                "`{text}` has not the form that Karpenter takes: `{pattern}`"
            ));
        }
        let number = value.as_f64();
        if number
            .zip(self.minimum)
            .is_some_and(|(number, least)| number < least)
        {
            fault(format!(
                "{value} is less than {}",
                self.minimum.unwrap_or_default()
            ));
        }
        if number
            .zip(self.maximum)
            .is_some_and(|(number, most)| number > most)
        {
            fault(format!(
                "{value} is more than {}",
                self.maximum.unwrap_or_default()
            ));
        }
        match value {
            Value::Array(items) => self.check_items(kind, path, items, faults),
            Value::Object(fields) => self.check_fields(kind, path, fields, faults),
            _ => {}
        }
    }

    fn check_items(&self, kind: Kind, path: &str, items: &[Value], faults: &mut Vec<Fault>) {
        let count = items.len();
        if self.min_items.is_some_and(|least| count < least) {
            faults.push((
                path.to_owned(),
                "is empty, and needs at least one item".to_owned(),
            ));
        }
        if let Some(most) = self.max_items.filter(|most| count > *most) {
            faults.push((
                path.to_owned(),
                format!("has {count} items, and may have {most}"),
            ));
        }
        if let Some(outline) = &self.items {
            for (place, item) in items.iter().enumerate() {
                outline.check(kind, &format!("{path}[{place}]"), item, faults);
            }
        }
    }

    fn check_fields(
        &self,
        kind: Kind,
        path: &str,
        fields: &serde_json::Map<String, Value>,
        faults: &mut Vec<Fault>,
    ) {
        for name in &self.required {
            if !fields.contains_key(name) {
                let example = match name.as_str() {
                    "consolidateAfter" => ", such as 30s or Never",
                    _ => "",
                };
                faults.push((format!("{path}.{name}"), format!("is missing{example}")));
            }
        }
        for (name, value) in fields {
            let path = format!("{path}.{name}");
            let known = self.properties.as_ref();
            match (known.and_then(|known| known.get(name)), &self.values) {
                (Some(outline), _) => outline.check(kind, &path, value, faults),
                (None, Some(outline)) => outline.check(kind, &path, value, faults),
                // An object without named fields takes any.
                (None, None) if known.is_none() => {}
                (None, None) => {
                    let names = known
                        .into_iter()
                        .flat_map(BTreeMap::keys)
                        .map(String::as_str);
                    faults.push((path.clone(), unknown(kind, &path, name, names)));
                }
            }
        }
    }

    fn is_of_type(&self, value: &Value) -> bool {
        match self.kind.as_str() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "int-or-string" => value.is_string() || value.is_i64() || value.is_u64(),
            _ => true,
        }
    }

    fn type_in_words(&self) -> &'static str {
        match self.kind.as_str() {
            "object" => "fields",
            "array" => "a list",
            "boolean" => "true or false",
            "integer" => "a whole number",
            "number" => "a number",
            "int-or-string" => "a number or a string",
            _ => "a string, in quotes if it looks like a number",
        }
    }
}

fn unknown<'a>(
    kind: Kind,
    path: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> String {
    if let Some(moved) = moved(kind, path) {
        return format!("unknown field; {moved}");
    }
    match nearest(name, known.clone()) {
        Some(near) => format!("unknown field; `{near}` was probably meant"),
        None => {
            let known: Vec<&str> = known.collect();
            format!("unknown field; known are {}", known.join(", "))
        }
    }
}

/// Where fields of Karpenter before 1.0 are now (its own migration guides for v1beta1 and v1).
fn moved(kind: Kind, path: &str) -> Option<&'static str> {
    Some(match (kind, path) {
        (Kind::NodePool, "spec.limits.resources") => {
            "since v1beta1 the limits stand directly under spec.limits, such as spec.limits.cpu"
        }
        (Kind::NodePool, "spec.ttlSecondsAfterEmpty") => {
            "it is spec.disruption now, with consolidationPolicy: WhenEmpty and consolidateAfter, such as 30s"
        }
        (Kind::NodePool, "spec.ttlSecondsUntilExpired" | "spec.disruption.expireAfter") => {
            "it is spec.template.spec.expireAfter now, such as 720h"
        }
        (Kind::NodePool, "spec.consolidation") => "it is spec.disruption.consolidationPolicy now",
        (Kind::NodePool, "spec.requirements") => "it is spec.template.spec.requirements now",
        (Kind::NodePool, "spec.taints" | "spec.startupTaints") => {
            "it is below spec.template.spec now"
        }
        (Kind::NodePool, "spec.labels" | "spec.annotations") => {
            "it is below spec.template.metadata now"
        }
        (Kind::NodePool, "spec.provider" | "spec.providerRef") => {
            "it is spec.template.spec.nodeClassRef now, and what it said stands in an EC2NodeClass"
        }
        (Kind::NodePool, "spec.template.spec.kubelet" | "spec.kubeletConfiguration") => {
            "it is spec.kubelet of the EC2NodeClass now"
        }
        (Kind::NodePool, "spec.template.spec.nodeClassRef.apiVersion") => {
            "it is group now, without the version: karpenter.k8s.aws"
        }
        (Kind::Ec2NodeClass, "spec.subnetSelector") => {
            "it is spec.subnetSelectorTerms now, a list of terms with tags"
        }
        (Kind::Ec2NodeClass, "spec.securityGroupSelector") => {
            "it is spec.securityGroupSelectorTerms now, a list of terms with tags"
        }
        (Kind::Ec2NodeClass, "spec.amiSelector") => {
            "it is spec.amiSelectorTerms now, a list of terms"
        }
        (Kind::Ec2NodeClass, "spec.launchTemplate" | "spec.launchTemplateName") => {
            "launch templates are gone: what yours said stands in the EC2NodeClass itself"
        }
        _ => return None,
    })
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn plain(value: &Value) -> String {
    text_of(value).unwrap_or_else(|| value.to_string())
}

fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "fields",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns<'a>(outline: &'a Outline, found: &mut Vec<&'a str>) {
        found.extend(outline.pattern.as_deref());
        let inner = outline.properties.iter().flat_map(BTreeMap::values);
        for outline in inner
            .chain(outline.items.as_deref())
            .chain(outline.values.as_deref())
        {
            patterns(outline, found);
        }
    }

    /// A pattern that cannot be read would pass everything.
    #[test]
    fn the_outline_has_both_kinds_and_every_pattern_can_be_read() {
        assert_eq!(
            OUTLINE.keys().collect::<Vec<_>>(),
            ["EC2NodeClass", "NodePool"]
        );
        let mut found = Vec::new();
        OUTLINE
            .values()
            .for_each(|outline| patterns(outline, &mut found));
        assert!(found.len() > 10, "{found:?}");
        for pattern in found {
            assert!(Regex::new(pattern).is_ok(), "{pattern}");
        }
    }
}
