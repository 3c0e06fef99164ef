/** My ID: its devices, its password, its authenticator app. */
import { login, place, totp, Visit, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

test("other_device_is_told_seen_and_ended", async (t) => {
  t.req("AI-2.6-オ");
  const child = login(at, "devices");
  const elsewhere = await Visit.begin(at, {
    more: { userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0.0.0 Edg/130.0.0.0" },
  });
  await elsewhere.open();
  await elsewhere.signIn(child);
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.signIn(child);
    await page.waitForSelector(".elsewhere");
    t.ok(true, "my page says that the ID is in use elsewhere");
    await page.click(".elsewhere .back");
    await page.waitForSelector(".device");
    t.eq(await page.locator(".device").count(), 2, "two devices");
    t.eq(await page.locator(".device .quiet-button").count(), 1, "the other one can be ended");
    t.ok((await page.locator(".device h2").last().innerText()).includes("Edge"), "and is named");
    await page.click(".device .quiet-button");
    await page.waitForFunction(() => document.querySelectorAll(".device").length === 1);
    t.ok(true, "gone");
  });
  await elsewhere.page.goto(`${at.url}/#/me`);
  await elsewhere.page.reload();
  await elsewhere.page.waitForSelector("#login");
  t.ok(
    !(await elsewhere.page.content()).includes(child.display_name),
    "there the way in is shown, and no name",
  );
  await elsewhere.end(t);
});

test("password_change_ends_the_other_devices", async (t) => {
  t.req("NI-T3-1");
  const child = login(at, "changes");
  const fresh = "hoshi tsuki taiyo";
  const elsewhere = await Visit.begin(at);
  await elsewhere.open();
  await elsewhere.signIn(child);
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.signIn(child);
    await page.goto(`${at.url}/#/me/password`);
    await page.fill("#old-password", "not the password");
    await page.fill("#new-password", fresh);
    await page.fill("#again-password", fresh);
    await page.click("form .button");
    await page.waitForSelector("#old-password[aria-invalid=true]");
    t.eq(
      await page.evaluate(() => document.activeElement?.id),
      "old-password",
      "the wrong one is pointed at",
    );
    await page.fill("#old-password", child.password);
    await page.click("form .button");
    await page.waitForSelector("[role=status] .note");
    t.eq(
      await page.locator("input[type=password]").count(),
      0,
      "changed; no password stays in a field",
    );
    await page.reload();
    await page.waitForSelector("main h1");
    t.eq(await page.locator("#login").count(), 0, "this visit goes on");
  });
  await elsewhere.page.reload();
  await elsewhere.page.waitForSelector("#login");
  t.ok(true, "the other one is over");
  await elsewhere.page.fill("#login", child.login);
  await elsewhere.page.fill("#password", fresh);
  await elsewhere.page.click("form .button");
  await elsewhere.page.waitForSelector(".home");
  t.ok(true, "and the new password opens");
  await elsewhere.end(t);
});

test("authenticator_app_is_moved_to_a_new_phone", async (t) => {
  t.req("NI-2.3.4-2b");
  const adult = login(at, "mover");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.signIn(adult);
    await page.goto(`${at.url}/#/me/app`);
    await page.fill("#ask-password", "not the password");
    await page.click("form .button");
    await page.waitForSelector("#ask-password[aria-invalid=true]");
    t.eq(await page.locator(".qr").count(), 0, "no secret without the password");
    await page.fill("#ask-password", adult.password);
    await page.click("form .button");
    await page.waitForSelector(".qr");
    await page.click("summary");
    const secret = (await page.innerText(".secret")).replace(/\s/g, "");
    t.ok(secret !== adult.totp_secret, "a new secret");
    await page.fill("#app-code", totp(secret));
    await page.click("form .button");
    await page.waitForSelector("[role=status] .note");
    t.eq(await page.locator(".qr, .secret").count(), 0, "done, and the secret has left the page");
  });
});

test("children_and_grown_ups_see_what_is_theirs", async (t) => {
  const child = login(at, "plain");
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open();
    await visit.signIn(child);
    for (const hash of ["#/me/passkeys", "#/me/app", "#/roles"]) {
      await page.goto(`${at.url}/${hash}`);
      await page.waitForSelector(".note-card");
    }
    t.eq(await page.locator(".device, form").count(), 0, "a child has no pages of grown-ups");
    await page.goto(`${at.url}/#/me`);
    await page.waitForSelector(".door");
    t.eq(
      await page
        .locator("main .door")
        .evaluateAll((all) => all.map((one) => one.getAttribute("href"))),
      [
        "#/me/profile",
        "#/me/password",
        "#/me/devices",
        "#/me/step",
        "#/me/sound",
        "#/place/practice",
      ],
      "password, devices, a lock of one's own",
    );
  });
});
