/** Done by keyboard alone. Whether it reaches all of a page: looks.ts. */
import { login, place, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

test("keyboard_alone_signs_in_and_leaves", async (t) => {
  const child = login(at, "child7");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await page.keyboard.press("Tab");
    t.ok(
      (await page.evaluate(() => document.activeElement?.className))?.includes("skip"),
      "first the way past the header",
    );
    await page.keyboard.press("Enter");
    t.eq(
      await page.evaluate(() => document.activeElement?.id),
      "content",
      "which leads to the content",
    );
    await page.keyboard.press("Tab");
    t.eq(await page.evaluate(() => document.activeElement?.id), "login", "next comes the name");
    await page.keyboard.type(child.login);
    await page.keyboard.press("Tab");
    await page.keyboard.type(child.password);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".home");
    t.ok(true, "Enter comes in");
    await page.focus(".bar-doors button:last-child");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#login");
    t.ok(true, "and leaves");
  });
});

test("panel_of_choices_opens_chooses_and_closes_by_keyboard", async (t) => {
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await page.focus(".bar-button");
    await page.keyboard.press("Space");
    t.eq(await page.getAttribute(".bar-button", "aria-expanded"), "true", "open, and said so");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    await page.waitForSelector("html[data-form=easy]");
    t.ok(true, "an arrow moves from ふりがな to やさしい");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    await page.waitForSelector("html[data-theme=dark]");
    t.ok(true, "and from light to dark");
    await page.keyboard.press("Escape");
    t.eq(await page.getAttribute(".bar-button", "aria-expanded"), "false", "Escape closes");
    t.ok(
      await page.evaluate(() => document.activeElement?.classList.contains("bar-button")),
      "and the focus is back where it came from",
    );
  });
});

test("enter_while_composing_sends_nothing", async (t) => {
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    const input = await visit.context.newCDPSession(page);
    await page.focus("#login");
    await input.send("Input.imeSetComposition", {
      text: "そら",
      selectionStart: 2,
      selectionEnd: 2,
    });
    t.eq(await page.inputValue("#login"), "そら", "a composition is under way");
    await input.send("Input.insertText", { text: "そら" });
    t.eq(await page.locator(".fault").count(), 0, "taking it over sends nothing");
    t.eq(
      visit.asked.filter((url) => url.endsWith("/session")).length,
      1,
      "the node was asked once, at the start",
    );
  });
});
