//! Whether the tasks of both sides did about as much. Pure.

use crate::{gate::Concern, measure::middle_of, number::about, prose::Prose, run::Run};

/// From this part more task time on one side on, it is named.
pub(crate) const OTHER_WORK: f64 = 0.5;
/// From so many times as much on, it was not the same work.
pub(crate) const NOT_THE_SAME: f64 = 3.0;

/// A concern when the tasks took much longer on one side, launch to end, summed over all. The machines, and what else
/// runs on them, make some difference; other data makes more.
pub(super) fn unlike(fixed: &[Run], dra: &[Run]) -> Option<Concern> {
    let tasks = |run: &Run| Some(run.timeline.task_time.as_secs_f64());
    let (fixed, dra) = (middle_of(fixed, tasks)?, middle_of(dra, tasks)?);
    let (less, more) = (fixed.min(dra), fixed.max(dra));
    if less <= 0.0 || more < less * (1.0 + OTHER_WORK) {
        return None;
    }
    let text = Prose::new(format!(
        "The tasks took {} in all with static and {} with DRA: other data, other arguments, or much slower machines?",
        about(fixed),
        about(dra)
    ));
    Some(Concern {
        blocks: more >= less * NOT_THE_SAME,
        text,
    })
}
