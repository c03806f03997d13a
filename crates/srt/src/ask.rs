//! Asking whether somebody listens for SRT at an address, without connecting: the first half of the handshake (induction,
//! draft-sharabayko-srt-01, 4.3.1.1), which a listener answers with a cookie and forgets. A receiver that takes one caller and
//! then ends is left alone so; stream id and passphrase are not tried.

use crate::SrtError;
use media::{Clock, MediaTime, SystemClock};
use std::{
    io::ErrorKind,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket},
    time::Duration,
};

/// How long one question waits for its answer.
const ONCE: Duration = Duration::from_millis(500);
/// Bytes of a handshake packet: 16 of header, 48 of handshake.
const SIZE: usize = 64;
/// What a listener of SRT says in place of the extension field (`SRT_MAGIC_CODE`).
const MAGIC: u16 = 0x4a17;

/// Asks the listener at `host:port`, again and again for `limit`. Blocks.
///
/// # Errors
/// There is no such host; nobody listens; what answers is not SRT.
pub fn ask(host: &str, port: u16, limit: Duration) -> Result<(), SrtError> {
    let clock = SystemClock::new();
    let end = MediaTime::from_duration(limit);
    let none = || SrtError::NoSuchHost { host: host.to_owned() };
    let addresses: Vec<SocketAddr> = (host, port).to_socket_addrs().map_err(|_| none())?.collect();
    let mut last = none();
    for to in addresses {
        while clock.now() < end {
            match ask_once(to) {
                Ok(true) => return Ok(()),
                Ok(false) => {
                    last = SrtError::NoAnswer {
                        seconds: limit.as_secs(),
                    }
                }
                Err(e) if e.kind() == ErrorKind::ConnectionRefused => {
                    last = SrtError::NoAnswer {
                        seconds: limit.as_secs(),
                    };
                    break;
                }
                Err(_) => break,
            }
        }
    }
    Err(last)
}

fn ask_once(to: SocketAddr) -> std::io::Result<bool> {
    let any = if to.is_ipv4() {
        SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))
    } else {
        SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0))
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(to)?;
    socket.set_read_timeout(Some(ONCE))?;
    let id = u32::from(socket.local_addr()?.port()) | 0x1000_0000;
    socket.send(&question(id))?;
    let mut room = [0; 1500];
    match socket.recv(&mut room) {
        Ok(n) => Ok(is_answer(&room[..n], id)),
        Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(false),
        Err(e) => Err(e),
    }
}

/// The induction packet of a caller with this socket id.
fn question(id: u32) -> [u8; SIZE] {
    let mut q = [0; SIZE];
    let mut put = |at: usize, n: u32| q[at..at + 4].copy_from_slice(&n.to_be_bytes());
    // A control packet of type 0: handshake.
    put(0, 0x8000_0000);
    // Version 4 with datagrams, as every caller begins; then a first sequence number, the MTU and the window.
    put(16, 4);
    put(20, 2);
    put(24, 1);
    put(28, 1500);
    put(32, 8192);
    // Induction.
    put(36, 1);
    put(40, id);
    q
}

/// Whether a packet is a listener's answer to `id`.
fn is_answer(packet: &[u8], id: u32) -> bool {
    let word = |at: usize| {
        let bytes = packet.get(at..at + 4).and_then(|b| b.try_into().ok());
        bytes.map(u32::from_be_bytes)
    };
    word(0) == Some(0x8000_0000)
        && word(12) == Some(id)
        && word(16) == Some(5)
        && word(20).is_some_and(|w| w as u16 == MAGIC)
        && word(36) == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_listeners_answer_to_us_is_one() {
        let mut a = question(7);
        a[12..16].copy_from_slice(&7u32.to_be_bytes());
        a[16..20].copy_from_slice(&5u32.to_be_bytes());
        a[20..24].copy_from_slice(&u32::from(MAGIC).to_be_bytes());
        assert!(is_answer(&a, 7));
        assert!(!is_answer(&a, 8) && !is_answer(&a[..40], 8) && !is_answer(&[], 0));
        assert!(!is_answer(&question(7), 7));
    }
}
