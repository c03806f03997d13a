//! Where to publish: `rtmp://host/app/key` and its variants, taken apart without changing a letter of application and key.
//! It resolves no names and asks no server. A stream key is a secret: it is never part of an error, nor of what
//! [`PublishUrl::redacted`] and `Debug` show.

use crate::RtmpError;
use media::Secret;
use std::fmt;

/// The port of `rtmp://` when none is given.
pub const DEFAULT_PORT: u16 = 1935;
/// The port of `rtmps://` when none is given.
pub const DEFAULT_TLS_PORT: u16 = 443;

const EXAMPLE: &str = "rtmp://live.example.com/app with the stream key beside it, or rtmp://live.example.com/app/key";

/// A server, an application on it, and the key to publish under.
#[derive(Clone, PartialEq, Eq)]
pub struct PublishUrl {
    /// Name or address of the server; an IPv6 address without its brackets, so that it can be given to a resolver.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Whether the connection is wrapped in TLS (`rtmps`).
    pub tls: bool,
    /// The application: everything between the host and the key, query included when the key is given separately.
    pub app: String,
    /// The stream key, with the query string of the address where it has one.
    pub key: Secret,
}

impl PublishUrl {
    /// Takes an address apart. With `key`, the whole path is the application; without it (or with an empty one) the last
    /// part of the path is the key. A query string stays with whatever it follows.
    ///
    /// Errors: [`RtmpError::Address`], naming what is missing and showing a whole address.
    pub fn parse(url: &str, key: Option<&Secret>) -> Result<Self, RtmpError> {
        let url = url.trim();
        let (tls, rest) = split_scheme(url)?;
        let (authority, path) = match rest.find(['/', '?']) {
            Some(i) => rest.split_at(i),
            None => (rest, ""),
        };
        let (host, port) = split_authority(authority, tls)?;
        let path = path.trim_start_matches('/');
        let key = key.map(|k| k.reveal().trim()).filter(|k| !k.is_empty());
        let (app, key) = match key {
            Some(key) => (trim_path_end(path), key.to_owned()),
            None => split_key(path)?,
        };
        if app.is_empty() || app.starts_with('?') {
            return Err(bad("it has no application (the first part of the path)"));
        }
        if app.chars().chain(key.chars()).any(char::is_control) {
            return Err(bad(
                "the application or the key holds a line break or another control character",
            ));
        }
        if app.len() > MAX_PART || key.len() > MAX_PART {
            return Err(bad("the application or the key is longer than 4096 characters"));
        }
        Ok(Self {
            host,
            port,
            tls,
            app,
            key: Secret::new(key),
        })
    }

    /// The address without the key, as the server wants to hear it in `connect`. The port is left out when it is the
    /// scheme's own. May hold a secret where the application has a query string.
    pub fn tc_url(&self) -> String {
        format!("{}/{}", self.origin(), self.app)
    }

    /// The address with the key and any query string as stars, for screens, logs and reports.
    pub fn redacted(&self) -> String {
        let app = match self.app.split_once('?') {
            Some((path, _)) => format!("{path}?****"),
            None => self.app.clone(),
        };
        format!("{}/{app}/****", self.origin())
    }

    /// Where to go on when the server asks us to reconnect: to an address of another server, to one relative to this one
    /// (`//host/app`, `/app`), or to the same one. The key stays. As everywhere, the key may go out only where it went
    /// before under encryption.
    ///
    /// Errors: [`RtmpError::Address`], also when the server wants to go on without encryption.
    pub fn successor(&self, tc_url: Option<&str>) -> Result<Self, RtmpError> {
        let to = tc_url.map(str::trim).filter(|t| !t.is_empty());
        let Some(to) = to else { return Ok(self.clone()) };
        let scheme = if self.tls { "rtmps:" } else { "rtmp:" };
        let url = if to.contains("://") {
            to.to_owned()
        } else if to.starts_with("//") {
            format!("{scheme}{to}")
        } else if to.starts_with('/') {
            format!("{}{to}", self.origin())
        } else {
            let folder = self.app.rsplit_once('/').map_or("", |(folder, _)| folder);
            let slash = if folder.is_empty() { "" } else { "/" };
            format!("{}/{folder}{slash}{to}", self.origin())
        };
        let next = Self::parse(&url, Some(&self.key))?;
        if self.tls && !next.tls {
            return Err(bad("it is not encrypted, and the one before was"));
        }
        Ok(next)
    }

    fn origin(&self) -> String {
        let scheme = if self.tls { "rtmps" } else { "rtmp" };
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        if self.port == default_port(self.tls) {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{}", self.port)
        }
    }
}

impl fmt::Debug for PublishUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

/// Longest application or key we take; AMF0 strings end at 65535 bytes, and no service comes near this.
const MAX_PART: usize = 4096;

fn bad(problem: impl Into<String>) -> RtmpError {
    RtmpError::Address {
        problem: problem.into(),
        example: EXAMPLE,
    }
}

const fn default_port(tls: bool) -> u16 {
    if tls { DEFAULT_TLS_PORT } else { DEFAULT_PORT }
}

fn split_scheme(url: &str) -> Result<(bool, &str), RtmpError> {
    if url.is_empty() {
        return Err(bad("it is empty"));
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err(bad("it does not begin with rtmp:// or rtmps://"));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "rtmp" => Ok((false, rest)),
        "rtmps" => Ok((true, rest)),
        "rtmpt" | "rtmpe" | "rtmpte" | "rtmpts" => {
            Err(bad("of the RTMP variants only rtmp:// and rtmps:// are supported"))
        }
        _ => Err(bad("it does not begin with rtmp:// or rtmps://")),
    }
}

fn split_authority(authority: &str, tls: bool) -> Result<(String, u16), RtmpError> {
    if authority.contains('@') {
        return Err(bad(
            "a user name or password before the host (user@host) is not supported",
        ));
    }
    let (host, port) = match authority.rfind(']') {
        Some(end) => {
            let (host, rest) = authority.split_at(end + 1);
            match rest.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if rest.is_empty() => (host, None),
                None => return Err(bad("the part after the IPv6 address is not a port")),
            }
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() {
        return Err(bad("it has no host (the server's name)"));
    }
    let host = match ::url::Host::parse(host) {
        Ok(::url::Host::Domain(name)) => name,
        Ok(::url::Host::Ipv4(a)) => a.to_string(),
        Ok(::url::Host::Ipv6(a)) => a.to_string(),
        Err(_) => return Err(bad("the server's name is not a valid host name or address")),
    };
    let port = match port {
        None => default_port(tls),
        Some(text) => match text.parse() {
            Ok(0) | Err(_) => return Err(bad("the port after the host must be a number from 1 to 65535")),
            Ok(port) => port,
        },
    };
    Ok((host, port))
}

/// The path as (application, key), the last part being the key together with the query string.
fn split_key(path: &str) -> Result<(String, String), RtmpError> {
    let path_end = path.find('?').unwrap_or(path.len());
    let (plain, query) = path.split_at(path_end);
    if plain.trim_end_matches('/').is_empty() {
        return Err(bad(
            "it has no application (the first part of the path) and no stream key",
        ));
    }
    match plain.rsplit_once('/') {
        Some((app, key)) if !key.is_empty() => Ok((app.trim_end_matches('/').to_owned(), format!("{key}{query}"))),
        _ => Err(bad("it has no stream key: copy it from the service")),
    }
}

/// The path without slashes at its end (a query string is left alone).
fn trim_path_end(path: &str) -> String {
    match path.split_once('?') {
        Some((plain, query)) => format!("{}?{query}", plain.trim_end_matches('/')),
        None => path.trim_end_matches('/').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::{ErrorKind, MediaError};
    use proptest::prelude::*;

    fn parse(url: &str, key: &str) -> Result<PublishUrl, RtmpError> {
        PublishUrl::parse(url, Some(&Secret::new(key)))
    }

    #[test]
    fn takes_addresses_apart() {
        let check = |url: &str, key: &str, want: (&str, u16, bool, &str, &str), tc_url: &str| {
            let u = parse(url, key).expect(url);
            assert_eq!(
                (u.host.as_str(), u.port, u.tls, u.app.as_str(), u.key.reveal()),
                want,
                "{url}"
            );
            assert_eq!(u.tc_url(), tc_url);
        };
        check("rtmp://h/app/key", "", ("h", 1935, false, "app", "key"), "rtmp://h/app");
        check(
            " rtmp://h/app \n",
            " key\n",
            ("h", 1935, false, "app", "key"),
            "rtmp://h/app",
        );
        check(
            "RTMPS://H.Example.com/app/key",
            "",
            ("h.example.com", 443, true, "app", "key"),
            "rtmps://h.example.com/app",
        );
        check(
            "rtmp://h:1936/app/inst/key",
            "",
            ("h", 1936, false, "app/inst", "key"),
            "rtmp://h:1936/app/inst",
        );
        check(
            "rtmps://h:443/rtmp/",
            "FB-1?s_bl=1&a=x",
            ("h", 443, true, "rtmp", "FB-1?s_bl=1&a=x"),
            "rtmps://h/rtmp",
        );
        check(
            "rtmp://h/app/inst/",
            "k/y",
            ("h", 1935, false, "app/inst", "k/y"),
            "rtmp://h/app/inst",
        );
        check(
            "rtmp://h/app/key?a=b/c&d",
            "",
            ("h", 1935, false, "app", "key?a=b/c&d"),
            "rtmp://h/app",
        );
        check(
            "rtmp://h/app?auth=1/2",
            "key",
            ("h", 1935, false, "app?auth=1/2", "key"),
            "rtmp://h/app?auth=1/2",
        );
        check(
            "rtmp://[::1]/app/key",
            "",
            ("::1", 1935, false, "app", "key"),
            "rtmp://[::1]/app",
        );
        check(
            "rtmps://[2001:DB8::1]:99/a/k",
            "",
            ("2001:db8::1", 99, true, "a", "k"),
            "rtmps://[2001:db8::1]:99/a",
        );
        check(
            "rtmp://10.0.0.1:1935/app",
            "key",
            ("10.0.0.1", 1935, false, "app", "key"),
            "rtmp://10.0.0.1/app",
        );
        check(
            "rtmp://h/app/K%20y{}#1",
            "",
            ("h", 1935, false, "app", "K%20y{}#1"),
            "rtmp://h/app",
        );
    }

    #[test]
    fn says_what_is_missing_and_shows_an_example() {
        for (url, key, want) in [
            ("", "", "empty"),
            ("live.example.com/app/key", "", "does not begin with rtmp://"),
            ("https://h/app/key", "", "does not begin with rtmp://"),
            ("rtmpe://h/app/key", "", "variants"),
            ("rtmp://", "key", "no host"),
            ("rtmp:///app/key", "", "no host"),
            ("rtmp://:1935/app/key", "", "no host"),
            ("rtmp://h", "", "no application"),
            ("rtmp://h/", "key", "no application"),
            ("rtmp://h?x", "key", "no application"),
            ("rtmp://h/app", "", "no stream key"),
            ("rtmp://h/app/", "", "no stream key"),
            ("rtmp://h/app?auth=a/b", "", "no stream key"),
            ("rtmp://h:0/app/key", "", "port"),
            ("rtmp://h:99999/app/key", "", "port"),
            ("rtmp://h:/app/key", "", "port"),
            ("rtmp://[::1/app/key", "", "host name"),
            ("rtmp://[::1]x/app/key", "", "not a port"),
            ("rtmp://a b/app/key", "", "host name"),
            ("rtmp://user:pass@h/app/key", "", "user name"),
            ("rtmp://h/app", "a\nb", "control character"),
        ] {
            let e = parse(url, key).expect_err(url);
            assert_eq!((e.kind(), e.retryable()), (ErrorKind::Config, false));
            let text = e.to_string();
            assert!(
                text.contains(want) && text.contains("rtmp://live.example.com/app/key"),
                "{url}: {text}"
            );
        }
    }

    #[test]
    fn never_shows_the_key() {
        for (url, key) in [
            ("rtmp://h/app/s3cret", ""),
            ("rtmp://h/app/s3cret?token=s3cret", ""),
            ("rtmp://h/app?token=s3cret", "s3cret"),
            ("rtmps://h/a/b/", "s3cret?x=s3cret"),
        ] {
            let u = parse(url, key).expect(url);
            let shown = format!("{} {u:?}", u.redacted());
            assert!(
                !shown.contains("s3cret") && shown.contains("****") && shown.contains("//h/a"),
                "{shown}"
            );
        }
        for url in [
            "rtmp://u:s3cret@h/app/s3cret",
            "rtmp://h:s3cret/app/s3cret",
            "http://h/s3cret",
            "rtmp://h/s3cret",
        ] {
            assert!(!parse(url, "").expect_err(url).to_string().contains("s3cret"));
        }
    }

    #[test]
    fn a_server_may_send_us_elsewhere() {
        let u = parse("rtmp://h:1936/app/inst", "key").expect("good");
        for (to, want) in [
            (None, "rtmp://h:1936/app/inst"),
            (Some(""), "rtmp://h:1936/app/inst"),
            (Some("rtmp://other/live"), "rtmp://other/live"),
            (Some("rtmps://other:444/live"), "rtmps://other:444/live"),
            (Some("//192.0.2.1/live"), "rtmp://192.0.2.1/live"),
            (Some("/live"), "rtmp://h:1936/live"),
            (Some("two"), "rtmp://h:1936/app/two"),
        ] {
            let next = u.successor(to).expect("good");
            assert_eq!((next.tc_url().as_str(), next.key.reveal()), (want, "key"), "{to:?}");
        }
        let secure = parse("rtmps://h/app", "key").expect("good");
        assert!(secure.successor(Some("//other/app")).expect("good").tls);
        let e = secure.successor(Some("rtmp://other/app")).expect_err("no encryption");
        assert!(e.to_string().contains("not encrypted"), "{e}");
        for to in ["http://x/y", "rtmp://", "//:99999/a"] {
            assert!(u.successor(Some(to)).is_err(), "{to}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(text in ".*", key in ".{0,20}") {
            let _ = parse(&text, &key);
            let _ = parse("rtmps://h/app", "key").map(|u| u.successor(Some(&text)));
            if let Ok(u) = parse(&format!("rtmp://h/{text}"), &key) {
                prop_assert!(!u.app.is_empty() && !u.key.is_empty());
            }
        }
    }
}
