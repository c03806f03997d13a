//! The limiter: its ceiling holds whatever comes, and what is below passes untouched.

use crate::signals::{at, feed, run, sine};
use mixer::{LOOKAHEAD_FRAMES, Limiter, Mixer, SourceMix};
use proptest::prelude::*;

fn through(l: &mut Limiter, samples: &[f32]) -> Vec<f32> {
    let mut s = samples.to_vec();
    for b in s.chunks_mut(960) {
        l.process(b);
    }
    s
}

fn ceiling(dbfs: f64) -> f32 {
    10f64.powf(dbfs / 20.0) as f32
}

#[test]
fn below_the_ceiling_only_the_delay_shows() {
    let mut l = Limiter::new(-1.0);
    let input: Vec<f32> = (0..9600).map(|i| ((i * 37) % 1000) as f32 / 1200.0 - 0.4).collect();
    let out = through(&mut l, &input);
    assert!(out[..2 * LOOKAHEAD_FRAMES].iter().all(|x| *x == 0.0));
    assert_eq!(out[2 * LOOKAHEAD_FRAMES..], input[..input.len() - 2 * LOOKAHEAD_FRAMES]);
}

#[test]
fn it_is_smooth_and_comes_to_rest() {
    let mut l = Limiter::new(0.0);
    // Constant 0.5 with one peak of +12 dB: the gain shows in the constant part.
    let mut input = vec![0.5f32; 2 * 96_000];
    input[2 * 20_000] = 4.0;
    let out = through(&mut l, &input);
    let left: Vec<f32> = out.iter().step_by(2).copied().skip(LOOKAHEAD_FRAMES).collect();
    let peak_at = 20_000;
    assert!(
        (left[peak_at] - 1.0).abs() < 1e-4,
        "the peak ends at the ceiling: {}",
        left[peak_at]
    );
    let steps = left
        .windows(2)
        .enumerate()
        .filter(|(i, _)| *i != peak_at - 1 && *i != peak_at);
    let worst = steps.map(|(_, w)| (w[1] - w[0]).abs()).fold(0f32, f32::max);
    assert!(
        worst < 0.75 * 0.5 / 240.0 * 1.05,
        "the gain ramps over 5 ms: step {worst}"
    );
    assert_eq!(left[peak_at - 242], 0.5, "nothing before the look-ahead");
    assert_eq!(left[95_000], 0.5, "exactly 1 again in the end");
}

#[test]
fn both_channels_get_the_same_gain() {
    let mut l = Limiter::new(-6.0);
    let input: Vec<f32> = (0..48_000)
        .flat_map(|i| {
            let x = (f64::from(i) * 0.05).sin() as f32;
            [2.0 * x, 0.5 * x]
        })
        .collect();
    for f in through(&mut l, &input).chunks(2) {
        assert!((f[0] - 4.0 * f[1]).abs() < 1e-5, "{f:?}");
    }
}

#[test]
fn a_new_ceiling_holds_after_the_look_ahead() {
    let mut l = Limiter::new(0.0);
    through(&mut l, &vec![0.9; 9600]);
    l.set_ceiling(-12.0);
    let out = through(&mut l, &vec![0.9; 9600]);
    assert!(out[..2 * LOOKAHEAD_FRAMES].iter().all(|x| *x <= 0.9));
    assert!(out[2 * LOOKAHEAD_FRAMES + 2..].iter().all(|x| *x <= ceiling(-12.0)));
}

#[test]
fn the_mixers_ceiling_holds_and_its_delay_is_made_up_for() {
    let mut m = Mixer::new(-3.0);
    for s in 0..4 {
        m.add(
            &s.to_string(),
            feed(3.0, sine(100.0 + 333.0 * f64::from(s), 0.9)),
            SourceMix {
                volume_db: 20.0,
                ..SourceMix::default()
            },
        );
    }
    let out = run(&mut m, 0, 250);
    let top = out.iter().fold(0f32, |a, x| a.max(x.abs()));
    assert!(top <= ceiling(-3.0), "{top}");
    assert!(top > 0.99 * ceiling(-3.0), "loud sound reaches the ceiling: {top}");
    // A click far above the ceiling comes out at its own place.
    let mut m = Mixer::new(0.0);
    m.add(
        "click",
        feed(1.0, |i| if i == 1234 { (50.0, 50.0) } else { (0.0, 0.0) }),
        SourceMix::default(),
    );
    let out = run(&mut m, 0, 10);
    for (i, f) in out.chunks(2).enumerate() {
        if i == 1234 {
            assert!(f[0] > 0.999 && f[0] <= 1.0, "{f:?}");
        } else {
            assert_eq!(f[0], 0.0, "frame {i}");
        }
    }
    assert_eq!(m.mix(at(4800)).samples.len(), 960);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn nothing_ever_exceeds_the_ceiling(
        dbfs in -20.0f32..=0.0,
        bursts in prop::collection::vec((0usize..6000, 1usize..400, -1e6f32..1e6), 0..30),
        block in 1usize..700,
    ) {
        let mut input = vec![0f32; 2 * 7000];
        for (start, len, value) in bursts {
            for i in start..(start + len).min(7000) {
                input[2 * i] = value * if i % 3 == 0 { -1.0 } else { 1.0 };
                input[2 * i + 1] = value / 7.0;
            }
        }
        let mut l = Limiter::new(dbfs);
        for b in input.chunks_mut(2 * block) {
            l.process(b);
        }
        let top = input.iter().fold(0f32, |a, x| a.max(x.abs()));
        prop_assert!(top <= ceiling(f64::from(dbfs)) && input.iter().all(|x| x.is_finite()), "{top}");
    }
}
