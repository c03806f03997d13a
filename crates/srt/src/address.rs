//! Addresses as people paste them. Not a URL parser on purpose: a stream id such as `#!::r=live/key,m=publish` holds
//! characters that mean something else in a URL, and must arrive as it was written.

use crate::{KeyLength, Mode, Options, SrtError, options::LONGEST_LATENCY_MS};
use media::Secret;

const EXAMPLE: &str = "srt://server.example.com:9000?streamid=publish:show";

fn wrong(problem: impl Into<String>) -> SrtError {
    SrtError::Address {
        problem: problem.into(),
        example: EXAMPLE,
    }
}

pub(crate) fn parse(url: &str) -> Result<Options, SrtError> {
    let url = url.trim();
    let scheme = url.get(..6).filter(|s| s.eq_ignore_ascii_case("srt://"));
    let rest = scheme
        .map(|_| &url[6..])
        .ok_or_else(|| wrong("it must begin with srt://"))?;
    let (authority, query) = match rest.find(['?', '/', '#']) {
        Some(i) if rest.as_bytes()[i] == b'?' => (&rest[..i], &rest[i + 1..]),
        // `srt://host:port/?streamid=…` is written as well.
        Some(i) => (&rest[..i], rest[i..].split_once('?').map_or("", |(_, q)| q)),
        None => (rest, ""),
    };
    let mut o = Options::default();
    (o.host, o.port) = host_and_port(authority)?;
    let mut mode = None;
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decoded(value)?;
        if name.eq_ignore_ascii_case("mode") {
            mode = Some(value);
        } else {
            set(&mut o, &name.to_ascii_lowercase(), value)?;
        }
    }
    o.mode = match mode.as_deref().map(str::to_ascii_lowercase).as_deref() {
        // As srt-live-transmit takes it: an address without a host listens.
        None if o.host.is_empty() => Mode::Listener,
        None | Some("caller" | "client") => Mode::Caller,
        Some("listener" | "server") => Mode::Listener,
        Some("rendezvous") => Mode::Rendezvous,
        Some(_) => return Err(wrong("`mode` is caller, listener or rendezvous")),
    };
    o.check().map_err(|(_, problem)| wrong(problem))?;
    Ok(o)
}

fn host_and_port(authority: &str) -> Result<(String, u16), SrtError> {
    if authority.contains('@') {
        return Err(wrong("SRT has no user names; use streamid and passphrase"));
    }
    let (host, port) = authority
        .rsplit_once(':')
        .filter(|(_, p)| !p.ends_with(']'))
        .ok_or_else(|| wrong("the port is missing"))?;
    let port = port.parse().ok().filter(|p| *p > 0);
    let port = port.ok_or_else(|| wrong("the port is a number from 1 to 65535"))?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(wrong("there is a space in the server's name"));
    }
    Ok((host.to_ascii_lowercase(), port))
}

fn set(o: &mut Options, name: &str, value: String) -> Result<(), SrtError> {
    let number = |what: &str| value.parse::<u32>().map_err(|_| wrong(format!("`{what}` is a number")));
    match name {
        "streamid" => o.stream_id = Secret::new(value),
        "passphrase" => o.passphrase = Secret::new(value),
        "pbkeylen" => {
            let n = number(name)?;
            // 0 leaves it to the other side.
            if n != 0 {
                o.key_length = KeyLength::of(n).ok_or_else(|| wrong("`pbkeylen` is 16, 24 or 32"))?;
            }
        }
        "latency" | "rcvlatency" | "peerlatency" => {
            let n = number(name)?;
            // FFmpeg and OBS count microseconds, everybody else milliseconds; nobody wants ten seconds.
            o.latency_ms = if n >= 10_000 { n / 1000 } else { n }.min(LONGEST_LATENCY_MS);
        }
        "pkt_size" | "payload_size" | "payloadsize" => o.payload = number(name)? as usize,
        "localport" | "port" => {
            o.local_port = u16::try_from(number(name)?).map_err(|_| wrong("`localport` is a port"))?
        }
        // What others set and does not change what is sent: `transtype`, `maxbw`, `timeout`, `linger`…
        _ => {}
    }
    Ok(())
}

/// Percent signs followed by two hexadecimal digits as the byte they mean; others stay.
fn decoded(text: &str) -> Result<String, SrtError> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex = bytes.get(i + 1..i + 3).and_then(|h| std::str::from_utf8(h).ok());
        let byte = hex
            .filter(|_| bytes[i] == b'%')
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        out.push(byte.unwrap_or(bytes[i]));
        i += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).map_err(|_| wrong("a percent code in it is no text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stream_ids_arrive_as_they_were_written() {
        for (query, id) in [
            ("streamid=#!::r=live/show,m=publish", "#!::r=live/show,m=publish"),
            ("streamid=%23!::r=live/show,m=publish", "#!::r=live/show,m=publish"),
            ("latency=300&streamid=publish:show:me:pw%26x", "publish:show:me:pw&x"),
            ("streamid=a%2", "a%2"),
            ("streamid=a?b=c", "a?b=c"),
        ] {
            let o = parse(&format!("srt://H.example.com:8890?{query}")).expect(query);
            assert_eq!(o.stream_id.reveal(), id);
            assert_eq!((o.host.as_str(), o.port, o.mode), ("h.example.com", 8890, Mode::Caller));
        }
    }

    #[test]
    fn options_are_read_as_ffmpeg_and_libsrt_write_them() {
        let o =
            parse("srt://[::1]:9000/?mode=rendezvous&passphrase=0123456789&pbkeylen=32&latency=250000&pkt_size=1128")
                .expect("fine");
        assert_eq!(
            (o.host.as_str(), o.mode, o.latency_ms, o.payload),
            ("::1", Mode::Rendezvous, 250, 1128)
        );
        assert_eq!((o.key_length, o.passphrase.reveal()), (KeyLength::Aes256, "0123456789"));
        assert_eq!(o.endpoint(), "[::1]:9000");
        assert_eq!(parse("SRT://:9000").expect("fine").mode, Mode::Listener);
        assert_eq!(
            parse("srt://0.0.0.0:9000?mode=listener&latency=80")
                .expect("fine")
                .latency_ms,
            80
        );
    }

    #[test]
    fn what_is_wrong_is_told_without_secrets() {
        for (url, words) in [
            ("http://x:1", "srt://"),
            ("srt://host", "port"),
            ("srt://host:0", "port"),
            ("srt://host:99999", "port"),
            ("srt://me:hush@host:9", "user names"),
            ("srt://host:9?mode=hush", "caller, listener or rendezvous"),
            ("srt://host:9?passphrase=hush", "10 to 79"),
            ("srt://host:9?pbkeylen=7", "16, 24 or 32"),
            ("srt://host:9?pkt_size=9000", "188 to 1456"),
            ("srt://:9?mode=caller", "name or address"),
            ("srt://host:9?streamid=%ff", "percent"),
            ("", "srt://"),
        ] {
            let e = parse(url).expect_err(url).to_string();
            assert!(e.contains(words) && !e.contains("hush"), "{url}: {e}");
        }
        let long = format!("srt://h:9?streamid={}", "x".repeat(513));
        assert!(parse(&long).is_err());
    }
}
