/** Every page, in every theme and form of words: readable by machine, whole at every size. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { HtmlValidate } from "html-validate";
import type { Page } from "playwright-core";
import { place, sizes, visiting } from "./engine.ts";
import { forms, pages, stateOf, themes } from "./pages.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);

// Colours differ by theme, what is there by form: every form once, and every theme with readings in it.
const faces = [
  ...forms.map((form) => [themes[0], form] as const),
  ...themes.slice(1).map((theme) => [theme, "ruby"] as const),
];
const axe = readFileSync(
  createRequire(new URL("../../node/web/package.json", import.meta.url)).resolve(
    "axe-core/axe.min.js",
  ),
  "utf8",
);

const html = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    "no-trailing-whitespace": "off", // the browser's own serialisation
    "doctype-style": "off",
    "attribute-boolean-style": "off",
    "attribute-empty-style": "off",
    "void-style": "off",
    "require-sri": "off", // every file is this host's own
    "autocomplete-password": "off", // a shared tablet must not fill in the child's before
    "long-title": "off", // a municipality's name may be long
    "no-inline-style": "off", // the policy refuses it, and the lint
  },
});

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

async function violations(page: Page): Promise<string[]> {
  const found = (await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: (root: Document, options: object) => Promise<{ violations: Violation[] }> };
    };
    const result = await axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      resultTypes: ["violations"],
    });
    return result.violations;
  })) as Violation[];
  return found.map(
    (one) =>
      `${one.id}: ${one.nodes[0]?.html.slice(0, 160)} ${one.nodes[0]?.failureSummary?.slice(0, 240)}`,
  );
}

test("checkers_find_what_is_broken", async (t) => {
  await visiting(t, place("aozora"), {}, async (visit) => {
    await visit.open();
    await visit.page.evaluate(axe);
    await visit.page.evaluate(() => {
      const wide = document.createElement("button");
      wide.style.cssText = "width: 3000px; height: 20px; background: #777; color: #888";
      document.querySelector("main")?.append(wide, "漢字☃");
    });
    t.ok(
      (await violations(visit.page)).some((one) => one.startsWith("button-name")),
      "axe: a button without a name",
    );
    t.ok((await visit.page.evaluate(outsiders)).length > 0, "something wider than the page");
    t.ok((await visit.page.evaluate(smallTargets)).length > 0, "something too small for a finger");
    const words = await visit.page.evaluate(fixedWords);
    t.eq(
      [words.unread.join(""), words.faceless.includes("☃")],
      ["漢字", true],
      "kanji without reading, a character without a face",
    );
  });
  const report = await html.validateString(
    '<!DOCTYPE html><html lang="ja"><head><title>x</title></head><body><img src="a"></body></html>',
  );
  t.ok(report.errorCount > 0, "html-validate: a picture without words");
});

for (const page of pages) {
  test(`axe_and_html_validate_find_nothing_on_${page.name}`, async (t) => {
    await visiting(t, place("aozora"), await stateOf(place("aozora"), page), async (visit) => {
      await page.reach(visit);
      await visit.settled();
      const report = await html.validateString(await visit.page.content());
      const found = report.results
        .flatMap((one) => one.messages)
        .map((one) => `${one.ruleId}: ${one.message} (${one.selector})`);
      t.eq(found, [], "as the standard wants it");
      await visit.page.evaluate(axe);
      for (const [theme, form] of faces) {
        await visit.choose(theme, form);
        t.eq(await violations(visit.page), [], `${theme}, ${form}`);
      }
    });
  });

  test(`words_have_readings_and_faces_on_${page.name}`, async (t) => {
    t.req("HI-4.3-2");
    await visiting(t, place("aozora"), await stateOf(place("aozora"), page), async (visit) => {
      await page.reach(visit);
      await visit.settled();
      for (const form of forms) {
        await visit.choose("light", form);
        const got = await visit.page.evaluate(fixedWords);
        if (form === "ruby" || form === "easy")
          t.eq(got.unread, [], `${form}: every kanji has its reading`);
        if (form === "plain" || form === "english") t.eq(got.nRuby, 0, `${form}: no ruby`);
        t.eq(got.faceless, [], `${form}: every character is in the page's own font`);
        t.ok(got.nText > 0, `${form}: there are words`);
      }
    });
  });

  test(`nothing_runs_out_of_${page.name}`, async (t) => {
    const views: readonly [what: string, size: { width: number; height: number }][] = [
      ["a tablet", sizes.tablet],
      ["a tablet upright", sizes.upright],
      ["a laptop", sizes.laptop],
      ["a laptop at 200 %", { width: sizes.laptop.width / 2, height: sizes.laptop.height / 2 }],
      ["a narrow phone", sizes.phone],
    ];
    await visiting(t, place("aozora"), await stateOf(place("aozora"), page), async (visit) => {
      await page.reach(visit);
      await visit.settled();
      for (const [what, size] of views) {
        await visit.page.setViewportSize(size);
        for (const form of forms) {
          await visit.choose("light", form);
          t.eq(
            await visit.page.evaluate(outsiders),
            [],
            `${what}, ${form}: nothing beside the page`,
          );
          t.eq(
            await visit.page.evaluate(smallTargets),
            [],
            `${what}, ${form}: all targets are 44 px or more`,
          );
        }
        await zoomText(visit.page, "200%");
        t.eq(await visit.page.evaluate(outsiders), [], `${what}: text alone at 200 %`);
        await zoomText(visit.page, "");
      }
    });
  });
}

async function zoomText(page: Page, size: string): Promise<void> {
  await page.evaluate((size) => {
    document.documentElement.style.fontSize = size;
  }, size);
}

/* The functions below run in the page. */

/** The fixed words on the page: kanji without reading, characters outside the page's own faces. */
function fixedWords(): { unread: string[]; faceless: string[]; nRuby: number; nText: number } {
  const faces: [number, number][] = [];
  for (const sheet of document.styleSheets)
    for (const rule of sheet.cssRules)
      if (rule instanceof CSSFontFaceRule)
        for (const range of rule.style.getPropertyValue("unicode-range").split(",")) {
          const [from = "", until] = range.trim().replace(/^U\+/i, "").split("-");
          faces.push([parseInt(from, 16), parseInt(until ?? from, 16)]);
        }
  const unread = new Set<string>();
  const faceless = new Set<string>();
  let nText = 0;
  const walk = document.createTreeWalker(
    document.getElementById("app") as Node,
    NodeFilter.SHOW_TEXT,
  );
  for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
    const at = node.parentElement;
    if (
      at === null ||
      at.closest(".given, .mono, .key-code b, [aria-hidden=true], .paper-n, option") !== null // an option holds no ruby
    )
      continue;
    const isPaper = at.closest(".paper") !== null; // always without readings, as it is printed
    nText++;
    for (const character of node.textContent ?? "") {
      if (/[\p{Script=Han}々]/u.test(character) && at.closest("ruby") === null && !isPaper)
        unread.add(character);
      const point = character.codePointAt(0) ?? 0;
      if (
        !faces.some(([from, until]) => from <= point && point <= until) &&
        !/[\s\d]/.test(character)
      )
        faceless.add(character);
    }
  }
  const rubies = [...document.querySelectorAll("#app ruby")];
  for (const one of rubies)
    if (one.querySelector("rt")?.textContent === "") unread.add(one.textContent ?? "");
  return { unread: [...unread], faceless: [...faceless], nRuby: rubies.length, nText };
}

/** What sticks out at the side, or makes the page scroll sideways. */
function outsiders(): string[] {
  const found: string[] = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width)
    found.push(`the page is ${document.documentElement.scrollWidth} of ${width} wide`);
  for (const element of document.querySelectorAll("#app *:not(svg *)")) {
    const box = element.getBoundingClientRect();
    const isSeen =
      box.width > 1 && box.height > 1 && element.closest(".unseen, .skip, .scene") === null;
    if (isSeen && (box.right > width + 1 || box.left < -1))
      found.push(
        `${element.tagName}.${element.className}: ${Math.round(box.left)}-${Math.round(box.right)}`,
      );
  }
  return found.slice(0, 5);
}

/** Controls that a finger could miss. A checkbox or radio button is as large as its label. */
function smallTargets(): string[] {
  const found: string[] = [];
  for (const element of document.querySelectorAll<HTMLElement>(
    "a, button, summary, input, select, label.choice, label.check, label.tick",
  )) {
    const target = element.closest("label.choice, label.check, label.tick") ?? element;
    const box = target.getBoundingClientRect();
    if (box.width === 0 || element.closest("[hidden], .skip") !== null) continue;
    if (box.height < 43.5 || box.width < 43.5)
      found.push(
        `${target.tagName}.${target.className}: ${Math.round(box.width)}x${Math.round(box.height)}`,
      );
  }
  return found.slice(0, 5);
}
