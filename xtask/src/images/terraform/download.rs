//! HashiCorp's archive: fetched once into the cache, and refused when its checksum is not the pinned one.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::VERSION;
use crate::demo::Desk;
use crate::problem::{Problem, Result, WhileDoing as _};

/// How long the server may take to answer at all before it counts as out of reach.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the whole archive may take.
const WHOLE: Duration = Duration::from_secs(300);
/// No archive is larger.
const LARGEST: u64 = 200_000_000;

/// The archive in the cache; none when HashiCorp cannot be reached. A wrong checksum is an error.
pub(super) async fn archive(architecture: &str, desk: &Desk) -> Result<Option<PathBuf>> {
    let expected = super::checksum(architecture)
        .ok_or_else(|| Problem::new(format!("no checksum of Terraform for {architecture}")))?;
    let name = format!("terraform_{VERSION}_linux_{architecture}.zip");
    let path = desk.places.cache.join(&name);
    if let Ok(bytes) = std::fs::read(&path)
        && sum(&bytes) == expected
    {
        return Ok(Some(path));
    }
    let url = format!("https://releases.hashicorp.com/terraform/{VERSION}/{name}");
    let fetched = tokio::task::spawn_blocking(move || fetch(&url))
        .await
        .while_doing(|| "download Terraform".into())?;
    let bytes = match fetched {
        Ok(bytes) => bytes,
        Err(reason) => {
            desk.terminal
                .line(&format!("Terraform's release cannot be had ({reason})"));
            return Ok(None);
        }
    };
    verify(&bytes, expected, &name)?;
    std::fs::write(&path, &bytes).while_doing(|| format!("write `{}`", path.display()))?;
    Ok(Some(path))
}

/// Takes the program and its licence out of the archive.
pub(super) fn unpack(archive: &Path, image: &Path) -> Result<()> {
    let unpack = || -> std::io::Result<()> {
        let file = std::fs::File::open(archive)?;
        let mut archive = zip::ZipArchive::new(file).map_err(std::io::Error::other)?;
        for (name, to) in [
            ("terraform", "bin/terraform"),
            ("LICENSE.txt", "licences/terraform.txt"),
        ] {
            let to = image.join(to);
            std::fs::create_dir_all(to.parent().unwrap_or(image))?;
            let mut from = archive.by_name(name).map_err(std::io::Error::other)?;
            std::io::copy(&mut from, &mut std::fs::File::create(to)?)?;
        }
        Ok(())
    };
    unpack().while_doing(|| format!("unpack `{}`", archive.display()))
}

fn fetch(url: &str) -> std::result::Result<Vec<u8>, String> {
    let configuration = ureq::Agent::config_builder()
        .timeout_connect(Some(CONNECT))
        .timeout_global(Some(WHOLE))
        .build();
    let answer = ureq::Agent::new_with_config(configuration)
        .get(url)
        .call()
        .map_err(|cause| cause.to_string())?;
    let mut bytes = Vec::new();
    let body = answer.into_body().into_reader();
    body.take(LARGEST)
        .read_to_end(&mut bytes)
        .map_err(|cause| cause.to_string())?;
    Ok(bytes)
}

fn verify(bytes: &[u8], expected: &str, name: &str) -> Result<()> {
    let found = sum(bytes);
    if found == expected {
        return Ok(());
    }
    Err(Problem::new(format!(
        "{name} is not what it should be: its SHA-256 is {found}, and {expected} was expected"
    ))
    .help("do not use it; if the version was changed, change the checksums with it"))
}

fn sum(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{sum, unpack, verify};

    #[test]
    fn an_archive_with_another_checksum_is_refused() {
        let right = sum(b"archive");
        assert!(verify(b"archive", &right, "a.zip").is_ok());
        let problem = verify(b"another", &right, "a.zip").unwrap_err().to_string();
        assert!(
            problem.contains(&right) && problem.contains("a.zip"),
            "{problem}"
        );
    }

    #[test]
    fn what_is_no_archive_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        std::fs::write(&path, "no archive").unwrap();
        let problem = unpack(&path, folder.path()).unwrap_err().to_string();
        assert!(problem.contains("a.zip"), "{problem}");
    }
}
