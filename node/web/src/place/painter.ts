/** One picture of the floor with everybody on it. What does not change is kept as pictures (ground, figures,
 * labels, high things); a frame puts the ground's piece down, then figures and whatever stands before one of
 * them, from back to front: copies of pixels at whole places, nothing is shaped, measured or scaled in it. */
import type { Point } from "../live/frames.js";
import type { Person } from "../live/wire.js";
import type { Theme } from "../state/display.js";
import type { Floor } from "../state/floor.js";
import {
  type Camera,
  cameraOver,
  type Nearness,
  type Size,
  steps,
  stillCamera,
  tilt,
  toFloor,
  toScreen,
  zoomOf,
} from "../state/map-view.js";
import { aimOf, type Motion, spotOf } from "../state/place-live.js";
import { type Canvas, type Pen, penOf } from "./canvas.js";
import { type Colours, coloursOf } from "./colours.js";
import { edgeCm, type Ground, groundOf, pictureOf, type Tall, topCm } from "./ground.js";
import {
  Atlas,
  type Cell,
  figureCm,
  type Label,
  Labels,
  Marks,
  rimPx,
  signPicture,
  type Stamp,
} from "./sprites.js";

export interface Looks {
  readonly theme: Theme;
  readonly nearness: Nearness;
  readonly hasNames: boolean;
  /** Nothing slides: people are where they go to, the camera jumps. */
  readonly isStill: boolean;
  /** Whose card is open: their name is never left out. */
  readonly chosen: number | undefined;
}

/** What of a person can be seen on the map. */
export type Figure = Pick<
  Person,
  "seat" | "name" | "state" | "kind" | "colour" | "is_away" | "is_lost" | "has_distance" | "town"
>;

/** Everything that is to be seen. Motions change in place; the rest is replaced as a whole. */
export interface Scene {
  readonly floor: Floor;
  /** Of areas, by their id, in the reader's words. */
  readonly names: ReadonlyMap<string, string>;
  readonly font: string;
  readonly mySeat: number;
  readonly people: ReadonlyMap<number, Figure>;
  readonly motions: ReadonlyMap<number, Motion>;
  /** What somebody shows just now, by seat. */
  readonly signs: ReadonlyMap<number, string>;
  /** Who is heard just now, by seat. */
  readonly speaking: ReadonlySet<number>;
}

/** Somebody in this frame, and the pictures of them; made once, then only moved. */
interface Drawn {
  readonly seat: number;
  figure: Figure;
  /** On the floor, in cm. */
  x: number;
  y: number;
  isMoving: boolean;
  /** Their feet on the canvas. */
  px: number;
  py: number;
  /** Where nothing of them is any more: over the head, or over the name where that is written. */
  top: number;
  far: number;
  /** Something high stands before them. */
  isHidden: boolean;
  hop: number;
  cell: Cell | undefined;
  label: Label | undefined;
}

/** What stands before somebody: from `lo` to `hi` cm of it. */
interface Veil {
  tall: Tall;
  lo: number;
  hi: number;
}

/** The ground's picture and what it was made for. */
interface Kept {
  readonly floor: Floor;
  readonly names: ReadonlyMap<string, string>;
  readonly theme: Theme;
  readonly ratio: number;
  readonly asked: number; // scale
  readonly ground: Ground;
}

interface Seen {
  readonly camera: Camera;
  readonly view: Size;
}

export class Painter {
  private readonly canvas: Canvas;
  private readonly pen: Pen | null;
  private view: Size = { w: 0, h: 0 };
  private ground: Kept | undefined;
  private atlas: Atlas | undefined;
  private labels: Labels | undefined;
  private marks: Marks | undefined;
  private labelKey = "";
  private colours: Colours | undefined;
  private seen: Seen | undefined;
  private figures: ReadonlyMap<number, Figure> | undefined; // of whom `all` is
  private all: Drawn[] = [];
  private readonly shown: Drawn[] = [];
  private readonly named: Drawn[] = [];
  private readonly veils: Veil[] = [];
  private readonly taken: number[] = [];
  private readonly written: number[] = [];
  private isCrowded = false;
  private readonly talls = new Map<Tall, Stamp>();
  private readonly signs = new Map<string, Canvas>();

  constructor(canvas: Canvas) {
    this.canvas = canvas;
    this.pen = penOf(canvas, true);
  }

  /** What the canvas takes up on the page. */
  resize(view: Size): void {
    this.view = view;
  }

  /** Who was drawn at a point of the page, the foremost first, and which spot of the floor it is. */
  at(point: Point): { readonly seat: number | undefined; readonly spot: Point } | undefined {
    if (this.seen === undefined) return undefined;
    const { camera, view } = this.seen;
    const w = Math.max(22, figureCm.w * camera.zoom * 0.5);
    const h = Math.max(44, figureCm.h * camera.zoom);
    let found: { readonly seat: number; readonly y: number } | undefined;
    for (const one of this.all) {
      const foot = toScreen(camera, view, one);
      const isHit =
        Math.abs(point.x - foot.x) <= w && point.y <= foot.y + 12 && point.y >= foot.y - h;
      if (isHit && (found === undefined || foot.y > found.y)) found = { seat: one.seat, y: foot.y };
    }
    return { seat: found?.seat, spot: toFloor(camera, view, point) };
  }

  paint(scene: Scene, looks: Looks, step: number, nowMs: number): void {
    const { ratio, hasShadows, namesMost } = steps[step] ?? steps[0]!;
    const { view, pen: to } = this;
    if (view.w === 0 || view.h === 0 || to === null) return;
    const [w, h] = [Math.round(view.w * ratio), Math.round(view.h * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
    const { floor } = scene;
    const size = { w: floor.w_cm, h: floor.h_cm };
    const zoom = zoomOf(looks.nearness, view, size);
    const scale = zoom * ratio;
    this.keep(scene, looks, scale, ratio);
    if (this.ground === undefined) return;
    this.move(scene, looks, nowMs);
    const me = this.all.find((one) => one.seat === scene.mySeat) ?? {
      x: size.w / 2,
      y: size.h / 2,
    };
    const camera = looks.isStill
      ? stillCamera(this.seen?.camera, me, zoom, view, size)
      : cameraOver(me, zoom, view, size);
    this.seen = { camera, view };

    // The floor's corner lies on a whole pixel, so that what stands still does so among its neighbours.
    const corner = toScreen(camera, view, { x: 0, y: 0 });
    const [left, top] = [Math.round(corner.x * ratio), Math.round(corner.y * ratio)];
    this.shown.length = 0;
    for (const one of this.all) {
      one.px = left + Math.round(one.x * scale);
      one.py = top + Math.round(one.y * tilt * scale);
      one.top = one.py - Math.round(figureCm.h * 0.94 * scale);
      if (one.px > -60 && one.px < w + 60 && one.py > -20 && one.py < h + 120) this.shown.push(one);
    }
    const groundAt = { x: left - Math.round(edgeCm * scale), y: top - Math.round(topCm * scale) };
    this.layGround(to, groundAt, scale, w, h);
    this.standFigures(to, scene, groundAt, scale, hasShadows, looks.isStill ? 0 : nowMs);
    if (looks.hasNames) this.writeNames(to, scene.mySeat, looks.chosen, namesMost, groundAt, scale);
    if (scene.signs.size > 0) this.raiseSigns(to, scene, scale, ratio);
  }

  /** Over the head and the name, over everything: they are few and soon gone. Nothing of them moves. */
  private raiseSigns(to: Pen, scene: Scene, scale: number, ratio: number): void {
    const size = Math.round(Math.max(signPx * ratio, figureCm.w * 0.5 * scale));
    for (const { seat, px, top } of this.shown) {
      const kind = scene.signs.get(seat);
      if (kind === undefined) continue;
      const key = `${kind} ${size}`;
      let picture = this.signs.get(key);
      if (picture === undefined) this.signs.set(key, (picture = signPicture(kind, size)));
      to.drawImage(picture, Math.round(px - size / 2), Math.max(2, top - size));
    }
  }

  /** Makes anew what a change of floor, look or size made worthless. */
  private keep({ floor, names, font }: Scene, looks: Looks, scale: number, ratio: number): void {
    const had = this.ground;
    if (
      had?.floor !== floor ||
      had.names !== names ||
      had.theme !== looks.theme ||
      had.ratio !== ratio ||
      had.asked !== scale
    ) {
      this.colours = coloursOf(floor.theme, looks.theme);
      const ground = groundOf(
        floor,
        this.colours,
        scale,
        ratio,
        (area) => names.get(area) ?? "",
        font,
      );
      this.ground = { floor, names, theme: looks.theme, ratio, asked: scale, ground };
      this.marks = new Marks(scale, ratio, this.colours);
      this.talls.clear();
    }
    if (this.atlas?.scale !== scale) {
      this.atlas = new Atlas(scale);
      for (const one of this.all) one.cell = undefined;
    }
    const labelKey = `${floor.theme} ${looks.theme} ${ratio}`;
    if (this.labelKey !== labelKey && this.colours !== undefined) {
      this.labels = new Labels(ratio, this.colours, font);
      this.labelKey = labelKey;
      for (const one of this.all) one.label = undefined;
    }
  }

  /** Where everybody is, from back to front. */
  private move({ people, motions }: Scene, looks: Looks, nowMs: number): void {
    if (this.figures !== people) {
      this.figures = people;
      const before = new Map(this.all.map((one) => [one.seat, one]));
      this.all = [...people.values()].map((figure) => drawnOf(figure, before.get(figure.seat)));
    }
    for (const one of this.all) {
      const motion = motions.get(one.seat);
      if (motion === undefined) continue;
      // Where a held stick leads is no aim.
      const spot = looks.isStill && motion.kind !== "glide" ? aimOf(motion) : spotOf(motion, nowMs);
      one.x = spot.x;
      one.y = spot.y;
      one.isMoving = "isMoving" in spot && spot.isMoving === true;
    }
    this.all.sort((a, b) => a.y - b.y || a.seat - b.seat);
  }

  /** A copy of the piece that is seen; what lies beyond the floor is filled. */
  private layGround(to: Pen, at: Point, scale: number, w: number, h: number): void {
    const { canvas, scale: drawnScale } = this.ground!.ground;
    const grow = scale / drawnScale;
    const [gw, gh] = [canvas.width * grow, canvas.height * grow];
    if (at.x > 0 || at.y > 0 || at.x + gw < w || at.y + gh < h) {
      to.fillStyle = this.colours!.beyond;
      to.fillRect(0, 0, w, h);
    }
    if (grow === 1) to.drawImage(canvas, at.x, at.y);
    else to.drawImage(canvas, at.x, at.y, gw, gh);
  }

  private standFigures(
    to: Pen,
    { mySeat, speaking }: Scene,
    groundAt: Point,
    scale: number,
    hasShadows: boolean,
    hopMs: number,
  ): void {
    const { shown } = this;
    const [atlas, marks] = [this.atlas!, this.marks!];
    const nVeils = this.findVeils(mySeat);
    let next = 0;
    for (const one of shown) {
      while (next < nVeils && frontOf(this.veils[next]!.tall) <= one.y)
        this.drawVeil(to, this.veils[next++]!, groundAt, scale);
      const { figure, px, py } = one;
      if (one.seat === mySeat) put(to, marks.mine, px, py);
      if (speaking.has(one.seat)) put(to, marks.speaks, px, py);
      if (figure.has_distance) put(to, marks.apart, px, py);
      if (hasShadows) put(to, marks.shadow, px, py);
      const hop = (one.hop =
        one.isMoving && hopMs > 0 ? Math.abs(Math.sin(hopMs / 130 + one.seat)) * 5 * scale : 0);
      const colour = figure.is_lost ? "stone" : figure.colour;
      const cell = (one.cell ??= atlas.cell(figure.kind, colour, figure.is_away));
      if (figure.is_lost) to.globalAlpha = 0.4;
      const x = Math.round(px - atlas.foot.x);
      const y = Math.round(py - atlas.foot.y - hop);
      to.drawImage(atlas.canvas, cell.x, cell.y, atlas.w, atlas.h, x, y, atlas.w, atlas.h);
      to.globalAlpha = 1;
    }
    while (next < nVeils) this.drawVeil(to, this.veils[next++]!, groundAt, scale);
    if (nVeils > 0) this.rimHidden(to, mySeat);
  }

  /** Over everything: of whom something high stands before, the outline; of the reader, the figure as well. */
  private rimHidden(to: Pen, mySeat: number): void {
    const atlas = this.atlas!;
    const { accent, ink, card } = this.colours!;
    for (const one of this.shown) {
      if (!one.isHidden) continue;
      const { kind, colour, is_away } = one.figure;
      const isMe = one.seat === mySeat;
      const x = Math.round(one.px - atlas.foot.x);
      const y = Math.round(one.py - atlas.foot.y - one.hop);
      if (isMe) {
        const cell = atlas.cell(kind, colour, is_away);
        to.globalAlpha = 0.6;
        to.drawImage(atlas.canvas, cell.x, cell.y, atlas.w, atlas.h, x, y, atlas.w, atlas.h);
        to.globalAlpha = 1;
      }
      const rim = atlas.rim(kind, colour, is_away, isMe ? accent : ink, card);
      to.drawImage(rim, x - rimPx, y - rimPx);
    }
  }

  private writtenAt(groundAt: Point, scale: number): readonly number[] {
    const { ground } = this.ground!;
    const grow = scale / ground.scale;
    const { written } = this;
    written.length = 0;
    ground.written.forEach((value, i) => {
      written.push(value * grow + (i % 4 === 0 ? groundAt.x : i % 4 === 1 ? groundAt.y : 0));
    });
    return written;
  }

  /** High things that stand before somebody, from back to front; how many. */
  private findVeils(mySeat: number): number {
    let n = 0;
    for (const one of this.shown) one.isHidden = false;
    for (const tall of this.ground!.ground.talls) {
      const front = frontOf(tall);
      const back = front - (tall.d * tilt + tall.upCm) / tilt;
      let [lo, hi] = [Infinity, -Infinity];
      for (const one of this.shown) {
        const { x, y } = one;
        if (y >= front) break; // they are sorted
        if (y <= back || x <= tall.x - halfCm || x >= tall.x + tall.w + halfCm) continue;
        if ((y - back) * tilt > hiddenCm && (tall.upCm >= highCm || one.seat === mySeat))
          one.isHidden = true;
        if (x - halfCm < lo) lo = x - halfCm;
        if (x + halfCm > hi) hi = x + halfCm;
      }
      if (lo > hi) continue;
      const veil = (this.veils[n++] ??= { tall, lo, hi });
      veil.tall = tall;
      veil.lo = lo;
      veil.hi = hi;
    }
    return n;
  }

  /** Nobody is lost behind a tree: it is seen through, over them alone. */
  private drawVeil(to: Pen, { tall, lo, hi }: Veil, groundAt: Point, scale: number): void {
    const { ground } = this.ground!;
    let picture = this.talls.get(tall);
    if (picture === undefined) this.talls.set(tall, (picture = pictureOf(tall, ground.scale)));
    const { canvas, x, y } = picture;
    const from = Math.max(0, Math.floor((lo + edgeCm) * ground.scale) - x);
    const until = Math.min(canvas.width, Math.ceil((hi + edgeCm) * ground.scale) - x);
    const w = until - from;
    if (w <= 0) return;
    const grow = scale / ground.scale;
    const [tx, ty] = [groundAt.x + (x + from) * grow, groundAt.y + y * grow];
    to.globalAlpha = veilAlpha;
    to.drawImage(canvas, from, 0, w, canvas.height, tx, ty, w * grow, canvas.height * grow);
    to.globalAlpha = 1;
  }

  /** The nearest first, so that it is the far ones who go without where there is no room. In a crowd those
   * beside the reader alone have a name, and it lies over no area's. */
  private writeNames(
    to: Pen,
    mySeat: number,
    chosen: number | undefined,
    namesMost: number,
    groundAt: Point,
    scale: number,
  ): void {
    const { named, taken } = this;
    const n = this.shown.length;
    this.isCrowded = n > (this.isCrowded ? crowd.endsAt : crowd.beginsAt);
    const most = this.isCrowded ? Math.min(namesMost, crowd.namesMost) : namesMost;
    const written = this.isCrowded ? this.writtenAt(groundAt, scale) : none;
    const labels = this.labels!;
    const me = this.all.find((one) => one.seat === mySeat);
    named.length = taken.length = 0;
    for (const one of this.shown) {
      const [dx, dy] = me === undefined ? [0, 0] : [one.x - me.x, one.y - me.y];
      one.far = one === me ? -2 : one.seat === chosen ? -1 : dx * dx + dy * dy;
      named.push(one);
    }
    named.sort((a, b) => a.far - b.far);
    const up = figureCm.h * 0.94 * scale;
    const { width } = this.canvas;
    for (let i = 0; i < named.length && i < most; i++) {
      const one = named[i]!;
      if (this.isCrowded && one.far > crowd.nameCm * crowd.nameCm) break;
      const { name, state, town } = one.figure;
      const { image, w, h } = (one.label ??= labels.of(name, state, one === me, town));
      const isInView = one.px >= 0 && one.px < width; // then all of their name is
      const left = Math.round(one.px - w / 2);
      const x = isInView ? Math.max(2, Math.min(width - 2 - w, left)) : left;
      const y = freeRow(taken, one.far < 0 ? none : written, x, Math.round(one.py - up - h), w, h);
      if (y === undefined) continue; // a name that cannot be read is none
      taken.push(x, y, w, h);
      one.top = y;
      to.drawImage(image, x, y);
    }
  }
}

const signPx = 30; // never smaller on the page

/** Of so many people in the picture names would hide the place. */
const crowd = { beginsAt: 14, endsAt: 11, namesMost: 10, nameCm: 600 } as const;
const none: readonly number[] = [];

function drawnOf(figure: Figure, before: Drawn | undefined): Drawn {
  if (before === undefined)
    return {
      seat: figure.seat,
      figure,
      x: 0,
      y: 0,
      isMoving: false,
      px: 0,
      py: 0,
      top: 0,
      far: 0,
      isHidden: false,
      hop: 0,
      cell: undefined,
      label: undefined,
    };
  return Object.assign(before, { figure, cell: undefined, label: undefined });
}

const frontOf = (tall: Tall): number => tall.y + tall.d;
const halfCm = figureCm.w / 2;
const hiddenCm = figureCm.h * 0.4; // of somebody, from the feet up
const highCm = 110; // over a bench everybody is seen
/** How thick a thing is over whom it stands in front of: seen through, and still there. */
const veilAlpha = 0.4;

function put(to: Pen, { canvas, x, y }: Stamp, px: number, py: number): void {
  to.drawImage(canvas, px - x, py - y);
}

const rowsMost = 4;

/** The lowest of a few rows above somebody in which nothing stands yet. `taken`, `written`: x, y, w, h of each. */
function freeRow(
  taken: readonly number[],
  written: readonly number[],
  x: number,
  top: number,
  w: number,
  h: number,
): number | undefined {
  for (let row = 0; row < rowsMost; row++) {
    const y = top - row * (h + 1);
    if (isFree(taken, x, y, w, h) && isFree(written, x, y, w, h)) return y;
  }
  return undefined;
}

function isFree(taken: readonly number[], x: number, y: number, w: number, h: number): boolean {
  for (let i = 0; i < taken.length; i += 4) {
    const [tx, ty, tw, th] = [taken[i]!, taken[i + 1]!, taken[i + 2]!, taken[i + 3]!];
    if (x < tx + tw && tx < x + w && y < ty + th && ty < y + h) return false;
  }
  return true;
}
