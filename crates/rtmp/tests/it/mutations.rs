//! What servers really say, changed a hundred thousand times: the same ways in as the fuzz targets', with a fixed seed.

use crate::{
    fixtures::{info, url},
    peer::{Answers, Peer},
};
use rtmp::{PublishSession, hostile};
use test_support::mutate::cases;

/// All that a server says to a publication: from its handshake to `NetStream.Publish.Start`, or to its refusal.
fn transcript(answers: Answers, ping: bool) -> Vec<u8> {
    let mut session = PublishSession::new(&url(), &info());
    let mut peer = Peer::new(answers);
    let mut all = vec![];
    for _ in 0..20 {
        if let Some(b) = session.take_output() {
            peer.feed(&b);
        }
        let back = peer.take_output();
        if session.feed(&back).is_err() {
            all.extend(back);
            break;
        }
        all.extend(back);
    }
    if ping {
        peer.ping();
        all.extend(peer.take_output());
    }
    all
}

#[test]
fn changed_transcripts_of_servers_break_nothing() {
    let corpus = [
        transcript(Answers::default(), true),
        transcript(
            Answers {
                connect: Some(("NetConnection.Connect.Rejected", "no such application")),
                ..Answers::default()
            },
            false,
        ),
        transcript(
            Answers {
                publish: Some(("NetStream.Publish.BadName", "in use")),
                ..Answers::default()
            },
            false,
        ),
    ];
    assert!(corpus.iter().all(|t| t.len() > 3073), "handshake and answers");
    cases(&corpus, 1, 60_000, hostile::server);
    // After a handshake that is as it should be.
    let hello = corpus[0][..3073].to_vec();
    let after: Vec<Vec<u8>> = corpus.iter().map(|t| t[3073..].to_vec()).collect();
    cases(&after, 2, 40_000, |bytes| {
        hostile::server(&[&hello[..], bytes].concat())
    });
}

#[test]
fn changed_command_bodies_break_nothing() {
    let result = b"\x02\0\x07_result\0\x3f\xf0\0\0\0\0\0\0\x03\0\x06fmsVer\x02\0\x0bFMS/3,0,123\0\x0ccapabilities\0\x40\x3f\0\0\0\0\0\0\0\0\x09\x03\0\x05level\x02\0\x06status\0\x04code\x02\0\x1dNetConnection.Connect.Success\0\0\x09";
    let array = b"\x08\0\0\0\x02\0\x01a\x0a\0\0\0\x02\x01\x01\x05\0\x01b\x0b\x40\x3f\0\0\0\0\0\0\0\0\0\0\x09\x0c\0\0\0\x02hi\x10\0\x01c\0\x01d\x0f\0\0\0\x01x\0\0\x09";
    let json = br#"{"text":"goal","score":3,"live":true,"deep":{"a":[1,2,null]}}"#;
    cases(
        &[result.to_vec(), array.to_vec(), json.to_vec()],
        3,
        100_000,
        hostile::amf0,
    );
}
