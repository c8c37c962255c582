//! Which Terraform or OpenTofu program is used, and what it can do.

use super::process;
use gha::Failure;
use serde::Deserialize;
use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Looked for on the PATH, in this order.
const NAMES: [&str; 2] = ["terraform", "tofu"];

/// A program that was found and that answered.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) version: Version,
    opentofu: bool,
}

/// `major.minor` and what follows, as the program states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    major: u32,
    minor: u32,
    text: String,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        Some(Self {
            major,
            minor,
            text: text.to_owned(),
        })
    }

    fn at_least(&self, major: u32, minor: u32) -> bool {
        (self.major, self.minor) >= (major, minor)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.opentofu {
            "OpenTofu"
        } else {
            "Terraform"
        };
        write!(f, "{name} {} ({})", self.version.text, self.path.display())
    }
}

/// The part of `version -json` in use; OpenTofu kept the field's name.
#[derive(Deserialize)]
struct Answer {
    terraform_version: String,
}

impl Program {
    /// Finds the program and asks its version.
    ///
    /// # Errors
    /// When there is none, or when it does not answer as Terraform does.
    pub(crate) async fn locate(
        chosen: Option<&Path>,
        search_path: Option<&str>,
    ) -> Result<Self, Failure> {
        let path = match chosen {
            Some(path) => absolute(path)?,
            None => search(search_path.unwrap_or_default()).ok_or_else(missing)?,
        };
        let answer = process::ask(&path, &["version", "-json"])
            .await
            .map_err(|error| {
                Failure::outside(
                    "Terraform does not start",
                    format!("cannot run `{} version -json`", path.display()),
                )
                .because(&error)
                .help("name a working Terraform or OpenTofu program in the input `terraform`")
            })?;
        let version = serde_json::from_str::<Answer>(&answer)
            .ok()
            .and_then(|answer| Version::parse(&answer.terraform_version))
            .ok_or_else(|| {
                Failure::outside(
                    "Not a Terraform program",
                    format!(
                        "`{} version -json` does not state a version",
                        path.display()
                    ),
                )
                .help("name a Terraform or OpenTofu program in the input `terraform`")
            })?;
        let opentofu = path.file_name().is_some_and(|name| name == "tofu");
        Ok(Self {
            path,
            version,
            opentofu,
        })
    }

    /// Refuses a program that is too old for this action, or for what the backend is asked to do.
    ///
    /// # Errors
    /// Names the version that is needed.
    pub(crate) fn check(&self, backend: &[(String, String)]) -> Result<(), Failure> {
        let oldest = if self.opentofu { (1, 6) } else { (1, 5) };
        self.require(oldest, "this action")?;
        let locks = backend
            .iter()
            .any(|(key, value)| key == "use_lockfile" && value != "false");
        if locks {
            // Both programs have it since their 1.10 (their change logs).
            self.require((1, 10), "`use_lockfile` in `backend-config`")?;
        }
        Ok(())
    }

    fn require(&self, (major, minor): (u32, u32), what: &str) -> Result<(), Failure> {
        if self.version.at_least(major, minor) {
            return Ok(());
        }
        Err(Failure::outside(
            "Terraform is too old",
            format!("{self} is too old: {what} needs {major}.{minor} or later"),
        )
        .help("install a later version, or name one in the input `terraform`; the action's image has Terraform built in"))
    }

    /// Whether `init` can report as JSON, so that a broken file is named with its line.
    pub(crate) fn init_speaks_json(&self) -> bool {
        if self.opentofu {
            self.version.at_least(1, 8)
        } else {
            self.version.at_least(1, 10)
        }
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map_err(|error| Failure::bad_input("terraform", format!("`{}`: {error}", path.display())))
}

fn search(search_path: &str) -> Option<PathBuf> {
    NAMES.iter().find_map(|name| {
        std::env::split_paths(search_path)
            // An empty entry means the current folder, where a file of the repository could pose as the program.
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(name))
            .find(|candidate| is_executable(candidate))
    })
}

fn is_executable(path: &Path) -> bool {
    std::fs::metadata(path)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

fn missing() -> Failure {
    Failure::outside("Terraform not found", "neither `terraform` nor `tofu` is on the PATH")
        .help("install Terraform or OpenTofu, or name the program in the input `terraform`; the action's image has Terraform built in")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(opentofu: bool, version: &str) -> Program {
        Program {
            path: PathBuf::from("/bin/terraform"),
            version: Version::parse(version).unwrap(),
            opentofu,
        }
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(!program(false, "1.9.8").init_speaks_json());
        assert!(program(false, "1.10.0-rc1").init_speaks_json());
        assert!(program(false, "1.15.3").init_speaks_json());
        assert!(program(true, "1.8.2").init_speaks_json());
        assert!(Version::parse("next").is_none());
    }

    #[test]
    fn a_program_that_is_too_old_is_refused_with_what_is_needed() {
        assert!(program(false, "1.5.0").check(&[]).is_ok());
        let error = program(false, "1.4.9").check(&[]).unwrap_err();
        assert!(
            error.what.ends_with("this action needs 1.5 or later"),
            "{}",
            error.what
        );
        assert!(program(true, "1.5.7").check(&[]).is_err());
        let backend = |value: &str| [("use_lockfile".to_owned(), value.to_owned())];
        let error = program(false, "1.9.8").check(&backend("true")).unwrap_err();
        assert!(error.what.contains("`use_lockfile`"), "{}", error.what);
        assert!(program(false, "1.9.8").check(&backend("false")).is_ok());
        assert!(program(true, "1.10.0").check(&backend("true")).is_ok());
    }
}
