/** A floor as one picture, made once: the ground with its areas, and everything that stands on it. What is
 * high is kept as well, piece by piece, to be drawn again over somebody who stands behind it. */
import type { Floor } from "../state/floor.js";
import { footprint } from "../state/floor.js";
import { catalogue } from "../state/catalogue.js";
import { isClosedRoom } from "../state/place-live.js";
import { rise, tilt } from "../state/map-view.js";
import { lineHeight, placed } from "../state/map-names.js";
import { blank, type Canvas, type Pen, penOf } from "./canvas.js";
import type { Colours } from "./colours.js";
import { block, looks, piece } from "./furniture.js";

export interface Tall {
  /** In cm: where it stands, from the back left to the front right, and how high. */
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly d: number;
  readonly upCm: number;
  readonly draw: (to: Pen) => void;
}

export interface Ground {
  readonly canvas: Canvas;
  /** Pixels of the canvas for one cm; the floor's back left corner is at (`edge`, `top`) cm. */
  readonly scale: number;
  readonly talls: readonly Tall[]; // from back to front
  /** Where names of areas lie, in its pixels: x, y, w, h of each. */
  readonly written: readonly number[];
}

/** A high thing by itself, pixel for pixel as it stands in the ground's picture, at (x, y) of that. */
export function pictureOf(one: Tall, scale: number): { canvas: Canvas; x: number; y: number } {
  const beside = 30 + 0.15 * one.w;
  const above = one.upCm * rise + 0.2 * one.w + 20;
  const left = (edgeCm + one.x) * scale;
  const top = (topCm + one.y * tilt) * scale;
  const x = Math.floor(left - beside * scale);
  const y = Math.floor(top - above * scale);
  const w = Math.ceil(left + (one.w + beside) * scale) - x;
  const h = Math.ceil(top + (one.d * tilt + 12) * scale) - y;
  const canvas = blank(w, h);
  const to = penOf(canvas);
  if (to !== null) {
    to.translate(left - x, top - y);
    to.scale(scale, scale);
    one.draw(to);
  }
  return { canvas, x, y };
}

export const edgeCm = 40;
export const topCm = 260; // for what is high at the back
const pixelsMost = 9_000_000;
const wallUp = { wall: 78, window: 78, low: 44 } as const;

export function groundOf(
  floor: Floor,
  colours: Colours,
  zoom: number,
  ratio: number,
  nameOf: (area: string) => string,
  font: string,
): Ground {
  const w = floor.w_cm + 2 * edgeCm;
  const h = floor.h_cm * tilt + topCm + edgeCm;
  const scale = Math.min(zoom, Math.sqrt(pixelsMost / (w * h)));
  const canvas = blank(Math.ceil(w * scale), Math.ceil(h * scale));
  const to = penOf(canvas, true);
  const talls = tallsOf(floor, colours);
  if (to === null) return { canvas, scale, talls, written: [] };
  to.fillStyle = colours.beyond;
  to.fillRect(0, 0, canvas.width, canvas.height);
  to.scale(scale, scale);
  to.translate(edgeCm, topCm);
  to.fillStyle = colours.ground;
  to.fillRect(0, 0, floor.w_cm, floor.h_cm * tilt);
  tiles(to, floor, colours);
  areas(to, floor, colours);
  for (const one of floor.objects) {
    if (catalogue[one.item].kind !== "flat" || looks[one.item].upCm > 0) continue;
    const box = footprint(one);
    to.save();
    to.translate(box.x, box.y * tilt);
    piece(to, one.item, box.w, box.h, one.turn, colours.thing);
    to.restore();
  }
  for (const one of talls) {
    to.save();
    to.translate(one.x, one.y * tilt);
    one.draw(to);
    to.restore();
  }
  const written = names(to, floor, colours, scale, ratio, nameOf, font);
  return { canvas, scale, talls, written };
}

function tiles(to: Pen, floor: Floor, colours: Colours): void {
  to.strokeStyle = colours.line;
  to.lineWidth = 2;
  to.beginPath();
  for (let x = 100; x < floor.w_cm; x += 100) {
    to.moveTo(x, 0);
    to.lineTo(x, floor.h_cm * tilt);
  }
  for (let y = 100; y < floor.h_cm; y += 100) {
    to.moveTo(0, y * tilt);
    to.lineTo(floor.w_cm, y * tilt);
  }
  to.stroke();
}

/** Larger areas under smaller ones. */
function areas(to: Pen, floor: Floor, colours: Colours): void {
  const size = (one: Floor["areas"][number]): number =>
    one.rects.reduce((sum, { w, h }) => sum + w * h, 0);
  for (const area of [...floor.areas].sort((a, b) => size(b) - size(a))) {
    to.globalAlpha = area.kind === "plaza" || area.kind === "lounge" ? 0.45 : 0.75;
    to.fillStyle = colours.area(area.kind);
    for (const { x, y, w, h } of area.rects) to.fillRect(x, y * tilt, w, h * tilt);
    to.globalAlpha = 1;
    if (!isClosedRoom(area)) continue;
    // Nobody outside sees in: the room lies under a cloth of its own.
    to.strokeStyle = colours.card;
    to.globalAlpha = 0.5;
    to.lineWidth = 8;
    to.beginPath();
    for (const { x, y, w, h } of area.rects)
      for (let at = 40; at < w + h; at += 60) {
        to.moveTo(x + Math.min(at, w), (y + Math.max(0, at - w)) * tilt);
        to.lineTo(x + Math.max(0, at - h), (y + Math.min(at, h)) * tilt);
      }
    to.stroke();
    to.globalAlpha = 1;
  }
}

function tallsOf(floor: Floor, colours: Colours): Tall[] {
  const talls: Tall[] = floor.walls.map(({ x, y, w, h, kind }) => {
    const upCm = wallUp[kind];
    const { top, front } = colours.wall(kind);
    return { x, y, w, d: h, upCm, draw: (to) => wall(to, w, h, upCm, top, front, kind) };
  });
  for (const one of floor.objects) {
    const { upCm } = looks[one.item];
    if (upCm === 0) continue;
    const { x, y, w, h } = footprint(one);
    talls.push({
      x,
      y,
      w,
      d: h,
      upCm: upCm + 40,
      draw: (to) => piece(to, one.item, w, h, one.turn, colours.thing),
    });
  }
  return talls.sort((a, b) => a.y + a.d - b.y - b.d);
}

function wall(
  to: Pen,
  w: number,
  d: number,
  up: number,
  top: string,
  front: string,
  kind: Floor["walls"][number]["kind"],
): void {
  block(to, w, d, up, top, front);
  if (kind !== "window" || w < d) return;
  const high = up * rise;
  to.fillStyle = top;
  to.fillRect(0, d * tilt - high, w, 8);
  to.fillRect(0, d * tilt - 12, w, 12);
  for (let x = 0; x <= w - 6; x += Math.max(60, w / Math.max(1, Math.round(w / 120))))
    to.fillRect(x, d * tilt - high, 6, high);
}

/** The names of areas lie on the ground, at their back left corner where there is room. A name goes under
 * another one nowhere: it becomes smaller, takes two lines, lies elsewhere in its area, and at last is not
 * written; every area is in the list under the map as well. */
function names(
  to: Pen,
  floor: Floor,
  colours: Colours,
  scale: number,
  ratio: number,
  nameOf: (area: string) => string,
  font: string,
): number[] {
  const widthOf = (text: string, size: number): number => {
    to.font = `${size}px ${font}`;
    return to.measureText(text).width;
  };
  to.save();
  to.setTransform(1, 0, 0, 1, 0, 0);
  to.textBaseline = "top";
  to.lineJoin = "round";
  const named = floor.areas.map(({ id, kind, rects }) => ({
    text: nameOf(id),
    isFirst: kind === "counsel",
    rects: rects.map(({ x, y, w, h }) => ({
      x: (edgeCm + x) * scale,
      y: (topCm + y * tilt) * scale,
      w: w * scale,
      h: h * tilt * scale,
    })),
  }));
  const within = {
    x: edgeCm * scale,
    y: topCm * scale,
    w: floor.w_cm * scale,
    h: floor.h_cm * tilt * scale,
  };
  const written: number[] = [];
  const sizes = [Math.max(13 * ratio, 22 * scale), Math.max(11 * ratio, 18 * scale)];
  for (const { lines, size, x, y } of placed(named, within, sizes, ratio, widthOf)) {
    const w = Math.max(...lines.map((line) => widthOf(line, size)));
    written.push(x, y, w, lines.length * size * lineHeight);
    to.font = `${size}px ${font}`;
    lines.forEach((line, i) => {
      const lineY = y + i * size * lineHeight;
      to.strokeStyle = colours.card;
      to.globalAlpha = 0.85;
      to.lineWidth = Math.max(3 * ratio, 6 * scale);
      to.strokeText(line, x, lineY);
      to.globalAlpha = 1;
      to.fillStyle = colours.ink;
      to.fillText(line, x, lineY);
    });
  }
  to.restore();
  return written;
}
