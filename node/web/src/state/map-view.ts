/** The map's camera and its quality: pure. The floor is seen from the south and above, so a step to the
 * north is shorter on the screen than one to the east, and what is high stands up. */
import type { Point } from "../live/frames.js";

export const tilt = 0.74; // of a floor's depth
export const rise = 0.8; // of a thing's height

export interface Size {
  readonly w: number;
  readonly h: number;
}

export interface Camera extends Point {
  /** Pixels of the page for one cm. */
  readonly zoom: number;
}

/** Where a point of the floor is on the screen, `up` cm above the ground. */
export function toScreen(camera: Camera, view: Size, at: Point, up = 0): Point {
  return {
    x: view.w / 2 + (at.x - camera.x) * camera.zoom,
    y: view.h / 2 + ((at.y - camera.y) * tilt - up * rise) * camera.zoom,
  };
}

/** The spot of the ground under a point of the screen, in whole cm. */
export function toFloor(camera: Camera, view: Size, at: Point): Point {
  return {
    x: Math.round(camera.x + (at.x - view.w / 2) / camera.zoom),
    y: Math.round(camera.y + (at.y - view.h / 2) / camera.zoom / tilt),
  };
}

export type Nearness = 0 | 1 | 2;
const acrossCm = [0, 2000, 1200] as const;

/** How large the floor is drawn: all of it, a part, close by. */
export function zoomOf(nearness: Nearness, view: Size, floor: Size): number {
  const whole = Math.min(view.w / floor.w, view.h / (floor.h * tilt + 120));
  const across = acrossCm[nearness];
  return across === 0 ? whole : Math.max(whole, Math.min(view.w, view.h * 1.6) / across);
}

/** The camera over somebody, but never past the edge of the floor. */
export function cameraOver(at: Point, zoom: number, view: Size, floor: Size): Camera {
  return {
    x: held(at.x, view.w / zoom, floor.w),
    y: held(at.y, view.h / zoom / tilt, floor.h),
    zoom,
  };
}

function held(at: number, seen: number, all: number): number {
  return seen >= all ? all / 2 : Math.max(seen / 2, Math.min(all - seen / 2, at));
}

/** For who wants nothing to slide: the camera stays until they would walk out of its middle. */
export function stillCamera(
  before: Camera | undefined,
  at: Point,
  zoom: number,
  view: Size,
  floor: Size,
): Camera {
  if (before === undefined || before.zoom !== zoom) return cameraOver(at, zoom, view, floor);
  const spot = toScreen(before, view, at);
  const isInside =
    spot.x > view.w * 0.15 &&
    spot.x < view.w * 0.85 &&
    spot.y > view.h * 0.2 &&
    spot.y < view.h * 0.85;
  return isInside ? before : cameraOver(at, zoom, view, floor);
}

/* --- quality ---------------------------------------------------------------------------------- */

export interface Quality {
  /** 0 is the best; after the last one the words are the better view. */
  readonly step: number;
  readonly isTooSlow: boolean;
  readonly frames: readonly number[];
}

export interface Step {
  readonly ratio: number; // pixels of the canvas for one of the page
  readonly hasShadows: boolean;
  readonly namesMost: number;
}

export const steps: readonly Step[] = [
  { ratio: 1, hasShadows: true, namesMost: 100 },
  { ratio: 0.75, hasShadows: false, namesMost: 40 },
  { ratio: 0.6, hasShadows: false, namesMost: 15 },
];

export const bestQuality: Quality = { step: 0, isTooSlow: false, frames: [] };
export const frameMs = 1000 / 30;
const looked = 24; // frames: under 3 s even at 10 a second
const slowMs = 55; // between frames, when 33 is meant

/** A frame came `ms` after the one before while something moved. When half of the last ones were late, one
 * step down; there is no way up, so that the picture does not flicker. */
export function afterFrame(now: Quality, ms: number): Quality {
  if (now.isTooSlow) return now;
  const frames = [...now.frames, ms].slice(-looked);
  const nSlow = frames.filter((one) => one > slowMs).length;
  if (frames.length < looked || nSlow * 2 < looked) return { ...now, frames };
  return now.step + 1 < steps.length
    ? { step: now.step + 1, isTooSlow: false, frames: [] }
    : { ...now, isTooSlow: true, frames: [] };
}

/* --- how this device looks at the place --------------------------------------------------------- */

export interface ViewChoice {
  /** undefined: nobody chose, so the map, as long as it runs well. */
  readonly view: "words" | "map" | undefined;
  readonly hand: "left" | "right";
  readonly hasNames: boolean;
}

export function viewFrom(text: string): ViewChoice {
  const [view, hand, names] = text.split(" ");
  return {
    view: view === "words" || view === "map" ? view : undefined,
    hand: hand === "left" ? "left" : "right",
    hasNames: names !== "nameless",
  };
}

export function viewText({ view, hand, hasNames }: ViewChoice): string {
  return `${view ?? "-"} ${hand} ${hasNames ? "names" : "nameless"}`;
}
