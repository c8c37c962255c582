//! Secrets in settings, hidden before anything is shown, written or recorded. Pure.

use std::collections::BTreeMap;

use crate::request::document::{Configuration, StartJobRun};

/// The request without its secrets. It is the same when it has none.
pub(crate) fn request(request: &StartJobRun) -> StartJobRun {
    let mut shown = request.clone();
    let driver = &mut shown.job_driver.spark_submit_job_driver;
    driver.spark_submit_parameters = driver.spark_submit_parameters.take().map(words);
    configurations(&mut shown.configuration_overrides.application_configuration);
    shown
}

fn configurations(all: &mut [Configuration]) {
    for one in all {
        one.properties = properties(&one.properties);
        configurations(&mut one.configurations);
    }
}

fn properties(all: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    all.iter().map(redacted).collect()
}

/// The words of spark-submit; a line without secrets stays as it was written.
fn words(line: String) -> String {
    let Ok(words) = shell_words::split(&line) else {
        return REDACTED.to_owned();
    };
    let hide = |word: &String| match word.split_once('=') {
        Some((key, value)) => {
            let pair = (key.to_owned(), value.to_owned());
            format!("{key}={}", redacted((&pair.0, &pair.1)).1)
        }
        None if holds_secret(word) => REDACTED.to_owned(),
        None => word.clone(),
    };
    let hidden: Vec<String> = words.iter().map(hide).collect();
    match hidden == words {
        true => line,
        false => shell_words::join(hidden),
    }
}

/// The shortest value that is masked, in bytes.
const SHORTEST: usize = 8;
const REDACTED: &str = "*********(redacted)";

/// Hides at least the values Spark itself hides (its default `spark.redaction.regex`): a record may be public. A value
/// that holds a secret somewhere is hidden as a whole, since only its reader knows where the secret ends.
pub(crate) fn redacted((key, value): (&String, &String)) -> (String, String) {
    let value = if is_secret(key) || holds_secret(value) {
        REDACTED.to_owned()
    } else {
        value.clone()
    };
    (key.clone(), value)
}

/// What is secret in these settings, to be masked wherever it is printed. Short values are words that are in any log.
pub(crate) fn secrets(settings: &BTreeMap<String, String>) -> Vec<&str> {
    let mut found = Vec::new();
    for (key, value) in settings {
        match is_secret(key) {
            true => found.push(value.as_str()),
            false => found.extend(parts(value)),
        }
    }
    found.retain(|secret| secret.len() >= SHORTEST);
    found
}

/// The secrets inside a value such as `-Dpassword=x` or `https://user:password@host`.
fn parts(value: &str) -> Vec<&str> {
    let ends = |c: char| c.is_whitespace() || "\"',;&".contains(c);
    let set = value.match_indices('=').filter_map(|(at, _)| {
        let before = value.get(..at)?.trim_end_matches(['"', '\'']);
        let name = before.rsplit(|c| ends(c) || "=?/".contains(c)).next()?;
        let rest = value.get(at + 1..)?.trim_start_matches(['"', '\'']);
        is_secret(name).then(|| rest.split(ends).next()).flatten()
    });
    let of_users = value.match_indices("://").filter_map(|(at, slashes)| {
        let rest = value.get(at + slashes.len()..)?;
        let (user, _) = rest.split(['/', ' ']).next()?.rsplit_once('@')?;
        user.split_once(':').map(|(_, password)| password)
    });
    set.chain(of_users).collect()
}

/// Whether something of this name is a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    let words = [
        "secret",
        "password",
        "token",
        "credential",
        "access.key",
        "accesskey",
        "access_key",
        "access-key",
        "apikey",
    ];
    let api_key = |(at, api): (usize, &str)| {
        let rest = name.get(at + api.len()..).unwrap_or_default();
        rest.chars().skip(1).take(3).eq("key".chars())
    };
    words.iter().any(|word| name.contains(word)) || name.match_indices("api").any(api_key)
}

/// Whether a value sets something secret, such as `-Dpassword=x` or `https://user:password@host`.
fn holds_secret(value: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || "\"'=,;&?/".contains(c);
    let sets = |(at, _): (usize, &str)| {
        let before = value
            .get(..at)
            .unwrap_or_default()
            .trim_end_matches(['"', '\'']);
        before.rsplit(ends).next().is_some_and(is_secret)
    };
    let names_user = |(at, slashes): (usize, &str)| {
        let rest = value.get(at + slashes.len()..).unwrap_or_default();
        let authority = rest.split(['/', ' ']).next().unwrap_or_default();
        authority
            .rsplit_once('@')
            .is_some_and(|(user, _)| user.contains(':'))
    };
    value.match_indices('=').any(sets) || value.match_indices("://").any(names_user)
}

#[cfg(test)]
mod tests {
    use super::{redacted, request, secrets};
    use crate::request::document::StartJobRun;

    #[test]
    fn secret_values_are_hidden() {
        let shown = |key: &str| redacted((&key.to_owned(), &"value".to_owned())).1;
        assert_eq!(
            shown("spark.hadoop.fs.s3a.secret.key"),
            "*********(redacted)"
        );
        assert_eq!(
            shown("spark.hadoop.fs.s3a.access.key"),
            "*********(redacted)"
        );
        assert_eq!(shown("spark.ssl.keyPassword"), "*********(redacted)");
        for key in ["x.credentials", "x.apikey", "x.api.key", "x.API_KEY"] {
            assert_eq!(shown(key), "*********(redacted)", "{key}");
        }
        assert_eq!(shown("spark.executor.memory"), "value");
        assert_eq!(shown("spark.capitals.keyed"), "value");
    }

    #[test]
    fn secrets_inside_values_are_hidden() {
        let shown = |value: &str| redacted((&"k".to_owned(), &value.to_owned())).1;
        for value in [
            "-Xmx1g -Dpassword=x",
            "-Djavax.net.ssl.keyStorePassword='a b'",
            "jdbc:x://h/d?user=u&password=p",
            "https://u:p@proxy:80/",
        ] {
            assert_eq!(shown(value), "*********(redacted)", "{value}");
        }
        for value in [
            "-XX:+UseG1GC -Da=b",
            "s3://bucket/tokens/x=1",
            "https://proxy:80/a@b",
            "",
        ] {
            assert_eq!(shown(value), value);
        }
    }

    #[test]
    fn secrets_are_found_to_be_masked_also_inside_values() {
        let settings = [
            ("spark.ssl.keyPassword", "hunter2hunter2"),
            (
                "spark.driver.extraJavaOptions",
                "-Xmx1g -Dpassword='insideone' -Da=b",
            ),
            ("spark.jdbc", "jdbc:x://h/d?user=u&password=insidetwo"),
            ("spark.proxy", "https://user:insidethree@proxy:80/"),
            ("spark.executor.memory", "2G"),
        ];
        let settings = settings
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        let found: std::collections::BTreeSet<_> = secrets(&settings).into_iter().collect();
        assert_eq!(
            found,
            ["hunter2hunter2", "insideone", "insidethree", "insidetwo"].into()
        );
    }

    #[test]
    fn a_request_shows_everything_but_its_secrets() {
        let mut given = StartJobRun::default();
        let line = "--conf spark.a='b c' --executor-memory 2G";
        let parameters = |given: &StartJobRun| {
            let driver = &request(given).job_driver.spark_submit_job_driver;
            driver.spark_submit_parameters.clone()
        };
        let set = |given: &mut StartJobRun, line: &str| {
            given
                .job_driver
                .spark_submit_job_driver
                .spark_submit_parameters = Some(line.into());
        };
        set(&mut given, line);
        assert_eq!(parameters(&given).as_deref(), Some(line));
        set(
            &mut given,
            "--conf spark.ssl.keyPassword=hunter2 --conf spark.a='b c'",
        );
        assert_eq!(
            parameters(&given).as_deref(),
            Some("--conf 'spark.ssl.keyPassword=*********(redacted)' --conf 'spark.a=b c'")
        );
    }
}
