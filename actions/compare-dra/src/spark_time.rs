//! Times among Spark's settings, as Spark reads them (`JavaUtils.timeStringAs`). Pure.

use crate::run::Run;

/// After how long without a task an executor is released; 60 s unless set.
pub(crate) const IDLE_TIMEOUT: &str = "spark.dynamicAllocation.executorIdleTimeout";

/// The effective value in seconds; `unset` when the setting is not there. `None` when it is no time.
pub(crate) fn seconds_of(run: &Run, name: &str, unset: Option<f64>) -> Option<f64> {
    run.property(name).map_or(unset, seconds)
}

/// `60s`, `2min`, `500ms`; a number without a unit is seconds.
fn seconds(text: &str) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().ok()?;
    let by = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    Some(number * by)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times_are_read_as_spark_reads_them() {
        for (text, expected) in [
            ("60s", Some(60.0)),
            ("60", Some(60.0)),
            (" 2min ", Some(120.0)),
            ("500MS", Some(0.5)),
            ("1.5s", None),
            ("s", None),
            ("1 s", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
