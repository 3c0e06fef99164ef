/** The register of received material on the screen (AI-8-3), and what left the node. */
import { mkdirSync } from "node:fs";
import { place, signedIn, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
mkdirSync("build/shots", { recursive: true });

test("materials_are_written_down_and_given_back_on_the_screen", async (t) => {
  t.req("AI-8-3");
  await visiting(t, at, { state: await signedIn(at, "contractor") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/materials");
    await visit.choose("light", "plain");
    await page.waitForSelector("#material-what");
    await page.locator("form:has(#material-what) button[type=submit]").click();
    await page.waitForSelector("#material-what-fault");
    const texts = {
      what: "名簿の控え",
      from: "学校教育課",
      place: "鍵のかかる棚",
      purpose: "IDの発行",
    };
    for (const [name, text] of Object.entries(texts)) await page.fill(`#material-${name}`, text);
    await page.fill("#material-day", "2026-04-01");
    await page.locator("form:has(#material-what) button[type=submit]").click();
    const entry = page.locator("#materials-list > li", { hasText: "名簿の控え" }).first();
    await entry.getByText("返していません").waitFor();
    await entry.getByText("返却などを記す").click();
    await entry.locator("input[type=date]").fill("2026-04-30");
    await entry.locator("button[type=submit]").click();
    await entry.getByText("返却しました").first().waitFor();
    await page.screenshot({ path: "build/shots/80-materials.png", fullPage: true });
    await entry.getByText("この記録を取り消す").click();
    await entry.getByText("返していません").waitFor();
    await page.emulateMedia({ media: "print" });
    await page.screenshot({ path: "build/shots/81-materials-print.png", fullPage: true });
    t.ok(!(await page.locator("#material-what").isVisible()), "on paper there is no form");
  });
});

test("exports_stand_with_their_permission", async (t) => {
  t.req("AI-8-3, AI-7.2-4");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/taken");
    await visit.choose("light", "plain");
    await page.waitForSelector("#taken-print");
    const asked = await page.evaluate(() => fetch("/api/v1/roster/export").then((r) => r.status));
    t.eq(asked, 200, "the board takes the roster");
    await visit.open("#/reports");
    await visit.open("#/taken");
    await page.locator("#taken-list > li").first().getByText("委託者本人の操作").waitFor();
    await page.screenshot({ path: "build/shots/82-taken.png", fullPage: true });
    t.ok(true, "and reads of it");
  });
});
