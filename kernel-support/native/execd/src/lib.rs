//! `agentos-execd`: builds sandboxes from plans, holds, starts, freezes and ends them.
//!
//! This is the broker's side. What runs inside a sandbox is the program `agentos-init`, which the broker executes for
//! each of them.
#![forbid(unsafe_code)]

pub mod broker;
pub mod cgroup;
pub mod command;
pub mod host;
pub mod overruns;
pub mod readings;
pub mod receipt;
pub mod server;
pub mod tree;
pub mod unlinked;

pub use agentos_sys as sys;
