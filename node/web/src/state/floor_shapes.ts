/** The rules of floor_shapes.c and floor_closed.c: what overlaps, what is closed, where one can stand
 * and walk. Whole numbers only, so that both sides agree on every edge. */
import { catalogue } from "./catalogue.js";
import { type Area, type Board, type Floor, footprint, type Rect } from "./floor.js";

type Add = (rule: string, pointer: string) => void;

const cellCm = 25;
const bodyCm = 20;
const doorCm = 80;
const boardCm = 150;

function meet(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** They share an inside or a stretch of edge. */
function touch(a: Rect, b: Rect): boolean {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return w >= 0 && h >= 0 && (w > 0 || h > 0);
}

function isWhole(area: Area): boolean {
  const met = new Set(area.rects.slice(0, 1));
  for (let before = 0; before < met.size;) {
    before = met.size;
    for (const one of area.rects) if ([...met].some((other) => touch(one, other))) met.add(one);
  }
  return met.size === area.rects.length;
}

function mayLieIn(inner: Area, outer: Area): boolean {
  const holds = (out: Rect, one: Rect) =>
    one.x >= out.x &&
    one.y >= out.y &&
    one.x + one.w <= out.x + out.w &&
    one.y + one.h <= out.y + out.h;
  return (
    ["board", "stage", "portal"].includes(inner.kind) &&
    outer.kind !== "counsel" &&
    inner.rects.every((one) => outer.rects.some((out) => holds(out, one)))
  );
}

/** The edges of all rectangles cut the floor into fields that are each wholly wall or wholly open. */
function isClosed(floor: Floor, area: Area): boolean {
  const stops = [...floor.walls.filter((wall) => wall.kind === "wall"), ...floor.doors];
  const all = [{ x: 0, y: 0, w: floor.w_cm, h: floor.h_cm }, ...area.rects, ...stops];
  const edges = (values: number[]) => [...new Set(values)].sort((a, b) => a - b);
  const xs = edges(all.flatMap((one) => [one.x, one.x + one.w]));
  const ys = edges(all.flatMap((one) => [one.y, one.y + one.h]));
  const w = xs.length - 1;
  const h = ys.length - 1;
  const marked = (rects: readonly Rect[]) => {
    const fields = new Uint8Array(w * h);
    for (const one of rects)
      for (let y = ys.indexOf(one.y); y < ys.indexOf(one.y + one.h); y++)
        fields.fill(1, y * w + xs.indexOf(one.x), y * w + xs.indexOf(one.x + one.w));
    return fields;
  };
  const isStop = marked(stops);
  const isInside = marked(area.rects);
  const start = [...isInside.keys()].filter((at) => isInside[at] === 1 && isStop[at] === 0);
  return spread(start, w, h, (at) => isStop[at] === 0).every((at) => isInside[at] === 1);
}

/** All fields that can be walked to, side by side, from the first ones. */
function spread(start: number[], w: number, h: number, isOpen: (at: number) => boolean): number[] {
  const seen = new Uint8Array(w * h);
  const found = [...start];
  for (const at of start) seen[at] = 1;
  for (let i = 0; i < found.length; i++) {
    const at = found[i] ?? 0;
    const x = at % w;
    const next: number[] = [];
    if (x > 0) next.push(at - 1);
    if (x + 1 < w) next.push(at + 1);
    if (at >= w) next.push(at - w);
    if (at + w < w * h) next.push(at + w);
    for (const one of next)
      if (seen[one] === 0 && isOpen(one)) {
        seen[one] = 1;
        found.push(one);
      }
  }
  return found;
}

interface Grid {
  readonly cols: number;
  readonly rows: number;
  readonly free: Uint8Array;
  readonly main: ReadonlySet<number>;
}

/** What a body cannot enter with its middle. */
function solids(floor: Floor): Rect[] {
  const pieces = floor.objects.filter((one) => catalogue[one.item].kind === "solid");
  return [...floor.walls, ...pieces.map(footprint)].map((one) => ({
    x: one.x - bodyCm,
    y: one.y - bodyCm,
    w: one.w + 2 * bodyCm,
    h: one.h + 2 * bodyCm,
  }));
}

function isFree(floor: Floor, boxes: readonly Rect[], x: number, y: number): boolean {
  return (
    x >= bodyCm &&
    y >= bodyCm &&
    x <= floor.w_cm - bodyCm &&
    y <= floor.h_cm - bodyCm &&
    !boxes.some((one) => x > one.x && x < one.x + one.w && y > one.y && y < one.y + one.h)
  );
}

const middle = (at: number) => at * cellCm + Math.floor(cellCm / 2);

function cellAt(cols: number, x: number, y: number): number {
  return Math.floor(y / cellCm) * cols + Math.floor(x / cellCm);
}

function gridOf(floor: Floor, boxes: readonly Rect[]): Grid {
  const cols = floor.w_cm / cellCm;
  const rows = floor.h_cm / cellCm;
  const free = new Uint8Array(cols * rows);
  for (let at = 0; at < free.length; at++)
    free[at] = isFree(floor, boxes, middle(at % cols), middle(Math.floor(at / cols))) ? 1 : 0;
  const first = floor.spawns[0];
  const start = first === undefined ? [] : [cellAt(cols, first.x, first.y)];
  const main = new Set(spread(start, cols, rows, (at) => free[at] === 1));
  return { cols, rows, free, main };
}

function holds(area: Area, x: number, y: number): boolean {
  return area.rects.some(
    (one) => x >= one.x && x < one.x + one.w && y >= one.y && y < one.y + one.h,
  );
}

/** All areas, the innermost first: the smallest. */
function bySize(areas: readonly Area[]): Area[] {
  const size = (area: Area) => area.rects.reduce((sum, one) => sum + one.w * one.h, 0);
  return [...areas].sort((a, b) => size(a) - size(b));
}

export function checkShapes(floor: Floor, add: Add): void {
  floor.areas.forEach((area, i) => {
    if (!isWhole(area)) add("area-split", `/areas/${i}/rects`);
    const isAcross = (other: Area) =>
      area.rects.some((one) => other.rects.some((two) => meet(one, two))) &&
      !mayLieIn(area, other) &&
      !mayLieIn(other, area);
    if (floor.areas.slice(0, i).some(isAcross)) add("area-overlap", `/areas/${i}`);
    if (area.kind === "counsel" && !isClosed(floor, area)) add("counsel-open", `/areas/${i}`);
  });
  checkDoors(floor, add);
  checkPieces(floor, add);
  const boxes = solids(floor);
  const { cols, free } = gridOf(floor, boxes);
  const inner = bySize(floor.areas);
  floor.spawns.forEach((one, i) => {
    if (!isFree(floor, boxes, one.x, one.y) || free[cellAt(cols, one.x, one.y)] === 0)
      add("spawn-blocked", `/spawns/${i}`);
    else if ((inner.find((area) => holds(area, one.x, one.y))?.lock ?? "open") !== "open")
      add("spawn-inside", `/spawns/${i}`);
  });
}

function checkDoors(floor: Floor, add: Add): void {
  const furniture = floor.objects
    .filter((one) => catalogue[one.item].kind === "solid")
    .map(footprint);
  floor.doors.forEach((door, i) => {
    const area = floor.areas.find((one) => one.id === door.area);
    if (!area?.rects.some((one) => touch(one, door))) add("door-away", `/doors/${i}`);
    if (door.w < doorCm && door.h < doorCm) add("door-narrow", `/doors/${i}`);
    if ([...floor.walls, ...furniture].some((one) => meet(one, door)))
      add("door-blocked", `/doors/${i}`);
    if (area?.kind === "counsel" && !door.shut) add("counsel-door", `/doors/${i}/shut`);
  });
}

function checkPieces(floor: Floor, add: Add): void {
  const isSolid = (i: number) => {
    const one = floor.objects[i];
    return one !== undefined && catalogue[one.item].kind === "solid";
  };
  const boxes = floor.objects.map(footprint);
  floor.objects.forEach((one, i) => {
    const box = footprint(one);
    if (catalogue[one.item].kind === "flat") return;
    if (floor.walls.some((wall) => meet(wall, box))) add("object-in-wall", `/objects/${i}`);
    if (isSolid(i) && boxes.slice(0, i).some((other, k) => isSolid(k) && meet(other, box)))
      add("object-overlap", `/objects/${i}`);
  });
}

export function checkWays(floor: Floor, add: Add): void {
  const { cols, main } = gridOf(floor, solids(floor));
  floor.spawns.forEach((one, i) => {
    if (!main.has(cellAt(cols, one.x, one.y))) add("spawn-apart", `/spawns/${i}`);
  });
  const inner = bySize(floor.areas);
  const room = new Map<Area, number>();
  for (const at of main) {
    const area = inner.find((one) => holds(one, middle(at % cols), middle(Math.floor(at / cols))));
    if (area !== undefined) room.set(area, (room.get(area) ?? 0) + 1);
  }
  floor.areas.forEach((area, i) => {
    const n = room.get(area) ?? 0;
    if (area.lock === "closed") return;
    if (n === 0) add("area-shut-off", `/areas/${i}`);
    else if (Math.floor(n / 4) < area.capacity) add("area-small", `/areas/${i}/capacity`);
  });
  const isRead = (board: Board) =>
    [...main].some(
      (at) =>
        (middle(at % cols) - board.x) ** 2 + (middle(Math.floor(at / cols)) - board.y) ** 2 <=
        boardCm ** 2,
    );
  floor.boards.forEach((board, i) => {
    if (!isRead(board)) add("board-far", `/boards/${i}`);
  });
}
