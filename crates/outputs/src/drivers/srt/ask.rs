//! Looking ahead over SRT: whether a listener is there, whether it takes our connection where that may be tried, or whether our
//! own port can be had.

use crate::{OutputError, kind::Probed};
use srt::{Connection, Listener, Mode, Options};
use std::time::Duration;

/// Time to be answered when looking ahead.
const ASK_LIMIT: Duration = Duration::from_millis(3500);

/// Asks a listener whether it is there, or tries our own port. Nobody gets a connection, unless it `connects`: then the whole
/// handshake is gone through, and nothing is sent.
pub(super) fn look_ahead(o: &Options, connects: bool, to: String) -> Result<Probed, OutputError> {
    let failed = |source| OutputError::Srt { to, source };
    let passed = match o.mode {
        Mode::Caller if connects => {
            let soon = Options {
                connect_limit: ASK_LIMIT,
                ..o.clone()
            };
            let _closed_at_once = Connection::open(&soon, &|| false).map_err(failed)?;
            "the listener takes the connection, with its stream id and passphrase (tried for a moment)".to_owned()
        }
        Mode::Caller => {
            srt::ask(o.host.trim(), o.port, ASK_LIMIT).map_err(failed)?;
            "an SRT listener answers; stream id and passphrase are tried when going live".to_owned()
        }
        Mode::Listener => {
            Listener::bind(o).map_err(failed)?;
            format!("UDP port {} is free to be called at", o.port)
        }
        Mode::Rendezvous => "the two sides meet when both are live; that can't be tried beforehand".to_owned(),
    };
    Ok(Probed { passed, doubts: vec![] })
}
