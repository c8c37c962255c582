//! The Terraform in the image of provision-infra: HashiCorp's release, whose checksum is pinned here.
//! Where HashiCorp cannot be reached a stand-in takes its place, so that the image can still be tried; it says so.

mod download;
mod library;

use std::path::Path;

use super::{Platform, size, staging};
use crate::demo::Desk;
use crate::environment::{Workshop, static_terraform};
use crate::problem::{Result, WhileDoing as _};

/// The release, and the checksums of its archives as `terraform_<version>_SHA256SUMS` lists them.
/// Change them together.
pub(super) const VERSION: &str = "1.11.4";
const CHECKSUMS: [(&str, &str); 2] = [
    (
        "amd64",
        "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    ),
    (
        "arm64",
        "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
    ),
];

/// Which Terraform went into the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terraform {
    from: From,
    bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// HashiCorp's archive, whose checksum was right.
    Release,
    /// A static program of the same version that this machine has.
    Machine,
    /// The library from PyPI behind a small program.
    Library,
}

impl Terraform {
    /// What a person should know of it.
    pub(crate) fn describe(&self) -> String {
        let what = match self.from {
            From::Release => format!("Terraform {VERSION}, checksum verified"),
            From::Machine => {
                format!("this machine's Terraform {VERSION}, origin not verified: not for release")
            }
            From::Library => "a Terraform from a Python package: not for release".into(),
        };
        format!("{} of {what}", size::megabytes(self.bytes))
    }

    /// Whether the image may be published.
    pub(crate) fn is_for_release(&self) -> bool {
        self.from == From::Release
    }
}

/// Lays Terraform into the image's folder.
pub(crate) async fn stage(image: &Path, platform: &Platform, desk: &Desk) -> Result<Terraform> {
    let program = image.join("bin/terraform");
    let folder = image.join("bin");
    std::fs::create_dir_all(&folder).while_doing(|| format!("create `{}`", folder.display()))?;
    let from = match download::archive(platform.architecture, desk).await? {
        Some(archive) => {
            download::unpack(&archive, image)?;
            From::Release
        }
        None => stand_in(image, &program, desk).await?,
    };
    staging::mode(&program, 0o755)?;
    let bytes = size::of_folder(&folder)?;
    Ok(Terraform { from, bytes })
}

async fn stand_in(image: &Path, program: &Path, desk: &Desk) -> Result<From> {
    let workshop = Workshop::new(&desk.places.cache, &desk.terminal, &desk.interrupt)?;
    if let Some(own) = static_terraform(VERSION, &workshop).await? {
        std::fs::copy(&own, program).while_doing(|| format!("copy `{}`", own.display()))?;
        return Ok(From::Machine);
    }
    library::stage(image, program, &workshop).await?;
    Ok(From::Library)
}

fn checksum(architecture: &str) -> Option<&'static str> {
    let known = CHECKSUMS.iter().find(|(name, _)| *name == architecture);
    known.map(|(_, sum)| *sum)
}
