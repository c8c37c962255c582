//! Rules for single files: module docs, length, nothing of the machine it was written on.

use super::Finding;
use super::tracked::TrackedFile;

/// A longer file has more than one idea.
const LONGEST: usize = 400;

/// Checks every file.
pub(crate) fn check(files: &[TrackedFile]) -> Vec<Finding> {
    let machine = machine_words();
    files
        .iter()
        .flat_map(|file| file_findings(file, &machine))
        .collect()
}

fn file_findings(file: &TrackedFile, machine: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.path.ends_with(".rs") {
        if !file.text.starts_with("//!") {
            let mend = "begin the file with `//!`: what it is for, and what it does not do";
            findings.push(Finding::new(
                &file.path,
                "has no module documentation",
                mend,
            ));
        }
        let lines = file.text.lines().count();
        if lines > LONGEST {
            let what = format!("has {lines} lines, more than {LONGEST}");
            findings.push(Finding::new(&file.path, what, "split it by idea"));
        }
    }
    if !file.path.ends_with(".lock") {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(word) = machine.iter().find(|word| mentions(line, word)) {
                findings.push(Finding::new(
                    format!("{}:{}", file.path, number + 1),
                    format!("mentions `{word}`, which is a place of one machine"),
                    "use a path in the repository, or an example that exists everywhere",
                ));
            }
        }
    }
    findings
}

/// The word as a whole, not as a part of a longer path or name.
fn mentions(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let joins =
            |character: char| character.is_ascii_alphanumeric() || "._-{}$".contains(character);
        let after = &line[at + word.len()..];
        !line[..at].ends_with(joins) && (word.ends_with('/') || !after.starts_with(joins))
    })
}

/// Folders of developers' machines, and this machine's own name and home.
fn machine_words() -> Vec<String> {
    // Put together here, so that this file does not hold what it forbids.
    let mut words: Vec<String> = ["root", "work", "Users", "farm"]
        .map(|name| format!("/{name}/"))
        .into();
    words.extend(["home/runner", "home/ubuntu"].map(|name| format!("/{name}/")));
    let home = std::env::var("HOME").unwrap_or_default();
    if home.matches('/').count() > 1 {
        words.push(home);
    }
    let host = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    if host.len() > 4 && host != "localhost" {
        words.push(host);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{TrackedFile, file_findings};

    fn check(path: &str, text: &str) -> Vec<String> {
        let file = TrackedFile {
            path: path.into(),
            text: text.into(),
        };
        let words = ["/build/".to_owned(), "devbox1".to_owned()];
        file_findings(&file, &words)
            .into_iter()
            .map(|finding| finding.place + ": " + &finding.what)
            .collect()
    }

    #[test]
    fn rust_files_are_documented_and_short() {
        assert_eq!(check("a.rs", "//! Good.\n"), [""; 0]);
        assert_eq!(check("a.rs", "fn main() {}\n").len(), 1);
        assert_eq!(
            check("a.rs", &format!("//! Long.\n{}", "\n".repeat(400))).len(),
            1
        );
        assert_eq!(check("a.md", &"\n".repeat(500)), [""; 0]);
    }

    #[test]
    fn places_of_one_machine_are_found() {
        assert!(
            check("a.md", "ok\nsee /build/x")
                .first()
                .unwrap()
                .starts_with("a.md:2: ")
        );
        assert_eq!(check("a.md", "on devbox1:").len(), 1);
        assert_eq!(
            check("a.md", "target/build/x and devbox12 and $X/build/y"),
            [""; 0]
        );
        assert_eq!(check("Cargo.lock", "/build/"), [""; 0]);
    }
}
