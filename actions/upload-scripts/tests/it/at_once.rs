//! Many files at once, and two uploads at once.

use crate::{
    bucket::{is_complete, is_complete_or_absent, manifest, object, paths, set, since},
    step::{Step, cloud},
};
use local_cloud::{At, Moment, Service};

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_small_files_arrive_and_are_known_again_by_a_few_requests() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_SET", "s");
    for number in 0..19_999 {
        step.write(
            &format!("scripts/d{}/{number}.txt", number % 100),
            number.to_string(),
        );
    }
    let first = step.run().await.succeeded();
    assert_eq!(first.output("uploaded"), "20002");
    assert_eq!(paths(&cloud, "s").len(), 20_003);
    first.says(&["… and 19952 more"]);

    let before = cloud.calls().len();
    assert_eq!(step.run().await.succeeded().counts(), ("0", "20002", "0"));
    let lists = since(&cloud, before, "ListObjectsV2");
    assert!((21..=25).contains(&lists), "{lists}");
    assert_eq!(cloud.calls().len() - before, lists + 1);

    // One changes, one goes, one comes: in the middle of the listing.
    step.write("scripts/d50/50.txt", "other");
    std::fs::remove_file(step.path("scripts/d51/51.txt")).unwrap();
    step.write("scripts/d51/new.txt", "new");
    let third = step.set("INPUT_DELETE", "true").run().await.succeeded();
    assert_eq!(third.counts(), ("2", "20000", "1"));
    let text = object(&cloud, "scripts/s/d50/50.txt").await;
    assert_eq!(text.as_deref(), Some("other"));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_files_than_allowed_are_refused() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    (0..20_000).for_each(|number| step.write(&format!("scripts/lib/{number}"), ""));
    let outcome = step.run().await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
    outcome.says(&["there are 20001 files, and 20000 are allowed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_uploads_of_the_same_set_at_once_both_succeed() {
    for name in [None, Some("s")] {
        let cloud = cloud().await;
        let of = || {
            let step = Step::new(&cloud);
            (0..200).for_each(|n| step.write(&format!("scripts/lib/{n}.py"), format!("x = {n}\n")));
            match name {
                Some(name) => step.set("INPUT_SET", name),
                None => step,
            }
        };
        let (one, two) = (of(), of());
        // Both have looked before either has written.
        let hold = cloud.hold(At::Nth(Service::S3, "PutObject", 1), Moment::Before);
        let first = one.start();
        hold.arrived().await;
        let second = two.run().await.succeeded();
        hold.release();
        let first = one.end(first).await.succeeded();
        assert_eq!(first.output("hash"), second.output("hash"));
        assert!(is_complete(&cloud, &set(&first)).await);
        assert_eq!(one.run().await.succeeded().output("uploaded"), "0");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_uploads_with_other_files_into_one_set_at_most_one_succeeds() {
    let cloud = cloud().await;
    let of = |text: &str| {
        let step = Step::new(&cloud).set("INPUT_SET", "s");
        step.write("scripts/a.conf", text);
        step
    };
    let (one, two) = (of("1"), of("2"));
    let hold = cloud.hold(At::Nth(Service::S3, "PutObject", 1), Moment::Before);
    let first = one.start();
    hold.arrived().await;
    two.run().await.succeeded();
    assert!(is_complete(&cloud, "s").await);
    hold.release();
    let first = one.end(first).await;
    assert_eq!(first.code, Some(3), "{}", first.log);
    first.says(&[
        "another upload has put other files into set `s` meanwhile",
        "give each branch a set of its own",
    ]);
    // The first has overwritten some of the second's files: nobody is told that they are whole.
    assert!(is_complete_or_absent(&cloud, "s").await);
    assert_eq!(manifest(&cloud, "s").await.unwrap()["complete"], false);
    let again = two.run().await.succeeded();
    assert_eq!(again.output("unchanged"), "3", "{}", again.log);
    let text = object(&cloud, "scripts/s/a.conf").await;
    assert_eq!(text.as_deref(), Some("2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_overtaken_before_it_writes_gives_up_without_a_trace() {
    let cloud = cloud().await;
    let of = |text: &str| {
        let step = Step::new(&cloud).set("INPUT_SET", "s");
        step.write("scripts/a.conf", text);
        step
    };
    of("0").run().await.succeeded();
    let (one, two) = (of("1"), of("2"));
    // The manifest of a set that is complete is taken back before anything else.
    let begun = cloud.calls().len() as u64;
    let at = At::when(move |call| {
        call.operation == "PutObject" && call.sequence > begun && call.subject.ends_with(".json")
    });
    let hold = cloud.hold(at, Moment::Before);
    let first = one.start();
    hold.arrived().await;
    two.run().await.succeeded();
    hold.release();
    let first = one.end(first).await;
    assert_eq!(first.code, Some(3), "{}", first.log);
    first.says(&[
        "other files into set `s`: nothing of this one was written; set `s` is as it was before",
    ]);
    assert!(is_complete(&cloud, "s").await);
    let text = object(&cloud, "scripts/s/a.conf").await;
    assert_eq!(text.as_deref(), Some("2"));
}
