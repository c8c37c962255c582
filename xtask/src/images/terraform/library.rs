//! A Terraform for machines that can reach PyPI and not HashiCorp: the library of the Python package behind a C program
//! of a dozen lines, with the C library it needs. For trying the image; never published.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::children;
use crate::environment::{Workshop, terraform_library};
use crate::problem::{Problem, Result, WhileDoing as _};

const PROGRAM: &str = include_str!("library.c");
/// Where the loader looks for libraries first, on every distribution.
const LIBRARIES: &str = "lib64";

/// Builds the program into the image's folder, with everything it loads.
pub(super) async fn stage(image: &Path, program: &Path, workshop: &Workshop) -> Result<()> {
    let library = terraform_library(workshop).await?;
    let source = image.join("terraform.c");
    std::fs::write(&source, PROGRAM).while_doing(|| format!("write `{}`", source.display()))?;
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-o"]).arg(program).arg(&source);
    compiler.args(["-ldl", "-lpthread", "-Wl,-rpath,/lib64"]);
    let compiled = children::succeed(compiler, &workshop.interrupt).await;
    compiled.map_err(|problem| problem.help("install a C compiler, or Terraform itself"))?;
    std::fs::remove_file(&source).while_doing(|| format!("remove `{}`", source.display()))?;
    let folder = image.join(LIBRARIES);
    std::fs::create_dir_all(&folder).while_doing(|| format!("create `{}`", folder.display()))?;
    let mut files = loaded(program, workshop).await?;
    files.extend(loaded(&library, workshop).await?);
    files.push(library);
    for file in files {
        let to = folder.join(file.file_name().unwrap_or_default());
        std::fs::copy(&file, &to).while_doing(|| format!("copy `{}`", file.display()))?;
    }
    Ok(())
}

/// The shared libraries that a file loads, the loader among them.
async fn loaded(file: &Path, workshop: &Workshop) -> Result<Vec<PathBuf>> {
    let mut command = Command::new("ldd");
    command.arg(file);
    let answer = children::succeed(command, &workshop.interrupt).await?;
    let paths = paths(&answer);
    if paths.is_empty() {
        return Err(Problem::new(format!(
            "`ldd {}` names no library",
            file.display()
        )));
    }
    Ok(paths)
}

fn paths(answer: &str) -> Vec<PathBuf> {
    let words = answer
        .lines()
        .filter_map(|line| line.split_whitespace().find(|word| word.starts_with('/')));
    words.map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    #[test]
    fn libraries_and_the_loader_are_found() {
        let answer = "\tlinux-vdso.so.1 (0x7f)\n\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n\t/lib64/ld-linux-x86-64.so.2 (0x7f)\n";
        let expected = ["/lib/libc.so.6", "/lib64/ld-linux-x86-64.so.2"].map(PathBuf::from);
        assert_eq!(super::paths(answer), expected);
    }
}
