//! Tables of inputs and outputs for a README.

use super::describe::{Description, Input};

/// One row for each input.
pub(super) fn inputs(described: &Description) -> String {
    let rows = described.inputs.iter().map(|input| {
        let default = default(input);
        format!(
            "| `{}` | {} | {} | {} |\n",
            input.name,
            cell(&input.kind),
            default,
            cell(&input.description)
        )
    });
    let head = "| input | type | default | meaning |\n|-------|------|---------|---------|\n";
    head.chars()
        .chain(rows.flat_map(|row| row.chars().collect::<Vec<_>>()))
        .collect()
}

/// One row for each output.
pub(super) fn outputs(described: &Description) -> String {
    let rows = described.outputs.iter().map(|output| {
        format!(
            "| `{}` | {} | {} |\n",
            output.name,
            cell(&output.kind),
            cell(&output.description)
        )
    });
    let head = "| output | type | meaning |\n|--------|------|---------|\n";
    std::iter::once(head.to_owned()).chain(rows).collect()
}

fn default(input: &Input) -> String {
    match (&input.default, &input.workflow_default) {
        _ if input.required => "**required**".into(),
        (Some(default), _) => format!("`{}`", cell(default)),
        (None, Some(expression)) => format!("`{}`", cell(expression)),
        (None, None) => String::new(),
    }
}

/// Text that cannot end its cell.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::{Description, inputs, outputs};

    #[test]
    fn a_row_says_name_type_default_and_meaning() {
        let described: Description = serde_json::from_str(
            r#"{"name": "a", "about": "", "inputs": [
                {"name": "mode", "description": "x | y", "kind": "word", "required": true},
                {"name": "wait", "description": "Wait", "kind": "duration", "default": "2h"}],
                "outputs": [{"name": "state", "description": "State", "kind": "word"}]}"#,
        )
        .unwrap();
        let table = inputs(&described);
        assert!(
            table.contains("| `mode` | word | **required** | x \\| y |"),
            "{table}"
        );
        assert!(
            table.contains("| `wait` | duration | `2h` | Wait |"),
            "{table}"
        );
        assert!(outputs(&described).contains("| `state` | word | State |"));
    }
}
