// Mixes a layer with the canvas below it by the rules of blend.rs, in one plane of the canvas. Both are there as planes of
// premultiplied BT.709 limited codes (0..1 is 0..255); the canvas' is a copy of what is drawn into.

override MODE: u32 = 0u;             // normal, additive, subtract, screen, multiply, lighten, darken
override LINEAR: bool = false;       // on amounts of light
override CHROMA: bool = false;       // which plane is drawn
override CLEAR: bool = false;        // whether the canvas has alpha

@group(0) @binding(0) var layer_luma: texture_2d<f32>;     // Y, alpha
@group(0) @binding(1) var layer_chroma: texture_2d<f32>;   // U, V, -, alpha
@group(0) @binding(2) var below_luma: texture_2d<f32>;     // Y, alpha where it has one
@group(0) @binding(3) var below_chroma: texture_2d<f32>;   // U, V, -, alpha where it has one
@group(0) @binding(4) var linear: sampler;

@vertex
fn corner(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
    return vec4f(select(-1.0, 1.0, (i & 1u) == 1u), select(1.0, -1.0, i > 1u), 0.0, 1.0);
}

const BLACK = 16.0 / 255.0;
const GREY = 128.0 / 255.0;

fn luma(t: texture_2d<f32>, p: vec2i, opaque: bool) -> vec2f {
    let last = vec2i(textureDimensions(t)) - 1;
    let c = textureLoad(t, clamp(p, vec2i(0), last), 0).xy;
    return vec2f(c.x, select(c.y, 1.0, opaque));
}

fn chroma(c: vec4f, opaque: bool) -> vec3f {
    return vec3f(c.xy, select(c.w, 1.0, opaque));
}

fn share(a: f32, whole: f32) -> f32 {
    return select(0.0, a / max(whole, 1e-6), whole > 0.0);
}

// Premultiplied R'G'B' and alpha of the sample at `p` of the drawn plane.
fn color(tl: texture_2d<f32>, tc: texture_2d<f32>, p: vec2i, opaque: bool) -> vec4f {
    var y: vec2f;
    var uv: vec3f;
    var a: f32;
    if CHROMA {
        let q = vec2i(p.x * 2, p.y * 2);
        var sum = vec2f(0.0);
        for (var j = 0; j < 2; j++) {
            sum += luma(tl, q + vec2i(-1, j), opaque) + 2.0 * luma(tl, q + vec2i(0, j), opaque)
                + luma(tl, q + vec2i(1, j), opaque);
        }
        y = sum / 8.0;
        uv = chroma(textureLoad(tc, p, 0), opaque);
        a = uv.z;
    } else {
        y = luma(tl, p, opaque);
        // Chroma sample k lies on pixel column 2k and between its two rows.
        let at = vec2f(f32(p.x) * 0.5 + 0.5, (f32(p.y) + 0.5) * 0.5);
        uv = chroma(textureSampleLevel(tc, linear, at / vec2f(textureDimensions(tc)), 0.0), opaque);
        a = y.y;
    }
    let cy = (y.x - BLACK * y.y) * share(a, y.y) * 1.164383;
    let cc = (uv.xy - GREY * uv.z) * share(a, uv.z);
    let rgb = vec3f(cy + 1.792741 * cc.y, cy - 0.213249 * cc.x - 0.532909 * cc.y, cy + 2.112402 * cc.x);
    return vec4f(clamp(rgb, vec3f(0.0), vec3f(a)), a);
}

fn light(v: vec3f) -> vec3f {
    return select(pow((v + 0.055) / 1.055, vec3f(2.4)), v / 12.92, v <= vec3f(0.04045));
}

fn curve(v: vec3f) -> vec3f {
    return select(1.055 * pow(max(v, vec3f(1e-6)), vec3f(1.0 / 2.4)) - 0.055, v * 12.92, v <= vec3f(0.0031308));
}

fn mixed(s: vec3f, a: f32, d: vec3f, b: f32) -> vec3f {
    let over = s * b;
    let under = d * a;
    var both = over;
    if MODE == 1u {
        both = min(over + under, vec3f(a * b));
    } else if MODE == 2u {
        both = max(under - over, vec3f(0.0));
    } else if MODE == 3u {
        both = over + under - s * d;
    } else if MODE == 4u {
        both = s * d;
    } else if MODE == 5u {
        both = max(over, under);
    } else if MODE == 6u {
        both = min(over, under);
    }
    return s * (1.0 - b) + d * (1.0 - a) + both;
}

@fragment
fn draw(@builtin(position) position: vec4f) -> @location(0) vec4f {
    let p = vec2i(floor(position.xy));
    let s = color(layer_luma, layer_chroma, p, false);
    if s.w <= 0.0 {
        discard;
    }
    let d = color(below_luma, below_chroma, p, !CLEAR);
    let alpha = s.w + d.w - s.w * d.w;
    var c: vec3f;
    if LINEAR {
        let over = light(s.xyz / s.w) * s.w;
        let under = light(d.xyz * share(1.0, d.w)) * d.w;
        c = curve(mixed(over, s.w, under, d.w) / alpha) * alpha;
    } else {
        c = mixed(s.xyz, s.w, d.xyz, d.w);
    }
    if CHROMA {
        let u = dot(c, vec3f(-0.100644, -0.338572, 0.439216)) + GREY * alpha;
        let v = dot(c, vec3f(0.439216, -0.398942, -0.040274)) + GREY * alpha;
        return vec4f(u, v, alpha, alpha);
    }
    let y = dot(c, vec3f(0.182586, 0.614231, 0.062007)) + BLACK * alpha;
    return vec4f(y, alpha, 0.0, alpha);
}
