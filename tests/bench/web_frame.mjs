// node tests/bench/web_frame.mjs URL LOGIN PASSWORD - one child on the plaza in the map view among the others:
// the work of the page's main thread a frame, and the heap.
//
// What is counted. A frame is what lies between two pictures of the map that were begun (FireAnimationFrame of
// the thread that draws). Its work is every task that began in it on CrRendererMain of the page: script,
// messages, timers, style, layout, paint, commit, garbage; by the thread's own clock (tdur), so that waiting
// for a core is no work. The browser draws without a GPU (--disable-gpu): a canvas of the page's own thread would be
// rastered on it within "Commit" and be counted. The map draws on a thread of its own instead; what that
// one works (raster in software included) is given beside, the compositor's not. The
// heap is the page's own; that of the drawing's thread cannot be asked for here and is not in it.
//
// Four times slower. Chromium's throttle (Emulation.setCPUThrottlingRate) interrupts the main thread every
// 200 us and has it spin for three times what passed since, by the wall clock: so tdur holds it, but on a busy
// machine being out of the core is multiplied as well, and the spinning goes on between tasks. Therefore
// two measurements, each SECONDS long: `clock`, unthrottled, times four; and `throttled`, under the
// throttle, as it is. The first does not depend on what else the machine does and is the figure; the second
// is said beside it.
import { createRequire } from "node:module";

const { chromium } = createRequire(`${process.cwd()}/node/web/`)("playwright-core");
const [url, login, password] = process.argv.slice(2);
const seconds = 12;
const slower = 4;

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
const context = await browser.newContext({
  viewport: { width: 1180, height: 820 },
  locale: "ja-JP",
  ignoreHTTPSErrors: true,
});
context.setDefaultTimeout(30_000);
const page = await context.newPage();
await page.goto(url);
await page.fill("#login", login);
await page.fill("#password", password);
await page.click(".sign-in form .button");
await page.waitForSelector(".home");
await page.goto(`${url}/#/place/floor/plaza`);
try {
  await page.waitForSelector(".spot-form");
} catch {
  console.error(page.url(), (await page.innerText("body")).replace(/\s+/g, " ").slice(0, 400));
  process.exit(1);
}
await page.locator(".choice-list .choice").nth(1).click();
await page.click(".spot-form .button");
await page.waitForSelector(".areas-here");
if ((await page.locator(".map").count()) === 0) await page.click(".view-switch");
await page.waitForSelector(".map");
await page.waitForTimeout(3000);
const people = Number(await page.locator("[data-count]").innerText().catch(() => "0"));

const session = await context.newCDPSession(page);
const clock = await measured(1);
const walking = await walked(measured);
const throttled = await measured(slower);
await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
const quality = await page.locator(".map").evaluate((map) => map.width / map.clientWidth);
await session.send("HeapProfiler.enable");
const { usedSize } = await session.send("Runtime.getHeapUsage");
await browser.close();
console.log(JSON.stringify({ people, slower, clock, walking, throttled, quality, heap_mb: usedSize / 1e6 }));

/** The same while the reader walks about by keys, so that the camera goes with them. */
async function walked(measure) {
  await page.locator(".map").focus();
  let isOn = true;
  const legs = (async () => {
    for (let i = 0; isOn; i++) {
      const key = i % 2 === 0 ? "ArrowLeft" : "ArrowRight";
      await page.keyboard.down(key);
      await page.waitForTimeout(1500);
      await page.keyboard.up(key);
    }
  })();
  const got = await measure(1);
  isOn = false;
  await legs;
  return got;
}

async function measured(rate) {
  await session.send("Emulation.setCPUThrottlingRate", { rate });
  await page.waitForTimeout(1000);
  const events = [];
  const collect = ({ value }) => events.push(...value);
  session.on("Tracing.dataCollected", collect);
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: {
      includedCategories: ["devtools.timeline", "disabled-by-default-devtools.timeline", "__metadata"],
    },
  });
  await page.waitForTimeout(seconds * 1000);
  const ended = new Promise((go) => session.once("Tracing.tracingComplete", go));
  await session.send("Tracing.end");
  await ended;
  session.off("Tracing.dataCollected", collect);
  return figures(events);
}

function figures(events) {
  const idOf = ({ pid, tid }) => `${pid}/${tid}`;
  const drawings = events.filter((one) => one.name === "FireAnimationFrame" && one.ph === "X");
  const counts = new Map();
  for (const one of drawings) counts.set(idOf(one), (counts.get(idOf(one)) ?? 0) + 1);
  const drawer = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  if (drawer === undefined) throw new Error("nothing was drawn");
  const main = events
    .filter((one) => one.name === "thread_name" && one.args.name === "CrRendererMain")
    .map(idOf)
    .find((id) => id.split("/")[0] === drawer.split("/")[0]);
  const begins = drawings.filter((one) => idOf(one) === drawer).map((one) => one.ts).sort((a, b) => a - b);
  const work = (thread) => {
    const tasks = events.filter((one) => one.name === "RunTask" && one.ph === "X" && idOf(one) === thread);
    const clockless = tasks.filter((one) => one.tdur === undefined && one.dur > 100).length;
    if (clockless > 0) throw new Error(`${clockless} tasks without the thread's clock`);
    const ms = new Array(begins.length - 1).fill(0);
    let at = 0;
    for (const { ts, tdur = 0 } of tasks.sort((a, b) => a.ts - b.ts)) {
      while (at + 1 < begins.length && begins[at + 1] <= ts) at++;
      if (ts >= begins[0] && at < ms.length) ms[at] += tdur / 1000;
    }
    ms.sort((a, b) => a - b);
    const part = (of) => ms[Math.min(ms.length - 1, Math.floor(ms.length * of))];
    return { p50_ms: part(0.5), p95_ms: part(0.95), p99_ms: part(0.99) };
  };
  return {
    frames: begins.length - 1,
    has_own_thread: main !== drawer,
    main: work(main),
    drawer: work(drawer),
  };
}
