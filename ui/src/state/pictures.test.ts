import { beforeEach, expect, it, vi } from "vitest";

vi.mock("../api/client", () => ({ address: (path: string) => path }));
const { Pictures } = await import("./pictures");
type Socket = import("./pictures").Socket;

class Fake implements Socket {
  binaryType = "";
  readyState = 0;
  onopen: ((e: Event) => void) | null = null;
  onclose: ((e: CloseEvent) => void) | null = null;
  onmessage: ((e: MessageEvent) => void) | null = null;
  sent: unknown[] = [];
  send(text: string): void { this.sent.push(JSON.parse(text)); }
  close(): void { this.end(); }
  open(): void { this.readyState = 1; this.onopen?.({} as Event); }
  end(): void { this.readyState = 3; this.onclose?.({} as CloseEvent); }
  picture(want: number): void {
    const data = new ArrayBuffer(16 + 4 + 2);
    const head = new DataView(data);
    head.setUint32(0, want, true);
    head.setUint16(4, 2, true);
    head.setUint16(6, 2, true);
    this.onmessage?.({ data } as MessageEvent);
  }
}

let sockets: Fake[] = [];
let hidden = false;
const make = () => new Pictures(() => {
  const s = new Fake();
  sockets.push(s);
  return s;
}, () => hidden);
const turn = () => new Promise<void>((r) => setTimeout(r));
const last = (s: Fake | undefined): unknown => s?.sent.at(-1);

beforeEach(() => {
  sockets = [];
  hidden = false;
});

it("asks for what is wanted, acknowledges after drawing, and stops", async () => {
  const pictures = make();
  const order: string[] = [];
  const sub = pictures.subscribe({ target: "program", width: 960, height: 540, fps: 30 }, () => order.push("drawn"));
  await turn();
  const s = sockets[0];
  s?.open();
  expect(last(s)).toEqual({ want: [{ id: 1, target: "program", width: 960, height: 540, fps: 30 }] });
  s?.picture(1);
  expect(order).toEqual(["drawn"]);
  expect(last(s)).toEqual({ ack: 1 });
  sub.resize(1280, 720);
  await turn();
  expect(last(s)).toMatchObject({ want: [{ id: 1, width: 1280, height: 720 }] });
  sub.stop();
  await turn();
  expect(last(s)).toEqual({ want: [] });
});

it("asks for nothing while the page is hidden", async () => {
  const pictures = make();
  pictures.subscribe({ target: "program", width: 960, height: 540, fps: 30 }, () => {});
  await turn();
  sockets[0]?.open();
  hidden = true;
  pictures.changed();
  await turn();
  expect(last(sockets[0])).toEqual({ want: [] });
  hidden = false;
  pictures.changed();
  await turn();
  expect(last(sockets[0])).toMatchObject({ want: [{ target: "program" }] });
});

it("gives the last picture to who comes later and keeps a slow one's pace", async () => {
  const pictures = make();
  let fast = 0;
  let slow = 0;
  pictures.subscribe({ target: "scene:a", width: 320, height: 180, fps: 30 }, () => (fast += 1));
  await turn();
  sockets[0]?.open();
  sockets[0]?.picture(1);
  pictures.subscribe({ target: "scene:a", width: 320, height: 180, fps: 2 }, () => (slow += 1));
  await turn();
  expect(slow).toBe(1);
  sockets[0]?.picture(1);
  sockets[0]?.picture(1);
  expect(fast).toBe(3);
  // The first is drawn at once, the next after its pause: the last picture is never missed.
  expect(slow).toBe(2);
  await new Promise((r) => setTimeout(r, 560));
  expect(slow).toBe(3);
});

it("comes back after the connection is lost", async () => {
  vi.useFakeTimers();
  const pictures = make();
  pictures.subscribe({ target: "program", width: 960, height: 540, fps: 30 }, () => {});
  await vi.advanceTimersByTimeAsync(1);
  sockets[0]?.open();
  sockets[0]?.end();
  await vi.advanceTimersByTimeAsync(400);
  expect(sockets.length).toBe(2);
  sockets[1]?.open();
  expect(last(sockets[1])).toMatchObject({ want: [{ id: 1, target: "program" }] });
  vi.useRealTimers();
});
