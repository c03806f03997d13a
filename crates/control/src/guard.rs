//! What every request passes through: the headers of every answer, the doors to what is for everybody and what is not, and the
//! permission the desktop window's page needs to ask from its own origin.

use crate::{
    Site,
    access::{Sender, is_window},
    answer::problem,
};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{net::SocketAddr, sync::Arc};

/// What our pages may load. `HOST` is replaced by what the request calls us: older WebKits don't count a WebSocket to
/// ourselves as `'self'`. The last two are how the page speaks to a desktop window around it.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
img-src 'self' blob: data:; media-src 'self' blob:; font-src 'self'; worker-src 'self'; \
connect-src 'self' ws://HOST wss://HOST ipc: http://ipc.localhost; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Adds the headers every answer carries.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok());
    let plain = |h: &&str| h.chars().all(|c| c.is_ascii_alphanumeric() || ".:-[]".contains(c));
    let policy = PAGE_POLICY.replace("HOST", host.filter(plain).unwrap_or("127.0.0.1"));
    let origin = window_origin(request.headers());
    let mut response = if *request.method() == Method::OPTIONS && origin.is_some() {
        may_ask()
    } else {
        next.run(request).await
    };
    let h = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        h.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    h.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    h.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    h.entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if let Some(origin) = origin {
        h.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        h.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    response
}

/// The answer to a browser that asks whether the window's page may ask.
fn may_ask() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

fn window_origin(headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    origin.to_str().ok().filter(|o| is_window(o)).map(|_| origin.clone())
}

/// Keeps pages of other sites, open in a browser on the studio's computer, from reading the show: a request that a
/// browser made for another site says so in `Origin`, and one from this computer must name this computer. The stream
/// itself is for every player.
pub(crate) async fn no_strangers(
    State(site): State<Arc<Site>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let sender = Sender {
        peer,
        headers: request.headers(),
        query: request.uri().query(),
    };
    match sender.may_watch() {
        Err(_) if path.starts_with("/hls/") => next.run(request).await,
        Err(why) => refused(path, why),
        Ok(()) if sender.has_wrong_token(&site.access) => refused(
            path,
            "the token is not the right one; open the address that Footlight printed when it started",
        ),
        Ok(()) => next.run(request).await,
    }
}

/// Lets only those through who may command.
pub(crate) async fn only_the_crew(
    State(site): State<Arc<Site>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let sender = Sender {
        peer,
        headers: request.headers(),
        query: request.uri().query(),
    };
    match sender.may_command(&site.access) {
        Ok(()) => next.run(request).await,
        Err(why) => problem(StatusCode::FORBIDDEN, "forbidden", why),
    }
}

fn refused(path: &str, why: &'static str) -> Response {
    if path.starts_with("/api/") {
        problem(StatusCode::FORBIDDEN, "forbidden", why)
    } else {
        (StatusCode::FORBIDDEN, why).into_response()
    }
}
