//! The few `${{ … }}` expressions that action.yml defaults and arguments use: one context value each.
//! Anything else is an error, never a silent empty text.

use crate::problem::{Problem, Result};

/// Replaces every `${{ context.name }}` in `text` by what `lookup` knows of it.
pub(crate) fn evaluate(
    text: &str,
    lookup: impl Fn(&str, &str) -> Option<String>,
) -> Result<String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, tail) = after.split_once("}}").ok_or_else(|| {
            Problem::new(format!("the expression in `{text}` has no closing `}}}}`"))
        })?;
        result.push_str(before);
        result.push_str(&value_of(expression.trim(), &lookup)?);
        rest = tail;
    }
    result.push_str(rest);
    Ok(result)
}

fn value_of(expression: &str, lookup: &impl Fn(&str, &str) -> Option<String>) -> Result<String> {
    let is_name = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    let unknown = || {
        Problem::new(format!(
            "the emulator cannot evaluate `${{{{ {expression} }}}}`"
        ))
        .help("it knows `github.<name>`, `runner.<name>` and `inputs.<name>`")
    };
    let (context, name) = expression.split_once('.').ok_or_else(unknown)?;
    if !is_name(context) || !is_name(name) {
        return Err(unknown());
    }
    lookup(context, name).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::evaluate;

    fn check(text: &str) -> Result<String, String> {
        evaluate(text, |context, name| {
            matches!(context, "github" | "inputs").then(|| format!("<{context} {name}>"))
        })
        .map_err(|problem| problem.to_string())
    }

    #[test]
    fn values_are_put_in_place() {
        assert_eq!(check("plain").unwrap(), "plain");
        assert_eq!(check("${{ github.token }}").unwrap(), "<github token>");
        assert_eq!(
            check("a${{inputs.b-c}}d${{ github.e }}").unwrap(),
            "a<inputs b-c>d<github e>"
        );
    }

    #[test]
    fn what_is_not_known_is_an_error() {
        for text in [
            "${{ secrets.x }}",
            "${{ format('{0}', 1) }}",
            "${{ github.a || 'b' }}",
            "${{ github.a",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
