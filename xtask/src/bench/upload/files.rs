//! Folders to upload: always the same content, which does not compress, and a small script that can be an entry point.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::problem::{Result, WhileDoing as _};

/// The entry point in each folder.
pub(super) const ENTRY_POINT: &str = "main.py";
const SCRIPT: &str = "print('uploaded')\n";
const SMALL_FILES: usize = 10_000;
const SMALL_BYTES: usize = 4096;
const FOLDERS: usize = 100;
const LARGE_BYTES: usize = 1_000_000_000;

/// A folder and what is in it.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) folder: PathBuf,
    pub(super) count: usize,
    pub(super) bytes: u64,
}

/// 10,000 files of 4 KB in 100 folders, and the script.
pub(super) fn small(folder: &Path) -> Result<Files> {
    let sizes = (0..SMALL_FILES).map(|number| {
        let path = format!("part{:02}/file{number:05}.bin", number % FOLDERS);
        (path, SMALL_BYTES)
    });
    made(folder, sizes)
}

/// One file of 1 GB, and the script.
pub(super) fn large(folder: &Path) -> Result<Files> {
    made(folder, [("large.bin".to_owned(), LARGE_BYTES)])
}

fn made(folder: &Path, files: impl IntoIterator<Item = (String, usize)>) -> Result<Files> {
    make(folder, files).while_doing(|| format!("make files in `{}`", folder.display()))
}

fn make(folder: &Path, files: impl IntoIterator<Item = (String, usize)>) -> std::io::Result<Files> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join(ENTRY_POINT), SCRIPT)?;
    let (mut count, mut bytes) = (1, SCRIPT.len() as u64);
    let mut noise = Noise(0);
    for (path, size) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        noise.write(&path, size)?;
        count += 1;
        bytes += size as u64;
    }
    Ok(Files {
        folder: folder.to_owned(),
        count,
        bytes,
    })
}

/// SplitMix64: numbers that look random and are the same each time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn write(&mut self, path: &Path, size: usize) -> std::io::Result<()> {
        let mut file = BufWriter::with_capacity(1 << 16, File::create(path)?);
        for left in (1..=size).rev().step_by(8) {
            file.write_all(&self.next().to_le_bytes()[..left.min(8)])?;
        }
        file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::make;

    #[test]
    fn files_have_their_sizes_differ_from_each_other_and_are_the_same_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let files = || [("a/one".to_owned(), 4096), ("two".to_owned(), 13)];
        let made = make(&folder.path().join("first"), files()).unwrap();
        assert_eq!((made.count, made.bytes), (3, 4096 + 13 + 18));
        make(&folder.path().join("second"), files()).unwrap();
        let read = |path: &str| std::fs::read(folder.path().join(path)).unwrap();
        assert_eq!(read("first/a/one").len(), 4096);
        assert_eq!(read("first/two").len(), 13);
        assert_eq!(read("first/a/one"), read("second/a/one"));
        assert_ne!(read("first/a/one")[..13], read("first/two"));
    }
}
