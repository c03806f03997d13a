//! The peer: one connection, from its description to its end.

use crate::{
    IceServer, PeerStats, RtcError,
    codecs::{self, VideoName, video_name},
    description::{check_length, mid_of_video, payload_type, restarted, taken_layers, without_local_names},
    ice::is_local_name,
    packetise::Packetiser,
    reports::{Board, MOST_LAYERS, Reports, StreamClock},
    stream::RtpStream,
    tracks::{Lane, Layer, lane, layers},
};
use bytes::Bytes;
use media::{AudioStream, MediaTime, Packet, StreamKind, VideoStream};
use parking_lot::Mutex;
use rtc::{
    ice::mdns::MulticastDnsMode,
    interceptor::{NackResponderBuilder, Slot},
    peer_connection::configuration::RTCOfferOptions,
    rtp_transceiver::{
        RTCRtpTransceiverDirection, RTCRtpTransceiverInit,
        rtp_sender::{RTCRtpCodec, RtpCodecKind},
    },
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{runtime, sync::watch, time};
use webrtc::{
    media_stream::track_local::TrackLocal,
    peer_connection::{
        PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder,
        RTCIceCandidateInit, RTCIceGatheringState, RTCIceServer, RTCIceTransportPolicy, RTCPeerConnectionIceEvent,
        RTCPeerConnectionState, RTCSessionDescription, Registry, SettingEngineBuilder,
    },
};

/// Packets kept for sending again: about two seconds at 8 Mbit/s. A power of two.
const KEPT_PACKETS: u16 = 2048;
/// Candidates of ours that are remembered for trickling.
const MAX_OURS: usize = 64;

/// What a peer is made for.
#[derive(Clone, Debug, Default)]
pub struct PeerOptions {
    /// The video to send.
    pub video: Option<VideoStream>,
    /// The same picture at lower sizes and rates, in the same codec, largest first: offered as simulcast, at most two.
    pub layers: Vec<VideoStream>,
    /// The sound to send.
    pub audio: Option<AudioStream>,
    /// STUN and TURN servers; those that can't be used are left out.
    pub ice_servers: Vec<IceServer>,
    /// Local addresses to send from, each with a fresh port; an unspecified one stands for every interface but loopback.
    pub addresses: Vec<IpAddr>,
    /// Only by way of a TURN server.
    pub relay_only: bool,
}

/// Where a connection stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PeerState {
    /// Not connected yet.
    #[default]
    Connecting,
    /// Media flows.
    Connected,
    /// Nothing has come from the other side for a few seconds; it may come back.
    Interrupted,
    /// It never came about, or was given up.
    Failed,
    /// Over.
    Closed,
}

/// What the stack tells us.
struct Events {
    state: watch::Sender<PeerState>,
    gathered: watch::Sender<bool>,
    ours: Mutex<Vec<String>>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Events {
    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        if let Ok(c) = event.candidate.to_json() {
            let mut ours = self.ours.lock();
            if ours.len() < MAX_OURS && !c.candidate.is_empty() {
                ours.push(c.candidate);
            }
        }
    }

    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        self.gathered.send_replace(state == RTCIceGatheringState::Complete);
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let state = match state {
            RTCPeerConnectionState::Connected => PeerState::Connected,
            RTCPeerConnectionState::Disconnected => PeerState::Interrupted,
            RTCPeerConnectionState::Failed => PeerState::Failed,
            RTCPeerConnectionState::Closed => PeerState::Closed,
            _ => return,
        };
        self.state.send_replace(state);
    }
}

/// One connection that sends. Dropping it closes it in the background; [`Peer::close`] waits for that.
pub struct Peer {
    connection: Arc<dyn PeerConnection>,
    events: Arc<Events>,
    board: Arc<Board>,
    video: Option<Lane>,
    packetiser: Mutex<Option<Packetiser>>,
    codec: Option<VideoName>,
    layers: Vec<Layer>,
    /// How many sizes the other side takes, the first included.
    taken: AtomicU8,
    audio: Option<Lane>,
    /// The other side's answer, as it was taken last.
    answer: Mutex<String>,
    /// Closed by us.
    closed: AtomicBool,
}

impl Peer {
    /// Opens sockets on fresh ports. Nothing is sent to anybody before the descriptions are exchanged.
    ///
    /// # Errors
    /// A stream that can't go this way, or no socket.
    pub async fn open(options: &PeerOptions) -> Result<Self, RtcError> {
        let video_codec = options.video.as_ref().map(codecs::video).transpose()?;
        let audio_codec = options.audio.as_ref().map(codecs::audio).transpose()?;
        let packetiser = match &options.video {
            Some(v) => Some(Packetiser::new(v).ok_or_else(|| RtcError::CantSend {
                what: "video whose encoder gave no parameter sets".into(),
            })?),
            None => None,
        };
        let layers = layers(options)?;
        let lower: Vec<_> = layers.iter().map(|l| l.rtp.lock().ssrc).collect();
        let (video, rids) = match &video_codec {
            Some(c) => {
                let (lane, rids) = lane(RtpCodecKind::Video, c, &lower);
                (Some(lane), rids)
            }
            None => (None, vec![]),
        };
        let audio = audio_codec.as_ref().map(|c| lane(RtpCodecKind::Audio, c, &[]).0);
        let lanes = [&video, &audio]
            .into_iter()
            .flatten()
            .map(|l| StreamClock::of(&l.rtp.lock()));
        let clocks = lanes
            .chain(layers.iter().map(|l| StreamClock::of(&l.rtp.lock())))
            .collect();
        let board = Board::new(clocks, rids);
        let events = Arc::new(Events {
            state: watch::Sender::new(PeerState::Connecting),
            gathered: watch::Sender::new(false),
            ours: Mutex::default(),
        });
        let registry = Registry::new()
            .with(
                Slot::NackResponder,
                NackResponderBuilder::new().with_size(KEPT_PACKETS).build(),
            )
            // Just wire-ward of the responder: requests pass here first, repairs afterwards.
            .with(Slot::from(3_500), Reports::new(board.clone()));
        let connection = connect(
            options,
            video_codec.as_ref(),
            audio_codec.as_ref(),
            registry,
            events.clone(),
        )
        .await?;
        let peer = Self {
            connection,
            events,
            board,
            video,
            packetiser: Mutex::new(packetiser),
            codec: options.video.as_ref().and_then(|v| video_name(v.codec)),
            layers,
            taken: AtomicU8::new(1),
            audio,
            answer: Mutex::default(),
            closed: AtomicBool::new(false),
        };
        peer.add_tracks().await?;
        Ok(peer)
    }

    async fn add_tracks(&self) -> Result<(), RtcError> {
        for lane in [&self.video, &self.audio].into_iter().flatten() {
            let init = RTCRtpTransceiverInit {
                direction: RTCRtpTransceiverDirection::Sendonly,
                streams: vec!["footlight".into()],
                send_encodings: vec![],
            };
            let track = lane.track.clone() as Arc<dyn TrackLocal>;
            let added = self.connection.add_transceiver_from_track(track, Some(init)).await;
            added.map_err(RtcError::local)?;
        }
        Ok(())
    }

    /// Our offer with the candidates found within `gather` (all of them, as a rule well before).
    ///
    /// # Errors
    /// The stack can't make one.
    pub async fn offer(&self, gather: Duration) -> Result<String, RtcError> {
        let offer = self.connection.create_offer(None).await.map_err(RtcError::local)?;
        if let Some(mid) = mid_of_video(&offer.sdp) {
            let _ = self.board.mid.set(mid);
        }
        self.settle(offer, gather).await
    }

    /// Takes the other side's answer to our offer.
    ///
    /// # Errors
    /// It can't be read, or it takes none of the streams.
    pub async fn accept(&self, answer: &str) -> Result<(), RtcError> {
        check_length(answer)?;
        // Looked at first: the words are plainer than the stack's.
        self.find_payload_types(answer)?;
        let rids: Vec<&str> = self.board.rids.iter().map(|r| r.rid).collect();
        let taken = taken_layers(answer, &rids);
        self.taken.store(taken.clamp(1, rids.len().max(1)) as u8, Relaxed);
        let description = RTCSessionDescription::answer(without_local_names(answer)).map_err(RtcError::description)?;
        let set = self.connection.set_remote_description(description).await;
        set.map_err(RtcError::description)?;
        *self.answer.lock() = answer.to_owned();
        Ok(())
    }

    /// Begins anew to look for a way (ICE restart, RFC 8445, 9), from fresh ports and with fresh candidates: gives our offer for
    /// it. Whatever came before is void; go on with [`Peer::accept_restart`] or close.
    ///
    /// # Errors
    /// The stack can't make one.
    pub async fn restart(&self, gather: Duration) -> Result<String, RtcError> {
        self.events.ours.lock().clear();
        self.events.gathered.send_replace(false);
        let options = RTCOfferOptions { ice_restart: true };
        let offer = self.connection.create_offer(Some(options)).await;
        self.settle(offer.map_err(RtcError::local)?, gather).await
    }

    /// Takes the other side's new ICE name, password and candidates (RFC 8840) after [`Peer::restart`].
    ///
    /// # Errors
    /// They can't be read.
    pub async fn accept_restart(&self, fragment: &str) -> Result<(), RtcError> {
        let answer = restarted(&self.answer.lock(), fragment)
            .ok_or_else(|| RtcError::description("it names no new ICE name and password"))?;
        self.accept(&answer).await
    }

    /// Our answer to the other side's offer, with our candidates.
    ///
    /// # Errors
    /// The offer can't be read, or takes none of the streams.
    pub async fn answer(&self, offer: &str, gather: Duration) -> Result<String, RtcError> {
        check_length(offer)?;
        let description = RTCSessionDescription::offer(without_local_names(offer)).map_err(RtcError::description)?;
        let set = self.connection.set_remote_description(description).await;
        set.map_err(RtcError::description)?;
        let answer = self
            .connection
            .create_answer(None)
            .await
            .map_err(RtcError::description)?;
        let answer = self.settle(answer, gather).await?;
        self.find_payload_types(&answer)?;
        Ok(answer)
    }

    /// Adds candidates of the other side (`candidate:…`). Those that can't be used are passed over.
    pub async fn add_candidates(&self, candidates: &[String]) {
        for c in candidates.iter().filter(|c| !is_local_name(c)) {
            let init = RTCIceCandidateInit {
                candidate: c.clone(),
                sdp_mid: Some("0".into()),
                sdp_mline_index: Some(0),
                ..RTCIceCandidateInit::default()
            };
            if let Err(error) = self.connection.add_ice_candidate(init).await {
                tracing::debug!(%error, "a candidate of the other side was passed over");
            }
        }
    }

    /// Our candidates so far (`candidate:…`), and whether these are all.
    pub fn candidates(&self) -> (Vec<String>, bool) {
        (self.events.ours.lock().clone(), *self.events.gathered.borrow())
    }

    /// Waits until no further candidates of ours will come. Give it a time limit.
    pub async fn gathered(&self) {
        let mut gathered = self.events.gathered.subscribe();
        // The sender lives as long as `self`, so this can't fail.
        let _ = gathered.wait_for(|g| *g).await;
    }

    /// The state, now and when it changes.
    pub fn state(&self) -> watch::Receiver<PeerState> {
        self.events.state.subscribe()
    }

    /// Counts the receiver's wishes for a keyframe, now and when one comes.
    pub fn keyframe_wishes(&self) -> watch::Receiver<u64> {
        self.board.keyframes.subscribe()
    }

    /// Counts the receiver's wishes for a keyframe of each size, the first first.
    pub fn wishes_by_layer(&self) -> watch::Receiver<[u64; MOST_LAYERS]> {
        self.board.layer_keyframes.subscribe()
    }

    /// How many sizes of the picture the other side takes, the first included.
    pub fn layers_taken(&self) -> usize {
        usize::from(self.taken.load(Relaxed))
    }

    /// Figures so far.
    pub fn stats(&self) -> PeerStats {
        self.board.stats.lock().clone()
    }

    /// What is sent from the next keyframe on belongs to another encode in the same codec.
    pub fn change_video(&self, stream: &VideoStream) {
        let same = video_name(stream.codec).map(|n| n.sdp) == self.codec.as_ref().map(|n| n.sdp);
        if let Some(p) = Packetiser::new(stream).filter(|_| same) {
            *self.packetiser.lock() = Some(p);
        }
    }

    /// Sends one packet at once; gives the payload bytes. A packet of a track that is not sent gives zero.
    ///
    /// # Errors
    /// The connection is over.
    pub async fn send(&self, packet: &Packet) -> Result<usize, RtcError> {
        if matches!(*self.events.state.borrow(), PeerState::Failed | PeerState::Closed) {
            return Err(RtcError::Closed);
        }
        match (packet.stream, &self.video, &self.audio) {
            (StreamKind::Video, Some(lane), _) => {
                let cut = self
                    .packetiser
                    .lock()
                    .as_ref()
                    .map(|p| p.payloads(&packet.data, packet.keyframe));
                let Some(payloads) = cut else { return Ok(0) };
                self.write(lane, packet.pts, payloads, false).await
            }
            (StreamKind::Audio(0), _, Some(lane)) => {
                self.write(lane, packet.pts, vec![packet.data.clone()], true).await
            }
            _ => Ok(0),
        }
    }

    /// Sends one packet of a lower size, the first of them being 1; gives the payload bytes. One that is not taken gives zero.
    ///
    /// # Errors
    /// The connection is over.
    pub async fn send_layer(&self, layer: usize, packet: &Packet) -> Result<usize, RtcError> {
        if matches!(*self.events.state.borrow(), PeerState::Failed | PeerState::Closed) {
            return Err(RtcError::Closed);
        }
        let lower = layer.checked_sub(1).and_then(|i| self.layers.get(i));
        match (&self.video, lower) {
            (Some(lane), Some(l)) if packet.is_video() && layer < self.layers_taken() => {
                let payloads = l.packetiser.payloads(&packet.data, packet.keyframe);
                self.write_as(lane, &l.rtp, packet.pts, payloads, false).await
            }
            _ => Ok(0),
        }
    }

    async fn write(&self, lane: &Lane, pts: MediaTime, payloads: Vec<Bytes>, sound: bool) -> Result<usize, RtcError> {
        self.write_as(lane, &lane.rtp, pts, payloads, sound).await
    }

    async fn write_as(
        &self,
        lane: &Lane,
        rtp: &Mutex<RtpStream>,
        pts: MediaTime,
        payloads: Vec<Bytes>,
        sound: bool,
    ) -> Result<usize, RtcError> {
        let payload_type = lane.payload_type.load(Relaxed);
        if payload_type == 0 {
            return Ok(0);
        }
        self.board.first.get_or_init(|| pts);
        let (count, mut bytes) = (payloads.len(), 0);
        for (i, payload) in payloads.into_iter().enumerate() {
            bytes += payload.len();
            let packet = {
                let mut rtp = rtp.lock();
                let timestamp = rtp.timestamp(pts);
                // Video marks the end of a picture (RFC 6184, 5.1), sound the beginning of a talk spurt (RFC 7587, 4.1).
                let marker = if sound { rtp.begins() } else { i + 1 == count };
                rtp.packet(payload_type, timestamp, marker, payload)
            };
            lane.track.write_rtp(packet).await.map_err(|_| RtcError::Closed)?;
        }
        Ok(bytes)
    }

    /// Says goodbye (DTLS close) and closes the sockets.
    pub async fn close(&self) {
        self.closed.store(true, Relaxed);
        if let Err(error) = self.connection.close().await {
            tracing::debug!(%error, "closing a WebRTC connection");
        }
        self.events.state.send_replace(PeerState::Closed);
    }

    async fn settle(&self, ours: RTCSessionDescription, gather: Duration) -> Result<String, RtcError> {
        let set = self.connection.set_local_description(ours).await;
        set.map_err(RtcError::description)?;
        let _ = time::timeout(gather, self.gathered()).await;
        let now = self.connection.local_description().await;
        now.map(|d| d.sdp)
            .ok_or_else(|| RtcError::local("no description was made"))
    }

    fn find_payload_types(&self, answer: &str) -> Result<(), RtcError> {
        let (codec, words) = self.codec.as_ref().map_or(("", ""), |c| (c.sdp, c.words));
        let wanted = [
            (&self.video, "video", codec, words),
            (&self.audio, "audio", "opus", "Opus sound"),
        ];
        for (lane, section, codec, what) in wanted {
            let Some(lane) = lane else { continue };
            let found = payload_type(answer, section, codec).ok_or(RtcError::NotTaken { what })?;
            lane.payload_type.store(found, Relaxed);
        }
        Ok(())
    }
}

impl Drop for Peer {
    /// The stack's own task would go on, with its sockets.
    fn drop(&mut self) {
        if self.closed.load(Relaxed) {
            return;
        }
        if let Ok(runtime) = runtime::Handle::try_current() {
            let connection = self.connection.clone();
            runtime.spawn(async move { connection.close().await });
        }
    }
}

async fn connect(
    options: &PeerOptions,
    video: Option<&RTCRtpCodec>,
    audio: Option<&RTCRtpCodec>,
    registry: Registry,
    events: Arc<Events>,
) -> Result<Arc<dyn PeerConnection>, RtcError> {
    let servers = options
        .ice_servers
        .iter()
        .filter(|s| s.is_usable())
        .map(|s| RTCIceServer {
            urls: vec![s.url.clone()],
            username: s.username.clone(),
            credential: s.credential.reveal().to_owned(),
        });
    let mut configuration = RTCConfigurationBuilder::new().with_ice_servers(servers.collect());
    if options.relay_only {
        configuration = configuration.with_ice_transport_policy(RTCIceTransportPolicy::Relay);
    }
    let settings = SettingEngineBuilder::new()
        .with_include_loopback_candidate(true)
        .with_discard_local_candidates_during_ice_restart(true)
        .with_multicast_dns_mode(MulticastDnsMode::Disabled)
        .with_ice_timeouts(
            Some(Duration::from_secs(4)),
            Some(Duration::from_secs(8)),
            Some(Duration::from_secs(2)),
        )
        .build();
    let addresses: Vec<SocketAddr> = options.addresses.iter().map(|ip| SocketAddr::new(*ip, 0)).collect();
    let built = PeerConnectionBuilder::new()
        .with_configuration(configuration.build())
        .with_setting_engine(settings)
        .with_media_engine(codecs::engine(video, audio, !options.layers.is_empty())?)
        .with_interceptor_registry(registry)
        .with_handler(events)
        .with_udp_addrs(addresses)
        .build()
        .await;
    Ok(Arc::new(built.map_err(RtcError::local)?))
}
