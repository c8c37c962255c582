//! The Terraform root module that comes with this program, written to a folder when it is to be used.
//! Its state is never there: the module's backend is a bucket.

use gha::Failure;
use std::path::{Path, PathBuf};

/// Name and text of each file of the module.
const FILES: &[(&str, &str)] = &[
    ("access.tf", include_str!("../terraform/access.tf")),
    ("bucket.tf", include_str!("../terraform/bucket.tf")),
    ("cluster.tf", include_str!("../terraform/cluster.tf")),
    ("emr.tf", include_str!("../terraform/emr.tf")),
    ("karpenter.tf", include_str!("../terraform/karpenter.tf")),
    ("network.tf", include_str!("../terraform/network.tf")),
    ("outputs.tf", include_str!("../terraform/outputs.tf")),
    ("providers.tf", include_str!("../terraform/providers.tf")),
    ("variables.tf", include_str!("../terraform/variables.tf")),
    ("versions.tf", include_str!("../terraform/versions.tf")),
];

/// How the module is called where a path would stand.
pub(crate) const NAME: &str = "the module of this action";

/// The folder's name, by which the module is known again.
const FOLDER: &str = concat!("emr-eks-", env!("CARGO_PKG_VERSION"));

/// Whether this is where the module was unpacked: its files are not the user's to mend.
pub(crate) fn is_here(root: &Path) -> bool {
    root.file_name().is_some_and(|name| name == FOLDER)
}

/// Writes the module below `folder` and gives its path. What Terraform has left there is kept.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn unpack(folder: &Path) -> Result<PathBuf, Failure> {
    let module = folder.join(FOLDER);
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_file_of_the_module_is_in_the_program() {
        let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("terraform");
        let there: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".tf"))
            .collect();
        let here: BTreeSet<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(here, there);
    }

    #[test]
    fn what_terraform_left_in_the_folder_stays() {
        let folder = tempfile::tempdir().unwrap();
        let module = unpack(folder.path()).unwrap();
        std::fs::write(module.join(".terraform.lock.hcl"), "x").unwrap();
        assert_eq!(unpack(folder.path()).unwrap(), module);
        assert!(module.join(".terraform.lock.hcl").exists());
        assert!(module.join("versions.tf").exists());
    }
}
