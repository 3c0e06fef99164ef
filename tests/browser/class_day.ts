/** Who does what in a lesson of three towns (tests/integration/test_class_day.py): a guest teacher, somebody of the
 * city's staff, a child in each town, and the boards of two towns afterwards. A picture of each step. */
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { patienceMs, until } from "./cast.ts";
import { closeChrome, login, type Place, place, sizes, Visit } from "./engine.ts";
import { main, suite, type T } from "./t.ts";

const test = suite(import.meta.filename);
const day = JSON.parse(process.env["IBASHO_CLASS_DAY"] ?? "{}") as {
  readonly line: string;
  readonly lessons: Readonly<Record<string, string>>;
  readonly floor: string;
  readonly series: string;
};
const shots = "build/shots/class_day";
const rude = "そんなの つまらないよ";
const guest = "星野 そら";
const names = { aozora: "うさぎ", midori: "きつね", hinata: "りす" } as const;
type Town = keyof typeof names;

let nShots = 0;
async function shot(page: Page, what: string): Promise<void> {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({
    path: `${shots}/${String(++nShots).padStart(2, "0")}-${what}.png`,
    fullPage: true,
  });
}

async function comes(at: Place, who: string, size: keyof typeof sizes): Promise<Visit> {
  const visit = await Visit.begin(at, { size: sizes[size] });
  visit.context.setDefaultTimeout(patienceMs);
  await visit.open();
  await visit.signIn(login(at, who));
  await visit.choose("light", "plain");
  return visit;
}

/** Onto the floor that is shown, in words. */
async function enter({ page }: Visit): Promise<void> {
  await page.waitForSelector(".spot-form");
  await page.locator(".choice-list .choice").nth(2).click();
  await page.click(".spot-form .button");
  await page.waitForSelector(".inside [data-seat]");
  if ((await page.locator(".map").count()) > 0) await page.click(".view-switch");
  await page.waitForSelector(".map", { state: "detached" });
}

const field = "#chat-field";
const lineOf = (page: Page, text: string) =>
  page.locator(".chat-log .chat-line").filter({ hasText: text }).first();
const person = (page: Page, name: string) =>
  page.locator(".person-list li", { hasText: name }).first();

async function write({ page }: Visit, text: string): Promise<void> {
  await page.fill(field, text);
  await page.locator(field).press("Enter");
}

async function line(verb: "cut" | "heal"): Promise<void> {
  const answer = await fetch(`${day.line}/${verb}`, { method: "POST" });
  if (!answer.ok) throw new Error(`the line was not ${verb}`);
}

async function allTake(
  t: T,
  teacher: Visit,
  children: Readonly<Record<Town, Visit>>,
): Promise<void> {
  for (const town of ["aozora", "midori", "hinata"] as const) {
    const { page } = children[town];
    await page.locator("a.to-lessons").click();
    const card = page.locator(".lesson-card", { hasText: "呼吸" });
    await card.getByText("教室へ行く").click();
    await enter(children[town]);
    await page.locator(".lesson-offer .row", { hasText: "呼吸" }).locator("button").click();
    await page.waitForSelector(".lesson-panel");
  }
  for (const name of Object.values(names)) await person(teacher.page, name).waitFor();
  t.ok(true, "three children of three towns are in it");
}

/** A second page of the teacher's: names and towns of whoever is in it, nothing else. */
async function rosterOfAll(t: T, teacher: Visit): Promise<void> {
  const page = await teacher.context.newPage();
  await until("the roster has all towns", async () => {
    await page.goto(`${teacher.at.url}/#/my-class`);
    await page.reload();
    await page.locator("main section").first().waitFor();
    const said = await page.innerText("main");
    return Object.values(names).every((name) => said.includes(name));
  });
  t.ok((await page.innerText("main")).includes("hinata"), "with the town");
  await shot(page, "teacher-names-and-towns");
  await page.close();
}

async function inStep(
  t: T,
  teacher: Visit,
  children: Readonly<Record<Town, Visit>>,
): Promise<void> {
  await teacher.page.locator(".lesson-panel button", { hasText: "最初のページ" }).click();
  for (const one of Object.values(children))
    await one.page.locator(".lesson-page .lines", { hasText: "めをとじます" }).waitFor();
  await children.hinata.page.locator("button", { hasText: "手をあげる" }).click();
  await teacher.page.locator(".lesson-hands li", { hasText: names.hinata }).waitFor();
  await shot(teacher.page, "teacher-a-hand-from-another-town");
  await teacher.page
    .locator(".lesson-hands li", { hasText: names.hinata })
    .locator("button")
    .click();
  await children.hinata.page.locator("button", { hasText: "手をあげる" }).waitFor();
  await write(children.aozora, "おはようございます");
  await write(teacher, "みんな、ようこそ");
  for (const one of [...Object.values(children), teacher]) {
    await lineOf(one.page, "おはようございます").waitFor();
    await lineOf(one.page, "みんな、ようこそ").waitFor();
  }
  t.ok(true, "pages, hands and words reach all towns");
  for (const { page } of Object.values(children)) {
    await lineOf(page, "みんな、ようこそ").locator("[data-teacher]").waitFor();
    await person(page, guest).locator("[data-teacher]").waitFor();
    t.eq(
      await page.locator("[data-teacher]").count(),
      2,
      "the mark of a teacher, and on nobody else",
    );
  }
  await shot(children.hinata.page, "child-sees-who-teaches");
}

async function warnAndStop(t: T, staff: Visit, child: Visit, other: Visit): Promise<void> {
  await write(child, rude);
  const said = lineOf(staff.page, rude);
  await said.locator("[data-warn] button").click();
  await shot(staff.page, "staff-chooses-a-text");
  await said.locator(".template", { hasText: "きずついた" }).click();
  await said.getByText("注意を伝えました").waitFor();
  const care = child.page.locator(".care");
  await care.getByText(rude).waitFor();
  t.ok((await care.innerText()).includes("きずついた"), "the child reads it, with the line");
  t.eq(await other.page.locator(".care").count(), 0, "alone");
  await shot(child.page, "child-is-warned");
  await care.locator("button", { hasText: "読みました" }).click();
  await person(staff.page, names.midori).locator("button", { hasText: "文字を止める" }).click();
  await care.getByText("書くのをお休み").waitFor();
  t.eq(await child.page.locator(field).count(), 0, "and nothing to write into");
  t.ok(true, "it is told at once that it is stopped");
  await shot(child.page, "child-is-stopped");
  const fox = person(staff.page, names.midori);
  await fox.locator("[data-stopped=chat]").waitFor();
  await shot(staff.page, "staff-sees-what-is-stopped");
  await fox.locator("button", { hasText: "文字をもどす" }).click();
  await fox.locator("[data-stopped=chat]").waitFor({ state: "detached" });
}

/** Put out, read among those who are, and let in again. */
async function outAndIn(t: T, staff: Visit, child: Visit): Promise<void> {
  const squirrel = person(staff.page, names.hinata);
  await squirrel.locator("button", { hasText: "から出す" }).click();
  await squirrel.locator("button", { hasText: "もう一度おす" }).click();
  const out = staff.page.locator("[data-put-out]");
  await out.getByText(names.hinata).first().waitFor();
  await child.page.waitForSelector(".inside", { state: "detached" });
  await shot(staff.page, "staff-sees-who-is-out");
  await shot(child.page, "child-is-put-out");
  await out.locator("button", { hasText: "また入れる" }).click();
  await out.waitFor({ state: "detached" });
  await child.page.goto(`${child.at.url}/#/place/floor/${day.floor}`);
  await enter(child);
  await person(staff.page, names.hinata).waitFor();
  t.ok(true, "who was put out is let in again, on the screen");
}

async function cutAndHeal(t: T, staff: Visit, child: Visit, third: Visit): Promise<void> {
  await line("cut");
  await child.page.waitForSelector("[data-cut]");
  t.ok((await child.page.innerText("[data-cut]")).includes("接続が切れています"), "it is said");
  await shot(child.page, "child-the-line-is-cut");
  await write(child, "きこえますか");
  await write(staff, "すこし まってね");
  await line("heal");
  await lineOf(staff.page, "きこえますか").waitFor();
  await lineOf(child.page, "すこし まってね").waitFor();
  await lineOf(third.page, "きこえますか").waitFor();
  await child.page.waitForSelector("[data-cut]", { state: "detached" });
  for (const one of [staff, child, third])
    for (const text of ["きこえますか", "すこし まってね"])
      t.eq(
        await one.page.locator(".chat-log .chat-line", { hasText: text }).count(),
        1,
        `${text}, once`,
      );
}

async function boardLooks(t: T, at: Place, others: string): Promise<void> {
  const board = await comes(at, "commissioner", "laptop");
  const { page } = board;
  await page.clock.setFixedTime(new Date(Date.now() + 2 * 86_400_000)); // the button stands at lessons that are over
  await board.open(`#/shared/${day.series}`);
  await page.reload();
  await page.locator("section:has(> #shared-evidence) button").first().click();
  await page.locator("#evidence-lines").waitFor();
  const said = await page.innerText("section:has(> #shared-evidence)");
  t.ok(said.includes("注意") || said.includes("知らせた"), "what was done stands there");
  t.ok(said.includes(others), "and lines of the others");
  await shot(page, `board-of-${at.title_ja}`);
  t.eq(board.faults, [], "no faults");
  await board.context.close();
}

interface Cast extends Readonly<Record<Town, Visit>> {
  readonly teacher: Visit;
  readonly staff: Visit;
}

async function play(t: T, { teacher, staff, ...children }: Cast): Promise<void> {
  await allTake(t, teacher, children);
  await rosterOfAll(t, teacher);
  await inStep(t, teacher, children);
  await warnAndStop(t, staff, children.midori, children.hinata);
  await cutAndHeal(t, staff, children.midori, children.hinata);
  await outAndIn(t, staff, children.hinata);
}

test("class_day_three_towns_one_lesson", async (t) => {
  const at = {
    aozora: place("class_aozora"),
    midori: place("class_midori"),
    hinata: place("class_hinata"),
  };
  const teacher = await comes(at.aozora, "teacher", "laptop");
  await teacher.page.locator("a[href='#/my-class']").first().click();
  await teacher.page.locator("section", { hasText: names.aozora }).first().waitFor();
  await teacher.page.locator(`a[href='#/place/floor/${day.floor}']`).click();
  await enter(teacher);
  await teacher.page.locator(".lesson-offer .row", { hasText: "呼吸" }).locator("button").click();
  await teacher.page.waitForSelector(".lesson-panel");
  const staff = await comes(at.aozora, "supporter", "laptop");
  await staff.open(`#/place/floor/${day.floor}`);
  await enter(staff);
  const children = {
    aozora: await comes(at.aozora, "a", "tablet"),
    midori: await comes(at.midori, "a", "tablet"),
    hinata: await comes(at.hinata, "a", "phone"),
  };
  const all = { teacher, staff, ...children };
  try {
    await play(t, all);
  } catch (error) {
    for (const [name, one] of Object.entries(all)) await shot(one.page, `failed-${name}`);
    throw error;
  }
  for (const [name, one] of Object.entries(all)) {
    await shot(one.page, `at-the-end-${name}`);
    t.eq(one.faults, [], `no faults at ${name}`);
    await one.context.close();
  }
  await boardLooks(t, at.aozora, "きこえますか");
  await boardLooks(t, at.midori, "おはようございます");
});

await main(200_000);
await closeChrome();
