//! The sandbox plan and the messages of `agentos-execd`: types, parser and validation.
//!
//! Everything that reaches the broker passes through this crate first. It holds no system calls, so it can be
//! tested and fuzzed alone. A packet is one JSON object of at most [`MAX_PACKET_BYTES`].
#![forbid(unsafe_code)]

mod message;
mod plan;
mod validate;

pub use message::{
    ErrorBody, ErrorCode, Event, ExitReason, ExitRecord, ExitStatus, Hello, LimitHits, Mechanism, Operation,
    Outcome, ReceiptLine, Reply, Request, RequestError, SandboxStatus, SpawnReply, Standing, State, Usage,
    mechanism, parse_request,
};
pub use plan::{Access, Door, Identity, Limits, Mount, Plan, Schedule, Stdio};
pub use validate::{PlanError, is_incarnation, parse_plan};

/// Largest packet, in bytes, that either side may send.
pub const MAX_PACKET_BYTES: usize = 131_072;
/// Version of the message set; a packet with another `v` is answered with the code `version`.
pub const PROTOCOL_VERSION: u32 = 1;
/// Newest version of the plan format. Older ones, from 1 on, are read too.
pub const PLAN_VERSION: u32 = 2;
