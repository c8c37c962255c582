//! `Filter.N.Name` and `Filter.N.Value.M`: all filters must pass, each with any of its values, in which `*` and `?` stand
//! for other characters.

use super::estate::Thing;
use super::form::numbered;
use crate::query_api::Parameters;

/// The things that pass all filters, or the name of a filter that the local cloud does not know.
pub(super) fn passing(things: Vec<Thing>, parameters: &Parameters) -> Result<Vec<Thing>, String> {
    let mut left = things;
    for number in 1.. {
        let Some(name) = parameters.get(&format!("Filter.{number}.Name")) else {
            break;
        };
        let values = numbered(parameters, &format!("Filter.{number}.Value"));
        let mut passed = Vec::new();
        for thing in left {
            let seen = seen(&thing, name).ok_or_else(|| name.clone())?;
            let fits = |text: &&str| values.iter().any(|value| like(value, text));
            if seen.iter().any(fits) {
                passed.push(thing);
            }
        }
        left = passed;
    }
    Ok(left)
}

/// What a filter of that name looks at.
fn seen<'a>(thing: &'a Thing, filter: &str) -> Option<Vec<&'a str>> {
    if let Some(key) = filter.strip_prefix("tag:") {
        return Some(
            thing
                .tags
                .get(key)
                .map(String::as_str)
                .into_iter()
                .collect(),
        );
    }
    match filter {
        "tag-key" => Some(thing.tags.keys().map(String::as_str).collect()),
        "instance-state-name" | "status" => Some(vec![&thing.state]),
        "attachment.instance-id" => Some(thing.attached_to.as_deref().into_iter().collect()),
        _ => None,
    }
}

fn like(pattern: &str, text: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .any(|at| like(&pattern[1..], &text[at..])),
        Some(first) => text.chars().next().is_some_and(|c| {
            (first == '?' || first == c)
                && like(&pattern[first.len_utf8()..], &text[c.len_utf8()..])
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn stars_and_question_marks_stand_for_others() {
        for (pattern, text) in [
            ("a*c", "abbc"),
            ("*", ""),
            ("a?c", "abc"),
            ("kube*/x", "kubernetes.io/x"),
        ] {
            assert!(like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("a?", "a"), ("*b", "abc")] {
            assert!(!like(pattern, text), "{pattern} {text}");
        }
    }
}
