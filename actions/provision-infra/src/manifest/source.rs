//! Files of manifests: their placeholders filled, cut into documents, each document read. Pure.

use super::problem::{Place, Problem};
use crate::settings::{List, Zone};
use handlebars::Handlebars;
use serde::Serialize;
use serde_json::Value;
use yaml_fault::describe;

/// A file that the user brings.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    /// As the user named it.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// One document of a file.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) place: Place,
    pub(super) value: Value,
}

/// What placeholders stand for. All of it has a form that needs no quotes in YAML.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Facts {
    pub(crate) cluster_name: String,
    pub(crate) node_role_name: String,
    pub(crate) namespace: String,
    pub(crate) region: String,
    /// As YAML has it on one line: `[eu-west-1a, eu-west-1b]`. Absent without the input `zones`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) zones: Option<String>,
    /// The first zone. Absent without the input `zones`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) az: Option<String>,
    #[serde(skip)]
    list: Option<List<Zone>>,
}

impl Facts {
    pub(crate) fn new(
        cluster_name: &str,
        node_role_name: &str,
        namespace: &str,
        region: &str,
        zones: Option<&List<Zone>>,
    ) -> Self {
        Self {
            cluster_name: cluster_name.to_owned(),
            node_role_name: node_role_name.to_owned(),
            namespace: namespace.to_owned(),
            region: region.to_owned(),
            zones: zones.map(|zones| format!("[{zones}]")),
            az: zones
                .and_then(|zones| zones.items().first())
                .map(ToString::to_string),
            list: zones.cloned(),
        }
    }

    /// The zones as they were chosen.
    pub(crate) fn zone_list(&self) -> Option<&List<Zone>> {
        self.list.as_ref()
    }
}

/// The names of all placeholders, for messages.
const NAMES: &str =
    "cluster_name, node_role_name, namespace, region, and with the input `zones` also zones and az";

/// Reads all documents of a file, or says what is wrong with it.
pub(super) fn documents(file: &SourceFile, facts: &Facts) -> (Vec<Document>, Vec<Problem>) {
    let text = match filled(file, facts) {
        Ok(text) => text,
        Err(problem) => return (Vec::new(), vec![problem]),
    };
    let (mut documents, mut problems) = (Vec::new(), Vec::new());
    for (line, part) in parts(&text) {
        let place = Place {
            file: file.name.clone(),
            line,
            object: None,
        };
        match document(&part, place, facts) {
            Ok(Some(document)) => documents.push(document),
            Ok(None) => {}
            Err(problem) => problems.push(problem),
        }
    }
    (documents, problems)
}

/// Reads one document; none when it holds nothing.
fn document(part: &str, place: Place, facts: &Facts) -> Result<Option<Document>, Problem> {
    // In today's objects these are a shell's own, such as in user data.
    let part = if is_of_2022(part) {
        &with_terraforms_placeholders(part, &place, facts)?
    } else {
        part
    };
    // So that the parser counts lines as the file has them.
    let padded = "\n".repeat(place.line - 1) + part;
    match serde_saphyr::from_str::<Value>(&padded) {
        Ok(Value::Null) => Ok(None),
        Ok(value) => Ok(Some(Document { place, value })),
        Err(error) => Err(Problem::new(place, "", describe(&error))),
    }
}

fn is_of_2022(part: &str) -> bool {
    part.lines().any(|line| {
        let version = line.strip_prefix("apiVersion:").map(str::trim);
        version.is_some_and(|version| version.contains("/v1alpha"))
    })
}

/// The text with its placeholders `{{name}}` filled.
fn filled(file: &SourceFile, facts: &Facts) -> Result<String, Problem> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(handlebars::no_escape);
    handlebars
        .render_template(&file.text, facts)
        .map_err(|error| {
            let place = Place {
                file: file.name.clone(),
                line: error.line_no.unwrap_or(1),
                object: None,
            };
            let what = format!("a placeholder cannot be filled; known are {NAMES}");
            Problem::new(place, "", what)
        })
}

/// The text with `${name}` filled, as the origin's files have it for Terraform.
fn with_terraforms_placeholders(
    part: &str,
    place: &Place,
    facts: &Facts,
) -> Result<String, Problem> {
    let mut text = String::with_capacity(part.len());
    for (number, line) in part.split_inclusive('\n').enumerate() {
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            let value = match name.trim() {
                "az" => facts.az.as_deref(),
                "cluster_name" => Some(facts.cluster_name.as_str()),
                _ => None,
            };
            let value = value.ok_or_else(|| {
                let what = format!("`${{{name}}}` cannot be filled; `${{cluster_name}}` can, and `${{az}}` with the input `zones`");
                let line = place.line + number;
                Problem::new(Place { line, ..place.clone() }, "", what)
            })?;
            text.push_str(before);
            text.push_str(value);
            rest = after;
        }
        text.push_str(rest);
    }
    Ok(text)
}

/// The documents of a file with the line on which each begins.
fn parts(text: &str) -> Vec<(usize, String)> {
    let mut parts = vec![(1, String::new())];
    for (number, line) in text.lines().enumerate() {
        let marker = line
            .strip_prefix("---")
            .filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
        if let Some(rest) = marker {
            parts.push((number + 1, format!("{rest}\n")));
        } else if let Some((_, part)) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    parts.retain(|(_, part)| !part.trim().is_empty());
    parts
}
