// Draws a BT.709 limited-range 4:2:0 picture over the whole viewport. Three corners, no buffer; which planes there are is
// set when the pipeline is made, since software rasterisers pay for every branch in every pixel.

override NV12: bool = false;   // u holds U and V together

@group(0) @binding(0) var y: texture_2d<f32>;
@group(0) @binding(1) var u: texture_2d<f32>;
@group(0) @binding(2) var v: texture_2d<f32>;
@group(0) @binding(3) var linear: sampler;

struct Corner {
    @builtin(position) position: vec4f,
    @location(0) at: vec2f,
}

@vertex
fn corner(@builtin(vertex_index) i: u32) -> Corner {
    // (0,0) (2,0) (0,2): one triangle that covers the square.
    let at = vec2f(f32((i & 1u) * 2u), f32(i & 2u));
    return Corner(vec4f(at.x * 2.0 - 1.0, 1.0 - at.y * 2.0, 0.0, 1.0), at);
}

@fragment
fn draw(c: Corner) -> @location(0) vec4f {
    let luma = (textureSampleLevel(y, linear, c.at, 0.0).r - 16.0 / 255.0) * (255.0 / 219.0);
    var chroma: vec2f;
    if NV12 {
        chroma = textureSampleLevel(u, linear, c.at, 0.0).rg;
    } else {
        chroma = vec2f(textureSampleLevel(u, linear, c.at, 0.0).r, textureSampleLevel(v, linear, c.at, 0.0).r);
    }
    chroma = (chroma - vec2f(128.0 / 255.0)) * (255.0 / 224.0);
    // ITU-R BT.709-6: Kr 0.2126, Kb 0.0722.
    let r = luma + 1.5748 * chroma.y;
    let g = luma - 0.187324 * chroma.x - 0.468124 * chroma.y;
    let b = luma + 1.8556 * chroma.x;
    return vec4f(clamp(vec3f(r, g, b), vec3f(0.0), vec3f(1.0)), 1.0);
}
