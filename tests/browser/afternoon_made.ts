/** What the scripted afternoon needs beside its browsers: a node whose clock goes on to another day, a log that
 * was taken out as a file, the pages of a report as pictures. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import type { Place, Visit } from "./engine.ts";

export const weekMs = 7 * 24 * 3600_000;
const tokyoMs = 9 * 3600_000;

/** The Monday of the week that an instant is in, 0:00 in Tokyo. */
export function mondayOf(atMs: number): number {
  const day = new Date(atMs + tokyoMs);
  const midnight = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate());
  return midnight - ((day.getUTCDay() + 6) % 7) * 24 * 3600_000 - tokyoMs;
}

/** The node ends and begins again at another time, as a machine that was off until then. */
export function forward(at: Place, byMs: number): void {
  const seconds = Math.round(byMs / 1000);
  const ops = (verb: string): void =>
    void execFileSync("ops/node", [verb, "aozora"], {
      env: { ...process.env, IBASHO_INSTANCE: at.instance },
      stdio: "ignore",
      timeout: 60_000,
    });
  ops("stop");
  const rows = readFileSync(at.table, "utf8").replace(/^env IBASHO_CLOCK_SKEW_S=.*\n/m, "");
  const skew = `env IBASHO_CLOCK_SKEW_S=${seconds}\n`;
  writeFileSync(at.table, rows.replace(/^#/m, `${skew}#`));
  ops("start");
  ops("wait");
}

export type Rows = readonly Readonly<Record<string, string>>[];

const unzip = `
import base64, csv, io, json, sys, zipfile
archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(sys.stdin.read())))
text = lambda name: archive.read(name).decode("utf-8-sig")
json.dump({name: list(csv.DictReader(io.StringIO(text(name), newline=""))) for name in
           archive.namelist() if name.endswith(".csv")}, sys.stdout)
`;

/** The tables of a log file as any spreadsheet reads them, by their names. */
export function tablesOf(zip: Buffer): Readonly<Record<string, Rows>> {
  const said = execFileSync("/usr/bin/python3", ["-c", unzip], {
    input: zip.toString("base64"),
    maxBuffer: 1 << 26,
  });
  return JSON.parse(said.toString()) as Record<string, Rows>;
}

/** Rows of a CSV as they stand, the first of them its header. */
export function rowsOf(csv: Buffer): readonly (readonly string[])[] {
  const read =
    "import csv, io, json, sys; json.dump(list(csv.reader(io.StringIO(" +
    'sys.stdin.buffer.read().decode("utf-8-sig"), newline=""))), sys.stdout)';
  const said = execFileSync("/usr/bin/python3", ["-c", read], { input: csv });
  return JSON.parse(said.toString()) as string[][];
}

/** The pages as pictures for eyes; the text, without any blank, for the test. */
export function lookAt(pdf: Buffer, path: string): string {
  writeFileSync(`${path}.pdf`, pdf);
  execFileSync("pdftoppm", ["-png", "-r", "60", `${path}.pdf`, path]);
  return execFileSync("pdftotext", ["-layout", `${path}.pdf`, "-"])
    .toString()
    .replace(/\s+/g, "");
}

/** What the browser saves when somebody presses. */
export async function saved(page: Page, press: () => Promise<void>): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent("download"), press()]);
  return readFileSync(await file.path());
}

/** All four logs as they stand now: asked for by one of the board, allowed by another, then taken. */
export async function allFour(
  first: Visit,
  second: Visit,
): Promise<Readonly<Record<string, Rows>>> {
  const reason = "午後の記録を台本と照らし合わせるため";
  const { page } = first;
  await first.open("#/logs");
  await page.waitForSelector("#logs-reason");
  await first.choose("light", "plain");
  const kinds = page.locator("form fieldset").first().locator("input[type=checkbox]");
  for (const one of await kinds.all()) await one.check();
  await page.fill("#logs-reason", reason);
  await page.click("form .button.wide");
  await page.getByText("承認する人に知らせてください").waitFor();
  await second.open("#/logs");
  await second.choose("light", "plain");
  const asks = second.page.locator("section:has(> #logs-waiting) li", { hasText: reason });
  await asks.locator("button").click();
  await asks.getByText("取り消せません").waitFor();
  await asks.locator("button.button").click();
  await asks.waitFor({ state: "detached" });
  await page.reload();
  const row = page.locator("section:has(> #logs-list) li", { hasText: reason }).first();
  return tablesOf(await saved(page, () => row.locator(".take-file").click()));
}
