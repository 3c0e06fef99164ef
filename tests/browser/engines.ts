/** One walk in each of the two other engines: Gecko (Firefox ESR over BiDi) and WebKit (MiniBrowser
 * over WebDriver, under a virtual screen). */
import puppeteer from "puppeteer-core";
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
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    if (await driver.get(expression)) return;
    await new Promise((go) => setTimeout(go, 100));
  }
  throw new Error(`not within 20 s: ${what}`);
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

test("walk_in_firefox", async (t) => {
  t.req("AI-2.1-イ");
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: "/usr/bin/firefox-esr",
    headless: true,
    acceptInsecureCerts: true, // the demo's own authority; who answers is proven by the other tests
    extraPrefsFirefox: { "network.dns.localDomains": new URL(at.url).hostname },
  });
  try {
    const page = await browser.newPage();
    await walk(t, {
      goto: async (url) => void (await page.goto(url)),
      get: (expression) => page.evaluate(expression),
      click: (selector) => page.click(selector),
      type: (selector, text) => page.type(selector, text),
    });
  } finally {
    await browser.close();
  }
});

test("walk_in_webkit", async (t) => {
  t.req("AI-2.1-イ");
  await inWebKit((driver) => walk(t, driver));
});
