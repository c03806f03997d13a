//! Watches one PulseAudio source and who of us listens to it. When a source goes, or the system's default changes, the
//! server moves whoever listens to another source (also when the source was asked for by name), and cpal does not tell: a
//! microphone nobody chose would be on air until the next look at the list. The guard hears of it at once, on connections
//! of its own. It changes nothing on the server.

use super::choice::Known;
use pulseaudio::protocol::{
    self, AuthParams, AuthReply, Command, CommandReply, LookupReply, Prop, Props, ProtocolError, SetClientNameReply,
    SourceOutputInfo, SubscriptionEvent, SubscriptionEventFacility as Facility, SubscriptionEventType as EventType,
    SubscriptionMask,
};
use std::{
    collections::BTreeSet,
    ffi::CString,
    io::{self, BufReader, Write as _},
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
    /// Watches a device, from before it is opened; `None` when it is not one of PulseAudio's.
    ///
    /// # Errors
    /// For people: the server does not answer, or the device has gone meanwhile.
    pub fn watch(known: &Known) -> Result<Option<Self>, String> {
        let Some(name) = known.id.strip_prefix("pulseaudio:") else {
            return Ok(None);
        };
        Self::start(name).map(Some).map_err(|e| {
            let name = &known.name;
            format!("{name} can't be watched over, so it is not listened to ({e}). It is tried again")
        })
    }

    fn start(name: &str) -> Result<Self, ProtocolError> {
        let (mut news, mut questions) = (Talk::open()?, Talk::open()?);
        news.send(&Command::Subscribe(
            SubscriptionMask::SOURCE | SubscriptionMask::SOURCE_OUTPUT,
        ))?;
        protocol::read_ack_message(&mut news.reader)?;
        let name = CString::new(name).map_err(|e| ProtocolError::Invalid(e.to_string()))?;
        let LookupReply(source) = questions.ask(&Command::LookupSource(name))?;
        let socket = news.reader.get_ref().try_clone()?;
        // Nothing may happen for hours.
        socket.set_read_timeout(None)?;
        let lost = Arc::new(AtomicBool::new(false));
        let (flag, mut watch) = (
            lost.clone(),
            Watch {
                questions,
                source,
                ours: BTreeSet::new(),
            },
        );
        let thread = std::thread::Builder::new().name("audio-guard".into());
        thread.spawn(move || {
            let _why = watch.until_lost(&mut news);
            flag.store(true, Ordering::Release);
        })?;
        Ok(Self { socket, lost })
    }

    /// The device has gone, we were moved away from it, or the server has gone.
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

/// One connection to the server.
struct Talk {
    reader: BufReader<UnixStream>,
    version: u16,
    asked: u32,
}

impl Talk {
    /// Connects and logs in.
    fn open() -> Result<Self, ProtocolError> {
        let path = pulseaudio::socket_path_from_env().ok_or(io::ErrorKind::NotFound);
        let socket = UnixStream::connect(path.map_err(io::Error::from)?)?;
        socket.set_read_timeout(Some(ANSWER_LIMIT))?;
        let version = protocol::MAX_VERSION;
        let mut talk = Self {
            reader: BufReader::new(socket),
            version,
            asked: 0,
        };
        let cookie = pulseaudio::cookie_path_from_env().and_then(|p| std::fs::read(p).ok());
        let mut cookie = cookie.unwrap_or_default();
        // PulseAudio hangs up on a cookie of any other length, also where it asks for none.
        cookie.resize(COOKIE_LEN, 0);
        let auth = AuthParams {
            version,
            supports_shm: false,
            supports_memfd: false,
            cookie,
        };
        let reply: AuthReply = talk.ask(&Command::Auth(auth))?;
        talk.version = version.min(reply.version);
        let mut props = Props::new();
        props.set(Prop::ApplicationName, c"Footlight (watching devices)");
        talk.ask::<SetClientNameReply>(&Command::SetClientName(props))?;
        Ok(talk)
    }
    fn send(&mut self, command: &Command) -> Result<(), ProtocolError> {
        self.asked += 1;
        protocol::write_command_message(self.reader.get_mut(), self.asked, command, self.version)?;
        Ok(self.reader.get_mut().flush()?)
    }
    fn ask<R: CommandReply>(&mut self, command: &Command) -> Result<R, ProtocolError> {
        self.send(command)?;
        Ok(protocol::read_reply_message::<R>(&mut self.reader, self.version)?.1)
    }
}

/// What the guard's thread knows.
struct Watch {
    questions: Talk,
    /// The server's number for the source.
    source: u32,
    /// Numbers of this process's recordings from it. Another source of ours on the same device counts as well: what moves
    /// one moves both.
    ours: BTreeSet<u32>,
}

impl Watch {
    /// Returns when the source or the connection is lost, or the server can't be understood.
    fn until_lost(&mut self, news: &mut Talk) -> Result<(), ProtocolError> {
        loop {
            let (_, command) = protocol::read_command_message(&mut news.reader, news.version)?;
            let Command::SubscribeEvent(SubscriptionEvent {
                event_facility,
                event_type,
                index: Some(index),
            }) = command
            else {
                continue;
            };
            match (event_facility, event_type) {
                (Facility::Source, EventType::Removed) if index == self.source => return Ok(()),
                (Facility::SourceOutput, EventType::Removed) if self.ours.contains(&index) => return Ok(()),
                (Facility::SourceOutput, EventType::New | EventType::Changed) if self.moved_away(index)? => {
                    return Ok(());
                }
                _ => {}
            }
        }
    }

    /// Looks where recording `index` comes from; true when it is ours and was from our source.
    fn moved_away(&mut self, index: u32) -> Result<bool, ProtocolError> {
        let info = match self
            .questions
            .ask::<SourceOutputInfo>(&Command::GetSourceOutputInfo(index))
        {
            Ok(info) => info,
            // It has ended meanwhile, which is told separately.
            Err(ProtocolError::ServerError(_)) => return Ok(false),
            Err(e) => return Err(e),
        };
        // cpal's name for its connection, which all of its recordings carry.
        let name = format!("cpal-pulseaudio-{}", std::process::id());
        let given = info.props.get(Prop::ApplicationName).unwrap_or_default();
        if given.split(|b| *b == 0).next() == Some(name.as_bytes()) && info.source_index == self.source {
            self.ours.insert(index);
        }
        Ok(info.source_index != self.source && self.ours.contains(&index))
    }
}
