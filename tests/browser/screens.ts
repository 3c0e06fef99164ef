/** Pages moved by a program that is no browser's (tests/lib/screens.py): one line of JSON asks, one answers. People
 * sit at pages by name; nothing here knows what a page is about. Started with IBASHO_BROWSER, as all of this house. */
import { createInterface } from "node:readline";
import type { Locator } from "playwright-core";
import { atOffice, closeChrome, login, place, sizes, Visit, type VisitOptions } from "./engine.ts";

interface Asked {
  readonly n: number;
  readonly op: string;
  readonly who: string;
  readonly at?: string; // whose node
  readonly as?: string; // by whose login; without: by cookies, or as nobody
  readonly office?: boolean;
  readonly size?: keyof typeof sizes;
  readonly form?: string; // of the words: "plain", "ruby" ...; without: as the node shows it
  readonly cookies?: Readonly<Record<string, string>>;
  readonly sel?: string;
  readonly text?: string; // only what has it
  readonly nth?: number;
  readonly is?: "visible" | "hidden" | "attached" | "detached";
  readonly how?: string; // a method of the page, of its clock or of what is found there
  readonly args?: readonly unknown[];
  readonly ms?: number;
}

const visits = new Map<string, Visit>();

function visit({ who }: Asked): Visit {
  const found = visits.get(who);
  if (found === undefined) throw new Error(`nobody sits there as ${who}`);
  return found;
}

async function come(asked: Asked): Promise<string> {
  const node = place(asked.at ?? "");
  const at = asked.office === true ? atOffice(node) : node;
  const options: VisitOptions = {
    size: sizes[asked.size ?? "laptop"],
    ...(asked.cookies === undefined
      ? {}
      : {
          state: { cookies: cookiesOf(at.url, asked.cookies), origins: [] },
          more: { userAgent: "tests" }, // a visit belongs to the kind of device that began it
        }),
  };
  const one = await Visit.begin(at, options);
  visits.set(asked.who, one);
  await one.open();
  if (asked.as !== undefined) await one.signIn(login(at, asked.as));
  if (asked.form !== undefined) await one.choose("light", asked.form);
  return one.page.url();
}

function cookiesOf(
  url: string,
  all: Readonly<Record<string, string>>,
): NonNullable<VisitOptions["state"]> extends { cookies: infer C } ? C : never {
  return Object.entries(all).map(([name, value]) => ({
    name,
    value,
    domain: new URL(url).hostname,
    path: "/",
    expires: -1,
    httpOnly: true,
    secure: url.startsWith("https:"),
    sameSite: "Strict" as const,
  }));
}

function found(asked: Asked): Locator {
  const all = visit(asked).page.locator(asked.sel ?? "body");
  const some = asked.text === undefined ? all : all.filter({ hasText: asked.text });
  return some.nth(asked.nth ?? 0);
}

/** A method by its name: what may be asked is whatever a page has. */
async function call(of: object, { how = "", args = [] }: Asked): Promise<unknown> {
  const method = (of as Record<string, unknown>)[how];
  if (typeof method !== "function") throw new Error(`no such method: ${how}`);
  const answer: unknown = await (method as (...all: readonly unknown[]) => unknown).apply(of, [
    ...args,
  ]);
  return ["string", "number", "boolean"].includes(typeof answer) || Array.isArray(answer)
    ? answer
    : null;
}

async function answer(asked: Asked): Promise<unknown> {
  switch (asked.op) {
    case "come":
      return await come(asked);
    case "open":
      await visit(asked).open(asked.text);
      return null;
    case "on":
      return await call(found(asked), asked);
    case "see":
      await found(asked).waitFor({
        state: asked.is ?? "visible",
        ...(asked.ms === undefined ? {} : { timeout: asked.ms }),
      });
      return null;
    case "page":
      return await call(visit(asked).page, asked);
    case "clock":
      return await call(visit(asked).page.clock, asked);
    case "settled":
      await visit(asked).settled();
      return null;
    case "faults":
      return visit(asked).faults.splice(0);
    case "away":
      await visit(asked).context.close();
      visits.delete(asked.who);
      return null;
    default:
      throw new Error(`not understood: ${asked.op}`);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as Asked;
  // Several are asked at once by several threads; each question has its answer's number.
  void answer(asked).then(
    (is) => console.log(JSON.stringify({ n: asked.n, is })),
    (error: unknown) => console.log(JSON.stringify({ n: asked.n, failed: String(error) })),
  );
}
await closeChrome();
