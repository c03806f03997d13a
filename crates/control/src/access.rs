//! Who may do what, decided from one request. Watching is open to whoever reaches the server. Whoever shows the right token
//! may command; without one, where the server allows that, only this computer may, and only our own page or a program that is
//! no browser: a page of another site sends an `Origin` that is not ours, and a name that was bent to point here (DNS
//! rebinding) shows in `Host`.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use media::Secret;
use std::net::{IpAddr, SocketAddr};

/// Where the page of the desktop window comes from, which is not served by us.
const WINDOW_ORIGINS: [&str; 3] = ["tauri://localhost", "http://tauri.localhost", "https://tauri.localhost"];

/// How a server decides who may command.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Who shows this may command, from anywhere.
    pub token: Option<Secret>,
    /// Nobody may command without the token, from this computer either.
    pub require_token: bool,
}

/// A fresh token: 128 bits of the system's randomness, as text for an address.
///
/// # Errors
/// The system gives no randomness.
pub fn fresh_token() -> std::io::Result<Secret> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(Secret::new(bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()))
}

/// What a request says of its sender.
pub(crate) struct Sender<'a> {
    pub(crate) peer: SocketAddr,
    pub(crate) headers: &'a HeaderMap,
    /// What follows the `?`.
    pub(crate) query: Option<&'a str>,
}

impl Sender<'_> {
    /// Whether it may read the show; else why not.
    pub(crate) fn may_watch(&self) -> Result<(), &'static str> {
        let host = self.text(header::HOST).unwrap_or_default();
        if self.peer.ip().to_canonical().is_loopback() && !is_this_computer(host) {
            return Err("the address in this request is not this computer's; open the page as http://127.0.0.1");
        }
        match self.text(header::ORIGIN) {
            None => Ok(()),
            Some(origin) if origin.strip_prefix("http://") == Some(host) => Ok(()),
            Some(origin) if is_window(origin) => Ok(()),
            Some(_) => Err("this request comes from another site's page and is refused"),
        }
    }

    /// Whether it may change the show and see what is not for everybody; else why not.
    pub(crate) fn may_command(&self, access: &Access) -> Result<(), &'static str> {
        self.may_watch()?;
        if let Some(given) = self.token() {
            let right = access.token.as_ref().is_some_and(|t| same(t.reveal(), given));
            return right
                .then_some(())
                .ok_or("the token is not the right one; open the address that Footlight printed when it started");
        }
        if access.require_token {
            return Err("a token is needed; open the address that Footlight printed when it started");
        }
        if !self.peer.ip().to_canonical().is_loopback() {
            return Err("commands are taken only from the computer the show runs on, or with its token");
        }
        if self.text(header::ORIGIN).is_some_and(is_window) {
            return Err("a window needs the token");
        }
        Ok(())
    }

    /// Whether the address carries a token that is wrong.
    pub(crate) fn has_wrong_token(&self, access: &Access) -> bool {
        let right = |given| access.token.as_ref().is_some_and(|t| same(t.reveal(), given));
        self.token().is_some_and(|given| !right(given))
    }

    fn token(&self) -> Option<&str> {
        let bearer = self.text(header::AUTHORIZATION).map(|t| t.strip_prefix("Bearer ").unwrap_or(t));
        let in_address = || {
            let pairs = self.query.unwrap_or_default().split('&');
            pairs.filter_map(|p| p.strip_prefix("token=")).next()
        };
        bearer.or_else(in_address)
    }

    fn text(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).map(|v: &HeaderValue| v.to_str().unwrap_or("?"))
    }
}

/// Whether an `Origin` is the desktop window's.
pub(crate) fn is_window(origin: &str) -> bool {
    WINDOW_ORIGINS.contains(&origin)
}

/// Whether two texts are equal, in a time that does not tell where they differ.
fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let differ = a.iter().zip(b).fold(0, |d, (x, y)| std::hint::black_box(d | (x ^ y)));
    a.len() == b.len() && differ == 0
}

/// Whether a `Host` header names the loopback interface.
fn is_this_computer(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(h, _)| h),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Ask {
        peer: &'static str,
        host: &'static str,
        origin: Option<&'static str>,
        bearer: Option<&'static str>,
        query: Option<&'static str>,
    }

    const HERE: Ask = Ask {
        peer: "127.0.0.1:5000",
        host: "127.0.0.1:7080",
        origin: None,
        bearer: None,
        query: None,
    };
    const ELSEWHERE: Ask = Ask {
        peer: "192.168.1.7:5000",
        host: "192.168.1.2:7080",
        ..HERE
    };

    fn may(ask: &Ask, access: &Access) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, ask.host.parse().expect("header"));
        if let Some(o) = ask.origin {
            headers.insert(header::ORIGIN, o.parse().expect("header"));
        }
        if let Some(b) = ask.bearer {
            headers.insert(header::AUTHORIZATION, format!("Bearer {b}").parse().expect("header"));
        }
        let sender = Sender {
            peer: ask.peer.parse().expect("address"),
            headers: &headers,
            query: ask.query,
        };
        sender.may_command(access).is_ok()
    }

    fn with_token(require_token: bool) -> Access {
        Access {
            token: Some(Secret::new("right")),
            require_token,
        }
    }

    #[test]
    fn without_a_token_only_this_computer_and_our_own_page_may_command() {
        let open = Access::default();
        let page = |peer, host, origin| Ask {
            peer,
            host,
            origin,
            ..HERE
        };
        assert!(may(&HERE, &open));
        assert!(may(&page("[::1]:5000", "[::1]:7080", Some("http://[::1]:7080")), &open));
        let mapped = page("[::ffff:127.0.0.1]:5000", "localhost:7080", Some("http://localhost:7080"));
        assert!(may(&mapped, &open));
        assert!(!may(&ELSEWHERE, &open), "another computer");
        let bent = page("127.0.0.1:5000", "evil.example:7080", Some("http://evil.example:7080"));
        assert!(!may(&bent, &open), "rebinding");
        for origin in ["https://evil.example", "null", "http://127.0.0.1:9999", "tauri://localhost"] {
            let other = Ask {
                origin: Some(origin),
                ..HERE
            };
            assert!(!may(&other, &open), "{origin}");
        }
        assert!(!may(&page("127.0.0.1:5000", "127.0.0.1.evil.example", None), &open));
    }

    #[test]
    fn the_right_token_opens_from_anywhere_but_not_for_other_sites() {
        for access in [with_token(false), with_token(true)] {
            let with = |ask: Ask| Ask {
                bearer: Some("right"),
                ..ask
            };
            assert!(may(&with(HERE), &access) && may(&with(ELSEWHERE), &access));
            let window = Ask {
                origin: Some("tauri://localhost"),
                ..with(HERE)
            };
            assert!(may(&window, &access));
            let site = Ask {
                origin: Some("https://evil.example"),
                ..with(HERE)
            };
            assert!(!may(&site, &access));
            let bent = Ask {
                host: "evil.example:7080",
                ..with(HERE)
            };
            assert!(!may(&bent, &access));
            let address = Ask {
                query: Some("a=b&token=right"),
                ..ELSEWHERE
            };
            assert!(may(&address, &access));
        }
    }

    #[test]
    fn a_wrong_token_is_refused_everywhere() {
        for wrong in ["", "righ", "rightt", "Right", "wrong"] {
            for access in [with_token(false), with_token(true), Access::default()] {
                let ask = Ask {
                    bearer: Some(wrong),
                    ..HERE
                };
                assert!(!may(&ask, &access), "{wrong}");
            }
        }
        assert!(!may(&HERE, &with_token(true)), "none, where one is needed");
        assert!(may(&HERE, &with_token(false)));
        assert!(!may(&ELSEWHERE, &with_token(false)));
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let (a, b) = (fresh_token().expect("random"), fresh_token().expect("random"));
        assert!(a.reveal().len() == 32 && a != b);
    }
}
