//! The way of the sound from a device's callback, which may neither wait nor allocate, through a ring to the source's
//! thread, which fits it to the engine's clock. `device` and `pulse` open what calls back.

use super::{choice::Known, device};
use crate::capture::Link;
use cpal::{ErrorKind, FromSample, Sample};
use crossbeam_channel::{Receiver, Sender, bounded};
use media::{AudioBlock, Clock, MediaTime};
use mixer::DeviceResampler;
use rtrb::{Consumer, Producer, RingBuffer};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// How much sound the ring holds, seconds.
const RING_S: usize = 1;
/// Buffers the ring holds; PulseAudio gives some of a few samples, hundreds a second.
const RING_BUFFERS: usize = 4000;
/// A device that always has something to say and says nothing for this long is lost.
const MUTE: MediaTime = MediaTime::from_millis(5000);

/// How a device delivers: samples a second and per sample frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Sample frames a second.
    pub rate: u32,
    /// Channels, interleaved.
    pub channels: u16,
}

/// The callback's end of the ring.
pub struct Tap {
    samples: Producer<f32>,
    buffers: Producer<(usize, MediaTime)>,
    clock: Arc<dyn Clock>,
    lost: Arc<AtomicU64>,
    report: Sender<cpal::Error>,
}

impl Tap {
    /// Takes a buffer. Never waits or allocates: what does not fit is lost and counted.
    pub fn take<T: Sample>(&mut self, data: &[T])
    where
        f32: FromSample<T>,
    {
        self.take_from(data.len(), data.iter().map(|s| f32::from_sample(*s)));
    }
    /// As `take`, of `len` samples.
    pub fn take_from(&mut self, len: usize, data: impl Iterator<Item = f32>) {
        let room = !self.buffers.is_full();
        match self.samples.write_chunk_uninit(len) {
            Ok(chunk) if room => {
                let written = chunk.fill_from_iter(data);
                // Room was looked at above, and nobody else writes.
                let _ = self.buffers.push((written, self.clock.now()));
            }
            _ => {
                self.lost.fetch_add(len as u64, Ordering::Relaxed);
            }
        }
    }
    /// Where errors of the stream go.
    pub fn report(&self) -> Sender<cpal::Error> {
        self.report.clone()
    }
}

/// What calls back; it stops on drop.
enum Running {
    Device {
        _stream: Arc<cpal::Stream>,
    },
    #[cfg(target_os = "linux")]
    Pulse {
        _recording: super::pulse::Recording,
    },
}

/// An open device.
pub struct Listening {
    // Dropped first: no callback runs any more when the rest goes.
    running: Running,
    ring: Ring,
    resampler: DeviceResampler,
    /// Kept so that steady running allocates nothing: one buffer, and the blocks made of it.
    buffer: Vec<f32>,
    blocks: Vec<AudioBlock>,
    name: String,
    heard: MediaTime,
}

/// Our end of the ring.
struct Ring {
    samples: Consumer<f32>,
    buffers: Consumer<(usize, MediaTime)>,
    errors: Receiver<cpal::Error>,
    lost: Arc<AtomicU64>,
}

impl Ring {
    fn new(format: Format, clock: Arc<dyn Clock>) -> (Tap, Self) {
        let (samples_in, samples) = RingBuffer::new(format.rate as usize * usize::from(format.channels) * RING_S);
        let (buffers_in, buffers) = RingBuffer::new(RING_BUFFERS);
        let lost = Arc::new(AtomicU64::new(0));
        let (report, errors) = bounded(8);
        let tap = Tap {
            samples: samples_in,
            buffers: buffers_in,
            clock,
            lost: lost.clone(),
            report,
        };
        (
            tap,
            Self {
                samples,
                buffers,
                errors,
                lost,
            },
        )
    }
}

impl Listening {
    /// Opens a device and begins to listen.
    ///
    /// # Errors
    /// For people: it can't be opened, or does not begin.
    pub fn start(device: &cpal::Device, known: &Known, link: &Link) -> Result<Self, String> {
        #[cfg(target_os = "linux")]
        if let Some(name) = known.id.strip_prefix("pulseaudio:") {
            let source = super::pulse::Source::find(name, &known.name)?;
            let (tap, ring) = Ring::new(source.format(), link.ctx.clock.clone());
            let format = source.format();
            return Self::new(
                Running::Pulse {
                    _recording: source.record(tap)?,
                },
                ring,
                format,
                known,
                link,
            );
        }
        let plan = device::Plan::of(device, known)?;
        let (tap, ring) = Ring::new(plan.format(), link.ctx.clock.clone());
        let stream = plan.start(device, tap, &known.name)?;
        let running = Running::Device { _stream: stream };
        Self::new(running, ring, plan.format(), known, link)
    }

    fn new(running: Running, ring: Ring, format: Format, known: &Known, link: &Link) -> Result<Self, String> {
        let name = known.name.clone();
        let resampler = DeviceResampler::new(format.rate, format.channels).map_err(|e| format!("{name}: {e}"))?;
        let buffer = Vec::with_capacity(format.rate as usize * usize::from(format.channels) * RING_S);
        Ok(Self {
            running,
            ring,
            resampler,
            buffer,
            blocks: Vec::new(),
            name,
            heard: link.now(),
        })
    }

    /// Takes on what was captured since the last time.
    ///
    /// # Errors
    /// For people: the device is lost.
    pub fn take(&mut self, link: &Link) -> Result<(), String> {
        let (name, id) = (&self.name, &link.ctx.id);
        while let Ok(e) = self.ring.errors.try_recv() {
            match e.kind() {
                ErrorKind::Xrun | ErrorKind::RealtimeDenied => tracing::debug!(source = %id, "{name}: {e}"),
                _ => return Err(format!("{name} was lost: {e} It is heard again as soon as it is back")),
            }
        }
        while let Ok((len, arrival)) = self.ring.buffers.pop() {
            let Ok(chunk) = self.ring.samples.read_chunk(len) else {
                continue;
            };
            let (a, b) = chunk.as_slices();
            self.buffer.clear();
            self.buffer.extend_from_slice(a);
            self.buffer.extend_from_slice(b);
            chunk.commit_all();
            self.resampler.push(&self.buffer, arrival, &mut self.blocks);
            self.heard = arrival;
        }
        for block in self.blocks.drain(..) {
            link.push_sound(&block);
        }
        let lost = self.ring.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tracing::warn!(source = %id, "{lost} samples of {name} were lost, this computer is too busy");
        }
        match self.running {
            // Windows says nothing while nothing is played.
            Running::Device { .. } => Ok(()),
            #[cfg(target_os = "linux")]
            Running::Pulse { .. } if link.now() - self.heard > MUTE => Err(format!(
                "{name} sends no sound. Check that it is switched on; it is tried again"
            )),
            #[cfg(target_os = "linux")]
            Running::Pulse { .. } => Ok(()),
        }
    }
}
