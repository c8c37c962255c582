//! The user's own manifests: read, and checked before Terraform starts. What they say about the cluster is not known yet,
//! so stand-ins of the same form are put in its place.

use crate::manifest::{Facts, SourceFile, load};
use crate::settings::ZoneChoice;
use gha::Fields;
use std::io;
use std::path::{Path, PathBuf};

const INPUT: &str = "node-pool-files";

/// Reads all files; every problem in them is recorded.
pub(super) fn read(fields: &mut Fields, zones: &ZoneChoice) -> Vec<SourceFile> {
    let mut files = Vec::new();
    for line in fields.lines(INPUT) {
        let read = paths(Path::new(&line))
            .and_then(|paths| paths.iter().map(|path| source(path)).collect());
        match read {
            Ok(Found(found)) if found.is_empty() => {
                fields.problem(
                    INPUT,
                    format!("`{line}`: the folder has no *.yaml or *.yml file"),
                );
            }
            Ok(Found(found)) => files.extend(found),
            Err(error) => fields.problem(INPUT, format!("`{line}`: cannot be read: {error}")),
        }
    }
    // The root module may name a zone; which, is not known yet.
    let zone = "eu-west-1a".parse().ok();
    let zones = zones.resolve(zone.as_ref());
    let stand_in = Facts::new("cluster", "role", "namespace", "eu-west-1", zones.as_ref());
    if let Err(problems) = load(&files, &stand_in) {
        for problem in problems {
            fields.problem(INPUT, problem.to_string());
        }
    }
    files
}

struct Found(Vec<SourceFile>);

impl FromIterator<SourceFile> for Found {
    fn from_iter<I: IntoIterator<Item = SourceFile>>(files: I) -> Self {
        Self(files.into_iter().collect())
    }
}

/// The file itself, or the YAML files directly in the folder.
fn paths(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        let end = path.extension().and_then(|end| end.to_str());
        if path.is_file() && matches!(end, Some("yaml" | "yml")) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn source(path: &Path) -> io::Result<SourceFile> {
    Ok(SourceFile {
        name: path.display().to_string(),
        text: std::fs::read_to_string(path)?,
    })
}
