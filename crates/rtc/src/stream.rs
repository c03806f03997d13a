//! One RTP stream: its numbers, its timestamps, and packets made from payloads.

use bytes::Bytes;
use media::MediaTime;
use rtc::rtp::{Header, Packet};

/// Numbers of one stream.
#[derive(Debug)]
pub(crate) struct RtpStream {
    pub(crate) ssrc: u32,
    /// Ticks a second.
    pub(crate) clock: u32,
    /// RTP time of media time zero (RFC 3550, 5.1: random).
    pub(crate) base: u32,
    sequence: u16,
    /// The first packet, and the first after silence, carries the marker for sound.
    fresh: bool,
}

impl RtpStream {
    /// A stream with random numbers.
    pub(crate) fn new(clock: u32) -> Self {
        Self {
            ssrc: random() | 1,
            clock,
            base: random(),
            sequence: random() as u16,
            fresh: true,
        }
    }

    /// A media time as this stream counts it, modulo 2^32.
    pub(crate) fn timestamp(&self, t: MediaTime) -> u32 {
        self.base.wrapping_add(t.to_ticks(self.clock) as u32)
    }

    /// The next packet.
    pub(crate) fn packet(&mut self, payload_type: u8, timestamp: u32, marker: bool, payload: Bytes) -> Packet {
        let header = Header {
            version: 2,
            marker,
            payload_type,
            sequence_number: self.sequence,
            timestamp,
            ssrc: self.ssrc,
            ..Header::default()
        };
        self.sequence = self.sequence.wrapping_add(1);
        Packet { header, payload }
    }

    /// Whether this is the first packet of the stream; false from then on.
    pub(crate) fn begins(&mut self) -> bool {
        std::mem::take(&mut self.fresh)
    }
}

/// A random number; only a stack without any randomness gives zero, and TLS fails there long before.
pub(crate) fn random() -> u32 {
    getrandom::u32().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_exact_for_days_and_wrap() {
        let s = RtpStream {
            base: 100,
            ..RtpStream::new(90_000)
        };
        // 30000/1001: frame 1,000,000 is at 33366.666… s; no drift may have added up.
        let t = media::FrameRate::new(30_000, 1001).expect("rate").time_of(1_000_000);
        assert_eq!(s.timestamp(t), 100u32.wrapping_add(3_003_000_000));
        let day = MediaTime(86_400 * 1_000_000_000);
        assert_eq!(
            s.timestamp(day),
            100u32.wrapping_add((86_400u64 * 90_000 % (1 << 32)) as u32)
        );
        assert_eq!(s.timestamp(-MediaTime::from_millis(1)), 10);
    }
}
