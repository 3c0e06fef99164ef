/** The place as this reader may know it: floors, the one they are on, who is there and where. Pure; times
 * are given, in milliseconds of the reader's own clock. */
import type { Point, Tick } from "../live/frames.js";
import type {
  AreaState,
  FloorCard,
  HoursNow,
  LiveEvent,
  LiveEvents,
  Me,
  Standing,
  Person,
} from "../live/wire.js";
import type { MirrorOut } from "../wire.js";
import type { Area, Floor } from "./floor.js";
import { inOrder } from "./floor_order.js";

/** How somebody moves. `atMs`: when that began. */
export type Motion =
  | { readonly kind: "still"; readonly x: number; readonly y: number }
  | {
      readonly kind: "step"; // one tick of a stick
      readonly from: Point;
      readonly to: Point;
      readonly atMs: number;
    }
  | {
      readonly kind: "walk";
      readonly points: readonly Point[];
      readonly speedCmS: number;
      readonly atMs: number;
    }
  | {
      readonly kind: "glide"; // a stick that is held: so it goes on until something else is said
      readonly from: Point;
      readonly to: Point;
      readonly speedCmS: number;
      readonly atMs: number;
      /** How far beside it somebody was drawn as it was told, and when: made up for little by little. */
      readonly off: Point;
      readonly offMs: number;
    };

export interface Here {
  readonly floor: string;
  readonly copy: number;
  readonly version: number;
  readonly hash: string;
  readonly isAnonymous: boolean;
  readonly title: string | undefined;
  readonly seat: number;
  readonly people: ReadonlyMap<number, Person>;
  readonly motions: ReadonlyMap<number, Motion>;
  readonly areas: ReadonlyMap<string, AreaState>;
  /** Since when other towns that stand on this floor, too, cannot be reached; undefined: they can. */
  readonly cutSince: string | undefined;
  /** Staff alone: who of another town was put out of here. */
  readonly putOut: readonly MirrorOut[];
  /** Reader's clock less the floor's, at the quickest frame so far; undefined before the first. */
  readonly clock: { readonly floorMs: number; readonly atMs: number } | undefined;
}

export type Visiting =
  | { readonly at: "lobby" }
  | { readonly at: "waiting"; readonly floor: string; readonly position: number }
  | { readonly at: "here"; readonly here: Here };

export interface PlaceLive {
  readonly me: Me | undefined;
  readonly floors: readonly FloorCard[];
  readonly hours: HoursNow | undefined;
  readonly rules: Rules;
  readonly visiting: Visiting;
  /** Minutes until the place closes, when that was said. */
  readonly closing: number | undefined;
  /** Why the reader stands in the lobby again, with the node's own sentence. */
  readonly out: Out | undefined;
}

/** What this municipality allows for words. */
export interface Rules {
  /** Characters of one line. */
  readonly textMost: number;
  /** Pupils may ask each other for a talk of two; staff they may always ask. */
  readonly mayAskPupils: boolean;
}

export interface Out {
  readonly reason: string;
  readonly title: string;
}

export const placeAtStart: PlaceLive = {
  me: undefined,
  floors: [],
  hours: undefined,
  rules: { textMost: 200, mayAskPupils: false },
  visiting: { at: "lobby" },
  closing: undefined,
  out: undefined,
};

/** How long one step of a stick is drawn: the server's tick. */
export const stepMs = 100;
/** How long it takes to be drawn where a stick has led, after it turned. */
export const blendMs = 200;
/** Farther than this in one tick nobody walks: it is drawn as a jump. */
const jumpCm = 300;

/** Next state. What means nothing where the reader is returns `now` itself. */
export function applyEvent(now: PlaceLive, event: LiveEvent): PlaceLive {
  switch (event.ev) {
    case "hello": // after which all that is not so is said anew
      return {
        ...atHere(now, (here) =>
          here.cutSince === undefined && here.putOut.length === 0
            ? here
            : { ...here, cutSince: undefined, putOut: [] },
        ),
        me: event.of.me,
        floors: inOrder(event.of.floors),
        hours: event.of.hours,
        rules: { textMost: event.of.text_most, mayAskPupils: event.of.may_ask_pupils },
      };
    case "floors":
      return { ...now, floors: inOrder(event.of.floors) };
    case "hours":
      return { ...now, hours: event.of };
    case "floor.here":
      return { ...now, visiting: { at: "here", here: hereOf(event.of, now) }, out: undefined };
    case "mirror.state":
      return atHere(now, (here) => ({
        ...here,
        cutSince: event.of.is_cut ? (event.of.since ?? "") : undefined,
        putOut: event.of.out ?? [],
      }));
    case "wait":
      return now.visiting.at === "here" ? now : { ...now, visiting: waiting(event.of) };
    case "out":
      return { ...now, visiting: { at: "lobby" }, closing: undefined, out: event.of };
    case "closing":
      return { ...now, closing: event.of.minutes };
    case "people.came":
    case "people.changed":
      return atHere(now, (here) => withPeople(here, event.of.people, event.ev === "people.came"));
    case "people.left":
      return atHere(now, (here) => withoutSeats(here, event.of.seats));
    case "areas":
      return atHere(now, (here) => ({
        ...here,
        areas: new Map([...here.areas, ...byId(event.of.areas)]),
      }));
    default:
      return now; // told once, or of words: kept nowhere here
  }
}

/** The reader left, or their visit could not be taken up again. */
export function toLobby(now: PlaceLive): PlaceLive {
  return now.visiting.at === "lobby"
    ? now
    : { ...now, visiting: { at: "lobby" }, closing: undefined };
}

export function toWaiting(now: PlaceLive, floor: string, position: number): PlaceLive {
  if (now.visiting.at === "here") return now;
  return { ...now, visiting: waiting({ floor, position }), out: undefined };
}

function waiting({ floor, position }: LiveEvents["wait"]): Visiting {
  return { at: "waiting", floor, position };
}

function atHere(now: PlaceLive, next: (here: Here) => Here): PlaceLive {
  if (now.visiting.at !== "here") return now;
  const here = next(now.visiting.here);
  return here === now.visiting.here ? now : { ...now, visiting: { at: "here", here } };
}

function hereOf(of: LiveEvents["floor.here"], { visiting }: PlaceLive): Here {
  const isSame = visiting.at === "here" && visiting.here.floor === of.floor;
  return {
    floor: of.floor,
    copy: of.copy,
    version: of.version,
    hash: of.hash,
    isAnonymous: of.is_anonymous,
    title: of.title,
    seat: of.seat,
    people: new Map(of.people.map((one) => [one.seat, one])),
    motions: new Map(of.people.map((one) => [one.seat, still(one)])),
    areas: byId(of.areas),
    cutSince: isSame ? visiting.here.cutSince : undefined,
    putOut: isSame ? visiting.here.putOut : [],
    clock: undefined,
  };
}

function byId(areas: readonly AreaState[]): Map<string, AreaState> {
  return new Map(areas.map((one) => [one.id, one]));
}

function still({ x, y }: Point): Motion {
  return { kind: "still", x, y };
}

/** Who came stands where it was said; who was known goes on as they went. */
function withPeople(here: Here, people: readonly Person[], isNew: boolean): Here {
  const all = new Map(here.people);
  const motions = new Map(here.motions);
  for (const one of people) {
    if (!isNew && !all.has(one.seat)) continue; // left meanwhile
    all.set(one.seat, one);
    if (!motions.has(one.seat)) motions.set(one.seat, still(one));
  }
  return { ...here, people: all, motions };
}

function withoutSeats(here: Here, seats: readonly { readonly seat: number }[]): Here {
  const people = new Map(here.people);
  const motions = new Map(here.motions);
  for (const { seat } of seats) {
    people.delete(seat);
    motions.delete(seat);
  }
  return { ...here, people, motions };
}

/* --- movement --------------------------------------------------------------------------------- */

/** The difference of two times of the floor, which run over after 49 days. */
function since(before: number, after: number): number {
  return (after - before) | 0;
}

/** A tick that came at `nowMs`. A late one says where people are by now, not where they were. */
export function applyTick(now: PlaceLive, tick: Tick, nowMs: number): PlaceLive {
  return atHere(now, (here) => {
    const clock = clockOf(here.clock, tick.floorMs, nowMs);
    const tickMs = clock.atMs + since(clock.floorMs, tick.floorMs); // on this reader's clock
    const motions = new Map(tick.isPicture ? [] : here.motions);
    for (const { seat, x, y } of tick.moves) {
      if (!here.people.has(seat)) continue; // not known yet: who comes brings a spot along
      motions.set(
        seat,
        tick.isPicture ? still({ x, y }) : stepTo(motions.get(seat), { x, y }, nowMs),
      );
    }
    for (const { seat, dx, dy } of tick.steps) {
      const known = motions.get(seat);
      if (known?.kind !== "still" && known?.kind !== "step") continue; // not from there
      const { x, y } = aimOf(known);
      motions.set(seat, stepTo(known, { x: x + dx, y: y + dy }, nowMs));
    }
    for (const { seat, points, speedCmS, ageMs, isSteered } of tick.walks) {
      const [first, second] = points;
      if (first === undefined || !here.people.has(seat)) continue;
      if (second === undefined || speedCmS === 0) motions.set(seat, still(first));
      else if (isSteered) {
        // Drawn a tick late, so that whoever stops or turns was not drawn beyond it.
        const leg = { from: first, to: second, speedCmS, atMs: tickMs - ageMs + stepMs };
        motions.set(seat, glideOn(motions.get(seat), leg, nowMs));
      } else motions.set(seat, { kind: "walk", points, speedCmS, atMs: tickMs - ageMs });
    }
    return { ...here, motions, clock };
  });
}

/** The quickest frame tells best how the two clocks stand; a slow drift is followed. */
function clockOf(known: Here["clock"], floorMs: number, atMs: number): NonNullable<Here["clock"]> {
  if (known === undefined) return { floorMs, atMs };
  const expectedMs = known.atMs + since(known.floorMs, floorMs);
  if (atMs <= expectedMs) return { floorMs, atMs };
  return { floorMs, atMs: expectedMs + Math.min(1, atMs - expectedMs) };
}

function stepTo(known: Motion | undefined, to: Point, nowMs: number): Motion {
  if (known === undefined) return still(to);
  const from = spotOf(known, nowMs);
  if (Math.hypot(to.x - from.x, to.y - from.y) > jumpCm) return still(to);
  return { kind: "step", from: { x: from.x, y: from.y }, to, atMs: nowMs };
}

/** From where somebody was drawn it leads over to the new way. */
function glideOn(
  known: Motion | undefined,
  leg: { from: Point; to: Point; speedCmS: number; atMs: number },
  nowMs: number,
): Motion {
  const glide = { kind: "glide", ...leg, off: { x: 0, y: 0 }, offMs: nowMs } as const;
  if (known === undefined) return glide;
  const [drawn, due] = [spotOf(known, nowMs), spotOf(glide, nowMs)];
  const off = { x: drawn.x - due.x, y: drawn.y - due.y };
  return Math.hypot(off.x, off.y) > jumpCm ? glide : { ...glide, off };
}

export interface Spot extends Point {
  /** Where somebody looks: 1 right, -1 left, 0 as before. */
  readonly facing: -1 | 0 | 1;
  readonly isMoving: boolean;
}

/** Where somebody is drawn. */
export function spotOf(motion: Motion, nowMs: number): Spot {
  switch (motion.kind) {
    case "still":
      return { x: motion.x, y: motion.y, facing: 0, isMoving: false };
    case "step": {
      const part = Math.max(0, Math.min(1, (nowMs - motion.atMs) / stepMs));
      return between(motion.from, motion.to, part, part < 1);
    }
    case "walk":
      return walkSpot(motion.points, ((nowMs - motion.atMs) / 1000) * motion.speedCmS);
    case "glide": {
      const { from, to, off, offMs, atMs, speedCmS } = motion;
      const long = Math.max(1, Math.hypot(to.x - from.x, to.y - from.y));
      const part = ((nowMs - atMs) / 1000) * (speedCmS / long);
      const left = Math.max(0, 1 - Math.max(0, nowMs - offMs) / blendMs);
      const isMoving = part < 1 || (left > 0 && (off.x !== 0 || off.y !== 0));
      const spot = between(from, to, Math.min(1, part), isMoving); // before atMs: on the way to from
      return { ...spot, x: spot.x + off.x * left, y: spot.y + off.y * left };
    }
  }
}

function between(from: Point, to: Point, part: number, isMoving: boolean): Spot {
  const dx = to.x - from.x;
  return {
    x: from.x + dx * part,
    y: from.y + (to.y - from.y) * part,
    facing: !isMoving || dx === 0 ? 0 : dx > 0 ? 1 : -1,
    isMoving,
  };
}

function walkSpot(points: readonly Point[], goneCm: number): Spot {
  let left = Math.max(0, goneCm);
  for (let i = 1; i < points.length; i++) {
    const from = points[i - 1] as Point;
    const to = points[i] as Point;
    const long = Math.hypot(to.x - from.x, to.y - from.y);
    if (left < long) return between(from, to, left / long, true);
    left -= long;
  }
  const end = points[points.length - 1] as Point;
  return { x: end.x, y: end.y, facing: 0, isMoving: false };
}

/** Where somebody goes on to, or stands. */
export function aimOf(motion: Motion): Point {
  switch (motion.kind) {
    case "still":
      return motion;
    case "step":
    case "glide":
      return motion.to;
    case "walk":
      return motion.points[motion.points.length - 1] as Point;
  }
}

export function isMoving(here: Here, nowMs: number): boolean {
  for (const motion of here.motions.values())
    if (motion.kind !== "still" && spotOf(motion, nowMs).isMoving) return true;
  return false;
}

/* --- near and far ------------------------------------------------------------------------------ */

export type Distance = "close" | "near" | "far";
export const closeCm = 250;
export const nearCm = 700;

export function distanceOf(a: Point, b: Point): Distance {
  const cm = Math.hypot(a.x - b.x, a.y - b.y);
  return cm <= closeCm ? "close" : cm <= nearCm ? "near" : "far";
}

/** The innermost area at a point: the smallest that holds it. */
export function areaAt(floor: Floor, { x, y }: Point): Area | undefined {
  let found: Area | undefined;
  for (const area of floor.areas)
    if (holds(area, x, y) && (found === undefined || sizeOf(area) < sizeOf(found))) found = area;
  return found;
}

function holds(area: Area, x: number, y: number): boolean {
  return area.rects.some(
    (one) => x >= one.x && x < one.x + one.w && y >= one.y && y < one.y + one.h,
  );
}

function sizeOf(area: Area): number {
  return area.rects.reduce((sum, one) => sum + one.w * one.h, 0);
}

/** Walls of sight hide who is inside: what is in such a room is told to those in it alone. */
export function isClosedRoom(area: Area): boolean {
  return !area.see.includes("everyone");
}

/** Somebody as a list shows them. */
export interface Listed {
  readonly person: Person;
  readonly isMe: boolean;
  readonly area: Area | undefined;
  readonly distance: Distance;
}

/** Everybody on the floor; me first, then by nearness, those equally near by seat. */
export function listOf(here: Here, floor: Floor | undefined, nowMs: number): Listed[] {
  const mine = spotIn(here, here.seat, nowMs);
  const all = [...here.people.values()].map((person): Listed => {
    const spot = spotIn(here, person.seat, nowMs) ?? person;
    return {
      person,
      isMe: person.seat === here.seat,
      area: floor === undefined ? undefined : areaAt(floor, spot),
      distance: mine === undefined ? "far" : distanceOf(mine, spot),
    };
  });
  const rank = (one: Listed): number => (one.isMe ? 0 : ranks[one.distance]);
  return all.sort((a, b) => rank(a) - rank(b) || a.person.seat - b.person.seat);
}

const ranks = { close: 1, near: 2, far: 3 } as const;

export function spotIn(here: Here, seat: number, nowMs: number): Spot | undefined {
  const motion = here.motions.get(seat);
  return motion === undefined ? undefined : spotOf(motion, nowMs);
}

/** The same list in the order it had: while somebody is busy in it, rows do not change places. */
export function inOrderOf(list: readonly Listed[], before: readonly number[]): Listed[] {
  const place = new Map(before.map((seat, i) => [seat, i]));
  const at = (one: Listed): number => place.get(one.person.seat) ?? before.length;
  return [...list].sort((a, b) => at(a) - at(b));
}

export function myState(here: Here): Standing {
  return here.people.get(here.seat)?.state ?? "watch";
}
