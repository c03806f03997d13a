//! A show that goes out by WHIP, as the command line starts it: its encoder makes AAC and B-frames, so another encode is made
//! to fit, and the session is deleted at the end.

use crate::common::{LIMIT, Show};
use serde_json::json;
use test_support::{wait_for, whip_endpoint::WhipEndpoint};

#[test]
fn a_show_goes_out_by_whip_made_to_fit() {
    let server = WhipEndpoint::start(json!({ "token": "HUSH-7" })).expect("aiortc");
    let endpoint = json!({ "url": server.url(), "token": "HUSH-7" });
    let mut running = Show::counter().destination("room", "whip", endpoint).start();
    running.waits_for_destination("room", "live");
    let arrived = wait_for(LIMIT, || {
        server.count("frames") >= 90 && server.count("samples") >= 96_000
    });
    assert!(arrived, "{}; {}; {}", server.notes(), server.log(), running.output());
    let notes = server.notes();
    assert_eq!((&notes["width"], &notes["height"]), (&json!(640), &json!(360)));
    assert!(
        notes["loudest"].as_u64() > Some(1000),
        "a tone is heard: {}",
        notes["loudest"]
    );
    let state = running.state();
    let line = &state["destinations"][0]["line"];
    assert!(line["rtt_ms"].is_number() && line["encrypted"] == true, "{state}");
    assert!(!running.output().contains("HUSH-7"), "the token is told to nobody");
    running.interrupt();
    let ended = running.ended().with_code(0);
    let room = ended.destination("room");
    // What was made before the peers had found each other is too old by then.
    assert!(room["frames_sent"].as_u64() >= Some(90), "{room}");
    assert!(
        wait_for(LIMIT, || server.count("deletes") == 1),
        "the session is deleted: {}",
        server.notes()
    );
}
