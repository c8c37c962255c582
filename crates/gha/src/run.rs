//! The body of every action's `main`.

use crate::{
    action::{self, Action},
    command_line::{self, Invocation},
    context::Context,
    environment::Environment,
    failure::{Exit, Failure},
    fields::Fields,
    log::Log,
    outputs::Outputs,
    signals::Signals,
    standard_output::StandardOutput,
    state::State,
    summary::Summary,
};
use std::{
    backtrace::{Backtrace, BacktraceStatus},
    collections::BTreeMap,
    ffi::OsStr,
    io::Write,
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind},
    path::Path,
    process::ExitCode,
    thread,
};
use tokio_util::sync::CancellationToken;

/// What an action is given to work with.
pub struct Runner {
    /// The inputs, to be parsed once.
    pub fields: Fields,
    /// Where outputs go.
    pub outputs: Outputs,
    /// What the post part of the step will need.
    pub state: State,
    /// The step summary.
    pub summary: Summary,
    /// What people read.
    pub log: Log,
    /// Cancelled by the first SIGINT or SIGTERM.
    pub cancel: CancellationToken,
    /// What signals after the first one do.
    pub signals: Signals,
    /// Repository, run and event.
    pub context: Context,
    /// What to do instead of the action, when the program is used by hand.
    pub command: Option<Invoked>,
    /// Where the documents of a command go.
    pub standard_output: StandardOutput,
}

/// A command as it was called. Its flags are the runner's fields.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// Which.
    pub command: &'static action::Command,
    /// At least one.
    pub arguments: Vec<String>,
}

/// Runs an action and gives its exit code.
///
/// Reads flags and environment, masks secrets, installs signal handlers, runs `body` on a multi-thread runtime,
/// and prints its failure. Exit codes are those of [`Exit`]; a panic counts as a bug.
/// After a signal every failure but a bug counts as cancelled.
pub fn run<Body, Running>(action: &'static Action, body: Body) -> ExitCode
where
    Body: FnOnce(Runner) -> Running,
    Running: Future<Output = Result<(), Failure>>,
{
    start(action, body)
}

/// Runs an action that has a post part: `post` when the program was called by a name that ends in `-post`, else
/// `main`. The runner starts the post part when the job ends, whatever has happened, by `runs.post-entrypoint` of the
/// action.yml; the image has the one program under both names. Exit codes as in [`run()`].
pub fn run_parts<Main, Post, RunningMain, RunningPost>(
    action: &'static Action,
    main: Main,
    post: Post,
) -> ExitCode
where
    Main: FnOnce(Runner) -> RunningMain,
    RunningMain: Future<Output = Result<(), Failure>>,
    Post: FnOnce(Runner) -> RunningPost,
    RunningPost: Future<Output = Result<(), Failure>>,
{
    match std::env::args_os().next().as_deref().map(is_post) {
        Some(true) => start(action, post),
        _ => start(action, main),
    }
}

/// Whether this program was called by the name: an image may have one program under the names of several actions.
#[must_use]
pub fn is_called(name: &str) -> bool {
    let called = std::env::args_os().next();
    called.is_some_and(|called| Path::new(&called).file_name() == Some(OsStr::new(name)))
}

/// Whether a program of this name is asked for its post part.
fn is_post(program: &OsStr) -> bool {
    let name = Path::new(program).file_name().and_then(OsStr::to_str);
    name.is_some_and(|name| name.ends_with("-post"))
}

fn start<Body, Running>(action: &'static Action, body: Body) -> ExitCode
where
    Body: FnOnce(Runner) -> Running,
    Running: Future<Output = Result<(), Failure>>,
{
    let (flags, command) = match command_line::parse(action, std::env::args_os()) {
        Ok(Invocation::Run(flags)) => (flags, None),
        Ok(Invocation::Command {
            command,
            flags,
            arguments,
        }) => (flags, Some(Invoked { command, arguments })),
        Ok(Invocation::Describe) => return describe(action),
        Err(answer) => {
            let _ = answer.print();
            return ExitCode::from(
                u8::try_from(answer.exit_code()).unwrap_or(Exit::BadInputs as u8),
            );
        }
    };
    let environment = Environment::of_process();
    let log = Log::new(&environment, command.is_some());
    let runner = runner(action, flags, command, &environment, &log);
    report_panics(&log);

    let (outputs, cancel) = (runner.outputs.clone(), runner.cancel.clone());
    let result = on_runtime(runner, body);
    print(&outputs.take_pending());
    match result {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => {
            log.failure(&failure);
            ExitCode::from(exit_of(&failure, cancel.is_cancelled()) as u8)
        }
        // The hook has already said why.
        Err(_) => ExitCode::from(Exit::Bug as u8),
    }
}

fn runner(
    action: &'static Action,
    flags: BTreeMap<&'static str, String>,
    command: Option<Invoked>,
    environment: &Environment,
    log: &Log,
) -> Runner {
    let fields = match &command {
        None => Fields::merge(action.inputs, flags, environment),
        // A step's inputs are nothing to it.
        Some(called) => Fields::merge(called.command.flags, flags, &Environment::default()),
    };
    fields.secrets().for_each(|secret| log.mask(secret));
    let (context, problems) = Context::read(environment);
    problems
        .iter()
        .for_each(|problem| log.warning("Incomplete context", problem));
    Runner {
        fields,
        outputs: Outputs::new(action.outputs, environment),
        state: State::new(environment),
        summary: Summary::new(environment, log.clone()),
        log: log.clone(),
        cancel: CancellationToken::new(),
        signals: Signals::default(),
        context,
        command,
        standard_output: StandardOutput::of_process(environment),
    }
}

/// The result of the action, or its panic.
fn on_runtime<Body, Running>(runner: Runner, body: Body) -> thread::Result<Result<(), Failure>>
where
    Body: FnOnce(Runner) -> Running,
    Running: Future<Output = Result<(), Failure>>,
{
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return Ok(Err(
                Failure::bug("cannot start the asynchronous runtime").because(&error)
            ));
        }
    };
    let running = async {
        runner
            .signals
            .install(runner.cancel.clone(), runner.log.clone())
            .map_err(|error| Failure::bug("cannot install signal handlers").because(&error))?;
        body(runner).await
    };
    let result = catch_unwind(AssertUnwindSafe(|| runtime.block_on(running)));
    // A blocking call that is still under way must not keep the process alive.
    runtime.shutdown_background();
    result
}

/// What fails after a signal fails because of it.
fn exit_of(failure: &Failure, cancelled: bool) -> Exit {
    if cancelled && failure.exit != Exit::Bug {
        Exit::Cancelled
    } else {
        failure.exit
    }
}

/// Panics are bugs, and their text may be foreign: they take the same way as every failure.
fn report_panics(log: &Log) {
    let log = log.clone();
    std::panic::set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
        let place = panic
            .location()
            .map_or_else(String::new, |place| format!(" at {place}"));
        let text = panic.payload_as_str().unwrap_or("no message");
        log.failure(&Failure::bug(format!("the action panicked{place}: {text}")));
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            log.info(&backtrace.to_string());
        }
    }));
}

fn describe(action: &Action) -> ExitCode {
    match serde_json::to_string_pretty(action) {
        Ok(json) => {
            print(&format!("{json}\n"));
            ExitCode::SUCCESS
        }
        Err(_) => ExitCode::from(Exit::Bug as u8),
    }
}

/// Writes to standard output; a reader that went away is no reason to fail.
fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_ends_in_post_asks_for_the_post_part() {
        let post = |name: &str| is_post(OsStr::new(name));
        assert!(post("/run-spark-job-post") && post("run-spark-job-post"));
        assert!(!post("/run-spark-job") && !post("/x-post/run-spark-job") && !post(""));
    }

    #[test]
    fn what_fails_after_a_signal_counts_as_cancelled() {
        assert_eq!(exit_of(&Failure::outside("", ""), false), Exit::Outside);
        assert_eq!(exit_of(&Failure::outside("", ""), true), Exit::Cancelled);
        assert_eq!(exit_of(&Failure::bug(""), true), Exit::Bug);
    }
}
