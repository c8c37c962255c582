//! The static programs: built for musl, with nothing in them that depends on where they were built.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::process::Command;

use super::Platform;
use crate::build::ACTIONS;
use crate::children;
use crate::demo::Desk;
use crate::environment::{Workshop, musl};
use crate::places::cargo;
use crate::problem::{Problem, Result, WhileDoing as _};

/// Builds the programs of all actions and returns their folder. Always all: what one needs of a crate that they share
/// would otherwise change what another gets of it, and with it the bytes of a program.
pub(crate) async fn build(platform: &Platform, desk: &Desk) -> Result<PathBuf> {
    let workshop = Workshop::new(&desk.places.cache, &desk.terminal, &desk.interrupt)?;
    let compiler = musl::prepare(platform.target, &workshop).await?;
    let folders = Folders::of(desk).await?;
    let mut command = cargo(&desk.places.repository);
    command
        .args(["build", "--locked", "--release", "--bins", "--target"])
        .arg(platform.target)
        .env("CARGO_ENCODED_RUSTFLAGS", rust_flags(&folders, desk).await?)
        .env(
            format!("CFLAGS_{}", platform.target.replace('-', "_")),
            folders.c_flags(),
        );
    if let Some(folder) = compiler {
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", folder.display()));
    }
    for action in ACTIONS {
        command.args(["--package", action]);
    }
    let called = children::as_typed(&command);
    if !children::pass_through(command, &desk.interrupt)
        .await?
        .success()
    {
        return Err(Problem::new("the static programs do not build")
            .help(format!("see above, and again with `{called}`")));
    }
    Ok(folders.target.join(platform.target).join("release"))
}

/// The folders whose names would otherwise be in the programs, in the texts of panics.
/// The repository's own is not among them: cargo names its files relative to it.
struct Folders {
    registry: PathBuf,
    target: PathBuf,
}

impl Folders {
    async fn of(desk: &Desk) -> Result<Self> {
        let target = desk.places.binaries.parent();
        Ok(Self {
            registry: registry(desk).await?,
            target: target.unwrap_or(&desk.places.binaries).to_owned(),
        })
    }

    fn renamed(&self) -> [(&Path, &'static str); 2] {
        [(&self.registry, "/cargo"), (&self.target, "/target")]
    }

    fn c_flags(&self) -> String {
        let flag = |(from, to): (&Path, &str)| format!("-ffile-prefix-map={}={to}", from.display());
        self.renamed().map(flag).join(" ")
    }
}

/// What the compiler is told, as cargo wants it in a variable: separated by a character that no path has.
async fn rust_flags(folders: &Folders, desk: &Desk) -> Result<OsString> {
    let renamed = folders
        .renamed()
        .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    let linker = linker(desk).await?;
    // The toolchain's own linker merges functions that are the same, which the SDKs have many of, and packs the
    // relocations of a program that can be loaded anywhere: together an eighth of a program.
    let linked = [
        format!("-Clink-arg=-B{}", linker.display()),
        "-Clink-arg=-fuse-ld=lld".into(),
        "-Clink-arg=-Wl,-z,pack-relative-relocs,--icf=all".into(),
    ];
    Ok([renamed.as_slice(), linked.as_slice()]
        .concat()
        .join("\u{1f}")
        .into())
}

/// Where the toolchain keeps its linker under the name that C compilers look for.
async fn linker(desk: &Desk) -> Result<PathBuf> {
    let mut command = Command::new("rustc");
    command
        .args(["--print", "target-libdir"])
        .current_dir(&desk.places.repository);
    let libraries = children::succeed(command, &desk.interrupt).await?;
    let folder = Path::new(libraries.trim())
        .parent()
        .map(|host| host.join("bin/gcc-ld"));
    folder
        .filter(|folder| folder.join("ld.lld").is_file())
        .ok_or_else(|| {
            Problem::new("this Rust toolchain has no linker of its own")
                .help("install Rust with rustup, which brings one")
        })
}

/// Where cargo unpacks the sources of dependencies, read off one of them.
async fn registry(desk: &Desk) -> Result<PathBuf> {
    let mut command: Command = cargo(&desk.places.repository);
    command.args(["metadata", "--format-version", "1", "--locked"]);
    let text = children::succeed(command, &desk.interrupt).await?;
    let metadata: Value =
        serde_json::from_str(&text).while_doing(|| "read the answer of `cargo metadata`".into())?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .filter(|package| !package["source"].is_null())
        .find_map(|package| {
            let manifest = Path::new(package["manifest_path"].as_str()?);
            manifest.parent()?.parent().map(Path::to_owned)
        })
        .ok_or_else(|| Problem::new("`cargo metadata` names no dependency from a registry"))
}
