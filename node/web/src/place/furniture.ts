/** Furniture, drawn in code: flat colours, a top and a front, nothing that moves. A piece is drawn with the
 * back left corner of its footprint at (0, 0), one unit a cm; y grows to the south, `up` is subtracted. */
import type { ItemId } from "../state/catalogue.js";
import { rise, tilt } from "../state/map-view.js";
import type { Pen as Draw } from "./canvas.js";
import { mixed } from "./colours.js";

type Shape =
  | "box" // a block
  | "seat" // a block with a back
  | "soft" // a round cushion
  | "round" // a round table
  | "flat" // on the ground, with corners
  | "disc" // on the ground, round
  | "leaf" // a pot with leaves
  | "tree"
  | "lamp"
  | "ball"
  | "shelf" // a block with rows
  | "panel" // thin and high
  | "water"
  | "flowers"
  | "piano"
  | "cat";

interface Look {
  readonly shape: Shape;
  readonly upCm: number;
  readonly colour: string;
}

export const looks: Readonly<Record<ItemId, Look>> = {
  sofa: { shape: "seat", upCm: 40, colour: "#8fb3a4" },
  armchair: { shape: "seat", upCm: 40, colour: "#d8a48f" },
  cushion: { shape: "soft", upCm: 12, colour: "#e0b98a" },
  chair: { shape: "seat", upCm: 42, colour: "#b98d63" },
  bench: { shape: "box", upCm: 40, colour: "#b98d63" },
  beanbag: { shape: "soft", upCm: 34, colour: "#9aa8cf" },
  "window-seat": { shape: "box", upCm: 42, colour: "#d9c2a0" },
  desk: { shape: "box", upCm: 68, colour: "#d7b787" },
  "table-round": { shape: "round", upCm: 64, colour: "#d7b787" },
  "table-long": { shape: "box", upCm: 68, colour: "#d7b787" },
  "table-low": { shape: "box", upCm: 36, colour: "#c99f6f" },
  counter: { shape: "box", upCm: 88, colour: "#c9a67c" },
  bookshelf: { shape: "shelf", upCm: 130, colour: "#a97c53" },
  "shelf-low": { shape: "shelf", upCm: 74, colour: "#b58a5f" },
  plant: { shape: "leaf", upCm: 90, colour: "#6f9c72" },
  tree: { shape: "tree", upCm: 240, colour: "#6f9c72" },
  flowerbed: { shape: "flowers", upCm: 30, colour: "#a98d6c" },
  lamp: { shape: "lamp", upCm: 150, colour: "#f2d488" },
  aquarium: { shape: "box", upCm: 90, colour: "#8fc3d1" },
  piano: { shape: "piano", upCm: 96, colour: "#5c5049" },
  lectern: { shape: "box", upCm: 100, colour: "#b98d63" },
  screen: { shape: "panel", upCm: 170, colour: "#f4f1e8" },
  whiteboard: { shape: "panel", upCm: 150, colour: "#fbfaf5" },
  partition: { shape: "panel", upCm: 130, colour: "#c8d6c0" },
  pond: { shape: "water", upCm: 0, colour: "#9bcbd6" },
  fountain: { shape: "water", upCm: 0, colour: "#a9d5de" },
  "toy-box": { shape: "box", upCm: 42, colour: "#d9a76a" },
  globe: { shape: "ball", upCm: 90, colour: "#86b3c9" },
  "water-server": { shape: "box", upCm: 110, colour: "#dbe7ea" },
  "coat-rack": { shape: "lamp", upCm: 150, colour: "#b98d63" },
  rug: { shape: "flat", upCm: 0, colour: "#d9b9a6" },
  "rug-round": { shape: "disc", upCm: 0, colour: "#c3cfdf" },
  mat: { shape: "flat", upCm: 0, colour: "#cfc0a2" },
  cat: { shape: "cat", upCm: 26, colour: "#6b5f55" },
};

const darker = (colour: string, part = 0.22): string => mixed(colour, "#3a2c1c", part);
const lighter = (colour: string, part = 0.3): string => mixed(colour, "#ffffff", part);

/** A block: its top, shifted up, and its front under it. */
export function block(
  to: Draw,
  w: number,
  d: number,
  up: number,
  top: string,
  front: string,
): void {
  const high = up * rise;
  const deep = d * tilt;
  to.fillStyle = front;
  to.fillRect(0, deep - high, w, high);
  to.fillStyle = top;
  to.fillRect(0, -high, w, deep);
}

function oval(to: Draw, x: number, y: number, rx: number, ry: number, colour: string): void {
  to.fillStyle = colour;
  to.beginPath();
  to.ellipse(x, y, Math.max(0, rx), Math.max(0, ry), 0, 0, 2 * Math.PI);
  to.fill();
}

function cylinder(to: Draw, w: number, d: number, up: number, colour: string): void {
  const high = up * rise;
  const deep = d * tilt;
  const side = darker(colour);
  oval(to, w / 2, deep / 2, w / 2, deep / 2, side);
  to.fillStyle = side;
  to.fillRect(0, deep / 2 - high, w, high);
  oval(to, w / 2, deep / 2 - high, w / 2, deep / 2, colour);
}

/** `w`, `d`: the footprint as it is turned. */
export function piece(
  to: Draw,
  item: ItemId,
  w: number,
  d: number,
  turn: number,
  thing: (colour: string) => string,
): void {
  const { shape, upCm: up } = looks[item];
  const colour = thing(looks[item].colour);
  const high = up * rise;
  const deep = d * tilt;
  switch (shape) {
    case "box":
      block(to, w, d, up, lighter(colour, 0.12), darker(colour));
      return;
    case "seat":
      seat(to, w, d, up, turn, colour);
      return;
    case "soft":
      oval(to, w / 2, deep / 2, w / 2, deep / 2, darker(colour));
      oval(to, w / 2, deep / 2 - high * 0.5, w * 0.47, deep * 0.47, colour);
      oval(to, w / 2, deep / 2 - high * 0.7, w * 0.22, deep * 0.18, lighter(colour));
      return;
    case "round":
      oval(to, w / 2, deep / 2, w * 0.16, deep * 0.16, darker(colour, 0.4));
      to.fillStyle = darker(colour, 0.4);
      to.fillRect(w * 0.44, deep / 2 - high, w * 0.12, high);
      oval(to, w / 2, deep / 2 - high + 6, w / 2, deep / 2, darker(colour));
      oval(to, w / 2, deep / 2 - high, w / 2, deep / 2, lighter(colour, 0.12));
      return;
    case "flat":
      to.fillStyle = colour;
      to.fillRect(0, 0, w, deep);
      to.strokeStyle = lighter(colour);
      to.lineWidth = 5;
      to.strokeRect(10, 10 * tilt, w - 20, deep - 20 * tilt);
      return;
    case "disc":
      oval(to, w / 2, deep / 2, w / 2, deep / 2, colour);
      oval(to, w / 2, deep / 2, w * 0.38, deep * 0.38, lighter(colour));
      oval(to, w / 2, deep / 2, w * 0.34, deep * 0.34, colour);
      return;
    case "leaf":
      cylinder(to, w * 0.6, d * 0.6, up * 0.35, thing("#b5805c"));
      oval(to, w / 2 - 10, -high * 0.45, w * 0.42, w * 0.5, darker(colour));
      oval(to, w / 2 + 2, -high * 0.62, w * 0.46, w * 0.52, colour);
      oval(to, w / 2 - 4, -high * 0.8, w * 0.24, w * 0.26, lighter(colour, 0.2));
      return;
    case "tree":
      oval(to, w / 2, deep / 2, w * 0.2, w * 0.12, darker(thing("#8a6546")));
      to.fillStyle = thing("#8a6546");
      to.fillRect(w * 0.42, deep / 2 - high * 0.5, w * 0.16, high * 0.5);
      oval(to, w / 2, -high * 0.55, w * 0.62, w * 0.5, darker(colour));
      oval(to, w / 2, -high * 0.72, w * 0.52, w * 0.44, colour);
      oval(to, w * 0.42, -high * 0.86, w * 0.28, w * 0.22, lighter(colour, 0.16));
      return;
    case "lamp":
      oval(to, w / 2, deep / 2, w * 0.4, deep * 0.4, thing("#7d6a55"));
      to.fillStyle = thing("#7d6a55");
      to.fillRect(w / 2 - 2.5, deep / 2 - high, 5, high);
      oval(to, w / 2, deep / 2 - high, Math.min(w, 44) * 0.5, 17, colour);
      return;
    case "ball":
      to.fillStyle = thing("#8a6546");
      to.fillRect(w / 2 - 3, deep / 2 - high * 0.6, 6, high * 0.6);
      oval(to, w / 2, deep / 2 - high * 0.75, w * 0.5, w * 0.5, colour);
      oval(to, w / 2 - 4, deep / 2 - high * 0.8, w * 0.2, w * 0.26, thing("#a9c493"));
      return;
    case "shelf":
      shelf(to, w, d, up, turn, colour, thing);
      return;
    case "panel":
      block(to, w, d, up, darker(colour, 0.12), colour);
      to.strokeStyle = darker(colour, 0.3);
      to.lineWidth = 3;
      to.strokeRect(0, deep - high, w, high);
      return;
    case "water":
      oval(to, w / 2, deep / 2, w / 2, deep / 2, thing("#cbbd9f"));
      oval(to, w / 2, deep / 2, w / 2 - 14, deep / 2 - 12, colour);
      oval(to, w * 0.4, deep * 0.4, w * 0.14, deep * 0.07, lighter(colour, 0.45));
      if (item === "fountain") {
        oval(to, w / 2, deep / 2 - 20, w * 0.16, deep * 0.12, thing("#e4ddcb"));
        oval(to, w / 2, deep / 2 - 28, w * 0.1, deep * 0.2, lighter(colour, 0.55));
      }
      return;
    case "flowers":
      block(to, w, d, up, thing("#7d9a63"), darker(colour));
      for (let i = 0; i < Math.floor(w / 24) * Math.max(1, Math.floor(d / 30)); i++) {
        const x = 14 + ((i * 41) % Math.max(1, w - 24));
        const y = 6 + ((i * 23) % Math.max(1, d - 16)) * tilt - high;
        oval(to, x, y, 6, 5, thing(["#f0d0d8", "#f6e6a8", "#d9cdee"][i % 3] as string));
      }
      return;
    case "piano":
      block(to, w, d, up, lighter(colour, 0.12), colour);
      to.fillStyle = thing("#f4f1e8");
      to.fillRect(8, deep - high * 0.62, w - 16, 12);
      return;
    case "cat":
      oval(to, w / 2, deep / 2, w * 0.42, deep * 0.5, colour);
      oval(to, w * 0.8, deep * 0.28, 11, 10, colour);
      return;
  }
}

/** turn: where somebody on it looks, 0 north, 1 east, 2 south, 3 west; the back is behind them. */
function seat(to: Draw, w: number, d: number, up: number, turn: number, colour: string): void {
  const back = 14;
  const high = (up + 34) * rise;
  const low = up * rise;
  const deep = d * tilt;
  const face = darker(colour);
  const backTop = lighter(colour, 0.2);
  if (turn === 2) {
    to.fillStyle = colour;
    to.fillRect(0, -high, w, high);
    to.fillStyle = backTop;
    to.fillRect(0, -high, w, back * tilt);
  }
  to.fillStyle = face;
  to.fillRect(0, deep - low, w, low);
  to.fillStyle = lighter(colour, 0.14);
  const seatTop = turn === 2 ? back * tilt - low : -low;
  to.fillRect(0, seatTop, w, deep - low - seatTop);
  if (turn === 1 || turn === 3) {
    const x = turn === 1 ? 0 : w - back;
    to.fillStyle = face;
    to.fillRect(x, deep - high, back, high);
    to.fillStyle = backTop;
    to.fillRect(x, -high, back, deep);
  }
  if (turn === 0) {
    to.fillStyle = face;
    to.fillRect(0, deep - high, w, high);
    to.fillStyle = backTop;
    to.fillRect(0, deep - high - back * tilt, w, back * tilt);
  }
}

const books = ["#c98a78", "#8aa6b8", "#d8bf82", "#93ae87", "#b299bd"];

function shelf(
  to: Draw,
  w: number,
  d: number,
  up: number,
  turn: number,
  colour: string,
  thing: (colour: string) => string,
): void {
  block(to, w, d, up, lighter(colour, 0.14), darker(colour));
  if (turn !== 0) return;
  const high = up * rise;
  const bottom = d * tilt;
  const rows = Math.max(2, Math.round(up / 44));
  const each = high / rows;
  for (let row = 0; row < rows; row++)
    for (let x = 6, i = row; x < w - 12; x += 11, i++) {
      to.fillStyle = thing(books[(i * 3 + row) % books.length] as string);
      to.fillRect(x, bottom - each * (row + 1) + 6 + ((i * 5) % 7), 9, each - 9 - ((i * 5) % 7));
    }
}
