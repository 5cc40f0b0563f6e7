//! One attempt in a process of its own, and what became of it.

use crate::sys;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The longest an attempt may take. A hang is a refusal that nobody answered.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a refused attempt ran into: an error number, a deadly signal, or words of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    Errno(i32),
    Signal(i32),
    TimedOut,
    /// A reachable service said no, in these words.
    Answer(String),
    /// The attempt needs something that the caller did not name.
    Unprepared(String),
}

pub type Attempted = Result<String, Refusal>;

/// What an attempt reached for, which decides how its error number is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A path of the host.
    Path,
    /// A system call.
    Call,
    /// A process outside.
    Process,
    /// A network peer.
    Peer,
    /// More of a resource than there should be.
    Amount,
    /// A privilege.
    Privilege,
}

/// One spelling of an attack.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Try {
    pub how: String,
    pub through: bool,
    pub errno: Option<String>,
    pub detail: String,
    /// The mechanism that refused it; empty when nothing did.
    pub by: String,
    /// Neither through nor refused: it could not be tried.
    #[serde(default)]
    pub skipped: bool,
}

/// Runs the attempt in a child, so that one that is killed ends alone.
pub fn attempt(how: impl Into<String>, reach: Reach, what: impl FnOnce() -> Attempted) -> Try {
    judged(how.into(), reach, in_child(PATIENCE, what))
}

/// As `attempt`, where filling something up takes its time.
pub fn patient_attempt(how: impl Into<String>, reach: Reach, what: impl FnOnce() -> Attempted) -> Try {
    judged(how.into(), reach, in_child(PATIENCE * 6, what))
}

fn judged(how: String, reach: Reach, outcome: Attempted) -> Try {
    match outcome {
        Ok(detail) => Try { how, through: true, errno: None, detail, by: String::new(), skipped: false },
        Err(Refusal::Unprepared(why)) => {
            Try { how, through: false, errno: None, detail: why, by: String::new(), skipped: true }
        }
        Err(refusal) => {
            let (errno, detail) = match &refusal {
                Refusal::Errno(number) => (Some(sys::errno_name(*number)), sys::errno_text(*number)),
                Refusal::Signal(number) => (None, format!("killed by {}", sys::signal_name(*number))),
                Refusal::TimedOut => (Some("ETIMEDOUT".to_string()), "no answer in time".to_string()),
                Refusal::Answer(words) => (None, words.clone()),
                Refusal::Unprepared(_) => (None, String::new()),
            };
            let by = blame(reach, &refusal).to_string();
            Try { how, through: false, errno, detail, by, skipped: false }
        }
    }
}

/// The mechanism behind a refusal. An error number alone is ambiguous; together with what was reached for it is not,
/// as long as the control run shows that the same user gets through outside.
fn blame(reach: Reach, refusal: &Refusal) -> &'static str {
    let number = match refusal {
        Refusal::Signal(libc::SIGSYS) => return "seccomp",
        Refusal::Signal(libc::SIGKILL) if reach == Reach::Amount => return "cgroup memory limit",
        Refusal::Signal(libc::SIGXFSZ) => return "file size limit",
        Refusal::Signal(_) => return "kernel",
        Refusal::TimedOut => return if reach == Reach::Peer { "network namespace" } else { "kernel" },
        Refusal::Answer(_) => return if reach == Reach::Privilege { "no_new_privs" } else { "egress proxy" },
        Refusal::Unprepared(_) => return "",
        Refusal::Errno(number) => *number,
    };
    match (reach, number) {
        (_, libc::ENOSYS | libc::EAFNOSUPPORT | libc::EPROTONOSUPPORT | libc::ESOCKTNOSUPPORT)
            if sys::is_filtered() =>
        {
            "seccomp"
        }
        (Reach::Call | Reach::Process, libc::EPERM) if sys::is_filtered() => "seccomp",
        (Reach::Call, libc::EPERM) => "capabilities",
        (Reach::Path, libc::EROFS) => "read-only mount",
        (Reach::Path, libc::EXDEV) => "mount boundary",
        (Reach::Path, libc::EBADF) => "closed before the start",
        (Reach::Path, libc::ENOTDIR) => "streams are no folders",
        (Reach::Path | Reach::Process, libc::ENOENT) => "mount namespace",
        (Reach::Path, libc::EACCES) => "Landlock",
        (Reach::Path, libc::EPERM) => "file owner",
        (Reach::Path, libc::ECONNREFUSED) => "network namespace",
        (Reach::Process, libc::ESRCH) => "pid namespace",
        (Reach::Process, libc::EACCES) => "Landlock",
        (Reach::Process, libc::ECONNREFUSED) => "network namespace",
        (Reach::Process, libc::ENETUNREACH) => "network namespace",
        (Reach::Peer, libc::EACCES) => "Landlock",
        (Reach::Peer, libc::EPERM) => "Landlock",
        (Reach::Peer, _) => "network namespace",
        (Reach::Amount, libc::EAGAIN) => "process limit",
        (Reach::Amount, libc::EMFILE | libc::ENFILE) => "open files limit",
        (Reach::Amount, libc::ENOSPC) => "tmpfs size limit",
        (Reach::Amount, libc::EDQUOT) => "workspace limit",
        (Reach::Amount, libc::EFBIG) => "file size limit",
        (Reach::Amount, libc::ENOMEM) => "cgroup memory limit",
        (Reach::Privilege, libc::EACCES) => "Landlock",
        (Reach::Privilege, libc::EPERM | libc::EINVAL) => "user namespace",
        (Reach::Privilege, libc::ENOENT) => "mount namespace",
        (_, libc::EACCES | libc::EPERM) => "file mode",
        (_, libc::ENOENT | libc::ENXIO | libc::ENODEV) => "mount namespace",
        _ => "kernel",
    }
}

/// What the child sends back; written as JSON, read until its end closes.
fn in_child(patience: Duration, what: impl FnOnce() -> Attempted) -> Attempted {
    let (reader, writer) = match sys::pipe() {
        Ok(both) => both,
        Err(number) => return Err(Refusal::Errno(number)),
    };
    let child = match sys::fork() {
        Err(number) => return Err(Refusal::Errno(number)),
        Ok(0) => {
            drop(reader);
            let text = serde_json::to_string(&what()).unwrap_or_default();
            sys::write_all(&writer, text.as_bytes());
            sys::exit(0)
        }
        Ok(child) => child,
    };
    drop(writer);
    let text = sys::read_to_end(&reader, patience);
    match text {
        None => {
            sys::kill_and_reap(child);
            Err(Refusal::TimedOut)
        }
        Some(text) => {
            let ended = sys::reap(child);
            serde_json::from_slice(&text).unwrap_or(Err(match ended {
                Some(signal) => Refusal::Signal(signal),
                None => Refusal::Errno(libc::EIO),
            }))
        }
    }
}
