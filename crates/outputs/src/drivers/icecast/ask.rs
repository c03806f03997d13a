//! Looking ahead at an Icecast server: whether it is there and takes the password, without anybody hearing anything.

use super::{IcecastDriver, IcecastSettings};
use crate::{OutputError, error::io_words, kind::Probed, wire};
use tokio::io::AsyncWriteExt;

impl IcecastDriver {
    /// Asks for something that changes nothing, with the password of the mount point: nobody hears anything.
    pub(super) async fn look_ahead(&self) -> Result<Probed, OutputError> {
        let s = &self.settings;
        let to = s.shown();
        let mut wire = wire::connect((s.host.trim(), s.port), s.trusted(), &to).await?;
        let asked = wire.write_all(s.admin_request("look", "").as_bytes()).await;
        asked.map_err(|e| OutputError::Lost {
            to: to.clone(),
            why: io_words(&e),
        })?;
        let head = wire::answer(&mut *wire, &to).await?;
        let passed = if s.tls {
            "the server takes the password, encrypted"
        } else {
            "the server takes the password"
        };
        let mut doubts = vec![];
        match head.status {
            401 => return Err(s.wrong_password(&to)),
            // It knows no such mount point yet, which is as it should be.
            400 | 404 => {}
            200..=299 => doubts.push(format!(
                "somebody is sending to {} already. Let them end, or choose another mount point",
                s.mount
            )),
            status => doubts.push(format!("it said \"{status} {}\"", head.reason)),
        }
        Ok(Probed {
            passed: passed.into(),
            doubts,
        })
    }
}

impl IcecastSettings {
    /// A question about the mount point, with its password.
    pub(super) fn admin_request(&self, mode: &str, title: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("mount", &self.mount);
        query.append_pair("mode", mode);
        query.append_pair("charset", "UTF-8");
        query.append_pair("song", title);
        format!(
            "GET /admin/metadata?{} HTTP/1.0\r\nHost: {}:{}\r\nAuthorization: Basic {}\r\nUser-Agent: Footlight/{}\r\n\r\n",
            query.finish(),
            self.host.trim(),
            self.port,
            self.login(),
            env!("CARGO_PKG_VERSION"),
        )
    }

    pub(super) fn wrong_password(&self, to: &str) -> OutputError {
        OutputError::Password {
            to: to.to_owned(),
            why: format!(
                "it does not take the password of user `{}`. Enter the server's source password again",
                self.user
            ),
        }
    }
}
