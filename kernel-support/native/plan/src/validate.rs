//! Validation of a parsed plan. Every refusal names the field and says what to change.

use crate::plan::{Door, Identity, Limits, Mount, Plan, Schedule};
use crate::{MAX_PACKET_BYTES, PLAN_VERSION};
use std::fmt;

const MAX_PATH_BYTES: usize = 4095;
const MAX_ARGUMENTS: usize = 1024;
const MAX_ENVIRONMENT: usize = 512;
const MAX_MOUNTS: usize = 128;
const MAX_FILE_CONTENT_BYTES: usize = 65_536;
const MAX_HOSTNAME_BYTES: usize = 64;
const MAX_INCARNATION_BYTES: usize = 64;
const MAX_DOORS: usize = 16;
/// A name in a socket address has at most 107 bytes; init names the socket relative to its directory.
const MAX_SOCKET_NAME_BYTES: usize = 100;

/// Why a plan is refused: the field, and what to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanError {
    pub field: String,
    pub message: String,
}

impl PlanError {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        PlanError { field: field.into(), message: message.into() }
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl std::error::Error for PlanError {}

/// Parses and validates one plan.
pub fn parse_plan(bytes: &[u8]) -> Result<Plan, PlanError> {
    if bytes.len() > MAX_PACKET_BYTES {
        return Err(PlanError::new(
            "plan",
            format!("is {} bytes; make it at most {MAX_PACKET_BYTES}", bytes.len()),
        ));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let plan: Plan = serde_path_to_error::deserialize(&mut reader).map_err(|e| from_serde("plan", e))?;
    reader.end().map_err(|e| PlanError::new("plan", format!("{e}; send exactly one JSON object")))?;
    plan.validate()?;
    Ok(plan)
}

pub(crate) fn from_serde(whole: &str, error: serde_path_to_error::Error<serde_json::Error>) -> PlanError {
    let path = error.path().to_string();
    let field = if path == "." || path.is_empty() { whole.to_string() } else { path };
    PlanError::new(field, format!("{}; correct this field", error.inner()))
}

impl Plan {
    /// Checks every bound. The order of checks is the order of fields.
    pub fn validate(&self) -> Result<(), PlanError> {
        if !(1..=PLAN_VERSION).contains(&self.version) {
            return Err(PlanError::new(
                "version",
                format!(
                    "is {}, this broker reads plan versions 1 to {PLAN_VERSION}; send that",
                    self.version
                ),
            ));
        }
        reserved(self)?;
        if self.version < 2 {
            no_additions(self)?;
        }
        incarnation(&self.incarnation)?;
        hostname(&self.hostname)?;
        arguments(&self.argv)?;
        environment(self)?;
        path("workdir", &self.workdir)?;
        inside_id("uid", self.uid)?;
        inside_id("gid", self.gid)?;
        mounts(&self.mounts)?;
        for (name, value) in
            [("stdin", &self.stdio.stdin), ("stdout", &self.stdio.stdout), ("stderr", &self.stdio.stderr)]
        {
            if let Some(value) = value {
                path(&format!("stdio.{name}"), value)?;
            }
        }
        limits(&self.limits)?;
        doors(&self.doors)?;
        schedule(self)
    }
}

/// What a later broker will know. An absent or null field is no request.
fn reserved(plan: &Plan) -> Result<(), PlanError> {
    for (name, value) in [
        ("staging", &plan.staging),
        ("held_calls", &plan.held_calls),
        ("restore_from", &plan.restore_from),
        ("zygote", &plan.zygote),
    ] {
        if value.is_some() {
            return Err(PlanError::new(name, "is reserved for a later version; leave it out"));
        }
    }
    Ok(())
}

/// A broker of version 1 would have refused these, so a plan that says version 1 may not count on them.
fn no_additions(plan: &Plan) -> Result<(), PlanError> {
    for (name, used) in [
        ("doors", !plan.doors.is_empty()),
        ("schedule", plan.schedule.is_some()),
        ("identity", plan.identity != Identity::default()),
        ("limits.io_bytes_per_second", plan.limits.io_bytes_per_second.is_some()),
    ] {
        if used {
            return Err(PlanError::new(name, "needs plan version 2; send \"version\": 2"));
        }
    }
    Ok(())
}

fn doors(all: &[Door]) -> Result<(), PlanError> {
    if all.len() > MAX_DOORS {
        return Err(PlanError::new("doors", format!("must have at most {MAX_DOORS} entries")));
    }
    for (i, door) in all.iter().enumerate() {
        let at = |part: &str| format!("doors[{i}].{part}");
        if door.port == 0 {
            return Err(PlanError::new(at("port"), "is 0; choose 1 to 65535"));
        }
        if all[..i].iter().any(|earlier| earlier.port == door.port) {
            return Err(PlanError::new(at("port"), format!("{} is taken by an earlier door", door.port)));
        }
        path(&at("socket"), &door.socket)?;
        let (directory, name) = door.socket.rsplit_once('/').unwrap_or_default();
        if directory.is_empty() || directory == "/proc" || directory.starts_with("/proc/") {
            return Err(PlanError::new(
                at("socket"),
                "must lie in a directory of its own, not in / or /proc",
            ));
        }
        if name.len() > MAX_SOCKET_NAME_BYTES {
            return Err(PlanError::new(
                at("socket"),
                format!("has a last part longer than {MAX_SOCKET_NAME_BYTES} bytes; shorten it"),
            ));
        }
    }
    Ok(())
}

fn schedule(plan: &Plan) -> Result<(), PlanError> {
    let bound =
        |name: &str, value: u64, least, most| bounded(&format!("schedule.{name}"), value, least, most);
    match &plan.schedule {
        None | Some(Schedule::Dt {}) => Ok(()),
        Some(Schedule::Hrt { runtime_us, deadline_us, period_us }) => {
            bound("period_us", *period_us, 100, 1 << 22)?;
            bound("deadline_us", *deadline_us, 100, *period_us)?;
            bound("runtime_us", *runtime_us, 10, *deadline_us)
        }
        Some(Schedule::Srt { weight, slice_us, burst_us }) => {
            for (name, value, least, most) in
                [("weight", weight, 1, 10_000), ("slice_us", slice_us, 100, 100_000)]
            {
                if let Some(value) = value {
                    bound(name, *value, least, most)?;
                }
            }
            match (burst_us, plan.limits.cpu_millis) {
                (None, _) => Ok(()),
                (Some(_), None) => Err(PlanError::new(
                    "schedule.burst_us",
                    "is credit above limits.cpu_millis, which is not given; give both or none",
                )),
                // The kernel takes no credit above one period's quota, which is a tenth of a second.
                (Some(burst), Some(millis)) => bound("burst_us", *burst, 1, millis * 100),
            }
        }
    }
}

/// Whether the text can name an incarnation.
pub fn is_incarnation(text: &str) -> bool {
    incarnation(text).is_ok()
}

fn incarnation(text: &str) -> Result<(), PlanError> {
    let well_formed = text.len() <= MAX_INCARNATION_BYTES
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    if well_formed {
        Ok(())
    } else {
        Err(PlanError::new(
            "incarnation",
            format!(
                "must be 1 to {MAX_INCARNATION_BYTES} of letters, digits, `.`, `_`, `-`, starting with a letter or digit"
            ),
        ))
    }
}

fn hostname(text: &str) -> Result<(), PlanError> {
    let well_formed = !text.is_empty()
        && text.len() <= MAX_HOSTNAME_BYTES
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    if well_formed {
        Ok(())
    } else {
        Err(PlanError::new(
            "hostname",
            format!("must be 1 to {MAX_HOSTNAME_BYTES} of letters, digits, `.` and `-`"),
        ))
    }
}

fn arguments(argv: &[String]) -> Result<(), PlanError> {
    if argv.is_empty() || argv.len() > MAX_ARGUMENTS {
        return Err(PlanError::new("argv", format!("must have 1 to {MAX_ARGUMENTS} entries")));
    }
    if argv[0].is_empty() {
        return Err(PlanError::new("argv[0]", "is empty; name the program to run"));
    }
    for (i, argument) in argv.iter().enumerate() {
        no_nul(&format!("argv[{i}]"), argument)?;
    }
    Ok(())
}

fn environment(plan: &Plan) -> Result<(), PlanError> {
    if plan.env.len() > MAX_ENVIRONMENT {
        return Err(PlanError::new("env", format!("must have at most {MAX_ENVIRONMENT} entries")));
    }
    for (key, value) in &plan.env {
        let well_formed = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !well_formed {
            return Err(PlanError::new(
                format!("env.{key:?}"),
                "is not a variable name; use letters, digits and `_`, not starting with a digit",
            ));
        }
        no_nul(&format!("env.{key}"), value)?;
    }
    Ok(())
}

fn inside_id(field: &str, id: u32) -> Result<(), PlanError> {
    if id == 0 || id == u32::MAX {
        return Err(PlanError::new(field, "must be 1 to 4294967294; an agent is never root inside"));
    }
    Ok(())
}

fn mounts(all: &[Mount]) -> Result<(), PlanError> {
    if all.is_empty() || all.len() > MAX_MOUNTS {
        return Err(PlanError::new("mounts", format!("must have 1 to {MAX_MOUNTS} entries")));
    }
    for (i, mount) in all.iter().enumerate() {
        let at = |part: &str| format!("mounts[{i}].{part}");
        let target = mount.target();
        path(&at("target"), target)?;
        if target == "/" {
            return Err(PlanError::new(
                at("target"),
                "is the root, which the broker makes; name a place below it",
            ));
        }
        match mount {
            Mount::Bind { source, .. } => {
                path(&at("source"), source)?;
                if source == "/" || source == "/proc" || source.starts_with("/proc/") {
                    return Err(PlanError::new(
                        at("source"),
                        format!(
                            "{source:?} would reveal the host; bind the directories that are needed, and use kind `proc` for /proc"
                        ),
                    ));
                }
            }
            Mount::Tmpfs { size_bytes, .. } => bounded(&at("size_bytes"), *size_bytes, 4096, 1 << 40)?,
            Mount::Symlink { to, .. } => {
                no_nul(&at("to"), to)?;
                if to.is_empty() || to.len() > MAX_PATH_BYTES {
                    return Err(PlanError::new(at("to"), format!("must have 1 to {MAX_PATH_BYTES} bytes")));
                }
            }
            Mount::File { content, .. } => {
                if content.len() > MAX_FILE_CONTENT_BYTES {
                    return Err(PlanError::new(
                        at("content"),
                        format!(
                            "has {} bytes; at most {MAX_FILE_CONTENT_BYTES}, bind a file instead",
                            content.len()
                        ),
                    ));
                }
            }
            Mount::Proc { .. } | Mount::Dev { .. } => {}
        }
        for (j, earlier) in all[..i].iter().enumerate() {
            if earlier.target() == target {
                return Err(PlanError::new(
                    at("target"),
                    format!("{target:?} is also the target of mounts[{j}]; keep one of them"),
                ));
            }
            if is_below(earlier.target(), target) {
                return Err(PlanError::new(
                    at("target"),
                    format!(
                        "{target:?} would hide mounts[{j}] at {:?}; put mounts[{i}] first",
                        earlier.target()
                    ),
                ));
            }
        }
    }
    Ok(())
}

fn is_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.starts_with('/'))
}

fn limits(limits: &Limits) -> Result<(), PlanError> {
    for (name, value, least, most) in [
        ("memory_bytes", limits.memory_bytes, 4 << 20, 1 << 50),
        ("pids", limits.pids, 3, 1 << 22),
        ("cpu_millis", limits.cpu_millis, 10, 1_000_000),
        ("open_files", limits.open_files, 16, 1 << 20),
        ("file_bytes", limits.file_bytes, 1, 1 << 50),
        ("io_bytes_per_second", limits.io_bytes_per_second, 65_536, 1 << 40),
    ] {
        if let Some(value) = value {
            bounded(&format!("limits.{name}"), value, least, most)?;
        }
    }
    Ok(())
}

fn bounded(field: &str, value: u64, least: u64, most: u64) -> Result<(), PlanError> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(PlanError::new(field, format!("is {value}; choose {least} to {most}")))
    }
}

fn no_nul(field: &str, text: &str) -> Result<(), PlanError> {
    if text.contains('\0') { Err(PlanError::new(field, "contains a NUL byte; remove it")) } else { Ok(()) }
}

/// An absolute path in its shortest spelling.
fn path(field: &str, text: &str) -> Result<(), PlanError> {
    no_nul(field, text)?;
    if text.len() > MAX_PATH_BYTES {
        return Err(PlanError::new(field, format!("has {} bytes; at most {MAX_PATH_BYTES}", text.len())));
    }
    if !text.starts_with('/') {
        return Err(PlanError::new(field, format!("{text:?} is not absolute; start it with `/`")));
    }
    if text == "/" {
        return Ok(());
    }
    for part in text[1..].split('/') {
        match part {
            "" => {
                return Err(PlanError::new(
                    field,
                    format!("{text:?} has an empty part; remove the doubled or trailing `/`"),
                ));
            }
            "." | ".." => {
                return Err(PlanError::new(
                    field,
                    format!("{text:?} contains `{part}`; write the path without it"),
                ));
            }
            _ if part.len() > 255 => {
                return Err(PlanError::new(field, "has a part longer than 255 bytes; shorten it"));
            }
            _ => {}
        }
    }
    Ok(())
}
