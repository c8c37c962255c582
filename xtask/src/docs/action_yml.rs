//! The part of an action.yml that the program knows: its description, inputs and outputs. The rest (name, branding,
//! `runs`) is written by hand and stays.

use super::describe::{Description, Input};
use crate::problem::{Problem, Result};

/// The file with the program's part made anew.
pub(super) fn rewrite(text: &str, described: &Description) -> Result<String> {
    let part = |key: &str| {
        let at = format!("\n{key}:");
        text.find(&at).map(|index| index + 1)
    };
    let (Some(inputs), Some(runs)) = (part("inputs"), part("runs")) else {
        return Err(
            Problem::new("has no `inputs:` or no `runs:` at the start of a line")
                .help("copy the form of another action's"),
        );
    };
    let head: String = text[..inputs]
        .lines()
        .map(|line| {
            if line.starts_with("description:") {
                format!("description: {}\n", scalar(&described.about))
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    Ok(format!(
        "{head}{}\n{}\n{}",
        inputs_of(described),
        outputs_of(described),
        &text[runs..]
    ))
}

fn inputs_of(described: &Description) -> String {
    let mut text = String::from("inputs:\n");
    for input in &described.inputs {
        let meaning = with_kind(&input.description, &input.kind);
        text += &format!(
            "  {}:\n    description: {}\n    required: {}\n",
            input.name,
            scalar(&meaning),
            input.required
        );
        if let Some(default) = default_of(input) {
            text += &format!("    default: {default}\n");
        }
    }
    text
}

fn outputs_of(described: &Description) -> String {
    let mut text = String::from("outputs:\n");
    for output in &described.outputs {
        let meaning = with_kind(&output.description, &output.kind);
        text += &format!(
            "  {}:\n    description: {}\n",
            output.name,
            scalar(&meaning)
        );
    }
    text
}

/// An action.yml has no place for a type, so the description ends with it.
fn with_kind(description: &str, kind: &str) -> String {
    format!("{description} ({kind})")
}

fn default_of(input: &Input) -> Option<String> {
    match (&input.workflow_default, &input.default) {
        (Some(expression), _) => Some(expression.clone()),
        (None, Some(default)) => Some(scalar(default)),
        (None, None) => None,
    }
}

/// A YAML scalar: plain where that is safe, else in double quotes.
fn scalar(text: &str) -> String {
    let first_is_safe = text
        .chars()
        .next()
        .is_some_and(|first| first.is_ascii_alphanumeric() || first == '/');
    let looks_like_another_type = ["true", "false", "null", "yes", "no", "on", "off"]
        .contains(&text.to_lowercase().as_str())
        || text.parse::<f64>().is_ok();
    let plain = first_is_safe
        && !looks_like_another_type
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !text.contains('\n');
    if plain {
        text.to_owned()
    } else {
        // JSON's strings are YAML's.
        serde_json::Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{Description, rewrite, scalar};
    use crate::runner::metadata::ActionMetadata;

    const ACTION: &str = "name: Sample\ndescription: old\nbranding: { icon: play, color: orange }\n\ninputs:\n  gone: { description: x }\n\noutputs:\n\nruns:\n  using: docker\n  image: Dockerfile\n  entrypoint: /sample\n";

    fn described() -> Description {
        serde_json::from_str(
            r#"{"name": "sample", "about": "Does: it", "inputs": [
                {"name": "mode", "description": "Which", "kind": "word", "required": true},
                {"name": "wait", "description": "Wait", "kind": "whole number", "default": "2"},
                {"name": "token", "description": "T", "kind": "token", "workflow_default": "${{ github.token }}"}],
                "outputs": [{"name": "state", "description": "State: last", "kind": "word"}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn the_programs_part_is_made_anew_and_the_rest_stays() {
        let text = rewrite(ACTION, &described()).unwrap();
        let action = ActionMetadata::parse(&text).unwrap();
        assert_eq!(
            action.inputs.keys().collect::<Vec<_>>(),
            ["mode", "wait", "token"]
        );
        assert_eq!(action.inputs["wait"].default.as_deref(), Some("2"));
        assert!(text.contains("  mode:\n    description: Which (word)\n    required: true\n"));
        assert_eq!(
            action.inputs["token"].default.as_deref(),
            Some("${{ github.token }}")
        );
        assert_eq!(action.outputs["state"].description, "State: last (word)");
        assert_eq!(action.description, "Does: it");
        assert!(text.ends_with("entrypoint: /sample\n") && text.contains("color: orange"));
        assert_eq!(rewrite(&text, &described()).unwrap(), text);
    }

    #[test]
    fn text_stays_text() {
        for (text, written) in [
            ("2h", "2h"),
            ("2", "\"2\""),
            ("true", "\"true\""),
            ("a: b", "\"a: b\""),
            ("`x`", "\"`x`\""),
            ("m4,m5", "m4,m5"),
        ] {
            assert_eq!(scalar(text), written);
        }
    }
}
