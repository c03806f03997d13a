// Draws one picture into the luma plane or the chroma plane of a canvas, in BT.709 limited-range codes (0..1 is 0..255).
// The constants below are set when a pipeline is made, so every pipeline holds only the path it needs.

override MAIN: u32 = 0u;         // what the main textures hold: see main_texel
override SECOND: u32 = 0u;       // what is sampled beside them: 0 nothing, 1 U and V planes, 2 a UV plane, 3 alpha
// How the main grid is sampled: 0 texel by texel, 1 bilinear, 2 mean of the footprint from two texels up, 3 mean of the
// footprint, 4 Catmull-Rom, 5 Lanczos 3.
override MAIN_WAY: u32 = 0u;
override SECOND_WAY: u32 = 0u;   // how the second grid is sampled
override ALPHA: u32 = 0u;        // 0 opaque, 1 premultiplied, 2 straight
override CHROMA: bool = false;   // which plane is drawn
override EDGES: bool = false;    // whether coverage has to be worked out
override ROUND: bool = false;    // whether the corners are round

// Whether the main textures hold straight colours beside their alpha: the sampler must not mix those.
override STRAIGHT: bool = false;

struct Grid {
    from_picture: vec4f,   // texel = picture * xy + zw
    bounds: vec4f,         // first texel xy, one after the last zw
    texels: vec4f,         // texels per target pixel xy, 1 / texture size zw
}

struct Item {
    corners: array<vec4f, 4>,   // clip space xy, picture zw
    crop: vec4f,                // picture x0 y0 x1 y1
    edge: vec4f,                // target pixels per picture pixel xy, opacity z
    main: Grid,
    second: Grid,
    rows: array<vec4f, 2>,      // factors on the three components, w is added
    by_alpha: vec4f,            // what alpha adds to row 0 and row 1
    round: vec4f,               // canvas pixels per picture pixel xy, radius of the corners z, samples per canvas pixel w
}

@group(0) @binding(0) var<uniform> item: Item;
@group(1) @binding(0) var t0: texture_2d<f32>;
@group(1) @binding(1) var t1: texture_2d<f32>;
@group(1) @binding(2) var t2: texture_2d<f32>;
@group(1) @binding(3) var t3: texture_2d<f32>;
@group(1) @binding(4) var linear: sampler;

// Everything a fragment needs comes from the vertices, flat: software rasterisers read uniforms dearly for every pixel.
struct Varying {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(linear) at: vec4f,   // texel in the main grid xy, in the second grid zw
    @location(1) @interpolate(linear) picture: vec2f,
    @location(2) @interpolate(flat) crop: vec4f,
    @location(3) @interpolate(flat) edge: vec4f,
    @location(4) @interpolate(flat) main_bounds: vec4f,
    @location(5) @interpolate(flat) main_texels: vec4f,
    @location(6) @interpolate(flat) second_bounds: vec4f,
    @location(7) @interpolate(flat) second_texels: vec4f,
    @location(8) @interpolate(flat) row0: vec4f,
    @location(9) @interpolate(flat) row1: vec4f,
    @location(10) @interpolate(flat) by_alpha: vec4f,
    @location(11) @interpolate(flat) round: vec4f,
}

@vertex
fn corner(@builtin(vertex_index) i: u32) -> Varying {
    var out: Varying;
    let c = item.corners[i];
    let m = item.main.from_picture;
    let s = item.second.from_picture;
    out.position = vec4f(c.xy, 0.0, 1.0);
    out.at = vec4f(c.zw * m.xy + m.zw, c.zw * s.xy + s.zw);
    out.picture = c.zw;
    out.crop = item.crop;
    out.edge = item.edge;
    out.main_bounds = item.main.bounds;
    out.main_texels = item.main.texels;
    out.second_bounds = item.second.bounds;
    out.second_texels = item.second.texels;
    out.row0 = item.rows[0];
    out.row1 = item.rows[1];
    out.by_alpha = item.by_alpha;
    out.round = item.round;
    return out;
}

// A texture grid as the fragment sees it: first texel xy and one after the last zw; texels per pixel xy, 1 / size zw.
struct Seen {
    bounds: vec4f,
    texels: vec4f,
}

// Three components and alpha of a texel, premultiplied where the picture is straight.
fn main_texel(p: vec2i) -> vec4f {
    var c = vec4f(0.0, 0.0, 0.0, 1.0);
    if MAIN == 0u {            // R, G, B, A
        c = textureLoad(t0, p, 0);
    } else if MAIN == 1u {     // Y
        c.x = textureLoad(t0, p, 0).x;
    } else if MAIN == 2u {     // Y and alpha
        c.x = textureLoad(t0, p, 0).x;
        c.w = textureLoad(t3, p, 0).x;
    } else if MAIN == 3u {     // U, V
        c.y = textureLoad(t1, p, 0).x;
        c.z = textureLoad(t2, p, 0).x;
    } else if MAIN == 4u {     // UV
        let uv = textureLoad(t1, p, 0);
        c.y = uv.x;
        c.z = uv.y;
    } else if MAIN == 5u {     // U, V and alpha
        c.y = textureLoad(t1, p, 0).x;
        c.z = textureLoad(t2, p, 0).x;
        c.w = textureLoad(t3, p, 0).x;
    } else if MAIN == 6u {     // luma of a nested canvas: Y, alpha
        let ya = textureLoad(t0, p, 0);
        c.x = ya.x;
        c.w = ya.y;
    } else {                   // chroma of a nested canvas: U, V, -, alpha
        let uva = textureLoad(t0, p, 0);
        c.y = uva.x;
        c.z = uva.y;
        c.w = uva.w;
    }
    return seen(c);
}

fn seen(c: vec4f) -> vec4f {
    if ALPHA == 0u {
        return vec4f(c.xyz, 1.0);
    }
    if ALPHA == 2u {
        return vec4f(c.xyz * c.w, c.w);
    }
    return c;
}

// The same by the sampler, which must not mix straight colours.
fn main_linear(uv: vec2f) -> vec4f {
    var c = vec4f(0.0, 0.0, 0.0, 1.0);
    if MAIN == 0u {
        c = textureSampleLevel(t0, linear, uv, 0.0);
    } else if MAIN == 1u {
        c.x = textureSampleLevel(t0, linear, uv, 0.0).x;
    } else if MAIN == 2u {
        c.x = textureSampleLevel(t0, linear, uv, 0.0).x;
        c.w = textureSampleLevel(t3, linear, uv, 0.0).x;
    } else if MAIN == 3u {
        c.y = textureSampleLevel(t1, linear, uv, 0.0).x;
        c.z = textureSampleLevel(t2, linear, uv, 0.0).x;
    } else if MAIN == 4u {
        let pair = textureSampleLevel(t1, linear, uv, 0.0);
        c.y = pair.x;
        c.z = pair.y;
    } else if MAIN == 5u {
        c.y = textureSampleLevel(t1, linear, uv, 0.0).x;
        c.z = textureSampleLevel(t2, linear, uv, 0.0).x;
        c.w = textureSampleLevel(t3, linear, uv, 0.0).x;
    } else if MAIN == 6u {
        let ya = textureSampleLevel(t0, linear, uv, 0.0);
        c.x = ya.x;
        c.w = ya.y;
    } else {
        let uva = textureSampleLevel(t0, linear, uv, 0.0);
        c.y = uva.x;
        c.z = uva.y;
        c.w = uva.w;
    }
    return seen(c);
}

fn second_texel(p: vec2i) -> vec2f {
    if SECOND == 1u {
        return vec2f(textureLoad(t1, p, 0).x, textureLoad(t2, p, 0).x);
    }
    if SECOND == 2u {
        return textureLoad(t1, p, 0).xy;
    }
    return vec2f(textureLoad(t3, p, 0).x, 0.0);
}

fn second_linear(uv: vec2f) -> vec2f {
    if SECOND == 1u {
        return vec2f(textureSampleLevel(t1, linear, uv, 0.0).x, textureSampleLevel(t2, linear, uv, 0.0).x);
    }
    if SECOND == 2u {
        return textureSampleLevel(t1, linear, uv, 0.0).xy;
    }
    return vec2f(textureSampleLevel(t3, linear, uv, 0.0).x, 0.0);
}

fn nearest(g: Seen, at: vec2f) -> vec2i {
    return vec2i(clamp(floor(at), g.bounds.xy, g.bounds.zw - 1.0));
}

fn inside(g: Seen, at: vec2f) -> vec2f {
    return clamp(at, g.bounds.xy + 0.5, g.bounds.zw - 0.5);
}

// Weights of the texels that a target pixel sees in one direction: the footprint (box) from 2 texels up, else bilinear.
struct Span {
    first: i32,
    last: i32,
    begin: f32,
    end: f32,
    scale: f32,
    box: bool,
}

fn span(at: f32, texels: f32, lo: f32, hi: f32, always: bool) -> Span {
    var s: Span;
    s.box = always || texels >= 1.999;
    let half = select(1.0, texels * 0.5, s.box);
    // Bilinear is clamped to the middles of the outer texels; a footprint repeats the outer texels.
    let middle = select(clamp(at, lo + 0.5, hi - 0.5), at, s.box);
    s.begin = middle - half;
    s.end = middle + half;
    s.first = i32(floor(s.begin));
    s.last = i32(ceil(s.end)) - 1;
    s.scale = select(1.0, 1.0 / texels, s.box);
    return s;
}

fn weight(s: Span, i: i32) -> f32 {
    let left = f32(i);
    let covered = min(left + 1.0, s.end) - max(left, s.begin);
    let tent = 1.0 - abs(left + 0.5 - 0.5 * (s.begin + s.end));
    return max(select(tent, covered, s.box), 0.0) * s.scale;
}

// Two neighbouring texels by one look-up of the sampler: where between them, and how much both weigh.
fn pair(s: Span, i: i32) -> vec2f {
    let one = weight(s, i);
    let two = select(0.0, weight(s, i + 1), i < s.last);
    let both = max(one + two, 1e-6);
    return vec2f(f32(i) + 0.5 + two / both, both);
}

fn main_area(g: Seen, at: vec2f) -> vec4f {
    let x = span(at.x, g.texels.x, g.bounds.x, g.bounds.z, MAIN_WAY == 3u);
    let y = span(at.y, g.texels.y, g.bounds.y, g.bounds.w, MAIN_WAY == 3u);
    var sum = vec4f(0.0);
    if !STRAIGHT {
        for (var j = y.first; j <= y.last; j += 2) {
            let v = pair(y, j);
            var row = vec4f(0.0);
            for (var i = x.first; i <= x.last; i += 2) {
                let u = pair(x, i);
                row += u.y * main_linear(inside(g, vec2f(u.x, v.x)) * g.texels.zw);
            }
            sum += v.y * row;
        }
        return sum;
    }
    let lo = vec2i(g.bounds.xy);
    let hi = vec2i(g.bounds.zw) - 1;
    for (var j = y.first; j <= y.last; j++) {
        var row = vec4f(0.0);
        for (var i = x.first; i <= x.last; i++) {
            row += weight(x, i) * main_texel(clamp(vec2i(i, j), lo, hi));
        }
        sum += weight(y, j) * row;
    }
    return sum;
}

fn second_area(g: Seen, at: vec2f) -> vec2f {
    let x = span(at.x, g.texels.x, g.bounds.x, g.bounds.z, SECOND_WAY == 3u);
    let y = span(at.y, g.texels.y, g.bounds.y, g.bounds.w, SECOND_WAY == 3u);
    var sum = vec2f(0.0);
    for (var j = y.first; j <= y.last; j += 2) {
        let v = pair(y, j);
        var row = vec2f(0.0);
        for (var i = x.first; i <= x.last; i += 2) {
            let u = pair(x, i);
            row += u.y * second_linear(inside(g, vec2f(u.x, v.x)) * g.texels.zw);
        }
        sum += v.y * row;
    }
    return sum;
}

// Bilinear by hand, for straight alpha: the texels are premultiplied before they are mixed.
fn main_mixed(g: Seen, at: vec2f) -> vec4f {
    let p = inside(g, at) - 0.5;
    let f = fract(p);
    let lo = vec2i(floor(p));
    let hi = min(lo + 1, vec2i(g.bounds.zw) - 1);
    let top = mix(main_texel(lo), main_texel(vec2i(hi.x, lo.y)), f.x);
    let bottom = mix(main_texel(vec2i(lo.x, hi.y)), main_texel(hi), f.x);
    return mix(top, bottom, f.y);
}

// The weight of a texel this far away, of Catmull-Rom (4) or Lanczos 3 (5).
fn sharp(way: u32, at: f32) -> f32 {
    let x = abs(at);
    if way == 4u {
        if x < 1.0 {
            return (1.5 * x - 2.5) * x * x + 1.0;
        }
        return select(0.0, ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0, x < 2.0);
    }
    if x < 1e-4 {
        return 1.0;
    }
    let p = 3.14159265 * x;
    return select(0.0, 3.0 * sin(p) * sin(p / 3.0) / (p * p), x < 3.0);
}

// Texels that count for it around `at`: first and last xy, across and down; widened when reducing.
fn reach(way: u32, at: f32, texels: f32) -> vec2i {
    let r = select(2.0, 3.0, way == 5u) * max(texels, 1.0);
    return vec2i(i32(ceil(at - 0.5 - r)), i32(floor(at - 0.5 + r)));
}

fn main_sharp(g: Seen, at: vec2f) -> vec4f {
    let lo = vec2i(g.bounds.xy);
    let hi = vec2i(g.bounds.zw) - 1;
    let x = reach(MAIN_WAY, at.x, g.texels.x);
    let y = reach(MAIN_WAY, at.y, g.texels.y);
    let wide = max(g.texels.xy, vec2f(1.0));
    var sum = vec4f(0.0);
    var all = 0.0;
    for (var j = y.x; j <= y.y; j++) {
        let v = sharp(MAIN_WAY, (f32(j) + 0.5 - at.y) / wide.y);
        for (var i = x.x; i <= x.y; i++) {
            let w = v * sharp(MAIN_WAY, (f32(i) + 0.5 - at.x) / wide.x);
            sum += w * main_texel(clamp(vec2i(i, j), lo, hi));
            all += w;
        }
    }
    return clamp(sum / all, vec4f(0.0), vec4f(1.0));
}

fn second_sharp(g: Seen, at: vec2f) -> vec2f {
    let lo = vec2i(g.bounds.xy);
    let hi = vec2i(g.bounds.zw) - 1;
    let x = reach(SECOND_WAY, at.x, g.texels.x);
    let y = reach(SECOND_WAY, at.y, g.texels.y);
    let wide = max(g.texels.xy, vec2f(1.0));
    var sum = vec2f(0.0);
    var all = 0.0;
    for (var j = y.x; j <= y.y; j++) {
        let v = sharp(SECOND_WAY, (f32(j) + 0.5 - at.y) / wide.y);
        for (var i = x.x; i <= x.y; i++) {
            let w = v * sharp(SECOND_WAY, (f32(i) + 0.5 - at.x) / wide.x);
            sum += w * second_texel(clamp(vec2i(i, j), lo, hi));
            all += w;
        }
    }
    return clamp(sum / all, vec2f(0.0), vec2f(1.0));
}

fn main_color(g: Seen, at: vec2f) -> vec4f {
    if MAIN_WAY == 0u {
        return main_texel(nearest(g, at));
    }
    if MAIN_WAY == 2u || MAIN_WAY == 3u {
        return main_area(g, at);
    }
    if MAIN_WAY > 3u {
        return main_sharp(g, at);
    }
    if STRAIGHT {
        return main_mixed(g, at);
    }
    return main_linear(inside(g, at) * g.texels.zw);
}

fn second_color(g: Seen, at: vec2f) -> vec2f {
    if SECOND_WAY == 0u {
        return second_texel(nearest(g, at));
    }
    if SECOND_WAY == 2u || SECOND_WAY == 3u {
        return second_area(g, at);
    }
    if SECOND_WAY > 3u {
        return second_sharp(g, at);
    }
    return second_linear(inside(g, at) * g.texels.zw);
}

@fragment
fn draw(v: Varying) -> @location(0) vec4f {
    var c = main_color(Seen(v.main_bounds, v.main_texels), v.at.xy);
    if SECOND == 1u || SECOND == 2u {
        let uv = second_color(Seen(v.second_bounds, v.second_texels), v.at.zw);
        c = vec4f(c.x, select(uv, uv * c.w, ALPHA == 2u), c.w);
    } else if SECOND == 3u {
        let a = second_color(Seen(v.second_bounds, v.second_texels), v.at.zw).x;
        c = vec4f(select(c.xyz, c.xyz * a, ALPHA == 2u), a);
    }
    var strength = v.edge.z;
    if EDGES {
        let inner = min((v.picture - v.crop.xy) * v.edge.xy, vec2f(0.5))
            + min((v.crop.zw - v.picture) * v.edge.xy, vec2f(0.5));
        let covered = clamp(inner, vec2f(0.0), vec2f(1.0));
        strength *= covered.x * covered.y;
    }
    if ROUND {
        let middle = 0.5 * (v.crop.xy + v.crop.zw);
        let half = 0.5 * (v.crop.zw - v.crop.xy) * v.round.xy;
        let p = abs(v.picture - middle) * v.round.xy - (half - v.round.z);
        if p.x > 0.0 && p.y > 0.0 {
            strength *= clamp(0.5 - (length(p) - v.round.z) * v.round.w, 0.0, 1.0);
        }
    }
    var out = vec2f(dot(v.row0.xyz, c.xyz) + v.row0.w, dot(v.row1.xyz, c.xyz) + v.row1.w);
    out += v.by_alpha.xy * c.w;
    if ALPHA == 1u {
        // Colour above alpha (broken input) is held to alpha.
        out = clamp(out, vec2f(0.0), vec2f(c.w));
    }
    if CHROMA {
        return vec4f(out, c.w, c.w) * strength;
    }
    return vec4f(out.x, c.w, 0.0, c.w) * strength;
}
