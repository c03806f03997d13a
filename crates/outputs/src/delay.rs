//! Stream delay: a destination gets the show a fixed time after it happened, so that nobody can react to it in the game, or
//! so that a mistake can still be stopped.
//!
//! The delayed packets wait in a queue of their own before the destination's; it is emptied by the engine's clock. All the
//! destination's rules (congestion, reconnecting, isolation) then hold as if the show happened later.

use crate::supervisor::QUEUE_LIMIT;
use media::{Clock, MediaTime, PacketReceiver, PacketSender};
use std::{sync::Arc, time::Duration};
use tokio::time;

/// How often it looks at the clock, which tests may step by hand.
const LOOK: Duration = Duration::from_millis(20);

/// How much media time the waiting packets may span.
pub(crate) fn limit(delay: MediaTime) -> MediaTime {
    delay + QUEUE_LIMIT
}

/// Hands every packet on once it is `delay` old. Ends `out` after the last one, or when nobody takes them any more.
pub(crate) async fn run(line: PacketReceiver, out: PacketSender, delay: MediaTime, clock: Arc<dyn Clock>) {
    while let Some(packet) = line.recv_with_data().await {
        let due = packet.dts + delay;
        while !out.is_ended() {
            let left = due - clock.now();
            if left <= MediaTime::ZERO {
                break;
            }
            time::sleep(left.to_duration().min(LOOK)).await;
        }
        if out.is_ended() {
            return;
        }
        out.send(packet);
    }
    out.end();
}
