//! What must hold for every log: checked on random applications, against a reading that keeps everything in memory.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use spark_log::{Metrics, Timeline};

use crate::log::read;

/// Many cases, and no file of old failures: what failed once becomes a test of its own.
fn thousand() -> ProptestConfig {
    ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

const START: i64 = 1_700_000_000_000;

/// A random task: stage, executor, milliseconds from the start, duration, how it ended.
#[derive(Debug, Clone)]
struct Task {
    id: i64,
    stage: i64,
    executor: usize,
    from: i64,
    to: i64,
    reason: &'static str,
}

#[derive(Debug, Clone)]
struct Application {
    /// Cores, joining, removal.
    executors: Vec<(u32, i64, Option<i64>)>,
    tasks: Vec<Task>,
    /// Submission and completion.
    stages: Vec<(i64, i64)>,
    end: i64,
}

fn application() -> impl Strategy<Value = Application> {
    let executors = vec((1_u32..5, 0_i64..400, prop::option::of(1_i64..900)), 1..5);
    let reasons =
        prop::sample::select(vec!["Success", "Success", "ExceptionFailure", "TaskKilled"]);
    let tasks = vec(
        (0_i64..3, 0_usize..5, 0_i64..60, 0_i64..200, reasons),
        0..40,
    );
    (executors, tasks).prop_map(|(executors, tasks)| {
        let stages: Vec<(i64, i64)> = (0..3).map(|n| (100 + n * 60, 400 + n * 100)).collect();
        let tasks = (0..)
            .zip(tasks)
            .map(|(id, (stage, executor, after, lasts, reason))| {
                let from = stages[stage as usize].0 + after;
                Task {
                    id,
                    stage,
                    executor: executor % executors.len(),
                    from,
                    to: from + lasts,
                    reason,
                }
            })
            .collect();
        let executors = executors
            .into_iter()
            .map(|(cores, added, life)| (cores, added, life.map(|life| added + life)))
            .collect();
        Application {
            executors,
            tasks,
            stages,
            end: 1500,
        }
    })
}

impl Application {
    /// Lines in the order of time, with their times.
    fn lines(&self) -> Vec<(i64, Value)> {
        let mut lines = vec![
            (
                0,
                json!({"Event": "SparkListenerLogStart", "Spark Version": "3.5.6"}),
            ),
            (
                0,
                json!({"Event": "SparkListenerApplicationStart", "App Name": "a", "App ID": "a-1", "Timestamp": START}),
            ),
        ];
        let mut timed = Vec::new();
        for (n, (cores, added, removed)) in self.executors.iter().enumerate() {
            let id = n.to_string();
            timed.push((
                *added,
                json!({"Event": "SparkListenerExecutorAdded", "Timestamp": START + added,
                "Executor ID": id, "Executor Info": {"Host": "h", "Total Cores": cores}}),
            ));
            timed.extend(removed.map(|at| {
                (
                    at,
                    json!({"Event": "SparkListenerExecutorRemoved",
                "Timestamp": START + at, "Executor ID": id, "Removed Reason": "idle"}),
                )
            }));
        }
        timed.push((
            90,
            json!({"Event": "SparkListenerJobStart", "Job ID": 0, "Submission Time": START + 90}),
        ));
        timed.push((
            900,
            json!({"Event": "SparkListenerJobEnd", "Job ID": 0, "Completion Time": START + 900,
            "Job Result": {"Result": "JobSucceeded"}}),
        ));
        for (id, (from, to)) in (0..).zip(&self.stages) {
            let tasks = self.tasks.iter().filter(|task| task.stage == id).count();
            let mut info = json!({"Stage ID": id, "Stage Attempt ID": 0, "Stage Name": "s", "Number of Tasks": tasks,
                "Submission Time": START + from});
            timed.push((
                *from,
                json!({"Event": "SparkListenerStageSubmitted", "Stage Info": info}),
            ));
            info["Completion Time"] = json!(START + to);
            timed.push((
                *to,
                json!({"Event": "SparkListenerStageCompleted", "Stage Info": info}),
            ));
        }
        for task in &self.tasks {
            let info = |finish: i64| {
                json!({"Task ID": task.id, "Index": task.id, "Attempt": 0, "Partition ID": task.id,
                "Launch Time": START + task.from, "Executor ID": task.executor.to_string(), "Host": "h",
                "Locality": "ANY", "Speculative": false, "Getting Result Time": 0, "Finish Time": finish,
                "Failed": false, "Killed": false, "Accumulables": []})
            };
            timed.push((
                task.from,
                json!({"Event": "SparkListenerTaskStart", "Stage ID": task.stage,
                "Stage Attempt ID": 0, "Task Info": info(0)}),
            ));
            timed.push((task.to, json!({"Event": "SparkListenerTaskEnd", "Stage ID": task.stage,
                "Stage Attempt ID": 0, "Task Type": "ResultTask", "Task End Reason": {"Reason": task.reason},
                "Task Info": info(START + task.to)})));
        }
        timed.sort_by_key(|(at, _)| *at);
        lines.extend(timed);
        lines.push((
            self.end,
            json!({"Event": "SparkListenerApplicationEnd", "Timestamp": START + self.end}),
        ));
        lines
    }

    /// Milliseconds in which an executor had at least one task, counted one by one.
    fn busy_ms(&self, executor: usize) -> usize {
        let (_, added, removed) = self.executors[executor];
        (added..removed.unwrap_or(self.end))
            .filter(|ms| {
                let runs = |task: &&Task| task.from <= *ms && *ms < task.to;
                let mut own = self.tasks.iter().filter(|task| task.executor == executor);
                own.any(|task| runs(&task))
            })
            .count()
    }
}

fn bytes(lines: &[(i64, Value)]) -> Vec<u8> {
    let text: String = lines.iter().map(|(_, line)| format!("{line}\n")).collect();
    text.into_bytes()
}

fn timeline(lines: &[(i64, Value)]) -> Timeline {
    read(&[&bytes(lines)])
}

proptest! {
    #![proptest_config(thousand())]

    #[test]
    fn any_split_gives_the_same_timeline(app in application(), cuts in vec(any::<prop::sample::Index>(), 0..20)) {
        let bytes = bytes(&app.lines());
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
        prop_assert_eq!(read(&pieces), read(&[&bytes]));
    }

    #[test]
    fn any_truncation_gives_a_result_that_says_so(app in application(), cut in any::<prop::sample::Index>()) {
        let bytes = bytes(&app.lines());
        let timeline = read(&[&bytes[..cut.index(bytes.len() - 1)]]);
        prop_assert!(!timeline.gaps.is_empty());
        let metrics = Metrics::of(&timeline);
        let most = app.executors.len() as f64 * 1.5;
        prop_assert!(metrics.executor_seconds.is_none_or(|seconds| (0.0..=most).contains(&seconds)));
        prop_assert!(metrics.busy_executor_seconds <= metrics.executor_seconds);
    }

    #[test]
    fn any_order_within_a_millisecond_gives_the_same_timeline(app in application(), keys in vec(any::<u32>(), 200)) {
        let lines = app.lines();
        let mut keyed: Vec<_> = lines.iter().cloned().zip(keys.into_iter().cycle()).collect();
        // The first two lines are the head of every log.
        keyed[2..].sort_by_key(|((at, _), key)| (*at, *key));
        let shuffled: Vec<_> = keyed.into_iter().map(|(line, _)| line).collect();
        prop_assert_eq!(timeline(&shuffled), timeline(&lines));
    }

    #[test]
    fn one_pass_measures_what_a_reading_of_everything_measures(app in application()) {
        let timeline = timeline(&app.lines());
        prop_assert_eq!(&timeline.gaps, &[]);
        for executor in &timeline.executors {
            let n: usize = executor.id.parse().unwrap();
            prop_assert_eq!(executor.busy.as_millis() as usize, app.busy_ms(n), "executor {}", n);
            let own = || app.tasks.iter().filter(|task| task.executor == n);
            prop_assert_eq!(executor.tasks as usize, own().count());
            let lasted: i64 = own().map(|task| task.to - task.from).sum();
            prop_assert_eq!(executor.task_time.as_millis() as i64, lasted);
        }
        let waited = |task: &Task| task.from - app.stages[task.stage as usize].0;
        let backlog: i64 = app.tasks.iter().map(waited).sum();
        prop_assert_eq!(timeline.demand.unwrap().backlog_ms, backlog);
        prop_assert_eq!(timeline.waiting_tasks.total_ms(), backlog);
        let busy: u128 = timeline.executors.iter().map(|e| e.busy.as_millis()).sum();
        prop_assert_eq!(timeline.busy_executors.total_ms() as u128, busy);
        let mut reasons = BTreeMap::new();
        app.tasks.iter().for_each(|task| *reasons.entry(task.reason).or_insert(0) += 1);
        let count = |reason| reasons.get(reason).copied().unwrap_or(0);
        let counts = timeline.task_counts;
        prop_assert_eq!(
            (counts.succeeded, counts.failed, counts.killed),
            (count("Success"), count("ExceptionFailure"), count("TaskKilled"))
        );
        let m = Metrics::of(&timeline);
        let parts = [m.busy_executor_seconds, m.idle_head_seconds, m.idle_between_seconds, m.idle_tail_seconds];
        let sum: f64 = parts.into_iter().flatten().sum();
        prop_assert!((sum - m.executor_seconds.unwrap()).abs() < 1e-6, "{} {:?}", sum, m);
    }
}
