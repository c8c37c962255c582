//! The way to the Kubernetes API, and what kept it from being found, in words.
//!
//! A kubeconfig and the answer of a credentials program hold tokens and keys, and the YAML parser quotes the lines it
//! stumbles over. What is said here ends up in logs, records and comments: it names files, places and kinds of
//! problems, and never repeats what was read.

use std::{error::Error, path::Path};

use aws_config::SdkConfig;
use kube::{
    Client, Config,
    client::AuthError,
    config::{InferConfigError, KubeConfigOptions, Kubeconfig, KubeconfigError},
};
use yaml_fault::describe;

use crate::inputs::Inputs;

/// A client from the kubeconfig that was given, else of the cluster that was named, else from the usual places.
///
/// # Errors
/// Why there is none, as a sentence without its full stop.
pub(crate) async fn client(config: &SdkConfig, inputs: &Inputs) -> Result<Client, String> {
    let (kubeconfig, cluster) = (&inputs.kubeconfig, &inputs.cluster_name);
    match (kubeconfig.as_deref(), cluster.as_deref()) {
        (Some(path), _) => from_file(path).await,
        (None, Some(cluster)) => eks_access::client(config, cluster)
            .await
            .map_err(|error| error.to_string()),
        (None, None) => {
            let config = Config::infer().await.map_err(|error| inferred(&error))?;
            Client::try_from(config).map_err(|error| plain(&error))
        }
    }
}

async fn from_file(path: &Path) -> Result<Client, String> {
    let at = |error: KubeconfigError| format!("`{}`: {}", path.display(), plain(&error));
    let file = Kubeconfig::read_from(path).map_err(at)?;
    let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default())
        .await
        .map_err(at)?;
    Client::try_from(config).map_err(|error| plain(&error))
}

/// No file at all is the usual case; a file that cannot be used is not.
fn inferred(error: &InferConfigError) -> String {
    let cause = error
        .source()
        .and_then(|source| source.downcast_ref::<KubeconfigError>());
    match cause {
        None | Some(KubeconfigError::FindPath | KubeconfigError::ReadConfig(..)) => {
            "no kubeconfig was found".to_owned()
        }
        Some(cause) => format!(
            "the kubeconfig of KUBECONFIG or of the home directory: {}",
            plain(cause)
        ),
    }
}

/// The last cause, because the outer ones only repeat it, without anything that was read.
pub(crate) fn plain(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    loop {
        if let Some(said) = guarded(last) {
            return said;
        }
        match last.source() {
            Some(source) => last = source,
            None => return last.to_string(),
        }
    }
}

/// The words for an error whose own text may quote what was read.
fn guarded(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<serde_saphyr::Error>() {
        return Some(describe(error));
    }
    if let Some(error) = error.downcast_ref::<Box<serde_saphyr::Error>>() {
        return Some(describe(error));
    }
    if let Some(error) = error.downcast_ref::<serde_json::Error>() {
        let (line, column) = (error.line(), error.column());
        return Some(format!(
            "JSON not understood at line {line}, column {column}"
        ));
    }
    match error.downcast_ref::<KubeconfigError>() {
        Some(KubeconfigError::Parse(error)) => return Some(describe(error)),
        Some(KubeconfigError::ParseCertificates(_)) => {
            return Some("its certificates are not PEM".to_owned());
        }
        _ => {}
    }
    match error.downcast_ref::<AuthError>() {
        Some(AuthError::AuthExecRun { cmd, out }) => Some(format!(
            "the program `{cmd}` that the kubeconfig names for credentials failed ({})",
            out.status
        )),
        Some(AuthError::AuthExecParse(error)) => Some(format!(
            "the answer of the program that the kubeconfig names for credentials: {}",
            describe(error)
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use kube::{client::AuthError, config::Kubeconfig};

    use super::plain;

    const SECRET: &str = "eyJhbGciOiJSUzI1NiJ9";

    #[test]
    fn what_was_read_is_not_repeated() {
        let head = "apiVersion: v1\nkind: Config\nusers:\n- name: x\n  user:\n";
        let cases = [
            (
                format!("{head}    token: {SECRET}\n   bad: [\n"),
                "not valid YAML",
            ),
            (format!("{head}    token: \"{SECRET}\n"), "not valid YAML"),
            (format!("{head}    token: [{SECRET}]\n"), "line 6, column "),
            (format!("{head}    exec: {SECRET}\n"), "line 6, column "),
            (
                format!("{head}    token: {SECRET}\n    token: {SECRET}\n"),
                "twice",
            ),
            (format!("clusters: {SECRET}\n"), "line 1, column "),
        ];
        for (text, expected) in cases {
            let error = Kubeconfig::from_yaml(&text).unwrap_err();
            let said = plain(&error);
            assert!(!said.contains(SECRET), "{said}");
            assert!(said.contains("line ") && said.contains(expected), "{said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }

    #[test]
    fn neither_is_what_a_credentials_program_printed() {
        let parse = serde_saphyr::from_str::<std::collections::BTreeMap<String, u8>>(&format!(
            "status: {{token: {SECRET}\n"
        ));
        let out = std::process::Output {
            status: std::process::ExitStatus::default(),
            stdout: SECRET.into(),
            stderr: SECRET.into(),
        };
        let errors = [
            AuthError::AuthExecParse(Box::new(parse.unwrap_err())),
            AuthError::AuthExecRun {
                cmd: "aws".into(),
                out: Box::new(out),
            },
        ];
        for error in errors {
            let said = plain(&kube::Error::Auth(error));
            assert!(!said.contains(SECRET), "{said}");
            assert!(said.contains("the program"), "{said}");
        }
    }
}
