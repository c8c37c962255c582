//! Task events are read in a fast way and in a thorough one. The thorough one decides what a line means.

use proptest::prelude::*;
use spark_log::{Counts, Decoder, Event};

use crate::fixtures::real_logs;

fn decode(line: &[u8]) -> (Vec<Event>, Counts) {
    let mut events = Vec::new();
    let mut decoder = Decoder::default();
    decoder.push(line, &mut |event| events.push(event));
    decoder.push(b"\n", &mut |event| events.push(event));
    let counts = decoder.finish(&mut |event| events.push(event));
    (events, counts)
}

/// Reads the line in the thorough way: Spark never writes a space here.
fn thorough(line: &[u8]) -> (Vec<Event>, Counts) {
    decode(&[b"{ ", line.strip_prefix(b"{").unwrap_or(line)].concat())
}

fn task_lines() -> Vec<Vec<u8>> {
    let lines = |log: Vec<u8>| {
        let lines = log.split(|byte| *byte == b'\n');
        let tasks = lines.filter(|line| line.starts_with(b"{\"Event\":\"SparkListenerTask"));
        tasks.take(4).map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    let failed = br#"{"Event":"SparkListenerTaskEnd","Stage ID":7,"Stage Attempt ID":1,"Task Type":"ShuffleMapTask","Task End Reason":{"Reason":"ExceptionFailure","Class Name":"a.B","Description":"\"x\" }{ \\","Stack Trace":[{"Declaring Class":"c","Line Number":-1}],"Accumulator Updates":[]},"Task Info":{"Task ID":12,"Index":3,"Attempt":1,"Partition ID":3,"Launch Time":1700000000000,"Executor ID":"10","Host":"h","Locality":"ANY","Speculative":true,"Getting Result Time":0,"Finish Time":1700000000100,"Failed":true,"Killed":false,"Accumulables":[]}}"#;
    let mut all: Vec<Vec<u8>> = real_logs()
        .into_iter()
        .flat_map(|(_, log)| lines(log))
        .collect();
    all.push(failed.to_vec());
    all
}

#[test]
fn both_ways_give_the_same_event() {
    for line in task_lines() {
        let (events, counts) = decode(&line);
        assert_eq!((events.len(), counts.damaged), (1, 0));
        assert_eq!((events, counts), thorough(&line));
    }
}

#[test]
fn line_that_lost_its_end_is_damaged_wherever_it_was_cut() {
    for line in task_lines() {
        for cut in 1..line.len() {
            let (events, counts) = decode(&line[..cut]);
            assert_eq!((events.len(), counts.damaged), (0, 1), "cut at {cut}");
        }
    }
}

#[test]
fn two_lines_that_lost_what_was_between_them_are_damaged() {
    for pair in task_lines().windows(2) {
        let (events, counts) = decode(&pair.concat());
        assert_eq!((events.len(), counts.damaged), (0, 1));
        // The beginning of one and the end of the other, cut at every place that is not the same for both.
        for cut in (1..pair[0].len()).step_by(7) {
            let joined = [&pair[0][..cut], &pair[1]].concat();
            assert_eq!(decode(&joined).0.len(), 0, "cut at {cut}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_thorough_way_reads_the_fast_way_reads_alike(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        byte in prop::sample::select(b"\"\\{}[]:,0123456789-.eE truefalsn\x00\xff\n\r\t".to_vec()),
        insert in any::<bool>(),
    ) {
        let mut line = task_lines().swap_remove(which.index(9) % task_lines().len());
        // Behind `{`, where the thorough way has its space.
        let at = 1 + at.index(line.len().min(700) - 1);
        if insert {
            line.insert(at, byte);
        } else {
            line[at] = byte;
        }
        let (fast, thorough) = (decode(&line), thorough(&line));
        if thorough.1.damaged == 0 {
            prop_assert_eq!(fast, thorough);
        }
    }
}
