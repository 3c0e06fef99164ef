/** Another contractor takes over, on the screen (CARD-13): one officer plans it, another confirms it, and it is
 * taken back, so that the town goes on as it was. */
import { mkdirSync } from "node:fs";
import { place, signedIn, sizes, type Visit, visiting } from "./engine.ts";
import { asked, children, school } from "./people_made.ts";
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

/** The page as the officer sees it, on a desk and on a phone. */
async function picture({ page }: Visit, what: string): Promise<void> {
  await page.screenshot({ path: `build/shots/${what}.png`, fullPage: true });
  await page.setViewportSize(sizes.phone);
  await page.screenshot({ path: `build/shots/${what}-phone.png`, fullPage: true });
  await page.setViewportSize(sizes.laptop);
}

/** A child whose password the contractor's side renews shortly before. */
async function renewed(t: T): Promise<string> {
  let child = "";
  await as(t, "board", async ({ page }) => {
    const [made] = await children(page, await school(page, "あおぞら町立かわら小学校"), [
      "河原 みどり",
    ]);
    child = made?.id ?? "";
    await asked(page, "POST", "/people/approve", { ids: [child] });
    await asked(page, "POST", "/people/issue", { ids: [child], first: "sheet" });
  });
  await as(t, "contractor", async ({ page }) => {
    await asked(page, "POST", `/people/${child}/reset`);
  });
  return child;
}

test("a_change_of_contractor_is_planned_by_one_and_confirmed_by_another", async (t) => {
  t.req("CARD-13");
  const child = await renewed(t);
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
  await as(t, "chat_board", async (visit) => {
    const { page } = visit;
    const card = page.locator(part);
    await card.getByText("予定を確かめて決める").click();
    await page.screenshot({ path: "build/shots/87-change-sure.png", fullPage: true });
    await card.getByText("決める", { exact: true }).click();
    await card.getByText("二人の担当者が決めました").waitFor();
    await card.getByText("だれもいません").first().waitFor();
    await picture(visit, "88-change-waiting");
    const reset = card.locator(`li:has(a[href='#/people/${child}'])`);
    t.ok(/\d時|:\d\d/.test(await reset.innerText()), "whose password was reset, and when");
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

test("a_contract_decided_ahead_stands_under_the_one_that_holds", async (t) => {
  t.req("HI-3.3-5");
  await as(t, "board6", async (visit) => {
    const { page } = visit;
    const name = await page.inputValue("#contract-title");
    const form = page.locator("form:has(#contract-n_student)");
    await page.locator("#contract-about input[value=new]").check();
    await page.fill("#contract-title", "いばしょの運営（つぎの年度）");
    const begins = await page.inputValue("#contract-begins_on");
    await page.fill(
      "#contract-ends_on",
      begins.replace(/^\d+/, (year) => String(Number(year) + 1)),
    );
    t.ok((await form.innerText()).includes("その日から自動で"), "it does not hold at once");
    await picture(visit, "89b-contract-ahead");
    await form.locator("button[type=submit]").click();
    await page.locator(".page > [role=status] .note").waitFor();
    await picture(visit, "89c-contract-next");
    const next = await page.locator("section.card", { hasText: "IDの上限: " }).innerText();
    t.ok(next.includes("つぎの年度"), "what takes over, and when", next);
    t.eq(await page.inputValue("#contract-title"), name, "the one before still holds");
    await page.locator("#contract-about input[value=next]").check();
    await page.fill("#contract-n_student", "410");
    await form.locator("button[type=submit]").click();
    await page.getByText("児童生徒410、").waitFor();
    t.ok(true, "and it can be corrected");
  });
});
