//! Listening to one device: from its callback, which may neither wait nor allocate, through a ring to the source's thread,
//! which fits the sound to the engine's clock.

use super::choice::Known;
use crate::capture::Link;
use cpal::{
    BufferSize, ErrorKind, FromSample, I24, InputCallbackInfo, Sample, SampleFormat, SizedSample, StreamConfig, U24,
    traits::{DeviceTrait as _, StreamTrait as _},
};
use crossbeam_channel::{Receiver, Sender, bounded};
use media::{AudioBlock, Clock, MediaTime};
use mixer::DeviceResampler;
use rtrb::{Consumer, Producer, RingBuffer};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How much sound the ring holds, seconds.
const RING_S: usize = 1;
/// Buffers the ring holds; PulseAudio gives some of a few samples, hundreds a second.
const RING_BUFFERS: usize = 4000;
/// The buffer that is asked for where the device leaves it open, in parts of a second: 40 ms. PulseAudio keeps no more
/// than one buffer for us, so this is also how long our computer may be busy without a hole in the sound.
const BUFFER_PART: u32 = 25;
/// Longest a device may take to open, and again to begin.
const START_LIMIT: Duration = Duration::from_secs(5);

/// The callback's end of the ring.
struct Tap {
    samples: Producer<f32>,
    buffers: Producer<(usize, MediaTime)>,
    clock: Arc<dyn Clock>,
    lost: Arc<AtomicU64>,
}

impl Tap {
    /// Takes a buffer. Never waits or allocates: what does not fit is lost and counted.
    fn take<T: Sample>(&mut self, data: &[T])
    where
        f32: FromSample<T>,
    {
        let room = !self.buffers.is_full();
        match self.samples.write_chunk_uninit(data.len()) {
            Ok(chunk) if room => {
                let written = chunk.fill_from_iter(data.iter().map(|s| f32::from_sample(*s)));
                // Room was looked at above, and nobody else writes.
                let _ = self.buffers.push((written, self.clock.now()));
            }
            _ => {
                self.lost.fetch_add(data.len() as u64, Ordering::Relaxed);
            }
        }
    }
}

/// An open device.
pub struct Listening {
    // Dropped first: no callback runs any more when the rest goes.
    _stream: Arc<cpal::Stream>,
    samples: Consumer<f32>,
    buffers: Consumer<(usize, MediaTime)>,
    errors: Receiver<cpal::Error>,
    lost: Arc<AtomicU64>,
    resampler: DeviceResampler,
    /// Kept so that steady running allocates nothing: one buffer, and the blocks made of it.
    buffer: Vec<f32>,
    blocks: Vec<AudioBlock>,
    name: String,
}

impl Listening {
    /// Opens a device and begins to listen.
    ///
    /// # Errors
    /// For people: it can't be opened, or does not begin.
    pub fn start(device: &cpal::Device, known: &Known, link: &Link) -> Result<Self, String> {
        let name = &known.name;
        let refused = |e: cpal::Error| refusal(name, &e);
        // An output is heard in the format it plays.
        let native = match known.desktop && !device.supports_input() {
            true => device.default_output_config(),
            false => device.default_input_config(),
        };
        let native = native.map_err(refused)?;
        let config = StreamConfig {
            channels: native.channels(),
            sample_rate: native.sample_rate(),
            buffer_size: buffer_size(native.sample_rate()),
        };
        let resampler =
            DeviceResampler::new(config.sample_rate, config.channels).map_err(|e| format!("{name}: {e}"))?;
        let room = config.sample_rate as usize * usize::from(config.channels) * RING_S;
        let (samples_in, samples) = RingBuffer::new(room);
        let (buffers_in, buffers) = RingBuffer::new(RING_BUFFERS);
        let lost = Arc::new(AtomicU64::new(0));
        let tap = Tap {
            samples: samples_in,
            buffers: buffers_in,
            clock: link.ctx.clock.clone(),
            lost: lost.clone(),
        };
        let (report, errors) = bounded(8);
        let stream = Arc::new(build(device, config, native.sample_format(), tap, report).map_err(refused)?);
        begin(&stream, name)?;
        Ok(Self {
            _stream: stream,
            samples,
            buffers,
            errors,
            lost,
            resampler,
            buffer: Vec::with_capacity(room),
            blocks: Vec::new(),
            name: name.clone(),
        })
    }

    /// Takes on what was captured since the last time.
    ///
    /// # Errors
    /// For people: the device is lost.
    pub fn take(&mut self, link: &Link) -> Result<(), String> {
        while let Ok(e) = self.errors.try_recv() {
            match e.kind() {
                ErrorKind::Xrun | ErrorKind::RealtimeDenied => {
                    tracing::debug!(source = %link.ctx.id, "{}: {e}", self.name)
                }
                _ => {
                    return Err(format!(
                        "{} was lost: {e} It is heard again as soon as it is back",
                        self.name
                    ));
                }
            }
        }
        while let Ok((len, arrival)) = self.buffers.pop() {
            let Ok(chunk) = self.samples.read_chunk(len) else {
                continue;
            };
            let (a, b) = chunk.as_slices();
            self.buffer.clear();
            self.buffer.extend_from_slice(a);
            self.buffer.extend_from_slice(b);
            chunk.commit_all();
            self.resampler.push(&self.buffer, arrival, &mut self.blocks);
        }
        for block in self.blocks.drain(..) {
            link.push_sound(&block);
        }
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tracing::warn!(source = %link.ctx.id, "{lost} samples of {} were lost, this computer is too busy", self.name);
        }
        Ok(())
    }
}

/// PulseAudio would else gather two seconds of sound before it gives any; the others choose well by themselves.
fn buffer_size(rate: u32) -> BufferSize {
    if cfg!(target_os = "linux") {
        BufferSize::Fixed((rate / BUFFER_PART).max(1))
    } else {
        BufferSize::Default
    }
}

fn refusal(name: &str, e: &cpal::Error) -> String {
    let advice = match e.kind() {
        ErrorKind::DeviceBusy => "Close other programs that use it",
        ErrorKind::PermissionDenied => "Allow Footlight to use the microphone in the system's settings",
        _ => "It is tried again; check its plug and the system's sound settings",
    };
    format!("{name} can't be opened: {e} {advice}")
}

/// Starts the stream on a helper thread: PulseAudio's client waits without limit for the first sound.
fn begin(stream: &Arc<cpal::Stream>, name: &str) -> Result<(), String> {
    let (done, began) = bounded(1);
    let helper = stream.clone();
    let thread = std::thread::Builder::new().name("audio-begin".into());
    let body = move || {
        let result = helper.play();
        // Before the answer, so that the stream's last holder is the source.
        drop(helper);
        let _ = done.send(result);
    };
    thread
        .spawn(body)
        .map_err(|e| format!("The system gives no thread for {name} ({e}). Close other programs"))?;
    match began.recv_timeout(START_LIMIT) {
        Ok(result) => result.map_err(|e| refusal(name, &e)),
        Err(_) => Err(format!(
            "{name} sends no sound. Check that it is switched on; it is tried again"
        )),
    }
}

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    tap: Tap,
    report: Sender<cpal::Error>,
) -> Result<cpal::Stream, cpal::Error> {
    fn typed<T: SizedSample + Send + 'static>(
        device: &cpal::Device,
        config: StreamConfig,
        mut tap: Tap,
        report: Sender<cpal::Error>,
    ) -> Result<cpal::Stream, cpal::Error>
    where
        f32: FromSample<T>,
    {
        let take = move |data: &[T], _: &InputCallbackInfo| tap.take(data);
        // When several are waiting one more says nothing new.
        let tell = move |e| drop(report.try_send(e));
        device.build_input_stream::<T, _, _>(config, take, tell, Some(START_LIMIT))
    }
    match format {
        SampleFormat::I8 => typed::<i8>(device, config, tap, report),
        SampleFormat::I16 => typed::<i16>(device, config, tap, report),
        SampleFormat::I24 => typed::<I24>(device, config, tap, report),
        SampleFormat::I32 => typed::<i32>(device, config, tap, report),
        SampleFormat::I64 => typed::<i64>(device, config, tap, report),
        SampleFormat::U8 => typed::<u8>(device, config, tap, report),
        SampleFormat::U16 => typed::<u16>(device, config, tap, report),
        SampleFormat::U24 => typed::<U24>(device, config, tap, report),
        SampleFormat::U32 => typed::<u32>(device, config, tap, report),
        SampleFormat::U64 => typed::<u64>(device, config, tap, report),
        SampleFormat::F64 => typed::<f64>(device, config, tap, report),
        _ => typed::<f32>(device, config, tap, report),
    }
}
