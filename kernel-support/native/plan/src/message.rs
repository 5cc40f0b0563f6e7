//! The packets: requests, replies and events. One packet is one JSON object.

use crate::plan::Plan;
use crate::validate::{PlanError, from_serde, is_incarnation};
use crate::{MAX_PACKET_BYTES, PROTOCOL_VERSION};
use serde::{Deserialize, Serialize};

/// Stable names of the mechanisms that are probed, applied and reported.
pub mod mechanism {
    pub const NAMESPACE_USER: &str = "namespace.user";
    pub const NAMESPACE_MOUNT: &str = "namespace.mount";
    pub const NAMESPACE_PID: &str = "namespace.pid";
    pub const NAMESPACE_NET: &str = "namespace.net";
    pub const NAMESPACE_IPC: &str = "namespace.ipc";
    pub const NAMESPACE_UTS: &str = "namespace.uts";
    pub const NAMESPACE_CGROUP: &str = "namespace.cgroup";
    pub const ROOT_READONLY: &str = "root.readonly";
    pub const LANDLOCK: &str = "landlock";
    pub const SECCOMP: &str = "seccomp";
    pub const NO_NEW_PRIVS: &str = "no_new_privs";
    pub const LIMIT_MEMORY: &str = "limit.memory";
    pub const LIMIT_PIDS: &str = "limit.pids";
    pub const LIMIT_CPU: &str = "limit.cpu";
    pub const LIMIT_FILES: &str = "limit.files";
    pub const LIMIT_FILE_SIZE: &str = "limit.file_size";
    /// Deleted files that are still open can be counted.
    pub const LIMIT_DELETED_FILES: &str = "limit.deleted_files";
    pub const LIMIT_IO: &str = "limit.io";
    pub const LIMIT_SWAP: &str = "limit.swap";
    pub const FREEZE: &str = "freeze";
    pub const KILL_TREE: &str = "kill.tree";
    pub const DOORS: &str = "doors";
    pub const NO_ROUTE: &str = "egress.no_route";
    pub const OWN_UID: &str = "identity.own_uid";
    pub const SCHEDULE_DEADLINE: &str = "schedule.deadline";
    pub const SCHEDULE_LOCKED: &str = "schedule.locked_memory";
    pub const SCHEDULE_WEIGHT: &str = "schedule.weight";
    pub const SCHEDULE_SLICE: &str = "schedule.slice";
    pub const SCHEDULE_BURST: &str = "schedule.burst";
    pub const SCHEDULE_IDLE: &str = "schedule.idle";
    /// Idle processors wake at once while somebody waits for a sandbox.
    pub const WAKE_LATENCY: &str = "wake.latency";
    /// Counts that exist only where the kernel shows them.
    pub const COUNT_DEADLINE_OVERRUNS: &str = "count.deadline_overruns";
}

/// One request, read and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub id: u64,
    pub operation: Operation,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    Hello,
    Spawn(Box<Plan>),
    Start(String),
    Kill(String),
    Term(String),
    Freeze(String),
    Thaw(String),
    Status(String),
    Forget(String),
    /// What it keeps on disks without a name.
    Unlinked(String),
    List,
    Stats,
    Shutdown,
    /// A name that is kept for a later protocol.
    Reserved(String),
}

/// Why a request was refused, with the id to answer to (0 when it could not be read).
#[derive(Clone, Debug, PartialEq)]
pub struct RequestError {
    pub id: u64,
    pub body: ErrorBody,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorCode {
    #[serde(rename = "plan.invalid")]
    PlanInvalid,
    #[serde(rename = "request.invalid")]
    RequestInvalid,
    #[serde(rename = "spawn.failed")]
    SpawnFailed,
    #[serde(rename = "exec.failed")]
    ExecFailed,
    #[serde(rename = "freeze.failed")]
    FreezeFailed,
    #[serde(rename = "unknown.incarnation")]
    UnknownIncarnation,
    #[serde(rename = "unsupported")]
    Unsupported,
    #[serde(rename = "busy")]
    Busy,
    #[serde(rename = "version")]
    Version,
}

/// What went wrong, where, and the next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorBody {
    pub code: ErrorCode,
    /// The step of the build, or the field of the request.
    pub step: Option<String>,
    /// Symbolic name such as `EPERM`.
    pub errno: Option<String>,
    pub message: String,
}

impl ErrorBody {
    pub fn new(code: ErrorCode, step: Option<&str>, message: impl Into<String>) -> Self {
        ErrorBody { code, step: step.map(str::to_string), errno: None, message: message.into() }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    #[serde(rename = "ok")]
    Ok(serde_json::Value),
    #[serde(rename = "err")]
    Err(ErrorBody),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    pub v: u32,
    pub id: u64,
    #[serde(flatten)]
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    pub version: String,
    pub protocol: u32,
    pub mode: String,
    pub pid: i32,
    pub capabilities: Vec<String>,
    pub mechanisms: Vec<Mechanism>,
}

/// One line of the host's mechanism table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mechanism {
    pub name: String,
    pub available: bool,
    /// How it is provided, or why it is not and what would change that.
    pub detail: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpawnReply {
    pub incarnation: String,
    /// The agent's process as the broker sees it.
    pub pid: i32,
    /// The sandbox's first process as the broker sees it.
    pub init_pid: i32,
    pub receipt: Vec<ReceiptLine>,
    pub spawn_usec: u64,
}

/// Declared against actual, for one mechanism.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptLine {
    pub mechanism: String,
    pub declared: bool,
    pub actual: Standing,
    pub how: String,
    /// What was tried from inside, and what it answered.
    pub probe: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    #[serde(rename = "enforced")]
    Enforced,
    #[serde(rename = "missing")]
    Missing,
    #[serde(rename = "not-asked")]
    NotAsked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Building,
    Held,
    Running,
    Frozen,
    Exited,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExitStatus {
    Code(i32),
    Signal(i32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExitReason {
    /// The agent returned.
    Exit,
    /// A signal that the broker did not send ended it.
    Signal,
    /// The memory limit ended it.
    Oom,
    /// `kill`, `shutdown` or a failed build ended it.
    Killed,
}

/// What the sandbox used in all; null where the host does not count it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    pub cpu_usec: Option<u64>,
    pub memory_peak_bytes: Option<u64>,
    pub max_pids: Option<u64>,
    pub oom_kills: Option<u64>,
}

/// How often a limit was met so far, as the kernel counts; null where the host does not count it. Descriptor limits are
/// missing here because no kernel counts those.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitHits {
    /// Processes that the kernel ended because the memory limit was reached.
    pub oom_kills: Option<u64>,
    /// Allocations that met the memory limit; most of them were served after reclaim.
    pub memory_max: Option<u64>,
    /// Forks and threads that were refused.
    pub pids_max: Option<u64>,
    /// Periods of 100 ms in which the processor quota was used up.
    pub cpu_throttled_periods: Option<u64>,
    /// Time that processors were kept from the agent by its quota, summed over processors.
    pub cpu_throttled_usec: Option<u64>,
    /// Time in which at least one process waited for a device; its own limit is one of the causes.
    pub io_stalled_usec: Option<u64>,
    /// Whether the agent's process ended by SIGXFSZ, the answer to a write beyond `limits.file_bytes`.
    pub file_size: bool,
    /// HRT: see README.md for what exactly is counted.
    pub deadline_overruns: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExitRecord {
    pub status: ExitStatus,
    pub reason: ExitReason,
    pub usage: Usage,
    #[serde(default)]
    pub hits: LimitHits,
}

/// Sent to every connection without being asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub v: u32,
    pub event: String,
    pub incarnation: String,
    #[serde(flatten)]
    pub exit: ExitRecord,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxStatus {
    pub incarnation: String,
    pub state: State,
    pub pid: Option<i32>,
    pub cpu_usec: Option<u64>,
    pub memory_bytes: Option<u64>,
    pub pids: Option<u64>,
    #[serde(default)]
    pub hits: LimitHits,
    /// Present once the sandbox has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<ExitRecord>,
}

#[derive(Deserialize)]
struct Head {
    v: u32,
    id: u64,
    op: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bare {
    #[serde(rename = "v")]
    _v: u32,
    #[serde(rename = "id")]
    _id: u64,
    #[serde(rename = "op")]
    _op: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(rename = "v")]
    _v: u32,
    #[serde(rename = "id")]
    _id: u64,
    #[serde(rename = "op")]
    _op: String,
    incarnation: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithPlan {
    #[serde(rename = "v")]
    _v: u32,
    #[serde(rename = "id")]
    _id: u64,
    #[serde(rename = "op")]
    _op: String,
    plan: Plan,
}

/// Parses and validates one request packet.
pub fn parse_request(packet: &[u8]) -> Result<Request, RequestError> {
    if packet.len() > MAX_PACKET_BYTES {
        return Err(refused(
            0,
            PlanError::new("packet", format!("is larger than {MAX_PACKET_BYTES} bytes; shorten it")),
        ));
    }
    let head: Head = read(packet).map_err(|e| refused(0, e))?;
    if head.v != PROTOCOL_VERSION {
        let message = format!("v: is {}, this broker speaks {PROTOCOL_VERSION}; send that", head.v);
        return Err(RequestError {
            id: head.id,
            body: ErrorBody::new(ErrorCode::Version, Some("v"), message),
        });
    }
    let id = head.id;
    let operation = match head.op.as_str() {
        "hello" | "list" | "stats" | "shutdown" => {
            let _: Bare = read(packet).map_err(|e| refused(id, e))?;
            match head.op.as_str() {
                "hello" => Operation::Hello,
                "list" => Operation::List,
                "stats" => Operation::Stats,
                _ => Operation::Shutdown,
            }
        }
        "start" | "kill" | "term" | "freeze" | "thaw" | "status" | "forget" | "unlinked" => {
            let named: Named = read(packet).map_err(|e| refused(id, e))?;
            let name = named.incarnation;
            if !is_incarnation(&name) {
                return Err(refused(
                    id,
                    PlanError::new("incarnation", "is not a well-formed id; use the one given to spawn"),
                ));
            }
            match head.op.as_str() {
                "start" => Operation::Start(name),
                "kill" => Operation::Kill(name),
                "term" => Operation::Term(name),
                "freeze" => Operation::Freeze(name),
                "thaw" => Operation::Thaw(name),
                "status" => Operation::Status(name),
                "unlinked" => Operation::Unlinked(name),
                _ => Operation::Forget(name),
            }
        }
        "spawn" => {
            let request: WithPlan = read(packet).map_err(|e| plan_refused(id, e))?;
            request.plan.validate().map_err(|e| {
                plan_refused(id, PlanError { field: format!("plan.{}", e.field), message: e.message })
            })?;
            Operation::Spawn(Box::new(request.plan))
        }
        "checkpoint" | "restore" | "fork" | "zygote" | "schedule" | "egress_grant" | "held_answer" => {
            Operation::Reserved(head.op)
        }
        other => {
            let shown: String = other.chars().take(40).collect();
            return Err(refused(
                id,
                PlanError::new(
                    "op",
                    format!(
                        "{shown:?} is not an operation; use hello, spawn, start, kill, term, freeze, thaw, status, unlinked, list, stats, forget or shutdown"
                    ),
                ),
            ));
        }
    };
    Ok(Request { id, operation })
}

fn read<'a, T: Deserialize<'a>>(packet: &'a [u8]) -> Result<T, PlanError> {
    let mut reader = serde_json::Deserializer::from_slice(packet);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| from_serde("packet", e))?;
    reader.end().map_err(|e| PlanError::new("packet", format!("{e}; send exactly one JSON object")))?;
    Ok(value)
}

fn refused(id: u64, error: PlanError) -> RequestError {
    RequestError {
        id,
        body: ErrorBody::new(ErrorCode::RequestInvalid, Some(&error.field), error.to_string()),
    }
}

fn plan_refused(id: u64, error: PlanError) -> RequestError {
    RequestError { id, body: ErrorBody::new(ErrorCode::PlanInvalid, Some(&error.field), error.to_string()) }
}
