//! Recording from PulseAudio (or PipeWire's stand-in) itself. cpal could do it, but its recordings may be moved to another
//! source by the server, which does so whenever the default changes, and they keep no more of a burst than one buffer, so
//! that a busy server makes holes. Here a recording can't be moved and keeps what the server keeps.

use super::stream::{Format, Tap};
use pulseaudio::{
    Client, ClientError, RecordStream,
    protocol::{
        self, RecordStreamParams, SampleFormat, SampleSpec, SourceInfo, stream::BufferAttr, stream::StreamFlags,
    },
};
use std::{ffi::CString, os::unix::net::UnixStream, time::Duration};

/// Longest the server may take to let us in.
const ANSWER_LIMIT: Duration = Duration::from_secs(3);
/// Length of PulseAudio's cookie (PA_NATIVE_COOKIE_LENGTH), bytes.
const COOKIE_LEN: usize = 256;
/// Buffers a second that are asked for: 20 ms each.
const BUFFERS_A_SECOND: u32 = 50;
const SAMPLE_LEN: usize = size_of::<f32>();

/// Our cookie as the server wants it: PulseAudio hangs up on one of another length, also where it asks for none.
pub fn cookie() -> Vec<u8> {
    let file = pulseaudio::cookie_path_from_env().and_then(|p| std::fs::read(p).ok());
    let mut cookie = file.unwrap_or_default();
    cookie.resize(COOKIE_LEN, 0);
    cookie
}

/// A connection to the server that ends with an error, and not never, when the server hangs.
pub fn connect() -> std::io::Result<UnixStream> {
    let path = pulseaudio::socket_path_from_env().ok_or(std::io::ErrorKind::NotFound)?;
    let socket = UnixStream::connect(path)?;
    socket.set_read_timeout(Some(ANSWER_LIMIT))?;
    Ok(socket)
}

/// A source of the server.
pub struct Source {
    client: Client,
    info: SourceInfo,
    /// For people.
    name: String,
}

/// A running recording; ends on drop.
pub struct Recording {
    // In this order: the end of the recording is still sent.
    _stream: RecordStream,
    _client: Client,
}

fn refusal(name: &str, e: &ClientError) -> String {
    format!("{name} can't be opened: {e}. It is tried again; check its plug and the system's sound settings")
}

impl Source {
    /// The source `id`, called `name` by people.
    ///
    /// # Errors
    /// For people: it is not there, or the server does not answer.
    pub fn find(id: &str, name: &str) -> Result<Self, String> {
        let look = || {
            let client = Client::new_unix(c"Footlight", connect()?, Some(cookie()))?;
            let id = CString::new(id).map_err(|e| protocol::ProtocolError::Invalid(e.to_string()))?;
            let info = pollster::block_on(client.source_info_by_name(id))?;
            Ok((client, info))
        };
        let (client, info) = look().map_err(|e| refusal(name, &e))?;
        Ok(Self {
            client,
            info,
            name: name.to_owned(),
        })
    }
    /// What the tap will be given.
    pub fn format(&self) -> Format {
        let spec = &self.info.sample_spec;
        Format {
            rate: spec.sample_rate,
            channels: spec.channels.into(),
        }
    }
    /// Begins to fill the tap.
    ///
    /// # Errors
    /// For people: the server refuses.
    pub fn record(self, mut tap: Tap) -> Result<Recording, String> {
        let spec = self.info.sample_spec;
        let second = spec.sample_rate * u32::from(spec.channels) * SAMPLE_LEN as u32;
        let params = RecordStreamParams {
            sample_spec: SampleSpec {
                format: SampleFormat::Float32Le,
                ..spec
            },
            channel_map: self.info.channel_map,
            source_index: Some(self.info.index),
            buffer_attr: BufferAttr {
                fragment_size: second / BUFFERS_A_SECOND,
                ..Default::default()
            },
            flags: StreamFlags {
                adjust_latency: true,
                no_move: true,
                ..Default::default()
            },
            ..Default::default()
        };
        let take = move |bytes: &[u8]| {
            let samples = bytes.chunks_exact(SAMPLE_LEN);
            let value = |b: &[u8]| b.try_into().map_or(0.0, f32::from_le_bytes);
            tap.take_from(samples.len(), samples.map(value));
        };
        let stream = pollster::block_on(self.client.create_record_stream(params, take));
        let stream = stream.map_err(|e| refusal(&self.name, &e))?;
        Ok(Recording {
            _stream: stream,
            _client: self.client,
        })
    }
}
