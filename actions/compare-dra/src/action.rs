//! The action: read the runs, compare them, write the report, comment.

use std::path::Path;

use gha::{Context, Failure, Runner};

use sticky_comment::comment_on;

use crate::{
    drawing::Drawing,
    files, html,
    inputs::Inputs,
    load::load,
    metrics, policy, prices,
    render::{self, Pages},
    report::Report,
    svg, terminal,
    view::View,
};

/// Runs the action.
pub(crate) async fn run(mut runner: Runner) -> Result<(), Failure> {
    if let Some(called) = runner.command.take() {
        return metrics::run(runner, &called.arguments).await;
    }
    let inputs = Inputs::parse(runner.fields.take())?;
    let cancel = runner.cancel.clone();
    tokio::select! {
        () = cancel.cancelled() => Err(Failure::cancelled("Cancelled", "the comparison was stopped before it was done")),
        done = compare(&runner, &inputs) => done,
    }
}

async fn compare(runner: &Runner, inputs: &Inputs) -> Result<(), Failure> {
    let mut runs = load(inputs, &runner.context).await?;
    prices::price(&mut runs, inputs, runner).await?;
    let mut report = Report::of(&inputs.comment.key.to_string(), &runs.fixed, &runs.dra);
    report.policy = policy::check(&inputs.fail_on, &report);
    let view = View::of(&report, run_link(&runner.context));
    let pages = render::pages(&view)
        .map_err(|error| Failure::bug("the report could not be rendered").because(&error))?;
    write(runner, inputs, &report, &pages).await?;
    runner.log.info(&terminal::text(&report));
    let url = comment_on(
        runner,
        crate::inputs::ACTION.name,
        &inputs.comment,
        &pages.comment,
    )
    .await?;
    runner.outputs.set("comment-posted", url.is_some())?;
    if let Some(url) = url {
        runner.outputs.set("comment-url", url)?;
    }
    keep(runner, &report)
}

/// Fails when the policy is not kept.
fn keep(runner: &Runner, report: &Report) -> Result<(), Failure> {
    if report.policy.is_empty() {
        return Ok(());
    }
    let mut not_kept = policy::not_kept(&report.policy);
    let outcome = if not_kept.is_empty() {
        "kept"
    } else {
        "broken"
    };
    runner.outputs.set("policy", outcome)?;
    let what = match not_kept.len() {
        0 => return Ok(()),
        1 => format!("`fail-on` {}", not_kept.remove(0)),
        several => format!("{several} conditions of `fail-on` hold or cannot be checked"),
    };
    let mut failure = Failure::policy("Policy", what)
        .help("read the report for why; or change the settings it names, or `fail-on`");
    failure.causes = not_kept;
    Err(failure)
}

async fn write(
    runner: &Runner,
    inputs: &Inputs,
    report: &Report,
    pages: &Pages,
) -> Result<(), Failure> {
    let json = serde_json::to_string_pretty(report)
        .map_err(|error| Failure::bug("the report is not JSON").because(&error))?;
    let json = write_one(&inputs.report_dir, "report.json", &(json + "\n")).await?;
    let markdown = write_one(&inputs.report_dir, "report.md", &pages.report).await?;
    write_one(&inputs.report_dir, "comment.md", &pages.comment).await?;
    let drawing = Drawing::of(&report.sentence, &report.timelines, report.curves.as_ref());
    let html = html::file(report, pages, drawing.as_ref())
        .map_err(|error| Failure::bug("the page could not be rendered").because(&error))?;
    let html = write_one(&inputs.report_dir, "report.html", &html).await?;
    runner.outputs.set("report-html", html)?;
    if let Some(drawing) = drawing {
        let svg = svg::file(&drawing)
            .map_err(|error| Failure::bug("the picture could not be rendered").because(&error))?;
        let svg = write_one(&inputs.report_dir, "timeline.svg", &svg).await?;
        runner.outputs.set("timeline-svg", svg)?;
    }
    runner.summary.append(&pages.summary)?;
    runner.outputs.set("verdict", report.verdict)?;
    runner.outputs.set("sentence", &report.sentence)?;
    runner.outputs.set("report-json", json)?;
    runner.outputs.set("report-markdown", markdown)
}

async fn write_one(directory: &Path, name: &str, text: &str) -> Result<String, Failure> {
    let written = files::write(directory, name, text).await;
    let path = written.map_err(|error| {
        Failure::bad_input(
            "report-dir",
            format!("cannot write `{}`: {error}", directory.join(name).display()),
        )
        .help("name a directory that does not exist yet or that can be written to; a relative one lies in the working directory")
    })?;
    Ok(path.display().to_string())
}

fn run_link(context: &Context) -> Option<String> {
    let (repository, id) = (context.repository.as_ref()?, context.run_id?);
    Some(format!(
        "{}/{repository}/actions/runs/{id}",
        context.server_url
    ))
}
