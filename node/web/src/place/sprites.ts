/** Figures and their labels, painted once and kept: figures in one atlas, names as small pictures. */
import {
  box,
  colours as figureColours,
  kinds,
  paint,
  type Colour,
  type Kind,
} from "../art/avatars.js";
import { ground, lineWidth, signs, tones } from "../art/signs.js";
import type { Standing } from "../live/wire.js";
import { tilt } from "../state/map-view.js";
import { blank, type Canvas, type Pen, penOf } from "./canvas.js";
import type { Colours } from "./colours.js";

/** A figure this client does not know yet is drawn as the neutral one. */
export function kindOf(id: string): Kind {
  return kinds.find((one) => one === id) ?? "neutral";
}
export function colourOf(id: string): Colour {
  return figureColours.find((one) => one === id) ?? "stone";
}

export const figureCm = { w: 92, h: 104 } as const; // as tall as a child, so that faces are seen
const across = 12;
export const rimPx = 3;

export interface Cell {
  readonly x: number;
  readonly y: number;
}

/** One canvas for all figures on a floor; it is made anew when the scale changes. */
export class Atlas {
  readonly canvas: Canvas;
  readonly w: number;
  readonly h: number;
  /** Where the feet stand in a cell. */
  readonly foot: Cell;
  private readonly cells = new Map<string, Cell>();
  private readonly rims = new Map<string, Canvas>();

  constructor(readonly scale: number) {
    this.w = Math.ceil(figureCm.w * scale) + 2;
    this.h = Math.ceil(figureCm.h * scale) + 2;
    this.canvas = blank(this.w * across, this.h * 4);
    const unit = (figureCm.w * scale) / box.width;
    this.foot = { x: box.footX * unit + 1, y: box.footY * unit + 1 };
  }

  cell(kind: string, colour: string, isSitting: boolean): Cell {
    const key = `${kind} ${colour} ${isSitting}`;
    const known = this.cells.get(key);
    if (known !== undefined) return known;
    const n = this.cells.size;
    const cell = { x: (n % across) * this.w, y: Math.floor(n / across) * this.h };
    if (cell.y + this.h > this.canvas.height) this.grow();
    const to = penOf(this.canvas);
    if (to !== null) {
      const unit = (figureCm.w * this.scale) / box.width;
      to.save();
      to.translate(cell.x + this.foot.x, cell.y + this.foot.y);
      paint(to, kindOf(kind), colourOf(colour), isSitting ? "sit" : "stand", unit);
      to.restore();
    }
    this.cells.set(key, cell);
    return cell;
  }

  /** The rim of a figure, in the ink of the floor and light around it: it is found before and behind anything. */
  rim(kind: string, colour: string, isSitting: boolean, ink: string, light: string): Canvas {
    const key = `${kind} ${isSitting} ${ink}`;
    const known = this.rims.get(key);
    if (known !== undefined) return known;
    const cell = this.cell(kind, colour, isSitting);
    const shape = (by: number, tone: string): Canvas => {
      const canvas = blank(this.w + 2 * rimPx, this.h + 2 * rimPx);
      const to = penOf(canvas);
      if (to === null) return canvas;
      for (let i = 0; i < 12; i++) {
        const turn = (i * Math.PI) / 6;
        const [x, y] = [rimPx + by * Math.cos(turn), rimPx + by * Math.sin(turn)];
        to.drawImage(this.canvas, cell.x, cell.y, this.w, this.h, x, y, this.w, this.h);
      }
      to.globalCompositeOperation = "source-in";
      to.fillStyle = tone;
      to.fillRect(0, 0, canvas.width, canvas.height);
      return canvas;
    };
    const rim = shape(rimPx, light);
    const to = penOf(rim);
    if (to !== null) {
      to.drawImage(shape(rimPx * 0.5, ink), 0, 0);
      to.globalCompositeOperation = "destination-out";
      to.drawImage(this.canvas, cell.x, cell.y, this.w, this.h, rimPx, rimPx, this.w, this.h);
    }
    this.rims.set(key, rim);
    return rim;
  }

  /** Twice as high; what was painted stays. */
  private grow(): void {
    const before = blank(this.canvas.width, this.canvas.height);
    penOf(before)?.drawImage(this.canvas, 0, 0);
    this.canvas.height *= 2;
    penOf(this.canvas)?.drawImage(before, 0, 0);
  }
}

/** A sign of feeling on its light ground, `size` pixels high and wide. */
export function signPicture(kind: string, size: number): Canvas {
  const canvas = blank(size, size);
  const to = penOf(canvas);
  if (to === null) return canvas;
  const unit = size / 28;
  to.scale(unit, unit);
  to.translate(2, 2);
  to.fillStyle = ground;
  to.strokeStyle = tones.ink;
  to.lineWidth = 0.9;
  to.beginPath();
  to.arc(12, 12, 13.4, 0, 2 * Math.PI);
  to.fill();
  to.stroke();
  to.lineCap = to.lineJoin = "round";
  to.lineWidth = lineWidth;
  for (const { d, fill, line } of signs[kind] ?? []) {
    const path = new Path2D(d);
    if (fill !== undefined) {
      to.fillStyle = tones[fill];
      to.fill(path);
    }
    if (line !== undefined) {
      to.strokeStyle = tones[line];
      to.stroke(path);
    }
  }
  return canvas;
}

/** A small picture and where in it the spot is that it belongs to. */
export interface Stamp {
  readonly canvas: Canvas;
  readonly x: number;
  readonly y: number;
}

/** What lies on the ground at somebody's feet. */
export class Marks {
  readonly shadow: Stamp;
  readonly mine: Stamp;
  readonly apart: Stamp;
  readonly speaks: Stamp;

  constructor(
    readonly scale: number,
    ratio: number,
    readonly colours: Colours,
  ) {
    this.shadow = stamp(26 * scale, 11 * scale, (to, w, h) => {
      to.fillStyle = colours.shadow;
      to.ellipse(0, 0, w, h, 0, 0, 2 * Math.PI);
      to.fill();
    });
    const ring = (cm: number, colour: string, width: number, isBroken: boolean): Stamp =>
      stamp(cm * scale + width, cm * scale * flat + width, (to, w, h) => {
        to.strokeStyle = colour;
        to.lineWidth = width;
        to.setLineDash(isBroken ? [width * 4, width * 4] : []);
        to.ellipse(0, 0, w - width, h - width, 0, 0, 2 * Math.PI);
        to.stroke();
      });
    this.mine = ring(46, colours.accent, 4 * ratio, false);
    this.apart = ring(75, colours.ink, 1.5 * ratio, true);
    this.speaks = ring(60, colours.accent, 2.5 * ratio, false);
  }
}

const flat = tilt * 0.62; // a ring's depth

function stamp(w: number, h: number, draw: (to: Pen, w: number, h: number) => void): Stamp {
  const [x, y] = [Math.ceil(w) + 1, Math.ceil(h) + 1];
  const canvas = blank(2 * x, 2 * y);
  const to = penOf(canvas);
  if (to !== null) {
    to.translate(x, y);
    to.beginPath();
    draw(to, w, h);
  }
  return { canvas, x, y };
}

const labelsMost = 300;

export interface Label {
  readonly image: Canvas;
  readonly w: number;
  readonly h: number;
}

/** Names with the mark of their state. `ratio`: pixels of the canvas for one of the page. */
export class Labels {
  private readonly kept = new Map<string, Label>();

  constructor(
    readonly ratio: number,
    private readonly colours: Colours,
    private readonly font: string,
  ) {}

  /** `town`: of somebody from elsewhere, in a row of its own under the name. */
  of(name: string, state: Standing, isMe: boolean, town: string | undefined): Label {
    const key = `${isMe} ${state} ${name}\n${town ?? ""}`;
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    if (this.kept.size > labelsMost) this.kept.clear();
    const made = this.make(name, state, isMe, town);
    this.kept.set(key, made);
    return made;
  }

  private make(name: string, state: Standing, isMe: boolean, town: string | undefined): Label {
    const px = 12.5 * this.ratio;
    const font = `${px}px ${this.font}`;
    const small = `${px * 0.84}px ${this.font}`;
    const text = cut(name);
    const under = town === undefined ? "" : cut(town);
    const mark = px;
    const pad = px * 0.45;
    const row = Math.ceil(px * 1.55);
    const h = under === "" ? row : row + Math.ceil(px * 1.1);
    const wide = Math.max(widthOf(text, font) + mark, under === "" ? 0 : widthOf(under, small));
    const w = Math.ceil(wide + 3 * pad);
    const image = blank(w, h);
    const to = penOf(image);
    if (to === null) return { image, w, h };
    to.font = font;
    to.fillStyle = isMe ? this.colours.accent : this.colours.card;
    to.globalAlpha = isMe ? 1 : 0.88;
    pill(to, 0, 0, w, h, row / 2);
    to.globalAlpha = 1;
    const ink = isMe ? this.colours.card : this.colours.ink;
    stateMark(to, state, pad + mark / 2, row / 2, mark * 0.36, ink);
    to.fillStyle = ink;
    to.textBaseline = "middle";
    to.fillText(text, pad * 2 + mark, row / 2 + px * 0.06);
    if (under !== "") {
      to.font = small;
      to.fillText(under, pad * 1.5, row + px * 0.4);
    }
    return { image, w, h };
  }
}

let measure: Pen | null | undefined;

function widthOf(text: string, font: string): number {
  measure ??= penOf(blank(1, 1));
  if (measure === null) return 0;
  measure.font = font;
  return measure.measureText(text).width;
}

function cut(name: string): string {
  const all = [...name];
  return all.length > 12 ? `${all.slice(0, 11).join("")}…` : name;
}

function pill(to: Pen, x: number, y: number, w: number, h: number, r: number): void {
  to.beginPath();
  to.moveTo(x + r, y);
  to.arcTo(x + w, y, x + w, y + h, r);
  to.arcTo(x + w, y + h, x, y + h, r);
  to.arcTo(x, y + h, x, y, r);
  to.arcTo(x, y, x + w, y, r);
  to.fill();
}

/** The same marks as in the list: told apart by form, not by colour. */
export function stateMark(
  to: Pen,
  state: Standing,
  x: number,
  y: number,
  r: number,
  colour: string,
): void {
  to.fillStyle = to.strokeStyle = colour;
  to.lineWidth = r * 0.5;
  to.beginPath();
  switch (state) {
    case "talk":
      to.arc(x, y, r, 0, 2 * Math.PI);
      to.fill();
      return;
    case "watch":
      to.arc(x, y, r * 0.8, 0, 2 * Math.PI);
      to.stroke();
      return;
    case "alone":
      to.strokeRect(x - r * 0.75, y - r * 0.75, r * 1.5, r * 1.5);
      return;
    case "break":
      to.fillRect(x - r * 0.8, y - r * 0.9, r * 0.55, r * 1.8);
      to.fillRect(x + r * 0.25, y - r * 0.9, r * 0.55, r * 1.8);
      return;
  }
}
