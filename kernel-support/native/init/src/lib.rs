//! Process 1 of a sandbox: builds it from a plan, proves it from the inside, starts the agent, reaps, obeys the broker
//! and forwards the agent's doors. The program is linked statically and holds nothing of the broker's memory.
#![forbid(unsafe_code)]

mod agent;
mod build;
pub mod class;
mod doors;
pub mod policy;
pub mod protocol;
mod supervise;

pub use supervise::run;
