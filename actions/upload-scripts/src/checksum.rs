//! The checksum by which S3 and we know a file's content. Pure but for reading the file.
//!
//! A file that goes up in one request has its SHA-256. One that goes up in parts has what S3 calls a composite
//! checksum: the SHA-256 of its parts' SHA-256s, with their number. S3 computes the same on receipt and keeps it, so
//! that no object is read again to compare it.

use sha2::{Digest, Sha256};
use std::{fmt, fs::File, io, os::unix::fs::FileExt, path::Path};

/// The length of a part, in bytes. A file longer than one goes up in parts.
pub(crate) const PART: u64 = 16 * 1024 * 1024;

/// The most parts that S3 takes for one object.
const MOST_PARTS: u64 = 10_000;

/// How much of a file is read at once, in bytes.
const READ: usize = 256 * 1024;

/// The SHA-256 of some bytes.
pub(crate) type Sum = [u8; 32];

/// Of a file's content.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Checksum {
    digest: Sum,
    /// Of a composite checksum.
    parts: Option<u32>,
}

impl Checksum {
    /// Of bytes that go up in one request.
    #[cfg(test)]
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self::of_file(&[sum(bytes)])
    }

    /// The composite of parts' checksums.
    pub(crate) fn of_parts(parts: &[Sum]) -> Self {
        let mut hasher = Sha256::new();
        parts.iter().for_each(|part| hasher.update(part));
        Self {
            digest: hasher.finalize().into(),
            parts: u32::try_from(parts.len()).ok(),
        }
    }

    /// From the checksums of a file's parts; a file with one part goes up in one request.
    pub(crate) fn of_file(parts: &[Sum]) -> Self {
        match parts {
            [whole] => Self {
                digest: *whole,
                parts: None,
            },
            parts => Self::of_parts(parts),
        }
    }

    /// Whether S3 writes this checksum so: base64, and for a composite a hyphen and the number of parts. Some that
    /// speak its protocol leave the number out; the digest of a composite is that of nothing else.
    pub(crate) fn is(&self, wire: &str) -> bool {
        let (digest, parts) = match wire.split_once('-') {
            Some((digest, parts)) => (digest, Some(parts)),
            None => (wire, None),
        };
        digest == base64(&self.digest)
            && parts.is_none_or(|parts| {
                Some(parts) == self.parts.map(|parts| parts.to_string()).as_deref()
            })
    }
}

/// In hexadecimal, with the number of parts of a composite: as the manifest has it.
impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hexadecimal(&self.digest))?;
        match self.parts {
            Some(parts) => write!(f, "-{parts}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The SHA-256 of bytes.
pub(crate) fn sum(bytes: &[u8]) -> Sum {
    Sha256::digest(bytes).into()
}

/// How a file of this size is cut: the length of every part but the last, in bytes.
pub(crate) fn part_length(size: u64) -> u64 {
    let least = size.div_ceil(MOST_PARTS);
    let mebibytes = |bytes: u64| bytes.div_ceil(1024 * 1024) * 1024 * 1024;
    PART.max(mebibytes(least))
}

/// How many parts a file of this size has; an empty one has one.
pub(crate) fn part_count(size: u64) -> u64 {
    size.div_ceil(part_length(size)).max(1)
}

/// The SHA-256 of one part of a file.
pub(crate) fn part_of(file: &File, size: u64, part: u64, buffer: &mut Vec<u8>) -> io::Result<Sum> {
    let (mut at, end) = part_range(size, part);
    let mut hasher = Sha256::new();
    buffer.resize(READ, 0);
    while at < end {
        let want = usize::try_from(end - at).map_or(READ, |left| left.min(READ));
        file.read_exact_at(&mut buffer[..want], at)?;
        hasher.update(&buffer[..want]);
        at += want as u64;
    }
    Ok(hasher.finalize().into())
}

/// Where a part begins and ends.
pub(crate) fn part_range(size: u64, part: u64) -> (u64, u64) {
    let length = part_length(size);
    (part * length, ((part + 1) * length).min(size))
}

/// One part of a file, as it is now.
pub(crate) fn read_part(path: &Path, size: u64, part: u64) -> io::Result<Vec<u8>> {
    let (start, end) = part_range(size, part);
    let length = usize::try_from(end - start).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    File::open(path)?.read_exact_at(&mut bytes, start)?;
    Ok(bytes)
}

/// As the S3 API wants it.
pub(crate) fn base64(sum: &Sum) -> String {
    aws_smithy_types::base64::encode(sum)
}

/// In lower-case hexadecimal.
pub(crate) fn hexadecimal(sum: &Sum) -> String {
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_written_in_both_forms() {
        let checksum = Checksum::of(b"abc");
        assert_eq!(
            checksum.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(checksum.is("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="));
        assert!(!checksum.is("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=-1"));
    }

    #[test]
    fn a_composite_is_the_checksum_of_its_parts_checksums() {
        let part: Sum = sum(b"abc");
        let composite = Checksum::of_parts(&[part, part]);
        let by_hand: Sum = sum(&[part, part].concat());
        assert_eq!(
            composite.to_string(),
            format!("{}-2", hexadecimal(&by_hand))
        );
        assert!(composite.is(&format!("{}-2", base64(&by_hand))));
        assert!(composite.is(&base64(&by_hand)) && !composite.is(&base64(&part)));
        assert!(!composite.is(&format!("{}-3", base64(&by_hand))));
        assert_eq!(Checksum::of_file(&[part]), Checksum::of(b"abc"));
    }

    #[test]
    fn parts_cover_a_file_and_are_never_too_many() {
        for size in [0, 1, PART, PART + 1, 3 * PART, 5 << 40] {
            let count = part_count(size);
            assert!(count <= MOST_PARTS, "{size}");
            let ranges: Vec<(u64, u64)> = (0..count).map(|part| part_range(size, part)).collect();
            assert_eq!(ranges.first().unwrap().0, 0);
            assert_eq!(ranges.last().unwrap().1, size);
            assert!(ranges.windows(2).all(|two| two[0].1 == two[1].0), "{size}");
        }
        assert_eq!(part_count(PART), 1);
        assert_eq!(part_count(PART + 1), 2);
    }
}
