//! Every text in a plan that Terraform calls sensitive, to be hidden wherever it stands.
//! The mark alone does not do: Terraform drops it where a resource hands the value on.

use super::plan_json::{Change, PlanJson};
use serde_json::Value;
use std::collections::BTreeSet;

/// Shorter texts are hidden where they are marked, and not sought elsewhere: half of every plan would be black.
const SHORTEST: usize = 4;

/// What stands in place of a sensitive value.
pub(super) const HIDDEN: &str = "(sensitive)";

/// The texts to hide, the longest first.
#[derive(Default)]
pub(super) struct Secrets {
    texts: Vec<String>,
    /// Values that are hidden where they stand alone: texts of any length, and numbers long enough to tell something.
    whole: BTreeSet<String>,
    hides: bool,
}

impl Secrets {
    pub(super) fn of(plan: &PlanJson) -> Self {
        let mut marks = Marks::default();
        for (name, variable) in &plan.variables {
            if plan.is_sensitive(name) {
                every_text(&variable.value, &mut marks);
            }
        }
        let resources = plan.resource_changes.iter().chain(&plan.resource_drift);
        let changes = resources.map(|resource| &resource.change);
        for change in changes.chain(plan.output_changes.values()) {
            marked(&change.before, &change.before_sensitive, &mut marks);
            marked(&change.after, &change.after_sensitive, &mut marks);
        }
        let mut texts: Vec<String> = marks.texts.into_iter().collect();
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        let whole = marks.whole;
        Self {
            texts,
            whole,
            hides: true,
        }
    }

    /// The value without anything sensitive; `mark` is Terraform's own, of the same shape.
    pub(super) fn hide(&self, value: &Value, mark: &Value) -> Value {
        if !self.hides {
            return value.clone();
        }
        match (value, mark) {
            (_, Value::Bool(true)) => Value::from(HIDDEN),
            (Value::String(_) | Value::Number(_), _) if self.whole.contains(&value.to_string()) => {
                Value::from(HIDDEN)
            }
            (Value::String(text), _) => Value::String(self.without(text)),
            (Value::Array(items), _) => items
                .iter()
                .enumerate()
                .map(|(place, item)| self.hide(item, mark.get(place).unwrap_or(&Value::Null)))
                .collect(),
            (Value::Object(fields), _) => fields
                .iter()
                .map(|(name, field)| {
                    let mark = mark.get(name).unwrap_or(&Value::Null);
                    (self.without(name), self.hide(field, mark))
                })
                .collect(),
            _ => value.clone(),
        }
    }

    /// Both sides of a change without anything sensitive.
    pub(super) fn sides(&self, change: &Change) -> (Value, Value) {
        (
            self.hide(&change.before, &change.before_sensitive),
            self.hide(&change.after, &change.after_sensitive),
        )
    }

    fn without(&self, text: &str) -> String {
        self.texts.iter().fold(text.to_owned(), |text, secret| {
            text.replace(secret.as_str(), HIDDEN)
        })
    }
}

/// What was found under a mark.
#[derive(Default)]
struct Marks {
    texts: BTreeSet<String>,
    whole: BTreeSet<String>,
}

fn marked(value: &Value, mark: &Value, found: &mut Marks) {
    match (value, mark) {
        (_, Value::Bool(true)) => every_text(value, found),
        (Value::Array(items), Value::Array(marks)) => {
            for (item, mark) in items.iter().zip(marks) {
                marked(item, mark, found);
            }
        }
        (Value::Object(fields), Value::Object(marks)) => {
            for (name, field) in fields {
                if let Some(mark) = marks.get(name) {
                    marked(field, mark, found);
                }
            }
        }
        _ => {}
    }
}

fn every_text(value: &Value, found: &mut Marks) {
    match value {
        Value::String(text) => {
            if text.chars().count() >= SHORTEST {
                found.texts.insert(text.clone());
            }
            if !text.is_empty() {
                found.whole.insert(value.to_string());
            }
        }
        // Smaller ones are half of every plan.
        Value::Number(number) if number.to_string().len() >= 3 => {
            found.whole.insert(value.to_string());
        }
        Value::Array(items) => items.iter().for_each(|item| every_text(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| every_text(field, found)),
        _ => {}
    }
}
