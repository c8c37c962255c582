//! Why the numbers differ, in sentences made of measured numbers only. Pure.

mod idle;
mod scale_up;

use run_record::Observation;
use serde::{Deserialize, Serialize};
use spark_log::{Executor, Metrics};

use crate::{
    difference::CHANCE,
    measure::last_used_executor,
    metric::MetricId,
    nodes::{executor_nodes, nodes, not_all, steps},
    number::{about, count, number, percent},
    prose::Prose,
    run::Run,
};

/// A difference in the joining of executors explains a difference in time when it is at least this part of it.
const EXPLAINS: f64 = 0.3;

/// One explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reason {
    /// Such as `Why it took longer`.
    pub(crate) title: String,
    pub(crate) text: Prose,
}

/// One run of each variant with its numbers.
pub(crate) struct Pair<'a> {
    pub(crate) fixed: &'a Run,
    pub(crate) dra: &'a Run,
    fixed_numbers: Metrics,
    dra_numbers: Metrics,
    /// The duration the verdict is about.
    duration: MetricId,
}

impl<'a> Pair<'a> {
    pub(crate) fn new(fixed: &'a Run, dra: &'a Run, duration: MetricId) -> Self {
        Self {
            fixed,
            dra,
            fixed_numbers: Metrics::of(&fixed.timeline),
            dra_numbers: Metrics::of(&dra.timeline),
            duration,
        }
    }

    /// Every explanation the data gives.
    pub(crate) fn reasons(&self) -> Vec<Reason> {
        [
            self.head_start(),
            self.time(),
            scale_up::reason(self),
            self.executor_seconds(),
            idle::reason(self),
            self.nodes(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Why the verdict is not about the job duration.
    fn head_start(&self) -> Option<Reason> {
        let first_job = |run: &Run| run.seconds(run.timeline.first_job_start()?);
        let (fixed, dra) = (first_job(self.fixed)?, first_job(self.dra)?);
        let text = format!(
            "The first job began {} after the application started in the static run, and {} after it in the DRA run. \
             That time, in which Spark may wait for executors, is not in the job duration; so the verdict compares the \
             applications.",
            about(fixed),
            about(dra)
        );
        let title = "Why the application's duration.".to_owned();
        (self.duration == MetricId::ApplicationDuration).then(|| Reason {
            title,
            text: Prose::new(text),
        })
    }

    fn time(&self) -> Option<Reason> {
        let since_job = self.duration == MetricId::JobDuration;
        let took = |m: &Metrics| {
            if since_job {
                m.job_duration
            } else {
                m.application_duration
            }
        };
        let (fixed, dra) = (
            took(&self.fixed_numbers)?.as_secs_f64(),
            took(&self.dra_numbers)?.as_secs_f64(),
        );
        let last = |run: &Run, m: &Metrics| match since_job {
            true => m.last_used_executor_after_job.map(|d| d.as_secs_f64()),
            false => last_used_executor(run),
        };
        let (fixed_last, dra_last) = (
            last(self.fixed, &self.fixed_numbers)?,
            last(self.dra, &self.dra_numbers)?,
        );
        let (slower, later) = (dra - fixed, dra_last - fixed_last);
        let same_way = slower * later > 0.0 && later.abs() >= EXPLAINS * slower.abs();
        if !same_way || later.abs() < 1.0 || slower.abs() < CHANCE * fixed {
            return None;
        }
        let (title, order) = if slower > 0.0 {
            ("Why it took longer.", "later")
        } else {
            ("Why it took less time.", "earlier")
        };
        let began = if since_job {
            "after the first job began"
        } else {
            "after the application started"
        };
        let text = Prose::new(format!(
            "The last executor that ran a task joined {} {order} than in the static run: {} {began}, against {}.",
            about(later.abs()),
            about(dra_last),
            about(fixed_last),
        ));
        Some(Reason {
            title: title.to_owned(),
            text: text.text(if slower > 0.0 {
                self.series()
            } else {
                self.crowd()
            }),
        })
    }

    /// Nodes that were asked for one after the other, or else executors that joined so.
    fn series(&self) -> String {
        let steps_of = |run: &Run| {
            run.record
                .as_ref()
                .map(|record| steps(&record.observation))
                .unwrap_or_default()
        };
        let (fixed, dra) = (steps_of(self.fixed), steps_of(self.dra));
        if let (true, Some(last)) = (dra.len() > 1 && dra.len() > fixed.len(), dra.last()) {
            let how = if dra.len() == 2 {
                format!("twice, {} apart", about(*last))
            } else {
                format!("{} within {}", times(dra.len()), about(*last))
            };
            let fixed = if fixed.is_empty() {
                String::new()
            } else {
                format!("; for the static run {}", times(fixed.len()))
            };
            return format!(" Nodes for its executors were asked for {how}{fixed}.");
        }
        let spread = |run: &Run| {
            let joined = || {
                run.timeline
                    .executors
                    .iter()
                    .filter(|e| e.tasks > 0)
                    .map(|e| e.added)
            };
            Some(joined().max()?.since(joined().min()?).as_secs_f64())
        };
        match (spread(self.fixed), spread(self.dra)) {
            (Some(fixed), Some(dra)) if (fixed - dra).abs() >= 1.0 => format!(
                " From the first to the last of the executors that ran a task, DRA took {}, the static run {}.",
                about(dra),
                about(fixed)
            ),
            _ => String::new(),
        }
    }

    /// A static run that was slower because it started many executors for few tasks.
    fn crowd(&self) -> String {
        let (all, unused) = (self.fixed.timeline.executors.len(), unused(self.fixed));
        if unused > 0 {
            format!(" The static run had {all} executors, {unused} of them for nothing.")
        } else {
            String::new()
        }
    }

    fn executor_seconds(&self) -> Option<Reason> {
        let (fixed, dra) = (
            self.fixed_numbers.executor_seconds?,
            self.dra_numbers.executor_seconds?,
        );
        // What may be chance has no reason.
        if (dra - fixed).abs() < CHANCE * fixed {
            return None;
        }
        if dra < fixed {
            let mut said: Vec<String> = Vec::new();
            said.extend(self.unused_said());
            said.extend(self.released_said());
            (!said.is_empty()).then(|| Reason {
                title: "Why it used less.".to_owned(),
                text: Prose::new(said.join(" ")),
            })
        } else {
            let m = &self.dra_numbers;
            // The idle head holds the lives of executors that never ran a task: each second is named once.
            let never_used = m.never_used_seconds?;
            let head = m.idle_head_seconds? - never_used;
            let idle = [
                ("before their first task", head),
                ("between tasks", m.idle_between_seconds?),
                ("after their last task", m.idle_tail_seconds?),
                ("without ever running a task", never_used),
            ];
            let (when, most) = idle.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
            (dra > fixed && most >= 1.0).then(|| Reason {
                title: "Why it used more.".to_owned(),
                text: Prose::new(format!(
                    "DRA's executors were idle for {} executor-seconds {when}.",
                    number(most, 0)
                )),
            })
        }
    }

    fn unused_said(&self) -> Option<String> {
        let (all, unused) = (self.fixed.timeline.executors.len(), unused(self.fixed));
        let demand = self.fixed.timeline.demand?;
        (unused > 0).then(|| {
            format!(
                "{unused} of the {all} static executors never ran a task: at most {} waiting or running at one time.",
                count(demand.peak_tasks as usize, "task was", "tasks were")
            )
        })
    }

    fn released_said(&self) -> Option<String> {
        let end = self.dra.timeline.last_seen?;
        let early: Vec<&Executor> = self
            .dra
            .timeline
            .executors
            .iter()
            .filter(|e| e.removed.is_some_and(|at| at < end))
            .collect();
        let saved: f64 = early.iter().map(|e| end.since(e.until).as_secs_f64()).sum();
        (saved >= 1.0).then(|| {
            format!(
                "{} of the {} DRA executors {} removed before the end of the application, which left out {} executor-seconds.",
                early.len(),
                self.dra.timeline.executors.len(),
                if early.len() == 1 { "was" } else { "were" },
                number(saved, 0)
            )
        })
    }

    /// Executor-seconds are Spark's view; nodes are what is paid for.
    fn nodes(&self) -> Option<Reason> {
        let totals = |run: &Run| {
            let record = run.record.as_ref()?;
            if not_all(record).is_some() {
                return None;
            }
            let nodes = nodes(record).ok()?;
            let empty: Option<f64> = nodes.iter().map(|node| node.empty_seconds().ok()).sum();
            Some((nodes.iter().map(|node| node.seconds()).sum::<f64>(), empty))
        };
        let ((fixed, fixed_empty), (dra, dra_empty)) = (totals(self.fixed)?, totals(self.dra)?);
        if fixed <= 0.0 || dra <= 0.0 {
            return None;
        }
        let change = |from: f64, to: f64| {
            let size = percent((to / from - 1.0).abs());
            match to < from {
                _ if size == percent(0.0) => "as many".to_owned(),
                true => format!("{size} fewer"),
                false => format!("{size} more"),
            }
        };
        let executors = change(
            self.fixed_numbers.executor_seconds?,
            self.dra_numbers.executor_seconds?,
        );
        let hosts = |run: &Run| hosts_said(&run.record.as_ref()?.observation);
        let hosts = match (hosts(self.fixed), hosts(self.dra)) {
            (Some(fixed), Some(dra)) if fixed != dra => {
                format!(" Its executors ran on {dra}; those of the static run on {fixed}.")
            }
            _ => String::new(),
        };
        let empty = fixed_empty.zip(dra_empty).map(|(fixed_empty, dra_empty)| {
            format!(
                " {} of its node-seconds, and {} of the static run's, had no pod of the job on the node.",
                percent(dra_empty / dra),
                percent(fixed_empty / fixed)
            )
        });
        let empty = empty.unwrap_or_default();
        let text = format!(
            "DRA used {executors} executor-seconds and {} node-seconds.{hosts}{empty}",
            change(fixed, dra)
        );
        Some(Reason {
            title: "On nodes.".to_owned(),
            text: Prose::new(text),
        })
    }
}

/// `3 nodes, asked for within 3.0 s`.
fn hosts_said(seen: &Observation) -> Option<String> {
    let (nodes, span) = executor_nodes(seen)?;
    let when = match (nodes, span) {
        (1, _) => String::new(),
        (_, span) if span < 1.0 => ", asked for at once".to_owned(),
        (_, span) => format!(", asked for within {}", about(span)),
    };
    Some(format!("{}{when}", count(nodes, "node", "nodes")))
}

fn unused(run: &Run) -> usize {
    run.timeline
        .executors
        .iter()
        .filter(|executor| executor.tasks == 0)
        .count()
}

/// `once`, `twice`, `3 times`.
pub(crate) fn times(n: usize) -> String {
    match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}
