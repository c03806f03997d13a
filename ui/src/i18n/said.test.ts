import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { en } from "./en";
import { setLanguage } from "./index";
import { said } from "./said";

/** All Rust of the engine and what it uses, as one text: what runs over two lines is joined. */
function engine(): string {
  const crates = resolve(import.meta.dirname, "../../../crates");
  const files = readdirSync(crates, { recursive: true, encoding: "utf8" }).filter((one) => /^\w[\w-]*\/src\/.*\.rs$/.test(one));
  return files.map((one) => readFileSync(join(crates, one), "utf8")).join("\n").replace(/\\\n\s*/g, "").replaceAll('\\"', '"');
}

vi.stubGlobal("document", { documentElement: {} });

describe("sentences of the engine", () => {
  afterAll(() => setLanguage("en"));

  it("are still the engine's own words", () => {
    const rust = engine();
    const gone = Object.entries(en.said).flatMap(([key, text]) =>
      text.split(/\{\w+\}|; |:$/).map((one) => one.trim().replace(/:$/, "")).filter((one) => one.length > 3 && !rust.includes(one)).map((one) => `${key}: ${one}`));
    expect(gone).toEqual([]);
  });

  it("stay English in English, and what is not known stays in every language", async () => {
    await setLanguage("en");
    expect(said("Bars is there")).toBe("Bars is there");
    await setLanguage("zh-TW");
    expect(said("Camera 2: the moon is blue")).toBe("Camera 2: the moon is blue");
    expect(said("")).toBe("");
  });

  it("are said in the page's language with their names", async () => {
    await setLanguage("zh-TW");
    expect(said("Studio Cam 4K is there")).toBe("Studio Cam 4K已就緒");
    expect(said("the computer keeps up (Footlight uses 12 % of it)")).toBe("電腦跟得上（Footlight 用了 12%）");
    expect(said("Nowhere lost, trying again: 127.0.0.1:9 can't be reached: Connection refused.")).toBe("Nowhere中斷，正在重試：連不上 127.0.0.1:9：Connection refused。");
    expect(said("Slides: the file /tmp/a.png can't be used: it is gone")).toContain("Slides：檔案 /tmp/a.png 無法使用");
    expect(said("the plan: one encode of the picture, 12.5 Mbit/s of upload, about 40 % of a core for encoding")).toBe("編碼計畫：畫面要一個編碼，上傳 12.5 Mbit/s，編碼約用一個核心的 40%");
    expect(said("YouTube and Twitch would share one encode if all of them used 6000 kbit/s")).toBe("YouTube、Twitch 只要都用 6000 kbit/s，就可以共用一個編碼");
    expect(said("Kick, the recording and Twitch would share one encode if all of them used 4500 kbit/s and had 2 B-frames")).toBe("Kick、錄影、Twitch 只要都用 4500 kbit/s、並用 2 個 B 幀，就可以共用一個編碼");
    expect(said("A would share one encode if all of them used 4500 kbit/s and danced")).toBe("A 只要都used 4500 kbit/s and danced，就可以共用一個編碼");
    expect(said("Kick: the connection takes less than 6000 kbit/s; it gets 2550 until it is better")).toBe("Kick：連線送不到 6000 kbit/s；好轉之前只送 2550");
    expect(said("Replay has ended")).toBe("Replay播完");
    expect(said("Kick: the connection takes 6000 kbit/s again")).toBe("Kick：連線又可以送 6000 kbit/s");
    await setLanguage("zh-CN");
    expect(said("no destination is on: nobody would see this show")).toBe("没有开启任何直播平台：没有人会看到这个节目");
  });

  it("take no time however long the names are", async () => {
    await setLanguage("zh-TW");
    const began = performance.now();
    said(`${"a: b is c (".repeat(5000)} can't be used: `);
    said(`${"a: b is c (".repeat(300)} can't be used: `);
    said(`${"x".repeat(3900)}: y`);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
