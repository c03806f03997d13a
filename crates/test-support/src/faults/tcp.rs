//! The bad network for connections.

use super::{Control, Faults, State};
use media::{Clock, MediaTime, SystemClock};
use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// Bytes that wait inside the proxy: as little as a home router has.
const BUFFER: usize = 64 << 10;
/// How often a pump looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(20);

/// A proxy on a port of 127.0.0.1 that passes connections on to a server, badly.
pub struct TcpProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    to: SocketAddr,
    control: Arc<Control>,
    connections: AtomicUsize,
    bytes: AtomicU64,
}

impl TcpProxy {
    /// Starts one in front of `to`.
    ///
    /// # Errors
    /// When the system gives no port or thread.
    pub fn start(to: SocketAddr, faults: Faults) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        // Accepted connections inherit it; else loopback's own megabytes would hide every stall.
        rustix::net::sockopt::set_socket_recv_buffer_size(&listener, BUFFER)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            to,
            control: Control::new(faults),
            connections: AtomicUsize::new(0),
            bytes: AtomicU64::new(0),
        });
        let worker = shared.clone();
        let thread = thread::Builder::new()
            .name("bad tcp".into())
            .spawn(move || worker.accept(&listener))?;
        Ok(Self {
            address,
            shared,
            thread: Some(thread),
        })
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Other faults from now on, also for connections that stand.
    pub fn set(&self, faults: Faults) {
        self.shared.control.change(|s| s.faults = faults);
    }

    /// Cuts all connections that stand, by a reset.
    pub fn cut(&self) {
        self.shared.control.change(|s| s.generation += 1);
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Relaxed)
    }

    /// Bytes passed on to the server so far.
    pub fn bytes(&self) -> u64 {
        self.shared.bytes.load(Relaxed)
    }
}

impl Drop for TcpProxy {
    fn drop(&mut self) {
        self.shared.control.change(|s| s.ended = true);
        // Wakes the thread out of `accept`.
        let _ = TcpStream::connect(self.address);
        if let Some(t) = self.thread.take() {
            let _ = t.join();
        }
    }
}

impl Shared {
    fn accept(self: Arc<Self>, listener: &TcpListener) {
        let mut pumps = Vec::new();
        while let Ok((client, _)) = listener.accept() {
            let state = self.control.state();
            if state.ended {
                break;
            }
            self.connections.fetch_add(1, Relaxed);
            let Ok(server) = TcpStream::connect(self.to) else {
                reset(&client);
                continue;
            };
            let _ = (client.set_nodelay(true), server.set_nodelay(true));
            let (Ok(from_client), Ok(to_server)) = (client.try_clone(), server.try_clone()) else {
                continue;
            };
            for (from, to, up) in [(from_client, to_server, true), (server, client, false)] {
                let me = self.clone();
                let pump = thread::Builder::new().name("bad tcp pump".into());
                pumps.extend(pump.spawn(move || me.pump(from, to, up, state.generation)));
            }
        }
        for p in pumps {
            let _ = p.join();
        }
    }

    fn pump(&self, mut from: TcpStream, mut to: TcpStream, up: bool, generation: u64) {
        let over = |s: &State| s.ended || s.generation != generation;
        let _ = to.set_write_timeout(Some(LOOK));
        let clock = SystemClock::new();
        let mut buffer = [0; 4096];
        let mut waiting: VecDeque<(MediaTime, Vec<u8>)> = VecDeque::new();
        let (mut held, mut free, mut open) = (0, clock.now(), true);
        while open || !waiting.is_empty() {
            self.control
                .wait(Duration::from_secs(3600), |s| over(s) || !s.faults.stalled);
            let state = self.control.state();
            if over(&state) {
                reset(&from);
                reset(&to);
                return;
            }
            if open && held < BUFFER {
                let look = if waiting.is_empty() {
                    LOOK
                } else {
                    Duration::from_millis(1)
                };
                let _ = from.set_read_timeout(Some(look));
                match from.read(&mut buffer) {
                    Ok(n @ 1..) => {
                        // Those in force now: it waited for data.
                        let faults = self.control.state().faults;
                        let squeeze = faults.bytes_per_second.map_or(0.0, |r| n as f64 / f64::from(r.max(1)));
                        free = free.max(clock.now()) + MediaTime::from_secs_f64(squeeze);
                        let due = free + MediaTime::from_duration(faults.delay);
                        waiting.push_back((due, buffer[..n].to_vec()));
                        held += n;
                    }
                    Err(e) if again(&e) => {}
                    _ => open = false,
                }
            } else if let Some((due, _)) = waiting.front() {
                let rest = (*due - clock.now()).max(MediaTime::ZERO).to_duration();
                self.control.wait(rest.min(LOOK), over);
            }
            // Asked anew: it may have been stalled while it waited for data.
            while !self.control.state().faults.stalled
                && let Some((_, data)) = waiting.pop_front_if(|(due, _)| *due <= clock.now())
            {
                // Counted first: who has got it may look at once.
                if up {
                    self.bytes.fetch_add(data.len() as u64, Relaxed);
                }
                if !self.write(&mut to, &data, &over) {
                    return;
                }
                held -= data.len();
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    }

    /// Writes all of it unless the receiver is gone or it is over.
    fn write(&self, to: &mut TcpStream, mut data: &[u8], over: &impl Fn(&State) -> bool) -> bool {
        while !data.is_empty() && !over(&self.control.state()) {
            match to.write(data) {
                Ok(n) => data = &data[n..],
                Err(e) if again(&e) => {}
                Err(_) => return false,
            }
        }
        true
    }
}

fn again(e: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(e.kind(), Interrupted | TimedOut | WouldBlock)
}

/// Closes with a reset instead of a goodbye.
fn reset(s: &TcpStream) {
    let _ = rustix::net::sockopt::set_socket_linger(s, Some(Duration::ZERO));
    let _ = s.shutdown(Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait_for;

    /// A server that echoes.
    fn echo() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("port");
        let address = listener.local_addr().expect("address");
        thread::Builder::new()
            .name("echo".into())
            .spawn(move || {
                while let Ok((mut s, _)) = listener.accept() {
                    let mut twin = s.try_clone().expect("clone");
                    let _ = thread::Builder::new()
                        .name("echo one".into())
                        .spawn(move || io::copy(&mut s, &mut twin));
                }
            })
            .expect("thread");
        address
    }

    fn ask(s: &mut TcpStream, bytes: usize) -> Duration {
        let clock = SystemClock::new();
        let begun = clock.now();
        s.write_all(&vec![7; bytes]).expect("write");
        s.read_exact(&mut vec![0; bytes]).expect("read");
        (clock.now() - begun).to_duration()
    }

    #[test]
    fn it_passes_delays_throttles_stalls_and_cuts() {
        let proxy = TcpProxy::start(echo(), Faults::default()).expect("proxy");
        let mut s = TcpStream::connect(proxy.address()).expect("connect");
        assert!(ask(&mut s, 1000) < Duration::from_secs(2));
        assert_eq!(proxy.bytes(), 1000);
        let delay = Duration::from_millis(50);
        proxy.set(Faults {
            delay,
            ..Faults::default()
        });
        assert!(ask(&mut s, 10) >= 2 * delay, "both ways");
        proxy.set(Faults {
            bytes_per_second: Some(40_000),
            ..Faults::default()
        });
        assert!(ask(&mut s, 8000) >= Duration::from_millis(190));
        proxy.set(Faults {
            stalled: true,
            ..Faults::default()
        });
        s.write_all(&[1]).expect("write");
        s.set_read_timeout(Some(Duration::from_millis(150))).expect("timeout");
        assert!(s.read(&mut [0; 8]).is_err_and(|e| again(&e)), "nothing passes");
        proxy.set(Faults::default());
        s.set_read_timeout(Some(Duration::from_secs(5))).expect("timeout");
        assert_eq!(s.read(&mut [0; 8]).expect("it waited"), 1);
        proxy.cut();
        assert!(wait_for(Duration::from_secs(5), || !matches!(
            s.read(&mut [0; 8]),
            Ok(1..)
        )));
        assert_eq!(proxy.connections(), 1);
    }
}
