//! The properties hidden in a `sparkSubmitParameters` string. Pure.
//!
//! Only what decides about sizes and numbers is read; the string itself goes to `spark-submit` unchanged.

use std::collections::BTreeMap;

/// Splits the string as a shell would.
///
/// # Errors
/// A sentence when a quote is not closed.
pub(crate) fn split(parameters: &str) -> Result<Vec<String>, String> {
    shell_words::split(parameters)
        .map_err(|error| format!("sparkSubmitParameters cannot be split: {error}"))
}

/// The Spark properties among the parameters; the last one of a name wins, as in `spark-submit`.
pub(crate) fn properties(words: &[String]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (option, inline) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value.to_owned())),
            _ => (word.as_str(), None),
        };
        let Some(key) = property_of(option) else {
            continue;
        };
        let Some(value) = inline.or_else(|| words.next().cloned()) else {
            continue;
        };
        if key.is_empty() {
            if let Some((key, value)) = value.split_once('=') {
                found.insert(key.trim().to_owned(), value.to_owned());
            }
        } else {
            found.insert(key.to_owned(), value);
        }
    }
    found
}

/// The property an option stands for; empty for `--conf`, which names its own.
fn property_of(option: &str) -> Option<&'static str> {
    Some(match option {
        "--conf" | "-c" => "",
        "--driver-memory" => "spark.driver.memory",
        "--driver-cores" => "spark.driver.cores",
        "--executor-memory" => "spark.executor.memory",
        "--executor-cores" => "spark.executor.cores",
        "--num-executors" => "spark.executor.instances",
        "--name" => "spark.app.name",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{properties, split};

    #[test]
    fn reads_conf_and_the_named_options_and_the_last_one_wins() {
        let words = split("--conf spark.executor.cores=1 --num-executors 3 --conf 'spark.x=a b' --conf=spark.executor.cores=2")
            .expect("well formed");
        let found = properties(&words);
        assert_eq!(found["spark.executor.cores"], "2");
        assert_eq!(found["spark.executor.instances"], "3");
        assert_eq!(found["spark.x"], "a b");
    }

    #[test]
    fn says_so_when_a_quote_is_open() {
        assert!(split("--conf 'spark.x=1").is_err());
    }
}
