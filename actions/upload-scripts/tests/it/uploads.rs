//! What reaches the bucket.

use crate::{
    bucket::{is_complete, manifest, object, paths, set, since},
    step::{BUCKET, Step, cloud},
};

#[tokio::test]
async fn scripts_and_templates_arrive_in_a_place_of_their_own_and_are_outputs() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    let outcome = step.run().await.succeeded();

    let hash = outcome.output("hash").to_owned();
    assert_eq!(hash.len(), 64);
    let name = set(&outcome);
    assert_eq!(name, hash[..32]);
    let expected = [
        ".manifest.json",
        "config/driver-template.yaml",
        "config/executor-template.yaml",
        "src/threadsleep.py",
    ];
    assert_eq!(paths(&cloud, &name), expected);
    let script = std::fs::read_to_string(step.path("scripts/src/threadsleep.py")).unwrap();
    let key = format!("scripts/{name}/src/threadsleep.py");
    assert_eq!(object(&cloud, &key).await, Some(script.clone()));
    let kind = cloud.objects().content_type(BUCKET, &key);
    assert_eq!(kind.as_deref(), Some("text/x-python"));
    for role in ["driver", "executor"] {
        let key = format!("scripts/{name}/config/{role}-template.yaml");
        let template = object(&cloud, &key).await.unwrap();
        assert!(
            template.contains(&format!("'provisioner': 'spark-{role}'")),
            "{template}"
        );
        assert!(
            template.contains(&format!("name: spark-kubernetes-{role}")),
            "{template}"
        );
    }

    let folder = format!("s3://bench/scripts/{name}/");
    for (output, path) in [
        ("scripts-uri", ""),
        ("entry-point-uri", "src/threadsleep.py"),
        ("driver-template-uri", "config/driver-template.yaml"),
        ("executor-template-uri", "config/executor-template.yaml"),
        ("manifest-uri", ".manifest.json"),
    ] {
        assert_eq!(outcome.output(output), format!("{folder}{path}"));
    }
    assert_eq!(outcome.counts(), ("3", "0", "0"));
    assert_eq!(
        (outcome.output("changes"), outcome.output("alias-uri")),
        ("3", "")
    );
    let mut bytes = script.len();
    for role in ["driver", "executor"] {
        let key = format!("scripts/{name}/config/{role}-template.yaml");
        bytes += object(&cloud, &key).await.unwrap().len();
    }
    assert_eq!(outcome.output("bytes"), bytes.to_string());
    for part in [
        &format!("<code>{folder}src/threadsleep.py</code>"),
        "is complete: 3 files (",
    ] {
        assert!(
            outcome.summary.contains(part),
            "{part}: {}",
            outcome.summary
        );
    }
}

#[tokio::test]
async fn a_second_run_uploads_nothing_and_asks_two_questions() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    let first = step.run().await.succeeded();
    let before = cloud.calls().len();
    let second = step.run().await.succeeded();
    assert_eq!(second.counts(), ("0", "3", "0"));
    assert_eq!(second.output("hash"), first.output("hash"));
    let calls = cloud.calls();
    let mut asked: Vec<&str> = calls[before..]
        .iter()
        .map(|call| &*call.operation)
        .collect();
    asked.sort_unstable();
    assert_eq!(asked, ["GetObject", "ListObjectsV2"]);
    second.says(&["was complete already: nothing was uploaded (3 files, "]);
}

#[tokio::test]
async fn two_branches_do_not_touch_each_others_scripts() {
    let cloud = cloud().await;
    let (one, two) = (Step::new(&cloud), Step::new(&cloud));
    two.write("scripts/src/threadsleep.py", "print('other')\n");
    let one = one.run().await.succeeded();
    let two = two.run().await.succeeded();
    assert_ne!(set(&one), set(&two));
    for outcome in [&one, &two] {
        assert!(is_complete(&cloud, &set(outcome)).await);
        assert_eq!(paths(&cloud, &set(outcome)).len(), 4);
    }
    let key = format!("scripts/{}/src/threadsleep.py", set(&two));
    assert_eq!(
        object(&cloud, &key).await.as_deref(),
        Some("print('other')\n")
    );
}

#[tokio::test]
async fn in_a_named_set_only_what_changed_is_sent() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_SET", "pr-7");
    step.write("scripts/settings.conf", "unit=1");
    let first = step.run().await.succeeded();
    assert_eq!(
        (first.counts(), first.output("set")),
        (("4", "0", "0"), "pr-7")
    );
    // The same size, so that only the checksum tells.
    step.write("scripts/settings.conf", "unit=2");
    let step = step.set("INPUT_EXECUTOR-NODE-POOL", "spot");
    let before = cloud.calls().len();
    let second = step.run().await.succeeded();
    assert_eq!(second.counts(), ("2", "2", "0"));
    assert_ne!(second.output("hash"), first.output("hash"));
    // Two files; the manifest is taken back before and written after them.
    assert_eq!(since(&cloud, before, "PutObject"), 4);
    assert_eq!(since(&cloud, before, "HeadObject"), 0);
    let text = object(&cloud, "scripts/pr-7/settings.conf").await;
    assert_eq!(text.as_deref(), Some("unit=2"));
    let template = object(&cloud, "scripts/pr-7/config/executor-template.yaml").await;
    assert!(template.unwrap().contains("'provisioner': 'spot'"));
    let manifest = manifest(&cloud, "pr-7").await.unwrap();
    assert_eq!(manifest["hash"], second.output("hash"));
    assert_eq!(manifest["files"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn what_another_tool_has_put_there_is_compared_by_its_checksum() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_SET", "pr-7");
    step.write("scripts/a.conf", "unit=1");
    step.write("scripts/b.conf", "unit=1");
    step.run().await.succeeded();
    // One of them is overwritten with the same content, by somebody whose object S3 has no SHA-256 of.
    let put = cloud
        .objects()
        .put(BUCKET, "scripts/pr-7/a.conf", "unit=2".into());
    put.await.unwrap();
    let second = step.run().await.succeeded();
    assert_eq!(second.counts(), ("1", "4", "0"));
    let text = object(&cloud, "scripts/pr-7/a.conf").await;
    assert_eq!(text.as_deref(), Some("unit=1"));
    assert_eq!(step.run().await.succeeded().output("uploaded"), "0");
}

#[tokio::test]
async fn a_file_that_is_missing_in_a_complete_set_is_sent_again() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    let name = set(&step.run().await.succeeded());
    let key = format!("scripts/{name}/src/threadsleep.py");
    cloud.objects().remove(BUCKET, &key).await.unwrap();
    assert_eq!(step.run().await.succeeded().counts(), ("1", "2", "0"));
    assert!(object(&cloud, &key).await.is_some());
}

#[tokio::test]
async fn without_a_manifest_objects_are_known_by_the_checksum_that_s3_keeps() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    let name = set(&step.run().await.succeeded());
    let key = format!("scripts/{name}/.manifest.json");
    for broken in [None, Some("<html>")] {
        match broken {
            None => cloud.objects().remove(BUCKET, &key).await.unwrap(),
            Some(text) => cloud
                .objects()
                .put(BUCKET, &key, text.into())
                .await
                .unwrap(),
        }
        let before = cloud.calls().len();
        let again = step.run().await.succeeded();
        assert_eq!(again.counts(), ("0", "3", "0"));
        assert_eq!(since(&cloud, before, "HeadObject"), 3);
        assert!(is_complete(&cloud, &name).await);
    }
}

#[tokio::test]
async fn foreign_objects_are_deleted_only_when_asked_and_only_inside_the_set() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_SET", "pr-7");
    step.write("scripts/old.py", "pass");
    step.run().await.succeeded();
    std::fs::remove_file(step.path("scripts/old.py")).unwrap();
    for key in [
        "scripts/pr-7/other",
        "scripts/pr-70/x",
        "scripts/x",
        "pr-7/x",
    ] {
        cloud.objects().put(BUCKET, key, "x".into()).await.unwrap();
    }
    let kept = step.run().await.succeeded();
    assert_eq!(kept.counts(), ("0", "3", "0"));
    assert!(
        kept.summary.contains("do not belong to the set: 2."),
        "{}",
        kept.summary
    );
    assert!(object(&cloud, "scripts/pr-7/old.py").await.is_some());

    let step = step.set("INPUT_DELETE", "true");
    let dry = step.set("INPUT_DRY-RUN", "true");
    let planned = dry.run().await.succeeded();
    assert_eq!(
        (planned.output("deleted"), planned.output("changes")),
        ("0", "2")
    );
    let deleted = dry.set("INPUT_DRY-RUN", "false").run().await.succeeded();
    assert_eq!(deleted.counts(), ("0", "3", "2"));
    let left = paths(&cloud, "pr-7");
    assert_eq!(left.len(), 4, "{left:?}");
    for key in ["scripts/pr-70/x", "scripts/x", "pr-7/x"] {
        assert!(object(&cloud, key).await.is_some(), "{key}");
    }
    assert!(is_complete(&cloud, "pr-7").await);
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_done_and_writes_nothing() {
    let cloud = cloud().await;
    let step = Step::new(&cloud)
        .set("INPUT_DRY-RUN", "true")
        .set("INPUT_ALIAS", "main");
    let outcome = step.run().await.succeeded();
    assert_eq!(outcome.counts(), ("0", "0", "0"));
    assert_eq!(
        (outcome.output("changes"), outcome.output("bytes")),
        ("3", "0")
    );
    assert_eq!(cloud.objects().keys(BUCKET, ""), [""; 0]);
    outcome.says(&[
        "Dry run, nothing was sent: in set `",
        "3 files (",
        "would be uploaded",
    ]);
}

#[tokio::test]
async fn an_alias_leads_to_the_set_that_was_complete_last() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_ALIAS", "main");
    let first = step.run().await.succeeded();
    assert_eq!(
        first.output("alias-uri"),
        "s3://bench/scripts/aliases/main.json"
    );
    first.says(&["Alias `main` leads to it now."]);
    step.run()
        .await
        .succeeded()
        .says(&["Alias `main` leads to it already."]);
    step.write("scripts/more.py", "x = 1\n");
    let second = step.run().await.succeeded();
    let alias = object(&cloud, "scripts/aliases/main.json").await.unwrap();
    let alias: serde_json::Value = serde_json::from_str(&alias).unwrap();
    for output in [
        "set",
        "hash",
        "entry-point-uri",
        "driver-template-uri",
        "executor-template-uri",
    ] {
        assert_eq!(alias[output], second.output(output), "{output}");
        assert!(output == "set" || first.output(output) != second.output(output));
    }
}

#[tokio::test]
async fn source_prefix_and_patterns_can_be_chosen() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    step.write("jobs/my job (1).py", "pass");
    step.write("jobs/lib/a.py", "pass");
    step.write("jobs/lib/a.sql", "select 1");
    step.write("jobs/lib/big.csv", "1,2");
    step.write("jobs/__pycache__/a.pyc", "x");
    let outcome = step
        .set("INPUT_SOURCE", "jobs")
        .set("INPUT_PREFIX", "teams/a/")
        .set("INPUT_SET", "one")
        .set("INPUT_ENTRY-POINT", "./my job (1).py")
        .set("INPUT_INCLUDE", "*.py\n*.sql\n*.csv\n*.pyy")
        .set("INPUT_EXCLUDE", "*.csv")
        .run()
        .await
        .succeeded();
    for line in ["*.pyy", "*.csv"] {
        outcome.says(&[&format!("line `{line}` of `include` matches no file")]);
    }
    assert!(!outcome.log.contains("line `*.py` of"), "{}", outcome.log);
    assert_eq!(
        outcome.output("entry-point-uri"),
        "s3://bench/teams/a/one/my job (1).py"
    );
    let keys = cloud.objects().keys(BUCKET, "");
    let expected = [
        ".manifest.json",
        "config/driver-template.yaml",
        "config/executor-template.yaml",
        "lib/a.py",
        "lib/a.sql",
        "my job (1).py",
    ];
    assert_eq!(keys, expected.map(|path| format!("teams/a/one/{path}")));
}

#[tokio::test]
async fn unusual_names_arrive_as_they_are() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_SET", "s");
    let names = [
        "a b.txt",
        "a+b.txt",
        "a%20b.txt",
        "ä.txt",
        "a\u{308}.txt",
        "日本/語.txt",
        "q?x=1&y#z.txt",
        "<a>'\".txt",
        "a\\b.txt",
        "😀.txt",
        "~.txt",
    ];
    for name in names {
        step.write(&format!("scripts/{name}"), name);
    }
    let first = step.run().await.succeeded();
    assert_eq!(first.output("uploaded"), "14");
    for name in names {
        let text = object(&cloud, &format!("scripts/s/{name}")).await;
        assert_eq!(text.as_deref(), Some(name));
    }
    assert_eq!(step.run().await.succeeded().counts(), ("0", "14", "0"));
    // Without the manifest each is asked for by its name.
    let manifest = cloud.objects().remove(BUCKET, "scripts/s/.manifest.json");
    manifest.await.unwrap();
    assert_eq!(step.run().await.succeeded().counts(), ("0", "14", "0"));
}

#[tokio::test]
async fn empty_files_arrive_and_are_not_sent_again() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_SET", "s");
    step.write("scripts/lib/__init__.py", "");
    assert_eq!(step.run().await.succeeded().output("uploaded"), "4");
    let text = object(&cloud, "scripts/s/lib/__init__.py").await;
    assert_eq!(text.as_deref(), Some(""));
    assert_eq!(step.run().await.succeeded().output("uploaded"), "0");
}

#[tokio::test]
async fn what_was_asked_for_once_is_known_from_then_on() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_SET", "s");
    step.run().await.succeeded();
    let manifest = "scripts/s/.manifest.json";
    let text = object(&cloud, manifest).await.unwrap();
    // As S3 does it when an object is written again in a bucket with a KMS key: the content is the same, the ETag is not.
    let other = text.replace("\"etag\":\"", "\"etag\":\"0");
    cloud
        .objects()
        .put(BUCKET, manifest, other.into())
        .await
        .unwrap();
    for asked in [3, 0] {
        let before = cloud.calls().len();
        assert_eq!(step.run().await.succeeded().counts(), ("0", "3", "0"));
        assert_eq!(since(&cloud, before, "HeadObject"), asked);
        assert!(is_complete(&cloud, "s").await);
    }
}
