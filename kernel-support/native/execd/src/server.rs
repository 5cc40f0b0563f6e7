//! Start of the broker: privileges, socket, probing; and its end.

use crate::broker::{Broker, STOP_SIGNALS, Setup};
use crate::cgroup::Cgroups;
use crate::command::Serve;
use crate::host::Host;
use agentos_sys::{Errno, ids, process, schedule, socket};
use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, chown};
use std::path::Path;

/// Serves until stopped; the error is a sentence for the user.
pub fn serve(arguments: &Serve) -> Result<(), String> {
    let privileged = ids::effective_uid() == 0;
    let owner = (arguments.owner_uid, arguments.owner_gid);
    if !privileged && owner != (ids::effective_uid(), ids::effective_gid()) {
        return Err(format!(
            "started as {}:{}, which can serve no other owner; start it as root, or name that owner",
            ids::effective_uid(),
            ids::effective_gid()
        ));
    }
    detach()?;
    let listener = as_owner(privileged, owner, || listen(&arguments.socket, owner))?;
    let result = run(arguments, privileged, owner, listener);
    as_owner(privileged, owner, || fs::remove_file(&arguments.socket).map_err(|e| e.to_string())).or_else(
        |e| {
            if result.is_ok() {
                Err(format!("{} could not be removed: {e}", arguments.socket.display()))
            } else {
                Ok(())
            }
        },
    )?;
    result
}

fn run(arguments: &Serve, privileged: bool, owner: (u32, u32), listener: OwnedFd) -> Result<(), String> {
    let default_open_files = raise_descriptor_limit();
    let init = open_init()?;
    let cgroups = Cgroups::set_up();
    let capabilities = if privileged { give_up_privileges(owner.0, &cgroups)? } else { Vec::new() };
    process::set_no_new_privileges().map_err(|e| format!("no_new_privs is refused: {e}"))?;
    let host = Host::probe(&cgroups, owner);
    let setup =
        Setup { owner, privileged, capabilities, idle_exit: arguments.idle_exit, default_open_files, init };
    // Somebody waits for each of its answers.
    schedule::be_prompt();
    Broker::new(setup, host, cgroups, listener)
        .and_then(Broker::run)
        .map_err(|e| format!("the event loop failed: {e}"))
}

/// The program `agentos-init` of the same release, which lies beside this one.
fn open_init() -> Result<OwnedFd, String> {
    let own = std::env::current_exe().map_err(|e| format!("the own program could not be found: {e}"))?;
    let path = own.with_file_name("agentos-init");
    let advice = "install it beside agentos-execd, from the same release";
    let file = fs::File::open(&path).map_err(|e| format!("{}: {e}; {advice}", path.display()))?;
    let mode = file.metadata().map_err(|e| format!("{}: {e}", path.display()))?;
    if !mode.is_file() || mode.permissions().mode() & 0o111 == 0 {
        return Err(format!("{} is not a program; {advice}", path.display()));
    }
    Ok(file.into())
}

/// Prints the mechanism table.
pub fn probe() -> Result<(), String> {
    let cgroups = Cgroups::set_up();
    let owner = (ids::effective_uid(), ids::effective_gid());
    let host = Host::probe(&cgroups, if owner.0 == 0 { (65_534, 65_534) } else { owner });
    cgroups.tear_down();
    let text = serde_json::to_string_pretty(&host.mechanisms).map_err(|e| e.to_string())?;
    println!("{text}");
    Ok(())
}

/// A session of its own, so that the end of whoever started it is no concern here.
fn detach() -> Result<(), String> {
    process::ignore_signal(libc::SIGHUP);
    process::ignore_signal(libc::SIGPIPE);
    // A request to stop that comes during the start waits until there is something to stop in order.
    process::block_signals(STOP_SIGNALS).map_err(|e| format!("the signals could not be blocked: {e}"))?;
    // Fails only for a process group leader, which by that already leads what it needs to survive.
    let _ = process::new_session();
    process::set_umask(0o077);
    Ok(())
}

fn raise_descriptor_limit() -> (u64, u64) {
    let Ok((soft, hard)) = process::limit(process::LIMIT_NOFILE) else { return (1024, 1024) };
    let _ = process::set_limit(process::LIMIT_NOFILE, hard, hard);
    (soft, hard)
}

/// Keeps what writing a foreign id map takes. Where the directory of the own cgroup lacks its write bit, the right to
/// remove what was made there is kept too, out of effect until the end.
fn give_up_privileges(owner_uid: u32, cgroups: &Cgroups) -> Result<Vec<String>, String> {
    ids::drop_supplementary_groups()
        .map_err(|e| format!("the supplementary groups could not be dropped: {e}"))?;
    // CAP_SYS_NICE gives agents of the class HRT their deadlines. A host that withholds it is reported.
    let mut keep = 1 << ids::CAP_SETUID | 1 << ids::CAP_SETGID;
    if owner_uid == 0 {
        keep |= 1 << ids::CAP_SETFCAP;
    }
    let dormant = if cgroups.needs_override() { 1 << ids::CAP_DAC_OVERRIDE } else { 0 };
    ids::keep_capabilities(keep | 1 << ids::CAP_SYS_NICE, dormant)
        .map_err(|e| format!("the capabilities could not be dropped: {e}"))?;
    let left = ids::capabilities().map_err(|e| format!("the capabilities could not be read: {e}"))?;
    if left.permitted & keep != keep {
        return Err("CAP_SETUID and CAP_SETGID are needed to serve an owner as root; grant them or start unprivileged".into());
    }
    Ok(ids::capability_names(left.permitted))
}

/// Touches the owner's directory with the owner's rights, so that no link there can misuse the broker's. A directory
/// that only root may write in is then tried as root.
fn as_owner<T>(
    privileged: bool,
    owner: (u32, u32),
    act: impl Fn() -> Result<T, String>,
) -> Result<T, String> {
    if !privileged {
        return act();
    }
    ids::set_file_ids(owner.0, owner.1);
    let first = act();
    ids::set_file_ids(0, 0);
    first.or_else(|reason| {
        act().map_err(|second| if reason == second { reason } else { format!("{reason}; as root: {second}") })
    })
}

fn listen(path: &Path, owner: (u32, u32)) -> Result<OwnedFd, String> {
    if let Ok(found) = fs::symlink_metadata(path) {
        if !found.file_type().is_socket() {
            return Err(format!(
                "{} exists and is not a socket; remove it or choose another path",
                path.display()
            ));
        }
        if let Ok(other) = socket::connect(path) {
            // The kernel accepts for a listener that is alive; nothing is sent.
            drop(other);
            return Err(format!("another agentos-execd already serves {}; stop it first", path.display()));
        }
        fs::remove_file(path)
            .map_err(|e| format!("the stale {} could not be removed: {e}", path.display()))?;
    }
    process::set_umask(0o177);
    let listener = socket::listen(path);
    process::set_umask(0o077);
    let listener = listener.map_err(|e: Errno| format!("{} could not be made: {e}", path.display()))?;
    if ids::effective_uid() == 0 {
        chown(path, Some(owner.0), Some(owner.1))
            .map_err(|e| format!("{} could not be given to its owner: {e}", path.display()))?;
    }
    Ok(listener)
}
