//! A private PulseAudio without any sound card: null sinks `desk` and `mic` (whose monitors can be recorded), and the
//! source `fakemic`, which hears what is played into `mic`. It has its own runtime folder, home and socket and works for
//! root as well (with a warning in its log).

use crate::{
    process::{ChildGuard, run},
    wait_for,
};
use std::{
    io,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

/// A running PulseAudio; ended on drop.
#[derive(Debug)]
pub struct PulseServer {
    process: ChildGuard,
    dir: TempDir,
}

const START_LIMIT: Duration = Duration::from_secs(10);

impl PulseServer {
    /// Starts a server and waits until it answers.
    pub fn start() -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("footlight-pulse-").tempdir()?;
        let mut command = Command::new("pulseaudio");
        command.args([
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--use-pid-file=no",
            "--disable-shm=yes",
        ]);
        let socket = socket(dir.path());
        let native = format!(
            "module-native-protocol-unix auth-anonymous=1 socket={}",
            socket.display()
        );
        for module in [
            native.as_str(),
            "module-null-sink sink_name=desk",
            "module-null-sink sink_name=mic",
            "module-remap-source source_name=fakemic master=mic.monitor",
        ] {
            command.args(["-L", module]);
        }
        command.env_remove("PULSE_SERVER");
        for (name, value) in folders(dir.path()) {
            command.env(name, value);
        }
        let mut process = ChildGuard::spawn(command, &dir.path().join("log"), false)?;
        let mut ready = false;
        let answered = wait_for(START_LIMIT, || {
            ready = socket.exists() && pactl(dir.path(), &["info"]).is_ok();
            ready || !process.is_running()
        });
        if !answered || !ready {
            return Err(process.error("did not start"));
        }
        Ok(Self { process, dir })
    }

    /// What a client must have in its environment to find this server and no other.
    pub fn env(&self) -> Vec<(&'static str, String)> {
        env(self.dir.path())
    }

    /// The value for `PULSE_SERVER`.
    pub fn address(&self) -> String {
        address(self.dir.path())
    }

    /// Runs `pactl` on this server and gives what it prints.
    pub fn pactl(&self, arguments: &[&str]) -> io::Result<String> {
        pactl(self.dir.path(), arguments)
    }

    /// Plays a sound file into a sink (`desk`, `mic`) until its end, or until the guard is dropped.
    pub fn play(&self, file: &Path, sink: &str) -> io::Result<ChildGuard> {
        let mut c = Command::new("paplay");
        c.arg("--device").arg(sink).arg(file).envs(self.env());
        ChildGuard::spawn(c, &self.dir.path().join("paplay.log"), false)
    }

    /// Ends the server: its devices vanish, as when the sound system crashes.
    pub fn stop(&mut self) {
        self.process.terminate();
    }
}

fn socket(dir: &Path) -> PathBuf {
    dir.join("native")
}

fn address(dir: &Path) -> String {
    format!("unix:{}", socket(dir).display())
}

fn folders(dir: &Path) -> Vec<(&'static str, String)> {
    let names = ["HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_RUNTIME_PATH"];
    names.into_iter().map(|n| (n, dir.display().to_string())).collect()
}

fn env(dir: &Path) -> Vec<(&'static str, String)> {
    let mut all = folders(dir);
    all.push(("PULSE_SERVER", address(dir)));
    all
}

fn pactl(dir: &Path, arguments: &[&str]) -> io::Result<String> {
    let mut c = Command::new("pactl");
    c.args(arguments).envs(env(dir));
    Ok(String::from_utf8_lossy(&run(&mut c)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media_files::MediaFiles;

    #[test]
    fn a_tone_played_into_mic_is_heard_by_fakemic() {
        let server = PulseServer::start().expect("PulseAudio");
        let sources = server.pactl(&["list", "short", "sources"]).expect("pactl");
        for name in ["desk.monitor", "mic.monitor", "fakemic"] {
            assert!(sources.contains(name), "{sources}");
        }
        let files = MediaFiles::new().expect("folder");
        let tone = files.tone_wav("tone", 1000, 30).expect("wav");
        let _playing = server.play(&tone, "mic").expect("paplay");
        let heard = || {
            server
                .pactl(&["list", "short", "sink-inputs"])
                .is_ok_and(|s| !s.trim().is_empty())
        };
        assert!(wait_for(Duration::from_secs(5), heard));
        let mut c = Command::new("parec");
        c.args([
            "--device=fakemic",
            "--rate=48000",
            "--channels=1",
            "--format=s16le",
            "--latency-msec=20",
        ]);
        let log = files.path().join("parec.log");
        let mut recorder = ChildGuard::spawn(
            {
                c.envs(server.env());
                c
            },
            &log,
            true,
        )
        .expect("parec");
        let mut bytes = vec![0; 2 * 48_000];
        let mut output = recorder.take_output().expect("output");
        io::Read::read_exact(&mut output, &mut bytes).expect("a second of sound");
        let samples: Vec<i16> = bytes
            .chunks_exact(2)
            .map(|b| i16::from_le_bytes([b[0], b[1]]))
            .collect();
        // Count in the second half, in case the beginning is silent.
        let rising = samples[24_000..].windows(2).filter(|w| w[0] < 0 && w[1] >= 0).count();
        assert!(
            (499..=501).contains(&rising),
            "{rising} periods in half a second of 1000 Hz"
        );
    }

    #[test]
    fn servers_do_not_share() {
        let mut a = PulseServer::start().expect("PulseAudio");
        let b = PulseServer::start().expect("PulseAudio");
        assert_ne!(a.address(), b.address());
        a.stop();
        assert!(a.pactl(&["info"]).is_err());
        b.pactl(&["info"]).expect("the other one goes on");
    }
}
