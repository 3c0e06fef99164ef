/** A small town's contract ends through the screens, while the city works on and another contractor's empty node goes on
 * with what was handed back. Whatever is typed, on the board's computer or on a server, is read off the screen and
 * typed as it stands there. Started by tests/browser/leaving_day, which has the hands that are no browser. */
import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { closeChrome, login, type Login, place, signedIn, sizes, totp, Visit } from "./engine.ts";
import { hand, noMoreHands } from "./hands.ts";
import { search } from "./people_made.ts";
import { main, suite, type T } from "./t.ts";

const test = suite(import.meta.filename, "story");
const [town, city, heir] = [place("midori"), place("aozora"), place("kawabe")];
const office = process.env["IBASHO_OFFICE"] ?? "";
const nNames = Number(process.env["IBASHO_N_NAMES"] ?? "1000");
const nPeers = Number(process.env["IBASHO_N_PEERS"] ?? "2");

// ---- hands that are no browser ----

interface Typed {
  readonly status: number;
  readonly said: string;
}

async function atOffice(t: T, line: string, status = 0): Promise<string> {
  const got = await hand<Typed>("office", line);
  t.eq(got.status, status, `${line}: ${got.said}`);
  return got.said;
}

async function atServer(t: T, name: string, line: string): Promise<string> {
  const got = await hand<Typed>("server", name, line);
  t.eq(got.status, 0, `${line}: ${got.said}`);
  return got.said;
}

// ---- who is there ----

type Who = "board" | "board2" | "contractor" | "child";
const visits = new Map<string, Visit>();

async function come(key: string, at = town, who = key): Promise<Visit> {
  const visit = await Visit.begin(at, { state: await signedIn(at, who), size: sizes.laptop });
  visits.set(key, visit);
  return visit;
}

function there(key: string): Visit {
  const found = visits.get(key);
  if (found === undefined) throw new Error(`${key} is not there`);
  return found;
}

async function picture(key: string, what: string): Promise<void> {
  const visit = there(key);
  await visit.settled();
  await visit.page.screenshot({ path: await hand<string>("picture", what), fullPage: true });
}

async function open(key: Who | "heir", hash: string, sign: string): Promise<Page> {
  const visit = there(key);
  await visit.leave();
  await visit.open(hash);
  await visit.page.waitForSelector(sign);
  await visit.choose("light", "plain");
  await visit.settled();
  return visit.page;
}

const leaving = (key: Who): Promise<Page> => open(key, "#/leaving", "#leaving-steps");
const now = (page: Page): Promise<string> => page.innerText("section[aria-labelledby=leaving-now]");

/** What the screen says to type there; unfolded first, as a reader does. */
async function toType(part: Locator): Promise<string[]> {
  const help = part.locator("summary");
  if ((await help.count()) > 0) await help.first().click();
  const lines = await part.locator("code.typed").allInnerTexts();
  if (lines.length === 0) throw new Error("the screen says nothing to type");
  return lines;
}

async function give(page: Page, id: string, file: string): Promise<void> {
  await page.setInputFiles(`#${id}`, `${office}/${file}`);
  await page.locator(`form:has(#${id}) button[type=submit]`).click();
}

async function press(page: Page, text: string): Promise<void> {
  await page.getByRole("button", { name: text, exact: true }).click();
}

async function said(page: Page, text: string): Promise<void> {
  await page.locator(".page > [role=status] .note", { hasText: text }).waitFor();
}

// ---- the city, which works on ----

let nLines = 0;

async function intoThePlaza(key: string, who: string): Promise<void> {
  const visit = await come(key, city, who);
  let nSockets = 0;
  visit.page.on("websocket", () => nSockets++);
  lines.set(key, () => nSockets);
  await visit.open("#/place/floor/plaza");
  await visit.page.waitForSelector(".spot-form");
  await visit.page.locator(".choice-list .choice").nth(1).click();
  await visit.page.click(".spot-form .button");
  await visit.page.waitForSelector(".inside [data-seat]");
  await visit.page.waitForSelector(".areas-here");
  if ((await visit.page.locator(".map").count()) > 0) await visit.page.click(".view-switch");
  await visit.page.waitForSelector(".map", { state: "detached" });
}
const lines = new Map<string, () => number>();

/** One of the city says something to the other, who reads it. */
async function talk(t: T, when: string): Promise<void> {
  const [from, to] = nLines % 2 === 0 ? ["cityChild", "cityStaff"] : ["cityStaff", "cityChild"];
  const text = `${["おはよう", "いい天気だね", "ここにいるよ", "またね", "たのしいね"][nLines % 5] ?? ""} その${++nLines}`;
  const page = there(from ?? "").page;
  await page.fill("#chat-field", text);
  await page.locator("#chat-field").press("Enter");
  const heard = there(to ?? "")
    .page.locator(".chat-log .chat-line")
    .filter({ hasText: text });
  await heard.first().waitFor();
  t.ok(true, `the city's plaza talks ${when}`);
}

async function linesHold(t: T): Promise<void> {
  const nSockets = [...lines.values()].map((n) => n());
  t.eq(nSockets, [1, 1], "its lines were never cut");
  await hand("talked", String(nLines));
}

// ---- what the town and the new node must both show ----

interface Names {
  readonly line: string; // said in a lesson
  readonly title: string; // of a course
  readonly shown: string; // how somebody is called
  readonly child: string; // of the roster
}
let names: Names = { line: "", title: "", shown: "", child: "" };
let shownThere: Readonly<Record<string, string>> = {};

async function everythingShown(key: "board" | "heir"): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  let page = await open(key, "#/people", "#people-q");
  const list = async (q: string): Promise<string> => {
    await search(there(key), q);
    return (await page.locator(".person-row").allInnerTexts()).join("\n");
  };
  for (const q of [names.child, names.shown, "ツグミ"]) found[`people: ${q}`] = await list(q);
  await picture(key, `${key}-people`);
  page = await open(key, "#/courses", ".setting-list");
  found["courses"] = await page.locator(".setting-list").innerText();
  await picture(key, `${key}-courses`);
  page = await open(key, "#/plan", "#plan-check");
  found["plan"] = (await page.locator(".plan-day").allInnerTexts()).join("\n");
  await picture(key, `${key}-plan`);
  page = await open(key, "#/search", "#search-words");
  await page.fill("#search-words", names.line);
  await page.fill("#search-reason", "契約の終わりの確かめ");
  await page.click("form .button.wide");
  await page.getByText("終わりました").waitFor();
  found["words"] = (await page.locator("section:has(> #search-results) li").allInnerTexts()).join(
    "\n",
  );
  await picture(key, `${key}-words`);
  return found;
}

// ---- the day ----

let bag = "";

test("leaving_day_the_board_prepares_on_its_own_computer", async (t) => {
  t.req("AI-7.2-1, CARD-14");
  await intoThePlaza("cityChild", "child");
  await intoThePlaza("cityStaff", "staff");
  await talk(t, "before");
  for (const who of ["board", "board2", "contractor", "child"] as const) await come(who);
  const page = await leaving("board");
  await picture("board", "board-active");
  const key = page.locator("section[aria-labelledby=leaving-key-title]");
  let printed = "";
  for (const line of await toType(key)) printed += await atOffice(t, line);
  const sha256 = /SHA-256：([0-9a-f]{64})/.exec(printed)?.[1] ?? "?";
  await give(page, "leaving-key", "town/town.pem");
  await said(page, "証明書を登録しました");
  const shown = await page
    .locator("section[aria-labelledby=leaving-key-title] .digits")
    .innerText();
  t.eq(
    shown.replace(/\s/g, ""),
    sha256,
    "the fingerprint that was printed and the one on the screen",
  );
  const canaries = page.locator("section[aria-labelledby=leaving-canaries-title]");
  for (const line of await toType(canaries)) await atOffice(t, `${line} --n ${nNames}`);
  await give(page, "leaving-canaries", "canaries/canaries.json");
  await said(page, "約束を受け付けました");
  await page.getByText(`${nNames}の目印が約束されています`).waitFor();
  await picture("board", "board-prepared");
  await page.getByRole("link", { name: "設定で変える" }).click();
  await page.waitForSelector("#new-value");
  await page.fill("#new-value", "0");
  await page.click("form .button");
  await page.waitForFunction(() => document.querySelector(".facts b")?.textContent?.includes("0"));
  await talk(t, "while the board prepares");
});

test("leaving_day_a_thousand_names_live_in_the_town", async (t) => {
  t.req("AI-7.2-1");
  names = await hand<Names>("plant");
  const page = await open("board", "#/roster", "#roster-file");
  await give(page, "roster-file", "roster.zip");
  await page.waitForSelector("main button.button");
  await page.locator("main button.button").last().click();
  await page.click(".sure .button");
  await page.waitForSelector("a.button[href='#/people']", { timeout: 120_000 });
  await picture("board", "board-roster");
  t.eq(
    await hand("careless"),
    [0, nNames],
    "names on the raw volume: as it is, and a careless program's",
  );
  shownThere = await everythingShown("board");
  for (const [what, text] of Object.entries(shownThere)) t.ok(text !== "", `${what} is shown`);
  await talk(t, "while the roster is taken in");
});

test("leaving_day_the_town_stops_and_its_data_is_handed_back", async (t) => {
  t.req("AI-7.2-1, KP-3-調達-4");
  await there("child").open();
  await there("child").page.waitForSelector(".home");
  let page = await leaving("board");
  await press(page, "受付を止める");
  await press(page, "止める");
  await said(page, "受付を止めました");
  await picture("board", "board-drain");
  await there("child").open();
  await there("child").page.waitForSelector("#login");
  await there("child").choose("light", "plain");
  const child = login(town, "child");
  await there("child").page.fill("#login", child.login);
  await there("child").page.fill("#password", child.password);
  await there("child").page.click(".sign-in form .button");
  await there("child").page.waitForSelector("#sign-in-fault.fault, #sign-in-fault .fault");
  const kind = await there("child").page.innerText("#sign-in-fault");
  t.ok(kind.includes("おわりの準備") && !kind.includes("ちがう"), "the child is told why", kind);
  await picture("child", "child-out");
  page = await leaving("contractor");
  await picture("contractor", "contractor-export");
  await hand("carry", "office:town/town.pem", "midori:town.pem");
  const part = page.locator("section.card", { hasText: "NODE_CONF handback export" });
  let printed = "";
  for (const line of await toType(part)) printed += await atServer(t, "midori", line);
  bag = /[0-9a-f]{128}/.exec(printed)?.[0] ?? "?";
  await hand("carry", "midori:DATA/PARTS", "office:PARTS");
  page = await leaving("board2");
  await picture("board2", "board2-receipt");
  for (const line of await toType(page.locator("section.card:has(#leaving-receipt)")))
    t.note((await atOffice(t, line)).trim().split("\n").at(-1) ?? "");
  t.eq(await hand("in_bag"), nNames, "every name is in the bag");
  await give(page, "leaving-receipt", "receipt.json");
  await said(page, "受領書を受け付けました");
  await talk(t, "while the data is handed back");
});

test("leaving_day_two_persons_order_the_erasure", async (t) => {
  t.req("AI-7.2-1, CARD-14");
  let page = await leaving("board");
  await picture("board", "board-order");
  const part = page.locator("section.card:has(#leaving-order)");
  for (const line of await toType(part)) await atOffice(t, line);
  await give(page, "leaving-order", "order.json");
  await page.fill("#leaving-head", bag.slice(0, 8));
  await page.press("#leaving-head", "Enter");
  await page.getByText("出しますか").waitFor();
  await press(page, "指示を出す");
  await said(page, "受託者の人の確認を待ちます");
  await picture("board", "board-waits");
  page = await leaving("board2");
  t.eq(await page.locator("#leaving-head").count(), 0, "another of the board is not the second");
  page = await leaving("contractor");
  await picture("contractor", "contractor-confirm");
  await page.fill("#leaving-head", bag.slice(0, 8));
  await press(page, "指示を確認する");
  await press(page, "確認して、消去を決める");
  await said(page, "消去が決まりました");
  await talk(t, "when the erasure is ordered");
});

test("leaving_day_the_order_is_carried_out_and_anybody_can_check_it", async (t) => {
  t.req("AI-7.2-1, AI-7.2-2, CARD-14");
  const page = await leaving("contractor");
  await picture("contractor", "contractor-ordered");
  const board = await leaving("board");
  await picture("board", "board-ordered");
  t.ok((await now(board)).includes("サーバーの担当者"), "the board reads who carries it out");
  const after = page.locator("section[aria-labelledby=leaving-after]");
  const [run = "", check = ""] = await toType(after);
  const promised = (await after.innerText()).match(/DATA\/leaving\/certificate\.\w+/g) ?? [];
  t.eq(promised.length, 2, "the screen says where the certificate will be");
  let done: Typed;
  for (let i = 0; ; i++) {
    const running = hand<Typed>("server", "midori", run);
    await talk(t, "while the town is erased");
    done = await running;
    if (done.status !== 3 || i === 6) break;
  }
  t.eq(done.status, 0, `${run}: ${done.said}`);
  t.note(done.said.replace(/\n/g, " / "));
  t.ok(
    done.said.includes(`証明書 ${nPeers} / 相手 ${nPeers}`),
    "every peer has given its receipt",
    done.said,
  );
  for (const path of promised)
    t.ok(done.said.includes(path.replace("DATA", town.data)), `the server says so, too: ${path}`);
  await press(board, "いまの様子をもう一度見る");
  await board.waitForSelector("#leaving-gone");
  const last = await board.innerText("main");
  t.ok(
    last.includes("故障ではありません") && last.includes(promised[1] ?? "?"),
    "the last page",
    last,
  );
  await picture("board", "board-gone");
  for (const path of promised)
    await hand("carry", `midori:${path}`, `office:${path.split("/").at(-1) ?? ""}`);
  t.note((await atOffice(t, check)).replace(/\n/g, " / "));
  await atOffice(t, "python3 ibasho_verify.py bag BAG");
  await atServer(t, "aozora", `ibasho verify certificate ${office}/certificate.json`);
  await atServer(t, "aozora", `ibasho verify bag ${office}/BAG`);
  const text = await hand<string>("paper");
  t.ok(text.includes("データ消去証明書"), "on paper");
  await talk(t, "when the town is gone");
  const left = await hand<Record<string, number>>("left");
  t.eq(
    Object.values(left),
    Object.keys(left).map(() => 0),
    `names left: ${JSON.stringify(left)}`,
  );
  await talk(t, "when everything has been searched");
  await linesHold(t);
  await picture("cityStaff", "city-plaza");
  for (const key of ["board", "board2", "contractor", "child"]) {
    await there(key).context.close();
    visits.delete(key);
  }
});

test("leaving_day_another_contractors_node_goes_on", async (t) => {
  t.req("KP-3-調達-4, AI-8-3");
  await hand("carry", "office:BAG", "kawabe:DATA/BAG");
  await atServer(t, "kawabe", "ibasho -c NODE_CONF handback import DATA/BAG");
  const who = { ...login(town, "board"), login: loginInBag(login(town, "board").display_name) };
  const slip = await atServer(
    t,
    "kawabe",
    `ibasho -c NODE_CONF handback first-slip --login ${who.login}`,
  );
  const once = /一度だけのパスワード\s+(\S+)/.exec(slip)?.[1] ?? "?";
  const [inBag, inNode] = await hand<number[][]>("counts");
  t.eq(inNode, inBag, "rows of the bag, rows of the node");
  const visit = await Visit.begin(heir, { size: sizes.laptop });
  visits.set("heir", visit);
  await visit.open();
  await firstTime(visit, { ...who, password: once });
  await picture("heir", "heir-home");
  const shown = await everythingShown("heir");
  for (const [what, text] of Object.entries(shownThere))
    t.eq(shown[what], text, `the same ${what}`);
  const child = login(town, "child");
  const page = await open("heir", `#/people/${child.account ?? ""}`, ".timeline");
  await picture("heir", "heir-child");
  await page.locator("main button", { hasText: "パスワードを出し直す" }).first().click();
  await page.click(".panel-act .button");
  await page.waitForSelector(".once-word");
  const password = (await page.innerText(".once-word")).trim();
  await picture("heir", "heir-slip");
  const young = await Visit.begin(heir);
  visits.set("young", young);
  await young.open();
  await young.givePassword({ ...child, password });
  await young.page.fill("#new-password", "sora umi kaze");
  await young.page.fill("#again-password", "sora umi kaze");
  await young.page.click("form .button");
  await young.page.waitForSelector(".home");
  t.ok(
    (await young.page.innerText(".hello h1")).includes("ツグミ"),
    "the child is called as before",
  );
  await picture("young", "heir-child-home");
  await talk(t, "when the next contractor goes on");
  await linesHold(t);
  for (const one of visits.values()) await one.end(t);
});

/** Of somebody of the board: where ops/README.md says that it stands. */
function loginInBag(name: string): string {
  const found = readFileSync(`${office}/BAG/data/records/account.ndjson`, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, { text?: string } | string | null>)
    .find((one) => one["role"] === "commissioner" && textOf(one["display_name_sealed"]) === name);
  return textOf(found?.["login_sealed"]);
}

function textOf(value: { text?: string } | string | null | undefined): string {
  return typeof value === "object" && value !== null ? (value.text ?? "") : "";
}

/** A password of one's own and an app that shows digits. */
async function firstTime({ page }: Visit, who: Login): Promise<void> {
  await page.fill("#login", who.login);
  await page.fill("#password", who.password);
  await page.click(".sign-in form .button");
  await page.waitForSelector("#new-password");
  await page.fill("#new-password", "kawa no hotori 7");
  await page.fill("#again-password", "kawa no hotori 7");
  await page.click("form .button");
  await page.waitForSelector(".ways");
  await page.click(".ways .door >> nth=1");
  await page.waitForSelector(".qr");
  await page.click("summary");
  const secret = (await page.innerText(".secret")).replace(/\s/g, "");
  await page.fill("#app-code", totp(secret));
  await page.click("form .button");
  await page.waitForSelector(".home");
}

await main(240_000);
await closeChrome();
noMoreHands();
