/** The figures of months on the screen: counted by the node, who stands behind one, the file. */
import { mkdirSync, readFileSync } from "node:fs";
import { place, signedIn, sizes, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
mkdirSync("build/shots", { recursive: true });

test("kpi_of_a_month_are_read_drawn_and_taken", async (t) => {
  t.req("KP-2-1, KP-2-2, KP-2-3, KP-2-4-5, KP-2-5, KP-3-KPI-1, HI-4.3-6");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/reports");
    await visit.choose("light", "plain");
    await page.locator('a[href="#/kpi"]').click();
    await page.waitForSelector(".kpi-lines");
    t.eq(
      await page.locator(".kpi-stage > h2").allInnerTexts(),
      ["つながる前", "つながり続ける", "その後", "出席のための数"],
      "the order of the page, attendance apart and last",
    );
    const connection = page.locator("tr[data-kpi=connection_30]");
    const shown = (await connection.locator("td").first().innerText()).replace(/\s+/g, " ");
    t.ok(/\d+\.\d％/.test(shown) && /人のうち6人/.test(shown), "a share, and of how many", shown);
    t.ok(
      (await connection.innerText()).includes("一度でも行き来があった"),
      "what it means, beside it",
    );
    t.eq(
      await page
        .locator("tr[data-kpi=stayed] td")
        .first()
        .getByRole("img")
        .getAttribute("aria-label"),
      "もとになる人がいません",
      "a dash is explained",
    );
    t.eq(
      (await page.locator(".kpi-trend-table tbody tr").count()) >= 5,
      true,
      "months side by side",
    );
    t.ok((await page.locator(".kpi-mark-0").count()) >= 6, "and drawn");
    await connection.getByRole("button").click();
    await page.waitForSelector(".kpi-list a");
    t.eq(await page.locator(".kpi-list a").count(), 6, "who stands behind it");
    await page.screenshot({ path: "build/shots/90-kpi.png", fullPage: true });
    const newest = await page.locator("#kpi-month").inputValue();
    const options = await page.locator("#kpi-month option").count();
    await page.selectOption("#kpi-month", { index: options - 1 });
    t.ok((await page.locator("#kpi-of").innerText()).includes("年"), "another month");
    t.eq(await page.locator(".kpi-list").count(), 0, "with lists of its own");
    await page.selectOption("#kpi-month", newest);
    await page.selectOption("#kpi-part", "junior");
    t.eq(
      await connection.locator("td").first().getByRole("img").count(),
      1,
      "nobody of that stage of school: a dash",
    );
    await page.selectOption("#kpi-part", "all");
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("#kpi-take button", { hasText: "CSV" }).click(),
    ]);
    const text = readFileSync(await file.path(), "utf8");
    t.ok(text.includes(`"${newest}","つながる前","孤立率（30日）"`), "the same months as a file");
    const [book] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("#kpi-take button", { hasText: "Excel" }).click(),
    ]);
    t.eq(book.suggestedFilename(), "ibasho-kpi.xlsx", "and as a workbook");
    t.eq(readFileSync(await book.path(), "latin1").slice(0, 2), "PK", "which is one");
    await page.emulateMedia({ media: "print" });
    t.eq(
      await page.locator(".kpi :is(button, select):visible").count(),
      0,
      "on paper there are no buttons",
    );
    await page.pdf({ path: "build/shots/90-kpi.pdf", format: "A4" });
    await page.emulateMedia({ media: null });
    await page.setViewportSize(sizes.phone);
    await page.locator("#kpi-trend").scrollIntoViewIfNeeded();
    await page.screenshot({ path: "build/shots/91-kpi-narrow.png" });
    await page.locator("#kpi-steps").scrollIntoViewIfNeeded();
    await page.screenshot({ path: "build/shots/92-kpi-narrow-steps.png" });
  });
});

test("kpi_are_the_supporters_too_but_nobody_else_s", async (t) => {
  t.req("KP-2-1, KP-2-4-5");
  await visiting(t, at, { state: await signedIn(at, "watcher") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/kpi");
    await visit.choose("light", "plain");
    await page.waitForSelector(".kpi-lines");
    await page.locator("tr[data-kpi=at_4] button").click();
    await page.waitForSelector(".kpi-list a");
    t.ok(!(await page.getByText("CSVで受け取る").isVisible()), "no file for who supports");
  });
  await visiting(t, at, { state: await signedIn(at, "auditor") }, async (visit) => {
    await visit.open("#/kpi");
    await visit.page.locator("main .note, main .card").first().waitFor();
    t.eq(await visit.page.locator(".kpi-lines").count(), 0, "nothing for who checks");
  });
});
