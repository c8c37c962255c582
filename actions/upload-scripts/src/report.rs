//! What the action says at the end: outputs and step summary. Pure.

use crate::{document::Content, inputs::Inputs, names::NodePool, plan::Plan, pod_template::Role};
use aws_setup::S3Uri;
use gha::Failure;
use handlebars::Handlebars;
use serde::Serialize;

/// Where everything is, and how much was done.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    scripts: S3Uri,
    entry_point: S3Uri,
    driver_template: S3Uri,
    executor_template: S3Uri,
    driver_node_pool: String,
    executor_node_pool: String,
    uploaded: usize,
    unchanged: usize,
    sent: String,
}

impl Report {
    pub(crate) fn new(inputs: &Inputs, plan: &Plan) -> Self {
        let at = |path: &str| inputs.scripts.join(path);
        Self {
            scripts: inputs.scripts.clone(),
            entry_point: at(&inputs.entry_point.to_string()),
            driver_template: at(Role::Driver.path()),
            executor_template: at(Role::Executor.path()),
            driver_node_pool: node_pool(plan, Role::Driver, &inputs.driver_node_pool),
            executor_node_pool: node_pool(plan, Role::Executor, &inputs.executor_node_pool),
            uploaded: plan.uploads.len(),
            unchanged: plan.unchanged.len(),
            sent: bytes(plan.uploads.iter().map(|document| document.size).sum()),
        }
    }

    /// The action's outputs by name.
    pub(crate) fn outputs(&self) -> [(&'static str, String); 6] {
        [
            ("scripts-uri", self.scripts.to_string()),
            ("entry-point-uri", self.entry_point.to_string()),
            ("driver-template-uri", self.driver_template.to_string()),
            ("executor-template-uri", self.executor_template.to_string()),
            ("uploaded", self.uploaded.to_string()),
            ("unchanged", self.unchanged.to_string()),
        ]
    }
}

/// The NodePool a template asks for. One from the source folder says it itself.
fn node_pool(plan: &Plan, role: Role, name: &NodePool) -> String {
    let mut documents = plan.uploads.iter().chain(&plan.unchanged);
    let is_own = documents.any(|document| {
        document.relative == role.path() && matches!(document.content, Content::File(_))
    });
    if is_own {
        "as your template says".to_owned()
    } else {
        name.to_string()
    }
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

fn bytes(count: u64) -> String {
    let scaled = |unit: u64| count as f64 / unit as f64;
    match count {
        0..1024 => format!("{count} B"),
        1024..1_048_576 => format!("{:.1} KiB", scaled(1024)),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", scaled(1_048_576)),
        _ => format!("{:.1} GiB", scaled(1_073_741_824)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let sizes = [0, 1023, 1536, 5 << 20, 5 << 30].map(bytes);
        assert_eq!(sizes, ["0 B", "1023 B", "1.5 KiB", "5.0 MiB", "5.0 GiB"]);
    }

    #[test]
    fn file_names_cannot_become_markup() {
        assert_eq!(escape("a|b`<c>"), "a&#124;b&#96;&#60;c&#62;");
        assert_eq!(
            escape("s3://bench/scripts/src/job.py"),
            "s3://bench/scripts/src/job.py"
        );
    }
}
