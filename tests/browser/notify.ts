/** Where notices go, on the screen: registered by the firm, confirmed by the board, proved by its owner
 * through the link in a real mail, which opens for nobody else (AI-4.6-1, AI-4.6-3). */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { type Login, login, place, signedIn, totp, type Visit, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

interface Mail {
  readonly to: string;
  readonly text: string;
}

export function mailsTo(address: string): readonly Mail[] {
  return readFileSync(at.mails ?? "", "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Mail)
    .filter((mail) => mail.to === address);
}

/** The part behind # of the link in the nth mail there; waits until it has come. */
export async function linkTo(address: string, n: number): Promise<string> {
  const end = Date.now() + 15_000;
  while (mailsTo(address).length < n) {
    if (Date.now() > end) throw new Error(`no mail ${n} to ${address}`);
    await new Promise((go) => setTimeout(go, 100));
  }
  return /#\/n\/\S+/.exec(mailsTo(address)[n - 1]?.text ?? "")?.[0] ?? "";
}

/** By the form, to wherever the address says. */
async function comeIn(page: Page, who: Login): Promise<void> {
  await page.fill("#login", who.login);
  await page.fill("#password", who.password);
  await page.click("form .button");
  await page.waitForSelector("#code");
  await page.fill("#code", totp(who.totp_secret));
  await page.click("form .button");
}

async function register(page: Page, name: string, address: string): Promise<void> {
  await page.fill("#notify-person", name);
  await page.keyboard.press("Enter");
  await page.click(".found");
  await page.fill("#notify-address", address);
  await page.click("form .button.wide");
}

/** The card of one address; the firm sees a part of it. */
function cardOf(page: Page, address: string): ReturnType<Page["locator"]> {
  return page.locator("li.card", { hasText: address });
}

test("notify_receiver_is_registered_confirmed_and_proved", async (t) => {
  t.req("AI-4.6-1");
  const address = "duty.hana@example.jp";
  await visiting(t, at, { state: await signedIn(at, "contractor") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/settings");
    await page.click("a[href='#/notify']");
    await page.waitForSelector("#notify-address");
    await page.click("form .button.wide");
    await page.waitForSelector("form .fault");
    t.ok((await page.locator("form .fault").count()) >= 2, "what is missing is said");
    await register(page, "当番", "duty.hana＠example.jp");
    const card = cardOf(page, "d***@example.jp");
    await card.waitFor();
    t.ok((await card.innerText()).includes("確認待ち"), "it waits for the board");
    t.eq(await card.locator("button").count(), 1, "the firm can only remove it");
  });
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/notify");
    const card = cardOf(page, address);
    await card.locator("button.button").focus();
    await page.keyboard.press("Enter");
    await card.getByText("本人の確認待ち").waitFor();
    t.eq(mailsTo(address).length <= 1, true, "one mail at most");
  });
  const link = await linkTo(address, 1);
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    await visit.open(link);
    await visit.page.waitForSelector(".fault");
    t.ok(
      (await visit.page.innerText("main")).includes("開けません"),
      "passed on, it opens nothing",
    );
  });
  await visiting(t, at, {}, async (visit) => {
    const { page } = visit;
    await visit.open(link);
    await comeIn(page, login(at, "duty"));
    await page.waitForSelector("main .note");
    t.ok((await page.innerText("main")).includes("宛先の確認が終わりました"), "after signing in");
  });
  await visiting(t, at, { state: await signedIn(at, "contractor") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/notify");
    const card = cardOf(page, "d***@example.jp");
    await card.getByText("使っている").waitFor();
    await card.locator("button", { hasText: "テストを送る" }).click();
    await card.getByText("できました").waitFor();
    await linkTo(address, 2);
    await card.locator("button", { hasText: "外す" }).click();
    await card.getByText("宛先は消え").waitFor();
    t.eq(await card.count(), 1, "asked before it is done");
    await card.locator("button.button", { hasText: "外す" }).click();
    await card.waitFor({ state: "detached" });
    await page.reload();
    await page.waitForSelector(".deeds li");
    const rows = await page.locator(".deeds li").allInnerTexts();
    t.ok(
      rows.some((row) => row.includes("送信テスト") && row.includes("まだ開いていない")),
      "the test was sent, not opened",
    );
    t.ok(
      rows.some((row) => row.includes("宛先の確認") && /開いた \d/.test(row)),
      "the proof was opened",
    );
  });
});

test("notify_page_says_when_mail_does_not_go_out", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/notify");
    await page.getByText("メールは送れています").waitFor();
  });
});
