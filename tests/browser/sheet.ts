/** The municipality's half of the key, from the first sheet to its replacement, on the screen. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import type { Page } from "playwright-core";
import { atOffice, place, signedIn, visiting, type Visit } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename, "story");
const at = place("aozora");
const fresh = place("midori");

/** A question of the operator, on the node's own socket. */
async function operator(socketPath: string, method: string, path: string): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path }, (answer) => {
      let text = "";
      answer.on("data", (part: Buffer) => (text += part.toString()));
      answer.on("end", () => resolve(JSON.parse(text === "" ? "null" : text)));
    });
    asked.on("error", reject);
    asked.end();
  });
}

async function make(visit: Visit, hash: string): Promise<{ words: string[]; code: string }> {
  const { page } = visit;
  await visit.open(hash);
  await page.click("main .button");
  await page.waitForSelector(".fault"); // one has to look around first
  await page.check(".check input");
  await page.click("main .button");
  await page.waitForSelector(".paper");
  return {
    words: await page.locator(".paper-words bdi").allInnerTexts(),
    code: await page.innerText(".paper-code"),
  };
}

async function typeAsked(page: Page, words: readonly string[]): Promise<void> {
  for (const input of await page.locator("form input[id^=word-]").all()) {
    const place = Number((await input.getAttribute("id"))?.split("-")[1]);
    await input.fill(words[place] ?? "");
  }
}

async function typeAll(page: Page, words: readonly string[]): Promise<void> {
  await page.locator("#entry-0").evaluate(
    (field, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text", text);
      field.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
      );
    },
    words.map((word, i) => `${i + 1}. ${word}`).join("\n"),
  );
}

let sheet: { words: string[]; code: string } | undefined;

test("node_without_a_key_asks_to_wait", async (t) => {
  await visiting(t, fresh, {}, async (visit) => {
    await visit.page.goto(`${fresh.url}/`);
    await visit.page.waitForSelector(".note-card");
    t.eq(await visit.page.locator("#login").count(), 0, "nobody can come in yet");
    t.ok(await visit.page.isVisible(".note-card .back"), "the staff finds its door");
    visit.faults.splice(0);
  });
});

test("first_sheet_is_made_printed_and_proven", async (t) => {
  const { code: invitation } = (await operator(
    fresh.admin_socket,
    "POST",
    "/api/v1/admin/keys/invitation",
  )) as { code: string };
  await visiting(t, atOffice(fresh), {}, async (visit) => {
    const { page } = visit;
    sheet = await make(visit, "#/first-sheet");
    t.eq(sheet.words.length, 24, "24 words");
    t.ok(/^[0-9a-f]{4}-[0-9a-f]{4}$/.test(sheet.code), "a check code", sheet.code);
    writeFileSync("build/browser/sheet.pdf", await page.pdf({ preferCSSPageSize: true }));
    const text = execFileSync("pdftotext", ["-layout", "build/browser/sheet.pdf", "-"], {
      encoding: "utf8",
    }).normalize("NFC");
    const info = execFileSync("pdfinfo", ["build/browser/sheet.pdf"], { encoding: "utf8" });
    t.ok(/Pages:\s+1\b/.test(info) && /A4/.test(info), "one A4 page", info);
    t.eq(
      sheet.words.filter((word, i) => !new RegExp(`${i + 1}\\s+${word}`).test(text)),
      [],
      "every word with its number is on paper",
    );
    for (const part of [sheet.code, fresh.title_ja, "作成日", "作成者", "印", "保管場所"])
      t.ok(text.replace(/\s/g, "").includes(part), `${part} is on paper`);
    t.ok(!text.includes("印刷する"), "and nothing of the screen");

    await page.click(".row .quiet-button");
    await page.waitForSelector("form");
    const left = await page.content();
    t.eq(
      sheet.words.filter((word) => word.length > 4 && left.includes(word)),
      [],
      "put away: no word is left on the page",
    );
    await typeAsked(
      page,
      sheet.words.map(() => "あいこくしん"),
    );
    await page.click("form .button");
    await page.waitForSelector(".fault");
    t.ok(await page.isVisible("form"), "wrong words: look at the same number again");
    await typeAsked(page, sheet.words);
    await page.fill("#invitation", "ABCD-EFGH-JKMN");
    await page.click("form .button");
    await page.waitForFunction(() => document.querySelector("form [role=alert] .given") !== null);
    t.ok(true, "a made-up invitation is refused in words");
    await page.fill("#invitation", invitation.toLowerCase());
    await page.click("form .button");
    await page.waitForSelector(".key-code");
    t.eq((await page.innerText(".key-code b")).trim(), sheet.code, "done: the code to compare");
    t.eq(await page.evaluate(() => ({ ...localStorage })), {}, "nothing of it is kept");
    visit.faults.splice(
      0,
      visit.faults.length,
      ...visit.faults.filter((one) => !one.includes("422")),
    );
  });
});

test("node_with_its_key_lets_people_in", async (t) => {
  await visiting(t, fresh, {}, async (visit) => {
    await visit.page.goto(`${fresh.url}/`);
    await visit.page.waitForSelector("#login", { timeout: 30_000 });
    t.ok(true, "the first page opens");
  });
});

test("node_is_unlocked_by_its_sheet_after_a_stop", async (t) => {
  t.ok(sheet !== undefined, "the first sheet was made");
  const words = sheet?.words ?? [];
  const state = readFileSync(fresh.state, "utf8");
  const pid = Number(
    state
      .split("\n")
      .find((line) => line.startsWith("keyd "))
      ?.split(" ")[1],
  );
  t.ok(pid > 1, "the key agent runs", state);
  process.kill(pid, "SIGKILL"); // with it goes the node key: as after a stop of the host
  await visiting(t, fresh, {}, async (visit) => {
    await visit.page.goto(`${fresh.url}/#/unlock`);
    await visit.page.waitForSelector("#entry-0");
    await typeAll(visit.page, words);
    await visit.page.click("form .button");
    await visit.page.waitForSelector(".key-code");
    await visit.page.click("form .button");
    await visit.page.waitForSelector("form .fault");
    t.ok(
      (await visit.page.locator("form .fault .given").count()) === 0,
      "on the public side there is no such door, in fixed words",
    );
    visit.faults.splice(0);
  });
  await visiting(t, atOffice(fresh), {}, async (visit) => {
    const { page } = visit;
    await page.goto(`${visit.at.url}/#/unlock`);
    await page.waitForSelector("#entry-0");
    await page.click("form .button");
    await page.waitForSelector(".fault");
    t.eq(await page.locator("[aria-invalid=true]").count(), 24, "empty places are named");
    await typeAll(page, [...words.slice(1), words[0] ?? ""]);
    await page.click("form .button");
    await page.waitForFunction(() => document.querySelectorAll("[aria-invalid=true]").length === 0);
    t.ok(await page.isVisible(".fault"), "in another order they are no sheet");
    await typeAll(page, words);
    await page.click("form .button");
    await page.waitForSelector(".key-code");
    t.eq(
      (await page.innerText(".key-code b")).trim(),
      sheet?.code,
      "the code of the paper is asked for",
    );
    await page.click("form .button");
    await page.waitForSelector("section .note");
    t.ok(true, "it opens");
    await page.click("section .button");
    await page.waitForSelector("#login", { timeout: 30_000 });
    t.ok(true, "and people can come in again");
    visit.faults.splice(
      0,
      visit.faults.length,
      ...visit.faults.filter((one) => !/ 503 /.test(one)),
    );
  });
});

test("half_made_sheet_is_never_sent", async (t) => {
  await visiting(t, at, { state: await signedIn(at, "board3") }, async (visit) => {
    const { page } = visit;
    const made = await make(visit, "#/sheet");
    await page.click(".row .quiet-button");
    for (let i = 0; i < 3; i++) {
      await page.waitForSelector("form");
      await typeAsked(
        page,
        made.words.map((_, at) => made.words[(at + 1) % 24] ?? ""),
      );
      await page.click("form .button");
      if (i < 2)
        await page.waitForFunction(
          () => document.querySelectorAll("form [aria-invalid=true]").length === 3,
        );
    }
    await page.waitForSelector("main > .page > section .button");
    t.eq(
      visit.asked.filter((url) => url.includes("/keys/replacements")),
      [],
      "three wrong tries: the node never heard of it",
    );
    await page.click("main > .page > section .button");
    await page.waitForSelector(".check input");
    t.ok(true, "and one begins again");
  });
});

test("sheet_is_replaced_by_two_people", async (t) => {
  const first = await signedIn(at, "board3");
  const second = await signedIn(at, "board4");
  let made = { words: [""], code: "" };
  await visiting(t, at, { state: first }, async (visit) => {
    const { page } = visit;
    made = await make(visit, "#/sheet");
    await page.click(".row .quiet-button");
    await page.waitForSelector("form");
    await typeAsked(page, made.words);
    await page.click("form .button");
    await page.waitForSelector(".key-code");
    t.eq((await page.innerText(".key-code b")).trim(), made.code, "proposed with its code");
    await page.goto(`${at.url}/#/sheet-approve`);
    await page.waitForSelector("#new-code");
    await page.fill("#new-code", made.code);
    await page.click("form .button");
    await page.waitForSelector("form .fault");
    t.ok(true, "the same person cannot approve it");
    visit.faults.splice(0);
  });
  await visiting(t, at, { state: second }, async (visit) => {
    const { page } = visit;
    await visit.open("#/keys");
    await page.waitForSelector("a[href='#/sheet-approve']");
    await page.click("a[href='#/sheet-approve']");
    await page.waitForSelector("#new-code");
    await page.fill("#new-code", "0000-0000");
    await page.click("form .button");
    await page.waitForSelector("form .fault");
    t.ok(true, "nor the second without the paper");
    await page.fill("#new-code", made.code.toUpperCase().replace("-", ""));
    await page.click("form .button");
    await page.waitForSelector("section .note");
    t.ok(true, "with it, yes");
    await page.goto(`${at.url}/#/keys`);
    await page.waitForFunction(
      (code) => document.querySelector(".facts b")?.textContent === code,
      made.code,
    );
    t.ok(true, "the keys page names the new sheet");
    await page.goto(`${at.url}/#/sheet-check`);
    await page.waitForSelector("#entry-0");
    await typeAll(page, made.words);
    await page.click("form .button");
    await page.waitForSelector(".key-code");
    await page.click("form .button");
    await page.waitForSelector("section .note");
    t.ok(true, "and the check of it says that it fits");
    visit.faults.splice(0);
  });
});
