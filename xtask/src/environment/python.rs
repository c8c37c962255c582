//! Pythons with PySpark, each version in a virtual environment of its own.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::component::Workshop;
use super::{
    AWS_CLI, BOTO3, CHECK_JSONSCHEMA, CHECKOV, MOTO, PYSPARK, PYSPARK_4, S5CMD, SHELLCHECK, ZIZMOR,
    apt, search_path,
};
use crate::children;
use crate::problem::{Problem, Result, WhileDoing as _};

/// The minor versions of Python 3 that both versions of PySpark and the pinned boto3 run on.
const SUPPORTED: std::ops::RangeInclusive<u32> = 10..=12;
/// Asked in this order; the first that is supported is taken.
const CANDIDATES: [&str; 5] = [
    "python3",
    "python3.12",
    "python3.11",
    "python3.10",
    "python",
];

/// A virtual environment by the name of its component, and what is in it.
struct Contents {
    component: &'static str,
    packages: &'static [&'static str],
    /// Imported once, to see that the packages work.
    modules: &'static str,
    /// What the person who waits is told.
    size: &'static str,
}

/// A Python that can import what the local cloud needs.
pub(crate) async fn prepare(workshop: &Workshop) -> Result<PathBuf> {
    let contents = Contents {
        component: "python",
        packages: &[PYSPARK, BOTO3],
        modules: "pyspark, boto3",
        size: "320 MB, once; about a minute",
    };
    prepared(&contents, workshop).await
}

/// A Python with the newer Spark, whose event logs are read too.
pub(crate) async fn prepare_spark_4(workshop: &Workshop) -> Result<PathBuf> {
    let contents = Contents {
        component: "python-spark-4",
        packages: &[PYSPARK_4],
        modules: "pyspark",
        size: "450 MB, once; about a minute",
    };
    prepared(&contents, workshop).await
}

/// A Python with moto, whose imitation of AWS is a second opinion on requests.
pub(crate) async fn prepare_moto(workshop: &Workshop) -> Result<PathBuf> {
    let contents = Contents {
        component: "python-moto",
        packages: &[MOTO],
        modules: "moto.server, flask",
        size: "320 MB, once; about a minute",
    };
    prepared(&contents, workshop).await
}

/// A Python with the checkers of workflows and shell scripts; each of them is a program beside it.
pub(crate) async fn prepare_linters(workshop: &Workshop) -> Result<PathBuf> {
    let contents = Contents {
        component: "python-linters",
        packages: &[ZIZMOR, CHECK_JSONSCHEMA, SHELLCHECK],
        modules: "check_jsonschema",
        size: "90 MB, once; some seconds",
    };
    prepared(&contents, workshop).await
}

/// A Python with the checker of Terraform modules, which is a program beside it.
pub(crate) async fn prepare_checkov(workshop: &Workshop) -> Result<PathBuf> {
    let contents = Contents {
        component: "python-checkov",
        packages: &[CHECKOV],
        modules: "checkov",
        size: "290 MB, once; about half a minute",
    };
    prepared(&contents, workshop).await
}

/// A Python with other clients of S3 beside it, the programs `aws` and `s5cmd`: for the benchmark alone.
pub(crate) async fn prepare_s3_clients(workshop: &Workshop) -> Result<PathBuf> {
    let contents = Contents {
        component: "python-s3-clients",
        packages: &[AWS_CLI, S5CMD],
        modules: "awscli",
        size: "160 MB, once; some seconds",
    };
    prepared(&contents, workshop).await
}

async fn prepared(contents: &Contents, workshop: &Workshop) -> Result<PathBuf> {
    let (name, pins) = (contents.component, contents.packages.join(" "));
    let python = |folder: PathBuf| folder.join("bin/python");
    if let Some(folder) = workshop.finished(name, &pins) {
        // The machine's own Python, which the virtual environment links to, may have gone.
        if python(folder.clone()).exists() {
            return Ok(python(folder));
        }
        let _ = std::fs::remove_dir_all(folder);
    }
    let base = base_interpreter(workshop).await?;
    let Some(unfinished) = workshop.begin(name, &pins).await? else {
        let folder = workshop.finished(name, &pins);
        return folder
            .map(python)
            .ok_or_else(|| Problem::new(format!("the Python environment `{name}` vanished")));
    };
    workshop.say(&format!(
        "installing {} ({})",
        contents.packages.join(", "),
        contents.size
    ));
    let pip = virtual_environment(&base, &unfinished.folder, workshop).await?;
    install(&pip, contents.packages, workshop).await?;
    link_programs(&pip, &unfinished.folder)?;
    let mut check = Command::new(unfinished.folder.join("bin/python"));
    check.args(["-c", &format!("import {}", contents.modules)]);
    children::succeed(check, &workshop.interrupt).await?;
    Ok(python(unfinished.finish()?))
}

/// How pip is called for a folder.
#[derive(Debug)]
pub(crate) struct Pip {
    python: PathBuf,
    target: Option<PathBuf>,
}

/// A pip that installs into a folder of its own; an environment without one borrows the machine's.
pub(crate) async fn pip_into(folder: &Path, python: &Path, workshop: &Workshop) -> Result<Pip> {
    let has_pip = has_module(python, "pip", workshop).await?;
    let python = if has_pip {
        python.to_owned()
    } else {
        base_interpreter(workshop).await?
    };
    Ok(Pip {
        python,
        target: Some(folder.to_owned()),
    })
}

/// The same with any Python that has a pip.
pub(crate) async fn pip_for(folder: &Path, workshop: &Workshop) -> Result<Pip> {
    let base = base_interpreter(workshop).await?;
    if has_module(&base, "pip", workshop).await? {
        return pip_into(folder, &base, workshop).await;
    }
    let python = prepare_linters(workshop).await?;
    pip_into(folder, &python, workshop).await
}

/// Installs packages; a failure shows the end of what pip said.
pub(crate) async fn install(pip: &Pip, packages: &[&str], workshop: &Workshop) -> Result<()> {
    let mut command = Command::new(&pip.python);
    command.args([
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--quiet",
    ]);
    if let Some(target) = &pip.target {
        command.arg("--target").arg(target);
    }
    command.args(packages);
    children::succeed(command, &workshop.interrupt).await.map(drop).map_err(|problem| {
        if problem.is_interrupt() {
            return problem;
        }
        problem.help("pip must be able to reach a package index; PIP_INDEX_URL and HTTPS_PROXY are honoured")
    })
}

/// Makes `folder` a virtual environment and says how to install into it.
async fn virtual_environment(base: &Path, folder: &Path, workshop: &Workshop) -> Result<Pip> {
    let venv = |options: &[&str]| {
        let mut command = Command::new(base);
        command
            .args(["-m", "venv", "--clear"])
            .args(options)
            .arg(folder);
        command
    };
    let inside = folder.join("bin/python");
    let with_pip = children::output(venv(&[]), &workshop.interrupt).await?;
    if with_pip.status.success() {
        return Ok(Pip {
            python: inside,
            target: None,
        });
    }
    // Debian splits ensurepip off. A pip of the machine can install into an environment without one.
    let without = children::output(venv(&["--without-pip"]), &workshop.interrupt).await?;
    if without.status.success() && has_module(base, "pip", workshop).await? {
        let site = site_packages(&inside, workshop).await?;
        return Ok(Pip {
            python: base.to_owned(),
            target: Some(site),
        });
    }
    if apt::is_available() {
        apt::install("python3-venv", workshop).await?;
        if children::output(venv(&[]), &workshop.interrupt)
            .await?
            .status
            .success()
        {
            return Ok(Pip {
                python: inside,
                target: None,
            });
        }
    }
    let said = with_pip.stderr.trim().to_owned() + with_pip.stdout.trim();
    Err(Problem::new(format!(
        "`{} -m venv` does not work:\n{said}",
        base.display()
    ))
    .help("install the venv module (on Debian and Ubuntu: `apt-get install python3-venv`) or pip"))
}

/// A pip from outside puts programs beside the packages; they are wanted beside the Python.
fn link_programs(pip: &Pip, folder: &Path) -> Result<()> {
    let Some(programs) = pip.target.as_ref().map(|site| site.join("bin")) else {
        return Ok(());
    };
    for program in std::fs::read_dir(programs).into_iter().flatten().flatten() {
        let link = folder.join("bin").join(program.file_name());
        if !link.exists() {
            std::os::unix::fs::symlink(program.path(), &link)
                .while_doing(|| format!("link `{}`", link.display()))?;
        }
    }
    Ok(())
}

async fn has_module(python: &Path, module: &str, workshop: &Workshop) -> Result<bool> {
    let mut command = Command::new(python);
    command.args(["-c", &format!("import {module}")]);
    Ok(children::output(command, &workshop.interrupt)
        .await?
        .status
        .success())
}

async fn site_packages(python: &Path, workshop: &Workshop) -> Result<PathBuf> {
    let mut command = Command::new(python);
    command.args([
        "-c",
        "import sysconfig; print(sysconfig.get_path('purelib'))",
    ]);
    let path = children::succeed(command, &workshop.interrupt).await?;
    Ok(PathBuf::from(path.trim()))
}

/// The machine's Python, if its version is one that PySpark runs on.
async fn base_interpreter(workshop: &Workshop) -> Result<PathBuf> {
    let mut seen = Vec::new();
    for name in CANDIDATES {
        let Some(program) = search_path::find(name) else {
            continue;
        };
        let mut command = Command::new(&program);
        command.args([
            "-c",
            "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)",
        ]);
        let finished = children::output(command, &workshop.interrupt).await?;
        let mut lines = finished.stdout.lines();
        let version = lines.next().unwrap_or_default().to_owned();
        if is_supported(&version) {
            // The executable itself, not a shim that may choose another version later.
            return Ok(lines.next().map_or(program, PathBuf::from));
        }
        seen.push(format!("{} is version {version}", program.display()));
    }
    let found = if seen.is_empty() {
        "found none".to_owned()
    } else {
        seen.join(", ")
    };
    Err(Problem::new(format!(
        "{PYSPARK} and {BOTO3} need Python 3.{} to 3.{}: {found}",
        SUPPORTED.start(),
        SUPPORTED.end()
    ))
    .help("install one of these versions and have it on the PATH, for example as `python3.12`"))
}

fn is_supported(version: &str) -> bool {
    version
        .strip_prefix("3.")
        .and_then(|minor| minor.parse().ok())
        .is_some_and(|minor: u32| SUPPORTED.contains(&minor))
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_versions_that_pyspark_knows_are_taken() {
        for (version, supported) in [
            ("3.11", true),
            ("3.10", true),
            ("3.9", false),
            ("3.13", false),
            ("2.7", false),
            ("", false),
        ] {
            assert_eq!(super::is_supported(version), supported, "{version}");
        }
    }
}
