//! STUN and TURN servers from `Link` headers (RFC 8288) as WHIP endpoints name them (RFC 9725, 4.6).

use media::Secret;
use rtc_peer::IceServer;

/// Servers taken from one answer.
pub(super) const MAX_SERVERS: usize = 8;

/// The ICE servers of a `Link` header's value. What can't be read is passed over.
pub(super) fn ice_servers(value: &str) -> Vec<IceServer> {
    let mut servers = Vec::new();
    for link in split(value, ',') {
        let mut parts = split(link, ';').into_iter().map(str::trim);
        let Some(url) = parts.next().and_then(|u| u.strip_prefix('<')?.strip_suffix('>')) else {
            continue;
        };
        let mut server = IceServer {
            url: url.to_owned(),
            username: String::new(),
            credential: Secret::default(),
        };
        let mut is_ice = false;
        for (name, value) in parts.filter_map(|p| p.split_once('=')) {
            let value = unquoted(value.trim());
            match name.trim().to_ascii_lowercase().as_str() {
                "rel" => is_ice = value.split_whitespace().any(|r| r.eq_ignore_ascii_case("ice-server")),
                "username" => server.username = value,
                "credential" => server.credential = Secret::new(value),
                _ => {}
            }
        }
        if is_ice && servers.len() < MAX_SERVERS {
            servers.push(server);
        }
    }
    servers
}

/// Splits at a separator that stands neither in quotes nor in angle brackets.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut quoted, mut bracket, mut escaped, mut from) = (false, false, false, 0);
    let mut out = Vec::new();
    for (i, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if !bracket => quoted = !quoted,
            '<' if !quoted => bracket = true,
            '>' if !quoted => bracket = false,
            c if c == separator && !quoted && !bracket => {
                out.push(&text[from..i]);
                from = i + c.len_utf8();
            }
            _ => {}
        }
    }
    out.push(&text[from..]);
    out
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            out.extend(chars.next());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn servers_are_read_as_the_rfc_writes_them() {
        let value = "<stun:stun.example.net>; rel=\"ice-server\", \
             <turn:turn.example.net?transport=udp>; rel=\"ice-server\"; username=\"a,b;c\"; \
             credential=\"my\\\"Pass\"; credential-type=\"password\", <https://example.net/x>; rel=\"next\"";
        let s = ice_servers(value);
        assert_eq!(s.len(), 2);
        assert_eq!((s[0].url.as_str(), s[0].is_turn()), ("stun:stun.example.net", false));
        assert_eq!(
            (s[1].username.as_str(), s[1].credential.reveal()),
            ("a,b;c", "my\"Pass")
        );
    }

    proptest! {
        #[test]
        fn garbage_is_survived(text in "[<>\";,= a-c\\\\é]{0,60}") {
            let _ = ice_servers(&text);
        }
    }
}
