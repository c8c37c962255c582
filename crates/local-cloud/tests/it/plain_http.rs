//! A request without an SDK: where one is not worth its size.

use std::time::Duration;

/// Posts a body and gives status and text of the answer.
pub(crate) async fn post(url: &str, headers: &[(&str, &str)], body: String) -> (u16, String) {
    let client: hyper_util::client::legacy::Client<_, axum::body::Body> =
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
            .build_http();
    let mut request = axum::http::Request::post(format!("{url}/"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(axum::body::Body::from(body)).unwrap();
    let answered = tokio::time::timeout(Duration::from_secs(10), client.request(request));
    let answer = answered.await.expect("an answer in time").unwrap();
    let status = answer.status().as_u16();
    let body = axum::body::Body::new(answer.into_body());
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}
