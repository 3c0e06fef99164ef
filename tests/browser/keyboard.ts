/** Everything by keyboard alone: reached, seen, done, left again. */
import type { Page } from "playwright-core";
import { login, place, visiting } from "./engine.ts";
import { pages, stateOf } from "./pages.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

interface Stop {
  readonly n: number; // which element of the page
  readonly name: string;
  readonly isSeen: boolean;
  readonly ring: number;
  readonly top: number;
}

/** Where the focus stands and whether one can see that it does. */
function stop(): Stop | undefined {
  const at = document.activeElement;
  if (!(at instanceof HTMLElement) || at === document.body) return undefined;
  const marked = at.closest("label.choice") === null ? at : (at.nextElementSibling ?? at);
  const style = getComputedStyle(marked);
  const box = marked.getBoundingClientRect();
  return {
    n: [...document.querySelectorAll("*")].indexOf(at),
    name: `${at.tagName.toLowerCase()}#${at.id}.${at.getAttribute("name") ?? at.className} ${(at.textContent ?? "").slice(0, 20)}`,
    isSeen:
      box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight,
    ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    top: box.top + scrollY,
  };
}

/** Out of the page at its end, so that the next Tab is the first. */
async function toTheStart(page: Page): Promise<void> {
  for (let i = 0; i < 800; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement === document.body)) return;
  }
  throw new Error("the keyboard never leaves the page");
}

for (const page of pages)
  test(`keyboard_reaches_all_of_${page.name}`, async (t) => {
    await visiting(t, at, await stateOf(at, page), async (visit) => {
      await page.reach(visit);
      await visit.settled();
      await toTheStart(visit.page);
      const want = await visit.page.evaluate(() => {
        const all = [
          ...document.querySelectorAll<HTMLElement>(
            'a[href], button, summary, input, select, textarea, [tabindex="0"]',
          ),
        ];
        const seen = all.filter(
          (one) => one.closest("[hidden], details:not([open]) > :not(summary)") === null,
        );
        // Of a group of radio buttons the keyboard visits one.
        const groups = new Set(
          seen.flatMap((one) =>
            one instanceof HTMLInputElement && one.type === "radio" ? [one.name] : [],
          ),
        );
        return (
          seen.filter((one) => !(one instanceof HTMLInputElement && one.type === "radio")).length +
          groups.size
        );
      });
      const stops: Stop[] = [];
      for (let i = 0; i < 5 * want + 9; i++) {
        await visit.page.keyboard.press("Tab");
        const now = await visit.page.evaluate(stop);
        if (now === undefined) break;
        if (now.n !== stops.at(-1)?.n) stops.push(now); // the parts of a date are one control
      }
      t.eq(stops.length, want, `${want} stops, then out again: no trap, nothing left out`);
      t.eq(
        stops.filter((one) => !one.isSeen).map((one) => one.name),
        [],
        "each is in sight when it has the focus",
      );
      t.eq(
        stops.filter((one) => one.ring < 2).map((one) => one.name),
        [],
        "each shows that it has the focus",
      );
    });
  });

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
