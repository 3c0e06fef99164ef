/** How one is seen: AI-2.2-エ, AI-2.2-ア, KP-3-安全-1. */
import { login, place, signedIn, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

test("a_child_changes_how_it_is_seen_by_keyboard_and_staff_see_what_was", async (t) => {
  t.req("AI-2.2-エ AI-2.2-ア KP-3-安全-1");
  await visiting(t, at, { state: await signedIn(at, "wearer") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/me/profile");
    await page.waitForSelector("#profile-name");
    t.eq(await page.locator("input[name=figure]").count(), 48, "every figure is there");
    t.eq(await page.locator("input[name=colour]").count(), 10, "in every colour");
    t.eq(
      await page.inputValue("#profile-name"),
      login(at, "wearer").display_name,
      "with the name that came with the ID",
    );

    await page.fill("#profile-name", "そらせんせい");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#profile-name-fault");
    t.ok(
      (await page.locator("#profile-name-fault").innerText()).includes("先生"),
      "what is refused is said at the field",
    );
    t.eq(
      await page.evaluate(() => document.activeElement?.id),
      "profile-name",
      "and the reader stands there",
    );
    for (const [width, height, zoom] of [
      [360, 740, 1],
      [360, 740, 2],
      [1024, 700, 2],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.evaluate((zoom) => {
        document.documentElement.style.fontSize = `${zoom * 100}%`;
      }, zoom);
      await page.fill("#profile-name", `せんせい${zoom}x${width}`);
      await page.keyboard.press("Enter");
      await page.waitForSelector("#profile-name-fault");
      await page.waitForTimeout(300);
      t.ok(
        await page.locator("#profile-name-fault").evaluate((fault) => {
          const { left, top, bottom } = fault.getBoundingClientRect();
          const at = (y: number) => fault.contains(document.elementFromPoint(left + 8, y));
          return top >= 0 && bottom <= innerHeight && at(top + 2) && at(bottom - 2);
        }),
        `all of it is seen, nothing lies over it: ${width} px, ${zoom * 100} %`,
      );
      await page.screenshot({ path: `build/shots/60-profile-fault-${width}-${zoom}.png` });
    }
    await page.evaluate(() => document.documentElement.removeAttribute("style"));

    for (const [name, word] of [
      ["5ta ff", "先生"],
      ["もも・んガ", "まちがえやすい"],
    ] as const) {
      await page.fill("#profile-name", name);
      await page.click("form button[type=submit]");
      await page.waitForFunction(
        (word) => document.querySelector("#profile-name-fault")?.textContent?.includes(word),
        word,
      );
      t.ok(true, `${name}: nobody passes for staff or for another child`);
      await page.screenshot({ path: "build/shots/60-profile-name-alike.png", fullPage: true });
    }

    await page.fill("#profile-name", "そらいろ");
    await page.fill("#profile-note", "本をよむのがすき");
    await page.focus("input[name=figure][value=cat]");
    await page.keyboard.press("Space");
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
    t.eq(
      await page.locator("input[name=figure]:checked").getAttribute("value"),
      "fox",
      "arrow keys walk from figure to figure",
    );
    await page.check("input[name=colour][value=rose]");
    await page.locator("form label.check input").nth(2).check();
    await page.screenshot({ path: "build/shots/60-profile.png", fullPage: true });
    await page.click("form button[type=submit]");
    await page.waitForSelector(".save .note");
    await page.click(".back");
    await page.waitForSelector(".facts");
    t.ok((await page.locator(".facts").innerText()).includes("そらいろ"), "my page knows the name");
    await page.reload();
    await visit.open("#/me/profile");
    await page.waitForSelector("#profile-name");
    t.eq(await page.inputValue("#profile-note"), "本をよむのがすき", "kept");
    t.eq(await page.locator("input[name=figure]:checked").getAttribute("value"), "fox", "kept");

    await page.click("button:has-text('おまかせ')");
    await page.waitForFunction(
      () => (document.querySelector(".row [role=status]")?.textContent ?? "") !== "",
    );
    t.ok(
      (await page.locator("input[name=figure]:checked").getAttribute("value")) !== null,
      "one is chosen and said",
    );
    const html = await page.content();
    t.ok(!/[0-9a-f]{8}-[0-9a-f]{4}-7/.test(html), "no id of anybody stands in the page");
  });
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    const id = await page.evaluate(async () => {
      const answer = await fetch(`/api/v1/people?q=${encodeURIComponent("そらいろ")}`);
      return ((await answer.json()) as { items: { id: string }[] }).items[0]?.id;
    });
    await visit.open(`#/people/${id}`);
    await page.click(".profile-past button");
    await page.waitForSelector(".profile-past .moment");
    const past = await page.locator(".profile-past").innerText();
    t.ok(past.includes("そらいろ") && past.includes("本をよむのがすき"), "what was chosen");
    await page.locator(".profile-past").screenshot({ path: "build/shots/61-profile-past.png" });
  });
});

test("two_pages_of_one_child_do_not_write_over_each_other", async (t) => {
  const state = await signedIn(at, "wearer");
  await visiting(t, at, { state }, async (first) => {
    await first.open("#/me/profile");
    await first.page.waitForSelector("#profile-name");
    await visiting(t, at, { state }, async (second) => {
      await second.open("#/me/profile");
      await second.page.waitForSelector("#profile-note");
      await second.page.fill("#profile-note", "あとから");
      await second.page.click("form button[type=submit]");
      await second.page.waitForSelector(".save .note");
    });
    await first.page.fill("#profile-note", "まえから");
    await first.page.click("form button[type=submit]");
    await first.page.waitForSelector("#profile-said.fault");
    t.ok(
      (await first.page.locator("#profile-said").innerText()).includes("もう"),
      "the first is told",
    );
    await first.page.click("form > .quiet-button");
    await first.page.waitForFunction(
      () => document.querySelector<HTMLInputElement>("#profile-note")?.value === "あとから",
    );
    t.ok(true, "and sees what holds now");
  });
});
