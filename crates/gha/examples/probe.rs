//! An action that does one thing with the runner's contract. The tests of this crate drive it.

use gha::{Action, Command, Failure, Input, Output, Runner};

const ACTION: Action = Action {
    name: "probe",
    about: "Do one thing with the runner's contract.",
    version: env!("CARGO_PKG_VERSION"),
    inputs: &[
        Input::new("do", "What to do.").required(),
        Input::new("text", "Text to do it with.").default("nothing"),
        Input::new("virtual-cluster-id", "An input with hyphens."),
        Input::new("repeat", "A number.").default("1"),
        Input::new("node-pools", "A boolean.").default("true"),
        Input::new("token", "A secret.").secret(),
    ],
    outputs: &[
        Output::new("text", "The text again."),
        Output::new("answer", "What came of it."),
    ],
    commands: &[Command {
        name: "print",
        about: "Print texts.",
        argument: "TEXT",
        arguments: "What to print.",
        flags: &[
            Input::new("format", "How to print it.").default("plain"),
            Input::new("repeat", "A number."),
        ],
    }],
};

fn main() -> std::process::ExitCode {
    gha::run(&ACTION, probe)
}

async fn probe(mut runner: Runner) -> Result<(), Failure> {
    if let Some(called) = runner.command.take() {
        return print(runner, &called.arguments);
    }
    let mut fields = runner.fields.take();
    let what = fields.required::<String>("do").unwrap_or_default();
    let text = fields.text("text").unwrap_or_default();
    let cluster = fields.text("virtual-cluster-id");
    let repeat = fields.optional::<u32>("repeat");
    let node_pools = fields.boolean("node-pools");
    let token = fields.text("token");
    fields.finish()?;

    match what.as_str() {
        "inputs" => runner.outputs.set(
            "answer",
            format!(
                "{text} {} {} {}",
                cluster.unwrap_or_default(),
                repeat.unwrap_or(0),
                node_pools.unwrap_or(false)
            ),
        ),
        "outputs" => {
            runner.outputs.set("text", &text)?;
            runner.outputs.set("answer", 42)
        }
        "undeclared" => runner.outputs.set("else", text),
        "state" => {
            runner.state.save("jobRun", &text)?;
            runner
                .outputs
                .set("answer", runner.state.get("jobRun").unwrap_or_default())
        }
        "summary" => runner.summary.append(&text),
        "relay" => {
            runner.log.relay(&text);
            runner.log.notice("after", "commands work again");
            Ok(())
        }
        "info" => {
            runner.log.info(&text);
            Ok(())
        }
        "group" => {
            let _group = runner.log.group(&text);
            runner.log.info("inside");
            Ok(())
        }
        "leak" => {
            let token = token.unwrap_or_default();
            runner.log.info(&format!("the token is {token}"));
            runner.log.warning(&token, &token);
            Err(Failure::outside(
                "Refused",
                format!("{token} is not welcome"),
            ))
        }
        "context" => {
            let number = runner
                .context
                .event
                .as_ref()
                .and_then(|event| event["number"].as_u64());
            runner.outputs.set(
                "answer",
                format!("{:?} {number:?}", runner.context.repository),
            )
        }
        "panic" => {
            // A call that never returns must not keep the process alive.
            tokio::task::spawn_blocking(|| {
                loop {
                    std::thread::park();
                }
            });
            panic!("::error::{text}")
        }
        "fail" => {
            runner.outputs.set("answer", "written before the failure")?;
            Err(Failure::outside("Bucket refused", text).help("allow it"))
        }
        "wait" => {
            runner.log.info("ready");
            runner.cancel.cancelled().await;
            Err(Failure::cancelled("Cancelled", "stopped cleanly"))
        }
        "finish" => {
            runner.signals.let_finish("the lock must be given back");
            runner.log.info("ready");
            runner.cancel.cancelled().await;
            // Ends when the test says so, as a program that needs its time would.
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).unwrap_or_default();
            Err(Failure::cancelled("Cancelled", "gave back the lock"))
        }
        "hang" => {
            runner.log.info("ready");
            // Parks the thread that runs the action, as a stuck blocking call would.
            loop {
                std::thread::park();
            }
        }
        other => Err(Failure::bad_input("do", format!("`{other}` is unknown"))),
    }
}

/// Prints each text with the format before it, until the reader goes away.
fn print(mut runner: Runner, texts: &[String]) -> Result<(), Failure> {
    let mut fields = runner.fields.take();
    let format = fields.text("format").unwrap_or_default();
    let repeat = fields.optional::<u32>("repeat").unwrap_or(1);
    fields.finish()?;
    runner.log.warning("Printing", "this is no document");
    for text in texts.iter().cycle().take(texts.len() * repeat as usize) {
        let line = format!("{format}: {text}\n");
        if runner.standard_output.print(&line)?.is_break() {
            break;
        }
    }
    Ok(())
}
