//! What is written, byte by byte. That others read it is shown by the tests of encoders and shows.

use super::*;
use crate::{av1, h264, hevc};
use bytes::Bytes;
use media::VideoCodec;
use proptest::prelude::*;

fn clean(pairs: &[Pair]) -> Vec<[u8; 2]> {
    pairs.iter().map(|p| [p[0] & 0x7f, p[1] & 0x7f]).collect()
}

#[test]
fn a_rolling_line_has_its_codes_twice_and_odd_parity() {
    let p = pages("Hi!", Style::RollUp(3));
    assert_eq!(p.len(), 1);
    let (ru3, cr, pac) = ([0x14, 0x26], [0x14, 0x2d], [0x14, 0x70]);
    assert_eq!(clean(&p[0].load), [ru3, ru3, cr, cr, pac, pac, *b"Hi", [b'!', 0]]);
    assert!(p[0].show.is_empty());
    assert!(p[0].load.iter().flatten().all(|b| b.count_ones() % 2 == 1));
}

#[test]
fn a_page_pops_on_in_the_middle() {
    let p = pages("one two three four five six seven eight nine ten", Style::PopOn);
    assert_eq!(p.len(), 1, "two rows are one page");
    let load = clean(&p[0].load);
    assert_eq!(load[..4], [[0x14, 0x20], [0x14, 0x20], [0x14, 0x2e], [0x14, 0x2e]]);
    // "one two three four five six" has 27 columns: it begins in column 2 of row 14.
    assert_eq!(load[4..8], [[0x14, 0x50], [0x14, 0x50], [0x17, 0x22], [0x17, 0x22]]);
    assert_eq!(load[8], *b"on");
    assert_eq!(clean(&p[0].show), [[0x14, 0x2f]; 2]);
    assert!(p[0].load.iter().flatten().all(|b| b.count_ones() % 2 == 1));
}

#[test]
fn letters_beyond_the_basic_ones_have_a_stand_in_and_notes_come_twice() {
    let load = clean(&pages("Ä♪♪", Style::RollUp(2))[0].load);
    let (note, back) = ([0x11, 0x37], [0x14, 0x21]);
    let all = [
        [b'A', 0],
        [0x13, 0x30],
        [0x13, 0x30],
        note,
        note,
        [b' ', 0],
        back,
        back,
        note,
        note,
    ];
    assert_eq!(load[6..], all);
}

#[test]
fn long_words_and_other_scripts_are_cut_to_what_fits() {
    let long = "x".repeat(70);
    let lines = pages(&long, Style::RollUp(2));
    assert_eq!(lines.iter().map(|p| p.characters).collect::<Vec<_>>(), [32, 32, 6]);
    assert!(pages("字幕", Style::PopOn).is_empty());
    assert!(pages(" \n\n ", Style::PopOn).is_empty());
}

fn unit(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    out.extend_from_slice(bytes);
}

#[test]
fn the_message_comes_after_other_messages_and_before_the_picture() {
    let mut avcc = vec![];
    unit(&mut avcc, &[6, 5, 1, 0, 0x80]);
    unit(&mut avcc, &[0x65, 1, 2, 3]);
    let out = with_captions(
        VideoCodec::H264,
        &avcc.into(),
        &[Unit::Field([0x94, 0x2c]), Unit::Field(PADDING)],
    )
    .expect("fits");
    let units: Vec<_> = h264::avcc_units(&out).map(|u| u.expect("whole")).collect();
    assert_eq!(units.len(), 3);
    let digital = with_captions(
        VideoCodec::H264,
        &out,
        &[Unit::Field(PADDING), Unit::Begin([2, 0x22]), Unit::More([0x8c, 0xff])],
    );
    let digital = digital.expect("fits");
    let added = h264::avcc_units(&digital).nth(2).expect("a unit").expect("whole");
    assert_eq!(added[13..22], [0xfc, 0x80, 0x80, 0xff, 2, 0x22, 0xfe, 0x8c, 0xff]);
    let sei = [
        6, 4, 17, 0xb5, 0, 0x31, b'G', b'A', b'9', b'4', 3, 0xc2, 0xff, 0xfc, 0x94, 0x2c, 0xfc, 0x80, 0x80, 0xff, 0x80,
    ];
    assert_eq!(units[1], sei);
    assert_eq!(units[2], [0x65, 1, 2, 3]);
    let mut hvcc = vec![];
    unit(&mut hvcc, &[40, 1, 9]);
    let out = with_captions(VideoCodec::Hevc, &hvcc.into(), &[Unit::Field(PADDING)]).expect("fits");
    let first = h264::avcc_units(&out).next().expect("one").expect("whole");
    assert_eq!((hevc::nal_type(first), first[1]), (39, 1));
}

#[test]
fn av1_has_it_after_its_sequence_header() {
    let mut tu = vec![];
    for (kind, payload) in [(1u8, [7u8, 7]), (6, [8, 8])] {
        av1::write(
            &mut tu,
            &av1::Obu {
                kind,
                extension: None,
                payload: &payload,
            },
        );
    }
    let out = with_captions(VideoCodec::Av1, &tu.into(), &[Unit::Field(PADDING)]).expect("fits");
    let kinds: Vec<_> = av1::obus(&out).map(|o| o.expect("whole").kind).collect();
    assert_eq!(kinds, [1, 5, 6]);
}

proptest! {
    #[test]
    fn anything_can_be_said(text in ".{0,200}", rows in 2u8..4) {
        for style in [Style::RollUp(rows), Style::PopOn] {
            for p in pages(&text, style) {
                prop_assert!(p.load.len() < 400);
                prop_assert!(p.load.iter().chain(&p.show).flatten().all(|b| b.count_ones() % 2 == 1));
                let mut sequence = 0;
                let units = packets(&p.service, &mut sequence);
                prop_assert!(units.len() <= 2 * 64 && units.first().is_some_and(|u| matches!(u, Unit::Begin(_))));
            }
        }
    }

    #[test]
    fn any_bytes_are_refused_or_kept(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        for codec in [VideoCodec::H264, VideoCodec::Hevc, VideoCodec::Av1, VideoCodec::Vp9] {
            let _ = with_captions(codec, &Bytes::from(data.clone()), &[Unit::More(PADDING); 40]);
        }
    }
}
