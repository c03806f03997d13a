//! The conversation with a WHIP endpoint (RFC 9725): the offer posted, what its answer means, candidates sent after it, and
//! the session deleted at the end, however the end comes.

use super::{WhipSettings, links};
use crate::{
    OutputError,
    http::{self, Ask, Reply},
};
use bytes::Bytes;
use hyper::{
    Method, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, ETAG, IF_MATCH, LINK, LOCATION},
};
use rtc_peer::IceServer;
use std::time::Duration;
use tokio::{runtime, time};
use url::Url;

/// Time for the goodbye; the creator waits for it.
const DELETE_LIMIT: Duration = Duration::from_millis(700);

/// What the endpoint says when it is asked before any offer.
pub(super) struct Asked {
    /// STUN and TURN servers it wants us to use.
    pub(super) ice_servers: Vec<IceServer>,
    /// It says that there is nothing here. Some endpoints say so to this question only.
    pub(super) knows_nothing: bool,
}

/// Asks the endpoint without an offer (`OPTIONS`, RFC 9725, 4.2 and 4.6); nobody sees anything.
///
/// # Errors
/// The endpoint can't be reached, wants another token or is out of order.
pub(super) async fn ask(settings: &WhipSettings, url: Url, to: &str) -> Result<Asked, OutputError> {
    let reply = http::ask(Ask {
        method: Method::OPTIONS,
        url,
        token: &settings.token,
        headers: vec![],
        body: Bytes::new(),
        ca_file: &settings.ca_file,
        to,
    })
    .await?;
    match reply.status.as_u16() {
        // It takes no such question, which says nothing of offers.
        501 => {}
        401 | 403 | 429 | 500.. => return Err(refusal(&reply, "this", to)),
        _ => {}
    }
    Ok(Asked {
        ice_servers: named_in(&reply),
        knows_nothing: matches!(reply.status, StatusCode::NOT_FOUND | StatusCode::GONE),
    })
}

/// The servers in a reply's headers.
fn named_in(reply: &Reply) -> Vec<IceServer> {
    let links = reply.headers.get_all(LINK).iter().filter_map(|v| v.to_str().ok());
    links.flat_map(links::ice_servers).take(links::MAX_SERVERS).collect()
}

/// What the endpoint gave for our offer.
pub(super) struct Granted {
    pub(super) answer: String,
    /// Servers it wants us to use.
    pub(super) ice_servers: Vec<IceServer>,
}

/// What the endpoint says to the wish for an ICE restart.
pub(super) enum Restart {
    /// With its own new name, password and candidates.
    Granted(String),
    /// It does not do that; a new session is needed.
    Refused,
}

/// A session at the endpoint. Dropped before [`Session::end`], it is still deleted, in the background.
pub(super) struct Session {
    settings: WhipSettings,
    /// The session's own address; none when the endpoint gave none.
    resource: Option<Url>,
    /// The endpoint takes candidates later.
    patches: bool,
    to: String,
}

impl Session {
    /// Posts the offer of `what`.
    ///
    /// # Errors
    /// The endpoint can't be reached or refuses, in words for the creator.
    pub(super) async fn begin(
        settings: &WhipSettings,
        url: Url,
        offer: String,
        what: &str,
        to: &str,
    ) -> Result<(Self, Granted), OutputError> {
        let reply = http::ask(Ask {
            method: Method::POST,
            url,
            token: &settings.token,
            headers: vec![(CONTENT_TYPE, "application/sdp"), (ACCEPT, "application/sdp")],
            body: Bytes::from(offer),
            ca_file: &settings.ca_file,
            to,
        })
        .await?;
        // The RFC says 201; some endpoints say 200 and mean it.
        if !matches!(reply.status, StatusCode::CREATED | StatusCode::OK) {
            return Err(refusal(&reply, what, to));
        }
        let session = Self {
            settings: settings.clone(),
            resource: reply.header(LOCATION).and_then(|l| reply.url.join(l).ok()),
            patches: reply.header(ETAG).is_some(),
            to: to.to_owned(),
        };
        let granted = Granted {
            ice_servers: named_in(&reply),
            answer: String::from_utf8_lossy(&reply.body).into_owned(),
        };
        Ok((session, granted))
    }

    /// Whether candidates found later may be sent.
    pub(super) fn patches(&self) -> bool {
        self.patches && self.resource.is_some()
    }

    /// Sends a fragment with candidates. An endpoint that takes none has to live with the first ones.
    pub(super) async fn trickle(&mut self, fragment: String) {
        let Some(url) = self.resource.clone() else { return };
        let asked = http::ask(Ask {
            method: Method::PATCH,
            headers: vec![(CONTENT_TYPE, "application/trickle-ice-sdpfrag"), (IF_MATCH, "*")],
            body: fragment.into(),
            ..self.about(url)
        });
        match asked.await {
            Ok(reply) if reply.status.is_success() => {}
            Ok(reply) => {
                tracing::debug!(to = %self.to, status = %reply.status, "the endpoint takes no candidates later");
                self.patches = false;
            }
            Err(error) => tracing::debug!(to = %self.to, %error, "candidates could not be sent"),
        }
    }

    /// Asks for an ICE restart with our new name, password and candidates (RFC 9725, 4.3.3); gives the other side's.
    ///
    /// # Errors
    /// The endpoint can't be reached just now; another try may help.
    pub(super) async fn restart(&self, fragment: &str) -> Result<Restart, OutputError> {
        let Some(url) = self.resource.clone() else {
            return Ok(Restart::Refused);
        };
        let reply = http::ask(Ask {
            method: Method::PATCH,
            headers: vec![(CONTENT_TYPE, "application/trickle-ice-sdpfrag"), (IF_MATCH, "*")],
            body: fragment.to_owned().into(),
            ..self.about(url)
        })
        .await?;
        if reply.status == StatusCode::OK {
            return Ok(Restart::Granted(String::from_utf8_lossy(&reply.body).into_owned()));
        }
        tracing::debug!(to = %self.to, status = %reply.status, "the endpoint takes no ICE restart");
        Ok(Restart::Refused)
    }

    /// Deletes the session, so that the endpoint frees the stream's name at once.
    pub(super) async fn end(mut self) {
        if let Some(url) = self.resource.take() {
            delete(&self.settings, url, &self.to).await;
        }
    }

    fn about(&self, url: Url) -> Ask<'_> {
        Ask {
            method: Method::GET,
            url,
            token: &self.settings.token,
            headers: vec![],
            body: Bytes::new(),
            ca_file: &self.settings.ca_file,
            to: &self.to,
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let (Some(url), Ok(rt)) = (self.resource.take(), runtime::Handle::try_current()) {
            let (settings, to) = (self.settings.clone(), self.to.clone());
            rt.spawn(async move { delete(&settings, url, &to).await });
        }
    }
}

async fn delete(settings: &WhipSettings, url: Url, to: &str) {
    let asked = http::ask(Ask {
        method: Method::DELETE,
        url,
        token: &settings.token,
        headers: vec![],
        body: Bytes::new(),
        ca_file: &settings.ca_file,
        to,
    });
    match time::timeout(DELETE_LIMIT, asked).await {
        Ok(Ok(reply)) if reply.status.is_success() => {}
        Ok(Ok(reply)) => tracing::debug!(to, status = %reply.status, "the session could not be deleted"),
        Ok(Err(error)) => tracing::debug!(to, %error, "the session could not be deleted"),
        Err(_) => tracing::debug!(to, "the endpoint did not confirm the end in time"),
    }
}

/// What a refusal means and what to do about it.
fn refusal(reply: &Reply, what: &str, to: &str) -> OutputError {
    let (to, status) = (to.to_owned(), reply.status.as_u16());
    let said = match reply.words() {
        w if w.is_empty() || w.starts_with('<') => String::new(),
        w => format!(" (it says: {w})"),
    };
    match status {
        401 | 403 => OutputError::Token {
            to,
            why: format!("error {status}{said}"),
        },
        404 | 405 | 410 => OutputError::Config {
            to,
            problem: format!(
                "there is no WHIP endpoint at this address, or its stream has ended (error {status}){said}. Copy the address \
                 again from the service's page"
            ),
        },
        400 | 406 | 415 | 422 => OutputError::Unsupported {
            to,
            problem: format!(
                "the server can't use what Footlight offers: {what} (error {status}){said}. Ask the service whether it takes \
                 that, and WHIP, at this address"
            ),
        },
        409 => OutputError::Unreachable {
            to,
            why: format!(
                "somebody streams there already, or the last session has not ended yet (error {status}){said}"
            ),
        },
        429 | 500.. => OutputError::Unreachable {
            to,
            why: format!("the server can't take the stream at the moment (error {status}){said}"),
        },
        _ => OutputError::Unreachable {
            to,
            why: format!("the server answers with {status}{said}, which is no answer to an offer"),
        },
    }
}
