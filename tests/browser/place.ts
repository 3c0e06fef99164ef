/** The place, as children and staff meet it: several browsers on one node, both views, by finger and by
 * keys alone, with a line that breaks. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { login, place, signedIn, sizes, Visit, visiting, type VisitOptions } from "./engine.ts";
import { suite, type T } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
const nameOf = (who: string): string => login(at, who).display_name;

type Rung = "watch" | "text" | "voice";
const rungs: readonly Rung[] = ["watch", "text", "voice"];

/** From the entrance onto a floor, by the controls that a reader has. */
export async function goIn(page: Page, floor = "plaza", rung: Rung = "text"): Promise<void> {
  await page.goto(`${at.url}/#/place/floor/${floor}`);
  await page.waitForSelector(".spot-form");
  await page.locator(".choice-list .choice").nth(rungs.indexOf(rung)).click();
  await page.click(".spot-form .button");
  await page.waitForSelector(".inside [data-seat]");
}

export async function inWords(page: Page): Promise<void> {
  await page.waitForSelector(".areas-here"); // the floor has come
  if ((await page.locator(".map").count()) > 0) await page.click(".view-switch");
  await page.waitForSelector(".map", { state: "detached" });
}

export async function inMap(page: Page): Promise<void> {
  await page.waitForSelector(".areas-here");
  if ((await page.locator(".map").count()) === 0) await page.click(".view-switch");
  await page.waitForSelector(".map");
}

/** The map as it is seen, without its rim and the stick: what another thread draws cannot be read from
 * the canvas. */
async function pictureOf(page: Page): Promise<string> {
  const { x, y, width, height } = (await page.locator(".map").boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }; // prettier-ignore
  const clip = { x: x + 12, y: y + 12, width: width - 24, height: height * 0.6 };
  return (await page.screenshot({ clip })).toString("base64");
}

export async function leave(page: Page): Promise<void> {
  await page.click(".leave");
  await page.waitForSelector(".floors");
}

/** Several at once, each at a browser of their own; all leave, whatever happens. */
export async function together(
  t: T,
  who: readonly string[],
  run: (...pages: Page[]) => Promise<void>,
  { isCut = false, ...options }: VisitOptions & { readonly isCut?: boolean } = {},
): Promise<void> {
  const visits: Visit[] = [];
  try {
    for (const one of who) {
      const visit = await Visit.begin(at, { ...options, state: await signedIn(at, one) });
      visits.push(visit);
      await visit.open();
    }
    await run(...visits.map((one) => one.page));
    for (const { page } of visits)
      if ((await page.locator(".leave").count()) > 0) await leave(page);
  } catch (error) {
    for (const { context, page, faults } of visits) {
      console.log(`  ${page.url()} ${faults.join("; ")}`);
      console.log(`  ${(await page.innerText("main")).replace(/\s+/g, " ").slice(0, 300)}`);
      await context.close();
    }
    throw error;
  }
  for (const visit of visits) {
    const told = visit.faults.filter((one) => !isCut || !/ERR_INTERNET_DISCONNECTED/.test(one));
    visit.faults.splice(0, Infinity, ...told);
    await visit.end(t);
  }
}

export const row = (page: Page, who: string) =>
  page.locator(".person-list li", { hasText: nameOf(who) }).first();
export const seen = async (page: Page, who: string): Promise<void> => row(page, who).waitFor();
const gone = async (page: Page, who: string): Promise<void> =>
  row(page, who).waitFor({ state: "detached" });
const count = async (page: Page): Promise<number> =>
  Number(await page.locator("[data-count]").innerText());

test("children_meet_wave_and_part_silently", async (t) => {
  t.req("AI-2.1-ア AI-2.2-ウ");
  await together(t, ["plaza0", "plaza1"], async (a, b) => {
    await goIn(a);
    await inWords(a);
    const alone = await count(a);
    await goIn(b);
    await inWords(b);
    await seen(a, "plaza1");
    await seen(b, "plaza0");
    t.eq([await count(a), await count(b)], [alone + 1, alone + 1], "both count both");
    await a.waitForFunction(
      (name) => document.querySelector("[data-voice]")?.textContent?.includes(name),
      nameOf("plaza1"),
    );
    t.ok(true, "who came is told to ears");
    await row(a, "plaza1").getByRole("button").nth(1).click();
    await b.waitForSelector(".news-list li");
    t.ok((await b.innerText(".news-list")).includes(nameOf("plaza0")), "a wave arrives");
    await b.click(".news-list button");
    await a.waitForSelector(".news-list li");
    t.ok(true, "and is waved back");
    await a.waitForTimeout(6500); // until all of it was said
    const voice = a.locator("[data-voice]");
    const before = await voice.innerText();
    await leave(b);
    await gone(a, "plaza1");
    t.eq(await count(a), alone, "who leaves is no longer counted");
    await a.waitForTimeout(3500);
    t.ok(["", before].includes(await voice.innerText()), "and nobody is told");
  });
});

test("going_near_and_wishing_distance", async (t) => {
  t.req("AI-2.2-イ");
  await together(t, ["plaza0", "plaza1"], async (a, b) => {
    await goIn(a);
    await inWords(a);
    await b.goto(`${at.url}/#/place/floor/plaza`);
    await b.waitForSelector(".spot-form");
    await b.locator(".spot-form fieldset").first().locator(".choice").last().click();
    await b.locator(".choice-list .choice").nth(1).click();
    await b.click(".spot-form .button");
    await seen(a, "plaza1");
    const word = () => row(a, "plaza1").locator("[data-distance]").innerText();
    const first = await word();
    await row(a, "plaza1").getByRole("button").first().click();
    await a.waitForFunction(
      ([name, first]) =>
        [...document.querySelectorAll(".person-list li")].some(
          (one) =>
            one.textContent?.includes(name ?? "") &&
            one.querySelector<HTMLElement>("[data-distance]")?.innerText !== first,
        ),
      [nameOf("plaza1"), first],
      { timeout: 40_000 },
    );
    t.ok(true, "the word for how far changes on the way");
    await b.locator(".mine .check input").check();
    await row(a, "plaza1")
      .getByText("近づかないで")
      .or(row(a, "plaza1").getByText("近"))
      .first()
      .waitFor();
    t.ok(true, "a wish for distance is seen");
  });
});

test("a_child_who_watches_does_not_move_until_it_wants_to", async (t) => {
  t.req("AI-2.1-イ");
  await together(t, ["plaza2"], async (page) => {
    await page.goto(`${at.url}/#/place/floor/quiet`);
    await page.waitForSelector(".spot-form");
    t.eq(
      await page
        .locator(".choice-list input")
        .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).checked)),
      [true, false, false],
      "the lowest rung is the default",
    );
    await page.click(".spot-form .button");
    await page.waitForSelector(".inside .watching");
    t.eq(
      await page.locator(".person-acts, .goto, .stick").count(),
      0,
      "nothing to go or wave with",
    );
    t.ok(await page.locator(".mine input").nth(1).isChecked(), "the state says so");
    await page.click(".watching button");
    await page.waitForSelector(".watching", { state: "detached" });
    t.ok(await page.locator(".mine input").first().isChecked(), "one tap, one's own");
    await page.locator(".mine .choice").nth(2).click();
    await page.waitForFunction(
      () => document.querySelectorAll<HTMLInputElement>(".mine input")[2]?.checked,
    );
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>(".mine .check input")?.checked,
    );
    t.ok(true, "who wants to be alone is kept at a distance");
    await page.reload();
    await page.waitForSelector(".inside [data-seat]");
    t.ok(await page.locator(".mine input").nth(2).isChecked(), "a page loaded again goes on");
  });
});

test("counselling_is_two_taps_away_and_shows_nobody", async (t) => {
  t.req("KP-3-運用-3 KP-3-運用-5 KP-1-2");
  await together(t, ["plaza0", "plaza1"], async (a, b) => {
    await goIn(b, "counsel");
    await inWords(b);
    await goIn(a);
    await a.click(".counsel");
    await a.waitForSelector(".spot-form");
    await a.click(".spot-form .button");
    await seen(b, "plaza0");
    await inWords(a);
    t.ok(true, "two taps from the plaza");
    const room = (page: Page) => page.locator('[data-area="leaf"]');
    await room(a).getByRole("button").click();
    // Whoever left before makes the door wait: the page asks again by itself.
    await row(b, "plaza0").waitFor({ state: "detached", timeout: 60_000 });
    t.ok(true, "inside, and gone for those outside");
    await a.locator(".area-mine").waitFor();
    await room(b).getByText("使", { exact: false }).first().waitFor({ timeout: 35_000 });
    await room(b).getByRole("button").click();
    await a.waitForSelector(".news-list li");
    t.ok((await a.innerText(".news-list")).includes(nameOf("plaza1")), "a knock is heard inside");
    t.ok(
      !(await b.innerText(".people-here")).includes(nameOf("plaza0")) &&
        !(await b.innerText(".areas-here")).includes(nameOf("plaza0")),
      "who is inside is not told",
    );
    await a.locator(".news-list button").first().click();
    await b.waitForSelector(".news-list li button");
    await b.locator(".news-list button").first().click();
    await seen(b, "plaza0");
    t.ok(true, "asked in, both see each other");
    await room(b).getByRole("button").click();
    await gone(b, "plaza0");
    t.ok(true, "and out again");
  });
});

test("staff_see_ids_notices_and_lock_rooms", async (t) => {
  t.req("AI-2.3-カ");
  await together(t, ["plaza_staff", "plaza3"], async (staff, child) => {
    await goIn(staff, "classes");
    await inWords(staff);
    const from = Date.now();
    await goIn(child, "classes");
    await inWords(child);
    await staff.locator(".entry-list li", { hasText: nameOf("plaza3") }).waitFor();
    t.note(`notice of entry after ${Date.now() - from} ms, the walk through the pages with it`);
    t.ok((await staff.innerText(".entry-list")).includes(login(at, "plaza3").login), "with the ID");
    t.eq(
      await row(staff, "plaza3").locator(".login").innerText(),
      login(at, "plaza3").login,
      "the ID stands beside the name",
    );
    t.eq(await child.locator(".login, .entry-list, .lock").count(), 0, "a child sees none of it");
    const entry = await staff.locator(".entry-list li").first().innerText();
    t.ok(
      /\d:\d\d/.test(entry) && !/20\d\d/.test(entry.replace(login(at, "plaza3").login, "")),
      "the time alone, for it is today's",
      entry,
    );
    const label = staff.locator('label[for="lock-sun"]');
    const title = await staff.locator("#area-sun").innerText();
    t.ok(
      (await label.isVisible()) && (await label.innerText()).includes(title),
      "the choice says for which area it is",
      await label.innerText(),
    );
    await staff.locator('[data-area="sun"] .lock').selectOption("closed");
    await child.waitForFunction(
      () => document.querySelectorAll('[data-area="sun"] button').length === 0,
    );
    t.ok(true, "a room that staff close cannot be gone to");
    await staff.locator('[data-area="sun"] .lock').selectOption("open");
    await child.locator('[data-area="sun"] button').waitFor();
    t.ok(true, "nor is it closed for ever");
  });
});

test("an_answer_stands_in_the_readers_words_and_goes_by_itself", async (t) => {
  t.req("AI-F1 HI-4.3-2");
  await together(t, ["plaza0", "plaza1"], async (a, b) => {
    await goIn(b);
    await b.locator(".mine .choice").nth(2).click();
    await goIn(a);
    await inWords(a);
    await row(a, "plaza1").locator(".state-alone").waitFor();
    await row(a, "plaza1").getByRole("button").nth(1).click();
    const note = a.locator(".echo .note");
    await note.waitFor();
    const from = Date.now();
    t.ok((await note.locator("ruby").count()) > 0, "with its readings", await note.innerText());
    t.ok(
      await note.evaluate((one) => {
        const { top, bottom } = one.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      }),
      "in sight, though the button was far down the page",
    );
    await a.evaluate(() =>
      document.querySelectorAll<HTMLInputElement>("#display-panel input")[3]?.click(),
    );
    t.ok(/[a-z]/.test(await note.innerText()), "and in English", await note.innerText());
    await note.hover();
    await a.waitForTimeout(11_000);
    t.eq(await note.count(), 1, "it stays while it is pointed at");
    await a.mouse.move(2, 2);
    await a.waitForTimeout(6000);
    t.eq(await note.count(), 1, "and long enough to be read");
    await note.waitFor({ state: "detached", timeout: 15_000 });
    t.note(`gone after ${Date.now() - from} ms`);
  });
});

test("a_room_that_waits_is_asked_for_again_by_itself", async (t) => {
  t.req("AI-F1 KP-3-運用-3");
  await together(t, ["plaza0", "plaza1"], async (a, b) => {
    await goIn(b, "counsel");
    await goIn(a, "counsel");
    await a.setViewportSize(sizes.phone);
    await inWords(a);
    await seen(a, "plaza1");
    await leave(b); // while people come and go no door answers at once
    await gone(a, "plaza1");
    const ask = a.locator('[data-area="cloud"]').getByRole("button");
    const note = a.locator(".room-wait .note");
    await ask.click();
    await note.waitFor();
    t.eq(await a.locator(".echo .note").count(), 0, "no refusal beside it");
    await a.waitForTimeout(300);
    await a.screenshot({ path: "build/shots/70-place-room-wait.png" });
    await a.click(".room-wait button");
    t.eq(await note.count(), 0, "it can be stopped");
    await ask.click();
    await note.waitFor();
    await a.click(".view-switch");
    await a.waitForSelector(".map");
    t.ok(await note.isVisible(), "the map says it as well");
    await a.waitForTimeout(300);
    await a.screenshot({ path: "build/shots/71-place-room-wait-map.png" });
    await a.locator('[data-area="cloud"].area-mine').waitFor({ timeout: 55_000 });
    t.eq(await note.count(), 0, "in, with no further tap");
  });
});

test("the_ways_of_a_floor_stand_in_one_row_of_a_phone", async (t) => {
  t.req("AI-2.1-イ");
  await together(
    t,
    ["plaza2"],
    async (page) => {
      await page.goto(`${at.url}/#/place`);
      await page.waitForSelector(".floors a");
      t.eq(
        await page
          .locator(".floors > li > :is(a, div)")
          .evaluateAll((all) => all.map((one) => one.getAttribute("href")?.split("/").at(-1))),
        ["plaza", "lounge", "classes", "quiet", "counsel"],
        "the plaza comes first",
      );
      await goIn(page);
      for (const form of [0, 1, 2, 3]) {
        await page.evaluate(
          (form) =>
            document.querySelectorAll<HTMLInputElement>("#display-panel input")[form]?.click(),
          form,
        );
        for (const view of ["one view", "the other"]) {
          await page.waitForTimeout(200);
          const boxes = await page.locator(".head-row > *").evaluateAll((all) =>
            all.map((one) => {
              const { y, width, height, right } = one.getBoundingClientRect();
              return { y, width, height, right };
            }),
          );
          t.eq(boxes.length, 4, `form ${form}, ${view}: four ways`);
          t.ok(
            boxes.every((one) => Math.abs(one.y - (boxes[0]?.y ?? 0)) < 1 && one.right <= 360),
            "in one row",
            JSON.stringify(boxes),
          );
          t.ok(
            boxes.every((one) => one.width >= 44 && one.height >= 44),
            "each as large as a finger",
          );
          await page.click(".view-switch");
        }
      }
      await page.click(".letters");
      await page.locator(".inside .choices input").nth(2).check({ force: true });
      await page.waitForFunction(() => document.documentElement.dataset["form"] === "easy");
      t.ok(true, "words are chosen on the spot");
      await page.click(".letters");
      t.eq(await page.locator(".inside .choices").count(), 0, "and put away");
    },
    { size: { width: 360, height: 740 } },
  );
});

test("a_broken_line_is_told_and_leads_back_to_the_same_spot", async (t) => {
  t.req("AI-F1");
  await together(
    t,
    ["plaza0", "plaza1"],
    async (a, b) => {
      await goIn(a);
      await inWords(a);
      await goIn(b);
      await inWords(b);
      await seen(b, "plaza0");
      const where = await a.innerText(".place-head .fine");
      await a.locator(".mine .choice").nth(3).click();
      await row(b, "plaza0").locator(".state-break").waitFor();
      await a.context().setOffline(true); // no word of goodbye: packets just stop
      const from = Date.now();
      await a.waitForSelector(".line-note");
      t.note(`noticed after ${Date.now() - from} ms`);
      t.eq(await a.locator(".inside .leave").count(), 1, "told, and the floor stays where it is");
      await b.waitForSelector(".person-here.lost");
      t.ok(true, "greyed for the others");
      await a.context().setOffline(false);
      const back = Date.now();
      await a.waitForSelector(".line-note", { state: "detached" });
      t.note(`back ${Date.now() - back} ms after the network`);
      t.eq(await a.innerText(".place-head .fine"), where, "the same spot");
      t.ok(await a.locator(".mine input").nth(3).isChecked(), "the same state");
      await b.waitForSelector(".person-here.lost", { state: "detached" });
      t.eq(await row(b, "plaza0").count(), 1, "there for the others, and once");
      await a.reload();
      await a.waitForSelector(".inside [data-seat]");
      t.eq(await a.innerText(".place-head .fine"), where, "so it is when a page is loaded again");
    },
    { isCut: true },
  );
});

test("leaving_while_the_line_is_broken_is_leaving", async (t) => {
  await together(
    t,
    ["plaza0", "plaza1"],
    async (a, b) => {
      await goIn(a);
      await goIn(b);
      await inWords(b);
      await seen(b, "plaza0");
      await a.context().setOffline(true);
      await a.waitForSelector(".line-note");
      await a.click(".leave");
      await a.waitForSelector(".floors");
      await a.context().setOffline(false);
      await gone(b, "plaza0");
      t.ok(true, "gone for the others when the line was back");
      await a.waitForTimeout(500);
      t.eq(await a.locator(".inside").count(), 0, "and not brought back");
    },
    { isCut: true },
  );
});

test("another_device_takes_over_and_the_first_is_told", async (t) => {
  await together(t, ["plaza0", "plaza0"], async (a, b) => {
    await goIn(a);
    await goIn(b);
    await a.waitForSelector(".note-card .button");
    t.ok(true, "the older one is told");
    await a.click(".note-card .button");
    await a.waitForSelector(".floors");
    await goIn(a);
    await b.waitForSelector(".note-card .button");
    t.ok(true, "and may take it back");
  });
});

test("all_of_it_by_keys_and_the_accessibility_tree", async (t) => {
  t.req("AI-2.1-ア AI-F1");
  await together(t, ["plaza1", "plaza2"], async (other, page) => {
    await goIn(other);
    await page.evaluate(() => document.body.focus());
    const reach = async (role: "link" | "button" | "radio", name: RegExp): Promise<void> => {
      const want = page.getByRole(role, { name }).first();
      await want.waitFor();
      for (let i = 0; i < 200; i++) {
        if (await want.evaluate((one) => one === document.activeElement)) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`the Tab key does not reach ${role} ${name}`);
    };
    const act = async (role: "link" | "button", name: RegExp): Promise<void> => {
      await reach(role, name);
      await page.keyboard.press("Enter");
    };
    await page.evaluate(() => {
      document.querySelectorAll<HTMLInputElement>("#display-panel input")[3]?.click();
    });
    await act("link", /^Go in/);
    await page.waitForSelector(".floors");
    await act("link", /Plaza/);
    await page.waitForSelector(".spot-form");
    await reach("radio", /Just looking/);
    await page.keyboard.press("ArrowDown");
    await act("button", /Go in here/);
    await page.waitForSelector(".inside [data-seat]");
    t.ok(true, "in, by keys");
    await page.waitForSelector(".areas-here");
    if ((await page.locator(".map").count()) > 0) await act("button", /^Words/);
    const named = new RegExp(`Wave ${nameOf("plaza1")}`);
    await act("button", named);
    await other.waitForSelector(".news-list li");
    t.ok(true, "waved to somebody by name");
    await act("button", /^Go Notice/);
    t.ok(true, "went to an area by name");
    await reach("radio", /Happy to talk/);
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowDown");
    await page.waitForFunction(
      () => document.querySelectorAll<HTMLInputElement>(".mine input")[3]?.checked,
    );
    t.ok(true, "states by arrow keys");
    const regions = await page.getByRole("region").count();
    t.ok(regions >= 8, `${regions} landmarks: the areas and what else there is`);
    await act("button", /^Go out/);
    await page.waitForSelector(".floors");
    t.ok(true, "out, by keys");
  });
});

test("the_map_is_walked_in_by_finger_mouse_keys_and_stick", async (t) => {
  t.req("AI-2.2-イ AI-2.1-イ");
  await together(t, ["plaza3"], async (page) => {
    await goIn(page, "plaza");
    await inMap(page);
    const map = page.locator(".map");
    await map.waitFor();
    await map.scrollIntoViewIfNeeded();
    await page.waitForTimeout(500);
    const picture = (): Promise<string> => pictureOf(page);
    const moved = async (what: string, act: () => Promise<void>): Promise<void> => {
      const before = await picture();
      await act();
      await page.waitForTimeout(900);
      t.ok((await picture()) !== before, what);
      await page.waitForTimeout(2500);
    };
    const box = (await map.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const spot = (fx: number, fy: number) =>
      [box.x + box.width * fx, box.y + box.height * fy] as const;
    await moved("a press", () => page.mouse.click(...spot(0.6, 0.6)));
    await moved("a mouse that is held", async () => {
      await page.mouse.move(...spot(0.5, 0.5));
      await page.mouse.down();
      for (let i = 0; i < 6; i++) {
        await page.mouse.move(...spot(0.45 - i * 0.02, 0.55));
        await page.waitForTimeout(120);
      }
      await page.mouse.up();
    });
    await map.focus();
    await moved("an arrow key", async () => {
      await page.keyboard.down("ArrowRight");
      await page.waitForTimeout(700);
      await page.keyboard.up("ArrowRight");
    });
    await moved("a letter", async () => {
      await page.keyboard.down("KeyA");
      await page.waitForTimeout(700);
      await page.keyboard.up("KeyA");
    });
    const stick = (await page.locator(".stick").boundingBox()) ?? box;
    await moved("the stick", async () => {
      await page.mouse.move(stick.x + stick.width / 2, stick.y + stick.height / 2);
      await page.mouse.down();
      await page.mouse.move(stick.x + stick.width - 4, stick.y + stick.height / 2);
      await page.waitForTimeout(700);
      await page.mouse.up();
    });
    await page.locator(".map-tools button").nth(3).click();
    await page.waitForSelector(".hand-left");
    t.ok(true, "the stick for the other hand");
    await page.locator(".map-part summary").click();
    await moved("a place chosen by name", () =>
      page.locator(".map-part details button").last().click(),
    );
    await page.waitForTimeout(1000);
    // The map is drawn on a thread of its own: what it puts down there is counted.
    const [thread] = page.workers();
    t.ok(thread !== undefined, "a thread of its own");
    const drawn = async (): Promise<number> =>
      (await thread?.evaluate(async () => {
        const proto = OffscreenCanvasRenderingContext2D.prototype;
        const draw = proto.drawImage as (...args: unknown[]) => void;
        let n = 0;
        proto.drawImage = function (this: OffscreenCanvasRenderingContext2D, ...args: unknown[]) {
          n++;
          draw.apply(this, args);
        } as typeof proto.drawImage;
        await new Promise((done) => setTimeout(done, 1500));
        proto.drawImage = draw as typeof proto.drawImage;
        return n;
      })) ?? -1;
    await map.focus();
    const walking = drawn();
    await page.keyboard.down("ArrowLeft");
    await page.waitForTimeout(600);
    await page.keyboard.up("ArrowLeft");
    t.ok((await walking) > 0, "drawn while somebody walks");
    let still = await drawn();
    for (let i = 0; i < 20 && still > 0; i++) still = await drawn();
    t.eq(still, 0, "nothing is drawn while nothing moves");
    await page.reload();
    await page.waitForSelector(".hand-left");
    t.ok(true, "the choice is kept on the device");
  });
});

test("a_browser_that_draws_on_one_thread_alone_has_the_map_as_well", async (t) => {
  await together(t, ["plaza3"], async (page) => {
    await page.addInitScript(() => {
      delete (HTMLCanvasElement.prototype as { transferControlToOffscreen?: unknown })
        .transferControlToOffscreen;
    });
    await page.reload();
    await goIn(page, "plaza");
    await inMap(page);
    const map = page.locator(".map");
    await map.scrollIntoViewIfNeeded();
    await page.waitForTimeout(800);
    t.eq(page.workers().length, 0, "no other thread");
    const before = await pictureOf(page);
    const box = (await map.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.click(box.x + box.width * 0.6, box.y + box.height * 0.6);
    await page.waitForTimeout(1500);
    t.ok((await pictureOf(page)) !== before, "walked, and drawn");
  });
});

test("who_wants_no_motion_gets_none", async (t) => {
  await together(
    t,
    ["plaza3"],
    async (page) => {
      await goIn(page, "plaza");
      await inMap(page);
      const map = page.locator(".map");
      await map.waitFor();
      await map.scrollIntoViewIfNeeded();
      await page.waitForTimeout(600);
      const box = (await map.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      await page.mouse.click(box.x + box.width * 0.62, box.y + box.height * 0.6);
      await page.waitForTimeout(500);
      const shots: string[] = [];
      for (let i = 0; i < 4; i++) {
        shots.push(await pictureOf(page));
        await page.waitForTimeout(250);
      }
      t.eq(new Set(shots).size, 1, "one jump, then nothing slides");
    },
    { more: { reducedMotion: "reduce" } },
  );
});

test("nothing_of_a_visit_stays_after_leaving", async (t) => {
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.signIn(login(at, "plaza_leaver"));
    await goIn(page);
    t.ok(
      await page.evaluate(() => sessionStorage.getItem("ibasho.visit") !== null),
      "a visit is kept in the tab",
    );
    await page.locator(".bar-doors button").last().click();
    await page.waitForSelector("#login");
    t.eq(
      await page.evaluate(() => [
        sessionStorage.length,
        Object.keys(localStorage).filter((key) => !/\.(display|view|voice)$/.test(key)),
      ]),
      [0, []],
      "and gone with the reader",
    );
  });
});

test("no_word_of_the_place_is_one_a_child_should_not_read", (t) => {
  t.req("HI-4.3-2");
  const words = readFileSync("build/web-work/words.txt", "utf8");
  const mine = words.split("## ").find((one) => one.startsWith("place (children"));
  t.ok(mine !== undefined, "the chapter is in the catalogue");
  for (const word of ["不登校", "欠席", "遅刻", "問題", "対象者", "ランキング"])
    t.ok(!(mine ?? "").includes(word), word);
});

/** Screens to look at, under build/shots. */
test("shots_of_the_place", async (t) => {
  await together(t, ["plaza0", "plaza1", "plaza_staff"], async (a, b, staff) => {
    const shot = async (page: Page, name: string): Promise<void> =>
      void (await page.screenshot({ path: `build/shots/${name}.png`, fullPage: true }));
    await a.goto(`${at.url}/#/place`);
    await a.waitForSelector(".floors");
    await shot(a, "60-place-lobby");
    await a.goto(`${at.url}/#/place/floor/plaza`);
    await a.waitForSelector(".spot-form");
    await shot(a, "61-place-spot");
    await goIn(b, "plaza");
    await goIn(staff, "plaza");
    await goIn(a, "plaza", "watch");
    await a.waitForTimeout(800);
    await shot(a, "62-place-watching");
    await a.click(".watching button");
    await a.waitForTimeout(500);
    await shot(a, "63-place-map");
    await inWords(a);
    await a.waitForTimeout(700);
    await shot(a, "64-place-words");
    await inWords(staff);
    await staff.waitForTimeout(700);
    await shot(staff, "65-place-staff");
    await a.setViewportSize(sizes.phone);
    await a.waitForTimeout(300);
    await shot(a, "66-place-words-phone");
    await a.click(".view-switch");
    await a.waitForTimeout(700);
    await shot(a, "67-place-map-phone");
    await a.setViewportSize(sizes.tablet);
    await a.goto(`${at.url}/#/place/next`);
    await a.waitForSelector(".setting-list");
    await shot(a, "68-place-next");
    await a.goto(`${at.url}/#/place/classes`);
    await a.waitForSelector(".setting-list");
    await shot(a, "69-place-classes");
    await a.goto(`${at.url}/#/place`);
    await a.waitForSelector(".inside");
    t.ok(true, "drawn");
  });
});

test("the_practice_room_is_for_one_and_can_be_passed_over", async (t) => {
  t.req("AI-2.1-イ");
  await together(t, ["plaza0"], async (page) => {
    const sockets: string[] = [];
    await page.goto(`${at.url}/#/me`);
    await page.waitForSelector('a[href="#/place/practice"]');
    page.on("websocket", (one) => sockets.push(one.url()));
    await page.click('a[href="#/place/practice"]');
    await page.waitForSelector(".practice-step");
    const done = page.locator(".practice-step .note");
    const map = page.locator(".map");
    if ((await map.count()) === 0) await page.click(".view-switch");
    await map.waitFor();
    await page.waitForTimeout(400);
    const box = (await map.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.click(box.x + box.width * 0.6, box.y + box.height * 0.4);
    await done.waitFor();
    t.ok(true, "walked");
    await page.screenshot({ path: "build/shots/70-place-practice.png", fullPage: true });
    await page.click(".practice-step button");
    await page.locator(".mine .choice").nth(2).click();
    await done.waitFor();
    t.ok(true, "chose how to be");
    await page.click(".practice-step button");
    t.eq(sockets, [], "and no line was opened all the while");
    await page.click(".leave");
    await page.waitForSelector(".floors");
    t.eq(sockets.length, 1, "only outside");
    await page.click('a[href="#/place/practice"]');
    await page.waitForSelector(".practice-step");
    await page.click(".back");
    await page.waitForSelector(".floors");
    t.ok(true, "done again, and passed over");
  });
});
