//! Looking ahead over SRT: whether a listener is there, or our own port can be had.

use crate::{OutputError, kind::Probed};
use srt::{Listener, Mode, Options};
use std::time::Duration;

/// Time to be answered when looking ahead.
const ASK_LIMIT: Duration = Duration::from_millis(3500);

/// Asks a listener whether it is there, or tries our own port. Nobody gets a connection.
pub(super) fn look_ahead(o: &Options, to: String) -> Result<Probed, OutputError> {
    let failed = |source| OutputError::Srt { to, source };
    let passed = match o.mode {
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
