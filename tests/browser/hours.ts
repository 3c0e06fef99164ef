/** Opening hours as people meet them: the board decides, staff read, children are told kindly. */
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { place, signedIn, sizes, Visit, visiting } from "./engine.ts";
import { asked } from "./people_made.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
const always = [{ from: "00:00", to: "24:00" }];
const names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const wholeWeek = Object.fromEntries(names.map((one) => [one, always]));

/** A day of Japan, `n` days from today, and the time there. */
function dayIn(n: number): string {
  return new Date(Date.now() + 9 * 3600_000 + n * 86_400_000).toISOString().slice(0, 10);
}
function minuteNow(): number {
  const shown = new Date(Date.now() + 9 * 3600_000);
  return shown.getUTCHours() * 60 + shown.getUTCMinutes();
}
function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
/** The first day of that weekday (1: Monday) from `n` days on. */
function nextOf(weekday: number, n: number): string {
  let at = n;
  while (new Date(`${dayIn(at)}T00:00:00Z`).getUTCDay() !== weekday) at++;
  return dayIn(at);
}

async function put(page: Page, path: string, body: object): Promise<void> {
  await asked(page, "PUT", `/hours/${path}`, { id: randomUUID(), ...body });
}
/** As tests/browser/run left it: open at every hour. */
async function openAlways(page: Page): Promise<void> {
  await put(page, "pattern", { week: wholeWeek });
  await put(page, "days", { day: dayIn(0), slots: always });
}

async function board(visit: Visit): Promise<Page> {
  await visit.open("#/hours");
  await visit.page.waitForSelector(".month-cell");
  return visit.page;
}
async function saved(page: Page): Promise<void> {
  await page.waitForSelector(".page > [role=status] .note");
}
/** What a child's own page says of the place. */
async function childReads(look: (page: Page, text: string) => Promise<void>): Promise<void> {
  const child = await Visit.begin(at, { state: await signedIn(at, "child1") });
  try {
    await child.open();
    await child.choose("light", "plain");
    await child.page.waitForSelector(".now .now-state");
    await look(child.page, await child.page.innerText(".now"));
    if ((await child.page.locator(".now .fault").count()) > 0)
      child.faults.push("a child is shown a fault");
  } finally {
    await child.context.close();
  }
}

test("board_changes_the_week_and_everybody_sees_it_at_once", async (t) => {
  t.req("AI-2.3-イ, KP-1-千葉-2, AI-4.3-ウ-イ-2");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    await page.click(".week + .quiet-button");
    for (const one of ["monday", "tuesday", "wednesday", "thursday", "friday"]) {
      await page.fill(`#week-${one}-0-from`, one === "monday" ? "９" : "10");
      await page.fill(`#week-${one}-0-to`, one === "monday" ? "11:30" : "12");
    }
    const monday = page.locator("fieldset.slots").first();
    await monday.locator("> .quiet-button").click();
    await page.fill("#week-monday-1-from", "13");
    await page.fill("#week-monday-1-to", "15:30");
    for (const one of [6, 5])
      await page.locator("fieldset.slots").nth(one).locator(".slot .quiet-button").click();
    await page.click("form:has(#week-reason) .button");
    await page.waitForSelector("#week-reason-fault");
    t.ok(
      (await page.innerText("#week-reason-fault")).includes("3日より少なく"),
      "a short week is asked for its reason, at the reason",
      await page.innerText("#week-reason-fault"),
    );
    t.eq(await page.evaluate(() => document.activeElement?.id), "week-reason", "led to it");
    await page.screenshot({ path: "build/shots/70-hours-week.png", fullPage: true });
    await page.fill("#week-reason", "夏休みのあいだ");
    await page.click("form:has(#week-reason) .button");
    await saved(page);
    await page.getByText("夏休みのあいだ").waitFor();
    await page.locator("table.week", { hasText: "15:30" }).waitFor();
    const row = await page.locator("table.week tbody tr").first().innerText();
    t.ok(/09:00–11:30.*13:00–15:30/s.test(row), "two slots a day, read as typed", row);
    const past = await page.locator(".history .past").first().innerText();
    t.ok(past.includes("00:00–24:00") && past.includes("13:00–15:30"), "old and new", past);
    t.ok(past.includes("夏休みのあいだ") && past.includes("教育委員会"), "why and by whom", past);
    t.ok(/\d{4}年.*\d:\d\d/.test(past), "and when", past);
    const week = await asked<{ week: { monday: unknown } }>(page, "GET", "/hours/plan");
    t.eq(
      week.week.monday,
      [
        { from: "09:00", to: "11:30" },
        { from: "13:00", to: "15:30" },
      ],
      "and so the node has it",
    );
    await openAlways(page);
  });
});

test("board_closes_in_one_act_and_children_read_why", async (t) => {
  t.req("AI-2.3-イ, AI-4.3-ウ-イ-1");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    await put(page, "holidays", { day: dayIn(0), is_holiday: false }); // today may be one
    await put(page, "days", { day: dayIn(1), slots: [{ from: "10:00", to: "12:00" }] });
    await childReads(async (_, text) => {
      t.ok(text.includes("いま、開いています"), "a child reads that it is open", text);
    });
    await page.click(".closing summary");
    await page.click(".closing form .button");
    await page.waitForSelector("#close-message-fault");
    t.ok(true, "nobody is sent away without a word");
    await page.fill("#close-message", "台風が来るので、お休みです");
    await page.screenshot({ path: "build/shots/71-hours-close.png", fullPage: true });
    await page.click(".closing form .button");
    await saved(page);
    await page.waitForFunction(
      () => document.querySelector(".now")?.textContent?.includes("お休み") ?? false,
    );
    t.ok(true, "closed at once");
    await childReads(async (child, text) => {
      t.ok(text.includes("お休みの時間です"), "the child reads it calmly", text);
      t.ok(text.includes("台風が来るので"), "and why", text);
      t.ok(/つぎは、あした \d+月\d+日（.）の10時からです/.test(text), "and when next", text);
      await child.screenshot({ path: "build/shots/72-home-closed.png", fullPage: true });
      await child.setViewportSize(sizes.phone);
      await visitRuby(child);
      await child.screenshot({ path: "build/shots/73-home-closed-phone.png", fullPage: true });
      t.eq(await child.locator(".button.go-in").count(), 0, "the way in looks otherwise");
      await child.locator(".go-in").click({ trial: true });
    });
    await visiting(t, at, { size: sizes.phone }, async (out) => {
      await out.open();
      await out.choose("light", "plain");
      const gate = out.page.locator(".gate");
      await gate.waitFor();
      t.ok(/お休みの時間です[^]*つぎは、あした \d+月\d+日（.）の10時からです[^]*SOS/.test(await gate.innerText()), "said before coming in", await gate.innerText()); // prettier-ignore
      t.ok(((await gate.boundingBox())?.y ?? 999) < 400, "where it is seen");
      await out.page.screenshot({ path: "build/shots/77-first-page-closed.png" });
    });
    const days = page.locator(".own-days li");
    await days.first().locator("button").click();
    await page.check("#day-what [value=back-day]");
    await page.click("form:has(#day-what) .button");
    await page.waitForFunction(
      () => document.querySelector(".now")?.textContent?.includes("開") ?? false,
    );
    t.ok(true, "taken back, it is open again");
    await put(page, "holidays", { day: dayIn(0) });
    await put(page, "days", { day: dayIn(1) });
    await openAlways(page);
  });
});

async function visitRuby(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.querySelectorAll<HTMLInputElement>("#display-panel input")[1]?.click();
  });
  await page.waitForFunction(() => document.documentElement.dataset["form"] === "ruby");
}

test("session_has_its_title_and_may_be_left_at_any_time", async (t) => {
  t.req("SE-4.1-イ-2");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    const day = nextOf(6, 20);
    await page.fill("#hours-day", day);
    await page.waitForSelector("#day-slots-0-from");
    await page.fill("#day-slots-0-from", "14");
    await page.fill("#day-slots-0-to", "16");
    await page.fill("#day-title", "おりがみの会");
    await page.click("form:has(#day-what) .button");
    await saved(page);
    const own = await page.locator(".own-days li", { hasText: "おりがみの会" }).innerText();
    t.ok(own.includes("14:00–16:00"), "in the list of days", own);
    await put(page, "days", { day: dayIn(0), slots: always, title: "ほっとルーム" });
    await childReads(async (child, text) => {
      t.ok(text.includes("きょうは「ほっとルーム」の日です"), "a child reads its title", text);
      await child.screenshot({ path: "build/shots/74-home-session.png", fullPage: true });
    });
    await put(page, "days", { day });
    await openAlways(page);
  });
});

test("holidays_are_added_and_taken_out_in_the_calendar", async (t) => {
  t.req("AI-4.3-ウ-イ-1");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    const day = nextOf(3, 40);
    const month = day.slice(0, 7);
    const turns =
      (Number(month.slice(0, 4)) - Number(dayIn(0).slice(0, 4))) * 12 +
      Number(month.slice(5)) -
      Number(dayIn(0).slice(5, 7));
    for (let i = 0; i < turns; i++) await page.locator(".month-turn button").last().click();
    const n = String(Number(day.slice(8)));
    const cell = page.locator("button.month-cell", {
      has: page.getByText(n, { exact: true }),
    });
    await page.waitForFunction(
      (month) => document.querySelector(".month-name")?.textContent?.includes(`${month}月`),
      Number(month.slice(5)),
    );
    await cell.first().click();
    await page.waitForSelector("#day-what");
    t.eq(await page.inputValue("#hours-day"), day, "the day that was pressed");
    await page.check("#day-what [value=holiday]");
    await page.click("form:has(#day-what) .button");
    await page.waitForSelector("#day-name-fault");
    t.ok(true, "a holiday has a name");
    await page.fill("#day-name", "市民の日");
    await page.click("form:has(#day-what) .button");
    await saved(page);
    await page.waitForFunction(() =>
      document.querySelector(".month")?.textContent?.includes("市民の日"),
    );
    t.ok(true, "it stands in the calendar");
    await page.screenshot({ path: "build/shots/75-hours-month.png", fullPage: true });
    await cell.first().click();
    await page.waitForSelector("#day-what [value=back-holiday]");
    await page.check("#day-what [value=back-holiday]");
    await page.click("form:has(#day-what) .button");
    await page.waitForFunction(
      () => !document.querySelector(".month")?.textContent?.includes("市民の日"),
    );
    t.ok(true, "and goes again");
    const law = "2027-01-01";
    if (dayIn(0) < law) {
      await page.fill("#hours-day", law);
      await page.waitForSelector("#day-what [value=work]");
      await page.check("#day-what [value=work]");
      await page.click("form:has(#day-what) .button");
      await page.waitForFunction(() =>
        document.querySelector(".own-days")?.textContent?.includes("外した祝日"),
      );
      t.ok(true, "a national one is taken out");
      await put(page, "holidays", { day: law });
    }
  });
});

test("child_reads_on_a_holiday_when_it_opens_next", async (t) => {
  t.req("AI-4.3-ウ-イ-1");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    await put(page, "holidays", { day: dayIn(0), is_holiday: true, name: "まちの記念日" });
    await put(page, "days", { day: dayIn(0) });
    await put(page, "days", { day: dayIn(1), slots: [{ from: "13:30", to: "15:00" }] });
    await childReads(async (_, text) => {
      t.ok(/つぎは、あした .*の13時30分からです/.test(text), "tomorrow at half past one", text);
    });
    await put(page, "days", { day: dayIn(1) });
    await put(page, "holidays", { day: dayIn(0) });
    await openAlways(page);
  });
});

test("child_reads_how_long_it_is_still_open", async (t) => {
  t.req("AI-4.3-ウ-イ-2");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    const close = minuteNow() + 8;
    if (close > 1439) return void t.ok(true, "too near to midnight to try");
    await put(page, "days", { day: dayIn(0), slots: [{ from: "00:00", to: clock(close) }] });
    await childReads(async (child, text) => {
      t.ok(/あと[78]分で閉まります/.test(text), "minutes, not a countdown of seconds", text);
      await child.screenshot({ path: "build/shots/76-home-closing.png", fullPage: true });
    });
    await openAlways(page);
  });
});

test("two_of_the_board_who_decide_on_hours_are_told", async (t) => {
  t.req("AI-2.3-イ");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    await page.locator(".month").scrollIntoViewIfNeeded();
    await page.fill("#hours-day", dayIn(30));
    await page.waitForSelector("#day-title");
    await page.fill("#day-title", "二人目の会");
    await put(page, "days", { day: dayIn(31), slots: always, title: "一人目の会" });
    await page.click("form:has(#day-what) .button");
    await page.waitForSelector("form:has(#day-what) [role=alert] .fault");
    t.ok(
      (await page.innerText("form:has(#day-what) [role=alert]")).includes("先に変更"),
      "somebody was first",
    );
    await page.waitForFunction(() =>
      document.querySelector(".own-days")?.textContent?.includes("一人目の会"),
    );
    t.eq(await page.inputValue("#day-title"), "二人目の会", "what was typed stays");
    await page.click("form:has(#day-what) .button");
    await saved(page);
    t.ok(true, "and is decided by the next press");
    for (const n of [30, 31]) await put(page, "days", { day: dayIn(n) });
  });
});

test("every_defect_of_hours_stands_at_its_field", async (t) => {
  t.req("AI-2.3-イ");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    const past = page.locator("form:has(#day-what)");
    await page.fill("#hours-day", dayIn(12));
    await page.waitForSelector("#day-slots-0-from");
    await page.fill("#day-slots-0-from", "25:00");
    await past.locator(".button").click();
    await page.waitForSelector("#day-slots-0-from-fault");
    t.ok((await page.innerText("#day-slots-0-from-fault")).includes("10:00 のように"), "a time");
    t.eq(await page.evaluate(() => document.activeElement?.id), "day-slots-0-from", "led to it");
    await page.fill("#day-slots-0-from", "15");
    await page.fill("#day-slots-0-to", "10");
    await past.locator(".button").click();
    await page.waitForSelector("#day-slots-0-to-fault");
    t.ok(true, "an order");
    await page.fill("#hours-day", "2020-01-01");
    await page.waitForFunction(() => document.querySelector("form:has(#day-what) .fault") === null);
    await past.locator(".button").click();
    await page.waitForSelector("form:has(#day-what) .fault");
    t.ok((await past.innerText()).includes("すぎた日は変えられません"), "a day that is over");
    await page.locator("section:has(#year-end-title) > .quiet-button").click();
    await page.fill("#year-end-to", "32");
    await page.click("form:has(#year-end-to) .button");
    await page.waitForSelector("#year-end-to-fault");
    t.ok((await page.innerText("#year-end-to-fault")).includes("1月の日"), "a day of January");
    await page.screenshot({ path: "build/shots/77-hours-faults.png", fullPage: true });
  });
});

test("turn_of_the_year_is_the_board_s", async (t) => {
  t.req("AI-4.3-ウ-イ-1");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    const section = page.locator("section", { has: page.locator("#year-end-title") });
    await section.locator(".quiet-button").click();
    await page.fill("#year-end-from", "27");
    await page.fill("#year-end-to", "５");
    await page.click("form:has(#year-end-to) .button");
    await saved(page);
    await section.getByText("12月27日から1月5日まで").waitFor();
    t.ok(true, "longer");
    await section.locator(".quiet-button").click();
    await section.locator(".check input").check();
    await section.locator(".button").click();
    await page.waitForFunction(
      () =>
        !document
          .querySelector("#year-end-title")
          ?.parentElement?.textContent?.includes("12月27日"),
    );
    t.ok((await section.innerText()).includes("いつもの週と同じ"), "or not at all");
    await put(page, "year-end", { from: "12-29", to: "01-03" });
  });
});

test("calendar_is_read_and_used_by_keyboard", async (t) => {
  t.req("AI-2.3-イ");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    t.eq(await page.locator(".month thead th[scope=col]").count(), 7, "seven named columns");
    t.eq(await page.locator(".month [aria-current=date]").count(), 1, "today is marked");
    const cell = page.locator("button.month-cell").last();
    await cell.focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("#day-what");
    t.eq(
      await page.evaluate(() => document.activeElement?.tagName),
      "H2",
      "the day's form has the focus",
    );
    await page.keyboard.press("Tab");
    t.eq(await page.evaluate(() => document.activeElement?.id), "hours-day", "the day is next");
    await page.setViewportSize(sizes.phone);
    await page.waitForSelector(".month-rows");
    t.ok((await page.locator(".month-rows tbody th[scope=row]").count()) >= 28, "a day a row");
    await page.screenshot({ path: "build/shots/78-hours-phone.png", fullPage: true });
  });
});

test("staff_read_hours_and_children_have_no_such_page", async (t) => {
  t.req("AI-2.3-イ");
  await visiting(t, at, { state: await signedIn(at, "reader") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/hours");
    await page.waitForSelector(".week");
    t.eq(await page.locator("main form, .closing").count(), 0, "nothing to change");
    t.eq(await page.locator(".history").count(), 0, "who decided is not theirs to see");
    t.eq(await page.locator("button.month-cell").count(), 0, "days are not pressed");
    await page.screenshot({ path: "build/shots/79-hours-read.png", fullPage: true });
  });
  await visiting(t, at, { state: await signedIn(at, "auditor") }, async (visit) => {
    await visit.open("#/hours");
    await visit.page.waitForSelector(".history .past");
    t.eq(await visit.page.locator("main form").count(), 0, "the auditor reads who decided what");
  });
  await visiting(t, at, { state: await signedIn(at, "child1") }, async (visit) => {
    await visit.open("#/hours");
    await visit.page.waitForSelector(".note-card");
    t.ok(!visit.asked.some((url) => url.includes("/api/v1/hours/")), "a child asks nothing of it");
  });
});

test("warnings_before_closing_are_settings_in_words", async (t) => {
  t.req("AI-4.3-ウ-イ-2");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    await visit.choose("light", "plain");
    t.ok(
      (await page.innerText("main")).includes("閉まる10分前と3分前に知らせます"),
      "the page says them",
    );
    for (const [name, title, value] of [
      ["hours.warn_first", "閉まる前のはじめのお知らせ", "10分"],
      ["hours.warn_last", "閉まる前の最後のお知らせ", "3分"],
      ["hours.long_minutes", "長く開く日とみなす時間", "300分"],
      ["hours.long_days", "長く開く日の、週に必要な数", "3日"],
    ] as const) {
      await page.goto(`${at.url}/#/settings/${name}`);
      await page.waitForFunction(
        (title) => document.querySelector("h1")?.textContent?.includes(title),
        title,
      );
      t.eq((await page.innerText(".facts b")).trim(), value, title);
    }
  });
});
