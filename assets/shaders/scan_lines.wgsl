// @name Old screen
// Lines, a bent glass and colours that do not quite meet, as on a tube.

struct Settings {
    /// Number of lines from top to bottom.
    /// @name Lines
    /// @range 50 1080
    /// @default 240
    lines: f32,
    /// How dark it is between them.
    /// @name Darkness
    /// @range 0 1
    /// @default 0.35
    darkness: f32,
    /// How much the glass is bent.
    /// @name Bend
    /// @range 0 0.5
    /// @default 0.12
    bend: f32,
    /// How far red and blue are apart, pixels.
    /// @name Colours apart
    /// @range 0 20
    /// @default 2
    apart: f32,
    /// Lets the lines run down slowly.
    /// @name Rolling
    /// @switch
    rolling: u32,
}

fn shade(uv: vec2f) -> vec4f {
    let middle = uv * 2.0 - 1.0;
    // The further from one axis, the further out the other.
    let bent = (middle * (1.0 + settings.bend * middle.yx * middle.yx)) * 0.5 + 0.5;
    if any(bent < vec2f(0.0)) || any(bent > vec2f(1.0)) {
        return vec4f(0.0, 0.0, 0.0, 1.0);
    }
    let step = vec2f(settings.apart / frame.size.x, 0.0);
    let here = pixel(bent);
    let c = vec3f(pixel(bent - step).r, here.g, pixel(bent + step).b);
    let roll = f32(settings.rolling) * frame.time * 4.0;
    let line = 0.5 + 0.5 * cos((bent.y * settings.lines - roll) * 6.2831853);
    return vec4f(c * (1.0 - settings.darkness * line), here.a);
}
