//! The kubeconfig file that makes `kubectl` and every client library use this API server.

/// A kubeconfig for a server that asks for no credentials.
pub(crate) fn kubeconfig(server: &str) -> String {
    format!(
        "apiVersion: v1\n\
         kind: Config\n\
         clusters:\n\
         - name: local-cloud\n  \
           cluster:\n    \
             server: {server}\n\
         users:\n\
         - name: local-cloud\n  \
           user: {{}}\n\
         contexts:\n\
         - name: local-cloud\n  \
           context:\n    \
             cluster: local-cloud\n    \
             user: local-cloud\n\
         current-context: local-cloud\n"
    )
}
