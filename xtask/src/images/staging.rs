//! Fills an action's folder `image/`, which its Dockerfile copies as it is: the program, its other names, the
//! certificates, and for provision-infra Terraform. The same sources give the same bytes and times.

use std::fs::{File, FileTimes};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::terraform::{self, Terraform};
use super::{Platform, certificates, size};
use crate::build;
use crate::demo::Desk;
use crate::problem::{Result, WhileDoing as _};
use crate::runner::metadata::ActionMetadata;
use crate::tidy::layout;

/// The most that an image may hold beside Terraform.
const LARGEST: u64 = 15_000_000;
/// The time of every file: images do not depend on when they were built. The first second of 2026.
pub(super) const TIME: Duration = Duration::from_secs(1_767_225_600);
/// The one action that runs another program.
const WITH_TERRAFORM: &str = "provision-infra";

/// What an action's image is made of.
#[derive(Debug)]
pub(crate) struct Staged {
    pub(crate) action: String,
    /// Everything but Terraform.
    pub(crate) own_bytes: u64,
    pub(crate) terraform: Option<Terraform>,
}

impl Staged {
    /// Whether an image of it may be published.
    pub(crate) fn is_for_release(&self) -> bool {
        self.terraform
            .as_ref()
            .is_none_or(Terraform::is_for_release)
    }

    /// What is wrong with its size, if anything.
    pub(crate) fn too_large(&self) -> Option<String> {
        (self.own_bytes > LARGEST).then(|| {
            format!(
                "the image of {} would hold {}, more than {}",
                self.action,
                size::megabytes(self.own_bytes),
                size::megabytes(LARGEST)
            )
        })
    }
}

/// Makes the folder anew.
pub(crate) async fn fill(
    action: &str,
    programs: &Path,
    platform: &Platform,
    desk: &Desk,
) -> Result<Staged> {
    let repository = &desk.places.repository;
    let image = folder(repository, action);
    empty(&image)?;
    let program = image.join(action);
    std::fs::copy(programs.join(action), &program)
        .while_doing(|| format!("copy the program to `{}`", program.display()))?;
    mode(&program, 0o755)?;
    for name in other_names(repository, action)? {
        build::link(&image.join(name), action)?;
    }
    write(
        &image.join("etc/ssl/certs/ca-certificates.crt"),
        &certificates::pem(),
    )?;
    let own_bytes = size::of_folder(&image)?;
    let terraform = if action == WITH_TERRAFORM {
        // Terraform writes the plan and what it downloads there.
        let temporary = image.join("tmp");
        create(&temporary)?;
        mode(&temporary, 0o1777)?;
        Some(terraform::stage(&image, platform, desk).await?)
    } else {
        None
    };
    settle(&image)?;
    Ok(Staged {
        action: action.to_owned(),
        own_bytes,
        terraform,
    })
}

/// Where an action's image is prepared. Not under version control.
pub(crate) fn folder(repository: &Path, action: &str) -> PathBuf {
    repository.join("actions").join(action).join("image")
}

/// The names by which the program is the post step, or the action of a folder below.
fn other_names(repository: &Path, action: &str) -> Result<Vec<String>> {
    let folder = repository.join("actions").join(action);
    let mut names = Vec::new();
    names.extend(
        ActionMetadata::read(&folder)?
            .post_binary()
            .map(str::to_owned),
    );
    for second in layout::second_entries(repository, action) {
        names.push(
            ActionMetadata::read(&folder.join(second))?
                .binary()?
                .to_owned(),
        );
    }
    Ok(names)
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).while_doing(|| format!("empty `{}`", folder.display()))?;
    }
    create(folder)
}

fn create(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).while_doing(|| format!("create `{}`", folder.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    create(path.parent().unwrap_or(path))?;
    std::fs::write(path, text).while_doing(|| format!("write `{}`", path.display()))?;
    mode(path, 0o644)
}

pub(super) fn mode(path: &Path, bits: u32) -> Result<()> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(bits))
        .while_doing(|| format!("set the permissions of `{}`", path.display()))
}

/// Gives every file and folder the same time.
fn settle(folder: &Path) -> Result<()> {
    let time = SystemTime::UNIX_EPOCH + TIME;
    let times = FileTimes::new().set_accessed(time).set_modified(time);
    let settle = || -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self::settle(&entry.path()).map_err(std::io::Error::other)?;
            } else if kind.is_file() {
                File::open(entry.path())?.set_times(times)?;
            }
        }
        File::open(folder)?.set_times(times)
    };
    settle().while_doing(|| format!("set the times in `{}`", folder.display()))
}
