//! How much work there was: tasks waiting and running, whatever the number of executors. Counted by `stages`.

/// What the stages asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// The most tasks that were waiting or running at one time. Copies of slow tasks are not counted.
    pub peak_tasks: u32,
    /// The executors that could serve them all at once, at the smallest number of slots the executors had.
    /// Absent without executors.
    pub useful_executors: Option<u32>,
    /// The number of tasks of the largest stage.
    pub largest_stage: u32,
    /// Task-milliseconds spent waiting for a slot: from submission of the stage (or the failed attempt before)
    /// to the launch.
    pub backlog_ms: i64,
}
