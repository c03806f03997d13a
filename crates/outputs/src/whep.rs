//! People who watch over WebRTC (WHEP): each has a connection of its own and takes packets from a queue of its own, so that
//! nobody who stalls is noticed by anybody else. What they share is the fan-out; who makes its packets, and for how long, is
//! the caller's business: each viewer keeps what it was given until it leaves. This module knows no HTTP.

use crate::{Fanout, OutputError};
use media::{MediaTime, PacketReceiver};
use parking_lot::Mutex;
use rtc_peer::{Peer, PeerOptions, PeerState, RtcError, candidates_of};
use std::{
    any::Any,
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch},
    task::AbortHandle,
    time,
};

/// Viewers at a time.
const MOST: usize = 32;
/// Media time that may wait for a viewer whose computer is slow; beyond it pictures are left out.
const QUEUE: MediaTime = MediaTime::from_millis(500);
/// Our candidates are those of this computer: found at once.
const GATHER_LIMIT: Duration = Duration::from_millis(500);
/// Time from the answer to the first way that works.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Who is not heard of for this long has left.
const GONE_AFTER: Duration = Duration::from_secs(5);

/// What a new viewer gets.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Names the viewer from now on; not to be guessed.
    pub id: String,
    /// The answer to the offer.
    pub answer: String,
}

/// Everybody who watches.
pub struct Viewers {
    inside: Mutex<HashMap<String, Viewer>>,
    /// A place for each; taken before anything is opened for a newcomer.
    places: Arc<Semaphore>,
}

impl Default for Viewers {
    fn default() -> Self {
        Self {
            inside: Mutex::default(),
            places: Arc::new(Semaphore::new(MOST)),
        }
    }
}

struct Viewer {
    peer: Arc<Peer>,
    task: AbortHandle,
}

impl Viewers {
    /// Lets somebody in who sent this offer (SDP) and sends the fan-out's packets until one of both ends. `addresses` are
    /// those to send from, `keep` is held until the viewer has left. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// The offer can't be read or does not take what is sent; there are too many viewers.
    pub async fn admit(
        self: &Arc<Self>,
        fanout: &Fanout,
        keep: Arc<dyn Any + Send + Sync>,
        offer: &str,
        addresses: Vec<IpAddr>,
    ) -> Result<Admitted, OutputError> {
        let Ok(place) = self.places.clone().try_acquire_owned() else {
            return Err(refuse(format!("{MOST} people watch already, which is the most")));
        };
        let options = PeerOptions {
            video: fanout.info().video.clone(),
            audio: fanout.info().audio.first().cloned(),
            addresses,
            ..PeerOptions::default()
        };
        let peer = Arc::new(Peer::open(&options).await.map_err(failed)?);
        let answer = match peer.answer(offer, GATHER_LIMIT).await {
            Ok(answer) => answer,
            Err(e) => {
                peer.close().await;
                return Err(failed(e));
            }
        };
        let id = fresh_id()?;
        let visit = Visit {
            peer: peer.clone(),
            fanout: fanout.clone(),
            _keep: keep,
            _place: place,
            leave: Leave {
                viewers: Arc::downgrade(self),
                id: id.clone(),
            },
        };
        // It may not leave before it is on the list.
        let (go, begin) = oneshot::channel();
        let task = tokio::spawn(async move {
            if begin.await.is_ok() {
                visit.run().await;
            }
        });
        let task = task.abort_handle();
        self.inside.lock().insert(id.clone(), Viewer { peer, task });
        let _ = go.send(());
        Ok(Admitted { id, answer })
    }

    /// Adds candidates that a viewer found late (a trickle fragment, RFC 8840); false when there is no such viewer.
    pub async fn add_candidates(&self, id: &str, fragment: &str) -> bool {
        let peer = self.inside.lock().get(id).map(|v| v.peer.clone());
        let Some(peer) = peer else { return false };
        peer.add_candidates(&candidates_of(fragment)).await;
        true
    }

    /// Shows a viewer out; false when there is no such viewer.
    pub async fn dismiss(&self, id: &str) -> bool {
        let viewer = self.inside.lock().remove(id);
        let Some(viewer) = viewer else { return false };
        viewer.task.abort();
        viewer.peer.close().await;
        true
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.inside.lock().len()
    }
}

/// Takes the viewer off the list however its task ends.
struct Leave {
    viewers: Weak<Viewers>,
    id: String,
}

impl Drop for Leave {
    fn drop(&mut self) {
        if let Some(viewers) = self.viewers.upgrade() {
            viewers.inside.lock().remove(&self.id);
        }
    }
}

struct Visit {
    peer: Arc<Peer>,
    fanout: Fanout,
    _keep: Arc<dyn Any + Send + Sync>,
    _place: OwnedSemaphorePermit,
    leave: Leave,
}

impl Visit {
    async fn run(self) {
        if self.has_come().await {
            tracing::info!(viewer = %self.leave.id, "watches over WebRTC");
            let packets = self.fanout.subscribe(QUEUE);
            self.show(&packets, self.peer.state()).await;
            tracing::info!(viewer = %self.leave.id, "has left");
        }
        self.peer.close().await;
    }

    /// Waits for the connection; whether it came about.
    async fn has_come(&self) -> bool {
        let mut state = self.peer.state();
        let settled = state.wait_for(|s| *s != PeerState::Connecting);
        matches!(time::timeout(CONNECT_LIMIT, settled).await, Ok(Ok(s)) if *s == PeerState::Connected)
    }

    /// Sends until the show ends or the viewer is gone.
    async fn show(&self, packets: &PacketReceiver, mut state: watch::Receiver<PeerState>) {
        let mut wishes = self.peer.keyframe_wishes();
        let gone = async {
            loop {
                let now = *state.borrow_and_update();
                match now {
                    PeerState::Failed | PeerState::Closed => return,
                    PeerState::Interrupted => {
                        let back = state.wait_for(|s| *s != PeerState::Interrupted);
                        if time::timeout(GONE_AFTER, back).await.is_err() {
                            return;
                        }
                        continue;
                    }
                    PeerState::Connecting | PeerState::Connected => {}
                }
                if state.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::pin!(gone);
        loop {
            tokio::select! {
                packet = packets.recv() => match packet {
                    Some(p) if self.peer.send(&p).await.is_ok() => {}
                    _ => return,
                },
                Ok(()) = wishes.changed() => self.fanout.request_keyframe(),
                () = &mut gone => return,
            }
        }
    }
}

fn fresh_id() -> Result<String, OutputError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| refuse("this computer gives no random numbers".into()))?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

fn refuse(problem: String) -> OutputError {
    OutputError::Unsupported {
        to: "The watch page".into(),
        problem,
    }
}

fn failed(e: RtcError) -> OutputError {
    refuse(format!("this viewer {e}"))
}
