/** One walk in each of the two other engines: Gecko (Firefox ESR over BiDi) and WebKit (MiniBrowser
 * over WebDriver, under a virtual screen). */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import puppeteer from "puppeteer-core";
import { login, place } from "./engine.ts";
import { suite, type T } from "./t.ts";

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

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === "object" && address !== null ? address.port : 0),
      );
    });
  });
}

/** WebDriver, as far as the walk needs it. */
class WebDriver implements Driver {
  private readonly base: string;
  private session = "";

  constructor(port: number) {
    this.base = `http://127.0.0.1:${port}`;
  }

  private async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${this.base}${this.session}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { value } = (await answer.json()) as { value: unknown };
    if (!answer.ok) throw new Error(`WebDriver ${path}: ${JSON.stringify(value).slice(0, 300)}`);
    return value;
  }

  async begin(binary: string): Promise<void> {
    const alwaysMatch = {
      acceptInsecureCerts: true,
      "webkitgtk:browserOptions": { binary, args: ["--automation"] },
    };
    const end = Date.now() + 20_000;
    for (;;)
      try {
        const { sessionId } = (await this.ask("POST", "/session", {
          capabilities: { alwaysMatch },
        })) as { sessionId: string };
        this.session = `/session/${sessionId}`;
        return;
      } catch (error) {
        if (!(error instanceof TypeError) || Date.now() > end) throw error; // not listening yet
        await new Promise((go) => setTimeout(go, 100));
      }
  }

  private async element(selector: string): Promise<string> {
    const found = (await this.ask("POST", "/element", {
      using: "css selector",
      value: selector,
    })) as Record<string, string>;
    return Object.values(found)[0] ?? "";
  }

  async goto(url: string): Promise<void> {
    await this.ask("POST", "/url", { url });
  }
  get(expression: string): Promise<unknown> {
    return this.ask("POST", "/execute/sync", { script: `return ${expression};`, args: [] });
  }
  async click(selector: string): Promise<void> {
    await this.ask("POST", `/element/${await this.element(selector)}/click`, {});
  }
  async type(selector: string, text: string): Promise<void> {
    await this.ask("POST", `/element/${await this.element(selector)}/value`, { text });
  }
  async end(): Promise<void> {
    if (this.session !== "") await this.ask("DELETE", "");
  }
}

/** A virtual screen; its number comes from the server itself. */
async function screen(): Promise<{ server: ChildProcess; display: string }> {
  const server = spawn(
    "Xvfb",
    ["-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
    {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    },
  );
  const display = await new Promise<string>((resolve, reject) => {
    server.on("exit", (status) => reject(new Error(`Xvfb ended with ${status}`)));
    server.stdio[3]?.once("data", (text: Buffer) => resolve(`:${text.toString().trim()}`));
  });
  return { server, display };
}

test("walk_in_webkit", async (t) => {
  t.req("AI-2.1-イ");
  const binary = ["4.1", "4.0", "6.0"]
    .map((version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`)
    .find(existsSync);
  t.ok(binary !== undefined, "MiniBrowser is installed");
  const { server, display } = await screen();
  const port = await freePort();
  const service = spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
    stdio: "ignore",
    env: {
      ...process.env,
      DISPLAY: display,
      LIBGL_ALWAYS_SOFTWARE: "1",
      WEBKIT_DISABLE_DMABUF_RENDERER: "1",
    },
  });
  const driver = new WebDriver(port);
  try {
    await driver.begin(binary ?? "");
    await walk(t, driver);
  } finally {
    await driver.end().catch(() => undefined);
    service.kill();
    server.kill();
  }
});
