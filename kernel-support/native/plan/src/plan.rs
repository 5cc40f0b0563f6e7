//! The plan: everything the broker needs to build one sandbox, and nothing it has to guess.

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// A description of one sandbox. `plan.schema.json` is its published form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub version: u32,
    /// Names this one life of an agent; it is never reused while the broker remembers it.
    pub incarnation: String,
    pub hostname: String,
    pub argv: Vec<String>,
    #[serde(deserialize_with = "distinct_keys")]
    pub env: BTreeMap<String, String>,
    pub workdir: String,
    /// User id as seen inside.
    pub uid: u32,
    /// Group id as seen inside.
    pub gid: u32,
    /// Applied in this order on an empty root.
    pub mounts: Vec<Mount>,
    #[serde(default)]
    pub stdio: Stdio,
    #[serde(default)]
    pub limits: Limits,
    /// From version 2: loopback ports that lead to sockets of the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doors: Vec<Door>,
    /// From version 2: how the agent competes for the processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// From version 2: as whom the agent runs on the host.
    #[serde(default, skip_serializing_if = "Identity::is_default")]
    pub identity: Identity,
    /// Reserved: writes that land in a layer of their own. Refused when used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staging: Option<Value>,
    /// Reserved: system calls that are held until somebody answers. Refused when used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_calls: Option<Value>,
    /// Reserved: the checkpoint that the sandbox continues from. Refused when used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore_from: Option<Value>,
    /// Reserved: the prepared parent that the agent is forked from. Refused when used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zygote: Option<Value>,
}

/// A TCP port of the sandbox's own loopback interface that leads to a stream socket of the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Door {
    /// The agent connects to 127.0.0.1 at this port.
    pub port: u16,
    /// Host path of the socket. Its directory is pinned when the sandbox is built and is not visible inside; the socket
    /// in it may come and go.
    pub socket: String,
}

/// The latency class of the agent and its parameters. Times are in microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "class", rename_all = "lowercase", deny_unknown_fields)]
pub enum Schedule {
    /// Hard real time: `runtime_us` of processor time in every `period_us`, within `deadline_us` of its beginning.
    Hrt { runtime_us: u64, deadline_us: u64, period_us: u64 },
    /// Soft real time: a share, a short slice, and credit for bursts above `limits.cpu_millis`.
    Srt {
        /// Of 1 to 10000, where everybody else has 100.
        #[serde(default)]
        weight: Option<u64>,
        #[serde(default)]
        slice_us: Option<u64>,
        #[serde(default)]
        burst_us: Option<u64>,
    },
    /// Best effort: runs when nobody else wants to.
    Dt {},
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// A user of the host that no other sandbox has, and binds in which its files appear as the owner's.
    #[serde(default)]
    pub own_uid: bool,
}

impl Identity {
    fn is_default(&self) -> bool {
        *self == Identity::default()
    }
}

/// One thing that appears below the sandbox's root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Mount {
    /// A file, directory or socket of the host. Always nosuid and nodev.
    Bind {
        source: String,
        target: String,
        access: Access,
        /// Include the mounts below the source.
        #[serde(default)]
        recursive: bool,
        /// Whether programs below it may be executed.
        #[serde(default = "yes")]
        exec: bool,
    },
    /// Private memory-backed space, counted against the memory limit.
    Tmpfs {
        target: String,
        size_bytes: u64,
    },
    /// A fresh, read-only process file system that shows this sandbox only.
    Proc {
        target: String,
    },
    /// The harmless devices: null, zero, full, random, urandom, and a small shm.
    Dev {
        target: String,
    },
    Symlink {
        target: String,
        to: String,
    },
    /// A small synthetic file that the agent cannot change.
    File {
        target: String,
        content: String,
    },
}

impl Mount {
    /// Absolute path inside the sandbox.
    pub fn target(&self) -> &str {
        match self {
            Mount::Bind { target, .. }
            | Mount::Tmpfs { target, .. }
            | Mount::Proc { target }
            | Mount::Dev { target }
            | Mount::Symlink { target, .. }
            | Mount::File { target, .. } => target,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    Read,
    Write,
}

/// Host paths opened with the owner's permissions; an absent one is `/dev/null`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stdio {
    #[serde(default)]
    pub stdin: Option<String>,
    #[serde(default)]
    pub stdout: Option<String>,
    #[serde(default)]
    pub stderr: Option<String>,
}

/// An absent limit is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    #[serde(default)]
    pub memory_bytes: Option<u64>,
    /// Processes and threads, the sandbox's own init included.
    #[serde(default)]
    pub pids: Option<u64>,
    /// Thousandths of one processor.
    #[serde(default)]
    pub cpu_millis: Option<u64>,
    #[serde(default)]
    pub open_files: Option<u64>,
    /// Size of the largest file the agent may write.
    #[serde(default)]
    pub file_bytes: Option<u64>,
    /// From version 2: bytes read, and bytes written, each second, of each device below a writable bind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub io_bytes_per_second: Option<u64>,
}

fn yes() -> bool {
    true
}

/// Reads a string map and refuses a key that appears twice.
fn distinct_keys<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    struct Distinct;
    impl<'de> Visitor<'de> for Distinct {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of strings")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = BTreeMap::new();
            while let Some((key, value)) = map.next_entry::<String, String>()? {
                if all.insert(key.clone(), value).is_some() {
                    return Err(A::Error::custom(format!("duplicate key `{key}`; keep one of them")));
                }
            }
            Ok(all)
        }
    }
    from.deserialize_map(Distinct)
}
