//! TURN over TCP and TLS (RFC 8656, 3.1 and 12.4). The WebRTC stack knows TURN over UDP only; the two differ in nothing but how
//! one message is told from the next. So the stack talks to a port on this computer, and each message is passed on over a
//! connection to the real server, and back. Nothing is read of what passes but its length.

use crate::{OutputError, error::io_words, tls};
use bytes::BytesMut;
use parking_lot::Mutex;
use rtc_peer::{IceServer, StreamServer};
use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UdpSocket, lookup_host},
    sync::mpsc,
    task::{AbortHandle, JoinSet},
    time,
};

/// Time to find the server, connect and agree on the encryption.
const CONNECT_LIMIT: Duration = Duration::from_secs(8);
/// Sockets of the stack that get a connection of their own.
const MOST_CLIENTS: usize = 8;
/// Messages that wait for a slow connection; what is more is lost, as UDP would lose it.
const MOST_WAITING: usize = 256;
/// Longest message, bytes: a length has 16 bits.
const LONGEST: usize = 65_535 + 20;

/// A way to one TURN server; closed on drop.
pub(super) struct Bridge {
    task: AbortHandle,
    failure: Arc<Mutex<Option<String>>>,
}

impl Bridge {
    /// Why the server could not be reached, if so.
    pub(super) fn failure(&self) -> Option<String> {
        self.failure.lock().clone()
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Where the real server is, and how it is known.
#[derive(Clone)]
struct Far {
    server: StreamServer,
    ca_file: String,
    to: String,
    failure: Arc<Mutex<Option<String>>>,
}

/// The servers as the stack takes them: those over TCP and TLS behind bridges at the address `here`.
///
/// # Errors
/// There is no port for one.
pub(super) async fn bridged(
    servers: Vec<IceServer>,
    here: IpAddr,
    ca_file: &str,
    to: &str,
) -> io::Result<(Vec<IceServer>, Vec<Bridge>)> {
    let (mut near, mut bridges) = (vec![], vec![]);
    for s in servers {
        let Some(server) = s.over_stream() else {
            near.push(s);
            continue;
        };
        let socket = UdpSocket::bind((here, 0)).await?;
        near.push(IceServer {
            url: format!("turn:{}?transport=udp", socket.local_addr()?),
            ..s
        });
        let far = Far {
            server,
            ca_file: ca_file.to_owned(),
            to: to.to_owned(),
            failure: Arc::default(),
        };
        let failure = far.failure.clone();
        let task = tokio::spawn(pass(Arc::new(socket), far)).abort_handle();
        bridges.push(Bridge { task, failure });
    }
    Ok((near, bridges))
}

/// Gives each socket of the stack its own connection; all end with this.
async fn pass(socket: Arc<UdpSocket>, far: Far) {
    let Ok(here) = socket.local_addr() else { return };
    let mut clients: HashMap<SocketAddr, mpsc::Sender<BytesMut>> = HashMap::new();
    let mut connections = JoinSet::new();
    let mut room = vec![0; LONGEST];
    loop {
        let (n, from) = match socket.recv_from(&mut room).await {
            Ok(got) => got,
            // Somebody is no longer there to hear; that is no end of ours.
            Err(e) if e.kind() == io::ErrorKind::ConnectionReset => continue,
            Err(_) => return,
        };
        // Nobody but this computer has business here.
        if from.ip() != here.ip() {
            continue;
        }
        clients.retain(|_, c| !c.is_closed());
        if !clients.contains_key(&from) && clients.len() < MOST_CLIENTS {
            let (tx, rx) = mpsc::channel(MOST_WAITING);
            connections.spawn(connection(socket.clone(), from, far.clone(), rx));
            clients.insert(from, tx);
        }
        if let (Some(message), Some(client)) = (framed(&room[..n]), clients.get(&from)) {
            let _ = client.try_send(message);
        }
    }
}

/// One connection, for as long as it holds.
async fn connection(socket: Arc<UdpSocket>, client: SocketAddr, far: Far, mut messages: mpsc::Receiver<BytesMut>) {
    let stream = match time::timeout(CONNECT_LIMIT, connect(&far)).await {
        Ok(Ok(s)) => s,
        Ok(Err(why)) => {
            *far.failure.lock() = Some(why);
            return;
        }
        Err(_) => {
            *far.failure.lock() = Some(format!("{} does not answer", far.server.host));
            return;
        }
    };
    *far.failure.lock() = None;
    let (mut read, mut write) = tokio::io::split(stream);
    let out = async {
        while let Some(m) = messages.recv().await {
            write.write_all(&m).await?;
            if messages.is_empty() {
                write.flush().await?;
            }
        }
        Ok::<(), io::Error>(())
    };
    let back = async {
        while let Some(m) = next_message(&mut read).await? {
            let _ = socket.send_to(&m, client).await;
        }
        Ok::<(), io::Error>(())
    };
    let ended = tokio::select! { o = out => o, b = back => b };
    tracing::debug!(
        to = far.to,
        host = far.server.host,
        ?ended,
        "the connection to the TURN server has ended"
    );
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn connect(far: &Far) -> Result<Box<dyn Stream>, String> {
    let host = far.server.host.as_str();
    let addresses: Vec<_> = match lookup_host((host, far.server.port)).await {
        Ok(a) => a.collect(),
        Err(_) => return Err(format!("there is no server named {host}")),
    };
    let socket = TcpStream::connect(&*addresses).await.map_err(|e| io_words(&e))?;
    // Not worth failing for.
    let _ = socket.set_nodelay(true);
    if !far.server.encrypted {
        return Ok(Box::new(socket));
    }
    match tls::encrypt(socket, host, &far.ca_file, "the TURN server").await {
        Ok(s) => Ok(Box::new(s)),
        Err(OutputError::Tls { problem, .. }) => Err(problem),
        Err(e) => Err(e.to_string()),
    }
}

/// A message as a stream carries it: channel data is filled up to four bytes (RFC 8656, 12.5). None for what is no message.
fn framed(datagram: &[u8]) -> Option<BytesMut> {
    let whole = length(datagram.get(..4)?)?;
    let end = datagram.len();
    if end != whole && end != padded(whole) {
        return None;
    }
    let mut m = BytesMut::from(datagram);
    m.resize(padded(whole), 0);
    Some(m)
}

/// The length of the message that begins like this, without filling; none for what is neither STUN nor channel data.
fn length(head: &[u8]) -> Option<usize> {
    let said = usize::from(u16::from_be_bytes([*head.get(2)?, *head.get(3)?]));
    match head[0] >> 6 {
        0 => Some(said + 20),
        1 => Some(said + 4),
        _ => None,
    }
}

const fn padded(n: usize) -> usize {
    n.div_ceil(4) * 4
}

/// The next message of a stream; none at its end.
async fn next_message(read: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<BytesMut>> {
    let mut head = [0; 4];
    match read.read_exact(&mut head).await {
        Ok(_) => {}
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(e),
    }
    let whole = length(&head).ok_or_else(|| io::Error::other("what came is no TURN message"))?;
    let mut m = BytesMut::zeroed(padded(whole));
    m[..4].copy_from_slice(&head);
    read.read_exact(&mut m[4..]).await?;
    m.truncate(whole);
    Ok(Some(m))
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::Secret;
    use proptest::prelude::*;
    use tokio::net::TcpListener;

    fn server(url: &str) -> IceServer {
        IceServer {
            url: url.into(),
            username: String::new(),
            credential: Secret::default(),
        }
    }

    #[test]
    fn channel_data_is_filled_up_and_others_are_not() {
        let stun = [&[0, 1, 0, 4][..], &[0; 20]].concat();
        assert_eq!(framed(&stun).expect("stun").len(), 24);
        assert_eq!(
            &framed(&[0x40, 1, 0, 3, 7, 8, 9]).expect("data")[..],
            &[0x40, 1, 0, 3, 7, 8, 9, 0]
        );
        assert_eq!(framed(&[0x40, 1, 0, 3, 7, 8]), None, "cut off");
        assert_eq!(framed(&[0x80, 1, 0, 0]), None, "RTP");
        assert_eq!(framed(&[]), None);
    }

    #[tokio::test]
    async fn messages_pass_both_ways_and_strangers_are_not_heard() {
        let far = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("turn:{}?transport=tcp", far.local_addr().expect("address"));
        let here = IpAddr::from([127, 0, 0, 1]);
        let (near, bridges) = bridged(vec![server("stun:a"), server(&url)], here, "", "x")
            .await
            .expect("a bridge");
        assert_eq!((near[0].url.as_str(), bridges.len()), ("stun:a", 1));
        let port: SocketAddr = near[1]
            .url
            .trim_start_matches("turn:")
            .split('?')
            .next()
            .expect("address")
            .parse()
            .expect("an address");
        let stack = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let stranger = UdpSocket::bind("127.0.0.2:0").await.expect("a socket");
        stranger.send_to(&[0x40, 0, 0, 1, 1], port).await.expect("sent");
        stack.send_to(&[0x40, 0, 0, 1, 9], port).await.expect("sent");
        let (mut c, _) = far.accept().await.expect("a connection");
        let mut got = [0; 8];
        c.read_exact(&mut got).await.expect("a message");
        assert_eq!(got, [0x40, 0, 0, 1, 9, 0, 0, 0]);
        // Two messages at once, the second cut in the middle.
        c.write_all(&[0x40, 1, 0, 2, 5, 6, 0, 0, 0x40, 1])
            .await
            .expect("written");
        let mut room = [0; 100];
        let n = stack.recv(&mut room).await.expect("a datagram");
        assert_eq!(room[..n], [0x40, 1, 0, 2, 5, 6]);
        c.write_all(&[0, 0]).await.expect("written");
        assert_eq!(stack.recv(&mut room).await.expect("a datagram"), 4);
        assert_eq!(bridges[0].failure(), None);
    }

    proptest! {
        #[test]
        fn garbage_from_the_server_ends_it_at_worst(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
            runtime.block_on(async {
                let mut read = &bytes[..];
                while let Ok(Some(m)) = next_message(&mut read).await {
                    prop_assert!(m.len() <= LONGEST);
                }
                Ok(())
            })?;
            let _ = framed(&bytes);
        }
    }
}
