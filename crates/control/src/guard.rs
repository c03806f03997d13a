//! Who may do what. Watching is open to whoever reaches the server. Commands come only from this computer, and only from
//! our own page or from a program that is no browser: a page of another site sends an `Origin` that is not ours, and a
//! name that was bent to point here (DNS rebinding) shows in `Host`.

use crate::api::problem;
use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::net::{IpAddr, SocketAddr};

/// Adds the headers every answer carries.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let h = response.headers_mut();
    let csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    h.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(csp));
    h.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    h.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    h.entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Keeps pages of other sites, open in a browser on the studio's computer, from reading the show: a request that a
/// browser made for another site says so in `Origin`, and one from this computer must name this computer. The stream
/// itself is for every player.
pub(crate) async fn no_strangers(ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    match may_watch(peer, request.headers()) {
        Err(_) if path.starts_with("/hls/") => next.run(request).await,
        Err(why) if path.starts_with("/api/") => problem(StatusCode::FORBIDDEN, "forbidden", why),
        Err(why) => (StatusCode::FORBIDDEN, why).into_response(),
        Ok(()) => next.run(request).await,
    }
}

/// Whether a request may read the show; else why not.
fn may_watch(peer: SocketAddr, headers: &HeaderMap) -> Result<(), &'static str> {
    let text = |name| headers.get(name).map(|v: &HeaderValue| v.to_str().unwrap_or("?"));
    let host = text(header::HOST).unwrap_or_default();
    if peer.ip().to_canonical().is_loopback() && !is_this_computer(host) {
        return Err("the address in this request is not this computer's; open the page as http://127.0.0.1");
    }
    match text(header::ORIGIN) {
        None => Ok(()),
        Some(origin) if origin.strip_prefix("http://") == Some(host) => Ok(()),
        Some(_) => Err("this request comes from another site's page and is refused"),
    }
}

/// Whether a request may change the show; else why not.
pub(crate) fn may_command(peer: SocketAddr, headers: &HeaderMap) -> Result<(), &'static str> {
    if !peer.ip().to_canonical().is_loopback() {
        return Err("commands are taken only from the computer the show runs on");
    }
    may_watch(peer, headers)
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

    fn ask(peer: &str, host: &str, origin: Option<&str>) -> bool {
        let mut h = HeaderMap::new();
        h.insert(header::HOST, host.parse().expect("header"));
        if let Some(o) = origin {
            h.insert(header::ORIGIN, o.parse().expect("header"));
        }
        may_command(peer.parse().expect("address"), &h).is_ok()
    }

    #[test]
    fn only_this_computer_and_our_own_page_may_command() {
        assert!(ask("127.0.0.1:5000", "127.0.0.1:7080", None));
        assert!(ask("[::1]:5000", "[::1]:7080", Some("http://[::1]:7080")));
        assert!(ask(
            "[::ffff:127.0.0.1]:5000",
            "localhost:7080",
            Some("http://localhost:7080")
        ));
        assert!(!ask("192.168.1.7:5000", "192.168.1.2:7080", None), "another computer");
        assert!(
            !ask("127.0.0.1:5000", "evil.example:7080", Some("http://evil.example:7080")),
            "rebinding"
        );
        assert!(
            !ask("127.0.0.1:5000", "127.0.0.1:7080", Some("https://evil.example")),
            "another site"
        );
        assert!(
            !ask("127.0.0.1:5000", "127.0.0.1:7080", Some("null")),
            "a sandboxed page"
        );
        assert!(!ask("127.0.0.1:5000", "127.0.0.1.evil.example", None));
    }
}
