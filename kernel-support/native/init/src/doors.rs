//! The agent's doors: ports of the sandbox's own loopback interface, and init forwarding each connection to a socket of
//! the host.
//!
//! The directory of a door's socket is pinned while the sandbox is built, as a detached mount that only init holds: the
//! agent has no name for it, and a socket that is made anew is found. A connection whose far end is away is closed at
//! once; the next one tries again.

use crate::protocol::{InStep, Step, StepError, c_string};
use agentos_plan::Plan;
use agentos_sys::event::{Epoll, Ready};
use agentos_sys::{Errno, mount, net, pipe, socket};
use std::collections::{BTreeMap, VecDeque};
use std::ffi::CString;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::rc::Rc;

/// Connections at a time, over all doors. Others wait in the listener's queue.
const MAX_CONNECTIONS: usize = 64;
/// Descriptors that init needs at most: six for each connection, and its own.
pub const DESCRIPTORS: u64 = 6 * MAX_CONNECTIONS as u64 + 128;
const BACKLOG: i32 = 32;
/// How often one connection is pumped before others have a turn.
const TURNS: usize = 16;
const CHUNK: usize = 65_536;

/// One door: where the agent knocks and where it leads.
pub struct Door {
    pub port: u16,
    pub listener: OwnedFd,
    directory: Rc<OwnedFd>,
    name: CString,
}

/// Pins the directories with the owner's rights, and listens. Both must happen before the host's root is gone and before
/// binding is refused.
pub fn open(plan: &Plan) -> Step<Vec<Door>> {
    let mut pinned: BTreeMap<&str, Rc<OwnedFd>> = BTreeMap::new();
    let mut doors = Vec::with_capacity(plan.doors.len());
    for door in &plan.doors {
        let step = format!("door:{}", door.port);
        let (directory, name) = door.socket.rsplit_once('/').unwrap_or_default();
        let place = match pinned.get(directory) {
            Some(place) => Rc::clone(place),
            None => {
                let place = Rc::new(pin(directory, &step)?);
                pinned.insert(directory, Rc::clone(&place));
                place
            }
        };
        let listener = net::listen_on_loopback(door.port, BACKLOG)
            .in_step(&step, "the port could not be listened on inside; choose another")?;
        doors.push(Door { port: door.port, listener, directory: place, name: c_string(name, &step)? });
    }
    Ok(doors)
}

/// A view of one directory of the host that can be entered and nothing else.
fn pin(directory: &str, step: &str) -> Step<OwnedFd> {
    let path = c_string(directory, step)?;
    let flags = libc::O_PATH | libc::O_NOFOLLOW | libc::O_DIRECTORY;
    let resolve = mount::RESOLVE_NO_SYMLINKS | mount::RESOLVE_NO_MAGICLINKS;
    let opened = mount::openat2(None, &path, flags, 0, resolve).map_err(|e| {
        let advice = match e.0 {
            libc::ELOOP | libc::ENOTDIR => "is no plain directory; name its real path",
            libc::ENOENT => "does not exist; make it first",
            _ => "cannot be entered with the owner's permissions",
        };
        StepError::new(step, e, format!("{directory} {advice}"))
    })?;
    let copy = mount::clone_tree(Some(opened.as_fd()), c"", false)
        .in_step(step, "the door's directory could not be pinned; no other mount may lie below it")?;
    let attributes = mount::ATTR_RDONLY | mount::ATTR_NOSUID | mount::ATTR_NODEV | mount::ATTR_NOEXEC;
    mount::add_attributes(copy.as_fd(), attributes, false)
        .in_step(step, "the door's directory could not be made read-only")?;
    Ok(copy)
}

impl Door {
    /// A connection to the far end, if somebody is there.
    fn reach(&self) -> Result<OwnedFd, Errno> {
        mount::change_directory(self.directory.as_fd())?;
        socket::connect_stream_here(&self.name)
    }
}

/// One direction of a connection.
struct Way {
    pipe: (OwnedFd, OwnedFd),
    waiting: usize,
    ended: bool,
    told: bool,
}

impl Way {
    fn new() -> Result<Self, Errno> {
        Ok(Way { pipe: pipe::new()?, waiting: 0, ended: false, told: false })
    }

    /// Moves what is there. True when it stopped for lack of input or of room, false when it stopped to be fair.
    fn pump(&mut self, from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> Result<bool, Errno> {
        for _ in 0..TURNS {
            if self.waiting == 0 {
                if self.ended {
                    if !self.told {
                        self.told = true;
                        // The other end may have closed already, and then knows.
                        let _ = socket::end_sending(to);
                    }
                    return Ok(true);
                }
                match pipe::splice(from, self.pipe.1.as_fd(), CHUNK) {
                    Ok(0) => self.ended = true,
                    Ok(count) => self.waiting = count,
                    Err(Errno(libc::EAGAIN)) => return Ok(true),
                    Err(Errno(libc::EINTR)) => {}
                    Err(e) => return Err(e),
                }
            } else {
                match pipe::splice(self.pipe.0.as_fd(), to, self.waiting) {
                    Ok(count) => self.waiting -= count.min(self.waiting),
                    Err(Errno(libc::EAGAIN)) => return Ok(true),
                    Err(Errno(libc::EINTR)) => {}
                    Err(e) => return Err(e),
                }
            }
        }
        Ok(false)
    }
}

struct Connection {
    agent: OwnedFd,
    host: OwnedFd,
    out: Way,
    back: Way,
}

enum Progress {
    Waits,
    HasMore,
    Over,
}

impl Connection {
    fn pump(&mut self) -> Progress {
        let out = self.out.pump(self.agent.as_fd(), self.host.as_fd());
        let back = self.back.pump(self.host.as_fd(), self.agent.as_fd());
        match (out, back) {
            (Err(_), _) | (_, Err(_)) => Progress::Over,
            _ if self.out.told && self.back.told => Progress::Over,
            (Ok(true), Ok(true)) => Progress::Waits,
            _ => Progress::HasMore,
        }
    }
}

/// All doors of a sandbox, driven by init's loop.
pub struct Doors {
    doors: Vec<Door>,
    connections: BTreeMap<u64, Connection>,
    unfinished: VecDeque<u64>,
    next: u64,
    listening: bool,
}

/// Tokens from here on are connections; those from `FIRST_DOOR` to here are listeners.
const FIRST_DOOR: u64 = 16;
const FIRST_CONNECTION: u64 = 1024;

impl Doors {
    pub fn new(doors: Vec<Door>, epoll: &Epoll) -> Result<Self, Errno> {
        for (door, token) in doors.iter().zip(FIRST_DOOR..) {
            epoll.add(door.listener.as_fd(), token)?;
        }
        Ok(Doors {
            doors,
            connections: BTreeMap::new(),
            unfinished: VecDeque::new(),
            next: FIRST_CONNECTION,
            listening: true,
        })
    }

    /// Numbers of the descriptors that must stay open.
    pub fn descriptors(doors: &[Door]) -> Vec<i32> {
        doors.iter().flat_map(|d| [d.listener.as_raw_fd(), d.directory.as_raw_fd()]).collect()
    }

    /// Whether a connection has work that no event announces.
    pub fn has_more(&self) -> bool {
        !self.unfinished.is_empty()
    }

    pub fn handle(&mut self, epoll: &Epoll, ready: Ready) {
        match ready.token {
            token @ FIRST_CONNECTION.. => self.pump(epoll, token / 2 * 2),
            token => {
                if let Some(at) = token.checked_sub(FIRST_DOOR) {
                    self.accept(epoll, at as usize);
                }
            }
        }
    }

    /// Gives every connection that was interrupted for fairness another turn.
    pub fn go_on(&mut self, epoll: &Epoll) {
        for token in std::mem::take(&mut self.unfinished) {
            self.pump(epoll, token);
        }
    }

    fn accept(&mut self, epoll: &Epoll, at: usize) {
        let Some(door) = self.doors.get(at) else { return };
        let Ok(agent) = socket::accept(door.listener.as_fd()) else { return };
        // Whoever finds nobody at the far end is told by the end of the connection.
        let Ok(host) = door.reach() else { return };
        let (Ok(out), Ok(back)) = (Way::new(), Way::new()) else { return };
        let token = self.next;
        self.next += 2;
        let added =
            epoll.add_edges(agent.as_fd(), token).and_then(|()| epoll.add_edges(host.as_fd(), token + 1));
        if added.is_err() {
            return;
        }
        self.connections.insert(token, Connection { agent, host, out, back });
        if self.connections.len() >= MAX_CONNECTIONS {
            self.listen(epoll, false);
        }
        self.pump(epoll, token);
    }

    fn pump(&mut self, epoll: &Epoll, token: u64) {
        let Some(connection) = self.connections.get_mut(&token) else { return };
        match connection.pump() {
            Progress::Waits => {}
            Progress::HasMore => self.unfinished.push_back(token),
            Progress::Over => {
                // Closing takes both descriptors out of the epoll set: nobody else holds them.
                self.connections.remove(&token);
                if !self.listening {
                    self.listen(epoll, true);
                }
            }
        }
    }

    fn listen(&mut self, epoll: &Epoll, on: bool) {
        self.listening = on;
        for (door, token) in self.doors.iter().zip(FIRST_DOOR..) {
            if on {
                let _ = epoll.add(door.listener.as_fd(), token);
            } else {
                epoll.remove(door.listener.as_fd());
            }
        }
    }
}
