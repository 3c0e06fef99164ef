/** A prefecture's figures on its coordinator's screen (CARD-7), at a node of its own: sums that say whose they
 * are, a dash with its reason, who is late, the file, paper. */
import { mkdirSync, readFileSync } from "node:fs";
import { fixedWords, outsiders, smallTargets, violations } from "./checks.ts";
import { place, signedIn, sizes, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const town = () => place("prefecture");
mkdirSync("build/shots", { recursive: true });

test("prefecture_figures_are_read_by_their_coordinator", async (t) => {
  t.req("CARD-7, CARD-5, KP-2-5, KP-3-KPI-1, HI-4.3-6");
  await visiting(
    t,
    town(),
    { state: await signedIn(town(), "pref_coordinator") },
    async (visit) => {
      const { page } = visit;
      await visit.open();
      await visit.choose("light", "plain");
      await page.locator('a[href="#/prefecture"]').click();
      await page.waitForSelector(".kpi-lines");
      t.eq(
        await page.locator(".kpi-stage > h2").allInnerTexts(),
        ["つながる前", "つながり続ける", "その後"],
        "the order of the page; days of attendance are not even given",
      );
      const whose = await page.locator("section:has(> #prefecture-whose)").innerText();
      t.ok(
        whose.includes("6自治体のうち2自治体") &&
          whose.includes("取り下げ：山里町") &&
          /まだ届いていない：浜辺村(?!、)/.test(whose),
        "whose figures stand, who took them back, who is silent",
        whose,
      );
      const row = page.locator("tr[data-kpi=isolation_30]");
      const isolation = (await row.innerText()).replace(/\s+/g, " ");
      t.ok(
        /18\.8％ 64人のうち12人 1自治体の合計/.test(isolation),
        "a sum and of how many",
        isolation,
      );
      t.ok(
        (await row.locator("td").nth(1).innerText()).includes("※"),
        "the month before is of others",
      );
      const cell = page.locator(".prefecture-nodes tr", { hasText: "緑町" }).locator("td").first();
      t.eq(
        await cell.getByRole("img").getAttribute("aria-label"),
        "人数が少ないため伏せてあります",
        "a dash says why",
      );
      t.ok(
        (await page.innerText("#prefecture-dash")).includes("もとになる人がいない"),
        "every reason for a dash is told below",
      );
      t.ok(
        (await page.locator(".prefecture-nodes tr", { hasText: "浜辺村" }).innerText()).includes(
          "遅れています",
        ),
        "who is late, with the newest month that came",
      );
      await row.getByRole("button").click();
      t.eq(await row.locator(".kpi-list li").count(), 6, "each municipality, on demand");
      t.eq(await page.locator('main a[href^="#/child"]').count(), 0, "no way to a child");
      const health = await page.locator(".prefecture-health").innerText();
      t.ok(/第1号/.test(health) && health.includes("浜辺村"), "how the federation stands", health);
      const witnessed = await page.locator("#witnesses-others > li").allInnerTexts();
      t.ok(
        witnessed[0]?.includes("山里町") === true &&
          witnessed[0].includes("前に見た件数：5120、いまの件数：4711") &&
          witnessed[0].includes("古いバックアップ") &&
          witnessed[1]?.includes("青空市：5120件") === true,
        "a record that was cut stands first and says so",
        witnessed.join(" / "),
      );
      await page.screenshot({ path: "build/shots/93-prefecture.png", fullPage: true });

      await page.selectOption("#prefecture-node", { label: "山里町" });
      await page.locator(".note", { hasText: "この月の数字がありません" }).waitFor();
      t.ok(
        (await page.locator(".prefecture-nodes tbody").innerText()).includes("取り下げ") ||
          (await page.locator("section:has(> #prefecture-whose)").innerText()).includes(
            "取り下げ：山里町",
          ),
        "a town that took its month back",
      );
      await page.selectOption("#prefecture-node", "");
      const rows = page.locator(".prefecture-nodes tbody tr");
      await rows.nth(5).waitFor();
      await page.selectOption("#prefecture-size", { index: 2 });
      await rows.nth(3).waitFor({ state: "detached" });
      await rows.nth(2).waitFor();
      t.eq(await rows.count(), 3, "by size");
      t.ok((await page.locator("#prefecture-of").innerText()).includes("2,000人以上"), "which");
      await page.selectOption("#prefecture-size", "");
      await page.selectOption("#prefecture-month", { index: 3 });
      await page.locator("section:has(> #prefecture-whose)", { hasText: "5自治体" }).waitFor();
      await page.selectOption("#prefecture-month", { index: 1 });
      await page.locator("section:has(> #prefecture-whose)", { hasText: "2自治体" }).waitFor();

      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.locator("#prefecture-take button", { hasText: "CSV" }).click(),
      ]);
      t.ok(
        readFileSync(await file.path(), "utf8").includes('"—（取り下げ）"'),
        "the same as a file",
      );
      const [book] = await Promise.all([
        page.waitForEvent("download"),
        page.locator("#prefecture-take button", { hasText: "Excel" }).click(),
      ]);
      t.eq(readFileSync(await book.path(), "latin1").slice(0, 2), "PK", "and as a workbook");
    },
  );
});

test("prefecture_asks_a_town_and_reads_its_answer", async (t) => {
  t.req("CARD-5, CARD-7");
  await visiting(
    t,
    town(),
    { state: await signedIn(town(), "pref_coordinator") },
    async (visit) => {
      const { page } = visit;
      await visit.open("#/prefecture");
      await visit.choose("light", "plain");
      const asked = page.locator("#prefecture-asked > li");
      await asked.first().waitFor();
      const refused = await asked.last().innerText();
      t.ok(
        /緑町、.*学年/.test(refused) && refused.includes("細かい分け方の指標は、渡せません"),
        "a finer cut was refused, with its reason",
        refused,
      );
      const form = page.locator("section:has(> #prefecture-ask) form");
      await form.locator("button").click();
      t.ok(
        (await page.innerText("#prefecture-ask-node-fault")).includes("選んでください"),
        "nobody is asked without being chosen",
      );
      await page.selectOption("#prefecture-ask-node", { label: "浜辺村" });
      await form.locator("button").click();
      await asked.nth(1).waitFor();
      const newest = await asked.first().innerText();
      t.ok(
        /浜辺村、.*学校の段階/.test(newest) && newest.includes("返事を待っています"),
        "asked; the answer comes here",
        newest,
      );
      await page.setViewportSize({ width: 360, height: 740 });
      t.eq(await page.evaluate(outsiders), [], "nothing is wider than a phone");
      for (const name of ["ask", "health"]) {
        const part = page.locator(
          name === "ask" ? "section:has(> #prefecture-ask)" : "section:has(> #witnesses)",
        );
        await part.screenshot({ path: `build/shots/96-prefecture-${name}-narrow.png` });
      }
    },
  );
});

test("prefecture_is_readable_in_every_form_and_on_paper", async (t) => {
  t.req("CARD-7");
  await visiting(
    t,
    town(),
    { state: await signedIn(town(), "pref_coordinator") },
    async (visit) => {
      const { page } = visit;
      await visit.open("#/prefecture");
      for (const [theme, form] of [
        ["light", "ruby"],
        ["dark", "plain"],
        ["light", "easy"],
        ["quiet", "english"],
      ] as const) {
        await visit.choose(theme, form);
        await page.waitForSelector(".kpi-lines");
        await page.locator("tr[data-kpi=connection_30] button").click();
        t.eq(await violations(page), [], `${theme} ${form}: axe`);
        const words = await page.evaluate(fixedWords);
        if (form !== "plain")
          t.eq(words.unread, [], `${theme} ${form}: every sign has its reading`);
        t.eq(words.faceless, [], `${theme} ${form}: every sign has a face`);
        await page.locator("tr[data-kpi=connection_30] button").click();
      }
      await visit.choose("light", "plain");
      for (const [name, size] of Object.entries(sizes)) {
        await page.setViewportSize(size);
        t.eq(await page.evaluate(outsiders), [], `${name}: nothing is wider than the page`);
        t.eq(await page.evaluate(smallTargets), [], `${name}: nothing is too small for a finger`);
      }
      await page.setViewportSize(sizes.phone);
      await page.locator("#prefecture-nodes").scrollIntoViewIfNeeded();
      await page.screenshot({ path: "build/shots/94-prefecture-narrow.png" });
      await page.emulateMedia({ media: "print" });
      t.eq(
        await page.locator(".prefecture :is(button, select):visible").count(),
        0,
        "no buttons on paper",
      );
      await page.pdf({ path: "build/shots/95-prefecture.pdf", format: "A4" });
      await page.emulateMedia({ media: null });
      await visit.open("#/federation");
      await page.waitForSelector("#federation-members");
      t.eq(
        await page.locator("#escrow, #federation-key, #federation-hand").count(),
        0,
        "the coordinator looks, and changes nothing",
      );
    },
  );
});
