/** WebKit: MiniBrowser over WebDriver, under a virtual screen of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";

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

/** WebDriver, as far as the tests need it. */
export class WebDriver {
  private readonly base: string;
  private session = "";

  constructor(port: number) {
    this.base = `http://127.0.0.1:${port}`;
  }

  private async ask(
    method: string,
    path: string,
    body?: unknown,
    limitMs = 60_000,
  ): Promise<unknown> {
    const answer = await fetch(`${this.base}${this.session}${path}`, {
      method,
      signal: AbortSignal.timeout(limitMs),
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
  /** Runs an expression in the page. */
  get(expression: string): Promise<unknown> {
    return this.ask("POST", "/execute/sync", { script: `return ${expression};`, args: [] });
  }
  async click(selector: string): Promise<void> {
    await this.press(await this.element(selector));
  }
  /** A note of the place may lie over the page for some seconds, or the page is still being laid out: a
   * reader waits, or taps it away. */
  private async press(element: string): Promise<void> {
    const ends = Date.now() + 20_000;
    for (;;)
      try {
        await this.ask("POST", `/element/${element}/click`, {});
        return;
      } catch (wrong) {
        if (!/click intercepted|not interactable/.test(String(wrong)) || Date.now() > ends)
          throw wrong;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
  }
  /** By the pointer, on what an expression finds in the page, scrolled to the middle as a reader would. */
  async clickOn(expression: string): Promise<void> {
    const found = (await this.get(
      `((one) => (one?.scrollIntoView({ block: "center" }), one))(${expression})`,
    )) as Record<string, string> | null;
    if (found === null) throw new Error(`nothing to click: ${expression}`);
    await this.press(String(Object.values(found)[0]));
  }
  async type(selector: string, text: string): Promise<void> {
    await this.ask("POST", `/element/${await this.element(selector)}/value`, { text });
  }
  async picture(path: string): Promise<void> {
    writeFileSync(path, Buffer.from((await this.ask("GET", "/screenshot")) as string, "base64"));
  }
  async end(): Promise<void> {
    if (this.session !== "") await this.ask("DELETE", "", undefined, 5000);
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

/** One MiniBrowser, ended whatever happens. */
export async function inWebKit(run: (driver: WebDriver) => Promise<void>): Promise<void> {
  const binary = ["4.1", "4.0", "6.0"]
    .map((version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`)
    .find(existsSync);
  if (binary === undefined) throw new Error("MiniBrowser is not installed");
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
    await driver.begin(binary);
    await run(driver);
  } finally {
    await driver.end().catch(() => undefined);
    service.kill();
    server.kill();
  }
}
