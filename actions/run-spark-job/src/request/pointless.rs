//! Settings with which a job would run for nothing: Spark would refuse them, or there would be nothing to compare. Pure.

use run_record::Variant;

use super::{EVENT_LOG_ENABLED, INITIAL_EXECUTORS, MAX_EXECUTORS, MIN_EXECUTORS, SparkSettings};

/// One setting and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pointless {
    /// The input it came from.
    pub(crate) input: &'static str,
    /// What is wrong, and how to fix it.
    pub(crate) problem: String,
}

/// Every such setting.
pub(crate) fn settings(variant: Variant, spark: &SparkSettings) -> Vec<Pointless> {
    let mut problems: Vec<Pointless> = event_log(spark).into_iter().collect();
    if variant == Variant::Dra {
        problems.extend(executors(spark));
    }
    problems
}

fn event_log(spark: &SparkSettings) -> Option<Pointless> {
    let value = spark.effective.get(EVENT_LOG_ENABLED)?;
    if value.trim().eq_ignore_ascii_case("true") {
        return None;
    }
    let problem = format!(
        "`{EVENT_LOG_ENABLED}` is `{value}`: without an event log there is nothing to compare; leave it out"
    );
    Some(spark.pointless(EVENT_LOG_ENABLED, problem))
}

/// Spark wants minimum <= initial number <= maximum, and a maximum above zero.
fn executors(spark: &SparkSettings) -> Vec<Pointless> {
    let mut problems = Vec::new();
    let mut number = |key: &'static str, least: i32| {
        let value = spark.effective.get(key)?;
        match value.trim().parse::<i32>() {
            Ok(number) if number >= least => Some((key, number)),
            _ => {
                let problem = format!("`{key}` is `{value}`: expected a whole number from {least}");
                problems.push(spark.pointless(key, problem));
                None
            }
        }
    };
    let (min, initial, max) = (
        number(MIN_EXECUTORS, 0),
        number(INITIAL_EXECUTORS, 0),
        number(MAX_EXECUTORS, 1),
    );
    // A minimum above the maximum puts the initial number out of bounds too: that is said once.
    let pairs = match (min, max) {
        (Some((_, least)), Some((_, most))) if least > most => vec![(min, max)],
        _ => vec![(min, initial), (initial, max)],
    };
    for (low, high) in pairs {
        let (Some((low_key, low)), Some((high_key, high))) = (low, high) else {
            continue;
        };
        if low > high {
            problems.push(spark.pointless(
                low_key,
                format!("`{low_key}` is {low}, above `{high_key}`, which is {high}"),
            ));
        }
    }
    problems
}

impl SparkSettings {
    fn pointless(&self, key: &str, problem: String) -> Pointless {
        let input = match self.properties.get(key) == self.effective.get(key) {
            true => "spark-properties",
            false => "spark-submit-parameters",
        };
        Pointless { input, problem }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use run_record::Variant;

    use super::super::{FileSettings, Wishes, settings as merge};
    use super::{Pointless, settings};

    fn problems(variant: Variant, properties: &[(&str, &str)], parameters: &str) -> Vec<Pointless> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let properties: Vec<_> = properties.iter().map(owned).collect();
        let spark = merge(&Wishes {
            variant,
            event_log: &"s3://bench/spark-events/".parse().unwrap(),
            driver_template: None,
            executor_template: None,
            file: &FileSettings::default(),
            properties: &properties,
            submit_parameters: parameters,
        });
        settings(variant, &spark.unwrap())
    }

    #[track_caller]
    fn refused(properties: &[(&str, &str)], said: &str) {
        let problems = problems(Variant::Dra, properties, "");
        let [Pointless { input, problem }] = problems.as_slice() else {
            panic!("{problems:?}")
        };
        assert_eq!(*input, "spark-properties");
        assert!(problem.contains(said), "{said} in {problem}");
    }

    #[test]
    fn a_run_without_an_event_log_is_refused() {
        refused(&[("spark.eventLog.enabled", "false")], "nothing to compare");
        let problems = problems(Variant::Static, &[], "--conf spark.eventLog.enabled=no");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].input, "spark-submit-parameters");
    }

    #[test]
    fn an_event_log_of_any_form_is_accepted() {
        let forms = [
            ("spark.eventLog.enabled", "True"),
            ("spark.eventLog.compress", "true"),
            ("spark.eventLog.rolling.enabled", "true"),
        ];
        assert_eq!(problems(Variant::Static, &forms, ""), []);
        assert_eq!(problems(Variant::Dra, &[], ""), []);
    }

    #[test]
    fn executor_numbers_have_to_be_in_order() {
        const MIN: &str = "spark.dynamicAllocation.minExecutors";
        const INITIAL: &str = "spark.dynamicAllocation.initialExecutors";
        const MAX: &str = "spark.dynamicAllocation.maxExecutors";
        refused(
            &[(MAX, "many")],
            "`spark.dynamicAllocation.maxExecutors` is `many`: expected a whole number from 1",
        );
        refused(&[(MAX, "0")], "from 1");
        refused(&[(MIN, "-1"), (INITIAL, "1")], "from 0");
        refused(
            &[(INITIAL, "11")],
            "`spark.dynamicAllocation.initialExecutors` is 11, above `spark.dynamicAllocation.maxExecutors`, which is 10",
        );
        refused(
            &[(MIN, "11")],
            "`spark.dynamicAllocation.minExecutors` is 11, above `spark.dynamicAllocation.maxExecutors`",
        );
        refused(
            &[(MIN, "3"), (INITIAL, "2")],
            "above `spark.dynamicAllocation.initialExecutors`, which is 2",
        );
        // The initial number follows a minimum that was raised.
        assert_eq!(problems(Variant::Dra, &[(MIN, "3")], ""), []);
        assert_eq!(problems(Variant::Dra, &[], &format!("--conf {MIN}=3")), []);
        // A fixed number of executors does not look at them.
        assert_eq!(problems(Variant::Static, &[(MIN, "11")], ""), []);
    }
}
