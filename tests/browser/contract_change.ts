/** Another contractor takes over, on the screen (CARD-13): one officer plans it, another confirms it, and it is
 * taken back, so that the town goes on as it was. */
import { mkdirSync } from "node:fs";
import { place, signedIn, type Visit, visiting } from "./engine.ts";
import { suite, type T } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
const part = "section[aria-labelledby=contractor-change]";
mkdirSync("build/shots", { recursive: true });

async function as(t: T, who: string, run: (visit: Visit) => Promise<void>): Promise<void> {
  await visiting(t, at, { state: await signedIn(at, who) }, async (visit) => {
    await visit.open("#/contract");
    await visit.choose("light", "plain");
    await visit.page.waitForSelector("#contractor-change");
    await run(visit);
  });
}

test("a_change_of_contractor_is_planned_by_one_and_confirmed_by_another", async (t) => {
  t.req("CARD-13");
  await as(t, "board", async ({ page }) => {
    const card = page.locator(part);
    await card.getByText("交代を予定する").click();
    await card.getByText("この内容で予定する").click();
    await card.getByText("すべて入れてください").waitFor();
    await page.fill("#change-contractor", "つぎの会社");
    await page.fill("#change-title", "いばしょの運営（引きつぎ）");
    const begins = await page.inputValue("#change-begins");
    await page.fill(
      "#change-ends",
      begins.replace(/^\d+/, (year) => String(Number(year) + 2)),
    );
    await card.getByText("を残す").first().click();
    await page.screenshot({ path: "build/shots/84-change-plan.png", fullPage: true });
    await page.fill("#change-day", "2026-01-01");
    await card.getByText("この内容で予定する").click();
    await card.locator("[role=alert] .fault").first().waitFor();
    await page.screenshot({ path: "build/shots/85-change-refused.png", fullPage: true });
    await page.fill("#change-day", begins);
    await card.getByText("この内容で予定する").click();
    await card.getByText("まだ決まっていません").waitFor();
    await page.screenshot({ path: "build/shots/86-change-planned.png", fullPage: true });
    t.ok((await card.getByText("予定を確かめて決める").count()) === 0, "one is not two");
  });
  await as(t, "chat_board", async ({ page }) => {
    const card = page.locator(part);
    await card.getByText("予定を確かめて決める").click();
    await page.screenshot({ path: "build/shots/87-change-sure.png", fullPage: true });
    await card.getByText("決める", { exact: true }).click();
    await card.getByText("二人の担当者が決めました").waitFor();
    await card.getByText("だれもいません").first().waitFor();
    await page.screenshot({ path: "build/shots/88-change-waiting.png", fullPage: true });
  });
  await as(t, "contractor", async ({ page }) => {
    await page.locator(part).getByText("あなたのIDは").waitFor();
    await page.screenshot({ path: "build/shots/89-change-contractor.png", fullPage: true });
    t.ok((await page.locator(part).getByText("終わるID").count()) === 0, "not whose else");
  });
  await as(t, "board", async ({ page }) => {
    const card = page.locator(part);
    await card.getByText("交代を取りやめる").click();
    await card.getByText("取りやめる", { exact: true }).click();
    await card.getByText("取りやめました").waitFor();
    await card.getByText("交代を予定する").waitFor();
  });
});
