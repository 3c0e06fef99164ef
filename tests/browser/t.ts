/** Named cases for the browser's side, printed like tests/t.c: one line each, a count at the end.
 *
 *     test("name_says_what_holds", async (t) => {
 *       t.req("HI-4.3-2");
 *       t.eq(got, want, "what");
 *     });
 *
 * A case fails by a failed check or an exception. Arguments are parts of names of cases or files to run,
 * or the whole name of one case. */
import { isDeepStrictEqual } from "node:util";
import { relative } from "node:path";

export class T {
  checks = 0;
  failed = 0;

  ok(condition: unknown, what: string, detail = ""): boolean {
    this.checks++;
    if (!condition) {
      this.failed++;
      console.log(`  ${place()}: ${what}${detail === "" ? "" : `: ${detail}`}`);
    }
    return Boolean(condition);
  }

  eq(got: unknown, want: unknown, what: string): boolean {
    const same = isDeepStrictEqual(got, want);
    return this.ok(same, what, same ? "" : `got ${show(got)}, want ${show(want)}`);
  }

  req(ids: string): void {
    console.log(`  req ${ids}`);
  }

  /** A figure worth reading; never a verdict. */
  note(text: string): void {
    console.log(`  note ${text}`);
  }
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 600) ?? String(value);
}

function place(): string {
  const line = new Error().stack
    ?.split("\n")
    .find((one) => one.includes("/tests/") && !one.includes("browser/t.ts"));
  return (
    line
      ?.trim()
      .replace(/^at /, "")
      .replace(/file:\/\//, "") ?? "?"
  );
}

interface Case {
  readonly name: string;
  readonly file: string;
  readonly run: (t: T) => void | Promise<void>;
  readonly limitMs: number | undefined; // when it takes longer than others may
  readonly isOfStory: boolean; // goes on from where the case before it in its file has ended
}

const cases: Case[] = [];

export function suite(
  file: string,
  kind: "cases" | "story" = "cases",
): (name: string, run: Case["run"], limitMs?: number) => void {
  return (name, run, limitMs) => {
    const isOfStory = kind === "story";
    cases.push({ name, file: relative(process.cwd(), file), run, limitMs, isOfStory });
  };
}

/** The cases that are asked for by parts of names, by one whole name, or by whoever goes on from them. */
function casesOf(parts: readonly string[]): Set<Case> {
  if (parts.length === 0) return new Set(cases);
  const found = new Set<Case>();
  for (const part of parts) {
    const whole = cases.filter((one) => one.name === part);
    const some = cases.filter((one) => one.name.includes(part) || one.file.includes(part));
    for (const one of whole.length > 0 ? whole : some) found.add(one);
  }
  for (const last of [...found].filter((one) => one.isOfStory))
    for (const one of cases.slice(0, cases.indexOf(last)))
      if (one.file === last.file) found.add(one);
  return found;
}

/** Runs what was named so far; `limitMs` a case, so that a browser that hangs ends. */
export async function main(limitMs: number): Promise<void> {
  const wanted = casesOf(process.argv.slice(2));
  let nPassed = 0;
  let nFailed = 0;
  for (const one of cases) {
    if (!wanted.has(one)) continue;
    const { name, file, run, limitMs: own } = one;
    const t = new T();
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const late = new Promise<never>((_, fail) => {
        const most = own ?? limitMs;
        timer = setTimeout(() => fail(new Error(`not over after ${most} ms`)), most);
      });
      await Promise.race([run(t), late]);
      if (t.checks === 0) t.ok(false, "a case without a single check proves nothing");
    } catch (error) {
      t.failed++;
      console.log(
        `  ${(error instanceof Error ? error.stack : String(error))?.replace(/\n/g, "\n  ")}`,
      );
    } finally {
      clearTimeout(timer);
    }
    console.log(`${t.failed > 0 ? "FAIL" : "ok"} ${name} ${file}`);
    if (t.failed > 0) nFailed++;
    else nPassed++;
  }
  console.log(`${nPassed} passed, ${nFailed} failed`);
  process.exitCode = nFailed > 0 || nPassed === 0 ? 1 : 0;
}
