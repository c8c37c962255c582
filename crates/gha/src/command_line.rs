//! The command line of an action, made from its declaration.
//!
//! Knows flags only: values from the environment and defaults are merged in `fields`.

use crate::action::{self, Action, Input};
use clap::{Arg, ArgAction, ArgMatches, Command, error::Error};
use std::{collections::BTreeMap, ffi::OsString};

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Invocation {
    /// Run the action with these flags (input name → value).
    Run(BTreeMap<&'static str, String>),
    /// Do this instead, with these flags and arguments.
    Command {
        command: &'static action::Command,
        flags: BTreeMap<&'static str, String>,
        arguments: Vec<String>,
    },
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
    if let Some((name, mut matches)) = matches.remove_subcommand()
        && let Some(command) = action.commands.iter().find(|command| command.name == name)
    {
        let arguments = matches.remove_many(command.argument).into_iter().flatten();
        return Ok(Invocation::Command {
            command,
            arguments: arguments.collect(),
            flags: given(command.flags, &mut matches),
        });
    }
    Ok(Invocation::Run(given(action.inputs, &mut matches)))
}

fn given(inputs: &'static [Input], matches: &mut ArgMatches) -> BTreeMap<&'static str, String> {
    let value = |input: &'static Input| {
        let values = matches.remove_many::<String>(input.name)?;
        Some((input.name, values.collect::<Vec<_>>().join("\n")))
    };
    inputs.iter().filter_map(value).collect()
}

fn command(action: &'static Action) -> Command {
    Command::new(action.name)
        .about(action.about)
        .version(action.version)
        .after_help("Each input can also be set by the variable named beside it. A flag wins over the variable.")
        .arg(Arg::new("describe").long("describe").hide(true).action(ArgAction::SetTrue))
        .args(action.inputs.iter().map(|input| flag(input).help(help(input, Some(input.variable())))))
        .subcommands(action.commands.iter().map(subcommand))
        .args_conflicts_with_subcommands(true)
        .disable_help_subcommand(true)
}

fn subcommand(command: &'static action::Command) -> Command {
    let arguments = Arg::new(command.argument)
        .help(command.arguments)
        .value_name(command.argument)
        .action(ArgAction::Append)
        .required(true)
        .num_args(1..);
    Command::new(command.name)
        .about(command.about)
        .arg(arguments)
        .args(
            command
                .flags
                .iter()
                .map(|input| flag(input).help(help(input, None))),
        )
}

fn flag(input: &'static Input) -> Arg {
    let action = if input.lines {
        ArgAction::Append
    } else {
        ArgAction::Set
    };
    let flag = Arg::new(input.name)
        .long(input.name)
        .value_name("VALUE")
        .action(action);
    if input.several {
        return flag.num_args(1..);
    }
    // Values such as `--conf a=b` and `-5` are ordinary here.
    flag.allow_hyphen_values(true)
}

fn help(input: &Input, variable: Option<String>) -> String {
    let mut notes: Vec<String> = variable.iter().map(|name| format!("[{name}]")).collect();
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
        .trim_end()
        .to_owned()
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
            Input::new("logs", "To read.").several(),
            Input::new("token", "For the API.")
                .secret()
                .default("hunter2"),
        ],
        outputs: &[],
        commands: &[action::Command {
            name: "look",
            about: "Look at files.",
            argument: "FILE",
            arguments: "What to look at.",
            flags: &[Input::new("format", "How to say it.").default("short")],
        }],
    };

    fn flags(arguments: &[&str]) -> Result<BTreeMap<&'static str, String>, Error> {
        let arguments = std::iter::once("sample")
            .chain(arguments.iter().copied())
            .map(OsString::from);
        match parse(&ACTION, arguments)? {
            Invocation::Run(flags) => Ok(flags),
            Invocation::Describe | Invocation::Command { .. } => Ok(BTreeMap::new()),
        }
    }

    fn looks(arguments: &[&str]) -> Result<(String, Vec<String>), Error> {
        let all = ["sample", "look"]
            .iter()
            .chain(arguments)
            .map(OsString::from);
        match parse(&ACTION, all)? {
            Invocation::Command {
                flags, arguments, ..
            } => Ok((flags.get("format").cloned().unwrap_or_default(), arguments)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_command_has_flags_and_arguments_of_its_own() {
        let (format, files) = looks(&["a", "--format", "long", "b c"]).unwrap();
        assert_eq!(
            (format.as_str(), files),
            ("long", vec!["a".to_owned(), "b c".to_owned()])
        );
        assert_eq!(looks(&["--", "-x"]).unwrap().1, ["-x"]);
        assert_eq!(
            looks(&[]).unwrap_err().exit_code(),
            2,
            "at least one argument"
        );
        assert_eq!(
            looks(&["a", "--mode", "x"]).unwrap_err().exit_code(),
            2,
            "flags of the action"
        );
        assert_eq!(
            flags(&["--mode", "x", "look", "a"])
                .unwrap_err()
                .exit_code(),
            2
        );
        assert_eq!(
            flags(&["--mode", "look"]).unwrap()["mode"],
            "look",
            "a value is no command"
        );
    }

    #[test]
    fn help_names_commands_and_a_command_names_no_variables() {
        let help = flags(&["--help"]).unwrap_err().to_string();
        assert!(
            help.contains("look") && help.contains("Look at files."),
            "{help}"
        );
        let help = looks(&["--help"]).unwrap_err().to_string();
        assert!(
            help.contains("<FILE>...") && help.contains("[default: short]"),
            "{help}"
        );
        assert!(!help.contains("INPUT_"), "{help}");
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
    fn several_values_may_follow_a_flag_of_paths() {
        let given = flags(&["--logs", "a", "b", "--mode", "x", "--logs", "c"]).unwrap();
        assert_eq!((&*given["logs"], &*given["mode"]), ("a\nb\nc", "x"));
        assert_eq!(
            flags(&["--arguments", "1", "2"]).unwrap_err().exit_code(),
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
