//! What the standalone master says in its log, line by line. Pure.
//!
//! The log is the only place where the number of executors an application wants can be read from outside
//! (Spark's `Master.scala`, class `Master`).

/// One thing the master did or was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MasterEvent {
    /// It listens at this `spark://` URL.
    Listening(String),
    /// The application registered.
    Registered,
    /// The application wants this many executors in total.
    Wanted(u32),
    /// An executor process was started on the worker with this host.
    Launched { executor: u32, host: String },
    /// The application gives these executors back.
    Killed(Vec<u32>),
    /// The application is over, and its executors with it.
    Finished,
    /// An executor ended; the state is `EXITED`, `KILLED`, `FAILED` or `LOST`.
    Removed { executor: u32, state: String },
}

/// Reads one line; `None` when it says nothing we follow.
pub(crate) fn parse(line: &str) -> Option<MasterEvent> {
    let (_, said) = line.split_once(" Master: ")?;
    if let Some(url) = said.strip_prefix("Starting Spark master at ") {
        return Some(MasterEvent::Listening(url.trim().to_owned()));
    }
    if said.starts_with("Registered app ") {
        return Some(MasterEvent::Registered);
    }
    if let Some((_, executors)) = said.split_once(" requests to kill executors: ") {
        let numbers = executors
            .split(',')
            .filter_map(|number| number.trim().trim_end_matches('.').parse().ok());
        return Some(MasterEvent::Killed(numbers.collect()));
    }
    if said.starts_with("Removing app ") {
        return Some(MasterEvent::Finished);
    }
    if let Some((_, map)) = said.split_once(" requested executors: ") {
        return Some(MasterEvent::Wanted(wanted(map)));
    }
    if let Some(rest) = said.strip_prefix("Launching executor ") {
        let (executor, worker) = rest.split_once(" on worker ")?;
        return Some(MasterEvent::Launched {
            executor: number(executor)?,
            host: host(worker)?,
        });
    }
    let rest = said.strip_prefix("Removing executor ")?;
    let (executor, state) = rest.split_once(" because it is ")?;
    Some(MasterEvent::Removed {
        executor: number(executor)?,
        state: state.trim().to_owned(),
    })
}

/// Adds up the totals of a printed map from resource profile to number. The profiles contain arrows too, but only
/// a total is a number followed by the next entry or the end.
fn wanted(map: &str) -> u32 {
    map.split(" -> ").filter_map(total).sum()
}

fn total(text: &str) -> Option<u32> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let rest = &text[digits..];
    (rest.is_empty() || rest.starts_with(')') || rest.starts_with(','))
        .then(|| text[..digits].parse().ok())?
}

/// `app-20261122145634-0000/7` is executor 7.
fn number(executor: &str) -> Option<u32> {
    executor.rsplit_once('/')?.1.trim().parse().ok()
}

/// `worker-20261122145632-127.0.1.5-34751` runs on 127.0.1.5.
fn host(worker: &str) -> Option<String> {
    let mut parts = worker.trim().splitn(3, '-').nth(2)?.rsplitn(2, '-');
    parts.next()?;
    Some(parts.next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{MasterEvent, parse};

    fn line(said: &str) -> Option<MasterEvent> {
        parse(&format!("26/11/22 14:54:59 INFO Master: {said}"))
    }

    #[test]
    fn reads_the_wanted_total_between_the_arrows_of_a_resource_profile() {
        let said = "Application app-1-0000 requested executors: Map(Profile: id = 0, executor resources: cores -> \
                    name: cores, amount: 1, script: , vendor: ,memory -> name: memory, amount: 1024, script: , \
                    vendor: , task resources: cpus -> name: cpus, amount: 1.0 -> 5).";
        assert_eq!(line(said), Some(MasterEvent::Wanted(5)));
    }

    #[test]
    fn adds_up_several_resource_profiles() {
        let said = "Application app-1-0000 requested executors: Map(Profile: id = 0, cores -> name -> 3, Profile: id \
                    = 1, cores -> name -> 4).";
        assert_eq!(line(said), Some(MasterEvent::Wanted(7)));
    }

    #[test]
    fn reads_where_an_executor_was_launched() {
        let said = "Launching executor app-20261122145634-0000/14 on worker worker-20261122145632-127.0.1.5-34751";
        assert_eq!(
            line(said),
            Some(MasterEvent::Launched {
                executor: 14,
                host: "127.0.1.5".to_owned()
            })
        );
    }

    #[test]
    fn reads_why_an_executor_was_removed() {
        let said = "Removing executor app-20261122145634-0000/3 because it is KILLED";
        assert_eq!(
            line(said),
            Some(MasterEvent::Removed {
                executor: 3,
                state: "KILLED".to_owned()
            })
        );
    }

    #[test]
    fn reads_which_executors_are_given_back() {
        let said = "Application app-20261122145634-0000 requests to kill executors: 3, 14";
        assert_eq!(line(said), Some(MasterEvent::Killed(vec![3, 14])));
    }

    #[test]
    fn passes_over_everything_else() {
        assert_eq!(line("Start scheduling for app app-1 with rpId: 0"), None);
        assert_eq!(parse("Picked up JAVA_TOOL_OPTIONS: -XX:+UseSerialGC"), None);
    }
}
