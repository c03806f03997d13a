//! The H.264 parsers on streams made by hand and on hostile bytes.

use super::*;
use proptest::prelude::*;

/// 1280×720 High, from x264 with BT.709 tags, 30 frames a second and two reordered pictures (as `ffmpeg` writes it).
const SPS: &[u8] = &[
    0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb, 0x01, 0x6a, 0x02, 0x02, 0x02, 0x80, 0x00, 0x00, 0x03,
    0x00, 0x80, 0x00, 0x00, 0x1e, 0x07, 0x8c, 0x18, 0xcb,
];
const PPS: &[u8] = &[0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0];

#[test]
fn units_are_found_after_long_and_short_start_codes() {
    let data = [
        0, 0, 0, 1, 0x09, 0xf0, 0, 0, 1, 0x65, 1, 2, 0, 0, 0, 0, 1, 0x41, 9, 0, 0,
    ];
    let units: Vec<&[u8]> = annexb_units(&data).collect();
    assert_eq!(units, [&[0x09, 0xf0][..], &[0x65, 1, 2], &[0x41, 9]]);
    let au = annexb_to_avcc(&data);
    assert!(au.keyframe);
    assert_eq!(&au.data[..], [0, 0, 0, 3, 0x65, 1, 2, 0, 0, 0, 2, 0x41, 9]);
}

#[test]
fn a_record_gives_back_its_parameter_sets() {
    let record = avcc_record(&[SPS], &[PPS]).expect("well-formed");
    assert_eq!(&record[..4], [1, 0x64, 0, 0x1f]);
    let sets = record_parameter_sets(&record).expect("ours");
    assert_eq!((sets.sps, sets.pps), (vec![SPS], vec![PPS]));
    assert!(avcc_record(&[], &[PPS]).is_err());
    assert!(avcc_record(&[PPS], &[PPS]).is_err());
    assert!(record_parameter_sets(&record[..20]).is_err());
}

#[test]
fn a_parameter_set_is_read() {
    let sps = Sps::parse(SPS).expect("well-formed");
    assert_eq!(
        (sps.width, sps.height, sps.profile_idc, sps.level_idc),
        (1280, 720, 100, 31)
    );
    let vui = sps.vui.expect("it has one");
    assert_eq!(vui.timing, Some((1, 60)));
    assert_eq!(vui.max_reorder_frames, Some(2));
}

proptest! {
    #[test]
    fn hostile_bytes_never_panic(data in prop::collection::vec(any::<u8>(), 0..400)) {
        let au = annexb_to_avcc(&data);
        // What we wrote, we can read.
        prop_assert!(avcc_units(&au.data).all(|u| u.is_ok()));
        let _ = avcc_units(&data).count();
        let _ = parameter_sets(&data);
        let _ = record_parameter_sets(&data);
        let _ = Sps::parse(&data);
        let _ = avcc_record(&[&data], &[&data]);
    }

    #[test]
    fn hostile_parameter_sets_never_panic(mut data in prop::collection::vec(prop_oneof![Just(0u8), Just(3), Just(0xff), any::<u8>()], 3..200), profile in any::<u8>()) {
        data[0] = 0x67;
        data[1] = profile;
        let _ = Sps::parse(&data);
        let _ = avcc_record(&[&data], &[PPS]);
    }

    #[test]
    fn units_survive_the_conversion(units in prop::collection::vec(prop::collection::vec(4u8..255, 1..40), 1..6)) {
        let mut annexb = Vec::new();
        for u in &units {
            annexb.extend_from_slice(&[0, 0, 0, 1, 0x41]);
            annexb.extend_from_slice(u);
        }
        let au = annexb_to_avcc(&annexb);
        let back: Vec<&[u8]> = avcc_units(&au.data).map(|u| u.expect("ours")).collect();
        prop_assert_eq!(back.len(), units.len());
        for (b, u) in back.iter().zip(&units) {
            prop_assert_eq!(&b[1..], &u[..]);
        }
    }
}
