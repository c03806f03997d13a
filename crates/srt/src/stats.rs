//! What a connection says of its line.

use crate::sys::Perf;

/// Figures of a connection since it began.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Stats {
    /// Time from here to the other side and back, milliseconds.
    pub rtt_ms: f64,
    /// Packets sent, repeated ones included.
    pub packets_sent: u64,
    /// Packets that were reported lost on the way.
    pub packets_lost: u64,
    /// Packets that were sent again.
    pub packets_repeated: u64,
    /// Packets given up because their time was over before they arrived.
    pub packets_late: u64,
    /// What the line is thought to carry, kbit/s.
    pub bandwidth_kbps: f64,
    /// How long ago the oldest of what is not yet acknowledged was handed over, milliseconds.
    pub unacknowledged_ms: u32,
    /// Handed over and not yet acknowledged, bytes.
    pub unacknowledged_bytes: u64,
    /// The delay both sides agreed on, milliseconds.
    pub latency_ms: u32,
}

impl From<&Perf> for Stats {
    fn from(p: &Perf) -> Self {
        let count = |n: i32| u64::try_from(n).unwrap_or(0);
        Self {
            rtt_ms: p.ms_rtt,
            packets_sent: u64::try_from(p.pkt_sent_total).unwrap_or(0),
            packets_lost: count(p.pkt_snd_loss_total),
            packets_repeated: count(p.pkt_retrans_total),
            packets_late: count(p.pkt_snd_drop_total),
            bandwidth_kbps: p.mbps_bandwidth * 1000.0,
            unacknowledged_ms: u32::try_from(p.ms_snd_buf).unwrap_or(0),
            unacknowledged_bytes: count(p.byte_snd_buf),
            latency_ms: u32::try_from(p.ms_snd_tsbpd_delay).unwrap_or(0),
        }
    }
}
