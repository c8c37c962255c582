//! How the runner reads what a step writes: a model of its `ActionCommand` and file command parsers.

/// A command the runner would carry out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) properties: String,
    pub(crate) data: String,
}

const REGISTERED: [&str; 10] = [
    "add-mask",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "set-output",
    "stop-commands",
    "warning",
];

/// Every command in a log, except those between `stop-commands` and its token.
pub(crate) fn log_commands(log: &str) -> Vec<Command> {
    let mut found = Vec::new();
    let mut stopped: Option<String> = None;
    for line in log.split(['\n', '\r']) {
        let known = |name: &str| REGISTERED.contains(&name) || stopped.as_deref() == Some(name);
        let Some(command) = double_colon(line, known).or_else(|| brackets(line, known)) else {
            continue;
        };
        match &stopped {
            Some(token) if *token == command.name => stopped = None,
            Some(_) => {}
            None if command.name == "stop-commands" => stopped = Some(command.data),
            None => found.push(command),
        }
    }
    assert_eq!(stopped, None, "command processing is never resumed");
    found
}

fn double_colon(line: &str, known: impl Fn(&str) -> bool) -> Option<Command> {
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    known(name).then(|| Command {
        name: name.into(),
        properties: properties.into(),
        data: unescape(data),
    })
}

fn brackets(line: &str, known: impl Fn(&str) -> bool) -> Option<Command> {
    let (head, data) = line.split_once("##[")?.1.split_once(']')?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    known(name).then(|| Command {
        name: name.into(),
        properties: properties.into(),
        data: data.into(),
    })
}

fn unescape(text: &str) -> String {
    text.replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%25", "%")
}

/// The entries of an output or state file, or why the runner fails the step.
pub(crate) fn file_entries(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut entries = Vec::new();
    let mut lines = text.split('\n');
    while let Some(line) = lines.next() {
        if line.is_empty() {
            continue;
        }
        match (line.find('='), line.find("<<")) {
            (Some(equals), heredoc) if heredoc.is_none_or(|heredoc| equals < heredoc) => {
                entries.push((line[..equals].to_owned(), line[equals + 1..].to_owned()));
            }
            (_, Some(heredoc)) => {
                let delimiter = &line[heredoc + 2..];
                let mut value = Vec::new();
                loop {
                    let next = lines.next().ok_or("Matching delimiter not found")?;
                    if next == delimiter {
                        break;
                    }
                    value.push(next);
                }
                entries.push((line[..heredoc].to_owned(), value.join("\n")));
            }
            _ => return Err(format!("Invalid format '{line}'")),
        }
    }
    Ok(entries)
}
