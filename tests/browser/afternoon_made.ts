/** What the scripted afternoon needs beside its browsers: a node whose clock goes on to another day, a log that
 * was taken out as a file, the pages of a report as pictures. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import type { Place } from "./engine.ts";
import { asked } from "./watch_made.ts";

export const weekMs = 7 * 24 * 3600_000;
const tokyoMs = 9 * 3600_000;

/** The Monday of the week that an instant is in, 0:00 in Tokyo. */
export function mondayOf(atMs: number): number {
  const day = new Date(atMs + tokyoMs);
  const midnight = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate());
  return midnight - ((day.getUTCDay() + 6) % 7) * 24 * 3600_000 - tokyoMs;
}

export function dayInTokyo(atMs: number): string {
  return new Date(atMs + tokyoMs).toISOString().slice(0, 10);
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

/** A file of the node's as the one whose page it is gets it. */
export async function fetched(page: Page, path: string): Promise<Buffer> {
  const text = await page.evaluate(async (path) => {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  }, path);
  return Buffer.from(text, "base64");
}

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

/** All four logs of a span of time: asked for by one of the board, allowed by another. */
export async function allFour(
  first: Page,
  second: Page,
  fromMs: number,
  toMs: number,
): Promise<Readonly<Record<string, Rows>>> {
  const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, "");
  const ask = {
    kinds: ["entry", "chat", "voice", "reaction"],
    from: iso(fromMs - 1000),
    to: iso(toMs + 2000),
    format: "csv",
    has_bom: true,
    reason: "午後の記録を台本と照らし合わせるため",
  };
  const { id, state } = await asked<{ id: string; state: string }>(
    first,
    "POST",
    "/api/v1/log-exports",
    ask,
  );
  if (state !== "waiting") throw new Error(`everybody's records at once are ${state}`);
  await asked(second, "POST", `/api/v1/log-exports/${id}/approve`, {});
  return tablesOf(await fetched(first, `/api/v1/log-exports/${id}/file`));
}
