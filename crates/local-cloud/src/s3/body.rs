//! Receives the body of an upload and checks it against the digests the client sent.

use super::checksum;
use crate::objects::{Algorithm, Checksum, Digest};
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::StreamingBlob;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result, TrailingHeaders, s3_error};
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The most bytes one request may bring: 5 GiB.
const LARGEST: u64 = 5 * 1024 * 1024 * 1024;

/// Room is made ahead for this much at most, in bytes: what a client announces is only its word.
const LARGEST_ROOM: u64 = 64 * 1024 * 1024;

/// Counts the bytes of a request's body as they come from the connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrived(Arc<AtomicU64>);

impl Arrived {
    pub(super) fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// What a client says about the body it sends.
#[derive(Debug)]
pub(super) struct Announced {
    md5: Option<String>,
    checksum: Option<(Algorithm, String)>,
    trailing: Option<Algorithm>,
    /// As it comes over the wire.
    length: Option<u64>,
    /// Without what S3's chunks add to it.
    decoded_length: Option<u64>,
    content_sha256: String,
    trailers: Option<TrailingHeaders>,
    arrived: Arrived,
}

/// A body that is as it was announced.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) body: Bytes,
    pub(super) md5: Digest,
    pub(super) checksum: Option<Checksum>,
}

impl Announced {
    /// What the headers of this request say.
    pub(super) fn of<T>(request: &S3Request<T>) -> S3Result<Self> {
        let headers = &request.headers;
        let length = number(headers, header::CONTENT_LENGTH.as_str());
        let decoded_length = number(headers, "x-amz-decoded-content-length").or(length);
        check_size(decoded_length)?;
        Ok(Self {
            md5: text(headers, "content-md5"),
            checksum: checksum::sent(headers)?,
            trailing: checksum::trailing(headers),
            length,
            decoded_length,
            content_sha256: text(headers, "x-amz-content-sha256").unwrap_or_default(),
            trailers: request.trailing_headers.clone(),
            arrived: request.extensions.get().cloned().unwrap_or_default(),
        })
    }

    /// Reads the whole body; what was announced ahead of it or in trailers after it has to match. Where no checksum
    /// was announced, the usual one is computed.
    pub(super) async fn receive(
        self,
        body: Option<StreamingBlob>,
        usual: Option<Algorithm>,
    ) -> S3Result<Received> {
        let ahead = self.checksum.as_ref().map(|(algorithm, _)| *algorithm);
        let algorithm = ahead.or(self.trailing).or(usual);
        let mut hasher = algorithm.map(Algorithm::hasher);
        let mut md5 = Md5::new();
        let room = self.decoded_length.unwrap_or_default().min(LARGEST_ROOM);
        let mut whole = BytesMut::with_capacity(usize::try_from(room).unwrap_or_default());
        if let Some(mut body) = body {
            while let Some(chunk) = body.try_next().await.map_err(|cause| self.broken(cause))? {
                // While the bytes are in the processor's cache.
                md5.update(&chunk);
                if let Some(hasher) = &mut hasher {
                    hasher.update(&chunk);
                }
                whole.extend_from_slice(&chunk);
            }
        }
        let md5 = md5.finalize();
        check_md5(&md5, self.md5.as_deref())?;
        let computed = algorithm.zip(hasher);
        let computed = computed.map(|(algorithm, hasher)| (algorithm, algorithm.finish(hasher)));
        if let Some(expected) = self.expected()? {
            check(&expected, computed.as_ref())?;
        }
        Ok(Received {
            body: whole.freeze(),
            md5,
            checksum: computed.map(|(algorithm, value)| Checksum::full(algorithm, value)),
        })
    }

    /// The checksum the client sent, ahead of the body or after it.
    fn expected(&self) -> S3Result<Option<(Algorithm, String)>> {
        if self.checksum.is_some() {
            return Ok(self.checksum.clone());
        }
        let trailers = self.trailers.as_ref().and_then(TrailingHeaders::take);
        trailers.map_or(Ok(None), |trailers| checksum::sent(&trailers))
    }

    /// Why a body could not be read. When all of it has arrived, it was not what the signature is for.
    fn broken(&self, cause: Box<dyn Error + Send + Sync>) -> S3Error {
        let all = self.length == Some(self.arrived.0.load(Ordering::Relaxed));
        let mut error = match self.content_sha256.as_str() {
            "UNSIGNED-PAYLOAD" | "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => incomplete(),
            _ if !all => incomplete(),
            signed if signed.starts_with("STREAMING-") => s3_error!(
                SignatureDoesNotMatch,
                "The request signature we calculated does not match the signature you provided."
            ),
            _ => sha256_mismatch(),
        };
        error.set_source(cause);
        error
    }
}

fn incomplete() -> S3Error {
    s3_error!(IncompleteBody, "the request body ended early")
}

fn sha256_mismatch() -> S3Error {
    let code = S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into());
    let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    let mut error = S3Error::with_message(code, message);
    error.set_status_code(axum::http::StatusCode::BAD_REQUEST);
    error
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

fn check_size(bytes: Option<u64>) -> S3Result<()> {
    if bytes.is_some_and(|bytes| bytes > LARGEST) {
        return Err(s3_error!(
            EntityTooLarge,
            "Your proposed upload exceeds the maximum allowed size"
        ));
    }
    Ok(())
}

fn check_md5(received: &Digest, announced: Option<&str>) -> S3Result<()> {
    let Some(announced) = announced else {
        return Ok(());
    };
    if announced == base64_simd::STANDARD.encode_to_string(received) {
        return Ok(());
    }
    Err(s3_error!(
        BadDigest,
        "The Content-MD5 you specified did not match what we received."
    ))
}

fn check(
    (algorithm, expected): &(Algorithm, String),
    computed: Option<&(Algorithm, String)>,
) -> S3Result<()> {
    match computed {
        Some((_, value)) if value == expected => Ok(()),
        Some((computed, _)) if computed == algorithm => Err(s3_error!(
            BadDigest,
            "The {} you specified did not match the calculated checksum.",
            algorithm.name()
        )),
        _ => Err(s3_error!(
            InvalidRequest,
            "The trailer is not the one that x-amz-trailer announces."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{LARGEST, check_size};

    #[test]
    fn one_request_brings_five_gibibytes_at_most() {
        assert!(check_size(Some(LARGEST)).is_ok());
        assert!(check_size(Some(LARGEST + 1)).is_err());
        assert!(check_size(None).is_ok());
    }
}
