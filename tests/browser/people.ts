/** The board and the operator at work with people: fifty IDs from asking to paper, one stopped, one let
 * in again; and what those who may not see a thing are shown of it. */
import { mkdirSync, readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { place, signedIn, type Visit, visiting } from "./engine.ts";
import { asked, type Child, children, guardianOf, school, search, staffOf } from "./people_made.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename, "story");
const at = place("aozora");
const folder = "build/browser/people";
mkdirSync(folder, { recursive: true });

const nChildren = 50;
const odd = ["髙﨑 葛󠄀", "寿限無寿限無五劫のすりきれ海砂利水魚 長介", "﨑 あ", "O'Hara-Müller Zoë"];

async function press(page: Page, text: string): Promise<void> {
  await page.locator("main button", { hasText: text }).first().click();
}

/** Everybody on the list that a reading finds, chosen. */
async function chooseAll(visit: Visit): Promise<number> {
  const { page } = visit;
  await search(visit, "ゴジュウ");
  await press(page, "すべて選ぶ");
  return await page.locator(".person-row").count();
}

/** A file that a button hands to the browser. */
async function fileOf(page: Page, name: string, button: string): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent("download"), press(page, button)]);
  const path = `${folder}/${name}`;
  await file.saveAs(path);
  return readFileSync(path);
}

function isPdf(file: Buffer): boolean {
  return file.length > 1000 && file.subarray(0, 5).toString("latin1") === "%PDF-";
}

async function open(visit: Visit, hash: string, sign: string): Promise<void> {
  await visit.open(hash);
  await visit.choose("light", "plain");
  await visit.page.waitForSelector(sign);
}

let made: readonly Child[] = [];
let mine = "";
let theirs = "";

function child(i: number): Child {
  const found = made[i];
  if (found === undefined) throw new Error("the fifty were not made");
  return found;
}

test("board_approves_fifty_who_were_asked_for", async (t) => {
  t.req("AI-4.3-オ-1, NI-T3-1");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    mine = await school(page, "あおぞら市立あさひ中学校");
    theirs = await school(page, "あおぞら市立ゆうひ中学校");
    const names = Array.from({ length: nChildren }, (_, i) => odd[i] ?? `五十 番目${i + 1}`);
    made = await children(page, mine, names);
    await open(visit, "#/people", ".person-row");
    t.eq(await chooseAll(visit), nChildren, "all fifty are listed");
    await press(page, "承認する");
    await page.waitForSelector("[role=alert] .note");
    t.ok(
      (await page.innerText("[role=alert] .note")).includes(`${nChildren}人を承認`),
      "and approved at once",
    );
  });
});

test("operator_issues_fifty_and_prints_both_papers", async (t) => {
  t.req("AI-4.3-オ-2");
  await visiting(t, at, { state: await signedIn(at, "contractor") }, async (visit) => {
    const { page } = visit;
    await open(visit, "#/people", ".person-row");
    await chooseAll(visit);
    await press(page, "IDを発行する");
    await page.waitForSelector("[role=alert] .note", { timeout: 90_000 });
    t.ok(
      (await page.innerText("[role=alert] .note")).includes(`${nChildren}人にIDを発行`),
      "fifty IDs",
    );
    await page.waitForFunction((n) => {
      const rows = [...document.querySelectorAll(".person-row")]; // as they were, until asked again
      return rows.length >= n && rows.every((one) => one.textContent?.includes("発行済"));
    }, nChildren);
    await press(page, "すべて選ぶ");
    t.ok(isPdf(await fileOf(page, "ids.pdf", "ID票を印刷する")), "the slips are a PDF");
    t.ok(
      isPdf(await fileOf(page, "passwords.pdf", "はじめのパスワード票を印刷する")),
      "the first passwords are another",
    );
  });
});

test("person_is_suspended_told_why_and_resumed", async (t) => {
  t.req("AI-4.3-オ-3");
  await visiting(t, at, { state: await signedIn(at, "contractor") }, async (visit) => {
    const { page } = visit;
    await open(visit, `#/people/${child(0).id}`, ".timeline");
    t.eq(await page.locator(".moment").count(), 3, "asked for, approved, issued");
    await press(page, "IDを一時止める");
    t.ok((await page.innerText(".panel-act")).includes("すぐにログインできなく"), "what it does");
    await page.click(".panel-act .button");
    await page.waitForSelector("#act-reason-fault");
    t.eq(
      await page.evaluate(() => document.activeElement?.id),
      "act-reason",
      "the reason is asked for",
    );
    await page.fill("#act-reason", "端末をなくしたと連絡があった");
    await page.press("#act-reason", "Enter");
    await page.waitForSelector(".pill-alert");
    await page.waitForSelector(".moment-alert");
    t.ok((await page.innerText(".facts")).includes("停止中"), "suspended");
    t.ok(
      !(await page.innerText("main")).includes("連絡があった"),
      "the reason is kept, not shown around",
    );
    await press(page, "IDを再開する");
    await page.fill("#act-reason", "見つかった");
    await page.press("#act-reason", "Enter");
    await page.waitForSelector(".pill-alert", { state: "detached" });
    t.eq(await page.locator(".moment").count(), 5, "and back, each step with its time");
  });
});

test("one_time_password_is_shown_once", async (t) => {
  t.req("NI-T3-1");
  let password = "";
  let login = "";
  await visiting(t, at, { state: await signedIn(at, "contractor") }, async (visit) => {
    const { page } = visit;
    await open(visit, `#/people/${child(1).id}`, ".timeline");
    ({ login } = await asked<{ login: string }>(page, "GET", `/people/${child(1).id}`));
    await press(page, "パスワードを出し直す");
    t.eq(await page.locator(".once-word").count(), 0, "asked first");
    await page.click(".panel-act .button");
    await page.waitForSelector(".once-word");
    password = (await page.innerText(".once-word")).trim();
    t.ok(password.length >= 8, "there it is");
    t.ok((await page.innerText(".once")).includes("まで使えます"), "and until when");
    await page.screenshot({ path: "build/shots/60-person-once.png", fullPage: true });
    await press(page, "渡したので閉じる");
    t.ok(!(await page.content()).includes(password), "closed, it is nowhere on the page");
    await page.reload();
    await page.waitForSelector(".timeline");
    t.ok(!(await page.content()).includes(password), "nor after coming back");
  });
  await visiting(t, at, {}, async (visit) => {
    await visit.open();
    await visit.givePassword({ login, password, totp_secret: "", display_name: "" });
    t.ok(
      (await visit.page.locator("#new-password").count()) > 0,
      "it opens, and asks for a password of one's own at once",
    );
  });
});

test("closing_is_asked_twice_and_final", async (t) => {
  t.req("AI-4.3-オ-3");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await open(visit, `#/people/${child(4).id}`, ".timeline");
    await press(page, "IDを終了する");
    await page.fill("#act-reason", "転出した");
    await page.click(".panel-act .button");
    await page.waitForSelector(".panel-act .fault");
    t.ok((await page.innerText(".panel-act")).includes("番目5"), "whose, by name");
    t.ok((await page.innerText(".facts")).includes("発行済"), "nothing has happened yet");
    await page.click(".panel-act .button");
    await page.waitForFunction(() =>
      document.querySelector(".facts")?.textContent?.includes("終了"),
    );
    t.eq(
      await page.locator("main button", { hasText: "再開" }).count(),
      0,
      "nothing offers to bring it back",
    );
  });
});

test("two_entries_become_one", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    const [twin] = await children(page, mine, ["双子 番目6"]);
    await asked(page, "POST", "/people/approve", { ids: [twin?.id] });
    await open(visit, `#/people/${child(5).id}`, ".timeline");
    await press(page, "まとめる");
    await page.fill("#merge-find", "双子");
    await page.press("#merge-find", "Enter");
    await page.click(".found");
    await page.waitForSelector("[name=merge-keep]");
    await page.screenshot({ path: "build/shots/61-person-merge.png", fullPage: true });
    await press(page, "一つにまとめる");
    await page.waitForSelector("[role=alert] .note");
    await visit.leave();
    await visit.open(`#/people/${twin?.id ?? ""}`);
    await page.waitForSelector(".note-card");
    t.ok(true, "the other entry is no longer there");
  });
});

test("guardian_is_approved_with_the_child_in_sight", async (t) => {
  t.req("AI-4.3-オ-1");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    const guardian = await guardianOf(page, child(7).id);
    await open(visit, `#/people/${guardian}`, ".facts .plain-list");
    const asked = await page.innerText("dl.facts");
    t.ok(/承認前）\s*五十/.test(asked), "whose guardian is asked for", asked);
    await press(page, "承認する");
    await page.click(".panel-act .button");
    await page.waitForFunction(() =>
      document.querySelector("dl.facts")?.textContent?.includes("承認済み"),
    );
    const facts = await page.innerText("dl.facts");
    t.ok(/子ども\s*五十/.test(facts) && facts.includes("あさひ中学校"), "and is", facts);
  });
});

test("facts_are_recorded_by_the_board", async (t) => {
  t.req("SE-4.1-1, SE-2.2-1, AI-1-1, HI-3.3-1");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await open(visit, `#/people/${child(2).id}`, ".timeline");
    await page.locator("main a", { hasText: "記録を開く" }).click();
    await page.waitForSelector("#facts-year");
    t.ok((await page.innerText("main .pill")).includes("まだです"), "due this year");
    await page.check("#facts-target [value=unsupported]");
    await page.fill("#facts-since", "2026-04-08");
    await page.check("#facts-route [value=wish]");
    await page.check("#facts-wish [value=not_asked]");
    t.eq(await page.locator("#facts-wish_by").count(), 0, "not asked: nobody to have told it");
    await page.check("#facts-wish [value=yes]");
    await page.check("#facts-wish_by [value=child]");
    await page.check("#facts-support [value=none]");
    await page.check("#facts-admission [value=resident]");
    await page.fill("#facts-note", "午後のほうが話しやすい");
    await page.click("form .button");
    await page.waitForSelector("dl.facts");
    const facts = await page.innerText("dl.facts");
    t.ok(/どこからも支援を受けていない.*令和8年/.test(facts), "target and since", facts);
    t.ok(facts.includes("使ってみたい（本人）"), "the child's own wish, and who told it");
    t.eq(await page.locator("main .pill").count(), 0, "no longer due");
    await page.screenshot({ path: "build/shots/62-registration.png", fullPage: true });
  });
});

test("operator_opening_a_registration_finds_nothing", async (t) => {
  t.req("NI-2.3.4-2a, KP-3-安全-2");
  await visiting(t, at, { state: await signedIn(at, "contractor") }, async (visit) => {
    const { page } = visit;
    await open(visit, `#/people/${child(2).id}`, ".timeline");
    const text = await page.innerText("main");
    t.ok(
      !text.includes("利用登録") && !text.includes("担当と目的"),
      "no trace on the child's page",
    );
    await visit.open(`#/registration/${child(2).id}`);
    await page.waitForSelector(".note-card");
    const hidden = await page.innerText("main");
    await visit.leave();
    await visit.open("#/registration/00000000-0000-4000-8000-000000000000");
    await page.waitForSelector(".note-card");
    t.eq(hidden, await page.innerText("main"), "as of a page that is not there");
  });
});

test("school_staff_see_their_own_children_by_duty_alone", async (t) => {
  t.req("NI-2.3.4-2a, NI-T3-7");
  const staff = await staffOf(at, mine, "先生 三四郎");
  let other: Child | undefined;
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    [other] = await children(page, theirs, ["余所 学"]);
    await open(visit, `#/people/${staff.id}`, "#give-right");
    await page.check("#give-right [value=grade_head]");
    await page.click("form.panel-act .button");
    await page.waitForSelector("#give-grade-fault");
    t.ok(true, "a grade head needs a grade");
    await page.check("#give-grade [value=J1]");
    await page.click("form.panel-act .button");
    await page.waitForSelector(".deeds li");
    t.ok((await page.innerText(".deeds li")).includes("学年主任"), "given");
    t.ok((await page.innerText(".deeds li")).includes("中1"), "for that grade");
    await page.screenshot({ path: "build/shots/63-person-rights.png", fullPage: true });
  });
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.signIn(staff);
    await open(visit, `#/people/${child(3).id}`, ".timeline");
    t.ok((await page.innerText("main")).includes("利用登録の記録"), "a child of the own grade");
    t.eq(await page.locator("main button", { hasText: "終了" }).count(), 0, "no closing");
    await visit.leave();
    await visit.open(`#/people/${other?.id ?? ""}`);
    await page.waitForSelector(".note-card");
    const hidden = await page.innerText("main");
    await visit.leave();
    await visit.open("#/people/00000000-0000-4000-8000-000000000000");
    await page.waitForSelector(".note-card");
    t.eq(hidden, await page.innerText("main"), "a child of another school is not there");
  });
});

test("somebody_new_is_asked_for_on_the_screen", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "contractor") }, async (visit) => {
    const { page } = visit;
    await open(visit, "#/person-new", "#new-role input");
    await page.check("#new-role [value=student]");
    await page.click("form .button");
    await page.waitForSelector("#new-family-fault");
    t.eq(
      await page.evaluate(() => document.activeElement?.id),
      "new-family",
      "led to the first gap",
    );
    t.eq(await page.locator(".field .fault").count(), 5, "each gap at its field");
    await page.fill("#new-family", "髙﨑");
    await page.fill("#new-given", "葛󠄀子");
    await page.fill("#new-family-kana", "タカサキ");
    await page.fill("#new-given-kana", "カズコ");
    await page.selectOption("#new-school", { index: 1 });
    await page.check("#new-grade [value=J2]");
    await page.fill("#new-end", "2020-01-01");
    await page.click("form .button");
    await page.waitForSelector("#new-end-fault");
    t.ok(true, "what the node finds stands at its field, too");
    await page.fill("#new-end", "");
    await page.click("form .button");
    await page.waitForSelector("form .note a");
    t.eq(await page.inputValue("#new-family"), "", "ready for the next one");
    await page.click("form .note a");
    await page.waitForSelector(".timeline");
    t.ok((await page.innerText("h1")).includes("葛󠄀子"), "and there she is");
  });
});
