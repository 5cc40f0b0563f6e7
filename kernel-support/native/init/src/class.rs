//! Latency classes on the processor: by what the agent's own process is scheduled.

use crate::protocol::{Step, StepError};
use agentos_plan::Schedule;
use agentos_sys::Errno;
use agentos_sys::schedule::{self, Attributes};

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

/// Schedules a process that has not run any code of the agent; 0 is the caller. Where the host lacks the right, that is for
/// the receipt; where the kernel's own admission says no, the sandbox is not to be.
pub fn apply(class: &Schedule, pid: i32) -> Step<()> {
    let Some(attributes) = wanted(class) else { return Ok(()) };
    // Being less nice than before takes a right.
    let attributes = Attributes { nice: schedule::nice_of(pid), ..attributes };
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
