//! What EMR said about one job run, and every state the poller saw. Asks nobody.

use jiff::Timestamp;
use run_record::StateSeen;

use crate::{asked::Asked, state::State};

/// One answer of DescribeJobRun, as far as this action uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Description {
    pub(crate) state: State,
    pub(crate) asked: Asked,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) finished_at: Option<Timestamp>,
    pub(crate) failure_reason: Option<String>,
    pub(crate) state_details: Option<String>,
}

/// A job run that was submitted, with its history so far.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// The job run's id.
    pub(crate) id: String,
    /// The last description, once there is one.
    pub(crate) latest: Option<Description>,
    /// Every state, when it was first seen.
    pub(crate) states: Vec<StateSeen>,
}

impl Job {
    /// A job run nothing is known of but its id.
    pub(crate) fn new(id: String) -> Self {
        Self {
            id,
            latest: None,
            states: Vec::new(),
        }
    }

    /// Takes in an answer that arrived at `at`; true when the state has changed.
    pub(crate) fn note(&mut self, description: Description, at: Timestamp) -> bool {
        let changed = self
            .states
            .last()
            .is_none_or(|seen| seen.state != description.state.name());
        if changed {
            self.states.push(StateSeen {
                state: description.state.name().to_owned(),
                at,
            });
        }
        self.latest = Some(description);
        changed
    }

    /// The last state seen. Before the first answer that is `PENDING`: EMR has accepted the job and said no more.
    pub(crate) fn state(&self) -> State {
        self.latest
            .as_ref()
            .map_or(State::Pending, |latest| latest.state.clone())
    }

    /// Seconds from EMR's acceptance to its end, when both are known.
    pub(crate) fn duration_seconds(&self) -> Option<i64> {
        let latest = self.latest.as_ref()?;
        Some(
            latest
                .finished_at?
                .duration_since(latest.created_at?)
                .as_secs(),
        )
    }

    /// Why EMR says it ended: the reason's code and EMR's sentence, as far as given.
    pub(crate) fn reason(&self) -> Option<String> {
        let latest = self.latest.as_ref()?;
        let parts: Vec<_> = [&latest.failure_reason, &latest.state_details]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        (!parts.is_empty()).then(|| parts.join(": "))
    }
}

#[cfg(test)]
mod tests {
    use super::{Description, Job};
    use crate::{asked::Asked, state::State};

    fn described(state: &str) -> Description {
        Description {
            state: State::named(state),
            asked: Asked::default(),
            created_at: "2026-11-22T15:00:00Z".parse().ok(),
            finished_at: "2026-11-22T15:01:30Z".parse().ok(),
            failure_reason: Some("USER_ERROR".into()),
            state_details: Some("exit code 1".into()),
        }
    }

    #[test]
    fn each_state_is_kept_once_with_the_time_it_was_first_seen() {
        let mut job = Job::new("1".into());
        let times = [
            "2026-11-22T15:00:00Z",
            "2026-11-22T15:00:10Z",
            "2026-11-22T15:00:20Z",
        ];
        let changes: Vec<_> = times
            .iter()
            .zip(["PENDING", "PENDING", "RUNNING"])
            .filter_map(|(at, state)| Some(job.note(described(state), at.parse().ok()?)))
            .collect();
        assert_eq!(changes, [true, false, true]);
        let seen: Vec<_> = job
            .states
            .iter()
            .map(|seen| (seen.state.as_str(), seen.at.to_string()))
            .collect();
        assert_eq!(
            seen,
            [
                ("PENDING", times[0].to_owned()),
                ("RUNNING", times[2].to_owned())
            ]
        );
    }

    #[test]
    fn duration_and_reason_come_from_emr() {
        let mut job = Job::new("1".into());
        assert_eq!((job.duration_seconds(), job.reason()), (None, None));
        job.note(described("FAILED"), jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(job.duration_seconds(), Some(90));
        assert_eq!(job.reason().as_deref(), Some("USER_ERROR: exit code 1"));
    }
}
