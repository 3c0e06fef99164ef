/** What the board takes out of the place, on the screen: the logs with a reason and a second person, a search
 * through what was written, the weekly report with its mail, the data dictionary (AI-2.5, AI-2.7, AI-4.6). */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { login, place, signedIn, type Visit, visiting } from "./engine.ts";
import { linkTo } from "./notify.ts";
import { suite } from "./t.ts";
import { asked, saying } from "./watch_made.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
const rare = "ほしのかけらを𠮷野でひろった";

/** What the browser saved when a button was pressed. */
async function saved(
  page: Page,
  press: () => Promise<void>,
): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([page.waitForEvent("download"), press()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

async function findPerson(page: Page, field: string, name: string): Promise<void> {
  await page.fill(field, name);
  await page.locator(field).press("Enter");
  await page.locator(".found", { hasText: name }).first().click();
}

/** The request with this reason. */
function rowOf(page: Page, reason: string): ReturnType<Page["locator"]> {
  return page.locator("section:has(> #logs-list) li", { hasText: reason }).first();
}

test("reports_logs_of_everybody_need_a_second_person", async (t) => {
  t.req("AI-2.7-イ");
  const reason = "学期末の集計のため";
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open();
    await page.locator("a.door[href='#/reports']").click();
    await page.locator("a.door[href='#/logs']").click();
    await page.waitForSelector("#logs-reason");
    await visit.choose("light", "plain");
    await page.click("form .button.wide");
    await page.waitForSelector("#logs-reason-fault");
    t.eq(await page.evaluate(() => document.activeElement?.id), "logs-reason", "pointed at");
    t.ok(
      (await page.innerText("#logs-second")).includes("承認がいります"),
      "said before it is sent",
    );
    await page.fill("#logs-reason", reason);
    await page.getByText("先月").click();
    await page.click("form .button.wide");
    await page.getByText("承認する人に知らせてください").waitFor();
    await rowOf(page, reason).getByText("承認待ち").waitFor();
    t.eq(await rowOf(page, reason).locator("button").count(), 0, "not by oneself");
  });
  await visiting(t, at, { state: await signedIn(at, "board2") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/logs");
    await visit.choose("light", "plain");
    const asks = page.locator("section:has(> #logs-waiting) li", { hasText: reason });
    await asks.locator("button").click();
    await asks.getByText("取り消せません").waitFor();
    await asks.locator("button.button").click();
    const row = rowOf(page, reason);
    await row.getByText("委員 花子が承認").waitFor();
    t.eq(await row.locator(".take-file").count(), 0, "who approves does not take it");
  });
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/logs");
    await visit.choose("light", "plain");
    const row = rowOf(page, reason);
    const file = await saved(page, () => row.locator(".take-file").click());
    t.ok(/^ibasho-logs-\d{4}-\d\d-\d\d\.zip$/.test(file.name), "a name with its day", file.name);
    t.eq(file.bytes.subarray(0, 2).toString(), "PK", "a ZIP");
    t.ok(file.bytes.includes("entry.csv") && file.bytes.includes("about.json"), "with its counts");
    await row.getByText("保存しました").waitFor();
    await row.getByText("1回受け取った").waitFor();
  });
});

test("reports_search_finds_what_was_written_and_can_be_stopped", async (t) => {
  t.req("AI-2.4-エ");
  await saying(at, "reported", `${rare} 090-1234-5678`, async () => undefined);
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/search");
    await page.waitForSelector("#search-words");
    await visit.choose("light", "plain");
    await page.click("form .button.wide");
    await page.waitForSelector("#search-words-fault");
    await page.fill("#search-words", "ホシノカケラ 𠮷野");
    await page.fill("#search-reason", "言い合いの確認");
    await page.click("form .button.wide");
    await page.getByText("終わりました").waitFor();
    const found = await page.locator("section:has(> #search-results) li").first().innerText();
    t.ok(found.includes(rare) && found.includes("ヤマネ"), "the line and who wrote it", found);
    t.ok(found.includes("見るまで止めている"), "nobody else has read it", found);
    // A year over a slow line: it is seen how far it is, and it can be ended.
    const cdp = await visit.context.newCDPSession(page);
    await cdp.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: 2000,
      uploadThroughput: 100_000,
    });
    await page.fill(
      "#search-from",
      new Date(Date.now() - 390 * 86_400_000).toISOString().slice(0, 10),
    );
    await page.click("form .button.wide");
    await page.getByText("まで見ました").waitFor();
    await page.locator("form button", { hasText: "止める" }).click();
    await page.getByText("ここまでに見つかったものです").waitFor();
    await page.locator("form button[type=submit]").waitFor();
  });
});

test("reports_logs_of_a_childs_week_come_at_once", async (t) => {
  t.req("AI-2.7-イ");
  t.req("AI-2.5-ウ");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/logs");
    await visit.choose("light", "plain");
    await findPerson(page, "#logs-person", "ヤマネ");
    await page.getByText("すぐ受け取れます").waitFor();
    await page.locator("form .check", { hasText: "文字チャット" }).click();
    await page.check("input[name=logs-form][value=sjis]");
    await page.getByText("〓").first().waitFor();
    await page.fill("#logs-reason", "ほごしゃの相談のため");
    await page.click("form .button.wide");
    const row = rowOf(page, "ほごしゃの相談");
    await row.locator(".take-file").waitFor();
    t.ok((await row.innerText()).includes("だれの：ヤマネ"), "whose");
    const file = await saved(page, () => row.locator(".take-file").click());
    t.ok(file.bytes.includes("replaced.csv"), "with the list of what was replaced");
  });
});

/** An address of one's own, proved by the link in a mail. */
async function proveAddress(visit: Visit, who: string): Promise<void> {
  const { page } = visit;
  const address = "reports.week@example.jp";
  const name = encodeURIComponent(login(at, who).display_name);
  const { items } = await asked<{ items: { id: string }[] }>(
    page,
    "GET",
    `/api/v1/people?q=${name}`,
  );
  await asked(page, "POST", "/api/v1/notify/receivers", {
    account: items[0]?.id,
    channel: "mail",
    address,
    kinds: ["report"],
  });
  await visit.open(await linkTo(address, 1));
  await page.getByText("宛先の確認が終わりました").waitFor();
}

test("reports_weekly_is_made_mailed_and_opened_by_its_receiver", async (t) => {
  t.req("AI-4.6-ア-1");
  t.req("AI-4.6-1");
  await visiting(t, at, { state: await signedIn(at, "chat_board") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open();
    await proveAddress(visit, "chat_board");
    await visit.open("#/weekly");
    await page.waitForSelector("#weekly-person");
    await visit.choose("light", "plain");
    await page.locator("form:has(#weekly-person) button[type=submit]").click();
    await page.waitForSelector("#weekly-person-fault");
    await findPerson(page, "#weekly-person", "止野 まもる");
    await page.check("input[name=weekly-way][value=mail]");
    await page.locator("form:has(#weekly-way) button[type=submit]").click();
    await page.locator("section:has(> #weekly-receivers) li", { hasText: "止野 まもる" }).waitFor();
    const list = page.locator("section:has(> #weekly-list)");
    await page.locator("form:has(#weekly-week) button[type=submit]").click();
    await page.getByText("できました。下の一覧から").or(list.locator("a.door")).first().waitFor();
    await list.locator("a.door", { hasText: "あなたあて" }).first().click();

    await page.waitForSelector("#weekly-files");
    const mine = page.locator("section:has(> #weekly-deliveries) li", { hasText: "止野 まもる" });
    t.ok((await mine.innerText()).includes("まだ開いていない"), "nobody has opened it");
    const pdf = await saved(page, () => page.locator("button", { hasText: "PDF" }).click());
    t.eq(pdf.bytes.subarray(0, 5).toString(), "%PDF-", "on paper");
    t.ok(/^ibasho-weekly-\d{4}-\d\d-\d\d\.pdf$/.test(pdf.name), "named by its week", pdf.name);
    await mine.getByText(/に開いた/).waitFor();
    const csv = await saved(page, () => page.locator("button", { hasText: "CSV" }).click());
    t.ok(csv.bytes.toString().startsWith("\uFEFF"), "for a spreadsheet");
    await page.locator("button", { hasText: "画面で見る" }).click();
    await page.waitForSelector("#weekly-totals dd");
    await page.locator("button", { hasText: "一度だけ" }).click();
    await page.waitForSelector(".once-word");
    t.ok((await page.innerText(".once-word")).trim().length >= 12, "the file's password");
    t.ok((await page.innerText("section:has(> #weekly-password)")).includes("7-Zip"), "and how to");
    await page.reload();
    await page.getByText("今見られるパスワードはありません").waitFor();
    t.eq(await page.locator(".once-word").count(), 0, "once");
  });
  await visiting(t, at, { state: await signedIn(at, "contractor") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/weekly");
    await page.waitForSelector("#weekly-week");
    t.eq(await page.locator("#weekly-person").count(), 0, "the board alone says who receives it");
    await page.locator("section:has(> #weekly-list) a.door").first().click();
    await page.waitForSelector("#weekly-deliveries");
    t.eq(await page.locator("#weekly-files").count(), 0, "not given, not opened");
  });
});

test("reports_dictionary_says_what_is_kept", async (t) => {
  t.req("AI-2.7-ア");
  await visiting(t, at, { state: await signedIn(at, "auditor") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/dictionary");
    await page.waitForSelector("#dictionary-filter");
    await visit.choose("light", "plain");
    await page.getByText("データベースは同じです").waitFor();
    await page.fill("#dictionary-filter", "chat_line");
    const table = page.locator("section:has(#dictionary-filter) li.card").first();
    await table.locator("summary").click();
    await table.locator(".deeds li").first().waitFor();
    t.ok((await table.innerText()).includes("暗号化"), "which columns are sealed");
    t.ok((await page.locator("section:has(> #dictionary-terms) tbody tr").count()) > 20, "terms");
    for (const word of ["データの説明をPDFで", "残す期間をPDFで"]) {
      const pdf = await saved(page, () => page.locator("button", { hasText: word }).click());
      t.eq(pdf.bytes.subarray(0, 5).toString(), "%PDF-", pdf.name);
    }
  });
});

test("reports_are_no_pages_of_a_supporter", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "watcher") }, async (visit: Visit) => {
    for (const name of ["reports", "logs", "search", "weekly", "dictionary"]) {
      await visit.open(`#/${name}`);
      await visit.page.waitForSelector(".note-card");
      t.eq(await visit.page.locator("main form").count(), 0, name);
    }
  });
});
