//! Executors that stayed although they had nothing to do, and what keeps them. Pure.

use super::{Pair, Reason};
use crate::{
    advice::{KeptIdle, kept_idle},
    number::{about, count, number},
    prose::Prose,
};

/// Less than this part of DRA's executor-seconds is not worth a sentence.
const WORTH_SAYING: f64 = 0.05;

/// What is said when it cost something.
pub(super) fn reason(pair: &Pair<'_>) -> Option<Reason> {
    let kept = kept_idle(pair.dra)?;
    let all = pair.dra_numbers.executor_seconds?;
    (kept.seconds >= WORTH_SAYING * all).then(|| Reason {
        title: "Why executors stayed.".to_owned(),
        text: text(&kept),
    })
}

fn text(kept: &KeptIdle) -> Prose {
    let text = Prose::new(format!(
        "{} stayed {} executor-seconds longer without a task than the idle time-out of {} asks for.",
        count(kept.executors, "DRA executor", "DRA executors"),
        number(kept.seconds, 0),
        about(kept.idle_timeout_seconds)
    ));
    let others = kept.executors - kept.kept_by_minimum;
    let text = match kept.kept_by_minimum {
        0 => text,
        1 => text
            .text(" One of them is kept by ")
            .code("spark.dynamicAllocation.minExecutors")
            .text("."),
        several => text
            .text(format!(" {several} of them are kept by "))
            .code("spark.dynamicAllocation.minExecutors")
            .text("."),
    };
    if others == 0 {
        return text;
    }
    text.text(" What Spark keeps beyond its time-out usually holds shuffle data (shuffle tracking) or cached data.")
}
