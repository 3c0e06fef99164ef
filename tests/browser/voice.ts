/** Voice as children and staff meet it: a microphone that nobody asked for is never opened, who is heard and
 * by whom, proven by a tone; trying it out alone. */
import type { Page } from "playwright-core";
import { place, signedIn, sizes, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
const withMic = { more: { permissions: ["microphone"] } };

interface Watched {
  nAsked: number; // for a microphone
  readonly tracks: MediaStreamTrack[];
  readonly peers: RTCPeerConnection[];
}

/** Notes, before the page's own code runs, what it asks of the browser. */
function watchIt(): void {
  const seen: Watched = { nAsked: 0, tracks: [], peers: [] };
  Object.assign(globalThis, { watched: seen });
  const Peer = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Peer {
    constructor(how?: RTCConfiguration) {
      super(how);
      seen.peers.push(this);
    }
  };
  const devices = navigator.mediaDevices;
  const give = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (what) => {
    seen.nAsked++;
    const stream = await give(what);
    seen.tracks.push(...stream.getTracks());
    return stream;
  };
}

/** How often a microphone was asked for, and how many are open. */
async function mics(page: Page): Promise<readonly [asked: number, open: number]> {
  return await page.evaluate(() => {
    const { nAsked, tracks } = (globalThis as unknown as { watched: Watched }).watched;
    return [nAsked, tracks.filter((one) => one.readyState === "live").length] as const;
  });
}

test("microphone_and_sound_are_tried_by_oneself_alone", async (t) => {
  t.req("AI-2.4-ア");
  await visiting(t, at, { state: await signedIn(at, "chat0"), ...withMic }, async (visit) => {
    const { page } = visit;
    await page.addInitScript(watchIt);
    await visit.open("#/me/sound");
    await page.waitForSelector(".try-mic");
    t.eq(await mics(page), [0, 0], "nothing is asked for before a press");
    const asked = visit.asked.length;
    await page.click(".try-mic");
    await page.waitForSelector('.loudness:not([data-level="0"])');
    t.eq(await mics(page), [1, 1], "one press, one microphone");
    t.ok((await page.locator("#voice-device option").count()) > 1, "which microphone");
    await page.screenshot({ path: "build/shots/84-sound-test.png", fullPage: true });
    await page.click(".record");
    await page.waitForSelector('[data-doing="record"]');
    await page.waitForSelector('[data-doing="play"]');
    await page.waitForSelector('[data-doing="play"]', { state: "detached" });
    t.ok(true, "one hears oneself");
    await page.click(".try-mic");
    await page.waitForSelector(".loudness", { state: "detached" });
    t.eq((await mics(page))[1], 0, "and the microphone is given back");
    const sent = visit.asked.slice(asked).filter((url) => !url.includes("/icon-"));
    t.eq(sent, [], "nothing went anywhere");
    await page.click(".try-mic");
    await page.waitForSelector(".loudness");
    await page.goto(`${at.url}/#/me`);
    await page.waitForSelector(".door");
    t.eq((await mics(page))[1], 0, "also by leaving the page");
  });
});

test("a_microphone_that_is_refused_is_said_kindly", async (t) => {
  t.req("AI-2.4-ア");
  await visiting(
    t,
    at,
    { state: await signedIn(at, "chat1"), size: sizes.phone },
    async (visit) => {
      const { page } = visit;
      await visit.open("#/me/sound");
      await page.click(".try-mic");
      await page.waitForSelector('[data-problem="denied"]');
      t.ok((await page.innerText('[data-problem="denied"]')).length > 20, "and what to do");
      await page.screenshot({ path: "build/shots/85-sound-denied.png", fullPage: true });
    },
  );
});
