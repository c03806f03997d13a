//! Making connections in the three modes, and using one. Every wait asks the caller again and again whether to go on,
//! so that whoever wants it to end gets that within [`LOOK_MS`].

use crate::{
    Mode, Options, SrtError, Stats,
    socket::{Epoll, Socket},
    sys,
};
use media::{Clock, MediaTime, SystemClock};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs},
    time::Duration,
};

/// Longest wait between two such questions, milliseconds.
const LOOK_MS: i64 = 20;
/// Grace beyond libsrt's own time limit, before we give up ourselves.
const GRACE: Duration = Duration::from_secs(1);

/// An open connection; closed on drop. What was handed over and not sent yet is lost then: see [`Connection::drain`].
pub struct Connection {
    // Dropped before the socket it watches.
    writable: Epoll,
    readable: Epoll,
    socket: Socket,
}

impl Connection {
    /// Connects as caller or in rendezvous. Blocks for at most about `connect_limit` for each of the other side's
    /// addresses, or until `give_up` says so.
    ///
    /// # Errors
    /// Why there is no connection.
    pub fn open(o: &Options, give_up: &dyn Fn() -> bool) -> Result<Self, SrtError> {
        let mut last = SrtError::NoSuchHost { host: o.host.clone() };
        for to in addresses(&o.host, o.port)? {
            match Self::open_to(o, to, give_up) {
                Ok(c) => return Ok(c),
                Err(e @ (SrtError::Stopped | SrtError::Refused { .. })) => return Err(e),
                Err(e) => last = e,
            }
        }
        Err(last)
    }

    fn open_to(o: &Options, to: SocketAddr, give_up: &dyn Fn() -> bool) -> Result<Self, SrtError> {
        let clock = SystemClock::new();
        let end = MediaTime::from_duration(o.connect_limit + GRACE);
        let seconds = o.connect_limit.as_secs();
        let socket = Socket::new(o)?;
        let epoll = Epoll::of(&socket, sys::EPOLL_OUT)?;
        let no_answer = |e| match e {
            SrtError::NoAnswer { .. } => SrtError::NoAnswer { seconds },
            e => e,
        };
        if o.mode == Mode::Rendezvous {
            let port = if o.local_port == 0 { o.port } else { o.local_port };
            socket.rendezvous(SocketAddr::new(any_like(to), port), to)?;
        } else {
            socket.connect(to).map_err(no_answer)?;
        }
        loop {
            match socket.state() {
                sys::CONNECTED => return Self::of(socket),
                s if s >= sys::BROKEN => return Err(no_answer(socket.why())),
                _ if give_up() => return Err(SrtError::Stopped),
                _ if clock.now() >= end => return Err(SrtError::NoAnswer { seconds }),
                _ => epoll.wait(LOOK_MS),
            }
        }
    }

    fn of(socket: Socket) -> Result<Self, SrtError> {
        Ok(Self {
            writable: Epoll::of(&socket, sys::EPOLL_OUT)?,
            readable: Epoll::of(&socket, sys::EPOLL_IN)?,
            socket,
        })
    }

    /// Hands over a datagram of at most the payload size. Never blocks; false when the send buffer is full: then
    /// [`Connection::wait_for_room`] and try again.
    ///
    /// # Errors
    /// When the connection has ended.
    pub fn send(&self, datagram: &[u8]) -> Result<bool, SrtError> {
        self.socket.send(datagram)
    }

    /// Waits until there is room to send, or the connection has ended, for at most a fiftieth of a second.
    pub fn wait_for_room(&self) {
        self.writable.wait(LOOK_MS);
    }

    /// Waits a fiftieth of a second, or until the other side sends something or the connection ends.
    pub fn pause(&self) {
        self.readable.wait(LOOK_MS);
    }

    /// Takes a datagram into `room` and gives its length; none when nothing came within a fiftieth of a second.
    ///
    /// # Errors
    /// When the connection has ended.
    pub fn receive(&self, room: &mut [u8]) -> Result<Option<usize>, SrtError> {
        match self.socket.receive(room)? {
            Some(n) => Ok(Some(n)),
            None => {
                self.readable.wait(LOOK_MS);
                self.socket.receive(room)
            }
        }
    }

    /// Whether it has ended, noticed without sending.
    pub fn has_ended(&self) -> bool {
        self.socket.state() != sys::CONNECTED
    }

    /// Figures since it began; none when it has ended.
    pub fn stats(&self) -> Option<Stats> {
        self.socket.stats()
    }

    /// Whether what is sent is encrypted, once the first packets went out (SRT_KM_STATE, 2: secured).
    pub fn is_encrypted(&self) -> bool {
        self.socket.get_int(sys::STATE_KM_SEND) == Some(2)
    }

    /// The delay the receiver keeps, milliseconds.
    pub fn latency_ms(&self) -> u32 {
        let ms = self.socket.get_int(sys::PEERLATENCY).unwrap_or(0);
        u32::try_from(ms).unwrap_or(0)
    }

    /// Waits until everything handed over has been acknowledged and played out at the other side, at most `limit`, or
    /// until `give_up` says so: what is still on its way when a connection is closed is lost.
    pub fn drain(&self, limit: Duration, give_up: &dyn Fn() -> bool) {
        let clock = SystemClock::new();
        let end = MediaTime::from_duration(limit);
        let latency = MediaTime::from_millis(self.latency_ms().into());
        let mut played_out = None;
        loop {
            let now = clock.now();
            let waiting = self.stats().is_some_and(|s| s.unacknowledged_ms > 0);
            if !waiting {
                played_out.get_or_insert(now + latency);
            }
            if self.has_ended() || give_up() || now >= end || played_out.is_some_and(|t| now >= t) {
                return;
            }
            // Nothing is to be read: a wait that ends early only when the connection does.
            self.readable.wait(LOOK_MS);
        }
    }
}

/// Waits for callers.
pub struct Listener {
    readable: Epoll,
    socket: Socket,
    options: Options,
}

impl Listener {
    /// Begins to listen on the port.
    ///
    /// # Errors
    /// When the port is taken or the address is not this computer's.
    pub fn bind(o: &Options) -> Result<Self, SrtError> {
        let host = if o.host.is_empty() { "0.0.0.0" } else { &o.host };
        let at = addresses(host, o.port)?.into_iter().next();
        let at = at.ok_or_else(|| SrtError::NoSuchHost { host: o.host.clone() })?;
        let socket = Socket::new(o)?;
        socket.bind(at)?;
        socket.listen()?;
        Ok(Self {
            readable: Epoll::of(&socket, sys::EPOLL_IN)?,
            socket,
            options: o.clone(),
        })
    }

    /// Waits for a caller, however long it takes, or until `give_up` says so. Callers with another stream id than ours
    /// are sent away.
    ///
    /// # Errors
    /// `Stopped`, or when the socket broke.
    pub fn accept(&self, give_up: &dyn Fn() -> bool) -> Result<Connection, SrtError> {
        loop {
            if give_up() {
                return Err(SrtError::Stopped);
            }
            if let Some(socket) = self.socket.accept()? {
                let wanted = self.options.stream_id.reveal().as_bytes();
                if wanted.is_empty() || socket.stream_id() == wanted {
                    return Connection::of(socket);
                }
                tracing::info!("a caller with another stream id was sent away");
                continue;
            }
            self.readable.wait(LOOK_MS);
        }
    }
}

/// What a name leads to.
fn addresses(host: &str, port: u16) -> Result<Vec<SocketAddr>, SrtError> {
    let found = (host, port).to_socket_addrs();
    let found: Vec<_> = found.map(Iterator::collect).unwrap_or_default();
    if found.is_empty() {
        return Err(SrtError::NoSuchHost { host: host.to_owned() });
    }
    Ok(found)
}

/// All addresses of this computer, of the family of `a`.
fn any_like(a: SocketAddr) -> IpAddr {
    match a {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    }
}
