/** Voice as children and staff meet it: a microphone that nobody asked for is never opened, who is heard and
 * by whom, proven by a tone; trying it out alone. */
import type { Page } from "playwright-core";
import { until as holds } from "./cast.ts";
import { login, place, signedIn, sizes, toneHz, visiting } from "./engine.ts";
import { goIn, inWords, row, seen, together } from "./place.ts";
import { suite, type T } from "./t.ts";
import { inWebKit, type WebDriver } from "./webkit.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
const withMic = { more: { permissions: ["microphone"] } };

interface Watched {
  nAsked: number; // for a microphone
  readonly tracks: MediaStreamTrack[];
  readonly peers: RTCPeerConnection[];
  readonly sinks: MediaStream[]; // that Web Audio fills
}

/** Notes, before the page's own code runs, what it asks of the browser. */
function watchIt(): void {
  const seen: Watched = { nAsked: 0, tracks: [], peers: [], sinks: [] };
  Object.assign(globalThis, { watched: seen });
  const Peer = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Peer {
    constructor(how?: RTCConfiguration) {
      super(how);
      seen.peers.push(this);
    }
  };
  const sink = AudioContext.prototype.createMediaStreamDestination;
  AudioContext.prototype.createMediaStreamDestination = function () {
    const made = sink.call(this);
    seen.sinks.push(made.stream);
    return made;
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

/** As the node is asked by whoever is signed in here. */
async function ask(page: Page, method: string, path: string, body: object): Promise<number> {
  return page.evaluate(
    async ([method, path, body]) => {
      const headers = { "content-type": "application/json" };
      return (await fetch(path, { method, headers, body })).status;
    },
    [method, path, JSON.stringify(body)] as const,
  );
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
    await page.locator("#voice-device option").nth(1).waitFor({ state: "attached" });
    t.ok(true, "which microphone");
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

const heardDb = -60;
const silentDb = -80;

/** How loud the tone is on each of the five ways into a page, the most of several looks. */
async function tones(page: Page, ms = 1200): Promise<readonly number[]> {
  return await page.evaluate(
    async ([hz, ms]) => {
      const { peers, sinks } = (globalThis as unknown as { watched: Watched }).watched;
      const peer = peers.findLast((one) => one.connectionState === "connected");
      const ways = (peer?.getTransceivers() ?? []).slice(1);
      const streams = ways.map(({ receiver }) => new MediaStream([receiver.track]));
      if (peer === undefined) streams.push(...sinks.slice(-1)); // over the place's own line
      const context = new AudioContext({ sampleRate: 48_000 });
      await context.resume();
      const ears = streams.map((stream) => {
        const ear = context.createAnalyser();
        ear.fftSize = 4096;
        ear.smoothingTimeConstant = 0;
        context.createMediaStreamSource(stream).connect(ear);
        return ear;
      });
      const most = ears.map(() => -200);
      for (const end = performance.now() + ms; performance.now() < end;) {
        await new Promise((go) => setTimeout(go, 40));
        ears.forEach((ear, i) => {
          const bins = new Float32Array(ear.frequencyBinCount);
          ear.getFloatFrequencyData(bins);
          const at = Math.round((hz * ear.fftSize) / context.sampleRate);
          most[i] = Math.max(most[i] ?? -200, ...bins.slice(at - 1, at + 2));
        });
      }
      await context.close();
      return most;
    },
    [toneHz, ms] as const,
  );
}

/** On the open floor, in words, with sound. `before`: in the page, before its own code runs. */
async function come(page: Page, before?: () => void): Promise<void> {
  await page.addInitScript(watchIt);
  if (before !== undefined) await page.addInitScript(before);
  await page.reload();
  await goIn(page, "plaza", "voice");
  await inWords(page);
  await page.waitForSelector('.voice[data-session="flows"]');
}

/** Several on the open floor, each with a microphone to be asked for; all leave, whatever happens. */
async function withVoice(
  t: T,
  who: readonly string[],
  run: (...pages: Page[]) => Promise<void>,
): Promise<void> {
  await together(
    t,
    who,
    async (...pages) => {
      for (const page of pages) await come(page);
      await run(...pages);
    },
    { isCut: true, ...withMic },
  );
}

async function isHeard(page: Page, is: boolean): Promise<readonly number[]> {
  for (let i = 0; i < 12; i++) {
    const most = Math.max(...(await tones(page)));
    if (is ? most > heardDb : most < silentDb) break;
  }
  return await tones(page);
}

const mic = (is: "off" | "on" | "stopped"): string => `.voice[data-mic="${is}"]`;

test("a_voice_is_heard_only_as_long_as_its_owner_wants", async (t) => {
  t.req("AI-2.4-ア");
  await withVoice(t, ["chat0", "chat1"], async (a, b) => {
    await seen(b, "chat0");
    t.eq([await mics(a), await mics(b)], [[0, 0], [0, 0]], "nobody is asked for a microphone"); // prettier-ignore
    await a.focus(".mic-button");
    await a.keyboard.press("Enter");
    await a.waitForSelector(".voice-ask");
    t.eq(await mics(a), [0, 0], "first it is said who will hear");
    await a.screenshot({ path: "build/shots/86-voice-ask.png" });
    await a.click(".voice-yes");
    await a.waitForSelector(mic("on"));
    await a.waitForSelector('.mic-button:not([data-level="0"])');
    t.eq(await mics(a), [1, 1], "then it is on");
    await row(b, "chat0").locator(".speaks").waitFor();
    const heard = await isHeard(b, true);
    t.ok(Math.max(...heard.slice(0, 3)) > heardDb, "the other hears the tone", `${heard}`);
    t.ok(Math.max(...heard.slice(3)) < silentDb, "as open talk", `${heard}`);
    await a.setViewportSize(sizes.phone);
    await a.screenshot({ path: "build/shots/87-voice-on-phone.png" });
    await a.setViewportSize(sizes.tablet);
    await b.screenshot({ path: "build/shots/88-voice-heard.png", fullPage: true });

    await row(b, "chat0").locator(".volume select").selectOption("0");
    const hushed = await isHeard(b, false);
    t.ok(Math.max(...hushed) < silentDb, "whom one does not want to hear is not sent", `${hushed}`); // prettier-ignore
    await row(b, "chat0").locator(".volume select").selectOption("50");
    t.ok(Math.max(...(await isHeard(b, true))) > heardDb, "and is heard again");

    await a.click(".mic-button");
    await a.waitForSelector(mic("off"));
    t.eq((await mics(a))[1], 0, "the microphone is given back");
    const after = await isHeard(b, false);
    t.ok(Math.max(...after) < silentDb, "off is silent", `${after}`);

    await a.click(".mic-button");
    await a.waitForSelector(mic("on"));
    t.eq(await a.locator(".voice-ask").count(), 0, "it is explained once");
    await a.context().setOffline(true);
    await a.waitForSelector(mic("off"));
    t.eq((await mics(a))[1], 0, "a line that breaks turns it off");
    await a.context().setOffline(false);
    await a.waitForSelector('.voice[data-session="flows"]');
    await a.waitForSelector('[data-note="off"]');
    t.eq([await a.locator(mic("off")).count(), (await mics(a))[1]], [1, 0], "and it stays off");

    const volume = row(b, "chat0").locator(".volume select");
    await volume.selectOption("0");
    await a.click(".leave");
    await row(b, "chat0").waitFor({ state: "detached" });
    await goIn(a, "plaza", "voice");
    await inWords(a);
    await holds("put softest, and so after coming back", async () => (await volume.inputValue()) === "0"); // prettier-ignore
    await a.waitForSelector('.voice[data-session="flows"]');
    await a.click(".mic-button");
    await a.waitForSelector(`.voice-yes, ${mic("on")}`);
    if ((await a.locator(".voice-yes").count()) > 0) await a.click(".voice-yes");
    await a.waitForSelector(mic("on"));
    await row(b, "chat0").locator(".speaks").waitFor();
    t.ok(Math.max(...(await isHeard(b, false))) < silentDb, "and is not sent");
    await volume.selectOption("100");
    t.ok(Math.max(...(await isHeard(b, true))) > heardDb, "until the other wants it");
  });
});

test("a_microphone_stopped_by_staff_says_why_and_stays_stopped", async (t) => {
  t.req("AI-2.7-ウ-1");
  await withVoice(t, ["chat0", "chat_board"], async (a, board) => {
    await a.click(".mic-button");
    await a.click(".voice-yes");
    await a.waitForSelector(mic("on"));
    const measure = crypto.randomUUID();
    const body = { id: measure, kind: "mute", account: login(at, "chat0").account, minutes: 5, reason: "確かめるため" }; // prettier-ignore
    t.ok([200, 201].includes(await ask(board, "POST", "/api/v1/measures", body)), "staff stop it");
    await a.waitForSelector(mic("stopped"));
    t.eq((await mics(a))[1], 0, "and it is given back at once");
    t.ok((await a.innerText(".voice-stopped")).length > 8, "with a sentence");
    t.eq(await a.locator(".voice-where.fine").count(), 0, "nobody is said to hear any more");
    await a.setViewportSize(sizes.phone);
    await a.screenshot({ path: "build/shots/89-voice-stopped.png" });
    await a.setViewportSize(sizes.tablet);
    await a.click(".mic-button", { force: true });
    await a.waitForTimeout(300);
    t.eq((await mics(a))[1], 0, "a press does nothing");
    await a.reload();
    await a.waitForSelector(mic("stopped"));
    t.eq(await mics(a), [0, 0], "after coming back, too");
    const lift = { id: crypto.randomUUID() };
    t.ok((await ask(board, "POST", `/api/v1/measures/${measure}/lift`, lift)) < 300, "given back");
    await a.waitForSelector(mic("off"));
    t.eq((await mics(a))[1], 0, "it stays off until its owner turns it on");
  });
});

test("two_who_both_want_it_talk_alone", async (t) => {
  t.req("AI-2.4-イ AI-2.5-ウ");
  await withVoice(t, ["chat0", "chat_staff", "chat1"], async (a, staff, third) => {
    const wish = (page: Page) => page.locator(".voice-wish");
    await seen(a, "chat_staff");
    await row(a, "chat_staff").getByRole("button", { name: /ふたり/ }).first().click(); // prettier-ignore
    await wish(a).click();
    await a.waitForSelector('.talk-voice [role="status"]');
    t.eq(await a.locator(".talk-mic").count(), 0, "one yes is none");
    await staff.locator(".voice .way-list button").click();
    await wish(staff).click();
    await a.locator(".talk-mic").click();
    t.eq(await mics(a), [0, 0], "that one alone will hear is said first");
    await a.click(".voice-yes");
    await a.waitForSelector(mic("on"));
    await staff.locator(".talk-mic").waitFor();
    await row(staff, "chat0").locator(".speaks").waitFor();
    const heard = await isHeard(staff, true);
    t.ok((heard[3] ?? -200) > heardDb, "the other hears the tone", `${heard}`);
    t.ok(Math.max(...heard.slice(0, 3), heard[4] ?? -200) < silentDb, "as theirs", `${heard}`);
    const outside = await tones(third);
    t.ok(Math.max(...outside) < silentDb, "a third hears nothing", `${outside}`);
    t.eq(await third.locator(".speaks").count(), 0, "nor is told");
    await a.screenshot({ path: "build/shots/90-voice-two.png", fullPage: true });
    await staff.locator(".talk-voice .row .quiet-button").last().click();
    await a.waitForSelector(mic("off"));
    t.eq((await mics(a))[1], 0, "a yes taken back gives the microphone back");
    t.eq(await a.locator(".talk-mic").count(), 0, "and there is no button for it");
    t.ok((await a.innerText('[data-note="talk"]')).length > 10, "with a sentence");
    const after = await isHeard(staff, false);
    t.ok(Math.max(...after) < silentDb, "silent", `${after}`);
  });
});

test("a_microphone_goes_off_where_quiet_is_asked_for_and_says_why", async (t) => {
  t.req("AI-2.4-ア");
  await withVoice(t, ["chat1"], async (page) => {
    await page.click(".mic-button");
    await page.click(".voice-yes");
    await page.waitForSelector(mic("on"));
    await page.getByRole("button", { name: "庭" }).click();
    await page.waitForSelector(mic("off"));
    t.eq((await mics(page))[1], 0, "the microphone is given back");
    await page.waitForSelector('[data-note="moved"]');
    await page.screenshot({ path: "build/shots/93-voice-moved.png" });
    await page.click(".mic-button");
    await page.waitForSelector(mic("on"));
    t.eq(await page.locator(".voice-note").count(), 0, "and goes on again by its owner's hand");
    await page.click(".mic-button");
    await page.waitForSelector(mic("off"));
  });
});

test("an_announcement_takes_two_presses_and_reaches_everyone", async (t) => {
  t.req("AI-2.4-ウ");
  await withVoice(t, ["chat1", "chat_staff"], async (child, staff) => {
    t.eq(await child.locator(".announce").count(), 0, "a child has no announcement microphone");
    await staff.click(".announce");
    await staff.waitForSelector(".voice-ask");
    t.eq(await mics(staff), [0, 0], "it is said first that everyone will hear");
    await staff.screenshot({ path: "build/shots/91-voice-announce.png" });
    await staff.click(".voice-yes");
    await staff.waitForSelector(mic("on"));
    t.ok((await staff.innerText(".voice-where")).length > 6, "shown as long as it is on");
    const all = await isHeard(child, true);
    t.ok((all[4] ?? -200) > heardDb, "heard", `${all}`);
    t.ok(Math.max(...all.slice(0, 4)) < silentDb, "as an announcement", `${all}`);
    await staff.click(".announce");
    await staff.waitForSelector(mic("off"));
    t.eq((await mics(staff))[1], 0, "and given back");
  });
});

test("which_ways_work_is_told_in_plain_words", async (t) => {
  await withVoice(t, ["chat1"], async (page) => {
    await page.click(".voice-more");
    await page.click(".net-do");
    await page.waitForSelector("[data-verdict]");
    t.eq(await page.getAttribute("[data-verdict]", "data-verdict"), "good", "voice works");
    t.eq(
      await page.locator("[data-works]").evaluateAll((all) => all.map((one) => one.getAttribute("data-works"))), // prettier-ignore
      ["yes", "yes", "yes"],
      "UDP, TCP, the page's own line",
    );
    await page.setViewportSize(sizes.phone);
    await page.locator(".voice-panel").screenshot({ path: "build/shots/92-voice-net.png" });
    await page.waitForSelector('.voice[data-session="flows"]');
    t.ok(true, "and one's own session is there again");
  });
});

/** No way is open but the page's own: a filter that reads all TLS, a browser without WebRTC. */
function withoutRtc(): void {
  Reflect.deleteProperty(globalThis, "RTCPeerConnection");
}

/** WebRTC that is there and never comes through. */
function blockedRtc(): void {
  const set = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = async function (answer) {
    const text = (answer as RTCSessionDescriptionInit).sdp ?? "";
    const sdp = text.replace(/^(a=candidate:\S+ \d+ \S+ \d+ \S+) \d+ /gim, "$1 9 ");
    await (Reflect.apply(set, this, [{ type: "answer", sdp }]) as Promise<void>);
  };
}

async function wayKept(page: Page): Promise<string> {
  return (await page.evaluate(() => localStorage.getItem("ibasho.voice") ?? "")).split(" ")[0] ?? ""; // prettier-ignore
}

test("a_voice_goes_over_the_pages_own_line_when_no_other_is_open", async (t) => {
  t.req("AI-2.4-ア");
  await together(
    t,
    ["chat0", "chat1"],
    async (a, b) => {
      await come(a, blockedRtc);
      await come(b);
      t.eq([await wayKept(a), await wayKept(b)], ["ws", "rtc"], "each by what works there");
      t.eq([await mics(a), await mics(b)], [[0, 0], [0, 0]], "nobody is asked for a microphone"); // prettier-ignore
      await seen(b, "chat0");
      await a.click(".mic-button");
      await a.click(".voice-yes");
      await a.waitForSelector(mic("on"));
      t.eq(await mics(a), [1, 1], "it is on");
      const heard = await isHeard(b, true);
      t.ok(Math.max(...heard.slice(0, 3)) > heardDb, "one over WebRTC hears the tone", `${heard}`);
      await row(b, "chat0").locator(".speaks").waitFor();
      await a.click(".mic-button");
      await a.waitForSelector(mic("off"));
      t.eq((await mics(a))[1], 0, "the microphone is given back");
      t.ok(Math.max(...(await isHeard(b, false))) < silentDb, "off is silent");
      await b.click(".mic-button");
      await b.click(".voice-yes");
      await b.waitForSelector(mic("on"));
      const back = await isHeard(a, true);
      t.eq(back.length, 1, "one mix");
      t.ok(Math.max(...back) > heardDb, "and is heard over it", `${back}`);
      await a.screenshot({ path: "build/shots/94-voice-ws.png", fullPage: true });
      await row(a, "chat1").locator(".volume select").selectOption("0");
      t.ok(Math.max(...(await isHeard(a, false))) < silentDb, "whom one does not want is not sent");
      await row(a, "chat1").locator(".volume select").selectOption("100");
      t.ok(Math.max(...(await isHeard(a, true))) > heardDb, "and is heard again");
      await b.click(".mic-button");
      t.ok(Math.max(...(await isHeard(a, false))) < silentDb, "then silence");
    },
    { isCut: true, ...withMic },
  );
});

test("a_browser_without_webrtc_has_a_voice_and_keeps_the_microphone_off_after_a_cut", async (t) => {
  t.req("AI-2.4-ア");
  await together(
    t,
    ["chat0"],
    async (a) => {
      await come(a, withoutRtc);
      await a.click(".mic-button");
      await a.click(".voice-yes");
      await a.waitForSelector(mic("on"));
      await a.context().setOffline(true);
      await a.waitForSelector(mic("off"));
      t.eq((await mics(a))[1], 0, "a line that breaks turns it off");
      await a.context().setOffline(false);
      await a.waitForSelector('.voice[data-session="flows"]');
      await a.waitForSelector('[data-note="off"]');
      t.eq([await a.locator(mic("off")).count(), (await mics(a))[1]], [1, 0], "and it stays off");
    },
    { isCut: true, ...withMic },
  );
});

test("when_webrtc_dies_the_pages_own_line_takes_over_with_the_microphone_off", async (t) => {
  t.req("AI-2.4-ア");
  await together(
    t,
    ["chat0", "chat1"],
    async (a, b) => {
      await come(a);
      await come(b);
      await a.click(".mic-button");
      await a.click(".voice-yes");
      await a.waitForSelector(mic("on"));
      await a.evaluate(() => {
        const peer = (globalThis as unknown as { watched: Watched }).watched.peers.at(-1);
        peer?.close(); // tells nobody: said for it
        peer?.dispatchEvent(new Event("connectionstatechange"));
      });
      await a.waitForSelector(mic("off"));
      await a.waitForSelector('[data-note="off"]');
      t.eq((await mics(a))[1], 0, "given back, and said");
      await a.waitForSelector('.voice[data-session="flows"]');
      t.eq(await wayKept(a), "rtc", "another day begins with the better one");
      await a.click(".mic-button");
      await a.waitForSelector(mic("on"));
      t.ok(Math.max(...(await isHeard(b, true))) > heardDb, "heard again after a press");
      t.ok(
        await a.evaluate(() =>
          performance.getEntriesByType("resource").some(({ name }) => /opus-\w+\.wasm/.test(name)),
        ),
        "over the page's own line, whose code came only now",
      );
    },
    { isCut: true, ...withMic },
  );
});

async function until(driver: WebDriver, expression: string, what: string): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    if (await driver.get(expression)) return;
    await new Promise((go) => setTimeout(go, 150));
  }
  throw new Error(`not within 30 s: ${what}`);
}

/** Hears the tone in a browser that is driven from outside: an ear at what Web Audio is about to play. */
const hearIt = `(() => {
  const make = AudioContext.prototype.createMediaStreamDestination;
  AudioContext.prototype.createMediaStreamDestination = function () {
    const [made, ear] = [make.call(this), this.createAnalyser()];
    ear.fftSize = 4096;
    ear.smoothingTimeConstant = 0;
    globalThis.sink = made;
    const join = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (to, ...more) {
      if (to === made) join.call(this, ear);
      return join.call(this, to, ...more);
    };
    globalThis.most = -200;
    setInterval(() => {
      const bins = new Float32Array(ear.frequencyBinCount);
      ear.getFloatFrequencyData(bins);
      const at = Math.round((${toneHz} * ear.fftSize) / this.sampleRate);
      globalThis.most = Math.max(globalThis.most, ...bins.slice(at - 1, at + 2));
    }, 40);
    return made;
  };
})()`;

test("a_voice_is_heard_in_webkit_over_the_pages_own_line", async (t) => {
  t.req("AI-2.4-ア AI-2.1-イ");
  const there = (selector: string): string =>
    `document.querySelector(${JSON.stringify(selector)}) !== null`;
  await withVoice(t, ["chat0"], async (a) => {
    await inWebKit(async (driver) => {
      const child = login(at, "chat1");
      await driver.goto(`${at.url}/`);
      await until(driver, there("#login"), "the way in");
      await driver.type("#login", child.login);
      await driver.type("#password", child.password);
      await driver.click("form .button");
      await until(driver, there(".home"), "my page");
      await driver.get(`(delete globalThis.RTCPeerConnection, ${hearIt})`);
      await driver.get('void (location.hash = "#/place/floor/plaza")');
      await until(driver, there(".spot-form"), "spots");
      await driver.clickOn("document.querySelector('.choice-list .choice:nth-child(2)')");
      await driver.clickOn("document.querySelector('.spot-form .button')");
      await until(driver, there('.voice[data-session="flows"]'), "voice");
      t.eq(await driver.get("localStorage.getItem('ibasho.voice')"), null, "there was no choice");
      t.ok(Number(await driver.get("globalThis.most")) < silentDb, "nobody speaks");
      await a.click(".mic-button");
      await a.click(".voice-yes");
      await a.waitForSelector(mic("on"));
      await driver.clickOn("document.querySelector('.voice-row')"); // a browser may want a press before it plays
      await until(driver, `globalThis.most > ${heardDb}`, "the tone");
      t.ok(true, "and is heard");
      await driver.picture("build/shots/95-voice-webkit.png");
      await a.click(".mic-button");
      await driver.click(".leave");
      await until(driver, there(".floors"), "the entrance");
    });
  });
});
