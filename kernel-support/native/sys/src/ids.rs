//! User and group ids, capabilities and secure bits.

use super::process::prctl;
use super::{Errno, check};
use std::ptr;

/// Capabilities that the broker may keep.
pub const CAP_DAC_OVERRIDE: u32 = 1;
pub const CAP_SETGID: u32 = 6;
pub const CAP_SETUID: u32 = 7;
pub const CAP_SYS_NICE: u32 = 23;
pub const CAP_SETFCAP: u32 = 31;

const LOCKED_SECURE_BITS: libc::c_ulong = 0xef;

pub fn effective_uid() -> u32 {
    // SAFETY: geteuid has no preconditions.
    unsafe { libc::geteuid() }
}

pub fn effective_gid() -> u32 {
    // SAFETY: getegid has no preconditions.
    unsafe { libc::getegid() }
}

/// Real, effective and saved user id.
pub fn all_uids() -> (u32, u32, u32) {
    let (mut r, mut e, mut s) = (0, 0, 0);
    // SAFETY: three valid pointers.
    unsafe { libc::getresuid(&raw mut r, &raw mut e, &raw mut s) };
    (r, e, s)
}

/// Becomes the one mapped identity while keeping the capabilities over the own namespaces.
pub fn become_keeping_capabilities(uid: u32, gid: u32) -> Result<(), Errno> {
    prctl(libc::PR_SET_KEEPCAPS, 1)?;
    // SAFETY: both calls take integers; the raw calls act on this only thread.
    unsafe {
        check(libc::syscall(libc::SYS_setresgid, gid, gid, gid))?;
        check(libc::syscall(libc::SYS_setresuid, uid, uid, uid))?;
    }
    let mut sets = capabilities()?;
    sets.effective = sets.permitted;
    set_capabilities(sets)
}

pub fn drop_supplementary_groups() -> Result<(), Errno> {
    // SAFETY: a count of zero reads no memory.
    check(unsafe { libc::setgroups(0, ptr::null()) } as libc::c_long).map(drop)
}

/// File system accesses use these ids until they are set back.
pub fn set_file_ids(uid: u32, gid: u32) {
    // SAFETY: both calls take integers and cannot fail in a way that matters: the next access is checked anyway.
    unsafe {
        libc::setfsgid(gid);
        libc::setfsuid(uid);
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    pub effective: u64,
    pub permitted: u64,
    pub inheritable: u64,
}

#[repr(C)]
struct Header {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Data {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

const VERSION_3: u32 = 0x2008_0522;

pub fn capabilities() -> Result<Capabilities, Errno> {
    let mut header = Header { version: VERSION_3, pid: 0 };
    let mut data = [Data::default(); 2];
    // SAFETY: version 3 reads one header and writes two data records.
    check(unsafe { libc::syscall(libc::SYS_capget, &raw mut header, data.as_mut_ptr()) })?;
    let join = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
    Ok(Capabilities {
        effective: join(data[0].effective, data[1].effective),
        permitted: join(data[0].permitted, data[1].permitted),
        inheritable: join(data[0].inheritable, data[1].inheritable),
    })
}

pub fn set_capabilities(sets: Capabilities) -> Result<(), Errno> {
    let mut header = Header { version: VERSION_3, pid: 0 };
    let half = |shift: u32| Data {
        effective: (sets.effective >> shift) as u32,
        permitted: (sets.permitted >> shift) as u32,
        inheritable: (sets.inheritable >> shift) as u32,
    };
    let data = [half(0), half(32)];
    // SAFETY: version 3 reads one header and two data records.
    check(unsafe { libc::syscall(libc::SYS_capset, &raw mut header, data.as_ptr()) }).map(drop)
}

/// Drops every capability for good: bounding, ambient, permitted, effective, inheritable; and locks the bits that
/// could bring one back.
pub fn drop_all_capabilities() -> Result<(), Errno> {
    drop_bounding_set()?;
    prctl(libc::PR_SET_SECUREBITS, LOCKED_SECURE_BITS)?;
    clear_ambient()?;
    set_capabilities(Capabilities::default())
}

/// No program that is executed from here on can gain a capability. What is held now stays.
pub fn drop_bounding_set() -> Result<(), Errno> {
    drop_bounding(|_| true)
}

/// Keeps only the capabilities in two bit masks, and no way to gain another. Those in `dormant` have no effect until
/// `wake_capabilities`.
pub fn keep_capabilities(keep: u64, dormant: u64) -> Result<(), Errno> {
    drop_bounding(|cap| keep & (1 << cap) == 0)?;
    clear_ambient()?;
    let held = capabilities()?.permitted;
    set_capabilities(Capabilities {
        effective: held & keep,
        permitted: held & (keep | dormant),
        inheritable: 0,
    })
}

/// Lets the next program keep every capability that is held now. For a process that the user namespace it was born in
/// does not map yet: there it is no root whom the kernel would give them back.
pub fn keep_capabilities_across_exec() -> Result<(), Errno> {
    let held = capabilities()?;
    set_capabilities(Capabilities { inheritable: held.permitted, ..held })?;
    for cap in (0..63).filter(|cap| held.permitted & (1 << cap) != 0) {
        let zero: libc::c_ulong = 0;
        let raise = libc::PR_CAP_AMBIENT_RAISE as libc::c_ulong;
        // SAFETY: only integers are passed.
        check(unsafe { libc::prctl(libc::PR_CAP_AMBIENT, raise, cap as libc::c_ulong, zero, zero) }
            as libc::c_long)?;
    }
    Ok(())
}

/// Brings every kept capability into effect.
pub fn wake_capabilities() -> Result<(), Errno> {
    let held = capabilities()?.permitted;
    set_capabilities(Capabilities { effective: held, permitted: held, inheritable: 0 })
}

fn drop_bounding(drop_it: impl Fn(u32) -> bool) -> Result<(), Errno> {
    for cap in 0..63 {
        match prctl(libc::PR_CAPBSET_READ, cap.into()) {
            Ok(1) if drop_it(cap) => {
                prctl(libc::PR_CAPBSET_DROP, cap.into())?;
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    Ok(())
}

fn clear_ambient() -> Result<(), Errno> {
    prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL as libc::c_ulong).map(drop)
}

/// Names of the capabilities in a mask that the broker can hold.
pub fn capability_names(mask: u64) -> Vec<String> {
    const NAMES: [&str; 41] = [
        "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH",
        "FOWNER",
        "FSETID",
        "KILL",
        "SETGID",
        "SETUID",
        "SETPCAP",
        "LINUX_IMMUTABLE",
        "NET_BIND_SERVICE",
        "NET_BROADCAST",
        "NET_ADMIN",
        "NET_RAW",
        "IPC_LOCK",
        "IPC_OWNER",
        "SYS_MODULE",
        "SYS_RAWIO",
        "SYS_CHROOT",
        "SYS_PTRACE",
        "SYS_PACCT",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_NICE",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "MKNOD",
        "LEASE",
        "AUDIT_WRITE",
        "AUDIT_CONTROL",
        "SETFCAP",
        "MAC_OVERRIDE",
        "MAC_ADMIN",
        "SYSLOG",
        "WAKE_ALARM",
        "BLOCK_SUSPEND",
        "AUDIT_READ",
        "PERFMON",
        "BPF",
        "CHECKPOINT_RESTORE",
    ];
    NAMES
        .iter()
        .enumerate()
        .filter(|(bit, _)| mask & (1 << bit) != 0)
        .map(|(_, name)| format!("CAP_{name}"))
        .collect()
}
