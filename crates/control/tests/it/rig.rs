//! A studio with its server, one HTTP request at a time, and WebSockets.

use control::{Access, Door, Front, Server};
use engine::{ShowOptions, Studio, StudioOptions};
use media::Secret;
use project::{Project, ProjectStore};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};
use tungstenite::{Message, WebSocket, client::IntoClientRequest};

/// How long anything may take on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(30);
pub const TOKEN: &str = "right-token";

pub struct Rig {
    server: Server,
    pub studio: Studio,
    folder: tempfile::TempDir,
}

/// The counter fills scene `a`, a plain colour scene `b`.
fn project() -> Project {
    let fill = json!({ "mode": "stretch", "width": 320, "height": 180 });
    let scene = |id: &str, source: &str| json!({ "id": id, "name": id.to_uppercase(), "items": [{ "id": "it", "source": source, "bounds": fill }] });
    let all = json!({
        "version": 1,
        "name": "Test",
        "canvases": [{ "id": "main", "width": 320, "height": 180, "fps": 30, "scene": "a" }],
        "sources": [
            { "id": "count", "kind": "test_pattern", "settings": { "pattern": "counter" } },
            { "id": "still", "kind": "color", "settings": { "color": "#336699" } },
        ],
        "scenes": [scene("a", "count"), scene("b", "still")],
        "destinations": [{ "id": "yt", "kind": "rtmp", "enabled": false, "settings": { "url": "rtmp://127.0.0.1/live", "key": "hush-hush" } }],
    });
    serde_json::from_value(all).expect("a project")
}

impl Rig {
    /// A studio that asks for a token from everybody but this computer.
    pub fn new() -> Self {
        Self::with(false)
    }

    pub fn with(require_token: bool) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let dir = folder.path().join("project");
        ProjectStore::create(&dir, &project()).expect("project");
        let studio = Studio::open(StudioOptions {
            project: Some(dir),
            projects_dir: Some(folder.path().join("projects")),
            config_dir: Some(folder.path().join("config")),
            new_name: String::new(),
            show: ShowOptions {
                renderer: compositor::RendererChoice::Software,
                ..ShowOptions::default()
            },
        })
        .expect("a studio");
        // Sources open beside the show: wait until the counter counts.
        let sized = || studio.remote().snapshot().sources.iter().all(|s| s.width.is_some());
        assert!(test_support::wait_for(LIMIT, sized), "no pictures");
        let door = Door::open(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
        let access = Access {
            token: Some(Secret::new(TOKEN)),
            require_token,
        };
        let server = door
            .serve(studio.runtime(), Arc::new(studio.clone()), access, Front::Window)
            .expect("a server");
        Self { server, studio, folder }
    }

    pub fn address(&self) -> String {
        self.server.address().to_string()
    }

    pub fn project_dir(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let address = self.address();
        let mut socket = TcpStream::connect(&address).expect("the server answers");
        socket.set_read_timeout(Some(LIMIT)).expect("time limit");
        let mut text = format!(
            "{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n",
            body.len()
        );
        if !headers.iter().any(|h| h.0 == "Host") {
            text += &format!("Host: {address}\r\n");
        }
        headers.iter().for_each(|(k, v)| text += &format!("{k}: {v}\r\n"));
        socket.write_all(format!("{text}\r\n").as_bytes()).expect("send");
        // A refusal may come before the body was read.
        let _ = socket.write_all(body);
        Answer::read(socket)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], b"")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, &[], body.to_string().as_bytes())
    }

    /// A command that is carried out.
    #[track_caller]
    pub fn command(&self, body: Value) -> Value {
        let answer = self.post("/api/command", &body);
        assert_eq!(answer.status, 200, "{body}: {}", answer.text());
        answer.json()
    }

    pub fn socket(&self, path: &str) -> Socket {
        let url = format!("ws://{}{path}?token={TOKEN}", self.address());
        let stream = TcpStream::connect(self.address()).expect("the server answers");
        stream.set_read_timeout(Some(LIMIT)).expect("time limit");
        let request = url.into_client_request().expect("a request");
        let (socket, _) = tungstenite::client(request, stream).expect("a WebSocket");
        Socket(socket)
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.studio.end();
    }
}

pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    fn read(socket: TcpStream) -> Self {
        let mut input = BufReader::new(socket);
        let line = |input: &mut BufReader<TcpStream>| {
            let mut text = String::new();
            input.read_line(&mut text).expect("an answer");
            text.trim_end().to_owned()
        };
        let first = line(&mut input);
        let status = first.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
        let mut headers = vec![];
        loop {
            let text = line(&mut input);
            if text.is_empty() {
                break;
            }
            let (name, value) = text.split_once(':').expect("a header");
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
        let mut body = vec![];
        input.read_to_end(&mut body).expect("a body");
        Self { status, headers, body }
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|h| h.0 == name).map_or("", |h| &h.1)
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {} {}", self.status, self.text()))
    }
}

pub struct Socket(WebSocket<TcpStream>);

impl Socket {
    pub fn say(&mut self, text: &Value) {
        self.0.send(Message::text(text.to_string())).expect("sent");
    }

    /// Says it, unless the server has gone.
    pub fn try_say(&mut self, text: &Value) -> Result<(), tungstenite::Error> {
        self.0.send(Message::text(text.to_string()))
    }

    /// Reads one message or waits for `limit`; the error that ended the socket.
    pub fn read_on(&mut self, limit: Duration) -> Result<(), tungstenite::Error> {
        self.0.get_ref().set_read_timeout(Some(limit)).expect("time limit");
        match self.0.read() {
            Err(tungstenite::Error::Io(e))
                if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
            {
                Ok(())
            }
            other => other.map(|_| ()),
        }
    }

    /// The next message within `limit`.
    pub fn next(&mut self, limit: Duration) -> Option<Message> {
        self.0.get_ref().set_read_timeout(Some(limit)).expect("time limit");
        match self.0.read() {
            Ok(m) => Some(m),
            Err(tungstenite::Error::Io(e))
                if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
            {
                None
            }
            Err(e) => panic!("{e}"),
        }
    }

    pub fn json(&mut self) -> Value {
        let message = self.next(LIMIT).expect("a message");
        serde_json::from_str(message.to_text().expect("text")).expect("JSON")
    }

    /// The next message of a type.
    pub fn of(&mut self, kind: &str) -> Value {
        (0..1000)
            .map(|_| self.json())
            .find(|m| m["type"] == kind)
            .unwrap_or_else(|| panic!("no message of type {kind}"))
    }
}
