/** Figures of a month on their way to the prefecture (CARD-5): seen to the last number, given, corrected, withdrawn.
 * The two nodes are those of shared.ts, so the case bears its name. */
import { mkdirSync } from "node:fs";
import { outsiders, violations } from "./checks.ts";
import { place, signedIn, sizes, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const town = () => place("shared_guest");
mkdirSync("build/shots", { recursive: true });

test("shared_figures_are_seen_before_they_go_and_taken_back", async (t) => {
  t.req("CARD-5, CARD-14");
  await visiting(t, town(), { state: await signedIn(town(), "guest_board") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/reports");
    await visit.choose("light", "plain");
    await page.locator('a[href="#/kpi-release"]').click();
    await page.waitForSelector("#kpi-releases");
    const month = page.locator("#kpi-releases > li").first();
    t.ok((await month.innerText()).includes("まだ渡していません"), "nothing goes by itself");
    await month.locator("button[aria-expanded]").click();
    await page.waitForSelector("tr[data-kpi=isolation_30] [data-hidden=small]");
    const row = page.locator("tr[data-kpi=isolation_30]");
    t.ok((await row.innerText()).includes("小さい数のため"), "why a number is not there");
    t.eq(await violations(page), [], "readable and reachable");
    await page.screenshot({ path: "build/shots/91-kpi-release.png", fullPage: true });
    await page.setViewportSize({ width: 360, height: 740 });
    t.eq(await page.evaluate(outsiders), [], "nothing is wider than a phone");
    await page.screenshot({ path: "build/shots/91-kpi-release-narrow.png" });
    await page.setViewportSize(sizes.tablet);
    const body = await month.locator(".kpi-bytes").textContent();
    t.ok(!(body ?? "").includes("present_days"), "attendance is not given");
    await month.locator("button.button", { hasText: "この内容を渡す" }).click();
    await month.locator("[data-revision='1']").waitFor();
    t.ok((await month.innerText()).includes("渡しました"), "given");
    await month.locator(".kpi-back summary").click();
    await month.locator(".kpi-back button").click();
    t.eq(await month.locator(".kpi-back [aria-invalid=true]").count(), 1, "not without a reason");
    await month.locator(".kpi-back input").fill("名簿が古かった");
    await month.locator(".kpi-back button").click();
    await month.locator("[data-revision='2']").waitFor();
    t.ok((await month.innerText()).includes("取り下げました"), "withdrawn");
    await page.screenshot({ path: "build/shots/92-kpi-release-back.png", fullPage: true });
  });
});
