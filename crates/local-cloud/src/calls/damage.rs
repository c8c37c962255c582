//! What may happen to a request or an answer on its way.

use super::gate::Reset;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::BytesMut;
use futures::{StreamExt, stream};
use std::time::Duration;

/// Reads about half of the request's body, and no more.
pub(super) async fn half(request: Request) {
    let announced = request.headers().get("content-length");
    let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
    let enough = announced.unwrap_or(0_usize) / 2;
    let mut read = 0;
    let mut data = request.into_body().into_data_stream();
    while read < enough {
        match data.next().await {
            Some(Ok(chunk)) => read += chunk.len(),
            Some(Err(_)) | None => return,
        }
    }
}

/// The request with one byte changed in the middle of its body, behind the head of the first chunk where S3's chunks
/// are sent.
pub(super) async fn corrupted(request: Request) -> Result<Request, Reset> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .map_err(|_| Reset)?;
    let mut body = BytesMut::from(body);
    let hash = parts.headers.get("x-amz-content-sha256");
    let chunked = hash.is_some_and(|hash| hash.as_bytes().starts_with(b"STREAMING-"));
    let head = body.windows(2).position(|end| end == b"\r\n");
    let at = match head {
        Some(head) if chunked => head + 2,
        _ => body.len() / 2,
    };
    if let Some(byte) = body.get_mut(at) {
        *byte ^= 1;
    }
    Ok(Request::from_parts(parts, Body::from(body.freeze())))
}

/// Half of the answer's body without its proper end.
pub(super) async fn truncated(answer: Response) -> Result<Response, Reset> {
    let (parts, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .map_err(|_| Reset)?;
    if body.is_empty() {
        return Err(Reset);
    }
    let half = Ok(body.slice(..body.len() / 2));
    let pieces = stream::iter([half, Err(std::io::Error::other(Reset))]);
    Ok(Response::from_parts(parts, Body::from_stream(pieces)))
}

/// The answer, broken off after this time without its proper end.
pub(super) fn cut(answer: Response, after: Duration) -> Response {
    let (parts, body) = answer.into_parts();
    let end = stream::once(async move {
        tokio::time::sleep(after).await;
        None
    });
    let data = body
        .into_data_stream()
        .map(|data| Some(data.map_err(std::io::Error::other)));
    let until_cut = stream::select(data, end)
        .map(|item| item.unwrap_or_else(|| Err(std::io::Error::other(Reset))))
        // An error breaks the connection; nothing may follow it.
        .scan(false, |over, item| {
            let go_on = !std::mem::replace(over, item.is_err());
            std::future::ready(go_on.then_some(item))
        });
    Response::from_parts(parts, Body::from_stream(until_cut))
}
