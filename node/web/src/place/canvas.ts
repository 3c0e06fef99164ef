/** Canvases on the page's thread and on the map's own, where there is no document. */
export type Canvas = HTMLCanvasElement | OffscreenCanvas;
export type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export function blank(w: number, h: number): Canvas {
  if (typeof document === "undefined") return new OffscreenCanvas(w, h);
  const canvas = document.createElement("canvas");
  canvas.width = w;
  canvas.height = h;
  return canvas;
}

/** In Japanese: a canvas without a page does not know how its kanji are written. */
export function penOf(canvas: Canvas, isOpaque = false): Pen | null {
  const pen = (canvas as HTMLCanvasElement).getContext("2d", { alpha: !isOpaque }) as
    (Pen & { lang?: string }) | null;
  if (pen !== null && "lang" in pen) pen.lang = "ja";
  return pen;
}
