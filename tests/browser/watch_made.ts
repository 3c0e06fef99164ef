/** What those who watch have before them: a call for help, a line that is held, an incident; made by asking the
 * node as whoever is signed in, not on a screen. */
import type { Page } from "playwright-core";
import { type Place, signedIn, Visit } from "./engine.ts";

/** A request of the one whose page it is; a body gets an id of its own. */
export async function asked<T>(
  page: Page,
  method: string,
  path: string,
  body?: object,
): Promise<T> {
  const text = await page.evaluate(
    async ([method, path, body]) => {
      const sent = body === undefined ? undefined : { id: crypto.randomUUID(), ...body };
      const answer = await fetch(path as string, {
        method: method as string,
        ...(sent === undefined
          ? {}
          : { headers: { "content-type": "application/json" }, body: JSON.stringify(sent) }),
      });
      const text = await answer.text();
      if (!answer.ok)
        throw new Error(`${String(method)} ${String(path)}: ${answer.status} ${text}`);
      return text;
    },
    [method, path, body] as const,
  );
  return (text === "" ? {} : JSON.parse(text)) as T;
}

async function as<R>(at: Place, name: string, run: (page: Page) => Promise<R>): Promise<R> {
  const visit = await Visit.begin(at, { state: await signedIn(at, name) });
  try {
    await visit.open();
    return await run(visit.page);
  } finally {
    await visit.context.close();
  }
}

/** A child presses; the id of the call. */
export async function callForHelp(at: Place, name: string, kind: string): Promise<string> {
  const input = kind === "" ? {} : { kind };
  return await as(
    at,
    name,
    async (page) => (await asked<{ sos: string }>(page, "POST", "/api/v1/sos", input)).sos,
  );
}

/** Goes onto the plaza by a line of the page's own, and says something when there is a text; its state. */
async function goIn(page: Page, text: string): Promise<string> {
  const { ticket } = await asked<{ ticket: string }>(page, "POST", "/api/v1/ticket");
  return await page.evaluate(
    async ([ticket, text]) => {
      const line = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`, [
        "ibasho.v1",
        `ticket.${String(ticket)}`,
      ]);
      line.binaryType = "arraybuffer";
      const waits = new Map<number, (answer: Record<string, unknown>) => void>();
      const hello = new Promise<void>((done) => {
        line.onmessage = ({ data }) => {
          if (typeof data !== "string") {
            if (new Uint8Array(data as ArrayBuffer)[0] === 0) line.send(new Uint8Array([0]));
            return;
          }
          const got = JSON.parse(data) as Record<string, unknown>;
          if (got["ev"] === "hello") done();
          if (typeof got["re"] === "number") waits.get(got["re"])?.(got);
        };
      });
      await hello;
      let n = 0;
      const command = (name: string, input: object): Promise<Record<string, unknown>> =>
        new Promise((done) => {
          waits.set(++n, done);
          line.send(`${name} ${n} ${JSON.stringify(input)}`);
        });
      const here = await command("place.enter", { floor: "plaza", rung: "text" });
      if (here["ok"] === undefined) throw new Error(JSON.stringify(here));
      Object.assign(globalThis, { leave: () => command("place.leave", {}) });
      if (text === "") return "";
      const said = await command("chat.say", { line: crypto.randomUUID(), text });
      if (said["ok"] === undefined) throw new Error(JSON.stringify(said));
      return (said["ok"] as { state: string }).state;
    },
    [ticket, text] as const,
  );
}

/** A child is on the plaza, and has said something when there is a text, while `run` goes on. */
export async function saying<R>(
  at: Place,
  name: string,
  text: string,
  run: (state: string) => Promise<R>,
): Promise<R> {
  return await as(at, name, async (page) => {
    const result = await run(await goIn(page, text));
    await page.evaluate(() => {
      void (globalThis as unknown as { leave: () => unknown }).leave(); // whoever was put out is gone
    });
    return result;
  });
}

/** A child comes onto the plaza and stays as long as the browser runs. */
export async function staying(at: Place, name: string): Promise<void> {
  const visit = await Visit.begin(at, { state: await signedIn(at, name) });
  await visit.open();
  await goIn(visit.page, "");
}
