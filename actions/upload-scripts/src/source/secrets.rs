//! What looks like a secret, by its name or by its content. Pure. Says what it looks like, never what it says.

use aho_corasick::AhoCorasick;

/// Files longer than this are not searched, in bytes: keys are in small files.
pub(crate) const SEARCHED: u64 = 1024 * 1024;

/// What a file looks like by its path; `None` if like nothing secret.
pub(crate) fn name(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    match name.as_str() {
        "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519" => return Some("a private SSH key"),
        "credentials" | "credentials.json" | "credentials.yaml" | "credentials.yml" => {
            return Some("a file of credentials");
        }
        "kubeconfig" => return Some("a kubeconfig, which holds tokens"),
        "secrets.json" | "secrets.yaml" | "secrets.yml" | "secrets.toml" => {
            return Some("a file of secrets");
        }
        _ => {}
    }
    match extension {
        Some("pem" | "key" | "p12" | "pfx" | "pkcs12") => Some("a private key or certificate"),
        Some("jks" | "keystore" | "kdbx") => Some("a store of keys"),
        Some("env") => Some("an environment, which holds secrets"),
        Some("kubeconfig") => Some("a kubeconfig, which holds tokens"),
        Some("tfstate" | "tfvars") => Some("a Terraform state or variables, which hold secrets"),
        _ => None,
    }
}

/// Searches contents for the beginnings of secrets.
#[derive(Debug)]
pub(crate) struct Search {
    beginnings: Option<AhoCorasick>,
}

/// How each kind of secret begins, and what it is.
const KINDS: [(&str, Kind); 9] = [
    ("-----BEGIN ", Kind::PrivateKey),
    ("AKIA", Kind::AwsAccessKey),
    ("ASIA", Kind::AwsAccessKey),
    ("ghp_", Kind::GitHubToken),
    ("gho_", Kind::GitHubToken),
    ("ghs_", Kind::GitHubToken),
    ("github_pat_", Kind::GitHubToken),
    ("xoxb-", Kind::SlackToken),
    ("xoxp-", Kind::SlackToken),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    PrivateKey,
    AwsAccessKey,
    GitHubToken,
    SlackToken,
}

impl Search {
    pub(crate) fn new() -> Self {
        Self {
            beginnings: AhoCorasick::new(KINDS.map(|(beginning, _)| beginning)).ok(),
        }
    }

    /// What the content holds, with its line from 1; the first that is found.
    pub(crate) fn content(&self, bytes: &[u8]) -> Option<(&'static str, usize)> {
        let found = self
            .beginnings
            .as_ref()?
            .find_iter(bytes)
            .find_map(|found| {
                let kind = KINDS[found.pattern().as_usize()].1;
                let fits = kind.fits(&bytes[found.end()..], bytes[..found.start()].last());
                fits.then_some((kind.what(), found.start()))
            });
        let line = |at: usize| bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        found.map(|(what, at)| (what, line(at)))
    }
}

impl Kind {
    const fn what(self) -> &'static str {
        match self {
            Self::PrivateKey => "a private key",
            Self::AwsAccessKey => "an AWS access key id",
            Self::GitHubToken => "a GitHub token",
            Self::SlackToken => "a Slack token",
        }
    }

    /// Whether what stands behind the beginning is as it is in a real one.
    fn fits(self, rest: &[u8], before: Option<&u8>) -> bool {
        fn word(byte: &u8) -> bool {
            byte.is_ascii_alphanumeric() || *byte == b'_'
        }
        let run = |of: fn(&u8) -> bool| rest.iter().take_while(|byte| of(byte)).count();
        match self {
            Self::PrivateKey => {
                let line = rest.split(|byte| *byte == b'\n').next().unwrap_or(rest);
                line.windows(16).any(|part| part == b"PRIVATE KEY-----")
            }
            Self::AwsAccessKey => {
                let upper = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
                // AWS's documents use keys that end so.
                let example = rest.get(..16).is_some_and(|key| key.ends_with(b"EXAMPLE"));
                run(upper) == 16
                    && !rest.get(16).is_some_and(word)
                    && !before.is_some_and(word)
                    && !example
            }
            Self::GitHubToken => run(word) >= 30,
            Self::SlackToken => run(|byte| word(byte) || *byte == b'-') >= 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys_and_states_look_like_secrets() {
        for secret in [
            "id_rsa",
            "a/tls.KEY",
            "ca.pem",
            "prod.env",
            "terraform.tfstate",
            "a/credentials",
        ] {
            assert!(name(secret).is_some(), "{secret}");
        }
        for harmless in [
            "src/job.py",
            "keys.py",
            "environment.yaml",
            "credentials.py",
            "a.keys",
        ] {
            assert_eq!(name(harmless), None, "{harmless}");
        }
    }

    #[test]
    fn contents_of_keys_and_tokens_are_found_with_their_line() {
        let search = Search::new();
        let token = format!("x = 1\ntoken = 'ghp_{}'\n", "a1".repeat(18));
        let key = format!("id = \"AKIA{}\"", "Q".repeat(16));
        for (content, what, line) in [
            (
                "\n\n-----BEGIN RSA PRIVATE KEY-----\nMII",
                "a private key",
                3,
            ),
            ("-----BEGIN PRIVATE KEY-----", "a private key", 1),
            (token.as_str(), "a GitHub token", 2),
            (key.as_str(), "an AWS access key id", 1),
        ] {
            assert_eq!(
                search.content(content.as_bytes()),
                Some((what, line)),
                "{content}"
            );
        }
    }

    #[test]
    fn what_only_begins_like_a_secret_is_none() {
        let search = Search::new();
        for content in [
            "-----BEGIN CERTIFICATE-----",
            "id = AKIAIOSFODNN7EXAMPLE",
            "MALAYSIAANDMUCHMOREUPPERCASE",
            "ghp_short",
            "github_pat_tern",
        ] {
            assert_eq!(search.content(content.as_bytes()), None, "{content}");
        }
    }
}
