// @name Duotone
// Dark becomes one colour, bright another.

struct Settings {
    /// What dark becomes.
    /// @default #1b1464
    dark: vec4f,
    /// What bright becomes.
    /// @default #ffd166
    bright: vec4f,
}

fn shade(uv: vec2f) -> vec4f {
    let c = pixel(uv);
    let luma = dot(c.rgb, vec3f(0.2126, 0.7152, 0.0722));
    return vec4f(mix(settings.dark.rgb, settings.bright.rgb, luma), c.a);
}
