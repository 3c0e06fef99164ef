/** Figures and their labels, painted once and kept: figures in one atlas, names as small pictures. */
import {
  box,
  colours as figureColours,
  kinds,
  paint,
  type Colour,
  type Kind,
} from "../art/avatars.js";
import type { Standing } from "../live/wire.js";
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

interface Cell {
  readonly x: number;
  readonly y: number;
}

/** One canvas for all figures on a floor; it is made anew when the scale changes. */
export class Atlas {
  readonly canvas = document.createElement("canvas");
  readonly w: number;
  readonly h: number;
  private readonly cells = new Map<string, Cell>();

  constructor(readonly scale: number) {
    this.w = Math.ceil(figureCm.w * scale) + 2;
    this.h = Math.ceil(figureCm.h * scale) + 2;
    this.canvas.width = this.w * across;
    this.canvas.height = this.h * 4;
  }

  cell(kind: string, colour: string, isSitting: boolean): Cell {
    const key = `${kind} ${colour} ${isSitting}`;
    const known = this.cells.get(key);
    if (known !== undefined) return known;
    const n = this.cells.size;
    const cell = { x: (n % across) * this.w, y: Math.floor(n / across) * this.h };
    if (cell.y + this.h > this.canvas.height) this.grow();
    const to = this.canvas.getContext("2d");
    if (to !== null) {
      const unit = (figureCm.w * this.scale) / box.width;
      to.save();
      to.translate(cell.x + box.footX * unit + 1, cell.y + box.footY * unit + 1);
      paint(to, kindOf(kind), colourOf(colour), isSitting ? "sit" : "stand", unit);
      to.restore();
    }
    this.cells.set(key, cell);
    return cell;
  }

  /** Twice as high; what was painted stays. */
  private grow(): void {
    const before = document.createElement("canvas");
    before.width = this.canvas.width;
    before.height = this.canvas.height;
    before.getContext("2d")?.drawImage(this.canvas, 0, 0);
    this.canvas.height *= 2;
    this.canvas.getContext("2d")?.drawImage(before, 0, 0);
  }

  /** Where the feet stand in a cell. */
  get foot(): Cell {
    const unit = (figureCm.w * this.scale) / box.width;
    return { x: box.footX * unit + 1, y: box.footY * unit + 1 };
  }
}

const labelsMost = 300;

interface Label {
  readonly image: HTMLCanvasElement;
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

  of(name: string, state: Standing, isMe: boolean): Label {
    const key = `${isMe} ${state} ${name}`;
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    if (this.kept.size > labelsMost) this.kept.clear();
    const made = this.make(name, state, isMe);
    this.kept.set(key, made);
    return made;
  }

  private make(name: string, state: Standing, isMe: boolean): Label {
    const canvas = document.createElement("canvas");
    const to = canvas.getContext("2d");
    if (to === null) return { image: canvas, w: 0, h: 0 };
    const px = 12.5 * this.ratio;
    const font = `${px}px ${this.font}`;
    to.font = font;
    const text = cut(name);
    const mark = px;
    const pad = px * 0.45;
    const w = Math.ceil(to.measureText(text).width + mark + 3 * pad);
    const h = Math.ceil(px * 1.55);
    canvas.width = w;
    canvas.height = h;
    to.font = font;
    to.fillStyle = isMe ? this.colours.accent : this.colours.card;
    to.globalAlpha = isMe ? 1 : 0.88;
    pill(to, 0, 0, w, h, h / 2);
    to.globalAlpha = 1;
    const ink = isMe ? this.colours.card : this.colours.ink;
    stateMark(to, state, pad + mark / 2, h / 2, mark * 0.36, ink);
    to.fillStyle = ink;
    to.textBaseline = "middle";
    to.fillText(text, pad * 2 + mark, h / 2 + px * 0.06);
    return { image: canvas, w, h };
  }
}

function cut(name: string): string {
  const all = [...name];
  return all.length > 12 ? `${all.slice(0, 11).join("")}…` : name;
}

function pill(
  to: CanvasRenderingContext2D,
  x: number,
  y: number,
  w: number,
  h: number,
  r: number,
): void {
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
  to: CanvasRenderingContext2D,
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
