//! Scheduling policies with their parameters, as `sched_setattr` has them.

use super::{Errno, check};

/// What a process is scheduled by. Times are in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Attributes {
    pub size: u32,
    pub policy: u32,
    pub flags: u64,
    pub nice: i32,
    pub priority: u32,
    /// SCHED_DEADLINE: processor time in each period. SCHED_OTHER: the slice, 0 for the default.
    pub runtime: u64,
    pub deadline: u64,
    pub period: u64,
}

pub const OTHER: u32 = libc::SCHED_OTHER as u32;
pub const IDLE: u32 = libc::SCHED_IDLE as u32;
pub const DEADLINE: u32 = 6;
/// Children start as ordinary processes.
pub const RESET_ON_FORK: u64 = 1;

/// A slice for what somebody waits for: it works briefly, and goes before a process that computes when it wakes.
pub const PROMPT_SLICE: u64 = 100_000;

/// Gives the caller the prompt slice; a kernel that knows none leaves it as it was.
pub fn be_prompt() {
    take_slice(PROMPT_SLICE);
}

/// Gives the caller the slice that everybody has.
pub fn be_ordinary() {
    take_slice(0);
}

fn take_slice(runtime: u64) {
    let _ = set(0, Attributes { policy: OTHER, nice: nice_of(0), runtime, ..Attributes::default() });
}

/// How nice a process is now; one that cannot be looked at counts as not nice.
pub fn nice_of(pid: i32) -> i32 {
    get(pid).map_or(0, |now| now.nice)
}

/// Changes how a process is scheduled; 0 is the calling one.
pub fn set(pid: i32, attributes: Attributes) -> Result<(), Errno> {
    let whole = Attributes { size: size_of::<Attributes>() as u32, ..attributes };
    // SAFETY: `whole` is a sched_attr of the size that it says.
    check(unsafe { libc::syscall(libc::SYS_sched_setattr, pid, &raw const whole, 0) }).map(drop)
}

pub fn get(pid: i32) -> Result<Attributes, Errno> {
    let mut read = Attributes::default();
    // SAFETY: the kernel writes at most the size that is given.
    check(unsafe {
        libc::syscall(libc::SYS_sched_getattr, pid, &raw mut read, size_of::<Attributes>() as u32, 0)
    })?;
    Ok(read)
}
