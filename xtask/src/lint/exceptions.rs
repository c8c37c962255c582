//! Exceptions from zizmor's rules: each says why, beside it, or it is none.

use crate::problem::{Problem, Result};
use crate::tidy::tracked::TrackedFile;

const SETTINGS: [&str; 2] = [".github/zizmor.yml", ".github/zizmor.yaml"];
const INLINE: &str = "zizmor: ignore[";

/// Finds exceptions without a reason, in workflows, action files and zizmor's settings.
pub(crate) fn check(files: &[TrackedFile]) -> Result<String> {
    let yaml = files
        .iter()
        .filter(|file| file.path.ends_with(".yml") || file.path.ends_with(".yaml"));
    let (mut reasons, mut faults) = (0, Vec::new());
    for file in yaml {
        let settings = SETTINGS.contains(&file.path.as_str());
        let lines: Vec<&str> = file.text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let excused = if settings {
                is_exception(line).then(|| {
                    has_comment(line) || index > 0 && lines[index - 1].trim_start().starts_with('#')
                })
            } else {
                inline_reason(line).map(is_said)
            };
            match excused {
                Some(true) => reasons += 1,
                Some(false) => faults.push(format!("{}:{}: {}", file.path, index + 1, line.trim())),
                None => {}
            }
        }
    }
    if faults.is_empty() {
        return Ok(format!("{reasons} exceptions, each with its reason"));
    }
    Err(Problem::new(format!(
        "exceptions that do not say why:\n{}",
        faults.join("\n")
    ))
    .help(
        "write the reason after `ignore[RULE]`; in zizmor.yml after `#` on the line, or on the one before",
    ))
}

/// What is said after `zizmor: ignore[…]`, if the line has one.
fn inline_reason(line: &str) -> Option<&str> {
    let (_, after) = line.split_once(INLINE)?;
    Some(after.split_once(']').map_or("", |(_, reason)| reason))
}

fn is_said(reason: &str) -> bool {
    reason.split_whitespace().count() >= 2
}

/// Whether a line of the settings takes something out: an item of a list, or a rule that is switched off.
fn is_exception(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("- ")
        || line
            .split_once("disable:")
            .is_some_and(|(key, value)| key.is_empty() && value.trim_start().starts_with("true"))
}

fn has_comment(line: &str) -> bool {
    line.split_once(" #")
        .is_some_and(|(_, reason)| is_said(reason))
}

#[cfg(test)]
mod tests {
    use crate::tidy::tracked::TrackedFile;

    fn check(path: &str, text: &str) -> Result<String, String> {
        let file = TrackedFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        super::check(&[file]).map_err(|problem| problem.to_string())
    }

    #[test]
    fn an_exception_in_a_workflow_says_why() {
        let line = "  uses: a/b@v1 # zizmor: ignore[unpinned-uses]";
        let problem = check(".github/workflows/a.yml", line).unwrap_err();
        assert!(
            problem.contains(".github/workflows/a.yml:1: uses"),
            "{problem}"
        );
        let said = format!("{line} it is made in this very run");
        assert!(
            check(".github/workflows/a.yml", &said)
                .unwrap()
                .starts_with("1 ")
        );
    }

    #[test]
    fn an_exception_in_the_settings_says_why() {
        let text = "rules:\n  unpinned-uses:\n    ignore:\n      - ci.yml:4\n      # It is our own.\n      - e2e.yml\n  \
                    self-hosted-runner:\n    disable: true\n";
        let problem = check(".github/zizmor.yml", text).unwrap_err();
        assert!(problem.contains(":4: - ci.yml:4"), "{problem}");
        assert!(problem.contains(":8: disable: true"), "{problem}");
        assert!(!problem.contains("e2e.yml"), "{problem}");
    }

    #[test]
    fn other_lists_are_no_exceptions() {
        assert!(check(".github/workflows/a.yml", "steps:\n  - run: x\n").is_ok());
    }
}
