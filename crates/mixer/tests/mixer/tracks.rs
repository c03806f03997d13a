//! Several tracks from one pass: who is in which, with what gain, each with a limiter of its own.

use crate::signals::{at, feed, ramp};
use mixer::{Mixer, SourceMix};

fn quiet(i: i64) -> (f32, f32) {
    let (l, r) = ramp(i);
    (l * 0.25, r * 0.25)
}

#[test]
fn membership_and_gains_are_exact_to_the_sample() {
    let mut m = Mixer::new(0.0);
    m.set_tracks(&[0.0, 0.0, 20.0]);
    m.add("voice", feed(1.0, quiet), SourceMix::default());
    m.add("music", feed(1.0, |_| (0.125, -0.125)), SourceMix::default());
    assert!(m.set_sends("music", &[Some(0.0), None, Some(-20.0)]));
    assert!(!m.set_sends("nobody", &[]));
    for b in 0..50 {
        let blocks = m.mix_tracks(at(b * 480));
        assert_eq!(blocks.len(), 3);
        for (i, f) in blocks[0].samples.chunks(2).enumerate() {
            let (l, r) = quiet(b * 480 + i as i64);
            assert_eq!((f[0], f[1]), (l + 0.125, r - 0.125), "the master has both");
            let own = &blocks[1].samples[i * 2..][..2];
            assert_eq!((own[0], own[1]), (l, r), "the voice alone, bit by bit");
        }
        assert!(
            blocks
                .iter()
                .all(|b| b.time == blocks[0].time && b.samples.len() == 960)
        );
    }
    let meters = m.track_meters();
    assert_eq!(meters.len(), 3);
    assert_eq!(meters[0], m.master_meter());
}

#[test]
fn a_gain_in_a_track_multiplies_there_only() {
    let mut m = Mixer::new(0.0);
    m.set_tracks(&[0.0, -20.0]);
    m.add("a", feed(1.0, |_| (0.5, 0.5)), SourceMix::default());
    m.set_sends("a", &[Some(0.0), Some(-20.0)]);
    let blocks = m.mix_tracks(at(0));
    assert!(blocks[0].samples.iter().all(|x| *x == 0.5));
    assert!(
        blocks[1].samples.iter().all(|x| (x - 0.005).abs() < 1e-6),
        "{}",
        blocks[1].samples[0]
    );
}

#[test]
fn each_track_has_its_own_limiter() {
    let mut m = Mixer::new(-6.0);
    m.set_tracks(&[0.0, 0.0]);
    m.add("loud", feed(1.0, |_| (0.9, 0.9)), SourceMix::default());
    m.add("soft", feed(1.0, |_| (0.125, 0.125)), SourceMix::default());
    m.set_sends("loud", &[Some(0.0), None]);
    for b in 0..40 {
        let blocks = m.mix_tracks(at(b * 480));
        assert!(blocks[0].samples.iter().all(|x| *x <= 0.5012), "held down");
        assert!(
            blocks[1].samples.iter().all(|x| *x == 0.125),
            "nothing to hold down here"
        );
    }
}

#[test]
fn leaving_and_joining_a_track_ramps() {
    let mut m = Mixer::new(0.0);
    m.set_tracks(&[0.0, 0.0]);
    m.add("a", feed(2.0, |_| (0.5, 0.5)), SourceMix::default());
    let mut all = vec![];
    for b in 0..60 {
        match b {
            20 => assert!(m.set_sends("a", &[Some(0.0), None])),
            40 => assert!(m.set_sends("a", &[Some(0.0), Some(0.0)])),
            _ => {}
        }
        let blocks = m.mix_tracks(at(b * 480));
        assert!(
            blocks[0].samples.iter().all(|x| *x == 0.5),
            "the master does not notice"
        );
        all.extend(blocks[1].samples.chunks(2).map(|f| f[0]));
    }
    let steepest = all.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0f32, f32::max);
    assert!(steepest <= 0.5 / 480.0 + 1e-4, "{steepest}");
    assert_eq!((all[480 * 10], all[480 * 30], all[480 * 50]), (0.5, 0.0, 0.5));
}

#[test]
fn tracks_come_and_go_while_the_mix_runs() {
    let mut m = Mixer::new(0.0);
    m.add("a", feed(1.0, |_| (0.5, 0.5)), SourceMix::default());
    assert_eq!(m.mix_tracks(at(0)).len(), 1);
    m.set_tracks(&[0.0; 8]);
    let blocks = m.mix_tracks(at(480));
    assert_eq!(blocks.len(), 8);
    m.set_tracks(&[]);
    let blocks = m.mix_tracks(at(960));
    assert_eq!(blocks.len(), 1, "the master stays");
    assert!(blocks[0].samples.iter().all(|x| *x == 0.5));
}
