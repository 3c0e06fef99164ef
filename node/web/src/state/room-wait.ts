/** Waiting before a closed room: the node answers `area-wait` while people come and go, and whoever asks
 * again has a turn some 20 s later, which lapses (node/place/world_claim.c). No DOM, no clock. */
import type { CommandName } from "../live/wire.js";
import type { Floor } from "./floor.js";
import { areaAt } from "./place-live.js";

export interface RoomWait {
  readonly area: string;
  readonly beganMs: number;
  readonly askedMs: number;
  readonly isAsking: boolean; // the last question has no answer yet
}

export const askMs = 5000;
export const waitMostMs = 60_000; // the first turn comes after 20 s, after 40 at the worst

/** The first answer has just come. */
export function waitAt(area: string, nowMs: number): RoomWait {
  return { area, beganMs: nowMs, askedMs: nowMs, isAsking: false };
}

export function nextAt(wait: RoomWait, nowMs: number): "rest" | "ask" | "over" {
  if (nowMs - wait.beganMs >= waitMostMs) return "over";
  return !wait.isAsking && nowMs - wait.askedMs >= askMs ? "ask" : "rest";
}

export function asking(wait: RoomWait, nowMs: number): RoomWait {
  return { ...wait, askedMs: nowMs, isAsking: true };
}

export function answered(wait: RoomWait): RoomWait {
  return { ...wait, isAsking: false };
}

/** Not yet: a line that broke or a node with much to do says no more than the door. */
export function isNotYet(answer: { readonly kind: string; readonly code?: string }): boolean {
  return answer.kind === "cut" || (answer.kind === "no" && notYet.includes(answer.code ?? ""));
}

const notYet = ["area-wait", "rate", "busy"];

/** Whoever goes somewhere, or knocks, has chosen something else than to wait. */
export function isElsewhere(name: CommandName): boolean {
  return elsewhere.includes(name);
}

const elsewhere: readonly CommandName[] = [
  "area.enter",
  "area.knock",
  "area.leave",
  "floor.go",
  "floor.walk",
  "place.enter",
  "place.leave",
];

/** Before which room one waits, by what was asked. */
export function roomOf(
  name: CommandName,
  input: object,
  floor: Floor | undefined,
): string | undefined {
  const { area, to, id, x, y } = input as Readonly<Record<string, unknown>>;
  if (name === "area.enter" && typeof area === "string") return area;
  if (name === "floor.go" && to === "area" && typeof id === "string") return id;
  if (name !== "floor.walk" || floor === undefined) return undefined;
  return typeof x === "number" && typeof y === "number" ? areaAt(floor, { x, y })?.id : undefined;
}
