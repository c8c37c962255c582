//! Checksums as they stand in S3's requests and answers.

use crate::objects::{Algorithm, Checksum, Kind};
use axum::http::HeaderMap;
use s3s::dto::{self, ChecksumAlgorithm, ChecksumType};
use s3s::{S3Result, s3_error};

/// The header or trailer that has a checksum of this algorithm.
pub(super) fn header(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Crc32 => "x-amz-checksum-crc32",
        Algorithm::Crc32c => "x-amz-checksum-crc32c",
        Algorithm::Crc64Nvme => "x-amz-checksum-crc64nvme",
        Algorithm::Sha1 => "x-amz-checksum-sha1",
        Algorithm::Sha256 => "x-amz-checksum-sha256",
    }
}

/// The checksum that is sent in these headers or trailers, if there is one.
pub(super) fn sent(headers: &HeaderMap) -> S3Result<Option<(Algorithm, String)>> {
    let mut found = None;
    for algorithm in Algorithm::ALL {
        let Some(value) = headers.get(header(algorithm)) else {
            continue;
        };
        if found.is_some() {
            return Err(s3_error!(
                InvalidRequest,
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
            ));
        }
        let value = value.to_str().unwrap_or_default();
        let decoded = base64_simd::STANDARD.decode_to_vec(value);
        if decoded.is_ok_and(|decoded| decoded.len() == algorithm.length()) {
            found = Some((algorithm, value.to_owned()));
            continue;
        }
        return Err(s3_error!(
            InvalidRequest,
            "Value for {} header is invalid.",
            header(algorithm)
        ));
    }
    Ok(found)
}

/// The checksum that is announced to follow the body.
pub(super) fn trailing(headers: &HeaderMap) -> Option<Algorithm> {
    let names = headers.get("x-amz-trailer")?.to_str().ok()?;
    let named = |algorithm: &Algorithm| {
        let mut names = names.split(',');
        names.any(|name| name.trim().eq_ignore_ascii_case(header(*algorithm)))
    };
    Algorithm::ALL.into_iter().find(named)
}

/// The fields of an answer for this checksum.
pub(super) fn fields(checksum: Option<&Checksum>) -> dto::Checksum {
    let mut fields = dto::Checksum::default();
    if let Some(checksum) = checksum {
        let field = match checksum.algorithm {
            Algorithm::Crc32 => &mut fields.checksum_crc32,
            Algorithm::Crc32c => &mut fields.checksum_crc32c,
            Algorithm::Crc64Nvme => &mut fields.checksum_crc64nvme,
            Algorithm::Sha1 => &mut fields.checksum_sha1,
            Algorithm::Sha256 => &mut fields.checksum_sha256,
        };
        *field = Some(checksum.value.clone());
        fields.checksum_type = Some(kind(checksum.kind));
    }
    fields
}

/// S3's name for an algorithm, as a field.
pub(super) fn algorithm(algorithm: Algorithm) -> ChecksumAlgorithm {
    ChecksumAlgorithm::from_static(algorithm.name())
}

/// S3's name for a kind, as a field.
pub(super) fn kind(kind: Kind) -> ChecksumType {
    ChecksumType::from_static(match kind {
        Kind::FullObject => ChecksumType::FULL_OBJECT,
        Kind::Composite => ChecksumType::COMPOSITE,
    })
}

/// How an upload in parts is to be checked, as its first request says.
pub(super) fn chosen(
    algorithm: Option<&ChecksumAlgorithm>,
    kind: Option<&ChecksumType>,
) -> S3Result<Option<(Algorithm, Kind)>> {
    let kind = match kind.map(ChecksumType::as_str) {
        None => None,
        Some(ChecksumType::FULL_OBJECT) => Some(Kind::FullObject),
        Some(ChecksumType::COMPOSITE) => Some(Kind::Composite),
        Some(_) => {
            return Err(s3_error!(
                InvalidRequest,
                "Value for x-amz-checksum-type header is invalid."
            ));
        }
    };
    let Some(name) = algorithm.map(ChecksumAlgorithm::as_str) else {
        return match kind {
            None => Ok(None),
            Some(_) => Err(s3_error!(
                InvalidRequest,
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
            )),
        };
    };
    let Some(algorithm) = Algorithm::named(name) else {
        return Err(s3_error!(
            InvalidRequest,
            "Checksum algorithm provided is unsupported."
        ));
    };
    let kind = kind.unwrap_or(algorithm.usual_kind());
    if algorithm.allows(kind) {
        return Ok(Some((algorithm, kind)));
    }
    Err(s3_error!(
        InvalidRequest,
        "The {} checksum type cannot be used with the {} checksum algorithm.",
        self::kind(kind).as_str(),
        name.to_lowercase()
    ))
}
