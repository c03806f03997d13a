//! Opening a device through cpal: Windows, macOS, and ALSA where no PulseAudio runs.

use super::{
    choice::Known,
    stream::{Format, Tap},
};
use cpal::{
    BufferSize, ErrorKind, FromSample, I24, InputCallbackInfo, SampleFormat, SizedSample, StreamConfig, U24,
    traits::{DeviceTrait as _, StreamTrait as _},
};
use crossbeam_channel::bounded;
use std::{sync::Arc, time::Duration};

/// Longest a device may take to open, and again to begin.
const START_LIMIT: Duration = Duration::from_secs(5);

/// How a device is opened: as it delivers by itself.
pub struct Plan {
    config: StreamConfig,
    sample: SampleFormat,
}

impl Plan {
    /// # Errors
    /// For people: the device does not say.
    pub fn of(device: &cpal::Device, known: &Known) -> Result<Self, String> {
        // An output is heard in the format it plays.
        let native = match known.desktop && !device.supports_input() {
            true => device.default_output_config(),
            false => device.default_input_config(),
        };
        let native = native.map_err(|e| refusal(&known.name, &e))?;
        let config = StreamConfig {
            channels: native.channels(),
            sample_rate: native.sample_rate(),
            buffer_size: BufferSize::Default,
        };
        Ok(Self {
            config,
            sample: native.sample_format(),
        })
    }
    /// What the tap will be given.
    pub fn format(&self) -> Format {
        Format {
            rate: self.config.sample_rate,
            channels: self.config.channels,
        }
    }
    /// Opens the device and begins to fill the tap.
    ///
    /// # Errors
    /// For people: it can't be opened, or does not begin.
    pub fn start(&self, device: &cpal::Device, tap: Tap, name: &str) -> Result<Arc<cpal::Stream>, String> {
        let stream = build(device, self.config, self.sample, tap).map_err(|e| refusal(name, &e))?;
        let stream = Arc::new(stream);
        begin(&stream, name)?;
        Ok(stream)
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

/// Starts the stream on a helper thread: some drivers wait without limit for the first sound.
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
) -> Result<cpal::Stream, cpal::Error> {
    fn typed<T: SizedSample + Send + 'static>(
        device: &cpal::Device,
        config: StreamConfig,
        mut tap: Tap,
    ) -> Result<cpal::Stream, cpal::Error>
    where
        f32: FromSample<T>,
    {
        let report = tap.report();
        let take = move |data: &[T], _: &InputCallbackInfo| tap.take(data);
        // When several are waiting one more says nothing new.
        let tell = move |e| drop(report.try_send(e));
        device.build_input_stream::<T, _, _>(config, take, tell, Some(START_LIMIT))
    }
    match format {
        SampleFormat::I8 => typed::<i8>(device, config, tap),
        SampleFormat::I16 => typed::<i16>(device, config, tap),
        SampleFormat::I24 => typed::<I24>(device, config, tap),
        SampleFormat::I32 => typed::<i32>(device, config, tap),
        SampleFormat::I64 => typed::<i64>(device, config, tap),
        SampleFormat::U8 => typed::<u8>(device, config, tap),
        SampleFormat::U16 => typed::<u16>(device, config, tap),
        SampleFormat::U24 => typed::<U24>(device, config, tap),
        SampleFormat::U32 => typed::<u32>(device, config, tap),
        SampleFormat::U64 => typed::<u64>(device, config, tap),
        SampleFormat::F64 => typed::<f64>(device, config, tap),
        _ => typed::<f32>(device, config, tap),
    }
}
