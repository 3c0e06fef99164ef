/** The figures that stand for people (AI-2.2-ア): drawn here in code, a few flat paths each, in a
 * space of 64 × 72 whose feet stand at (32, 66), and a margin for the rim. Which kinds and colours there are, the node says
 * (tenants/profile/avatar.h, by way of wire.ts): one missing here, or one too many, does not
 * compile. A part of its own: load it by import(). Pure. */
import type { ProfileVersion } from "../wire.js";
import { animals, type Draw } from "./animals.js";
import { people } from "./people.js";
import type { Part, Tone } from "./shapes.js";

export type { Part, Tone } from "./shapes.js";
/** With the neutral one of anonymous sessions. */
export type Kind = ProfileVersion["kind"];
export type Colour = ProfileVersion["colour"];
export type Pose = "stand" | "sit";
export type Palette = Readonly<Record<Tone | "o", string>>; // o: the rim

/** What a whole figure takes up, and where in it the feet stand. */
export const box = { width: 68, height: 74, footX: 34, footY: 69 } as const;
/** The same for an <svg> that holds the parts as they are. */
export const viewBox = "-2 -3 68 74";
const [feetX, feetY] = [32, 66];

const draws: Readonly<Record<Kind, Draw>> = { ...animals, ...people };

/** In the order of the node's list; the neutral one is not among them. */
export const kinds: readonly Kind[] = (Object.keys(draws) as Kind[]).filter(
  (kind) => kind !== "neutral",
);

const drawn = new Map<string, readonly Part[]>();

/** Back to front; made once. */
export function partsOf(kind: Kind, pose: Pose): readonly Part[] {
  const key = `${kind} ${pose}`;
  let parts = drawn.get(key);
  if (parts === undefined) {
    parts = draws[kind](pose === "sit");
    drawn.set(key, parts);
  }
  return parts;
}

/** A rim round the whole figure, so that a light one stands out from a light floor. */
export const rim = 2.2;

const palette = (b: string, s: string, l: string, o: string): Palette => ({
  b,
  s,
  l,
  o,
  d: "#33333d",
  w: "#fbf8f1",
});

/** Calm: no colour is brighter than paper or louder than felt. */
const palettes: Readonly<Record<Colour, Palette>> = {
  sky: palette("#7fb2d6", "#5a8fb8", "#cfe4f2", "#375872"),
  mint: palette("#86c5b5", "#5fa292", "#d3ece5", "#3a645a"),
  leaf: palette("#9dbb74", "#769653", "#deebca", "#495d33"),
  sand: palette("#d9bf83", "#b49858", "#f3e7c8", "#6f5e36"),
  apricot: palette("#e3a47c", "#bf7d55", "#f8dfcd", "#764d34"),
  rose: palette("#d995a3", "#b56f7f", "#f4d9de", "#70444e"),
  lilac: palette("#b39ccf", "#8d75ac", "#e4daf0", "#57486a"),
  indigo: palette("#6f7fb5", "#4f5e92", "#cbd2ea", "#303a5a"),
  cocoa: palette("#a98467", "#82614a", "#e3d2c4", "#503c2d"),
  stone: palette("#9ca3a8", "#767d82", "#dde1e3", "#494d50"),
};
export const colours = Object.keys(palettes) as readonly Colour[];
export const paletteOf = (colour: Colour): Palette => palettes[colour];

/** Paints the figure with its feet at (0, 0), `scale` pixels a unit of the box. Costs some 40
 * paths: paint into a picture once for each kind, colour and pose, and draw that. */
export function paint(
  to: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  kind: Kind,
  colour: Colour,
  pose: Pose,
  scale: number,
): void {
  const tones = palettes[colour];
  const parts = partsOf(kind, pose).map((part) => ({ ...part, shape: new Path2D(part.path) }));
  to.save();
  to.scale(scale, scale);
  to.translate(-feetX, -feetY);
  to.lineCap = to.lineJoin = "round";
  to.strokeStyle = tones.o;
  for (const { width, shape } of parts) {
    to.lineWidth = width + rim;
    to.stroke(shape);
  }
  for (const { tone, width, shape } of parts) {
    to.fillStyle = to.strokeStyle = tones[tone];
    to.lineWidth = width;
    if (width === 0) to.fill(shape);
    else to.stroke(shape);
  }
  to.restore();
}
