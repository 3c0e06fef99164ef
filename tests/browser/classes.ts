/** Lessons on the screen: staff make a course, the board decides, the plan says what is missing; children choose
 * with one press and take part; a class reads, raises hands, answers and asks in step (AI-4.4-キ, AI-4.6-ア-2). */
import type { Page } from "playwright-core";
import { dayIn, lessonOn } from "./classes_made.ts";
import { login, place, signedIn, Visit, visiting } from "./engine.ts";
import { suite } from "./t.ts";
import { asked } from "./watch_made.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

/** A day with slots of its own, far enough ahead that nobody else plans it. */
async function dayWithSlots(page: Page, n: number): Promise<string> {
  const day = dayIn(n);
  await asked(page, "PUT", `/api/v1/plan/days/${day}`, {
    slots: [
      { from: "10:15", to: "11:00" },
      { from: "11:10", to: "11:55" },
    ],
  });
  return day;
}

async function makeCourse(page: Page): Promise<void> {
  const folded = page.locator("details:not([open]):has(#course-new-title) summary");
  if ((await folded.count()) > 0) await folded.click();
  await page.click("section:has(#course-new-title) form .button");
  await page.waitForSelector("#course-new-title-fault");
  await page.fill("#course-new-title", "星空の話");
  await page.fill("#course-new-summary", "よるの そらを いっしょに みます。");
  await page.check("#course-new-kind [value=guest]");
  await page.click("section:has(#course-new-title) form .button");
  await page.waitForSelector("#course-new-reading-0-fault");
  await page.fill("#course-new-reading-0", "ほしぞら");
  await page.fill("#course-new-reading-1", "はなし");
  await page.locator("label.choice:has([name=course-new-picture][value=star])").click();
  await page.click("section:has(#course-new-title) form .button");
  await page.waitForSelector("#course-decision");
}

test("classes_a_course_is_made_decided_and_planned", async (t) => {
  t.req("AI-4.4-キ-イ AI-4.4-キ-ウ AI-4.4-キ-エ");
  let course = "";
  await visiting(t, at, { state: await signedIn(at, "class_staff") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    await page.locator("a.door[href='#/plan']").click();
    await page.locator("a[href='#/courses']").click();
    await page.waitForSelector("#course-new-title", { state: "attached" });
    await visit.choose("light", "plain");
    await makeCourse(page);
    course = page.url().split("/").at(-1) ?? "";
    t.ok((await page.innerText("#course-decision ~ p")).includes("まだ"), "not seen by children");
    t.eq(await page.getByText("この内容で決める").count(), 0, "the board alone decides");
    await visit.choose("light", "ruby");
    t.ok((await page.locator("h1 rt").allInnerTexts()).includes("ほしぞら"), "read as written");
    await visit.choose("light", "plain");
    await page.locator("section:has(> #course-pages) summary").click();
    await page.fill("#page-0-text", "オリオン座《ざ》を さがそう。");
    await page.locator("section:has(> #course-pages) form button[type=submit]").click();
    await page.locator(".page-list .lesson-page").waitFor();
  });
  await visiting(t, at, { state: await signedIn(at, "class_board") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    const day = await dayWithSlots(page, 12);
    await visit.open(`#/courses/${course}`);
    await page.waitForSelector("#course-decision");
    await visit.choose("light", "plain");
    await page.getByText("この内容で決める").click();
    await page.locator(".sure .button").click();
    await page.locator("#course-decision ~ p", { hasText: "決めました" }).waitFor();

    await visit.open("#/plan");
    await page.waitForSelector("#plan-check");
    for (let i = 0; (await page.locator(`#slot-${day}-1`).count()) === 0; i++) {
      if (i > 3) throw new Error("the week is not found");
      await page.locator("nav button", { hasText: "次の週" }).click();
      await page
        .waitForFunction(
          (day) => document.querySelector(`#day-${day}`) !== null,
          dayIn(12 - 7 * (3 - i)),
          { timeout: 2000 },
        )
        .catch(() => undefined);
    }
    const slot = page.locator(`.plan-slot:has(#slot-${day}-1)`);
    t.ok((await slot.innerText()).includes("講座がありません"), "said what is missing");
    const head = page.locator(`.plan-day-head:has(#day-${day})`);
    await head.locator("button").click();
    await page.fill(`#plan-${day}-1-from`, "10時");
    await page.locator(".plan-form form .button.wide").click();
    await page.getByText("重ならないように").waitFor();
    await page.fill(`#plan-${day}-1-from`, "1115");
    await page.locator(".plan-form form .button.wide").click();
    await page.getByText("11:15–11:55").first().waitFor();
    await slot.locator(".plan-add").click();
    await page.selectOption("#plan-course", course);
    await page.selectOption("#plan-main", login(at, "class_teacher").account ?? "");
    await page.click(".plan-form form .button.wide");
    await slot.locator(".plan-lesson").waitFor();
    t.ok((await slot.innerText()).includes("支援員がいません"), "two people are needed");
    t.ok(
      (await page.innerText("#plan-check-said")).includes("直すところ"),
      "and the check says so",
    );
    await slot.locator(".plan-edit").click();
    await page.selectOption("#plan-main", login(at, "class_staff").account ?? "");
    await page.selectOption("#plan-supporter-0", login(at, "class_staff").account ?? "");
    await page.click(".plan-form form .button.wide");
    await slot.getByText("支援員を別の人に").waitFor();
    t.ok(true, "the main instructor is not the support staff");
    await slot.locator(".plan-edit").click();
    await page.selectOption("#plan-main", login(at, "class_teacher").account ?? "");
    await page.fill("#plan-link", "http://meet.example.jp/x");
    await page.click(".plan-form form .button.wide");
    await page.waitForSelector("#plan-link-fault");
    await page.fill("#plan-link", "https://meet.example.jp/x");
    await page.click(".plan-form form .button.wide");
    await page.waitForSelector(".plan-form", { state: "detached" });
    await slot.getByText("支援員を別の人に").waitFor({ state: "detached" });
    t.ok((await slot.innerText()).includes("専門性の記録がありません"), "who teaches is on file");
    t.eq(await slot.getByText("支援員がいません").count(), 0, "two people, one of each kind");
  });
});

test("classes_expertise_is_on_file", async (t) => {
  t.req("AI-4.4-キ-オ");
  await visiting(t, at, { state: await signedIn(at, "class_board") }, async (visit) => {
    const { page } = visit;
    await visit.open(`#/people/${login(at, "class_filed").account ?? ""}`);
    await page.waitForSelector("#qualifications");
    await visit.choose("light", "plain");
    const part = page.locator("section:has(> #qualifications)");
    await part.getByText("まだ記録はありません").waitFor();
    await part.locator("summary").click();
    await part.locator("form button[type=submit]").click();
    await page.waitForSelector("#qualification-what-fault");
    await page.check("#qualification-kind [value=expertise]");
    await page.fill("#qualification-what", "中学校教諭免許（数学）");
    await page.fill("#qualification-since", "2020-04-01");
    await part.locator("form button[type=submit]").click();
    await part.getByText("中学校教諭免許（数学）", { exact: true }).waitFor();
    t.eq(await part.locator(".pill-alert").count(), 0, "it counts today");
    await part.locator("button", { hasText: "取り消す" }).click();
    await part.locator(".sure .button").click();
    await part.locator(".pill-alert").waitFor();
  });
});

test("classes_a_child_chooses_and_lets_go_with_one_press", async (t) => {
  t.req("AI-4.4-キ-イ AI-4.3-イ-ア-1 HI-4.3-2");
  const link = "https://meet.example.jp/nazo";
  await lessonOn(at, {
    title: "言葉《ことば》の謎《なぞ》",
    picture: "talk",
    main: "class_teacher",
    supporter: "class_staff",
    places: 5,
    link,
  });
  await visiting(t, at, { state: await signedIn(at, "class_child0") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    await page.locator("a.to-lessons").click();
    const card = page.locator(".lesson-card", { hasText: "謎" });
    await card.waitFor();
    t.ok((await card.locator("h3 rt").allInnerTexts()).includes("ことば"), "with its readings");
    t.eq((await card.locator("svg.course-picture path").count()) > 0, true, "with a picture");
    t.ok((await card.innerText()).includes("教野"), "and who teaches");
    await visit.choose("light", "plain");
    t.ok((await card.innerText()).includes("あと5人"), "places left");
    t.eq(await page.locator(`a[href="${link}"]`).count(), 0, "no link for who has not chosen");
    await card.locator("button").click();
    await page.getByText("をえらびました").waitFor();
    await card.locator(`a[href="${link}"]`).waitFor();
    t.ok((await card.innerText()).includes("えらんでいます"), "chosen, and said so");
    await card.locator("button", { hasText: "やめる" }).click();
    await page.getByText("をやめました").waitFor();
    await card.getByText("あと5人").waitFor();
    t.eq(await page.locator(`a[href="${link}"]`).count(), 0, "the link goes with it");
  });
});

/** Into the place, onto the floor of the classrooms, in words. */
async function onClassFloor(visit: Visit): Promise<void> {
  const { page } = visit;
  await visit.open("#/place/floor/classes");
  await page.waitForSelector(".spot-form");
  await visit.choose("light", "plain");
  await page.locator(".choice-list .choice").nth(1).click();
  await page.click(".spot-form .button");
  await page.waitForSelector(".inside");
  if ((await page.locator(".map").count()) > 0) await page.click(".view-switch");
}

test("classes_read_ask_and_answer_in_step", async (t) => {
  t.req("AI-4.4-キ-エ AI-4.6-ア-2");
  const { lesson } = await lessonOn(at, {
    title: "声《こえ》の形《かたち》",
    main: "class_teacher",
    supporter: "class_staff",
    pages: [
      { title: "一枚目", text: "ここから はじめます。\nゆっくり いきます。" },
      { text: "つづきです。" },
    ],
  });
  const child = await Visit.begin(at, { state: await signedIn(at, "class_child1") });
  try {
    await visiting(t, at, { state: await signedIn(at, "class_teacher") }, async (visit) => {
      const { page } = visit;
      await child.open();
      await asked(child.page, "GET", "/api/v1/my/lessons");
      await onClassFloor(child);
      await onClassFloor(visit);
      await page.locator(".lesson-offer", { hasText: "声の形" }).waitFor();
      const mine = page.locator(".lesson-offer .row", { hasText: "声の形" });
      await mine.locator("button").click();
      await page.waitForSelector(".lesson-panel");

      await child.page.locator("a[href='#/place/classes']").click();
      const card = child.page.locator(".lesson-card", { hasText: "声" });
      await card.locator("button", { hasText: "授業に出る" }).click();
      await child.page.waitForSelector(".lesson-panel");
      await page.getByText("いま1人出ています").waitFor();

      await page.locator(".lesson-panel button", { hasText: "最初のページ" }).click();
      const read = child.page.locator(".lesson-page .lines");
      await read.getByText("ここから はじめます。").waitFor();
      t.eq((await read.innerText()).split("\n").length, 2, "lines stay lines");
      await page.locator(".lesson-panel button", { hasText: "つぎのページ" }).click();
      await child.page.getByText("つづきです。").waitFor();

      await child.page.locator("button", { hasText: "手をあげる" }).click();
      await child.page.getByText("手をあげています").waitFor();
      const hand = page.locator(".lesson-hands li", {
        hasText: login(at, "class_child1").display_name,
      });
      await hand.locator("button").click();
      await child.page.locator("button", { hasText: "手をあげる" }).waitFor();
      await page.locator(".lesson-hands li").waitFor({ state: "detached" });
      t.ok(true, "lowered by the teacher");

      await page.locator(".lesson-ask summary").click();
      await page.click(".lesson-ask form button[type=submit]");
      await page.getByText("2つ以上の答え").waitFor();
      await page.fill("#poll-question", "どちらが すき？");
      await page.fill("#poll-choice-0", "うみ");
      await page.fill("#poll-choice-1", "やま");
      await page.click(".lesson-ask form button[type=submit]");
      await child.page.locator(".lesson-panel button", { hasText: "やま" }).click();
      await child.page.locator(".lesson-panel button[aria-pressed=true]").waitFor();
      await page.locator(".poll-result li", { hasText: "やま" }).getByText("1人").waitFor();
      await page.locator("button", { hasText: "しめきる" }).click();
      await child.page.getByText("しめきりました").waitFor();

      await child.page.locator(".lesson-ask summary").click();
      await child.page.fill("#lesson-ask", "これは なんですか");
      await child.page.click(".lesson-ask form button[type=submit]");
      const question = page.locator(".lesson-asked li", { hasText: "これは なんですか" });
      await question.locator("button").click();
      await child.page.getByText("答えました").waitFor();

      await child.page.locator(".lesson-panel button", { hasText: "授業をぬける" }).click();
      await child.page.waitForSelector(".lesson-panel", { state: "detached" });
      await page.getByText("いま0人出ています").waitFor();
      t.ok(true, "left without a word to anybody");
    });
  } finally {
    await child.context.close();
  }
  await visiting(t, at, { state: await signedIn(at, "class_board") }, async (visit) => {
    const { page } = visit;
    await visit.open(`#/lessons/${lesson}`);
    await page.waitForSelector("#attendance-people");
    await visit.choose("light", "plain");
    const row = page.locator("section:has(> #attendance-people) li").first();
    const text = await row.innerText();
    t.ok(text.includes(login(at, "class_child1").display_name), "who was there", text);
    t.ok(text.includes("15分未満"), "and not long enough to count", text);
  });
});

test("classes_are_no_pages_of_others", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "reader") }, async (visit) => {
    for (const hash of ["#/plan", "#/courses", "#/lessons"]) {
      await visit.open(hash);
      await visit.page.waitForSelector(".note-card");
      t.eq(await visit.page.locator("main form").count(), 0, hash);
    }
  });
});
