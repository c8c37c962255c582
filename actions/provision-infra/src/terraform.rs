//! Terraform as this action uses it: init, plan, apply, output on one root module.
//! Decides nothing: what is run, and what becomes of the results, is for `action` to say.

mod failure;
mod process;
mod program;
mod stream;

pub(crate) use program::Program;

use crate::changes::Changes;
use crate::contract::TerraformOutputs;
use crate::diagnostic::{Diagnostic, Severity};
use failure::StepFailure;
use gha::{Failure, Log};
use process::{Finished, Invocation, Source};
use std::ffi::OsString;
use std::path::PathBuf;
use stream::{Event, Line};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// What a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    /// To reach what the configuration says.
    Configuration,
    /// To remove everything.
    Nothing,
}

/// A plan on disk. The folder goes away with it, since a plan holds secrets in clear text.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) changes: Changes,
    folder: TempDir,
}

impl Plan {
    fn file(&self) -> PathBuf {
        plan_file(&self.folder)
    }
}

fn plan_file(folder: &TempDir) -> PathBuf {
    folder.path().join("plan.tfplan")
}

/// One root module and the program to run on it.
pub(crate) struct Terraform {
    pub(crate) program: Program,
    /// As the user wrote it, for messages.
    pub(crate) root: PathBuf,
    /// Values for the configuration's variables.
    pub(crate) variables: Vec<(String, String)>,
    /// `AWS_REGION` for the program, when the user chose one.
    pub(crate) region: Option<String>,
    /// Whether each of Terraform's errors becomes an annotation; if not, the failure carries them all.
    pub(crate) annotates: bool,
    pub(crate) log: Log,
    pub(crate) cancel: CancellationToken,
}

/// What the lines of one step told.
#[derive(Debug, Default)]
struct Told {
    /// Absent until Terraform has said it.
    changes: Option<Changes>,
    errors: Vec<Diagnostic>,
    /// Resources that were done before the step ended.
    done: Vec<String>,
}

impl Terraform {
    /// Prepares the root module: backend, providers, modules.
    ///
    /// # Errors
    /// When Terraform refuses, or when cancelled.
    pub(crate) async fn init(&self, backend: &[(String, String)]) -> Result<(), Failure> {
        let mut arguments: Vec<OsString> =
            vec!["init".into(), "-input=false".into(), "-no-color".into()];
        if self.program.init_speaks_json() {
            arguments.push("-json".into());
        }
        for (key, value) in backend {
            arguments.push(format!("-backend-config={key}={value}").into());
        }
        self.step("init", arguments).await.map(drop)
    }

    /// Plans and keeps the plan for [`Terraform::apply`]. Changes nothing.
    ///
    /// # Errors
    /// When Terraform refuses, or when cancelled.
    pub(crate) async fn plan(&self, goal: Goal) -> Result<Plan, Failure> {
        let folder = tempfile::Builder::new()
            .prefix("provision-infra-")
            .tempdir()
            .map_err(|error| {
                Failure::outside(
                    "No temporary folder",
                    "cannot make a folder for the plan file",
                )
                .because(&error)
            })?;
        let mut out = OsString::from("-out=");
        out.push(plan_file(&folder));
        let mut arguments: Vec<OsString> =
            vec!["plan".into(), "-input=false".into(), out, "-json".into()];
        if goal == Goal::Nothing {
            arguments.push("-destroy".into());
        }
        for (name, value) in &self.variables {
            arguments.push(format!("-var={name}={value}").into());
        }
        let told = self.step("plan", arguments).await?;
        let changes = told.changes.ok_or_else(|| {
            Failure::outside(
                "Terraform plan cannot be read",
                format!(
                    "{} made a plan but did not say what it changes",
                    self.program
                ),
            )
            .help("use Terraform 1.5 or later, or OpenTofu 1.6 or later")
        })?;
        Ok(Plan { changes, folder })
    }

    /// Carries out exactly that plan.
    ///
    /// # Errors
    /// When Terraform refuses, when a resource fails, or when cancelled; the message says what was done by then.
    pub(crate) async fn apply(&self, plan: &Plan) -> Result<(), Failure> {
        let arguments = vec![
            "apply".into(),
            "-input=false".into(),
            "-json".into(),
            plan.file().into_os_string(),
        ];
        self.step("apply", arguments).await.map(drop)
    }

    /// The root module's outputs. Sensitive values are masked before they are returned.
    ///
    /// # Errors
    /// When Terraform refuses or prints something else, or when cancelled.
    pub(crate) async fn outputs(&self) -> Result<TerraformOutputs, Failure> {
        self.go_on("output")?;
        let mut printed = String::new();
        let invocation = self.invocation(vec!["output".into(), "-json".into()]);
        // Not relayed: it holds the sensitive values.
        let finished = process::run(invocation, &self.cancel, |source, line| {
            if source == Source::Output {
                printed.push_str(line);
                printed.push('\n');
            }
        })
        .await;
        self.check("output", finished, &Told::default())?;
        let outputs = TerraformOutputs::parse(&printed).map_err(|error| {
            Failure::outside(
                "Terraform outputs cannot be read",
                format!(
                    "`terraform output -json` in `{}` printed no outputs",
                    self.root.display()
                ),
            )
            .because(&error)
        })?;
        for secret in outputs.secrets() {
            self.log.mask(secret);
        }
        Ok(outputs)
    }

    /// Runs one subcommand and shows its lines in a group, then its diagnostics.
    async fn step(&self, step: &'static str, arguments: Vec<OsString>) -> Result<Told, Failure> {
        self.go_on(step)?;
        let mut told = Told::default();
        let mut diagnostics = Vec::new();
        let finished = {
            let _group = self.log.group(&format!("Terraform {step}"));
            process::run(self.invocation(arguments), &self.cancel, |source, line| {
                let parsed = match source {
                    Source::Output => stream::parse(line),
                    Source::Error => Line::Text(line.to_owned()),
                };
                match parsed {
                    Line::Text(text) => self.log.info(&text),
                    Line::Event { event, message } => {
                        // Diagnostics are shown below, each once.
                        if !matches!(event, Event::Diagnostic(_)) {
                            self.log.info(&message);
                        }
                        told.note(event, &mut diagnostics);
                    }
                }
            })
            .await
        };
        let placed = diagnostics
            .iter()
            .any(|diagnostic| diagnostic.range.is_some());
        for diagnostic in diagnostics {
            // After the mistakes in the files, init adds an error that only says that there are some.
            let is_error = diagnostic.severity == Severity::Error;
            if step == "init" && placed && is_error && diagnostic.says_only_a_summary() {
                self.log.debug(&diagnostic.text());
            } else if is_error {
                told.errors.push(diagnostic);
            } else {
                self.show(&diagnostic);
            }
        }
        let checked = self.check(step, finished, &told);
        if self.annotates || checked.is_ok() {
            told.errors.iter().for_each(|error| self.show(error));
        }
        checked.map(|()| told)
    }

    /// Starts nothing once a signal has come.
    fn go_on(&self, step: &str) -> Result<(), Failure> {
        if self.cancel.is_cancelled() {
            Err(Failure::cancelled(
                "Cancelled",
                format!("terraform {step} was not started"),
            ))
        } else {
            Ok(())
        }
    }

    fn invocation(&self, mut arguments: Vec<OsString>) -> Invocation<'_> {
        let mut root = OsString::from("-chdir=");
        root.push(&self.root);
        arguments.insert(0, root);
        let mut environment = vec![
            ("TF_IN_AUTOMATION", "1".to_owned()),
            ("TF_INPUT", "0".to_owned()),
        ];
        if let Some(region) = &self.region {
            environment.push(("AWS_REGION", region.clone()));
        }
        Invocation {
            program: &self.program.path,
            arguments,
            environment,
        }
    }

    fn show(&self, diagnostic: &Diagnostic) {
        let title = match diagnostic.location(&self.root) {
            Some((file, line)) => format!("Terraform: {}:{line}", file.display()),
            None => "Terraform".to_owned(),
        };
        let message = diagnostic.text();
        match diagnostic.severity {
            Severity::Error => self.log.error(&title, &message),
            Severity::Warning => self.log.warning(&title, &message),
        }
    }

    fn check(
        &self,
        step: &'static str,
        finished: std::io::Result<Finished>,
        told: &Told,
    ) -> Result<(), Failure> {
        let finished = finished.map_err(|error| {
            Failure::outside(
                "Terraform does not start",
                format!("cannot run `{}`", self.program.path.display()),
            )
            .because(&error)
        })?;
        if finished.status.success() && !finished.interrupted {
            return Ok(());
        }
        Err(StepFailure {
            step,
            root: &self.root,
            finished: &finished,
            errors: &told.errors,
            annotated: self.annotates,
            variables: &self.variables,
            done: &told.done,
        }
        .into())
    }
}

impl Told {
    fn note(&mut self, event: Event, diagnostics: &mut Vec<Diagnostic>) {
        match event {
            Event::ChangeSummary(changes) => self.changes = Some(changes),
            Event::Applied { address } => self.done.push(address),
            // The same mistake is often found twice.
            Event::Diagnostic(diagnostic) if !diagnostics.contains(&diagnostic) => {
                diagnostics.push(diagnostic)
            }
            Event::Diagnostic(_) | Event::Other => {}
        }
    }
}
