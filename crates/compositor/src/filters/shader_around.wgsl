
// What a shader finds around its text: the picture, its size and time, its settings; and the way it is called.

struct Frame {
    size: vec2f,      // of what is drawn, pixels
    picture: vec2f,   // of the picture, pixels
    time: f32,        // seconds
    more: vec3f,
}

@group(0) @binding(0) var fl_luma: texture_2d<f32>;     // Y, alpha
@group(0) @binding(1) var fl_chroma: texture_2d<f32>;   // U, V, -, alpha
@group(0) @binding(2) var fl_image: texture_2d<f32>;
@group(0) @binding(3) var fl_drawn: texture_2d<f32>;
@group(0) @binding(4) var fl_linear: sampler;
@group(1) @binding(0) var<uniform> frame: Frame;
@group(1) @binding(1) var<uniform> settings: Settings;

// R'G'B' and alpha of the picture at `uv`, straight; its edges reach outwards forever.
fn pixel(uv: vec2f) -> vec4f {
    let at = uv * frame.picture;
    let y = textureSampleLevel(fl_luma, fl_linear, uv, 0.0).xy;
    // Chroma lies on every other column and between rows.
    let middle = vec2f(at.x * 0.5 + 0.25, at.y * 0.5) / vec2f(textureDimensions(fl_chroma));
    let c = textureSampleLevel(fl_chroma, fl_linear, middle, 0.0);
    if y.y <= 0.0 || c.w <= 0.0 {
        return vec4f(0.0);
    }
    let l = (y.x / y.y - 16.0 / 255.0) * 1.164383;
    let uv2 = c.xy / c.w - 128.0 / 255.0;
    let rgb = vec3f(l + 1.792741 * uv2.y, l - 0.213249 * uv2.x - 0.532909 * uv2.y, l + 2.112402 * uv2.x);
    return vec4f(clamp(rgb, vec3f(0.0), vec3f(1.0)), y.y);
}

@vertex
fn fl_corner(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
    return vec4f(select(-1.0, 1.0, (i & 1u) == 1u), select(1.0, -1.0, i > 1u), 0.0, 1.0);
}

@fragment
fn fl_shade(@builtin(position) position: vec4f) -> @location(0) vec4f {
    let c = clamp(shade(position.xy / frame.size), vec4f(0.0), vec4f(1.0));
    return vec4f(c.xyz * c.w, c.w);
}
