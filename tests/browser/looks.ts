/** Every page, in every theme and form of words: readable by machine, whole at every size. */
import { HtmlValidate } from "html-validate";
import type { Page } from "playwright-core";
import {
  colourless,
  colourRules,
  everyRule,
  fixedWords,
  outsiders,
  type Rules,
  smallTargets,
  violations,
} from "./checks.ts";
import { place, sizes, Visit, visiting } from "./engine.ts";
import { noteStops, type Stop, stopsNoted, stopsWanted } from "./stops.ts";
import { forms, pages, type PageUnderTest, stateOf, themes, townOf } from "./pages.ts";
import { suite, type T } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

interface Face {
  readonly theme: string;
  readonly form: string;
  readonly rules: Rules; // of axe
}

// Colours differ by theme, what is there by form; every form once, and every theme with readings in it.
const usual = { theme: "light", form: "ruby", rules: everyRule };
const otherForms: readonly Face[] = forms
  .filter((form) => form !== usual.form)
  .map((form) => ({ ...usual, form, rules: colourless }));
const otherThemes: readonly Face[] = themes
  .filter((theme) => theme !== usual.theme)
  .map((theme) => ({ ...usual, theme, rules: colourRules }));

// LOOKS=all looks at every page in every face and size. Without it each page has the usual face and one
// more by turns, so that every face is met over the pages, and the sizes as below.
const isAll = process.env["LOOKS"] === "all";

function oneOf<V>(all: readonly V[], turn: number): V[] {
  return all.slice(turn % all.length).slice(0, 1);
}

function facesOf(turn: number): Face[] {
  if (isAll) return [usual, ...otherForms, ...otherThemes];
  return [usual, ...oneOf(turn % 2 === 0 ? otherForms : otherThemes, Math.floor(turn / 2))];
}

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
  await visiting(t, at, {}, async (visit) => {
    await visit.open();
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

// The cases of a page share a visit: to come to a page costs more than to look at it.
let here: { readonly page: PageUnderTest; readonly visit: Visit } | undefined;

async function leave(): Promise<void> {
  const left = here;
  here = undefined;
  await left?.visit.context.close();
}

/** A visit that is not there yet. Pages of one person that follow each other have one browser, which is
 * warm then; whoever is half in, or nobody, begins anew. */
async function visitTo(page: PageUnderTest): Promise<Visit> {
  const isThere = here?.page.who === page.who && here.page.town === page.town;
  const isSame = isThere && page.who !== "nobody" && page.isHalf !== true;
  if (!isSame || here === undefined || here.page.isHalf === true) {
    await leave();
    const town = townOf(page);
    return await Visit.begin(town, await stateOf(town, page));
  }
  await here.visit.choose("light", "ruby");
  await here.visit.leave();
  return here.visit;
}

/** Looks at a page, in a visit that has reached it; one that went wrong is not used again. */
async function lookAt(
  t: T,
  page: PageUnderTest,
  look: (visit: Visit) => Promise<void>,
): Promise<void> {
  try {
    if (here?.page !== page) {
      here = { page, visit: await visitTo(page) };
      await page.reach(here.visit);
      await here.visit.settled();
    }
    const { visit } = here;
    await look(visit);
    t.eq(visit.faults.splice(0), [], "no policy broken, no script failed, no other host asked");
  } catch (error) {
    await leave();
    throw error;
  }
  if (t.failed > 0) await leave();
}

const views: readonly {
  readonly what: string;
  readonly size: { width: number; height: number };
}[] = [
  { what: "a tablet", size: sizes.tablet },
  { what: "a tablet upright", size: sizes.upright },
  { what: "a laptop", size: sizes.laptop },
  {
    what: "a laptop at 200 %",
    size: { width: sizes.laptop.width / 2, height: sizes.laptop.height / 2 },
  },
  { what: "a narrow phone", size: sizes.phone },
];

for (const [turn, page] of pages.entries()) {
  test(`axe_and_html_validate_find_nothing_on_${page.name}`, (t) =>
    lookAt(t, page, async (visit) => {
      const report = await html.validateString(await visit.page.content());
      const found = report.results
        .flatMap((one) => one.messages)
        .map((one) => `${one.ruleId}: ${one.message} (${one.selector})`);
      t.eq(found, [], "as the standard wants it");
      for (const { theme, form, rules } of facesOf(turn)) {
        await visit.choose(theme, form);
        t.eq(await violations(visit.page, rules), [], `${theme}, ${form}`);
      }
    }));

  test(`words_have_readings_and_faces_on_${page.name}`, (t) => {
    t.req("HI-4.3-2");
    return lookAt(t, page, async (visit) => {
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

  // What has room on a narrow phone has it in all forms; each other size has one of them by turns.
  test(`nothing_runs_out_of_${page.name}`, (t) =>
    lookAt(t, page, async (visit) => {
      for (const [i, { what, size }] of views.entries()) {
        await visit.page.setViewportSize(size);
        const isWhole = isAll || what === "a narrow phone";
        for (const form of isWhole ? forms : oneOf(forms, turn + i)) {
          await visit.choose("light", form);
          const beside = await visit.page.evaluate(outsiders);
          t.eq(beside, [], `${what}, ${form}: nothing beside the page`);
          const small = await visit.page.evaluate(smallTargets);
          t.eq(small, [], `${what}, ${form}: all targets are 44 px or more`);
        }
        await zoomText(visit.page, "200%");
        const zoomed = await visit.page.evaluate(outsiders);
        t.eq(zoomed, [], `${what}: text alone at 200 %`);
        await zoomText(visit.page, "");
      }
      await visit.page.setViewportSize(sizes.tablet);
    }));

  test(`keyboard_reaches_all_of_${page.name}`, (t) =>
    lookAt(t, page, async (visit) => {
      await visit.choose("light", "ruby");
      const want = await visit.page.evaluate(stopsWanted);
      const stops = await tabThrough(visit, want);
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
    }));
}

test("last_visit_is_ended", async (t) => {
  await leave();
  t.ok(here === undefined, "no page is left open");
});

/** From the top of the page by Tab until the focus is outside of it. Keys come in bursts. */
async function tabThrough(visit: Visit, want: number): Promise<Stop[]> {
  await visit.page.evaluate(noteStops);
  const keys = await visit.context.newCDPSession(visit.page);
  const press = (type: "rawKeyDown" | "keyUp"): Promise<unknown> =>
    keys.send("Input.dispatchKeyEvent", {
      type,
      key: "Tab",
      code: "Tab",
      windowsVirtualKeyCode: 9,
    });
  let n = 0;
  let inside: Stop[] = [];
  for (let burst = want + 2; n < 5 * want + 9; burst = 8) {
    await Promise.all(
      Array.from({ length: burst }, () => [press("rawKeyDown"), press("keyUp")]).flat(),
    );
    n += burst;
    const noted = (await visit.page.evaluate(stopsNoted)).slice(1); // the first key found the top
    const out = noted.indexOf(undefined);
    inside = noted.slice(0, out < 0 ? undefined : out).filter((one) => one !== undefined);
    if (out >= 0) break;
  }
  await keys.detach();
  return inside;
}

async function zoomText(page: Page, size: string): Promise<void> {
  await page.evaluate((size) => {
    document.documentElement.style.fontSize = size;
  }, size);
}
