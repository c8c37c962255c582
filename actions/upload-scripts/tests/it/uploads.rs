//! What reaches the bucket.

use crate::step::{BUCKET, Step, cloud};
use local_cloud::LocalCloud;

async fn object(cloud: &LocalCloud, key: &str) -> Option<String> {
    let bytes = cloud.objects().get(BUCKET, key).await.unwrap()?;
    Some(String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn scripts_and_templates_arrive_and_their_places_are_outputs() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    let outcome = step.run().await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.log);

    let script = std::fs::read_to_string(step.path("scripts/src/threadsleep.py")).unwrap();
    assert_eq!(
        object(&cloud, "scripts/src/threadsleep.py").await,
        Some(script)
    );
    let driver = object(&cloud, "scripts/config/driver-template.yaml")
        .await
        .unwrap();
    assert!(
        driver.contains("provisioner: 'spark-driver'")
            && driver.contains("name: spark-kubernetes-driver")
    );
    let executor = object(&cloud, "scripts/config/executor-template.yaml")
        .await
        .unwrap();
    assert!(
        executor.contains("provisioner: 'spark-executor'")
            && executor.contains("name: spark-kubernetes-executor")
    );

    let expected = [
        ("scripts-uri", "s3://bench/scripts/"),
        ("entry-point-uri", "s3://bench/scripts/src/threadsleep.py"),
        (
            "driver-template-uri",
            "s3://bench/scripts/config/driver-template.yaml",
        ),
        (
            "executor-template-uri",
            "s3://bench/scripts/config/executor-template.yaml",
        ),
        ("uploaded", "3"),
        ("unchanged", "0"),
    ];
    assert_eq!(
        outcome.outputs,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert!(
        outcome
            .summary
            .contains("<code>s3://bench/scripts/src/threadsleep.py</code>"),
        "{}",
        outcome.summary
    );
    assert!(
        outcome.summary.contains("Uploaded: 3 ("),
        "{}",
        outcome.summary
    );
}

#[tokio::test]
async fn a_second_run_uploads_nothing() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    assert_eq!(step.run().await.output("uploaded"), "3");
    let second = step.run().await;
    assert_eq!(
        (second.output("uploaded"), second.output("unchanged")),
        ("0", "3"),
        "{}",
        second.log
    );
}

#[tokio::test]
async fn only_what_changed_is_uploaded_again() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    step.write("scripts/settings.conf", "unit=1");
    step.run().await;
    // The same size, so that only the checksum tells.
    step.write("scripts/settings.conf", "unit=2");
    let second = step.set("INPUT_EXECUTOR-NODE-POOL", "spot").run().await;
    assert_eq!(
        (second.output("uploaded"), second.output("unchanged")),
        ("2", "2"),
        "{}",
        second.log
    );
    assert_eq!(
        object(&cloud, "scripts/settings.conf").await.as_deref(),
        Some("unit=2")
    );
    assert!(
        object(&cloud, "scripts/config/executor-template.yaml")
            .await
            .unwrap()
            .contains("provisioner: 'spot'")
    );
}

#[tokio::test]
async fn a_file_of_unknown_origin_is_uploaded_over() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    step.write("scripts/settings.conf", "unit=1");
    cloud
        .objects()
        .put(BUCKET, "scripts/settings.conf", "unit=1".into())
        .await
        .unwrap();
    assert_eq!(step.run().await.output("uploaded"), "4");
    assert_eq!(step.run().await.output("uploaded"), "0");
}

#[tokio::test]
async fn source_prefix_and_names_can_be_chosen() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    step.write("jobs/my job (1).py", "pass");
    let outcome = step
        .set("INPUT_SOURCE", "jobs")
        .set("INPUT_PREFIX", "teams/a/")
        .set("INPUT_ENTRY-POINT", "./my job (1).py")
        .run()
        .await;
    assert_eq!(
        outcome.output("entry-point-uri"),
        "s3://bench/teams/a/my job (1).py",
        "{}",
        outcome.log
    );
    assert_eq!(
        object(&cloud, "teams/a/my job (1).py").await.as_deref(),
        Some("pass")
    );
    assert_eq!(object(&cloud, "teams/a/src/threadsleep.py").await, None);
}

#[tokio::test]
async fn hidden_files_and_links_out_of_the_folder_stay_here() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    step.write("scripts/.env", "secret");
    step.write("elsewhere", "secret");
    std::os::unix::fs::symlink(step.path("elsewhere"), step.path("scripts/link.py")).unwrap();
    let outcome = step.run().await;
    assert_eq!(outcome.output("uploaded"), "3", "{}", outcome.log);
    assert!(
        outcome
            .log
            .contains("left out `link.py`: a link that leaves the folder"),
        "{}",
        outcome.log
    );
}

#[tokio::test]
async fn a_template_in_the_source_is_used_as_it_is() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    let own =
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: spark-kubernetes-driver\n";
    step.write("scripts/config/driver-template.yaml", own);
    let outcome = step.run().await;
    assert_eq!(outcome.output("uploaded"), "3", "{}", outcome.log);
    assert_eq!(
        object(&cloud, "scripts/config/driver-template.yaml")
            .await
            .as_deref(),
        Some(own)
    );
    assert!(
        outcome.summary.contains("as your template says"),
        "{}",
        outcome.summary
    );
}

#[tokio::test]
async fn large_and_many_files_arrive() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    let large = "0123456789abcdef".repeat(512 * 1024);
    step.write("scripts/large.bin", &large);
    step.write("scripts/empty.py", "");
    (0..40).for_each(|number| step.write(&format!("scripts/lib/{number}.py"), &number.to_string()));
    let outcome = step.run().await;
    assert_eq!(outcome.output("uploaded"), "45", "{}", outcome.log);
    assert_eq!(
        object(&cloud, "scripts/large.bin")
            .await
            .map(|text| text.len()),
        Some(large.len())
    );
    assert_eq!(step.run().await.output("unchanged"), "45");
}
