//! What a person at a terminal sees while the show runs: one screen that redraws itself, or plain lines when the output
//! is not a terminal.

use engine::{Event, EventLevel, Report, Show, Snapshot};
use outputs::DestinationState;
use std::{
    fmt::Write as _,
    io::{IsTerminal, Write},
};

/// Lines of the event log kept on the screen.
const EVENTS_SHOWN: usize = 6;

/// The status display.
pub(crate) struct StatusView {
    terminal: bool,
    watch_url: String,
    seen: u64,
    recent: Vec<Event>,
    drawn_lines: usize,
    updates: u64,
    ending: bool,
}

impl StatusView {
    pub(crate) fn new(show: &Show, watch_url: String) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let has_local = show.snapshot().destinations.iter().any(|d| d.kind == "local");
        if has_local {
            out(&format!("Watch at {watch_url}\n"));
        } else {
            out(&format!("Status at {watch_url}\n"));
        }
        if terminal {
            out("Ctrl-C ends the show.\n");
        }
        Self {
            terminal,
            watch_url,
            seen: 0,
            recent: vec![],
            drawn_lines: 0,
            updates: 0,
            ending: false,
        }
    }

    /// Shows the state as it is now.
    pub(crate) fn update(&mut self, show: &Show) {
        let events = show.events_since(self.seen);
        self.seen = events.last().map_or(self.seen, |e| e.seq);
        if self.terminal {
            self.recent.extend(events);
            let spare = self.recent.len().saturating_sub(EVENTS_SHOWN);
            self.recent.drain(..spare);
            self.draw(&show.snapshot());
        } else {
            for e in &events {
                out(&(event_line(e) + "\n"));
            }
            // Every ten seconds, for logs.
            if self.updates % 50 == 49 {
                out(&(one_line(&show.snapshot()) + "\n"));
            }
        }
        self.updates += 1;
    }

    /// The show is being ended.
    pub(crate) fn ending(&mut self) {
        self.ending = true;
        if !self.terminal {
            out("Ending the show\n");
        }
    }

    /// Leaves the screen as it is.
    pub(crate) fn close(&mut self) {
        self.drawn_lines = 0;
    }

    fn draw(&mut self, s: &Snapshot) {
        let width = terminal_width();
        let mut lines = vec![];
        let mode = if self.ending { "ending" } else { on_air(s) };
        lines.push(format!("{}  {}  {mode}", s.project, clock(s.elapsed_s)));
        lines.push(format!("watch  {}", self.watch_url));
        for c in &s.canvases {
            lines.push(format!(
                "canvas {}  {}x{}  {:.1} of {:.2} fps  late {}  skipped {}  ({} on {})",
                c.id, c.width, c.height, c.fps_now, c.fps, c.frames_late, c.frames_skipped, s.renderer, s.adapter
            ));
        }
        for e in &s.encoders {
            lines.push(format!(
                "encode {}  {}  {:.0} kbit/s  dropped {}",
                e.id, e.implementation, e.bitrate_kbps, e.frames_dropped
            ));
        }
        for d in &s.destinations {
            let st = &d.status;
            let why = st.reason.as_deref().map(|r| format!("  {r}")).unwrap_or_default();
            lines.push(format!(
                "to     {}  {}  {:.0} kbit/s  dropped {}{why}",
                d.name,
                st.state.name(),
                st.bitrate_kbps,
                st.frames_dropped
            ));
        }
        for r in &s.recordings {
            let state = r
                .error
                .clone()
                .unwrap_or_else(|| format!("{}  {:.1} MB", clock(r.duration_s), r.bytes as f64 / 1e6));
            lines.push(format!("record {}  {state}", r.path.display()));
        }
        lines.push(format!(
            "sound  {} {}  {}",
            bar(s.master.peak_db[0]),
            bar(s.master.peak_db[1]),
            lufs(s.lufs)
        ));
        lines.extend(self.recent.iter().map(event_line));
        self.paint(&lines, width);
    }

    fn paint(&mut self, lines: &[String], width: usize) {
        let mut text = String::new();
        if self.drawn_lines > 0 {
            let _ = write!(text, "\x1b[{}A", self.drawn_lines);
        }
        for line in lines {
            let cut: String = line.chars().filter(|c| !c.is_control()).take(width).collect();
            let _ = writeln!(text, "{cut}\x1b[K");
        }
        text.push_str("\x1b[J");
        self.drawn_lines = lines.len();
        out(&text);
    }
}

/// Writes to standard output; a closed pipe is no reason to end a show.
fn out(text: &str) {
    let mut o = std::io::stdout().lock();
    let _ = o.write_all(text.as_bytes()).and_then(|()| o.flush());
}

#[cfg(unix)]
fn terminal_width() -> usize {
    rustix::termios::tcgetwinsize(std::io::stdout()).map_or(100, |s| usize::from(s.ws_col).max(20))
}

#[cfg(not(unix))]
fn terminal_width() -> usize {
    100
}

fn on_air(s: &Snapshot) -> &'static str {
    if s.destinations.iter().any(|d| d.status.state == DestinationState::Live) {
        "ON AIR"
    } else {
        "nobody receives it yet"
    }
}

fn clock(seconds: f64) -> String {
    let s = seconds.max(0.0) as u64;
    format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

fn lufs(l: Option<f64>) -> String {
    l.map_or("silent".into(), |l| format!("{l:.1} LUFS"))
}

/// A level from -60 to 0 dBFS in twenty signs.
fn bar(db: f32) -> String {
    let full = ((db + 60.0) / 3.0).clamp(0.0, 20.0) as usize;
    format!("[{}{}]", "#".repeat(full), "-".repeat(20 - full))
}

fn event_line(e: &Event) -> String {
    let mark = match e.level {
        EventLevel::Info => "",
        EventLevel::Warning => "warning: ",
        EventLevel::Error => "error: ",
    };
    format!("{:>8.1} s  {mark}{}", e.at_s, e.message)
}

fn one_line(s: &Snapshot) -> String {
    let canvas = s
        .canvases
        .first()
        .map(|c| {
            format!(
                "{:.1} fps, late {}, skipped {}",
                c.fps_now, c.frames_late, c.frames_skipped
            )
        })
        .unwrap_or_default();
    let to: Vec<_> = s
        .destinations
        .iter()
        .map(|d| {
            format!(
                "{} {} {:.0} kbit/s dropped {}",
                d.name,
                d.status.state.name(),
                d.status.bitrate_kbps,
                d.status.frames_dropped
            )
        })
        .collect();
    format!(
        "{}  {canvas}; {}; {}",
        clock(s.elapsed_s),
        if to.is_empty() {
            "no destination".into()
        } else {
            to.join("; ")
        },
        lufs(s.lufs)
    )
}

/// The end of the show in a few lines.
pub(crate) fn print_report(r: &Report) {
    let mut text = format!("The show ran for {}.\n", clock(r.duration_s));
    for c in &r.canvases {
        let _ = writeln!(
            text,
            "  {}: {} pictures due, {} drawn, {} unchanged, {} late, {} skipped",
            c.id, c.frames_due, c.frames_rendered, c.frames_repeated, c.frames_late, c.frames_skipped
        );
    }
    for d in &r.destinations {
        let trouble = d
            .last_error
            .as_deref()
            .map(|e| format!(" (last trouble: {e})"))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "  {}: {} pictures sent, {} left out, {} reconnects{trouble}",
            d.name, d.frames_sent, d.frames_dropped, d.reconnects
        );
    }
    for f in &r.recordings {
        match &f.error {
            None => {
                let _ = writeln!(
                    text,
                    "  recorded {}: {}, {:.1} MB",
                    f.path,
                    clock(f.duration_s),
                    f.bytes as f64 / 1e6
                );
            }
            Some(e) => {
                let _ = writeln!(text, "  recording {}: {e}", f.path);
            }
        }
    }
    out(&text);
}
