/** One picture of the floor with everybody on it. What does not change is kept (ground, figures, labels);
 * a frame draws the ground, then figures and whatever stands before one of them, from back to front. */
import type { Point } from "../live/frames.js";
import type { Theme } from "../state/display.js";
import type { Area, Floor } from "../state/floor.js";
import {
  type Camera,
  cameraOver,
  type Nearness,
  type Size,
  steps,
  stillCamera,
  tilt,
  toScreen,
  zoomOf,
} from "../state/map-view.js";
import { aimOf, type Here, type Motion, type Spot, spotOf } from "../state/place-live.js";
import { type Colours, coloursOf } from "./colours.js";
import { edgeCm, type Ground, groundOf, type Tall, topCm } from "./ground.js";
import { Atlas, figureCm, Labels } from "./sprites.js";

export interface Looks {
  readonly theme: Theme;
  readonly nearness: Nearness;
  readonly hasNames: boolean;
  /** Nothing slides: people are where they go to, the camera jumps. */
  readonly isStill: boolean;
  readonly step: number; // of quality
}

interface Drawn {
  readonly seat: number;
  readonly spot: Spot;
}

export class Painter {
  private readonly canvas: HTMLCanvasElement;
  private readonly nameOf: (area: Area) => string;
  private readonly font: string;
  private ground: { readonly key: string; readonly ground: Ground } | undefined;
  private atlas: Atlas | undefined;
  private labels: Labels | undefined;
  private labelKey = "";
  private colours: Colours | undefined;
  private seen: { readonly camera: Camera; readonly view: Size } | undefined;
  private readonly where = new Map<number, Point>();

  constructor(canvas: HTMLCanvasElement, nameOf: (area: Area) => string, font: string) {
    this.canvas = canvas;
    this.nameOf = nameOf;
    this.font = font;
  }

  /** The camera and the page's size of the last picture: what a finger pointed at. */
  get last(): { readonly camera: Camera; readonly view: Size } | undefined {
    return this.seen;
  }

  /** Who was drawn at a point of the page, the foremost first. */
  seatAt(at: Point): number | undefined {
    if (this.seen === undefined) return undefined;
    const { camera, view } = this.seen;
    let found: { readonly seat: number; readonly y: number } | undefined;
    for (const [seat, spot] of this.where) {
      const foot = toScreen(camera, view, spot);
      const w = Math.max(22, figureCm.w * camera.zoom * 0.5);
      const h = Math.max(44, figureCm.h * camera.zoom);
      const isHit = Math.abs(at.x - foot.x) <= w && at.y <= foot.y + 12 && at.y >= foot.y - h;
      if (isHit && (found === undefined || foot.y > found.y)) found = { seat, y: foot.y };
    }
    return found?.seat;
  }

  paint(here: Here, floor: Floor, looks: Looks, nowMs: number): void {
    const { ratio, hasShadows, namesMost } = steps[looks.step] ?? steps[0]!;
    const view = { w: this.canvas.clientWidth, h: this.canvas.clientHeight };
    if (view.w === 0 || view.h === 0) return;
    const [w, h] = [Math.round(view.w * ratio), Math.round(view.h * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
    const to = this.canvas.getContext("2d", { alpha: false });
    if (to === null) return;
    const size = { w: floor.w_cm, h: floor.h_cm };
    const zoom = zoomOf(looks.nearness, view, size);
    this.keep(floor, looks, zoom * ratio, ratio);
    const { atlas, labels, colours, ground } = this;
    if (
      ground === undefined ||
      atlas === undefined ||
      labels === undefined ||
      colours === undefined
    )
      return;
    const people = this.spots(here, looks, nowMs);
    const me = people.find((one) => one.seat === here.seat)?.spot ?? {
      x: size.w / 2,
      y: size.h / 2,
    };
    const camera = looks.isStill
      ? stillCamera(this.seen?.camera, me, zoom, view, size)
      : cameraOver(me, zoom, view, size);
    this.seen = { camera, view };

    to.setTransform(1, 0, 0, 1, 0, 0);
    to.fillStyle = colours.beyond;
    to.fillRect(0, 0, w, h);
    const corner = toScreen(camera, view, { x: 0, y: 0 });
    const scale = zoom * ratio;
    const picture = ground.ground;
    to.drawImage(
      picture.canvas,
      corner.x * ratio - edgeCm * scale,
      corner.y * ratio - topCm * scale,
      (picture.canvas.width / picture.scale) * scale,
      (picture.canvas.height / picture.scale) * scale,
    );
    const isSeen = ({ spot }: Drawn): boolean => {
      const at = toScreen(camera, view, spot);
      return at.x > -60 && at.x < view.w + 60 && at.y > -20 && at.y < view.h + 120;
    };
    const shown = people.filter(isSeen);
    this.figures(to, here, shown, picture.talls, {
      camera,
      view,
      ratio,
      scale,
      hasShadows,
      looks,
      nowMs,
    });
    if (looks.hasNames) this.names(to, here, shown, namesMost, { camera, view, ratio, scale });
  }

  /** Makes anew what a change of floor, look or size made worthless. */
  private keep(floor: Floor, looks: Looks, scale: number, ratio: number): void {
    const key = `${floor.id} ${floor.version} ${looks.theme} ${scale.toFixed(4)}`;
    if (this.ground?.key !== key) {
      this.colours = coloursOf(floor.theme, looks.theme);
      this.ground = { key, ground: groundOf(floor, this.colours, scale, this.nameOf, this.font) };
    }
    if (this.atlas?.scale !== scale) this.atlas = new Atlas(scale);
    const labelKey = `${looks.theme} ${ratio}`;
    if (this.labelKey !== labelKey && this.colours !== undefined) {
      this.labels = new Labels(ratio, this.colours, this.font);
      this.labelKey = labelKey;
    }
  }

  private spots(here: Here, looks: Looks, nowMs: number): Drawn[] {
    this.where.clear();
    const all: Drawn[] = [];
    for (const seat of here.people.keys()) {
      const motion = here.motions.get(seat);
      if (motion === undefined) continue;
      // Where a held stick leads is no aim.
      const spot =
        looks.isStill && motion.kind !== "glide" ? stillSpot(motion) : spotOf(motion, nowMs);
      this.where.set(seat, spot);
      all.push({ seat, spot });
    }
    return all.sort((a, b) => a.spot.y - b.spot.y || a.seat - b.seat);
  }

  private figures(
    to: CanvasRenderingContext2D,
    here: Here,
    shown: readonly Drawn[],
    talls: readonly Tall[],
    at: {
      readonly camera: Camera;
      readonly view: Size;
      readonly ratio: number;
      readonly scale: number;
      readonly hasShadows: boolean;
      readonly looks: Looks;
      readonly nowMs: number;
    },
  ): void {
    const { atlas, colours } = this;
    if (atlas === undefined || colours === undefined) return;
    const { camera, view, ratio, scale, hasShadows, looks, nowMs } = at;
    const before = talls.filter((one) => shown.some(({ spot }) => hides(one, spot)));
    let next = 0;
    const drawTalls = (untilY: number): void => {
      for (
        let one = before[next];
        one !== undefined && one.y + one.d <= untilY;
        one = before[++next]
      ) {
        const corner = toScreen(camera, view, one);
        to.save();
        to.translate(corner.x * ratio, corner.y * ratio);
        to.scale(scale, scale);
        to.globalAlpha = veil; // nobody is lost behind a tree
        one.draw(to);
        to.restore();
      }
    };
    for (const { seat, spot } of shown) {
      const person = here.people.get(seat);
      if (person === undefined) continue;
      drawTalls(spot.y);
      const foot = toScreen(camera, view, spot);
      const [x, y] = [foot.x * ratio, foot.y * ratio];
      if (seat === here.seat) ring(to, x, y, 46 * scale, colours.accent, 4 * ratio, false);
      if (person.has_distance) ring(to, x, y, 75 * scale, colours.ink, 1.5 * ratio, true);
      if (hasShadows) {
        to.fillStyle = colours.shadow;
        to.beginPath();
        to.ellipse(x, y, 26 * scale, 11 * scale, 0, 0, 2 * Math.PI);
        to.fill();
      }
      const isSitting = person.is_away;
      const hop =
        spot.isMoving && !looks.isStill ? Math.abs(Math.sin(nowMs / 130 + seat)) * 5 * scale : 0;
      const cell = atlas.cell(person.kind, person.is_lost ? "stone" : person.colour, isSitting);
      to.globalAlpha = person.is_lost ? 0.4 : 1;
      to.drawImage(
        atlas.canvas,
        cell.x,
        cell.y,
        atlas.w,
        atlas.h,
        Math.round(x - atlas.foot.x),
        Math.round(y - atlas.foot.y - hop),
        atlas.w,
        atlas.h,
      );
      to.globalAlpha = 1;
    }
    drawTalls(Number.POSITIVE_INFINITY);
  }

  /** The nearest first, so that it is the far ones who go without where there is no room. */
  private names(
    to: CanvasRenderingContext2D,
    here: Here,
    shown: readonly Drawn[],
    most: number,
    at: {
      readonly camera: Camera;
      readonly view: Size;
      readonly ratio: number;
      readonly scale: number;
    },
  ): void {
    const { labels } = this;
    const me = this.where.get(here.seat);
    if (labels === undefined) return;
    const far = ({ seat, spot }: Drawn): number =>
      me === undefined || seat === here.seat ? 0 : 1 + Math.hypot(spot.x - me.x, spot.y - me.y);
    const named = [...shown].sort((a, b) => far(a) - far(b)).slice(0, most);
    const taken: Taken[] = [];
    for (const { seat, spot } of named) {
      const person = here.people.get(seat);
      if (person === undefined) continue;
      const foot = toScreen(at.camera, at.view, spot);
      const { image, w, h } = labels.of(person.name, person.state, seat === here.seat);
      const x = Math.round(foot.x * at.ratio - w / 2);
      const top = Math.round(foot.y * at.ratio - figureCm.h * 0.94 * at.scale - h);
      const y = freeRow(taken, x, top, w, h);
      if (y === undefined) continue; // a name that cannot be read is none
      taken.push([x, y, w, h]);
      to.drawImage(image, x, y);
    }
  }
}

type Taken = readonly [x: number, y: number, w: number, h: number];
const rowsMost = 4;

/** The lowest of a few rows above somebody in which nothing stands yet. */
function freeRow(
  taken: readonly Taken[],
  x: number,
  top: number,
  w: number,
  h: number,
): number | undefined {
  for (let i = 0; i < rowsMost; i++) {
    const y = top - i * (h + 1);
    const isTaken = taken.some(
      (one) => x < one[0] + one[2] && one[0] < x + w && y < one[1] + one[3] && one[1] < y + h,
    );
    if (!isTaken) return y;
  }
  return undefined;
}

function stillSpot(motion: Motion): Spot {
  const { x, y } = aimOf(motion);
  return { x, y, facing: 0, isMoving: false };
}

/** How thick a thing is over whom it stands in front of: seen through, and still there. */
const veil = 0.55;

/** Whether a thing stands in front of somebody and is high enough to hide part of them. */
function hides(one: Tall, spot: Point): boolean {
  const front = one.y + one.d;
  return (
    front > spot.y &&
    (front - spot.y) * tilt < one.d * tilt + one.upCm &&
    spot.x > one.x - figureCm.w / 2 &&
    spot.x < one.x + one.w + figureCm.w / 2
  );
}

function ring(
  to: CanvasRenderingContext2D,
  x: number,
  y: number,
  r: number,
  colour: string,
  width: number,
  isBroken: boolean,
): void {
  to.strokeStyle = colour;
  to.lineWidth = width;
  to.setLineDash(isBroken ? [width * 4, width * 4] : []);
  to.beginPath();
  to.ellipse(x, y, r, r * tilt * 0.62, 0, 0, 2 * Math.PI);
  to.stroke();
  to.setLineDash([]);
}
