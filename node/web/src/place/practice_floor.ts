import type { Area, Floor, Name, Wall } from "../state/floor.js";
import { place } from "../words/place.js";
import type { Word } from "../words/word.js";

/** A small room for one, nowhere but on this device: to try things where nobody sees. It keeps the rules
 * of floor files. */
const w = 1400;
const h = 900;
const thick = 20;

const name = ([ja, , en]: Word): Name => ({ ja, en });

const wall = (x: number, y: number, wide: number, deep: number): Wall => ({
  x,
  y,
  w: wide,
  h: deep,
  kind: "wall",
});

const area = (
  id: string,
  word: Word,
  kind: Area["kind"],
  capacity: number,
  rect: Area["rects"][number],
): Area => ({
  id,
  name: name(word),
  kind,
  rects: [rect],
  capacity,
  quiet: kind === "quiet" ? "soft" : "open",
  lock: "open",
  enter: ["everyone"],
  see: ["everyone"],
  hear: ["everyone"],
});

export const practiceFloor: Floor = {
  format: 1,
  id: "practice",
  version: 1,
  name: name(place.practice),
  theme: "wood",
  w_cm: w,
  h_cm: h,
  walls: [
    wall(0, 0, w, thick),
    wall(0, h - thick, w, thick),
    wall(0, thick, thick, h - 2 * thick),
    wall(w - thick, thick, thick, h - 2 * thick),
  ],
  doors: [],
  areas: [
    area("room", place.practiceRoom, "lounge", 10, { x: 20, y: 20, w: 960, h: 860 }),
    area("corner", place.practiceCorner, "quiet", 4, { x: 980, y: 20, w: 400, h: 860 }),
  ],
  objects: [
    { item: "rug", x: 480, y: 480, turn: 0 },
    { item: "sofa", x: 480, y: 120, turn: 2 },
    { item: "plant", x: 80, y: 80, turn: 0 },
    { item: "beanbag", x: 1160, y: 300, turn: 0 },
    { item: "bookshelf", x: 1200, y: 60, turn: 0 },
    { item: "lamp", x: 1330, y: 820, turn: 0 },
    { item: "cat", x: 700, y: 700, turn: 0 },
  ],
  boards: [],
  spawns: [
    { id: "door", name: name(place.practiceDoor), x: 200, y: 740, turn: 0, quiet: false },
    { id: "sofa", name: name(place.practiceSofa), x: 480, y: 300, turn: 0, quiet: false },
    { id: "corner-seat", name: name(place.practiceCorner), x: 1160, y: 480, turn: 0, quiet: true },
  ],
};
