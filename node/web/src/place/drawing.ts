/** The map's picture, drawn on a thread of its own where a browser can do that, else on the page's: a part of
 * its own, loaded by import(), and the same file again as the worker. It draws while something moves, at
 * most 30 times a second, and not at all otherwise. */
import type { Point } from "../live/frames.js";
import type { Floor } from "../state/floor.js";
import { afterFrame, bestQuality, frameMs, type Size } from "../state/map-view.js";
import { unpack } from "../state/motion-pack.js";
import { type Motion, spotOf } from "../state/place-live.js";
import type { Canvas } from "./canvas.js";
import { type Figure, type Looks, Painter } from "./painter.js";

/** What the page tells: each kind replaces what was told of it before, but for motions, which add up. */
export type Told =
  | {
      readonly kind: "floor";
      readonly floor: Floor;
      readonly names: ReadonlyMap<string, string>;
      readonly font: string;
    }
  | { readonly kind: "looks"; readonly looks: Looks }
  | { readonly kind: "size"; readonly view: Size }
  | { readonly kind: "shown"; readonly isShown: boolean } // of the page: a hidden one is not drawn
  | { readonly kind: "people"; readonly mySeat: number; readonly people: readonly Figure[] }
  | {
      readonly kind: "motions";
      readonly numbers: Float64Array<ArrayBuffer>; // of state/motion-pack.ts
      readonly isAll: boolean;
    }
  | { readonly kind: "signs"; readonly signs: ReadonlyMap<number, string> } // of feeling, by seat
  | { readonly kind: "speaking"; readonly seats: ReadonlySet<number> } // who is heard
  | { readonly kind: "point"; readonly point: Point }; // asks for an answer

/** What the drawing tells the page. */
export type Answer =
  | { readonly kind: "ready" }
  | { readonly kind: "point"; readonly seat: number | undefined; readonly spot: Point }
  | { readonly kind: "slow" }; // at the last step of quality: words are the better view

/** `originMs`: the page's performance.timeOrigin, by which it tells times. */
export type Start = { readonly kind: "start"; readonly canvas: Canvas; readonly originMs: number };

export class Drawing {
  private readonly painter: Painter;
  private readonly shiftMs: number;
  private floor: Extract<Told, { kind: "floor" }> | undefined;
  private looks: Looks | undefined;
  private mySeat = 0;
  private people: ReadonlyMap<number, Figure> = new Map();
  private signs: ReadonlyMap<number, string> = new Map();
  private speaking: ReadonlySet<number> = new Set();
  private readonly motions = new Map<number, Motion>();
  private quality = bestQuality;
  private isShown = true;
  private isAsked = false;
  private wasMoving = false;
  private lastMs = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private request = 0;

  constructor(
    { canvas, originMs }: Start,
    private readonly answer: (answer: Answer) => void,
  ) {
    this.painter = new Painter(canvas);
    this.shiftMs = originMs - performance.timeOrigin;
  }

  tell(told: Told): void {
    switch (told.kind) {
      case "floor":
        this.floor = told;
        break;
      case "looks":
        this.looks = told.looks;
        break;
      case "size":
        this.painter.resize(told.view);
        break;
      case "shown":
        this.isShown = told.isShown;
        this.wasMoving = false; // what lies between is no slow picture
        break;
      case "people":
        this.mySeat = told.mySeat;
        this.people = new Map(told.people.map((one) => [one.seat, one]));
        break;
      case "motions":
        unpack(told, this.motions, this.shiftMs);
        break;
      case "signs":
        this.signs = told.signs;
        break;
      case "speaking":
        this.speaking = told.seats;
        break;
      case "point": {
        const found = this.painter.at(told.point);
        if (found !== undefined) this.answer({ kind: "point", ...found });
        return;
      }
    }
    this.go();
  }

  end(): void {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.request);
    this.isAsked = true;
  }

  /** A browser offers 60 pictures a second or more: those that would not be drawn are not waited for. */
  private go(): void {
    if (this.isAsked) return;
    this.isAsked = true;
    const waitMs = this.lastMs + frameMs - earlyMs - performance.now();
    if (waitMs <= 1) this.request = requestAnimationFrame(this.frame);
    else
      this.timer = setTimeout(() => {
        this.request = requestAnimationFrame(this.frame);
      }, waitMs);
  }

  private readonly frame = (): void => {
    this.isAsked = false;
    const { floor, looks, people, motions, mySeat, signs, speaking } = this;
    if (floor === undefined || looks === undefined || !this.isShown) return;
    const nowMs = performance.now();
    const sinceMs = nowMs - this.lastMs;
    if (sinceMs < frameMs - earlyMs) return this.go();
    this.lastMs = nowMs;
    const scene = { ...floor, people, motions, mySeat, signs, speaking };
    this.painter.paint(scene, looks, this.quality.step, nowMs);
    const moves = this.isMoving(nowMs);
    if (moves && this.wasMoving) {
      const before = this.quality;
      this.quality = afterFrame(before, sinceMs);
      if (this.quality.isTooSlow && !before.isTooSlow) this.answer({ kind: "slow" });
    }
    this.wasMoving = moves;
    if (moves) this.go();
  };

  private isMoving(nowMs: number): boolean {
    for (const motion of this.motions.values())
      if (motion.kind !== "still" && spotOf(motion, nowMs).isMoving) return true;
    return false;
  }
}

const earlyMs = 9; // more than half of what lies between two pictures at 60 a second

/* --- on its own thread -------------------------------------------------------------------------- */

/** Where this file is, for `new Worker`. */
export const file = import.meta.url;

interface Thread {
  postMessage(answer: Answer): void;
  onmessage: ((event: { readonly data: Start | Told }) => void) | null;
}

if (typeof document === "undefined" && typeof requestAnimationFrame === "function") {
  const page = globalThis as unknown as Thread;
  let drawing: Drawing | undefined;
  page.onmessage = ({ data }) => {
    if (data.kind === "start") drawing = new Drawing(data, (answer) => page.postMessage(answer));
    else drawing?.tell(data);
  };
  page.postMessage({ kind: "ready" });
}
