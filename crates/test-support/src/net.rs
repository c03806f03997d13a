//! Peers that behave badly: one that accepts and never reads, and one that is not there.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
};

/// A server on 127.0.0.1 that accepts every connection, keeps it open, and never reads or writes a byte.
#[derive(Debug)]
pub struct BlackHole {
    address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Starts a [`BlackHole`] on a port of its own.
pub fn black_hole_tcp() -> io::Result<BlackHole> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let accepted = Arc::new(AtomicUsize::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let (count, end) = (Arc::clone(&accepted), Arc::clone(&stop));
    let thread = std::thread::Builder::new().name("black hole".into()).spawn(move || {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept() {
            if end.load(Ordering::Acquire) {
                break;
            }
            kept.push(stream);
            count.fetch_add(1, Ordering::AcqRel);
        }
    })?;
    Ok(BlackHole {
        address,
        accepted,
        stop,
        thread: Some(thread),
    })
}

impl BlackHole {
    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
    /// Connections it has accepted.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Acquire)
    }
}

impl Drop for BlackHole {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // Wakes the thread out of `accept`.
        let _ = TcpStream::connect(self.address);
        if let Some(t) = self.thread.take() {
            let _ = t.join();
        }
    }
}

/// A port of 127.0.0.1 where connections are refused, held so that nobody else can begin to listen there.
#[derive(Debug)]
pub struct RefusingPort {
    port: u16,
    _held: (TcpStream, TcpStream),
}

/// Finds a [`RefusingPort`]: one that is in use by a connection, but listened on by nobody.
pub fn refusing_port() -> io::Result<RefusingPort> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let near = TcpStream::connect(address)?;
    let (far, _) = listener.accept()?;
    Ok(RefusingPort {
        port: address.port(),
        _held: (near, far),
    })
}

impl RefusingPort {
    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait_for;
    use std::{io::Write, time::Duration};

    #[test]
    fn black_hole_swallows_until_the_buffers_are_full() {
        let hole = black_hole_tcp().expect("black hole");
        let mut s = TcpStream::connect(("127.0.0.1", hole.port())).expect("connect");
        assert!(wait_for(Duration::from_secs(5), || hole.accepted() == 1));
        s.set_nonblocking(true).expect("non-blocking");
        let block = vec![0; 1 << 20];
        let full = (0..256).find_map(|_| s.write(&block).err());
        assert_eq!(full.expect("it stops taking bytes").kind(), io::ErrorKind::WouldBlock);
        drop(hole);
        assert!(wait_for(Duration::from_secs(5), || s
            .write(&block)
            .is_err_and(|e| e.kind() != io::ErrorKind::WouldBlock)));
    }

    #[test]
    fn refusing_port_refuses() {
        let p = refusing_port().expect("port");
        let error = TcpStream::connect(("127.0.0.1", p.port())).expect_err("refused");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert!(
            TcpListener::bind(("127.0.0.1", p.port())).is_err() || TcpStream::connect(("127.0.0.1", p.port())).is_err()
        );
    }
}
