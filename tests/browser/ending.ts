/** One person's end on the screen: asked for and taken back; decided about, confirmed by a second person, proved
 * (NI-2.3.4-4b). */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { place, signedIn, type Visit, visiting } from "./engine.ts";
import { suite } from "./t.ts";
import { asked } from "./watch_made.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
const shots = "build/shots/ending";
const name = "ヒクイドリ";
const nTexts = 42; // a page of them is 40

test("ending_is_asked_for_and_taken_back_on_the_screen", async (t) => {
  t.req("NI-2.3.4-4b");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/ending");
    await page.waitForSelector("#ending-person");
    await visit.choose("light", "plain");
    await page.locator("form button[type=submit]").click();
    await page.waitForSelector("#ending-person-fault");
    await page.fill("#ending-person", "モモンガ");
    await page.locator("#ending-person").press("Enter");
    await page.locator(".found").first().click();
    await page.locator("#ending-reason input[value=objection]").check({ force: true });
    await page.locator("form button[type=submit]").click();
    await page
      .getByText("教育委員会のほかの人です")
      .or(page.getByText("調べています"))
      .or(page.getByText("名前のある所を決めます"))
      .first()
      .waitFor();
    await page.getByText("取り下げる").first().click();
    await page.getByText("取り下げました").first().waitFor();
    t.ok(true, "taken back");
  });
});

interface Mentions {
  readonly items: readonly {
    readonly id: string;
    readonly row?: string;
    readonly decision?: string;
  }[];
  readonly next?: number;
}

/** What others have written of the child: notes of staff, and a card on which a name can be hidden. */
async function writeOf(visit: Visit): Promise<string> {
  const card = crypto.randomUUID();
  await asked(visit.page, "PUT", `/api/v1/teachers/${card}`, {
    expected_version: 0,
    name: "星野 そら",
    field: "星の話",
    evidence: `小学校で${name}さんと星を見ました。ﾋｸｲﾄﾞﾘさんも喜びました。`,
    times: "水曜の午前",
  });
  return card;
}

function mine(page: Page): ReturnType<Page["locator"]> {
  return page.locator("ul.history > li.card", { hasText: name }).first();
}

/** Looks again until the request says it. */
async function until(page: Page, text: string): Promise<void> {
  const until = Date.now() + 60_000;
  const there = page.locator(".pill", { hasText: text }).first();
  while ((await there.count()) === 0) {
    if (Date.now() > until) throw new Error(`never: ${text}`);
    await page.reload();
    await page.waitForSelector("#ending-person");
    await page.waitForFunction(() => document.querySelector(".note[role=status]") === null);
  }
}

async function picture(page: Page, what: string): Promise<void> {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${what}.png` });
}

test("ending_is_decided_confirmed_by_another_and_proved", async (t) => {
  t.req("NI-2.3.4-4b");
  let card = "";
  await visiting(t, at, { state: await signedIn(at, "duty") }, async (visit) => {
    await visit.open();
    for (let i = 0; i < nTexts; i++)
      await asked(visit.page, "POST", "/api/v1/handovers", { text: `${name}さんと話した ${i}` });
  });
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    card = await writeOf(visit);
    await visit.open("#/ending");
    await page.waitForSelector("#ending-person");
    await visit.choose("light", "plain");
    await page.fill("#ending-person", name);
    await page.locator("#ending-person").press("Enter");
    await page.locator(".found").first().click();
    await page.locator("form button[type=submit]").click();
    await mine(page).waitFor();
    await until(page, "名前のある所を決めます");
    await mine(page).getByText("名前のある所を見る").click();
    const places = mine(page).locator("li.card-small");
    await mine(page).getByText("続きを見る").click();
    await mine(page).getByText("続きを見る").waitFor({ state: "detached" });
    t.ok((await places.count()) > nTexts, "all of them, page by page");
    const kept = places.filter({ hasText: "話した 7" }).first();
    await kept.getByText("残す", { exact: true }).click();
    await kept.getByText("決めたこと").waitFor();
    t.ok((await kept.innerText()).includes(name), "what stays is shown as it stays");
    const hidden = places.filter({ hasText: "星を見ました" });
    await hidden.getByText("名前を伏せる").click();
    await hidden.getByText("＊＊＊").first().waitFor();
    const text = await hidden.innerText();
    t.ok(!text.includes(name) && !text.includes("ﾋｸｲﾄﾞﾘ"), "what is hidden is not shown", text);
    await hidden.scrollIntoViewIfNeeded();
    await picture(page, "01-decided");
    const { items } = await asked<{ items: { id: string; person_name?: string }[] }>(
      page,
      "GET",
      "/api/v1/endings",
    );
    const path = `/api/v1/endings/${items.find((one) => one.person_name === name)?.id ?? ""}`;
    const open: string[] = [];
    for (let skip: number | undefined = 0; skip !== undefined;) {
      const got: Mentions = await asked(page, "GET", `${path}/mentions?skip=${skip}`);
      open.push(
        ...got.items
          .filter((one) => one.row !== undefined && one.decision === undefined)
          .map((one) => one.id),
      );
      skip = got.next;
    }
    await page.evaluate(
      async ([path, mentions]) => {
        const body = JSON.stringify({ mentions, decision: "delete" });
        await fetch(`${path as string}/decisions`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
      },
      [path, open] as const,
    );
    await until(page, "確かめを待っています");
    await mine(page).getByText("教育委員会のほかの人です").waitFor();
    t.eq(await mine(page).getByText("確かめて消す").count(), 0, "not by oneself");
  });
  await visiting(t, at, { state: await signedIn(at, "board2") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/ending");
    await page.waitForSelector("#ending-person");
    await visit.choose("light", "plain");
    await mine(page).getByText("確かめて消す").click();
    await mine(page).getByText("本当に消しますか").waitFor();
    await picture(page, "02-asked");
    await page.keyboard.press("Enter");
    await mine(page).getByText("本当に消しますか").waitFor({ state: "detached" });
    await mine(page).getByText("確かめて消す").click();
    await mine(page).getByRole("button", { name: "消す", exact: true }).click();
    await mine(page).getByText("確かめて消す").waitFor({ state: "detached" });
    await until(page, "消しました");
    const done = page.locator("ul.history > li.card", { hasText: "消しました" }).first();
    await done.getByText("残った行：0").waitFor();
    await done.locator("summary").click();
    t.ok((await done.locator("pre").innerText()).startsWith("ibasho-ending/1"), "the signed line");
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      done.getByText("証明（PDF）").click(),
    ]);
    const paper = execFileSync("pdftotext", ["-layout", await file.path(), "-"], {
      encoding: "utf8",
    });
    t.ok(
      paper.includes("個人の情報を消した証明") && !paper.includes(name),
      "the page, without the name",
    );
    await picture(page, "03-done");
    await visit.open(`#/teachers/${card}`);
    await page.getByText("＊＊＊").first().waitFor();
    t.ok(!(await page.content()).includes(name), "the card does not show it either");
  });
});
