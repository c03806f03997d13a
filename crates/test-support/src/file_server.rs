//! A web server that takes files by PUT, hands them out by GET and forgets them on DELETE, in memory. It notes every request.
//! Enough HTTP/1.1 for an upload that keeps its connection; no encryption: put a [`crate::tls_front`] before it.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

/// Longest file it takes, bytes.
const MOST: usize = 64 * 1024 * 1024;

#[derive(Default)]
struct Kept {
    files: BTreeMap<String, Vec<u8>>,
    asked: Vec<String>,
}

/// A running server; it takes no more connections once dropped.
pub struct FileServer {
    port: u16,
    kept: Arc<Mutex<Kept>>,
    stop: Arc<AtomicBool>,
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FileServer {
    /// Starts one on a port of its own.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let server = Self {
            port: listener.local_addr()?.port(),
            kept: Arc::default(),
            stop: Arc::default(),
        };
        let (kept, stop) = (server.kept.clone(), server.stop.clone());
        let serve = move || {
            for c in listener.incoming().flatten() {
                if stop.load(SeqCst) {
                    return;
                }
                let kept = kept.clone();
                let one = std::thread::Builder::new().name("file server".into());
                // A client that goes away ends its thread.
                let _ = one.spawn(move || while serve_one(&c, &kept).is_some() {});
            }
        };
        std::thread::Builder::new().name("files".into()).spawn(serve)?;
        Ok(server)
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Every file that is there, by name: what follows `file=` in the address (as YouTube has it) or `/show/`.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        lock(&self.kept).files.clone()
    }

    /// Puts a file there.
    pub fn put(&self, name: &str, bytes: Vec<u8>) {
        lock(&self.kept).files.insert(name.to_owned(), bytes);
    }

    /// Every request so far, as `PUT /show/x.ts`.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.kept).asked.clone()
    }
}

impl Drop for FileServer {
    fn drop(&mut self) {
        self.stop.store(true, SeqCst);
        // Wakes the thread out of `accept`.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

fn serve_one(c: &TcpStream, kept: &Mutex<Kept>) -> Option<()> {
    // Nothing of the next request may be read ahead: the reader goes with this one.
    let mut r = BufReader::with_capacity(1, c);
    let (mut first, mut length) = (String::new(), 0);
    r.read_line(&mut first).ok().filter(|n| *n > 0)?;
    loop {
        let mut line = String::new();
        r.read_line(&mut line).ok().filter(|n| *n > 0)?;
        if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = n.trim().parse().ok().filter(|n| *n <= MOST)?;
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    r.read_exact(&mut body).ok()?;
    let mut words = first.split_whitespace();
    let (method, target) = (words.next()?, words.next()?.to_owned());
    let (status, answer) = answer(&mut lock(kept), method, target, body);
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", answer.len());
    let mut w = c;
    w.write_all(head.as_bytes()).and_then(|()| w.write_all(&answer)).ok()
}

fn answer(kept: &mut Kept, method: &str, target: String, body: Vec<u8>) -> (&'static str, Vec<u8>) {
    const FOUND: &str = "200 OK";
    const MISSING: &str = "404 Not Found";
    let named = target.split_once("file=").map(|(_, n)| n.to_owned());
    let name = named.unwrap_or_else(|| target.trim_start_matches("/show/").to_owned());
    kept.asked.push(format!("{method} {target}"));
    match method {
        "PUT" => {
            kept.files.insert(name, body);
            (FOUND, vec![])
        }
        "DELETE" => match kept.files.remove(&name) {
            Some(_) => (FOUND, vec![]),
            None => (MISSING, vec![]),
        },
        _ => kept.files.get(&name).map_or((MISSING, vec![]), |f| (FOUND, f.clone())),
    }
}
