/** When the node last heard of this visit: by its clock a visit that is left alone ends. */

let usedMs = 0;

/** `atMs`: when it was asked, not when the answer came: a tablet may sleep between the two. */
export function use(atMs = Date.now()): void {
  usedMs = Math.max(usedMs, atMs);
}

/** A tablet that slept has aged. */
export function unusedMs(): number {
  return Date.now() - usedMs;
}
