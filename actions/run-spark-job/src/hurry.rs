//! The time that is left after a signal. The runner sends the second signal, which ends the process, 7.5 s after the
//! first one: whatever is done in between counts from the moment the first one came, not from when it begins.

use std::{sync::OnceLock, time::Duration};

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// Knows when the first signal came.
#[derive(Debug)]
pub(crate) struct Hurry {
    cancel: CancellationToken,
    came: OnceLock<Instant>,
}

impl Hurry {
    /// Nothing has come yet.
    pub(crate) fn new(cancel: CancellationToken) -> Self {
        Self {
            cancel,
            came: OnceLock::new(),
        }
    }

    /// The moment `after` the signal, which has come: now is the latest it can have come.
    pub(crate) fn moment(&self, after: Duration) -> Instant {
        *self.came.get_or_init(Instant::now) + after
    }

    /// Waits for the signal and for `after` to have passed since.
    pub(crate) async fn passed(&self, after: Duration) {
        self.cancel.cancelled().await;
        sleep_until(self.moment(after)).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;
    use tokio_util::sync::CancellationToken;

    use super::Hurry;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn times_after_a_signal_count_from_the_signal() {
        let cancel = CancellationToken::new();
        let hurry = Hurry::new(cancel.clone());
        let began = Instant::now();
        let signal = async {
            tokio::time::sleep(5 * SECOND).await;
            cancel.cancel();
        };
        tokio::join!(signal, hurry.passed(2 * SECOND));
        assert_eq!(began.elapsed(), 7 * SECOND);
        assert_eq!(hurry.moment(3 * SECOND), began + 8 * SECOND);
        hurry.passed(2 * SECOND).await;
        assert_eq!(began.elapsed(), 7 * SECOND, "it has passed already");
    }
}
