/** A floor as one picture, made once: the ground with its areas, and everything that stands on it. What is
 * high is kept as well, piece by piece, to be drawn again over somebody who stands behind it. */
import type { Floor } from "../state/floor.js";
import { footprint } from "../state/floor.js";
import { catalogue } from "../state/catalogue.js";
import { isClosedRoom } from "../state/place-live.js";
import { rise, tilt } from "../state/map-view.js";
import type { Colours } from "./colours.js";
import { block, looks, piece } from "./furniture.js";

export interface Tall {
  /** In cm: where it stands, from the back left to the front right, and how high. */
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly d: number;
  readonly upCm: number;
  readonly draw: (to: CanvasRenderingContext2D) => void;
}

export interface Ground {
  readonly canvas: HTMLCanvasElement;
  /** Pixels of the canvas for one cm; the floor's back left corner is at (`edge`, `top`) cm. */
  readonly scale: number;
  readonly talls: readonly Tall[]; // from back to front
}

export const edgeCm = 40;
export const topCm = 260; // for what is high at the back
const pixelsMost = 9_000_000;
const wallUp = { wall: 78, window: 78, low: 44 } as const;

export function groundOf(
  floor: Floor,
  colours: Colours,
  zoom: number,
  nameOf: (floor: Floor["areas"][number]) => string,
  font: string,
): Ground {
  const w = floor.w_cm + 2 * edgeCm;
  const h = floor.h_cm * tilt + topCm + edgeCm;
  const scale = Math.min(zoom, Math.sqrt(pixelsMost / (w * h)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(w * scale);
  canvas.height = Math.ceil(h * scale);
  const to = canvas.getContext("2d");
  const talls = tallsOf(floor, colours);
  if (to === null) return { canvas, scale, talls };
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
  names(to, floor, colours, scale, nameOf, font);
  return { canvas, scale, talls };
}

function tiles(to: CanvasRenderingContext2D, floor: Floor, colours: Colours): void {
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
function areas(to: CanvasRenderingContext2D, floor: Floor, colours: Colours): void {
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
  to: CanvasRenderingContext2D,
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

/** The names of areas lie on the ground, at their back left corner. */
function names(
  to: CanvasRenderingContext2D,
  floor: Floor,
  colours: Colours,
  scale: number,
  nameOf: (area: Floor["areas"][number]) => string,
  font: string,
): void {
  to.font = `${Math.max(13 / scale, 22)}px ${font}`;
  to.textBaseline = "top";
  to.lineJoin = "round";
  for (const area of floor.areas) {
    const [rect] = area.rects;
    if (rect === undefined) continue;
    const text = nameOf(area);
    const x = rect.x + 14;
    const y = rect.y * tilt + 12;
    to.strokeStyle = colours.card;
    to.globalAlpha = 0.85;
    to.lineWidth = Math.max(3 / scale, 6);
    to.strokeText(text, x, y);
    to.globalAlpha = 1;
    to.fillStyle = colours.ink;
    to.fillText(text, x, y);
  }
}
