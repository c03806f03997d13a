//! The window's page, compiled into the program by `build.rs`. Files whose names carry a mark of their content may be kept for
//! ever; the rest is asked for again each time and costs nothing when it has not changed.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// One file of the page.
pub(crate) struct File {
    /// Path below `/`.
    name: &'static str,
    kind: &'static str,
    /// Changes with the content: its ETag.
    mark: &'static str,
    plain: &'static [u8],
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// What is served where no page was built in.
const NO_PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Footlight</title>\
<body style=\"margin:0;min-height:100vh;display:grid;place-content:center;background:#141414;color:#f2f2f2;font:16px/1.5 sans-serif\">\
<main style=\"max-width:40rem;padding:2rem\"><h1 style=\"font-size:1.25rem\">Footlight</h1><p>This Footlight was built without its window. Run <code>make ui</code> and build it again.</p>\
<p><a style=\"color:#8fc0ff\" href=\"/watch\">Watch the programme</a></p></main></html>";

/// `GET /` and every file of the page.
pub(crate) async fn file(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let name = if path.is_empty() { "index.html" } else { path };
    match FILES.iter().find(|f| f.name == name) {
        Some(f) => f.answer(request.headers()),
        None if path.is_empty() => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], NO_PAGE).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl File {
    fn answer(&self, asked: &HeaderMap) -> Response {
        let has = |name, word: &str| {
            let text = asked.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
            text.is_some_and(|t| t.contains(word))
        };
        let cache = if self.name.starts_with("assets/") {
            "max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let headers = [
            (header::CONTENT_TYPE, self.kind),
            (header::CACHE_CONTROL, cache),
            (header::ETAG, self.mark),
            (header::VARY, "Accept-Encoding"),
        ];
        if has(header::IF_NONE_MATCH, self.mark) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        match self.gzip.filter(|_| has(header::ACCEPT_ENCODING, "gzip")) {
            Some(small) => (headers, [(header::CONTENT_ENCODING, "gzip")], small).into_response(),
            None => (headers, self.plain).into_response(),
        }
    }
}
