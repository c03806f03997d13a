//! TLS for every driver that needs it: rustls over an open connection, with the system's own list of authorities, or with
//! the one authority of a file for a server in one's own network. There is no way to accept just any certificate. What goes
//! wrong becomes a sentence that says whose fault it is.

use crate::{OutputError, error::io_words};
use rustls::{
    CertificateError, ClientConfig, ConfigBuilder, Error as TlsError, RootCertStore, WantsVerifier,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;
use std::{
    fs, io,
    path::Path,
    sync::{Arc, OnceLock},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// The largest file of certificates read, bytes.
const MAX_CA_FILE: u64 = 1024 * 1024;

/// The settings of a client that trusts what this computer trusts. Made once: reading the system's list takes a while.
static SYSTEM: OnceLock<Arc<ClientConfig>> = OnceLock::new();

/// Encrypts an open connection to `host`, whose certificate must be for that name and from an authority this computer
/// trusts, or, where `ca_file` names one, from an authority in that PEM file and no other. The caller limits the time.
///
/// # Errors
/// The file can't be used; the certificate is not good; the server does not speak TLS or breaks it off.
pub(crate) async fn encrypt(
    socket: TcpStream,
    host: &str,
    ca_file: &str,
    to: &str,
) -> Result<TlsStream<TcpStream>, OutputError> {
    let refuse = |problem| OutputError::Tls {
        to: to.to_owned(),
        problem,
        passes: false,
    };
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| refuse(format!("`{host}` is no name that a certificate can be for")))?;
    let file = ca_file.trim().to_owned();
    // Files are read; the system's list may be hundreds of them.
    let made = tokio::task::spawn_blocking(move || if file.is_empty() { system() } else { only_from(&file) });
    let config = match made.await {
        Ok(made) => made.map_err(refuse)?,
        Err(e) => {
            return Err(refuse(format!(
                "reading the certificates of authorities went wrong ({e})"
            )));
        }
    };
    let connected = TlsConnector::from(config).connect(name, socket).await;
    connected.map_err(|e| {
        let (problem, passes) = words(&e, host);
        OutputError::Tls {
            to: to.to_owned(),
            problem,
            passes,
        }
    })
}

fn begun() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, String> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| format!("TLS can't be used here ({e})"))
}

fn system() -> Result<Arc<ClientConfig>, String> {
    if let Some(c) = SYSTEM.get() {
        return Ok(c.clone());
    }
    let verified = begun()?.with_platform_verifier().map_err(|e| {
        format!(
            "this computer's list of certificate authorities can't be used ({e}). Install the package ca-certificates"
        )
    })?;
    Ok(SYSTEM.get_or_init(|| Arc::new(verified.with_no_client_auth())).clone())
}

fn only_from(file: &str) -> Result<Arc<ClientConfig>, String> {
    let no = |why: String| format!("the certificate authority's file {file} {why}");
    let path = Path::new(file);
    let size = fs::metadata(path)
        .map_err(|e| no(format!("can't be read: {}", io_words(&e))))?
        .len();
    if size > MAX_CA_FILE {
        return Err(no("is far too large to be one".into()));
    }
    let bytes = fs::read(path).map_err(|e| no(format!("can't be read: {}", io_words(&e))))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let added = certificate
            .map_err(|e| format!("{e:?}"))
            .and_then(|c| roots.add(c).map_err(|e| e.to_string()));
        added.map_err(|e| no(format!("holds a certificate that can't be read ({e})")))?;
    }
    if roots.is_empty() {
        return Err(no(
            "holds no certificate. It has to be PEM text, with -----BEGIN CERTIFICATE-----".into(),
        ));
    }
    Ok(Arc::new(begun()?.with_root_certificates(roots).with_no_client_auth()))
}

/// What went wrong, and whether it may pass by itself.
fn words(e: &io::Error, host: &str) -> (String, bool) {
    match e.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) {
        Some(TlsError::InvalidCertificate(c)) => (certificate_words(c, host), false),
        Some(TlsError::NoCertificatesPresented) => {
            (format!("{host} shows no certificate, so nobody knows who it is"), false)
        }
        Some(TlsError::InvalidMessage(_) | TlsError::InappropriateMessage { .. }) => (
            format!(
                "{host} does not speak TLS at this port. Check the port, or use the rtmp:// address if there is one"
            ),
            false,
        ),
        Some(TlsError::PeerIncompatible(_)) => (
            format!(
                "{host} knows only encryption that is too old to be safe. Its owner has to switch on TLS 1.2 or newer"
            ),
            false,
        ),
        Some(TlsError::AlertReceived(alert)) => (
            format!("{host} refused the encrypted connection ({alert:?}). Check the address with the service"),
            true,
        ),
        Some(other) => (format!("the encrypted connection to {host} failed ({other})"), true),
        None if e.kind() == io::ErrorKind::UnexpectedEof => (
            format!(
                "{host} closed the connection before it was encrypted. Check the port and that it is an rtmps:// address"
            ),
            true,
        ),
        None => (
            format!(
                "the connection to {host} broke before it was encrypted: {}",
                io_words(e)
            ),
            true,
        ),
    }
}

/// A name as `DnsName("example.com")` without what is around it.
fn bare(name: &str) -> &str {
    name.split('"').nth(1).unwrap_or(name)
}

fn certificate_words(e: &CertificateError, host: &str) -> String {
    match e {
        CertificateError::ExpiredContext { time, not_after } => {
            let days = time.as_secs().saturating_sub(not_after.as_secs()) / 86_400;
            format!(
                "the certificate of {host} expired {days} days ago. Its owner has to renew it (or this computer's clock is wrong)"
            )
        }
        CertificateError::Expired => {
            format!(
                "the certificate of {host} has expired. Its owner has to renew it (or this computer's clock is wrong)"
            )
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            format!("the certificate of {host} is not valid yet. Check this computer's date and time")
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names: Vec<&str> = presented.iter().take(3).map(|n| bare(n)).collect();
            format!(
                "the certificate of the server is not for {host} but for {}. Check the address",
                if names.is_empty() {
                    "nobody".into()
                } else {
                    names.join(", ")
                }
            )
        }
        CertificateError::NotValidForName => {
            format!("the certificate of the server is not for {host}. Check the address")
        }
        // A bad signature: by one that only has the name of a trusted authority.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => format!(
            "the certificate of {host} is from an authority that is not trusted here. If the server is your own, give its \
             authority's file in the settings"
        ),
        CertificateError::Revoked => format!("the certificate of {host} was revoked. Do not stream there"),
        other => format!("the certificate of {host} can't be accepted ({other})"),
    }
}
