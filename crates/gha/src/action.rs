//! What an action declares: its name, inputs and outputs.
//!
//! Pure data. The flags, the checks and the documentation are all made from it.

use serde::Serialize;

/// The kind of what has no narrower one.
const TEXT: &str = "text";

/// An action's contract: the same names appear in its action.yml, its flags and its README.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Action {
    /// Name of the action, its folder and its program.
    pub name: &'static str,
    /// One sentence for `--help`.
    pub about: &'static str,
    /// Version for `--version`.
    pub version: &'static str,
    /// Everything the action reads.
    pub inputs: &'static [Input],
    /// Everything the action may write.
    pub outputs: &'static [Output],
    /// What else the program does when it is used by hand. Steps of a workflow know nothing of it.
    #[serde(skip)]
    pub commands: &'static [Command],
}

/// Something that the program does by hand: `<program> <name> [--<flag> <value>] <argument>...`.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// One word.
    pub name: &'static str,
    /// One sentence for `--help`.
    pub about: &'static str,
    /// How one of its arguments is called in `--help`, in capitals. There is at least one.
    pub argument: &'static str,
    /// What the arguments mean.
    pub arguments: &'static str,
    /// Its flags. They are read from the command line only, never from variables.
    pub flags: &'static [Input],
}

/// One input of an action.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Input {
    /// Kebab-case name, as under `with:` and as `--<name>`.
    pub name: &'static str,
    /// What it means.
    pub description: &'static str,
    /// What its values are, in a word or two: `path`, `duration`, `true or false`.
    pub kind: &'static str,
    /// Whether the action cannot do without it.
    pub required: bool,
    /// The value used when it is unset or empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<&'static str>,
    /// The default that only a workflow has, an expression for the action.yml.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_default: Option<&'static str>,
    /// Whether its value must never be shown.
    pub secret: bool,
    /// Whether each line is one value; the flag may then be repeated.
    pub lines: bool,
    /// Whether several values may follow one flag, as a shell makes them of `logs/*`. They cannot begin with a hyphen.
    pub several: bool,
}

impl Input {
    /// An optional input without a default.
    #[must_use]
    pub const fn new(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            kind: TEXT,
            required: false,
            default: None,
            workflow_default: None,
            secret: false,
            lines: false,
            several: false,
        }
    }

    /// Says what its values are.
    #[must_use]
    pub const fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// Sets the expression that gives the value in a workflow when it is not set there.
    #[must_use]
    pub const fn workflow_default(mut self, expression: &'static str) -> Self {
        self.workflow_default = Some(expression);
        self
    }

    /// Marks the input as required.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Sets the value used when the input is unset or empty.
    #[must_use]
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    /// Marks the value as secret: masked in logs, left out of messages.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Marks each line as one value; on the command line the flag may be repeated.
    #[must_use]
    pub const fn lines(mut self) -> Self {
        self.lines = true;
        self
    }

    /// Marks each line as one value; on the command line several values may follow the flag.
    #[must_use]
    pub const fn several(mut self) -> Self {
        self.several = true;
        self.lines()
    }

    /// The variable in which the runner passes this input: upper case, hyphens kept.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("INPUT_{}", self.name.replace(' ', "_").to_uppercase())
    }
}

/// One output of an action.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Output {
    /// Kebab-case name, as in `steps.<id>.outputs.<name>`.
    pub name: &'static str,
    /// What it means.
    pub description: &'static str,
    /// What its values are, in a word or two.
    pub kind: &'static str,
}

impl Output {
    /// An output with its description.
    #[must_use]
    pub const fn new(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            kind: TEXT,
        }
    }

    /// Says what its values are.
    #[must_use]
    pub const fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyphens_stay_in_the_variable_name() {
        assert_eq!(
            Input::new("virtual-cluster-id", "").variable(),
            "INPUT_VIRTUAL-CLUSTER-ID"
        );
    }
}
