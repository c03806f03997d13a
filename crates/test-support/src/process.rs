//! A child process that ends with the test, also when the test panics. It stays in the test's own process group, so that
//! Ctrl-C and the test runner's time limit, which end the group, end it too. What it prints goes to a file, for messages.

use crate::wait_for;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    time::Duration,
};

/// How long a program may take to end when asked to.
const GRACE: Duration = Duration::from_secs(3);
/// How much of a log is shown in an error.
const TAIL: usize = 4000;

/// A running program; killed by its pid on drop.
#[derive(Debug)]
pub struct ChildGuard {
    child: Child,
    name: String,
    log: PathBuf,
}

impl ChildGuard {
    /// Starts `command` with its error output (and its output, unless that is already piped with `pipe_output`) going to
    /// `log`, which is added to.
    pub fn spawn(mut command: Command, log: &Path, pipe_output: bool) -> io::Result<Self> {
        let name = Path::new(command.get_program()).display().to_string();
        let file = File::options().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stderr(file.try_clone()?);
        command.stdout(if pipe_output { Stdio::piped() } else { file.into() });
        let child = command
            .spawn()
            .map_err(|e| io::Error::new(e.kind(), format!("can't start {name}: {e}")))?;
        Ok(Self {
            child,
            name,
            log: log.to_owned(),
        })
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The program's output where it was asked for as a pipe; once.
    pub fn take_output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends a signal; nothing happens when it has ended.
    pub fn signal(&mut self, signal: Signal) {
        if self.is_running()
            && let Ok(raw) = i32::try_from(self.pid())
            && let Some(pid) = Pid::from_raw(raw)
        {
            // It may end between the two; then there is nothing to do either.
            let _ = kill_process(pid, signal);
        }
    }

    /// Asks it to end (SIGTERM), and kills it when it does not within three seconds.
    pub fn terminate(&mut self) {
        self.signal(Signal::TERM);
        let _ = wait_for(GRACE, || !self.is_running());
        self.kill();
    }

    /// Kills it (SIGKILL) and waits for its end.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for its own end up to `limit`; `None` when it still runs then.
    pub fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let mut status = None;
        let _ = wait_for(limit, || {
            status = self.child.try_wait().ok().flatten();
            status.is_some()
        });
        status
    }

    /// The end of what it printed.
    pub fn log(&self) -> String {
        let all = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&all[all.len().saturating_sub(TAIL)..]).into_owned()
    }

    /// An error that says what happened to the program and what it printed.
    pub fn error(&self, what: &str) -> io::Error {
        io::Error::other(format!("{} {what}; it printed:\n{}", self.name, self.log()))
    }
}

impl Drop for ChildGuard {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a program to its end and gives what it printed; an exit code other than 0 is an error with its error output.
pub fn run(command: &mut Command) -> io::Result<Vec<u8>> {
    let name = Path::new(command.get_program()).display().to_string();
    let out = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| io::Error::new(e.kind(), format!("can't start {name}: {e}")))?;
    if out.status.success() {
        return Ok(out.stdout);
    }
    let text = String::from_utf8_lossy(&out.stderr);
    Err(io::Error::other(format!("{name} failed ({}):\n{text}", out.status)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(dir: &Path) -> ChildGuard {
        let mut c = Command::new("sleep");
        c.arg("600");
        ChildGuard::spawn(c, &dir.join("log"), false).expect("sleep")
    }
    fn exists(pid: u32) -> bool {
        Path::new(&format!("/proc/{pid}")).exists()
    }

    #[test]
    fn child_ends_when_the_test_panics() {
        let dir = tempfile::tempdir().expect("dir");
        let child = sleeper(dir.path());
        let pid = child.pid();
        assert!(exists(pid));
        let test = std::thread::Builder::new().name("a test".into());
        let result = test.spawn(move || {
            let _child = child;
            std::panic::resume_unwind(Box::new("a failed test"));
        });
        assert!(result.expect("thread").join().is_err());
        assert!(!exists(pid));
    }

    #[test]
    fn terminates_and_tells_what_was_printed() {
        let dir = tempfile::tempdir().expect("dir");
        let mut child = sleeper(dir.path());
        child.terminate();
        assert!(!child.is_running());
        let mut c = Command::new("ls");
        c.arg("/no/such/file");
        let mut ls = ChildGuard::spawn(c, &dir.path().join("ls"), false).expect("ls");
        assert!(ls.wait(Duration::from_secs(10)).is_some_and(|s| !s.success()));
        assert!(ls.error("failed").to_string().contains("/no/such/file"));
        assert!(run(Command::new("ls").arg("/no/such/file")).is_err());
    }
}
