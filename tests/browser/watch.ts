/** Those who watch over the place, at their screens: calls for help from the link of a mail, incidents, who is
 * called, lines that wait (NI-2.3-b2, AI-4.4-カ-ハ-1a, AI-4.4-カ-ハ-1b). */
import { login, place, signedIn, type Visit, visiting } from "./engine.ts";
import { linkTo } from "./notify.ts";
import { suite } from "./t.ts";
import { asked, callForHelp, saying } from "./watch_made.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

test("a_call_is_answered_from_its_link_and_everybody_sees_by_whom", async (t) => {
  t.req("NI-2.3-b2");
  const sos = await callForHelp(at, "watched0", "sad");
  await visiting(t, at, { state: await signedIn(at, "watcher") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open(`#/sos/${sos}`);
    await page.waitForSelector(".button-big");
    await visit.choose("light", "plain");
    await page.getByText("見た人がいます").waitFor();
    const text = await page.innerText("main");
    for (const want of [
      "ムササビ",
      login(at, "watched0").login,
      "気持ちがつらい",
      "野村 ひかりが見ました",
    ])
      t.ok(text.includes(want), `who and what: ${want}`, text);
    await page.click(".button-big");
    await page.getByText("野村 ひかりが対応しています").waitFor();
    t.eq(await page.locator(".button-big").count(), 0, "taken once");
  });
  await visiting(t, at, { state: await signedIn(at, "board5") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open(`#/sos/${sos}`);
    await page.getByText("野村 ひかりが対応しています").waitFor();
    t.eq(await page.locator(".button-big").count(), 0, "another sees that somebody has it");
    await page.click("form button");
    await page.waitForSelector("#sos-close-fault");
    t.eq(
      await page.evaluate(() => document.activeElement?.id),
      "sos-close",
      "how it ended is asked for",
    );
    await page.fill("#sos-close", "電話で話した");
    await page.click("form button");
    await page.locator("[role=status]", { hasText: "終わりました" }).waitFor();
    t.ok((await page.innerText(".timeline")).includes("電話で話した"), "and kept");
    t.eq(await page.locator("form").count(), 0, "over is over");
  });
  await visiting(t, at, { state: await signedIn(at, "watched0") }, async (visit: Visit) => {
    await visit.open(`#/sos/${sos}`);
    await visit.page.waitForSelector(".note-card");
    t.ok(true, "no page of a child's");
  });
});

test("an_incident_goes_from_reported_to_closed", async (t) => {
  t.req("AI-4.4-カ-ハ-1b KP-3-安全-4");
  const what = "広場で言い合いがあった。両方に声をかけた。";
  await visiting(t, at, { state: await signedIn(at, "contractor2") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/incidents");
    await visit.choose("light", "plain");
    await page.locator("section.card summary").click();
    await page.click("section.card form > .button");
    await page.waitForSelector("#incident-text-fault");
    await page.fill("#incident-text", what);
    await page.check("input[name=incident-new-urgency][value='3']");
    await page.selectOption("#incident-procedure", "harassment");
    await page.click("section.card form > .button");
    await page.locator(".setting-list .alarm").first().waitFor();
    const row = await page.locator(".setting-list li").first().innerText();
    for (const want of ["いますぐ", "まだだれも読んでいない"])
      t.ok(row.includes(want), `on top: ${want}`, row);
  });
  await visiting(t, at, { state: await signedIn(at, "board5") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/incidents");
    await page.locator(".setting-list a").first().click();
    await page.waitForSelector("#incident-steps");
    await visit.choose("light", "plain");
    const steps = page.locator("section:has(> #incident-steps)");
    await steps.getByText("委員 三郎が読みました").waitFor();
    t.ok((await page.innerText("main")).includes(what), "what was written");
    const procedure = page.locator("section:has(> #incident-procedure)");
    await procedure.locator("button").first().click();
    await steps.getByText("手順1をしました").waitFor();
    t.eq(await procedure.locator("li").first().locator("button").count(), 0, "a step is done once");
    await page.getByText("わたしが担当します").click();
    await page.getByText("委員 三郎が担当", { exact: true }).waitFor();
    await page.getByText("急ぎと重さを変える", { exact: true }).click();
    await page.check("input[name=incident-urgency][value='2']");
    await page.check("input[name=incident-severity][value='2']");
    await page.locator("button", { hasText: "変える" }).click();
    await steps.getByText("急ぎと重さを変えました").waitFor();
    t.ok((await page.innerText("[role=status].tags")).includes("今日のうち"), "graded anew");
    await page.locator("summary", { hasText: "終わりにする" }).click();
    await page.fill("#incident-close", "翌日、二人とも落ちついていた");
    await page.locator("button", { hasText: "終わりにする" }).click();
    await steps.getByText("翌日、二人とも").waitFor();
    t.eq(await page.locator("#incident-note, #incident-close").count(), 0, "nothing more to do");
    await visit.open("#/incidents");
    await visit.settled();
    t.ok(!(await page.innerText("main")).includes("職員の記録"), "not among the open ones");
    await page.check("#incidents-only [value=all]");
    await page.getByText("職員の記録").first().waitFor();
  });
});

test("who_is_called_is_put_in_order_and_it_is_said_when_no_mail_arrives", async (t) => {
  t.req("NI-2.3-b2");
  await visiting(t, at, { state: await signedIn(at, "board5") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/duty");
    const sos = page.locator("section:has(> #duty-sos)");
    await page.waitForSelector("#duty-sos-find");
    await visit.choose("light", "plain");
    const names = async (): Promise<string> => (await sos.locator("b").allInnerTexts()).join(" ");
    for (const [i, name] of ["野村", "委員 花子"].entries()) {
      await page.fill("#duty-sos-find", name);
      await page.press("#duty-sos-find", "Enter");
      await sos.locator(".found").first().click();
      await sos.locator("b").nth(i).waitFor();
    }
    t.eq(await names(), "野村 ひかり 委員 花子", "as added");
    t.ok((await sos.innerText()).includes("だれにもメールが届きません"), "said before it matters");
    await sos.locator("li").nth(1).locator("button", { hasText: "上へ" }).click();
    await page.waitForFunction(
      () => document.querySelector("section:has(> #duty-sos) b")?.textContent === "委員 花子",
    );
    t.eq(await names(), "委員 花子 野村 ひかり", "moved");
    for (const left of [1, 0]) {
      await sos.locator("li").first().locator("button", { hasText: "外す" }).click();
      await page.waitForFunction(
        (n) => document.querySelectorAll("section:has(> #duty-sos) b").length === n,
        left,
      );
    }
    t.ok((await sos.innerText()).includes("だれも登録されていません"), "nobody is left");
  });
});

test("a_line_with_contact_details_waits_for_staff", async (t) => {
  t.req("AI-4.4-カ-ハ-1a");
  const text = "LINE交換しよ、でんわは 090-1234-5678";
  await visiting(t, at, { state: await signedIn(at, "watcher") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/held");
    await visit.choose("light", "plain");
    await page.locator(".setting-list, .note").first().waitFor();
    const cards = page.locator("li.card", { hasText: "ムササビ" });
    await saying(at, "watched0", text, async (state) => {
      t.eq(state, "held", "nobody reads it yet");
      await cards.waitFor();
      const card = await cards.innerText();
      for (const want of [text, "ムササビ", login(at, "watched0").login, "広場のみんなへ"])
        t.ok(card.includes(want), `without a reload: ${want}`, card);
      await cards.getByText("届けず、注意も送る").click();
      t.ok((await page.innerText(".panel-act .quoted")).includes(text), "the line is quoted");
      await page.locator(".template-list .choice").first().click();
      await page.locator(".panel-act button.button").click();
      await page.getByText("に注意を送りました").waitFor();
      await cards.waitFor({ state: "detached" });
    });
    await visit.open("#/incidents");
    await page.locator(".setting-list a", { hasText: "注意を送った" }).first().click();
    await page.locator("section:has(> #incident-kind)", { hasText: text }).waitFor();
    t.ok((await page.innerText("main")).includes("ムササビ"), "an incident, with the line");
  });
});

test("the_console_lists_children_and_stops_in_two_taps", async (t) => {
  t.req("AI-2.7-ウ-2 AI-2.7-エ AI-4.4-カ-ハ-2 HI-3.3-4");
  await visiting(t, at, { state: await signedIn(at, "watcher") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/console");
    await page.waitForSelector("#console-list");
    await visit.choose("light", "plain");
    const row = page.locator(".watch-row", { hasText: login(at, "watched0").login });
    await saying(at, "watched0", "", async () => {
      await row.getByText("広場").waitFor();
      const text = await row.innerText();
      for (const want of ["ムササビ", "広場", "やりとり"])
        t.ok(text.includes(want), `without a reload: ${want}`, text);

      await row.locator("button", { hasText: "チャット" }).click();
      await row.locator("button", { hasText: "同じことのくり返し" }).click();
      await row.locator(".is-stopped").waitFor();
      t.ok(
        (await page.innerText(".watch-said")).includes("止めました"),
        "two taps, and it is said",
      );
      t.eq(await row.locator(".panel-act").count(), 0, "the panel is gone");
      await page.check("input[name=console-only][value=stopped]");
      t.eq(await page.locator(".watch-row").count(), 1, "found among the stopped");
      await row.locator(".is-stopped").click();
      await page.getByText("当てはまる人はいません").waitFor();
      await page.check("input[name=console-only][value=all]");

      await row.locator("button", { hasText: "リアクション" }).click();
      await row.getByText("この理由で行う").click();
      await row.locator("#measure-reason-fault").waitFor();
      t.ok(true, "nothing is stopped without a reason");
      await page.keyboard.press("Escape");
      await row.locator(".panel-act").waitFor({ state: "detached" });

      await row.locator("button", { hasText: "声かけを記録" }).click();
      await page.locator(".watch-said", { hasText: "への声かけを記録しました" }).waitFor();
    });
    await row.waitFor({ state: "detached", timeout: 20_000 });
  });
});

test("a_child_is_renamed_put_out_and_let_in_again", async (t) => {
  t.req("AI-2.7-ア AI-2.7-ウ-4 KP-2-4-0");
  await visiting(t, at, { state: await signedIn(at, "watcher") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open("#/console");
    await page.waitForSelector("#console-list");
    await visit.choose("light", "plain");
    const { login: id } = login(at, "watched1");
    const row = page.locator(".watch-row", { hasText: id });
    let child = "";
    await saying(at, "watched1", "", async () => {
      await row.locator("button", { hasText: "ほかの操作" }).click();
      child = (await row.locator("a[href^='#/child/']").getAttribute("href")) ?? "";
      await row.locator("button", { hasText: "名前を変える" }).click();
      await row.locator("button", { hasText: "本名や学校がわかる名前" }).click();
      await row.locator("#measure-name-fault").waitFor();
      await page.fill("#measure-name", "ハクビシン");
      await row.locator("button", { hasText: "本名や学校がわかる名前" }).click();
      await row.filter({ hasText: "ハクビシン" }).waitFor();
      t.ok(true, "the new name is shown at once");
      await row.locator("button", { hasText: "ほかの操作" }).click();
      await row.locator("button", { hasText: "退室させる" }).click();
      await row.locator("button", { hasText: "落ち着く時間がいる" }).click();
      await page.locator(".watch-said", { hasText: "退室させました" }).waitFor();
    });
    await visit.open(child);
    await page.waitForSelector("#child-measures");
    const measures = page.locator("section:has(> #child-measures)");
    await measures.getByText("いま止めている").waitFor();
    const text = await measures.innerText();
    for (const want of ["イタチ → ハクビシン", "落ち着く時間がいる", "野村 ひかり"])
      t.ok(text.includes(want), `both names, the reason, by whom: ${want}`, text);
    t.ok(
      (await page.innerText(".deeds")).includes("アバターで入室できた"),
      "step 0 by the first entry",
    );
    await measures.locator("button", { hasText: "解く" }).click();
    await measures.locator("li", { hasText: "に解いた" }).waitFor();
    t.eq(await measures.locator("button", { hasText: "解く" }).count(), 0, "let in again");
    const contacts = page.locator("section:has(> #child-contacts)");
    await contacts.locator("summary").click();
    await page.check("#contact-kind [value=phone]");
    await page.fill("#contact-text", "保護者から電話があった");
    await contacts.locator("form .button").click();
    await contacts.locator(".moment", { hasText: "保護者から電話があった" }).waitFor();
    t.ok((await contacts.locator(".moment").first().innerText()).includes("電話"), "noted");
  });
});

test("the_console_looks_by_the_clock_when_its_line_is_down", async (t) => {
  t.req("NI-2.3-b2");
  await visiting(t, at, { state: await signedIn(at, "watcher") }, async (visit: Visit) => {
    const { page } = visit;
    await page.routeWebSocket(/\/ws$/, (line) => void line.close());
    await visit.open("#/console");
    await page.waitForSelector("#console-list");
    await visit.choose("light", "plain");
    await page.getByText("5秒ごとに確かめています").first().waitFor();
    const sos = await callForHelp(at, "watched0", "");
    const card = page.locator(`article[aria-labelledby="sos-${sos}"]`);
    await card.waitFor();
    t.ok((await card.innerText()).includes("ムササビ"), "a call is seen all the same");
    await card.locator("button", { hasText: "わたしが対応します" }).click();
    await card.getByText("野村 ひかりが対応しています").waitFor();
    await asked(page, "POST", `/api/v1/sos/${sos}/act`, { act: "close", text: "済み" });
    await card.waitFor({ state: "detached" });
    t.ok(true, "what is over goes from the top");
  });
});

/** Opens the links of the mails to an address from the nth on until one leads there: calls that others
 * left open are told to whoever is on duty, too. The number of that mail. */
async function opened(visit: Visit, address: string, n: number, hash: string): Promise<number> {
  for (; ; n++) {
    await visit.open(await linkTo(address, n));
    await visit.page.waitForFunction(() => !location.hash.startsWith("#/n/"));
    if (new URL(visit.page.url()).hash === hash) return n;
  }
}

test("a_call_in_the_night_is_answered_from_the_link_of_a_mail", async (t) => {
  t.req("NI-2.3-b2 AI-4.4-カ-ハ-1b");
  const address = "watcher@example.jp";
  await visiting(t, at, { state: await signedIn(at, "watcher") }, async (visit: Visit) => {
    const { page } = visit;
    await visit.open();
    const { account } = await asked<{ account: string }>(page, "GET", "/api/v1/session");
    await visiting(t, at, { state: await signedIn(at, "board5") }, async (board: Visit) => {
      await board.open();
      const kinds = ["sos", "incident"];
      await asked(board.page, "POST", "/api/v1/notify/receivers", {
        account,
        channel: "mail",
        address,
        kinds,
      });
      for (const purpose of kinds)
        await asked(board.page, "POST", "/api/v1/duty", {
          purpose,
          account,
          position: 1,
          is_on: true,
        });
      await visit.open(await linkTo(address, 1));
      await page.waitForSelector("main .note");
      await board.open("#/duty");
      await board.choose("light", "plain");
      await board.page.getByText("メールが届く", { exact: true }).first().waitFor();
      t.eq(await board.page.locator(".fault").count(), 0, "somebody can be reached");

      const sos = await callForHelp(at, "watched3", "talk");
      const nth = await opened(visit, address, 2, `#/sos/${sos}`);
      await page.waitForSelector(".button-big");
      await visit.choose("light", "plain");
      await page.getByText("野村 ひかりに知らせました").waitFor();
      await page.click(".button-big");
      await page.getByText("野村 ひかりが対応しています").waitFor();
      const said = { act: "close", text: "電話で話した" };
      await asked(page, "POST", `/api/v1/sos/${sos}/act`, said);

      const report = { kind: "manual", urgency: 3, severity: 3, text: "夜のあいだのこと" };
      const { incident } = await asked<{ incident: string }>(
        board.page,
        "POST",
        "/api/v1/incidents",
        report,
      );
      t.ok(
        (await opened(visit, address, nth + 1, `#/incident/${incident}`)) > nth,
        "and that of an incident to it",
      );
      await page.waitForSelector("#incident-steps");
      await page.getByText("野村 ひかりが読みました").waitFor();
      await asked(page, "POST", `/api/v1/incidents/${incident}/act`, said);
      for (const purpose of kinds)
        await asked(board.page, "POST", "/api/v1/duty", {
          purpose,
          account,
          position: 1,
          is_on: false,
        });
    });
  });
});
