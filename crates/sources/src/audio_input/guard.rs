//! Watches one PulseAudio source: the client library does not tell when the source of a recording is removed or the server
//! ends; the recording just falls silent. The guard hears of it at once, on a connection of its own. It changes nothing on
//! the server.

use super::{choice::Known, pulse};
use pulseaudio::protocol::{
    self, AuthParams, AuthReply, Command, CommandReply, LookupReply, Prop, Props, ProtocolError, SetClientNameReply,
    SubscriptionEventFacility as Facility, SubscriptionEventType as EventType, SubscriptionMask,
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
};

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
        let mut talk = Talk::open()?;
        let name = CString::new(name).map_err(|e| ProtocolError::Invalid(e.to_string()))?;
        // In this order no removal can be missed. News between the two are taken for a wrong answer: it is tried again.
        talk.send(&Command::Subscribe(SubscriptionMask::SOURCE))?;
        protocol::read_ack_message(&mut talk.reader)?;
        let LookupReply(source) = talk.ask(&Command::LookupSource(name))?;
        let socket = talk.reader.get_ref().try_clone()?;
        // Nothing may happen for hours.
        socket.set_read_timeout(None)?;
        let lost = Arc::new(AtomicBool::new(false));
        let flag = lost.clone();
        let thread = std::thread::Builder::new().name("audio-guard".into());
        thread.spawn(move || {
            let _why = until_lost(&mut talk, source);
            flag.store(true, Ordering::Release);
        })?;
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

/// One connection to the server.
struct Talk {
    reader: BufReader<UnixStream>,
    version: u16,
    asked: u32,
}

impl Talk {
    /// Connects and logs in.
    fn open() -> Result<Self, ProtocolError> {
        let socket = pulse::connect()?;
        let version = protocol::MAX_VERSION;
        let mut talk = Self {
            reader: BufReader::new(socket),
            version,
            asked: 0,
        };
        let auth = AuthParams {
            version,
            supports_shm: false,
            supports_memfd: false,
            cookie: pulse::cookie(),
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

/// Returns when the source is removed, the connection ends, or the server can't be understood.
fn until_lost(talk: &mut Talk, source: u32) -> Result<(), ProtocolError> {
    loop {
        let (_, command) = protocol::read_command_message(&mut talk.reader, talk.version)?;
        if let Command::SubscribeEvent(e) = command
            && e.event_facility == Facility::Source
            && e.event_type == EventType::Removed
            && e.index == Some(source)
        {
            return Ok(());
        }
    }
}
