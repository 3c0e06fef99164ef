/** Chromium on the nodes under test: one visit is one fresh profile that notes whatever a page must not
 * do. What the nodes are comes from tests/browser/run as a file, named by IBASHO_BROWSER. */
import { createHash, createHmac } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:tls";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import type { T } from "./t.ts";

export interface Login {
  readonly login: string;
  readonly password: string;
  readonly totp_secret: string; // "" for a child
  readonly display_name: string;
  readonly account?: string; // of those that were made whole
}
export interface Place {
  readonly url: string;
  readonly office: string;
  readonly office_cert: string; // PEM
  readonly office_key: string;
  readonly admin_socket: string;
  readonly state: string; // the supervisor's table of pids
  readonly instance: string; // what ops/node knows it by
  readonly table: string; // the supervisor's programs
  readonly data: string; // its data directory
  readonly bin: string; // where `ibasho` is
  readonly title_ja: string;
  readonly logins: Readonly<Record<string, Login>>;
  readonly imports: Readonly<Record<string, string>>; // rosters handed in, by what became of them
  readonly mails?: string; // a file: each mail that arrived, a line of JSON
}

const given = JSON.parse(readFileSync(process.env["IBASHO_BROWSER"] ?? "", "utf8")) as Record<
  string,
  Place
>;

export function place(name: string): Place {
  const found = given[name];
  if (found === undefined) throw new Error(`tests/browser/run made no node ${name}`);
  return found;
}

export function hasPlace(name: string): boolean {
  return given[name] !== undefined;
}

/** The same node by its office listener, where the browser shows a client certificate. */
export function atOffice(at: Place): Place {
  return { ...at, url: at.office };
}

export function login(at: Place, name: string): Login {
  const found = at.logins[name];
  if (found === undefined) throw new Error(`tests/browser/run made no login ${name}`);
  return found;
}

/** How far the nodes' clock is ahead (tests/lib/clock.py); a browser's is then, too. */
const aheadMs = 1000 * Number(process.env["IBASHO_AHEAD_S"] ?? "0");

/** What the nodes take the time for. */
export function now(): number {
  return Date.now() + aheadMs;
}

/** Runs in a page before anything else does. */
function goAhead(byMs: number): void {
  const Here = Date;
  globalThis.Date = new Proxy(Here, {
    construct: (_, given: unknown[]) =>
      Reflect.construct(Here, given.length === 0 ? [Here.now() + byMs] : given) as Date,
    get: (_, name) =>
      name === "now" ? () => Here.now() + byMs : (Reflect.get(Here, name) as unknown),
  });
}

/** RFC 6238, six digits, 30 s, from a base32 secret. */
export function totp(secret: string, at = now()): string {
  const bits = [...secret]
    .map((one) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(one).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((one) => parseInt(one, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", key).update(step).digest();
  const from = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** SHA-256 of the public key that answers at a url: Chromium is told to trust exactly this one. */
async function pin(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return await new Promise((resolve, reject) => {
    const socket = connect({
      host: "127.0.0.1",
      port: Number(port),
      servername: hostname,
      rejectUnauthorized: false,
    });
    socket.on("error", reject);
    socket.on("secureConnect", () => {
      const key = socket
        .getPeerX509Certificate()
        ?.publicKey.export({ type: "spki", format: "der" });
      socket.destroy();
      resolve(
        createHash("sha256")
          .update(key ?? "")
          .digest("base64"),
      );
    });
  });
}

/** What every microphone of this browser hears: a tone that comes and goes as syllables do, so that nobody
 * takes it for noise. Only who is given one (`more: { permissions: ["microphone"] }`) has it. */
export const toneHz = 1100;

function toneFile(): string {
  const [hz, seconds] = [48_000, 4];
  const samples = new Int16Array(hz * seconds);
  for (let i = 0; i < samples.length; i++) {
    const envelope = Math.max(0, Math.sin((2 * Math.PI * 3 * i) / hz));
    samples[i] = 16_000 * envelope * Math.sin((2 * Math.PI * toneHz * i) / hz);
  }
  const head = Buffer.alloc(44); // RIFF, one channel of 16 bits
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(hz, 24);
  head.writeUInt32LE(2 * hz, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.byteLength, 40);
  mkdirSync("build/browser", { recursive: true });
  const path = `${process.cwd()}/build/browser/tone-${process.pid}.wav`;
  writeFileSync(path, Buffer.concat([head, Buffer.from(samples.buffer)]));
  return path;
}

let browser: Promise<Browser> | undefined;

/** One for all, also when several ask at the same time: a second would keep this program from ending. */
function chrome(): Promise<Browser> {
  return (browser ??= launch());
}

async function launch(): Promise<Browser> {
  const urls = Object.values(given)
    .map((one) => one.url)
    .filter((url) => url.startsWith("https:"));
  return await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-audio-capture=${toneFile()}`,
      `--ignore-certificate-errors-spki-list=${(await Promise.all(urls.map(pin))).join(",")}`,
    ],
  });
}

export async function closeChrome(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

export const sizes = {
  phone: { width: 320, height: 640 },
  tablet: { width: 1180, height: 820 }, // iPad, 10th generation
  upright: { width: 800, height: 1280 },
  laptop: { width: 1366, height: 768 }, // Windows and ChromeOS of the first GIGA years
} as const;

export interface VisitOptions {
  readonly size?: { readonly width: number; readonly height: number };
  readonly scale?: number;
  readonly state?: Awaited<ReturnType<BrowserContext["storageState"]>>;
  readonly more?: BrowserContextOptions;
}

export interface Authenticator {
  /** Whether the fingerprint will be the right one from now on. */
  readonly verify: (isUserVerified: boolean) => Promise<void>;
  readonly count: () => Promise<number>;
  readonly forget: () => Promise<void>;
}

/** One person at one fresh browser. */
export class Visit {
  readonly faults: string[] = [];
  readonly asked: string[] = []; // every url
  private nOpen = 0; // requests without an answer yet
  readonly at: Place;
  readonly context: BrowserContext;
  readonly page: Page;

  private constructor(at: Place, context: BrowserContext, page: Page) {
    this.at = at;
    this.context = context;
    this.page = page;
  }

  static async begin(
    at: Place,
    { size = sizes.tablet, scale = 1, state, more = {} }: VisitOptions = {},
  ): Promise<Visit> {
    const context = await (
      await chrome()
    ).newContext({
      viewport: size,
      deviceScaleFactor: scale,
      locale: "ja-JP",
      ...(state === undefined ? {} : { storageState: state }),
      ...(at.url !== at.office
        ? {}
        : {
            clientCertificates: [
              { origin: at.office, certPath: at.office_cert, keyPath: at.office_key },
            ],
          }),
      ...more,
    });
    context.setDefaultTimeout(30_000); // a busy machine is slow; when all is well nobody waits
    if (aheadMs !== 0) await context.addInitScript(goAhead, aheadMs);
    const page = await context.newPage();
    const visit = new Visit(at, context, page);
    await page.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      // A refusal by status is part of the talk with the node and is looked at where it matters.
      if (/^Failed to load resource: the server responded with a status of 4/.test(message.text()))
        return;
      visit.faults.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => visit.faults.push(`script: ${error.message}`));
    page.on("requestfinished", () => visit.nOpen--);
    page.on("requestfailed", () => visit.nOpen--);
    page.on("request", (request) => {
      visit.nOpen++;
      visit.asked.push(request.url());
      if (!request.url().startsWith(`${at.url}/`) && !/^(data|blob|about):/.test(request.url()))
        visit.faults.push(`another host: ${request.url()}`);
    });
    return visit;
  }

  async open(hash = ""): Promise<void> {
    await this.page.goto(`${this.at.url}/${hash}`);
    await this.page.waitForSelector("h1");
  }

  /** Waits until whatever the page asked for is there and drawn: nothing of it moves any more. A page
   * asks after it was drawn, so twice a picture is waited for, then looked again. */
  async settled(): Promise<void> {
    const end = Date.now() + 60_000;
    do {
      while (this.nOpen > 0) {
        if (Date.now() > end) throw new Error(`${this.nOpen} requests without an answer`);
        await new Promise((go) => setTimeout(go, 10));
      }
      await this.page.evaluate(async () => {
        for (let i = 0; i < 2; i++)
          await new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
      });
    } while (this.nOpen > 0);
  }

  /** Leaves whatever is shown, so that nothing of it can be taken for what comes next. */
  async leave(): Promise<void> {
    await this.page.goto("about:blank");
  }

  /** From the first page to my page, by the form; a code when one is asked for. */
  async signIn(who: Login): Promise<void> {
    await this.page.fill("#login", who.login);
    await this.page.fill("#password", who.password);
    await this.page.click("form .button");
    if (who.totp_secret !== "") {
      await this.page.waitForSelector("#code");
      await this.page.fill("#code", totp(who.totp_secret));
      await this.page.click("form .button");
    }
    await this.page.waitForSelector(".home");
  }

  /** As far as the password leads: to the second check or the first steps. */
  async givePassword(who: Login): Promise<void> {
    await this.page.fill("#login", who.login);
    await this.page.fill("#password", who.password);
    await this.page.click(".sign-in form .button");
    await this.page.waitForSelector(".note-card.way h1");
  }

  /** A device of the browser's own that holds passkeys and says yes to each. */
  async addAuthenticator(): Promise<Authenticator> {
    const cdp = await this.context.newCDPSession(this.page);
    await cdp.send("WebAuthn.enable");
    const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return {
      verify: async (isUserVerified) =>
        void (await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified })),
      count: async () =>
        (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length,
      forget: async () => void (await cdp.send("WebAuthn.clearCredentials", { authenticatorId })),
    };
  }

  /** Chooses by the controls of the header's panel, whether it is open or not. */
  async choose(theme: string, form: string): Promise<void> {
    await this.page.evaluate(
      ([theme, form]) => {
        const inputs = [...document.querySelectorAll<HTMLInputElement>("#display-panel input")];
        inputs[["plain", "ruby", "easy", "english"].indexOf(form ?? "")]?.click();
        inputs[4 + ["light", "dark", "quiet"].indexOf(theme ?? "")]?.click();
      },
      [theme, form],
    );
    await this.page.waitForFunction(
      ([theme, form]) =>
        document.documentElement.dataset["theme"] === theme &&
        document.documentElement.dataset["form"] === form,
      [theme, form],
    );
  }

  /** What stood on the page when something was waited for in vain: a time-out alone says too little. */
  async tellWhere(): Promise<void> {
    const shown = await this.page
      .evaluate(() => `${location.hash} ${document.querySelector("main")?.innerText ?? ""}`)
      .catch(() => "nothing: the page does not answer");
    console.log(`  shown: ${shown.replace(/\s+/g, " ").slice(0, 300)}`);
    console.log(`  unanswered: ${this.nOpen}; faults: ${this.faults.join(" / ").slice(0, 300)}`);
  }

  async end(t: T): Promise<void> {
    t.eq(this.faults, [], "no policy broken, no script failed, no other host asked");
    await this.context.close();
  }
}

/** Opens a visit, ends it whatever happens. */
export async function visiting(
  t: T,
  at: Place,
  options: VisitOptions,
  run: (visit: Visit) => Promise<void>,
): Promise<void> {
  const visit = await Visit.begin(at, options);
  try {
    await run(visit);
  } catch (error) {
    await visit.tellWhere();
    await visit.context.close();
    throw error;
  }
  await visit.end(t);
}

const states = new Map<
  string,
  { readonly state: NonNullable<VisitOptions["state"]>; readonly until: number }
>();
// A child's visit that is left alone ends after half an hour.
const leftAloneMs = 1_200_000;

/** The cookies of someone who has come in: a code is accepted once, so each signs in once, and again when
 * their visit was left alone for long. */
export async function signedIn(
  at: Place,
  name: string,
): Promise<NonNullable<VisitOptions["state"]>> {
  const key = `${at.url} ${name}`;
  const known = states.get(key);
  const until = Date.now() + leftAloneMs;
  if (known !== undefined && Date.now() < known.until) {
    states.set(key, { state: known.state, until });
    return known.state;
  }
  const visit = await Visit.begin(at);
  await visit.open();
  await visit.signIn(login(at, name)).catch(async (error: unknown) => {
    await visit.tellWhere();
    throw error;
  });
  const state = await visit.context.storageState();
  await visit.context.close();
  states.set(key, { state, until });
  return state;
}

const halves = new Map<
  string,
  { readonly state: NonNullable<VisitOptions["state"]>; readonly until: number }
>();
// The node gives a second check five minutes and the first steps an hour; an issued password opens once.
const secondLastsMs = 150_000;
const firstLastMs = 3_000_000;

/** The cookies of someone whose password was right and who has more to do. */
export async function halfIn(at: Place, name: string): Promise<NonNullable<VisitOptions["state"]>> {
  const known = halves.get(name);
  if (known !== undefined && Date.now() < known.until) return known.state;
  const visit = await Visit.begin(at);
  await visit.open();
  await visit.givePassword(login(at, name));
  const isFirst = (await visit.page.locator("#new-password, .ways").count()) > 0;
  const state = await visit.context.storageState();
  await visit.context.close();
  halves.set(name, { state, until: Date.now() + (isFirst ? firstLastMs : secondLastsMs) });
  return state;
}
