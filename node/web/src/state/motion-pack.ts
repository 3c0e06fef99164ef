/** Motions as plain numbers, to hand them to another thread at little cost. Pure. */
import type { Point } from "../live/frames.js";
import type { Motion } from "./place-live.js";

const kinds = ["still", "step", "walk", "glide"] as const;
const headLength = 5; // seat, kind, atMs, speedCmS, number of points

/** What differs from what was sent before; `sent` becomes what is there now. Undefined: nothing does. */
export function packedNews(
  motions: ReadonlyMap<number, Motion>,
  sent: Map<number, Motion>,
): { readonly numbers: Float64Array<ArrayBuffer>; readonly isAll: boolean } | undefined {
  const isAll = [...sent.keys()].some((seat) => !motions.has(seat));
  if (isAll) sent.clear();
  const numbers: number[] = [];
  for (const [seat, motion] of motions) {
    if (sent.get(seat) === motion) continue;
    sent.set(seat, motion);
    push(numbers, seat, motion);
  }
  return numbers.length === 0 && !isAll
    ? undefined
    : { numbers: Float64Array.from(numbers), isAll };
}

function push(to: number[], seat: number, motion: Motion): void {
  switch (motion.kind) {
    case "still":
      to.push(seat, 0, 0, 0, 1, motion.x, motion.y);
      return;
    case "step":
      to.push(seat, 1, motion.atMs, 0, 2, motion.from.x, motion.from.y, motion.to.x, motion.to.y);
      return;
    case "walk":
      to.push(seat, 2, motion.atMs, motion.speedCmS, motion.points.length);
      for (const { x, y } of motion.points) to.push(x, y);
      return;
    case "glide": {
      const { from, to: until, off } = motion;
      to.push(seat, 3, motion.atMs, motion.speedCmS, 4, from.x, from.y, until.x, until.y);
      to.push(off.x, off.y, motion.offMs - motion.atMs, 0);
      return;
    }
  }
}

/** Puts what was packed into `motions`; times are moved by `shiftMs`, from one clock to another. */
export function unpack(
  { numbers, isAll }: { readonly numbers: Float64Array; readonly isAll: boolean },
  motions: Map<number, Motion>,
  shiftMs: number,
): void {
  if (isAll) motions.clear();
  const at = (i: number): number => numbers[i] as number;
  for (let i = 0; i < numbers.length;) {
    const [seat, kind, atMs, speedCmS, n] = [
      at(i),
      kinds[at(i + 1)],
      at(i + 2),
      at(i + 3),
      at(i + 4),
    ];
    const points: Point[] = [];
    for (let k = 0; k < n; k++)
      points.push({ x: at(i + headLength + 2 * k), y: at(i + headLength + 2 * k + 1) });
    i += headLength + 2 * n;
    const [from, to] = points as [Point, Point];
    if (kind === "walk") motions.set(seat, { kind, points, speedCmS, atMs: atMs + shiftMs });
    else if (kind === "step") motions.set(seat, { kind, from, to, atMs: atMs + shiftMs });
    else if (kind === "glide") {
      const [off, after] = points.slice(2) as [Point, Point];
      const beganMs = atMs + shiftMs;
      const offMs = beganMs + after.x;
      motions.set(seat, { kind, from, to, speedCmS, atMs: beganMs, off, offMs });
    } else motions.set(seat, { kind: "still", x: from.x, y: from.y });
  }
}
