//! What may be said about a kubeconfig and its token program, which hold tokens and keys: never what they say.

use kube::client::AuthError;
use kube::config::KubeconfigError;
use std::error::Error;
use std::path::Path;
use yaml_fault::describe;

/// Why a kubeconfig cannot be read, with its path; none if it is not the YAML that is wrong.
pub(super) fn unreadable(path: &Path, error: &KubeconfigError) -> Option<String> {
    let KubeconfigError::Parse(yaml) = error else {
        return None;
    };
    Some(format!(
        "kubeconfig `{}`, {}",
        path.display(),
        describe(yaml)
    ))
}

/// What to say instead of an error that has YAML with secrets somewhere behind it.
pub(super) fn instead_of(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(KubeconfigError::Parse(yaml)) = error.downcast_ref() {
        return Some(format!("the kubeconfig, {}", describe(yaml)));
    }
    if let Some(AuthError::AuthExecParse(yaml)) = error.downcast_ref() {
        return Some(format!(
            "what the kubeconfig's token program printed, {}",
            describe(yaml)
        ));
    }
    if let Some(AuthError::AuthExecRun { cmd, out }) = error.downcast_ref() {
        return Some(format!(
            "the kubeconfig's token program `{cmd}` failed ({})",
            out.status
        ));
    }
    instead_of(error.source()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube::config::Kubeconfig;

    const SECRET: &str = "eyJTOPSECRETTOKEN123";

    fn said(yaml: &str) -> String {
        let error = Kubeconfig::from_yaml(yaml).unwrap_err();
        unreadable(Path::new("config"), &error).unwrap()
    }

    #[test]
    fn a_bad_indent_is_placed_without_its_text() {
        let text = said(&format!(
            "users:\n- name: u\n  user:\n    token: {SECRET}\n   x: y\n"
        ));
        assert!(
            text.starts_with("kubeconfig `config`, line 5, column "),
            "{text}"
        );
        assert!(!text.contains(SECRET), "{text}");
    }

    #[test]
    fn no_kind_of_mistake_shows_a_value() {
        for yaml in [
            "users: SECRET",
            "users:\n- SECRET",
            "users:\n- name: u\n  user: SECRET",
            "users:\n- name: u\n  user: {exec: SECRET}",
            "users:\n- name: u\n  user: {exec: {interactiveMode: SECRET}}",
            "clusters:\n- name: u\n  cluster: {insecure-skip-tls-verify: SECRET}",
            "SECRET: 1\nSECRET: 2",
            "users: *SECRET",
            "users: !SECRET [",
            "users: \"SECRET",
            "users: \"SECRET\\q\"",
            "SECRET",
        ] {
            let yaml = yaml.replace("SECRET", SECRET);
            let error = Kubeconfig::from_yaml(&yaml).err();
            let text = error.and_then(|error| unreadable(Path::new("config"), &error));
            assert!(!text.unwrap_or_default().contains(SECRET), "{yaml}");
        }
    }
}
