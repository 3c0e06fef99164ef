/** Every page, in every theme and form of words: readable by machine, whole at every size. */
import { HtmlValidate } from "html-validate";
import type { Page } from "playwright-core";
import { axe, fixedWords, outsiders, smallTargets, violations } from "./checks.ts";
import { place, sizes, visiting } from "./engine.ts";
import { forms, pages, stateOf, themes } from "./pages.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);

// Colours differ by theme, what is there by form: every form once, and every theme with readings in it.
const faces = [
  ...forms.map((form) => [themes[0], form] as const),
  ...themes.slice(1).map((theme) => [theme, "ruby"] as const),
];
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
