//! Workflow commands: the lines by which a step talks to the runner. Pure text.
//!
//! The runner reads `::name k=v::data` at the start of a line, and the older `##[name]data` anywhere in one.

/// What GitHub keeps of an annotation's message, in characters.
pub(crate) const MESSAGE_LIMIT: usize = 4096;

/// A command line, with its properties and data escaped.
pub(crate) fn command(name: &str, properties: &[(&str, &str)], data: &str) -> String {
    let properties: Vec<String> = properties
        .iter()
        .map(|(key, value)| format!("{key}={}", escape_property(value)))
        .collect();
    let space = if properties.is_empty() { "" } else { " " };
    format!(
        "::{name}{space}{}::{}",
        properties.join(","),
        escape_data(data)
    )
}

/// Whether the runner could take a line of this text for a command.
pub(crate) fn could_command(text: &str) -> bool {
    text.contains("##[")
        || text
            .split(['\n', '\r'])
            .any(|line| line.trim_start().starts_with("::"))
}

/// Foreign text between the commands that stop and resume command processing. The token must be unguessable.
pub(crate) fn inert(text: &str, token: &str) -> String {
    format!(
        "::stop-commands::{token}\n{}\n::{token}::",
        text.trim_end_matches('\n')
    )
}

/// A message cut to what GitHub keeps.
pub(crate) fn cut(message: &str) -> String {
    if message.chars().count() <= MESSAGE_LIMIT {
        return message.to_owned();
    }
    message
        .chars()
        .take(MESSAGE_LIMIT - 1)
        .chain(['…'])
        .collect()
}

fn escape_data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_and_properties_are_escaped() {
        assert_eq!(
            command("error", &[("title", "a:b,c\n")], "100 %\r\n::warning::x"),
            "::error title=a%3Ab%2Cc%0A::100 %25%0D%0A::warning::x"
        );
        assert_eq!(command("endgroup", &[], ""), "::endgroup::");
    }

    #[test]
    fn both_forms_of_commands_are_recognised() {
        for text in [
            "::error::x",
            "  ::error::x",
            "a\n::error::x",
            "a\r::error::x",
            "progress ##[error]x",
        ] {
            assert!(could_command(text), "{text:?}");
        }
        for text in ["std::process::exit", "# [x]", ""] {
            assert!(!could_command(text), "{text:?}");
        }
    }

    #[test]
    fn long_messages_are_cut_by_characters() {
        assert_eq!(cut(&"é".repeat(5000)).chars().count(), MESSAGE_LIMIT);
        assert_eq!(cut("short"), "short");
    }
}
