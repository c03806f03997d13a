// @name Mosaic
// Large squares of one colour, over all of a picture or a round part of it: to hide a face or a number plate.

struct Settings {
    /// Width of a square, pixels.
    /// @name Squares
    /// @range 2 200
    /// @default 16
    size: f32,
    /// Only inside a circle.
    /// @name Part of it
    /// @switch
    part: u32,
    /// The circle's middle, across.
    /// @range 0 1
    /// @default 0.5
    x: f32,
    /// The circle's middle, downwards.
    /// @range 0 1
    /// @default 0.5
    y: f32,
    /// The circle's radius, as a share of the picture's height.
    /// @range 0 1
    /// @default 0.25
    radius: f32,
}

fn shade(uv: vec2f) -> vec4f {
    let away = (uv - vec2f(settings.x, settings.y)) * vec2f(frame.size.x / frame.size.y, 1.0);
    if settings.part != 0u && length(away) > settings.radius {
        return pixel(uv);
    }
    let first = floor(uv * frame.size / settings.size) * settings.size;
    // The mean of sixteen places in the square.
    var sum = vec4f(0.0);
    for (var j = 0; j < 4; j++) {
        for (var i = 0; i < 4; i++) {
            let c = pixel((first + (vec2f(f32(i), f32(j)) + 0.5) * settings.size * 0.25) / frame.size);
            sum += vec4f(c.rgb * c.a, c.a);
        }
    }
    return vec4f(select(vec3f(0.0), sum.rgb / max(sum.a, 0.0001), sum.a > 0.0), sum.a / 16.0);
}
