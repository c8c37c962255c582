//! The grammar of workflow commands in a line of output: `::name key=value,…::data`, and the older
//! `##[name key=value;…]data` that may stand anywhere in a line. Says what a line is; acts on nothing.

/// One workflow command as it was written, unescaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkflowCommand {
    pub(crate) name: String,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) data: String,
}

impl WorkflowCommand {
    pub(crate) fn property(&self, key: &str) -> Option<&str> {
        let found = self
            .properties
            .iter()
            .rev()
            .find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether this is the command `name`; the runner does not look at the case.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// Reads a line as the runner does: a command only if `registered` knows its name.
pub(crate) fn parse(line: &str, registered: impl Fn(&str) -> bool) -> Option<WorkflowCommand> {
    double_colon(line, &registered).or_else(|| bracket(line, &registered))
}

fn double_colon(line: &str, registered: &impl Fn(&str) -> bool) -> Option<WorkflowCommand> {
    let (info, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = named(info, registered)?;
    let properties = pairs(properties.trim(), ',', unescape_property);
    Some(WorkflowCommand {
        name,
        properties,
        data: unescape(data, DATA),
    })
}

fn bracket(line: &str, registered: &impl Fn(&str) -> bool) -> Option<WorkflowCommand> {
    let (_, after) = line.split_once("##[")?;
    let (info, data) = after.split_once(']')?;
    let (name, properties) = named(info, registered)?;
    let properties = pairs(properties, ';', |value| unescape(value, BRACKET));
    Some(WorkflowCommand {
        name,
        properties,
        data: unescape(data, BRACKET),
    })
}

fn named<'a>(info: &'a str, registered: &impl Fn(&str) -> bool) -> Option<(String, &'a str)> {
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    registered(name).then(|| (name.to_owned(), properties))
}

fn pairs(text: &str, separator: char, unescape: impl Fn(&str) -> String) -> Vec<(String, String)> {
    text.split(separator)
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), unescape(value)))
        .collect()
}

/// What each escape stands for; `%25` comes last so that an escaped `%0A` stays text.
type Escapes = &'static [(&'static str, &'static str)];
const DATA: Escapes = &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")];
const PROPERTY: Escapes = &[
    ("%0D", "\r"),
    ("%0A", "\n"),
    ("%3A", ":"),
    ("%2C", ","),
    ("%25", "%"),
];
const BRACKET: Escapes = &[
    ("%3B", ";"),
    ("%0D", "\r"),
    ("%0A", "\n"),
    ("%5D", "]"),
    ("%25", "%"),
];

fn unescape_property(value: &str) -> String {
    unescape(value, PROPERTY)
}

fn unescape(text: &str, escapes: Escapes) -> String {
    escapes
        .iter()
        .fold(text.to_owned(), |text, (escaped, plain)| {
            text.replace(escaped, plain)
        })
}

#[cfg(test)]
mod tests {
    use super::{WorkflowCommand, parse};

    fn check(line: &str) -> Option<WorkflowCommand> {
        parse(line, |name| {
            ["error", "add-mask", "group"].contains(&name.to_lowercase().as_str())
        })
    }

    fn command(name: &str, properties: &[(&str, &str)], data: &str) -> Option<WorkflowCommand> {
        let properties = properties
            .iter()
            .map(|(k, v)| ((*k).into(), (*v).into()))
            .collect();
        Some(WorkflowCommand {
            name: name.into(),
            properties,
            data: data.into(),
        })
    }

    #[test]
    fn double_colons_start_a_command() {
        assert_eq!(
            check("::add-mask::s3cret"),
            command("add-mask", &[], "s3cret")
        );
        assert_eq!(check("  ::group::a::b"), command("group", &[], "a::b"));
        assert_eq!(
            check("::error title=a%3Ab%2Cc,line=3::one%0Atwo%25"),
            command("error", &[("title", "a:b,c"), ("line", "3")], "one\ntwo%")
        );
        assert_eq!(check("::error::100%250A"), command("error", &[], "100%0A"));
    }

    #[test]
    fn brackets_are_found_anywhere_in_a_line() {
        assert_eq!(check("INFO ##[group]x%3By"), command("group", &[], "x;y"));
        assert_eq!(
            check("##[error line=1;col=2]m"),
            command("error", &[("line", "1"), ("col", "2")], "m")
        );
    }

    #[test]
    fn other_lines_are_text() {
        for line in [
            "x ::error::y",
            "::unknown::x",
            "::error",
            "std::vec::Vec",
            "##[nope]",
            "",
        ] {
            assert_eq!(check(line), None, "{line}");
        }
    }
}
