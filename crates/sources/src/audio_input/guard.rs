//! Watches one PulseAudio source. When a source goes, the server moves whoever listens to it to another source, and cpal
//! does not tell: a microphone nobody chose would be on air until the next look at the list. The guard hears of the removal
//! at once, on a connection of its own. It changes nothing on the server.

use super::choice::Known;
use pulseaudio::protocol::{
    self, AuthParams, AuthReply, Command, LookupReply, Prop, Props, SetClientNameReply, SubscriptionEventFacility,
    SubscriptionEventType, SubscriptionMask,
};
use std::{
    ffi::CString,
    io::{BufReader, Write as _},
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Longest the server may take for an answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(3);

/// Length of PulseAudio's cookie (PA_NATIVE_COOKIE_LENGTH), bytes.
const COOKIE_LEN: usize = 256;

/// A running watch; ends on drop.
pub struct Guard {
    socket: UnixStream,
    lost: Arc<AtomicBool>,
}

impl Guard {
    /// Watches a device; `None` when it is not one of PulseAudio's.
    ///
    /// # Errors
    /// For people: the server does not answer, or the device has gone meanwhile.
    pub fn watch(known: &Known) -> Result<Option<Self>, String> {
        let Some(name) = known.id.strip_prefix("pulseaudio:") else {
            return Ok(None);
        };
        Self::start(name).map(Some).map_err(|e| {
            format!(
                "{} can't be watched over, so it is not listened to ({e}). It is tried again",
                known.name
            )
        })
    }

    fn start(name: &str) -> Result<Self, String> {
        let text = |e: &dyn std::fmt::Display| e.to_string();
        let path = pulseaudio::socket_path_from_env().ok_or("PulseAudio is not running")?;
        let socket = UnixStream::connect(path).map_err(|e| text(&e))?;
        socket.set_read_timeout(Some(ANSWER_LIMIT)).map_err(|e| text(&e))?;
        let mut reader = BufReader::new(socket.try_clone().map_err(|e| text(&e))?);
        let (version, index) = subscribe(&mut reader, name).map_err(|e| text(&e))?;
        socket.set_read_timeout(None).map_err(|e| text(&e))?;
        let lost = Arc::new(AtomicBool::new(false));
        let flag = lost.clone();
        std::thread::Builder::new()
            .name("audio-guard".into())
            .spawn(move || {
                wait_for_removal(&mut reader, version, index);
                flag.store(true, Ordering::Release);
            })
            .map_err(|e| text(&e))?;
        Ok(Self { socket, lost })
    }

    /// The device has gone, or the server has.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Ends the thread's read; there is nothing to do if the server has closed already.
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

/// Logs in, asks for news of sources, and gives the protocol version and the number of the source called `name`.
fn subscribe(reader: &mut BufReader<UnixStream>, name: &str) -> Result<(u16, u32), protocol::ProtocolError> {
    let most = protocol::MAX_VERSION;
    let cookie = pulseaudio::cookie_path_from_env().and_then(|p| std::fs::read(p).ok());
    let mut cookie = cookie.unwrap_or_default();
    // PulseAudio hangs up on a cookie of any other length, also where it asks for none.
    cookie.resize(COOKIE_LEN, 0);
    let auth = AuthParams {
        version: most,
        supports_shm: false,
        supports_memfd: false,
        cookie,
    };
    send(reader, 0, &Command::Auth(auth), most)?;
    let (_, reply) = protocol::read_reply_message::<AuthReply>(reader, most)?;
    let version = most.min(reply.version);
    let mut props = Props::new();
    props.set(Prop::ApplicationName, c"Footlight (watching devices)".to_owned());
    send(reader, 1, &Command::SetClientName(props), version)?;
    protocol::read_reply_message::<SetClientNameReply>(reader, version)?;
    send(reader, 2, &Command::Subscribe(SubscriptionMask::SOURCE), version)?;
    protocol::read_ack_message(reader)?;
    let name = CString::new(name).map_err(|e| protocol::ProtocolError::Invalid(e.to_string()))?;
    send(reader, 3, &Command::LookupSource(name), version)?;
    let (_, LookupReply(index)) = protocol::read_reply_message::<LookupReply>(reader, version)?;
    Ok((version, index))
}

fn send(to: &mut BufReader<UnixStream>, seq: u32, c: &Command, version: u16) -> Result<(), protocol::ProtocolError> {
    protocol::write_command_message(to.get_mut(), seq, c, version)?;
    to.get_mut().flush()?;
    Ok(())
}

/// Returns when the source is removed, the connection ends, or the server can't be understood any more.
fn wait_for_removal(reader: &mut BufReader<UnixStream>, version: u16, index: u32) {
    while let Ok((_, command)) = protocol::read_command_message(reader, version) {
        if let Command::SubscribeEvent(e) = command
            && e.event_facility == SubscriptionEventFacility::Source
            && e.event_type == SubscriptionEventType::Removed
            && e.index == Some(index)
        {
            return;
        }
    }
}
