//! Inputs that cannot be used: exit code 2, all problems at once, and nothing is sent.

use crate::step::{Outcome, Step, cloud};
use local_cloud::LocalCloud;

/// The step must refuse, and must not have talked to S3.
async fn refused(cloud: &LocalCloud, step: &Step) -> Outcome {
    let outcome = step.run().await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
    assert_eq!(outcome.outputs, []);
    assert!(cloud.calls().is_empty(), "{:?}", cloud.calls());
    outcome
}

#[tokio::test]
async fn every_bad_input_is_named_at_once() {
    let cloud = cloud().await;
    let step = Step::new(&cloud)
        .set("INPUT_BUCKET", "My_Bucket")
        .set("INPUT_PREFIX", "/scripts")
        .set("INPUT_ENTRY-POINT", "")
        .set("INPUT_REGION", "Ireland")
        .set("INPUT_DRIVER-NODE-POOL", "Spark Driver")
        .set("INPUT_INCLUDE", "a[z-a]")
        .set("INPUT_EXCLUDE", "*.py\n[z-a]")
        .set("INPUT_SET", "../other")
        .set("INPUT_ALIAS", "a/b")
        .set("INPUT_DELETE", "yes")
        .set("INPUT_MAX-FILES", "none")
        .set("INPUT_MAX-SIZE", "5 G")
        .set("INPUT_TOLERATIONS", "a:Never");
    let outcome = refused(&cloud, &step).await;
    for input in [
        "bucket",
        "prefix",
        "entry-point",
        "region",
        "driver-node-pool",
        "include",
        "exclude",
        "set",
        "alias",
        "delete",
        "max-files",
        "max-size",
        "tolerations",
    ] {
        assert!(
            outcome.log.contains(&format!("`{input}`: ")),
            "{input}: {}",
            outcome.log
        );
    }
}

#[tokio::test]
async fn every_problem_of_the_files_is_named_at_once() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    step.write("scripts/src/threadsleep.py", "x = 1\nprint 'a'\n");
    step.write("scripts/.env", "PASSWORD=hunter2");
    step.write("scripts/keys/id_rsa", "x");
    step.write(
        "scripts/conf.py",
        format!("a = 1\nb = 'ghp_{}'\n", "q7".repeat(18)),
    );
    step.write("scripts/config/driver-template.yaml", "kind: Pod\n");
    step.write("elsewhere", "x");
    std::os::unix::fs::symlink(step.path("elsewhere"), step.path("scripts/link.py")).unwrap();
    let outcome = refused(&cloud, &step).await;
    outcome.says(&[
        "`source`: `.env`: it is hidden; name it in `exclude`, or in `allow`",
        "`source`: `keys/id_rsa`: it looks like a private SSH key",
        "`source`: `link.py`: it is a link that leads out of the folder",
        "`source`: `conf.py`: line 2 holds what looks like a GitHub token",
        "`entry-point`: `src/threadsleep.py` is no Python that parses: line 2: ",
        "`source`: `config/driver-template.yaml`: `apiVersion`",
        "::error file=scripts/src/threadsleep.py,line=2",
    ]);
    for secret in ["hunter2", "ghp_q7"] {
        assert!(!outcome.log.contains(secret), "{}", outcome.log);
    }
}

#[tokio::test]
async fn what_is_allowed_or_excluded_is_no_problem() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_SET", "s");
    step.write("scripts/.env", "A=1");
    step.write("scripts/.hidden/x", "x");
    step.write("scripts/tls.pem", "x");
    step.write(
        "scripts/conf.py",
        format!("b = 'ghp_{}'\n", "q7".repeat(18)),
    );
    let outcome = step
        .set("INPUT_ALLOW", "tls.pem\nconf.py\n.hidden/")
        .set("INPUT_EXCLUDE", ".env")
        .run()
        .await
        .succeeded();
    assert_eq!(outcome.output("uploaded"), "6");
    let keys = cloud.objects().keys("bench", "scripts/s/");
    assert!(keys.contains(&"scripts/s/.hidden/x".to_owned()), "{keys:?}");
    assert!(!keys.contains(&"scripts/s/.env".to_owned()), "{keys:?}");
}

#[tokio::test]
async fn a_missing_entry_point_lists_what_is_there() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_ENTRY-POINT", "src/treadsleep.py");
    refused(&cloud, &step).await.says(&[
        "`src/treadsleep.py` is not a file in `scripts`, which holds `src/threadsleep.py`",
    ]);
}

#[tokio::test]
async fn an_entry_point_that_the_patterns_leave_out_is_told_the_line() {
    let cloud = cloud().await;
    for (input, line, why) in [
        (
            "INPUT_EXCLUDE",
            "src/",
            "left out by the line `src/` of `exclude`",
        ),
        (
            "INPUT_EXCLUDE",
            "*.py",
            "left out by the line `*.py` of `exclude`",
        ),
        ("INPUT_INCLUDE", "lib/", "no line of `include` matches it"),
    ] {
        let step = Step::new(&cloud).set(input, line);
        refused(&cloud, &step).await.says(&[why]);
    }
}

#[tokio::test]
async fn a_source_that_is_no_folder_is_named() {
    let cloud = cloud().await;
    for (source, why) in [
        ("scrips", "there is no such folder"),
        ("scripts/src/threadsleep.py", "it is not a folder"),
    ] {
        let step = Step::new(&cloud).set("INPUT_SOURCE", source);
        let said = format!("input `source`: `{source}`: {why}");
        refused(&cloud, &step).await.says(&[&said]);
    }
}

#[tokio::test]
async fn too_many_or_too_large_files_are_refused_before_they_are_read() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_MAX-FILES", "1");
    step.write("scripts/huge.bin", "");
    // Takes no space: the file is one hole.
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(step.path("scripts/huge.bin"))
        .unwrap();
    file.set_len(5 * 1024 * 1024 * 1024 + 1).unwrap();
    refused(&cloud, &step).await.says(&[
        "`max-files`: there are 2 files, and 1 are allowed",
        "`max-size`: the files have 5.0 GiB together, and 5.0 GiB are allowed",
    ]);
}

#[tokio::test]
async fn an_empty_prefix_means_the_default() {
    let cloud = cloud().await;
    let outcome = Step::new(&cloud)
        .set("INPUT_PREFIX", "")
        .run()
        .await
        .succeeded();
    assert!(
        outcome
            .output("scripts-uri")
            .starts_with("s3://bench/scripts/")
    );
}

#[tokio::test]
async fn our_own_manifest_is_not_uploaded_as_a_file() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_ALLOW", ".manifest.json");
    step.write("scripts/.manifest.json", "{}");
    refused(&cloud, &step)
        .await
        .says(&["`.manifest.json`: this is where the set's own manifest goes"]);
}
