//! One thing to be in S3: its place, its checksum, and where its content comes from.

use aws_setup::S3Uri;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// A file or a rendered template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    /// Relative to the prefix, with slashes.
    pub(crate) relative: String,
    /// In bytes.
    pub(crate) size: u64,
    /// Of the content.
    pub(crate) sha256: Checksum,
    /// Where the content is.
    pub(crate) content: Content,
}

/// Where a document's content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// In a file.
    File(PathBuf),
    /// Here.
    Text(String),
}

/// A SHA-256 checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checksum([u8; 32]);

impl Document {
    /// A document with its content here.
    pub(crate) fn text(relative: &str, text: String) -> Self {
        let sha256 = Checksum(Sha256::digest(text.as_bytes()).into());
        Self {
            relative: relative.to_owned(),
            size: text.len() as u64,
            sha256,
            content: Content::Text(text),
        }
    }

    /// A document with its content in a file, which is read once to hash it.
    pub(crate) fn file(relative: String, path: PathBuf) -> io::Result<Self> {
        let (sha256, size) = hash(&path)?;
        Ok(Self {
            relative,
            size,
            sha256,
            content: Content::File(path),
        })
    }

    /// Its place under a prefix.
    pub(crate) fn uri(&self, scripts: &S3Uri) -> S3Uri {
        scripts.join(&self.relative)
    }
}

impl Checksum {
    /// As stored in the object's metadata.
    pub(crate) fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// As the S3 API wants it.
    pub(crate) fn base64(&self) -> String {
        aws_smithy_types::base64::encode(self.0)
    }
}

fn hash(path: &Path) -> io::Result<(Checksum, u64)> {
    let (mut file, mut hasher, mut size) = (File::open(path)?, Sha256::new(), 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((Checksum(hasher.finalize().into()), size));
        }
        hasher.update(&buffer[..read]);
        size += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_written_in_both_forms() {
        let document = Document::text("a", "abc".to_owned());
        assert_eq!(
            document.sha256.hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            document.sha256.base64(),
            "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
        );
    }
}
