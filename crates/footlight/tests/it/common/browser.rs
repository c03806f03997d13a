//! A headless Chromium on a page, steered over its DevTools protocol.

use super::{LIMIT, http};
use serde_json::{Value, json};
use std::{net::TcpStream, path::Path, process::Command};
use tempfile::TempDir;
use test_support::{process::ChildGuard, wait_for};
use tungstenite::{Message, WebSocket};

/// A browser with one page; ended on drop.
pub struct Browser {
    process: ChildGuard,
    page: WebSocket<TcpStream>,
    calls: u64,
    _dir: TempDir,
}

impl Browser {
    /// Opens `url` in a window of this size.
    pub fn open(url: &str, (width, height): (u32, u32)) -> Self {
        let dir = tempfile::Builder::new()
            .prefix("footlight-chromium-")
            .tempdir()
            .expect("folder");
        let mut c = Command::new("/usr/bin/chromium");
        c.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
        ]);
        c.args([
            "--autoplay-policy=no-user-gesture-required",
            "--mute-audio",
            "--remote-debugging-port=0",
        ]);
        c.arg(format!("--window-size={width},{height}"))
            .arg(format!("--user-data-dir={}", dir.path().display()));
        c.env("HOME", dir.path()).arg(url);
        let log = dir.path().join("chromium.log");
        let mut process = ChildGuard::spawn(c, &log, false).expect("Chromium");
        let port_file = dir.path().join("DevToolsActivePort");
        let mut port = None;
        let up = wait_for(LIMIT, || {
            let text = std::fs::read_to_string(&port_file).unwrap_or_default();
            port = text.lines().next().and_then(|l| l.parse::<u16>().ok());
            port.is_some() || !process.is_running()
        });
        let (true, Some(port)) = (up, port) else {
            panic!("Chromium did not start:\n{}", process.log())
        };
        let address = format!("127.0.0.1:{port}");
        let mut target = None;
        let opened = wait_for(LIMIT, || {
            let list = http::get(&address, "/json/list").json();
            let pages = list.as_array().cloned().unwrap_or_default();
            target = pages
                .into_iter()
                .find(|p| p["type"] == "page" && p["url"].as_str().is_some_and(|u| u.starts_with(url)));
            target.is_some()
        });
        assert!(opened, "Chromium did not open {url}:\n{}", process.log());
        let socket = TcpStream::connect(&address).expect("DevTools");
        let ws = target
            .as_ref()
            .and_then(|t| t["webSocketDebuggerUrl"].as_str())
            .expect("a socket");
        let (page, _) = tungstenite::client(ws, socket).expect("DevTools");
        Self {
            process,
            page,
            calls: 0,
            _dir: dir,
        }
    }

    /// Calls a DevTools method and gives its result.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let text = json!({ "id": self.calls, "method": method, "params": params }).to_string();
        self.page.send(Message::text(text)).expect("send to Chromium");
        loop {
            let message = self.page.read().expect("Chromium answers");
            let Ok(text) = message.to_text() else { continue };
            let answer: Value = serde_json::from_str(text).unwrap_or_default();
            if answer["id"] == self.calls {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    /// The value of a JavaScript expression.
    pub fn eval(&mut self, expression: &str) -> Value {
        let result = self.call(
            "Runtime.evaluate",
            json!({ "expression": expression, "returnByValue": true }),
        );
        assert!(result["exceptionDetails"].is_null(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn waits(&mut self, expression: &str) {
        let ok = wait_for(LIMIT, || self.eval(expression) == true);
        let page = self.eval("document.body.innerText");
        assert!(
            ok,
            "not so: {expression}; the page says: {page}; Chromium says: {}",
            self.process.log()
        );
    }

    /// Saves what is to be seen as PNG.
    pub fn screenshot(&mut self, file: &Path) {
        let data = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        let bytes = base64(data["data"].as_str().expect("a picture"));
        std::fs::create_dir_all(file.parent().expect("folder")).expect("folder");
        std::fs::write(file, bytes).expect("screenshot");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // In order, so that none of its helper processes stays.
        self.process.terminate();
    }
}

fn base64(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => Some(u32::from(c - b'A')),
        b'a'..=b'z' => Some(u32::from(c - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(c - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let mut out = vec![];
    let (mut bits, mut held) = (0_u32, 0);
    for v in text.bytes().filter_map(value) {
        bits = bits << 6 | v;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    out
}
