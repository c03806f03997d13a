// What every effect finds around its text. A picture is two planes of premultiplied BT.709 limited codes (0..1 is 0..255), as
// a nested list has them; chroma sample k lies on pixel column 2k and between its two rows.

struct Frame {
    size: vec2f,      // of what is drawn, pixels
    picture: vec2f,   // of the picture, pixels
    time: f32,
    more: vec3f,
}

@group(0) @binding(0) var fl_luma: texture_2d<f32>;     // Y, alpha
@group(0) @binding(1) var fl_chroma: texture_2d<f32>;   // U, V, -, alpha
@group(0) @binding(2) var fl_image: texture_2d<f32>;
@group(0) @binding(3) var fl_drawn: texture_2d<f32>;    // what the luma pass has drawn; a shader's whole picture
@group(0) @binding(4) var fl_linear: sampler;
@group(1) @binding(0) var<uniform> frame: Frame;
@group(1) @binding(1) var<uniform> settings: array<vec4f, 16>;

const BLACK = 16.0 / 255.0;
const GREY = 128.0 / 255.0;

@vertex
fn fl_corner(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
    return vec4f(select(-1.0, 1.0, (i & 1u) == 1u), select(1.0, -1.0, i > 1u), 0.0, 1.0);
}

fn held(p: vec2i, t: texture_2d<f32>) -> vec2i {
    return clamp(p, vec2i(0), vec2i(textureDimensions(t)) - 1);
}

// Y and alpha at a pixel; the edges reach outwards.
fn luma_at(p: vec2i) -> vec2f {
    return textureLoad(fl_luma, held(p, fl_luma), 0).xy;
}

// U, V, whatever is beside them, and alpha of a sample.
fn chroma_at(p: vec2i) -> vec4f {
    return textureLoad(fl_chroma, held(p, fl_chroma), 0);
}

// The same where a pixel has its luma.
fn chroma_between(p: vec2i) -> vec4f {
    let at = vec2f(f32(p.x) * 0.5 + 0.5, (f32(p.y) + 0.5) * 0.5);
    return textureSampleLevel(fl_chroma, fl_linear, at / vec2f(textureDimensions(fl_chroma)), 0.0);
}

fn share(v: f32, a: f32) -> f32 {
    return select(0.0, v / max(a, 1e-6), a > 0.0);
}

// Straight Y of a pixel; black where there is none.
fn straight_luma(p: vec2i) -> f32 {
    let l = luma_at(p);
    return select(BLACK, l.x / max(l.y, 1e-6), l.y > 0.0);
}

fn straight_pair(c: vec4f) -> vec2f {
    return select(vec2f(GREY), c.xy / max(c.w, 1e-6), c.w > 0.0);
}

// Straight Y where chroma has a sample.
fn mean_luma(p: vec2i) -> f32 {
    let q = p * 2;
    var sum = 0.0;
    for (var j = 0; j < 2; j++) {
        sum += straight_luma(q + vec2i(-1, j)) + 2.0 * straight_luma(q + vec2i(0, j)) + straight_luma(q + vec2i(1, j));
    }
    return sum / 8.0;
}

// Alpha where chroma has a sample, of what the luma pass has drawn.
fn drawn_alpha(p: vec2i) -> f32 {
    let q = p * 2;
    var sum = 0.0;
    for (var j = 0; j < 2; j++) {
        for (var i = -1; i < 2; i++) {
            let a = textureLoad(fl_drawn, held(q + vec2i(i, j), fl_drawn), 0).y;
            sum += select(1.0, 2.0, i == 0) * a;
        }
    }
    return sum / 8.0;
}

fn rgb_of(y: f32, uv: vec2f) -> vec3f {
    let l = (y - BLACK) * 1.164383;
    let c = uv - GREY;
    return vec3f(l + 1.792741 * c.y, l - 0.213249 * c.x - 0.532909 * c.y, l + 2.112402 * c.x);
}

fn luma_of(c: vec3f) -> f32 {
    return dot(c, vec3f(0.182586, 0.614231, 0.062007)) + BLACK;
}

fn pair_of(c: vec3f) -> vec2f {
    return vec2f(dot(c, vec3f(-0.100644, -0.338572, 0.439216)), dot(c, vec3f(0.439216, -0.398942, -0.040274))) + GREY;
}

fn fl_color_luma(position: vec4f) -> vec4f {
    let p = vec2i(floor(position.xy));
    let alpha = luma_at(p).y;
    let c = change(vec4f(rgb_of(straight_luma(p), straight_pair(chroma_between(p))), alpha));
    let a = clamp(c.w, 0.0, 1.0);
    return vec4f(luma_of(clamp(c.xyz, vec3f(0.0), vec3f(1.0))) * a, a, 0.0, a);
}

fn fl_color_chroma(position: vec4f) -> vec4f {
    let p = vec2i(floor(position.xy));
    let c = change(vec4f(rgb_of(mean_luma(p), straight_pair(chroma_at(p))), 1.0));
    let a = drawn_alpha(p);
    return vec4f(pair_of(clamp(c.xyz, vec3f(0.0), vec3f(1.0))) * a, a, a);
}

// The picture a shader has drawn, premultiplied R'G'B' and alpha, as planes.
@fragment
fn fl_luma_of_whole(@builtin(position) position: vec4f) -> @location(0) vec4f {
    let c = textureLoad(fl_drawn, held(vec2i(floor(position.xy)), fl_drawn), 0);
    return vec4f(luma_of(c.xyz) - BLACK * (1.0 - c.w), c.w, 0.0, c.w);
}

@fragment
fn fl_chroma_of_whole(@builtin(position) position: vec4f) -> @location(0) vec4f {
    let q = vec2i(floor(position.xy)) * 2;
    var c = vec4f(0.0);
    for (var j = 0; j < 2; j++) {
        for (var i = -1; i < 2; i++) {
            c += select(1.0, 2.0, i == 0) * textureLoad(fl_drawn, held(q + vec2i(i, j), fl_drawn), 0);
        }
    }
    c /= 8.0;
    return vec4f(pair_of(c.xyz) - GREY * (1.0 - c.w), c.w, c.w);
}

