/** What children write, show and ask for: several browsers on one node, an input method at work, a line
 * that breaks, staff who stop something, and a call for help with and without a line. */
import type { CDPSession, Page } from "playwright-core";
import { login, place, signedIn, sizes, visiting } from "./engine.ts";
import { goIn, inMap, inWords, row, seen, together } from "./place.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");
const nameOf = (who: string): string => login(at, who).display_name;

const field = "#chat-field";
const lines = (page: Page) => page.locator(".chat-log .chat-line");
const line = (page: Page, text: string) => lines(page).filter({ hasText: text });

async function write(page: Page, text: string): Promise<void> {
  await page.fill(field, text);
  await page.locator(field).press("Enter");
}

async function said(page: Page, text: string): Promise<void> {
  await line(page, text).first().waitFor();
}

/** As the node is asked by whoever is signed in here. */
async function ask(page: Page, method: string, path: string, body?: object): Promise<number> {
  return page.evaluate(
    async ([method, path, body]) => {
      const answer = await fetch(path as string, {
        method: method as string,
        ...(body === undefined
          ? {}
          : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      });
      return answer.status;
    },
    [method, path, body] as const,
  );
}

async function answerOf<A>(page: Page, path: string): Promise<A> {
  return (await page.evaluate(async (path) => (await fetch(path)).json(), path)) as A;
}

/** As an input method writes: nothing of it is a key of the page's. */
async function compose(cdp: CDPSession, text: string): Promise<void> {
  await cdp.send("Input.imeSetComposition", {
    text,
    selectionStart: text.length,
    selectionEnd: text.length,
  });
}

async function enterWhileComposing(cdp: CDPSession, keyCode: number): Promise<void> {
  for (const type of ["rawKeyDown", "keyUp"] as const)
    await cdp.send("Input.dispatchKeyEvent", {
      type,
      key: "Enter",
      code: "Enter",
      windowsVirtualKeyCode: keyCode,
    });
}

test("children_and_staff_write_and_read_each_other", async (t) => {
  t.req("AI-2.4-エ HI-4.3-1");
  await together(t, ["chat0", "chat1", "chat_staff"], async (a, b, staff) => {
    for (const page of [a, b, staff]) {
      await goIn(page);
      await inWords(page);
    }
    await seen(a, "chat1");
    await write(a, "きょうは雨だね");
    await said(b, "きょうは雨だね");
    await said(staff, "きょうは雨だね");
    t.ok(
      (await line(b, "きょうは雨だね").innerText()).includes(nameOf("chat0")),
      "with who wrote it",
    );
    t.eq(await line(a, "きょうは雨だね").count(), 1, "once at the writer's");
    t.ok(
      (await line(staff, "きょうは雨だね").innerText()).includes(login(at, "chat0").login),
      "staff see the ID",
    );
    t.ok(!(await b.innerText(".chat")).includes(login(at, "chat0").login), "children do not");
    await b.waitForFunction(
      () => document.querySelector("[data-voice]")?.textContent?.includes("きょうは雨だね"),
      undefined,
      { timeout: 8000 },
    );
    t.ok(true, "ears hear it");

    await write(b, '<img src=x onerror="alert(1)"><b>太い</b>');
    await said(a, "<b>太い</b>");
    t.eq(await a.locator(".chat-log img, .chat-log b").count(), 0, "text is text");

    await row(a, "chat1")
      .getByRole("button", { name: /この人に|この.*に/ })
      .first()
      .click();
    await a.waitForFunction((field) => document.activeElement?.matches(field), field);
    t.ok(true, "the field has the focus");
    await a.keyboard.type("やあ");
    await a.keyboard.press("Enter");
    await said(b, "やあ");
    t.ok(
      (await line(b, "やあ").locator(".chat-to").innerText()).includes(nameOf("chat1")),
      "to whom",
    );

    await a.fill(field, "あ".repeat(190));
    t.ok((await a.innerText("#chat-length")).includes("10"), "near the end the rest is counted");
    await a.fill(field, "あ".repeat(203));
    await a.locator(field).press("Enter");
    t.ok((await a.innerText("#chat-length")).includes("3"), "too much is said before it is sent");
    t.eq((await a.inputValue(field)).length, 203, "and nothing is lost");
    await a.fill(field, "");

    await a.screenshot({ path: "build/shots/80-chat-words.png", fullPage: true });
    await a.reload();
    await a.waitForSelector(".chat-line");
    await said(a, "きょうは雨だね");
    t.eq(
      [await line(a, "きょうは雨だね").count(), await line(a, "やあ").count()],
      [1, 1],
      "today's lines are there after a reload, each once",
    );
    t.ok(
      (await line(a, "やあ").getAttribute("class"))?.includes("chat-mine"),
      "and one's own are one's own",
    );
  });
});

test("enter_never_sends_what_an_input_method_composes", async (t) => {
  t.req("AI-2.4-エ HI-4.3-1");
  await together(t, ["chat0"], async (page) => {
    await goIn(page);
    await page.setViewportSize(sizes.phone);
    await page.focus(field);
    const before = await lines(page).count();
    const cdp = await page.context().newCDPSession(page);
    await compose(cdp, "にほんご");
    await enterWhileComposing(cdp, 229);
    await enterWhileComposing(cdp, 13);
    await page.waitForTimeout(200);
    t.eq(await page.inputValue(field), "にほんご", "it stays in the field");
    await cdp.send("Input.insertText", { text: "日本語" });
    t.eq(await page.inputValue(field), "日本語", "chosen");
    t.eq(await lines(page).count(), before, "nothing was sent");
    await page.waitForTimeout(200);
    await page.keyboard.press("Enter");
    await said(page, "日本語");
    t.eq(await page.inputValue(field), "", "the next Enter sends");
    await page.fill(field, "ボタンで");
    await page.locator(".chat-form .button").click();
    await said(page, "ボタンで");
    await page.screenshot({ path: "build/shots/81-chat-phone.png", fullPage: true });
  });
});

test("a_line_that_meets_a_cut_is_said_once", async (t) => {
  t.req("AI-2.4-エ");
  await together(
    t,
    ["chat0", "chat1"],
    async (a, b) => {
      for (const page of [a, b]) {
        await goIn(page);
        await inWords(page);
      }
      await a.context().setOffline(true);
      await write(a, "つながらないときのことば");
      t.ok(
        (await line(a, "つながらないときのことば").getAttribute("class"))?.includes("pending"),
        "on its way",
      );
      await a.waitForTimeout(1500);
      await a.context().setOffline(false);
      await line(a, "つながらないときのことば")
        .and(a.locator(".chat-said"))
        .waitFor({ timeout: 20_000 });
      await said(b, "つながらないときのことば");
      await b.waitForTimeout(500);
      t.eq(
        [
          await line(a, "つながらないときのことば").count(),
          await line(b, "つながらないときのことば").count(),
        ],
        [1, 1],
        "once at both",
      );
    },
    { isCut: true },
  );
});

test("a_line_that_waits_for_staff_is_told_kindly_and_to_its_writer_alone", async (t) => {
  t.req("AI-2.6-ウ AI-4.4-カ-ハ-1a");
  await together(t, ["chat0", "chat1", "chat_staff"], async (a, b, staff) => {
    for (const page of [a, b, staff]) {
      await goIn(page);
      await inWords(page);
    }
    await write(a, "でんわは 090-1234-5678 だよ");
    const held = a.locator(".chat-held");
    await held.waitFor();
    t.ok((await held.innerText()).includes("見"), "it says what happens to it", await held.innerText()); // prettier-ignore
    await write(a, "またあとで");
    await said(b, "またあとで");
    t.ok(!(await b.innerText(".chat")).includes("1234"), "nobody else reads it");
    await a.screenshot({ path: "build/shots/82-chat-held.png" });
    const id = await held.getAttribute("data-line");
    t.ok([200, 201, 204].includes(await ask(staff, "POST", `/api/v1/held/${id}`, { id: crypto.randomUUID(), act: "keep" })), "staff keep it back"); // prettier-ignore
    await a.locator(".chat-kept").waitFor();
    t.ok(true, "its writer is told");
    t.ok(!(await b.innerText(".chat")).includes("1234"), "and nobody else ever");
  });
});

test("feelings_are_shown_without_words_and_while_writing_is_stopped", async (t) => {
  t.req("AI-2.4-カ AI-2.7-ウ-2 AI-2.7-ウ-3");
  await together(t, ["chat0", "chat1", "chat_board"], async (a, b, board) => {
    for (const page of [a, b]) {
      await goIn(page);
      await inWords(page);
    }
    t.ok((await a.locator(".sign-button").count()) >= 12, "a dozen and more");
    await a.locator('.sign-button[data-sign="clap"]').click();
    await row(b, "chat0").locator('.sign-up[data-sign="clap"]').waitFor();
    await row(a, "chat0").locator('.sign-up[data-sign="clap"]').waitFor();
    t.ok(true, "seen in the list by both");
    await inMap(b);
    await b.waitForTimeout(700);
    await a.locator('.sign-button[data-sign="heart"]').click();
    await b.waitForTimeout(700);
    await b.screenshot({ path: "build/shots/83-signs-map.png" });
    await inWords(b);
    await row(b, "chat0").locator(".sign-up").waitFor({ state: "detached", timeout: 9000 });
    t.ok(true, "and gone again");

    const { account } = login(at, "chat0");
    const stop = (kind: string) =>
      ask(board, "POST", "/api/v1/measures", {
        id: crypto.randomUUID(),
        kind,
        account,
        minutes: 5,
        reason: "確かめるため",
      });
    t.ok([200, 201].includes(await stop("chat")), "staff stop writing");
    await a.locator(field).waitFor({ state: "detached" });
    await a.locator(".care").waitFor();
    t.ok((await a.innerText(".care")).includes("SOS"), "calmly, and with whom to talk", await a.innerText(".care")); // prettier-ignore
    await a.locator('.sign-button[data-sign="star"]').click();
    await row(b, "chat0").locator('.sign-up[data-sign="star"]').waitFor();
    t.ok(true, "signs go on");
    await a.screenshot({ path: "build/shots/84-chat-stopped.png" });
    const { items: measures } = await answerOf<{ items: { measure: string; lifted?: unknown }[] }>(board, `/api/v1/measures?account=${account}`); // prettier-ignore
    for (const one of measures)
      await ask(board, "POST", `/api/v1/measures/${one.measure}/lift`, { id: crypto.randomUUID() });
    await a.locator(field).waitFor();
    t.ok(true, "and writing again");
  });
});

test("two_talk_alone_and_know_who_may_read_it", async (t) => {
  t.req("AI-2.4-オ SE-4.1-イ-4");
  await together(t, ["chat0", "chat1", "chat_staff"], async (a, b, staff) => {
    for (const page of [a, b, staff]) {
      await goIn(page);
      await inWords(page);
    }
    const button = (page: Page, who: string, name: RegExp) =>
      row(page, who).getByRole("button", { name }).first();
    await seen(a, "chat1");
    t.eq(await button(a, "chat1", /ふたり/).count(), 0, "no button where pupils' talk is off");
    await row(a, "chat_staff").locator(".state-talk, .state-watch").first().waitFor();
    await button(a, "chat_staff", /ふたり/).click();
    await a.waitForFunction(() => document.activeElement?.id === "chat-title");
    t.ok(true, "and whoever asked is led to it");
    await a.locator(".chat-told").waitFor();
    t.ok(
      (await a.innerText(".chat-told")).includes("スタッフ"),
      "that staff may read is told first",
    );
    await a.locator(".chat-told button").click();
    await write(a, "ないしょのはなし");
    await staff.locator(".chat-tabs button").nth(1).click();
    await said(staff, "ないしょのはなし");
    await write(staff, "聞いているよ");
    await said(a, "聞いているよ");
    t.ok(!(await b.innerText(".inside")).includes("ないしょ"), "nobody else reads it");
    await a.screenshot({ path: "build/shots/85-talk.png", fullPage: true });
    await a.reload();
    await a.waitForSelector(".chat-tabs");
    await a.locator(".chat-tabs button").nth(1).click();
    await said(a, "ないしょのはなし");
    t.ok(true, "it is there after a reload");
    await a
      .locator(".chat")
      .getByRole("button", { name: /おわる/ })
      .click();
    await staff.locator(".chat .note").last().waitFor();
    t.ok(true, "who leaves ends it, and the other is told");
  });
});

test("two_pupils_talk_where_the_town_allows_it_and_one_may_say_never", async (t) => {
  t.req("AI-2.4-オ");
  await visiting(t, at, { state: await signedIn(at, "chat_board") }, async ({ page: board }) => {
    await board.goto(at.url);
    const allow = async (value: string) =>
      t.eq(await ask(board, "PUT", "/api/v1/settings/chat.pupil_talk", { id: crypto.randomUUID(), value }), 200, `pupils' talk ${value}`); // prettier-ignore
    await allow("true");
    try {
      await together(t, ["chat0", "chat1"], async (a, b) => {
        const { has_chosen: _, changes_left: __, ...look } = await answerOf<Record<string, unknown>>(b, "/api/v1/me/profile"); // prettier-ignore
        t.eq(await ask(b, "PUT", "/api/v1/me/profile", { ...look, id: crypto.randomUUID(), private: true }), 200, "one who may be asked"); // prettier-ignore
        for (const page of [a, b]) {
          await goIn(page);
          await inWords(page);
        }
        const askB = row(a, "chat1").getByRole("button", { name: /ふたり/ }).first(); // prettier-ignore
        await askB.click();
        await b.locator(".news .quiet-button").first().click();
        await a.locator(field).waitFor();
        await write(a, "ふたりのことば");
        await said(b, "ふたりのことば");
        t.ok(true, "asked, agreed, written, read");
        await a.screenshot({ path: "build/shots/91-pupils-talk.png", fullPage: true });
        await b.locator(".chat .row .quiet-button").last().click();
        await a.locator(".chat .note").last().waitFor();
        await a.locator(".chat-tabs ~ * .quiet-button").last().click();
        await b.locator(".chat-blocks summary").click();
        const blocked = b.locator(".chat-blocks li");
        await blocked.waitFor();
        t.ok((await blocked.innerText()).includes(nameOf("chat0")), "who was refused for good");
        await askB.click();
        await a.locator(".echo .note").waitFor();
        t.eq(await b.locator(".news").count(), 0, "asks in vain, and is not told why");
        await blocked.locator("button").click();
        await blocked.waitFor({ state: "detached" });
        t.ok(true, "and may be forgiven");
      });
    } finally {
      await allow("false");
    }
  });
});

test("who_writes_of_despair_is_shown_who_listens", async (t) => {
  t.req("NI-2.3-b2");
  await together(t, ["chat1"], async (page) => {
    await page.setViewportSize(sizes.phone);
    await goIn(page);
    await page.locator(field).scrollIntoViewIfNeeded();
    await write(page, "もう死にたい");
    await page.locator(".to-care").click();
    await page.waitForFunction(() => document.activeElement?.id === "care-title");
    t.ok(await page.locator(".care .helplines").isVisible(), "numbers, where the eyes are led");
    await page.locator(".to-care").waitFor({ state: "detached" });
    await page.screenshot({ path: "build/shots/89-card.png" });
    await page.locator(".care .quiet-button").last().click();
    await page.locator(".care").waitFor({ state: "detached" });
    t.ok(true, "and put away");
  });
});

test("in_slow_mode_a_line_waits_and_is_not_lost", async (t) => {
  t.req("AI-2.4-エ");
  await together(t, ["slowed", "chat_board"], async (a, board) => {
    await goIn(a);
    const made = { id: crypto.randomUUID(), kind: "slow", floor: "plaza", minutes: 1, seconds: 60, reason: "確かめるため" }; // prettier-ignore
    t.eq(await ask(board, "POST", "/api/v1/measures", made), 200, "staff slow the floor down");
    await a.locator(".care").waitFor();
    t.ok((await a.innerText(".care")).includes("60"), "how slow is said");
    await write(a, "ひとつめ");
    await line(a, "ひとつめ").and(a.locator(".chat-said")).waitFor();
    await write(a, "ふたつめ");
    const second = line(a, "ふたつめ");
    await second.locator(".chat-how").waitFor();
    const { items } = await answerOf<{ items: { measure: string; is_in_force: boolean }[] }>(board, "/api/v1/measures?floor=plaza"); // prettier-ignore
    for (const one of items.filter((one) => one.is_in_force))
      await ask(board, "POST", `/api/v1/measures/${one.measure}/lift`, { id: crypto.randomUUID() });
    await second.locator(".quiet-button").first().click();
    await second.and(a.locator(".chat-said")).waitFor();
    t.eq(await second.count(), 1, "said later, once");
  });
});

test("words_of_staff_wait_for_who_was_away_and_are_shown_once", async (t) => {
  t.req("AI-2.6-ウ");
  await visiting(t, at, { state: await signedIn(at, "chat_board") }, async ({ page: board }) => {
    await board.goto(at.url);
    const { account } = login(at, "helped");
    const warning = { id: crypto.randomUUID(), account, template: "contact", urgency: 2, severity: 2 }; // prettier-ignore
    t.eq(await ask(board, "POST", "/api/v1/warnings", warning), 201, "given");
  });
  await visiting(t, at, { state: await signedIn(at, "helped") }, async ({ page }) => {
    await page.goto(`${at.url}/#/place`);
    await page.locator(".care").waitFor();
    t.ok((await page.innerText(".care")).includes("れんらく先"), "told at the entrance");
    await page.screenshot({ path: "build/shots/90-warned-away.png" });
    await page.locator(".care .quiet-button").first().click();
    await page.locator(".care").waitFor({ state: "detached" });
    const again = page.waitForResponse((one) => one.url().endsWith("/warnings/mine"));
    await page.reload();
    await again;
    await page.waitForSelector(".floors");
    await page.waitForTimeout(300);
    t.eq(await page.locator(".care").count(), 0, "once");
  });
});

test("help_is_one_tap_away_and_says_how_it_stands", async (t) => {
  t.req("NI-2.3-b2");
  await visiting(t, at, { state: await signedIn(at, "helped"), size: sizes.phone }, async (v) => {
    const { page } = v;
    await v.open();
    const state = page.locator(".sos-state");
    await page.locator(".sos").click();
    await page.locator('.sos-state[data-sos="waiting"]').waitFor();
    await page.waitForFunction(() => document.querySelector(".sos-undo") !== null);
    t.ok((await state.innerText()).includes("まだ"), "honest", await state.innerText());
    t.ok(
      (await page.innerText(".helplines")).includes("0120\u20110\u201178310"),
      "and who can be phoned",
    );
    await page.screenshot({ path: "build/shots/86-sos-phone.png", fullPage: true });
    await page.locator(".sos-undo").click();
    await page.locator('.sos-state[data-sos="undone"]').waitFor();
    t.ok(true, "taken back");
    await page.locator(".sos-panel .row .quiet-button").last().click();

    await page.route("**/api/v1/sos", (route) => route.abort());
    await page.focus(".sos");
    await page.waitForTimeout(300);
    t.ok(!(await page.locator(".sos-panel").isVisible()), "the focus alone calls nobody");
    await page.keyboard.press("Enter");
    await page.locator('.sos-state[data-sos="waiting"]').waitFor();
    t.ok((await state.innerText()).includes("送"), "kept while the line is down", await state.innerText()); // prettier-ignore
    await page.locator(".sos-kinds button").nth(3).click();
    await page.reload();
    await page.locator('.sos-state[data-sos="waiting"]').waitFor();
    t.ok((await state.innerText()).includes("送"), "a page that is loaded again has it");
    await page.unroute("**/api/v1/sos");
    await page.waitForFunction(() => localStorage.getItem("ibasho.sos") === null, undefined, {
      timeout: 20_000,
    });
    t.ok((await state.innerText()).includes("とどきました"), "sent by itself", await state.innerText()); // prettier-ignore
    const { items } = await answerOf<{ items: { sos: string; state: string; kind?: string }[] }>(page, "/api/v1/sos/mine"); // prettier-ignore
    t.eq(
      items.map((one) => [one.state, one.kind]),
      [
        ["waiting", "talk"],
        ["undone", undefined],
      ],
      "each once, with what it is about",
    );
    await visiting(t, at, { state: await signedIn(at, "chat_staff") }, async (staff) => {
      await staff.open();
      const path = `/api/v1/sos/${items[0]?.sos}/act`;
      t.ok([200, 201].includes(await ask(staff.page, "POST", path, { id: crypto.randomUUID(), act: "seen" })), "seen by staff"); // prettier-ignore
    });
    await page.locator('.sos-state[data-sos="seen"]').waitFor({ timeout: 15_000 });
    t.ok((await state.innerText()).includes("見"), "and the child knows", await state.innerText());
    const told = v.faults.filter((one) => !/net::ERR_FAILED/.test(one)); // the line that was down
    v.faults.splice(0, Infinity, ...told);
  });
});

test("nothing_new_lies_over_a_call_for_help", async (t) => {
  t.req("NI-2.3-b2");
  await together(t, ["chat0", "chat1"], async (a, b) => {
    await b.setViewportSize(sizes.phone);
    for (const page of [a, b]) {
      await goIn(page);
      await inWords(page);
    }
    await b.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await write(a, "まどのそとに とりがいるよ");
    const news = b.locator(".to-chat");
    await news.waitFor();
    await b.locator(".sos").click();
    await b.locator('.sos-state[data-sos="waiting"]').waitFor();
    t.ok(!(await news.isVisible()), "what is new waits");
    await b.locator(".sos-undo").click();
    await b.locator('.sos-state[data-sos="undone"]').waitFor();
    await b.locator(".sos-panel .row .quiet-button").last().click();
    await news.waitFor();
    t.ok(true, "and stands there again afterwards");
  });
});

test("who_is_to_rest_is_told_calmly", async (t) => {
  t.req("AI-2.7-ウ-4");
  await visiting(t, at, { state: await signedIn(at, "chat_board") }, async (board) => {
    await board.open();
    await visiting(t, at, { state: await signedIn(at, "rested") }, async (child) => {
      await child.open();
      await goIn(child.page);
      const { account } = login(at, "rested");
      t.ok([200, 201].includes(await ask(board.page, "POST", "/api/v1/measures", { id: crypto.randomUUID(), kind: "eject", account, minutes: 5, reason: "確かめるため" })), "staff decide"); // prettier-ignore
      await child.page.waitForSelector("#login", { timeout: 8000 });
      const note = await child.page.innerText(".sign-in .note");
      t.ok(
        note.includes("おやすみ") && note.includes("SOS"),
        "calmly, and with whom to talk",
        note,
      );
      await child.page.screenshot({ path: "build/shots/87-rest-sign-in.png" });
      await child.page.goto(`${at.url}/#/`);
      await child.signIn(login(at, "rested"));
      await child.page.goto(`${at.url}/#/place`);
      await child.page.waitForSelector(".care");
      t.ok((await child.page.locator(".sos").count()) === 1, "help is there");
      await child.page.screenshot({ path: "build/shots/88-rest-lobby.png" });
    });
  });
});
