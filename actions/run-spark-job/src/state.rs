//! The states of a job run, and which of them are the end.

use std::fmt;

/// A job run's state. EMR may add states; an unknown one is kept and is not an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Accepted by the service.
    Pending,
    /// Handed to the virtual cluster.
    Submitted,
    /// The driver runs.
    Running,
    /// Cancellation was asked for; the job still holds its pods.
    CancelPending,
    /// Ended well.
    Completed,
    /// Ended badly, or could not be submitted.
    Failed,
    /// Ended by a cancellation.
    Cancelled,
    /// A state this release does not know.
    Other(String),
}

impl State {
    /// The state EMR calls `name`.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "PENDING" => Self::Pending,
            "SUBMITTED" => Self::Submitted,
            "RUNNING" => Self::Running,
            "CANCEL_PENDING" => Self::CancelPending,
            "COMPLETED" => Self::Completed,
            "FAILED" => Self::Failed,
            "CANCELLED" => Self::Cancelled,
            other => Self::Other(other.to_owned()),
        }
    }

    /// EMR's name of the state.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Pending => "PENDING",
            Self::Submitted => "SUBMITTED",
            Self::Running => "RUNNING",
            Self::CancelPending => "CANCEL_PENDING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::Other(name) => name,
        }
    }

    /// True when nothing more will happen. `CANCEL_PENDING` is not an end: pods still run.
    pub(crate) fn is_end(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn only_three_states_are_an_end() {
        let all = [
            "PENDING",
            "SUBMITTED",
            "RUNNING",
            "CANCEL_PENDING",
            "COMPLETED",
            "FAILED",
            "CANCELLED",
            "QUEUED",
        ];
        let ends: Vec<_> = all
            .into_iter()
            .filter(|name| State::named(name).is_end())
            .collect();
        assert_eq!(ends, ["COMPLETED", "FAILED", "CANCELLED"]);
    }

    #[test]
    fn names_survive_the_round_trip() {
        for name in ["PENDING", "CANCEL_PENDING", "SOMETHING_NEW"] {
            assert_eq!(State::named(name).name(), name);
        }
    }
}
