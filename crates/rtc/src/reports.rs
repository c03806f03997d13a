//! What passes between the two ends beside the media (RTCP, RFC 3550 and 4585), as one link of the stack's chain.
//!
//! Outgoing: a sender report for each stream, at once with its first packet and then every second. Both streams' reports map
//! the same wall clock to the same media clock, so a receiver can put sound and picture together exactly, whatever delay each
//! of them had before it was sent. Incoming: keyframe wishes, losses and the round trip. A request for the same lost packet is
//! passed on to be answered once in a round trip: receivers ask again and again, and answering each of them chokes a line
//! that loses packets because it is full. Every packet leaves with the time of its sending and a number of its own for the
//! whole connection, where the other side asked for that, so that its reports show what the line takes ([`Line`]).

use crate::{line::Line, stream::RtpStream};
use bytes::Bytes;
use media::MediaTime;
use parking_lot::Mutex;
use rtc::{
    interceptor::{Attribute, AttributedPacket, Interceptor, Packet, StreamInfo, TaggedPacket, convert_twcc},
    rtcp::{
        self,
        payload_feedbacks::{
            full_intra_request::FullIntraRequest, picture_loss_indication::PictureLossIndication,
            receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate,
        },
        receiver_report::ReceiverReport,
        reception_report::ReceptionReport,
        sender_report::SenderReport,
        transport_feedbacks::{
            transport_layer_cc::{PacketStatusChunk, TransportLayerCc},
            transport_layer_nack::{NackPair, TransportLayerNack},
        },
    },
    rtp::Header,
    sansio::Protocol,
    shared::{TransportContext, error::Error, time::SystemInstant},
};
use std::{
    collections::VecDeque,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// Between two sender reports of a stream.
const EVERY: Duration = Duration::from_secs(1);
/// A lost packet is sent again at most once in this time while the round trip is unknown, and never more often.
const AGAIN_AFTER: Duration = Duration::from_millis(15);
/// Round trips above this are reports that came from somewhere else, seconds.
const LONGEST_TRIP_S: f64 = 60.0;
/// Sequence numbers whose last answer is remembered: a power of two, at least the stack's own buffer.
const REMEMBERED: usize = 2048;
/// Packets that one piece of transport-wide feedback may speak of; real ones come ten times a second.
const MOST_ACKNOWLEDGED: usize = 8192;
/// RTP, SRTP, UDP and IP headers of a packet, bytes, roughly.
const HEADERS: usize = 60;
/// The sending time in a packet (`abs-send-time`).
pub(crate) const SENT_AT: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
/// A packet's number in the whole connection.
pub(crate) const NUMBER: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

/// Which section of the description a packet belongs to, which size of the picture it is of, and which one it repairs
/// (RFC 8843, 15.1; RFC 8852).
pub(crate) const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
pub(crate) const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
pub(crate) const REPAIRED_RID: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
/// Most sizes of a picture.
pub(crate) const MOST_LAYERS: usize = 3;

/// Figures of a connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeerStats {
    /// Round trip by the receiver's last report, milliseconds.
    pub round_trip_ms: Option<f64>,
    /// Share of packets that the receiver's last report calls lost before repair, 0 to 1: the worse of sound and picture.
    pub loss: f64,
    /// Packets that the receiver calls lost before repair, since the beginning.
    pub packets_lost: u64,
    /// Packets sent for the first time.
    pub packets: u64,
    /// Payload bytes sent, repairs included.
    pub bytes: u64,
    /// Packets that the receiver asked for again, counting each request.
    pub asked_again: u64,
    /// Packets sent again.
    pub sent_again: u64,
    /// Times the receiver asked for a keyframe.
    pub keyframes_asked: u64,
    /// How much longer packets take than they did at best: what waits in the network, milliseconds.
    pub waiting_ms: Option<f64>,
    /// What reaches the receiver, headers and repairs included, kbit/s.
    pub arriving_kbps: Option<f64>,
    /// The most that the receiver asks for, kbit/s (REMB).
    pub wished_kbps: Option<f64>,
}

/// One stream's mapping of media time to RTP time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamClock {
    ssrc: u32,
    rate: u32,
    base: u32,
}

impl StreamClock {
    pub(crate) fn of(s: &RtpStream) -> Self {
        Self {
            ssrc: s.ssrc,
            rate: s.clock,
            base: s.base,
        }
    }
}

/// One of several sizes of the picture: its stream, that of its repairs, and its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rid {
    pub(crate) ssrc: u32,
    pub(crate) rtx: u32,
    pub(crate) rid: &'static str,
}

/// The numbers that the descriptions gave to what packets carry; 0 for what they don't.
#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    sent_at: u8,
    number: u8,
    mid: u8,
    rid: u8,
    repaired: u8,
}

/// What the chain's link and the peer share.
pub(crate) struct Board {
    pub(crate) clocks: Vec<StreamClock>,
    /// Media time of the first packet.
    pub(crate) first: OnceLock<MediaTime>,
    pub(crate) stats: Mutex<PeerStats>,
    /// How many keyframes were asked for.
    pub(crate) keyframes: watch::Sender<u64>,
    /// … of each size.
    pub(crate) layer_keyframes: watch::Sender<[u64; MOST_LAYERS]>,
    /// The sizes of the picture, largest first; empty when there is one only.
    pub(crate) rids: Vec<Rid>,
    /// The name of the video's section, once it has one.
    pub(crate) mid: OnceLock<String>,
}

impl Board {
    pub(crate) fn new(clocks: Vec<StreamClock>, rids: Vec<Rid>) -> Arc<Self> {
        Arc::new(Self {
            clocks,
            first: OnceLock::new(),
            stats: Mutex::default(),
            keyframes: watch::Sender::new(0),
            layer_keyframes: watch::Sender::new([0; MOST_LAYERS]),
            rids,
            mid: OnceLock::new(),
        })
    }
}

#[derive(Clone, Copy, Default)]
struct Sent {
    packets: u32,
    octets: u32,
}

/// The link of the chain.
pub(crate) struct Reports {
    board: Arc<Board>,
    /// When the first packet went out, by both clocks of this computer.
    begun: Option<(Instant, SystemInstant)>,
    sent: Vec<Sent>,
    /// By stream: what the receiver's last report calls lost in all.
    lost: Vec<u32>,
    /// By sequence number: which packet was answered last, and when.
    answered: Vec<Option<(u32, u16, Instant)>>,
    line: Line,
    marks: Marks,
    number: u16,
    next: Option<Instant>,
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl Reports {
    pub(crate) fn new(board: Arc<Board>) -> Self {
        Self {
            sent: vec![Sent::default(); board.clocks.len()],
            lost: vec![0; board.clocks.len()],
            answered: vec![None; REMEMBERED],
            line: Line::new(),
            marks: Marks::default(),
            number: 0,
            begun: None,
            next: None,
            reads: VecDeque::new(),
            writes: VecDeque::new(),
            board,
        }
    }

    fn index(&self, ssrc: u32) -> Option<usize> {
        self.board.clocks.iter().position(|c| c.ssrc == ssrc)
    }

    /// Counts a packet that goes out; true for the first one of its stream.
    fn count(&mut self, ssrc: u32, octets: usize, again: bool, now: Instant) -> bool {
        let mut stats = self.board.stats.lock();
        stats.bytes += octets as u64;
        if again {
            stats.sent_again += 1;
        } else {
            stats.packets += 1;
        }
        drop(stats);
        let Some(i) = self.index(ssrc) else { return false };
        self.begun.get_or_insert_with(|| (now, SystemInstant::now(now)));
        self.next.get_or_insert(now + EVERY);
        let sent = &mut self.sent[i];
        sent.packets = sent.packets.wrapping_add(1);
        sent.octets = sent.octets.wrapping_add(octets as u32);
        sent.packets == 1
    }

    /// Writes the time and the number into a packet that leaves.
    fn mark(&mut self, header: &mut Header, octets: usize, now: Instant) {
        let Marks { sent_at, number, .. } = self.marks;
        self.mark_layer(header);
        if let (Some((_, wall)), 1..) = (&self.begun, sent_at) {
            // 6 bits of seconds, 18 of their fraction.
            let t = (wall.ntp(now) >> 14) as u32;
            let _ = header.set_extension(sent_at, Bytes::copy_from_slice(&t.to_be_bytes()[1..]));
        }
        if number > 0 {
            let _ = header.set_extension(number, Bytes::copy_from_slice(&self.number.to_be_bytes()));
        }
        self.line.sends(self.number, octets + HEADERS, now);
        self.number = self.number.wrapping_add(1);
    }

    /// Writes which size of the picture a packet is of.
    fn mark_layer(&self, header: &mut Header) {
        let ssrc = header.ssrc;
        let Some(layer) = self.board.rids.iter().find(|r| r.ssrc == ssrc || r.rtx == ssrc) else {
            return;
        };
        let rid = if layer.ssrc == ssrc {
            self.marks.rid
        } else {
            self.marks.repaired
        };
        if rid > 0 {
            let _ = header.set_extension(rid, Bytes::from_static(layer.rid.as_bytes()));
        }
        if let (1.., Some(mid)) = (self.marks.mid, self.board.mid.get()) {
            let _ = header.set_extension(self.marks.mid, Bytes::copy_from_slice(mid.as_bytes()));
        }
    }

    /// A keyframe of this stream was asked for; of all of them for one that is not known.
    fn wished(&self, ssrc: u32) {
        self.board.stats.lock().keyframes_asked += 1;
        self.board.keyframes.send_modify(|n| *n += 1);
        let known = self.board.rids.iter().any(|r| r.ssrc == ssrc);
        self.board.layer_keyframes.send_modify(|all| {
            for (n, layer) in all.iter_mut().zip(&self.board.rids) {
                *n += u64::from(!known || layer.ssrc == ssrc);
            }
        });
    }

    /// What the line shows now, for whoever asks for the figures.
    fn sum_up(&mut self, now: Instant) {
        let mut stats = self.board.stats.lock();
        stats.waiting_ms = self.line.waiting_ms(now);
        stats.arriving_kbps = self.line.arriving_kbps(stats.loss, now);
        stats.wished_kbps = self.line.wished_kbps(now);
    }

    fn report(&mut self, i: usize, now: Instant) {
        let (Some((begun, wall)), Some(first)) = (&self.begun, self.board.first.get()) else {
            return;
        };
        let clock = self.board.clocks[i];
        let media = *first + MediaTime::from_duration(now.saturating_duration_since(*begun));
        let report = SenderReport {
            ssrc: clock.ssrc,
            ntp_time: wall.ntp(now),
            rtp_time: clock.base.wrapping_add(media.to_ticks(clock.rate) as u32),
            packet_count: self.sent[i].packets,
            octet_count: self.sent[i].octets,
            ..SenderReport::default()
        };
        self.writes.push_back(TaggedPacket {
            now,
            transport: TransportContext::default(),
            message: AttributedPacket::new(Packet::Rtcp(vec![Box::new(report)])),
        });
    }

    /// Reads one packet of feedback; gives what is to be passed on in its place, if it is not to go on as it is.
    fn feedback(&mut self, p: &dyn rtcp::Packet, now: Instant) -> Option<Box<dyn rtcp::Packet>> {
        let any = p.as_any();
        if let Some(r) = any.downcast_ref::<ReceiverReport>() {
            self.reception(&r.reports, now);
        } else if let Some(r) = any.downcast_ref::<SenderReport>() {
            self.reception(&r.reports, now);
        } else if let Some(p) = any.downcast_ref::<PictureLossIndication>() {
            self.wished(p.media_ssrc);
        } else if let Some(f) = any.downcast_ref::<FullIntraRequest>() {
            self.wished(f.fir.first().map_or(0, |e| e.ssrc));
        } else if let Some(n) = any.downcast_ref::<TransportLayerNack>() {
            return Some(Box::new(self.thin_out(n, now)));
        } else if let Some(r) = any.downcast_ref::<ReceiverEstimatedMaximumBitrate>() {
            self.line.wishes(f64::from(r.bitrate) / 1000.0, now);
        } else if let Some(f) = any.downcast_ref::<TransportLayerCc>()
            && speaks_of(f) <= MOST_ACKNOWLEDGED
        {
            self.line.hears(&convert_twcc(f), now);
        }
        None
    }

    fn reception(&mut self, reports: &[ReceptionReport], now: Instant) {
        let mut loss: Option<f64> = None;
        let mut trip = None;
        for r in reports {
            let Some(i) = self.index(r.ssrc) else { continue };
            // 24 bits with a sign: repeated packets may make it less than nothing.
            self.lost[i] = if r.total_lost < 1 << 23 { r.total_lost } else { 0 };
            loss = Some(loss.unwrap_or_default().max(f64::from(r.fraction_lost) / 256.0));
            if let (Some((_, wall)), true) = (&self.begun, r.last_sender_report != 0) {
                // RFC 3550, 6.4.1: all three in 1/65536 s.
                let arrived = (wall.ntp(now) >> 16) as u32;
                let s = f64::from(arrived.wrapping_sub(r.last_sender_report).wrapping_sub(r.delay)) / 65_536.0;
                trip = (s < LONGEST_TRIP_S).then_some(s * 1000.0).or(trip);
            }
        }
        let Some(loss) = loss else { return };
        if let Some(trip) = trip {
            self.line.measures(trip, now);
        }
        let mut stats = self.board.stats.lock();
        stats.loss = loss;
        stats.packets_lost = self.lost.iter().copied().map(u64::from).sum();
        stats.round_trip_ms = trip.or(stats.round_trip_ms);
    }

    /// The request without the packets that were sent again a moment ago.
    fn thin_out(&mut self, nack: &TransportLayerNack, now: Instant) -> TransportLayerNack {
        let trip = self.board.stats.lock().round_trip_ms.unwrap_or_default();
        let wait = Duration::from_secs_f64(trip * 0.9e-3).max(AGAIN_AFTER);
        let mut asked = 0;
        let mut nacks = Vec::new();
        for pair in &nack.nacks {
            for offset in 0..=16u16 {
                if offset > 0 && pair.lost_packets & (1 << (offset - 1)) == 0 {
                    continue;
                }
                asked += 1;
                let n = pair.packet_id.wrapping_add(offset);
                let slot = &mut self.answered[usize::from(n) % REMEMBERED];
                let recent = |(ssrc, seq, at): (u32, u16, Instant)| {
                    ssrc == nack.media_ssrc && seq == n && now.saturating_duration_since(at) < wait
                };
                if !slot.is_some_and(recent) {
                    *slot = Some((nack.media_ssrc, n, now));
                    nacks.push(NackPair {
                        packet_id: n,
                        lost_packets: 0,
                    });
                }
            }
        }
        self.board.stats.lock().asked_again += asked;
        TransportLayerNack {
            sender_ssrc: nack.sender_ssrc,
            media_ssrc: nack.media_ssrc,
            nacks,
        }
    }
}

/// How many packets a piece of feedback claims to speak of: a few bytes of it may claim millions.
fn speaks_of(f: &TransportLayerCc) -> usize {
    let in_chunk = |c: &PacketStatusChunk| match c {
        PacketStatusChunk::RunLengthChunk(r) => usize::from(r.run_length),
        PacketStatusChunk::StatusVectorChunk(v) => v.symbol_list.len(),
    };
    f.packet_chunks.iter().map(in_chunk).sum()
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Reports {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut msg: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(packets) = &mut msg.message.packet {
            for p in packets {
                if let Some(instead) = self.feedback(&**p, msg.now) {
                    *p = instead;
                }
            }
            self.sum_up(msg.now);
        }
        self.reads.push_back(msg);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.reads.pop_front()
    }

    fn handle_write(&mut self, mut msg: TaggedPacket) -> Result<(), Error> {
        let again = msg.message.has(&Attribute::Retransmission);
        let (now, mut first) = (msg.now, None);
        if let Packet::Rtp(p) = &mut msg.message.packet {
            let octets = p.payload.len();
            if self.count(p.header.ssrc, octets, again, now) {
                first = self.index(p.header.ssrc);
            }
            self.mark(&mut p.header, octets, now);
        }
        self.writes.push_back(msg);
        if let Some(i) = first {
            self.report(i, now);
        }
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writes.pop_front()
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        if self.next.is_some_and(|t| t <= now) {
            self.next = Some(now + EVERY);
            for i in 0..self.sent.len() {
                if self.sent[i].packets > 0 {
                    self.report(i, now);
                }
            }
        }
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.next
    }
}

impl Interceptor for Reports {
    fn bind_local_stream(&mut self, stream: &StreamInfo) {
        // All streams share one transport, so the numbers are the same in each (RFC 8843, 7.1).
        for e in &stream.rtp_header_extensions {
            let id = u8::try_from(e.id).unwrap_or_default();
            match e.uri.as_str() {
                SENT_AT => self.marks.sent_at = id,
                NUMBER => self.marks.number = id,
                MID => self.marks.mid = id,
                RID => self.marks.rid = id,
                REPAIRED_RID => self.marks.repaired = id,
                _ => {}
            }
        }
    }
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}
