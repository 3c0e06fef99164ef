/** Where the names of areas lie on the map, so that each can be read: pure. All in pixels. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export interface Named {
  readonly text: string;
  readonly rects: readonly Rect[];
  /** Before larger ones: where somebody must find the way. */
  readonly isFirst: boolean;
}
export interface Placed {
  readonly lines: readonly string[];
  readonly size: number; // of the letters
  readonly x: number;
  readonly y: number; // top of the first line
}

export const lineHeight = 1.2;
const gap = 2;

/** The important ones first, then the largest areas; who finds no room is left out. `floor`: beyond it nothing
 * is written. `sizes`: of letters, the wanted one first. */
export function placed(
  all: readonly Named[],
  floor: Rect,
  sizes: readonly number[],
  ratio: number,
  widthOf: (text: string, size: number) => number,
): Placed[] {
  const taken: Rect[] = [];
  const found: Placed[] = [];
  const areaOf = (one: Named): number => one.rects.reduce((sum, { w, h }) => sum + w * h, 0);
  const order = [...all].sort(
    (a, b) => Number(b.isFirst) - Number(a.isFirst) || areaOf(b) - areaOf(a),
  );
  for (const one of order) {
    if (one.text === "" || one.rects.length === 0) continue;
    for (const { box, ...place } of candidates(one, floor, sizes, ratio, widthOf)) {
      if (taken.some((other) => overlap(other, box))) continue;
      taken.push(box);
      found.push(place);
      break;
    }
  }
  return found;
}

type Candidate = Placed & { readonly box: Rect };

/** From the best to the worst: in one line, smaller, in two lines; inside the area, then beyond its side. */
function* candidates(
  { text, rects }: Named,
  floor: Rect,
  sizes: readonly number[],
  ratio: number,
  widthOf: (text: string, size: number) => number,
): Generator<Candidate> {
  const inset = 4 * ratio;
  const forms = [[text], halves(text)].flatMap((lines) =>
    sizes.map((size) => ({
      lines,
      size,
      w: Math.max(...lines.map((line) => widthOf(line, size))),
      h: lines.length * size * lineHeight,
    })),
  );
  for (const mayLeave of [false, true])
    for (const { lines, size, w, h } of forms)
      for (const rect of rects) {
        const fits = w + 2 * inset <= rect.w && h + inset <= rect.h;
        if (fits === mayLeave) continue;
        const left = rect.x + inset;
        const right = rect.x + Math.max(inset, rect.w - inset - w);
        const most = floor.x + floor.w - w - inset;
        const middle = Math.max(floor.x + inset, Math.min(most, rect.x + (rect.w - w) / 2));
        const back = rect.y + inset;
        const front = rect.y + Math.max(inset, rect.h - inset - h);
        for (const y of new Set([back, front, (back + front) / 2]))
          for (const x of new Set(mayLeave ? [middle] : [left, right])) {
            const box = { x: x - gap, y: y - gap, w: w + 2 * gap, h: h + 2 * gap };
            yield { lines, size, x, y, box };
          }
      }
}

/** In two lines, broken at a space or a mark near the middle, else between two signs. */
export function halves(text: string): string[] {
  const all = [...text];
  if (all.length < 4) return [text];
  const middle = all.length / 2;
  const breaks = all.flatMap((one, i) => (/[\s・／]/.test(one) && i > 0 ? [i] : []));
  const near = breaks.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
  const at = near === undefined ? Math.ceil(middle) : near + 1;
  return [all.slice(0, at).join("").trim(), all.slice(at).join("").trim()].filter(
    (one) => one !== "",
  );
}

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
