//! What the action says at the end: lines of the log, outputs, step summary, and what an alias holds. Pure.

use crate::{
    inputs::Inputs,
    names::{Bytes, SetName},
    pod_template::{self, ROLES},
    set::{Content, Document, MANIFEST, ScriptSet},
    sync::Looked,
};
use aws_setup::S3Uri;
use gha::Failure;
use handlebars::Handlebars;
use serde::Serialize;

/// How many files the log and the summary list of each kind.
const LISTED: usize = 50;

/// What is done, or in a dry run would be.
#[derive(Debug)]
pub(crate) struct Done {
    /// Paths with their sizes.
    sent: Vec<(String, u64)>,
    unchanged: usize,
    deleted: Vec<String>,
    /// Objects that do not belong to the set and stay.
    left: Vec<String>,
    was_complete: bool,
}

/// Where everything is, and how much was done.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The result in one sentence of Markdown: of what it says, only names are chosen by others, and they are checked.
    pub(crate) sentence: String,
    set: String,
    hash: String,
    scripts: S3Uri,
    manifest: S3Uri,
    alias: Option<S3Uri>,
    entry_point: S3Uri,
    templates: [Template; 2],
    dry_run: bool,
    uploaded: usize,
    unchanged: usize,
    deleted: usize,
    changes: usize,
    bytes: u64,
    /// Of the summary.
    rows: Vec<Row>,
    more: usize,
    left: usize,
}

#[derive(Debug, Serialize)]
struct Template {
    role: &'static str,
    uri: S3Uri,
    node_pool: String,
}

#[derive(Debug, Serialize)]
struct Row {
    what: &'static str,
    path: String,
    size: String,
}

impl Done {
    pub(crate) fn planned(looked: &Looked, set: &ScriptSet, inputs: &Inputs) -> Self {
        let plan = &looked.plan;
        let (deleted, left) = if inputs.delete {
            (plan.foreign.clone(), Vec::new())
        } else {
            (Vec::new(), plan.foreign.clone())
        };
        let sent = |document: &Document| (document.path.clone(), document.size);
        Self {
            sent: plan.send.iter().map(sent).collect(),
            unchanged: plan.same.len(),
            deleted,
            left,
            was_complete: looked.is_complete(set),
        }
    }

    /// The plan, one line for each file that is sent or deleted.
    pub(crate) fn lines(&self) -> Vec<String> {
        let sent = self
            .sent
            .iter()
            .map(|(path, size)| format!("upload     {:>9}  {path}", Bytes(*size).to_string()));
        let deleted = self
            .deleted
            .iter()
            .map(|path| format!("delete                {path}"));
        let left = self
            .left
            .iter()
            .map(|path| format!("not ours, left        {path}"));
        [listed(sent), listed(deleted), listed(left)].concat()
    }

    fn bytes(&self) -> u64 {
        self.sent.iter().map(|(_, size)| size).sum()
    }

    fn sentence(&self, set: &ScriptSet, dry_run: bool) -> String {
        let name = &set.name;
        let (files, bytes) = (self.sent.len(), Bytes(self.bytes()));
        let mut parts = Vec::new();
        if files > 0 {
            parts.push(format!("{} ({bytes}) uploaded", counted(files, "file")));
        }
        if !self.deleted.is_empty() {
            parts.push(format!("{} deleted", counted(self.deleted.len(), "object")));
        }
        let whole = format!(
            "{}, {}",
            counted(set.documents.len(), "file"),
            Bytes(set.size())
        );
        match (dry_run, parts.is_empty()) {
            (true, true) if self.was_complete => {
                format!("Dry run: set `{name}` is complete, there is nothing to do ({whole}).")
            }
            (true, true) => format!(
                "Dry run: set `{name}` has all its files; only its manifest would be written ({whole})."
            ),
            (true, false) => format!(
                "Dry run, nothing was sent: in set `{name}` {} would be {}; {} unchanged.",
                parts[0].replace(" uploaded", "").replace(" deleted", ""),
                would(files > 0, &self.deleted),
                self.unchanged
            ),
            (false, true) if self.was_complete => {
                format!("Set `{name}` was complete already: nothing was uploaded ({whole}).")
            }
            (false, true) => {
                format!("Set `{name}` is complete: all its files were there already ({whole}).")
            }
            (false, false) => format!(
                "Set `{name}` is complete: {}, {} unchanged.",
                parts.join(", "),
                self.unchanged
            ),
        }
    }
}

fn would(uploads: bool, deleted: &[String]) -> String {
    match (uploads, deleted.len()) {
        (true, 0) => "uploaded".to_owned(),
        (true, count) => format!("uploaded and {} deleted", counted(count, "object")),
        (false, _) => "deleted".to_owned(),
    }
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

fn listed(lines: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    let more = lines.len().saturating_sub(LISTED);
    let mut listed: Vec<String> = lines.take(LISTED).collect();
    if more > 0 {
        listed.push(format!("… and {more} more"));
    }
    listed
}

impl Report {
    pub(crate) fn new(set: &ScriptSet, inputs: &Inputs, done: Done, moved: bool) -> Self {
        let dry_run = inputs.dry_run;
        let mut sentence = done.sentence(set, dry_run);
        let alias = inputs.alias.as_ref().filter(|_| !dry_run);
        if let Some(alias) = alias {
            let how = if moved {
                "leads to it now"
            } else {
                "leads to it already"
            };
            sentence.push_str(&format!(" Alias `{alias}` {how}."));
        }
        let count = |count: usize| if dry_run { 0 } else { count };
        let rows = rows(&done);
        Self {
            sentence,
            set: set.name.to_string(),
            hash: set.hash.clone(),
            scripts: set.uri(""),
            manifest: set.uri(MANIFEST),
            alias: alias.map(|alias| set.alias(alias)),
            entry_point: set.uri(inputs.entry_point.as_str()),
            templates: templates(set, inputs),
            dry_run,
            uploaded: count(done.sent.len()),
            unchanged: done.unchanged,
            deleted: count(done.deleted.len()),
            changes: done.sent.len() + done.deleted.len(),
            bytes: if dry_run { 0 } else { done.bytes() },
            more: rows.len().saturating_sub(LISTED),
            rows: rows.into_iter().take(LISTED).collect(),
            left: done.left.len(),
        }
    }

    /// The action's outputs by name.
    pub(crate) fn outputs(&self) -> Vec<(&'static str, String)> {
        let alias = self.alias.as_ref().map(ToString::to_string);
        vec![
            ("scripts-uri", self.scripts.to_string()),
            ("entry-point-uri", self.entry_point.to_string()),
            ("driver-template-uri", self.templates[0].uri.to_string()),
            ("executor-template-uri", self.templates[1].uri.to_string()),
            ("manifest-uri", self.manifest.to_string()),
            ("alias-uri", alias.unwrap_or_default()),
            ("set", self.set.clone()),
            ("hash", self.hash.clone()),
            ("uploaded", self.uploaded.to_string()),
            ("unchanged", self.unchanged.to_string()),
            ("deleted", self.deleted.to_string()),
            ("changes", self.changes.to_string()),
            ("bytes", self.bytes.to_string()),
        ]
    }
}

fn rows(done: &Done) -> Vec<Row> {
    let sent = done.sent.iter().map(|(path, size)| Row {
        what: "upload",
        path: path.clone(),
        size: Bytes(*size).to_string(),
    });
    let deleted = done.deleted.iter().map(|path| Row {
        what: "delete",
        path: path.clone(),
        size: String::new(),
    });
    sent.chain(deleted).collect()
}

fn templates(set: &ScriptSet, inputs: &Inputs) -> [Template; 2] {
    ROLES.map(|role| {
        let (index, name) = match role {
            ::pod_template::Role::Driver => (0, "driver"),
            ::pod_template::Role::Executor => (1, "executor"),
        };
        let own = &inputs.templates[index];
        let path = pod_template::path(role);
        let is_own = own.path.is_some()
            || set.documents.iter().any(|document| {
                document.path == path && matches!(document.content, Content::File(_))
            });
        Template {
            role: name,
            uri: set.uri(path),
            // One of the user's says it itself.
            node_pool: if is_own {
                "as your template says".to_owned()
            } else {
                own.placement.node_pool.clone()
            },
        }
    })
}

/// What an alias holds: where everything of the set is.
pub(crate) fn pointer(
    set: &ScriptSet,
    inputs: &Inputs,
    alias: &SetName,
) -> Result<Vec<u8>, Failure> {
    let [driver, executor] = ROLES.map(|role| set.uri(pod_template::path(role)));
    let pointer = serde_json::json!({
        "schema": 1,
        "alias": alias.to_string(),
        "set": set.name.to_string(),
        "hash": set.hash,
        "scripts-uri": set.uri(""),
        "entry-point-uri": set.uri(inputs.entry_point.as_str()),
        "driver-template-uri": driver,
        "executor-template-uri": executor,
        "manifest-uri": set.uri(MANIFEST),
    });
    let mut bytes = serde_json::to_vec_pretty(&pointer)
        .map_err(|error| Failure::bug("cannot write the alias").because(&error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The step summary in Markdown.
pub(crate) fn summary(report: &Report) -> Result<String, Failure> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(escape);
    handlebars
        .render_template(include_str!("../templates/summary.md.hbs"), report)
        .map_err(|error| Failure::bug("cannot render the summary").because(&error))
}

/// Text for a `<code>` element in a Markdown table: nothing in it is markup.
fn escape(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '&' | '<' | '>' | '"' | '\'' | '`' | '|' | '*' | '_' | '~' | '[' | ']' | '\\' | '@'
            | '#' | '\n' => {
                format!("&#{};", u32::from(character))
            }
            other => other.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_cannot_become_markup() {
        assert_eq!(escape("a|b`<c>"), "a&#124;b&#96;&#60;c&#62;");
        assert_eq!(
            escape("s3://bench/scripts/src/job.py"),
            "s3://bench/scripts/src/job.py"
        );
    }

    #[test]
    fn long_lists_are_cut_with_the_number_of_what_is_missing() {
        let lines = |count: usize| {
            listed(
                (0..count)
                    .map(|n| n.to_string())
                    .collect::<Vec<_>>()
                    .into_iter(),
            )
        };
        assert_eq!(lines(LISTED).len(), LISTED);
        let cut = lines(LISTED + 7);
        assert_eq!(cut.last().map(String::as_str), Some("… and 7 more"));
    }
}
