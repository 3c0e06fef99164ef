/** The first page: what it fetches, what it obeys, what it says before anyone has come in. */
import { execFileSync } from "node:child_process";
import { login, place, signedIn, sizes, Visit, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

test("first_page_names_the_place_and_welcomes", async (t) => {
  await visiting(t, at, {}, async (visit) => {
    await visit.open();
    t.eq(await visit.page.textContent(".town"), at.title_ja, "the municipality's name");
    t.ok(
      (await visit.page.title()).includes(at.title_ja),
      "and in the tab's title",
      await visit.page.title(),
    );
    t.ok(await visit.page.isVisible(".lead"), "a welcome");
    t.eq(await visit.page.getAttribute("html", "lang"), "ja", "in Japanese");
    t.ok((await visit.page.locator("ruby").count()) > 0, "with readings from the first moment");
    t.ok((await visit.page.locator("svg.scene path").count()) > 5, "and its picture");
  });
});

test("first_page_reads_the_town_s_name_as_the_town_says", async (t) => {
  t.req("HI-3.3-9");
  await visiting(t, at, { state: await signedIn(at, "chat_board") }, async (board) => {
    await board.open();
    const call = (value: string): Promise<number> =>
      board.page.evaluate(
        async (body) =>
          (
            await fetch("/api/v1/settings/first_page.kana", {
              method: "PUT",
              headers: { "content-type": "application/json" },
              body,
            })
          ).status,
        JSON.stringify({ id: crypto.randomUUID(), value }),
      );
    t.eq(await call("あおぞらし"), 200, "the board gives the reading");
    try {
      await visiting(t, at, {}, async ({ page }) => {
        await page.goto(at.url);
        await page.waitForSelector(".town rt");
        t.eq(await page.textContent(".town rt"), "あおぞらし", "over the name");
      });
    } finally {
      t.eq(await call(""), 200, "and takes it back");
    }
  });
});

test("first_page_fetches_what_the_figure_counts_and_no_more", async (t) => {
  const figure = JSON.parse(
    execFileSync("node/web/size", ["foundation.page"], { encoding: "utf8" }),
  ) as {
    value: number;
    goal: number;
  };
  await visiting(t, at, {}, async (visit) => {
    let bytes = 0;
    visit.page.on("response", (response) => {
      if (response.url().includes("/api/")) return;
      const length = Number(response.headers()["content-length"]);
      t.ok(length > 0, `${response.url()} says its length`);
      bytes += length;
    });
    await visit.open();
    await visit.page.waitForLoadState("networkidle");
    const kb = Math.round(bytes / 100) / 10;
    t.note(`${kb} KB fetched, ${figure.value} KB counted`);
    t.ok(
      Math.abs(kb - figure.value) <= 0.3,
      "the figure foundation.page is what a browser fetches",
      `${kb} ${figure.value}`,
    );
    t.ok(kb <= figure.goal, `at most ${figure.goal} KB`);
    t.eq(
      visit.asked.filter((url) => !url.startsWith(at.url)),
      [],
      "from this host alone",
    );
  });
});

test("first_page_obeys_its_policy", async (t) => {
  await visiting(t, at, {}, async (visit) => {
    const answer = await visit.page.goto(`${at.url}/`);
    const policy = answer?.headers()["content-security-policy"] ?? "";
    for (const rule of [
      "default-src 'self'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ])
      t.ok(policy.includes(rule), `the policy has ${rule}`, policy);
    await visit.page.waitForSelector("h1");
    const tried = await visit.page.evaluate(() => {
      const names: string[] = [];
      const sink = document.createElement("div");
      for (const [name, act] of [
        ["innerHTML", () => void (sink.innerHTML = "<b>x</b>")],
        ["a script from text", () => void (document.createElement("script").text = "1")],
      ] as const)
        try {
          act();
          names.push(name);
        } catch {
          /* refused, as it must be */
        }
      return names;
    });
    t.eq(tried, [], "markup and script from strings are refused");
    t.ok(visit.faults.length > 0, "and the refusals were noticed here");
    visit.faults.splice(0);
  });
});

test("theme_is_there_before_the_first_paint", async (t) => {
  for (const [scheme, want] of [
    ["dark", "dark"],
    ["light", "light"],
  ] as const)
    await visiting(t, at, { more: { colorScheme: scheme } }, async (visit) => {
      await visit.page.addInitScript(() => {
        addEventListener("DOMContentLoaded", () => {
          const seen = document.documentElement.dataset["theme"] ?? "";
          (globalThis as unknown as { seen: string }).seen = seen;
        });
      });
      await visit.open();
      t.eq(
        await visit.page.evaluate(() => (globalThis as unknown as { seen: string }).seen),
        want,
        `${scheme} by the system`,
      );
    });
});

test("choices_stay_on_the_device_and_nothing_else", async (t) => {
  await visiting(t, at, {}, async (visit) => {
    await visit.open();
    await visit.page.click(".bar-button");
    await visit.page.locator("#display-panel .choice").nth(2).click(); // やさしい
    await visit.page.locator("#display-panel .choice").nth(6).click(); // しずか
    await visit.page.reload();
    await visit.page.waitForSelector("h1");
    t.eq(
      await visit.page.evaluate(() => ({ ...document.documentElement.dataset })),
      { theme: "quiet", form: "easy" },
      "kept over a reload",
    );
    t.eq(
      await visit.page.evaluate(() => ({ ...localStorage })),
      { "ibasho.display": "quiet easy" },
      "and this is all that is kept",
    );
    t.eq(await visit.page.evaluate(() => document.cookie), "", "no cookie a script could read");
    t.eq(await visit.context.cookies(), [], "no cookie at all before signing in");
  });
});

test("reduced_motion_and_quiet_hold_still", async (t) => {
  await visiting(t, at, { more: { reducedMotion: "no-preference" } }, async (visit) => {
    await visit.open();
    for (const theme of ["light", "dark", "quiet"]) {
      await visit.choose(theme, "ruby");
      const moving = await visit.page.evaluate(
        () =>
          [...document.querySelectorAll("*")].filter((one) => {
            const style = getComputedStyle(one);
            return (
              style.animationName !== "none" ||
              style.transitionDuration.split(",").some((each) => parseFloat(each) > 0)
            );
          }).length,
      );
      t.eq(moving, 0, `nothing moves by itself in ${theme}`);
    }
  });
});

test("way_in_is_in_sight_on_school_devices", async (t) => {
  for (const [what, size] of [
    ["a tablet", sizes.tablet],
    ["a laptop", sizes.laptop],
    ["an older tablet", { width: 1080, height: 810 }],
    ["a small tablet", { width: 1024, height: 768 }],
  ] as const)
    await visiting(t, at, { size }, async (visit) => {
      await visit.open();
      const box = await visit.page.locator("form .button").boundingBox();
      t.ok(
        box !== null && box.y + box.height <= size.height,
        `${what}: はいる is on the screen without scrolling`,
        JSON.stringify(box),
      );
    });
});

test("first_page_without_a_connection_goes_on_by_itself", async (t) => {
  await visiting(t, at, {}, async (visit) => {
    let isCut = true;
    await visit.page.route("**/api/**", (route) => (isCut ? route.abort() : route.continue()));
    await visit.page.goto(`${at.url}/`);
    await visit.page.waitForSelector(".note-card");
    t.ok(await visit.page.isVisible(".note-card .button"), "it says so and offers to try again");
    visit.faults.splice(0);
    isCut = false;
    await visit.page.waitForSelector("#login", { timeout: 15_000 });
    t.ok(true, "the page comes without a hand");
  });
});

test("first_page_is_alike_for_two_people_side_by_side", async (t) => {
  const one = await Visit.begin(at);
  const two = await Visit.begin(at);
  await one.open();
  await one.signIn(login(at, "child1"));
  await two.open();
  t.ok(await two.page.isVisible("#login"), "one browser's visit is not the other's");
  await one.end(t);
  await two.end(t);
});

test("browser_that_is_too_old_is_told_what_to_use", async (t) => {
  t.req("AI-2.1-イ");
  await visiting(t, at, {}, async (visit) => {
    await visit.page.addInitScript(() => {
      delete (Promise as unknown as { any?: unknown }).any; // as before Chrome 85 and Safari 14
    });
    await visit.page.goto(`${at.url}/`);
    await visit.page.waitForSelector("body > .starting");
    t.ok(
      (await visit.page.innerText("body > .starting")).includes("Safari"),
      "the browsers that do are named",
    );
  });
});
