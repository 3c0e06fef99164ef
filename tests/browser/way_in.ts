/** The second check and the first steps of an ID, as children and grown-ups take them on the screen. */
import type { Page } from "playwright-core";
import { type Login, login, place, totp, Visit, visiting } from "./engine.ts";
import { suite, type T } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

async function said(page: Page): Promise<string> {
  await page.waitForSelector(".fault");
  return (await page.locator(".fault").innerText()).replace(/\s/g, "");
}

/** Waits until the form takes the next try. */
async function idle(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector("form .button")?.getAttribute("aria-disabled") === "false",
  );
}

/** Comes in with what is known of somebody, in a browser of their own, and looks whether it works. */
async function comesIn(t: T, who: Login, what: string): Promise<void> {
  const visit = await Visit.begin(at);
  try {
    await visit.open();
    await visit.signIn(who);
    t.ok(true, what);
  } finally {
    await visit.context.close();
  }
}

test("slip_s_address_brings_the_name_and_leaves_no_trace_of_it", async (t) => {
  t.req("AI-2.6-オ");
  const child = login(at, "slip");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open(`#/in?id=${child.login}`);
    await page.waitForSelector("#login");
    t.eq(await page.inputValue("#login"), child.login, "the name stands there");
    t.eq(
      await page.evaluate(() => document.activeElement?.id),
      "password",
      "and the password is what is left to type",
    );
    t.eq(new URL(page.url()).hash, "#/", "the address names nobody any more");
    await page.fill("#password", child.password);
    await page.click("form .button");
    await page.waitForSelector(".home");
    t.ok(true, "it opens the door");
  });
  await visiting(t, at, {}, async (visit) => {
    await visit.open("#/in?id=%3Cimg%20src%3Dx%3E");
    await visit.page.waitForSelector("#login");
    t.eq(await visit.page.inputValue("#login"), "", "what is no login name is left out");
  });
});

test("login_typed_with_wide_letters_is_the_same", async (t) => {
  t.req("NI-T3-1");
  const child = login(at, "wide");
  const wide = child.login.replace(/[!-~]/g, (one) =>
    String.fromCharCode(one.charCodeAt(0) + 0xfee0),
  );
  await visiting(t, at, {}, async (visit) => {
    await visit.open();
    await visit.signIn({ ...child, login: ` ${wide.toUpperCase()} ` });
    t.ok(true, wide);
  });
});

test("help_unfolds_after_two_wrong_tries", async (t) => {
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await page.fill("#login", "no-such-name");
    await page.fill("#password", "nothing at all");
    for (let i = 0; i < 2; i++) {
      t.ok(!(await page.locator("details").evaluate((one) => "open" in one && one.open)), "folded");
      await page.click("form .button");
      await page.waitForSelector(".fault");
      await idle(page);
    }
    await page.waitForSelector("details[open]");
    t.ok(true, "whom to tell stands there now");
  });
});

test("second_check_outlasts_a_reload_and_starts_over", async (t) => {
  t.req("NI-2.3.4-2b");
  const adult = login(at, "second");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.givePassword(adult);
    t.ok(
      !(await page.content()).includes(adult.display_name),
      "before it is done, the page knows no name",
    );
    await page.reload();
    await page.waitForSelector("#code");
    t.ok(true, "after a reload it goes on where it was");
    for (const hash of ["#/me", "#/settings", "#/roles"]) {
      await page.goto(`${at.url}/${hash}`);
      await page.waitForSelector("#code");
    }
    const status = await page.evaluate(async () => (await fetch("/api/v1/settings")).status);
    t.eq(status, 401, "no other page opens, and the node gives nothing");
    await page.click(".way > .quiet-button:last-child");
    await page.waitForSelector("#login");
    t.eq(await page.locator(".fault, .note").count(), 0, "back at the start, no blame");
    await page.reload();
    await page.waitForSelector("#login");
    t.ok(true, "and that session is over");
  });
});

test("second_check_stays_while_somebody_looks_at_their_app", async (t) => {
  const adult = login(at, "looker");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.givePassword(adult);
    await page.fill("#code", "123");
    const before = visit.asked.length;
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.waitForFunction(() => document.querySelector("#code") !== null);
    while (visit.asked.length === before) await page.waitForTimeout(20);
    await page.waitForLoadState("networkidle");
    t.eq(await page.inputValue("#code"), "123", "what was typed stands there still");
  });
});

test("too_many_wrong_digits_lead_back_kindly", async (t) => {
  t.req("NI-2.3.4-2b");
  const adult = login(at, "guessed");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.givePassword(adult);
    let n = 0;
    while ((await page.locator("#code").count()) > 0 && n < 9) {
      await page.fill("#code", "000000");
      await page.click("form .button");
      n++;
      await Promise.race([page.waitForSelector("#login"), idle(page)]);
    }
    t.ok(n <= 6, `after ${n} tries`);
    await page.waitForSelector(".sign-in .note");
    t.ok(true, "the page says why it is at the start again");
  });
});

test("new_child_chooses_a_password_and_comes_in", async (t) => {
  t.req("NI-T3-1");
  const child = login(at, "new_child");
  const fresh = "sora umi kaze";
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.choose("light", "plain");
    await visit.givePassword(child);
    t.ok(await page.isVisible("#password-rules"), "what a password needs is said before");
    const rows: readonly [fresh: string, again: string, want: string][] = [
      ["", "", "入れて"],
      ["abc", "abc", "3文字"],
      ["ねこといぬととり", "ねこといぬととり", "全角"],
      [fresh, "sora umi", "2つのパスワードがちがい"],
    ];
    for (const [one, again, want] of rows) {
      await page.fill("#new-password", one);
      await page.fill("#again-password", again);
      await page.click("form .button");
      t.ok((await said(page)).includes(want), `${one}: ${want}`, await said(page));
    }
    await page.check(".check input");
    t.eq(await page.locator("#again-password").count(), 0, "who sees it types it once");
    t.eq(await page.inputValue("#new-password"), fresh, "and it is still there");
    await page.click("form .button");
    await page.waitForSelector(".home");
    t.ok(
      (await page.innerText(".hello h1")).includes(child.display_name),
      "greeted by name at once",
    );
  });
  await comesIn(t, { ...child, password: fresh }, "the new password opens the door");
  await visiting(t, at, {}, async (visit) => {
    await visit.open();
    await visit.page.fill("#login", child.login);
    await visit.page.fill("#password", child.password);
    await visit.page.click("form .button");
    t.ok((await said(visit.page)).length > 0, "the one that was issued does not any more");
  });
});

test("new_grown_up_chooses_the_app_and_comes_in_with_it", async (t) => {
  t.req("NI-2.3.4-2b");
  const adult = login(at, "new_adult");
  const fresh = "kawa no hotori 7";
  let secret = "";
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.givePassword(adult);
    t.ok((await page.innerText(".pill")).includes("1"), "one of two");
    await page.fill("#new-password", fresh);
    await page.fill("#again-password", fresh);
    await page.click("form .button");
    await page.waitForSelector(".ways");
    t.ok((await page.innerText(".pill")).includes("2"), "two of two");
    t.eq(
      await page.evaluate(async () => (await fetch("/api/v1/settings")).status),
      401,
      "nothing opens before the second check is there",
    );
    await page.click(".ways .door >> nth=1");
    await page.waitForSelector(".qr");
    t.ok((await page.getAttribute(".qr", "aria-label")) !== "", "the square has a name");
    await page.click("summary");
    secret = (await page.innerText(".secret")).replace(/\s/g, "");
    t.ok(/^[A-Z2-7]{16,}$/.test(secret), "the same to type");
    await page.fill("#app-code", "000000");
    await page.click("form .button");
    t.ok((await said(page)).length > 0, "wrong digits are told, and the square stays");
    t.ok(await page.isVisible(".qr"), "to be tried again");
    await page.fill("#app-code", totp(secret));
    await page.click("form .button");
    await page.waitForSelector(".home");
    t.ok(
      (await page.innerText(".hello h1")).includes(adult.display_name),
      "in, and greeted by name",
      await page.innerText(".hello h1"),
    );
  });
  await new Promise((go) => setTimeout(go, 30_100 - (Date.now() % 30_000)));
  await comesIn(
    t,
    { ...adult, password: fresh, totp_secret: secret },
    "password and app open the door",
  );
});

async function press(page: Page, ...keys: readonly number[]): Promise<void> {
  for (const n of keys) await page.click(`.pad .key >> nth=${n}`);
}

test("child_sets_pictures_uses_them_and_takes_them_off", async (t) => {
  t.req("NI-2.3.4-2b");
  const child = login(at, "steps");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.signIn(child);
    await page.goto(`${at.url}/#/me/step`);
    await page.waitForSelector(".pad-pictures");
    await page.fill("#ask-password", child.password);
    await page.click("form .button");
    t.ok((await said(page)).length > 0, "too few pictures: it says so");
    await press(page, 2, 6, 0);
    t.eq(await page.locator(".dots .picture").count(), 3, "who chooses sees what was chosen");
    await page.fill("#ask-password", "not the password");
    await page.click("form .button");
    await page.waitForFunction(() => document.querySelector("#ask-password[aria-invalid=true]"));
    t.ok(true, "a wrong password changes nothing");
    await page.fill("#ask-password", child.password);
    await page.click("form .button");
    await page.waitForSelector("[role=status] .note");
    t.ok(true, "set");
  });
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.givePassword(child);
    await page.waitForSelector(".pad-pictures");
    await press(page, 0, 6, 2);
    t.eq(await page.locator(".dots .picture").count(), 0, "who is asked shows nothing to others");
    t.eq(await page.locator(".dot-full").count(), 3, "but how many");
    await page.click("form .button");
    t.ok((await said(page)).length > 0, "another order does not open");
    await page.waitForFunction(() => document.querySelectorAll(".dot-full").length === 0);
    await press(page, 2, 6, 5);
    await page.click(".key-erase");
    await press(page, 0);
    await page.click("form .button");
    await page.waitForSelector(".home");
    t.ok(true, "the right one does");
    await page.goto(`${at.url}/#/me/step`);
    await page.waitForSelector("main section:last-child > .stack .quiet-button");
    await page.click("main section:last-child > .stack .quiet-button");
    await page.waitForSelector("[role=status] .note");
  });
  await comesIn(t, child, "taken off, the password alone opens again");
});

test("digits_work_by_touch_and_by_keyboard", async (t) => {
  t.req("NI-2.3.4-2b");
  const child = login(at, "pin");
  for (const by of ["touch", "keyboard"] as const)
    await visiting(t, at, {}, async (visit) => {
      const { page } = visit;
      await visit.open();
      await visit.givePassword(child);
      await page.waitForSelector(".pad");
      if (by === "touch")
        await press(page, 3, 6, 0, 0); // 4 7 1 1
      else {
        await page.keyboard.type("47");
        await page.keyboard.press("9");
        await page.keyboard.press("Backspace");
        await page.keyboard.type("11");
      }
      t.eq(await page.locator(".dot-full").count(), 4, `four, by ${by}`);
      t.ok(!(await page.innerText(".dots")).includes("4"), "not shown");
      await page.focus("form .button");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".home");
      t.ok(true, `in, by ${by}`);
    });
});
