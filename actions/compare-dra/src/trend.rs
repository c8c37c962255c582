//! The program's third entry: one document per run in the history, and whether this run has drifted from earlier ones.

mod document;
mod drift;
mod inputs;
mod issue;
mod name;
mod page;
mod series;
mod settings;
mod store;

use gha::{Context, Failure, Runner};
use jiff::Timestamp;

use self::{
    document::{Document, Origin},
    inputs::Inputs,
    name::Name,
    page::{Page, sentence},
    series::Trend,
    store::Store,
};
use crate::{
    files,
    posting::read,
    s3::{Put, S3},
};

pub(crate) use inputs::ACTION;

/// So many documents that cannot be read are named.
const NAMED: usize = 5;

/// Runs the action.
pub(crate) async fn run(mut runner: Runner) -> Result<(), Failure> {
    let inputs = Inputs::parse(runner.fields.take())?;
    let cancel = runner.cancel.clone();
    tokio::select! {
        () = cancel.cancelled() => Err(Failure::cancelled("Cancelled", "the run may not be in the history; a re-run of this job keeps it")),
        done = follow(&runner, &inputs) => done,
    }
}

async fn follow(runner: &Runner, inputs: &Inputs) -> Result<(), Failure> {
    let workload = inputs.workload.to_string();
    let report = read::report(&inputs.report).await?;
    let origin = origin(&runner.context);
    let document = Document::of(&report, &workload, origin, Timestamp::now());
    let s3 = S3::new(inputs.region.clone(), &runner.context);
    let store = Store::of(&inputs.history, &workload, s3);
    let window = inputs.window.0;
    // One more than is looked at, for this attempt's own document. When listing fails the run is kept all the same.
    let listed = store.newest(window + 1).await;
    let own = kept(
        runner,
        &store,
        &document,
        listed.as_deref().unwrap_or_default(),
    )
    .await?;
    // Runs that began later are none of the earlier ones.
    let mut names: Vec<Name> = listed?
        .into_iter()
        .filter(|name| name.file < own.file)
        .collect();
    names.truncate(window);
    let (earlier, unread) = earlier(&store, &names, &workload).await?;
    let trend = Trend::of(document, earlier, inputs.drift.0);
    let page = Page {
        trend: &trend,
        server_url: &runner.context.server_url,
        unread: &unread,
        window: names.len(),
    };
    say(runner, inputs, &trend, &page.markdown()).await
}

/// Writes the document, unless this attempt has written one before. Gives its name.
async fn kept(
    runner: &Runner,
    store: &Store,
    document: &Document,
    listed: &[Name],
) -> Result<Name, Failure> {
    let there = listed
        .iter()
        .find(|name| name.is_of(&document.run))
        .cloned();
    let name = there
        .clone()
        .unwrap_or_else(|| Name::of(document.time, &document.run));
    let text = document
        .to_json()
        .map_err(|error| Failure::bug("the document is not JSON").because(&error))?;
    let put = match there {
        Some(_) => Put::Kept,
        None => store.put(&name, &text).await?,
    };
    let shown = store.shown(&name);
    runner.log.info(&match put {
        Put::Created => format!("Kept this run: {shown}"),
        Put::Kept => format!("This run's document is there already, and is left as it is: {shown}"),
    });
    runner.outputs.set("history-uri", shown)?;
    Ok(name)
}

/// The documents that can be read, newest first, and what is wrong with the others.
async fn earlier(
    store: &Store,
    names: &[Name],
    workload: &str,
) -> Result<(Vec<Document>, Vec<String>), Failure> {
    let (mut documents, mut unread) = (Vec::new(), Vec::new());
    for (name, bytes) in names.iter().zip(store.read(names).await?) {
        let read = bytes.and_then(|bytes| {
            Document::from_json(&bytes, workload).map_err(|error| error.to_string())
        });
        match read {
            Ok(document) => documents.push(document),
            Err(why) => unread.push(format!("{} {why}", name.path())),
        }
    }
    let more = unread.len().saturating_sub(NAMED);
    unread.truncate(NAMED);
    if more > 0 {
        unread.push(format!("{more} more documents"));
    }
    Ok((documents, unread))
}

async fn say(
    runner: &Runner,
    inputs: &Inputs,
    trend: &Trend,
    markdown: &str,
) -> Result<(), Failure> {
    let written = files::write(&inputs.trend_dir, "trend.md", markdown).await;
    let path = written.map_err(|error| {
        Failure::bad_input(
            "trend-dir",
            format!(
                "cannot write into `{}`: {error}",
                inputs.trend_dir.display()
            ),
        )
        .help("name a directory that does not exist yet or that can be written to")
    })?;
    let sentence = sentence(trend);
    runner.log.info(&sentence);
    runner.summary.append(markdown)?;
    runner.outputs.set("drift", trend.state.name())?;
    runner.outputs.set("sentence", sentence)?;
    runner.outputs.set("runs", trend.before.len())?;
    runner.outputs.set("trend-markdown", path.display())?;
    let url = issue::report(runner, inputs, trend, markdown).await?;
    runner.outputs.set("issue-posted", url.is_some())?;
    match url {
        Some(url) => runner.outputs.set("issue-url", url),
        None => Ok(()),
    }
}

fn origin(context: &Context) -> Origin {
    let link = |repository: &String| {
        let id = context.run_id?;
        Some(format!(
            "{}/{repository}/actions/runs/{id}",
            context.server_url
        ))
    };
    Origin {
        repository: context.repository.clone(),
        id: context.run_id,
        attempt: context.run_id.map(|_| context.run_attempt.unwrap_or(1)),
        url: context.repository.as_ref().and_then(link),
        commit: context.sha.clone(),
    }
}
