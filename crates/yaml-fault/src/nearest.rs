//! The member that a mistyped one was probably meant to be.

use strsim::damerau_levenshtein;

/// So many letters too many, missing, wrong or swapped still make the same word; in short words one.
const SLIP: usize = 2;
/// The shortest word in which two letters may differ.
const LONG: usize = 8;

/// The known name nearest to `name`, if one is near at all.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_ascii_lowercase();
    let allowed = if name.len() < LONG { 1 } else { SLIP };
    known
        .map(|other| {
            (
                damerau_levenshtein(&name, &other.to_ascii_lowercase()),
                other,
            )
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}
