/** Frames of the place as bytes and text: what came is read here and nowhere else. Pure. A frame that is
 * not as the protocol has it is no frame: it is passed over, never guessed at. */
import type { LiveEvent } from "./wire.js";

export interface Move {
  readonly seat: number;
  readonly x: number;
  readonly y: number;
}
/** How far somebody went from where the last move or step had put them. */
export interface Step {
  readonly seat: number;
  readonly dx: number;
  readonly dy: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Walk {
  readonly seat: number;
  readonly points: readonly Point[];
  readonly speedCmS: number;
  /** How long ago, at `floorMs`, it began. */
  readonly ageMs: number;
  /** By a stick or keys: it may turn or end at any moment, and where it leads is no target. */
  readonly isSteered: boolean;
}
export interface Tick {
  readonly kind: "tick";
  /** Complete: positions known before are worth nothing. */
  readonly isPicture: boolean;
  readonly floorMs: number; // of 32 bits: compare by difference
  readonly moves: readonly Move[];
  readonly steps: readonly Step[];
  readonly walks: readonly Walk[];
}
export type Binary =
  { readonly kind: "beat" } | { readonly kind: "sound"; readonly data: ArrayBuffer } | Tick;

const tickHead = 8;
const moveBytes = 6;
const runHead = 3;
const stepBytes = 2;
const walkHead = 8;

export function binaryFrom(data: ArrayBuffer): Binary | undefined {
  const view = new DataView(data);
  if (view.byteLength === 0) return undefined;
  switch (view.getUint8(0)) {
    case 0:
      return { kind: "beat" };
    case 1:
      return tickFrom(view);
    case 2:
      return { kind: "sound", data };
    default:
      return undefined;
  }
}

function tickFrom(view: DataView): Tick | undefined {
  const end = view.byteLength;
  if (end < tickHead) return undefined;
  const nMoves = view.getUint16(2, true);
  let at = tickHead;
  if (at + nMoves * moveBytes > end) return undefined;
  const moves: Move[] = [];
  for (let i = 0; i < nMoves; i++, at += moveBytes)
    moves.push({
      seat: view.getUint16(at, true),
      x: view.getUint16(at + 2, true),
      y: view.getUint16(at + 4, true),
    });
  const steps: Step[] = [];
  at = stepsFrom(view, at, steps);
  if (at > end) return undefined;
  const walks: Walk[] = [];
  while (at < end) {
    const n = at + walkHead <= end ? view.getUint8(at + 2) : 0;
    if (n === 0 || at + walkHead + n * 4 > end) return undefined;
    const from = at + walkHead;
    walks.push({
      seat: view.getUint16(at, true),
      speedCmS: view.getUint16(at + 4, true),
      ageMs: view.getUint16(at + 6, true),
      isSteered: (view.getUint8(at + 3) & 1) === 1,
      points: Array.from({ length: n }, (_, i) => ({
        x: view.getUint16(from + i * 4, true),
        y: view.getUint16(from + i * 4 + 2, true),
      })),
    });
    at = from + n * 4;
  }
  return {
    kind: "tick",
    isPicture: (view.getUint8(1) & 1) === 1,
    floorMs: view.getUint32(4, true),
    moves,
    steps,
    walks,
  };
}

/** Runs of seats that follow one another. Where they end; behind the frame's end when it is cut. */
function stepsFrom(view: DataView, from: number, steps: Step[]): number {
  const end = view.byteLength;
  let at = from + 2;
  if (at > end) return at;
  for (let nRuns = view.getUint16(from, true); nRuns > 0; nRuns--) {
    if (at + runHead > end) return end + 1;
    const seat = view.getUint16(at, true);
    const n = view.getUint8(at + 2);
    at += runHead;
    if (at + n * stepBytes > end) return end + 1;
    for (let i = 0; i < n; i++, at += stepBytes)
      steps.push({ seat: seat + i, dx: view.getInt8(at), dy: view.getInt8(at + 1) });
  }
  return at;
}

export const beatAnswer = new Uint8Array([0]);

/** The direction of a stick, each part -1 to 1; 0 0 stops. */
export function stickBytes(dx: number, dy: number): Uint8Array<ArrayBuffer> {
  const part = (value: number): number => Math.round(Math.max(-1, Math.min(1, value)) * 127) & 255;
  return new Uint8Array([1, part(dx), part(dy)]);
}

/** An answer to a command. */
export type Reply =
  | { readonly kind: "ok"; readonly re: number; readonly value: unknown }
  | {
      readonly kind: "no";
      readonly re: number;
      readonly code: string;
      readonly title: string;
      readonly field: string | undefined;
    };

export type Text = Reply | { readonly kind: "event"; readonly event: LiveEvent };

export function textFrom(text: string): Text | undefined {
  let got: unknown;
  try {
    got = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(got)) return undefined;
  const { ev, n, of, re, ok, no } = got;
  if (typeof ev === "string" && isRecord(of)) {
    const number = typeof n === "number" ? n : 0;
    return { kind: "event", event: { ev, n: number, of } as unknown as LiveEvent };
  }
  if (typeof re !== "number") return undefined;
  if (isRecord(no))
    return {
      kind: "no",
      re,
      code: typeof no["code"] === "string" ? no["code"] : "",
      title: typeof no["title"] === "string" ? no["title"] : "",
      field: typeof no["field"] === "string" ? no["field"] : undefined,
    };
  return { kind: "ok", re, value: ok };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
