/** The drawing of a QR code as the node sends it, `<svg viewBox="0 0 N N">…<path d="…">`: its side and its
 * path, or nothing. It is drawn anew from these two: no markup of a string reaches the page. */
export interface Qr {
  readonly side: number;
  readonly path: string;
}

export function qrFrom(svg: string): Qr | undefined {
  const side = Number(/viewBox="0 0 (\d{1,3}) \1"/.exec(svg)?.[1]);
  const path = [...svg.matchAll(/<path[^>]* d="([MmHhVvLlZz0-9 ,.-]+)"/g)].at(-1)?.[1];
  return side > 0 && path !== undefined ? { side, path } : undefined;
}
