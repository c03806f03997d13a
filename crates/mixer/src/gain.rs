//! Decibels, the balance law, and what counts as a usable sample.

/// Gains of this many dB and less are silence.
pub const SILENCE_DB: f32 = -100.0;
/// The highest gain, dB; higher ones are taken as this.
pub const MAX_DB: f32 = 26.0;
/// Samples beyond this (+60 dBFS) come from something broken and are replaced by silence, as are NaN and infinities.
pub const MAX_SAMPLE: f32 = 1000.0;
/// Samples nearer to zero than this become zero, so that no denormal number slows the mix.
const MIN_SAMPLE: f32 = 1e-20;

/// The factor of a gain in dB: `10^(db/20)`, exactly 1 at 0 dB. Not a number and [`SILENCE_DB`] or less give 0; above
/// [`MAX_DB`] gives that of `MAX_DB`.
pub fn from_db(db: f32) -> f32 {
    if db.is_nan() || db <= SILENCE_DB {
        return 0.0;
    }
    10f64.powf(f64::from(db.min(MAX_DB)) / 20.0) as f32
}

/// The level in dB of an amplitude (1.0 is 0 dB), at least [`crate::FLOOR_DB`].
pub fn to_db(amplitude: f32) -> f32 {
    (20.0 * amplitude.max(0.0).log10()).max(crate::FLOOR_DB)
}

/// The balance law: factors for left and right. In the middle both are exactly 1; towards one side that side stays at 1
/// and the other falls as `cos(|balance|·π/2)`: -3.01 dB half way, silent at the end. The sides are never mixed into
/// each other. Values beyond ±1 are taken as ±1, not a number as the middle.
pub fn balance(balance: f32) -> [f32; 2] {
    if balance.is_nan() || balance == 0.0 {
        return [1.0, 1.0];
    }
    let far = if balance.abs() >= 1.0 {
        0.0
    } else {
        (f64::from(balance.abs()) * std::f64::consts::FRAC_PI_2).cos() as f32
    };
    if balance > 0.0 { [far, 1.0] } else { [1.0, far] }
}

/// The sample, or silence where it is broken (NaN, infinite, beyond [`MAX_SAMPLE`]) or too small to matter.
#[inline]
pub fn clean(x: f32) -> f32 {
    let a = x.abs();
    // Written so that NaN fails the comparison.
    if (MIN_SAMPLE..=MAX_SAMPLE).contains(&a) { x } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decibels_are_exact() {
        assert_eq!(from_db(0.0), 1.0);
        for (db, want) in [
            (20.0, 10.0),
            (-20.0, 0.1),
            (6.0, 1.995_262_3),
            (-3.0, 0.707_945_8),
            (26.0, 19.952_623),
        ] {
            assert!((from_db(db) / want - 1.0).abs() < 1e-6, "{db} dB: {}", from_db(db));
        }
        for db in [f32::NAN, f32::NEG_INFINITY, -100.0, -1e30] {
            assert_eq!(from_db(db), 0.0, "{db}");
        }
        assert_eq!(from_db(f32::INFINITY), from_db(26.0));
        assert_eq!(to_db(0.0), crate::FLOOR_DB);
        assert_eq!(to_db(f32::NAN), crate::FLOOR_DB);
        assert!((to_db(0.1) + 20.0).abs() < 1e-5);
    }

    #[test]
    fn balance_law() {
        assert_eq!(balance(0.0), [1.0, 1.0]);
        assert_eq!(balance(1.0), [0.0, 1.0]);
        assert_eq!(balance(-7.0), [1.0, 0.0]);
        let [l, r] = balance(0.5);
        assert_eq!(r, 1.0);
        assert!((to_db(l) + 3.0103).abs() < 1e-3, "{l}");
        assert_eq!(balance(-0.5), [r, l]);
        assert_eq!(balance(f32::NAN), [1.0, 1.0]);
    }

    #[test]
    fn broken_samples_become_silence() {
        for x in [
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::MAX,
            1001.0,
            1e-40,
            -0.0,
            f32::MIN_POSITIVE,
        ] {
            assert_eq!(clean(x), 0.0, "{x}");
        }
        for x in [1.0, -1.0, 999.0, 1e-9] {
            assert_eq!(clean(x), x);
        }
    }
}
