//! The job file: a handlebars template of a StartJobRun request, in JSON or YAML. Reads no file itself.

use std::collections::BTreeMap;

use handlebars::{Handlebars, RenderErrorReason, no_escape};
use serde_json::Value;

use crate::request::{document::StartJobRun, members};

/// What a job file may ask for, by name. A name without a value is one that was not given.
pub(crate) type Variables = BTreeMap<&'static str, Option<String>>;

/// Renders and reads a job file.
///
/// # Errors
/// Everything that is wrong with it, in words.
pub(crate) fn read(text: &str, variables: &Variables) -> Result<StartJobRun, Vec<String>> {
    let rendered = render(text, variables).map_err(|problem| vec![problem])?;
    // Every JSON document is a YAML document too.
    let mut document: Value = serde_saphyr::from_str(&rendered).map_err(|error| {
        vec![format!(
            "{}, after its variables were put in",
            yaml_fault::describe(&error)
        )]
    })?;
    let problems = members::unknown(&document);
    if !problems.is_empty() {
        return Err(problems);
    }
    let problems = members::as_text(&mut document);
    if !problems.is_empty() {
        return Err(problems);
    }
    serde_path_to_error::deserialize(document).map_err(|error| {
        // What was found may be secret; what was expected is not.
        let said = error.inner().to_string();
        let expected = said
            .rsplit_once("expected ")
            .map_or("another value", |(_, what)| what);
        vec![format!("`{}`: expected {expected}", error.path())]
    })
}

fn render(text: &str, variables: &Variables) -> Result<String, String> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(no_escape);
    let given: BTreeMap<_, _> = variables
        .iter()
        .filter_map(|(name, value)| Some((*name, value.as_ref()?)))
        .collect();
    handlebars.render_template(text, &given).map_err(|error| {
        let line = error
            .line_no
            .map_or_else(String::new, |line| format!("line {line}: "));
        match error.reason() {
            RenderErrorReason::MissingVariable(Some(name)) => {
                format!("{line}{}", missing(name, variables))
            }
            RenderErrorReason::TemplateError(error) => {
                let line = error
                    .pos()
                    .map_or_else(String::new, |(line, _)| format!("line {line}: "));
                format!("{line}not a handlebars template: {}", error.reason())
            }
            other => format!("{line}{other}"),
        }
    })
}

fn missing(name: &str, variables: &Variables) -> String {
    match variables.keys().find(|known| **known == name) {
        Some(_) => format!("`{{{{{name}}}}}` has no value: set the input it stands for"),
        None => format!(
            "there is no variable `{{{{{name}}}}}`; there are {}",
            variables
                .keys()
                .map(|known| format!("`{known}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::{Variables, read};

    fn variables() -> Variables {
        [
            ("mode", Some("dra".to_owned())),
            ("bucket", Some("bench".to_owned())),
            ("log_uri", None),
        ]
        .into()
    }

    const YAML: &str = "
name: pi-{{mode}}
jobDriver:
  sparkSubmitJobDriver:
    entryPoint: s3://{{bucket}}/pi.py
    entryPointArguments: [10, 'a & b']
configurationOverrides:
  applicationConfiguration:
    - classification: spark-defaults
      properties:
        spark.executor.instances: {{#if (eq mode \"dra\")}}1{{else}}15{{/if}}
";

    #[test]
    fn json_and_yaml_say_the_same() {
        let json = r#"{ "name": "pi-{{mode}}", "jobDriver": { "sparkSubmitJobDriver": {
            "entryPoint": "s3://{{bucket}}/pi.py", "entryPointArguments": ["10", "a & b"] } },
            "configurationOverrides": { "applicationConfiguration": [
              { "classification": "spark-defaults", "properties": { "spark.executor.instances": "1" } } ] } }"#;
        let job = read(YAML, &variables()).unwrap();
        assert_eq!(job.name.as_deref(), Some("pi-dra"));
        assert_eq!(read(json, &variables()).unwrap(), job);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let said = |text: &str| read(text, &variables()).unwrap_err().join("\n");
        let wrong = said("name: a\ntags:\n  x: {{buckett}}\n");
        assert!(
            wrong.starts_with("line 3: there is no variable `{{buckett}}`; there are `bucket`"),
            "{wrong}"
        );
        assert!(said("name: {{log_uri}}").contains("set the input it stands for"));
        assert!(said("name: {{mode").contains("not a handlebars template"));
        assert!(said("name: [").contains("after its variables were put in"));
        assert!(said("name: {}").contains("`name`: expected a string"));
        assert!(said("nam: x").contains("did you mean `name`?"));
        assert!(said("- name: x").contains("expected an object"));
    }
}
