/** A contract's end on the screen, in a town of its own, for it stops a whole node: from active over the drain,
 * a real export, a receipt and an order made by the town's own tool, to the order of two persons; with what goes
 * wrong on the way (AI-7.2-1, CARD-14). */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { axe, fixedWords, outsiders, smallTargets, violations } from "./checks.ts";
import { login, place, signedIn, sizes, Visit, visiting } from "./engine.ts";
import { suite, type T } from "./t.ts";
import { asked } from "./watch_made.ts";

const test = suite(import.meta.filename);
const town = () => place("leaving");
const shots = "build/shots/leaving";
let nShots = 0;

type Who = "board" | "contractor" | "auditor";

interface Desk {
  readonly t: T;
  readonly dir: string; // of the board's own computer
  readonly visits: Readonly<Record<Who, Visit>>;
}

function tool(dir: string, ...words: string[]): string {
  return execFileSync("python3", [resolve("ops/verify/ibasho_town.py"), ...words], {
    cwd: dir,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function operator(...words: string[]): string {
  const { bin, data } = town();
  return execFileSync(`${bin}/ibasho`, ["-c", `${data}/node.conf`, ...words], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** What the operator reads who is refused; "" when nothing was. */
function refused(...words: string[]): string {
  try {
    operator(...words);
    return "";
  } catch (error) {
    return String((error as { stderr?: string }).stderr);
  }
}

const keys = ["--key", "town/town.key", "--cert", "town/town.pem"];

async function picture({ visits }: Desk, who: Who, what: string): Promise<void> {
  await visits[who].settled();
  const path = `${shots}/${String(++nShots).padStart(2, "0")}-${what}.png`;
  await visits[who].page.screenshot({ path, fullPage: true });
}

/** The page as it is now, and that it is fit to be read: by a machine, on a narrow phone, with readings.
 * Before anything has begun the walks over every page look at it (pages.ts). */
async function look(desk: Desk, who: Who, what: string): Promise<void> {
  const { t, visits } = desk;
  const { page } = visits[who];
  await picture(desk, who, what);
  await visits[who].choose("light", "ruby");
  await page.setViewportSize(sizes.phone);
  await page.evaluate(axe);
  t.eq(await violations(page), [], `${what}: axe`);
  const words = await page.evaluate(fixedWords);
  t.eq([words.unread, words.faceless], [[], []], `${what}: readings and faces`);
  t.eq(await page.evaluate(outsiders), [], `${what}: nothing beside the page`);
  t.eq(await page.evaluate(smallTargets), [], `${what}: targets`);
  await page.setViewportSize(sizes.laptop);
  await visits[who].choose("light", "plain");
}

async function open({ visits }: Desk, who: Who): Promise<Page> {
  const { page } = visits[who];
  await visits[who].leave();
  await visits[who].open("#/leaving");
  await page.waitForSelector("#leaving-steps");
  await visits[who].choose("light", "plain");
  return page;
}

/** What the page says of the state, of what comes next and by whom. */
async function now(page: Page): Promise<string> {
  return await page.innerText("section[aria-labelledby=leaving-now]");
}

async function give(page: Page, id: string, path: string): Promise<void> {
  await page.setInputFiles(`#${id}`, path);
  await page.locator(`form:has(#${id}) button[type=submit]`).click();
}

/** What stands above a file that was not taken. */
async function fault(page: Page, id: string): Promise<string> {
  const at = page.locator(`#${id}-fault.fault`);
  await at.waitFor();
  return await at.innerText();
}

async function press(page: Page, text: string): Promise<void> {
  await page.getByRole("button", { name: text, exact: true }).click();
}

async function said(page: Page, text: string): Promise<void> {
  await page.locator(".page > [role=status] .note", { hasText: text }).waitFor();
}

async function marked(page: Page): Promise<string[]> {
  return await page
    .locator(".leaving-step[data-mark=done]")
    .evaluateAll((all) => all.map((one) => one.getAttribute("data-step") ?? ""));
}

/** Before anything is stopped: the certificate, the promise. */
async function prepare(desk: Desk): Promise<void> {
  const { t, dir, visits } = desk;
  const page = visits.board.page;
  await visits.board.open();
  await page.locator("a.door[href='#/leaving']").click();
  await page.waitForSelector("#leaving-steps");
  await visits.board.choose("light", "plain");
  t.ok((await now(page)).includes("始まっていません"), "nothing has begun");
  t.ok((await now(page)).includes("証明書が登録されていません"), "and what is missing is said");
  // The contract is asked for after the page was drawn: until then its place is held by a word.
  const line = page.locator("details", { hasText: /--contract [0-9a-f]{8}-/ });
  await line.waitFor({ state: "attached" });
  const typed = await line.innerHTML();
  const [, node = "", contract = ""] = /--node (\S+) --contract (\S+)/.exec(typed) ?? [];
  tool(dir, "new-key", "--to", "town");
  tool(dir, "new-key", "--to", "other");
  tool(dir, "canaries", "--node", node, "--contract", contract, ...keys, "--to", "canaries");
  const strange = ["--key", "other/town.key", "--cert", "other/town.pem"];
  tool(dir, "canaries", "--node", node, "--contract", contract, ...strange, "--to", "stranger");
  await press(page, "証明書を登録する");
  t.ok((await fault(page, "leaving-key")).includes("選んでください"), "no file");
  await give(page, "leaving-canaries", `${dir}/canaries/canaries.json`);
  t.ok((await fault(page, "leaving-canaries")).includes("まだ登録されていません"), "no key yet");
  await give(page, "leaving-key", `${dir}/town/town.key`);
  t.ok((await fault(page, "leaving-key")).includes("秘密の鍵"), "the secret key stays here");
  await give(page, "leaving-key", `${dir}/canaries/canaries.csv`);
  t.ok((await fault(page, "leaving-key")) !== "", "no certificate");
  await picture(desk, "board", "before");
  await give(page, "leaving-key", `${dir}/town/town.pem`);
  await said(page, "証明書を登録しました");
  await give(page, "leaving-canaries", `${dir}/stranger/canaries.json`);
  t.ok((await fault(page, "leaving-canaries")).includes("署名ではありません"), "a stranger's");
  await give(page, "leaving-canaries", `${dir}/canaries/canaries.json`);
  await said(page, "約束を受け付けました");
  await page.getByText("20の目印が約束されています").waitFor();
  t.eq(await page.getByText("気をつけること").count(), 0, "nothing is missing any more");
  await picture(desk, "board", "prepared");
}

async function begin(desk: Desk): Promise<void> {
  const page = await open(desk, "board");
  await press(page, "受付を止める");
  await press(page, "止める");
  await said(page, "受付を止めました");
  await page.getByText("データは増えず").waitFor();
}

async function cancel(desk: Desk): Promise<void> {
  const page = await open(desk, "board");
  await press(page, "取りやめる");
  await press(page, "やめておく");
  await press(page, "取りやめる");
  await press(page, "取りやめて戻す");
  await said(page, "いつもの運用に戻りました");
  await page.getByText("始まっていません").waitFor();
}

/** Everybody else is out, and nobody else may do anything; then all of it comes back. */
async function stopAndGoBack(desk: Desk): Promise<void> {
  const { t, visits } = desk;
  const child = await Visit.begin(town(), { state: await signedIn(town(), "leaving_child") });
  const page = await open(desk, "board");
  await press(page, "受付を止める");
  await picture(desk, "board", "begin-asked");
  await press(page, "やめておく");
  t.ok((await now(page)).includes("始まっていません"), "not by the first press");
  await begin(desk);
  await child.open();
  await child.page.waitForSelector("#login");
  t.ok(true, "the child is out");
  await child.choose("light", "plain");
  await child.page.fill("#login", login(town(), "leaving_child").login);
  await child.page.fill("#password", login(town(), "leaving_child").password);
  await child.page.click(".sign-in form .button");
  await child.page.getByText("おわりの準備をしています").first().waitFor();
  await child.context.close();
  for (const who of ["contractor", "auditor"] as const) {
    const other = await open(desk, who);
    t.ok((await now(other)).includes("見ることだけ"), `${who} reads the same`);
    t.eq(
      await other.getByRole("button", { name: "取りやめる" }).count(),
      0,
      `${who} calls off nothing`,
    );
    t.eq(await other.locator("input[type=file]").count(), 0, `${who} hands in nothing`);
  }
  await look(desk, "contractor", "export-to-make");
  await picture(desk, "auditor", "auditor");
  await cancel(desk);
  t.eq(await marked(page), [], "the round is over");
  await page.getByText("取りやめた回を含む記録").click();
  t.ok(await page.getByText("取りやめ", { exact: true }).isVisible(), "and on record");
  await picture(desk, "board", "called-off");
  t.ok(visits.board.faults.length === 0, "no fault on the way");
}

/** A real bag, checked by the town's tool; its identity. */
function exportAndReceipt({ dir }: Desk, name: string): string {
  const bag = join(dir, name);
  const printed = operator("handback", "export", "--to", bag);
  operator("leave", "exported", bag);
  const checked = tool(dir, "receipt", bag, ...keys, "--to", `${name}.receipt.json`);
  tool(dir, "order", bag, "--receipt", `${name}.receipt.json`, ...keys, "--by", "学校教育課長",
    "--canaries", "canaries/canaries.secret.json", "--unplanted", "--to", `${name}.order.json`); // prettier-ignore
  const [found = ""] = /[0-9a-f]{128}/.exec(printed) ?? [];
  return checked.includes(found) ? found : "";
}

/** Handed in, with fourteen days to wait; then called off. */
async function waitAndGoBack(desk: Desk): Promise<void> {
  const { t, dir } = desk;
  await begin(desk);
  t.ok(exportAndReceipt(desk, "first") !== "", "the tool finds what the node wrote");
  const page = await open(desk, "board");
  await page.getByText("返すデータができました").waitFor();
  await give(page, "leaving-receipt", `${dir}/canaries/canaries.json`);
  t.ok((await fault(page, "leaving-receipt")) !== "", "another paper is no receipt");
  await look(desk, "board", "receipt-to-give");
  await give(page, "leaving-receipt", `${dir}/first.receipt.json`);
  await said(page, "確認期間が始まりました");
  await page.getByText("消去の指示は出せません").waitFor();
  t.eq(await page.locator("#leaving-order").count(), 0, "no order before the day");
  t.eq(await marked(page), ["drain", "exported", "receipted", "grace"], "how far it is");
  await look(desk, "board", "grace");
  await cancel(desk);
}

async function ordered(desk: Desk, bag: string): Promise<void> {
  const { t, dir } = desk;
  const page = await open(desk, "board");
  await give(page, "leaving-receipt", `${dir}/first.receipt.json`);
  t.ok((await fault(page, "leaving-receipt")).includes("別の返すデータ"), "of the bag before");
  await give(page, "leaving-receipt", `${dir}/second.receipt.json`);
  await page.waitForSelector("#leaving-order");
  await give(page, "leaving-order", `${dir}/second.receipt.json`);
  t.ok(
    (await fault(page, "leaving-order")).includes("指示書ではありません"),
    "a receipt is no order",
  );
  await give(page, "leaving-order", `${dir}/first.order.json`);
  t.ok((await fault(page, "leaving-order")).includes("違います"), "an order of the bag before");
  await give(page, "leaving-order", `${dir}/second.order.json`);
  await page.getByText("学校教育課長").waitFor();
  await picture(desk, "board", "order-read");
  await press(page, "消去を指示する");
  t.ok(await page.locator("#leaving-head-wrong").isVisible(), "nothing typed, nothing done");
  await page.fill("#leaving-head", bag.slice(0, 7));
  await page.press("#leaving-head", "Enter");
  t.ok(await page.locator("#leaving-head-wrong").isVisible(), "seven are too few");
  await page.fill("#leaving-head", bag.slice(0, 8));
  await page.press("#leaving-head", "Enter");
  await page.getByText("出しますか").waitFor();
  await look(desk, "board", "order-asked");
  await page.keyboard.press("Enter");
  await page.getByText("出しますか").waitFor({ state: "detached" });
  t.eq(await page.locator("#leaving-head").count(), 1, "a second Enter is the answer no");
  await press(page, "消去を指示する");
  await press(page, "指示を出す");
  await said(page, "受託者の人の確認を待ちます");
  await page.getByText("二人目の確認を待っています").waitFor();
  t.eq(await page.locator("#leaving-head").count(), 0, "the first person is not the second");
  await picture(desk, "board", "order-waits");
}

async function confirmed(desk: Desk, bag: string): Promise<void> {
  const { t } = desk;
  const page = await open(desk, "contractor");
  t.ok((await now(page)).includes("あなたの番です"), "whose turn it is");
  await page.fill("#leaving-head", "0".repeat(8));
  await press(page, "指示を確認する");
  t.ok(await page.locator("#leaving-head-wrong").isVisible(), "of other data");
  await page.fill("#leaving-head", ` ${bag.slice(0, 4).toUpperCase()} ${bag.slice(4, 9)}`);
  await press(page, "指示を確認する");
  await page.getByText("本当によろしいですか").waitFor();
  await look(desk, "contractor", "confirm-asked");
  await press(page, "やめておく");
  t.ok((await now(page)).includes("まだ何も消していません"), "no is no");
  await press(page, "指示を確認する");
  await press(page, "確認して、消去を決める");
  await said(page, "消去が決まりました");
  await page.getByText("もう取りやめられません").first().waitFor();
  await picture(desk, "contractor", "ordered");
  const board = await open(desk, "board");
  t.eq(
    await board.getByRole("button", { name: "取りやめる" }).count(),
    0,
    "no way back is offered",
  );
  t.ok((await now(board)).includes("サーバーの担当者"), "who carries it out");
  t.eq((await marked(board)).at(-1), "ordered", "how far it is");
  await look(desk, "board", "ordered-board");
}

test("leaving_goes_from_active_to_an_order_of_two_persons", async (t) => {
  t.req("AI-7.2-1");
  t.req("CARD-14");
  mkdirSync(shots, { recursive: true });
  const dir = mkdtempSync(join(tmpdir(), "leaving-"));
  chmodSync(dir, 0o755); // the node's own user writes the bag
  const begun: Visit[] = [];
  const come = async (who: Who): Promise<Visit> => {
    const state = await signedIn(town(), `leaving_${who}`);
    begun.push(await Visit.begin(town(), { state, size: sizes.laptop }));
    return begun.at(-1) as Visit;
  };
  try {
    const visits = {
      board: await come("board"),
      contractor: await come("contractor"),
      auditor: await come("auditor"),
    };
    const desk: Desk = { t, dir, visits };
    await prepare(desk);
    await stopAndGoBack(desk);
    await waitAndGoBack(desk);
    await asked(visits.board.page, "PUT", "/api/v1/settings/leaving.grace_days", { value: "0" });
    await begin(desk);
    const old = refused("leave", "exported", join(dir, "first"));
    t.ok(
      old.includes("今回の受付停止より前"),
      "the bag of the round before is none of this one",
      old,
    );
    const bag = exportAndReceipt(desk, "second");
    await ordered(desk, bag);
    await confirmed(desk, bag);
  } finally {
    rmSync(dir, { recursive: true, force: true });
    for (const one of begun) await one.end(t);
  }
}, 300_000);

test("leaving_is_no_page_of_who_does_not_decide", async (t) => {
  t.req("AI-7.2-1");
  const at = place("aozora");
  await visiting(t, at, { state: await signedIn(at, "duty") }, async (visit) => {
    await visit.open("#/leaving");
    await visit.page.waitForSelector(".note-card");
    t.eq(await visit.page.locator("#leaving-now").count(), 0, "a supporter sees nothing of it");
  });
});
