/** The monthly report on the screen: who receives it, given on request, opened by its receiver, on four
 * pages and as a workbook (KP-3-調達-3b). */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { place, signedIn, type Visit, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
mkdirSync("build/shots", { recursive: true });

async function saved(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("button", { hasText: button }).click(),
  ]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

test("monthly_report_is_given_and_opened_by_its_receiver", async (t) => {
  t.req("KP-3-調達-3b, AI-4.6-1");
  await visiting(t, at, { state: await signedIn(at, "chat_board") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/reports");
    await visit.choose("light", "plain");
    await page.locator('a[href="#/monthly"]').click();
    await page.waitForSelector("#monthly-person");
    await page.fill("#monthly-person", "止野 まもる");
    await page.locator("#monthly-person").press("Enter");
    await page.locator(".found", { hasText: "止野 まもる" }).first().click();
    await page.locator("form:has(#monthly-way) button[type=submit]").click();
    await page
      .locator("section:has(> #monthly-receivers) li", { hasText: "止野 まもる" })
      .waitFor();
    await page.locator("form:has(#monthly-month) button[type=submit]").click();
    const list = page.locator("section:has(> #monthly-list)");
    await list.locator("a.door", { hasText: "あなたあて" }).first().waitFor();
    t.ok(
      (await list.locator("a.door").first().innerText()).includes("令和"),
      "its month, by its era",
    );
    await page.screenshot({ path: "build/shots/93-monthly.png", fullPage: true });
    await list.locator("a.door", { hasText: "あなたあて" }).first().click();
    await page.waitForSelector("#monthly-files");
    const mine = page.locator("section:has(> #monthly-deliveries) li", { hasText: "止野 まもる" });
    t.ok((await mine.innerText()).includes("まだ開いていない"), "nobody has opened it");
    const pdf = await saved(page, "PDF");
    t.ok(/^ibasho-monthly-\d{4}-\d\d\.pdf$/.test(pdf.name), "named by its month", pdf.name);
    await mine.getByText(/に開いた/).waitFor();
    writeFileSync("build/shots/93-monthly.pdf", pdf.bytes);
    const facts = execFileSync("pdfinfo", ["build/shots/93-monthly.pdf"]).toString();
    t.ok(Number(/Pages:\s+(\d+)/.exec(facts)?.[1]) <= 4, "four pages at most", facts);
    const book = await saved(page, "Excel");
    t.eq(book.bytes.subarray(0, 2).toString(), "PK", "a workbook");
    await page.screenshot({ path: "build/shots/94-monthly-one.png", fullPage: true });
  });
  await visiting(t, at, { state: await signedIn(at, "contractor") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/monthly");
    await page.waitForSelector("#monthly-receivers");
    t.eq(await page.locator("#monthly-person").count(), 0, "the board alone says who receives it");
    await page.locator("section:has(> #monthly-list) a.door").first().click();
    await page.waitForSelector("#monthly-deliveries");
    t.eq(await page.locator("#monthly-files").count(), 0, "not given, not opened");
  });
  await visiting(t, at, { state: await signedIn(at, "watcher") }, async (visit: Visit) => {
    await visit.open("#/monthly");
    await visit.page.waitForSelector(".note-card");
    t.eq(await visit.page.locator("main form").count(), 0, "no page of a supporter");
  });
});
