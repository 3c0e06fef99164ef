/** People at their desks: the roster, the people it brings, IDs many at a time, the records. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { place, signedIn, type Visit, visiting } from "./engine.ts";
import { search } from "./people_made.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
const rosters = "build/browser/rosters";

async function handIn(page: Page, name: string): Promise<void> {
  await page.goto(`${at.url}/#/roster`);
  await page.waitForSelector("#roster-file");
  await page.setInputFiles("#roster-file", `${rosters}/${name}.zip`);
  await page.click("form .button");
  await page.waitForSelector(".facts");
}

/** Looks at the roll-over anew, with the wishes chosen; what the node said. The new list is there. */
async function lookAgain(page: Page): Promise<number> {
  const before = await page.waitForSelector("input[name=rollover-kind]");
  const [answer] = await Promise.all([
    page.waitForResponse(
      (answer) => answer.url().endsWith("/roster/rollover") && answer.request().method() === "POST",
    ),
    page.click("form .button"),
  ]);
  if (answer.ok()) await before.waitForElementState("hidden"); // the old list is taken away
  return answer.status();
}

/** The file that a click brings. */
async function downloaded(page: Page, selector: string): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
  return readFileSync(await download.path());
}

async function find(visit: Visit, q: string): Promise<string[]> {
  await search(visit, q);
  return visit.page.locator(".person-name").allInnerTexts();
}

test("nothing_or_no_roster_is_not_taken", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "contractor2") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/roster");
    await page.click("form .button");
    await page.waitForSelector("form .fault");
    t.eq(
      await page.evaluate(() => document.activeElement?.id),
      "roster-file",
      "without a file the field is pointed at",
    );
    await page.setInputFiles("#roster-file", {
      name: "x.zip",
      mimeType: "application/zip",
      buffer: Buffer.from("no zip at all"),
    });
    await page.click("form .button");
    await page.waitForSelector(".facts .pill-alert");
    t.ok(
      (await page.innerText("main")).includes("ZIP全体"),
      "what is no ZIP is told as a finding",
      await page.innerText("main"),
    );
  });
});

test("roster_with_defects_is_told_line_by_line", async (t) => {
  t.req("NI-T2-1");
  await visiting(t, at, { state: await signedIn(at, "contractor2") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/roster");
    await handIn(page, "broken");
    const text = await page.innerText("main");
    for (const want of ["使えません", "users.csv", "3行目", "familyName", "enrollments.csv"])
      t.ok(text.includes(want), `the findings say ${want}`);
    t.ok(
      text.indexOf("よんでください.txt") > text.indexOf("enrollments.csv"),
      "cautions come after errors",
    );
    const csv = (await downloaded(page, "main .quiet-button")).toString("utf8");
    t.eq([csv.charCodeAt(0), csv.trim().split("\n").length], [0xfeff, 6], "the CSV has all five");
    t.eq(await page.locator(".sure, main .button[type=button]").count(), 0, "nothing to apply");
  });
});

test("roster_is_looked_at_by_the_contractor_and_applied_by_the_board", async (t) => {
  t.req("NI-T2-1");
  let address = "";
  await visiting(t, at, { state: await signedIn(at, "contractor2") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/roster");
    await handIn(page, "later");
    await page.waitForSelector("main .choice");
    address = new URL(page.url()).hash;
    const text = await page.innerText("main");
    t.ok(text.includes("教育委員会の担当者"), "the contractor is told who decides");
    t.eq(await page.locator("main button.button").count(), 0, "and has no button for it");
  });
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open(address);
    await page.waitForSelector("button.button");
    t.ok(
      (await page.innerText("main")).includes("1人がいなくなり"),
      "who leaves is said before",
      await page.innerText("main"),
    );
    await page.click("button.button");
    await page.waitForSelector(".sure");
    await page.click(".sure .quiet-button");
    t.eq(await page.locator(".sure").count(), 0, "no is no");
    await page.click("button.button");
    await page.click(".sure .button");
    await page.waitForSelector("a.button[href='#/people']", { timeout: 60_000 });
    t.ok((await page.innerText(".facts")).includes("反映しました"), "in force");
    await page.click("a.button[href='#/people']");
    await page.waitForSelector(".person-row");
    t.ok(
      (await find(visit, "さいとう")).some((one) => one.includes("さいとう")),
      "somebody of the roster is found by kana",
    );
    t.eq(await find(visit, "ここにいない"), [], "and nobody where there is none");
    t.ok((await page.innerText("[role=status].fine")).includes("いません"), "which is said");
  });
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open(`#/roster/${at.imports["checked"]}`);
    await page.waitForSelector("button.button");
    await page.locator(".deeds li").first().waitFor();
    const shown = (await page.locator(".deeds").allInnerTexts()).join("\n");
    t.ok(
      /[小中]\d\s/.test(shown) && !/(^|\s)[PJ]\d\s/m.test(shown),
      "grades as people say them",
      shown,
    );
    await page.click("button.button");
    await page.click(".sure .button");
    await page.waitForSelector("[role=alert] .fault");
    t.ok(
      (await page.innerText("[role=alert] .fault")).includes("ほかの変更"),
      "what was looked at before is out of date: look again",
    );
    await visit.open("#/rollover"); // made before as well: who has left since is in its list
    await page.locator("main label.choice", { hasText: "上がる" }).click();
    const gone = page.locator(".deeds li").filter({ hasText: "渡邉" });
    await gone.locator(".quiet-button").first().click();
    await page.waitForSelector("form .note");
    t.eq(await lookAgain(page), 422, "nobody who has left can repeat a grade");
    await page.waitForSelector("#rollover-fault.fault");
    t.ok((await page.innerText("#rollover-fault")).includes("もういません"), "it is said why");
    t.eq(await page.locator("form .note").count(), 0, "and the wish is taken back");
    t.eq(await lookAgain(page), 201, "so that a new look can be had");
  });
});

test("roster_is_exported_as_a_package", async (t) => {
  t.req("NI-T2-1");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    await visit.open("#/roster");
    const zip = await downloaded(visit.page, "main section:last-of-type .quiet-button");
    t.eq(zip.subarray(0, 2).toString("latin1"), "PK", "a ZIP");
    t.ok(zip.includes("users.csv") && zip.includes("manifest.csv"), "with the roster's files");
    await visit.page.waitForSelector(".note");
    t.ok((await visit.page.innerText(".note")).includes("消して"), "and what to do with it after");
  });
});

test("people_are_asked_for_approved_issued_and_printed", async (t) => {
  t.req("HI-3.3-4");
  await visiting(t, at, { state: await signedIn(at, "board5") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/people");
    await page.waitForSelector(".person-row");
    const made = await page.evaluate(async () => {
      const headers = { "content-type": "application/json" };
      const answers = await Promise.all(
        ["アカリ", "コダマ", "ヒカリ"].map((given) =>
          fetch("/api/v1/people", {
            method: "POST",
            headers,
            body: JSON.stringify({
              id: crypto.randomUUID(),
              role: "supporter",
              family: "窓口",
              given,
              family_kana: "まどぐち",
              given_kana: given,
            }),
          }),
        ),
      );
      await Promise.all(answers.map((one) => one.text())); // an answer unread stays open
      return answers.map((one) => one.ok);
    });
    t.eq(made, [true, true, true], "three are asked for");
    const act = (name: string): string => `section.card .row:nth-of-type(2) :text("${name}")`;
    t.eq((await find(visit, "まどぐち")).length, 3, "three are found");
    await page.click("section.card .row button");
    t.ok((await page.innerText("section.card")).includes("3人を選んで"), "all three chosen");
    await page.click(act("発行する"));
    await page.waitForSelector("section.card .fault");
    t.ok(true, "what is not approved cannot be issued, in words");
    await page.click(act("承認する"));
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".person-row")].every((one) =>
        one.textContent?.includes("承認済み"),
      ),
    );
    t.ok((await page.innerText("section.card .note")).includes("3人を承認"), "three approved");
    await page.click(act("発行する"));
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".person-row")].every((one) =>
        one.textContent?.includes("発行済み"),
      ),
    );
    t.ok((await page.innerText("section.card .note")).includes("3人にIDを発行"), "three issued");
    for (const name of ["ID票を", "パスワード票を"]) {
      const pdf = await downloaded(page, act(name));
      t.eq(pdf.subarray(0, 5).toString("latin1"), "%PDF-", "a PDF");
    }
    await page.selectOption("#people-state", "issued");
    t.eq((await find(visit, "まどぐち")).length, 3, "filtered by state");
    await page.selectOption("#people-state", "closed");
    t.eq((await find(visit, "まどぐち")).length, 0, "nobody of them is closed");
    await page.selectOption("#people-state", "none");
    t.ok((await find(visit, "")).length > 0, "whoever came with the roster has no ID yet");
    const pills = await page.locator(".person-row").allInnerTexts();
    t.ok(
      pills.every((one) => one.includes("IDなし")),
      "and nobody else is listed",
    );
  });
});

test("record_of_access_is_filtered_by_person_time_and_deed", async (t) => {
  t.req("NI-T3-8");
  await visiting(t, at, { state: await signedIn(at, "auditor") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/audit");
    await page.waitForSelector(".deed");
    t.eq(await page.locator("a[href^='#/people/']").count(), 0, "ids alone for the auditor");
    const before = await page.locator(".history > li").count();
    await page.selectOption("#audit-action", "export");
    await page.click("form .button");
    await visit.settled();
    const kinds = await page.locator(".history .pill").allInnerTexts();
    t.ok(kinds.length > 0 && kinds.length < before, "some of all");
    t.eq(
      kinds.filter((one) => one !== "持ち出した"),
      [],
      `only what was exported: ${kinds.length}`,
    );
    await page.selectOption("#audit-action", "");
    await page.fill("#audit-until", "2020-01-01T00:00");
    await page.click("form .button");
    await page.waitForFunction(() =>
      document.querySelector("main")?.textContent?.includes("当てはまる記録がありません"),
    );
    t.eq(await page.locator(".history > li").count(), 0, "nothing before there was anything");
    await page.fill("#audit-until", "");
    await page.fill("#audit-account", "no id");
    await page.click("form .button");
    await page.waitForSelector("main .fault");
    t.ok(true, "what is no id is refused in words");
    await page.fill("#audit-account", "");
    await page.click("form .button");
    await page.waitForSelector(".history button");
    await page.locator(".history button").first().click();
    await page.waitForFunction(
      () => (document.querySelector("#audit-account") as HTMLInputElement).value !== "",
    );
    const id = await page.inputValue("#audit-account");
    await page.waitForFunction((id) => {
      const found = [...document.querySelectorAll(".history > li")]; // empty while it is asked
      return found.length > 0 && found.every((one) => one.textContent?.includes(id));
    }, id);
    t.ok((await page.locator(".history > li").count()) > 0, "one account's deeds alone");
  });
});

test("school_is_added_and_taken_out_after_a_question", async (t) => {
  t.req("NI-2.3.1-1");
  await visiting(t, at, { state: await signedIn(at, "board5") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/schools");
    await page.waitForSelector("#school-name");
    await page.click("form .button");
    await page.waitForSelector("form .fault");
    await page.fill("#school-name", "あさひ分校");
    await page.click("form .button");
    await page.waitForSelector("form .note");
    const school = page.locator(".history > li").filter({ hasText: "あさひ分校" });
    await school.locator("button").click(); // waits until it is in the list
    t.eq(await school.count(), 1, "added once");
    t.ok((await school.innerText()).includes("すぐには変わりません"), "what it means now is said");
    await school.locator(".button").click();
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".history > li")].some(
        (one) =>
          one.textContent?.includes("あさひ分校") && one.textContent.includes("協力校ではない"),
      ),
    );
    t.ok(true, "taken out");
  });
});

test("contract_is_changed_and_says_so", async (t) => {
  t.req("HI-3.3-5");
  await visiting(t, at, { state: await signedIn(at, "board5") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/contract");
    await page.waitForSelector("#contract-n_student");
    await page.fill("#contract-n_student", "");
    await page.click("form:has(#contract-n_student) .button");
    await page.waitForSelector("form:has(#contract-n_student) .fault");
    await page.fill("#contract-n_student", "４０１"); // as an input method leaves it
    await page.click("form:has(#contract-n_student) .button");
    await page.waitForSelector(".page > [role=status] .note");
    await page.waitForFunction(() =>
      document.querySelector(".quotas")?.textContent?.includes("401"),
    );
    t.ok(true, "the new number is in force and that is said");
  });
});

test("rollover_is_looked_at_done_undone_and_confirmed_only_after_two_questions", async (t) => {
  t.req("NI-T2-1");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/rollover");
    await page.waitForSelector(".facts");
    await page.waitForSelector("main > .page > .note[role=status]");
    t.ok(
      (await page.innerText("main > .page > .note[role=status]")).includes("学年"),
      "whom it would leave behind is told beforehand",
    );
    await page.screenshot({ path: "build/shots/86-rollover.png", fullPage: true });
    const state = (): Promise<string> => page.innerText(".card .tags .pill >> nth=0");
    const isNow = (word: string): Promise<unknown> =>
      page.waitForFunction(
        (word) => document.querySelector(".card .tags .pill")?.textContent?.includes(word),
        word,
      );
    // The look that was there may be older than the roster: it may list who has left.
    t.eq(await lookAgain(page), 201, "a look of today");
    await page.locator("main label.choice", { hasText: "上がる" }).click();
    const goesUp = page.locator(".deeds li", { hasText: "→" }).first();
    const held = await goesUp.locator(".person-name").innerText();
    await goesUp.locator(".quiet-button").first().click();
    await page.waitForSelector("form .note");
    t.eq(await lookAgain(page), 201, "looked at with the wish");
    await page.locator("main label.choice", { hasText: "残る" }).click();
    await page.waitForFunction(
      (held) => document.querySelector(".deeds .person-name")?.textContent?.includes(held),
      held,
    );
    t.ok(true, "who repeats a grade is in a list of their own");
    t.ok((await state()).includes("まだ実行していません"), "nothing is done yet");
    await page.click("section button.button");
    await page.click(".sure .button");
    await isNow("まだ元にもどせます");
    t.ok(true, "done, with a way back");
    await page.click('main section .quiet-button:has-text("確定する")');
    await page.click(".sure .button");
    await page.waitForFunction(() =>
      document.querySelector(".sure")?.textContent?.includes("本当に"),
    );
    await page.click(".sure .quiet-button");
    t.ok((await state()).includes("まだ元にもどせます"), "one yes does not confirm it");
    await page.click('main section .quiet-button:has-text("取り消して")');
    await page.click(".sure .button");
    await isNow("取り消し済み");
    t.ok(true, "undone");
  });
});
