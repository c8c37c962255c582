//! How many CPUs a task has, by resource profile.

use std::collections::BTreeMap;

/// The resource profile of everything that names none.
const DEFAULT_PROFILE: i64 = 0;

/// CPUs of a task by resource profile, from the profiles and the configuration that the log tells.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    by_profile: BTreeMap<i64, f64>,
    /// `spark.task.cpus`.
    configured: Option<f64>,
}

impl Profiles {
    pub(crate) fn insert(&mut self, profile: i64, task_cpus: Option<f64>) {
        self.by_profile
            .extend(task_cpus.map(|cpus| (profile, cpus)));
    }

    pub(crate) fn configure(&mut self, properties: &BTreeMap<String, String>) {
        let configured = properties.get("spark.task.cpus");
        self.configured = configured
            .and_then(|cpus| cpus.parse().ok())
            .or(self.configured);
    }

    /// CPUs of a task of this profile; of the default one when it names none.
    pub(crate) fn task_cpus(&self, profile: Option<i64>) -> f64 {
        let profile = profile.unwrap_or(DEFAULT_PROFILE);
        let cpus = self.by_profile.get(&profile).copied();
        cpus.or(self.configured).unwrap_or(1.0)
    }
}
