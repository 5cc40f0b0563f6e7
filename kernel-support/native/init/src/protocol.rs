//! What the broker and a sandbox's processes say to each other, and where they find each other.

use agentos_plan::Mount;
use agentos_sys::{Errno, process, socket};
use serde::{Deserialize, Serialize};
use std::ffi::CString;

/// Where init finds its channel to the broker, and where the agent finds its own. What follows are the entrances: one
/// descriptor for each group that init has to enter by itself.
pub const INIT_CHANNEL: i32 = 3;
pub const AGENT_CHANNEL: i32 = 4;
pub const FIRST_ENTRANCE: i32 = 5;

/// The only byte that lets a held agent execute its program.
pub const START: u8 = b's';
/// Asks a held agent how it is scheduled; it answers with `Report::Scheduled`.
pub const SAY_SCHEDULE: u8 = b'c';
/// Lets a parked process enter its groups, and its answer when it waits for a plan.
pub const GO: u8 = b'g';
pub const READY: u8 = b'r';
/// Orders to init, for hosts without a freezer, and its answers.
pub const STOP_ALL: u8 = b'F';
pub const CONTINUE_ALL: u8 = b'T';
pub const STOPPED_ALL: u8 = b'f';
pub const CONTINUED_ALL: u8 = b't';

/// A validated plan grows a little when its defaults are written out.
pub const MAX_PLAN_BYTES: usize = agentos_plan::MAX_PACKET_BYTES + 32_768;

/// The first packet to init: what it needs to know before there is a plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    pub landlock_abi: u32,
    /// Enforce the pids limit by RLIMIT_NPROC because there is no cgroup for it.
    pub pids_by_rlimit: bool,
    /// Soft and hard descriptor limits that an agent gets when its plan names none.
    pub default_open_files: (u64, u64),
    /// The one user and group that the id maps hold, as seen inside.
    pub uid: u32,
    pub gid: u32,
    /// Mounts that the next plan will probably begin with.
    pub template: Vec<Mount>,
    /// How many descriptors follow `FIRST_ENTRANCE`.
    pub entrances: i32,
}

/// What sandbox processes tell the broker.
#[derive(Debug, Serialize, Deserialize)]
pub enum Report {
    /// The agent is confined, probed and held; how it finds itself scheduled, where it did that itself.
    Held { probes: Vec<Probe>, scheduled: Option<Scheduled> },
    /// The answer to `SAY_SCHEDULE`.
    Scheduled(Scheduled),
    /// A step failed; the sandbox is about to end.
    Failed(StepError),
    /// The agent's program could not be executed.
    ExecFailed { errno: i32, program: String },
    /// How the agent ended.
    Ended(RawStatus),
}

/// How a process reads that it is scheduled. Times are in nanoseconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Scheduled {
    pub policy: u32,
    pub flags: u64,
    pub runtime: u64,
    pub deadline: u64,
    pub period: u64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum RawStatus {
    Code(i32),
    Signal(i32),
}

/// One attempt from inside, and what it answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Probe {
    pub mechanism: String,
    pub confined: bool,
    pub text: String,
}

/// The step that failed, and the next step for the reader.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StepError {
    pub step: String,
    pub errno: Option<i32>,
    pub message: String,
}

pub type Step<T> = Result<T, StepError>;

impl StepError {
    pub fn new(step: impl Into<String>, errno: Errno, message: impl Into<String>) -> Self {
        StepError { step: step.into(), errno: Some(errno.0), message: message.into() }
    }
}

/// Names the step of a failed call.
pub trait InStep<T> {
    fn in_step(self, step: &str, message: &str) -> Step<T>;
}

impl<T> InStep<T> for Result<T, Errno> {
    fn in_step(self, step: &str, message: &str) -> Step<T> {
        self.map_err(|e| StepError::new(step, e, message))
    }
}

/// A text of the plan as the kernel takes it.
pub fn c_string(text: &str, step: &str) -> Step<CString> {
    CString::new(text)
        .map_err(|_| StepError::new(step, Errno(libc::EINVAL), "contains a NUL byte; remove it"))
}

/// Sends one report to the broker.
pub fn report(channel: i32, report: &Report) {
    if let Ok(bytes) = serde_json::to_vec(report) {
        let _ = socket::send_blocking(process::fixed(channel), &bytes);
    }
}
