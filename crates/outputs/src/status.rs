//! What a destination says of itself: its state, a sentence for the creator, and its figures.

use media::MediaTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a destination stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DestinationState {
    /// Not begun.
    #[default]
    Idle,
    /// Looking for the server, or waiting for its word.
    Connecting,
    /// The server takes the show.
    Live,
    /// The server takes the show, but not all of it: frames are being left out for this destination.
    Degraded,
    /// The connection failed; it will be tried again by itself.
    Retrying,
    /// It can't work until somebody changes something, then asks for another try.
    Failed,
    /// Over.
    Stopped,
}

impl DestinationState {
    /// The word for reports and terminals, the same as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Degraded => "degraded",
            Self::Retrying => "retrying",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

/// A destination's state and figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DestinationStatus {
    /// Where it stands.
    pub state: DestinationState,
    /// Why, in a sentence for the creator; none when all is well.
    pub reason: Option<String>,
    /// Seconds since this connection was accepted; 0 when not live.
    pub connected_s: f64,
    /// Bytes handed to the network (or to the segment store) so far.
    pub bytes_sent: u64,
    /// Video frames handed over completely (audio packets when the show has no video).
    pub frames_sent: u64,
    /// Video frames (or audio packets) of the show that this destination did not get.
    pub frames_dropped: u64,
    /// Times it came back after having been live.
    pub reconnects: u32,
    /// Milliseconds from the start of the destination to its first media message.
    pub first_packet_ms: Option<f64>,
    /// Mean over the last four seconds, kbit/s.
    pub bitrate_kbps: f64,
    /// Media time that waits to be sent, milliseconds.
    pub queued_ms: i64,
    /// The last thing that went wrong, kept after recovery.
    pub last_error: Option<String>,
    /// Seconds until the next try, while retrying.
    pub retry_in_s: Option<f64>,
    /// What the protocol knows of its line, where it knows anything; kept after the connection has ended.
    pub line: Option<LineFigures>,
}

/// What a protocol knows of its line. What it can't know is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LineFigures {
    /// Time to the other side and back, milliseconds.
    pub rtt_ms: Option<f64>,
    /// Share of the packets that got lost on the way since the connection began, percent.
    pub loss_percent: Option<f64>,
    /// Packets that got lost on the way.
    pub packets_lost: Option<u64>,
    /// Packets that were sent again.
    pub packets_repeated: Option<u64>,
    /// Packets given up because their time was over before they arrived: what the viewer misses.
    pub packets_late: Option<u64>,
    /// What the line is thought to carry, kbit/s.
    pub bandwidth_kbps: Option<f64>,
    /// What waits in the network: how much longer packets take than they did at best, milliseconds.
    pub waiting_ms: Option<f64>,
    /// What reaches the other side, kbit/s.
    pub arriving_kbps: Option<f64>,
    /// It sends pieces of this length, each once it is complete: an HLS upload's segments, milliseconds of media.
    pub piece_ms: Option<f64>,
    /// Share of the packets that got lost on the way just now, percent.
    pub loss_now_percent: Option<f64>,
    /// The most that the receiver asks for, kbit/s.
    pub wished_kbps: Option<f64>,
    /// Sent and not yet acknowledged, milliseconds of media.
    pub unacknowledged_ms: Option<u32>,
    /// The receiver's delay that both sides agreed on, milliseconds.
    pub latency_ms: Option<u32>,
    /// What is sent is encrypted.
    pub encrypted: Option<bool>,
}

/// Length of a slot of the rate meter, and how many there are: 4 s in all.
const SLOT_MS: i64 = 500;
const SLOTS: usize = 8;

/// A mean bit rate over the last few seconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct RateMeter {
    /// (index of the half second, bytes in it).
    slots: [(i64, u64); SLOTS],
    begun: Option<MediaTime>,
}

impl RateMeter {
    /// Bytes that went out at `now`.
    pub(crate) fn add(&mut self, now: MediaTime, bytes: u64) {
        self.begun.get_or_insert(now);
        let index = now.as_millis() / SLOT_MS;
        let slot = &mut self.slots[index.rem_euclid(SLOTS as i64) as usize];
        if slot.0 == index {
            slot.1 += bytes;
        } else {
            *slot = (index, bytes);
        }
    }

    /// kbit/s over the last four seconds, or since the beginning when that is less.
    pub(crate) fn kbps(&self, now: MediaTime) -> f64 {
        let Some(begun) = self.begun else { return 0.0 };
        let now_ms = now.as_millis();
        let newest = now_ms / SLOT_MS;
        let oldest = newest - SLOTS as i64 + 1;
        let bytes: u64 = self.slots.iter().filter(|s| s.0 >= oldest).map(|s| s.1).sum();
        let since = (oldest * SLOT_MS).max(begun.as_millis());
        // Below half a second the division says nothing.
        let ms = (now_ms - since).max(SLOT_MS);
        bytes as f64 * 8.0 / ms as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_is_a_mean_that_forgets() {
        let mut m = RateMeter::default();
        assert_eq!(m.kbps(MediaTime::from_millis(100)), 0.0);
        for i in 0..100 {
            m.add(MediaTime::from_millis(i * 100), 12_500);
        }
        let now = MediaTime::from_millis(10_000);
        assert!((m.kbps(now) - 1000.0).abs() < 60.0, "{}", m.kbps(now));
        assert_eq!(m.kbps(MediaTime::from_millis(30_000)), 0.0);
    }
}
