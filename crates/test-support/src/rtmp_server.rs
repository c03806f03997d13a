//! An RTMP server of our own for what no other server does on demand: declare what it takes, ask a publisher to go
//! elsewhere, close at a certain step, read slowly. Of last resort: whatever a real server can show is tested with one.
//! It knows just enough of RTMP 1.0 for that and writes down every message it gets.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// The step at which the server hangs up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// As soon as somebody connects.
    Accept,
    /// In the middle of its half of the handshake.
    Handshake,
    /// When it has read `connect`.
    Connect,
    /// When it has read `createStream`.
    CreateStream,
    /// When it has read `publish`.
    Publish,
    /// At the first audio or video message.
    Media,
}

/// What the server does.
#[derive(Clone, Debug, Default)]
pub struct Behaviour {
    /// Where it hangs up.
    pub close_at: Option<Step>,
    /// Codecs it declares to take (`fourCcList`), and `capsEx`.
    pub codecs: Vec<&'static str>,
    /// `capsEx`: 1 may ask to reconnect, 2 takes several tracks.
    pub caps: u8,
    /// Waits this long after every read once somebody publishes.
    pub slow: Duration,
    /// Sent instead of an answer to `connect`.
    pub garbage: Vec<u8>,
}

/// One message as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Message type: 8 audio, 9 video, 18 data, 20 command.
    pub kind: u8,
    /// Timestamp, ms.
    pub time_ms: u32,
    /// Body.
    pub body: Vec<u8>,
}

/// What one publisher sent.
#[derive(Clone, Debug, Default)]
pub struct Arrived {
    /// Names of its commands.
    pub commands: Vec<String>,
    /// Every message.
    pub messages: Vec<Message>,
    /// When the first picture or sound had come whole; codec headers are none.
    pub first_media: Option<Instant>,
    /// The publisher has gone.
    pub closed: bool,
}

impl Arrived {
    /// Bodies of a type, in order.
    pub fn bodies(&self, kind: u8) -> Vec<Vec<u8>> {
        let of_kind = self.messages.iter().filter(|m| m.kind == kind);
        of_kind.map(|m| m.body.clone()).collect()
    }
}

#[derive(Default)]
struct Peers {
    arrived: Vec<Arrived>,
    sockets: Vec<TcpStream>,
}

/// A running server; ended on drop.
pub struct RtmpServer {
    address: SocketAddr,
    peers: Arc<Mutex<Peers>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

fn lock(peers: &Mutex<Peers>) -> MutexGuard<'_, Peers> {
    peers.lock().unwrap_or_else(PoisonError::into_inner)
}

impl RtmpServer {
    /// Starts a server on a port of its own.
    pub fn start(behaviour: Behaviour) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (peers, stop) = (Arc::new(Mutex::new(Peers::default())), Arc::new(AtomicBool::new(false)));
        let (shared, end) = (peers.clone(), stop.clone());
        let thread = std::thread::Builder::new().name("rtmp server".into()).spawn(move || {
            let mut threads = vec![];
            while let Ok((socket, _)) = listener.accept() {
                if end.load(Ordering::Acquire) {
                    break;
                }
                let (shared, behaviour) = (shared.clone(), behaviour.clone());
                let served = std::thread::Builder::new().name("rtmp peer".into());
                threads.extend(served.spawn(move || serve(socket, &behaviour, &shared)));
            }
            for t in threads {
                let _ = t.join();
            }
        })?;
        Ok(Self {
            address,
            peers,
            stop,
            thread: Some(thread),
        })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// An address on it.
    pub fn url(&self, key: &str) -> String {
        format!("rtmp://127.0.0.1:{}/live/{key}", self.port())
    }

    /// What has come so far, by connection.
    pub fn arrived(&self) -> Vec<Arrived> {
        lock(&self.peers).arrived.clone()
    }

    /// Asks every publisher that is here to go on elsewhere (at the same address for `None`).
    pub fn ask_to_reconnect(&self, tc_url: Option<&str>) -> io::Result<()> {
        let mut info = vec![
            ("level", text("status")),
            ("code", text("NetConnection.Connect.ReconnectRequest")),
            ("description", text("The server goes to sleep.")),
        ];
        info.extend(tc_url.map(|u| ("tcUrl", text(u))));
        let body = [text("onStatus"), number(0.0), vec![5], object(&info)].concat();
        for s in &mut lock(&self.peers).sockets {
            s.write_all(&chunk(20, &body))?;
        }
        Ok(())
    }
}

impl Drop for RtmpServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // Wakes the thread out of `accept`, and the peers' threads out of `read`.
        let _ = TcpStream::connect(self.address);
        for s in &lock(&self.peers).sockets {
            let _ = s.shutdown(Shutdown::Both);
        }
        if let Some(t) = self.thread.take() {
            let _ = t.join();
        }
    }
}

fn text(s: &str) -> Vec<u8> {
    [&[2, 0, s.len() as u8], s.as_bytes()].concat()
}
fn number(n: f64) -> Vec<u8> {
    [&[0][..], &n.to_be_bytes()].concat()
}
fn object(fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut out = vec![3];
    for (name, value) in fields {
        out.extend([0, name.len() as u8]);
        out.extend(name.as_bytes());
        out.extend(value);
    }
    out.extend([0, 0, 9]);
    out
}

/// A message in one chunk after the other, of 128 bytes.
fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    let n = (body.len() as u32).to_be_bytes();
    let mut out = vec![3, 0, 0, 0, n[1], n[2], n[3], kind, 0, 0, 0, 0];
    for (i, part) in body.chunks(128).enumerate() {
        if i > 0 {
            out.push(0xc3);
        }
        out.extend(part);
    }
    out
}

/// One publisher, to its end.
fn serve(socket: TcpStream, behaviour: &Behaviour, peers: &Mutex<Peers>) {
    let index = {
        let mut p = lock(peers);
        p.arrived.push(Arrived::default());
        p.sockets.extend(socket.try_clone());
        p.arrived.len() - 1
    };
    let mut peer = Peer {
        socket,
        behaviour,
        peers,
        index,
        chunk_size: 128,
        streams: std::array::from_fn(|_| ChunkStream::default()),
    };
    let _ = peer.run();
    let _ = peer.socket.shutdown(Shutdown::Both);
    lock(peers).arrived[index].closed = true;
}

/// Whether it holds a picture or sound, not only the codec's headers (E.4 of the FLV specification; Enhanced RTMP).
fn is_media(m: &Message) -> bool {
    let Some([first, second]) = m.body.first_chunk::<2>() else {
        return false;
    };
    let (enhanced, header) = match m.kind {
        // AAC and AVC have the packet's type in the second byte; in the enhanced form it is in the first, 0 for headers.
        8 => (first >> 4 == 9, first >> 4 == 10 && *second == 0),
        9 => (first & 0x80 != 0, first & 0xf == 7 && *second == 0),
        _ => return false,
    };
    !(header || enhanced && first & 0xf == 0)
}

#[derive(Default, Clone)]
struct ChunkStream {
    kind: u8,
    length: usize,
    time: u32,
    delta: u32,
    extended: bool,
    body: Vec<u8>,
}

struct Peer<'a> {
    socket: TcpStream,
    behaviour: &'a Behaviour,
    peers: &'a Mutex<Peers>,
    index: usize,
    chunk_size: usize,
    streams: [ChunkStream; 64],
}

impl Peer<'_> {
    fn closes_at(&self, step: Step) -> io::Result<()> {
        if self.behaviour.close_at == Some(step) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }

    fn read<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.socket.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn run(&mut self) -> io::Result<()> {
        self.closes_at(Step::Accept)?;
        let hello: [u8; 1537] = self.read()?;
        self.socket.write_all(&[&[3][..], &[0; 700]].concat())?;
        self.closes_at(Step::Handshake)?;
        self.socket.write_all(&[&[0; 836][..], &hello[1..]].concat())?;
        let _: [u8; 1536] = self.read()?;
        loop {
            let m = self.message()?;
            if m.kind == 1
                && let Some(size) = m.body.first_chunk::<4>()
            {
                self.chunk_size = u32::from_be_bytes(*size) as usize;
            }
            let (kind, body) = (m.kind, m.body.clone());
            self.note(m);
            match kind {
                20 => self.command(&body)?,
                8 | 9 => {
                    self.closes_at(Step::Media)?;
                    std::thread::park_timeout(self.behaviour.slow);
                }
                _ => {}
            }
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "what came when is measured in the machine's own time"
    )]
    fn note(&self, m: Message) {
        let arrived = &mut lock(self.peers).arrived[self.index];
        if is_media(&m) {
            arrived.first_media.get_or_insert_with(Instant::now);
        }
        arrived.messages.push(m);
    }

    /// The next whole message.
    fn message(&mut self) -> io::Result<Message> {
        loop {
            let [basic] = self.read::<1>()?;
            let (format, id) = (basic >> 6, usize::from(basic & 0x3f));
            let mut s = std::mem::take(&mut self.streams[id]);
            let mut field = 0;
            if format < 3 {
                let [a, b, c] = self.read::<3>()?;
                field = u32::from_be_bytes([0, a, b, c]);
                s.extended = field == 0xff_ffff;
            }
            if format < 2 {
                let [a, b, c, kind] = self.read::<4>()?;
                (s.length, s.kind) = (u32::from_be_bytes([0, a, b, c]) as usize, kind);
            }
            if format == 0 {
                let _: [u8; 4] = self.read()?;
            }
            if s.extended {
                field = u32::from_be_bytes(self.read()?);
            }
            match format {
                0 => (s.time, s.delta) = (field, 0),
                1 | 2 => {
                    s.delta = field;
                    s.time = s.time.wrapping_add(field);
                }
                _ => {}
            }
            let mut part = vec![0; (s.length - s.body.len()).min(self.chunk_size)];
            self.socket.read_exact(&mut part)?;
            s.body.extend(part);
            let done = (s.body.len() == s.length).then(|| Message {
                kind: s.kind,
                time_ms: s.time,
                body: std::mem::take(&mut s.body),
            });
            self.streams[id] = s;
            if let Some(m) = done {
                return Ok(m);
            }
        }
    }

    fn command(&mut self, body: &[u8]) -> io::Result<()> {
        let [2, 0, n, rest @ ..] = body else { return Ok(()) };
        let Some((name, rest)) = rest.split_at_checked(usize::from(*n)) else {
            return Ok(());
        };
        let name = String::from_utf8_lossy(name).into_owned();
        let transaction = rest.get(..9).unwrap_or(&[0; 9]).to_vec();
        lock(self.peers).arrived[self.index].commands.push(name.clone());
        let answer = match name.as_str() {
            "connect" => {
                self.closes_at(Step::Connect)?;
                if !self.behaviour.garbage.is_empty() {
                    return self.socket.write_all(&self.behaviour.garbage);
                }
                [
                    text("_result"),
                    transaction,
                    self.properties(),
                    status("NetConnection.Connect.Success"),
                ]
                .concat()
            }
            "createStream" => {
                self.closes_at(Step::CreateStream)?;
                [text("_result"), transaction, vec![5], number(1.0)].concat()
            }
            "publish" => {
                self.closes_at(Step::Publish)?;
                [
                    text("onStatus"),
                    number(0.0),
                    vec![5],
                    status("NetStream.Publish.Start"),
                ]
                .concat()
            }
            _ => return Ok(()),
        };
        self.socket.write_all(&chunk(20, &answer))
    }

    fn properties(&self) -> Vec<u8> {
        let codecs = &self.behaviour.codecs;
        let mut list = vec![0x0a];
        list.extend((codecs.len() as u32).to_be_bytes());
        codecs.iter().for_each(|c| list.extend(text(c)));
        let mut fields = vec![("fmsVer", text("FMS/3,5,7,7009"))];
        if !codecs.is_empty() {
            fields.push(("fourCcList", list));
        }
        if self.behaviour.caps > 0 {
            fields.push(("capsEx", number(f64::from(self.behaviour.caps))));
        }
        object(&fields)
    }
}

fn status(code: &str) -> Vec<u8> {
    object(&[
        ("level", text("status")),
        ("code", text(code)),
        ("description", text("Fine.")),
    ])
}
