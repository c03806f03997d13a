//! A bad network on loopback: a proxy between a client and a real server that delays, loses, reorders, throttles, stalls or
//! cuts what passes, and whose faults are changed while it runs. What is lost is decided by a seeded generator, so that a
//! run can be repeated. (The kernel's own `netem` needs rights and a module that test machines lack.)

mod tcp;
mod udp;

pub use tcp::TcpProxy;
pub use udp::UdpProxy;

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

/// What happens to the data that passes, in each direction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Faults {
    /// The share of datagrams that vanish, 0 to 1. TCP loses nothing.
    pub loss: f64,
    /// How much later everything arrives.
    pub delay: Duration,
    /// Up to this much more, chosen anew for each datagram.
    pub jitter: Duration,
    /// Whether jitter may change the order of datagrams; else a later one waits for the earlier.
    pub reorder: bool,
    /// The bottleneck. TCP senders feel it; datagrams queue for at most [`QUEUE`] and are lost beyond that.
    pub bytes_per_second: Option<u32>,
    /// Nothing passes: TCP data waits, datagrams vanish. Connections stay open.
    pub stalled: bool,
}

/// How long datagrams wait at a bottleneck before it loses them.
pub const QUEUE: Duration = Duration::from_millis(400);

impl Faults {
    /// Loses this share of the datagrams, with the delay of a connection to another town.
    pub fn lossy(share: f64) -> Self {
        Self {
            loss: share,
            delay: Duration::from_millis(25),
            jitter: Duration::from_millis(5),
            ..Self::default()
        }
    }
}

/// The faults in force, and the wish to end, shared by a proxy's threads.
#[derive(Default)]
struct Control {
    now: Mutex<State>,
    changed: Condvar,
}

#[derive(Clone, Copy, Default)]
struct State {
    faults: Faults,
    /// Connections of an earlier generation are cut.
    generation: u64,
    ended: bool,
}

impl Control {
    fn new(faults: Faults) -> Arc<Self> {
        let state = State {
            faults,
            ..State::default()
        };
        Arc::new(Self {
            now: Mutex::new(state),
            changed: Condvar::new(),
        })
    }

    fn state(&self) -> State {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, how: impl FnOnce(&mut State)) {
        how(&mut self.now.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    /// Waits this long, or until `over` is true of the state; says whether it is.
    fn wait(&self, time: Duration, over: impl Fn(&State) -> bool) -> bool {
        let state = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(state, time, |s| !over(s));
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        over(&state)
    }
}

/// A small repeatable generator (splitmix64).
struct Dice(u64);

impl Dice {
    /// A number from 0 to below 1.
    fn throw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}
