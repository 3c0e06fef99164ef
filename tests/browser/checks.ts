/** What a page must keep in every state: readable by machine, whole at every size, with readings. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

export const axe = readFileSync(
  createRequire(new URL("../../node/web/package.json", import.meta.url)).resolve(
    "axe-core/axe.min.js",
  ),
  "utf8",
);

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe may be asked about. */
export const everyRule = {
  type: "tag",
  values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
};
const ofColour = ["color-contrast", "link-in-text-block"];
export const colourRules = { type: "rule", values: ofColour };
/** Of a face whose colours were asked about in another form of words. */
export const colourless = {
  ...everyRule,
  but: Object.fromEntries(ofColour.map((id) => [id, { enabled: false }])),
};

export interface Rules {
  readonly type: string;
  readonly values: readonly string[];
  readonly but?: Readonly<Record<string, { readonly enabled: boolean }>>;
}

/** What axe finds; it is brought to the page when it is not there yet. */
export async function violations(page: Page, rules: Rules = everyRule): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const found = await page.evaluate(async ({ but, ...runOnly }) => {
    const { axe } = globalThis as unknown as {
      axe: { run: (root: Document, options: object) => Promise<{ violations: Violation[] }> };
    };
    const result = await axe.run(document, {
      runOnly,
      rules: but ?? {},
      resultTypes: ["violations"],
    });
    return result.violations;
  }, rules);
  return found.map(
    (one) =>
      `${one.id}: ${one.nodes[0]?.html.slice(0, 160)} ${one.nodes[0]?.failureSummary?.slice(0, 240)}`,
  );
}

/* The functions below run in the page. */

/** The fixed words on the page: kanji without reading, characters outside the page's own faces. */
export function fixedWords(): {
  unread: string[];
  faceless: string[];
  nRuby: number;
  nText: number;
} {
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
  const looked = new Set<string>();
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
      if (looked.has(character)) continue;
      looked.add(character);
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
export function outsiders(): string[] {
  const found: string[] = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width)
    found.push(`the page is ${document.documentElement.scrollWidth} of ${width} wide`);
  for (const element of document.querySelectorAll("#app *:not(svg *)")) {
    const box = element.getBoundingClientRect();
    // What a closed part holds is not laid out before it is opened.
    const isSeen =
      box.width > 1 &&
      box.height > 1 &&
      element.checkVisibility() &&
      element.closest(".unseen, .skip, .scene") === null;
    if (isSeen && (box.right > width + 1 || box.left < -1))
      found.push(
        `${element.tagName}.${element.className}: ${Math.round(box.left)}-${Math.round(box.right)}`,
      );
  }
  return found.slice(0, 5);
}

/** Controls that a finger could miss. A checkbox or radio button is as large as its label. */
export function smallTargets(): string[] {
  const found: string[] = [];
  for (const element of document.querySelectorAll<HTMLElement>(
    "a, button, summary, input, select, label.choice, label.check, label.tick",
  )) {
    const target = element.closest("label.choice, label.check, label.tick") ?? element;
    const box = target.getBoundingClientRect();
    if (box.width === 0 || element.closest("[hidden], .skip") !== null) continue;
    if (!target.checkVisibility()) continue;
    if (box.height < 43.5 || box.width < 43.5)
      found.push(
        `${target.tagName}.${target.className}: ${Math.round(box.width)}x${Math.round(box.height)}`,
      );
  }
  return found.slice(0, 5);
}
