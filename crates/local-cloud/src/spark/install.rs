//! Where Spark, Java and Python are on this machine.

use std::path::{Path, PathBuf};

use tokio::process::Command;

/// A Spark that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Installation {
    /// The Python that has `pyspark` installed; it also runs the driver and the Python workers.
    pub(crate) python: PathBuf,
    /// `JAVA_HOME`.
    pub(crate) java_home: PathBuf,
    /// `SPARK_HOME`: the folder of the `pyspark` package.
    pub(crate) spark_home: PathBuf,
    /// Such as `3.5.6`.
    pub(crate) version: String,
    /// Such as `2.12`; Spark's launcher wants to be told.
    pub(crate) scala_version: String,
}

/// Why no Spark could be found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InstallError {
    /// The interpreter did not start or has no `pyspark`.
    #[error("{python} cannot import pyspark: {reason}")]
    PySpark {
        /// The interpreter that was asked.
        python: PathBuf,
        /// What it said.
        reason: String,
    },
    /// The package has no jars.
    #[error("no scala-library jar under {0}")]
    Jars(PathBuf),
    /// There is no `bin/java` under `JAVA_HOME`.
    #[error("no bin/java under {0}")]
    Java(PathBuf),
}

const ASK: &str =
    "import os, pyspark; print(os.path.dirname(pyspark.__file__)); print(pyspark.__version__)";

impl Installation {
    /// Asks the interpreter where its PySpark is.
    ///
    /// # Errors
    /// [`InstallError`] when Python, PySpark or Java is not there.
    pub(crate) async fn locate(python: &Path, java_home: &Path) -> Result<Self, InstallError> {
        let missing = |reason: String| InstallError::PySpark {
            python: python.to_owned(),
            reason,
        };
        let answer = Command::new(python)
            .args(["-c", ASK])
            .output()
            .await
            .map_err(|error| missing(error.to_string()))?;
        let text = String::from_utf8_lossy(&answer.stdout);
        let (Some(home), Some(version)) = (text.lines().next(), text.lines().nth(1)) else {
            let said = String::from_utf8_lossy(&answer.stderr);
            return Err(missing(
                said.lines().last().unwrap_or("no answer").to_owned(),
            ));
        };
        if !java_home.join("bin/java").is_file() {
            return Err(InstallError::Java(java_home.to_owned()));
        }
        let spark_home = PathBuf::from(home);
        Ok(Self {
            python: python.to_owned(),
            java_home: java_home.to_owned(),
            scala_version: scala_version(&spark_home)?,
            version: version.to_owned(),
            spark_home,
        })
    }
}

fn scala_version(spark_home: &Path) -> Result<String, InstallError> {
    let jars = spark_home.join("jars");
    std::fs::read_dir(&jars)
        .into_iter()
        .flatten()
        .flatten()
        .find_map(|entry| binary_version(&entry.file_name().to_string_lossy()))
        .ok_or(InstallError::Jars(jars))
}

fn binary_version(jar: &str) -> Option<String> {
    let full = jar.strip_prefix("scala-library-")?.strip_suffix(".jar")?;
    let mut parts = full.split('.');
    Some(format!("{}.{}", parts.next()?, parts.next()?))
}

#[cfg(test)]
mod tests {
    use super::binary_version;

    #[test]
    fn scala_version_is_the_first_two_numbers_of_the_library_jar() {
        assert_eq!(
            binary_version("scala-library-2.12.18.jar").as_deref(),
            Some("2.12")
        );
        assert_eq!(binary_version("scala-reflect-2.12.18.jar"), None);
    }
}
