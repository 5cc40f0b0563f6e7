//! Loading a system call filter.

use super::{Errno, check};

/// One instruction of classic BPF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Instruction {
    pub code: u16,
    pub jump_true: u8,
    pub jump_false: u8,
    pub value: u32,
}

#[repr(C)]
struct Program {
    length: libc::c_ushort,
    filter: *const Instruction,
}

/// Installs a filter on this process; needs no_new_privs.
pub fn install(filter: &[Instruction]) -> Result<(), Errno> {
    const SET_MODE_FILTER: u32 = 1;
    let length = u16::try_from(filter.len()).map_err(|_| Errno(libc::E2BIG))?;
    let program = Program { length, filter: filter.as_ptr() };
    // SAFETY: `program` describes `filter`, which outlives the call and has the layout of sock_filter.
    check(unsafe { libc::syscall(libc::SYS_seccomp, SET_MODE_FILTER, 0, &raw const program) }).map(drop)
}

/// Whether the kernel knows the strictest action that the policy uses.
pub fn kills_processes() -> Result<(), Errno> {
    const GET_ACTION_AVAIL: u32 = 2;
    let action: u32 = libc::SECCOMP_RET_KILL_PROCESS;
    // SAFETY: a pointer to one u32, as the operation wants.
    check(unsafe { libc::syscall(libc::SYS_seccomp, GET_ACTION_AVAIL, 0, &raw const action) }).map(drop)
}
