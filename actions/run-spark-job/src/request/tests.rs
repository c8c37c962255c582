//! The merge of defaults and wishes.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use aws_setup::S3Uri;
use run_record::Variant;

use super::{FileSettings, SparkSettings, Wishes, settings};

fn uri(text: &str) -> S3Uri {
    text.parse().unwrap()
}

fn merged(variant: Variant, properties: &[(&str, &str)], submit_parameters: &str) -> SparkSettings {
    over(
        &FileSettings::default(),
        variant,
        properties,
        submit_parameters,
    )
}

fn over(
    file: &FileSettings,
    variant: Variant,
    properties: &[(&str, &str)],
    submit_parameters: &str,
) -> SparkSettings {
    let properties: Vec<_> = properties
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    settings(&Wishes {
        variant,
        event_log: &uri("s3://bench/spark-events/"),
        driver_template: Some(&uri("s3://bench/scripts/config/driver-template.yaml")),
        executor_template: Some(&uri("s3://bench/scripts/config/executor-template.yaml")),
        file,
        properties: &properties,
        submit_parameters,
    })
    .unwrap()
}

#[test]
fn static_defaults_are_the_published_ones() {
    let spark = merged(Variant::Static, &[], "");
    assert_eq!(
        spark.submit_parameters,
        "--conf spark.executor.instances=15 --conf spark.executor.memory=1G --conf spark.executor.cores=1 --conf spark.driver.cores=1"
    );
    let properties: Vec<_> = spark
        .properties
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    assert_eq!(
        properties,
        [
            "spark.dynamicAllocation.enabled=false",
            "spark.eventLog.dir=s3://bench/spark-events/",
            "spark.eventLog.enabled=true",
            "spark.kubernetes.driver.podTemplateFile=s3://bench/scripts/config/driver-template.yaml",
            "spark.kubernetes.executor.deleteOnTermination=true",
            "spark.kubernetes.executor.podTemplateFile=s3://bench/scripts/config/executor-template.yaml",
        ]
    );
}

#[test]
fn dra_defaults_are_the_published_ones() {
    let spark = merged(Variant::Dra, &[], "");
    assert!(
        spark
            .submit_parameters
            .starts_with("--conf spark.executor.instances=1 ")
    );
    let dra: Vec<_> = spark
        .properties
        .iter()
        .filter_map(|(k, v)| {
            Some(format!(
                "{}={v}",
                k.strip_prefix("spark.dynamicAllocation.")?
            ))
        })
        .collect();
    assert_eq!(
        dra,
        [
            "enabled=true",
            "executorIdleTimeout=5s",
            "initialExecutors=1",
            "maxExecutors=10",
            "minExecutors=1",
            "schedulerBacklogTimeout=1s",
            "shuffleTracking.enabled=true",
        ]
    );
    assert!(
        !spark
            .properties
            .contains_key("spark.kubernetes.executor.deleteOnTermination")
    );
}

#[test]
fn a_property_replaces_a_default_where_it_sits() {
    let spark = merged(
        Variant::Dra,
        &[
            ("spark.executor.memory", "2G"),
            ("spark.dynamicAllocation.maxExecutors", "4"),
        ],
        "",
    );
    assert!(
        spark
            .submit_parameters
            .contains("--conf spark.executor.memory=2G")
    );
    assert!(!spark.properties.contains_key("spark.executor.memory"));
    assert_eq!(
        spark.properties["spark.dynamicAllocation.maxExecutors"],
        "4"
    );
    assert_eq!(spark.effective["spark.executor.memory"], "2G");
}

#[test]
fn submit_parameters_win_over_properties_and_defaults() {
    let spark = merged(
        Variant::Static,
        &[
            ("spark.executor.memory", "2G"),
            ("spark.sql.shuffle.partitions", "10"),
        ],
        "--conf spark.executor.memory=3G\n--num-executors 4 --conf spark.sql.shuffle.partitions=20 --verbose",
    );
    assert_eq!(spark.effective["spark.executor.memory"], "3G");
    assert_eq!(spark.effective["spark.executor.instances"], "4");
    assert_eq!(spark.effective["spark.sql.shuffle.partitions"], "20");
    assert_eq!(
        spark.submit_parameters,
        "--conf spark.executor.cores=1 --conf spark.driver.cores=1 --conf spark.executor.memory=3G --num-executors 4 --conf spark.sql.shuffle.partitions=20 --verbose"
    );
}

#[test]
fn an_option_of_its_own_wins_over_conf() {
    let spark = merged(
        Variant::Static,
        &[],
        "--executor-memory=4G --conf spark.executor.memory=3G",
    );
    assert_eq!(spark.effective["spark.executor.memory"], "4G");
}

#[test]
fn values_with_spaces_are_quoted_and_read_back() {
    let spark = merged(
        Variant::Static,
        &[("spark.driver.cores", "1 2")],
        "--conf 'spark.x=a b'",
    );
    assert!(
        spark
            .submit_parameters
            .contains("--conf 'spark.driver.cores=1 2'")
    );
    assert_eq!(spark.effective["spark.x"], "a b");
}

fn file(properties: &[(&str, &str)], submit_parameters: &str) -> FileSettings {
    FileSettings {
        properties: properties
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
        submit_parameters: submit_parameters.to_owned(),
    }
}

#[test]
fn a_job_file_wins_over_defaults_and_inputs_win_over_it() {
    let job = file(
        &[
            ("spark.executor.memory", "4G"),
            ("spark.sql.shuffle.partitions", "7"),
            ("spark.a", "file"),
        ],
        "--conf spark.executor.cores=2 --conf spark.b=file --conf spark.c=file",
    );
    let properties = [
        ("spark.a", "property"),
        ("spark.b", "property"),
        ("spark.c", "property"),
    ];
    let spark = over(
        &job,
        Variant::Static,
        &properties,
        "--conf spark.c=parameter",
    );
    for (key, value) in [
        ("spark.executor.instances", "15"),
        ("spark.executor.memory", "4G"),
        ("spark.executor.cores", "2"),
        ("spark.sql.shuffle.partitions", "7"),
        ("spark.a", "property"),
        ("spark.b", "property"),
        ("spark.c", "parameter"),
    ] {
        assert_eq!(spark.effective[key], value, "{key}");
    }
    // What spark-submit makes of it is what is said: later settings come later.
    assert_eq!(
        spark.submit_parameters,
        "--conf spark.executor.instances=15 --conf spark.executor.memory=4G --conf spark.driver.cores=1 \
         --conf spark.executor.cores=2 --conf spark.b=file --conf spark.c=file \
         --conf spark.b=property --conf spark.c=property --conf spark.c=parameter"
    );
    assert!(spark.notes.is_empty() && spark.overruled.is_empty());
}

#[test]
fn the_mode_wins_over_a_job_file_and_says_so() {
    const KEY: &str = "spark.dynamicAllocation.enabled";
    for job in [
        file(&[(KEY, "true")], ""),
        file(&[], "--conf spark.dynamicAllocation.enabled=true"),
    ] {
        let spark = over(&job, Variant::Static, &[], "");
        assert_eq!(spark.effective[KEY], "false");
        assert_eq!(spark.notes.len(), 1);
        assert!(
            spark.notes[0].contains("mode `static` sets it to `false`"),
            "{:?}",
            spark.notes
        );
        assert!(over(&job, Variant::Dra, &[], "").notes.is_empty());
    }
}

#[test]
fn the_event_log_and_the_templates_are_those_of_the_inputs() {
    let template = "spark.kubernetes.driver.podTemplateFile";
    let job = file(
        &[
            ("spark.eventLog.dir", "s3://other/"),
            (template, "s3://other/t.yaml"),
        ],
        "--conf spark.eventLog.dir=s3://third/",
    );
    let spark = over(&job, Variant::Dra, &[], "");
    assert_eq!(
        spark.effective["spark.eventLog.dir"],
        "s3://bench/spark-events/"
    );
    assert!(spark.effective[template].starts_with("s3://bench/"));
}

#[test]
fn an_option_of_the_job_file_that_beats_a_property_is_an_error() {
    let job = file(&[], "--executor-memory 4G");
    let spark = over(
        &job,
        Variant::Static,
        &[("spark.executor.memory", "2G")],
        "",
    );
    assert_eq!(spark.effective["spark.executor.memory"], "4G");
    assert!(spark.overruled[0].contains("`spark.executor.memory` stays `4G`"));
    assert!(over(&job, Variant::Static, &[], "").overruled.is_empty());
}

#[test]
fn a_minimum_of_the_job_file_moves_the_start_too() {
    const INITIAL: &str = "spark.dynamicAllocation.initialExecutors";
    let job = file(&[("spark.dynamicAllocation.minExecutors", "3")], "");
    assert_eq!(over(&job, Variant::Dra, &[], "").effective[INITIAL], "3");
    let job = file(&[], "--conf spark.dynamicAllocation.minExecutors=4");
    assert_eq!(over(&job, Variant::Dra, &[], "").effective[INITIAL], "4");
}
