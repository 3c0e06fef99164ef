// node tests/bench/web_frame.mjs URL LOGIN PASSWORD - one child on the plaza in the map view at a quarter of
// the CPU, for ten seconds: work of the main thread a frame (thread clock, 95 % of frames), heap.
import { createRequire } from "node:module";

const { chromium } = createRequire(`${process.cwd()}/node/web/`)("playwright-core");
const [url, login, password] = process.argv.slice(2);
const seconds = 10;

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
const events = [];
session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
await page.waitForTimeout(1000);
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
await session.send("HeapProfiler.enable");
const { usedSize, totalSize } = await session.send("Runtime.getHeapUsage");
await browser.close();

// The renderer whose main thread drew most frames is the page's.
const drawn = events.filter((one) => one.name === "FireAnimationFrame");
const threads = new Map();
for (const { pid, tid } of drawn) threads.set(`${pid}/${tid}`, (threads.get(`${pid}/${tid}`) ?? 0) + 1);
const [main] = [...threads].sort((a, b) => b[1] - a[1])[0] ?? [];
const of = (name) =>
  events.filter((one) => one.name === name && `${one.pid}/${one.tid}` === main).sort((a, b) => a.ts - b.ts);
const begins = of("FireAnimationFrame").map((one) => one.ts);
const tasks = of("RunTask").filter((one) => one.ph === "X");
const work = new Array(Math.max(0, begins.length - 1)).fill(0);
let at = 0;
for (const { ts, dur = 0, tdur = dur } of tasks) {
  while (at + 1 < begins.length && begins[at + 1] <= ts) at++;
  if (begins.length > 1 && ts >= begins[0] && at < work.length) work[at] += tdur / 1000;
}
work.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    frames: work.length,
    people,
    p50_ms: work[Math.floor(work.length * 0.5)] ?? null,
    p95_ms: work[Math.floor(work.length * 0.95)] ?? null,
    heap_mb: usedSize / 1e6,
    heap_total_mb: totalSize / 1e6,
  }),
);
