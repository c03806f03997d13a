"""FFmpeg 8 (by PyAV) as an RTMP server, or as the reader of an FLV file: decodes everything and says what it found, as one
JSON object on its last line. Arguments: the address to listen at or the file; for an address, "listen"."""

import json
import sys

import av

av.logging.set_level(av.logging.ERROR)
listens = sys.argv[2:] == ["listen"]
options = {"listen": "1", "rtmp_live": "live"} if listens else {}
found = {"streams": [], "errors": 0}
with av.open(sys.argv[1], format="flv", options=options, timeout=(60, 60)) as c:

    def stream(i):
        while len(found["streams"]) <= i:
            s = c.streams[len(found["streams"])]
            found["streams"].append({"kind": s.type, "codec": s.codec_context.name if s.codec_context else "", "packets": 0,
                                     "frames": 0, "width": 0, "samples": 0, "backwards": 0, "last": None})
        return found["streams"][i]

    def decode(s, real, packet):
        try:
            for frame in real.codec_context.decode(packet):
                s["frames"] += 1
                if real.type == "video":
                    s["width"] = frame.width
                else:
                    s["samples"] += frame.samples
        except av.FFmpegError:
            found["errors"] += 1

    try:
        for packet in c.demux():
            if packet.dts is None:
                continue
            s = stream(packet.stream.index)
            s["packets"] += 1
            s["backwards"] += s["last"] is not None and packet.dts < s["last"]
            s["last"] = packet.dts
            decode(s, packet.stream, packet)
    except av.FFmpegError as e:
        # The publisher's goodbye reaches FFmpeg as an error of the connection.
        found["end"] = str(e)
    for s, real in zip(found["streams"], c.streams):
        decode(s, real, None)
print(json.dumps(found), flush=True)
