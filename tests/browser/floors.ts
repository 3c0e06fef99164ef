/** Floors, who may enter, sessions and the record of visits, as the board works with them. */
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { place, signedIn, sizes, Visit, visiting } from "./engine.ts";
import { asked } from "./people_made.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

async function board(visit: Visit): Promise<Page> {
  await visit.open("#/floors");
  await visit.choose("light", "plain");
  await visit.page.waitForSelector("#floors-title");
  return visit.page;
}
async function saved(page: Page): Promise<void> {
  await page.waitForSelector(".page > [role=status] .note");
}
function cardOf(page: Page, name: string): ReturnType<Page["locator"]> {
  return page.locator("section:has(#floors-title) li.card", { hasText: name });
}
async function floorNow(page: Page, id: string): Promise<Record<string, unknown>> {
  return asked(page, "GET", `/floors/${id}`);
}
/** A datetime field's value, so many minutes from now, in Japan. */
function fieldIn(minutes: number): string {
  return new Date(Date.now() + 9 * 3600_000 + minutes * 60_000).toISOString().slice(0, 16);
}

test("board_sets_capacity_and_hides_a_floor", async (t) => {
  t.req("AI-4.3-イ-エ-2, SE-4.1-イ-1");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    t.eq(await page.locator("section:has(#floors-title) li.card").count(), 5, "the ready floors");
    const card = cardOf(page, "静かな部屋");
    await card.locator("summary", { hasText: "定員などを変える" }).click();
    await page.fill("#capacity-quiet", "０");
    await card.locator("form .button").click();
    await page.waitForSelector("#capacity-quiet-fault");
    t.eq(await page.evaluate(() => document.activeElement?.id), "capacity-quiet", "led to it");
    await page.fill("#capacity-quiet", "１２");
    await card.locator("label", { hasText: "もう一つ開く" }).click();
    await page.screenshot({ path: "build/shots/80-floors.png", fullPage: true });
    await card.locator("form .button").click();
    await saved(page);
    await card.getByText("定員12人").waitFor();
    const now = await floorNow(page, "quiet");
    t.eq([now["capacity"], now["when_full"], now["is_hidden"]], [12, "copy", false], "decided");
    await asked(page, "PUT", "/floors/quiet/plan", {
      ...{ id: randomUUID(), when_full: "wait", is_hidden: true },
    });
    await page.reload();
    await cardOf(page, "静かな部屋").getByText("かくしています").waitFor();
    t.ok(true, "a hidden floor says so");
    await asked(page, "PUT", "/floors/quiet/plan", {
      ...{ id: randomUUID(), when_full: "wait", is_hidden: false },
    });
  });
});

test("board_publishes_a_floor_and_brings_one_back", async (t) => {
  t.req("AI-2.3-エ, AI-4.3-イ-エ-2");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    const floor = JSON.parse(readFileSync("node/place/floors/classes.json", "utf8")) as {
      name: { ja: string };
      spawns: { x: number; y: number }[];
    };
    const path = "build/classes-by-test.json";
    const publish = async (): Promise<void> => {
      writeFileSync(path, JSON.stringify(floor));
      await page.setInputFiles("#floor-file", path);
      await page.click("section:has(#publish-title) form > .button");
      await page.locator(".sure .button").click();
    };
    await page.click("section:has(#publish-title) form > .button");
    await page.getByText("ファイルを選んでください").waitFor();
    floor.name.ja = "新《あたら》しい教室《きょうしつ》";
    await publish();
    await saved(page);
    await cardOf(page, "新しい教室").getByText("版 1").waitFor();
    t.eq((await floorNow(page, "classes"))["version"], 1, "published");
    const spot = floor.spawns[0];
    if (spot !== undefined) [spot.x, spot.y] = [5, 5];
    await publish();
    await page.locator("section:has(#publish-title) .fault", { hasText: "/spawns/0" }).waitFor();
    await page.screenshot({ path: "build/shots/81-floor-with-a-fault.png", fullPage: true });
    t.eq((await floorNow(page, "classes"))["version"], 1, "with a fault nothing changes");
    const card = cardOf(page, "新しい教室");
    await card.locator("summary", { hasText: "これまでの形" }).click();
    await card.getByText("はじめの形にもどす").click();
    await card.locator(".sure .button").click();
    await cardOf(page, "教室").getByText("版 2").waitFor();
    t.ok(!String((await floorNow(page, "classes"))["name_ja"]).includes("新"), "brought back");
  });
});

test("board_says_who_may_enter_and_takes_it_back", async (t) => {
  t.req("AI-2.3-ア");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const page = await board(visit);
    const part = page.locator("section:has(#rules-title)");
    await part.locator("summary").click();
    await part.locator("form button[type=submit]").click();
    await page.waitForSelector("#rule-kind-fault, #rule-kind .fault");
    t.ok(true, "an empty form is led to its fields");
    await page.selectOption("#rule-floor", "lounge");
    await page.locator("#rule-kind label", { hasText: "役割" }).click();
    await page.locator("#rule-code label", { hasText: "ゲストティーチャー" }).click();
    await page.locator("#rule-verdict label", { hasText: "入れる" }).first().click();
    await page.fill("#rule-until", fieldIn(60 * 24));
    await part.locator("form button[type=submit]").click();
    await saved(page);
    const row = part.locator(".deeds > li", { hasText: "ゲストティーチャー" });
    await row.waitFor();
    const text = await row.innerText();
    t.ok(text.includes("談話室") && text.includes("まで"), "where and how long", text);
    await page.screenshot({ path: "build/shots/82-floor-rules.png", fullPage: true });
    await row.locator(".quiet-button").click();
    await row.locator(".sure .button").click();
    await row.waitFor({ state: "detached" });
    t.ok(true, "withdrawn");
    // About one person, found by name.
    await page.locator("#rule-kind label", { hasText: "一人" }).click();
    await page.fill("#rule-person", at.logins["child1"]?.display_name ?? "");
    await part.locator("form fieldset .quiet-button").first().click();
    await part.locator("form .found").first().click();
    await page.locator("#rule-verdict label", { hasText: "入れない" }).click();
    await part.locator("form button[type=submit]").click();
    const one = part.locator(".deeds > li", { hasText: "入れない" }).first();
    await one.waitFor();
    t.ok((await one.innerText()).includes("すべてのフロア"), "on every floor");
    await one.locator(".quiet-button").click();
    await one.locator(".sure .button").click();
    await one.waitFor({ state: "detached" });
  });
});

test("contractor_holds_moves_and_calls_off_a_session", async (t) => {
  t.req("SE-4.1-イ-1, SE-4.1-イ-2, SE-4.1-イ-3");
  await visiting(t, at, { state: await signedIn(at, "contractor") }, async (visit) => {
    const page = await board(visit);
    const part = page.locator("section:has(#sessions-title)");
    t.eq(await page.locator("#publish-title").count(), 0, "no contractor publishes");
    await part.locator("summary").click();
    await part.locator("form button[type=submit]").click();
    await page.waitForSelector("#session-floor-new-fault");
    await page.selectOption("#session-floor-new", "plaza");
    await page.fill("#session-title-new", "おしゃべり会");
    await page.fill("#session-from-new", fieldIn(60 * 24 * 40));
    await page.fill("#session-until-new", fieldIn(60 * 24 * 40 + 60));
    await page.fill("#session-capacity-new", "３０");
    await page.locator("#session-names-new label", { hasText: "ふせて" }).click();
    await part.locator("form button[type=submit]").click();
    await saved(page);
    const row = part.locator(".deeds > li", { hasText: "おしゃべり会" }).first();
    await row.waitFor();
    const text = await row.innerText();
    t.ok(text.includes("定員30人") && text.includes("名前をふせる"), "as it was filled in", text);
    // A second one at that time is refused in the node's words.
    await page.selectOption("#session-floor-new", "plaza");
    await page.fill("#session-title-new", "べつの会");
    await page.fill("#session-from-new", fieldIn(60 * 24 * 40 + 30));
    await page.fill("#session-until-new", fieldIn(60 * 24 * 40 + 90));
    await part.locator("details form button[type=submit]").click();
    await part.locator(".fault", { hasText: "もう会があります" }).waitFor();
    await page.screenshot({ path: "build/shots/83-sessions.png", fullPage: true });
    await row.getByText("変える").click();
    const title = row.locator("input[id^=session-title-]");
    await title.fill("おしゃべり会 二回目");
    await row.locator("form button[type=submit]").click();
    await part.locator(".deeds > li", { hasText: "二回目" }).waitFor();
    const moved = part.locator(".deeds > li", { hasText: "二回目" });
    await moved.getByText("取りやめる").click();
    await moved.locator(".sure .button").click();
    await moved.locator(".pill-alert").waitFor();
    t.ok((await moved.innerText()).includes("取りやめ"), "called off");
  });
});

/** Somebody comes onto the plaza and leaves again. */
async function comeAndGo(login: string): Promise<void> {
  const child = await Visit.begin(at, { state: await signedIn(at, login) });
  try {
    await child.open();
    await child.page.evaluate(async () => {
      const answer = await fetch("/api/v1/ticket", { method: "POST" });
      const { ticket, path } = (await answer.json()) as { ticket: string; path: string };
      const url = new URL(path, location.href);
      url.protocol = url.protocol.replace("http", "ws");
      const line = new WebSocket(url, ["ibasho.v1", `ticket.${ticket}`]);
      const say = (name: string, n: number, of: object): Promise<unknown> =>
        new Promise((resolve, reject) => {
          line.addEventListener("message", (event) => {
            if (typeof event.data !== "string") return;
            const said = JSON.parse(event.data) as { re?: number; no?: { title: string } };
            if (said.re !== n) return;
            if (said.no !== undefined) reject(new Error(said.no.title));
            else resolve(said);
          });
          line.send(`${name} ${String(n)} ${JSON.stringify(of)}`);
        });
      await new Promise((resolve, reject) => {
        line.addEventListener("open", resolve);
        line.addEventListener("close", (event) => reject(new Error(`closed ${event.code}`)));
      });
      await say("place.enter", 1, { floor: "plaza", rung: "watch" });
      await say("place.leave", 2, {});
      line.close(1000);
    });
  } finally {
    await child.context.close();
  }
}

test("board_reads_who_came_and_left", async (t) => {
  t.req("AI-2.5-ア");
  await comeAndGo("child2");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    await visit.open("#/visits");
    await visit.choose("light", "plain");
    const { page } = visit;
    const name = at.logins["child2"]?.display_name ?? "";
    await page.waitForSelector(".record tbody tr");
    await page.locator(".record tbody tr", { hasText: name }).first().waitFor();
    await page.screenshot({ path: "build/shots/84-visits.png", fullPage: true });
    const left = await page.locator(".record tbody tr", { hasText: name }).first().innerText();
    t.ok(left.includes("出た") && left.includes("広場"), "left, and from where", left);
    await page.locator(".record tbody tr", { hasText: name }).first().locator("button").click();
    await page.locator(".record tbody tr", { hasText: "入った" }).first().waitFor();
    const others = await page.locator(".record tbody tr").allInnerTexts();
    t.ok(
      others.length > 0 && others.every((one) => one.includes(name)),
      "only this one",
      others.join(),
    );
    await page.selectOption("#visits-floor", "counsel");
    await page.click("form[role=search] .button");
    await page.getByText("当てはまる記録がありません").waitFor();
    t.ok(true, "nobody there");
  });
});

test("contractor_needs_a_purpose_for_the_record_of_visits", async (t) => {
  t.req("AI-2.5-ア");
  await visiting(t, at, { state: await signedIn(at, "contractor") }, async (visit) => {
    await visit.open("#/visits");
    await visit.page.locator(".fault", { hasText: "目的" }).waitFor();
    t.eq(await visit.page.locator(".record tbody tr").count(), 0, "and sees nobody");
  });
});

test("floors_fit_a_small_screen", async (t) => {
  await visiting(
    t,
    at,
    { state: await signedIn(at, "board"), size: sizes.phone },
    async (visit) => {
      const page = await board(visit);
      for (const one of await page.locator("summary").all()) await one.click();
      await page.screenshot({ path: "build/shots/85-floors-phone.png", fullPage: true });
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      t.eq(wide, 0, "nothing is wider than the screen");
    },
  );
});
