//! The request before it is sent: shown in a group that can be folded, and written to a file.

use gha::{Failure, Runner};
use tokio::fs;

use crate::{deliver::Directory, inputs::Inputs, redact, request::document::StartJobRun};

/// The request's file name.
const REQUEST: &str = "start-job-run.json";

/// Shows the request, writes it and sets the output `request`; warnings come first.
///
/// # Errors
/// The file cannot be written.
pub(crate) async fn show(
    runner: &Runner,
    inputs: &Inputs,
    directory: &Directory,
    request: &StartJobRun,
) -> Result<(), Failure> {
    if !inputs.warnings.is_empty() {
        runner
            .log
            .warning("Settings worth a look", &inputs.warnings.join("\n"));
    }
    let redacted = redact::request(request);
    let json = serde_json::to_string_pretty(&redacted)
        .map_err(|error| Failure::bug("the request cannot be written as JSON").because(&error))?;
    {
        let _group = runner.log.group("The request (StartJobRun)");
        runner.log.relay(&json);
        if redacted != *request {
            runner
                .log
                .info("secret values are redacted here, and sent as they are");
        }
    }
    let file = directory.path.join(REQUEST);
    fs::write(&file, json + "\n").await.map_err(|error| {
        Failure::outside(
            "Request not written",
            format!("cannot write `{}`", file.display()),
        )
        .because(&error)
        .help("check the input `directory` and the free space")
    })?;
    runner
        .outputs
        .set("request", directory.named.join(REQUEST).display())
}

/// What a dry run says at its end.
pub(crate) fn dry_run(runner: &Runner, directory: &Directory) {
    let file = directory.path.join(REQUEST);
    runner.log.notice(
        "Dry run",
        &format!(
            "every check passed and nothing was submitted; the request is in `{}`, as `aws emr-containers start-job-run --cli-input-json` takes it (redacted values have to be put in)",
            file.display()
        ),
    );
}
