//! Owners of libsrt's sockets and epolls, so that each is closed once and closing one touches no other.

use crate::{
    Options, SrtError,
    stats::Stats,
    sys::{self, Perf, Sock},
};
use std::{
    ffi::{CStr, c_int},
    net::SocketAddr,
};

/// libsrt's words for this thread's last error.
pub(crate) fn last_words() -> String {
    // SAFETY: gives a C string that lives until this thread's next call.
    let text = unsafe { CStr::from_ptr(sys::srt_getlasterror_str()) };
    text.to_string_lossy().trim().trim_end_matches('.').to_owned()
}

fn last_code() -> c_int {
    // SAFETY: a null pointer asks for the code alone.
    unsafe { sys::srt_getlasterror(std::ptr::null_mut()) }
}

fn library(doing: &'static str) -> SrtError {
    SrtError::Library {
        doing,
        why: last_words(),
    }
}

/// A socket, closed on drop.
pub(crate) struct Socket(Sock);

impl Drop for Socket {
    fn drop(&mut self) {
        // SAFETY: ours, closed once.
        unsafe { sys::srt_close(self.0) };
    }
}

impl Socket {
    /// A new one with everything set that must be set before it is bound.
    pub(crate) fn new(o: &Options) -> Result<Self, SrtError> {
        crate::log::start();
        // SAFETY: no arguments.
        let s = unsafe { sys::srt_create_socket() };
        if s == sys::ERROR {
            return Err(library("making a socket"));
        }
        let s = Self(s);
        s.set_int(sys::SNDSYN, 0)?;
        s.set_int(sys::RCVSYN, 0)?;
        s.set_int(sys::LATENCY, i32::try_from(o.latency_ms).unwrap_or(i32::MAX))?;
        s.set_int(sys::PAYLOADSIZE, i32::try_from(o.payload).unwrap_or(i32::MAX))?;
        s.set_int(
            sys::CONNTIMEO,
            i32::try_from(o.connect_limit.as_millis()).unwrap_or(i32::MAX),
        )?;
        s.set_int(sys::ENFORCEDENCRYPTION, 1)?;
        if !o.passphrase.is_empty() {
            s.set_int(sys::PBKEYLEN, o.key_length.bytes())?;
            s.set(sys::PASSPHRASE, o.passphrase.reveal().as_bytes())?;
        }
        if o.mode != crate::Mode::Listener && !o.stream_id.is_empty() {
            s.set(sys::STREAMID, o.stream_id.reveal().as_bytes())?;
        }
        Ok(s)
    }

    fn set(&self, option: c_int, value: &[u8]) -> Result<(), SrtError> {
        let len = c_int::try_from(value.len()).map_err(|_| library("setting it up"))?;
        // SAFETY: our socket; libsrt copies `len` bytes.
        match unsafe { sys::srt_setsockflag(self.0, option, value.as_ptr().cast(), len) } {
            sys::ERROR => Err(library("setting it up")),
            _ => Ok(()),
        }
    }

    fn set_int(&self, option: c_int, value: c_int) -> Result<(), SrtError> {
        self.set(option, &value.to_ne_bytes())
    }

    pub(crate) fn get_int(&self, option: c_int) -> Option<c_int> {
        let mut value: c_int = 0;
        let mut len = size_of::<c_int>() as c_int;
        // SAFETY: our socket; the room's true size is given.
        let code = unsafe { sys::srt_getsockflag(self.0, option, (&raw mut value).cast(), &mut len) };
        (code != sys::ERROR).then_some(value)
    }

    /// The stream id that the other side gave.
    pub(crate) fn stream_id(&self) -> Vec<u8> {
        let mut room = [0_u8; crate::LONGEST_STREAM_ID + 8];
        let mut len = room.len() as c_int;
        // SAFETY: our socket; the room's true size is given.
        let code = unsafe { sys::srt_getsockflag(self.0, sys::STREAMID, room.as_mut_ptr().cast(), &mut len) };
        let len = usize::try_from(len).unwrap_or(0).min(room.len());
        if code == sys::ERROR {
            vec![]
        } else {
            room[..len].to_vec()
        }
    }

    pub(crate) fn bind(&self, to: SocketAddr) -> Result<(), SrtError> {
        let (name, len) = c_address(to);
        // SAFETY: our socket and an address of the length given.
        match unsafe { sys::srt_bind(self.0, name.as_ptr().cast(), len) } {
            sys::ERROR => Err(SrtError::Port {
                port: to.port(),
                why: last_words(),
            }),
            _ => Ok(()),
        }
    }

    pub(crate) fn listen(&self) -> Result<(), SrtError> {
        // SAFETY: our socket.
        match unsafe { sys::srt_listen(self.0, 2) } {
            sys::ERROR => Err(library("beginning to listen")),
            _ => Ok(()),
        }
    }

    /// Somebody who has called; none when nobody has.
    pub(crate) fn accept(&self) -> Result<Option<Self>, SrtError> {
        // SAFETY: our socket; nulls say that the caller's address is not wanted.
        match unsafe { sys::srt_accept(self.0, std::ptr::null_mut(), std::ptr::null_mut()) } {
            sys::ERROR if last_code() == sys::EASYNCRCV => Ok(None),
            sys::ERROR => Err(library("taking a caller")),
            s => Ok(Some(Self(s))),
        }
    }

    /// Begins to connect; what becomes of it shows in the state.
    pub(crate) fn connect(&self, to: SocketAddr) -> Result<(), SrtError> {
        let (name, len) = c_address(to);
        // SAFETY: our socket and an address of the length given.
        match unsafe { sys::srt_connect(self.0, name.as_ptr().cast(), len) } {
            sys::ERROR => Err(self.why()),
            _ => Ok(()),
        }
    }

    /// As [`Socket::connect`], both sides at the same time, from our `from`.
    pub(crate) fn rendezvous(&self, from: SocketAddr, to: SocketAddr) -> Result<(), SrtError> {
        let ((local, local_len), (remote, remote_len)) = (c_address(from), c_address(to));
        // SAFETY: our socket and two addresses of the lengths given.
        let code = unsafe {
            sys::srt_rendezvous(
                self.0,
                local.as_ptr().cast(),
                local_len,
                remote.as_ptr().cast(),
                remote_len,
            )
        };
        if code == sys::ERROR {
            return Err(SrtError::Port {
                port: from.port(),
                why: last_words(),
            });
        }
        Ok(())
    }

    /// `SRT_SOCKSTATUS`
    pub(crate) fn state(&self) -> c_int {
        // SAFETY: a number; unknown sockets have a state of their own.
        unsafe { sys::srt_getsockstate(self.0) }
    }

    /// Why a connection did not come about.
    pub(crate) fn why(&self) -> SrtError {
        // SAFETY: our socket.
        match unsafe { sys::srt_getrejectreason(self.0) } {
            // Timed out, or closed meanwhile, of which the library may keep no word.
            0 | 1 if last_code() != 0 => library("connecting"),
            0 | 1 | 7 | 16 => SrtError::NoAnswer { seconds: 0 },
            code => SrtError::Refused {
                refusal: crate::Refusal::of(code),
            },
        }
    }

    /// Hands a datagram over; false when the send buffer is full.
    pub(crate) fn send(&self, data: &[u8]) -> Result<bool, SrtError> {
        let len = c_int::try_from(data.len()).unwrap_or(c_int::MAX);
        // SAFETY: our socket; libsrt copies `len` bytes; null takes the usual message settings.
        match unsafe { sys::srt_sendmsg2(self.0, data.as_ptr().cast(), len, std::ptr::null_mut()) } {
            sys::ERROR if last_code() == sys::EASYNCSND => Ok(false),
            sys::ERROR => Err(SrtError::Lost),
            _ => Ok(true),
        }
    }

    /// A datagram; none when nothing has come.
    pub(crate) fn receive(&self, room: &mut [u8]) -> Result<Option<usize>, SrtError> {
        let len = c_int::try_from(room.len()).unwrap_or(c_int::MAX);
        // SAFETY: our socket; the room's true size is given.
        match unsafe { sys::srt_recvmsg2(self.0, room.as_mut_ptr().cast(), len, std::ptr::null_mut()) } {
            sys::ERROR if last_code() == sys::EASYNCRCV => Ok(None),
            sys::ERROR => Err(SrtError::Lost),
            n => Ok(Some(usize::try_from(n).unwrap_or(0))),
        }
    }

    pub(crate) fn stats(&self) -> Option<Stats> {
        // SAFETY: numbers only, for which all zeros is a value.
        let mut perf: Perf = unsafe { std::mem::zeroed() };
        // SAFETY: our socket; the room is larger than any version's figures. 0: keep counting.
        let code = unsafe { sys::srt_bstats(self.0, &mut perf, 0) };
        (code != sys::ERROR).then(|| Stats::from(&perf))
    }
}

/// An address as C has it, and its length.
fn c_address(a: SocketAddr) -> (socket2::SockAddr, c_int) {
    let name = socket2::SockAddr::from(a);
    let len = c_int::try_from(name.len()).unwrap_or(0);
    (name, len)
}

/// Waits for events of one socket.
pub(crate) struct Epoll(c_int);

impl Drop for Epoll {
    fn drop(&mut self) {
        // SAFETY: ours, released once.
        unsafe { sys::srt_epoll_release(self.0) };
    }
}

impl Epoll {
    pub(crate) fn of(socket: &Socket, events: c_int) -> Result<Self, SrtError> {
        // SAFETY: no arguments.
        let id = unsafe { sys::srt_epoll_create() };
        if id == sys::ERROR {
            return Err(library("making an epoll"));
        }
        let epoll = Self(id);
        let events = events | sys::EPOLL_ERR;
        // SAFETY: our epoll and socket; libsrt reads one number.
        if unsafe { sys::srt_epoll_add_usock(id, socket.0, &events) } == sys::ERROR {
            return Err(library("watching a socket"));
        }
        Ok(epoll)
    }

    /// Waits until something happens, at most `ms`.
    pub(crate) fn wait(&self, ms: i64) {
        let mut event = sys::EpollEvent::default();
        // SAFETY: our epoll; room for one event. What it says is asked of the socket afterwards.
        unsafe { sys::srt_epoll_uwait(self.0, &mut event, 1, ms) };
    }
}
