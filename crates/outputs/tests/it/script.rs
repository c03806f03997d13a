//! A driver that does what a script says, and remembers what it was given.

use media::{Packet, PacketReceiver, StreamInfo};
use outputs::{Driver, DriverFuture, Link, OutputError};
use std::{
    collections::VecDeque,
    future::pending,
    sync::{Arc, Mutex, PoisonError},
};

/// What one connection does.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// The server can't be reached.
    Refuse,
    /// The server ends the conversation before it takes the show.
    TurnAway,
    /// The server does not like the key.
    WrongKey,
    /// The server never answers.
    HangConnecting,
    /// Live, and lost after so many packets.
    LoseAfter(usize),
    /// Live to the end.
    Live,
    /// Live, but not one packet is ever taken.
    NeverRead,
    /// A mistake of ours.
    Panic,
}

/// What was done so far.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<Vec<Arc<Packet>>>>>);

impl Log {
    /// Connections tried.
    pub fn tries(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
    /// Packets of a connection, counted from 0.
    pub fn packets(&self, connection: usize) -> Vec<Arc<Packet>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(connection).cloned().unwrap_or_default()
    }
    fn begin(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(vec![]);
    }
    fn add(&self, p: Arc<Packet>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.last_mut().expect("a connection has begun").push(p);
    }
}

/// Follows its script, then stays live.
pub struct Scripted {
    acts: VecDeque<Act>,
    log: Log,
}

impl Scripted {
    pub fn new(acts: &[Act]) -> (Box<Self>, Log) {
        let log = Log::default();
        let driver = Self {
            acts: acts.iter().copied().collect(),
            log: log.clone(),
        };
        (Box::new(driver), log)
    }
}

impl Driver for Scripted {
    fn run<'a>(&'a mut self, _: &'a StreamInfo, packets: &'a PacketReceiver, link: &'a Link) -> DriverFuture<'a> {
        self.log.begin();
        let act = self.acts.pop_front().unwrap_or(Act::Live);
        Box::pin(async move {
            let most = match act {
                Act::Refuse => {
                    return Err(OutputError::Unreachable {
                        to: link.to().into(),
                        why: "nothing answers there".into(),
                    });
                }
                Act::TurnAway => {
                    return Err(OutputError::Lost {
                        to: link.to().into(),
                        why: "the other side closed it".into(),
                    });
                }
                Act::WrongKey => {
                    return Err(OutputError::Auth {
                        to: link.to().into(),
                        why: "wrong key".into(),
                    });
                }
                Act::HangConnecting => return pending().await,
                Act::Panic => panic!("as the script says"),
                Act::NeverRead => {
                    link.connected();
                    return pending().await;
                }
                Act::LoseAfter(n) => n,
                Act::Live => usize::MAX,
            };
            link.connected();
            for _ in 0..most {
                let Some(p) = packets.recv().await else { return Ok(()) };
                link.wrote(p.data.len());
                link.sent(&p);
                self.log.add(p);
            }
            Err(OutputError::Lost {
                to: link.to().into(),
                why: "the other side closed it".into(),
            })
        })
    }
}
