// Plays the show over WebRTC (WHEP), a fraction of a second late. Where no way for it is found, or the studio offers none, it
// throws, and the page goes on with HLS.

/** Milliseconds until the first picture must be there, and without a new one before the stream counts as gone. */
const FIRST = 6000, SILENT = 4000;
/** Milliseconds by which sound leaves the studio after its picture, where no device is open. With one it may be up to 120: the
 *  browser finds out and lets the picture wait by itself, within seconds. */
const MIXING = 40;

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** Browsers play Opus in mono unless they say that they want both channels (RFC 7587, 7). */
function withStereo(sdp) {
  const number = /a=rtpmap:(\d+) opus\/48000/i.exec(sdp)?.[1];
  return number ? sdp.replace(new RegExp(`(a=fmtp:${number} [^\r\n]*)`), "$1;stereo=1") : sdp;
}

/** Pictures shown so far. */
const shown = (video) => video.getVideoPlaybackQuality?.().totalVideoFrames ?? video.webkitDecodedFrameCount ?? 0;

async function gathered(connection) {
  if (connection.iceGatheringState === "complete") return;
  const complete = new Promise((done) => {
    connection.addEventListener("icegatheringstatechange", () => connection.iceGatheringState === "complete" && done());
  });
  await Promise.race([complete, wait(1000)]);
}

/** One run: from the offer to the end of the stream; always throws in the end. */
export async function watchWebRtc(video, tell) {
  const connection = new RTCPeerConnection();
  const stream = new MediaStream();
  connection.ontrack = ({ track, receiver }) => {
    // As early as can be played: the studio is near. It sends sound later than the picture of the same moment, by what
    // mixing takes; a picture that waits for it from the start is in step at once, where browsers take ten seconds for that.
    if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = track.kind === "video" ? MIXING : 0;
    stream.addTrack(track);
  };
  connection.addTransceiver("video", { direction: "recvonly" });
  connection.addTransceiver("audio", { direction: "recvonly" });
  let session = null;
  const leave = () => session && fetch(session, { method: "DELETE", keepalive: true }).catch(() => {});
  addEventListener("pagehide", leave);
  try {
    const offer = await connection.createOffer();
    await connection.setLocalDescription({ type: "offer", sdp: withStereo(offer.sdp) });
    await gathered(connection);
    const answer = await fetch("/whep", {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: connection.localDescription.sdp,
    });
    if (answer.status !== 201) throw Object.assign(new Error(`no WebRTC: ${answer.status}`), { refused: true });
    session = new URL(answer.headers.get("Location"), location.href).href;
    await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    video.srcObject = stream;
    await follow(video, connection, tell);
  } finally {
    removeEventListener("pagehide", leave);
    leave();
    connection.close();
    video.srcObject = null;
  }
}

/** Looks at the stream until it ends. */
async function follow(video, connection, tell) {
  const begun = performance.now();
  let count = shown(video), last = begun, playing = false;
  for (;;) {
    await wait(100);
    const now = performance.now(), pictures = shown(video);
    if (["failed", "closed"].includes(connection.connectionState)) throw new Error("the WebRTC connection ended");
    if (pictures !== count || document.hidden) {
      count = pictures;
      last = now;
    }
    if (!playing && (pictures > 0 && video.readyState >= 2)) {
      playing = true;
      tell("playing");
    }
    if (!playing) {
      video.play().catch(() => {});
      if (now - begun > FIRST) throw new Error("no picture came over WebRTC");
    } else if (now - last > SILENT) {
      throw new Error("the WebRTC stream stopped");
    }
  }
}
