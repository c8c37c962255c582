//! `Filter.N.Name` and `Filter.N.Value.M`: all filters must pass, each with any of its values, in which `*` and `?` stand
//! for other characters.

use super::form::numbered;
use super::thing::{Thing, ThingKind};
use crate::query_api::Parameters;

/// The things that pass all filters, or the name of a filter that the local cloud does not know.
pub(super) fn passing(
    kind: ThingKind,
    things: Vec<Thing>,
    parameters: &Parameters,
) -> Result<Vec<Thing>, String> {
    let mut left = things;
    for number in 1.. {
        let Some(name) = parameters.get(&format!("Filter.{number}.Name")) else {
            break;
        };
        if !known(kind, name) {
            return Err(name.clone());
        }
        let values = numbered(parameters, &format!("Filter.{number}.Value"));
        let mut passed = Vec::new();
        for thing in left {
            let seen = seen(&thing, name);
            let fits = |text: &&str| values.iter().any(|value| like(value, text));
            if seen.iter().any(fits) {
                passed.push(thing);
            }
        }
        left = passed;
    }
    Ok(left)
}

/// Whether things of the kind can be filtered so.
fn known(kind: ThingKind, filter: &str) -> bool {
    let own: &[&str] = match kind {
        ThingKind::Instance => &[
            "instance-id",
            "instance-state-name",
            "instance-type",
            "instance-lifecycle",
        ],
        ThingKind::Volume => &[
            "volume-id",
            "status",
            "volume-type",
            "attachment.instance-id",
        ],
        ThingKind::NetworkInterface => {
            &["network-interface-id", "status", "attachment.instance-id"]
        }
        ThingKind::LoadBalancer => &[],
    };
    filter.starts_with("tag:")
        || ["tag-key", "availability-zone"].contains(&filter)
        || own.contains(&filter)
}

/// What a filter of that name looks at.
fn seen<'a>(thing: &'a Thing, filter: &str) -> Vec<&'a str> {
    if let Some(key) = filter.strip_prefix("tag:") {
        return thing
            .tags
            .get(key)
            .map(String::as_str)
            .into_iter()
            .collect();
    }
    match filter {
        "tag-key" => thing.tags.keys().map(String::as_str).collect(),
        "availability-zone" => vec![&thing.zone],
        "instance-state-name" | "status" => vec![&thing.state],
        "instance-type" | "volume-type" => vec![&thing.model],
        "instance-lifecycle" => thing.spot.then_some("spot").into_iter().collect(),
        "attachment.instance-id" => thing.attached_to.as_deref().into_iter().collect(),
        // The three filters by id.
        _ => vec![&thing.id],
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
