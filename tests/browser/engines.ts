/** One walk in each of the two other engines: Gecko (Firefox ESR over BiDi) and WebKit (MiniBrowser
 * over WebDriver, under a virtual screen). */
import puppeteer, { type Page } from "puppeteer-core";
import { patienceMs } from "./cast.ts";
import { login, place } from "./engine.ts";
import { suite, type T } from "./t.ts";
import { inWebKit } from "./webkit.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

interface Driver {
  goto(url: string): Promise<void>;
  /** Runs an expression in the page. */
  get(expression: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  type(selector: string, text: string): Promise<void>;
}

async function until(driver: Driver, expression: string, what: string): Promise<void> {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    if (await driver.get(expression)) return;
    await new Promise((go) => setTimeout(go, 100));
  }
  throw new Error(`not within ${patienceMs} ms: ${what}`);
}

async function walk(t: T, driver: Driver): Promise<void> {
  const child = login(at, "child8");
  const there = (selector: string): string =>
    `document.querySelector(${JSON.stringify(selector)}) !== null`;
  await driver.goto(`${at.url}/`);
  await until(driver, there("#login"), "the way in");
  t.eq(
    await driver.get("document.querySelector('.town').textContent"),
    at.title_ja,
    "the first page names the place",
  );
  t.ok(
    Number(await driver.get("document.querySelectorAll('ruby rt').length")) > 0,
    "readings stand over the words",
  );
  t.ok(
    await driver.get("document.fonts.check('16px \"Ibasho Words\"', 'いばしょ')"),
    "in the page's own font",
  );
  t.ok(
    await driver.get("document.documentElement.scrollWidth <= innerWidth"),
    "nothing runs out at the side",
  );
  await driver.click(".bar-button");
  await driver.click("#display-panel .choice:nth-child(3)");
  await until(driver, "document.documentElement.dataset.form === 'easy'", "やさしい");
  await driver.click("#display-panel fieldset:nth-of-type(2) .choice:nth-child(2)");
  await until(driver, "document.documentElement.dataset.theme === 'dark'", "dark");
  t.ok(true, "words and colours follow the choice");
  await driver.click("#display-panel .quiet-button");
  await driver.type("#login", child.login);
  await driver.type("#password", child.password);
  await driver.click("form .button");
  await until(driver, there(".home"), "my page");
  t.ok(
    String(await driver.get("document.querySelector('.hello h1').textContent")).includes(
      child.display_name,
    ),
    "greeted by name",
  );
  await driver.goto(`${at.url}/#/me/devices`);
  await until(driver, there(".device"), "a part that comes later: my devices");
  t.eq(
    await driver.get("Object.keys(localStorage).join()"),
    "ibasho.display",
    "nothing but the choice is kept",
  );
  await driver.click(".bar-doors button:last-child");
  await until(driver, there(".sign-in .note"), "good-bye");
  t.eq(
    await driver.get(
      "document.documentElement.dataset.theme + ' ' + document.documentElement.dataset.form",
    ),
    "dark easy",
    "the choice is still there",
  );
}

async function inFirefox(run: (page: Page, driver: Driver) => Promise<void>): Promise<void> {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: "/usr/bin/firefox-esr",
    headless: true,
    acceptInsecureCerts: true, // the demo's own authority; who answers is proven by the other tests
    extraPrefsFirefox: { "network.dns.localDomains": new URL(at.url).hostname },
  });
  try {
    const page = await browser.newPage();
    await run(page, {
      goto: async (url) => void (await page.goto(url)),
      get: (expression) => page.evaluate(expression),
      click: (selector) => page.click(selector),
      type: (selector, text) => page.type(selector, text),
    });
  } finally {
    await browser.close();
  }
}

test("walk_in_firefox", async (t) => {
  t.req("AI-2.1-イ");
  await inFirefox((_, driver) => walk(t, driver));
});

const seen = (selector: string): string =>
  `(() => { const one = document.querySelector(${JSON.stringify(selector)});` +
  " return one !== null && one.getClientRects().length > 0; })()";

/** The entrance, a spot, the floor in words and as a map, and out again. */
async function visitPlace(t: T, page: Page, driver: Driver): Promise<void> {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (line) => line.type() === "error" && faults.push(line.text()));
  const look = async (name: string): Promise<void> =>
    void (await page.screenshot({ path: `build/shots/firefox-${name}.png` }));
  const child = login(at, "plaza_gecko");
  await page.setViewport({ width: 1024, height: 768 });
  await driver.goto(`${at.url}/`);
  await until(driver, seen("#login"), "the way in");
  await driver.type("#login", child.login);
  await driver.type("#password", child.password);
  await driver.click("form .button");
  await until(driver, seen(".home"), "my page");
  await driver.goto(`${at.url}/#/place`);
  await until(driver, seen(".floors a"), "the entrance");
  await look("lobby");
  await driver.click('.floors a[href="#/place/floor/plaza"]');
  await until(driver, seen(".spot-form"), "spots");
  await look("spot");
  await driver.click(".choice-list .choice:nth-child(2)");
  await driver.click(".spot-form .button");
  await until(driver, seen(".inside [data-seat]"), "on the floor");
  await until(driver, seen(".areas-here"), "with its areas");
  if (await driver.get(seen(".map"))) await driver.click(".view-switch");
  await until(driver, `!${seen(".map")}`, "in words");
  await look("words");
  await driver.click('[data-area="nook"] button');
  await until(driver, seen(".echo .note"), "on the way");
  await until(driver, seen('[data-area="nook"].area-mine'), "there");
  t.ok(true, "gone to an area by name");
  await driver.click(".view-switch");
  await until(driver, seen(".map"), "the map");
  const picture = "document.querySelector('.map').toDataURL()";
  const still = async (): Promise<string> => {
    let before = String(await driver.get(picture));
    for (let i = 0; i < 40; i++) {
      await new Promise((go) => setTimeout(go, 500));
      const now = String(await driver.get(picture));
      if (now === before) return now;
      before = now;
    }
    throw new Error("the map never comes to rest");
  };
  const first = await still();
  t.ok(first.length > 10_000, `a picture of ${first.length} characters`);
  await look("map");
  await page.focus(".map");
  await page.keyboard.down("ArrowUp");
  await new Promise((go) => setTimeout(go, 800));
  await page.keyboard.up("ArrowUp");
  const second = await still();
  t.ok(second !== first, "walked by a key");
  const box = await (await page.$(".map"))?.boundingBox();
  await page.mouse.click(
    (box?.x ?? 0) + (box?.width ?? 0) * 0.55,
    (box?.y ?? 0) + (box?.height ?? 0) * 0.5,
  );
  t.ok((await still()) !== second, "and by a press");
  t.ok(
    await driver.get("document.documentElement.scrollWidth <= innerWidth"),
    "nothing runs out at the side",
  );
  await driver.click(".letters");
  await until(driver, seen(".inside .choices"), "words and colours");
  await driver.click(".inside .choices fieldset:nth-of-type(2) .choice:nth-child(2)");
  await until(driver, "document.documentElement.dataset.theme === 'dark'", "dark");
  await look("map-dark");
  await driver.click(".leave");
  await until(driver, seen(".floors a"), "the entrance again");
  t.eq(faults, [], "and nothing failed or broke a policy on the way");
}

test("a_visit_to_the_place_in_firefox", async (t) => {
  t.req("AI-2.1-イ AI-2.2-イ");
  await inFirefox((page, driver) => visitPlace(t, page, driver));
});

test("walk_in_webkit", async (t) => {
  t.req("AI-2.1-イ");
  await inWebKit((driver) => walk(t, driver));
});
