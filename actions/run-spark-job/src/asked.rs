//! What a job run was asked to do, and how two such requests differ. Pure.

use std::collections::BTreeMap;

use crate::inputs::Inputs;

/// What a job run was asked to do, as far as it is known.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) name: Option<String>,
    pub(crate) release: Option<String>,
    pub(crate) entry_point: Option<String>,
    pub(crate) arguments: Option<Vec<String>>,
    pub(crate) submit_parameters: Option<String>,
    pub(crate) spark_defaults: Option<BTreeMap<String, String>>,
}

impl Asked {
    /// What the inputs ask for.
    pub(crate) fn by(inputs: &Inputs) -> Self {
        Self {
            name: Some(inputs.name.0.clone()),
            // EMR may answer with the release that a moving label stood for.
            release: (!inputs.release.is_moving()).then(|| inputs.release.to_string()),
            entry_point: Some(inputs.entry_point.to_string()),
            arguments: Some(inputs.arguments.clone()),
            submit_parameters: Some(inputs.spark.submit_parameters.clone()),
            spark_defaults: Some(inputs.spark.properties.clone()),
        }
    }

    /// How `other` differs from this, in words; `None` when nothing known differs. Values that may be secret are not
    /// repeated.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let pairs = [
            ("it runs", &self.entry_point, &other.entry_point),
            ("it is named", &self.name, &other.name),
            ("it has the release label", &self.release, &other.release),
        ];
        let mut words: Vec<_> = pairs
            .into_iter()
            .filter_map(|(verb, mine, theirs)| {
                let (mine, theirs) = (mine.as_ref()?, theirs.as_ref()?);
                (mine != theirs).then(|| format!("{verb} {theirs} instead of {mine}"))
            })
            .collect();
        let others = [
            ("arguments", differ(&self.arguments, &other.arguments)),
            (
                "submit parameters",
                differ(&self.submit_parameters, &other.submit_parameters),
            ),
            (
                "spark-defaults",
                lacks(&self.spark_defaults, &other.spark_defaults),
            ),
        ];
        let others = others.into_iter().filter(|(_, differ)| *differ);
        words.extend(others.map(|(what, _)| format!("its {what} are not those asked for")));
        (!words.is_empty()).then(|| words.join(", "))
    }
}

fn differ<T: PartialEq>(mine: &Option<T>, theirs: &Option<T>) -> bool {
    matches!((mine, theirs), (Some(mine), Some(theirs)) if mine != theirs)
}

/// Whether a property asked for is missing or has another value. What EMR may add is no difference.
fn lacks(
    mine: &Option<BTreeMap<String, String>>,
    theirs: &Option<BTreeMap<String, String>>,
) -> bool {
    matches!((mine, theirs), (Some(mine), Some(theirs))
        if mine.iter().any(|(key, value)| theirs.get(key) != Some(value)))
}

#[cfg(test)]
mod tests {
    use super::Asked;

    fn asked() -> Asked {
        Asked {
            name: Some("pi".into()),
            release: Some("emr-7.0.0-latest".into()),
            entry_point: Some("s3://b/pi.py".into()),
            arguments: Some(vec!["--n=1".into()]),
            submit_parameters: Some("--conf a=b".into()),
            spark_defaults: Some([("k".to_owned(), "v".to_owned())].into()),
        }
    }

    #[test]
    fn every_part_of_the_request_counts() {
        type Change = fn(&mut Asked);
        let changes: [(&str, Change); 6] = [
            ("named", |other| other.name = Some("x".into())),
            ("release", |other| other.release = Some("x".into())),
            ("runs s3://b/x", |other| {
                other.entry_point = Some("s3://b/x".into());
            }),
            ("arguments", |other| other.arguments = Some(Vec::new())),
            ("submit parameters", |other| {
                other.submit_parameters = Some("x".into());
            }),
            ("spark-defaults", |other| {
                other.spark_defaults = Some([("k".to_owned(), "secret".to_owned())].into());
            }),
        ];
        for (word, change) in changes {
            let mut other = asked();
            change(&mut other);
            let said = asked().difference(&other).unwrap_or_default();
            assert!(said.contains(word) && !said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn what_is_not_known_or_was_added_is_no_difference() {
        let mut more = asked();
        more.spark_defaults
            .get_or_insert_default()
            .insert("added.by.emr".to_owned(), "x".to_owned());
        assert_eq!(asked().difference(&more), None);
        assert_eq!(asked().difference(&asked()), None);
        assert_eq!(asked().difference(&Asked::default()), None);
    }
}
