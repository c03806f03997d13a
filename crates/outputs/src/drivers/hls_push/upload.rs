//! How files get to the server: HTTP requests over one connection, and what the answers mean.

use super::{HlsMethod, HlsPushSettings, Place};
use crate::{
    OutputError,
    error::io_words,
    wire::{self, Wire, basic},
};
use std::time::Duration;
use tokio::{io::AsyncWriteExt, time};

/// Time for one file.
const LIMIT: Duration = Duration::from_secs(10);

/// The connection, kept open between files while the server allows.
pub(super) struct Upload<'a> {
    pub(super) settings: &'a HlsPushSettings,
    pub(super) place: &'a Place,
    /// The server's name in messages.
    pub(super) to: &'a str,
    /// Counts bytes.
    pub(super) wrote: &'a (dyn Fn(usize) + Send + Sync),
    pub(super) wire: Option<Box<dyn Wire>>,
}

impl Upload<'_> {
    pub(super) async fn connect(&mut self) -> Result<(), OutputError> {
        let p = self.place;
        self.wire = Some(wire::connect((&p.host, p.port), p.tls.then_some(&*self.settings.ca_file), self.to).await?);
        Ok(())
    }

    pub(super) async fn put(&mut self, name: &str, media_type: &str, bytes: &[u8]) -> Result<(), OutputError> {
        let method = match self.settings.method {
            HlsMethod::Put => "PUT",
            HlsMethod::Post => "POST",
        };
        let status = self.request(method, name, media_type, bytes).await?;
        (self.wrote)(bytes.len());
        let to = self.to.to_owned();
        match status.0 {
            200..=299 => Ok(()),
            401 | 403 => Err(OutputError::Password {
                to,
                why: format!(
                    "it said \"{} {}\". Check the address with its key, and user and password where the server asks for them",
                    status.0, status.1
                ),
            }),
            404 | 405 => Err(OutputError::Config {
                to,
                problem: format!(
                    "it takes no files there (\"{} {}\"). Check the address",
                    status.0, status.1
                ),
            }),
            _ => Err(OutputError::Lost {
                to,
                why: format!("it said \"{} {}\"", status.0, status.1),
            }),
        }
    }

    /// Asks for the playlist's head; gives what the server said.
    pub(super) async fn look(&mut self) -> Result<(u16, String), OutputError> {
        let name = self.place.playlist.clone();
        self.request("HEAD", &name, "", &[]).await
    }

    /// Whether it is gone is of no importance to the show.
    pub(super) async fn delete(&mut self, name: &str) -> Result<(), OutputError> {
        let (status, reason) = self.request("DELETE", name, "", &[]).await?;
        if !(200..300).contains(&status) {
            tracing::debug!(destination = self.to, "{name} was not deleted: {status} {reason}");
        }
        Ok(())
    }

    async fn request(
        &mut self,
        method: &str,
        name: &str,
        media_type: &str,
        body: &[u8],
    ) -> Result<(u16, String), OutputError> {
        // A connection that has been idle may have been closed meanwhile: then once more on a new one.
        let fresh = self.wire.is_none();
        match self.try_request(method, name, media_type, body).await {
            Err(OutputError::Lost { .. }) if !fresh => self.try_request(method, name, media_type, body).await,
            other => other,
        }
    }

    async fn try_request(
        &mut self,
        method: &str,
        name: &str,
        media_type: &str,
        body: &[u8],
    ) -> Result<(u16, String), OutputError> {
        if self.wire.is_none() {
            self.connect().await?;
        }
        let Some(mut wire) = self.wire.take() else {
            return Ok((0, String::new()));
        };
        let head = self.head(method, name, media_type, body.len());
        let to = self.to;
        let sending = async {
            let lost = |e: std::io::Error| OutputError::Lost {
                to: to.to_owned(),
                why: io_words(&e),
            };
            wire.write_all(head.as_bytes()).await.map_err(lost)?;
            wire.write_all(body).await.map_err(lost)?;
            wire.flush().await.map_err(lost)?;
            if method == "HEAD" {
                // Its answer tells the length of a body that does not come.
                return wire::answer_without_body(&mut *wire, to).await;
            }
            wire::answer(&mut *wire, to).await
        };
        let answer = time::timeout(LIMIT, sending).await.map_err(|_| OutputError::Stalled {
            to: to.to_owned(),
            seconds: LIMIT.as_secs(),
        })??;
        if !answer.closes {
            self.wire = Some(wire);
        }
        Ok((answer.status, answer.reason))
    }

    fn head(&self, method: &str, name: &str, media_type: &str, length: usize) -> String {
        let p = self.place;
        let mut h = format!(
            "{method} {} HTTP/1.1\r\nHost: {}:{}\r\nUser-Agent: Footlight/{}\r\nContent-Length: {length}\r\n",
            p.target(name),
            p.host,
            p.port,
            env!("CARGO_PKG_VERSION"),
        );
        if !media_type.is_empty() {
            h.push_str(&format!("Content-Type: {media_type}\r\n"));
        }
        if !self.settings.password.is_empty() {
            let login = basic(&self.settings.user, self.settings.password.reveal());
            h.push_str(&format!("Authorization: Basic {login}\r\n"));
        }
        h.push_str("\r\n");
        h
    }
}
