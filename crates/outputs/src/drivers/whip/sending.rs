//! A WHIP destination that is live: packets go out, wishes for keyframes come in, the line is looked at, and when nothing comes
//! back any more another way is looked for (ICE restart) before the session is given up.

use super::{
    fragment,
    session::{Restart, Session},
    way::Way,
};
use crate::{Fanout, LineFigures, Link, OutputError};
use media::{MediaTime, Packet, PacketReceiver};
use parking_lot::Mutex;
use rtc_peer::{Peer, PeerState, PeerStats};
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};
use tokio::time::{self, MissedTickBehavior};

/// How often the figures of the line are written down.
const LOOK: Duration = Duration::from_millis(250);
/// Time for the new candidates of a restart.
const GATHER_LIMIT: Duration = Duration::from_secs(1);
/// Time for the endpoint to answer to one, and for asking again while it can't be reached.
const RESTART_LIMIT: Duration = Duration::from_secs(6);
/// Between two such questions.
const ASK_AGAIN: Duration = Duration::from_millis(700);

/// How often it is looked whether this computer has another address.
const LOOK_FOR_ADDRESS: Duration = Duration::from_secs(2);

const MOVED: &str = "This computer has another network address; the way to the server is being looked for anew.";

/// Media time that may wait of a lower size.
const LAYER_QUEUE: MediaTime = MediaTime::from_millis(2000);

/// A restart under way: whether the other side went along.
type Restarting<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

/// Sends packets until they end.
///
/// # Errors
/// The connection is over.
pub(super) async fn send(
    peer: &Peer,
    session: &Session,
    packets: &PacketReceiver,
    link: &Link,
    mut way: Option<&mut Way>,
) -> Result<(), OutputError> {
    let mut state = peer.state();
    let mut wishes = peer.keyframe_wishes();
    let layers = Layers::taken(peer, link);
    let mut layer_wishes = peer.wishes_by_layer();
    let mut look = time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut addresses = time::interval(LOOK_FOR_ADDRESS);
    addresses.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut restarting: Option<Restarting<'_>> = None;
    let mut restarted = false;
    loop {
        tokio::select! {
            packet = packets.recv() => {
                let Some(packet) = packet else { return Ok(()) };
                if let Some(video) = link.new_streams(&packet).and_then(|s| s.video) {
                    peer.change_video(&video);
                }
                let bytes = peer.send(&packet).await.map_err(|_| lost(link))?;
                link.wrote(bytes);
                link.sent(&packet);
            }
            (layer, packet) = layers.next() => {
                let bytes = peer.send_layer(layer, &packet).await.map_err(|_| lost(link))?;
                link.wrote(bytes);
            }
            Ok(()) = layer_wishes.changed() => layers.ask(&layer_wishes.borrow_and_update()[..], link),
            Ok(()) = wishes.changed(), if !layers.several() => link.request_keyframe(),
            Ok(()) = state.changed() => match *state.borrow_and_update() {
                PeerState::Failed | PeerState::Closed => return Err(lost(link)),
                PeerState::Interrupted if restarting.is_none() && session.patches() => {
                    link.notice(Some("Nothing comes back from the server; another way to it is being looked for.".into()));
                    restarting = Some(Box::pin(restart(peer, session)));
                    restarted = true;
                }
                PeerState::Connecting | PeerState::Connected | PeerState::Interrupted => {}
            },
            went_along = step(&mut restarting) => {
                restarting = None;
                if !went_along {
                    return Err(lost(link));
                }
            }
            _ = addresses.tick() => {
                let changed = way.as_mut().is_some_and(|w| w.has_changed());
                // Without PATCH the session is left as it is: the old address may still do, and else the stack notices.
                if changed && restarting.is_none() && session.patches() {
                    link.notice(Some(MOVED.into()));
                    restarting = Some(Box::pin(restart(peer, session)));
                    restarted = true;
                }
            }
            _ = look.tick() => {
                link.line(figures(&peer.stats()));
                if restarted && restarting.is_none() && *state.borrow() == PeerState::Connected {
                    link.notice(None);
                    link.request_keyframe();
                    restarted = false;
                }
            }
        }
    }
}

/// The picture at lower sizes, as far as the server takes them.
struct Layers {
    fanouts: Vec<Fanout>,
    packets: Vec<PacketReceiver>,
    /// How many keyframes of each size had been asked for, the first size first.
    asked: Mutex<Vec<u64>>,
}

impl Layers {
    fn taken(peer: &Peer, link: &Link) -> Self {
        let offered = link.layers();
        let taken = peer.layers_taken().saturating_sub(1).min(offered.len());
        if taken < offered.len() {
            let text = match taken {
                0 => "The server takes the picture in one size only; set the number of sizes to 1 to save the encoding"
                    .to_owned(),
                n => format!("The server takes the picture in {} sizes only", n + 1),
            };
            link.notice(Some(format!("{text}.")));
        }
        let fanouts = offered[..taken].to_vec();
        Self {
            packets: fanouts.iter().map(|f| f.subscribe(LAYER_QUEUE)).collect(),
            asked: Mutex::new(vec![0; offered.len() + 1]),
            fanouts,
        }
    }

    fn several(&self) -> bool {
        !self.fanouts.is_empty()
    }

    /// Passes on what the receiver wishes of each size; the first is the destination's own.
    fn ask(&self, wishes: &[u64], link: &Link) {
        let mut asked = self.asked.lock();
        for (n, (had, now)) in asked.iter_mut().zip(wishes).enumerate() {
            if std::mem::replace(had, *now) == *now {
                continue;
            }
            match n.checked_sub(1).map(|i| self.fanouts.get(i)) {
                None => link.request_keyframe(),
                Some(Some(f)) => f.request_keyframe(),
                Some(None) => {}
            }
        }
    }

    /// The next packet of a lower size, with its number from 1; never for a size that has ended.
    async fn next(&self) -> (usize, Arc<Packet>) {
        poll_fn(|cx| {
            for (n, p) in self.packets.iter().enumerate() {
                if let Poll::Ready(Some(packet)) = p.poll_recv(cx) {
                    return Poll::Ready((n + 1, packet));
                }
            }
            Poll::Pending
        })
        .await
    }
}

async fn step(restarting: &mut Option<Restarting<'_>>) -> bool {
    match restarting {
        Some(r) => r.await,
        None => std::future::pending().await,
    }
}

/// Looks for another way within the same session. False when only a new session helps.
async fn restart(peer: &Peer, session: &Session) -> bool {
    let Ok(offer) = peer.restart(GATHER_LIMIT).await else {
        return false;
    };
    let (candidates, _) = peer.candidates();
    let Some(ours) = fragment::of(&offer, &candidates, true) else {
        return false;
    };
    let asking = async {
        loop {
            match session.restart(&ours).await {
                Ok(Restart::Granted(theirs)) => return peer.accept_restart(&theirs).await.is_ok(),
                Ok(Restart::Refused) => return false,
                // The network may be gone altogether for the moment.
                Err(error) => tracing::debug!(%error, "the endpoint can't be asked for a restart"),
            }
            time::sleep(ASK_AGAIN).await;
        }
    };
    time::timeout(RESTART_LIMIT, asking).await.unwrap_or(false)
}

fn figures(s: &PeerStats) -> LineFigures {
    let sent = s.packets.max(1) as f64;
    LineFigures {
        rtt_ms: s.round_trip_ms,
        loss_percent: Some(s.packets_lost as f64 * 100.0 / sent),
        packets_lost: Some(s.packets_lost),
        packets_repeated: Some(s.sent_again),
        waiting_ms: s.waiting_ms,
        arriving_kbps: s.arriving_kbps,
        loss_now_percent: Some(s.loss * 100.0),
        wished_kbps: s.wished_kbps,
        encrypted: Some(true),
        ..LineFigures::default()
    }
}

fn lost(link: &Link) -> OutputError {
    OutputError::Lost {
        to: link.to().to_owned(),
        why: "nothing has come back from the server for some seconds, or it closed the connection".into(),
    }
}
