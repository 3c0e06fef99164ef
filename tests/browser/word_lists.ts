/** The municipality's own safe words on the screen (AI-2.6-ウ): tried out, in force at once, taken back. */
import type { Page } from "playwright-core";
import { place, signedIn, type Visit, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

async function tryOut(page: Page, text: string): Promise<string> {
  await page.fill("#words-try", text);
  await Promise.all([
    page.waitForResponse((answer) => answer.url().endsWith("/words/try")),
    page.click("form:has(#words-try) .button"),
  ]);
  await page.waitForSelector(".tried > *");
  return await page.innerText(".tried");
}

test("words_are_added_tried_taken_out_and_the_act_undone", async (t) => {
  t.req("AI-2.6-ウ");
  await visiting(t, at, { state: await signedIn(at, "board5") }, async (visit: Visit) => {
    const { page } = visit;
    const own = page.locator("section:has(> #words-own)");
    await visit.open("#/words");
    await page.waitForSelector("#words-try");
    await visit.choose("light", "plain");
    t.ok(
      (await tryOut(page, "きょうはモジョコだ")).includes("見つかったところはありません"),
      "nobody's word",
    );
    await own.locator("form .button").click();
    await page.waitForSelector("#words-own-add-fault");
    await page.fill("#words-own-add", "もじょこ、ぱもる、も");
    await own.locator("form .button").click();
    await own.locator("[role=alert] .fault").waitFor();
    t.ok((await own.innerText()).includes("1文字だけ"), "which of them cannot be, and why");
    t.eq(await own.locator(".term").count(), 0, "and none of them is in");
    await page.fill("#words-own-add", "もじょこ、ぱもる");
    await page.fill("#words-own-reason", "はやっている悪口");
    await own.locator("form .button").click();
    await own.locator(".term").first().waitFor();
    t.eq((await own.locator(".term bdi").allInnerTexts()).sort(), ["ぱもる", "もじょこ"], "both");
    const found = await tryOut(page, "も★じょ★こ に電話 090-1234-5678");
    t.ok(found.includes("＊＊＊＊＊＊ に電話 090-1234-5678"), "masked for others at once", found);
    t.eq(
      await page.locator(".tried dd mark").allInnerTexts(),
      ["も★じょ★こ", "090-1234-5678"],
      "marked where they stand",
    );
    t.ok(found.includes("職員が見るまで"), "contact details are held, and it is said");

    await own.locator(".term", { hasText: "ぱもる" }).click();
    await own.getByText("外さない").click();
    t.eq(await own.locator(".term").count(), 2, "asked before it goes");
    await own.locator(".term", { hasText: "ぱもる" }).click();
    await own.locator(".panel-act .button").click();
    await own.locator(".panel-act").waitFor({ state: "detached" });
    t.eq(await own.locator(".term bdi").allInnerTexts(), ["もじょこ"], "one went");
    const history = page.locator("section:has(> #words-history)");
    await history.locator("li").nth(1).waitFor();
    const past = await history.locator("li").allInnerTexts();
    t.ok(past[0]?.includes("外した：ぱもる"), "newest first", past[0]);
    t.ok(past[1]?.includes("はやっている悪口"), "with its reason", past[1]);
    await history.locator("li").first().locator("button").click();
    await own.locator(".term", { hasText: "ぱもる" }).waitFor();
    await history.locator("li").nth(2).waitFor();
    t.ok((await history.locator("li").first().innerText()).includes("取り消し"), "an act, too");
    t.eq(
      await history.locator("li").nth(1).locator("button").count(),
      0,
      "what was undone offers it no more",
    );
  });
});

test("words_are_imported_whole_or_not_at_all", async (t) => {
  t.req("AI-2.6-ウ");
  await visiting(t, at, { state: await signedIn(at, "contractor2") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/words");
    await page.waitForSelector("#words-try");
    await visit.choose("light", "plain");
    await page.locator("section:has(> #words-import-title) summary").click();
    await page.click("details form .button");
    t.eq(
      await page.evaluate(() => document.activeElement?.id),
      "words-import-text",
      "nothing to add: the field is pointed at",
    );
    await page.check("input[value=allowed]");
    await page.setInputFiles("#words-import-file", {
      name: "words.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("# 名前\nしねまの会\nあ\n\n12\n"),
    });
    await page.waitForFunction(
      () => (document.querySelector("#words-import-text") as HTMLTextAreaElement).value !== "",
    );
    await page.click("details form .button");
    await page.waitForSelector("#words-import-said .fault");
    const faults = await page.locator("#words-import-said .fault").allInnerTexts();
    t.eq(faults.length, 2, "each bad line");
    t.ok(
      faults[0]?.startsWith("3行目") && faults[1]?.startsWith("5行目"),
      "by its number",
      faults[0],
    );
    const allowed = page.locator("section:has(> #words-allowed)");
    t.eq(await allowed.locator(".term").count(), 0, "nothing was added");
    await page.fill("#words-import-text", "# 名前\nしねまの会\n");
    await page.click("details form .button");
    await allowed.locator(".term").waitFor();
    t.eq(await allowed.locator(".term bdi").allInnerTexts(), ["しねまの会"], "the good line");
    const base = page.locator("section:has(> #words-base)");
    t.eq(await base.locator(".terms").count(), 0, "harsh words are not shown by themselves");
    await base.locator("summary").first().click();
    await base.locator(".terms li").first().waitFor();
    t.ok((await base.locator(".terms li").count()) > 10, "but behind a click");
  });
});

test("words_are_no_page_of_a_supporter", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "duty") }, async (visit: Visit) => {
    await visit.open("#/words");
    await visit.page.waitForSelector(".note-card");
    t.eq(await visit.page.locator("#words-try").count(), 0, "not there");
  });
});
