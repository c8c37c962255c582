//! Checks of the Terraform modules and IAM policies that this project ships. Without a registry and an AWS account
//! nothing here can run them, so what is written is held to what is known of it.

mod checkov;
mod contract;
mod modules;
mod names;
mod policies;
mod providers;
mod resources;
mod services;
#[cfg(test)]
mod values;

use std::path::Path;

use tokio::process::Command;

use super::Broken;
use crate::children;
use crate::demo::Desk;
use crate::environment::{self, Workshop};
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result};
use crate::root_module::RootModule;
use crate::tidy::tracked;

/// The folders of the root modules, as paths in the repository.
const BUNDLED: &str = "actions/provision-infra/terraform";
const BOOTSTRAP: &str = "actions/provision-infra/terraform-bootstrap";

/// Checks both modules and every policy.
pub(super) async fn check(desk: &Desk) -> Result<()> {
    let workshop = Workshop::new(&desk.places.cache, &desk.terminal, &desk.interrupt)?;
    let python = environment::prepare_checkov(&workshop).await?;
    let terraform = environment::prepare_terraform(&workshop, &python).await?;
    let root = &desk.places.repository;
    let files = tracked::files(root, &desk.interrupt).await?;
    let facts = modules::facts(&files)?;
    let schemas = resources::schemas(&files)?;
    let mut broken = Broken::new(desk);
    broken.note("policies", policies::check_files(&files))?;
    let mut read = Vec::new();
    for folder in [BUNDLED, BOOTSTRAP] {
        desk.terminal.line(&format!("  {folder}"));
        match RootModule::in_folder(root, folder) {
            Ok(module) => {
                for (what, found) in by_text(&module, folder, &facts, &schemas) {
                    broken.note(what, found)?;
                }
                read.push(module);
            }
            Err(problem) => broken.note("parse", Err(problem))?,
        }
        let formatted = format(&terraform, &root.join(folder), &desk.interrupt).await;
        broken.note("format", formatted)?;
        let scanned = checkov::check(&python, root, folder, &files, &desk.interrupt).await;
        broken.note("checkov", scanned)?;
    }
    desk.terminal.line("  all of them");
    // checkov brings botocore with it.
    let rights = policies::rights(&files, &read);
    broken.note(
        "rights",
        services::check(&python, &rights, &desk.interrupt).await,
    )?;
    broken.verdict()
}

/// The checks that need no other program.
fn by_text(
    module: &RootModule,
    folder: &str,
    facts: &[modules::Facts],
    schemas: &resources::Schemas,
) -> [(&'static str, Result<String>); 6] {
    [
        (
            "names",
            names::check(module, facts),
            "every name is known, and used",
        ),
        (
            "modules",
            modules::check(module, facts),
            "inputs are variables of the pinned versions",
        ),
        (
            "resources",
            resources::check(module, schemas),
            "arguments, blocks and attributes are in the schemas",
        ),
        (
            "providers",
            providers::check(module),
            "pinned, and in the syntax of their versions",
        ),
        (
            "actions",
            policies::check_module(module),
            "no policy with a wildcard in an action",
        ),
        (
            "contract",
            contract::check(module, folder),
            "described, and with the outputs that are asked for",
        ),
    ]
    .map(|(what, faults, good)| (what, verdict(faults, good)))
}

/// The faults as one problem, or what to say when there is none.
fn verdict(faults: Vec<String>, good: &str) -> Result<String> {
    if faults.is_empty() {
        return Ok(good.to_owned());
    }
    Err(Problem::new(faults.join("\n")))
}

async fn format(terraform: &Path, folder: &Path, interrupt: &Interrupt) -> Result<String> {
    let mut command = Command::new(terraform);
    command
        .args(["fmt", "-check", "-recursive", "-diff", "-no-color"])
        .arg(folder);
    let finished = children::output(command, interrupt).await?;
    if finished.status.success() {
        return Ok("as `terraform fmt` writes it".into());
    }
    Err(
        Problem::new(format!("{}{}", finished.stdout, finished.stderr)).help(format!(
            "run `terraform fmt -recursive {}`",
            folder.display()
        )),
    )
}

#[cfg(test)]
mod tests {
    use crate::environment::TERRAFORM;
    use crate::interrupt::Interrupt;

    use super::super::prepared;

    #[tokio::test]
    async fn a_module_that_is_not_formatted_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let (_sender, interrupt) = Interrupt::by_hand();
        let terraform = prepared::path(TERRAFORM);
        let file = folder.path().join("main.tf");
        std::fs::write(&file, "locals {\n  a = 1\n}\n").unwrap();
        assert!(
            super::format(&terraform, folder.path(), &interrupt)
                .await
                .is_ok()
        );
        std::fs::write(&file, "locals {\n  a=1\n}\n").unwrap();
        let problem = super::format(&terraform, folder.path(), &interrupt)
            .await
            .unwrap_err();
        assert!(problem.to_string().contains("main.tf"), "{problem}");
    }
}
