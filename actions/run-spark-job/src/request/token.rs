//! The idempotency token: the same workflow run asking for the same repeat gets the same job run back.

use run_record::{Variant, WorkflowRun};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A token of at most 64 characters. Stable for one (repository, run, attempt, variant, repeat), so that a repeated
/// request can never start a second job; random outside a workflow, where nothing tells two runs apart.
pub(crate) fn client_token(run: Option<&WorkflowRun>, variant: Variant, repeat: u32) -> String {
    let Some(run) = run else {
        return Uuid::new_v4().to_string();
    };
    // Line feeds cannot be part of any field, so no two different tuples give the same text.
    let identity = format!(
        "{}\n{}\n{}\n{variant}\n{repeat}",
        run.repository, run.run_id, run.attempt
    );
    hex(&Sha256::digest(identity))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use run_record::{Variant, WorkflowRun};

    use super::client_token;

    fn run(attempt: u32) -> WorkflowRun {
        WorkflowRun {
            repository: "demo/threadsleep".into(),
            run_id: 7,
            attempt,
        }
    }

    #[test]
    fn stable_for_one_run_and_different_for_every_other() {
        let first = client_token(Some(&run(1)), Variant::Dra, 1);
        assert_eq!(first, client_token(Some(&run(1)), Variant::Dra, 1));
        assert_eq!(first.len(), 64);
        let others = [
            client_token(Some(&run(2)), Variant::Dra, 1),
            client_token(Some(&run(1)), Variant::Static, 1),
            client_token(Some(&run(1)), Variant::Dra, 2),
        ];
        assert!(others.iter().all(|other| *other != first));
    }

    #[test]
    fn random_outside_a_workflow() {
        assert_ne!(
            client_token(None, Variant::Dra, 1),
            client_token(None, Variant::Dra, 1)
        );
    }
}
