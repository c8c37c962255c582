//! The command line of an action, made from its declaration.
//!
//! Knows flags only: values from the environment and defaults are merged in `fields`.

use crate::action::{Action, Input};
use clap::{Arg, ArgAction, Command, error::Error};
use std::{collections::BTreeMap, ffi::OsString};

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Invocation {
    /// Run the action with these flags (input name → value).
    Run(BTreeMap<&'static str, String>),
    /// Print the declaration as JSON.
    Describe,
}

/// Reads the arguments (the program's name first).
///
/// # Errors
/// The answer to `--help` and `--version`, and every usage problem, are clap errors to be printed.
pub(crate) fn parse(
    action: &'static Action,
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Invocation, Error> {
    let mut matches = command(action).try_get_matches_from(arguments)?;
    if matches.get_flag("describe") {
        return Ok(Invocation::Describe);
    }
    let mut flags = BTreeMap::new();
    for input in action.inputs {
        if let Some(values) = matches.remove_many::<String>(input.name) {
            flags.insert(input.name, values.collect::<Vec<_>>().join("\n"));
        }
    }
    Ok(Invocation::Run(flags))
}

fn command(action: &'static Action) -> Command {
    Command::new(action.name)
        .about(action.about)
        .version(action.version)
        .after_help("Each input can also be set by the variable named beside it. A flag wins over the variable.")
        .arg(Arg::new("describe").long("describe").hide(true).action(ArgAction::SetTrue))
        .args(action.inputs.iter().map(flag))
}

fn flag(input: &'static Input) -> Arg {
    let action = if input.lines {
        ArgAction::Append
    } else {
        ArgAction::Set
    };
    Arg::new(input.name)
        .long(input.name)
        .value_name("VALUE")
        .help(help(input))
        .action(action)
        // Values such as `--conf a=b` and `-5` are ordinary here.
        .allow_hyphen_values(true)
}

fn help(input: &Input) -> String {
    let mut notes = vec![format!("[{}]", input.variable())];
    if input.required {
        notes.push("[required]".to_owned());
    }
    if let Some(default) = input
        .default
        .filter(|default| !default.is_empty() && !input.secret)
    {
        notes.push(format!("[default: {default}]"));
    }
    if input.lines {
        notes.push("[one per line; may be repeated]".to_owned());
    }
    format!("{} {}", input.description, notes.join(" "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    const ACTION: Action = Action {
        name: "sample",
        about: "A sample.",
        version: "1.2.3",
        inputs: &[
            Input::new("mode", "Which one.").required(),
            Input::new("arguments", "For the job.").lines(),
            Input::new("token", "For the API.")
                .secret()
                .default("hunter2"),
        ],
        outputs: &[],
    };

    fn flags(arguments: &[&str]) -> Result<BTreeMap<&'static str, String>, Error> {
        let arguments = std::iter::once("sample")
            .chain(arguments.iter().copied())
            .map(OsString::from);
        match parse(&ACTION, arguments)? {
            Invocation::Run(flags) => Ok(flags),
            Invocation::Describe => Ok(BTreeMap::new()),
        }
    }

    #[test]
    fn the_declaration_is_a_valid_command() {
        command(&ACTION).debug_assert();
    }

    #[test]
    fn values_may_begin_with_hyphens() {
        assert_eq!(
            flags(&["--mode", "--conf a=b"]).unwrap()["mode"],
            "--conf a=b"
        );
    }

    #[test]
    fn only_inputs_of_lines_may_be_repeated() {
        assert_eq!(
            flags(&["--arguments", "1", "--arguments", "2"]).unwrap()["arguments"],
            "1\n2"
        );
        assert_eq!(
            flags(&["--mode", "1", "--mode", "2"])
                .unwrap_err()
                .exit_code(),
            2
        );
    }

    #[test]
    fn help_shows_variables_but_no_secret() {
        let help = flags(&["--help"]).unwrap_err();
        assert_eq!(help.exit_code(), 0);
        assert!(help.to_string().contains("INPUT_MODE"), "{help}");
        assert!(!help.to_string().contains("hunter2"), "{help}");
    }
}
