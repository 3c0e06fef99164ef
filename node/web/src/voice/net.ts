/** Tries each way by which voice may reach the node, one after the other: a session whose answer names that
 * way alone, or one over the page's own line. The node keeps one session of a reader; so one's own is closed meanwhile and opened afterwards. */
import { send } from "../place/control.js";
import { onlyBy, type Transport, transportsIn, transportUsed } from "./answer.js";
import { withoutLine } from "./control.js";
import { canLine, canWs, Line } from "./line.js";

export type Works = "yes" | "no" | "asked" | "trying" | "absent";

export interface Found {
  readonly udp: Works;
  readonly tcp: Works;
  readonly ws: Works;
}

const flowsMostMs = 8000;
const nAnswers = 5;
const answersMostMs = 1000;

export async function tryWays(show: (found: Found) => void): Promise<void> {
  let found: Found = { udp: "asked", tcp: "asked", ws: "asked" };
  const tell = (change: Partial<Found>): void => show((found = { ...found, ...change }));
  tell({});
  await withoutLine(async () => {
    for (const by of ["udp", "tcp"] as const) {
      tell({ [by]: "trying" });
      tell({ [by]: await tryOne(by) });
    }
    tell({ ws: "trying" });
    tell({ ws: await tryWs() });
    await send("voice.close", {});
  });
}

/** How it stands, for one who only wants to know whether it works. */
export function verdictOf({ udp, tcp, ws }: Found): "good" | "ok" | "bad" {
  if (udp === "yes") return "good";
  return tcp === "yes" || ws === "yes" ? "ok" : "bad";
}

/** Its code runs here, the node has opened a session over the page's own line, and answers come soon enough to
 * talk. */
async function tryWs(): Promise<Works> {
  if (!canWs()) return "no";
  let line: { close: () => void } | undefined;
  try {
    const { WsLine } = await import("./ws_line.js");
    const nothing = (): void => undefined;
    const next = new WsLine({ flows: nothing, over: nothing, slow: nothing, isWaiting: nothing });
    line = next;
    await next.begin();
    const answer = await send("voice.open", { way: "ws" });
    if (answer.kind !== "ok") return "no";
    return (await answersMs()) < answersMostMs ? "yes" : "no";
  } catch {
    return "no";
  } finally {
    line?.close();
  }
}

/** The middle one of a few. */
async function answersMs(): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < nAnswers; i++) {
    const fromMs = performance.now();
    const answer = await send("voice.thin", { is_on: true });
    all.push(answer.kind === "ok" ? performance.now() - fromMs : Number.POSITIVE_INFINITY);
  }
  return all.sort((a, b) => a - b)[nAnswers >> 1] ?? Number.POSITIVE_INFINITY;
}

async function tryOne(by: Transport): Promise<Works> {
  if (!canLine()) return "no";
  let settle: (is: boolean) => void = () => undefined;
  const came = new Promise<boolean>((done) => (settle = done));
  const line = new Line({
    flows: () => settle(true),
    over: () => settle(false),
    isWaiting: () => undefined,
  });
  const timer = setTimeout(() => settle(false), flowsMostMs);
  try {
    const answer = await send("voice.open", { offer: await line.offer() });
    if (answer.kind !== "ok") return "no";
    if (!transportsIn(answer.value.answer).includes(by)) return "absent";
    await line.answer(onlyBy(answer.value.answer, by));
    if (!(await came)) return "no";
    const used = transportUsed((await line.stats()).values());
    return used === undefined || used === by ? "yes" : "no";
  } catch {
    return "no";
  } finally {
    clearTimeout(timer);
    line.close();
  }
}
