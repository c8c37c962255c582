//! Which machine an image is for: Rust's, Docker's and HashiCorp's names of it.

use crate::problem::{Problem, Result};

/// A platform that images are built for, on a machine of its own kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Platform {
    /// Rust's name of the target; musl is what makes a program static.
    pub(crate) target: &'static str,
    /// What Docker and HashiCorp call the architecture.
    pub(crate) architecture: &'static str,
}

impl Platform {
    /// Nothing is cross-compiled: each architecture is built on a machine that has it.
    pub(crate) fn of_this_machine() -> Result<Self> {
        Self::of(std::env::consts::OS, std::env::consts::ARCH).ok_or_else(|| {
            Problem::new(format!(
                "images are for Linux on x86-64 and ARM64; this machine is {} on {}",
                std::env::consts::OS,
                std::env::consts::ARCH
            ))
            .help("run this in a Linux machine or container")
        })
    }

    fn of(system: &str, architecture: &str) -> Option<Self> {
        match (system, architecture) {
            ("linux", "x86_64") => Some(Self {
                target: "x86_64-unknown-linux-musl",
                architecture: "amd64",
            }),
            ("linux", "aarch64") => Some(Self {
                target: "aarch64-unknown-linux-musl",
                architecture: "arm64",
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Platform;

    #[test]
    fn only_linux_has_images() {
        let architecture = |system, machine| Platform::of(system, machine).map(|p| p.architecture);
        assert_eq!(architecture("linux", "x86_64"), Some("amd64"));
        assert_eq!(architecture("linux", "aarch64"), Some("arm64"));
        assert_eq!(architecture("macos", "aarch64"), None);
    }
}
