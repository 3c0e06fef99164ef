/** Passkeys through Chromium's own virtual authenticator, against a whole node over https. */
import { type Login, login, place, totp, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

test("passkey_is_made_used_both_ways_and_removed", async (t) => {
  t.req("NI-2.3.4-2b");
  const adult = login(at, "keeper");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    const device = await visit.addAuthenticator();
    await visit.open();
    await visit.signIn(adult);

    await page.goto(`${at.url}/#/me/passkeys`);
    await page.waitForSelector("main > .page > .note");
    t.ok(true, "there is none at first");
    await page.click("main .button");
    await page.fill("#passkey-name", "髙﨑の端末 葛󠄀 🔑");
    await page.click("form .button");
    await page.waitForSelector("#passkey-password[aria-invalid=true]");
    t.eq(await device.count(), 0, "the password is asked for before the device is");
    await page.fill("#passkey-password", adult.password);
    await device.verify(false);
    await page.click("form .button");
    await page.waitForSelector(".fault");
    t.eq(await device.count(), 0, "a wrong finger makes none, and the page says so");
    await device.verify(true);
    await page.fill("#passkey-password", "not the password");
    await page.click("form .button");
    await page.waitForSelector("#passkey-password[aria-invalid=true]");
    t.eq(await page.locator(".device").count(), 0, "a wrong password adds none");
    await page.fill("#passkey-password", adult.password);
    await page.click("form .button");
    await page.waitForSelector(".device");
    t.eq(await device.count(), 1, "made");
    t.eq((await page.innerText(".device h2")).trim(), "髙﨑の端末 葛󠄀 🔑", "by its name");

    await page.click("main .button");
    await page.waitForSelector("#passkey-name");
    await page.fill("#passkey-password", adult.password);
    await page.click("form .button");
    await page.waitForSelector(".fault");
    t.eq(await device.count(), 1, "this device has one: no second is made");

    await page.click(".bar-doors button:last-child");
    await page.waitForSelector("#login");
    await page.click(".aside button");
    await page.waitForSelector(".home");
    t.ok(
      (await page.innerText(".hello h1")).includes(adult.display_name),
      "alone, without name and password",
    );

    await page.click(".bar-doors button:last-child");
    await page.waitForSelector("#login");
    await visit.givePassword(adult);
    await device.verify(false);
    await page.click("form .button");
    await page.waitForSelector(".fault");
    t.ok(await page.isVisible(".way"), "stopped: the page stays and says how to go on");
    await device.verify(true);
    await page.click("form .button");
    await page.waitForSelector(".home");
    t.ok(true, "behind the password, too");

    await page.goto(`${at.url}/#/me/passkeys`);
    await page.waitForSelector(".device");
    await page.click(".device .quiet-button");
    await page.click(".device .warn");
    await page.waitForSelector(".device", { state: "detached" });
    await page.click(".bar-doors button:last-child");
    await page.waitForSelector("#login");
    await page.click(".aside button");
    await page.waitForSelector(".fault");
    t.ok(await page.isVisible("#login"), "a removed one opens nothing");
  });
});

test("last_second_check_cannot_be_removed", async (t) => {
  t.req("NI-2.3.4-2b");
  const adult: Login = login(at, "new_keeper");
  const fresh = "yama no ue 2026";
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.addAuthenticator();
    await visit.open();
    await visit.givePassword(adult);
    await page.fill("#new-password", fresh);
    await page.fill("#again-password", fresh);
    await page.click("form .button");
    await page.waitForSelector(".ways");
    await page.click(".ways .door >> nth=0");
    await page.waitForSelector("#passkey-name");
    await page.click("form .button");
    await page.waitForSelector(".home");
    t.ok(true, "a new ID comes in with a passkey alone as its second check");
    await page.goto(`${at.url}/#/me/passkeys`);
    await page.waitForSelector(".device");
    await page.click(".device .quiet-button");
    await page.click(".device .warn");
    await page.waitForSelector(".fault");
    t.eq(await page.locator(".device").count(), 1, "it is there still, and the page says why");
  });
});

test("other_ways_are_offered_where_there_are_no_passkeys", async (t) => {
  t.req("AI-2.1-イ");
  const adult = login(at, "looker");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await page.addInitScript(() => {
      Reflect.deleteProperty(globalThis, "PublicKeyCredential");
    });
    await visit.open();
    t.eq(await page.locator(".aside").count(), 0, "no button for what this browser cannot do");
    await visit.givePassword(adult);
    await page.waitForSelector("#code");
    await new Promise((go) => setTimeout(go, 30_100 - (Date.now() % 30_000)));
    await page.fill("#code", totp(adult.totp_secret));
    await page.click("form .button");
    await page.waitForSelector(".home");
    t.ok(true, "the app does");
  });
});
