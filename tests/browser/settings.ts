/** The settings of a municipality, changed on the screen (HI-3.3-9). */
import type { Page } from "playwright-core";
import { place, signedIn, Visit, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
const message = "#/settings/first_page.message";

async function value(page: Page): Promise<string> {
  return (await page.locator(".facts b").innerText()).trim();
}

async function change(page: Page, text: string): Promise<void> {
  await page.fill("#new-value", text);
  await page.click("form .button");
  await page.waitForFunction(
    (text) => document.querySelector(".facts b")?.textContent?.trim() === text,
    text,
  );
}

test("settings_list_names_every_row_and_finds_them", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/settings");
    await page.waitForSelector(".setting-row");
    const n = await page.locator(".setting-row").count();
    t.ok(n >= 2, `${n} settings`);
    const rows = (
      await page.evaluate(
        async () =>
          (await (await fetch("/api/v1/settings")).json()) as { items: { title_ja: string }[] },
      )
    ).items;
    t.eq(
      await page.locator(".setting-row .door-title").allInnerTexts(),
      rows.map((one) => one.title_ja),
      "as the node has them",
    );
    await page.fill("#settings-search", "ガメンノコトバ".replace("ガメン", "画面"));
    await page.waitForFunction((n) => document.querySelectorAll(".setting-row").length < n, n);
    t.ok(
      (await page.locator(".setting-row").allInnerTexts()).some((one) =>
        one.includes("画面のことば"),
      ),
      "found by katakana",
    );
    await page.fill("#settings-search", "ここにないことば");
    await page.waitForSelector(".note");
    t.eq(await page.locator(".setting-row").count(), 0, "and says when there is none");
  });
});

test("setting_is_changed_seen_by_everyone_and_undone", async (t) => {
  t.req("HI-3.3-9");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open(message);
    await page.waitForSelector("#new-value");
    const before = await value(page);
    await change(page, "きょうは 絵本の日です");
    t.ok(await page.isVisible("[role=alert] .note"), "it says that it is changed");
    const guest = await Visit.begin(at);
    await guest.open();
    t.eq(
      await guest.page.innerText(".message"),
      "きょうは 絵本の日です",
      "the first page of anyone shows it",
    );
    await guest.end(t);
    await page.waitForFunction(() =>
      document.querySelector(".past")?.textContent?.includes("絵本の日"),
    );
    t.ok(true, "the history has it");
    await visit.settled(); // the history is asked for after the value
    await page.locator(".past button").first().click();
    await page.waitForFunction(
      (want) => document.querySelector(".facts b")?.textContent?.trim() === want,
      before,
    );
    t.ok(true, "undone: as before");
    await page.waitForFunction(() => document.querySelectorAll(".past").length >= 2);
    t.ok(true, "and the undoing is in the history, too");
  });
});

test("setting_is_planned_for_a_time", async (t) => {
  t.req("HI-3.3-9");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/settings/first_page.words");
    await page.waitForSelector("main .choice");
    await page.locator("main .choice input[name=new-value]").nth(2).check();
    await page.locator("main .choice input[name=new-when]").nth(1).check();
    await page.click("form .button");
    await page.waitForSelector(".fault");
    t.ok(true, "without a time it asks for one");
    const year = new Date().getFullYear();
    await page.fill("#new-from", `${year + 10}-04-01T00:00`);
    await page.click("form .button");
    await page.waitForSelector(".fault .given");
    t.ok(true, "a time too far away is refused in words");
    await page.fill("#new-from", `${year + 1}-04-01T00:00`);
    await page.click("form .button");
    await page.waitForSelector(".planned");
    t.ok(
      (await page.innerText(".planned")).includes(`${year + 1}年4月1日`),
      "the plan stands with its day in Japan",
      await page.innerText(".planned"),
    );
    t.ok((await value(page)).includes("ふりがな"), "today's value is the same");
    await visit.settled(); // the history is asked for after the value
    await page.locator(".past button").first().click();
    await page.waitForSelector(".planned", { state: "detached" });
    t.ok(true, "and a plan can be taken back");
  });
});

test("nothing_new_is_not_sent", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open(message);
    await page.waitForSelector("#new-value");
    await change(page, "あ");
    let nSent = 0;
    page.on("request", (request) => (nSent += request.method() === "PUT" ? 1 : 0));
    await page.click("form .button");
    await page.waitForSelector(".fault");
    t.eq(nSent, 0, "the node was not asked");
  });
});

test("two_people_changing_one_setting_are_told", async (t) => {
  t.req("HI-3.3-9");
  const first = await Visit.begin(at, { state: await signedIn(at, "board") });
  const second = await Visit.begin(at, { state: await signedIn(at, "contractor2") });
  for (const one of [first, second]) {
    await one.open(message);
    await one.page.waitForSelector("#new-value");
  }
  await change(first.page, "一人目のことば");
  await second.page.fill("#new-value", "二人目のことば");
  await second.page.click("form .button");
  await second.page.waitForSelector("[role=alert] .fault");
  await second.page.waitForFunction(
    () => document.querySelector(".facts b")?.textContent?.trim() === "一人目のことば",
  );
  t.ok(true, "the second sees what the first decided, and that theirs was not taken");
  await change(second.page, "二人目のことば");
  t.eq(await value(second.page), "二人目のことば", "and can decide again");
  await first.end(t);
  await second.end(t);
});

test("breaking_a_setting_s_rule_is_refused_in_words", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open(message);
    await page.waitForSelector("#new-value");
    const before = await value(page);
    await page.fill("#new-value", "あ".repeat(401));
    await page.click("form .button");
    await page.waitForSelector("[role=alert] .fault");
    t.ok(
      /[ぁ-ん]/.test(await page.innerText("[role=alert] .fault")),
      "a Japanese sentence",
      await page.innerText("[role=alert] .fault"),
    );
    t.eq(await value(page), before, "nothing changed");
  });
});

test("auditor_reads_and_changes_nothing", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "auditor") }, async (visit) => {
    await visit.open(message);
    await visit.page.waitForSelector(".facts");
    await visit.settled();
    t.eq(await visit.page.locator("form").count(), 0, "no form");
    t.eq(await visit.page.locator(".past button").count(), 0, "no undo");
    t.ok(await visit.page.isVisible("main .note"), "and a sentence that says why");
  });
});

test("choices_have_names_people_can_read", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/settings");
    const rows = (
      await page.evaluate(
        async () =>
          (await (await fetch("/api/v1/settings")).json()) as {
            items: { name: string; type: string; choices: string[] }[];
          },
      )
    ).items;
    for (const { name, choices } of rows.filter((one) => one.type === "enum")) {
      await visit.leave();
      await visit.open(`#/settings/${name}`);
      await page.waitForSelector("main .choice");
      const shown = await page.locator("main fieldset").first().locator(".choice").allInnerTexts();
      t.eq(
        shown.filter((one) => choices.includes(one.trim()) && one.trim() !== "English"),
        [],
        `${name}: no bare code is shown`,
      );
    }
  });
});

test("long_history_is_read_to_its_end", async (t) => {
  t.req("HI-3.3-9");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open(message);
    await page.waitForSelector("#new-value");
    const refused = await page.evaluate(async () => {
      let n = 0;
      for (let i = 0; i < 60; i++) {
        const body = JSON.stringify({ id: crypto.randomUUID(), value: `ことば ${i}` });
        const headers = { "content-type": "application/json" };
        const answer = await fetch("/api/v1/settings/first_page.message", {
          method: "PUT",
          headers,
          body,
        });
        if (!answer.ok) n++;
      }
      return n;
    });
    t.eq(refused, 0, "sixty decisions");
    await page.reload();
    await page.waitForSelector(".past");
    const first = await page.locator(".past").count();
    t.ok(first < 60, `the first page of the history has ${first}`);
    await page.click(".history + .quiet-button");
    await page.waitForFunction((first) => document.querySelectorAll(".past").length > first, first);
    t.ok((await page.locator(".past").count()) >= 60, "the older ones follow");
    const said = await page.locator(".past-values b").allInnerTexts();
    t.eq(
      said.slice(0, 60).map((one) => one.trim()),
      Array.from({ length: 60 }, (_, i) => `ことば ${59 - i}`),
      "newest first, none twice, none left out",
    );
  });
});
