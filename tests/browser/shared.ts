/** Ties to other municipalities on the screen: joining by an invitation, a course held together from its
 * making to a child's press, the key half in keeping (CARD-2, CARD-11). */
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { dayIn } from "./classes_made.ts";
import { place, signedIn, type Visit, visiting } from "./engine.ts";
import { federationName, Roots } from "./roots.ts";
import { suite, type T } from "./t.ts";
import { asked } from "./watch_made.ts";

const test = suite(import.meta.filename);

async function to(visit: Visit, hash: string, sign: string): Promise<void> {
  await visit.open(hash);
  await visit.page.waitForSelector(sign);
  await visit.choose("light", "plain");
}

/** A file of the person's own, handed in. */
async function choose(page: Page, field: string, name: string, bytes: Buffer): Promise<void> {
  await page.setInputFiles(field, { name, mimeType: "text/plain", buffer: bytes });
}

test("shared_joining_takes_a_file_a_call_and_a_file", async (t) => {
  t.req("CARD-11");
  const at = place("aozora");
  const roots = new Roots();
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    await page.locator("a.door[href='#/federation']").click();
    await page.waitForSelector("#federation-now");
    await visit.choose("light", "plain");
    t.ok(
      (await page.innerText("section:has(> #federation-now)")).includes("まだ、ほかの自治体と"),
      "it says how it stands, and what to do",
    );
    t.eq(await page.locator("#federation-members, #federation-hand").count(), 0, "and no more");
    await page.locator("a.button[href='#/federation/join']").click();
    await page.locator("form .button").click();
    await page.getByText("ファイルを選んでください").waitFor();
    await choose(page, "#invitation-file", "x.txt", Buffer.from("x"));
    await page.locator("form .button").click();
    await page.getByText("招待状として読めません").waitFor();
    await choose(page, "#invitation-file", "invitation.txt", roots.invitation("青空町"));
    await page.locator("form .button").click();
    await page.waitForSelector("#joining-check");
    t.ok((await page.innerText("dl.facts")).includes(federationName), "who invites");
    t.ok(!(await page.content()).includes(roots.code), "the code is not there to be copied");
    await page.fill(
      "#joining-check",
      roots.code.replace(/.$/, (c) => (c === "0" ? "1" : "0")),
    );
    await page.locator("form .button").click();
    await page.waitForSelector("#joining-check-fault");
    await page.fill("#joining-check", `　${roots.code.toUpperCase().replaceAll("-", " ")}`);
    const download = page.waitForEvent("download");
    await page.locator("form .button").click();
    const path = join(tmpdir(), `ibasho-${process.pid}.txt`);
    await (await download).saveAs(path);
    await page.getByText("番号は合っていました").waitFor();
    roots.admit(await readFile(path));
    await writeFile(path, "");
    roots.stranger("遠い町");
    await page.locator("a.button[href='#/federation']").click();
    await page.getByText("申込書を作りました").waitFor();
    const cut = roots.list();
    await choose(page, "#federation-file", "list.txt", cut.subarray(0, cut.length - 20));
    await page.locator("section:has(> #federation-hand) form .button").click();
    await page.locator("#federation-hand-fault.fault").waitFor();
    await choose(page, "#federation-file", "list.txt", roots.list());
    await page.locator("section:has(> #federation-hand) form .button").click();
    await page.getByText("第1号").first().waitFor();
    const members = await page.innerText("section:has(> #federation-members)");
    t.ok(members.includes("遠い町") && members.includes("この自治体"), "and who is in it");
    t.ok((await page.innerText("main")).includes(roots.code), "now anybody may compare");
  });
});

/** A course that the board has decided, and today's slot. */
async function decidedCourse(page: Page): Promise<string> {
  await asked(page, "PUT", `/api/v1/plan/days/${dayIn(0)}`, {
    slots: [{ from: "00:00", to: "24:00" }],
  });
  const { course, version } = await asked<{ course: string; version: number }>(
    page,
    "POST",
    "/api/v1/courses",
    {
      kind: "experience",
      picture: "star",
      has_hand: true,
      has_poll: true,
      has_question: true,
      title: "星空《ほしぞら》の教室《きょうしつ》",
      summary: "よるの そらを みます。",
    },
  );
  const { pages_version } = await asked<{ pages_version: number }>(
    page,
    "PUT",
    `/api/v1/courses/${course}/pages`,
    { pages: [{ text: "オリオン座《ざ》を さがそう。", links: [] }] },
  );
  await asked(page, "POST", `/api/v1/courses/${course}/decide`, {
    decided: true,
    version,
    pages_version,
  });
  return course;
}

/** From now on without that town: its board and its children read so. */
async function leftOut(t: T, series: string): Promise<void> {
  const [host, guest] = [place("shared"), place("shared_guest")];
  await visiting(t, host, { state: await signedIn(host, "host_board") }, async (visit) => {
    const { page } = visit;
    await to(visit, `#/shared/${series}`, "#shared-nodes");
    const out = page.locator("[data-leave-out]");
    await out.getByText("外す").first().click();
    t.ok((await out.innerText()).includes(guest.title_ja), "whom, and what it means");
    await out.locator(".sure .button").click();
    await page.locator("section:has(> #shared-nodes) .pill", { hasText: "外しました" }).waitFor();
  });
  await visiting(t, guest, { state: await signedIn(guest, "guest_child") }, async (visit) => {
    const { page } = visit;
    const card = page.locator(".lesson-card", { hasText: "星空" });
    const end = Date.now() + 60_000;
    do {
      await to(visit, "#/lessons", ".lesson-card");
      await page.reload();
      await card.first().waitFor();
    } while ((await card.getByText("いまは ひらいていません").count()) === 0 && Date.now() < end);
    t.eq(await card.getByText("いまは ひらいていません").count(), 1, "a child reads it kindly");
    t.eq(await card.locator("button").count(), 0, "and cannot choose it");
  });
}

test("shared_a_course_is_offered_accepted_and_chosen", async (t) => {
  t.req("CARD-2 CARD-8");
  const [host, guest] = [place("shared"), place("shared_guest")];
  let series = "";
  await visiting(t, host, { state: await signedIn(host, "host_board") }, async (visit) => {
    const { page } = visit;
    await visit.open();
    const course = await decidedCourse(page);
    await to(visit, "#/shared", "#shared-series");
    await page.locator("a.button[href='#/shared-new']").click();
    await page.waitForSelector("#shared-places");
    await page.click("form .button");
    await page.waitForSelector("#shared-places-fault");
    await page.selectOption("#shared-course", course);
    await page.fill("#shared-places", "８");
    await page.fill("#shared-day", dayIn(0));
    await page.fill("#shared-times", "3");
    await page.locator("section:has(> #shared-days) li button").nth(1).click();
    await page.fill("#shared-cost", "１２０,０００");
    await page.selectOption("#shared-way", "places");
    await page.fill("#shared-rules", "なまえは よびなで。\nゆっくり はなします。");
    await page.click("form .button.wide");
    await page.waitForSelector("#shared-nodes");
    series = page.url().split("/").at(-1) ?? "";
    t.ok((await page.innerText("main")).includes("まだどこにも申し出ていません"), "nobody heard");
    t.eq(await page.locator("section:has(> #shared-lessons) li").count(), 2, "two dates");
    await page.selectOption("#offer-node", { label: guest.title_ja });
    await page.fill("#offer-places", "5");
    await page.locator("section:has(> #shared-nodes) form .button").click();
    await page.locator("section:has(> #shared-nodes) li", { hasText: guest.title_ja }).waitFor();
  });
  await visiting(t, guest, { state: await signedIn(guest, "guest_contractor") }, async (visit) => {
    const { page } = visit;
    const end = Date.now() + 60_000; // a node that was busy tries again after a while
    while ((await page.locator("#shared-offers").count()) === 0 && Date.now() < end) {
      await to(visit, "#/shared", "#shared-series");
      await visit.settled();
      await page.waitForTimeout(300);
    }
    await page.locator("section:has(> #shared-offers) a.button").click();
    await page.waitForSelector("#shared-answer");
    t.eq(await page.locator("section:has(> #shared-answer) button").count(), 0, "the board alone");
  });
  await visiting(t, guest, { state: await signedIn(guest, "guest_board") }, async (visit) => {
    const { page } = visit;
    await to(visit, `#/shared-offer/${series}`, "#shared-answer");
    const said = await page.innerText("main");
    t.ok(
      [host.title_ja, "星空の教室", "なまえは よびなで。", "5人まで", "120,000円"].every((one) =>
        said.includes(one),
      ),
      "what it is, who holds it, its rules",
      said,
    );
    const isDrawn = await page.waitForFunction(() => {
      const canvas = document.querySelector<HTMLCanvasElement>(".floor-preview");
      const pen = canvas?.getContext("2d");
      if (canvas === null || pen === null || pen === undefined || canvas.width < 400) return false;
      const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set<number>();
      for (let i = 0; i < data.length; i += 4000)
        colours.add(((data[i] ?? 0) << 16) + ((data[i + 1] ?? 0) << 8) + (data[i + 2] ?? 0));
      return colours.size > 4;
    });
    t.ok(isDrawn, "the floor is drawn");
    await page.locator("section:has(> #shared-answer) .button").click();
    await page.locator(".sure .button").click();
    await page.waitForURL(`**/#/shared/${series}`);
    await page.waitForSelector("#shared-lessons");
    t.ok((await page.innerText("main")).includes("参加します"), "and it is so");
  });
  await visiting(t, guest, { state: await signedIn(guest, "guest_child") }, async (visit) => {
    const { page } = visit;
    await to(visit, "#/lessons", ".lesson-card");
    const card = page.locator(".lesson-card", { hasText: "星空" });
    await card.getByText(`${host.title_ja}と いっしょ`).waitFor();
    await card.locator("button").first().click();
    await page.getByText("をえらびました").waitFor();
    await card.getByText("えらんでいます").waitFor();
    t.ok(true, "a child chooses it as any other");
  });
  await visiting(t, host, { state: await signedIn(host, "host_board") }, async (visit) => {
    const { page } = visit;
    const row = page.locator("section:has(> #shared-nodes) li", { hasText: guest.title_ja });
    const end = Date.now() + 60_000;
    while (!((await row.allInnerTexts())[0] ?? "").includes("参加します") && Date.now() < end) {
      await to(visit, `#/shared/${series}`, "#shared-nodes");
      await visit.settled();
      await page.waitForTimeout(300);
    }
    t.ok(((await row.allInnerTexts())[0] ?? "").includes("参加します"), "the host hears of it");
    const shares = page.locator("section:has(> #shared-shares)");
    await shares.getByText("46,154").waitFor();
    t.ok((await shares.innerText()).includes("73,846"), "what each town bears, to the yen");
    const download = page.waitForEvent("download");
    await shares.locator("button").click();
    t.eq((await download).suggestedFilename(), "shares.csv", "and as a file");
    await page.clock.setFixedTime(new Date(Date.now() + 2 * 86_400_000));
    await visit.open(`#/shared/${series}`);
    await page.reload();
    await page.locator("section:has(> #shared-evidence) button").first().click();
    await page.getByText("行き来した発言はありません").waitFor();
    t.ok(true, "afterwards the board can look, and nothing crossed here");
  });
  await leftOut(t, series);
});

test("shared_the_half_is_kept_and_taken_back", async (t) => {
  t.req("CARD-1");
  const guest = place("shared_guest");
  await visiting(t, guest, { state: await signedIn(guest, "guest_board") }, async (visit) => {
    const { page } = visit;
    const part = page.locator("section:has(> #escrow)");
    await to(visit, "#/federation", "#escrow");
    await part.locator("p[role=status].note").waitFor();
    for (let i = 0; i < 60 && !(await part.innerText()).includes("に預けてあります"); i++) {
      await part.getByText("もう一度見る").click();
      await visit.settled();
    }
    t.ok((await part.innerText()).includes("に預けてあります"), "kept, and until when");
    await part.getByText("預けたものを取り消す").click();
    t.ok((await part.locator(".sure").innerText()).includes("鍵の紙"), "it says what it means");
    await part.locator(".sure .button").click();
    await part.locator("p[role=status]", { hasText: "取り消しました" }).first().waitFor();
    await part.locator("button.button", { hasText: "預ける" }).waitFor();
    await part.locator("summary").click();
    t.ok((await part.innerText()).includes("この自治体が取り消した"), "and it is on record");
  });
});
