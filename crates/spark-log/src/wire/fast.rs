//! The two events that fill a log, TaskStart and TaskEnd, read without a JSON library as long as the line is as Spark
//! writes it. `None` is never a verdict about the line: it leaves it to `typed`.
//!
//! What a task event needs stands in its first few hundred bytes; the thousands that follow (accumulables, metrics) are
//! only checked to be whole.

use super::{cursor::Cursor, structure::looks_whole};
use crate::{
    EpochMillis, Event,
    event::{StageKey, TaskEnd, TaskInfo, TaskKey},
};

/// Reads the event that follows `{"Event":"SparkListenerTaskStart"` or `…TaskEnd"`.
pub(crate) fn task_event(after_name: &[u8], ended: bool) -> Option<Event> {
    let mut cursor = Cursor::new(after_name);
    let (mut stage, mut stage_attempt, mut reason) = (None, 0, None);
    let task = loop {
        cursor.literal(b",")?;
        let key = cursor.string()?;
        cursor.literal(b":")?;
        match key {
            b"Stage ID" => stage = Some(cursor.integer()?),
            b"Stage Attempt ID" => stage_attempt = cursor.integer()?,
            b"Task End Reason" => reason = Some(end_reason(&mut cursor)?),
            b"Task Info" => break task_info(&mut cursor)?,
            _ => cursor.skip_value()?,
        }
    };
    // Within the line's object and the one of "Task Info". Whatever of the event is missing now may follow.
    let (stage, end) = (stage?, if ended { Some(reason?) } else { None });
    looks_whole(cursor.rest(), 2).then_some(())?;
    let info = TaskInfo {
        key: TaskKey(task.id?),
        stage: StageKey {
            stage,
            attempt: stage_attempt,
        },
        index: task.index?,
        attempt: task.attempt,
        executor: std::str::from_utf8(task.executor?).ok()?.into(),
        launched: EpochMillis(task.launched?),
        finished: (task.finished? > 0).then_some(EpochMillis(task.finished?)),
        end,
        speculative: task.speculative?,
    };
    Some(if ended {
        Event::TaskEnd(info)
    } else {
        Event::TaskStart(info)
    })
}

#[derive(Default)]
struct Task<'a> {
    id: Option<i64>,
    index: Option<i64>,
    attempt: i64,
    launched: Option<i64>,
    executor: Option<&'a [u8]>,
    speculative: Option<bool>,
    finished: Option<i64>,
}

/// Reads "Task Info" up to "Finish Time", which is the last field needed.
fn task_info<'a>(cursor: &mut Cursor<'a>) -> Option<Task<'a>> {
    let mut task = Task::default();
    cursor.literal(b"{")?;
    loop {
        let key = cursor.string()?;
        cursor.literal(b":")?;
        match key {
            b"Task ID" => task.id = Some(cursor.integer()?),
            b"Index" => task.index = Some(cursor.integer()?),
            b"Attempt" => task.attempt = cursor.integer()?,
            b"Launch Time" => task.launched = Some(cursor.integer()?),
            b"Executor ID" => task.executor = Some(cursor.string()?),
            b"Speculative" => task.speculative = Some(cursor.boolean()?),
            b"Finish Time" => {
                task.finished = Some(cursor.integer()?);
                return Some(task);
            }
            _ => cursor.skip_value()?,
        }
        cursor.literal(b",")?;
    }
}

fn end_reason(cursor: &mut Cursor<'_>) -> Option<TaskEnd> {
    let whole = cursor.rest();
    cursor.skip_value()?;
    let mut inside = Cursor::new(whole);
    inside.literal(b"{\"Reason\":")?;
    let reason = std::str::from_utf8(inside.string()?).ok()?;
    Some(TaskEnd::of_reason(reason))
}
