/** What figures are drawn with: short words for SVG paths. A part is a tone, for a line its width,
 * then the path: "b M…", "d2 M…". Pure. */

/** base, shade, light, dark (eyes, beaks), white. */
export type Tone = "b" | "s" | "l" | "d" | "w";
export interface Part {
  readonly tone: Tone;
  /** 0: filled; else a line with round ends, this wide. */
  readonly width: number;
  readonly path: string;
}

const short = (n: number): number => Math.round(n * 10) / 10;

/** A part of a path that is written out; numbers in `at` become places. */
export const fill = (tone: Tone, path: string): Part => ({ tone, width: 0, path });
export const line = (tone: Tone, width: number, path: string): Part => ({ tone, width, path });

/** An ellipse. */
export function oval(tone: Tone, x: number, y: number, rx: number, ry: number = rx): Part {
  const [a, b] = [short(rx), short(ry)];
  const [left, width] = [short(x - rx), short(2 * rx)];
  return fill(tone, `M${left} ${short(y)}a${a} ${b} 0 1 0 ${width} 0a${a} ${b} 0 1 0 ${-width} 0`);
}

type Points = readonly (readonly [number, number])[];

const written = (points: Points): string =>
  points.map(([x, y]) => `${short(x)} ${short(y)}`).join("L");

/** Straight edges. */
export const corners = (tone: Tone, ...points: Points): Part => fill(tone, `M${written(points)}Z`);

/** A line through points, rounded at each. */
export const limb = (tone: Tone, width: number, ...points: Points): Part =>
  line(tone, width, `M${written(points)}`);

/** An outline of n bumps or spikes round an ellipse: wool, manes, hair. */
export function fringe(
  tone: Tone,
  [x, y, rx, ry]: readonly [number, number, number, number],
  n: number,
  depth: number,
  round: boolean,
): Part {
  const at = (turn: number, more: number): string => {
    const angle = (turn / n) * 2 * Math.PI - Math.PI / 2;
    return `${short(x + (rx + more) * Math.cos(angle))} ${short(y + (ry + more) * Math.sin(angle))}`;
  };
  let path = `M${at(0, 0)}`;
  for (let i = 0; i < n; i++)
    path += round
      ? `Q${at(i + 0.5, 2 * depth)} ${at(i + 1, 0)}`
      : `L${at(i + 0.5, depth)}L${at(i + 1, 0)}`;
  return fill(tone, `${path}Z`);
}

/** The same on the left (-1) and on the right (1) of the middle, x = 32. */
export const both = (draw: (side: -1 | 1) => readonly Part[]): readonly Part[] => [
  ...draw(-1),
  ...draw(1),
];
