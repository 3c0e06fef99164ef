/** Guest teachers on the screen: the board writes a card, says yes, gives a lesson from the plan, and has the way in
 * once, on the screen alone (CARD-3). */
import type { Page } from "playwright-core";
import { dayIn } from "./classes_made.ts";
import { login, place, signedIn, visiting } from "./engine.ts";
import { suite } from "./t.ts";
import { asked } from "./watch_made.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

/** A lesson on a day of its own, far enough ahead that nobody else plans it. */
async function lessonAhead(page: Page, day: string): Promise<string> {
  await asked(page, "PUT", `/api/v1/plan/days/${day}`, { slots: [{ from: "10:15", to: "11:00" }] });
  const { course } = await asked<{ course: string }>(page, "POST", "/api/v1/courses", {
    kind: "guest",
    picture: "talk",
    has_hand: true,
    has_poll: false,
    has_question: true,
    title: "海《うみ》の声《こえ》",
    summary: "うみの いきものの はなしです。",
  });
  const lesson = crypto.randomUUID();
  await asked(page, "PUT", `/api/v1/lessons/${lesson}`, {
    day,
    slot: 1,
    course,
    floor: "classes",
    main: login(at, "class_teacher").account,
    sub_supports: false,
    supporters: [{ account: login(at, "class_staff").account }],
  });
  return lesson;
}

/** The plan, turned to the week of the lesson. */
async function toLesson(page: Page, lesson: string): Promise<void> {
  const link = page.locator(`a[href='#/teacher-slot/${lesson}']`);
  for (let i = 0; (await link.count()) === 0; i++) {
    if (i > 3) throw new Error("the week is not found");
    await page.locator("nav button", { hasText: "次の週" }).click();
    await link.waitFor({ timeout: 2000 }).catch(() => undefined);
  }
  await link.click();
}

test("teachers_a_card_a_yes_and_a_lesson", async (t) => {
  t.req("CARD-3");
  await visiting(t, at, { state: await signedIn(at, "class_board") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    const day = dayIn(14);
    const lesson = await lessonAhead(page, day);
    await page.locator("a.door[href='#/teachers']").click();
    await visit.choose("light", "plain");
    await page.locator("h1", { hasText: "ゲストティーチャー" }).waitFor();
    const folded = page.locator("details:not([open]):has(#teacher-new-name) summary");
    if ((await folded.count()) > 0) await folded.click();
    await page.fill("#teacher-new-name", "浜野 なみ");
    await page.locator("section:has(#teacher-new-name) form button[type=submit]").click();
    await page.waitForSelector("#teacher-new-field-fault");
    await page.fill("#teacher-new-field", "海の生き物の話");
    await page.fill("#teacher-new-evidence", "水族館に二十年つとめています。\n電話 090-1234-5678");
    await page.fill("#teacher-new-times", "金曜の午後");
    await page.locator("section:has(#teacher-new-name) form button[type=submit]").click();
    await page.waitForSelector("#teacher-new-evidence-fault");
    t.ok(
      (await page.innerText("#teacher-new-evidence-fault")).length > 0,
      "a telephone number is not for a card",
    );
    await page.fill("#teacher-new-evidence", "水族館に二十年つとめています。");
    await page.locator("section:has(#teacher-new-name) form button[type=submit]").click();
    await page.waitForSelector("#teacher-decision");
    const card = page.url().split("/").at(-1) ?? "";
    t.ok((await page.innerText("h1")).includes("浜野 なみ"), "the card is there");

    await visit.open(`#/teacher-slot/${lesson}`);
    await page.getByText("この自治体の承認がまだです").first().waitFor();
    t.eq(await page.locator(`input[value="${card}"]`).count(), 0, "not before the board says yes");
    await visit.open(`#/teachers/${card}`);
    await page.waitForSelector("#teacher-decision");
    await page.locator("section:has(> #teacher-decision) button", { hasText: "承認する" }).click();
    await page.locator(".sure .button").click();
    await page.locator("section:has(> #teacher-decision) .pill", { hasText: "承認" }).waitFor();

    await visit.open("#/plan");
    await page.waitForSelector("#plan-check");
    await toLesson(page, lesson);
    await page.locator(`input[value="${card}"]`).check();
    await page.locator("button", { hasText: "わりあてる" }).click();
    await page.locator("button", { hasText: "IDを発行する" }).click();
    const once = page.locator(".once-word");
    await once.first().waitFor();
    t.eq(await once.count(), 2, "an ID and a first password");
    const password = await once.last().innerText();
    await page.locator("a", { hasText: "わりあてた授業" }).click();
    await page.locator(".deeds", { hasText: "海の声" }).waitFor();
    t.ok(!(await page.content()).includes(password), "shown once");
    const seen = await asked<{
      days: { slots: { lessons: { lesson: string; main?: string }[] }[] }[];
    }>(page, "GET", `/api/v1/plan?from=${day}&to=${day}`);
    const mine = seen.days[0]?.slots.flatMap((one) => one.lessons).find((l) => l.lesson === lesson);
    t.eq(mine?.main, card, "the plan has him as its main instructor");

    await page.locator("button", { hasText: "わりあてを取りやめる" }).click();
    await page.locator(".sure .button").click();
    await page.locator(".deeds .pill", { hasText: "取りやめ" }).waitFor();
  });
});
