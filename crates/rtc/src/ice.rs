//! STUN and TURN servers, and candidates as lines of a description.

use media::Secret;

/// Most candidates that are read from one description or fragment.
const MAX_CANDIDATES: usize = 64;

/// A STUN or TURN server.
#[derive(Clone, Debug, PartialEq)]
pub struct IceServer {
    /// `stun:host:port`, `turn:host:port?transport=udp`.
    pub url: String,
    /// For TURN.
    pub username: String,
    /// For TURN.
    pub credential: Secret,
}

impl IceServer {
    /// Whether a peer can use it as it is: STUN and TURN over UDP. For TURN over TCP and TLS see [`IceServer::over_stream`].
    pub fn is_usable(&self) -> bool {
        let url = self.url.to_ascii_lowercase();
        let tcp = url.contains("transport=tcp");
        url.starts_with("stun:") || (url.starts_with("turn:") && !tcp)
    }

    /// Where a TURN server over TCP or TLS is reached (RFC 7065); none for others.
    pub fn over_stream(&self) -> Option<StreamServer> {
        let (scheme, rest) = self.url.split_once(':')?;
        let encrypted = scheme.eq_ignore_ascii_case("turns");
        let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
        let transport = query.split('&').find_map(|q| q.split_once('='));
        let transport = transport
            .filter(|(k, _)| k.eq_ignore_ascii_case("transport"))
            .map(|(_, v)| v);
        let tcp = transport.map_or(encrypted, |t| t.eq_ignore_ascii_case("tcp"));
        if !tcp || !(encrypted || scheme.eq_ignore_ascii_case("turn")) {
            return None;
        }
        let default = if encrypted { 5349 } else { 3478 };
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            _ => (address, default),
        };
        let host = host.trim_matches(['[', ']']);
        (!host.is_empty()).then(|| StreamServer {
            host: host.to_owned(),
            port,
            encrypted,
        })
    }

    /// Whether it relays.
    pub fn is_turn(&self) -> bool {
        self.url.to_ascii_lowercase().starts_with("turn")
    }
}

/// A TURN server that is reached over a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamServer {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Over TLS.
    pub encrypted: bool,
}

/// The candidates (`candidate:…`) of a description or of a trickle fragment (RFC 8840), the first 64.
pub fn candidates_of(sdp: &str) -> Vec<String> {
    sdp.lines()
        .filter_map(|l| l.trim().strip_prefix("a=candidate:"))
        .map(|c| format!("candidate:{c}"))
        .take(MAX_CANDIDATES)
        .collect()
}

/// Whether a candidate names its host only by an mDNS name, as browsers do: nothing to call from here; such a peer calls us.
pub fn is_local_name(candidate: &str) -> bool {
    candidate
        .split_whitespace()
        .nth(4)
        .is_some_and(|host| host.ends_with(".local"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_over_tcp_and_tls_are_told_apart() {
        let of = |url: &str| {
            let s = IceServer {
                url: url.into(),
                username: String::new(),
                credential: Secret::default(),
            };
            s.over_stream().map(|s| (s.host, s.port, s.encrypted))
        };
        assert_eq!(
            of("turn:a.example?transport=tcp"),
            Some(("a.example".into(), 3478, false))
        );
        assert_eq!(of("turns:a.example"), Some(("a.example".into(), 5349, true)));
        assert_eq!(
            of("TURNS:a.example:443?transport=TCP"),
            Some(("a.example".into(), 443, true))
        );
        assert_eq!(of("turn:[::1]:99?transport=tcp"), Some(("::1".into(), 99, false)));
        assert_eq!(of("turns:[::1]"), Some(("::1".into(), 5349, true)));
        let none = [
            "turn:a.example",
            "turn:a.example?transport=udp",
            "turns:a.example?transport=udp",
            "stun:a.example?transport=tcp",
            "turns:",
            "turns:a:b:99999",
            "",
        ];
        for url in none {
            assert_eq!(of(url), None, "{url}");
        }
    }

    #[test]
    fn candidates_are_found() {
        let sdp = "v=0\r\na=ice-ufrag:x\r\nm=audio 9 UDP 0\r\na=candidate:1 1 udp 2122 192.0.2.1 9 typ host\r\n\
                   a=candidate:2 1 udp 2122 0a-b.local 9 typ host\r\n";
        let c = candidates_of(sdp);
        assert_eq!(c.len(), 2);
        assert!(!is_local_name(&c[0]) && is_local_name(&c[1]));
    }
}
