//! Waiting for what has no event of its own: looked at again and again until it is so, or a
//! deadline has passed.

use std::fmt::Debug;
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Between two looks.
const PERIOD: Duration = Duration::from_millis(25);

/// Looks until there is something.
///
/// # Panics
/// There is nothing within the time; says what was missing.
pub async fn until<T, F: Future<Output = Option<T>>>(time: Duration, what: &str, look: impl FnMut() -> F) -> T {
    let found = within(time, look).await;
    found.unwrap_or_else(|| panic!("not within {time:?}: {what}"))
}

/// Looks until there is something, or the time has passed.
pub async fn within<T, F: Future<Output = Option<T>>>(time: Duration, mut look: impl FnMut() -> F) -> Option<T> {
    let deadline = Instant::now() + time;
    loop {
        let found = look().await;
        if found.is_some() || Instant::now() >= deadline {
            return found;
        }
        sleep(PERIOD).await;
    }
}

/// Looks until a value is as it should be, and returns how long that took.
///
/// # Panics
/// It is not so within the time; says what was seen last.
pub async fn until_so<T: Debug, F: Future<Output = T>>(
    within: Duration,
    what: &str,
    mut look: impl FnMut() -> F,
    is_so: impl Fn(&T) -> bool,
) -> Duration {
    let start = Instant::now();
    loop {
        let seen = look().await;
        if is_so(&seen) {
            return start.elapsed();
        }
        assert!(start.elapsed() < within, "not within {within:?}: {what}; last seen: {seen:?}");
        sleep(PERIOD).await;
    }
}
