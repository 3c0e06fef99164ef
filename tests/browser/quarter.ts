/** A quarter of an hour in the place, as written down below: three children and one of the staff, each by
 * other means. At the end the record of entries and exits says what the script says. Without
 * IBASHO_QUARTER_MIN nobody waits for the clock; with 15 it is the real time (`make quarter`). */
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { first } from "../../node/web/src/words/first.ts";
import { home } from "../../node/web/src/words/home.ts";
import { place as words } from "../../node/web/src/words/place.ts";
import { Keys, Kit, Line, named, namedFor, patienceMs, until } from "./cast.ts";
import { login, place, signedIn, Visit, visiting } from "./engine.ts";
import { suite, type T } from "./t.ts";
import { inWebKit } from "./webkit.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
const minutes = Number(process.env["IBASHO_QUARTER_MIN"] ?? "0");
const shots = "build/shots/quarter";

type Who = "a" | "b" | "c" | "staff";
const loginOf = (who: Who) => login(at, `quarter_${who}`);
const nameOf = (who: Who): string => loginOf(who).display_name;

interface Seated {
  readonly page: Page;
  readonly line: Line;
  readonly visit: Visit;
}
interface Cast {
  readonly t: T;
  readonly a: Seated; // a tablet, by the mouse; words, then the map
  readonly b: Seated & { readonly keys: Keys }; // a phone, by keys and the accessibility tree alone
  readonly c: Kit; // WebKit
  readonly staff: Seated; // a laptop
  readonly kept: Map<string, number | string>; // what a later step looks back on
}

/** What the record must hold of a step, and by whom. */
type Logged = readonly [kind: "entry" | "move" | "exit", floor: string];

interface Step {
  readonly min: number; // of fifteen
  readonly who: Who;
  readonly what: string; // names the picture, too
  readonly run: (cast: Cast) => Promise<void>;
  readonly logged?: Logged;
}

const row = (page: Page, who: Who) =>
  page.locator(".person-list li", { hasText: nameOf(who) }).first();
const seen = (page: Page, who: Who): Promise<void> =>
  row(page, who).waitFor({ timeout: patienceMs });
const gone = (page: Page, who: Who): Promise<void> =>
  row(page, who).waitFor({ state: "detached", timeout: patienceMs });

async function inWords(page: Page): Promise<void> {
  await page.waitForSelector(".areas-here");
  if ((await page.locator(".map").count()) > 0) await page.click(".view-switch");
  await page.waitForSelector(".map", { state: "detached" });
}

/** By the mouse, from wherever the page is, onto a floor. */
async function choose(page: Page, spot: string | undefined, rung: 0 | 1 | 2): Promise<void> {
  await page.waitForSelector(".spot-form");
  if (spot !== undefined)
    await page.locator(".spot-form fieldset").first().locator(".choice", { hasText: spot }).click();
  await page.locator(".choice-list .choice").nth(rung).click();
  await page.click(".spot-form .button");
  await page.waitForSelector(".inside [data-seat]");
}

async function looks({ a, b }: Cast): Promise<void> {
  const { page } = a;
  const views = [
    ["words", ".view-switch"],
    ["map", ".view-switch"],
  ] as const;
  for (const [view, other] of views) {
    for (const theme of ["light", "dark", "quiet"])
      for (const [size, width, height] of [
        ["tablet", 1024, 768],
        ["phone", 360, 740],
      ] as const) {
        await page.setViewportSize({ width, height });
        await a.visit.choose(theme, "ruby");
        await a.visit.settled();
        await page.screenshot({ path: `${shots}/look-${view}-${theme}-${size}.png` });
      }
    await page.setViewportSize({ width: 1024, height: 768 });
    if (view === "words") {
      await page.click(other);
      await page.waitForSelector(".map");
    }
  }
  await a.visit.choose("light", "ruby");
  await b.visit.settled();
}

const script: readonly Step[] = [
  {
    min: 0,
    who: "staff",
    what: "opens the plaza",
    logged: ["entry", "plaza"],
    run: async ({ staff: { page } }) => {
      await page.goto(`${at.url}/#/place/floor/plaza`);
      await choose(page, undefined, 2);
      await inWords(page);
      await page.locator("#entries-title").waitFor();
    },
  },
  {
    min: 0.4,
    who: "a",
    what: "looks at the entrance",
    run: async ({ t, a: { page, line } }) => {
      await page.locator('a[href="#/place"]').first().click();
      await page.waitForSelector(".floors a");
      t.eq(line.spot(), undefined, "nobody is anywhere before they chose");
    },
  },
  {
    min: 0.8,
    who: "a",
    what: "chooses a spot before anybody sees",
    run: async ({ t, a: { page }, staff }) => {
      await page.locator('.floors a[href="#/place/floor/plaza"]').click();
      await page.waitForSelector(".spot-form");
      t.ok(
        await page.locator(".choice-list input").first().isChecked(),
        "the lowest rung is the default",
      );
      t.eq(staff.line.naming(nameOf("a"), 0), [], "and nobody was told of a child who chooses");
    },
  },
  {
    min: 1,
    who: "a",
    what: "enters the garden just looking",
    logged: ["entry", "plaza"],
    run: async ({ t, a: { page, line }, staff }) => {
      await choose(page, "かげの", 0);
      await inWords(page);
      await page.locator('[data-area="nook"].area-mine').waitFor();
      t.eq(await page.locator(".person-acts, .goto, .stick").count(), 0, "nothing to move with");
      const entry = staff.page.locator(".entry-list li", { hasText: nameOf("a") });
      await entry.waitFor();
      t.ok((await entry.innerText()).includes(loginOf("a").login), "staff are told, with the ID");
      t.ok((await entry.locator(".mark-first").count()) > 0, "and that it is the first time");
      t.eq(line.naming(loginOf("staff").login, 0), [], "a child is told no ID of others");
    },
  },
  {
    min: 1.5,
    who: "b",
    what: "comes in by keys",
    run: async ({ b: { keys } }) => {
      await keys.write(named(first.login), loginOf("b").login);
      await keys.write(named(first.password), loginOf("b").password);
      await keys.press("button", /^はいる$/);
      await keys.hears("heading", nameOf("b"));
      await keys.press("link", named(home.place));
      await keys.hears("heading", named(words.title));
    },
  },
  {
    min: 2,
    who: "b",
    what: "enters the plaza by keys",
    logged: ["entry", "plaza"],
    run: async ({ t, a, b: { keys } }) => {
      await keys.press("link", /^広場/);
      await keys.choose(named(words.today), named(words.rungText));
      await keys.press("button", named(words.enter));
      await keys.hears("heading", named(words.people));
      if (await keys.page.getByRole("application").count())
        await keys.press("button", named(words.toWords));
      await keys.hears("listitem", nameOf("a"));
      await seen(a.page, "b");
      t.ok(true, "in by keys, and both see each other");
    },
  },
  {
    min: 2.5,
    who: "c",
    what: "enters the plaza in WebKit",
    logged: ["entry", "plaza"],
    run: async ({ t, a, c }) => {
      await c.open("#/place/floor/plaza");
      await c.seen(".spot-form");
      await c.click(".choice-list .choice:nth-child(2)");
      await c.click(".spot-form .button");
      await c.seen(".inside .person-here");
      await c.seen(".areas-here");
      if ((await c.driver.get("document.querySelector('.map') !== null")) === true)
        await c.click(".view-switch");
      await c.gone(".map");
      await c.seen(".person-here", nameOf("a"));
      await seen(a.page, "c");
      t.ok(true, "WebKit is in and seen");
    },
  },
  {
    min: 3,
    who: "staff",
    what: "counts what everybody counts",
    run: async ({ t, a, b, staff }) => {
      const counts = async (page: Page): Promise<number> =>
        Number(await page.locator("[data-count]").innerText());
      await until("all pages count four", async () =>
        (await Promise.all([a, b, staff].map(({ page }) => counts(page)))).every((n) => n === 4),
      );
      t.ok(true, "four for everybody");
      for (const who of ["a", "b", "c"] as const) {
        const login = row(staff.page, who).locator(".login");
        // What is out of sight is not drawn and has no text; what came into sight has it a picture later.
        await row(staff.page, who).scrollIntoViewIfNeeded();
        await until(
          `staff see the ID of ${who}`,
          async () => (await login.innerText()) === loginOf(who).login,
        );
      }
      t.eq(await a.page.locator(".login, .entry-list, .lock").count(), 0, "children do not");
    },
  },
  {
    min: 3.5,
    who: "b",
    what: "goes near A by keys",
    run: async ({ t, a, b }) => {
      await b.keys.press("button", namedFor(words.goTo, nameOf("a")));
      await until("B's own line says that B goes to A", () => {
        const [mine, other] = [b.line.spot(), b.line.spot(nameOf("a"))];
        return (
          mine !== undefined &&
          other !== undefined &&
          Math.hypot(mine.x - other.x, mine.y - other.y) <= 250
        );
      });
      await row(a.page, "b").locator("[data-distance]", { hasText: "すぐ" }).waitFor({
        timeout: patienceMs,
      });
      t.ok(true, "A reads that B is right here");
    },
  },
  {
    min: 4,
    who: "b",
    what: "likes to be alone by keys",
    run: async ({ t, a, b }) => {
      await b.keys.choose(named(words.meTitle), named(words.stateAlone));
      await row(a.page, "b").locator(".state-alone").waitFor();
      await row(a.page, "b").locator(".person-state", { hasText: "づかないで" }).waitFor();
      t.ok(true, "A sees the wish to be alone, and for distance");
    },
  },
  {
    min: 4.5,
    who: "a",
    what: "climbs a rung",
    run: async ({ t, a: { page }, staff }) => {
      await page.click(".watching button");
      await page.waitForSelector(".watching", { state: "detached" });
      await row(staff.page, "a").getByText("リアクションまで").waitFor();
      t.ok(true, "one's own act, one step, and staff see it");
    },
  },
  {
    min: 5,
    who: "a",
    what: "waves to who likes to be alone",
    run: async ({ t, a, b }) => {
      const from = b.line.texts.length;
      await row(a.page, "b").getByRole("button").nth(1).click();
      await a.page.locator(".echo .note").waitFor();
      const said = await a.page.locator(".echo .note").innerText();
      t.ok(!said.includes("ふりました"), `A is told kindly: ${said.replace(/\s+/g, "")}`);
      t.eq(b.line.naming('"ev":"wave"', from), [], "B is left alone");
    },
  },
  {
    min: 5.5,
    who: "a",
    what: "is seen in every look and size",
    run: looks,
  },
  {
    min: 6,
    who: "a",
    what: "walks on the map by a tap and by keys",
    run: async ({ t, a: { page, line } }) => {
      const map = page.locator(".map");
      await map.scrollIntoViewIfNeeded();
      const box = await map.boundingBox();
      if (box === null) throw new Error("no map");
      const before = line.spot();
      await page.mouse.click(box.x + box.width * 0.62, box.y + box.height * 0.45);
      await until("the tap makes a walk", () => line.motion() === "walk");
      t.ok(line.spot()?.x !== before?.x, "to another spot");
      await map.focus();
      await until("the walk is over", () => line.isStanding());
      let moved = "";
      for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) {
        const from = JSON.stringify(line.spot()); // some ways are a wall's or a tree's
        await page.keyboard.down(key);
        moved = await until(key, () => JSON.stringify(line.spot()) !== from, 3000).then(
          () => key,
          () => "",
        );
        await page.keyboard.up(key);
        if (moved !== "") break;
      }
      t.ok(moved !== "", `a held key moves: ${moved}`);
      await until("and stands still when it is let go", () => line.isStanding());
    },
  },
  {
    min: 7,
    who: "c",
    what: "goes to another area in WebKit",
    run: async ({ t, c }) => {
      await c.click('[data-area="nook"] button');
      await c.seen('[data-area="nook"].area-mine');
      t.ok(true, "another area");
    },
  },
  {
    min: 7.5,
    who: "c",
    what: "takes a break in WebKit",
    run: async ({ t, a, c }) => {
      await c.click(".mine .choice:nth-child(4)");
      await inWords(a.page);
      await row(a.page, "c").locator(".state-break").waitFor({ timeout: patienceMs });
      t.ok(true, "seen by A");
    },
  },
  {
    min: 8,
    who: "c",
    what: "leaves silently",
    logged: ["exit", "plaza"],
    run: async ({ t, a, c }) => {
      await c.click(".leave");
      await c.seen(".floors");
      await gone(a.page, "c");
      t.ok(!(await a.page.innerText("[data-voice]")).includes(nameOf("c")), "nobody is told");
    },
  },
  {
    min: 8.5,
    who: "a",
    what: "goes to the lounge and climbs to text",
    logged: ["move", "lounge"],
    run: async ({ t, a: { page }, b, staff }) => {
      await page.locator('.way-list a[href="#/place/floor/lounge"]').click();
      await choose(page, "まど", 1);
      await gone(b.page, "a");
      await gone(staff.page, "a");
      t.ok(true, "gone from the plaza");
      await inWords(page);
    },
  },
  {
    min: 9,
    who: "c",
    what: "comes again to the lounge",
    logged: ["entry", "lounge"],
    run: async ({ t, a, c }) => {
      await c.click('.floors a[href="#/place/floor/lounge"]');
      await c.seen(".spot-form");
      await c.click(".choice-list .choice:nth-child(2)");
      await c.click(".spot-form .button");
      await c.seen(".person-here", nameOf("a"));
      await seen(a.page, "c");
      t.ok(true, "both are in the lounge");
    },
  },
  {
    min: 9.5,
    who: "a",
    what: "waves and is waved to",
    run: async ({ t, a, c }) => {
      await row(a.page, "c").getByRole("button").nth(1).click();
      await c.seen(".news-list li", nameOf("a"));
      await c.click(".news-list button");
      await a.page.locator(".news-list li", { hasText: nameOf("c") }).waitFor();
      t.ok(true, "there and back");
    },
  },
  {
    min: 10,
    who: "a",
    what: "loses the line",
    run: async ({ t, a, c, kept }) => {
      const spot = a.line.spot();
      kept.set("spot", JSON.stringify(spot)).set("sockets", a.line.nSockets);
      await a.page.context().setOffline(true);
      await a.page.waitForSelector(".line-note", { timeout: patienceMs });
      t.ok(
        (await a.page.innerText(".line-note")).includes("つながりなおしています"),
        "told in plain words",
      );
      await c.seen(".person-here.lost", nameOf("a"));
      t.ok(true, "greyed for the others");
    },
  },
  {
    min: 10.3,
    who: "a",
    what: "is back on the same spot",
    run: async ({ t, a, c, kept }) => {
      await a.page.context().setOffline(false);
      await a.page.waitForSelector(".line-note", { state: "detached", timeout: patienceMs });
      await until("a new line", () => a.line.nSockets > Number(kept.get("sockets")));
      await until("and a floor on it", () => a.line.spot() !== undefined);
      t.eq(JSON.stringify(a.line.spot()), kept.get("spot"), "the same spot to the centimetre");
      await c.gone(".person-here.lost");
    },
  },
  {
    min: 10.6,
    who: "staff",
    what: "goes to the talking rooms",
    logged: ["move", "counsel"],
    run: async ({ staff: { page } }) => {
      await page.click(".counsel");
      await choose(page, undefined, 2);
      await inWords(page);
      await page.locator('[data-area="leaf"] .lock').selectOption("staff");
      await page.locator('[data-area="leaf"]', { hasText: "スタッフ" }).waitFor();
    },
  },
  {
    min: 11,
    who: "a",
    what: "waits outside just looking",
    logged: ["move", "counsel"],
    run: async ({ a: { page }, staff }) => {
      await page.click(".counsel");
      await choose(page, undefined, 0);
      await inWords(page);
      await seen(staff.page, "a");
    },
  },
  {
    min: 11.3,
    who: "b",
    what: "goes to the talking rooms by keys",
    logged: ["move", "counsel"],
    run: async ({ a, b: { keys } }) => {
      await keys.press("link", named(words.counsel));
      await keys.press("button", named(words.enter));
      await keys.hears("heading", named(words.people));
      await keys.hears("listitem", nameOf("a"));
      await seen(a.page, "b");
    },
  },
  {
    min: 11.6,
    who: "staff",
    what: "opens the room and goes in",
    run: async ({ t, a, staff: { page, line } }) => {
      await page.locator('[data-area="leaf"] .lock').selectOption("in_use");
      const enter = page.locator('[data-area="leaf"] button', { hasText: "はいる" });
      await enter.waitFor();
      await enter.click();
      await page.locator('[data-area="leaf"].area-mine').waitFor();
      await gone(a.page, "staff");
      t.ok(line.seat() >= 49_152, "a seat of the room");
    },
  },
  {
    min: 12,
    who: "b",
    what: "knocks by keys",
    run: async ({ t, a, b: { keys }, staff, kept }) => {
      // That a room is in use is told at beats, so that nobody can pair it with a vanishing.
      await keys.page
        .getByRole("region", { name: /はっぱ/ })
        .filter({ hasText: namedFor(words.areaInUse, "") })
        .waitFor({ timeout: patienceMs });
      await keys.press("button", namedFor(words.knock, "はっぱ"));
      await staff.page.locator(".news-list li", { hasText: nameOf("b") }).waitFor();
      t.ok(true, "heard inside");
      kept.set("from", a.line.texts.length);
    },
  },
  {
    min: 12.3,
    who: "staff",
    what: "lets B in",
    run: async ({ t, a, b: { keys, line }, staff }) => {
      await staff.page.locator(".news-list button").first().click();
      await keys.hears("listitem", /どうぞ/);
      await keys.press("button", /^はいる$/);
      await seen(staff.page, "b");
      await keys.hears("listitem", nameOf("staff"));
      await gone(a.page, "b");
      t.ok(line.seat() >= 49_152, "B has a seat of the room");
    },
  },
  {
    min: 12.8,
    who: "a",
    what: "never sees who is in the room",
    run: async ({ t, a: { page, line }, kept }) => {
      const use = page.locator('[data-area="leaf"]', { hasText: "使" });
      await use.waitFor({ timeout: patienceMs });
      const from = Number(kept.get("from"));
      const html = await page.content();
      for (const who of ["b", "staff"] as const) {
        t.eq(line.naming(nameOf(who), from), [], `no frame since names ${who}`);
        t.ok(!html.includes(nameOf(who)), `nor does the page name ${who}`);
      }
      t.eq(line.inRooms(), [], "no seat of a room was ever told");
      t.ok(
        !line.texts.some((one) => /"id":"leaf"[^}]*"n":/.test(one)),
        "nor how many there are inside",
      );
    },
  },
  {
    min: 13.2,
    who: "b",
    what: "comes out by keys",
    run: async ({ t, a, b: { keys } }) => {
      await keys.press("button", namedFor(words.leaveRoom, ""));
      await seen(a.page, "b");
      await keys.hears("listitem", nameOf("a"));
      t.ok(true, "seen again, as if B had just come");
    },
  },
  {
    min: 13.5,
    who: "b",
    what: "leaves by keys",
    logged: ["exit", "counsel"],
    run: async ({ a, b: { keys } }) => {
      await keys.press("button", named(words.leave));
      await keys.hears("heading", named(words.title));
      await gone(a.page, "b");
    },
  },
  {
    min: 14,
    who: "c",
    what: "leaves the lounge",
    logged: ["exit", "lounge"],
    run: async ({ c }) => {
      await c.click(".leave");
      await c.seen(".floors");
    },
  },
  {
    min: 14.4,
    who: "a",
    what: "leaves the talking rooms",
    logged: ["exit", "counsel"],
    run: async ({ a: { page } }) => {
      await page.click(".leave");
      await page.waitForSelector(".floors");
    },
  },
  {
    min: 14.8,
    who: "staff",
    what: "leaves last",
    logged: ["exit", "counsel"],
    run: async ({ staff: { page } }) => {
      await page.locator('[data-area="leaf"] button').first().click();
      await page.locator('[data-area="leaf"].area-mine').waitFor({ state: "detached" });
      await page.click(".leave");
      await page.waitForSelector(".floors");
    },
  },
];

/* --- how it is played ------------------------------------------------------------------------- */

interface Row {
  readonly at: string;
  readonly login?: string;
  readonly kind: string;
  readonly floor: string;
  readonly reason: string;
}
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
    const waitMs = start + (min / 15) * minutes * 60_000 - Date.now();
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

const toleranceMs = 2500; // a step is over when its page shows so; the row carries the node's time

/** As somebody with the right reads it. */
async function compare(t: T, due: readonly Due[]): Promise<void> {
  const whoOf = new Map(
    (["a", "b", "c", "staff"] as const).map((who) => [loginOf(who).login, who]),
  );
  const from = new Date((due[0]?.fromMs ?? 0) - toleranceMs).toISOString();
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    await visit.open("#/visits");
    let rows: Row[] = [];
    await until("every row is written", async () => {
      const got = (await visit.page.evaluate(async (from) => {
        const answer = await fetch(`/api/v1/visits?from=${encodeURIComponent(from)}`);
        return { status: answer.status, body: (await answer.json()) as unknown };
      }, from)) as { status: number; body: { items: Row[] } };
      if (got.status !== 200) throw new Error(`visits: ${got.status}`);
      rows = got.body.items.filter((one) => whoOf.has(one.login ?? "")).reverse();
      return rows.length >= due.length;
    });
    t.eq(
      rows.map(({ login, kind, floor, reason }) => [whoOf.get(login ?? ""), kind, floor, reason]),
      due.map(({ who, logged: [kind, floor] }) => [
        who,
        kind,
        floor,
        kind === "exit" ? "left" : "",
      ]),
      "the record is the script, row by row: who, what, where, in this order",
    );
    t.eq(
      due.filter(({ fromMs, toMs }, i) => {
        const ms = Date.parse(rows[i]?.at ?? "");
        return !(ms >= fromMs - toleranceMs && ms <= toMs + toleranceMs);
      }),
      [],
      "each at its time",
    );
    await visit.page.reload();
    await visit.settled();
    await visit.page.screenshot({ path: `${shots}/90-board-reads-the-record.png`, fullPage: true });
  });
}

const sizeOf = {
  a: { width: 1024, height: 768 },
  b: { width: 360, height: 740 },
  staff: { width: 1366, height: 768 },
} as const;

async function seat(who: "a" | "b" | "staff"): Promise<Seated> {
  const isIn = who !== "b"; // B comes in by keys
  const visit = await Visit.begin(at, {
    size: sizeOf[who],
    ...(isIn ? { state: await signedIn(at, `quarter_${who}`) } : {}),
  });
  const line = new Line(visit.page);
  await visit.open();
  return { visit, page: visit.page, line };
}

async function comeIn(kit: Kit): Promise<void> {
  await kit.open("");
  await kit.seen("#login");
  await kit.driver.type("#login", loginOf("c").login);
  await kit.driver.type("#password", loginOf("c").password);
  await kit.click("form .button");
  await kit.seen(".home");
}

test(
  "a_quarter_of_an_hour_is_as_it_is_written",
  async (t) => {
    t.req("AI-2.5-ア AI-2.1-ア AI-2.1-イ AI-2.3-カ AI-F1 KP-3-運用-3");
    mkdirSync(shots, { recursive: true });
    const visits: Visit[] = [];
    let due: Due[] = [];
    await inWebKit(async (driver) => {
      const c = new Kit(driver, at);
      try {
        const [a, b, staff] = await Promise.all([seat("a"), seat("b"), seat("staff"), comeIn(c)]);
        visits.push(a.visit, b.visit, staff.visit);
        const keys = new Keys(b.page);
        due = await play({ t, a, b: { ...b, keys }, c, staff, kept: new Map() });
      } finally {
        for (const visit of visits) {
          const told = visit.faults.filter((one) => !/ERR_INTERNET_DISCONNECTED/.test(one));
          t.eq(told, [], "no policy broken, no script failed, no other host asked");
          await visit.context.close();
        }
      }
    });
    await compare(t, due);
  },
  (minutes + 8) * 60_000,
);
