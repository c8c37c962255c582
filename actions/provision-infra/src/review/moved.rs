//! What two plans differ in, in words: the one that was reviewed and the one that would be applied now.

use super::attributes::Attribute;
use super::{Action, Review};
use std::collections::{BTreeMap, BTreeSet};

/// What a plan says about one address.
#[derive(PartialEq, Eq)]
struct Entry<'a> {
    action: Action,
    digest: &'a str,
    attributes: &'a [Attribute],
}

/// One sentence for each difference; none when both plans do the same.
pub(crate) fn moved(reviewed: &Review, now: &Review) -> Vec<String> {
    let mut sentences = Vec::new();
    if reviewed.goal != now.goal {
        sentences.push(format!(
            "the reviewed plan is one to {}, and this is one to {}",
            goal(reviewed),
            goal(now)
        ));
    }
    let names = reviewed.beyond.keys().chain(now.beyond.keys());
    for name in names.collect::<BTreeSet<_>>() {
        if reviewed.beyond.get(name) != now.beyond.get(name) {
            sentences.push(format!("{name}: others than in the reviewed plan"));
        }
    }
    let is_destroy = now.goal == super::Goal::Nothing;
    let (then, now) = (entries(reviewed), entries(now));
    for (name, entry) in &now {
        match then.get(name) {
            None => sentences.push(format!(
                "{name}: {} now, and not in the reviewed plan",
                entry.action
            )),
            Some(reviewed) => sentences.extend(differs(name, reviewed, entry)),
        }
    }
    for (name, entry) in &then {
        // What is gone already need not be destroyed: an earlier run was cut off.
        if !now.contains_key(name) && !is_destroy {
            sentences.push(format!(
                "{name}: {} in the reviewed plan, and nothing to do now",
                entry.action
            ));
        }
    }
    sentences
}

fn goal(review: &Review) -> &'static str {
    match review.goal {
        super::Goal::Configuration => "apply",
        super::Goal::Nothing => "destroy",
    }
}

fn entries(review: &Review) -> BTreeMap<String, Entry<'_>> {
    let resources = review.resources.iter().map(|resource| {
        let entry = Entry {
            action: resource.action,
            digest: &resource.digest,
            attributes: &resource.attributes,
        };
        (resource.address.clone(), entry)
    });
    let outputs = review.outputs.iter().map(|output| {
        let entry = Entry {
            action: output.action,
            digest: &output.digest,
            attributes: &[],
        };
        (format!("output {}", output.name), entry)
    });
    resources.chain(outputs).collect()
}

fn differs(name: &str, reviewed: &Entry<'_>, now: &Entry<'_>) -> Option<String> {
    if reviewed.action != now.action {
        return Some(format!(
            "{name}: {} now, and {} in the reviewed plan",
            now.action, reviewed.action
        ));
    }
    if reviewed.digest == now.digest {
        return None;
    }
    let paths: Vec<String> = now
        .attributes
        .iter()
        .filter(|attribute| !reviewed.attributes.contains(attribute))
        .chain(reviewed.attributes.iter().filter(|attribute| {
            now.attributes
                .iter()
                .all(|other| other.path != attribute.path)
        }))
        .map(|attribute| format!("`{}`", attribute.path))
        .collect();
    let of = match paths.as_slice() {
        [] => "with other values".to_owned(),
        paths => format!("with another value of {}", paths.join(", ")),
    };
    Some(format!("{name}: still {}, {of}", now.action))
}
