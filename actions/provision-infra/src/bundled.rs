//! The Terraform root module that comes with this program, written to a folder when it is to be used.
//! Its state is never there: the module's backend is a bucket.

use gha::Failure;
use std::path::{Path, PathBuf};

/// Name and text of each file of the module.
const FILES: &[(&str, &str)] = &[];

/// How the module is called where a path would stand.
pub(crate) const NAME: &str = "the module of this action";

/// Writes the module below `folder` and gives its path. What Terraform has left there is kept.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn unpack(folder: &Path) -> Result<PathBuf, Failure> {
    let module = folder.join(concat!("emr-eks-", env!("CARGO_PKG_VERSION")));
    let failed = |error: std::io::Error| {
        Failure::outside(
            "Module cannot be unpacked",
            format!("cannot write the root module to `{}`", module.display()),
        )
        .because(&error)
        .help("make the folder writable, or name a root module of your own in `working-directory`")
    };
    std::fs::create_dir_all(&module).map_err(failed)?;
    for (name, text) in FILES {
        std::fs::write(module.join(name), text).map_err(failed)?;
    }
    Ok(module)
}
