/** When the node last heard of this visit: by its clock a visit that is left alone ends. */

let usedMs = 0;

export function use(): void {
  usedMs = Date.now();
}

/** A tablet that slept has aged. */
export function unusedMs(): number {
  return Date.now() - usedMs;
}
