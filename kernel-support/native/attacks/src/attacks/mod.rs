//! The attacks by what they reach for. Each is a function from the setting to its spellings.

pub mod bombs;
pub mod exchange;
pub mod files;
pub mod kernel;
pub mod network;
pub mod privileges;
pub mod processes;
pub mod sockets;

use crate::attempt::{Attempted, Refusal};
use crate::setting::CANARY;

/// The number of an I/O error.
pub fn number(error: &std::io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EIO)
}

pub fn refused(error: std::io::Error) -> Refusal {
    Refusal::Errno(number(&error))
}

/// Through only when the planted words were really read.
pub fn canary(bytes: &[u8]) -> Attempted {
    let text = String::from_utf8_lossy(bytes);
    match text.contains(CANARY) {
        true => Ok("read the planted words".to_string()),
        false => Err(Refusal::Errno(libc::ENOENT)),
    }
}
