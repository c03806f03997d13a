//! A WHIP destination that is live: packets go out, wishes for keyframes come in, and the line is looked at.

use crate::{LineFigures, Link, OutputError};
use media::PacketReceiver;
use rtc_peer::{Peer, PeerState, PeerStats};
use std::time::Duration;
use tokio::time::{self, MissedTickBehavior};

/// How often the figures of the line are written down.
const LOOK: Duration = Duration::from_millis(250);

/// Sends packets until they end.
///
/// # Errors
/// The connection is over.
pub(super) async fn send(peer: &Peer, packets: &PacketReceiver, link: &Link) -> Result<(), OutputError> {
    let mut state = peer.state();
    let mut wishes = peer.keyframe_wishes();
    let mut look = time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            packet = packets.recv() => {
                let Some(packet) = packet else { return Ok(()) };
                let bytes = peer.send(&packet).await.map_err(|_| lost(link))?;
                link.wrote(bytes);
                link.sent(&packet);
            }
            Ok(()) = wishes.changed() => link.request_keyframe(),
            Ok(()) = state.changed() => match *state.borrow_and_update() {
                PeerState::Failed | PeerState::Closed => return Err(lost(link)),
                PeerState::Interrupted => tracing::info!(destination = link.to(), "nothing comes back at the moment"),
                PeerState::Connecting | PeerState::Connected => {}
            },
            _ = look.tick() => link.line(figures(&peer.stats())),
        }
    }
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
