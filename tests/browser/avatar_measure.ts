/** How far apart two figures are at 32 px in grey. Each is drawn 32 px high as one flat grey shape,
 * so that neither colour nor inner lines help; `apart` is how many pixels of shape differ where
 * one lies best over the other (moved by up to a pixel each way: where somebody stands tells
 * nobody who it is). 32 px is the size at which a figure is met on a crowded floor. */
import type { Page } from "playwright-core";
import * as art from "../../node/web/src/art/avatars.ts";
import { svgOf } from "./avatar_svg.ts";

/** For looking: as a screen without colours shows it. */
export const greyOf: art.Palette = {
  b: "#8e8e8e",
  s: "#6b6b6b",
  l: "#c9c9c9",
  d: "#333333",
  w: "#f4f4f4",
  o: "#444444",
};
const flat: art.Palette = { b: "#000", s: "#000", l: "#000", d: "#000", w: "#000", o: "#000" };

export const sizePx = 32;
/** A feature of 5 × 5 px, one sixth of a figure's height, that one has and the other has not:
 * at arm's length on a tablet (264 ppi, 40 cm) that is 4 minutes of arc, four times what an eye of
 * full sight resolves, and still two at half sight. */
export const leastApart = 25;

export interface Pair {
  readonly a: string;
  readonly b: string;
  readonly pose: art.Pose;
  readonly apart: number;
}

/** Every pair in both poses, the closest first. */
export async function measure(page: Page): Promise<Pair[]> {
  const kinds = [...art.kinds, "neutral"] as readonly art.Kind[];
  const pairs: Pair[] = [];
  for (const pose of ["stand", "sit"] as const) {
    const svgs = kinds.map((kind) => svgOf(kind, flat, pose));
    const found = await page.evaluate(
      async ({ svgs, size, ratio }) => {
        const wide = size + 4;
        const shapes: Float32Array[] = [];
        for (const svg of svgs) {
          const image = new Image();
          const sized = svg.replace("<svg ", `<svg width="${size * ratio}" height="${size}" `);
          image.src = `data:image/svg+xml,${encodeURIComponent(sized)}`;
          await image.decode();
          const canvas = document.createElement("canvas");
          canvas.width = canvas.height = wide;
          const to = canvas.getContext("2d") as CanvasRenderingContext2D;
          to.drawImage(image, 2, 2);
          const { data } = to.getImageData(0, 0, wide, wide);
          const shape = new Float32Array(wide * wide);
          for (let i = 0; i < shape.length; i++) shape[i] = (data[4 * i + 3] ?? 0) / 255;
          shapes.push(shape);
        }
        const far = (a: Float32Array, b: Float32Array): number => {
          let least = Infinity;
          for (let dy = -1; dy <= 1; dy++)
            for (let dx = -1; dx <= 1; dx++) {
              let sum = 0;
              for (let y = 1; y < wide - 1; y++)
                for (let x = 1; x < wide - 1; x++)
                  sum += Math.abs((a[y * wide + x] ?? 0) - (b[(y + dy) * wide + x + dx] ?? 0));
              least = Math.min(least, sum);
            }
          return least;
        };
        return shapes.map((a, i) => shapes.slice(0, i).map((b) => far(a, b)));
      },
      { svgs, size: sizePx, ratio: art.box.width / art.box.height },
    );
    found.forEach((row, i) =>
      row.forEach((apart, j) => pairs.push({ a: kinds[i] ?? "", b: kinds[j] ?? "", pose, apart })),
    );
  }
  return pairs.sort((one, other) => one.apart - other.apart);
}

export const closest = (pairs: readonly Pair[], n: number): readonly Pair[] => pairs.slice(0, n);
