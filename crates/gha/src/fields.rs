//! Inputs, parsed once, with every problem reported together.
//!
//! An input comes from its flag, else from its variable, else from its default; empty means unset.

use crate::{action::Input, environment::Environment, failure::Failure};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// How much of a bad value a message repeats, in characters.
const SHOWN_VALUE: usize = 200;

/// The inputs of one invocation and the problems found in them so far.
#[derive(Default)]
pub struct Fields {
    declared: &'static [Input],
    values: BTreeMap<&'static str, String>,
    problems: Vec<String>,
    undeclared: Vec<String>,
    in_actions: bool,
}

/// Shows names only: values may be secret.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fields")
            .field("set", &self.values.keys())
            .field("problems", &self.problems)
            .finish()
    }
}

impl Fields {
    /// Merges flags, variables and defaults.
    pub(crate) fn merge(
        declared: &'static [Input],
        mut flags: BTreeMap<&'static str, String>,
        environment: &Environment,
    ) -> Self {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let mut values = BTreeMap::new();
        for input in declared {
            let flag = flags.remove(input.name).and_then(|value| given(&value));
            let variable = || environment.get(&input.variable()).and_then(given);
            let default = || input.default.and_then(given);
            if let Some(value) = flag.or_else(variable).or_else(default) {
                values.insert(input.name, value);
            }
        }
        Self {
            declared,
            values,
            in_actions: environment.in_actions(),
            ..Self::default()
        }
    }

    /// The values that must never be shown.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        let secret = self.declared.iter().filter(|input| input.secret);
        secret
            .filter_map(|input| self.values.get(input.name))
            .map(String::as_str)
    }

    /// Moves the fields out, to parse and [`finish`](Self::finish) them.
    #[must_use]
    pub fn take(&mut self) -> Fields {
        std::mem::take(self)
    }

    /// The value of an input that must be set; records a problem if it is unset or cannot be parsed.
    pub fn required<T>(&mut self, name: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        if self.text(name).is_none() && self.is_declared(name) {
            let how = if self.in_actions {
                "set it under `with:`".to_owned()
            } else {
                format!("pass `--{name} <VALUE>`")
            };
            self.problem(name, format!("is required; {how}"));
        }
        self.optional(name)
    }

    /// The value of an input, `None` if unset; records a problem if it cannot be parsed.
    pub fn optional<T>(&mut self, name: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        let text = self.text(name)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.bad_value(name, &text, &error);
                None
            }
        }
    }

    /// A YAML boolean (`true`, `True`, `TRUE`, `false`, `False`, `FALSE`), `None` if unset.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        let text = self.text(name)?;
        match text.as_str() {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => {
                self.bad_value(name, &text, &"expected `true` or `false`");
                None
            }
        }
    }

    /// The lines of a multi-line input, trimmed, without empty ones.
    pub fn lines(&mut self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// The `key=value` lines of an input, in order; records a problem for every other line.
    pub fn pairs(&mut self, name: &str) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for line in self.lines(name) {
            match line
                .split_once('=')
                .map(|(key, value)| (key.trim(), value.trim()))
            {
                Some((key, value)) if !key.is_empty() => {
                    pairs.push((key.to_owned(), value.to_owned()))
                }
                _ => self.bad_value(name, &line, &"expected a line `key=value`"),
            }
        }
        pairs
    }

    /// The value of an input as it is, `None` if unset.
    pub fn text(&mut self, name: &str) -> Option<String> {
        if !self.is_declared(name) {
            self.undeclared.push(name.to_owned());
        }
        self.values.get(name).cloned()
    }

    /// Records a problem of the action's own checks.
    pub fn problem(&mut self, input: &str, message: impl Into<String>) {
        self.problems.push(format!("`{input}`: {}", message.into()));
    }

    /// Ends the parsing.
    ///
    /// # Errors
    /// One failure that lists every recorded problem.
    pub fn finish(self) -> Result<(), Failure> {
        match self.into_problems()? {
            problems if problems.is_empty() => Ok(()),
            problems => Err(Failure::bad_inputs(problems)),
        }
    }

    /// Ends the parsing and hands out the problems, for an action that goes on to find others before it reports all.
    ///
    /// # Errors
    /// The action reads an input that it does not declare.
    pub fn into_problems(self) -> Result<Vec<String>, Failure> {
        match self.undeclared.first() {
            Some(name) => Err(Failure::bug(format!(
                "the action reads input `{name}`, which it does not declare"
            ))),
            None => Ok(self.problems),
        }
    }

    fn is_declared(&self, name: &str) -> bool {
        self.declared.iter().any(|input| input.name == name)
    }

    fn bad_value(&mut self, name: &str, text: &str, error: &dyn fmt::Display) {
        let secret = self
            .declared
            .iter()
            .any(|input| input.name == name && input.secret);
        let message = if secret {
            // The error may quote the value.
            "its value cannot be used; it is not shown because it is secret".to_owned()
        } else if text.chars().count() > SHOWN_VALUE {
            format!(
                "`{}…` ({} characters): {error}",
                text.chars().take(SHOWN_VALUE).collect::<String>(),
                text.chars().count()
            )
        } else {
            format!("`{text}`: {error}")
        };
        self.problem(name, message);
    }
}

#[cfg(test)]
mod tests;
