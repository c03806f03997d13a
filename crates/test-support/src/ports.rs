//! Ports for servers that must be told theirs. Servers of our own should bind port 0 instead.

use std::{
    io,
    net::{Ipv4Addr, TcpListener, UdpSocket},
};

/// A TCP port on 127.0.0.1 that was free a moment ago. Somebody else may take it meanwhile, so start the server at once.
pub fn free_tcp() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A UDP port on 127.0.0.1 that was free a moment ago; as [`free_tcp`].
pub fn free_udp() -> io::Result<u16> {
    Ok(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_free() {
        let port = free_tcp().expect("port");
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("nobody is there");
        let port = free_udp().expect("port");
        UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).expect("nobody is there");
    }
}
