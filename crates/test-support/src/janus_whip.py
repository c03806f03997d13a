"""A WHIP endpoint (RFC 9725) in front of Janus' VideoRoom, over Janus' own HTTP API: Janus itself speaks no WHIP. Janus hands
on what it receives as plain RTP, which FFmpeg decodes; what came out is written down ten times a second, as JSON. Options are
one JSON object in the first argument; see `janus.rs`."""

import asyncio
import ctypes
import json
import os
import re
import sys

from aiohttp import ClientSession, web

options = json.loads(sys.argv[1])
API = f"http://127.0.0.1:{options['janus']}/janus"
ROOM = 1
got = {
    "posts": 0, "deletes": 0, "restarts": 0, "candidates": 0, "up": 0, "hangups": 0, "samples": 0,
    "layers": [{"frames": 0, "width": 0, "height": 0} for _ in options["video_ports"]], "answer": "", "media": {},
}
sessions = {}

# Decodes one RTP stream and says what comes out, a line for each picture or piece of sound.
DECODER = """
import av, sys
av.logging.set_level(None)
with av.open(sys.argv[1], format="sdp", options={"protocol_whitelist": "file,udp,rtp", "fflags": "nobuffer"}) as c:
    s = c.streams[0]
    for packet in c.demux(s):
        try:
            for f in packet.decode():
                print(f"{f.width} {f.height}" if s.type == "video" else f.samples, flush=True)
        except av.FFmpegError:
            pass
"""

NAMES = {"h264": "H264/90000", "h265": "H265/90000", "av1": "AV1/90000", "opus": "opus/48000/2"}


def end_with_us():
    """However this program ends, what it started ends too (PR_SET_PDEATHSIG, SIGKILL)."""
    ctypes.CDLL(None).prctl(1, 9)


async def decode(kind, codec, port, note):
    """Reads a port for ever; a decoder that gives up (nothing came yet, so it knows no size) is started again."""
    path = os.path.join(options["folder"], f"{kind}{port}.sdp")
    extra = "a=fmtp:96 packetization-mode=1\n" if codec == "h264" else ""
    with open(path, "w") as f:
        f.write(f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm={kind} {port} RTP/AVP 96\n"
                f"a=rtpmap:96 {NAMES[codec]}\n{extra}")
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", DECODER, path, stdout=asyncio.subprocess.PIPE, preexec_fn=end_with_us,
            env={**os.environ, "PYTHONPATH": options["pyav"]})
        async for line in process.stdout:
            note(line.decode().split())
        await process.wait()
        await asyncio.sleep(0.2)


class Handle:
    """One session with the VideoRoom."""

    def __init__(self, client):
        self.client, self.waiting, self.number = client, {}, 0
        self.session = self.plugin = self.publisher = self.offer = None
        self.forwarded = False

    async def ask(self, path, body):
        self.number += 1
        transaction = f"t{self.number}"
        future = self.waiting[transaction] = asyncio.get_event_loop().create_future()
        async with self.client.post(API + path, json={**body, "transaction": transaction}) as reply:
            said = await reply.json()
        if said["janus"] == "error":
            raise RuntimeError(str(said))
        # A message that is only acknowledged is answered by an event.
        if said["janus"] == "ack" and body["janus"] == "message":
            return await asyncio.wait_for(future, 10)
        return said

    async def message(self, body, jsep=None):
        full = {"janus": "message", "body": body}
        if jsep:
            full["jsep"] = {"type": "offer", "sdp": jsep}
        said = await self.ask(f"/{self.session}/{self.plugin}", full)
        data = said.get("plugindata", {}).get("data", {})
        if "error" in data:
            raise RuntimeError(str(data))
        return data, said.get("jsep", {}).get("sdp", "")

    async def begin(self):
        self.session = (await self.ask("", {"janus": "create"}))["data"]["id"]
        asyncio.ensure_future(self.listen())
        attached = await self.ask(f"/{self.session}", {"janus": "attach", "plugin": "janus.plugin.videoroom"})
        self.plugin = attached["data"]["id"]

    async def listen(self):
        try:
            while True:
                async with self.client.get(f"{API}/{self.session}?maxev=5") as reply:
                    events = await reply.json()
                for e in events if isinstance(events, list) else [events]:
                    self.hear(e)
        except Exception:
            pass

    def hear(self, event):
        future = self.waiting.pop(event.get("transaction"), None)
        if future and not future.done():
            future.set_result(event)
        if event["janus"] == "webrtcup":
            got["up"] += 1
            if not self.forwarded:
                self.forwarded = True
                asyncio.ensure_future(self.forward())
        if event["janus"] == "hangup":
            got["hangups"] += 1
        if event["janus"] == "media":
            got["media"][event["type"]] = event["receiving"]

    async def forward(self):
        mids = re.findall(r"m=(\w+) [^\0]*?a=mid:(\S+)", self.offer)
        streams = []
        for kind, mid in mids:
            if kind == "audio":
                streams.append({"mid": mid, "host": "127.0.0.1", "port": options["audio_port"], "pt": 96})
            else:
                video = {"mid": mid, "host": "127.0.0.1", "pt": 96, "simulcast": False}
                for i, port in enumerate(options["video_ports"]):
                    video["port" if i == 0 else f"port_{i + 1}"] = port
                    video["pt" if i == 0 else f"pt_{i + 1}"] = 96
                streams.append(video)
        try:
            await self.message({"request": "rtp_forward", "room": ROOM, "publisher_id": self.publisher,
                                "host": "127.0.0.1", "streams": streams})
        except RuntimeError as e:
            print(e, file=sys.stderr, flush=True)


def without_candidates(text):
    return "".join(l + "\r\n" for l in text.splitlines() if not l.startswith(("a=candidate", "a=end-of")))


def shown(text, at):
    """With the port of a proxy in the place of Janus' own: one for the session, another after a restart."""
    ports = options.get("shown_ports")
    return text.replace(f" {options['media_port']} typ", f" {ports[at]} typ") if ports else text


async def post(request):
    got["posts"] += 1
    handle = Handle(request.app["client"])
    await handle.begin()
    handle.offer = await request.text()
    if options.get("shown_ports"):
        # Our addresses are to be unknown: only the proxy is called, and calls.
        handle.offer = without_candidates(handle.offer)
    room = {"request": "create", "room": ROOM, "publishers": 9, "videocodec": options["codec"], "audiocodec": "opus"}
    if options.get("bitrate"):
        room.update(bitrate=options["bitrate"], bitrate_cap=True)
    try:
        await handle.message(room)
    except RuntimeError:
        pass  # It is there already.
    joined, _ = await handle.message({"request": "join", "ptype": "publisher", "room": ROOM})
    handle.publisher = joined["id"]
    _, answer = await handle.message({"request": "publish"}, handle.offer)
    got["answer"] = answer
    answer = shown(answer, 0)
    sessions[str(handle.session)] = handle
    headers = {"Location": f"/session/{handle.session}", "ETag": '"1"'}
    return web.Response(status=201, text=answer, content_type="application/sdp", headers=headers)


def value(text, name):
    found = re.search(rf"a={name}:(\S+)", text)
    return found and found.group(1)


async def patch(request):
    """Candidates that were found late, or (with a new name and password) an ICE restart: RFC 9725, 4.3."""
    handle = sessions.get(request.match_info["name"])
    if not handle:
        return web.Response(status=404)
    fragment = await request.text()
    lines = [l for l in fragment.splitlines() if l.startswith("a=candidate")]
    got["candidates"] += len(lines)
    if value(fragment, "ice-ufrag") == value(handle.offer, "ice-ufrag"):
        for line in lines:
            candidate = {"candidate": line[2:], "sdpMLineIndex": 0, "sdpMid": value(handle.offer, "mid")}
            await handle.ask(f"/{handle.session}/{handle.plugin}", {"janus": "trickle", "candidate": candidate})
        return web.Response(status=204)
    if not options.get("restarts", True):
        return web.Response(status=405)
    got["restarts"] += 1
    offer = without_candidates(handle.offer)
    if options.get("shown_ports"):
        lines = []
    for name in ("ice-ufrag", "ice-pwd"):
        offer = re.sub(rf"a={name}:\S+", f"a={name}:{value(fragment, name)}", offer)
    offer = re.sub(r"(a=ice-pwd:\S+\r\n)", r"\1" + "".join(l + "\r\n" for l in lines).replace("\\", ""), offer, count=1)
    offer = re.sub(r"o=(\S+) (\S+) (\d+)", lambda m: f"o={m[1]} {m[2]} {int(m[3]) + 1}", offer, count=1)
    handle.offer = offer
    _, answer = await handle.message({"request": "configure"}, offer)
    first = re.search(r"m=\w+ [^\r\n]+", answer).group(0)
    reply = [f"a=ice-ufrag:{value(answer, 'ice-ufrag')}", f"a=ice-pwd:{value(answer, 'ice-pwd')}", first,
             f"a=mid:{value(answer, 'mid')}"]
    reply += dict.fromkeys(l for l in answer.splitlines() if l.startswith("a=candidate"))
    return web.Response(status=200, text=shown("".join(l + "\r\n" for l in reply), 1), headers={"ETag": f'"{got["restarts"] + 1}"'},
                        content_type="application/trickle-ice-sdpfrag")


async def delete(request):
    got["deletes"] += 1
    handle = sessions.pop(request.match_info["name"], None)
    if handle:
        await handle.ask(f"/{handle.session}", {"janus": "destroy"})
    return web.Response(status=200)


async def write_down():
    while True:
        with open(options["notes"] + ".new", "w") as f:
            json.dump(got, f)
        os.replace(options["notes"] + ".new", options["notes"])
        await asyncio.sleep(0.1)


def note_layer(i):
    def note(words):
        layer = got["layers"][i]
        layer["frames"] += 1
        layer["width"], layer["height"] = int(words[0]), int(words[1])
    return note


def note_sound(words):
    got["samples"] += int(words[0])


async def main():
    app = web.Application()
    app["client"] = ClientSession()
    app.router.add_post("/whip/{name}", post)
    app.router.add_patch("/session/{name}", patch)
    app.router.add_delete("/session/{name}", delete)
    for i, port in enumerate(options["video_ports"]):
        asyncio.ensure_future(decode("video", options["codec"], port, note_layer(i)))
    asyncio.ensure_future(decode("audio", "opus", options["audio_port"], note_sound))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", options["port"]).start()
    await write_down()


asyncio.run(main())
