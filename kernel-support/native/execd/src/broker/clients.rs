//! Connections: accepting, reading, writing without ever waiting for one.

use super::{Asker, Broker, Client, Source};
use agentos_plan::{ErrorBody, ErrorCode, MAX_PACKET_BYTES, Outcome, PROTOCOL_VERSION, Reply};
use agentos_sys::Errno;
use agentos_sys::event::Ready;
use agentos_sys::socket::{self, Received};
use serde_json::Value;
use std::collections::VecDeque;
use std::os::fd::AsFd;
use std::time::Instant;

const MAX_CLIENTS: usize = 32;
const MAX_QUEUED_BYTES: usize = 1 << 20;

impl Broker {
    pub(super) fn accept(&mut self) {
        let Ok(fd) = socket::accept(self.listener.as_fd()) else { return };
        let allowed = matches!(socket::peer(fd.as_fd()), Ok((uid, _)) if uid == self.setup.owner.0);
        if !allowed || self.clients.len() >= MAX_CLIENTS || self.stopping.is_some() {
            return;
        }
        let token = self.token(Source::Client);
        if self.epoll.add(fd.as_fd(), token).is_ok() {
            self.clients.insert(token, Client { fd, queue: VecDeque::new(), queued_bytes: 0 });
        } else {
            self.sources.remove(&token);
        }
    }

    pub(super) fn token(&mut self, source: Source) -> u64 {
        let token = self.next_token;
        self.next_token += 1;
        self.sources.insert(token, source);
        token
    }

    pub(super) fn serve(&mut self, client: u64, ready: Ready) {
        if ready.writable {
            self.flush(client);
        }
        if !ready.readable {
            if ready.hung_up {
                self.disconnect(client);
            }
            return;
        }
        let Some(connection) = self.clients.get(&client) else { return };
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(MAX_PACKET_BYTES, 0);
        let received = socket::receive(connection.fd.as_fd(), &mut buffer);
        self.handle(client, received, &buffer);
        self.buffer = buffer;
    }

    fn handle(&mut self, client: u64, received: Result<Received, Errno>, buffer: &[u8]) {
        match received {
            Ok(Received::Packet(length)) => self.answer(client, &buffer[..length]),
            Ok(Received::TooLong(length)) => {
                let message = format!("packet: is {length} bytes; make it at most {MAX_PACKET_BYTES}");
                let body = ErrorBody::new(ErrorCode::RequestInvalid, Some("packet"), message);
                self.refuse(Asker { client, id: 0 }, body);
            }
            Err(Errno(libc::EAGAIN | libc::EINTR)) => {}
            Ok(Received::Closed) | Err(_) => self.disconnect(client),
        }
    }

    pub(super) fn disconnect(&mut self, client: u64) {
        if let Some(connection) = self.clients.remove(&client) {
            self.epoll.remove(connection.fd.as_fd());
            self.sources.remove(&client);
            self.idle_since = Instant::now();
        }
    }

    /// Sends or queues one packet. A client that lets too much pile up is dropped.
    pub(super) fn send(&mut self, client: u64, packet: Vec<u8>) {
        let Some(connection) = self.clients.get_mut(&client) else { return };
        if connection.queue.is_empty() {
            match socket::send(connection.fd.as_fd(), &packet) {
                Ok(()) => return,
                Err(Errno(libc::EAGAIN | libc::EINTR)) => {}
                Err(_) => return self.disconnect(client),
            }
        }
        connection.queued_bytes += packet.len();
        connection.queue.push_back(packet);
        let too_much = connection.queued_bytes > MAX_QUEUED_BYTES;
        if too_much || self.epoll.change(connection.fd.as_fd(), client, true).is_err() {
            self.disconnect(client);
        }
    }

    pub(super) fn flush(&mut self, client: u64) {
        let Some(connection) = self.clients.get_mut(&client) else { return };
        while let Some(packet) = connection.queue.front() {
            match socket::send(connection.fd.as_fd(), packet) {
                Ok(()) => {
                    connection.queued_bytes -= packet.len();
                    connection.queue.pop_front();
                }
                Err(Errno(libc::EAGAIN | libc::EINTR)) => return,
                Err(_) => return self.disconnect(client),
            }
        }
        let _ = self.epoll.change(connection.fd.as_fd(), client, false);
    }

    pub(super) fn reply(&mut self, asker: Asker, value: Value) {
        self.send_outcome(asker, Outcome::Ok(value));
    }

    pub(super) fn refuse(&mut self, asker: Asker, body: ErrorBody) {
        self.send_outcome(asker, Outcome::Err(body));
    }

    pub(super) fn send_outcome(&mut self, asker: Asker, outcome: Outcome) {
        let reply = Reply { v: PROTOCOL_VERSION, id: asker.id, outcome };
        if let Ok(packet) = serde_json::to_vec(&reply) {
            self.send(asker.client, packet);
        }
    }
}
