//! `cargo xtask release-actions`: makes every action.yml name its published image by digest, for the commit of a release.
//! Writes files and nothing else; tagging and publishing are the release workflow's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::build::ACTIONS;
use crate::demo::Desk;
use crate::problem::{Problem, Result, WhileDoing as _};
use crate::tidy::layout;

/// Writes the digests of published images into every action.yml.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// File with a line `<action> sha256:<digest>` for each action.
    #[arg(long, value_name = "FILE")]
    digests: PathBuf,
    /// Where the images were published, without the action's name, such as ghcr.io/owner/repository.
    #[arg(long, value_name = "NAME")]
    registry: String,
}

/// Rewrites the files of all actions, or none.
pub(crate) async fn run(options: &Options, desk: &Desk) -> Result<()> {
    let path = &options.digests;
    let text =
        std::fs::read_to_string(path).while_doing(|| format!("read `{}`", path.display()))?;
    let digests = digests(&text)?;
    if options.registry.contains(char::is_uppercase) || options.registry.ends_with('/') {
        return Err(
            Problem::new(format!("`{}` is no name of images", options.registry))
                .help("write it in lower case and without a slash at its end"),
        );
    }
    let mut files = Vec::new();
    for action in ACTIONS {
        let image = format!("docker://{}/{action}@{}", options.registry, digests[action]);
        for path in metadata_files(&desk.places.repository, action) {
            let text = std::fs::read_to_string(&path)
                .while_doing(|| format!("read `{}`", path.display()))?;
            let text = with_image(&text, &image)
                .map_err(|problem| Problem::new(format!("{}: {problem}", path.display())))?;
            files.push((path, text));
        }
    }
    for (path, text) in files {
        std::fs::write(&path, text).while_doing(|| format!("write `{}`", path.display()))?;
        desk.terminal.line(&path.display().to_string());
    }
    Ok(())
}

/// The action.yml of an action and of those in its folders, which have the same image.
fn metadata_files(repository: &Path, action: &str) -> Vec<PathBuf> {
    let folder = repository.join("actions").join(action);
    let second = layout::second_entries(repository, action);
    let second = second.iter().map(|second| folder.join(second));
    std::iter::once(folder.clone())
        .chain(second)
        .map(|folder| folder.join("action.yml"))
        .collect()
}

fn digests(text: &str) -> Result<BTreeMap<&str, &str>> {
    let mut found = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let words = line.split_once(' ').map(|(a, b)| (a, b.trim()));
        match words {
            Some((action, digest)) if ACTIONS.contains(&action) && is_digest(digest) => {
                found.insert(action, digest);
            }
            _ => {
                return Err(Problem::new(format!("`{line}` is no line of digests"))
                    .help("write `<action> sha256:<64 hex digits>`"));
            }
        }
    }
    let missing: Vec<&str> = ACTIONS
        .into_iter()
        .filter(|action| !found.contains_key(action))
        .collect();
    if missing.is_empty() {
        return Ok(found);
    }
    Err(Problem::new(format!(
        "no digest is given for {}",
        missing.join(", ")
    )))
}

fn is_digest(text: &str) -> bool {
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    text.strip_prefix("sha256:")
        .is_some_and(|digits| digits.len() == 64 && digits.chars().all(hex))
}

/// The file with another image; its one line `  image: …` is replaced.
fn with_image(text: &str, image: &str) -> Result<String> {
    let is_image = |line: &&str| line.starts_with("  image: ");
    if text.lines().filter(is_image).count() != 1 {
        return Err(Problem::new("has not exactly one line `  image: …`"));
    }
    let lines = text.lines().map(|line| match is_image(&line) {
        true => format!("  image: {image}\n"),
        false => format!("{line}\n"),
    });
    Ok(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::{ACTIONS, digests, with_image};

    #[test]
    fn every_action_needs_a_whole_digest() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let all: String = ACTIONS
            .iter()
            .map(|action| format!("{action} {digest}\n"))
            .collect();
        assert_eq!(digests(&all).unwrap()["compare-dra"], digest);
        for bad in [
            all.replacen("compare-dra", "compare", 1),
            all.replacen("sha256:0a", "sha256:0", 1),
            all.lines().skip(1).collect::<Vec<_>>().join("\n"),
        ] {
            assert!(digests(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_the_image_changes() {
        let text = "name: a\nruns:\n  using: docker\n  image: Dockerfile\n  entrypoint: /a\n";
        let changed = with_image(text, "docker://r/a@sha256:0").unwrap();
        assert_eq!(changed, text.replace("Dockerfile", "docker://r/a@sha256:0"));
        assert!(with_image("name: a\n", "x").is_err());
    }
}
