//! Receives the body of an upload and checks it against the digests the client sent.

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;
use s3s::checksum::ChecksumHasher;
use s3s::dto::{Checksum, StreamingBlob};
use s3s::{S3Result, TrailingHeaders, s3_error};

/// The digests a client sent ahead of the body, base64 as on the wire.
#[derive(Debug, Default)]
pub(super) struct Digests {
    pub(super) md5: Option<String>,
    pub(super) checksum: Checksum,
}

/// Reads the whole body; what was announced ahead of it or in trailers after it has to match.
pub(super) async fn receive(
    body: Option<StreamingBlob>,
    mut announced: Digests,
    trailers: Option<TrailingHeaders>,
) -> S3Result<(Bytes, Checksum)> {
    let body = read(body).await?;
    if let Some(trailers) = trailers {
        add_trailers(&mut announced.checksum, &trailers)?;
    }
    check_md5(&body, announced.md5.as_deref())?;
    check(&body, &announced.checksum)?;
    Ok((body, announced.checksum))
}

async fn read(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(mut body) = body else {
        return Ok(Bytes::new());
    };
    let mut whole = BytesMut::new();
    while let Some(chunk) = body.try_next().await.map_err(|cause| {
        let mut error = s3_error!(IncompleteBody, "the request body ended early");
        error.set_source(cause);
        error
    })? {
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

fn add_trailers(checksum: &mut Checksum, trailers: &TrailingHeaders) -> S3Result<()> {
    let Some(trailers) = trailers.take() else {
        return Ok(());
    };
    let fields = [
        ("x-amz-checksum-crc32", &mut checksum.checksum_crc32),
        ("x-amz-checksum-crc32c", &mut checksum.checksum_crc32c),
        ("x-amz-checksum-crc64nvme", &mut checksum.checksum_crc64nvme),
        ("x-amz-checksum-sha1", &mut checksum.checksum_sha1),
        ("x-amz-checksum-sha256", &mut checksum.checksum_sha256),
    ];
    for (name, field) in fields {
        if let Some(value) = trailers.get(name) {
            let value = value.to_str().map_err(|_| s3_error!(InvalidArgument))?;
            *field = Some(value.to_owned());
        }
    }
    Ok(())
}

fn check_md5(body: &Bytes, announced: Option<&str>) -> S3Result<()> {
    let Some(announced) = announced else {
        return Ok(());
    };
    if announced == base64(&crate::objects::md5(body)) {
        Ok(())
    } else {
        Err(s3_error!(
            BadDigest,
            "The Content-MD5 you specified did not match what we received."
        ))
    }
}

fn check(body: &Bytes, announced: &Checksum) -> S3Result<()> {
    let mut hasher = ChecksumHasher {
        crc32: announced.checksum_crc32.is_some().then(Default::default),
        crc32c: announced.checksum_crc32c.is_some().then(Default::default),
        crc64nvme: announced
            .checksum_crc64nvme
            .is_some()
            .then(Default::default),
        sha1: announced.checksum_sha1.is_some().then(Default::default),
        sha256: announced.checksum_sha256.is_some().then(Default::default),
    };
    hasher.update(body);
    let received = hasher.finalize();
    let matches = received.checksum_crc32 == announced.checksum_crc32
        && received.checksum_crc32c == announced.checksum_crc32c
        && received.checksum_crc64nvme == announced.checksum_crc64nvme
        && received.checksum_sha1 == announced.checksum_sha1
        && received.checksum_sha256 == announced.checksum_sha256;
    if matches {
        Ok(())
    } else {
        Err(s3_error!(
            BadDigest,
            "The checksum you specified did not match the calculated checksum."
        ))
    }
}

fn base64(digest: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(digest)
}
