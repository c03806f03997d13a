//! The bad network for datagrams.

use super::{Control, Dice, Faults, QUEUE};
use media::{Clock, MediaTime, SystemClock};
use std::{
    collections::{BTreeMap, HashMap},
    io,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How often a thread looks whether it is still wanted, or something is due.
const LOOK: Duration = Duration::from_millis(1);

/// A proxy on a port of 127.0.0.1 that passes datagrams on to a server and its answers back, badly. Each client gets a
/// port of its own towards the server, as behind a home router.
pub struct UdpProxy {
    address: SocketAddr,
    control: Arc<Control>,
    counts: Arc<Counts>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Counts {
    passed: AtomicU64,
    lost: AtomicU64,
}

impl UdpProxy {
    /// Starts one in front of `to`; `seed` decides what is lost.
    ///
    /// # Errors
    /// When the system gives no port or thread.
    pub fn start(to: SocketAddr, faults: Faults, seed: u64) -> io::Result<Self> {
        let near = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        near.set_read_timeout(Some(LOOK))?;
        let address = near.local_addr()?;
        let control = Control::new(faults);
        let counts = Arc::<Counts>::default();
        let worker = Worker {
            near,
            to,
            control: control.clone(),
            counts: counts.clone(),
            clock: SystemClock::new(),
            up: Way::new(seed),
            down: Way::new(seed ^ 0xdead_beef),
            clients: HashMap::new(),
        };
        let thread = thread::Builder::new()
            .name("bad udp".into())
            .spawn(move || worker.run())?;
        Ok(Self {
            address,
            control,
            counts,
            thread: Some(thread),
        })
    }

    /// Where clients send to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Other faults from now on.
    pub fn set(&self, faults: Faults) {
        self.control.change(|s| s.faults = faults);
    }

    /// Datagrams passed on, both ways.
    pub fn passed(&self) -> u64 {
        self.counts.passed.load(Relaxed)
    }

    /// Datagrams lost, both ways.
    pub fn lost(&self) -> u64 {
        self.counts.lost.load(Relaxed)
    }
}

impl Drop for UdpProxy {
    fn drop(&mut self) {
        self.control.change(|s| s.ended = true);
        if let Some(t) = self.thread.take() {
            let _ = t.join();
        }
    }
}

/// One direction: what waits for its time.
struct Way {
    dice: Dice,
    /// By the time it is due and its number.
    waiting: BTreeMap<(MediaTime, u64), (SocketAddr, Vec<u8>)>,
    number: u64,
    /// When the bottleneck has sent what it holds.
    free: MediaTime,
    /// The latest time given to a datagram.
    last: MediaTime,
}

impl Way {
    fn new(seed: u64) -> Self {
        Self {
            dice: Dice(seed),
            waiting: BTreeMap::new(),
            number: 0,
            free: MediaTime(i64::MIN),
            last: MediaTime(i64::MIN),
        }
    }

    /// Takes a datagram of the client `whose`; false when it is lost.
    fn take(&mut self, now: MediaTime, f: &Faults, whose: SocketAddr, data: &[u8]) -> bool {
        let (lost, jitter) = (self.dice.throw() < f.loss, self.dice.throw());
        if lost || f.stalled {
            return false;
        }
        let mut due = now;
        if let Some(rate) = f.bytes_per_second {
            let start = self.free.max(now);
            if (start - now).to_duration() > QUEUE {
                return false;
            }
            self.free = start + MediaTime::from_secs_f64(data.len() as f64 / f64::from(rate.max(1)));
            due = self.free;
        }
        due += MediaTime::from_secs_f64(f.delay.as_secs_f64() + jitter * f.jitter.as_secs_f64());
        if !f.reorder {
            due = due.max(self.last);
        }
        self.last = due.max(self.last);
        self.number += 1;
        self.waiting.insert((due, self.number), (whose, data.to_vec()));
        true
    }

    /// What is due now.
    fn due(&mut self, now: MediaTime) -> Vec<(SocketAddr, Vec<u8>)> {
        let later = self.waiting.split_off(&(now + MediaTime(1), 0));
        std::mem::replace(&mut self.waiting, later).into_values().collect()
    }
}

struct Worker {
    near: UdpSocket,
    to: SocketAddr,
    control: Arc<Control>,
    counts: Arc<Counts>,
    clock: SystemClock,
    up: Way,
    down: Way,
    clients: HashMap<SocketAddr, UdpSocket>,
}

impl Worker {
    fn run(mut self) {
        let mut buffer = vec![0; 65_536];
        loop {
            let state = self.control.state();
            if state.ended {
                return;
            }
            // Waits a moment for the first, then takes all there is.
            if let Ok((n, client)) = self.near.recv_from(&mut buffer) {
                let kept = self.up.take(self.clock.now(), &state.faults, client, &buffer[..n]);
                self.count(kept);
            }
            let far: Vec<SocketAddr> = self.clients.keys().copied().collect();
            for client in far {
                while let Some(Ok(n)) = self.clients.get(&client).map(|s| s.recv(&mut buffer)) {
                    let kept = self.down.take(self.clock.now(), &state.faults, client, &buffer[..n]);
                    self.count(kept);
                }
            }
            let now = self.clock.now();
            for (client, data) in self.up.due(now) {
                if let Some(s) = self.towards_server(client) {
                    let _ = s.send(&data);
                }
            }
            for (client, data) in self.down.due(now) {
                let _ = self.near.send_to(&data, client);
            }
        }
    }

    fn count(&self, kept: bool) {
        let counter = if kept { &self.counts.passed } else { &self.counts.lost };
        counter.fetch_add(1, Relaxed);
    }

    fn towards_server(&mut self, client: SocketAddr) -> Option<&UdpSocket> {
        if !self.clients.contains_key(&client) {
            let s = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
            s.connect(self.to).ok()?;
            s.set_nonblocking(true).ok()?;
            self.clients.insert(client, s);
        }
        self.clients.get(&client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> MediaTime {
        MediaTime::from_millis(ms)
    }

    fn client() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 9))
    }

    #[test]
    fn loss_is_what_was_asked_and_repeats() {
        let faults = Faults {
            loss: 0.05,
            ..Faults::default()
        };
        let kept = |seed| {
            let mut way = Way::new(seed);
            (0..10_000)
                .map(|i| way.take(at(i), &faults, client(), b"x"))
                .collect::<Vec<_>>()
        };
        let lost = kept(1).iter().filter(|k| !**k).count();
        assert!((400..600).contains(&lost), "{lost}");
        assert_eq!(kept(1), kept(1));
        assert_ne!(kept(1), kept(2));
    }

    #[test]
    fn order_is_kept_unless_reordering_is_wished() {
        let order = |reorder| {
            let faults = Faults {
                delay: Duration::from_millis(20),
                jitter: Duration::from_millis(10),
                reorder,
                ..Faults::default()
            };
            let mut way = Way::new(7);
            for i in 0..100u8 {
                assert!(way.take(at(i.into()), &faults, client(), &[i]));
            }
            assert!(way.due(at(19)).is_empty(), "nothing is early");
            way.due(at(1000)).into_iter().map(|(_, d)| d[0]).collect::<Vec<_>>()
        };
        let sorted: Vec<u8> = (0..100).collect();
        assert_eq!(order(false), sorted);
        assert_ne!(order(true), sorted);
    }

    #[test]
    fn a_bottleneck_passes_its_rate_and_loses_the_rest() {
        let faults = Faults {
            bytes_per_second: Some(100_000),
            ..Faults::default()
        };
        let mut way = Way::new(1);
        // Two seconds of twice the rate.
        let kept = (0..400)
            .filter(|i| way.take(at(i * 5), &faults, client(), &[0; 1000]))
            .count();
        assert!((235..=245).contains(&kept), "{kept}");
        assert!(way.due(at(1000)).len() <= 100);
    }

    #[test]
    fn datagrams_go_there_and_back() {
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("port");
        let to = server.local_addr().expect("address");
        let proxy = UdpProxy::start(to, Faults::default(), 1).expect("proxy");
        let s = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("port");
        for x in [&server, &s] {
            x.set_read_timeout(Some(Duration::from_secs(5))).expect("timeout");
        }
        s.send_to(b"there", proxy.address()).expect("send");
        let mut buffer = [0; 16];
        let (n, from) = server.recv_from(&mut buffer).expect("arrives");
        assert_eq!(&buffer[..n], b"there");
        server.send_to(b"back", from).expect("send");
        let (n, from) = s.recv_from(&mut buffer).expect("comes back");
        assert_eq!((&buffer[..n], from), (&b"back"[..], proxy.address()));
        assert_eq!((proxy.passed(), proxy.lost()), (2, 0));
    }
}
