/** Which way is tried first on this device: over the place's own line when nothing better went here, which is
 * looked at anew once a day. Pure. */

export type Path = "rtc" | "ws";
/** What worked last; `sinceMs`: when the better one was tried last. */
export interface Kept {
  readonly path: Path;
  readonly sinceMs: number;
}

const dayMs = 86_400_000;
/** So long WebRTC alone may take; then the place's own line is there. */
const soonMs = 1500;
/** Once a day, where it did not come soon before. */
const patientMs = 4000;

export function keptFrom(text: string): Kept | undefined {
  const [path, since, ...more] = text.split(" ");
  const sinceMs = Number(since);
  if ((path !== "rtc" && path !== "ws") || more.length > 0) return undefined;
  return since !== undefined && /^\d{1,15}$/.test(since) ? { path, sinceMs } : undefined;
}

export function keptText({ path, sinceMs }: Kept): string {
  return `${path} ${sinceMs}`;
}

/** What to begin with, and how long it has before the other takes over. */
export type Plan =
  { readonly first: "ws" } | { readonly first: "rtc"; readonly waitMs: number | undefined };

export function planOf(
  kept: Kept | undefined,
  nowMs: number,
  can: { readonly rtc: boolean; readonly ws: boolean },
): Plan | undefined {
  if (!can.rtc) return can.ws ? { first: "ws" } : undefined;
  if (!can.ws) return { first: "rtc", waitMs: undefined };
  if (kept?.path !== "ws") return { first: "rtc", waitMs: soonMs };
  const isFresh = nowMs >= kept.sinceMs && nowMs - kept.sinceMs < dayMs;
  return isFresh ? { first: "ws" } : { first: "rtc", waitMs: patientMs };
}
