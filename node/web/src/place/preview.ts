/** A floor as one still picture, for who has not stepped on it: drawn as every floor is. */
import type { Theme } from "../state/display.js";
import type { Floor } from "../state/floor.js";
import { coloursOf } from "./colours.js";
import { groundOf } from "./ground.js";

/** Draws it into a canvas of its own size; false: this browser draws none. */
export function drawFloor(
  into: HTMLCanvasElement,
  floor: Floor,
  look: Theme,
  nameOf: (area: string) => string,
  font: string,
  widthPx: number,
): boolean {
  const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
  const zoom = (widthPx * ratio) / (floor.w_cm + 80);
  const { canvas } = groundOf(floor, coloursOf(floor.theme, look), zoom, ratio, nameOf, font);
  const pen = into.getContext("2d");
  if (pen === null) return false;
  into.width = canvas.width;
  into.height = canvas.height;
  pen.drawImage(canvas, 0, 0);
  return true;
}
