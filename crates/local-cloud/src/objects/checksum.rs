//! The checksums that S3 keeps with objects, and how those of parts make that of an object.

use s3s::checksum::ChecksumHasher;

/// An algorithm that S3 checks bodies with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

/// What a checksum was computed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All bytes of the object.
    FullObject,
    /// The checksums of its parts.
    Composite,
}

/// The checksum of an object or of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checksum {
    pub(crate) algorithm: Algorithm,
    pub(crate) kind: Kind,
    /// Base64; the number of parts stands behind a composite one: `<base64>-3`.
    pub(crate) value: String,
}

impl Algorithm {
    pub(crate) const ALL: [Self; 5] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
    ];

    /// S3's name for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// The algorithm of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// How many bytes a checksum has.
    pub(crate) fn length(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The kind of checksum for an upload in parts, when nothing is said of it.
    pub(crate) fn usual_kind(self) -> Kind {
        match self {
            Self::Crc64Nvme => Kind::FullObject,
            _ => Kind::Composite,
        }
    }

    /// Whether checksums of parts can make one of this kind.
    pub(crate) fn allows(self, kind: Kind) -> bool {
        match self {
            Self::Crc32 | Self::Crc32c => true,
            Self::Crc64Nvme => kind == Kind::FullObject,
            Self::Sha1 | Self::Sha256 => kind == Kind::Composite,
        }
    }

    /// Computes this checksum alone.
    pub(crate) fn hasher(self) -> ChecksumHasher {
        let mut hasher = ChecksumHasher::default();
        match self {
            Self::Crc32 => hasher.crc32 = Some(Default::default()),
            Self::Crc32c => hasher.crc32c = Some(Default::default()),
            Self::Crc64Nvme => hasher.crc64nvme = Some(Default::default()),
            Self::Sha1 => hasher.sha1 = Some(Default::default()),
            Self::Sha256 => hasher.sha256 = Some(Default::default()),
        }
        hasher
    }

    /// What its hasher has come to, in base64.
    pub(crate) fn finish(self, hasher: ChecksumHasher) -> String {
        let computed = hasher.finalize();
        let value = match self {
            Self::Crc32 => computed.checksum_crc32,
            Self::Crc32c => computed.checksum_crc32c,
            Self::Crc64Nvme => computed.checksum_crc64nvme,
            Self::Sha1 => computed.checksum_sha1,
            Self::Sha256 => computed.checksum_sha256,
        };
        // The hasher was made for this algorithm.
        value.unwrap_or_default()
    }

    /// The checksum of these pieces, one after the other.
    pub(crate) fn over<'a>(self, pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
        let mut hasher = self.hasher();
        for piece in pieces {
            hasher.update(piece);
        }
        self.finish(hasher)
    }
}

impl Checksum {
    /// The checksum of all bytes of something.
    pub(crate) fn full(algorithm: Algorithm, value: String) -> Self {
        Self {
            algorithm,
            kind: Kind::FullObject,
            value,
        }
    }

    /// The checksum of an object that was sent in parts with these checksums. None if one is not base64.
    pub(crate) fn composite<'a>(
        algorithm: Algorithm,
        parts: impl IntoIterator<Item = &'a str>,
    ) -> Option<Self> {
        let decode = |part: &str| base64_simd::STANDARD.decode_to_vec(part).ok();
        let parts = parts.into_iter().map(decode).collect::<Option<Vec<_>>>()?;
        let value = algorithm.over(parts.iter().map(Vec::as_slice));
        Some(Self {
            algorithm,
            kind: Kind::Composite,
            value: format!("{value}-{}", parts.len()),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::{Algorithm, Checksum};

    /// Computed by S3 itself for parts of 5, 5 and 1 MiB, as published in a bug report about another imitation.
    #[test]
    fn a_composite_checksum_is_the_one_s3_gives() {
        let parts = [
            "lcKa6Boe7a167tUCN5C4OaFygGSYD8MBnBARTrdL+1w=",
            "gHjhbUT4oo2tSCtSZJdlKi+jeNXJT+VImqdPXsXvkOc=",
            "4l9PQ3zOPZ0oGFvknFX+J4zZwE4WMzO+l3r8XrbWOeM=",
        ];
        let composite = Checksum::composite(Algorithm::Sha256, parts).unwrap();
        assert_eq!(
            composite.value,
            "rVWtNbadtsaKXJAcgWPWjifHzJaXde/iV4jaJAOdivc=-3"
        );
        assert!(Checksum::composite(Algorithm::Sha256, ["no base64!"]).is_none());
    }
}
