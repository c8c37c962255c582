//! Documents against the tree: what a Markdown file links to must exist, and every fixture must be described.

use std::path::Path;

use super::Finding;
use super::tracked::TrackedFile;

/// Checks every Markdown file, and the list of fixtures.
pub(crate) fn check(repository: &Path, files: &[TrackedFile]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = files
        .iter()
        .filter(|file| file.path.ends_with(".md"))
        .flat_map(|file| dead_links(repository, file))
        .collect();
    findings.extend(undescribed_fixtures(repository));
    findings
}

fn dead_links(repository: &Path, file: &TrackedFile) -> Vec<Finding> {
    let folder = repository
        .join(&file.path)
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default();
    let mut findings = Vec::new();
    for (number, line) in outside_code(&file.text) {
        for target in links(line) {
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !folder.join(path).exists() {
                findings.push(Finding::new(
                    format!("{}:{number}", file.path),
                    format!("links to `{target}`, which does not exist"),
                    "name the file as it is called now, relative to this document",
                ));
            }
        }
    }
    findings
}

/// Lines with their numbers, without those of code blocks.
fn outside_code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            return None;
        }
        (!in_code).then_some((index + 1, line))
    })
}

/// The targets of `[text](target)` links that are files.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| {
            // Templates fill their links in later.
            !target.contains("://")
                && !target.starts_with("mailto:")
                && !target.contains("{{")
                && !target.contains('…')
        })
}

fn undescribed_fixtures(repository: &Path) -> Vec<Finding> {
    let folder = repository.join("fixtures");
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap_or_default();
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names
        .filter(|name| name != "README.md" && !readme.contains(&format!("`{name}")))
        .map(|name| {
            let place = format!("fixtures/{name}");
            Finding::new(
                place,
                "is not described in fixtures/README.md",
                "say what it shows and how it was made",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{TrackedFile, dead_links};

    #[test]
    fn links_to_files_must_lead_somewhere() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("there.md"), "").unwrap();
        let text = "[a](there.md#part) [b](https://example.org/x) [c](gone.md)\n```\n[d](gone.md)\n```\n[e](#here)\n";
        let file = TrackedFile {
            path: "a.md".into(),
            text: text.into(),
        };
        let findings = dead_links(folder.path(), &file);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].place, "a.md:1");
    }
}
