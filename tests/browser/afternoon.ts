/** An afternoon in a town of its own, as written down below: four children (one of them in WebKit), one of
 * the staff in the place, one at the console; then the night, and the Monday after. At the end the four logs
 * and the report of the week say what the script says, and nothing else. Without IBASHO_AFTERNOON_MIN nobody
 * waits for the clock; `make afternoon` takes its time. */
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import {
  allFour,
  forward,
  lookAt,
  mondayOf,
  type Rows,
  rowsOf,
  saved,
  weekMs,
} from "./afternoon_made.ts";
import { Kit, Line, patienceMs, until } from "./cast.ts";
import { login, type Login, place, signedIn, totp, Visit, visiting } from "./engine.ts";
import { linkTo, mailsTo } from "./notify.ts";
import { suite, type T } from "./t.ts";
import { inWebKit } from "./webkit.ts";

const test = suite(import.meta.filename);
const town = () => place("afternoon"); // made when it is asked for
const minutes = Number(process.env["IBASHO_AFTERNOON_MIN"] ?? "0");
const shots = "build/shots/afternoon";

type Child = "a" | "b" | "c" | "d";
type Who = Child | "place" | "console" | "board";
const loginOf = (who: Who): Login => login(town(), `afternoon_${who}`);
const nameOf = (who: Who): string => loginOf(who).display_name;

interface Seated {
  readonly page: Page;
  readonly line: Line;
  readonly visit: Visit;
}
interface Cast {
  readonly t: T;
  readonly a: Seated; // a tablet
  readonly b: Seated; // a phone
  readonly c: Kit; // WebKit
  readonly d: Seated; // a tablet
  readonly place: Seated; // staff, a laptop, in the place
  readonly console: Seated; // staff, a laptop, at the list
  readonly board: Seated;
  readonly kept: Map<"mails", number>; // what a later step looks back on
}

/** What the four logs must hold of a step. A line in the talk or to somebody has whom it is to. */
interface Logged {
  readonly entry?: readonly [kind: "入室" | "退室", why: string];
  readonly chat?: {
    readonly where: "フロア" | "ふたりの話";
    readonly to?: Who;
    readonly text: string;
    readonly shown: string; // as others read it
    readonly held?: "出さなかった";
  };
  readonly sign?: string;
}

interface Step {
  readonly min: number; // of a hundred and eighty
  readonly who: Who;
  readonly what: string; // names the picture, too
  readonly run: (cast: Cast) => Promise<void>;
  readonly logged?: Logged;
}

const rain = "きょうは雨だね。図書館で虫の本を読んだよ";
const wet = "わたしもかさをわすれて、ぬれちゃった";
const which = "どの虫がすき？";
const contact = "LINE交換しよ、でんわは 090-1234-5678";
const rude = "おまえなんかしね";
const masked = "おまえなんか＊＊";
const private1 = "ちょっと話してもいいですか";
const private2 = "もちろん。聞いているよ";
const crisis = "もうしにたい";
const crisisMasked = "もう＊＊＊＊";
const newName = "エナガ";
const mailbox = "afternoon.duty@example.jp";

const field = "#chat-field";
const lineOf = (page: Page, text: string) =>
  page.locator(".chat-log .chat-line").filter({ hasText: text }).first();
const person = (page: Page, name: string) =>
  page.locator(".person-list li", { hasText: name }).first();
const watched = (page: Page, who: Child) =>
  page.locator(".watch-row", { hasText: loginOf(who).login });

async function write(page: Page, text: string): Promise<void> {
  await page.fill(field, text);
  await page.locator(field).press("Enter");
}

async function reads(page: Page, text: string): Promise<void> {
  await lineOf(page, text).waitFor({ timeout: patienceMs });
}

/** By the mouse from the entrance onto the plaza, then to the words. */
async function comeIn({ page, visit }: Seated): Promise<void> {
  await visit.open();
  await visit.choose("light", "plain");
  await page.locator('a[href="#/place"]').first().click();
  await page.locator('.floors a[href="#/place/floor/plaza"]').click();
  await page.waitForSelector(".spot-form");
  await page.locator(".choice-list .choice").nth(1).click();
  await page.click(".spot-form .button");
  await page.waitForSelector(".inside [data-seat]");
  await page.waitForSelector(".areas-here");
  if ((await page.locator(".map").count()) > 0) await page.click(".view-switch");
  await page.waitForSelector(".map", { state: "detached" });
}

async function goOut({ page }: Seated): Promise<void> {
  await page.click(".leave");
  await page.waitForSelector(".floors");
}

/** At the console: what stands behind "more" of a row. */
async function more(page: Page, who: Child, door: string): Promise<void> {
  await page.goto(`${town().url}/#/console`);
  const row = watched(page, who);
  await row.locator("button", { hasText: "ほかの操作" }).click();
  await row.locator("button", { hasText: door }).click();
}

const script: readonly Step[] = [
  {
    min: 0,
    who: "place",
    what: "opens the plaza",
    logged: { entry: ["入室", ""] },
    run: ({ place }) => comeIn(place),
  },
  {
    min: 2,
    who: "console",
    what: "opens the list",
    run: async ({ console: { page, visit } }) => {
      await visit.open("#/console");
      await page.waitForSelector("#console-list");
      await visit.choose("light", "plain");
    },
  },
  {
    min: 5,
    who: "a",
    what: "comes in",
    logged: { entry: ["入室", ""] },
    run: async ({ t, a, console }) => {
      await comeIn(a);
      await watched(console.page, "a").waitFor();
      t.eq(a.line.naming(loginOf("place").login, 0), [], "a child is told no ID of others");
    },
  },
  {
    min: 8,
    who: "b",
    what: "comes in on a phone",
    logged: { entry: ["入室", ""] },
    run: async ({ a, b }) => {
      await comeIn(b);
      await person(a.page, nameOf("b")).waitFor();
    },
  },
  {
    min: 10,
    who: "c",
    what: "comes in in WebKit",
    logged: { entry: ["入室", ""] },
    run: async ({ a, c }) => {
      await c.open("#/place/floor/plaza");
      await c.seen(".spot-form");
      await c.click(".choice-list .choice:nth-child(2)");
      await c.click(".spot-form .button");
      await c.seen(".inside .person-here");
      await c.seen(".areas-here");
      if ((await c.driver.get("document.querySelector('.map') !== null")) === true)
        await c.click(".view-switch");
      await c.gone(".map");
      await person(a.page, nameOf("c")).waitFor({ timeout: patienceMs });
    },
  },
  {
    min: 12,
    who: "d",
    what: "comes in",
    logged: { entry: ["入室", ""] },
    run: async ({ a, d }) => {
      await comeIn(d);
      await person(a.page, nameOf("d")).waitFor();
    },
  },
  {
    min: 20,
    who: "a",
    what: "writes to all",
    logged: { chat: { where: "フロア", text: rain, shown: rain } },
    run: async ({ t, a, b, c, place }) => {
      await write(a.page, rain);
      await Promise.all([reads(b.page, rain), c.seen(".chat-line", rain), reads(place.page, rain)]);
      const said = await lineOf(place.page, rain).innerText();
      t.ok(said.includes(loginOf("a").login), "staff see the ID beside the name");
      t.eq(b.line.naming(loginOf("a").login, 0), [], "and children do not");
    },
  },
  {
    min: 25,
    who: "c",
    what: "answers in WebKit",
    logged: { chat: { where: "フロア", text: wet, shown: wet } },
    run: async ({ a, c }) => {
      await c.driver.type(field, wet);
      await c.click(".chat-form .button");
      await reads(a.page, wet);
    },
  },
  {
    min: 28,
    who: "b",
    what: "claps",
    logged: { sign: "はくしゅ" },
    run: async ({ t, a, b, c }) => {
      await b.page.locator('.sign-button[data-sign="clap"]').click();
      await person(a.page, nameOf("b")).locator('.sign-up[data-sign="clap"]').waitFor();
      await c.seen('.person-here:has(.sign-up[data-sign="clap"])', nameOf("b"));
      t.ok(true, "seen by two");
    },
  },
  {
    min: 30,
    who: "c",
    what: "shows a star in WebKit",
    logged: { sign: "すごい" },
    run: async ({ a, c }) => {
      await c.click('.sign-button[data-sign="star"]');
      await person(a.page, nameOf("c")).locator('.sign-up[data-sign="star"]').waitFor();
    },
  },
  {
    min: 35,
    who: "a",
    what: "asks one of them",
    logged: { chat: { where: "フロア", to: "b", text: which, shown: which } },
    run: async ({ t, a, b }) => {
      const row = person(a.page, nameOf("b"));
      await row.getByRole("button", { name: /この人に/ }).first().click(); // prettier-ignore
      await a.page.waitForFunction((field) => document.activeElement?.matches(field), field);
      await a.page.keyboard.type(which);
      await a.page.keyboard.press("Enter");
      await reads(b.page, which);
      const to = await lineOf(b.page, which).locator(".chat-to").innerText();
      t.ok(to.includes(nameOf("b")), "to whom is said", to);
    },
  },
  {
    min: 45,
    who: "d",
    what: "asks staff for a talk",
    logged: { chat: { where: "ふたりの話", to: "place", text: private1, shown: private1 } },
    run: async ({ t, d, place }) => {
      const row = person(d.page, nameOf("place"));
      await row.getByRole("button", { name: /ふたり/ }).click(); // prettier-ignore
      await d.page.locator(".chat-told").waitFor();
      const told = await d.page.innerText(".chat-told");
      t.ok(told.includes("スタッフ"), "that staff may read it is told first", told);
      await d.page.locator(".chat-told button").click();
      await write(d.page, private1);
      await place.page.locator(".chat-tabs button").nth(1).click();
      await reads(place.page, private1);
    },
  },
  {
    min: 47,
    who: "place",
    what: "answers in the talk",
    logged: { chat: { where: "ふたりの話", to: "d", text: private2, shown: private2 } },
    run: async ({ t, a, b, d, place }) => {
      await write(place.page, private2);
      await reads(d.page, private2);
      for (const other of [a, b])
        for (const text of [private1, private2])
          t.eq(other.line.naming(text, 0), [], "not a byte of it to anybody else");
    },
  },
  {
    min: 60,
    who: "b",
    what: "gives a number away",
    logged: { chat: { where: "フロア", text: contact, shown: "", held: "出さなかった" } },
    run: async ({ t, b }) => {
      await write(b.page, contact);
      const held = b.page.locator(".chat-held");
      await held.waitFor();
      const text = await held.innerText();
      t.ok(text.includes("スタッフ") || text.includes("見"), "told kindly what happens", text);
    },
  },
  {
    min: 63,
    who: "console",
    what: "keeps the line back and warns",
    run: async ({ t, a, b, d, console: { page } }) => {
      await page.goto(`${town().url}/#/held`);
      const card = page.locator("li.card", { hasText: nameOf("b") });
      await card.waitFor();
      t.ok((await card.innerText()).includes(contact), "staff read it as it was written");
      await card.getByText("届けず、注意も送る").click();
      await page.locator(".template-list .choice").first().click();
      await page.locator(".panel-act button.button").click();
      await page.getByText("に注意を送りました").waitFor();
      await card.waitFor({ state: "detached" });
      const care = b.page.locator(".care", { hasText: contact });
      await care.waitFor({ timeout: patienceMs });
      await b.page.locator(".chat-kept").waitFor();
      t.ok(true, "b reads the warning with the quoted line");
      for (const other of [a, d])
        t.eq(other.line.naming("1234-5678", 0), [], "not a byte of it ever to other children");
    },
  },
  {
    min: 64,
    who: "b",
    what: "has read the warning",
    run: async ({ t, b: { page } }) => {
      await page.locator(".care button").first().click();
      await page.locator(".care", { hasText: contact }).waitFor({ state: "detached" });
      t.ok(true, "and it goes away");
    },
  },
  {
    min: 75,
    who: "c",
    what: "writes a word that hurts",
    logged: { chat: { where: "フロア", text: rude, shown: masked } },
    run: async ({ t, a, c, place }) => {
      await c.driver.type(field, rude);
      await c.click(".chat-form .button");
      await reads(a.page, masked);
      t.eq(a.line.naming("しね", 0), [], "as many stars, and not a byte of the word");
      await place.page.locator(".chat-tabs button").first().click();
      await reads(place.page, masked);
      const said = await lineOf(place.page, masked).innerText();
      t.ok(said.includes(`もとのことば：${rude}`), "staff read it as it was written", said);
    },
  },
  {
    min: 77,
    who: "console",
    what: "gives another name",
    run: async ({ t, a, console: { page } }) => {
      await more(page, "c", "名前を変える");
      await page.fill("#measure-name", newName);
      await watched(page, "c").locator("button", { hasText: "本名や学校がわかる名前" }).click();
      await watched(page, "c").filter({ hasText: newName }).waitFor();
      await person(a.page, newName).waitFor();
      t.eq(await person(a.page, nameOf("c")).count(), 0, "the others see the new name alone");
    },
  },
  {
    min: 78,
    who: "c",
    what: "reads that the name is another",
    run: async ({ c }) => {
      await c.seen(".care", "なまえをかえました");
      await c.seen(".person-here", newName);
    },
  },
  {
    min: 90,
    who: "console",
    what: "has one rest for ten minutes",
    run: async ({ t, b, console: { page } }) => {
      await more(page, "b", "退室させる");
      await page.check("input[name=measure-length][value='10']");
      await watched(page, "b").locator("button", { hasText: "連絡先のやりとり" }).click();
      await page.locator(".watch-said", { hasText: "退室させました" }).waitFor();
      await b.page.waitForSelector("#login", { timeout: patienceMs });
      const note = await b.page.innerText(".sign-in .note");
      t.ok(note.includes("おやすみ") && note.includes("SOS"), "calmly, and who can be asked", note);
    },
  },
  {
    min: 90.5,
    who: "b",
    what: "is out",
    logged: { entry: ["退室", "見守りの人が退室させた"] },
    run: async ({ a }) => {
      await person(a.page, nameOf("b")).waitFor({ state: "detached" });
    },
  },
  {
    min: 92,
    who: "b",
    what: "signs in and reads until when",
    run: async ({ t, b: { page, visit } }) => {
      await visit.open();
      await visit.choose("light", "plain");
      await visit.signIn(loginOf("b"));
      await page.goto(`${town().url}/#/place`);
      const care = page.locator(".care", { hasText: /お休みする時間です。.*\d+時\d+分から/ });
      await care.waitFor();
      t.eq(await page.locator(".sos").count(), 1, "help stays one tap away");
    },
  },
  {
    min: 100,
    who: "d",
    what: "writes that it is too much",
    logged: { chat: { where: "ふたりの話", to: "place", text: crisis, shown: crisisMasked } },
    run: async ({ t, d: { page } }) => {
      await write(page, crisis);
      const card = page.locator(".care:has(.helplines)");
      await card.waitFor();
      t.ok((await card.innerText()).includes("0120"), "a card with whom to phone");
    },
  },
  {
    min: 101,
    who: "console",
    what: "reads the alert",
    run: async ({ t, console: { page } }) => {
      await page.goto(`${town().url}/#/console`);
      const alert = page.locator("a[href^='#/incident/']", { hasText: nameOf("d") }).first();
      await alert.click();
      await page.waitForSelector("#incident-steps");
      const said = page.locator("main", { hasText: crisis });
      await said.waitFor();
      t.ok((await said.innerText()).includes(loginOf("d").login), "who, and the line unmasked");
    },
  },
  {
    min: 103,
    who: "console",
    what: "notes a contact by one tap",
    run: async ({ t, console: { page } }) => {
      await page.goto(`${town().url}/#/console`);
      const row = watched(page, "d");
      await row.locator("button", { hasText: "声かけを記録" }).click();
      await page.locator(".watch-said", { hasText: "への声かけを記録しました" }).waitFor();
      await row.locator("button", { hasText: "ほかの操作" }).click();
      await row.locator("a[href^='#/child/']").click();
      const contacts = page.locator("section:has(> #child-contacts)");
      await contacts
        .locator("li", { hasText: nameOf("console") })
        .first()
        .waitFor();
      const text = await contacts.innerText();
      t.ok(text.includes(nameOf("console")), "it stands on the child's page", text);
    },
  },
  {
    min: 120,
    who: "a",
    what: "loads the page again",
    run: async ({ t, a: { page } }) => {
      await page.reload();
      for (const text of [rain, wet, which, masked]) await reads(page, text);
      const all = await page.locator(".chat-log .chat-line").allInnerTexts();
      t.ok(all.length === 4, "today's lines, each once", all.join(" | "));
      t.ok(!all.join().includes("1234"), "and what was kept back is not among them");
    },
  },
  {
    min: 150,
    who: "d",
    what: "ends the talk and goes",
    logged: { entry: ["退室", "本人が出た"] },
    run: async ({ d, place }) => {
      await d.page.locator(".chat").getByRole("button", { name: /おわる/ }).click(); // prettier-ignore
      await place.page.locator(".chat-tabs").waitFor();
      await goOut(d);
    },
  },
  {
    min: 155,
    who: "c",
    what: "goes",
    logged: { entry: ["退室", "本人が出た"] },
    run: async ({ c }) => {
      await c.click(".leave");
      await c.seen(".floors");
    },
  },
  {
    min: 160,
    who: "a",
    what: "goes and signs out",
    logged: { entry: ["退室", "本人が出た"] },
    run: async ({ a }) => {
      await goOut(a);
      await a.page.locator("header button", { hasText: "おわる" }).click();
      await a.page.waitForSelector("#login");
    },
  },
  {
    min: 165,
    who: "place",
    what: "goes last",
    logged: { entry: ["退室", "本人が出た"] },
    run: ({ place }) => goOut(place),
  },
  {
    min: 170,
    who: "board",
    what: "closes for today",
    run: async ({ board: { page, visit } }) => {
      await visit.open("#/hours");
      await page.waitForSelector(".closing");
      await visit.choose("light", "plain");
      await page.click(".closing summary");
      await page.fill("#close-message", "きょうはここまでです");
      await page.click(".closing form .button");
      await page.getByText("きょうはここまでです").first().waitFor();
    },
  },
  {
    min: 175,
    who: "d",
    what: "calls for help at night",
    run: async ({ t, d: { page, visit }, kept }) => {
      await visit.open();
      await page.getByText("きょうはここまでです").first().waitFor();
      kept.set("mails", mailsTo(mailbox).length);
      await page.locator(".sos").click();
      await page.locator('.sos-state[data-sos="waiting"]').waitFor();
      const said = await page.innerText(".sos-state");
      t.ok(said.includes("まだ"), "honest: nobody has seen it yet", said);
      t.ok((await page.innerText(".helplines")).includes("0120"), "and who can be phoned now");
    },
  },
  {
    min: 177,
    who: "console",
    what: "answers from the link of a mail",
    run: async ({ t, console: { page, visit }, d, kept }) => {
      await visit.open(await linkTo(mailbox, (kept.get("mails") ?? 0) + 1));
      await page.waitForSelector(".button-big");
      t.ok((await page.innerText("main")).includes(nameOf("d")), "who it is stands behind it");
      await page.click(".button-big");
      await page.getByText(`${nameOf("console")}が対応しています`).waitFor();
      await d.page.locator('.sos-state[data-sos="answered"]').waitFor({ timeout: patienceMs });
      t.ok(true, "and d knows that somebody is there");
      await page.fill("#sos-close", "電話で話した。あす登校前に会う");
      await page.click("form button");
      await page.locator("[role=status]", { hasText: "終わりました" }).waitFor();
    },
  },
];

/* --- how it is played ------------------------------------------------------------------------- */

interface Due {
  readonly who: Who;
  readonly logged: Logged;
  readonly fromMs: number;
  readonly toMs: number;
}

async function picture(cast: Cast, who: Who, path: string): Promise<void> {
  if (who === "c") return await cast.c.driver.picture(path);
  await cast[who].page.screenshot({ path, fullPage: true });
}

async function play(cast: Cast): Promise<Due[]> {
  const due: Due[] = [];
  const start = Date.now();
  for (const [i, { min, who, what, run, logged }] of script.entries()) {
    const waitMs = start + (min / 180) * minutes * 60_000 - Date.now();
    if (waitMs > 0) await new Promise((go) => setTimeout(go, waitMs));
    const fromMs = Date.now();
    try {
      await run(cast);
    } catch (error) {
      await picture(cast, who, `${shots}/failed.png`).catch(() => undefined);
      throw new Error(`${min} min, ${who} ${what}: ${String(error)}`, { cause: error });
    }
    const toMs = Date.now();
    if (logged !== undefined) due.push({ who, logged, fromMs, toMs });
    const name = `${String(i).padStart(2, "0")}-${who}-${what.replace(/\W+/g, "-")}`;
    await picture(cast, who, `${shots}/${name}.png`);
    cast.t.note(`${((fromMs - start) / 1000).toFixed(1)} s ${who} ${what}, ${toMs - fromMs} ms`);
  }
  return due;
}

/* --- what the records say --------------------------------------------------------------------- */

const toleranceMs = 2500; // a step is over when its page shows so; the row carries the node's time

function inTime(t: T, rows: Rows, due: readonly Due[], what: string): void {
  t.eq(
    due.filter(({ fromMs, toMs }, i) => {
      const ms = Date.parse(rows[i]?.["日時"] ?? "");
      return !(ms >= fromMs - toleranceMs && ms <= toMs + toleranceMs);
    }),
    [],
    `${what}: each at its time`,
  );
}

/** The name a row has today: one of them was given another. */
const today = (who: Who): string => (who === "c" ? newName : nameOf(who));

function compare(t: T, log: Readonly<Record<string, Rows>>, due: readonly Due[]): void {
  const { "entry.csv": entry = [], "chat.csv": chat = [], "reaction.csv": sign = [] } = log;
  const entryDue = due.filter((one) => one.logged.entry !== undefined);
  t.eq(
    entry.map((r) => [r["ID"], r["表示名"], r["できごと"], r["フロア"], r["退室・切断のわけ"]]),
    entryDue.map(({ who, logged: { entry } }) => [
      loginOf(who).login,
      today(who),
      entry?.[0],
      "plaza",
      entry?.[1],
    ]),
    "a: who came and went is the script, row by row",
  );
  inTime(t, entry, entryDue, "a");
  const chatDue = due.filter((one) => one.logged.chat !== undefined);
  t.eq(
    chat.map((r) => [
      r["書いた人のID"],
      r["どこで"],
      r["相手のID"],
      r["書かれた文"],
      r["ほかの人に見えた文"],
      r["見守りの人の判断"],
    ]),
    chatDue.map(({ who, logged: { chat: said } }) => [
      loginOf(who).login,
      said?.where,
      said?.to === undefined ? "" : loginOf(said.to).login,
      said?.text,
      said?.shown,
      said?.held ?? "",
    ]),
    "b: what was written, to whom, as written and as others read it",
  );
  t.eq(
    chat.map((r) => r["書いたときの名前"]),
    chatDue.map(({ who }) => nameOf(who)),
    "b: under the name of then",
  );
  inTime(t, chat, chatDue, "b");
  t.eq(log["voice.csv"], [], "c: nobody spoke");
  const signDue = due.filter((one) => one.logged.sign !== undefined);
  t.eq(
    sign.map((r) => [r["ID"], r["リアクション"], r["フロア"]]),
    signDue.map(({ who, logged }) => [loginOf(who).login, logged.sign, "plaza"]),
    "d: what was shown without words",
  );
  inTime(t, sign, signDue, "d");
}

/** On Monday morning it is there by itself; the board opens it. */
async function weekly(t: T, due: readonly Due[], startMs: number): Promise<void> {
  const mondayMs = mondayOf(startMs) + weekMs + 7 * 3600_000; // 7:00, an hour after it is due
  const byMs = mondayMs - Date.now();
  forward(town(), byMs);
  await visiting(t, town(), {}, async (visit) => {
    const { page } = visit;
    const { login, password, totp_secret } = loginOf("board");
    await visit.open();
    await page.fill("#login", login);
    await page.fill("#password", password);
    await page.click("form .button");
    await page.waitForSelector("#code");
    await page.fill("#code", totp(totp_secret, Date.now() + byMs));
    await page.click("form .button");
    await page.waitForSelector(".home");
    const door = page.locator("section:has(> #weekly-list) a.door", { hasText: "あなたあて" });
    await until("the report of the week was made", async () => {
      await visit.open("#/weekly");
      await page.waitForSelector("#weekly-list");
      await visit.choose("light", "plain");
      await visit.settled();
      return (await door.count()) > 0;
    });
    await door.first().click();
    await page.waitForSelector("#weekly-files");
    const press = (what: string) => () => page.locator("button", { hasText: what }).click();
    compareWeek(t, rowsOf(await saved(page, press("CSV"))), due);
    const text = lookAt(await saved(page, press("PDF")), `${shots}/weekly`);
    for (const word of ["様式：W-1", ...(["a", "b", "c", "d"] as const).map(today)])
      t.ok(text.includes(word), `the paper has ${word}`);
    const mine = page.locator("section:has(> #weekly-deliveries) li", { hasText: nameOf("board") });
    await mine.getByText(/に開いた/).waitFor();
    await page.screenshot({ path: `${shots}/90-board-reads-the-week.png`, fullPage: true });
    t.ok(true, "and it is known who opened it");
  });
}

/** Each child's lines: signed in so often, in the place from then to then. */
function compareWeek(t: T, csv: readonly (readonly string[])[], due: readonly Due[]): void {
  const second = (one: Due | undefined): number => (one?.toMs ?? 0) / 1000;
  for (const who of ["a", "b", "c", "d"] as const) {
    const mine = csv.filter(([id]) => id === loginOf(who).login);
    const [came, went] = due.filter((one) => one.who === who && one.logged.entry !== undefined);
    t.eq(
      mine.filter((row) => row[4] === "ログイン").length,
      who === "b" ? 2 : 1,
      `${who} signed in as often as the script says`,
    );
    const stays = mine.filter((row) => row[4] === "入退室");
    t.eq(
      stays.map((row) => [row[1], row[7]]),
      [[today(who), "退室"]],
      `${who} was there once`,
    );
    const [begin = 0, end = 0] = [5, 6].map(
      (at) => Date.parse(`${(stays[0]?.[at] ?? "").replace(" ", "T")}+09:00`) / 1000,
    );
    const isIn = Math.abs(begin - second(came)) < 8 && Math.abs(end - second(went)) < 8;
    t.ok(isIn, `${who} from then to then`, JSON.stringify(stays));
  }
}

/* --- before it begins ------------------------------------------------------------------------- */

/** The board has somebody called at night, by a mail that really arrives, and receives the report. */
async function prepare({ board, console: duty, t }: Cast): Promise<void> {
  const { page, visit } = board;
  await visit.open("#/notify");
  await visit.choose("light", "plain");
  await page.fill("#notify-person", nameOf("console"));
  await page.keyboard.press("Enter");
  await page.click(".found");
  await page.fill("#notify-address", mailbox);
  await page.click("form .button.wide");
  await duty.visit.open(await linkTo(mailbox, 1));
  await duty.page.waitForSelector("main .note");
  await visit.open("#/duty");
  const sos = page.locator("section:has(> #duty-sos)");
  await page.fill("#duty-sos-find", nameOf("console"));
  await page.press("#duty-sos-find", "Enter");
  await sos.locator(".found").first().click();
  await sos.locator("b", { hasText: nameOf("console") }).waitFor();
  await page.getByText("メールが届く", { exact: true }).first().waitFor();
  await visit.open("#/weekly");
  await page.fill("#weekly-person", nameOf("board"));
  await page.press("#weekly-person", "Enter");
  await page
    .locator(".found", { hasText: nameOf("board") })
    .first()
    .click();
  await page.check("input[name=weekly-way][value=screen]");
  await page.locator("form:has(#weekly-way) button[type=submit]").click();
  const receivers = page.locator("section:has(> #weekly-receivers) li", {
    hasText: nameOf("board"),
  });
  await receivers.waitFor();
  t.ok(true, "somebody is on duty at night");
}

const sizeOf = {
  a: { width: 1024, height: 768 },
  b: { width: 360, height: 740 },
  d: { width: 1180, height: 820 },
  place: { width: 1366, height: 768 },
  console: { width: 1366, height: 768 },
  board: { width: 1366, height: 768 },
} as const;

async function seat(who: Exclude<Who, "c">, visits: Visit[]): Promise<Seated> {
  const state = await signedIn(town(), `afternoon_${who}`);
  const visit = await Visit.begin(town(), { size: sizeOf[who], state });
  visits.push(visit);
  return { visit, page: visit.page, line: new Line(visit.page) };
}

async function signIn(kit: Kit): Promise<void> {
  await kit.open("");
  await kit.seen("#login");
  await kit.driver.type("#login", loginOf("c").login);
  await kit.driver.type("#password", loginOf("c").password);
  await kit.click("form .button");
  await kit.seen(".home");
}

test(
  "an_afternoon_is_as_it_is_written",
  async (t) => {
    t.req("AI-2.4-エ AI-2.4-オ AI-2.4-カ AI-2.5-ア AI-2.5-イ AI-2.5-ウ AI-2.5-エ AI-2.7-ア");
    t.req("AI-2.7-ウ-4 AI-4.4-カ-ハ-1a NI-2.3-b2 AI-4.6-ア-1");
    mkdirSync(shots, { recursive: true });
    const visits: Visit[] = [];
    let due: Due[] = [];
    const startMs = Date.now();
    await inWebKit(async (driver) => {
      const c = new Kit(driver, town());
      try {
        const [a, b, d, place, console, board] = await Promise.all([
          seat("a", visits),
          seat("b", visits),
          seat("d", visits),
          seat("place", visits),
          seat("console", visits),
          seat("board", visits),
          signIn(c),
        ]);
        const cast: Cast = { t, a, b, c, d, place, console, board, kept: new Map() };
        await prepare(cast);
        due = await play(cast);
        await logs(t, cast, due);
      } finally {
        for (const visit of visits) {
          t.eq(visit.faults, [], "no policy broken, no script failed, no other host asked");
          await visit.context.close();
        }
      }
    });
    await weekly(t, due, startMs);
  },
  (minutes + 8) * 60_000,
);

/** The four logs, by one of the board; another allows it. */
async function logs(t: T, { board }: Cast, due: readonly Due[]): Promise<void> {
  const state = await signedIn(town(), "afternoon_board2");
  await visiting(t, town(), { state }, async (second) => {
    compare(t, await allFour(board.visit, second), due);
  });
}
