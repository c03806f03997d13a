//! Relays over TCP and TLS: coturn, reached the way it is where no UDP gets through.

use crate::{
    live::Live,
    show::until,
    whip::{LIMIT, arrives_by_relay, go_live},
};
use outputs::DestinationState as State;
use serde_json::json;
use test_support::{
    coturn::{Coturn, PASSWORD, USER},
    tls_front::TestAuthority,
    whip_endpoint::WhipEndpoint,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_over_tcp_carries_it() {
    let turn = Coturn::start_over_tcp().expect("coturn");
    let server = WhipEndpoint::start(json!({})).expect("aiortc");
    let more = json!({"relay_only": true, "turn": turn.tcp_url(), "turn_user": USER, "turn_password": PASSWORD});
    arrives_by_relay(&server, &turn, more).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_over_tls_carries_it() {
    let authority = TestAuthority::new().expect("an authority");
    let turn = Coturn::start_with_tls(&authority).expect("coturn");
    let server = WhipEndpoint::start(json!({})).expect("aiortc");
    let more = json!({"relay_only": true, "turn": turn.tls_url(), "turn_user": USER, "turn_password": PASSWORD,
        "ca_file": authority.file()});
    arrives_by_relay(&server, &turn, more).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_nobody_vouches_for_is_not_used() {
    let authority = TestAuthority::new().expect("an authority");
    let turn = Coturn::start_with_tls(&authority).expect("coturn");
    let server = WhipEndpoint::start(json!({})).expect("aiortc");
    let live = Live::start(300);
    let more = json!({"relay_only": true, "turn": turn.tls_url(), "turn_user": USER, "turn_password": PASSWORD});
    let d = go_live(&server.url(), more, &live.fanout);
    until("trying again", LIMIT, || d.status().state == State::Retrying).await;
    let said = d.status().reason.unwrap_or_default();
    assert!(
        said.contains("the TURN server can't be used") && said.contains("certificate"),
        "{said}"
    );
}
