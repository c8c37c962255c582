//! Logs of more than one application, and times that contradict each other: said, and never a negative time.

use spark_log::{Gap, Timeline};

use crate::{
    fixtures::real_logs,
    log::{Log, read},
};

fn forbidden(timeline: &Timeline) -> bool {
    timeline.gaps.iter().any(|gap| gap.forbids_a_verdict())
}

/// No end before its beginning, and nothing before the application.
fn assert_forward(timeline: &Timeline) {
    let started = timeline.started.unwrap();
    assert!(timeline.ended.is_none_or(|ended| ended >= started));
    for executor in &timeline.executors {
        assert!(executor.added >= started && executor.until >= executor.added);
        assert!(executor.removed.is_none_or(|at| at >= executor.added));
        assert!(executor.first_task.is_none_or(|at| at >= started));
    }
    for stage in &timeline.stages {
        assert!(stage.submitted.is_none_or(|at| at >= started));
        assert!(stage.completed.is_none_or(|at| Some(at) >= stage.submitted));
    }
    for job in &timeline.jobs {
        assert!(job.started >= started && job.ended.is_none_or(|at| at >= job.started));
    }
}

#[test]
fn two_logs_in_one_file_are_said_and_only_the_first_is_measured() {
    let [(_, fixed), (_, dra)] = real_logs().try_into().unwrap();
    for (first, second) in [(&fixed, &dra), (&dra, &fixed), (&dra, &dra)] {
        let alone = read(&[first]);
        let mixed = read(&[first, second]);
        assert_eq!(mixed.gaps, [Gap::SeveralApplications(2)]);
        assert!(forbidden(&mixed));
        assert_forward(&mixed);
        assert_eq!(mixed.executors, alone.executors);
        assert_eq!(mixed.properties, alone.properties);
    }
}

#[test]
fn any_head_of_another_log_after_a_whole_one_is_said() {
    let [(_, fixed), (_, dra)] = real_logs().try_into().unwrap();
    let lines: Vec<&[u8]> = fixed.split_inclusive(|byte| *byte == b'\n').collect();
    for head in 1..=lines.len() {
        let timeline = read(&[&dra, &lines[..head].concat()]);
        assert!(forbidden(&timeline), "{head} lines");
        assert_forward(&timeline);
    }
}

#[test]
fn any_tail_of_another_log_is_said() {
    let [(_, fixed), (_, dra)] = real_logs().try_into().unwrap();
    let lines: Vec<&[u8]> = fixed.split_inclusive(|byte| *byte == b'\n').collect();
    for from in 0..lines.len() {
        let tail = lines[from..].concat();
        for pieces in [[&dra, &tail], [&tail, &dra]] {
            let timeline = read(&pieces.map(Vec::as_slice));
            assert!(forbidden(&timeline), "from line {from}");
            assert_forward(&timeline);
        }
    }
}

#[test]
fn restart_of_the_same_application_is_another_one() {
    let mut log = Log::started();
    log.job(1.0, 0);
    log.job_ended(2.0, 0);
    let once = log.bytes();
    assert!(
        read(&[&once, &once])
            .gaps
            .contains(&Gap::SeveralApplications(2))
    );
}

#[test]
fn parts_of_one_application_are_whole_in_any_order() {
    let (_, bytes) = real_logs().remove(1);
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let parts: Vec<Vec<u8>> = lines.chunks(7).map(<[_]>::concat).collect();
    let backwards: Vec<&[u8]> = parts.iter().rev().map(Vec::as_slice).collect();
    // `events_10` sorts before `events_2`, and so the end of an application before its start.
    assert_eq!(read(&backwards).gaps, []);
}

#[test]
fn contradicting_times_are_said_and_straightened() {
    let job = |from, to, end| {
        let mut log = Log::started();
        log.job(from, 1);
        log.job_ended(to, 1);
        log.ended(end).timeline()
    };
    assert_eq!(job(2.0, 3.0, 4.0).gaps, []);
    for (from, to, end) in [
        (3.0, 2.0, 4.0),
        (-1.0, 2.0, 4.0),
        (5.0, 6.0, 4.0),
        (1.0, 2.0, -1.0),
    ] {
        let timeline = job(from, to, end);
        assert!(forbidden(&timeline), "{from} {to} {end}");
        assert_forward(&timeline);
    }
    let mut log = Log::started();
    log.executor("1", -5.0);
    log.task("1", 20.0, 10.0);
    let timeline = log.ended(30.0).timeline();
    assert!(timeline.gaps.contains(&Gap::BackwardTimes(2)));
    assert_forward(&timeline);
}

#[test]
fn gaps_of_mixed_logs_are_said_in_words() {
    for (gap, words) in [
        (Gap::SeveralApplications(2), "events of 2 applications"),
        (Gap::BackwardTimes(1), "1 interval would be negative"),
        (Gap::BackwardTimes(3), "3 intervals would be negative"),
    ] {
        assert!(gap.to_string().contains(words), "{gap}");
    }
}
