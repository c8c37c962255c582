//! The trimmed copy of GitHub's description, by which the tests of single crates check calls without npm: it is what
//! its script makes of the published package, and nothing else.

use std::path::Path;

use tokio::process::Command;

use crate::children;
use crate::environment::Packages;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result, WhileDoing as _};

const PUBLISHED: &str = "node_modules/@octokit/openapi/generated/api.github.com.json";
const COPY: &str = "fixtures/github/openapi.json";
const SCRIPT: &str = "fixtures/github/trim.py";

/// Makes the copy again, and compares.
pub(crate) async fn check(
    python: &Path,
    packages: &Packages,
    root: &Path,
    interrupt: &Interrupt,
) -> Result<String> {
    let published = packages.folder.join(PUBLISHED);
    // The script reads its standard input, which children of this program do not have.
    let mut command = Command::new(python);
    command
        .args([
            "-c",
            "import runpy, sys; sys.stdin = open(sys.argv[1]); runpy.run_path(sys.argv[2])",
        ])
        .arg(published)
        .arg(root.join(SCRIPT));
    let made = children::succeed(command, interrupt).await?;
    let copy = std::fs::read_to_string(root.join(COPY)).while_doing(|| format!("read `{COPY}`"))?;
    if made == copy {
        return Ok(format!("{COPY} is what {SCRIPT} makes of @octokit/openapi"));
    }
    let differs = made
        .lines()
        .zip(copy.lines())
        .position(|(made, copy)| made != copy);
    let line = differs.unwrap_or_else(|| made.lines().count().min(copy.lines().count())) + 1;
    Err(Problem::new(format!(
        "{COPY}:{line}: is not what {SCRIPT} makes of the package in xtask/node/github"
    ))
    .help(format!("change {SCRIPT} and run it as it says")))
}
