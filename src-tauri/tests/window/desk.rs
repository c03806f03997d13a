//! A desk to try the window on: a display in memory, folders of its own, and a small client for WebDriver (W3C), which
//! `tauri-driver` and WebKit's driver speak.

use serde_json::{Value, json};
use std::{
    fs,
    io::{self, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;
use test_support::{ports::free_tcp, process::ChildGuard, wait_for, xvfb::Xvfb};
use x11rb::{
    connection::Connection,
    protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, MapState, Window},
};

/// How long anything may take on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(60);
pub const STUDIO: &str = env!("CARGO_BIN_EXE_footlight-studio");

/// Sends what a page sends, to the studio that made it: `ask(method, path, body)` gives the answer.
pub const ASK: &str = "
const done = arguments[arguments.length - 1], {base, token} = window.__FOOTLIGHT__;
const ask = (method, path, body) => fetch(base + path, {method, body: body && JSON.stringify(body),
  headers: {'Content-Type': 'application/json', Authorization: 'Bearer ' + token}}).then((r) => r.json());
const send = (command) => ask('POST', '/api/command', command);
";

/// A display with nobody's settings.
pub struct Desk {
    pub display: Xvfb,
    pub dir: TempDir,
}

impl Desk {
    pub fn new() -> Self {
        let display = Xvfb::start(1400, 950, 24).expect("Xvfb");
        let dir = tempfile::Builder::new()
            .prefix("footlight-window-")
            .tempdir()
            .expect("folder");
        for name in ["home", "run"] {
            fs::create_dir(dir.path().join(name)).expect("folder");
        }
        Self { display, dir }
    }

    /// A program that sees this desk and nothing of the one the test runs on.
    pub fn command(&self, program: &str) -> Command {
        let mut c = Command::new(program);
        let home = self.dir.path().join("home");
        c.env("DISPLAY", self.display.display())
            .env("HOME", &home)
            .env("XDG_RUNTIME_DIR", self.dir.path().join("run"));
        c.env("XDG_CONFIG_HOME", home.join(".config"))
            .env("XDG_DATA_HOME", home.join(".local/share"));
        c.env("LANG", "C.UTF-8")
            .env("LC_ALL", "C.UTF-8")
            .env("GDK_BACKEND", "x11");
        for name in ["WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "PULSE_SERVER"] {
            c.env_remove(name);
        }
        c
    }

    pub fn start(&self, command: Command, log: &str) -> ChildGuard {
        ChildGuard::spawn(command, &self.dir.path().join(log), false).expect("it starts")
    }

    /// The demo under another name, small enough for a busy machine.
    pub fn project(&self, name: &str) -> PathBuf {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/projects/demo");
        let to = self.dir.path().join(name);
        copy(&from, &to);
        let file = to.join("project.json");
        let mut project: Value = serde_json::from_slice(&fs::read(&file).expect("demo")).expect("json");
        project["name"] = json!(name);
        let canvas = &mut project["canvases"][0];
        (canvas["width"], canvas["height"], canvas["fps"]) = (json!(640), json!(360), json!(15));
        fs::write(&file, project.to_string()).expect("written");
        to
    }

    /// What the person has chosen for the window earlier.
    pub fn prefer(&self, what: &Value) {
        let folder = self.dir.path().join("home/.config/footlight");
        fs::create_dir_all(&folder).expect("folder");
        fs::write(folder.join("preferences.json"), what.to_string()).expect("written");
    }

    /// What the window keeps of the person's choices.
    pub fn preferences(&self) -> Value {
        let file = self.dir.path().join("home/.config/footlight/preferences.json");
        serde_json::from_slice(&fs::read(file).unwrap_or_default()).unwrap_or(Value::Null)
    }

    fn x(&self) -> (x11rb::rust_connection::RustConnection, Window) {
        let (x, screen) = x11rb::connect(Some(self.display.display())).expect("display");
        let root = x.setup().roots[screen].root;
        (x, root)
    }

    /// The names of the windows that are to be seen.
    pub fn windows(&self) -> Vec<(Window, String)> {
        let (x, root) = self.x();
        let name_of = x
            .intern_atom(false, b"_NET_WM_NAME")
            .expect("asked")
            .reply()
            .expect("atom")
            .atom;
        let children = x
            .query_tree(root)
            .expect("asked")
            .reply()
            .map(|t| t.children)
            .unwrap_or_default();
        let seen = children.into_iter().filter(|w| {
            // A window may go between the two questions.
            let state = x.get_window_attributes(*w).ok().and_then(|a| a.reply().ok());
            state.is_some_and(|a| a.map_state == MapState::VIEWABLE)
        });
        seen.filter_map(|w| {
            let name = x
                .get_property(false, w, name_of, AtomEnum::ANY, 0, 200)
                .ok()?
                .reply()
                .ok()?;
            Some((w, String::from_utf8_lossy(&name.value).into_owned())).filter(|(_, n)| !n.is_empty())
        })
        .collect()
    }

    pub fn has_window(&self, part: &str) -> bool {
        self.windows().iter().any(|(_, name)| name.contains(part))
    }

    /// What the cross in a window's corner does.
    pub fn ask_to_close(&self, part: &str) {
        let (x, _) = self.x();
        let atom = |name: &[u8]| x.intern_atom(false, name).expect("asked").reply().expect("atom").atom;
        let windows = self.windows();
        let (window, _) = windows
            .iter()
            .find(|(_, n)| n.contains(part))
            .unwrap_or_else(|| panic!("no {part}: {windows:?}"));
        let message = ClientMessageEvent::new(
            32,
            *window,
            atom(b"WM_PROTOCOLS"),
            [atom(b"WM_DELETE_WINDOW"), 0, 0, 0, 0],
        );
        x.send_event(false, *window, EventMask::NO_EVENT, message)
            .expect("sent")
            .check()
            .expect("taken");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("folder");
    for entry in fs::read_dir(from).expect("folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// The window, steered through tauri-driver.
pub struct Driven {
    port: u16,
    session: String,
    driver: ChildGuard,
}

/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Driven {
    pub fn open(desk: &Desk, args: &[&str]) -> Self {
        Self::open_program(desk, STUDIO, args)
    }

    pub fn open_program(desk: &Desk, program: &str, args: &[&str]) -> Self {
        let (port, native) = (free_tcp().expect("port"), free_tcp().expect("port"));
        let mut driver = desk.command("tauri-driver");
        driver.args(["--port", &port.to_string(), "--native-port", &native.to_string()]);
        driver.env("FOOTLIGHT_LOG", "info,ffmpeg=off");
        let driver = desk.start(driver, "driver");
        // It starts WebKit's driver, and answers nothing until that is there.
        let both = || {
            [port, native]
                .iter()
                .all(|p| TcpStream::connect(("127.0.0.1", *p)).is_ok())
        };
        assert!(wait_for(LIMIT, both), "tauri-driver: {}", driver.log());
        let wish = json!({"capabilities": {"alwaysMatch": {"tauri:options": {"application": program, "args": args}}}});
        let opened = http(port, "POST", "/session", Some(&wish)).expect("a session");
        let session = opened["sessionId"]
            .as_str()
            .unwrap_or_else(|| panic!("{opened} {}", driver.log()))
            .to_owned();
        Self { port, session, driver }
    }

    fn ask(&self, method: &str, what: &str, body: Option<&Value>) -> io::Result<Value> {
        let path = format!("/session/{}/{what}", self.session);
        match http(self.port, method, &path, body) {
            // After some seconds of rest the driver's own line to WebKit's driver is gone, which it notices by losing a question.
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => http(self.port, method, &path, body),
            answer => answer,
        }
    }

    /// What a script gives (`return …`); nothing when the page is gone.
    pub fn run(&self, script: &str) -> Value {
        self.ask("POST", "execute/sync", Some(&json!({"script": script, "args": []})))
            .unwrap_or(Value::Null)
    }

    /// What a script gives to its callback, `arguments[0]`.
    pub fn wait(&self, script: &str) -> Value {
        self.ask("POST", "execute/async", Some(&json!({"script": script, "args": []})))
            .unwrap_or(Value::Null)
    }

    /// The driver's process, whose descendants are the window's.
    pub fn pid(&self) -> u32 {
        self.driver.pid()
    }

    /// Waits until a script gives an element that can be used, and presses it as a mouse does.
    pub fn click(&self, what: &str, script: &str) {
        let mut last = Value::Null;
        let clicked = wait_for(LIMIT, || {
            let element = self.run(script);
            let Some(id) = element[ELEMENT].as_str() else {
                last = element;
                return false;
            };
            // What moves or is covered at this moment is pressed a moment later.
            let pressed = self.ask("POST", &format!("element/{id}/click"), Some(&json!({})));
            last = pressed.unwrap_or_else(|e| json!({ "error": e.to_string() }));
            last.is_null()
        });
        assert!(
            clicked,
            "{what}: {script} gives {last}; the page reads: {}",
            self.run("return document.body.innerText")
        );
    }

    /// The page gets a key, as its window would hand it on.
    pub fn press(&self, key: &str) {
        self.run(&format!(
            "for (const type of ['keydown', 'keyup']) document.body.dispatchEvent(new KeyboardEvent(type, {{key: '{key}', code: 'Digit{key}', bubbles: true, cancelable: true}}))"
        ));
    }

    /// Waits until a script gives true.
    pub fn until(&self, what: &str, script: &str) {
        let mut last = Value::Null;
        let held = wait_for(LIMIT, || {
            last = self.run(script);
            last == Value::Bool(true)
        });
        assert!(
            held,
            "{what}: {script} gives {last}; the page reads: {}",
            self.run("return document.body.innerText")
        );
    }

    /// The picture of an element, as PNG in base64.
    pub fn picture_of(&self, script: &str) -> String {
        let element = self.run(script);
        let id = element[ELEMENT].as_str().unwrap_or_default();
        let shot = self
            .ask("GET", &format!("element/{id}/screenshot"), None)
            .unwrap_or(Value::Null);
        shot.as_str().unwrap_or_default().to_owned()
    }

    pub fn end(&self) {
        let _ = http(self.port, "DELETE", &format!("/session/{}", self.session), None);
    }
}

impl Drop for Driven {
    /// Asked politely, the driver ends WebKit's driver too; killed, it would leave it behind.
    fn drop(&mut self) {
        self.driver.terminate();
    }
}

/// One question to the driver; its `value`.
fn http(port: u16, method: &str, path: &str, body: Option<&Value>) -> io::Result<Value> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(LIMIT))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = vec![];
    stream.read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    let (_, json) = text
        .split_once("\r\n\r\n")
        .ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "no answer"))?;
    // tauri-driver passes on what WebKit's driver sends, in one piece or in chunks.
    let json = &json[json.find('{').unwrap_or(0)..json.rfind('}').map_or(json.len(), |i| i + 1)];
    let answer: Value = serde_json::from_str(json).map_err(|e| io::Error::other(format!("{e}: {text}")))?;
    Ok(answer["value"].clone())
}
