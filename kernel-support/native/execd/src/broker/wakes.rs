//! How soon an idle processor wakes while somebody waits for a sandbox.
//!
//! The way from a request to an agent's first instruction, and from its last to the answer, is a chain of short steps in
//! several processes. Each hand-over wakes a processor that has just gone idle, and an idle state that saves power, or a
//! halt that leaves to a hypervisor, costs more than most steps. The kernel's interface for that is a request for a wake-up
//! latency (Documentation/power/pm_qos_interface), which it honours while the value stands. Only root may ask.

use agentos_sys::Errno;
use agentos_sys::latency::Latency;
use std::time::{Duration, Instant};

/// Longer than any step on the way on a machine that is not overloaded; what takes longer does not wait for wake-ups.
const STANDS_FOR: Duration = Duration::from_millis(5);

/// A request for prompt wake-ups, which stands for a few milliseconds after each step.
pub struct Wakes {
    latency: Result<Latency, Errno>,
    until: Option<Instant>,
}

impl Wakes {
    /// Opens the interface. Where that is refused, nothing else here has an effect.
    pub fn open() -> Self {
        Wakes { latency: Latency::open(), until: None }
    }

    /// Somebody waits for what comes now.
    pub fn hurry(&mut self) {
        let Ok(latency) = &self.latency else { return };
        if self.until.is_none() && latency.ask(0).is_err() {
            return;
        }
        self.until = Some(Instant::now() + STANDS_FOR);
    }

    /// When `rest` has something to do.
    pub fn due(&self) -> Option<Instant> {
        self.until
    }

    /// Gives the request up when its time is over.
    pub fn rest(&mut self, now: Instant) {
        if self.until.is_some_and(|until| now >= until) {
            self.until = None;
            if let Ok(latency) = &self.latency {
                let _ = latency.ask_nothing();
            }
        }
    }
}
