/** A child moves to another town on the screen (CARD-16): two people at home, two at the receiver, and what came
 * stands on the child's page. The two nodes are those of shared.ts, so the case bears its name. */
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { dayIn } from "./classes_made.ts";
import { type Place, place, signedIn, sizes, type Visit, visiting } from "./engine.ts";
import { suite, type T } from "./t.ts";
import { asked } from "./watch_made.ts";

const test = suite(import.meta.filename);
mkdirSync("build/shots", { recursive: true });

async function as(
  t: T,
  at: Place,
  who: string,
  work: (visit: Visit) => Promise<void>,
): Promise<void> {
  await visiting(t, at, { state: await signedIn(at, who) }, async (visit) => {
    await visit.open("#/transfers");
    await visit.page.waitForSelector("#transfers-out");
    await visit.choose("light", "plain");
    await work(visit);
  });
}

/** A child with a name and an ID, made in the usual way; its id. */
async function child(page: Page): Promise<string> {
  const school = await asked<{ id: string }>(page, "POST", "/api/v1/schools", {
    name: "みなみ小学校",
  });
  const names = { family: "若葉", given: "みのり", family_kana: "わかば", given_kana: "みのり" };
  const id = crypto.randomUUID();
  await asked(page, "POST", "/api/v1/people", { id, role: "student", school: school.id, ...names });
  for (const [path, more] of [
    ["approve", {}],
    ["issue", { first: "sheet" }],
  ] as const)
    await page.evaluate(
      async ([path, body]) => {
        const answer = await fetch(`/api/v1/people/${path}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: body as string,
        });
        if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
      },
      [path, JSON.stringify({ ids: [id], ...more })],
    );
  return id;
}

async function pick(page: Page, field: string): Promise<void> {
  await page.fill(field, "若葉");
  await page.locator(field).press("Enter");
  await page.locator("button", { hasText: "若葉" }).first().click();
}

async function sure(page: Page, word: string): Promise<void> {
  await page.locator("[data-transfer] button", { hasText: word }).first().click();
  await page.locator("[data-transfer] .sure .button").first().click();
}

/** Looks again until it stands so. */
async function until(page: Page, state: string): Promise<void> {
  const pill = page.locator(`[data-transfer] [data-state=${state}]`);
  for (let i = 0; i < 60 && (await pill.count()) === 0; i++) {
    await page.waitForTimeout(300);
    await page.reload();
    await page.waitForSelector("#transfers-out");
  }
  await pill.first().waitFor();
}

test("shared_a_child_moves_to_another_town", async (t) => {
  t.req("CARD-16");
  const [there, home] = [place("shared"), place("shared_guest")];
  let came = "";
  await as(t, home, "guest_board", async ({ page }) => {
    const gone = await child(page);
    await asked(page, "POST", "/api/v1/contacts", {
      child: gone,
      kind: "talk",
      is_answered: true,
      text: "絵をかくのがすき。",
    });
    await page.locator("#transfer-open button[type=submit]").click();
    await page.waitForSelector("#transfer-child-fault");
    await pick(page, "#transfer-child");
    await page.selectOption("#transfer-town", { label: there.title_ja });
    await page.fill("#transfer-day", dayIn(7));
    await page.fill("#transfer-consent-from", "若葉 たかし（父）");
    await page.fill("#transfer-consent-on", dayIn(0));
    await page.locator("#transfer-open button[type=submit]").click();
    await page.locator("[data-state=asked]").waitFor();
    t.ok(
      (await page.innerText("main")).includes("確かめるのは別の担当者です"),
      "another one confirms",
    );
    t.eq(await page.getByText("確かめて届ける").count(), 0, "so there is no such button");
    await page.screenshot({ path: "build/shots/90-transfer-asked.png", fullPage: true });
  });
  await as(t, home, "guest_second", async ({ page }) => {
    await page.locator("[data-transfer] button", { hasText: "渡す内容を見る" }).click();
    await page.getByText("絵をかくのがすき。").waitFor();
    await page.screenshot({ path: "build/shots/91-transfer-read.png", fullPage: true });
    await sure(page, "確かめて届ける");
    await page.locator("[data-state=offered]").waitFor();
  });
  await as(t, there, "host_board", async ({ page }) => {
    came = await child(page);
    await until(page, "offered");
    t.ok(!(await page.innerText("[data-transfer]")).includes("若葉"), "it says nothing of anybody");
    await sure(page, "受ける");
    await page.locator("[data-state=accepted]").waitFor();
  });
  await as(t, there, "host_second", async ({ page }) => {
    await pick(page, "[data-transfer] input[type=search]");
    const whom = await page.innerText("[data-whom]");
    t.ok(/若葉.みのり/.test(whom) && /わかば.みのり/.test(whom), "of whom is decided", whom);
    await page.screenshot({ path: "build/shots/92-transfer-take.png", fullPage: true });
    await page.setViewportSize(sizes.phone);
    await page.screenshot({ path: "build/shots/92-transfer-take-phone.png", fullPage: true });
    await page.setViewportSize(sizes.laptop);
    await page.locator("[data-transfer] form button[type=submit]").click();
    await until(page, "done");
    await page.goto(page.url().replace(/#.*/, `#/child/${came}`));
    await page.getByText("から転入しました").waitFor();
    await page.locator("section:has(> #transfer-past) summary").click();
    await page.getByText("絵をかくのがすき。").waitFor();
    await page.locator("section:has(> #transfer-past)").scrollIntoViewIfNeeded();
    await page.screenshot({ path: "build/shots/93-transfer-came.png", fullPage: true });
  });
  await as(t, home, "guest_board", async ({ page }) => {
    await until(page, "done");
    t.ok(
      (await page.innerText("[data-transfer]")).includes("終わりました"),
      "home has the receipt",
    );
  });
});
