//! One HTTP/1.1 request over a socket of its own.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
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

pub fn get(address: &str, path: &str) -> Answer {
    request(address, "GET", path, &[], "")
}

/// Posts JSON.
pub fn post(address: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let mut all = vec![("Content-Type", "application/json")];
    all.extend(headers);
    request(address, "POST", path, &all, &body.to_string())
}

fn request(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut socket = TcpStream::connect(address).expect("the server answers");
    socket
        .set_read_timeout(Some(Duration::from_secs(10)))
        .expect("time limit");
    let mut text = format!(
        "{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    if !headers.iter().any(|h| h.0 == "Host") {
        text += &format!("Host: {address}\r\n");
    }
    headers.iter().for_each(|(k, v)| text += &format!("{k}: {v}\r\n"));
    socket.write_all(format!("{text}\r\n{body}").as_bytes()).expect("send");
    let mut input = BufReader::new(socket);
    let line = |input: &mut BufReader<TcpStream>| {
        let mut text = String::new();
        input.read_line(&mut text).expect("an answer");
        text.trim_end().to_owned()
    };
    let status = line(&mut input)
        .split(' ')
        .nth(1)
        .and_then(|s| s.parse().ok())
        .expect("a status");
    let mut answer = Answer {
        status,
        headers: vec![],
        body: vec![],
    };
    loop {
        let text = line(&mut input);
        if text.is_empty() {
            break;
        }
        let (name, value) = text.split_once(':').expect("a header");
        answer.headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    // Some servers keep the connection although they were asked not to.
    match answer.header("content-length").parse::<u64>() {
        Ok(n) => input.take(n).read_to_end(&mut answer.body),
        Err(_) => input.read_to_end(&mut answer.body),
    }
    .expect("a body");
    answer
}
