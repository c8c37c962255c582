//! Inputs that cannot be used: exit code 2, and nothing is uploaded.

use crate::step::{Step, cloud};

#[tokio::test]
async fn every_bad_input_is_named_at_once() {
    let cloud = cloud().await;
    let outcome = Step::new(&cloud)
        .set("INPUT_BUCKET", "My_Bucket")
        .set("INPUT_PREFIX", "/scripts")
        .set("INPUT_ENTRY-POINT", "")
        .set("INPUT_REGION", "Ireland")
        .set("INPUT_DRIVER-NODE-POOL", "Spark Driver")
        .run()
        .await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
    for input in [
        "`bucket`",
        "`prefix`",
        "`entry-point`",
        "`region`",
        "`driver-node-pool`",
    ] {
        assert!(outcome.log.contains(input), "{input}: {}", outcome.log);
    }
    assert_eq!(outcome.outputs, []);
}

#[tokio::test]
async fn a_missing_entry_point_lists_what_is_there() {
    let cloud = cloud().await;
    let outcome = Step::new(&cloud)
        .set("INPUT_ENTRY-POINT", "src/treadsleep.py")
        .run()
        .await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
    assert!(
        outcome
            .log
            .contains("`src/treadsleep.py` is not a file in `scripts`"),
        "{}",
        outcome.log
    );
    assert!(
        outcome.log.contains("`src/threadsleep.py`"),
        "{}",
        outcome.log
    );
    assert_eq!(
        cloud
            .objects()
            .get("bench", "scripts/src/threadsleep.py")
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn a_source_that_is_no_folder_is_named() {
    let cloud = cloud().await;
    for (source, why) in [
        ("scrips", "there is no such folder"),
        ("scripts/src/threadsleep.py", "it is not a folder"),
    ] {
        let outcome = Step::new(&cloud).set("INPUT_SOURCE", source).run().await;
        assert_eq!(outcome.code, Some(2), "{}", outcome.log);
        assert!(
            outcome
                .log
                .contains(&format!("input `source`: `{source}`: {why}")),
            "{}",
            outcome.log
        );
    }
}

#[tokio::test]
async fn an_own_template_that_spark_cannot_use_is_refused() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    step.write(
        "scripts/config/executor-template.yaml",
        "apiVersion: v1\nkind: Pod\nspec: {}\n",
    );
    let outcome = step.run().await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
    assert!(
        outcome
            .log
            .contains("it has no container `spark-kubernetes-executor`"),
        "{}",
        outcome.log
    );
}

#[tokio::test]
async fn an_own_template_that_is_no_yaml_is_placed_and_not_shown() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    step.write(
        "scripts/config/driver-template.yaml",
        "apiVersion: v1\nkind: Pod\nspec:\n    password: hunter2\n   containers: []\n",
    );
    let outcome = step.run().await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
    assert!(
        outcome.log.contains(
            "`config/driver-template.yaml` is no pod template for Spark: line 5, column "
        ),
        "{}",
        outcome.log
    );
    assert!(!outcome.log.contains("hunter2"), "{}", outcome.log);
}

#[tokio::test]
async fn an_empty_prefix_means_the_default() {
    let cloud = cloud().await;
    let outcome = Step::new(&cloud).set("INPUT_PREFIX", "").run().await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.log);
    assert_eq!(outcome.output("scripts-uri"), "s3://bench/scripts/");
}

#[tokio::test]
async fn a_file_too_large_for_one_request_is_refused_before_it_is_read() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    step.write("scripts/huge.bin", "");
    // Takes no space: the file is one hole.
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(step.path("scripts/huge.bin"))
        .unwrap();
    file.set_len(5 * 1024 * 1024 * 1024 + 1).unwrap();
    let outcome = step.run().await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
    assert!(
        outcome.log.contains("`huge.bin` has 5368709121 bytes"),
        "{}",
        outcome.log
    );
}
