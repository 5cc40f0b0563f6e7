//! Latency classes on the processor: what the broker does to a held agent, and what it counts of a running one.

use agentos_init::protocol::{Step, StepError};
use agentos_plan::Schedule;
use agentos_sys::Errno;
use agentos_sys::schedule::{self, Attributes};
use std::fs;
use std::time::{Duration, Instant};

/// How often the budget of an HRT agent is looked at.
pub const SAMPLE_EVERY: Duration = Duration::from_millis(100);

/// What the agent's process is to be scheduled by; `None` where its groups do all of it.
pub fn wanted(class: &Schedule) -> Option<Attributes> {
    match class {
        Schedule::Hrt { runtime_us, deadline_us, period_us } => Some(Attributes {
            policy: schedule::DEADLINE,
            flags: schedule::RESET_ON_FORK,
            runtime: runtime_us * 1000,
            deadline: deadline_us * 1000,
            period: period_us * 1000,
            ..Attributes::default()
        }),
        Schedule::Srt { slice_us, .. } => slice_us.map(|slice| Attributes {
            policy: schedule::OTHER,
            runtime: slice * 1000,
            ..Attributes::default()
        }),
        Schedule::Dt {} => Some(Attributes { policy: schedule::IDLE, ..Attributes::default() }),
    }
}

/// Schedules a held agent. Where the host lacks the right, that is for the receipt; where the kernel's own admission says
/// no, the sandbox is not to be.
pub fn apply(class: &Schedule, pid: i32) -> Step<()> {
    let Some(attributes) = wanted(class) else { return Ok(()) };
    match schedule::set(pid, attributes) {
        Ok(()) | Err(Errno(libc::EPERM | libc::ENOSYS)) => Ok(()),
        Err(e) => {
            let advice = match e.0 {
                libc::EBUSY => {
                    "the kernel has not that much processor time left to promise; lower runtime or raise period"
                }
                _ => "the kernel refuses these parameters; see sched(7)",
            };
            let step =
                if matches!(class, Schedule::Hrt { .. }) { "schedule:deadline" } else { "schedule:policy" };
            Err(StepError::new(step, e, advice))
        }
    }
}

/// Counts, by looking now and then, the periods in which an HRT agent had used up its runtime and had to wait for the
/// next one. What happens between two looks is not seen, so the count is a lower bound.
#[derive(Debug)]
pub struct Overruns {
    pub count: u64,
    last: i64,
    looked: Instant,
}

impl Overruns {
    pub fn new() -> Self {
        Overruns { count: 0, last: 0, looked: Instant::now() }
    }

    /// When to look again.
    pub fn due(&self) -> Instant {
        self.looked + SAMPLE_EVERY
    }

    pub fn look(&mut self, pid: i32) {
        self.looked = Instant::now();
        let Ok(text) = fs::read_to_string(format!("/proc/{pid}/sched")) else { return };
        if let Some((left, deadline)) = budget(&text)
            && left <= 0
            && deadline != self.last
        {
            self.last = deadline;
            self.count += 1;
        }
    }
}

impl Default for Overruns {
    fn default() -> Self {
        Self::new()
    }
}

/// Nanoseconds left of this period's runtime, and the deadline that names the period.
fn budget(text: &str) -> Option<(i64, i64)> {
    let field = |name: &str| {
        let line = text.lines().find(|l| l.split(':').next().is_some_and(|k| k.trim() == name))?;
        line.rsplit(':').next()?.trim().parse().ok()
    };
    Some((field("dl.runtime")?, field("dl.deadline")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_read_from_the_kernels_table() {
        let text = "hog (7, #threads: 1)\n----\npolicy                :                    6\n\
            dl.runtime            :               -51234\ndl.deadline           :          88112233445\n";
        assert_eq!(budget(text), Some((-51_234, 88_112_233_445)));
        assert_eq!(budget("policy : 0\n"), None, "only deadline tasks have one");
    }
}
