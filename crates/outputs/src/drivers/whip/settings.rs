//! The settings of a WHIP destination: addresses as people paste them, and nothing secret in what is shown.

use crate::OutputError;
use media::Secret;
use project::{DocError, Settings, Unknown};
use rtc_peer::IceServer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

/// Settings of a WHIP destination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WhipSettings {
    /// The address as the service gives it: `https://live.example.com/whip/room`. `whips://` means the same as `https://`,
    /// `whip://` the same as `http://`.
    pub url: String,
    /// The service's token (bearer token), where it wants one. Secret.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub token: Secret,
    /// A STUN server, `stun:stun.example.com:3478`. Services rarely need one: they are reached directly, or name their own.
    pub stun: String,
    /// A TURN server for networks that let nothing through but its relay: `turn:turn.example.com:3478` over UDP,
    /// `turn:turn.example.com:3478?transport=tcp` over TCP, `turns:turn.example.com:443` over TLS.
    pub turn: String,
    /// The user name at the TURN server.
    pub turn_user: String,
    /// The password at the TURN server. Secret.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub turn_password: Secret,
    /// Send by way of the TURN server only.
    pub relay_only: bool,
    /// In how many sizes the picture is sent at once (simulcast), each half the width and height of the one before: for servers
    /// that give each viewer the size that fits. Each is one more encode; one size where the server takes no more.
    #[schemars(range(min = 1, max = 3))]
    pub layers: u8,
    /// A file with the certificate authority of a server in your own network (PEM). Empty: what this computer trusts.
    pub ca_file: String,
}

impl Default for WhipSettings {
    fn default() -> Self {
        Self {
            url: String::new(),
            token: Secret::default(),
            stun: String::new(),
            turn: String::new(),
            turn_user: String::new(),
            turn_password: Secret::default(),
            relay_only: false,
            layers: 1,
            ca_file: String::new(),
        }
    }
}

impl Settings for WhipSettings {}

impl WhipSettings {
    /// The endpoint as an HTTP address.
    pub(super) fn endpoint(&self) -> Result<Url, OutputError> {
        let wrong = |problem: &str| OutputError::Config {
            to: "The WHIP destination".into(),
            problem: problem.into(),
        };
        let text = self.url.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" | "whip" => "http",
            "https" | "whips" => "https",
            _ => {
                return Err(wrong(
                    "a WHIP address begins with https:// (or http:// for a server of your own)",
                ));
            }
        };
        if rest.is_empty() {
            return Err(wrong(
                "it has no address. Copy the WHIP address from the service's page",
            ));
        }
        let url = Url::parse(&format!("{scheme}://{rest}")).ok().filter(Url::has_host);
        let url =
            url.ok_or_else(|| wrong("its address can't be read. Copy the WHIP address from the service's page"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(
                "a name or password in the address is not sent. Put the service's token into the field for it",
            ));
        }
        Ok(url)
    }

    pub(super) fn ice_servers(&self) -> Vec<IceServer> {
        let stun = (!self.stun.trim().is_empty()).then(|| IceServer {
            url: with_scheme(&self.stun, "stun"),
            username: String::new(),
            credential: Secret::default(),
        });
        let turn = (!self.turn.trim().is_empty()).then(|| IceServer {
            url: with_scheme(&self.turn, "turn"),
            username: self.turn_user.trim().to_owned(),
            credential: self.turn_password.clone(),
        });
        stun.into_iter().chain(turn).collect()
    }
}

fn with_scheme(address: &str, scheme: &str) -> String {
    let address = address.trim();
    if address.starts_with("stun:") || address.starts_with("turn:") || address.starts_with("turns:") {
        address.to_owned()
    } else {
        format!("{scheme}:{address}")
    }
}

pub(super) fn read(map: &Map<String, Value>, path: &str) -> Result<(WhipSettings, Vec<Unknown>), DocError> {
    match project::kind::parse::<WhipSettings>(map, path) {
        Ok(p) => Ok((p.settings, p.unknown)),
        // What was found may be a token or an address with one in it.
        Err(e) => Err(DocError {
            found: "****".into(),
            ..e
        }),
    }
}

/// As `KindInfo::of` checks, with the address looked at and nothing secret in the error. An empty address is a destination not
/// filled in yet: no fault of the document.
pub(super) fn check(map: &Map<String, Value>, path: &str) -> Result<Vec<Unknown>, DocError> {
    let (settings, unknown) = read(map, path)?;
    let at = |field: &str| {
        if path.is_empty() {
            field.to_owned()
        } else {
            format!("{path}.{field}")
        }
    };
    let fault = |field, problem: String| DocError {
        path: at(field),
        found: "****".into(),
        problem,
    };
    match settings.endpoint() {
        Err(e) if !settings.url.trim().is_empty() => return Err(fault("url", e.to_string())),
        _ => {}
    }
    if let Some(s) = settings
        .ice_servers()
        .iter()
        .find(|s| !s.is_usable() && s.over_stream().is_none())
    {
        let field = if s.is_turn() { "turn" } else { "stun" };
        return Err(fault(
            field,
            "write stun:host:port, turn:host:port, turn:host:port?transport=tcp or turns:host:port (TURN over TLS; DTLS is not \
             spoken here)"
                .into(),
        ));
    }
    Ok(unknown)
}

pub(super) fn settings_from_url(url: &str) -> Result<Map<String, Value>, OutputError> {
    let settings = WhipSettings {
        url: url.trim().to_owned(),
        ..WhipSettings::default()
    };
    settings.endpoint()?;
    Ok(match serde_json::to_value(settings) {
        Ok(Value::Object(m)) => m,
        _ => Map::new(),
    })
}

/// Services put keys into paths and queries: only the host is shown.
pub(super) fn redacted_url(map: &Map<String, Value>) -> String {
    let url = read(map, "").ok().and_then(|(s, _)| s.endpoint().ok());
    url.map_or_else(|| "the WHIP destination without an address".into(), |u| shown(&u))
}

pub(super) fn shown(u: &Url) -> String {
    let port = u.port().map_or_else(String::new, |p| format!(":{p}"));
    format!("{}://{}{port}/****", u.scheme(), u.host_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> WhipSettings {
        WhipSettings {
            url: url.into(),
            ..WhipSettings::default()
        }
    }

    #[test]
    fn addresses_are_taken_as_people_paste_them() {
        let endpoint = |u| settings(u).endpoint().map(String::from);
        assert_eq!(
            endpoint("whips://a.example/x?k=1").expect("url"),
            "https://a.example/x?k=1"
        );
        assert_eq!(
            endpoint(" whip://127.0.0.1:8080/w ").expect("url"),
            "http://127.0.0.1:8080/w"
        );
        assert_eq!(endpoint("a.example/x").expect("url"), "https://a.example/x");
        for wrong in ["", "rtmp://a.example/x", "https://", "https://me:pw@a.example/x"] {
            let e = settings(wrong).endpoint().expect_err(wrong).to_string();
            assert!(e.starts_with("The WHIP destination: "), "{e}");
        }
    }

    #[test]
    fn only_the_host_is_shown() {
        let map = settings_from_url("https://live.example.com/secret/whip?token=hidden").expect("settings");
        assert_eq!(redacted_url(&map), "https://live.example.com/****");
        assert_eq!(redacted_url(&Map::new()), "the WHIP destination without an address");
    }

    #[test]
    fn a_relay_that_cannot_be_used_is_refused_in_the_document() {
        let mut map = settings_from_url("https://a.example/x").expect("settings");
        for fine in ["turns:a.example:443", "turn:a.example?transport=tcp", "a.example:3478"] {
            map.insert("turn".into(), fine.into());
            assert!(check(&map, "settings").is_ok(), "{fine}");
        }
        map.insert("turn".into(), "turns:a.example:443?transport=udp".into());
        assert_eq!(check(&map, "settings").expect_err("DTLS").path, "settings.turn");
    }
}
