/** Coming in, being in, leaving: what a child, a grown-up and the next child at the tablet meet. */
import type { Page } from "playwright-core";
import { login, place, signedIn, totp, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

test("empty_and_wrong_sign_in_say_what_to_do", async (t) => {
  t.req("NI-T3-1");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    const fault = async (): Promise<string> =>
      (await page.locator("#sign-in-fault").innerText()).replace(/（.*?）|\n/g, "");
    await visit.choose("light", "plain");
    await page.click("form .button");
    await page.waitForSelector(".fault");
    t.ok(
      (await fault()).includes("ログインの名前を入れて"),
      "the name is asked for",
      await fault(),
    );
    t.eq(await page.evaluate(() => document.activeElement?.id), "login", "and has the focus");
    await page.fill("#login", "nobody-here");
    await page.click("form .button");
    await page.waitForFunction(() => document.activeElement?.id === "password");
    t.ok((await fault()).includes("パスワードを入れて"), "then the password", await fault());
    await page.fill("#password", "not the password");
    await page.click("form .button");
    await page.waitForFunction(
      () => document.querySelector("#login")?.getAttribute("aria-invalid") === "true",
    );
    t.ok((await fault()).includes("もう一度"), "a wrong pair: try again", await fault());
    t.ok(!(await fault()).includes("nobody"), "and it echoes nothing");
    t.eq(await page.inputValue("#login"), "nobody-here", "what was typed stays");
    t.eq(await page.evaluate(() => document.activeElement?.id), "password", "the likelier is next");
  });
});

test("password_can_be_seen_by_who_types_it", async (t) => {
  await visiting(t, at, {}, async (visit) => {
    await visit.open();
    await visit.page.fill("#password", "ひみつ");
    t.eq(await visit.page.getAttribute("#password", "type"), "password", "hidden at first");
    await visit.page.check(".check input");
    t.eq(await visit.page.getAttribute("#password", "type"), "text", "shown when asked");
    t.eq(await visit.page.inputValue("#password"), "ひみつ", "and still there");
  });
});

test("a_page_left_alone_goes_with_the_visit", async (t) => {
  t.req("AI-2.6-オ");
  const child = login(at, "child2");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await page.clock.install();
    await visit.open();
    await visit.signIn(child);
    await page.waitForSelector(".hello h1");
    await page.waitForSelector(".door");
    await page.waitForLoadState("networkidle"); // what the page still asks is a use
    const asked = visit.asked.length;
    await page.clock.fastForward("29:00");
    t.eq(await page.locator("#login").count(), 0, "29 minutes: the visit may still be used");
    await page.clock.fastForward("02:00");
    await page.waitForSelector("#login");
    t.ok(
      !(await page.content()).includes(child.display_name),
      "half an hour: who picks the tablet up sees no name",
    );
    t.ok((await page.innerText("main")).includes("閉"), "and is told that time has passed");
    t.ok(
      !visit.asked.slice(asked).some((url) => url.includes("/session")),
      "nothing was asked meanwhile: a question would have been a use",
    );
  });
});

test("child_comes_in_and_fetches_no_adult_pages", async (t) => {
  t.req("NI-T3-1");
  const child = login(at, "child2");
  await visiting(t, at, {}, async (visit) => {
    await visit.open();
    await visit.signIn(child);
    t.ok((await visit.page.innerText(".hello h1")).includes(child.display_name), "greeted by name");
    t.eq(
      await visit.page
        .locator(".door")
        .evaluateAll((all) => all.map((one) => one.getAttribute("href"))),
      ["#/me"],
      "the door to the child's own ID, none of the grown-ups",
    );
    t.eq(await visit.page.locator('main a[href="#/place"]').count(), 1, "and the way in");
    for (const hash of ["#/settings", "#/sheet", "#/sheet-check"]) {
      await visit.page.goto(`${at.url}/${hash}`);
      await visit.page.waitForSelector(".note-card");
    }
    const parts = visit.asked.filter((url) => /\.js$/.test(url));
    await visit.page.goto(`${at.url}/#/`);
    const whole = await visit.page.evaluate(
      async (urls) =>
        (await Promise.all(urls.map(async (url) => (await fetch(url)).text()))).join(""),
      parts,
    );
    t.ok(
      !whole.includes("あいこくしん") && !whole.includes("sheet-check-"),
      "no part of the key sheet or settings pages was fetched",
    );
    const cookies = await visit.context.cookies();
    t.eq(
      cookies.map((one) => [one.httpOnly, one.sameSite, one.secure]),
      cookies.map(() => [true, "Strict", at.url.startsWith("https:")]),
      "cookies no script and no other site can use",
    );
    t.eq(
      await visit.page.evaluate(() => Object.keys(localStorage)),
      [],
      "nothing of the child on the device",
    );
  });
});

test("adult_is_asked_for_a_code", async (t) => {
  t.req("NI-T3-1");
  const adult = login(at, "contractor");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await page.fill("#login", adult.login);
    await page.fill("#password", adult.password);
    await page.click("form .button");
    await page.waitForSelector("#code");
    t.eq(await page.evaluate(() => document.activeElement?.id), "code", "the code has the focus");
    await page.click("form .button");
    await page.waitForSelector(".fault");
    t.ok(true, "an empty code is asked for again");
    await page.fill("#code", "000000");
    await page.click("form .button");
    await page.waitForFunction(
      () => document.querySelector("form .button")?.getAttribute("aria-disabled") === "false",
    );
    t.ok(await page.isVisible("#code"), "a wrong one, too");
    const digits = totp(adult.totp_secret);
    await page.fill(
      "#code",
      ` ${digits.slice(0, 3)} ${digits.slice(3).replace(/\d/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0))}`,
    );
    await page.click("form .button");
    await page.waitForSelector(".home");
    t.ok(
      (await page.innerText(".hello h1")).includes(adult.display_name),
      "the right one, even with full-width digits, opens",
    );
    await page.waitForSelector(".door");
    t.ok((await page.locator(".door").count()) > 0, "the doors of the role are there");
    t.eq(
      await page.getAttribute("html", "data-form"),
      "plain",
      "a grown-up at work starts without readings",
    );
  });
});

/** What the page's own memory holds just now, as one text: every string of the script engine's heap. */
async function memoryOf(page: Page): Promise<string> {
  const cdp = await page.context().newCDPSession(page);
  const parts: string[] = [];
  cdp.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => parts.push(chunk));
  await cdp.send("HeapProfiler.enable");
  await cdp.send("HeapProfiler.collectGarbage");
  await cdp.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await cdp.detach();
  return (JSON.parse(parts.join("")) as { strings: string[] }).strings.join("\n");
}

test("leaving_leaves_nothing_for_the_next_child", async (t) => {
  t.req("NI-T3-1, AI-2.6-オ");
  const child = login(at, "child3");
  const traces = [child.display_name, child.login, child.password];
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open(`#/in?id=${child.login}`);
    await visit.choose("quiet", "easy");
    await visit.signIn(child);
    for (const hash of ["#/me", "#/me/devices", "#/me/step", "#/me/password"]) {
      await page.goto(`${at.url}/${hash}`);
      await page.waitForSelector("main h1");
    }
    await page.fill("#old-password", child.password);
    t.ok((await memoryOf(page)).includes(child.display_name), "the name can be found in memory");
    await page.click(".bar-doors button:last-child");
    await page.waitForSelector(".sign-in .note");
    const content = await page.content();
    t.eq(
      traces.filter((one) => content.includes(one)),
      [],
      "name, login and password are gone from the page",
    );
    const memory = await memoryOf(page);
    t.eq(
      traces.filter((one) => memory.includes(one)),
      [],
      "and from its memory",
    );
    t.eq(await visit.context.cookies(), [], "the cookies are gone");
    t.eq(
      await page.evaluate(() => ({ ...localStorage })),
      { "ibasho.display": "quiet easy" },
      "only words and colours stayed",
    );
    t.eq(
      await page.evaluate(async () => [
        (await indexedDB.databases()).length,
        (await caches.keys()).length,
        sessionStorage.length,
        (await navigator.serviceWorker.getRegistrations()).length,
      ]),
      [0, 0, 0, 0],
      "no store of any kind holds anything",
    );
    t.eq(
      [await page.inputValue("#login"), await page.inputValue("#password")],
      ["", ""],
      "the form is empty",
    );
    for (let step = 0; step < 8; step++) {
      await page.goBack({ waitUntil: "load", timeout: 10_000 }).catch(() => null);
      if (!page.url().startsWith(at.url)) break;
      await page.waitForSelector("h1");
      const content = await page.content();
      t.eq(
        [page.url(), content].flatMap((text) => traces.filter((one) => text.includes(one))),
        [],
        `going back ${step + 1} shows nothing`,
      );
    }
  });
});

test("page_put_into_the_browser_s_memory_goes_there_unseen", async (t) => {
  t.req("AI-2.6-オ");
  await visiting(t, at, { state: await signedIn(at, "child0") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    await page.waitForSelector(".home");
    await page.evaluate(() => {
      dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    });
    t.ok(!(await page.isVisible(".home")), "nothing of it can be seen when it comes back");
    await Promise.all([
      page.waitForEvent("load"),
      page.evaluate(() => {
        dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
      }),
    ]);
    await page.waitForSelector(".home");
    t.ok(true, "until the node has said again who is here");
  });
});

test("page_out_of_the_browser_s_memory_is_looked_at_anew", async (t) => {
  const child = login(at, "child4");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.signIn(child);
    await page.goto("about:blank");
    await visit.context.clearCookies(); // as if another tab had ended the visit
    await page.goBack();
    await page.waitForSelector("#login");
    t.ok(
      !(await page.content()).includes(child.display_name),
      "back from elsewhere: no name, the way in",
    );
  });
});

test("leaving_without_a_connection_says_so", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "child6") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    await page.waitForSelector(".home");
    await visit.context.setOffline(true);
    await page.click(".bar-doors button:last-child");
    await page.waitForSelector(".bar-fault");
    t.ok(await page.isVisible(".home"), "it does not pretend to have ended");
    visit.faults.splice(0);
    await visit.context.setOffline(false);
    await page.click(".bar-doors button:last-child");
    await page.waitForSelector("#login");
    t.eq(await visit.context.cookies(), [], "and ends when it can");
  });
});

test("sign_in_without_a_connection_says_so_and_works_after", async (t) => {
  const child = login(at, "child5");
  await visiting(t, at, {}, async (visit) => {
    await visit.open();
    await visit.context.setOffline(true);
    await visit.page.fill("#login", child.login);
    await visit.page.fill("#password", child.password);
    await visit.page.click("form .button");
    await visit.page.waitForSelector(".fault");
    t.eq(await visit.page.inputValue("#password"), child.password, "what was typed stays");
    visit.faults.splice(0);
    await visit.context.setOffline(false);
    await visit.page.click("form .button");
    await visit.page.waitForSelector(".home");
    t.ok(true, "the same press works afterwards");
  });
});

test("session_ended_elsewhere_leads_back_to_the_way_in", async (t) => {
  t.req("NI-T3-1");
  await visiting(t, at, { state: await signedIn(at, "board_gone") }, async (visit) => {
    await visit.open("#/settings");
    await visit.page.waitForSelector(".setting-row");
    await visit.page.evaluate(() => fetch("/api/v1/session", { method: "DELETE" }));
    await visit.page.click(".setting-row");
    await visit.page.waitForSelector(".sign-in .note");
    t.ok(await visit.page.isVisible("#login"), "a calm sentence and the form");
  });
});

test("visit_ended_in_another_tab_shows_no_name_here", async (t) => {
  const child = login(at, "child0");
  await visiting(t, at, { state: await signedIn(at, "child0") }, async (visit) => {
    await visit.open();
    await visit.page.waitForSelector(".home");
    const other = await visit.context.newPage();
    await other.goto(`${at.url}/`);
    await other.waitForSelector(".home");
    await visit.context.clearCookies(); // what ending the visit there does
    await visit.page.bringToFront();
    await visit.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await visit.page.waitForSelector("#login");
    t.ok(!(await visit.page.content()).includes(child.display_name), "the way in, and no name");
  });
});
