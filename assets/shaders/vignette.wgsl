// @name Vignette
// The corners of a picture get darker, or another colour.

struct Settings {
    /// How much of the corners goes.
    /// @name Strength
    /// @range 0 1
    /// @default 0.6
    strength: f32,
    /// Where it begins, from the middle (0) to the corner (1).
    /// @name Begins at
    /// @range 0 1
    /// @default 0.4
    begins: f32,
    /// What the corners become.
    /// @name Colour
    /// @default #000000
    color: vec4f,
}

fn shade(uv: vec2f) -> vec4f {
    let c = pixel(uv);
    // 1 in every corner, whatever shape the picture has.
    let away = length(uv - 0.5) / length(vec2f(0.5));
    let share = smoothstep(settings.begins, 1.0 + 0.001, away) * settings.strength;
    return vec4f(mix(c.rgb, settings.color.rgb, share), c.a);
}
