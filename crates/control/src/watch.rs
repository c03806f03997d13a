//! The built-in watch page: plain files compiled in, no build step, no outside server.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

/// `GET /`
pub(crate) async fn to_watch_page() -> Redirect {
    Redirect::temporary("/watch")
}

/// `GET /watch`
pub(crate) async fn page() -> Response {
    text(
        "text/html; charset=utf-8",
        include_str!("../../../assets/watch/index.html"),
    )
}

/// `GET /watch/…`
pub(crate) async fn file(Path(file): Path<String>) -> Response {
    match file.as_str() {
        "watch.js" => text(
            "text/javascript; charset=utf-8",
            include_str!("../../../assets/watch/watch.js"),
        ),
        "player.js" => text(
            "text/javascript; charset=utf-8",
            include_str!("../../../assets/watch/player.js"),
        ),
        "whep.js" => text(
            "text/javascript; charset=utf-8",
            include_str!("../../../assets/watch/whep.js"),
        ),
        "watch.css" => text(
            "text/css; charset=utf-8",
            include_str!("../../../assets/watch/watch.css"),
        ),
        "logo.svg" => text("image/svg+xml", include_str!("../../../assets/logo.svg")),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn text(kind: &'static str, body: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}
