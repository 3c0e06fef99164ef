/** What a screen reader is told of others: politely, grouped, at most one sentence in 3 s: what is for the
 * reader alone, then what was written, signs of feeling, who came. Who goes is not told: leaving is silent. Pure. */

export type Fact =
  | { readonly kind: "came"; readonly name: string }
  | { readonly kind: "line"; readonly name: string; readonly text: string }
  | { readonly kind: "sign"; readonly name: string; readonly sign: string }
  | { readonly kind: "wave"; readonly name: string }
  | { readonly kind: "knock"; readonly name: string; readonly area: string }
  | { readonly kind: "invited"; readonly name: string; readonly area: string }
  | { readonly kind: "answer"; readonly area: string; readonly isWelcome: boolean };

/** One sentence: what is for the reader alone comes before who came. */
export type Said =
  | Exclude<Fact, { kind: "came" }>
  | { readonly kind: "lines"; readonly n: number }
  | { readonly kind: "came"; readonly names: readonly string[]; readonly n: number };

export interface Announcer {
  readonly waiting: readonly Fact[];
  readonly saidMs: number;
}

export const gapMs = 3000;
const namesMost = 3;
const waitingMost = 40;

export const silent: Announcer = { waiting: [], saidMs: Number.NEGATIVE_INFINITY };

export function hear(now: Announcer, fact: Fact): Announcer {
  return { ...now, waiting: [...now.waiting, fact].slice(-waitingMost) };
}

/** What may be said at `nowMs`, and what is left. */
export function say(now: Announcer, nowMs: number): { next: Announcer; said: Said | undefined } {
  if (now.waiting.length === 0 || nowMs - now.saidMs < gapMs) return { next: now, said: undefined };
  const mine = now.waiting.find((one) => !["came", "line", "sign"].includes(one.kind));
  if (mine !== undefined)
    return {
      next: { waiting: now.waiting.filter((one) => one !== mine), saidMs: nowMs },
      said: mine as Said,
    };
  const written = now.waiting.filter((one) => one.kind === "line");
  const [last] = written.slice(-1);
  if (last !== undefined)
    return {
      next: { waiting: now.waiting.filter((one) => one.kind !== "line"), saidMs: nowMs },
      said: written.length === 1 ? last : { kind: "lines", n: written.length },
    };
  const [sign] = now.waiting.filter((one) => one.kind === "sign").slice(-1);
  if (sign !== undefined)
    return {
      next: { waiting: now.waiting.filter((one) => one.kind !== "sign"), saidMs: nowMs },
      said: sign,
    };
  const names = now.waiting.flatMap((one) => (one.kind === "came" ? [one.name] : []));
  return {
    next: { waiting: [], saidMs: nowMs },
    said: { kind: "came", names: names.slice(0, namesMost), n: names.length },
  };
}
