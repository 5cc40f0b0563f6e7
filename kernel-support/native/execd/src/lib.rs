//! `agentos-execd`: builds sandboxes from plans, holds, starts, freezes and ends them.
#![deny(unsafe_code)]

pub mod agent;
pub mod broker;
pub mod cgroup;
pub mod command;
pub mod host;
pub mod init;
pub mod policy;
pub mod receipt;
pub mod sandbox;
pub mod server;
#[allow(unsafe_code)]
pub mod sys;
pub mod tree;
