//! S3 refuses or cannot be reached: exit code 3, with what, where and how to fix it.

use crate::step::{Step, cloud};

#[tokio::test]
async fn a_missing_bucket_is_named_with_its_region() {
    let cloud = cloud().await;
    let outcome = Step::new(&cloud)
        .set("INPUT_BUCKET", "no-such-bucket")
        .run()
        .await;
    assert_eq!(outcome.code, Some(3), "{}", outcome.log);
    for part in [
        "cannot list `s3://no-such-bucket/scripts/",
        "NoSuchBucket",
        "HTTP 404",
        "create bucket `no-such-bucket`, or correct input `bucket`",
    ] {
        assert!(outcome.log.contains(part), "{part}: {}", outcome.log);
    }
    assert_eq!(outcome.outputs, []);
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer_is_unreachable() {
    let cloud = cloud().await;
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let step = Step::new(&cloud).set("AWS_ENDPOINT_URL_S3", &format!("http://127.0.0.1:{port}"));
    let outcome = step.run().await;
    assert_eq!(outcome.code, Some(3), "{}", outcome.log);
    assert!(
        outcome.log.contains("the endpoint cannot be reached"),
        "{}",
        outcome.log
    );
}

#[tokio::test]
async fn a_wrong_secret_is_named_by_its_variable_and_not_shown() {
    let cloud = cloud().await;
    let outcome = Step::new(&cloud)
        .set("AWS_SECRET_ACCESS_KEY", "wrong-secret")
        .run()
        .await;
    assert_eq!(outcome.code, Some(3), "{}", outcome.log);
    assert!(
        outcome
            .log
            .contains("the AWS credentials are wrong: SignatureDoesNotMatch"),
        "{}",
        outcome.log
    );
    assert!(
        outcome.log.contains("correct `AWS_ACCESS_KEY_ID`"),
        "{}",
        outcome.log
    );
    assert!(!outcome.log.contains("wrong-secret"), "{}", outcome.log);
}

#[tokio::test]
async fn missing_credentials_are_said_in_words() {
    let cloud = cloud().await;
    let outcome = Step::new(&cloud)
        .set("AWS_ACCESS_KEY_ID", "")
        .set("AWS_SECRET_ACCESS_KEY", "")
        .run()
        .await;
    assert_eq!(outcome.code, Some(3), "{}", outcome.log);
    assert!(
        outcome.log.contains("no usable AWS credentials"),
        "{}",
        outcome.log
    );
    assert!(
        outcome.log.contains("configure-aws-credentials"),
        "{}",
        outcome.log
    );
}

#[tokio::test]
async fn a_missing_region_is_said_in_words() {
    let cloud = cloud().await;
    let outcome = Step::new(&cloud)
        .set("AWS_REGION", "")
        .set("AWS_DEFAULT_REGION", "")
        .run()
        .await;
    assert_eq!(outcome.code, Some(3), "{}", outcome.log);
    assert!(
        outcome.log.contains("in region unknown")
            && outcome.log.contains("check that a region is set"),
        "{}",
        outcome.log
    );
}
