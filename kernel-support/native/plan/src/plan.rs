//! The plan: everything the broker needs to build one sandbox, and nothing it has to guess.

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
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
