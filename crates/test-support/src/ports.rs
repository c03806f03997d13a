//! Ports for servers that must be told theirs. Servers of our own should bind port 0 instead.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
};

/// A TCP port on 127.0.0.1 that was free a moment ago. Somebody else may take it meanwhile, so start the server at once.
pub fn free_tcp() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_free() {
        let port = free_tcp().expect("port");
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("nobody is there");
    }
}
