/** What the pages of logs and reports have before them, made by asking the node as the board. */
import type { Page } from "playwright-core";
import { login, type Place, signedIn, Visit } from "./engine.ts";
import { asked } from "./watch_made.ts";

/** The board asks for everybody's logs, for which a second person is needed, and looks for words. */
export async function askForLogs(at: Place): Promise<void> {
  const visit = await Visit.begin(at, { state: await signedIn(at, "board") });
  try {
    await visit.open();
    const day = (n: number): string => new Date(Date.now() + n * 86_400_000).toISOString();
    await asked(visit.page, "POST", "/api/v1/log-exports", {
      kinds: ["entry", "chat", "voice", "reaction"],
      from: day(-40),
      to: day(0),
      format: "csv",
      charset: "sjis",
      is_for_guests: true,
      reason: "長い理由でも読めることを確かめる。".repeat(8),
    });
    await asked(visit.page, "POST", "/api/v1/log-searches", {
      words: "ほしのかけら",
      from: day(-2),
      to: day(0),
      reason: "言い合いの確認",
    }).catch(() => undefined); // its answer is lines, not one JSON
  } finally {
    await visit.context.close();
  }
}

/** The report of the week before last (a case of its own makes last week's), with whoever's page it is
 * among its receivers. */
export async function reportFor(page: Page, at: Place): Promise<string> {
  const name = encodeURIComponent(login(at, "board").display_name);
  const people = await asked<{ items: { id: string }[] }>(page, "GET", `/api/v1/people?q=${name}`);
  const account = people.items[0]?.id;
  await asked(page, "POST", "/api/v1/report-receivers", { account, way: "mail", is_on: true });
  const week = new Date(Date.now() - 14 * 86_400_000).toISOString().slice(0, 10);
  await asked(page, "POST", "/api/v1/weekly-reports", { week });
  const end = Date.now() + 20_000;
  for (;;) {
    const { items } = await asked<{ items: { id: string; is_mine: boolean }[] }>(
      page,
      "GET",
      "/api/v1/weekly-reports",
    );
    const mine = items.find((one) => one.is_mine);
    if (mine !== undefined) return mine.id;
    if (Date.now() > end) throw new Error("no weekly report");
    await new Promise((go) => setTimeout(go, 200));
  }
}

/** The monthly report of the newest month that was counted, with whoever's page it is among its receivers. */
export async function monthlyFor(page: Page, at: Place): Promise<string> {
  const name = encodeURIComponent(login(at, "board").display_name);
  const people = await asked<{ items: { id: string }[] }>(page, "GET", `/api/v1/people?q=${name}`);
  const account = people.items[0]?.id;
  await asked(page, "POST", "/api/v1/report-receivers", {
    account,
    way: "mail",
    is_on: true,
    report: "monthly",
  });
  const { months } = await asked<{ months: { month: string }[] }>(page, "GET", "/api/v1/kpi");
  await asked(page, "POST", "/api/v1/monthly-reports", { month: months[0]?.month });
  const end = Date.now() + 20_000;
  for (;;) {
    const { items } = await asked<{ items: { id: string; is_mine: boolean }[] }>(
      page,
      "GET",
      "/api/v1/monthly-reports",
    );
    const mine = items.find((one) => one.is_mine);
    if (mine !== undefined) return mine.id;
    if (Date.now() > end) throw new Error("no monthly report");
    await new Promise((go) => setTimeout(go, 200));
  }
}
