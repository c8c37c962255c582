//! The scripts of `xtask/node/checks`, which ask JavaScript libraries what only they know.
//! A script is bundled with its packages for each run, because some of them do not load in Node.js as published.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::children::{self, Finished};
use crate::environment::Packages;
use crate::interrupt::Interrupt;
use crate::problem::{Result, WhileDoing as _};

/// What CommonJS packages in a bundle that is a module ask for.
const REQUIRE: &str = "--banner:js=import { createRequire } from 'node:module'; \
                       const require = createRequire(import.meta.url);";

/// Runs a script to its end.
pub(super) async fn run(
    packages: &Packages,
    script: &str,
    arguments: &[OsString],
    interrupt: &Interrupt,
) -> Result<Finished> {
    let folder = tempfile::tempdir().while_doing(|| "make a temporary folder".into())?;
    let bundle = folder.path().join("bundle.mjs");
    let modules = packages.folder.join("node_modules");
    let mut build = Command::new(&packages.node);
    build
        .env("NODE_PATH", &modules)
        .arg(modules.join("esbuild/bin/esbuild"))
        .arg(sources().join(script))
        .arg(outfile(&bundle))
        .args(["--bundle", "--platform=node", "--format=esm"])
        .args(["--log-level=warning", "--external:jsdom", REQUIRE]);
    children::succeed(build, interrupt).await?;
    let mut command = Command::new(&packages.node);
    command
        .env("NODE_PATH", &modules)
        .arg(&bundle)
        .args(arguments);
    children::output(command, interrupt).await
}

fn outfile(bundle: &Path) -> OsString {
    let mut option = OsString::from("--outfile=");
    option.push(bundle);
    option
}

/// Beside this package's own files, wherever it was built.
fn sources() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.join("node/checks")
}
