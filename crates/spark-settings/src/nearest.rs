//! The known name that a mistyped one was probably meant to be. Pure.

use strsim::{damerau_levenshtein, sorensen_dice};

/// Names that share less than this (Sørensen–Dice, pairs of letters) have nothing to do with each other.
const ALIKE: f64 = 0.8;
/// So many letters too many, missing, wrong or swapped are a slip of the finger.
const SLIP: usize = 2;
/// In shorter names two letters make another word.
const LONG: usize = 12;

/// A known name that is like the one asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest<'a> {
    /// The known name.
    pub name: &'a str,
    /// They differ by a slip of the finger or by upper and lower case only.
    pub is_slip: bool,
}

/// The known name nearest to `name`, if one is near at all.
pub fn nearest<'a>(
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Option<Nearest<'a>> {
    let slip = |other: &&str| {
        if name.eq_ignore_ascii_case(other) {
            return true;
        }
        let allowed = if name.len() < LONG { 1 } else { SLIP };
        name.len().abs_diff(other.len()) <= allowed && damerau_levenshtein(name, other) <= allowed
    };
    let slips = known.clone().filter(slip);
    if let Some(name) = slips.min_by_key(|other| damerau_levenshtein(name, other)) {
        return Some(Nearest {
            name,
            is_slip: true,
        });
    }
    let alike = known.map(|other| (sorensen_dice(name, other), other));
    let (likeness, name) = alike.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (likeness >= ALIKE).then_some(Nearest {
        name,
        is_slip: false,
    })
}

#[cfg(test)]
mod tests {
    use super::nearest;

    const KNOWN: [&str; 3] = [
        "spark.decommission.enabled",
        "spark.executor.memory",
        "spark.executor.cores",
    ];

    #[test]
    fn slips_of_the_finger_are_told_from_likeness() {
        let near = |name: &str| nearest(name, KNOWN.into_iter()).map(|n| (n.name, n.is_slip));
        for slip in [
            "spark.executor.memroy",
            "spark.executor.memor",
            "Spark.Executor.Memory",
        ] {
            assert_eq!(near(slip), Some(("spark.executor.memory", true)), "{slip}");
        }
        assert_eq!(
            near("spark.executor.decommission.enabled"),
            Some(("spark.decommission.enabled", false))
        );
        assert_eq!(near("spark.my.own.setting"), None);
    }
}
