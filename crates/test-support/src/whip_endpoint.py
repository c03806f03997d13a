"""A WHIP endpoint (RFC 9725) on aiortc, a WebRTC stack other than ours. It decodes what it is sent and writes down what it
got, ten times a second, as JSON. Options are one JSON object in the first argument; see `whip_endpoint.rs`."""

import asyncio
import json
import os
import re
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import aioice.ice  # noqa: E402
from aiohttp import web  # noqa: E402
from aiortc import RTCPeerConnection, RTCSessionDescription  # noqa: E402
from aiortc.mediastreams import MediaStreamError  # noqa: E402

options = json.loads(sys.argv[1])
got = {
    "posts": 0, "options": 0, "deletes": 0, "patches": 0, "candidates": 0, "state": "", "frames": 0, "width": 0, "height": 0,
    "samples": 0, "loudest": 0, "numbers": [], "gaps_ms": [], "video_lost": 0, "last_token": "", "offered": [],
}
sessions = {}

# Loopback is left out of aioice's own list.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


def bind_to(port):
    """Makes the next socket for media sit on this port, where a proxy expects it. Only that one: aiortc opens one for each
    section of the offer and then uses the first."""
    loop = asyncio.get_event_loop()
    original = loop.create_datagram_endpoint

    async def create(factory, local_addr=None, **rest):
        if local_addr and local_addr[1] == 0:
            local_addr = (local_addr[0], port)
            loop.create_datagram_endpoint = original
        return await original(factory, local_addr=local_addr, **rest)

    loop.create_datagram_endpoint = create


def without_rtx(offer):
    """The offer as a server reads it that does not know RTX (RFC 4588)."""
    numbers = re.findall(r"a=rtpmap:(\d+) rtx/", offer)
    for n in numbers:
        offer = re.sub(rf"(m=video [^\r\n]*?) {n}(?=[ \r\n])", r"\1", offer)
    known = tuple(f"a={what}:{n} " for n in numbers for what in ("rtpmap", "fmtp", "rtcp-fb")) + ("a=ssrc-group:FID",)
    return "".join(l + "\r\n" for l in offer.splitlines() if not l.startswith(known))


def number_in(frame):
    """Sixteen squares of black or white along the top, the highest bit first; None where there are none."""
    plane = frame.planes[0]
    line, side = plane.line_size, frame.width // 16
    data, n = bytes(plane), 0
    for i in range(16):
        level = data[(side // 2) * line + i * side + side // 2]
        if 80 < level < 170:
            return None
        n = n << 1 | (level >= 170)
    return n


async def read_video(track):
    last = None
    while True:
        frame = await track.recv()
        now = time.time_ns()
        if last is not None:
            got["gaps_ms"].append((now - last) // 1_000_000)
        last = now
        got["frames"] += 1
        got["width"], got["height"] = frame.width, frame.height
        if options.get("numbers"):
            n = number_in(frame)
            if n is not None:
                got["numbers"].append([n, now])


async def read_audio(track):
    while True:
        frame = await track.recv()
        got["samples"] += frame.samples
        data = frame.to_ndarray()
        got["loudest"] = max(got["loudest"], int(abs(data.astype("int32")).max()))


async def quietly(reader):
    try:
        await reader
    except MediaStreamError:
        pass


async def post(request):
    got["posts"] += 1
    got["last_token"] = request.headers.get("Authorization", "")
    token = options.get("token")
    if token and got["last_token"] != f"Bearer {token}":
        return web.Response(status=401, text="no such token")
    mode = options.get("mode", "")
    if mode == "redirect" and "again" not in request.path:
        return web.Response(status=307, headers={"Location": "/again/" + request.match_info.get("name", "")})
    if mode == "status":
        return web.Response(status=options["status"], text="the server's own words")
    offer = await request.text()
    got["offered"] = [l.split(" typ ")[1].split()[0] for l in offer.splitlines() if l.startswith("a=candidate")]
    if options.get("media_port") or mode == "deaf":
        # Our addresses are to be unknown here: only the proxy (or nobody) is called, and calls.
        offer = "".join(l + "\r\n" for l in offer.splitlines() if not l.startswith(("a=candidate", "a=end-of")))
    if options.get("media_port"):
        bind_to(options["media_port"])
    if options.get("no_rtx"):
        offer = without_rtx(offer)
    if mode == "vp8":
        offer = offer.replace("H264/90000", "VP8/90000")
    if mode == "empty":
        return web.Response(status=201, text="", headers={"Location": "/session/none"})
    if mode == "garbage":
        return web.Response(status=201, text="hello", headers={"Location": "/session/none"})
    pc = RTCPeerConnection()
    name = str(len(sessions))
    sessions[name] = pc

    @pc.on("connectionstatechange")
    def changed():
        got["state"] = pc.connectionState

    @pc.on("track")
    def arrived(track):
        asyncio.ensure_future(quietly(read_video(track) if track.kind == "video" else read_audio(track)))

    await pc.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
    await pc.setLocalDescription(await pc.createAnswer())
    answer = pc.localDescription.sdp
    if options.get("media_port"):
        answer = answer.replace(f" {options['media_port']} typ", f" {options['shown_port']} typ")
    if mode == "deaf":
        answer = answer.replace("127.0.0.1", "192.0.2.1")
    if mode == "vp8":
        answer = answer.replace("H264/90000", "VP8/90000")
    headers = {"Location": f"/session/{name}", "ETag": '"1"'}
    if options.get("link"):
        headers["Link"] = options["link"]
    return web.Response(status=201, text=answer, content_type="application/sdp", headers=headers)


async def ask(request):
    got["options"] += 1
    token = options.get("token")
    if token and request.headers.get("Authorization", "") != f"Bearer {token}":
        return web.Response(status=401, text="no such token")
    if options.get("mode") == "status":
        return web.Response(status=options["status"])
    return web.Response(status=200, headers={"Link": options["link"]} if options.get("link") else {})


async def patch(request):
    got["patches"] += 1
    got["candidates"] += sum(l.startswith("a=candidate") for l in (await request.text()).splitlines())
    return web.Response(status=204)


async def delete(request):
    got["deletes"] += 1
    pc = sessions.pop(request.match_info["name"], None)
    if pc:
        await pc.close()
    return web.Response(status=200)


async def write_down():
    while True:
        for pc in sessions.values():
            for receiver in pc.getReceivers():
                for report in (await receiver.getStats()).values():
                    if report.type == "inbound-rtp" and report.kind == "video":
                        got["video_lost"] = report.packetsLost
        with open(options["notes"] + ".new", "w") as f:
            json.dump(got, f)
        os.replace(options["notes"] + ".new", options["notes"])
        await asyncio.sleep(0.1)


async def main():
    app = web.Application()
    app.router.add_post("/whip/{name}", post)
    app.router.add_post("/again/{name}", post)
    app.router.add_options("/whip/{name}", ask)
    app.router.add_patch("/session/{name}", patch)
    app.router.add_delete("/session/{name}", delete)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", options["port"]).start()
    await write_down()


asyncio.run(main())
