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
    /// Whether the stack can use it: STUN and TURN over UDP. TURN over TCP and TLS can't be used yet.
    pub fn is_usable(&self) -> bool {
        let url = self.url.to_ascii_lowercase();
        let tcp = url.contains("transport=tcp");
        url.starts_with("stun:") || (url.starts_with("turn:") && !tcp)
    }

    /// Whether it relays.
    pub fn is_turn(&self) -> bool {
        self.url.to_ascii_lowercase().starts_with("turn")
    }
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
    fn candidates_are_found() {
        let sdp = "v=0\r\na=ice-ufrag:x\r\nm=audio 9 UDP 0\r\na=candidate:1 1 udp 2122 192.0.2.1 9 typ host\r\n\
                   a=candidate:2 1 udp 2122 0a-b.local 9 typ host\r\n";
        let c = candidates_of(sdp);
        assert_eq!(c.len(), 2);
        assert!(!is_local_name(&c[0]) && is_local_name(&c[1]));
    }
}
