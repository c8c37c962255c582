//! What `terraform output -json` prints, as data.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Shortest sensitive text that is masked. Masking shorter ones would blacken half of every log line.
const SHORTEST_MASK: usize = 4;

/// All outputs of a root module, by name.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct TerraformOutputs(BTreeMap<String, TerraformOutput>);

/// One output.
#[derive(Deserialize)]
pub(crate) struct TerraformOutput {
    #[serde(default)]
    pub(crate) sensitive: bool,
    value: Value,
}

/// Never shows the value: it may be a secret.
impl std::fmt::Debug for TerraformOutput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TerraformOutput")
            .field("sensitive", &self.sensitive)
            .finish_non_exhaustive()
    }
}

impl TerraformOutputs {
    /// Reads the JSON.
    ///
    /// # Errors
    /// When it is not what Terraform prints.
    pub(crate) fn parse(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// The output of that name; one whose value is null counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&TerraformOutput> {
        self.0.get(name).filter(|output| !output.value.is_null())
    }

    /// Whether there is none at all, as in a state to which nothing was applied.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, in alphabetical order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Every text inside the sensitive outputs, to be masked.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        let mut secrets = Vec::new();
        for output in self.0.values().filter(|output| output.sensitive) {
            collect_texts(&output.value, &mut secrets);
        }
        secrets.retain(|secret| secret.chars().count() >= SHORTEST_MASK);
        secrets
    }
}

impl TerraformOutput {
    /// The text.
    pub(crate) fn text(&self) -> Option<&str> {
        self.value.as_str()
    }

    /// The text; of a list, as the origin's role ARN is, the first item.
    pub(crate) fn first_text(&self) -> Option<&str> {
        match &self.value {
            Value::Array(items) => items.first()?.as_str(),
            value => value.as_str(),
        }
    }

    /// What kind of value it is, in words.
    pub(crate) fn shape(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(items) if items.is_empty() => "an empty list",
            Value::Array(items) if !items[0].is_string() => {
                "a list that begins with something else"
            }
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}

fn collect_texts<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(fields) => fields
            .values()
            .for_each(|field| collect_texts(field, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
