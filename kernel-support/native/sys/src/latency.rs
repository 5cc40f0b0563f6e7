//! The kernel's request for a wake-up latency of all processors (/dev/cpu_dma_latency).

use crate::{Errno, mount, process};
use std::os::fd::{AsFd, OwnedFd};

/// The kernel's value for "no request" (PM_QOS_CPU_LATENCY_DEFAULT_VALUE), in microseconds.
const NO_REQUEST: i32 = 2_000_000_000;

/// A request that stands from its value being written until another is, or until this is dropped.
pub struct Latency(OwnedFd);

impl Latency {
    /// Only root may; opening asks for nothing yet.
    pub fn open() -> Result<Self, Errno> {
        mount::openat(None, c"/dev/cpu_dma_latency", libc::O_WRONLY, 0).map(Latency)
    }

    /// Asks that an idle processor be awake within so many microseconds.
    pub fn ask(&self, microseconds: i32) -> Result<(), Errno> {
        process::write(self.0.as_fd(), &microseconds.to_ne_bytes())
    }

    /// Takes the request back.
    pub fn ask_nothing(&self) -> Result<(), Errno> {
        self.ask(NO_REQUEST)
    }
}
