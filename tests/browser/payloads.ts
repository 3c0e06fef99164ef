/** Whatever somebody writes is text and nothing else: three hundred payloads (payloads.txt) through every
 * field of the parts that children and staff write in, then looked at where a child and where staff read
 * them. A field may refuse one, in a plain sentence; what it takes stands there letter by letter. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { login, place, signedIn, Visit } from "./engine.ts";
import { suite, type T } from "./t.ts";
import { asked } from "./watch_made.ts";

const test = suite(import.meta.filename);
const town = () => place("payload"); // made when it is asked for
const nameOf = (who: string): string => login(town(), `afternoon_${who}`).display_name;

const payloads: readonly string[] = readFileSync("tests/browser/payloads.txt", "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("# "))
  .map((line) =>
    line.replace(/\\u([0-9a-f]{4})|\\U([0-9a-f]{8})|\\\\/g, (all, short?: string, long?: string) =>
      all === "\\\\" ? "\\" : String.fromCodePoint(parseInt(short ?? long ?? "", 16)),
    ),
  );

/** Signs that a field may refuse: these go alone, so that they take nothing else with them. */
const isOdd = (text: string): boolean =>
  /[\p{C}\p{Zl}\p{Zp}\p{Mn}\u3164\u115f\u2800\uffa0]/u.test(text);

/** Several in one text, as long as there is room. */
function packed(most: number): string[] {
  const texts: string[] = [];
  let now = "";
  for (const one of payloads.filter((one) => !isOdd(one) && [...one].length <= most)) {
    if (now !== "" && [...now].length + 3 + [...one].length > most) {
      texts.push(now);
      now = "";
    }
    now = now === "" ? one : `${now} | ${one}`;
  }
  return [...texts, now, ...payloads.filter((one) => isOdd(one) && [...one].length <= most)];
}

interface Answer {
  readonly text: string; // what was sent
  readonly shown: string; // as others read it; "" when nobody does
  readonly title: string; // of a refusal
}

/** A request for each text by whoever's page it is; `path` and `body` may hold "$" for the text. */
async function post(
  page: Page,
  path: string,
  body: object,
  field: string,
  texts: readonly string[],
): Promise<Answer[]> {
  return await page.evaluate(
    async ([path, body, field, texts]) => {
      const answers = [];
      for (const text of texts as string[]) {
        const sent = { id: crypto.randomUUID(), ...(body as object), [field as string]: text };
        const answer = await fetch(path as string, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(sent),
        });
        const said = await answer.text();
        const title = answer.ok ? "" : `${answer.status} ${said}`;
        answers.push({ text, shown: answer.ok ? text : "", title });
      }
      return answers;
    },
    [path, body, field, texts] as const,
  );
}

/** By a line of its own onto the plaza; says every text, as fast as the node lets one, to all or in a talk
 * with staff. */
async function say(page: Page, texts: readonly string[], isTalk: boolean): Promise<Answer[]> {
  const { ticket } = await asked<{ ticket: string }>(page, "POST", "/api/v1/ticket");
  return await page.evaluate(
    async ([ticket, texts, isTalk]) => {
      interface Seen {
        readonly seat: number;
        readonly is_staff: boolean;
      }
      const line = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`, [
        "ibasho.v1",
        `ticket.${String(ticket)}`,
      ]);
      line.binaryType = "arraybuffer";
      const waits = new Map<number, (got: Record<string, unknown>) => void>();
      let people: readonly Seen[] = [];
      await new Promise<void>((begun) => {
        line.onmessage = ({ data }) => {
          if (typeof data !== "string") {
            if (new Uint8Array(data as ArrayBuffer)[0] === 0) line.send(new Uint8Array([0]));
            return;
          }
          const got = JSON.parse(data) as Record<string, unknown>;
          if (got["ev"] === "hello") begun();
          if (got["ev"] === "floor.here") people = (got["of"] as { people: Seen[] }).people;
          if (typeof got["re"] === "number") waits.get(got["re"])?.(got);
        };
      });
      let n = 0;
      const command = (name: string, input: object): Promise<Record<string, unknown>> =>
        new Promise((done) => {
          waits.set(++n, done);
          line.send(`${name} ${n} ${JSON.stringify(input)}`);
        });
      const here = await command("place.enter", { floor: "plaza", rung: "text" });
      if (here["ok"] === undefined) throw new Error(JSON.stringify(here));
      while (people.length === 0) await new Promise((go) => setTimeout(go, 20));
      const seat = people.find((one) => one.is_staff)?.seat;
      let where = {};
      if (isTalk === true) {
        const talk = await command("talk.ask", { seat });
        where = { talk: (talk["ok"] as { talk: string }).talk };
      }
      const answers = [];
      for (const [i, text] of (texts as string[]).entries()) {
        const to = isTalk === true || i % 2 === 0 ? {} : { to: seat };
        for (;;) {
          const input = { line: crypto.randomUUID(), text, ...where, ...to };
          const got = await command(isTalk === true ? "talk.say" : "chat.say", input);
          const ok = got["ok"] as { state: string; text: string } | undefined;
          const no = got["no"] as { code: string; title: string } | undefined;
          if (no?.code === "too-many") {
            await new Promise((go) => setTimeout(go, 300));
            continue;
          }
          answers.push({
            text,
            shown: ok?.state === "said" ? ok.text : "",
            title: ok === undefined ? JSON.stringify(no) : "",
          });
          break;
        }
      }
      Object.assign(globalThis, { leave: () => line.close() });
      return answers;
    },
    [ticket, texts, isTalk] as const,
  );
}

/** Without blanks and signs that nobody sees: a field may leave those out. */
const bare = (text: string): string =>
  text.normalize("NFKC").replace(/[\s\p{C}\p{Mn}\u3164\u115f\u1160\u2800\ufffd]/gu, "");

/** Nothing on the page became anything but text, and each of these stands there letter by letter. */
async function shows(t: T, page: Page, what: string, texts: readonly string[]): Promise<void> {
  const end = Date.now() + 15_000;
  let missing: readonly string[] = texts;
  while (missing.length > 0 && Date.now() < end) {
    const all = bare((await page.evaluate(() => document.body.textContent)) ?? "");
    missing = texts.filter((one) => !all.includes(bare(one)));
    if (missing.length > 0) await page.waitForTimeout(100);
  }
  t.eq(missing, [], `${what}: ${texts.length} texts, letter by letter`);
  const made = await page.evaluate(() => {
    const made = [...document.querySelectorAll(".given *:not(span, option)")]; // those are the page's own
    const wrong = made.map((one) => one.outerHTML);
    for (const one of document.querySelectorAll("body *")) {
      const hasHandler = [...one.attributes].some(({ name }) => name.startsWith("on"));
      const link = one.getAttribute("href") ?? one.getAttribute("action") ?? "";
      const isStrange = /^(iframe|object|embed|base|meta|marquee|template|math)$/.test(
        one.localName,
      );
      if (hasHandler || isStrange || /^\s*(javascript|data|vbscript|\/\/)/i.test(link))
        wrong.push(one.outerHTML);
    }
    for (const one of document.querySelectorAll(".given"))
      if (/[\u0000-\u0008\u000e-\u001f\u202a-\u202e\u2066-\u2069]/.test(one.textContent ?? ""))
        wrong.push(`turns what stands around it: ${one.textContent}`);
    return [...wrong, ...("pwned" in globalThis ? ["a script ran"] : [])];
  });
  t.eq(made, [], `${what}: nothing but text`);
}

/** What was refused was refused in words that a person can read, and that quote nothing. */
function plainly(t: T, what: string, answers: readonly Answer[], isStrict = true): string[] {
  const refused = answers.filter((one) => one.title !== "");
  const unclear = refused.filter(
    ({ title }) =>
      !/^(4\d\d )?\{.*"title":\s?"[^"]*[ぁ-ん]/.test(title) || /pwned|script>/.test(title),
  );
  t.eq(unclear, [], `${what}: each refusal is a plain sentence`);
  const plain = refused.filter(({ text }) => !isOdd(text)).map((one) => one.text);
  if (isStrict) t.eq(plain, [], `${what}: only hidden signs may be refused`);
  const codes = refused.map(({ title }) => /"code":\s?"([a-z-]+)"/.exec(title)?.[1] ?? "");
  const each = [...new Set(codes)].map(
    (code) => `${codes.filter((one) => one === code).length} ${code}`,
  );
  t.note(`${what}: ${answers.length - refused.length} taken, refused ${each.join(", ")}`);
  return answers.filter((one) => one.title === "").map((one) => one.text);
}

/** Pages of a list, to its end. */
async function toEnd({ page }: Visit, section: string): Promise<void> {
  const more = page.locator(`${section} button`, { hasText: /続きを見る|さらに前を見る/ });
  for (let i = 0; i < 20; i++) {
    const before = await page.locator(`${section} li`).count();
    if ((await more.count()) === 0) return;
    await more.click();
    await page.waitForFunction(
      ([section, before]) => document.querySelectorAll(`${section} li`).length > Number(before),
      [section, before] as const,
    );
  }
}

async function onto(visit: Visit): Promise<void> {
  const { page } = visit;
  await visit.open("#/place/floor/plaza");
  await visit.choose("light", "plain");
  await page.waitForSelector(".spot-form");
  await page.locator(".choice-list .choice").nth(1).click();
  await page.click(".spot-form .button");
  await page.waitForSelector(".inside [data-seat]");
}

interface Cast {
  readonly t: T;
  readonly child: Visit; // reads on the plaza
  readonly staff: Visit; // reads on the plaza
  readonly desk: Visit; // staff who write and look
  readonly board: Visit;
  readonly senders: readonly Visit[]; // children who write
  readonly accounts: readonly string[];
}

/** Lines to all, to one of the staff, and in talks of two. */
async function lines({ t, child, staff, senders }: Cast): Promise<Answer[]> {
  const texts = packed(190);
  const third = (i: number): string[] => texts.filter((_, at) => at % senders.length === i);
  const said = (await Promise.all(senders.map((one, i) => say(one.page, third(i), false)))).flat();
  const taken = plainly(t, "open and addressed lines", said);
  const shown = said.map((one) => one.shown).filter((one) => one !== "");
  await shows(t, child.page, "a child reads lines of others", shown);
  await shows(t, staff.page, "staff read them as written", taken);
  for (const { page } of senders)
    await page.evaluate(() => (globalThis as unknown as { leave: () => void }).leave());
  return said;
}

async function talks({ t, staff, senders }: Cast): Promise<void> {
  const texts = packed(190);
  const third = (i: number): string[] => texts.filter((_, at) => at % senders.length === i);
  const each = await Promise.all(senders.map((one, i) => say(one.page, third(i), true)));
  const taken = each.map((one, i) => plainly(t, `a talk of two, ${i + 1}`, one));
  for (const i of senders.keys()) {
    const name = nameOf(["b", "c", "d"][i] ?? "");
    await staff.page.locator(".chat-tabs button", { hasText: name }).click();
    await shows(t, staff.page, `staff read the talk with ${i + 1}`, taken[i] ?? []);
  }
  for (const { page } of senders)
    await page.evaluate(() => (globalThis as unknown as { leave: () => void }).leave());
}

/** What staff write down, where staff read it. */
async function notes({
  t,
  desk,
  accounts: [b = "", c = "", d = ""],
  senders,
}: Cast): Promise<void> {
  const { page } = desk;
  const send = (path: string, body: object, field: string, most: number): Promise<Answer[]> =>
    post(page, path, body, field, packed(most));
  const contacts = plainly(t, "contact text", await send("/api/v1/contacts", { child: c, kind: "other" }, "text", 500)); // prettier-ignore
  const measure = { account: d, kind: "react", minutes: 1 };
  const reasons = plainly(t, "reason of a measure", await send("/api/v1/measures", measure, "reason", 400)); // prettier-ignore
  await desk.open(`#/child/${c}`);
  await page.waitForSelector("section:has(> #child-contacts) li");
  await toEnd(desk, "section:has(> #child-contacts)");
  await shows(t, page, "a child's page: contacts", contacts);
  await desk.open(`#/child/${d}`);
  await page.waitForSelector("section:has(> #child-measures) li");
  await toEnd(desk, "section:has(> #child-measures)");
  await shows(t, page, "a child's page: reasons", reasons);

  const { incident } = await asked<{ incident: string }>(page, "POST", "/api/v1/incidents", {
    kind: "manual",
    account: b,
    urgency: 1,
    severity: 1,
    text: packed(500)[0],
  });
  const noted = plainly(t, "note of an incident", await send(`/api/v1/incidents/${incident}/act`, { act: "note" }, "text", 500)); // prettier-ignore
  await desk.open(`#/incident/${incident}`);
  await page.waitForSelector("#incident-steps");
  await shows(t, page, "an incident and its notes", [packed(500)[0] ?? "", ...noted]);

  const presser = senders[2]?.page;
  if (presser === undefined) throw new Error("nobody presses");
  const { sos } = await asked<{ sos: string }>(presser, "POST", "/api/v1/sos", {});
  const answered = plainly(t, "note of a call for help", await send(`/api/v1/sos/${sos}/act`, { act: "answer" }, "text", 500)); // prettier-ignore
  const last = packed(500)[1] ?? "";
  await asked(page, "POST", `/api/v1/sos/${sos}/act`, { act: "close", text: last });
  await desk.open(`#/sos/${sos}`);
  await page.waitForSelector("#sos-steps");
  await shows(t, page, "a call for help and what was done", [...answered, last]);

  const handovers = packed(1900);
  await desk.open("#/console");
  await page.waitForSelector("#console-list");
  for (const text of handovers.slice(0, 8)) {
    const [one] = await post(page, "/api/v1/handovers", {}, "text", [text]);
    await page.reload();
    await page.waitForSelector("#handover-title");
    if (one?.title === "") await shows(t, page, "the note of the shift before", [text]);
  }
  plainly(t, "hand-over notes", await post(page, "/api/v1/handovers", {}, "text", handovers.slice(8))); // prettier-ignore
}

/** The line that staff warn about is quoted to its writer and stands in the incident. */
async function warned({ t, desk, senders, accounts: [b = ""] }: Cast): Promise<void> {
  interface Held {
    readonly items: readonly { readonly line: string; readonly account: string; readonly original: string }[]; // prettier-ignore
  }
  const { items } = await asked<Held>(desk.page, "GET", "/api/v1/held");
  const mine = items.filter((one) => one.account === b).slice(0, 4);
  t.ok(mine.length > 0, "some looked like an address and wait for staff");
  await desk.open("#/held");
  await shows(
    t,
    desk.page,
    "lines that wait",
    items.map((one) => one.original),
  );
  const { items: templates } = await asked<{ items: readonly { id: string }[] }>(desk.page, "GET", "/api/v1/warnings/templates"); // prettier-ignore
  for (const { line } of mine) {
    const given = { account: b, template: templates[0]?.id, line, urgency: 1, severity: 1 };
    await asked(desk.page, "POST", "/api/v1/warnings", given);
  }
  const reader = senders[0];
  if (reader === undefined) throw new Error("nobody reads");
  await onto(reader);
  await shows(t, reader.page, "a child is warned with the line quoted", mine.map((one) => one.original)); // prettier-ignore
  await reader.page.click(".leave");
}

/** Names that staff give: what is taken is shown to children and staff. */
async function names({ t, child, desk, senders, accounts: [b = ""] }: Cast): Promise<void> {
  const texts = payloads.filter((one) => [...one].length <= 40);
  const reader = senders[0];
  if (reader === undefined) throw new Error("nobody reads");
  await onto(reader);
  const given = await post(desk.page, "/api/v1/measures", { account: b, kind: "rename", reason: "確かめる" }, "name", texts); // prettier-ignore
  const taken = plainly(t, "names", given, false);
  const now = taken.at(-1);
  if (now !== undefined)
    for (const { page } of [child, reader])
      await shows(t, page, "the last name that was taken", [now]);
  await asked(desk.page, "POST", "/api/v1/measures", {
    account: b,
    kind: "rename",
    reason: "もどす",
    name: nameOf("b"),
  });
  await reader.page.click(".leave");
}

/** The municipality's own words: a list is taken whole or not at all, so what it refuses is taken out. */
async function terms({ t, board: { page }, board }: Cast): Promise<void> {
  let texts = payloads.filter(
    (one) => [...one].length <= 40 && !/[\u0000\n\r\u0085\u2028\u2029\ud800-\udfff]/u.test(one),
  );
  const all = texts.length;
  let isIn = false;
  let said = "";
  for (let i = 0; i < 300 && !isIn; i++) {
    const [answer] = await post(page, "/api/v1/words/import", { list: "allowed" }, "text", [texts.join("\n")]); // prettier-ignore
    said = answer?.title ?? "";
    isIn = said === "";
    if (isIn) break;
    const lines = [...(answer?.title ?? "").matchAll(/(\d+)行目/g)].map((one) => Number(one[1]));
    t.ok(lines.length > 0, "each refused word by its line", answer?.title.slice(0, 300));
    if (lines.length === 0) return;
    texts = texts.filter((_, at) => !lines.includes(at + 1));
  }
  t.ok(isIn, "and what is left is in force", said.slice(0, 600));
  t.note(`words of a list: ${texts.length} taken, ${all - texts.length} refused`);
  await board.open("#/words");
  await page.locator("section:has(> #words-allowed) .term").first().waitFor();
  await page.locator("section:has(> #words-allowed) > button.quiet-button").click(); // all of them
  const shown = texts.filter((one) => !one.startsWith("#"));
  await shows(t, page, "words of a list", shown);
}

/** Why somebody takes records out and what somebody searches for, in the list of those acts. */
async function acts({ t, board, board: { page } }: Cast): Promise<void> {
  const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, "");
  const span = { from: iso(Date.now() - 3600_000), to: iso(Date.now() + 60_000) };
  const export_ = { ...span, kinds: ["entry"], format: "csv" };
  const reasons = plainly(t, "reasons", await post(page, "/api/v1/log-exports", export_, "reason", packed(300))); // prettier-ignore
  const search = { ...span, reason: "台本のとおりか確かめるため" };
  const words = plainly(t, "words of a search", await post(page, "/api/v1/log-searches", search, "words", packed(100)), false); // prettier-ignore
  await board.open("#/logs");
  await page.waitForSelector("section:has(> #logs-list) li");
  await toEnd(board, "section:has(> #logs-list)");
  await shows(t, page, "what was taken out and searched for", [...reasons, ...words]);
}

test("three_hundred_payloads_are_text_in_every_field", async (t) => {
  t.ok(payloads.length >= 300, `${payloads.length} payloads`);
  const visits: Visit[] = [];
  const begin = async (who: string): Promise<Visit> => {
    const visit = await Visit.begin(town(), { state: await signedIn(town(), `afternoon_${who}`) });
    visits.push(visit);
    visit.page.on("dialog", (dialog) => {
      visit.faults.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await visit.open();
    await visit.choose("light", "plain");
    return visit;
  };
  try {
    const [child, staff, desk, board, ...senders] = await Promise.all(
      (["a", "place", "console", "board", "b", "c", "d"] as const).map(begin),
    );
    if (!child || !staff || !desk || !board) throw new Error("somebody is missing");
    const accounts = ["b", "c", "d"].map((who) => login(town(), `afternoon_${who}`).account ?? "");
    const cast = { t, child, staff, desk, board, senders, accounts };
    await Promise.all([onto(child), onto(staff)]);
    await lines(cast);
    await Promise.all([talks(cast), notes(cast)]);
    await warned(cast);
    await names(cast);
    await terms(cast);
    await acts(cast);
  } finally {
    for (const visit of visits) {
      t.eq(visit.faults, [], "no dialog, no script, no policy broken, no other host asked");
      await visit.context.close();
    }
  }
}, 300_000);
