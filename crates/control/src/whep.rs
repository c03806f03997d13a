//! Watching over WebRTC by WHEP (draft-ietf-wish-whep): an offer by `POST` gets an answer and an address of its own, where the
//! viewer sends candidates found late and says goodbye. Open to whoever may watch.

use crate::{
    Site,
    answer::{failed, problem},
};
use axum::{
    extract::{ConnectInfo, Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use media::MediaError;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

/// Longest offer or fragment, bytes.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// `POST /whep`: an offer for an answer.
pub(crate) async fn begin(
    State(site): State<Arc<Site>>,
    ConnectInfo(viewer): ConnectInfo<SocketAddr>,
    offer: String,
) -> Response {
    let show = site.house.remote();
    let viewers = show.viewers();
    // An encoder may have to be opened.
    let (fanout, keep) = match tokio::task::spawn_blocking(move || show.view()).await {
        Ok(Ok(view)) => view,
        Ok(Err(e)) => return failed(&e),
        Err(_) => return problem(StatusCode::INTERNAL_SERVER_ERROR, "bug", "the request ended in a fault"),
    };
    match viewers.admit(&fanout, keep, &offer, addresses_for(viewer.ip())).await {
        Ok(admitted) => {
            let headers = [
                (header::CONTENT_TYPE, "application/sdp".to_owned()),
                (header::LOCATION, format!("/whep/{}", admitted.id)),
            ];
            (StatusCode::CREATED, headers, admitted.answer).into_response()
        }
        Err(e) => problem(StatusCode::UNPROCESSABLE_ENTITY, e.kind().name(), e.to_string()),
    }
}

/// `PATCH /whep/{id}`: candidates found late.
pub(crate) async fn trickle(State(site): State<Arc<Site>>, Path(id): Path<String>, fragment: String) -> StatusCode {
    let viewers = site.house.remote().viewers();
    if viewers.add_candidates(&id, &fragment).await {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

/// `DELETE /whep/{id}`: the viewer leaves.
pub(crate) async fn end(State(site): State<Arc<Site>>, Path(id): Path<String>) -> StatusCode {
    let viewers = site.house.remote().viewers();
    if viewers.dismiss(&id).await {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    }
}

/// Where to send from: loopback for a viewer on this computer, else every network it has.
fn addresses_for(viewer: IpAddr) -> Vec<IpAddr> {
    match viewer.to_canonical() {
        ip if ip.is_loopback() => vec![ip],
        IpAddr::V4(_) => vec![Ipv4Addr::UNSPECIFIED.into()],
        IpAddr::V6(_) => vec![Ipv6Addr::UNSPECIFIED.into(), Ipv4Addr::UNSPECIFIED.into()],
    }
}
